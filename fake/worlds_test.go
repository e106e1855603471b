package fake_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/region"
)

// metadata of a reply differs from call to call.
var replies = cmp.Options{
	cmpopts.IgnoreUnexported(
		ec2.DescribeInstancesOutput{}, ec2types.Reservation{}, ec2types.Instance{}, ec2types.GroupIdentifier{},
		ec2types.InstanceState{}, ec2types.Placement{}, ec2types.Monitoring{}, ec2types.Tag{}, ec2types.StateReason{},
		ec2types.CpuOptions{}, ec2types.EnclaveOptions{}, ec2types.HibernationOptions{},
		ec2types.InstanceBlockDeviceMapping{}, ec2types.EbsInstanceBlockDevice{}, ec2types.InstanceNetworkInterface{},
		ec2types.InstanceNetworkInterfaceAssociation{}, ec2types.InstanceNetworkInterfaceAttachment{},
		ec2types.InstancePrivateIpAddress{}, ec2types.InstanceMetadataOptionsResponse{}, ec2types.InstanceMaintenanceOptions{},
		ec2types.PrivateDnsNameOptionsResponse{}, ec2types.CapacityReservationSpecificationResponse{},
		ec2types.InstanceNetworkPerformanceOptions{}, ec2types.OperatorResponse{},
	),
	cmpopts.IgnoreFields(ec2.DescribeInstancesOutput{}, "ResultMetadata"),
}

func describe(t testing.TB, c *fake.Cloud, ids ...string) *ec2.DescribeInstancesOutput {
	t.Helper()
	out, err := client(c).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: ids})
	require.NoError(t, err)
	return out
}

func TestForkIsolatesBothWays(t *testing.T) {
	t.Parallel()
	parent := fake.NewT(t)
	before := launch(t, parent, 1)
	parent.Inject(fake.On("DescribeVpcs").Fail("InternalError"))
	child := parent.Fork()
	require.Empty(t, child.Calls(), "the log isn't carried on")
	_, err := client(child).DescribeVpcs(t.Context(), nil)
	require.NoError(t, err, "nor are faults")

	inParent, inChild := launch(t, parent, 1), launch(t, child, 1)
	require.Equal(t, inParent, inChild, "both go on from the same seed and counters")
	_, err = client(child).TerminateInstances(t.Context(), &ec2.TerminateInstancesInput{InstanceIds: before})
	require.NoError(t, err)
	require.Equal(t, ec2types.InstanceStateNameRunning, describe(t, parent, before...).Reservations[0].Instances[0].State.Name)
	require.Equal(t, ec2types.InstanceStateNameTerminated, describe(t, child, before...).Reservations[0].Instances[0].State.Name)
}

func TestForkCarriesTokensOn(t *testing.T) {
	t.Parallel()
	parent := fake.NewT(t)
	in := &ec2.RunInstancesInput{
		ImageId: aws.String(imageID(t, parent, region.USEast1)), InstanceType: ec2types.InstanceTypeT3Micro,
		MinCount: aws.Int32(1), MaxCount: aws.Int32(1), ClientToken: aws.String("release-4711"),
	}
	first, err := client(parent).RunInstances(t.Context(), in)
	require.NoError(t, err)
	again, err := client(parent.Fork()).RunInstances(t.Context(), in)
	require.NoError(t, err)
	require.Equal(t, *first.Instances[0].InstanceId, *again.Instances[0].InstanceId)
}

func TestSameSeedAndCallsGiveTheSame(t *testing.T) {
	t.Parallel()
	run := func(seed uint64) ([]string, string) {
		cloud := fake.NewT(t, fake.Seed(seed))
		ids := launch(t, cloud, 3)
		i := describe(t, cloud, ids[0]).Reservations[0].Instances[0]
		return ids, *i.PrivateIpAddress + " " + *i.PublicIpAddress + " " + *i.SubnetId + " " + cloud.Calls()[0].RequestID
	}
	ids1, rest1 := run(7)
	ids2, rest2 := run(7)
	ids3, rest3 := run(8)
	require.Equal(t, ids1, ids2)
	require.Equal(t, rest1, rest2)
	require.NotEqual(t, ids1, ids3)
	require.NotEqual(t, rest1, rest3)
}

func TestInputsAndOutputsNeverReachTheCloud(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	in := &ec2.RunInstancesInput{
		ImageId: aws.String(imageID(t, cloud, region.USEast1)), InstanceType: ec2types.InstanceTypeT3Micro,
		MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		UserData:            aws.String("aGVsbG8="),
		BlockDeviceMappings: []ec2types.BlockDeviceMapping{{DeviceName: aws.String("/dev/sdf"), Ebs: &ec2types.EbsBlockDevice{VolumeSize: aws.Int32(5)}}},
		TagSpecifications:   []ec2types.TagSpecification{{ResourceType: ec2types.ResourceTypeInstance, Tags: []ec2types.Tag{{Key: aws.String("Name"), Value: aws.String("a")}}}},
	}
	out, err := client(cloud).RunInstances(t.Context(), in)
	require.NoError(t, err)
	id := *out.Instances[0].InstanceId
	want := describe(t, cloud, id)

	*in.ImageId, *in.UserData, *in.BlockDeviceMappings[0].DeviceName, *in.TagSpecifications[0].Tags[0].Value = "x", "x", "x", "x"
	in.TagSpecifications[0].Tags = nil
	scribbled := describe(t, cloud, id)
	i := &scribbled.Reservations[0].Instances[0]
	*i.ImageId, *i.PrivateIpAddress, *i.Tags[0].Value, *i.BlockDeviceMappings[0].DeviceName = "y", "y", "y", "y"
	*i.SecurityGroups[0].GroupName, *i.NetworkInterfaces[0].PrivateIpAddress, i.State.Name = "y", "y", "y"
	i.SecurityGroups, i.Tags = nil, nil

	if diff := cmp.Diff(want, describe(t, cloud, id), replies); diff != "" {
		t.Error(diff)
	}
	logged := cloud.Calls("RunInstances")[0].Input.(*ec2.RunInstancesInput)
	require.Equal(t, "/dev/sdf", *logged.BlockDeviceMappings[0].DeviceName, "the log has what was asked")
	require.Equal(t, "a", *logged.TagSpecifications[0].Tags[0].Value)
}

// The race detector looks on.
func TestCloudIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	image := imageID(t, cloud, region.USEast1)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			c := client(cloud)
			for n := range 5 {
				out, err := c.RunInstances(t.Context(), &ec2.RunInstancesInput{
					ImageId: &image, InstanceType: ec2types.InstanceTypeT3Micro, MinCount: aws.Int32(2), MaxCount: aws.Int32(2),
				})
				if err != nil {
					t.Error(err)
					return
				}
				ids := []string{*out.Instances[0].InstanceId}
				_, err = c.CreateImage(t.Context(), &ec2.CreateImageInput{InstanceId: &ids[0], Name: aws.String(fmt.Sprintf("image-%d-%d", g, n))})
				if err != nil {
					t.Error(err)
				}
				fork := cloud.Fork()
				if _, err := client(fork).TerminateInstances(t.Context(), &ec2.TerminateInstancesInput{InstanceIds: ids}); err != nil {
					t.Error(err)
				}
				if _, err := c.DescribeInstances(t.Context(), nil); err != nil {
					t.Error(err)
				}
				cloud.Inventory()
				cloud.Calls()
			}
		})
	}
	wg.Wait()
	var all int
	for _, r := range describe(t, cloud).Reservations {
		all += len(r.Instances)
	}
	require.Equal(t, 80, all)
}
