package engine

import (
	"iter"
	"net/netip"
	"strconv"
	"strings"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// wantedRule is a rule as a request tells of it.
type wantedRule struct {
	traffic
	description *string
}

// flatRule are the fields of a request that tell of one rule without IpPermissions.
type flatRule struct {
	cidr, protocol, sourceName, sourceOwner *string
	from, to                                *int32
}

// permissions gives those of the request, or what its flat fields mean. Codes and texts are (mem).
func (f flatRule) permissions(given []ec2types.IpPermission) ([]ec2types.IpPermission, error) {
	if f == (flatRule{}) {
		return given, nil
	}
	if len(given) > 0 {
		return nil, fail("InvalidParameterCombination", "The parameter ipPermissions cannot be used with the parameters of a single rule")
	}
	if f.sourceName == nil {
		if f.sourceOwner != nil {
			return nil, fail("InvalidParameterCombination", "The parameter sourceSecurityGroupOwnerId can only be used with the parameter sourceSecurityGroupName")
		}
		p := ec2types.IpPermission{IpProtocol: f.protocol, FromPort: f.from, ToPort: f.to}
		if f.cidr != nil {
			p.IpRanges = []ec2types.IpRange{{CidrIp: f.cidr}}
		}
		return []ec2types.IpPermission{p}, nil
	}
	if f.cidr != nil || f.protocol != nil || f.from != nil || f.to != nil {
		return nil, fail("InvalidParameterCombination", "The parameter sourceSecurityGroupName cannot be used with the parameters cidrIp, ipProtocol, fromPort and toPort")
	}
	// "The rule grants full ICMP, UDP, and TCP access"
	// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html).
	var all []ec2types.IpPermission
	for _, p := range []struct {
		protocol string
		from, to int32
	}{{"icmp", -1, -1}, {"tcp", 0, maxPort}, {"udp", 0, maxPort}} {
		all = append(all, ec2types.IpPermission{
			IpProtocol: ptr(p.protocol), FromPort: ptr(p.from), ToPort: ptr(p.to),
			UserIdGroupPairs: []ec2types.UserIdGroupPair{{GroupName: f.sourceName, UserId: f.sourceOwner}},
		})
	}
	return all, nil
}

// notForEgress refuses the flat fields, which are documented as not supported for outbound rules; code and text (mem).
func (f flatRule) notForEgress() error {
	if f != (flatRule{}) {
		return fail("UnsupportedOperation", "Outbound rules are told by the parameter ipPermissions only.")
	}
	return nil
}

// wantedRules reads permissions for a group, each rule once.
func (v *view) wantedRules(g *group, egress bool, permissions []ec2types.IpPermission) ([]wantedRule, error) {
	if len(permissions) == 0 {
		return nil, missing("ipPermissions") // text (mem)
	}
	var all []wantedRule
	seen := make(map[traffic]bool)
	for i := range permissions {
		some, err := v.wantedBy(g, egress, &permissions[i])
		if err != nil {
			return nil, err
		}
		for _, r := range some {
			if seen[r.traffic] {
				return nil, fail("InvalidParameterValue", "The same permission must not appear multiple times") // (mem)
			}
			seen[r.traffic] = true
		}
		all = append(all, some...)
	}
	return all, nil
}

func (v *view) wantedBy(g *group, egress bool, p *ec2types.IpPermission) (rules []wantedRule, err error) {
	what := traffic{egress: egress}
	if what.protocol, err = checkProtocol(deref(p.IpProtocol)); err != nil {
		return nil, err
	}
	if what.from, what.to, err = checkPorts(what.protocol, p.FromPort, p.ToPort); err != nil {
		return nil, err
	}
	add := func(r traffic, description *string) error {
		rules = append(rules, wantedRule{r, description})
		return checkRuleDescription(description)
	}
	for _, in := range p.IpRanges {
		r := what
		if r.cidr, err = checkBlock(deref(in.CidrIp), false); err != nil {
			return nil, err
		}
		if err := add(r, in.Description); err != nil {
			return nil, err
		}
	}
	for _, in := range p.Ipv6Ranges {
		r := what
		r.ipv6 = true
		if r.cidr, err = checkBlock(deref(in.CidrIpv6), true); err != nil {
			return nil, err
		}
		if err := add(r, in.Description); err != nil {
			return nil, err
		}
	}
	for _, in := range p.PrefixListIds {
		return nil, noPrefixList(deref(in.PrefixListId))
	}
	for i := range p.UserIdGroupPairs {
		in := &p.UserIdGroupPairs[i]
		r := what
		if r.peer, err = v.checkPeer(g, in); err != nil {
			return nil, err
		}
		if err := add(r, in.Description); err != nil {
			return nil, err
		}
	}
	if len(rules) == 0 { // text (mem)
		return nil, fail("InvalidPermission.Malformed", "A rule needs a source or destination: an IPv4 or IPv6 address range, a prefix list, or a security group.")
	}
	return rules, nil
}

func checkRuleDescription(s *string) error {
	if groupText(deref(s)) {
		return nil
	}
	return fail("InvalidParameterValue", "Invalid rule description. Valid descriptions are strings less than 256 characters from the following set: %s", groupCharacters) // (mem)
}

// checkProtocol gives a protocol as EC2 tells of it: by name where it has one, else by number
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html).
func checkProtocol(s string) (string, error) {
	switch name := strings.ToLower(s); name {
	case "":
		return "", missing("ipProtocol") // text (mem)
	case "tcp", "udp", "icmp", "icmpv6", allProtocols:
		return name, nil
	}
	n, err := strconv.ParseUint(s, 10, 8)
	if err != nil {
		return "", fail("InvalidParameterValue", "Invalid value '%s' for IP protocol. Unknown protocol.", s) // text (mem)
	}
	switch n {
	case 1:
		return "icmp", nil
	case 6:
		return "tcp", nil
	case 17:
		return "udp", nil
	case 58:
		return "icmpv6", nil
	}
	return strconv.FormatUint(n, 10), nil
}

