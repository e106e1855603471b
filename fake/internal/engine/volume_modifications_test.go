package engine

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

func (w *testWorld) modification(id string) ec2types.VolumeModification {
	w.t.Helper()
	return must[ec2.DescribeVolumesModificationsOutput](w, &ec2.DescribeVolumesModificationsInput{VolumeIds: []string{id}}).VolumesModifications[0]
}

// https://docs.aws.amazon.com/ebs/latest/userguide/monitoring-volume-modifications.html
func TestModifyVolumeGoesThroughItsStates(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: Delays{Modify: time.Hour}})
	id := w.newVolume(nil)
	out := must[ec2.ModifyVolumeOutput](w, &ec2.ModifyVolumeInput{VolumeId: &id, Size: size(20), VolumeType: "gp3"}).VolumeModification
	require.Equal(t, ec2types.VolumeModificationStateModifying, out.ModificationState)
	require.Equal(t, []int32{10, 20, 100, 3000, 125}, []int32{*out.OriginalSize, *out.TargetSize, *out.OriginalIops, *out.TargetIops, *out.TargetThroughput})
	require.Equal(t, int32(10), *w.volume(id).Size, "not yet")
	again := &ec2.ModifyVolumeInput{VolumeId: &id, Size: size(30)}
	wantNoChange[ec2.ModifyVolumeOutput](w, again, "IncorrectModificationState")

	w.clock.advance(45 * time.Minute)
	m := w.modification(id)
	require.Equal(t, ec2types.VolumeModificationStateOptimizing, m.ModificationState)
	require.Equal(t, int64(75), *m.Progress)
	require.Nil(t, m.EndTime)
	require.Equal(t, int32(20), *w.volume(id).Size)
	require.Equal(t, ec2types.VolumeTypeGp3, w.volume(id).VolumeType)
	wantNoChange[ec2.ModifyVolumeOutput](w, again, "IncorrectModificationState")

	w.clock.advance(15 * time.Minute)
	m = w.modification(id)
	require.Equal(t, ec2types.VolumeModificationStateCompleted, m.ModificationState)
	require.Equal(t, int64(100), *m.Progress)
	require.Equal(t, w.clock.now(), *m.EndTime)
	must[ec2.ModifyVolumeOutput](w, again)
	must[ec2.DeleteVolumeOutput](w, &ec2.DeleteVolumeInput{VolumeId: &id})
	w.clock.advance(time.Hour)
	require.Empty(t, must[ec2.DescribeVolumesModificationsOutput](w, &ec2.DescribeVolumesModificationsInput{}).VolumesModifications)
}

// What isn't said is kept within a type and usual after a change of it
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html).
func TestModifyVolumeKeepsOrCompletes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	for name, tc := range map[string]struct {
		from             ec2.CreateVolumeInput
		to               ec2.ModifyVolumeInput
		iops, throughput int32
	}{
		"gp2 grows with its size":    {ec2.CreateVolumeInput{Size: size(100)}, ec2.ModifyVolumeInput{Size: size(200)}, 600, 0},
		"gp3 keeps what it has":      {ec2.CreateVolumeInput{Size: size(100), VolumeType: "gp3", Iops: size(4000), Throughput: size(200)}, ec2.ModifyVolumeInput{Size: size(200)}, 4000, 200},
		"io1 keeps its IOPS":         {ec2.CreateVolumeInput{Size: size(100), VolumeType: "io1", Iops: size(500)}, ec2.ModifyVolumeInput{Size: size(200)}, 500, 0},
		"io2 has 3000 IOPS":          {ec2.CreateVolumeInput{Size: size(100), VolumeType: "io1", Iops: size(500)}, ec2.ModifyVolumeInput{VolumeType: "io2"}, 3000, 0},
		"gp3 has its usual figures":  {ec2.CreateVolumeInput{Size: size(100)}, ec2.ModifyVolumeInput{VolumeType: "gp3"}, 3000, 125},
		"gp3 has what it is to have": {ec2.CreateVolumeInput{Size: size(100)}, ec2.ModifyVolumeInput{VolumeType: "gp3", Iops: size(5000), Throughput: size(500)}, 5000, 500},
		"io2 gets Multi-Attach":      {ec2.CreateVolumeInput{Size: size(100), VolumeType: "io2", Iops: size(500)}, ec2.ModifyVolumeInput{MultiAttachEnabled: ptr(true)}, 500, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			tc.from.AvailabilityZone = ptr("us-east-1a")
			id := *must[ec2.CreateVolumeOutput](w, &tc.from).VolumeId
			tc.to.VolumeId = &id
			must[ec2.ModifyVolumeOutput](w, &tc.to)
			got := w.volume(id)
			require.Equal(t, tc.iops, deref(got.Iops))
			require.Equal(t, tc.throughput, deref(got.Throughput))
			require.Equal(t, deref(tc.to.MultiAttachEnabled), *got.MultiAttachEnabled)
		})
	}
}

func TestModifyVolumeRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	gp2 := w.newVolume(nil)
	used := *w.volumesOf(w.launch(func(in *ec2.RunInstancesInput) {
		devices(ebs("/dev/xvda", ec2types.EbsBlockDevice{VolumeType: "io2", Iops: size(100)}))(in)
	}))[0].VolumeId
	shared := w.newVolume(func(in *ec2.CreateVolumeInput) {
		in.VolumeType, in.Iops, in.MultiAttachEnabled = "io1", size(100), ptr(true)
	})
	plain := w.newVolume(func(in *ec2.CreateVolumeInput) { in.VolumeType, in.Iops = "io1", size(100) })
	for name, tc := range map[string]struct {
		in            ec2.ModifyVolumeInput
		code, message string
	}{
		"no volume":                    {ec2.ModifyVolumeInput{Size: size(20)}, "MissingParameter", "VolumeId"},
		"an unknown volume":            {ec2.ModifyVolumeInput{VolumeId: ptr("vol-01234567"), Size: size(20)}, "InvalidVolume.NotFound", "vol-01234567"},
		"nothing to modify":            {ec2.ModifyVolumeInput{VolumeId: &gp2}, "MissingParameter", "at least one"},
		"a smaller size":               {ec2.ModifyVolumeInput{VolumeId: &gp2, Size: size(9)}, "InvalidParameterValue", "New size cannot be smaller than existing size"},
		"too large":                    {ec2.ModifyVolumeInput{VolumeId: &gp2, Size: size(20000)}, "InvalidParameterValue", "maximum is 16384GiB"},
		"an unknown type":              {ec2.ModifyVolumeInput{VolumeId: &gp2, VolumeType: "x"}, "UnknownVolumeType", "x"},
		"IOPS of gp2":                  {ec2.ModifyVolumeInput{VolumeId: &gp2, Iops: size(200)}, "InvalidParameterCombination", "iops"},
		"too many IOPS":                {ec2.ModifyVolumeInput{VolumeId: &gp2, VolumeType: "io2", Iops: size(10001)}, "InvalidParameterValue", "ratio"},
		"Multi-Attach of gp2":          {ec2.ModifyVolumeInput{VolumeId: &gp2, MultiAttachEnabled: ptr(true)}, "InvalidParameterCombination", "Multi-Attach"},
		"Multi-Attach while attached":  {ec2.ModifyVolumeInput{VolumeId: &used, MultiAttachEnabled: ptr(true)}, "IncorrectState", "attached"},
		"Multi-Attach of io1, later":   {ec2.ModifyVolumeInput{VolumeId: &plain, MultiAttachEnabled: ptr(true)}, "UnsupportedOperation", "io1"},
		"io1 with Multi-Attach at all": {ec2.ModifyVolumeInput{VolumeId: &shared, Size: size(20)}, "UnsupportedOperation", "io1"},
		"though dry":                   {ec2.ModifyVolumeInput{VolumeId: &gp2, Size: size(20), DryRun: ptr(true)}, "DryRunOperation", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, wantNoChange[ec2.ModifyVolumeOutput](w.forkWithin(t), &tc.in, tc.code).Message, tc.message)
		})
	}
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html
func TestModifyVolumeFourTimesInADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.newVolume(nil)
	grow := func(to int32) error {
		_, err := call[ec2.ModifyVolumeOutput](w, &ec2.ModifyVolumeInput{VolumeId: &id, Size: &to})
		return err
	}
	for n := range int32(4) {
		require.NoError(t, grow(11+n))
		w.clock.advance(time.Hour)
	}
	require.Contains(t, wantCode(t, grow(15), "VolumeModificationRateExceeded").Message, "2026-11-25T12:00:00Z")
	w.clock.advance(20 * time.Hour)
	require.NoError(t, grow(15), "the first is a day ago")
	wantCode(t, grow(16), "VolumeModificationRateExceeded")
}

func TestDescribeVolumesModificationsSelects(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	never, one, two := w.newVolume(nil), w.newVolume(nil), w.newVolume(nil)
	must[ec2.ModifyVolumeOutput](w, &ec2.ModifyVolumeInput{VolumeId: &one, Size: size(20)})
	must[ec2.ModifyVolumeOutput](w, &ec2.ModifyVolumeInput{VolumeId: &two, VolumeType: "io2", MultiAttachEnabled: ptr(true)})
	find := func(filters ...ec2types.Filter) (ids []string) {
		for _, m := range must[ec2.DescribeVolumesModificationsOutput](w, &ec2.DescribeVolumesModificationsInput{Filters: filters}).VolumesModifications {
			ids = append(ids, *m.VolumeId)
		}
		return ids
	}
	for _, f := range []ec2types.Filter{
		filter("target-size", "10"), filter("target-iops", "3000"), filter("target-volume-type", "io2"),
		filter("targetMultiAttachEnabled", "true"), filter("volume-id", two),
	} {
		require.Equal(t, []string{two}, find(f), *f.Name)
	}
	for _, f := range []ec2types.Filter{
		filter("modification-state", "completed"), filter("original-iops", "100"), filter("original-size", "10"), filter("original-volume-type", "gp2"),
		filter("originalMultiAttachEnabled", "false"), filter("start-time", "2026-11-24T12:00:00.000Z"),
	} {
		require.Equal(t, []string{one, two}, find(f), *f.Name)
		require.Empty(t, find(filter(*f.Name, "x")))
	}
	page := must[ec2.DescribeVolumesModificationsOutput](w, &ec2.DescribeVolumesModificationsInput{MaxResults: size(1)})
	require.Len(t, page.VolumesModifications, 1)
	require.NotNil(t, page.NextToken)
	for code, id := range map[string]string{
		"InvalidVolumeModification.NotFound": never, "InvalidVolume.NotFound": "vol-01234567", "InvalidVolumeID.Malformed": "x",
	} {
		_, err := call[ec2.DescribeVolumesModificationsOutput](w, &ec2.DescribeVolumesModificationsInput{VolumeIds: []string{id}})
		wantCode(t, err, code)
	}
}
