package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

func TestPlacementsThatALaunchCannotHave(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	for name, tc := range map[string]struct {
		placement ec2types.Placement
		code      string
		message   string
	}{
		"group":               {ec2types.Placement{GroupName: ptr("spread")}, "InvalidPlacementGroup.Unknown", "The Placement Group 'spread' is unknown."},
		"group by ID":         {ec2types.Placement{GroupId: ptr("pg-0123456789abcdef0")}, "InvalidPlacementGroup.Unknown", "The Placement Group 'pg-0123456789abcdef0' is unknown."},
		"malformed group":     {ec2types.Placement{GroupId: ptr("pg-1")}, "InvalidPlacementGroupId.Malformed", `Invalid id: "pg-1"`},
		"group twice":         {ec2types.Placement{GroupId: ptr("pg-1"), GroupName: ptr("spread")}, "InvalidParameterCombination", "not both"},
		"partition":           {ec2types.Placement{PartitionNumber: ptr(int32(1))}, "InvalidParameterCombination", "strategy partition"},
		"host":                {ec2types.Placement{HostId: ptr("h-0123456789abcdef0"), Tenancy: ec2types.TenancyHost}, "InvalidHostID.NotFound", "The host ID 'h-0123456789abcdef0' does not exist."},
		"malformed host":      {ec2types.Placement{HostId: ptr("h")}, "InvalidHostID.Malformed", `Invalid id: "h"`},
		"host resource group": {ec2types.Placement{HostResourceGroupArn: ptr("arn")}, "InvalidParameterValue", "The host resource group does not exist."},
		"any host":            {ec2types.Placement{Tenancy: ec2types.TenancyHost}, "UnavailableHostRequirements", "There are no valid Dedicated Hosts available"},
		"affinity":            {ec2types.Placement{Affinity: ptr("host")}, "InvalidParameterCombination", "Affinity"},
		"unknown tenancy":     {ec2types.Placement{Tenancy: "x"}, "InvalidTenancy", "The tenancy 'x' is not valid."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := call[ec2.RunInstancesOutput](w.forkWithin(t), launchOf(func(in *ec2.RunInstancesInput) { in.Placement = &tc.placement }))
			require.Contains(t, wantCode(t, err, tc.code).Message, tc.message)
		})
	}
}

func TestTenancy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	dedicated := func(in *ec2.RunInstancesInput) {
		in.Placement = &ec2types.Placement{Tenancy: ec2types.TenancyDedicated}
	}
	require.Equal(t, ec2types.TenancyDedicated, w.instance(w.launch(dedicated)).Placement.Tenancy)

	v := must[ec2.CreateVpcOutput](w, &ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16"), InstanceTenancy: ec2types.TenancyDedicated}).Vpc
	s := must[ec2.CreateSubnetOutput](w, &ec2.CreateSubnetInput{VpcId: v.VpcId, CidrBlock: ptr("10.0.0.0/24")}).Subnet
	require.Equal(t, ec2types.TenancyDedicated, w.instance(w.launch(func(in *ec2.RunInstancesInput) { in.SubnetId = s.SubnetId })).Placement.Tenancy)

	_, err := call[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) {
		dedicated(in)
		in.ImageId, in.InstanceType = ptr(linux+"x86_64"), "t2.micro"
	}))
	wantCode(t, err, "Unsupported")
}
