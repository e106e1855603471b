package engine

import (
	"net/netip"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
	"github.com/amiclass/amiclass/internal/catalogue"
)

// subnet is a subnet of a VPC.
type subnet struct {
	id             string
	scope          store.Scope
	vpc            string
	cidr           netip.Prefix
	ipv6           ipv6Block
	zone, zoneID   string
	state          ec2types.SubnetState
	defaultForZone bool
	mapPublicIP    bool
	addresses      addresses // that interfaces have
	hostnameType   ec2types.HostnameType
	dnsA, dnsAAAA  bool
	acl            string
	aclAssociation string
	assignIPv6     bool // interfaces get an IPv6 address if they ask for none
	dns64          bool
}

var subnetSchema = store.Schema[subnet]{
	Name:  "subnets",
	ID:    func(s *subnet) string { return s.id },
	Scope: func(s *subnet) store.Scope { return s.scope },
	Indexes: []store.Index[subnet]{
		{Name: "vpc", Values: func(s *subnet, add func(string)) { add(s.vpc) }},
		{Name: "zone", Values: func(s *subnet, add func(string)) { add(s.zone) }},
		{Name: "default", Values: func(s *subnet, add func(string)) {
			if s.defaultForZone {
				add(s.zone)
			}
		}},
	},
}

var subnetFilters = filterable[subnet]{
	table:    func(s *state) *store.Table[subnet] { return s.subnets },
	id:       func(s *subnet) string { return s.id },
	resource: ec2types.ResourceTypeSubnet,
	filters: map[string]filterOn[subnet]{
		"availability-zone":          subnetZone,
		"availabilityZone":           subnetZone,
		"availability-zone-id":       subnetZoneID,
		"availabilityZoneId":         subnetZoneID,
		"available-ip-address-count": one(func(_ *view, s *subnet) string { return itoa(s.available()) }),
		"cidr-block":                 subnetCIDR,
		"cidr":                       subnetCIDR,
		"cidrBlock":                  subnetCIDR,
		"customer-owned-ipv4-pool":   some(func(*view, *subnet, func(string)) {}), // Outposts have them
		"default-for-az":             subnetDefault,
		"defaultForAz":               subnetDefault,
		"enable-dns64":               one(func(_ *view, s *subnet) string { return boolText(s.dns64) }),
		"enable-lni-at-device-index": some(func(*view, *subnet, func(string)) {}), // Outposts have them
		"ipv6-cidr-block-association.ipv6-cidr-block":      some(func(_ *view, s *subnet, add func(string)) { s.ipv6.tell(add, s.ipv6.cidr.String) }),
		"ipv6-cidr-block-association.association-id":       some(func(_ *view, s *subnet, add func(string)) { s.ipv6.tell(add, s.ipv6.associationID) }),
		"ipv6-cidr-block-association.state":                some(func(_ *view, s *subnet, add func(string)) { s.ipv6.tell(add, associated) }),
		"ipv6-native":                                      one(func(*view, *subnet) string { return "false" }),
		"map-customer-owned-ip-on-launch":                  one(func(*view, *subnet) string { return "false" }),
		"map-public-ip-on-launch":                          one(func(_ *view, s *subnet) string { return boolText(s.mapPublicIP) }),
		"outpost-arn":                                      some(func(*view, *subnet, func(string)) {}),
		"owner-id":                                         one(func(v *view, _ *subnet) string { return v.Account }),
		"private-dns-name-options-on-launch.hostname-type": one(func(_ *view, s *subnet) string { return string(s.hostnameType) }),
		"private-dns-name-options-on-launch.enable-resource-name-dns-a-record":    one(func(_ *view, s *subnet) string { return boolText(s.dnsA) }),
		"private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record": one(func(_ *view, s *subnet) string { return boolText(s.dnsAAAA) }),
		"state":      one(func(_ *view, s *subnet) string { return string(s.state) }),
		"subnet-arn": one(func(v *view, s *subnet) string { return v.ARN("ec2", "subnet/"+s.id) }),
		"subnet-id":  one(func(_ *view, s *subnet) string { return s.id }).by(ownID),
		"vpc-id":     one(func(_ *view, s *subnet) string { return s.vpc }).by("vpc"),
	},
}

