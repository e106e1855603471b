package engine

import (
	"strings"
)

// kind is a sort of resource that has IDs of its own.
type kind uint8

const (
	kindInstance kind = iota
	kindReservation
	kindImage
	kindSnapshot
	kindVolume
	kindVPC
	kindSubnet
	kindGroup
	kindGroupRule
	kindInterface
	kindAttachment
	kindGateway
	kindRouteTable
	kindACL
	kindDHCPOptions
	kindCIDRAssociation
	kindACLAssociation
	kindRequest // not a resource: request IDs come from the same well
	kindPublicAddress
	kindMAC
	kindKeyPair
	kindKMSKey   // a counter only
	kindKMSGrant // a counter only
	kindProfileAssociation
	kindSession // a counter only
	kindEvent
	kindAllocation
	kindAssociation
	kindRouteAssociation
	kindSubnetCIDR
	kindTemplate
	kindFleet
	kindNatGateway
	kindImageReport
	kinds
)

// The prefixes, and the codes for an ID of the wrong shape and for one that nothing has. The
// spelling of the codes varies by resource (https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html).
var kindNames = [kinds]struct{ prefix, malformed, notFound, missing string }{
	kindInstance:           {"i", "InvalidInstanceID.Malformed", "InvalidInstanceID.NotFound", "The instance ID '%s' does not exist"},
	kindReservation:        {"r", "InvalidReservationID.Malformed", "InvalidReservationID.NotFound", "The reservation ID '%s' does not exist"},
	kindImage:              {"ami", "InvalidAMIID.Malformed", "InvalidAMIID.NotFound", "The image id '[%s]' does not exist"},
	kindSnapshot:           {"snap", "InvalidSnapshotID.Malformed", "InvalidSnapshot.NotFound", "The snapshot '%s' does not exist."},
	kindVolume:             {"vol", "InvalidVolumeID.Malformed", "InvalidVolume.NotFound", "The volume '%s' does not exist."},
	kindVPC:                {"vpc", "InvalidVpcID.Malformed", "InvalidVpcID.NotFound", "The vpc ID '%s' does not exist"},
	kindSubnet:             {"subnet", "InvalidSubnetID.Malformed", "InvalidSubnetID.NotFound", "The subnet ID '%s' does not exist"},
	kindGroup:              {"sg", "InvalidGroupId.Malformed", "InvalidGroup.NotFound", "The security group '%s' does not exist"},
	kindGroupRule:          {"sgr", "InvalidSecurityGroupRuleId.Malformed", "InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '%s' does not exist"},
	kindInterface:          {"eni", "InvalidNetworkInterfaceId.Malformed", "InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '%s' does not exist"},
	kindAttachment:         {"eni-attach", "InvalidNetworkInterfaceAttachmentId.Malformed", "InvalidAttachmentID.NotFound", "The interface attachment '%s' does not exist"},
	kindGateway:            {"igw", "InvalidInternetGatewayId.Malformed", "InvalidInternetGatewayID.NotFound", "The internetGateway ID '%s' does not exist"},
	kindRouteTable:         {"rtb", "InvalidRouteTableId.Malformed", "InvalidRouteTableID.NotFound", "The routeTable ID '%s' does not exist"},
	kindACL:                {"acl", "InvalidNetworkAclId.Malformed", "InvalidNetworkAclID.NotFound", "The networkAcl ID '%s' does not exist"},
	kindDHCPOptions:        {"dopt", "InvalidDhcpOptionsId.Malformed", "InvalidDhcpOptionsID.NotFound", "The dhcpOption ID '%s' does not exist"},
	kindKeyPair:            {"key", "InvalidKeyPairId.Malformed", "InvalidKeyPair.NotFound", "The key pair '%s' does not exist"},                            // the first (mem)
	kindProfileAssociation: {"iip-assoc", "InvalidAssociationID.Malformed", "InvalidAssociationID.NotFound", "An invalid association-id of '%s' was given"}, // the first (mem)
	kindCIDRAssociation:    {prefix: "vpc-cidr-assoc"},
	kindACLAssociation:     {prefix: "aclassoc"},
	kindAllocation:         {"eipalloc", "InvalidAllocationID.Malformed", "InvalidAllocationID.NotFound", "The allocation ID '%s' does not exist"},
	kindAssociation:        {"eipassoc", "InvalidAssociationID.Malformed", "InvalidAssociationID.NotFound", "The association ID '%s' does not exist"},
	kindRouteAssociation:   {"rtbassoc", "InvalidAssociationID.Malformed", "InvalidAssociationID.NotFound", "The association ID '%s' does not exist"}, // the first (mem)
	kindSubnetCIDR:         {prefix: "subnet-cidr-assoc"},
	kindNatGateway:         {"nat", "NatGatewayMalformed", "NatGatewayNotFound", "The Nat Gateway %s was not found"},                                             // texts (mem)
	kindFleet:              {"fleet", "InvalidFleetId.Malformed", "InvalidFleetId.NotFound", "The fleet ID '%s' does not exist"},                                 // (mem)
	kindImageReport:        {"amiur", "InvalidImageUsageReportId.Malformed", "InvalidImageUsageReportId.NotFound", "The image usage report '%s' does not exist"}, // (mem)
	kindTemplate:           {"lt", "InvalidLaunchTemplateId.Malformed", "InvalidLaunchTemplateId.NotFound", "The specified launch template, with template ID %s, does not exist."},
}

