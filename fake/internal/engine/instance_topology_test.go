package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-topology-prerequisites.html
func TestTopologyIsToldOfRunningInstancesForFastNetworks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	launch := func(typ ec2types.InstanceType, n int32) []string {
		out := must[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) {
			in.ImageId, in.InstanceType, in.MaxCount = ptr(linux+"x86_64"), typ, &n
		}))
		var ids []string
		for _, i := range out.Instances {
			ids = append(ids, *i.InstanceId)
		}
		return ids
	}
	fast, slow := launch("p4d.24xlarge", 3), launch("m7i.large", 1)
	in := &ec2.DescribeInstanceTopologyInput{}
	require.Empty(t, must[ec2.DescribeInstanceTopologyOutput](w.fork(), &ec2.DescribeInstanceTopologyInput{Filters: []ec2types.Filter{filter("instance-type", "m7i*")}}).Instances)
	all := must[ec2.DescribeInstanceTopologyOutput](w, in).Instances
	require.Len(t, all, 3)
	for n, i := range all {
		require.Equal(t, fast[n], *i.InstanceId)
		require.Len(t, i.NetworkNodes, 3)
		require.Equal(t, all[0].NetworkNodes[0], i.NetworkNodes[0], "the top of a zone's network is the same for all")
		require.Regexp(t, `^nn-[0-9a-f]{17}$`, i.NetworkNodes[2])
		require.Equal(t, w.instance(fast[n]).Placement.AvailabilityZone, i.AvailabilityZone)
	}
	require.Empty(t, must[ec2.DescribeInstanceTopologyOutput](w, &ec2.DescribeInstanceTopologyInput{InstanceIds: slow}).Instances)
	require.Len(t, must[ec2.DescribeInstanceTopologyOutput](w, &ec2.DescribeInstanceTopologyInput{Filters: []ec2types.Filter{filter("instance-type", "p4*"), filter("zone-id", *all[0].ZoneId)}}).Instances, 3)

	page := must[ec2.DescribeInstanceTopologyOutput](w, &ec2.DescribeInstanceTopologyInput{MaxResults: ptr(int32(2))})
	require.Len(t, page.Instances, 2)
	rest := must[ec2.DescribeInstanceTopologyOutput](w, &ec2.DescribeInstanceTopologyInput{MaxResults: ptr(int32(2)), NextToken: page.NextToken})
	require.Len(t, rest.Instances, 1)
	require.Nil(t, rest.NextToken)

	_, err := w.stop(fast[0])
	require.NoError(t, err)
	require.Len(t, must[ec2.DescribeInstanceTopologyOutput](w, in).Instances, 2)
	wantNoChange[ec2.DescribeInstanceTopologyOutput](w, &ec2.DescribeInstanceTopologyInput{InstanceIds: []string{"i-0123456789abcdef0"}}, "InvalidInstanceID.NotFound")
	wantNoChange[ec2.DescribeInstanceTopologyOutput](w, &ec2.DescribeInstanceTopologyInput{InstanceIds: make([]string, 101)}, "InvalidParameterValue")
	wantNoChange[ec2.DescribeInstanceTopologyOutput](w, &ec2.DescribeInstanceTopologyInput{GroupNames: []string{"near"}}, "InvalidPlacementGroup.Unknown")
	wantNoChange[ec2.DescribeInstanceTopologyOutput](w, &ec2.DescribeInstanceTopologyInput{InstanceIds: fast, MaxResults: ptr(int32(5))}, "InvalidParameterCombination")
}

func TestNetworkLayersByType(t *testing.T) {
	t.Parallel()
	for typ, want := range map[string]int{
		"p4d.24xlarge": 3, "p5.48xlarge": 3, "p5en.48xlarge": 3, "p3dn.24xlarge": 3, "hpc7g.4xlarge": 3, "trn1n.32xlarge": 3, "trn2.48xlarge": 3, "g6e.xlarge": 3,
		"p6-b200.48xlarge": 4, "p3.2xlarge": 0, "g6.xlarge": 0, "m7i.large": 0, "t3.micro": 0,
	} {
		require.Equal(t, want, networkLayers(typ), typ)
	}
}