// The filters that have several names.
var (
	subnetZone    = one(func(_ *view, s *subnet) string { return s.zone }).by("zone")
	subnetZoneID  = one(func(_ *view, s *subnet) string { return s.zoneID })
	subnetCIDR    = one(func(_ *view, s *subnet) string { return s.cidr.String() })
	subnetDefault = one(func(_ *view, s *subnet) string { return boolText(s.defaultForZone) })
)

func (t *tx) createSubnet(in *ec2.CreateSubnetInput) (*ec2.CreateSubnetOutput, error) {
	if deref(in.VpcId) == "" {
		return nil, missing("vpcId")
	}
	network, err := t.vpcByID(*in.VpcId)
	if err != nil {
		return nil, err
	}
	s := &subnet{vpc: network.id}
	if s.cidr, s.ipv6.cidr, err = t.checkSubnetBlocks(in, network); err != nil {
		return nil, err
	}
	zone, err := t.zoneForSubnet(in)
	if err != nil {
		return nil, err
	}
	tags, err := tagSpecifications(in.TagSpecifications, ec2types.ResourceTypeSubnet)
	if err != nil {
		return nil, err
	}
	if s.ipv6.cidr.IsValid() {
		s.ipv6.association = t.newID(kindSubnetCIDR)
	}
	s = t.makeSubnet(s, zone)
	if err := t.setTags(ec2types.ResourceTypeSubnet, s.id, tags[ec2types.ResourceTypeSubnet]); err != nil {
		return nil, err
	}
	out := t.renderSubnet(s)
	for i := range out.Ipv6CidrBlockAssociationSet {
		out.Ipv6CidrBlockAssociationSet[i].Ipv6CidrBlockState.State = ec2types.SubnetCidrBlockStateCodeAssociating
	}
	return &ec2.CreateSubnetOutput{Subnet: &out}, nil
}

func (t *tx) makeSubnet(s *subnet, z catalogue.Zone) *subnet {
	s.id, s.scope = t.newID(kindSubnet), t.scope
	s.zone, s.zoneID = string(z.Name), z.ID
	s.state = ec2types.SubnetStateAvailable
	s.hostnameType = ec2types.HostnameTypeIpName
	s.acl, s.aclAssociation = t.defaultACL(s.vpc), t.newID(kindACLAssociation)
	t.subnets.Put(&t.undo, s)
	return s
}

// checkSubnetBlocks gives the blocks that a request for a subnet asks for; the IPv6 one is zero if it asks for none.
func (t *tx) checkSubnetBlocks(in *ec2.CreateSubnetInput, network *vpc) (v4, v6 netip.Prefix, err error) {
	if err := checkPools(in.Ipv4IpamPoolId, in.Ipv4NetmaskLength, "ipv4"); err != nil {
		return v4, v6, err
	}
	if err := checkPools(in.Ipv6IpamPoolId, in.Ipv6NetmaskLength, "ipv6"); err != nil {
		return v4, v6, err
	}
	if deref(in.Ipv6Native) {
		return v4, v6, noIPv6Only()
	}
	if deref(in.CidrBlock) == "" {
		return v4, v6, missing("cidrBlock")
	}
	if v4, err = parseCIDR("cidrBlock", *in.CidrBlock); err != nil {
		return v4, v6, err
	}
	if v4.Bits() < maxBlockBits || v4.Bits() > minBlockBits || !network.holds(v4) {
		return v4, v6, fail("InvalidSubnet.Range", "The CIDR '%s' is invalid.", *in.CidrBlock)
	}
	if in.Ipv6CidrBlock != nil {
		if v6, err = t.checkSubnetIPv6(*in.Ipv6CidrBlock, network); err != nil {
			return v4, v6, err
		}
	}
	if t.overlapsSubnet(network, v4) {
		return v4, v6, fail("InvalidSubnet.Conflict", "The CIDR '%s' conflicts with another subnet", *in.CidrBlock)
	}
	return v4, v6, nil
}

// noIPv6Only refuses what this cloud lacks.
func noIPv6Only() error {
	return fail("UnsupportedOperation", "This cloud has no IPv6-only subnets: Ipv6Native must not be true.")
}

func within(inner, outer netip.Prefix) bool {
	return outer.IsValid() && inner.Bits() >= outer.Bits() && outer.Contains(inner.Addr())
}

