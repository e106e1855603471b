package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html,
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSubnet.html.
func TestWhatIsInAVPCKeepsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	mine := newVPC(w, "10.0.0.0/16", "Name", "mine")
	for name, put := range map[string]func(w *testWorld){
		"a subnet":      func(w *testWorld) { newSubnet(w, mine, "10.0.0.0/24") },
		"a gateway":     func(w *testWorld) { newGateway(w, mine) },
		"a group":       func(w *testWorld) { newGroup(w, mine, "web") },
		"a route table": func(w *testWorld) { newRouteTable(w, mine) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			put(w)
			e := wantNoChange[ec2.DeleteVpcOutput](w, &ec2.DeleteVpcInput{VpcId: &mine}, "DependencyViolation")
			require.Equal(t, "The vpc '"+mine+"' has dependencies and cannot be deleted.", e.Message)
		})
	}
	t.Run("an interface keeps its subnet", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		subnet := newSubnet(w, mine, "10.0.0.0/24")
		require.NoError(t, w.change(func(tx *tx) error {
			s, _ := tx.subnets.Get(subnet)
			_, err := tx.createInterface(newInterface{subnet: s})
			return err
		}))
		e := wantNoChange[ec2.DeleteSubnetOutput](w, &ec2.DeleteSubnetInput{SubnetId: &subnet}, "DependencyViolation")
		require.Equal(t, "The subnet '"+subnet+"' has dependencies and cannot be deleted.", e.Message)
	})
	t.Run("an empty one goes with all that came with it", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		must[ec2.DeleteVpcOutput](w, &ec2.DeleteVpcInput{VpcId: &mine})
		require.Empty(t, must[ec2.DescribeSecurityGroupsOutput](w, &ec2.DescribeSecurityGroupsInput{Filters: []ec2types.Filter{filter("vpc-id", mine)}}).SecurityGroups)
		require.Empty(t, must[ec2.DescribeRouteTablesOutput](w, &ec2.DescribeRouteTablesInput{Filters: []ec2types.Filter{filter("vpc-id", mine)}}).RouteTables)
		require.Empty(t, described(w))
		wantNoChange[ec2.DeleteVpcOutput](w, &ec2.DeleteVpcInput{VpcId: &mine}, "InvalidVpcID.NotFound")
	})
}

func TestDefaultsCanBeMadeAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	network := *defaultVPCOf(w).VpcId
	wantNoChange[ec2.CreateDefaultVpcOutput](w, &ec2.CreateDefaultVpcInput{}, "DefaultVpcAlreadyExists")
	zone := ptr("us-east-1b")
	wantNoChange[ec2.CreateDefaultSubnetOutput](w, &ec2.CreateDefaultSubnetInput{AvailabilityZone: zone}, "DefaultSubnetAlreadyExistsInAvailabilityZone")

	var inZone []string
	for _, id := range subnetIDs(w, &ec2.DescribeSubnetsInput{}) {
		if len(subnetIDs(w, &ec2.DescribeSubnetsInput{SubnetIds: []string{id}, Filters: []ec2types.Filter{filter("availability-zone", *zone)}})) > 0 {
			inZone = append(inZone, id)
		}
	}
	require.Len(t, inZone, 1)
	must[ec2.DeleteSubnetOutput](w, &ec2.DeleteSubnetInput{SubnetId: &inZone[0]})
	anew := must[ec2.CreateDefaultSubnetOutput](w, &ec2.CreateDefaultSubnetInput{AvailabilityZone: zone}).Subnet
	require.Equal(t, "172.31.16.0/20", *anew.CidrBlock)
	require.True(t, *anew.DefaultForAz)
	require.True(t, *anew.MapPublicIpOnLaunch)

	for _, id := range subnetIDs(w, &ec2.DescribeSubnetsInput{}) {
		must[ec2.DeleteSubnetOutput](w, &ec2.DeleteSubnetInput{SubnetId: &id})
	}
	door := gatewayIDs(w)[0]
	must[ec2.DetachInternetGatewayOutput](w, &ec2.DetachInternetGatewayInput{InternetGatewayId: &door, VpcId: &network})
	must[ec2.DeleteVpcOutput](w, &ec2.DeleteVpcInput{VpcId: &network})
	wantNoChange[ec2.CreateDefaultSubnetOutput](w, &ec2.CreateDefaultSubnetInput{AvailabilityZone: zone}, "DefaultVpcDoesNotExist")
	next := must[ec2.CreateDefaultVpcOutput](w, &ec2.CreateDefaultVpcInput{}).Vpc
	require.NotEqual(t, network, *next.VpcId)
	require.Equal(t, *next.VpcId, *defaultVPCOf(w).VpcId)
	require.Len(t, subnetIDs(w, &ec2.DescribeSubnetsInput{}), 6)
}

