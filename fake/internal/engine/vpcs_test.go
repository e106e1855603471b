package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/tooltest"
	"github.com/amiclass/amiclass/region"
)

// outputs compares outputs of the SDK, whose types have an unexported member of no meaning.
var outputs = cmp.FilterPath(func(p cmp.Path) bool {
	field, ok := p.Last().(cmp.StructField)
	return ok && field.Name() == "noSmithyDocumentSerde"
}, cmp.Ignore())

func wantEqual(t testing.TB, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got, outputs); diff != "" {
		t.Errorf("unexpected output (-want +got):\n%s", diff)
	}
}

// newVPC makes a VPC with a block and gives its ID.
func newVPC(w *testWorld, cidr string, pairs ...string) string {
	w.t.Helper()
	in := &ec2.CreateVpcInput{CidrBlock: &cidr}
	if len(pairs) > 0 {
		in.TagSpecifications = tagged(ec2types.ResourceTypeVpc, pairs...)
	}
	return *must[ec2.CreateVpcOutput](w, in).Vpc.VpcId
}

func defaultVPCOf(w *testWorld) ec2types.Vpc {
	w.t.Helper()
	out := must[ec2.DescribeVpcsOutput](w, &ec2.DescribeVpcsInput{Filters: []ec2types.Filter{filter("is-default", "true")}})
	require.Len(w.t, out.Vpcs, 1)
	return out.Vpcs[0]
}

func vpcIDs(w *testWorld, in *ec2.DescribeVpcsInput) []string {
	w.t.Helper()
	ids := []string{}
	for _, n := range must[ec2.DescribeVpcsOutput](w, in).Vpcs {
		ids = append(ids, *n.VpcId)
	}
	return ids
}

func TestCreateVpc(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	made := must[ec2.CreateVpcOutput](w, &ec2.CreateVpcInput{
		CidrBlock:         ptr("10.1.2.3/16"),
		InstanceTenancy:   ec2types.TenancyDedicated,
		TagSpecifications: tagged(ec2types.ResourceTypeVpc, "Name", "mine"),
	}).Vpc
	require.Equal(t, ec2types.VpcStatePending, made.State)
	require.Regexp(t, `^vpc-0[0-9a-f]{16}$`, *made.VpcId)

	got := must[ec2.DescribeVpcsOutput](w, &ec2.DescribeVpcsInput{VpcIds: []string{*made.VpcId}})
	wantEqual(t, []ec2types.Vpc{{
		BlockPublicAccessStates: &ec2types.BlockPublicAccessStates{InternetGatewayBlockMode: ec2types.BlockPublicAccessModeOff},
		CidrBlock:               ptr("10.1.0.0/16"),
		CidrBlockAssociationSet: []ec2types.VpcCidrBlockAssociation{{
			AssociationId:  made.CidrBlockAssociationSet[0].AssociationId,
			CidrBlock:      ptr("10.1.0.0/16"),
			CidrBlockState: &ec2types.VpcCidrBlockState{State: ec2types.VpcCidrBlockStateCodeAssociated},
		}},
		DhcpOptionsId:   defaultVPCOf(w).DhcpOptionsId,
		InstanceTenancy: ec2types.TenancyDedicated,
		IsDefault:       ptr(false),
		OwnerId:         ptr(DefaultAccount),
		State:           ec2types.VpcStateAvailable,
		Tags:            tags("Name", "mine"),
		VpcId:           made.VpcId,
	}}, got.Vpcs)

	groups := must[ec2.DescribeSecurityGroupsOutput](w, &ec2.DescribeSecurityGroupsInput{
		Filters: []ec2types.Filter{filter("vpc-id", *made.VpcId)},
	}).SecurityGroups
	require.Len(t, groups, 1, "a VPC comes with a group")
	require.Equal(t, "default", *groups[0].GroupName)
}

