package engine

import (
	"net/netip"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

var (
	defaultBlock = netip.MustParsePrefix("172.31.0.0/16")
	// defaultSubnetBits makes /20 subnets: room for 16 zones.
	defaultSubnetBits = 20
)

// makeDefaultVPC makes what an account finds in a region: a VPC with a public subnet in each Availability Zone
// (https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html). Its internet gateway
// and route table aren't modelled yet.
func (t *tx) makeDefaultVPC() {
	n := t.makeVPC(&vpc{
		cidr:         defaultBlock,
		isDefault:    true,
		tenancy:      ec2types.TenancyDefault,
		dnsSupport:   true,
		dnsHostnames: true,
	})
	at := defaultBlock.Addr()
	for _, z := range t.zones() {
		s := &subnet{vpc: n.id, cidr: netip.PrefixFrom(at, defaultSubnetBits), defaultForZone: true, mapPublicIP: true}
		t.makeSubnet(s, z)
		at = plus(at, s.size())
	}
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
