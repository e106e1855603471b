package engine

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

// newVolume makes a volume of 10 GiB in us-east-1a, changed by the caller, and gives its ID.
func (w *testWorld) newVolume(change func(*ec2.CreateVolumeInput)) string {
	w.t.Helper()
	in := &ec2.CreateVolumeInput{AvailabilityZone: ptr("us-east-1a"), Size: size(10)}
	if change != nil {
		change(in)
	}
	return *must[ec2.CreateVolumeOutput](w, in).VolumeId
}

func (w *testWorld) volume(id string) ec2types.Volume {
	w.t.Helper()
	return must[ec2.DescribeVolumesOutput](w, &ec2.DescribeVolumesInput{VolumeIds: []string{id}}).Volumes[0]
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html
func TestCreateVolume(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	w.haveKey(keyHas + keyID)
	s := w.ownSnapshots(1)[0]
	w.changeSnapshot(s, func(s *snapshot) { s.content, s.written = "data", 5 })
	for name, tc := range map[string]struct {
		in   ec2.CreateVolumeInput
		want ec2types.Volume
	}{
		"gp2 unless it says":         {ec2.CreateVolumeInput{Size: size(100)}, ec2types.Volume{VolumeType: "gp2", Size: size(100), Iops: size(300)}},
		"gp3 has its defaults":       {ec2.CreateVolumeInput{Size: size(1), VolumeType: "gp3"}, ec2types.Volume{VolumeType: "gp3", Size: size(1), Iops: size(3000), Throughput: size(125)}},
		"io2 has what it asks for":   {ec2.CreateVolumeInput{Size: size(4), VolumeType: "io2", Iops: size(4000), MultiAttachEnabled: ptr(true)}, ec2types.Volume{VolumeType: "io2", Size: size(4), Iops: size(4000)}},
		"st1 tells no IOPS":          {ec2.CreateVolumeInput{Size: size(125), VolumeType: "st1"}, ec2types.Volume{VolumeType: "st1", Size: size(125)}},
		"as large as its snapshot":   {ec2.CreateVolumeInput{SnapshotId: &s}, ec2types.Volume{VolumeType: "gp2", Size: size(8), Iops: size(100), SnapshotId: &s}},
		"larger than its snapshot":   {ec2.CreateVolumeInput{SnapshotId: &s, Size: size(9)}, ec2types.Volume{VolumeType: "gp2", Size: size(9), Iops: size(100), SnapshotId: &s}},
		"initialized at a rate":      {ec2.CreateVolumeInput{SnapshotId: &s, VolumeInitializationRate: size(200)}, ec2types.Volume{VolumeType: "gp2", Size: size(8), Iops: size(100), SnapshotId: &s, VolumeInitializationRate: size(200)}},
		"encrypted by a key of ours": {ec2.CreateVolumeInput{Size: size(1), Encrypted: ptr(true), KmsKeyId: ptr(keyHas + keyID)}, ec2types.Volume{VolumeType: "gp2", Size: size(1), Iops: size(100), KmsKeyId: ptr(keyHas + keyID)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			tc.in.AvailabilityZoneId = ptr("use1-az6")
			tc.in.TagSpecifications = tagged(ec2types.ResourceTypeVolume, "k", "v")
			out := must[ec2.CreateVolumeOutput](w, &tc.in)
			require.Equal(t, ec2types.VolumeStateCreating, out.State)
			got := w.volume(*out.VolumeId)
			require.Equal(t, ec2types.VolumeStateAvailable, got.State)
			require.Equal(t, tags("k", "v"), got.Tags)
			require.Equal(t, "us-east-1a", *got.AvailabilityZone)
			require.Equal(t, deref(tc.in.MultiAttachEnabled), *got.MultiAttachEnabled)
			require.Equal(t, deref(tc.in.Encrypted), *got.Encrypted)
			require.Equal(t, deref(tc.want.SnapshotId), *got.SnapshotId)
			require.Equal(t, ec2types.Volume{VolumeType: tc.want.VolumeType, Size: tc.want.Size, Iops: tc.want.Iops, Throughput: tc.want.Throughput,
				VolumeInitializationRate: tc.want.VolumeInitializationRate, KmsKeyId: tc.want.KmsKeyId},
				ec2types.Volume{VolumeType: got.VolumeType, Size: got.Size, Iops: got.Iops, Throughput: got.Throughput,
					VolumeInitializationRate: got.VolumeInitializationRate, KmsKeyId: got.KmsKeyId})
			if tc.in.SnapshotId != nil {
				row, _ := w.engine.state.volumes.Get(*out.VolumeId)
				require.Equal(t, content("data"), row.content)
				require.Equal(t, int64(5), row.written)
			}
		})
	}
}

func TestCreateVolumeRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	s := w.ownSnapshots(2)
	w.changeSnapshot(s[1], func(s *snapshot) { s.state = ec2types.SnapshotStatePending })
	for name, tc := range map[string]struct {
		in            ec2.CreateVolumeInput
		code, message string
	}{
		"no size, no snapshot":      {ec2.CreateVolumeInput{}, "MissingParameter", "size or snapshotId"},
		"a size of zero":            {ec2.CreateVolumeInput{Size: size(0)}, "InvalidParameterValue", "minimum is 1GiB"},
		"too small for its type":    {ec2.CreateVolumeInput{Size: size(124), VolumeType: "sc1"}, "InvalidParameterValue", "minimum is 125GiB"},
		"too large for its type":    {ec2.CreateVolumeInput{Size: size(16385)}, "InvalidParameterValue", "maximum is 16384GiB"},
		"an unknown type":           {ec2.CreateVolumeInput{Size: size(1), VolumeType: "gp9"}, "UnknownVolumeType", "gp9"},
		"too many IOPS":             {ec2.CreateVolumeInput{Size: size(1000), VolumeType: "gp3", Iops: size(200000)}, "InvalidParameterValue", "Volume iops of 200000 is too high; maximum is 80000"},
		"io1 without IOPS":          {ec2.CreateVolumeInput{Size: size(10), VolumeType: "io1"}, "MissingParameter", "iops"},
		"IOPS for gp2":              {ec2.CreateVolumeInput{Size: size(10), Iops: size(100)}, "InvalidParameterCombination", "iops"},
		"throughput for io2":        {ec2.CreateVolumeInput{Size: size(10), VolumeType: "io2", Iops: size(100), Throughput: size(125)}, "InvalidParameterCombination", "throughput"},
		"Multi-Attach for gp3":      {ec2.CreateVolumeInput{Size: size(10), VolumeType: "gp3", MultiAttachEnabled: ptr(true)}, "InvalidParameterCombination", "multiAttachEnabled"},
		"a key without encryption":  {ec2.CreateVolumeInput{Size: size(1), KmsKeyId: ptr(keyID)}, "InvalidParameterDependency", "KmsKeyId"},
		"a malformed snapshot":      {ec2.CreateVolumeInput{SnapshotId: ptr("snap-x")}, "InvalidSnapshotID.Malformed", "snap-x"},
		"an unknown snapshot":       {ec2.CreateVolumeInput{SnapshotId: ptr("snap-01234567")}, "InvalidSnapshot.NotFound", "snap-01234567"},
		"a pending snapshot":        {ec2.CreateVolumeInput{SnapshotId: &s[1]}, "IncorrectState", "pending"},
		"smaller than its snapshot": {ec2.CreateVolumeInput{SnapshotId: &s[0], Size: size(7)}, "InvalidParameterValue", "expect size >= 8GB"},
		"a rate without a snapshot": {ec2.CreateVolumeInput{Size: size(1), VolumeInitializationRate: size(200)}, "InvalidParameterCombination", "snapshot"},
		"too high a rate":           {ec2.CreateVolumeInput{SnapshotId: &s[0], VolumeInitializationRate: size(301)}, "InvalidParameterValue", "VolumeInitializationRate"},
		"an Outpost":                {ec2.CreateVolumeInput{Size: size(1), OutpostArn: ptr("arn:x")}, "InvalidParameterValue", "OutpostArn"},
		"tags for something else":   {ec2.CreateVolumeInput{Size: size(1), TagSpecifications: tagged(ec2types.ResourceTypeImage, "k", "v")}, "InvalidParameterValue", "image"},
		"two zones":                 {ec2.CreateVolumeInput{Size: size(1), AvailabilityZoneId: ptr("use1-az6")}, "InvalidParameterCombination", "AvailabilityZoneId"},
		"an unknown zone":           {ec2.CreateVolumeInput{Size: size(1), AvailabilityZone: ptr("eu-west-1a")}, "InvalidZone.NotFound", "eu-west-1a"},
		"no zone":                   {ec2.CreateVolumeInput{Size: size(1), AvailabilityZone: ptr("-")}, "MissingParameter", "AvailabilityZone"},
		"though dry":                {ec2.CreateVolumeInput{Size: size(1), DryRun: ptr(true)}, "DryRunOperation", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			switch deref(tc.in.AvailabilityZone) {
			case "":
				tc.in.AvailabilityZone = ptr("us-east-1a")
			case "-":
				tc.in.AvailabilityZone = nil
			}
			require.Contains(t, wantNoChange[ec2.CreateVolumeOutput](w.forkWithin(t), &tc.in, tc.code).Message, tc.message)
		})
	}
}

// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
func TestCreateVolumeOnceByToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	in := func(gib int32) *ec2.CreateVolumeInput {
		return &ec2.CreateVolumeInput{AvailabilityZone: ptr("us-east-1a"), Size: size(gib), ClientToken: ptr("t")}
	}
	id := *must[ec2.CreateVolumeOutput](w, in(1)).VolumeId
	require.Equal(t, id, *must[ec2.CreateVolumeOutput](w, in(1)).VolumeId)
	wantNoChange[ec2.CreateVolumeOutput](w, in(2), "IdempotentParameterMismatch")
	require.Len(t, must[ec2.DescribeVolumesOutput](w, &ec2.DescribeVolumesInput{}).Volumes, 1)
}

// A key that can't be used comes out later (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html).
func TestVolumeWithAnUnusableKeyFailsLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: Delays{Volume: time.Minute}})
	id := w.newVolume(func(in *ec2.CreateVolumeInput) {
		in.Encrypted, in.KmsKeyId = ptr(true), ptr("arn:aws:kms:eu-west-1:"+DefaultAccount+":key/"+keyID)
	})
	require.Equal(t, ec2types.VolumeStateCreating, w.volume(id).State)
	wantNoChange[ec2.DeleteVolumeOutput](w, &ec2.DeleteVolumeInput{VolumeId: &id}, "IncorrectState")
	w.clock.advance(time.Minute)
	require.Equal(t, ec2types.VolumeStateError, w.volume(id).State)
	must[ec2.DeleteVolumeOutput](w, &ec2.DeleteVolumeInput{VolumeId: &id})
}

