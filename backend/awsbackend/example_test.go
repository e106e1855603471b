package awsbackend_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/smithy-go"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/backend/awsbackend"
	"github.com/amiclass/amiclass/region"
)

// canned overrides one method of a client, as a test of one's own would.
type canned struct {
	awsbackend.EC2
	volumes []types.Volume
}

func (c canned) DescribeVolumes(_ context.Context, in *ec2.DescribeVolumesInput, _ ...func(*ec2.Options)) (*ec2.DescribeVolumesOutput, error) {
	if len(in.VolumeIds) > 0 {
		return nil, &smithy.GenericAPIError{
			Code:    "InvalidVolume.NotFound",
			Message: fmt.Sprintf("The volume '%s' does not exist.", in.VolumeIds[0]),
		}
	}
	return &ec2.DescribeVolumesOutput{Volumes: c.volumes}, nil
}

func ExampleFromClients() {
	be, err := awsbackend.FromClients(region.EUWest1, canned{volumes: []types.Volume{
		{VolumeId: aws.String("vol-0123456789abcdef0"), Size: aws.Int32(30), VolumeType: types.VolumeTypeGp3},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for v, err := range be.Volumes(context.Background(), backend.Query{}) {
		fmt.Println(v.ID, v.SizeGiB, v.Type, err)
	}
	// Output: vol-0123456789abcdef0 30 gp3 <nil>
}

func ExampleBackend_errors() {
	be, err := awsbackend.FromClients(region.EUWest1, canned{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, err := range be.Volumes(context.Background(), backend.Query{IDs: []string{"vol-0123456789abcdef0"}}) {
		fmt.Println(err)
		fmt.Println("not found:", errors.Is(err, backend.ErrNotFound))
		var api smithy.APIError
		fmt.Println("the SDK's own:", errors.As(err, &api))
	}
	// Output:
	// DescribeVolumes vol-0123456789abcdef0: InvalidVolume.NotFound: The volume 'vol-0123456789abcdef0' does not exist.
	// not found: true
	// the SDK's own: true
}

func ExampleWithRunInstances() {
	be, err := awsbackend.FromClients(region.EUWest1, printer{}, awsbackend.WithRunInstances(func(in *ec2.RunInstancesInput) {
		in.CpuOptions = &types.CpuOptionsRequest{CoreCount: aws.Int32(2), ThreadsPerCore: aws.Int32(1)}
	}))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = be.RunInstances(context.Background(), backend.RunRequest{ImageID: "ami-1", Type: "c7i.xlarge", MinCount: 1, MaxCount: 1})
	fmt.Println(err)
	// Output:
	// c7i.xlarge with 2 cores of 1 thread
	// <nil>
}

type printer struct{ awsbackend.EC2 }

func (printer) RunInstances(_ context.Context, in *ec2.RunInstancesInput, _ ...func(*ec2.Options)) (*ec2.RunInstancesOutput, error) {
	fmt.Printf("%s with %d cores of %d thread\n", in.InstanceType, *in.CpuOptions.CoreCount, *in.CpuOptions.ThreadsPerCore)
	return &ec2.RunInstancesOutput{}, nil
}
