package engine

import (
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

var (
	defaultBlock = netip.MustParsePrefix("172.31.0.0/16")
	// defaultSubnetBits makes /20 subnets: room for 16 zones.
	defaultSubnetBits = 20
)

// makeDefaultVPC makes what an account finds in a region: a VPC with a public subnet in each Availability Zone
// (https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html), and an internet
// gateway to which its main route table leads.
func (t *tx) makeDefaultVPC() *vpc {
	n := t.makeVPC(&vpc{
		cidr:         defaultBlock,
		isDefault:    true,
		tenancy:      ec2types.TenancyDefault,
		dnsSupport:   true,
		dnsHostnames: true,
	})
	g := &gateway{id: t.newID(kindGateway), scope: t.scope, vpc: n.id, seeded: true}
	t.gateways.Put(&t.undo, g)
	t.makeMainRouteTable(n.id, route{to: netip.PrefixFrom(netip.IPv4Unspecified(), 0), gateway: g.id})
	at := defaultBlock.Addr()
	for _, z := range t.zones() {
		s := &subnet{vpc: n.id, cidr: netip.PrefixFrom(at, defaultSubnetBits), defaultForZone: true, mapPublicIP: true}
		t.makeSubnet(s, z)
		at = plus(at, s.size())
	}
	return n
}

// createDefaultVPC makes a default VPC anew where it has been deleted
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateDefaultVpc.html).
func (t *tx) createDefaultVPC(*ec2.CreateDefaultVpcInput) (*ec2.CreateDefaultVpcOutput, error) {
	if n, ok := t.defaultVPC(); ok { // text (mem)
		return nil, fail("DefaultVpcAlreadyExists", "A Default VPC already exists for this account in this region: '%s'.", n.id)
	}
	out := t.renderVPC(t.makeDefaultVPC())
	out.State = ec2types.VpcStatePending
	return &ec2.CreateDefaultVpcOutput{Vpc: &out}, nil
}

// createDefaultSubnet makes a zone's default subnet anew, in the first /20 of the default VPC that is free
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateDefaultSubnet.html).
func (t *tx) createDefaultSubnet(in *ec2.CreateDefaultSubnetInput) (*ec2.CreateDefaultSubnetOutput, error) {
	if deref(in.AvailabilityZone) == "" && deref(in.AvailabilityZoneId) == "" {
		return nil, missing("availabilityZone")
	}
	z, err := t.zoneForSubnet(&ec2.CreateSubnetInput{AvailabilityZone: in.AvailabilityZone, AvailabilityZoneId: in.AvailabilityZoneId})
	if err != nil {
		return nil, err
	}
	if deref(in.Ipv6Native) {
		return nil, noIPv6Only()
	}
	n, ok := t.defaultVPC()
	if !ok { // text (mem)
		return nil, fail("DefaultVpcDoesNotExist", "There is no default VPC in this region.")
	}
	if s, ok := t.defaultSubnet(string(z.Name)); ok { // text (mem)
		return nil, fail("DefaultSubnetAlreadyExistsInAvailabilityZone", "'%s' already exists in %s.", s.id, z.Name)
	}
	for at := defaultBlock.Addr(); defaultBlock.Contains(at); {
		s := &subnet{vpc: n.id, cidr: netip.PrefixFrom(at, defaultSubnetBits), defaultForZone: true, mapPublicIP: true}
		if !t.overlapsSubnet(n, s.cidr) {
			out := t.renderSubnet(t.makeSubnet(s, z))
			return &ec2.CreateDefaultSubnetOutput{Subnet: &out}, nil
		}
		at = plus(at, s.size())
	}
	// code and text (mem)
	return nil, fail("InsufficientCidrBlocks", "The default VPC '%s' has no free block for a default subnet.", n.id)
}

// overlapsSubnet tells whether a subnet of the VPC has addresses of an IPv4 block.
func (v *view) overlapsSubnet(n *vpc, block netip.Prefix) bool {
	for other := range v.subnets.By("vpc", v.scope, n.id) {
		if other.cidr.Overlaps(block) {
			return true
		}
	}
	return false
}

// makeDefaultGroup makes the group that comes with a VPC and lets everything out, and in what comes from itself
// (https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html).
func (t *tx) makeDefaultGroup(vpc string, ipv6 bool) string {
	id := t.newID(kindGroup)
	t.groups.Put(&t.undo, &group{
		id: id, scope: t.scope, vpc: vpc,
		name:        defaultGroupName,
		description: "default VPC security group",
	})
	t.rules.Put(&t.undo, &groupRule{
		id: t.newID(kindGroupRule), scope: t.scope, group: id, seeded: true,
		traffic: traffic{protocol: allProtocols, from: -1, to: -1, peer: id},
	})
	t.letOut(id, ipv6)
	return id
}