// A shared snapshot is as good as one's own.
func TestCreateVolumeOfASharedSnapshot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	s := w.as(someone).ownSnapshots(1)[0]
	in := &ec2.CreateVolumeInput{AvailabilityZone: ptr("us-east-1b"), SnapshotId: &s}
	wantNoChange[ec2.CreateVolumeOutput](w, in, "InvalidSnapshot.NotFound")
	w.changeSnapshot(s, func(s *snapshot) { s.users = []string{DefaultAccount} })
	require.Equal(t, s, *must[ec2.CreateVolumeOutput](w, in).SnapshotId)
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopyVolumes.html
func TestCopyVolumes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.newVolume(func(in *ec2.CreateVolumeInput) { in.Encrypted, in.VolumeType = ptr(true), "gp3" })
	w.alter(func(t *tx) {
		o, _ := t.volumes.Get(id)
		next := *o
		next.content = "data"
		t.volumes.Put(&t.undo, &next)
	})
	in := &ec2.CopyVolumesInput{SourceVolumeId: &id, ClientToken: ptr("t"), TagSpecifications: tagged(ec2types.ResourceTypeVolume, "k", "v")}
	made := must[ec2.CopyVolumesOutput](w, in).Volumes[0]
	require.Equal(t, *made.VolumeId, *must[ec2.CopyVolumesOutput](w, in).Volumes[0].VolumeId, "once")
	got := w.volume(*made.VolumeId)
	require.Equal(t, id, *got.SourceVolumeId)
	require.True(t, *got.Encrypted)
	require.Equal(t, *w.volume(id).KmsKeyId, *got.KmsKeyId)
	require.Equal(t, ec2types.VolumeTypeGp2, got.VolumeType, "unless it says")
	require.Equal(t, int32(10), *got.Size)
	row, _ := w.engine.state.volumes.Get(*made.VolumeId)
	require.Equal(t, content("data"), row.content)
	for code, in := range map[string]*ec2.CopyVolumesInput{
		"MissingParameter":       {},
		"InvalidVolume.NotFound": {SourceVolumeId: ptr("vol-01234567")},
		"InvalidParameterValue":  {SourceVolumeId: &id, Size: size(9)},
		"UnknownVolumeType":      {SourceVolumeId: &id, VolumeType: "x"},
		"DryRunOperation":        {SourceVolumeId: &id, DryRun: ptr(true)},
	} {
		wantNoChange[ec2.CopyVolumesOutput](w, in, code)
	}
}