func TestCreateVpcWithAmazonsIPv6(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	in := &ec2.CreateVpcInput{
		CidrBlock: ptr("10.0.0.0/16"), AmazonProvidedIpv6CidrBlock: ptr(true), Ipv6CidrBlockNetworkBorderGroup: ptr("us-east-1"),
	}
	made := must[ec2.CreateVpcOutput](w, in).Vpc
	other := must[ec2.CreateVpcOutput](w.as("111122223333"), in).Vpc
	require.Equal(t, ec2types.VpcCidrBlockStateCodeAssociating, made.Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlockState.State)
	require.Regexp(t, `^2600:1f18:[0-9a-f:]+/56$`, *made.Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock)
	require.NotEqual(t, made.Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock, other.Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock)

	got := must[ec2.DescribeVpcsOutput](w, &ec2.DescribeVpcsInput{VpcIds: []string{*made.VpcId}}).Vpcs[0]
	wantEqual(t, []ec2types.VpcIpv6CidrBlockAssociation{{
		AssociationId:        made.Ipv6CidrBlockAssociationSet[0].AssociationId,
		IpSource:             ec2types.IpSourceAmazon,
		Ipv6AddressAttribute: ec2types.Ipv6AddressAttributePublic,
		Ipv6CidrBlock:        made.Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock,
		Ipv6CidrBlockState:   &ec2types.VpcCidrBlockState{State: ec2types.VpcCidrBlockStateCodeAssociated},
		Ipv6Pool:             ptr("Amazon"),
		NetworkBorderGroup:   ptr("us-east-1"),
	}}, got.Ipv6CidrBlockAssociationSet)

	egress := must[ec2.DescribeSecurityGroupsOutput](w, &ec2.DescribeSecurityGroupsInput{
		Filters: []ec2types.Filter{filter("vpc-id", *made.VpcId), filter("egress.ip-permission.ipv6-cidr", "::/0")},
	})
	require.Len(t, egress.SecurityGroups, 1, "its group lets IPv6 out as well")
}

func TestCreateVpcRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	for name, tc := range map[string]struct {
		in      ec2.CreateVpcInput
		code    string
		message string
	}{
		"no block":            {ec2.CreateVpcInput{}, "MissingParameter", "The request must contain the parameter cidrBlock"},
		"no CIDR":             {ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0")}, "InvalidParameterValue", "Value (10.0.0.0) for parameter cidrBlock is invalid. This is not a valid CIDR block."},
		"IPv6 for IPv4":       {ec2.CreateVpcInput{CidrBlock: ptr("2600::/56")}, "InvalidParameterValue", "Value (2600::/56) for parameter cidrBlock is invalid. This is not a valid CIDR block."},
		"too large":           {ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/15")}, "InvalidVpcRange", "The CIDR '10.0.0.0/15' is invalid."},
		"too small":           {ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/29")}, "InvalidVpcRange", "The CIDR '10.0.0.0/29' is invalid."},
		"loopback":            {ec2.CreateVpcInput{CidrBlock: ptr("127.0.0.0/16")}, "InvalidVpcRange", "The CIDR '127.0.0.0/16' is invalid."},
		"host tenancy":        {ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16"), InstanceTenancy: ec2types.TenancyHost}, "InvalidParameterValue", "Value (host) for parameter instanceTenancy is invalid. The tenancy of a VPC is default or dedicated."},
		"IPAM pool":           {ec2.CreateVpcInput{Ipv4IpamPoolId: ptr("ipam-pool-0123456789abcdef0"), Ipv4NetmaskLength: ptr(int32(20))}, "InvalidIpamPoolId.NotFound", "The ipamPool ID 'ipam-pool-0123456789abcdef0' does not exist"},
		"IPv6 IPAM pool":      {ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16"), Ipv6IpamPoolId: ptr("ipam-pool-0123456789abcdef0")}, "InvalidIpamPoolId.NotFound", "The ipamPool ID 'ipam-pool-0123456789abcdef0' does not exist"},
		"length without pool": {ec2.CreateVpcInput{Ipv4NetmaskLength: ptr(int32(20))}, "InvalidParameterCombination", "The parameter ipv4NetmaskLength can only be used with the parameter ipv4IpamPoolId."},
		"IPv6 pool":           {ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16"), Ipv6Pool: ptr("ipv6pool-ec2-0")}, "InvalidIpv6PoolID.NotFound", "The pool ID 'ipv6pool-ec2-0' does not exist."},
		"IPv6 without pool":   {ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16"), Ipv6CidrBlock: ptr("2600::/56")}, "InvalidParameterCombination", "The parameter ipv6CidrBlock can only be used with the parameter ipv6Pool."},
		"border group alone":  {ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16"), Ipv6CidrBlockNetworkBorderGroup: ptr("us-east-1")}, "InvalidParameterCombination", "The parameter ipv6CidrBlockNetworkBorderGroup can only be used when amazonProvidedIpv6CidrBlock is true."},
		"border group":        {ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16"), AmazonProvidedIpv6CidrBlock: ptr(true), Ipv6CidrBlockNetworkBorderGroup: ptr("us-west-2-lax-1")}, "InvalidParameterValue", "Value (us-west-2-lax-1) for parameter ipv6CidrBlockNetworkBorderGroup is invalid. The network border group does not exist in this region."},
		"tags of others":      {ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16"), TagSpecifications: tagged(ec2types.ResourceTypeSubnet, "a", "b")}, "InvalidParameterValue", "'subnet' is not a valid taggable resource type for this operation."},
		"encryption control":  {ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16"), VpcEncryptionControl: &ec2types.VpcEncryptionControlConfiguration{Mode: ec2types.VpcEncryptionControlModeMonitor}}, "UnknownParameter", "CreateVpc: this cloud doesn't model the parameter VpcEncryptionControl."},
		"dry run":             {ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16"), DryRun: ptr(true)}, "DryRunOperation", "Request would have succeeded, but DryRun flag is set."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := wantNoChange[ec2.CreateVpcOutput](w.forkWithin(t), &tc.in, tc.code)
			require.Equal(t, tc.message, e.Message)
		})
	}
}

func TestDescribeVpcs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	byDefault := *defaultVPCOf(w).VpcId
	mine := newVPC(w, "10.0.0.0/16", "Name", "mine", "tier", "web")
	six := *must[ec2.CreateVpcOutput](w, &ec2.CreateVpcInput{CidrBlock: ptr("10.2.0.0/24"), AmazonProvidedIpv6CidrBlock: ptr(true)}).Vpc.VpcId
	newVPC(w.as("111122223333"), "10.0.0.0/16", "Name", "theirs")
	newVPC(w.in(region.EUWest1), "10.0.0.0/16", "Name", "elsewhere")
	row := must[ec2.DescribeVpcsOutput](w, &ec2.DescribeVpcsInput{VpcIds: []string{six}}).Vpcs[0]
	block := row.Ipv6CidrBlockAssociationSet[0]

	for name, tc := range map[string]struct {
		filters []ec2types.Filter
		want    []string
	}{
		"all are one's own, here":   {nil, []string{byDefault, mine, six}},
		"cidr":                      {[]ec2types.Filter{filter("cidr", "10.0.0.0/16")}, []string{mine}},
		"cidr by wildcard":          {[]ec2types.Filter{filter("cidr", "10.*")}, []string{mine, six}},
		"associated block":          {[]ec2types.Filter{filter("cidr-block-association.cidr-block", "10.2.0.0/24")}, []string{six}},
		"association":               {[]ec2types.Filter{filter("cidr-block-association.association-id", *row.CidrBlockAssociationSet[0].AssociationId)}, []string{six}},
		"association's state":       {[]ec2types.Filter{filter("cidr-block-association.state", "associated")}, []string{byDefault, mine, six}},
		"dhcp options":              {[]ec2types.Filter{filter("dhcp-options-id", *row.DhcpOptionsId)}, []string{byDefault, mine, six}},
		"IPv6 block":                {[]ec2types.Filter{filter("ipv6-cidr-block-association.ipv6-cidr-block", *block.Ipv6CidrBlock)}, []string{six}},
		"IPv6 pool":                 {[]ec2types.Filter{filter("ipv6-cidr-block-association.ipv6-pool", "Amazon")}, []string{six}},
		"IPv6 association":          {[]ec2types.Filter{filter("ipv6-cidr-block-association.association-id", *block.AssociationId)}, []string{six}},
		"IPv6 association's state":  {[]ec2types.Filter{filter("ipv6-cidr-block-association.state", "associated")}, []string{six}},
		"default":                   {[]ec2types.Filter{filter("is-default", "true")}, []string{byDefault}},
		"not default, the old name": {[]ec2types.Filter{filter("isDefault", "false")}, []string{mine, six}},
		"owner":                     {[]ec2types.Filter{filter("owner-id", DefaultAccount)}, []string{byDefault, mine, six}},
		"state":                     {[]ec2types.Filter{filter("state", "pending")}, []string{}},
		"tag":                       {[]ec2types.Filter{filter("tag:Name", "mine", "theirs", "elsewhere")}, []string{mine}},
		"tag key":                   {[]ec2types.Filter{filter("tag-key", "tier")}, []string{mine}},
		"ID":                        {[]ec2types.Filter{filter("vpc-id", six, mine)}, []string{mine, six}},
		"all filters have to match": {[]ec2types.Filter{filter("vpc-id", mine), filter("is-default", "true")}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ElementsMatch(t, tc.want, vpcIDs(w.within(t), &ec2.DescribeVpcsInput{Filters: tc.filters}))
		})
	}
	t.Run("by IDs, in their order and each once", func(t *testing.T) {
		t.Parallel()
		want := []string{min(mine, six), max(mine, six)}
		require.Equal(t, want, vpcIDs(w.within(t), &ec2.DescribeVpcsInput{VpcIds: []string{six, mine, six}}))
	})
	t.Run("IDs and filters", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, []string{six}, vpcIDs(w.within(t), &ec2.DescribeVpcsInput{
			VpcIds: []string{six, mine}, Filters: []ec2types.Filter{filter("cidr", "10.2.0.0/24")},
		}))
	})
}

func TestDescribeVpcsRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	theirs := newVPC(w.as("111122223333"), "10.0.0.0/16")
	for name, tc := range map[string]struct {
		in            ec2.DescribeVpcsInput
		code, message string
	}{
		"malformed":       {ec2.DescribeVpcsInput{VpcIds: []string{"vpc-x"}}, "InvalidVpcID.Malformed", `Invalid id: "vpc-x" (expecting "vpc-...")`},
		"unknown":         {ec2.DescribeVpcsInput{VpcIds: []string{"vpc-12345678"}}, "InvalidVpcID.NotFound", "The vpc ID 'vpc-12345678' does not exist"},
		"several unknown": {ec2.DescribeVpcsInput{VpcIds: []string{"vpc-12345678", "vpc-87654321"}}, "InvalidVpcID.NotFound", "The vpc ID 'vpc-12345678, vpc-87654321' does not exist"},
		"another's":       {ec2.DescribeVpcsInput{VpcIds: []string{theirs}}, "InvalidVpcID.NotFound", "The vpc ID '" + theirs + "' does not exist"},
		"filter":          {ec2.DescribeVpcsInput{Filters: []ec2types.Filter{filter("colour", "red")}}, "InvalidParameterValue", "The filter 'colour' is invalid"},
		"too few results": {ec2.DescribeVpcsInput{MaxResults: ptr(int32(4))}, "InvalidParameterValue", "Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than or equal to 5."},
		"token":           {ec2.DescribeVpcsInput{NextToken: ptr("x")}, "InvalidNextToken", "The token 'x' is invalid"},
		"dry run":         {ec2.DescribeVpcsInput{DryRun: ptr(true)}, "DryRunOperation", "Request would have succeeded, but DryRun flag is set."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := wantNoChange[ec2.DescribeVpcsOutput](w.forkWithin(t), &tc.in, tc.code)
			require.Equal(t, tc.message, e.Message)
		})
	}
}

func TestDescribeVpcsInPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	for i := range 11 {
		newVPC(w, "10."+itoa(i)+".0.0/16")
	}
	all := vpcIDs(w, &ec2.DescribeVpcsInput{})
	require.Len(t, all, 12)
	var paged []string
	in := &ec2.DescribeVpcsInput{MaxResults: ptr(int32(5))}
	for pages := 1; ; pages++ {
		out := must[ec2.DescribeVpcsOutput](w, in)
		for _, n := range out.Vpcs {
			paged = append(paged, *n.VpcId)
		}
		if out.NextToken == nil {
			require.Equal(t, 3, pages)
			break
		}
		in.NextToken = out.NextToken
	}
	require.Equal(t, all, paged)
}

func TestWhatCallersHoldIsNotTheState(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := newVPC(w, "10.0.0.0/16")
	in := &ec2.CreateSubnetInput{
		VpcId: &id, CidrBlock: ptr("10.0.0.0/24"), AvailabilityZone: ptr("us-east-1b"),
		TagSpecifications: tagged(ec2types.ResourceTypeSubnet, "Name", "mine"),
	}
	made := must[ec2.CreateSubnetOutput](w, in)
	groups := must[ec2.DescribeSecurityGroupsOutput](w, &ec2.DescribeSecurityGroupsInput{})
	vpcs := must[ec2.DescribeVpcsOutput](w, &ec2.DescribeVpcsInput{})
	zones := must[ec2.DescribeAvailabilityZonesOutput](w, &ec2.DescribeAvailabilityZonesInput{})
	types := must[ec2.DescribeInstanceTypesOutput](w, &ec2.DescribeInstanceTypesInput{InstanceTypes: []ec2types.InstanceType{"m7g.large"}})
	before := w.dump()

	for _, held := range []any{in, made, groups, vpcs, zones, types} {
		tooltest.Scribble(held)
	}
	require.Equal(t, before, w.dump())
	require.Equal(t, "us-east-1a", *must[ec2.DescribeAvailabilityZonesOutput](w, &ec2.DescribeAvailabilityZonesInput{}).AvailabilityZones[0].ZoneName)
	again := must[ec2.DescribeInstanceTypesOutput](w, &ec2.DescribeInstanceTypesInput{InstanceTypes: []ec2types.InstanceType{"m7g.large"}})
	require.Equal(t, int32(2), *again.InstanceTypes[0].VCpuInfo.DefaultVCpus)
}