func TestVPCAttributes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	mine := newVPC(w, "10.0.0.0/16")
	on, off := &ec2types.AttributeBooleanValue{Value: ptr(true)}, &ec2types.AttributeBooleanValue{Value: ptr(false)}
	attribute := func(name ec2types.VpcAttributeName) *ec2.DescribeVpcAttributeOutput {
		return must[ec2.DescribeVpcAttributeOutput](w, &ec2.DescribeVpcAttributeInput{VpcId: &mine, Attribute: name})
	}
	require.False(t, *attribute(ec2types.VpcAttributeNameEnableDnsHostnames).EnableDnsHostnames.Value)
	require.True(t, *attribute(ec2types.VpcAttributeNameEnableDnsSupport).EnableDnsSupport.Value)
	must[ec2.ModifyVpcAttributeOutput](w, &ec2.ModifyVpcAttributeInput{VpcId: &mine, EnableDnsHostnames: on})
	require.True(t, *attribute(ec2types.VpcAttributeNameEnableDnsHostnames).EnableDnsHostnames.Value)
	must[ec2.ModifyVpcAttributeOutput](w, &ec2.ModifyVpcAttributeInput{VpcId: &mine, EnableNetworkAddressUsageMetrics: on})
	require.True(t, *attribute(ec2types.VpcAttributeNameEnableNetworkAddressUsageMetrics).EnableNetworkAddressUsageMetrics.Value)
	must[ec2.ModifyVpcAttributeOutput](w, &ec2.ModifyVpcAttributeInput{VpcId: &mine, EnableDnsSupport: off})
	for name, tc := range map[string]struct {
		in   any
		code string
	}{
		"names without support": {&ec2.ModifyVpcAttributeInput{VpcId: &mine, EnableDnsHostnames: on}, "InvalidParameterValue"},
		"two attributes":        {&ec2.ModifyVpcAttributeInput{VpcId: &mine, EnableDnsHostnames: off, EnableDnsSupport: on}, "InvalidParameterCombination"},
		"no attribute":          {&ec2.ModifyVpcAttributeInput{VpcId: &mine}, "InvalidParameterCombination"},
		"no such attribute":     {&ec2.DescribeVpcAttributeInput{VpcId: &mine, Attribute: "colour"}, "InvalidParameterValue"},
		"dedicated tenancy":     {&ec2.ModifyVpcTenancyInput{VpcId: &mine, InstanceTenancy: "dedicated"}, "InvalidParameterValue"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[struct{}](w.forkWithin(t), tc.in, tc.code)
		})
	}
	dedicated := must[ec2.CreateVpcOutput](w, &ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16"), InstanceTenancy: ec2types.TenancyDedicated}).Vpc.VpcId
	must[ec2.ModifyVpcTenancyOutput](w, &ec2.ModifyVpcTenancyInput{VpcId: dedicated, InstanceTenancy: ec2types.VpcTenancyDefault})
	require.Equal(t, ec2types.TenancyDefault, must[ec2.DescribeVpcsOutput](w, &ec2.DescribeVpcsInput{VpcIds: []string{*dedicated}}).Vpcs[0].InstanceTenancy)
}

