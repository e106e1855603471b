package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

// linux is the parameter of an image for arm64 that has everything of today: UEFI, ENA, IMDSv2, gp3.
const linux = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-"

// launchOf is a request for one t4g.small with Amazon Linux 2023, changed by the caller.
func launchOf(change func(*ec2.RunInstancesInput)) *ec2.RunInstancesInput {
	in := &ec2.RunInstancesInput{
		MinCount: ptr(int32(1)), MaxCount: ptr(int32(1)),
		ImageId: ptr(linux + "arm64"), InstanceType: ec2types.InstanceTypeT4gSmall,
	}
	if change != nil {
		change(in)
	}
	return in
}

// launch launches one instance and gives its ID. It is pending.
func (w *testWorld) launch(change func(*ec2.RunInstancesInput)) string {
	w.t.Helper()
	out := must[ec2.RunInstancesOutput](w, launchOf(change))
	require.Len(w.t, out.Instances, 1)
	return *out.Instances[0].InstanceId
}

// instance describes one instance.
func (w *testWorld) instance(id string) ec2types.Instance {
	w.t.Helper()
	out := must[ec2.DescribeInstancesOutput](w, &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	require.Len(w.t, out.Reservations, 1)
	require.Len(w.t, out.Reservations[0].Instances, 1)
	return out.Reservations[0].Instances[0]
}

// volumesOf describes the volumes of one instance.
func (w *testWorld) volumesOf(id string) []ec2types.Volume {
	w.t.Helper()
	return must[ec2.DescribeVolumesOutput](w, &ec2.DescribeVolumesInput{Filters: []ec2types.Filter{filter("attachment.instance-id", id)}}).Volumes
}