// zoneForSubnet gives the zone that a request names, or else the first: which one EC2 selects isn't documented.
func (v *view) zoneForSubnet(in *ec2.CreateSubnetInput) (catalogue.Zone, error) {
	zones := v.zones()
	if arn := deref(in.OutpostArn); arn != "" { // this cloud has no Outposts; code and text (mem)
		return catalogue.Zone{}, badValue("outpostArn", arn, "The Outpost does not exist.")
	}
	name, id := deref(in.AvailabilityZone), deref(in.AvailabilityZoneId)
	switch {
	case name != "" && id != "": // (mem)
		return catalogue.Zone{}, fail("InvalidParameterCombination",
			"The parameter availabilityZone cannot be used with the parameter availabilityZoneId")
	case name == "" && id == "":
		if len(zones) == 0 {
			return catalogue.Zone{}, fail("InvalidZone.NotFound", "The region %s has no zones in this cloud.", v.Region)
		}
		return zones[0], nil
	}
	names := make([]string, len(zones))
	for i, z := range zones {
		if string(z.Name) == name || z.ID == id {
			return z, nil
		}
		names[i] = string(z.Name)
	}
	parameter, value := "availabilityZone", name
	if name == "" {
		parameter, value = "availabilityZoneId", id
	}
	return catalogue.Zone{}, badValue(parameter, value,
		"Subnets can currently only be created in the following availability zones: %s.", strings.Join(names, ", ")) // text (mem)
}

func (v *view) describeSubnets(in *ec2.DescribeSubnetsInput) (*ec2.DescribeSubnetsOutput, error) {
	pg, err := usualPaging.at("DescribeSubnets", in.MaxResults, in.NextToken, 0, "")
	if err != nil {
		return nil, err
	}
	rows, next, err := subnetFilters.listing(v, in.Filters, in.SubnetIds, v.subnetByID, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeSubnetsOutput{NextToken: next, Subnets: make([]ec2types.Subnet, 0, len(rows))}
	for _, s := range rows {
		out.Subnets = append(out.Subnets, v.renderSubnet(s))
	}
	return out, nil
}

func (v *view) renderSubnet(s *subnet) ec2types.Subnet {
	out := ec2types.Subnet{
		AssignIpv6AddressOnCreation: ptr(s.assignIPv6),
		AvailabilityZone:            ptr(s.zone),
		AvailabilityZoneId:          ptr(s.zoneID),
		AvailableIpAddressCount:     ptr(int32(s.available())),
		BlockPublicAccessStates:     publicAccess(),
		CidrBlock:                   ptr(s.cidr.String()),
		DefaultForAz:                ptr(s.defaultForZone),
		EnableDns64:                 ptr(s.dns64),
		Ipv6Native:                  ptr(false),
		MapCustomerOwnedIpOnLaunch:  ptr(false),
		MapPublicIpOnLaunch:         ptr(s.mapPublicIP),
		OwnerId:                     ptr(v.Account),
		PrivateDnsNameOptionsOnLaunch: &ec2types.PrivateDnsNameOptionsOnLaunch{
			EnableResourceNameDnsAAAARecord: ptr(s.dnsAAAA),
			EnableResourceNameDnsARecord:    ptr(s.dnsA),
			HostnameType:                    s.hostnameType,
		},
		State:     s.state,
		SubnetArn: ptr(v.ARN("ec2", "subnet/"+s.id)),
		SubnetId:  ptr(s.id),
		Tags:      v.renderTags(s.id),
		VpcId:     ptr(s.vpc),
	}
	if s.ipv6.cidr.IsValid() {
		out.Ipv6CidrBlockAssociationSet = []ec2types.SubnetIpv6CidrBlockAssociation{*renderSubnetIPv6(s.ipv6, ec2types.SubnetCidrBlockStateCodeAssociated)}
	}
	return out
}

// subnetByID gives the caller's subnet, or InvalidSubnetID.Malformed or .NotFound.
func (v *view) subnetByID(id string) (*subnet, error) {
	return owned(v, v.subnets, subnetSchema.Scope, kindSubnet, id)
}

// defaultSubnet gives the default subnet of a zone; with zone "" that of the first zone (in order of name) that has one.
func (v *view) defaultSubnet(zone string) (*subnet, bool) {
	if zone == "" {
		for _, s := range v.subnets.Walk("default", v.scope, "", "") {
			return s, true
		}
		return nil, false
	}
	return first(v.subnets.By("default", v.scope, zone))
}