const maxPort = 65535

// checkPorts gives the ports of TCP and UDP, the type and code of ICMP; other protocols are for all ports, whatever is
// given. Texts are (mem).
func checkPorts(protocol string, from, to *int32) (int32, int32, error) {
	a, b := int32(-1), int32(-1)
	if from != nil {
		a = *from
	}
	if to != nil {
		b = *to
	}
	switch protocol {
	case "tcp", "udp":
		switch {
		case a == -1 || b == -1:
			return 0, 0, fail("InvalidParameterValue", "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.")
		case a < 0 || a > maxPort:
			return 0, 0, fail("InvalidParameterValue", "Invalid value '%d' for fromPort. It must be a number from 0 to %d.", a, maxPort)
		case b < 0 || b > maxPort:
			return 0, 0, fail("InvalidParameterValue", "Invalid value '%d' for toPort. It must be a number from 0 to %d.", b, maxPort)
		case a > b:
			return 0, 0, fail("InvalidParameterValue", "Invalid value '%d-%d' for portRange. The first port is above the last.", a, b)
		}
	case "icmp", "icmpv6":
		switch {
		case protocol == "icmp" && (from == nil || to == nil):
			return 0, 0, fail("InvalidParameterValue", "Invalid value 'Must specify both type and code with ICMP.' for portRange.")
		case a < -1 || a > 255:
			return 0, 0, fail("InvalidParameterValue", "Invalid value '%d' for fromPort. The type of ICMP must be a number from -1 to 255.", a)
		case b < -1 || b > 255:
			return 0, 0, fail("InvalidParameterValue", "Invalid value '%d' for toPort. The code of ICMP must be a number from -1 to 255.", b)
		case a == -1 && b != -1:
			return 0, 0, fail("InvalidParameterValue", "Invalid value '%d' for toPort. If the type of ICMP is -1, the code must be -1.", b)
		}
	default:
		return -1, -1, nil
	}
	return a, b, nil
}

// checkBlock gives the canonical form of an IPv4 or IPv6 block; text (mem).
func checkBlock(s string, ipv6 bool) (string, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil || p.Addr().Is6() != ipv6 || p.Addr().Is4In6() {
		return "", fail("InvalidParameterValue", "CIDR block %s is malformed", s)
	}
	return p.Masked().String(), nil
}