// checkID refuses an ID that isn't the kind's prefix and 8 or 17 hexadecimal digits, or for a fleet a UUID
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html).
func checkID(k kind, id string) error {
	if !hasShape(kindNames[k].prefix, id) {
		return fail(kindNames[k].malformed, "Invalid id: %q (expecting \"%s-...\")", id, kindNames[k].prefix)
	}
	return nil
}

func hasShape(prefix, id string) bool {
	hex, ok := strings.CutPrefix(id, prefix+"-")
	if prefix == kindNames[kindFleet].prefix {
		return ok && len(hex) == len("00000000-0000-0000-0000-000000000000") && strings.Trim(hex, "0123456789abcdef-") == ""
	}
	if !ok || len(hex) != 8 && len(hex) != 17 {
		return false
	}
	return strings.Trim(hex, "0123456789abcdef") == ""
}

func notFound(k kind, id string) *Error {
	return fail(kindNames[k].notFound, kindNames[k].missing, id)
}

// notFoundSeveral names all of several unknown IDs (plural form for instances is (mem)).
func notFoundSeveral(k kind, ids []string) *Error {
	if len(ids) == 1 {
		return notFound(k, ids[0])
	}
	if k == kindInstance {
		return fail(kindNames[k].notFound, "The instance IDs '%s' do not exist", strings.Join(ids, ", "))
	}
	return fail(kindNames[k].notFound, kindNames[k].missing, strings.Join(ids, ", "))
}

// newID gives IDs that look random, never repeat, and are the same for the same seed and calls. They
// rise: listings are in the order in which things were made, and inserts of neighbours are cheap.
func (t *tx) newID(k kind) string {
	t.counters[k]++
	n := t.counters[k]
	well := scramble(t.seed + uint64(k)<<56)
	b := make([]byte, 0, 32)
	b = append(append(b, kindNames[k].prefix...), "-0"...)
	b = appendHex(b, well>>37+n, 7)
	return string(appendHex(b, scramble(well^n)>>28, 9))
}

func appendHex(b []byte, x uint64, digits int) []byte {
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		b = append(b, "0123456789abcdef"[x>>shift&15])
	}
	return b
}

// draw gives the next number of a kind's well: a permutation of its counter.
func (t *tx) draw(k kind) uint64 {
	t.counters[k]++
	return scramble(t.counters[k] ^ scramble(t.seed+uint64(k)<<56))
}

// scramble is the finalizer of splitmix64, a bijection.
func scramble(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
