package engine

import (
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// vpc is a virtual private cloud.
type vpc struct {
	id           string
	scope        store.Scope
	cidr         netip.Prefix
	association  string // ID of the CIDR block's association
	ipv6         ipv6Block
	isDefault    bool
	state        ec2types.VpcState
	tenancy      ec2types.Tenancy
	dhcpOptions  string
	defaultGroup string // ID of its group "default"
	secondary    []vpcBlock
	dnsSupport   bool
	dnsHostnames bool
	usageMetrics bool // of network addresses
}

// ipv6Block is the IPv6 block of a VPC or subnet; the zero value is none.
type ipv6Block struct {
	cidr        netip.Prefix
	association string
}

var vpcSchema = store.Schema[vpc]{
	Name:  "vpcs",
	ID:    func(v *vpc) string { return v.id },
	Scope: func(v *vpc) store.Scope { return v.scope },
	Indexes: []store.Index[vpc]{
		{Name: "default", Values: func(v *vpc, add func(string)) { add(boolText(v.isDefault)) }},
	},
}

var addressingOperations = []operation{
	writing("CidrBlock InstanceTenancy AmazonProvidedIpv6CidrBlock Ipv6CidrBlock Ipv6CidrBlockNetworkBorderGroup Ipv6Pool "+
		"Ipv4IpamPoolId Ipv4NetmaskLength Ipv6IpamPoolId Ipv6NetmaskLength TagSpecifications{ResourceType Tags{Key Value}}", (*tx).createVPC),
	reading("VpcIds Filters{Name Values} MaxResults NextToken", (*view).describeVPCs),
	writing("VpcId CidrBlock AvailabilityZone AvailabilityZoneId Ipv6CidrBlock Ipv6Native OutpostArn "+
		"Ipv4IpamPoolId Ipv4NetmaskLength Ipv6IpamPoolId Ipv6NetmaskLength TagSpecifications{ResourceType Tags{Key Value}}", (*tx).createSubnet),
	reading("SubnetIds Filters{Name Values} MaxResults NextToken", (*view).describeSubnets),
}

var vpcFilters = filterable[vpc]{
	table:    func(s *state) *store.Table[vpc] { return s.vpcs },
	id:       func(n *vpc) string { return n.id },
	resource: ec2types.ResourceTypeVpc,
	filters: map[string]filterOn[vpc]{
		"cidr":                                        one(func(_ *view, n *vpc) string { return n.cidr.String() }),
		"cidr-block-association.cidr-block":           onIPv4Blocks(func(b vpcBlock) string { return b.cidr.String() }),
		"cidr-block-association.association-id":       onIPv4Blocks(func(b vpcBlock) string { return b.association }),
		"cidr-block-association.state":                one(func(*view, *vpc) string { return string(ec2types.VpcCidrBlockStateCodeAssociated) }),
		"dhcp-options-id":                             one(func(_ *view, n *vpc) string { return n.dhcpOptions }),
		"ipv6-cidr-block-association.ipv6-pool":       some(func(_ *view, n *vpc, add func(string)) { n.ipv6.tell(add, func() string { return amazonPool }) }),
		"ipv6-cidr-block-association.state":           some(func(_ *view, n *vpc, add func(string)) { n.ipv6.tell(add, associated) }),
		"ipv6-cidr-block-association.ipv6-cidr-block": some(func(_ *view, n *vpc, add func(string)) { n.ipv6.tell(add, n.ipv6.cidr.String) }),
		"ipv6-cidr-block-association.association-id":  some(func(_ *view, n *vpc, add func(string)) { n.ipv6.tell(add, n.ipv6.associationID) }),
		"is-default":                                  isDefaultVPC,
		"isDefault":                                   isDefaultVPC, // the form of older releases of the API, still widely used (mem)
		"owner-id":                                    one(func(v *view, _ *vpc) string { return v.Account }),
		"state":                                       one(func(_ *view, n *vpc) string { return string(n.state) }),
		"vpc-id":                                      one(func(_ *view, n *vpc) string { return n.id }).by(ownID),
	},
}

var isDefaultVPC = one(func(_ *view, n *vpc) string { return boolText(n.isDefault) }).by("default")

// amazonPool is the IPv6 pool of blocks that Amazon provides.
const amazonPool = "Amazon"

func associated() string { return string(ec2types.VpcCidrBlockStateCodeAssociated) }

func (b ipv6Block) tell(add func(string), value func() string) {
	if b.cidr.IsValid() {
		add(value())
	}
}

func (b ipv6Block) associationID() string { return b.association }

func (t *tx) createVPC(in *ec2.CreateVpcInput) (*ec2.CreateVpcOutput, error) {
	cidr, err := checkVPCBlocks(in, t.Place)
	if err != nil {
		return nil, err
	}
	tenancy := in.InstanceTenancy
	switch tenancy {
	case "":
		tenancy = ec2types.TenancyDefault
	case ec2types.TenancyDefault, ec2types.TenancyDedicated:
	default:
		return nil, badValue("instanceTenancy", tenancy, "The tenancy of a VPC is default or dedicated.") // text (mem)
	}
	tags, err := tagSpecifications(in.TagSpecifications, ec2types.ResourceTypeVpc)
	if err != nil {
		return nil, err
	}
	n := &vpc{cidr: cidr, tenancy: tenancy, dnsSupport: true}
	if deref(in.AmazonProvidedIpv6CidrBlock) {
		n.ipv6 = ipv6Block{cidr: t.newIPv6Block(), association: t.newID(kindCIDRAssociation)}
	}
	n = t.makeVPC(n)
	t.makeMainRouteTable(n.id)
	if err := t.setTags(ec2types.ResourceTypeVpc, n.id, tags[ec2types.ResourceTypeVpc]); err != nil {
		return nil, err
	}
	out := t.renderVPC(n)
	out.State = ec2types.VpcStatePending
	for i := range out.Ipv6CidrBlockAssociationSet {
		out.Ipv6CidrBlockAssociationSet[i].Ipv6CidrBlockState.State = ec2types.VpcCidrBlockStateCodeAssociating
	}
	return &ec2.CreateVpcOutput{Vpc: &out}, nil
}

// makeVPC puts a VPC and its group "default" into the world.
func (t *tx) makeVPC(n *vpc) *vpc {
	n.id, n.scope = t.newID(kindVPC), t.scope
	n.association = t.newID(kindCIDRAssociation)
	n.state = ec2types.VpcStateAvailable
	n.dhcpOptions = t.defaultDHCPOptions()
	n.defaultGroup = t.makeDefaultGroup(n.id, n.ipv6.cidr.IsValid())
	t.vpcs.Put(&t.undo, n)
	t.makeACL(n, true)
	return n
}

// checkVPCBlocks gives the IPv4 block that a request for a VPC asks for. This cloud has no address
// pools but Amazon's, so that any pool of one's own isn't found.
func checkVPCBlocks(in *ec2.CreateVpcInput, at Place) (netip.Prefix, error) {
	none := netip.Prefix{}
	if err := checkPools(in.Ipv4IpamPoolId, in.Ipv4NetmaskLength, "ipv4"); err != nil {
		return none, err
	}
	if err := checkPools(in.Ipv6IpamPoolId, in.Ipv6NetmaskLength, "ipv6"); err != nil {
		return none, err
	}
	if pool := deref(in.Ipv6Pool); pool != "" {
		return none, fail("InvalidIpv6PoolID.NotFound", "The pool ID '%s' does not exist.", pool) // (mem)
	}
	if in.Ipv6CidrBlock != nil {
		return none, fail("InvalidParameterCombination", "The parameter ipv6CidrBlock can only be used with the parameter ipv6Pool.") // (mem)
	}
	if group := deref(in.Ipv6CidrBlockNetworkBorderGroup); group != "" {
		if !deref(in.AmazonProvidedIpv6CidrBlock) {
			return none, fail("InvalidParameterCombination",
				"The parameter ipv6CidrBlockNetworkBorderGroup can only be used when amazonProvidedIpv6CidrBlock is true.") // (mem)
		}
		if group != string(at.Region) { // there are no Local Zones here
			return none, badValue("ipv6CidrBlockNetworkBorderGroup", group, "The network border group does not exist in this region.") // (mem)
		}
	}
	if deref(in.CidrBlock) == "" {
		return none, missing("cidrBlock")
	}
	cidr, err := parseCIDR("cidrBlock", *in.CidrBlock)
	if err != nil {
		return none, err
	}
	if bits := cidr.Bits(); bits < maxBlockBits || bits > minBlockBits || unroutable(cidr) {
		return none, fail("InvalidVpcRange", "The CIDR '%s' is invalid.", *in.CidrBlock)
	}
	return cidr, nil
}

// The largest and the smallest IPv4 block of a VPC or subnet
// (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html).
const (
	maxBlockBits = 16
	minBlockBits = 28
)

// unroutable tells the blocks that no VPC can have
// (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html; that the code is the one for a bad size is (mem)).
func unroutable(cidr netip.Prefix) bool {
	for _, never := range [...]string{"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4"} {
		if netip.MustParsePrefix(never).Overlaps(cidr) {
			return true
		}
	}
	return false
}

// checkPools refuses a block from an IPAM pool, since there are no such pools (codes and texts (mem)).
func checkPools(pool *string, length *int32, family string) error {
	if id := deref(pool); id != "" {
		return fail("InvalidIpamPoolId.NotFound", "The ipamPool ID '%s' does not exist", id)
	}
	if length != nil {
		return fail("InvalidParameterCombination", "The parameter %sNetmaskLength can only be used with the parameter %sIpamPoolId.", family, family)
	}
	return nil
}

// newIPv6Block gives a /56 of Amazon's that no VPC of the cloud has had: an odd factor is a permutation of
// the counter, within the 24 bits that 2600:1f18::/32 leaves.
func (t *tx) newIPv6Block() netip.Prefix {
	t.counters[kindPublicAddress]++
	n := t.counters[kindPublicAddress]*stride ^ t.seed
	a := [16]byte{0x26, 0x00, 0x1f, 0x18, byte(n >> 16), byte(n >> 8), byte(n)}
	return netip.PrefixFrom(netip.AddrFrom16(a), 56)
}

func (v *view) describeVPCs(in *ec2.DescribeVpcsInput) (*ec2.DescribeVpcsOutput, error) {
	pg, err := usualPaging.at("DescribeVpcs", in.MaxResults, in.NextToken, 0, "")
	if err != nil {
		return nil, err
	}
	rows, next, err := vpcFilters.listing(v, in.Filters, in.VpcIds, v.vpcByID, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeVpcsOutput{NextToken: next, Vpcs: make([]ec2types.Vpc, 0, len(rows))}
	for _, n := range rows {
		out.Vpcs = append(out.Vpcs, v.renderVPC(n))
	}
	return out, nil
}

func (v *view) renderVPC(n *vpc) ec2types.Vpc {
	out := ec2types.Vpc{
		BlockPublicAccessStates: publicAccess(),
		CidrBlock:               ptr(n.cidr.String()),
		DhcpOptionsId:           ptr(n.dhcpOptions),
		InstanceTenancy:         n.tenancy,
		IsDefault:               ptr(n.isDefault),
		OwnerId:                 ptr(v.Account),
		State:                   n.state,
		Tags:                    v.renderTags(n.id),
		VpcId:                   ptr(n.id),
	}
	for _, b := range n.ipv4() {
		out.CidrBlockAssociationSet = append(out.CidrBlockAssociationSet, *renderIPv4(b, ec2types.VpcCidrBlockStateCodeAssociated))
	}
	if n.ipv6.cidr.IsValid() {
		out.Ipv6CidrBlockAssociationSet = []ec2types.VpcIpv6CidrBlockAssociation{*v.renderIPv6(n, ec2types.VpcCidrBlockStateCodeAssociated)}
	}
	return out
}

// publicAccess says that the region blocks no traffic, as it does unless it is told to
// (https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html).
func publicAccess() *ec2types.BlockPublicAccessStates {
	return &ec2types.BlockPublicAccessStates{InternetGatewayBlockMode: ec2types.BlockPublicAccessModeOff}
}

// vpcByID gives the caller's VPC, or InvalidVpcID.Malformed or .NotFound.
func (v *view) vpcByID(id string) (*vpc, error) {
	return owned(v, v.vpcs, vpcSchema.Scope, kindVPC, id)
}

// defaultVPC is the one that an account finds in a region.
func (v *view) defaultVPC() (*vpc, bool) { return first(v.vpcs.By("default", v.scope, "true")) }
