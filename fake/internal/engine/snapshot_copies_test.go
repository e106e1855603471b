package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

// https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html
func TestCopySnapshot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	w.haveKey(keyHas + keyID)
	id := w.ownSnapshots(1)[0]
	w.changeSnapshot(id, func(s *snapshot) {
		s.encrypted, s.kmsKey, s.dataKey, s.content, s.written = true, keyHas+keyID, "lineage", "data", 9
	})
	copyTo := func(w *testWorld, change func(*ec2.CopySnapshotInput)) ec2types.Snapshot {
		in := &ec2.CopySnapshotInput{SourceRegion: ptr("us-east-1"), SourceSnapshotId: &id, Description: ptr("d"),
			TagSpecifications: tagged(ec2types.ResourceTypeSnapshot, "k", "v")}
		if change != nil {
			change(in)
		}
		out := must[ec2.CopySnapshotOutput](w, in)
		require.Equal(t, tags("k", "v"), out.Tags)
		return w.snapshot(*out.SnapshotId)
	}
	there := copyTo(w.in(region.EUWest1), nil)
	require.Equal(t, ec2types.SnapshotStateCompleted, there.State)
	require.Equal(t, ec2types.TransferTypeStandard, there.TransferType)
	require.Equal(t, int64(9), *there.FullSnapshotSizeInBytes)
	require.True(t, *there.Encrypted)
	w.in(region.EUWest1).here(func(v *view) {
		require.Equal(t, v.defaultKey(), *there.KmsKeyId, "another region's default key")
		row, _ := v.snapshots.Get(*there.SnapshotId)
		require.Equal(t, content("data"), row.content)
	})
	require.NotEqual(t, "lineage", *there.DataEncryptionKeyId)
	here := copyTo(w, func(in *ec2.CopySnapshotInput) { in.CompletionDurationMinutes = size(30) })
	require.Equal(t, keyHas+keyID, *here.KmsKeyId)
	require.Equal(t, "lineage", *here.DataEncryptionKeyId)
	require.Equal(t, ec2types.TransferTypeTimeBased, here.TransferType)

	// Another account's copy is its own, and needs the permission.
	other := w.as(someone)
	wantNoChange[ec2.CopySnapshotOutput](other, &ec2.CopySnapshotInput{SourceRegion: ptr("us-east-1"), SourceSnapshotId: &id}, "InvalidSnapshot.NotFound")
	w.changeSnapshot(id, func(s *snapshot) { s.users = []string{someone} })
	require.Equal(t, someone, *copyTo(other, nil).OwnerId)
}

// A presigned URL that isn't one for the copy makes it fail later
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopySnapshot.html).
func TestCopySnapshotWithAPresignedURL(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.ownSnapshots(1)[0]
	for url, want := range map[string]ec2types.SnapshotState{
		"https://ec2.us-east-1.amazonaws.com/?Action=CopySnapshot&SourceRegion=us-east-1&SourceSnapshotId=" + id: ec2types.SnapshotStateCompleted,
		"https://ec2.us-east-1.amazonaws.com/?Action=CopySnapshot&SourceRegion=us-east-1&SourceSnapshotId=x":     ec2types.SnapshotStateError,
		"%": ec2types.SnapshotStateError,
	} {
		out := must[ec2.CopySnapshotOutput](w, &ec2.CopySnapshotInput{SourceRegion: ptr("us-east-1"), SourceSnapshotId: &id, PresignedUrl: &url})
		got := w.snapshot(*out.SnapshotId)
		require.Equal(t, want, got.State, url)
		require.Equal(t, want == ec2types.SnapshotStateError, got.StateMessage != nil)
	}
}

func TestCopySnapshotRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	ids := w.ownSnapshots(2)
	w.changeSnapshot(ids[1], func(s *snapshot) { s.state = ec2types.SnapshotStatePending })
	for name, tc := range map[string]struct {
		in   ec2.CopySnapshotInput
		code string
	}{
		"no region":             {ec2.CopySnapshotInput{SourceSnapshotId: &ids[0]}, "MissingParameter"},
		"no snapshot":           {ec2.CopySnapshotInput{SourceRegion: ptr("us-east-1")}, "MissingParameter"},
		"an unknown region":     {ec2.CopySnapshotInput{SourceRegion: ptr("us-east-9"), SourceSnapshotId: &ids[0]}, "InvalidRegion"},
		"another region":        {ec2.CopySnapshotInput{SourceRegion: ptr("eu-west-1"), SourceSnapshotId: &ids[0]}, "InvalidSnapshot.NotFound"},
		"a pending snapshot":    {ec2.CopySnapshotInput{SourceRegion: ptr("us-east-1"), SourceSnapshotId: &ids[1]}, "IncorrectState"},
		"Amazon's":              {ec2.CopySnapshotInput{SourceRegion: ptr("us-east-1"), SourceSnapshotId: ptr(seededSnapshotID(al2023ARM))}, "InvalidSnapshot.NotFound"},
		"encryption taken away": {ec2.CopySnapshotInput{SourceRegion: ptr("us-east-1"), SourceSnapshotId: &ids[0], Encrypted: ptr(false)}, "InvalidParameterValue"},
		"a key alone":           {ec2.CopySnapshotInput{SourceRegion: ptr("us-east-1"), SourceSnapshotId: &ids[0], KmsKeyId: ptr(keyID)}, "InvalidParameterDependency"},
		"an odd duration":       {ec2.CopySnapshotInput{SourceRegion: ptr("us-east-1"), SourceSnapshotId: &ids[0], CompletionDurationMinutes: size(20)}, "InvalidParameterValue"},
		"no Local Zone":         {ec2.CopySnapshotInput{SourceRegion: ptr("us-east-1"), SourceSnapshotId: &ids[0], DestinationAvailabilityZone: ptr("us-east-1a")}, "InvalidParameterValue"},
		"no Outpost":            {ec2.CopySnapshotInput{SourceRegion: ptr("us-east-1"), SourceSnapshotId: &ids[0], DestinationOutpostArn: ptr("arn:x")}, "InvalidParameterValue"},
		"though dry":            {ec2.CopySnapshotInput{SourceRegion: ptr("us-east-1"), SourceSnapshotId: &ids[0], DryRun: ptr(true)}, "DryRunOperation"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[ec2.CopySnapshotOutput](w.forkWithin(t), &tc.in, tc.code)
		})
	}
}
