package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

// orphanVolumes are the volumes that a terminated instance has left: the root of 8 GiB, and one of 1 GiB.
func (w *testWorld) orphanVolumes() []ec2types.Volume {
	w.t.Helper()
	id := w.launch(func(in *ec2.RunInstancesInput) {
		devices(ebs("/dev/xvda", ec2types.EbsBlockDevice{DeleteOnTermination: ptr(false)}),
			ebs("/dev/sdf", ec2types.EbsBlockDevice{VolumeSize: size(1), DeleteOnTermination: ptr(false)}))(in)
		in.TagSpecifications = tagged(ec2types.ResourceTypeVolume, "k", "v")
	})
	_, err := w.terminate(id)
	require.NoError(w.t, err)
	return must[ec2.DescribeVolumesOutput](w, &ec2.DescribeVolumesInput{Filters: []ec2types.Filter{filter("status", "available")}}).Volumes
}

func TestDeleteVolume(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	left := w.orphanVolumes()
	require.Len(t, left, 2)
	id := *left[0].VolumeId
	wantNoChange[ec2.DeleteVolumeOutput](w, &ec2.DeleteVolumeInput{VolumeId: ptr(id), DryRun: ptr(true)}, "DryRunOperation")
	must[ec2.DeleteVolumeOutput](w, &ec2.DeleteVolumeInput{VolumeId: ptr(id)})
	require.NotContains(t, w.dump(), id, "nor its tags")
	_, err := call[ec2.DeleteVolumeOutput](w, &ec2.DeleteVolumeInput{VolumeId: ptr(id)})
	require.Equal(t, "The volume '"+id+"' does not exist.", wantCode(t, err, "InvalidVolume.NotFound").Message)
}

func TestDeleteVolumeRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	instance := w.launch(nil)
	used := *w.volumesOf(instance)[0].VolumeId
	elsewhere := w.in(region.EUWest1)
	elsewhere.launch(nil)
	far := *must[ec2.DescribeVolumesOutput](elsewhere, &ec2.DescribeVolumesInput{}).Volumes[0].VolumeId
	for name, tc := range map[string]struct {
		id      *string
		code    string
		message string
	}{
		"attached":          {ptr(used), "VolumeInUse", "Volume " + used + " is currently attached to " + instance},
		"unknown":           {ptr("vol-01234567"), "InvalidVolume.NotFound", "The volume 'vol-01234567' does not exist."},
		"in another region": {ptr(far), "InvalidVolume.NotFound", far},
		"malformed":         {ptr("vol"), "InvalidVolumeID.Malformed", `"vol"`},
		"none":              {nil, "MissingParameter", "VolumeId"},
	} {
		_, err := call[ec2.DeleteVolumeOutput](w, &ec2.DeleteVolumeInput{VolumeId: tc.id})
		require.Contains(t, wantCode(t, err, tc.code).Message, tc.message, name)
	}
}

