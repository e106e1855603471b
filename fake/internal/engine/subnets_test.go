package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

func newSubnet(w *testWorld, vpc, cidr string, pairs ...string) string {
	w.t.Helper()
	in := &ec2.CreateSubnetInput{VpcId: &vpc, CidrBlock: &cidr}
	if len(pairs) > 0 {
		in.TagSpecifications = tagged(ec2types.ResourceTypeSubnet, pairs...)
	}
	return *must[ec2.CreateSubnetOutput](w, in).Subnet.SubnetId
}

func subnetIDs(w *testWorld, in *ec2.DescribeSubnetsInput) []string {
	w.t.Helper()
	ids := []string{}
	for _, s := range must[ec2.DescribeSubnetsOutput](w, in).Subnets {
		ids = append(ids, *s.SubnetId)
	}
	return ids
}

func TestCreateSubnet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	network := must[ec2.CreateVpcOutput](w, &ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16"), AmazonProvidedIpv6CidrBlock: ptr(true)}).Vpc
	prefix := (*network.Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock)
	six := prefix[:len(prefix)-len("56")] + "64"
	made := must[ec2.CreateSubnetOutput](w, &ec2.CreateSubnetInput{
		VpcId: network.VpcId, CidrBlock: ptr("10.0.1.77/24"), AvailabilityZoneId: ptr("use1-az4"), Ipv6CidrBlock: &six,
		Ipv6Native:        ptr(false),
		TagSpecifications: tagged(ec2types.ResourceTypeSubnet, "Name", "mine"),
	}).Subnet
	require.Equal(t, ec2types.SubnetCidrBlockStateCodeAssociating, made.Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlockState.State)

	want := ec2types.Subnet{
		AssignIpv6AddressOnCreation: ptr(false),
		AvailabilityZone:            ptr("us-east-1d"),
		AvailabilityZoneId:          ptr("use1-az4"),
		AvailableIpAddressCount:     ptr(int32(251)),
		BlockPublicAccessStates:     &ec2types.BlockPublicAccessStates{InternetGatewayBlockMode: ec2types.BlockPublicAccessModeOff},
		CidrBlock:                   ptr("10.0.1.0/24"),
		DefaultForAz:                ptr(false),
		EnableDns64:                 ptr(false),
		Ipv6CidrBlockAssociationSet: []ec2types.SubnetIpv6CidrBlockAssociation{{
			AssociationId:        made.Ipv6CidrBlockAssociationSet[0].AssociationId,
			IpSource:             ec2types.IpSourceAmazon,
			Ipv6AddressAttribute: ec2types.Ipv6AddressAttributePublic,
			Ipv6CidrBlock:        &six,
			Ipv6CidrBlockState:   &ec2types.SubnetCidrBlockState{State: ec2types.SubnetCidrBlockStateCodeAssociated},
		}},
		Ipv6Native:                 ptr(false),
		MapCustomerOwnedIpOnLaunch: ptr(false),
		MapPublicIpOnLaunch:        ptr(false),
		OwnerId:                    ptr(DefaultAccount),
		PrivateDnsNameOptionsOnLaunch: &ec2types.PrivateDnsNameOptionsOnLaunch{
			EnableResourceNameDnsAAAARecord: ptr(false), EnableResourceNameDnsARecord: ptr(false), HostnameType: ec2types.HostnameTypeIpName,
		},
		State:     ec2types.SubnetStateAvailable,
		SubnetArn: ptr("arn:aws:ec2:us-east-1:123456789012:subnet/" + *made.SubnetId),
		SubnetId:  made.SubnetId,
		Tags:      tags("Name", "mine"),
		VpcId:     network.VpcId,
	}
	got := must[ec2.DescribeSubnetsOutput](w, &ec2.DescribeSubnetsInput{SubnetIds: []string{*made.SubnetId}})
	wantEqual(t, []ec2types.Subnet{want}, got.Subnets)
}

func TestCreateSubnetRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	mine := newVPC(w, "10.0.0.0/16")
	newSubnet(w, mine, "10.0.1.0/24")
	six := must[ec2.CreateVpcOutput](w, &ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16"), AmazonProvidedIpv6CidrBlock: ptr(true)}).Vpc
	prefix := *six.Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock
	base := prefix[:len(prefix)-len("/56")]
	must[ec2.CreateSubnetOutput](w, &ec2.CreateSubnetInput{VpcId: six.VpcId, CidrBlock: ptr("10.0.0.0/24"), Ipv6CidrBlock: ptr(base + "/60")})

	const zones = "Subnets can currently only be created in the following availability zones: us-east-1a, us-east-1b, us-east-1c, us-east-1d, us-east-1e, us-east-1f."
	for name, tc := range map[string]struct {
		in            ec2.CreateSubnetInput
		code, message string
	}{
		"no VPC":          {ec2.CreateSubnetInput{CidrBlock: ptr("10.0.0.0/24")}, "MissingParameter", "The request must contain the parameter vpcId"},
		"malformed VPC":   {ec2.CreateSubnetInput{VpcId: ptr("subnet-12345678")}, "InvalidVpcID.Malformed", `Invalid id: "subnet-12345678" (expecting "vpc-...")`},
		"unknown VPC":     {ec2.CreateSubnetInput{VpcId: ptr("vpc-12345678"), CidrBlock: ptr("10.0.0.0/24")}, "InvalidVpcID.NotFound", "The vpc ID 'vpc-12345678' does not exist"},
		"no block":        {ec2.CreateSubnetInput{VpcId: &mine}, "MissingParameter", "The request must contain the parameter cidrBlock"},
		"no CIDR":         {ec2.CreateSubnetInput{VpcId: &mine, CidrBlock: ptr("ten")}, "InvalidParameterValue", "Value (ten) for parameter cidrBlock is invalid. This is not a valid CIDR block."},
		"outside":         {ec2.CreateSubnetInput{VpcId: &mine, CidrBlock: ptr("10.1.0.0/24")}, "InvalidSubnet.Range", "The CIDR '10.1.0.0/24' is invalid."},
		"larger than VPC": {ec2.CreateSubnetInput{VpcId: &mine, CidrBlock: ptr("10.0.0.0/15")}, "InvalidSubnet.Range", "The CIDR '10.0.0.0/15' is invalid."},
		"too small":       {ec2.CreateSubnetInput{VpcId: &mine, CidrBlock: ptr("10.0.0.0/29")}, "InvalidSubnet.Range", "The CIDR '10.0.0.0/29' is invalid."},
		"overlaps":        {ec2.CreateSubnetInput{VpcId: &mine, CidrBlock: ptr("10.0.0.0/20")}, "InvalidSubnet.Conflict", "The CIDR '10.0.0.0/20' conflicts with another subnet"},
		"other zone":      {ec2.CreateSubnetInput{VpcId: &mine, CidrBlock: ptr("10.0.0.0/24"), AvailabilityZone: ptr("us-east-1z")}, "InvalidParameterValue", "Value (us-east-1z) for parameter availabilityZone is invalid. " + zones},
		"other zone ID":   {ec2.CreateSubnetInput{VpcId: &mine, CidrBlock: ptr("10.0.0.0/24"), AvailabilityZoneId: ptr("euw1-az1")}, "InvalidParameterValue", "Value (euw1-az1) for parameter availabilityZoneId is invalid. " + zones},
		"zone and its ID": {ec2.CreateSubnetInput{VpcId: &mine, CidrBlock: ptr("10.0.0.0/24"), AvailabilityZone: ptr("us-east-1a"), AvailabilityZoneId: ptr("use1-az6")}, "InvalidParameterCombination", "The parameter availabilityZone cannot be used with the parameter availabilityZoneId"},
		"Outpost":         {ec2.CreateSubnetInput{VpcId: &mine, CidrBlock: ptr("10.0.0.0/24"), OutpostArn: ptr("arn:x")}, "InvalidParameterValue", "Value (arn:x) for parameter outpostArn is invalid. The Outpost does not exist."},
		"IPv6 only":       {ec2.CreateSubnetInput{VpcId: &mine, Ipv6Native: ptr(true)}, "UnsupportedOperation", "This cloud has no IPv6-only subnets: Ipv6Native must not be true."},
		"IPv6 without":    {ec2.CreateSubnetInput{VpcId: &mine, CidrBlock: ptr("10.0.0.0/24"), Ipv6CidrBlock: ptr("2600::/64")}, "InvalidSubnet.Range", "The CIDR '2600::/64' is invalid."},
		"IPv6 steps":      {ec2.CreateSubnetInput{VpcId: six.VpcId, CidrBlock: ptr("10.0.1.0/24"), Ipv6CidrBlock: ptr(base + "/62")}, "InvalidSubnet.Range", "The CIDR '" + base + "/62' is invalid."},
		"IPv6 overlaps":   {ec2.CreateSubnetInput{VpcId: six.VpcId, CidrBlock: ptr("10.0.1.0/24"), Ipv6CidrBlock: ptr(base + "/64")}, "InvalidSubnet.Conflict", "The CIDR '" + base + "/64' conflicts with another subnet"},
		"IPv6 not valid":  {ec2.CreateSubnetInput{VpcId: six.VpcId, CidrBlock: ptr("10.0.1.0/24"), Ipv6CidrBlock: ptr("10.0.0.0/24")}, "InvalidParameterValue", "Value (10.0.0.0/24) for parameter ipv6CidrBlock is invalid. This is not a valid IPv6 CIDR block."},
		"IPAM pool":       {ec2.CreateSubnetInput{VpcId: &mine, Ipv4IpamPoolId: ptr("ipam-pool-1")}, "InvalidIpamPoolId.NotFound", "The ipamPool ID 'ipam-pool-1' does not exist"},
		"IPv6 length":     {ec2.CreateSubnetInput{VpcId: &mine, Ipv6NetmaskLength: ptr(int32(64))}, "InvalidParameterCombination", "The parameter ipv6NetmaskLength can only be used with the parameter ipv6IpamPoolId."},
		"bad tag":         {ec2.CreateSubnetInput{VpcId: &mine, CidrBlock: ptr("10.0.0.0/24"), TagSpecifications: tagged(ec2types.ResourceTypeSubnet, "aws:x", "")}, "InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use"},
		"dry run":         {ec2.CreateSubnetInput{VpcId: &mine, CidrBlock: ptr("10.0.0.0/24"), DryRun: ptr(true)}, "DryRunOperation", "Request would have succeeded, but DryRun flag is set."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := wantNoChange[ec2.CreateSubnetOutput](w.forkWithin(t), &tc.in, tc.code)
			require.Equal(t, tc.message, e.Message)
		})
	}
}

