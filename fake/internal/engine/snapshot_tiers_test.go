package engine

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
)

// tiers are the moves of snapshots that the world tells of.
func (w *testWorld) tiers(filters ...ec2types.Filter) []ec2types.SnapshotTierStatus {
	w.t.Helper()
	return must[ec2.DescribeSnapshotTierStatusOutput](w, &ec2.DescribeSnapshotTierStatusInput{Filters: filters}).SnapshotTierStatuses
}

// archived is a world with a snapshot in the archive.
func archived(t *testing.T) (w *testWorld, id string) {
	t.Helper()
	w = newWorld(t, Options{Delays: Delays{Copy: time.Hour}})
	volume := must[ec2.CreateVolumeOutput](w, &ec2.CreateVolumeInput{AvailabilityZone: ptr("us-east-1a"), Size: ptr(int32(8))})
	s := must[ec2.CreateSnapshotOutput](w, &ec2.CreateSnapshotInput{VolumeId: volume.VolumeId, TagSpecifications: tagged(ec2types.ResourceTypeSnapshot, "a", "b")})
	id = *s.SnapshotId
	must[ec2.ModifySnapshotAttributeOutput](w, &ec2.ModifySnapshotAttributeInput{SnapshotId: &id, OperationType: ec2types.OperationTypeAdd, UserIds: []string{"111122223333"}})
	must[ec2.ModifySnapshotTierOutput](w, &ec2.ModifySnapshotTierInput{SnapshotId: &id, StorageTier: ec2types.TargetStorageTierArchive})
	w.clock.advance(time.Hour)
	return w, id
}

func TestASnapshotGoesToTheArchiveAndIsNoLongerShared(t *testing.T) {
	t.Parallel()
	w, id := archived(t)
	want := []ec2types.SnapshotTierStatus{{
		ArchivalCompleteTime: ptr(w.clock.at), LastTieringOperationStatus: "archival-completed", LastTieringProgress: ptr(int32(100)),
		LastTieringStartTime: ptr(w.clock.at.Add(-time.Hour)), OwnerId: ptr(DefaultAccount), SnapshotId: &id, Status: "completed", StorageTier: "archive",
		Tags: tags("a", "b"), VolumeId: w.snapshot(id).VolumeId,
	}}
	if diff := cmp.Diff(want, w.tiers(), cmpopts.IgnoreUnexported(ec2types.SnapshotTierStatus{}, ec2types.Tag{})); diff != "" {
		t.Error(diff)
	}
	require.Empty(t, w.permissions(id))
	require.Equal(t, ec2types.StorageTierArchive, w.snapshot(id).StorageTier)
	for name, filter := range map[string]ec2types.Filter{
		"its ID": filter("snapshot-id", id), "its volume": filter("volume-id", *w.snapshot(id).VolumeId),
		"its move": filter("last-tiering-operation", "archival-completed"), "a tag": filter("tag:a", "b"),
	} {
		require.Len(t, w.tiers(filter), 1, name)
	}
	require.Empty(t, w.tiers(filter("last-tiering-operation", "archival-failed")))
	wantNoChange[ec2.CreateVolumeOutput](w, &ec2.CreateVolumeInput{AvailabilityZone: ptr("us-east-1a"), SnapshotId: &id}, "IncorrectState")
	wantNoChange[ec2.CopySnapshotOutput](w, &ec2.CopySnapshotInput{SourceSnapshotId: &id, SourceRegion: ptr("us-east-1")}, "IncorrectState")
	wantNoChange[ec2.RegisterImageOutput](w, &ec2.RegisterImageInput{Name: ptr("old"), RootDeviceName: ptr("/dev/xvda"), BlockDeviceMappings: []ec2types.BlockDeviceMapping{{DeviceName: ptr("/dev/xvda"), Ebs: &ec2types.EbsBlockDevice{SnapshotId: &id}}}}, "IncorrectState")
}

func TestASnapshotCanBeUsedWhileItIsBeingArchived(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: Delays{Copy: time.Hour}})
	volume := must[ec2.CreateVolumeOutput](w, &ec2.CreateVolumeInput{AvailabilityZone: ptr("us-east-1a"), Size: ptr(int32(8))})
	id := must[ec2.CreateSnapshotOutput](w, &ec2.CreateSnapshotInput{VolumeId: volume.VolumeId}).SnapshotId
	in := &ec2.ModifySnapshotTierInput{SnapshotId: id, StorageTier: ec2types.TargetStorageTierArchive}
	must[ec2.ModifySnapshotTierOutput](w, in)
	w.clock.advance(30 * time.Minute)
	require.Equal(t, ec2types.TieringOperationStatusArchivalInProgress, w.tiers()[0].LastTieringOperationStatus)
	require.Equal(t, int32(50), *w.tiers()[0].LastTieringProgress)
	must[ec2.CreateVolumeOutput](w, &ec2.CreateVolumeInput{AvailabilityZone: ptr("us-east-1a"), SnapshotId: id})
	wantNoChange[ec2.ModifySnapshotTierOutput](w, in, "IncorrectState")
}