func TestFiltersOfVolumes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	instance := w.launch(func(in *ec2.RunInstancesInput) {
		devices(ebs("/dev/sdf", ec2types.EbsBlockDevice{VolumeSize: size(7), VolumeType: "io1", Iops: ptr(int32(100)), Encrypted: ptr(true), DeleteOnTermination: ptr(false)}))(in)
		in.TagSpecifications = tagged(ec2types.ResourceTypeVolume, "k", "v")
	})
	var root, data ec2types.Volume
	for _, v := range w.volumesOf(instance) {
		if *v.Size == 7 {
			data = v
		} else {
			root = v
		}
	}
	require.Empty(t, *data.SnapshotId)
	require.Equal(t, int32(100), *data.Iops)
	require.Nil(t, data.Throughput)
	for name, tc := range map[string]struct {
		value string
		want  []string
	}{
		"attachment.attach-time":           {"2026-11-24T12:00:00.000Z", []string{*root.VolumeId, *data.VolumeId}},
		"attachment.delete-on-termination": {"false", []string{*data.VolumeId}},
		"attachment.device":                {"/dev/sdf", []string{*data.VolumeId}},
		"attachment.instance-id":           {instance, []string{*root.VolumeId, *data.VolumeId}},
		"attachment.status":                {"attached", []string{*root.VolumeId, *data.VolumeId}},
		"availability-zone":                {"us-east-1a", []string{*root.VolumeId, *data.VolumeId}},
		"availability-zone-id":             {"use1-az6", []string{*root.VolumeId, *data.VolumeId}},
		"create-time":                      {"2026-11-24T*", []string{*root.VolumeId, *data.VolumeId}},
		"encrypted":                        {"true", []string{*data.VolumeId}},
		"fast-restored":                    {"false", []string{*root.VolumeId, *data.VolumeId}},
		"multi-attach-enabled":             {"false", []string{*root.VolumeId, *data.VolumeId}},
		"operator.managed":                 {"false", []string{*root.VolumeId, *data.VolumeId}},
		"operator.principal":               {"*", nil},
		"size":                             {"7", []string{*data.VolumeId}},
		"snapshot-id":                      {*root.SnapshotId, []string{*root.VolumeId}},
		"status":                           {"in-use", []string{*root.VolumeId, *data.VolumeId}},
		"tag:k":                            {"v", []string{*root.VolumeId, *data.VolumeId}},
		"volume-id":                        {*data.VolumeId, []string{*data.VolumeId}},
		"volume-type":                      {"io1", []string{*data.VolumeId}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.within(t)
			var got []string
			for _, v := range must[ec2.DescribeVolumesOutput](w, &ec2.DescribeVolumesInput{Filters: []ec2types.Filter{filter(name, tc.value)}}).Volumes {
				got = append(got, *v.VolumeId)
			}
			require.ElementsMatch(t, tc.want, got)
			require.Empty(t, must[ec2.DescribeVolumesOutput](w, &ec2.DescribeVolumesInput{Filters: []ec2types.Filter{filter(name, tc.value+"!")}}).Volumes)
		})
	}
}

func TestPagesAndIDsOfVolumes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	must[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) { in.MaxCount = ptr(int32(7)) }))
	first := must[ec2.DescribeVolumesOutput](w, &ec2.DescribeVolumesInput{MaxResults: ptr(int32(5))})
	require.Len(t, first.Volumes, 5)
	rest := must[ec2.DescribeVolumesOutput](w, &ec2.DescribeVolumesInput{MaxResults: ptr(int32(5)), NextToken: first.NextToken})
	require.Len(t, rest.Volumes, 2)
	require.Nil(t, rest.NextToken)
	id := *first.Volumes[3].VolumeId
	require.Len(t, must[ec2.DescribeVolumesOutput](w, &ec2.DescribeVolumesInput{VolumeIds: []string{id, id}}).Volumes, 1)
	for code, in := range map[string]*ec2.DescribeVolumesInput{
		"InvalidVolume.NotFound":      {VolumeIds: []string{id, "vol-01234567"}},
		"InvalidVolumeID.Malformed":   {VolumeIds: []string{id, "x"}},
		"InvalidParameterCombination": {VolumeIds: []string{id}, MaxResults: ptr(int32(5))},
		"InvalidParameterValue":       {MaxResults: ptr(int32(4))},
		"InvalidNextToken":            {NextToken: ptr("x")},
		"DryRunOperation":             {DryRun: ptr(true)},
	} {
		_, err := call[ec2.DescribeVolumesOutput](w, in)
		wantCode(t, err, code)
	}
}

// What is on a snapshot is on the volume that is made of it.
func TestVolumesHaveTheContentOfTheirSnapshots(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(nil)
	snapshotID := *w.volumesOf(id)[0].SnapshotId
	w.engine.mu.Lock()
	s := w.engine.state
	row, ok := s.snapshots.Get(snapshotID)
	require.True(t, ok)
	filled := *row
	filled.content = "a disk"
	s.snapshots.Put(&(&tx{}).undo, &filled)
	w.engine.mu.Unlock()
	volume := *w.volumesOf(w.launch(nil))[0].VolumeId
	o, ok := s.volumes.Get(volume)
	require.True(t, ok)
	require.Equal(t, "a disk", o.content)
}