func TestVPCBlocks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	mine := newVPC(w, "10.0.0.0/16")
	second := must[ec2.AssociateVpcCidrBlockOutput](w, &ec2.AssociateVpcCidrBlockInput{VpcId: &mine, CidrBlock: ptr("10.7.1.0/24")}).CidrBlockAssociation
	require.Equal(t, ec2types.VpcCidrBlockStateCodeAssociating, second.CidrBlockState.State)
	subnet := newSubnet(w, mine, "10.7.1.0/28")
	six := must[ec2.AssociateVpcCidrBlockOutput](w, &ec2.AssociateVpcCidrBlockInput{VpcId: &mine, AmazonProvidedIpv6CidrBlock: ptr(true)}).Ipv6CidrBlockAssociation
	inSubnet := must[ec2.AssociateSubnetCidrBlockOutput](w, &ec2.AssociateSubnetCidrBlockInput{
		SubnetId: &subnet, Ipv6CidrBlock: ptr((*six.Ipv6CidrBlock)[:len(*six.Ipv6CidrBlock)-2] + "64"),
	}).Ipv6CidrBlockAssociation
	vpcs := must[ec2.DescribeVpcsOutput](w, &ec2.DescribeVpcsInput{Filters: []ec2types.Filter{filter("cidr-block-association.cidr-block", "10.7.1.0/24")}}).Vpcs
	require.Len(t, vpcs, 1)
	require.Len(t, vpcs[0].CidrBlockAssociationSet, 2)
	require.Len(t, routeTableOf(w, filter("vpc-id", mine)).Routes, 3, "a local route for each block")
	must[ec2.ModifySubnetAttributeOutput](w, &ec2.ModifySubnetAttributeInput{SubnetId: &subnet, AssignIpv6AddressOnCreation: &ec2types.AttributeBooleanValue{Value: ptr(true)}})
	require.NoError(t, w.change(func(tx *tx) error {
		s, _ := tx.subnets.Get(subnet)
		i, err := tx.createInterface(newInterface{subnet: s})
		require.Len(t, i.ipv6, 1, "the subnet gives one")
		return err
	}))
	for name, tc := range map[string]struct {
		in   any
		code string
	}{
		"overlapping":                  {&ec2.AssociateVpcCidrBlockInput{VpcId: &mine, CidrBlock: ptr("10.0.9.0/24")}, "InvalidVpc.Range"},
		"too large":                    {&ec2.AssociateVpcCidrBlockInput{VpcId: &mine, CidrBlock: ptr("11.0.0.0/8")}, "InvalidVpcRange"},
		"nothing":                      {&ec2.AssociateVpcCidrBlockInput{VpcId: &mine}, "MissingParameter"},
		"a second IPv6 block":          {&ec2.AssociateVpcCidrBlockInput{VpcId: &mine, AmazonProvidedIpv6CidrBlock: ptr(true)}, "InvalidParameterValue"},
		"the primary block taken away": {&ec2.DisassociateVpcCidrBlockInput{AssociationId: vpcs[0].CidrBlockAssociationSet[0].AssociationId}, "OperationNotPermitted"},
		"a block with a subnet":        {&ec2.DisassociateVpcCidrBlockInput{AssociationId: second.AssociationId}, "DependencyViolation"},
		"an IPv6 block with a subnet":  {&ec2.DisassociateVpcCidrBlockInput{AssociationId: six.AssociationId}, "DependencyViolation"},
		"no such block":                {&ec2.DisassociateVpcCidrBlockInput{AssociationId: ptr("vpc-cidr-assoc-12345678")}, "InvalidVpcCidrBlockAssociationID.NotFound"},
		"a subnet's block in use":      {&ec2.DisassociateSubnetCidrBlockInput{AssociationId: inSubnet.AssociationId}, "InvalidCidr.InUse"},
		"no such block of a subnet":    {&ec2.DisassociateSubnetCidrBlockInput{AssociationId: ptr("subnet-cidr-assoc-12345678")}, "InvalidSubnetCidrBlockAssociationID.NotFound"},
		"a second block of a subnet":   {&ec2.AssociateSubnetCidrBlockInput{SubnetId: &subnet, Ipv6CidrBlock: six.Ipv6CidrBlock}, "InvalidParameterValue"},
		"a subnet on no Outpost":       {&ec2.ModifySubnetAttributeInput{SubnetId: &subnet, EnableLniAtDeviceIndex: ptr(int32(1))}, "UnsupportedOperation"},
		"two attributes of a subnet":   {&ec2.ModifySubnetAttributeInput{SubnetId: &subnet, MapPublicIpOnLaunch: &ec2types.AttributeBooleanValue{}, EnableDns64: &ec2types.AttributeBooleanValue{}}, "InvalidParameterCombination"},
		"no such kind of names":        {&ec2.ModifySubnetAttributeInput{SubnetId: &subnet, PrivateDnsHostnameTypeOnLaunch: "x"}, "InvalidParameterValue"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[struct{}](w.forkWithin(t), tc.in, tc.code)
		})
	}
}