func TestDescribeSubnets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	byDefault := subnetIDs(w, &ec2.DescribeSubnetsInput{})
	network := must[ec2.CreateVpcOutput](w, &ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16"), AmazonProvidedIpv6CidrBlock: ptr(true)}).Vpc
	prefix := *network.Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock
	plain := newSubnet(w, *network.VpcId, "10.0.0.0/24", "Name", "plain")
	six := must[ec2.CreateSubnetOutput](w, &ec2.CreateSubnetInput{
		VpcId: network.VpcId, CidrBlock: ptr("10.0.1.0/28"), AvailabilityZone: ptr("us-east-1c"), Ipv6CidrBlock: &prefix,
	}).Subnet
	both := []string{plain, *six.SubnetId}
	all := append([]string{plain, *six.SubnetId}, byDefault...)
	inZone := subnetIDs(w, &ec2.DescribeSubnetsInput{Filters: []ec2types.Filter{filter("availability-zone", "us-east-1c")}})
	require.Len(t, inZone, 2)

	for name, tc := range map[string]struct {
		filter ec2types.Filter
		want   []string
	}{
		"zone, the other name":         {filter("availabilityZone", "us-east-1c"), inZone},
		"zone's ID":                    {filter("availability-zone-id", "use1-az2"), inZone},
		"zone's ID, the other name":    {filter("availabilityZoneId", "use1-az2"), inZone},
		"free addresses":               {filter("available-ip-address-count", "11", "251"), both},
		"block":                        {filter("cidr-block", "10.0.0.0/24"), []string{plain}},
		"block, other names":           {filter("cidr", "10.0.0.0/24"), []string{plain}},
		"block, yet other names":       {filter("cidrBlock", "10.0.0.0/24"), []string{plain}},
		"customer's pool":              {filter("customer-owned-ipv4-pool", "*"), []string{}},
		"default":                      {filter("default-for-az", "true"), byDefault},
		"not default, the other name":  {filter("defaultForAz", "false"), both},
		"DNS64":                        {filter("enable-dns64", "true"), []string{}},
		"device of local interfaces":   {filter("enable-lni-at-device-index", "1"), []string{}},
		"IPv6 block":                   {filter("ipv6-cidr-block-association.ipv6-cidr-block", "2600:*"), []string{*six.SubnetId}},
		"IPv6 association":             {filter("ipv6-cidr-block-association.association-id", *six.Ipv6CidrBlockAssociationSet[0].AssociationId), []string{*six.SubnetId}},
		"IPv6 state":                   {filter("ipv6-cidr-block-association.state", "associated"), []string{*six.SubnetId}},
		"IPv6 only":                    {filter("ipv6-native", "false"), all},
		"customer's address at launch": {filter("map-customer-owned-ip-on-launch", "false"), all},
		"public address at launch":     {filter("map-public-ip-on-launch", "true"), byDefault},
		"Outpost":                      {filter("outpost-arn", "*"), []string{}},
		"owner":                        {filter("owner-id", DefaultAccount), all},
		"host names":                   {filter("private-dns-name-options-on-launch.hostname-type", "ip-name"), all},
		"A records":                    {filter("private-dns-name-options-on-launch.enable-resource-name-dns-a-record", "true"), []string{}},
		"AAAA records":                 {filter("private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record", "false"), all},
		"state":                        {filter("state", "available"), all},
		"ARN":                          {filter("subnet-arn", "*"+plain), []string{plain}},
		"ID":                           {filter("subnet-id", plain), []string{plain}},
		"VPC":                          {filter("vpc-id", *network.VpcId), both},
		"tag":                          {filter("tag:Name", "plain"), []string{plain}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ElementsMatch(t, tc.want, subnetIDs(w.within(t), &ec2.DescribeSubnetsInput{Filters: []ec2types.Filter{tc.filter}}))
		})
	}
	t.Run("pages", func(t *testing.T) {
		t.Parallel()
		out := must[ec2.DescribeSubnetsOutput](w.within(t), &ec2.DescribeSubnetsInput{MaxResults: ptr(int32(5))})
		require.Len(t, out.Subnets, 5)
		out = must[ec2.DescribeSubnetsOutput](w.within(t), &ec2.DescribeSubnetsInput{MaxResults: ptr(int32(5)), NextToken: out.NextToken})
		require.Len(t, out.Subnets, 3)
		require.Nil(t, out.NextToken)
	})
	t.Run("unknown", func(t *testing.T) {
		t.Parallel()
		_, err := call[ec2.DescribeSubnetsOutput](w.within(t), &ec2.DescribeSubnetsInput{SubnetIds: []string{plain, "subnet-12345678"}})
		require.Equal(t, "The subnet ID 'subnet-12345678' does not exist", wantCode(t, err, "InvalidSubnetID.NotFound").Message)
	})
	t.Run("malformed", func(t *testing.T) {
		t.Parallel()
		_, err := call[ec2.DescribeSubnetsOutput](w.within(t), &ec2.DescribeSubnetsInput{SubnetIds: []string{"plain"}})
		wantCode(t, err, "InvalidSubnetID.Malformed")
	})
	t.Run("token of another operation", func(t *testing.T) {
		t.Parallel()
		token := page{op: "DescribeVpcs"}.token("vpc-1")
		_, err := call[ec2.DescribeSubnetsOutput](w.within(t), &ec2.DescribeSubnetsInput{NextToken: token})
		wantCode(t, err, "InvalidNextToken")
	})
}