// noPrefixList is the answer wherever a prefix list is named: this cloud has none, not even those of AWS. Text (mem).
func noPrefixList(id string) error {
	if id == "" {
		return missing("prefixListId")
	}
	if !hasShape("pl", id) {
		return fail("InvalidPrefixListId.Malformed", "Invalid id: %q (expecting \"pl-...\")", id)
	}
	return fail("InvalidPrefixListID.NotFound", "The prefix list ID '%s' does not exist", id)
}

// checkPeer gives the ID of the group that a rule refers to: one of the same VPC. Those of other VPCs, of the same
// account or another, could be referred to through a peering connection or a transit gateway only, of which there are
// none (https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html).
func (v *view) checkPeer(g *group, in *ec2types.UserIdGroupPair) (string, error) {
	owner := deref(in.UserId)
	if owner != "" && (len(owner) != 12 || strings.Trim(owner, "0123456789") != "") { // text (mem)
		return "", fail("InvalidUserID.Malformed", "Invalid user id: %q", owner)
	}
	if id := deref(in.VpcPeeringConnectionId); id != "" { // text (mem)
		return "", fail("InvalidVpcPeeringConnectionID.NotFound", "The vpcPeeringConnection ID '%s' does not exist", id)
	}
	if status := deref(in.PeeringStatus); status != "" { // (mem)
		return "", badValue("peeringStatus", status, "The group is of the same VPC, so that there is no peering.")
	}
	id := deref(in.GroupId)
	foreign := owner != "" && owner != v.Account
	switch {
	case id == "" && deref(in.GroupName) == "":
		return "", missing("GroupName or GroupId")
	case id == "" && foreign:
		return "", otherNetwork()
	case id == "":
		peer, err := v.groupInDefaultVPC(*in.GroupName)
		if err != nil {
			return "", err
		}
		id = peer.id
	}
	if err := checkID(kindGroup, id); err != nil {
		return "", err
	}
	at := v.Place
	if foreign {
		at.Account = owner
	}
	peer, ok := v.groups.Get(id)
	if !ok || v.places[peer.scope] != at {
		return "", notFound(kindGroup, id)
	}
	if peer.vpc != g.vpc || deref(in.VpcId) != "" && *in.VpcId != g.vpc {
		return "", otherNetwork()
	}
	return id, nil
}

// otherNetwork refuses to let two groups refer to each other that can't; code and text (mem).
func otherNetwork() error {
	return fail("InvalidGroup.NotFound", "You have specified two resources that belong to different networks.")
}

// renderPermissions tells of rules as permissions; those of the same protocol and ports are one.
func (v *view) renderPermissions(rules iter.Seq[*groupRule]) []ec2types.IpPermission {
	var out []ec2types.IpPermission
	type about struct {
		protocol string
		from, to int32
	}
	at := make(map[about]int)
	for r := range rules {
		key := about{r.protocol, r.from, r.to}
		n, ok := at[key]
		if !ok {
			n = len(out)
			at[key] = n
			p := ec2types.IpPermission{IpProtocol: ptr(r.protocol)}
			if r.ported() {
				p.FromPort, p.ToPort = ptr(r.from), ptr(r.to)
			}
			out = append(out, p)
		}
		v.renderSource(&out[n], r)
	}
	return out
}

func (v *view) renderSource(p *ec2types.IpPermission, r *groupRule) {
	switch description := text(r.description); {
	case r.peer != "":
		p.UserIdGroupPairs = append(p.UserIdGroupPairs, ec2types.UserIdGroupPair{
			Description: description, GroupId: ptr(r.peer), UserId: ptr(v.ownerOf(r.peer)),
		})
	case r.ipv6:
		p.Ipv6Ranges = append(p.Ipv6Ranges, ec2types.Ipv6Range{CidrIpv6: ptr(r.cidr), Description: description})
	default:
		p.IpRanges = append(p.IpRanges, ec2types.IpRange{CidrIp: ptr(r.cidr), Description: description})
	}
}
