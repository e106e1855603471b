package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

// https://docs.aws.amazon.com/ebs/latest/userguide/monitoring-volume-checks.html
func TestDescribeVolumeStatus(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	i := w.launch(nil)
	root, empty := *w.volumesOf(i)[0].VolumeId, w.newVolume(func(in *ec2.CreateVolumeInput) { in.AvailabilityZone = ptr("us-east-1b") })
	find := func(in ec2.DescribeVolumeStatusInput) (ids []string) {
		for _, s := range must[ec2.DescribeVolumeStatusOutput](w, &in).VolumeStatuses {
			ids = append(ids, *s.VolumeId)
		}
		return ids
	}
	s := must[ec2.DescribeVolumeStatusOutput](w, &ec2.DescribeVolumeStatusInput{VolumeIds: []string{root}}).VolumeStatuses[0]
	require.Equal(t, ec2types.VolumeStatusInfoStatusOk, s.VolumeStatus.Status)
	require.Equal(t, i, *s.AttachmentStatuses[0].InstanceId)
	require.Equal(t, int64(100), *s.InitializationStatusDetails.Progress)
	for filters, want := range map[[2]string][]string{
		{"availability-zone", "us-east-1b"}:           {empty},
		{"volume-status.status", "ok"}:                {root, empty},
		{"volume-status.status", "impaired"}:          nil,
		{"volume-status.details-name", "io-enabled"}:  {root, empty},
		{"volume-status.details-status", "normal"}:    {root},
		{"volume-status.details-status", "completed"}: {root},
		{"event.event-type", "io-performance:*"}:      nil,
		{"action.code", "enable-volume-io"}:           nil,
	} {
		require.ElementsMatch(t, want, find(ec2.DescribeVolumeStatusInput{Filters: []ec2types.Filter{filter(filters[0], filters[1])}}), filters)
	}
	_, err := call[ec2.DescribeVolumeStatusOutput](w, &ec2.DescribeVolumeStatusInput{VolumeIds: []string{"vol-01234567"}})
	wantCode(t, err, "InvalidVolume.NotFound")
}

func TestVolumeAttributes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.newVolume(nil)
	auto := func() bool {
		return *must[ec2.DescribeVolumeAttributeOutput](w, &ec2.DescribeVolumeAttributeInput{VolumeId: &id, Attribute: "autoEnableIO"}).AutoEnableIO.Value
	}
	require.False(t, auto())
	must[ec2.ModifyVolumeAttributeOutput](w, &ec2.ModifyVolumeAttributeInput{VolumeId: &id, AutoEnableIO: &ec2types.AttributeBooleanValue{Value: ptr(true)}})
	require.True(t, auto())
	require.Empty(t, must[ec2.DescribeVolumeAttributeOutput](w, &ec2.DescribeVolumeAttributeInput{VolumeId: &id, Attribute: "productCodes"}).ProductCodes)
	must[ec2.EnableVolumeIOOutput](w, &ec2.EnableVolumeIOInput{VolumeId: &id})
	for code, in := range map[string]*ec2.DescribeVolumeAttributeInput{
		"MissingParameter": {VolumeId: &id}, "InvalidParameterValue": {VolumeId: &id, Attribute: "x"},
		"InvalidVolume.NotFound": {VolumeId: ptr("vol-01234567"), Attribute: "autoEnableIO"},
	} {
		_, err := call[ec2.DescribeVolumeAttributeOutput](w, in)
		wantCode(t, err, code)
	}
	wantNoChange[ec2.ModifyVolumeAttributeOutput](w, &ec2.ModifyVolumeAttributeInput{VolumeId: &id}, "MissingParameter")
	wantNoChange[ec2.EnableVolumeIOOutput](w, &ec2.EnableVolumeIOInput{}, "MissingParameter")
}