func TestASnapshotComesBackForSomeDaysOrForGood(t *testing.T) {
	t.Parallel()
	w, id := archived(t)
	out := must[ec2.RestoreSnapshotTierOutput](w, &ec2.RestoreSnapshotTierInput{SnapshotId: &id, TemporaryRestoreDays: ptr(int32(2))})
	require.Equal(t, int32(2), *out.RestoreDuration)
	require.False(t, *out.IsPermanentRestore)
	require.Equal(t, ec2types.TieringOperationStatusTemporaryRestoreInProgress, w.tiers()[0].LastTieringOperationStatus)
	require.Equal(t, ec2types.StorageTierArchive, w.tiers()[0].StorageTier)
	w.clock.advance(time.Hour)
	expires := w.clock.at.AddDate(0, 0, 2)
	require.Equal(t, ec2types.StorageTierStandard, w.tiers()[0].StorageTier)
	require.Equal(t, expires, *w.tiers()[0].RestoreExpiryTime)
	require.Equal(t, expires, *w.snapshot(id).RestoreExpiryTime)

	longer := w.fork()
	longer.clock = &clock{at: w.clock.now()}
	longer.engine.options.Now = longer.clock.now
	must[ec2.RestoreSnapshotTierOutput](longer, &ec2.RestoreSnapshotTierInput{SnapshotId: &id, TemporaryRestoreDays: ptr(int32(5))})
	longer.clock.advance(3 * 24 * time.Hour)
	require.Equal(t, ec2types.StorageTierStandard, longer.tiers()[0].StorageTier)
	must[ec2.RestoreSnapshotTierOutput](longer, &ec2.RestoreSnapshotTierInput{SnapshotId: &id, PermanentRestore: ptr(true)})
	longer.clock.advance(1000 * time.Hour)
	require.Equal(t, ec2types.StorageTierStandard, longer.tiers()[0].StorageTier)
	require.Nil(t, longer.tiers()[0].RestoreExpiryTime)

	w.clock.advance(48 * time.Hour)
	require.Equal(t, ec2types.StorageTierArchive, w.tiers()[0].StorageTier)
	must[ec2.RestoreSnapshotTierOutput](w, &ec2.RestoreSnapshotTierInput{SnapshotId: &id, PermanentRestore: ptr(true)})
	w.clock.advance(time.Hour)
	require.Equal(t, ec2types.TieringOperationStatusPermanentRestoreCompleted, w.tiers()[0].LastTieringOperationStatus)
	wantNoChange[ec2.RestoreSnapshotTierOutput](w, &ec2.RestoreSnapshotTierInput{SnapshotId: &id, PermanentRestore: ptr(true)}, "IncorrectState")
}

func TestMovesBetweenTiersThatAreRefused(t *testing.T) {
	t.Parallel()
	w, id := archived(t)
	golden := w.image(w.golden())
	used := golden.BlockDeviceMappings[0].Ebs.SnapshotId
	archive := func(id *string) *ec2.ModifySnapshotTierInput {
		return &ec2.ModifySnapshotTierInput{SnapshotId: id, StorageTier: ec2types.TargetStorageTierArchive}
	}
	wantNoChange[ec2.ModifySnapshotTierOutput](w, archive(used), "InvalidSnapshot.InUse")
	wantNoChange[ec2.ModifySnapshotTierOutput](w, archive(nil), "MissingParameter")
	wantNoChange[ec2.ModifySnapshotTierOutput](w, archive(ptr("snap-0123456789abcdef0")), "InvalidSnapshot.NotFound")
	wantNoChange[ec2.ModifySnapshotTierOutput](w, archive(&id), "IncorrectState")
	wantNoChange[ec2.ModifySnapshotTierOutput](w, &ec2.ModifySnapshotTierInput{SnapshotId: &id, StorageTier: "standard"}, "InvalidParameterValue")
	dry := archive(&id)
	must[ec2.DisableImageOutput](w, &ec2.DisableImageInput{ImageId: golden.ImageId})
	dry.SnapshotId, dry.DryRun = used, ptr(true)
	wantNoChange[ec2.ModifySnapshotTierOutput](w, dry, "DryRunOperation")
	must[ec2.ModifySnapshotTierOutput](w, archive(used))

	restore := func(days *int32, forGood *bool) *ec2.RestoreSnapshotTierInput {
		return &ec2.RestoreSnapshotTierInput{SnapshotId: &id, TemporaryRestoreDays: days, PermanentRestore: forGood}
	}
	wantNoChange[ec2.RestoreSnapshotTierOutput](w, restore(nil, nil), "MissingParameter")
	wantNoChange[ec2.RestoreSnapshotTierOutput](w, restore(ptr(int32(1)), ptr(true)), "InvalidParameterCombination")
	wantNoChange[ec2.RestoreSnapshotTierOutput](w, restore(ptr(int32(0)), nil), "InvalidParameterValue")
	wantNoChange[ec2.RestoreSnapshotTierOutput](w, restore(ptr(int32(181)), nil), "InvalidParameterValue")
}
