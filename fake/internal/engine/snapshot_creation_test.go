package engine

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

func (w *testWorld) snapshot(id string) ec2types.Snapshot {
	w.t.Helper()
	return must[ec2.DescribeSnapshotsOutput](w, &ec2.DescribeSnapshotsInput{SnapshotIds: []string{id}}).Snapshots[0]
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshot.html
func TestCreateSnapshot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: Delays{Snapshot: time.Minute}})
	w.haveKey(keyHas + keyID)
	o := w.newVolume(func(in *ec2.CreateVolumeInput) { in.Encrypted, in.KmsKeyId = ptr(true), ptr(keyHas+keyID) })
	w.alter(func(t *tx) {
		row, _ := t.volumes.Get(o)
		next := *row
		next.content, next.written = "before", 7
		t.volumes.Put(&t.undo, &next)
	})
	out := must[ec2.CreateSnapshotOutput](w, &ec2.CreateSnapshotInput{VolumeId: &o, Description: ptr("d"), TagSpecifications: tagged(ec2types.ResourceTypeSnapshot, "k", "v")})
	require.Equal(t, ec2types.SnapshotStatePending, out.State)
	require.Equal(t, int64(7), *out.FullSnapshotSizeInBytes)
	w.alter(func(t *tx) {
		row, _ := t.volumes.Get(o)
		next := *row
		next.content = "after"
		t.volumes.Put(&t.undo, &next)
	})
	must[ec2.DeleteVolumeOutput](w, &ec2.DeleteVolumeInput{VolumeId: &o})
	w.clock.advance(30 * time.Second)
	require.Equal(t, "50%", *w.snapshot(*out.SnapshotId).Progress)
	w.clock.advance(30 * time.Second)
	s := w.snapshot(*out.SnapshotId)
	require.Equal(t, ec2types.SnapshotStateCompleted, s.State)
	require.Equal(t, "100%", *s.Progress)
	require.Equal(t, []string{o, "d", keyHas + keyID}, []string{*s.VolumeId, *s.Description, *s.KmsKeyId})
	require.Equal(t, tags("k", "v"), s.Tags)
	row, _ := w.engine.state.snapshots.Get(*out.SnapshotId)
	require.Equal(t, content("before"), row.content, "as it was at the call")
}

func TestCreateSnapshotRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	o := w.newVolume(nil)
	broken := w.newVolume(func(in *ec2.CreateVolumeInput) {
		in.Encrypted, in.KmsKeyId = ptr(true), ptr("arn:aws:kms:eu-west-1:"+DefaultAccount+":key/"+keyID)
	})
	for name, tc := range map[string]struct {
		in   ec2.CreateSnapshotInput
		code string
	}{
		"no volume":          {ec2.CreateSnapshotInput{}, "MissingParameter"},
		"an unknown volume":  {ec2.CreateSnapshotInput{VolumeId: ptr("vol-01234567")}, "InvalidVolume.NotFound"},
		"a broken volume":    {ec2.CreateSnapshotInput{VolumeId: &broken}, "IncorrectState"},
		"a long description": {ec2.CreateSnapshotInput{VolumeId: &o, Description: ptr(strings.Repeat("x", 256))}, "InvalidParameterValue"},
		"a location":         {ec2.CreateSnapshotInput{VolumeId: &o, Location: "local"}, "InvalidParameterValue"},
		"an Outpost":         {ec2.CreateSnapshotInput{VolumeId: &o, OutpostArn: ptr("arn:x")}, "InvalidParameterValue"},
		"tags of a volume":   {ec2.CreateSnapshotInput{VolumeId: &o, TagSpecifications: tagged(ec2types.ResourceTypeVolume, "k", "v")}, "InvalidParameterValue"},
		"though dry":         {ec2.CreateSnapshotInput{VolumeId: &o, DryRun: ptr(true)}, "DryRunOperation"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[ec2.CreateSnapshotOutput](w.forkWithin(t), &tc.in, tc.code)
		})
	}
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshots.html
func TestCreateSnapshots(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	i := w.launch(func(in *ec2.RunInstancesInput) {
		devices(ebs("/dev/sdf", ec2types.EbsBlockDevice{VolumeSize: size(1)}), ebs("/dev/sdg", ec2types.EbsBlockDevice{VolumeSize: size(2)}))(in)
		in.TagSpecifications = tagged(ec2types.ResourceTypeVolume, "a", "volume's", "b", "volume's")
	})
	byDevice := map[string]string{}
	for _, m := range w.instance(i).BlockDeviceMappings {
		byDevice[*m.DeviceName] = *m.Ebs.VolumeId
	}
	root, f, g := byDevice["/dev/xvda"], byDevice["/dev/sdf"], byDevice["/dev/sdg"]
	of := func(spec ec2types.InstanceSpecification) *ec2.CreateSnapshotsInput {
		spec.InstanceId = &i
		return &ec2.CreateSnapshotsInput{InstanceSpecification: &spec}
	}
	volumesOf := func(out *ec2.CreateSnapshotsOutput) (ids []string) {
		for _, s := range out.Snapshots {
			ids = append(ids, *s.VolumeId)
		}
		return ids
	}
	require.ElementsMatch(t, []string{root, f, g}, volumesOf(must[ec2.CreateSnapshotsOutput](w, of(ec2types.InstanceSpecification{}))))
	require.ElementsMatch(t, []string{f, g}, volumesOf(must[ec2.CreateSnapshotsOutput](w, of(ec2types.InstanceSpecification{ExcludeBootVolume: ptr(true)}))))
	require.ElementsMatch(t, []string{root, g}, volumesOf(must[ec2.CreateSnapshotsOutput](w, of(ec2types.InstanceSpecification{ExcludeDataVolumeIds: []string{f}}))))

	in := of(ec2types.InstanceSpecification{ExcludeBootVolume: ptr(true), ExcludeDataVolumeIds: []string{f}})
	in.CopyTagsFromSource, in.Description, in.TagSpecifications = "volume", ptr("d"), tagged(ec2types.ResourceTypeSnapshot, "b", "request's")
	made := must[ec2.CreateSnapshotsOutput](w, in).Snapshots
	require.Len(t, made, 1)
	got := w.snapshot(*made[0].SnapshotId)
	require.Equal(t, tags("a", "volume's", "b", "request's"), got.Tags)
	require.Equal(t, "d", *got.Description)
	require.Equal(t, ec2types.SnapshotStateCompleted, got.State)

	stray := w.newVolume(nil)
	for name, tc := range map[string]struct {
		in   *ec2.CreateSnapshotsInput
		code string
	}{
		"no instance":                  {&ec2.CreateSnapshotsInput{}, "MissingParameter"},
		"an unknown instance":          {&ec2.CreateSnapshotsInput{InstanceSpecification: &ec2types.InstanceSpecification{InstanceId: ptr("i-01234567")}}, "InvalidInstanceID.NotFound"},
		"the root as a data volume":    {of(ec2types.InstanceSpecification{ExcludeDataVolumeIds: []string{root}}), "InvalidParameterValue"},
		"a volume of none":             {of(ec2types.InstanceSpecification{ExcludeDataVolumeIds: []string{stray}}), "InvalidParameterValue"},
		"an unknown volume":            {of(ec2types.InstanceSpecification{ExcludeDataVolumeIds: []string{"vol-01234567"}}), "InvalidVolume.NotFound"},
		"too many volumes":             {of(ec2types.InstanceSpecification{ExcludeDataVolumeIds: slices.Repeat([]string{f}, 41)}), "InvalidParameterValue"},
		"everything excluded":          {of(ec2types.InstanceSpecification{ExcludeBootVolume: ptr(true), ExcludeDataVolumeIds: []string{f, g}}), "InvalidParameterCombination"},
		"tags copied from elsewhere":   {&ec2.CreateSnapshotsInput{InstanceSpecification: in.InstanceSpecification, CopyTagsFromSource: "x"}, "InvalidParameterValue"},
		"a location outside the cloud": {&ec2.CreateSnapshotsInput{InstanceSpecification: in.InstanceSpecification, Location: "local"}, "InvalidParameterValue"},
		"though dry":                   {&ec2.CreateSnapshotsInput{InstanceSpecification: in.InstanceSpecification, DryRun: ptr(true)}, "DryRunOperation"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[ec2.CreateSnapshotsOutput](w.forkWithin(t), tc.in, tc.code)
		})
	}
}