func TestSubnetAttributes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	subnet := newSubnet(w, newVPC(w, "10.0.0.0/16"), "10.0.0.0/24")
	on := &ec2types.AttributeBooleanValue{Value: ptr(true)}
	for _, in := range []ec2.ModifySubnetAttributeInput{
		{MapPublicIpOnLaunch: on}, {EnableDns64: on}, {EnableResourceNameDnsARecordOnLaunch: on}, {EnableResourceNameDnsAAAARecordOnLaunch: on},
		{PrivateDnsHostnameTypeOnLaunch: ec2types.HostnameTypeResourceName},
	} {
		in.SubnetId = &subnet
		must[ec2.ModifySubnetAttributeOutput](w, &in)
	}
	s := must[ec2.DescribeSubnetsOutput](w, &ec2.DescribeSubnetsInput{SubnetIds: []string{subnet}, Filters: []ec2types.Filter{filter("enable-dns64", "true")}}).Subnets[0]
	require.True(t, *s.MapPublicIpOnLaunch)
	require.True(t, *s.EnableDns64)
	wantEqual(t, &ec2types.PrivateDnsNameOptionsOnLaunch{
		EnableResourceNameDnsAAAARecord: ptr(true), EnableResourceNameDnsARecord: ptr(true), HostnameType: ec2types.HostnameTypeResourceName,
	}, s.PrivateDnsNameOptionsOnLaunch)
	wantNoChange[ec2.ModifySubnetAttributeOutput](w, &ec2.ModifySubnetAttributeInput{SubnetId: &subnet, AssignIpv6AddressOnCreation: on}, "InvalidParameterValue")
}

func TestDHCPOptions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	network := defaultVPCOf(w)
	seeded := must[ec2.DescribeDhcpOptionsOutput](w, &ec2.DescribeDhcpOptionsInput{}).DhcpOptions
	wantEqual(t, []ec2types.DhcpOptions{{
		DhcpConfigurations: []ec2types.DhcpConfiguration{
			{Key: ptr("domain-name"), Values: []ec2types.AttributeValue{{Value: ptr("ec2.internal")}}},
			{Key: ptr("domain-name-servers"), Values: []ec2types.AttributeValue{{Value: ptr("AmazonProvidedDNS")}}},
		},
		DhcpOptionsId: network.DhcpOptionsId, OwnerId: ptr(DefaultAccount),
	}}, seeded)
	option := func(key string, values ...string) *ec2.CreateDhcpOptionsInput {
		return &ec2.CreateDhcpOptionsInput{DhcpConfigurations: []ec2types.NewDhcpConfiguration{{Key: &key, Values: values}}}
	}
	made := must[ec2.CreateDhcpOptionsOutput](w, option("ntp-servers", "10.0.0.7", "fd00::1")).DhcpOptions.DhcpOptionsId
	require.Len(t, must[ec2.DescribeDhcpOptionsOutput](w, &ec2.DescribeDhcpOptionsInput{Filters: []ec2types.Filter{filter("value", "fd00::1")}}).DhcpOptions, 1)
	must[ec2.AssociateDhcpOptionsOutput](w, &ec2.AssociateDhcpOptionsInput{DhcpOptionsId: made, VpcId: network.VpcId})
	require.Equal(t, made, defaultVPCOf(w).DhcpOptionsId)
	require.Equal(t, network.DhcpOptionsId, must[ec2.CreateVpcOutput](w, &ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16")}).Vpc.DhcpOptionsId, "a new VPC has the region's own")
	for name, tc := range map[string]struct {
		in   any
		code string
	}{
		// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteDhcpOptions.html
		"a VPC has them":        {&ec2.DeleteDhcpOptionsInput{DhcpOptionsId: made}, "DependencyViolation"},
		"no such options":       {&ec2.AssociateDhcpOptionsInput{DhcpOptionsId: ptr("dopt-12345678"), VpcId: network.VpcId}, "InvalidDhcpOptionsID.NotFound"},
		"no options":            {&ec2.CreateDhcpOptionsInput{}, "MissingParameter"},
		"an unknown option":     {option("colour", "red"), "InvalidParameterValue"},
		"no value":              {option("domain-name"), "MissingParameter"},
		"too many servers":      {option("ntp-servers", "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5"), "InvalidParameterValue"},
		"a name for an address": {option("domain-name-servers", "dns.example.com"), "InvalidParameterValue"},
		"a type of node":        {option("netbios-node-type", "3"), "InvalidParameterValue"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[struct{}](w.forkWithin(t), tc.in, tc.code)
		})
	}
	t.Run("none", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		must[ec2.AssociateDhcpOptionsOutput](w, &ec2.AssociateDhcpOptionsInput{DhcpOptionsId: ptr("default"), VpcId: network.VpcId})
		require.Equal(t, "default", *defaultVPCOf(w).DhcpOptionsId)
		must[ec2.DeleteDhcpOptionsOutput](w, &ec2.DeleteDhcpOptionsInput{DhcpOptionsId: made})
	})
}
