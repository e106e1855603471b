package engine

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// aclEntry is a rule of a network ACL: the first one that fits decides.
type aclEntry struct {
	egress   bool
	number   int32
	protocol string // a number; "-1" is all
	allow    bool
	block    netip.Prefix
	from, to int32 // ports of TCP and UDP
	typ      int32 // of ICMP, as its code
	code     int32
}

const aclEntryFields = "Egress RuleNumber Protocol RuleAction CidrBlock Ipv6CidrBlock PortRange{From To} IcmpTypeCode{Type Code}"

// The numbers that entries can have, and those of the last entries, which deny what no other allows
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAclEntry.html; that of IPv6 is (mem)).
const (
	maxEntryNumber  = 32766
	lastEntryNumber = 32767
	lastIPv6Number  = 32768
	firstAllowed    = 100 // of a default ACL; for IPv6 the next one (mem)
)

// lastEntries are those with which an ACL is made, in order of number.
func lastEntries(egress, ipv6, open bool) []aclEntry {
	all := aclEntry{egress: egress, protocol: allProtocols, block: netip.PrefixFrom(netip.IPv4Unspecified(), 0)}
	all6 := all
	all6.block = netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	var entries []aclEntry
	add := func(e aclEntry, number int32, allow bool) {
		e.number, e.allow = number, allow
		entries = append(entries, e)
	}
	if open {
		add(all, firstAllowed, true)
		if ipv6 {
			add(all6, firstAllowed+1, true)
		}
	}
	add(all, lastEntryNumber, false)
	if ipv6 {
		add(all6, lastIPv6Number, false)
	}
	return entries
}

// compareEntries: outbound ones first, as EC2 shows them (mem).
func compareEntries(a, b aclEntry) int {
	if a.egress != b.egress {
		if a.egress {
			return -1
		}
		return 1
	}
	return cmp.Compare(a.number, b.number)
}

func (a *networkACL) entryAt(egress bool, number int32) int {
	return slices.IndexFunc(a.entries, func(e aclEntry) bool { return e.egress == egress && e.number == number })
}

func (t *tx) createNetworkACLEntry(in *ec2.CreateNetworkAclEntryInput) (*ec2.CreateNetworkAclEntryOutput, error) {
	a, err := t.aclMeant(in.NetworkAclId)
	if err != nil {
		return nil, err
	}
	e, err := wantedEntry(in)
	if err != nil {
		return nil, err
	}
	if a.entryAt(e.egress, e.number) >= 0 { // text (mem)
		return nil, fail("NetworkAclEntryAlreadyExists", "The network acl entry identified by %d already exists.", e.number)
	}
	t.changeEntries(a, append(slices.Clone(a.entries), e))
	return &ec2.CreateNetworkAclEntryOutput{}, nil
}

func (t *tx) replaceNetworkACLEntry(in *ec2.ReplaceNetworkAclEntryInput) (*ec2.ReplaceNetworkAclEntryOutput, error) {
	a, err := t.aclMeant(in.NetworkAclId)
	if err != nil {
		return nil, err
	}
	e, err := wantedEntry(&ec2.CreateNetworkAclEntryInput{
		Egress: in.Egress, RuleNumber: in.RuleNumber, Protocol: in.Protocol, RuleAction: in.RuleAction, CidrBlock: in.CidrBlock,
		Ipv6CidrBlock: in.Ipv6CidrBlock, PortRange: in.PortRange, IcmpTypeCode: in.IcmpTypeCode,
	})
	if err != nil {
		return nil, err
	}
	i := a.entryAt(e.egress, e.number)
	if i < 0 {
		return nil, noSuchEntry(a, e.egress, e.number)
	}
	entries := slices.Clone(a.entries)
	entries[i] = e
	t.changeEntries(a, entries)
	return &ec2.ReplaceNetworkAclEntryOutput{}, nil
}

func (t *tx) deleteNetworkACLEntry(in *ec2.DeleteNetworkAclEntryInput) (*ec2.DeleteNetworkAclEntryOutput, error) {
	a, err := t.aclMeant(in.NetworkAclId)
	if err != nil {
		return nil, err
	}
	if err := checkEntryPlace(in.Egress, in.RuleNumber); err != nil {
		return nil, err
	}
	i := a.entryAt(*in.Egress, *in.RuleNumber)
	if i < 0 {
		return nil, noSuchEntry(a, *in.Egress, *in.RuleNumber)
	}
	t.changeEntries(a, slices.Delete(slices.Clone(a.entries), i, i+1))
	return &ec2.DeleteNetworkAclEntryOutput{}, nil
}

func noSuchEntry(a *networkACL, egress bool, number int32) error { // text (mem)
	direction := "ingress"
	if egress {
		direction = "egress"
	}
	return fail("InvalidNetworkAclEntry.NotFound", "The %s entry %d does not exist in the network ACL '%s'.", direction, number, a.id)
}

func checkEntryPlace(egress *bool, number *int32) error {
	switch {
	case egress == nil:
		return missing("egress")
	case number == nil:
		return missing("ruleNumber")
	case *number < 1 || *number > maxEntryNumber:
		return badValue("ruleNumber", *number, "The number of an entry is from 1 to %d.", maxEntryNumber) // text (mem)
	}
	return nil
}

// wantedEntry checks what a request says of an entry; texts are (mem).
func wantedEntry(in *ec2.CreateNetworkAclEntryInput) (aclEntry, error) {
	var e aclEntry
	if err := checkEntryPlace(in.Egress, in.RuleNumber); err != nil {
		return e, err
	}
	e.egress, e.number = *in.Egress, *in.RuleNumber
	switch in.RuleAction {
	case "":
		return e, missing("ruleAction")
	case ec2types.RuleActionAllow, ec2types.RuleActionDeny:
		e.allow = in.RuleAction == ec2types.RuleActionAllow
	default:
		return e, badValue("ruleAction", in.RuleAction, "An entry allows or denies.")
	}
	var err error
	switch v4, v6 := deref(in.CidrBlock), deref(in.Ipv6CidrBlock); {
	case v4 != "" && v6 != "":
		return e, fail("InvalidParameterCombination", "The parameter cidrBlock cannot be used with the parameter ipv6CidrBlock")
	case v4 != "":
		e.block, err = parseCIDR("cidrBlock", v4)
	case v6 != "":
		e.block, err = parseIPv6CIDR("ipv6CidrBlock", v6)
	default:
		err = missing("cidrBlock or ipv6CidrBlock")
	}
	if err != nil {
		return e, err
	}
	return e, e.readProtocol(in)
}

// readProtocol reads the protocol with the ports of TCP (6) and UDP (17), or the type of ICMP (1) and ICMPv6 (58), which
// must be there. Names are taken for those numbers.
func (e *aclEntry) readProtocol(in *ec2.CreateNetworkAclEntryInput) error {
	name, err := checkProtocol(deref(in.Protocol))
	if err != nil {
		return err
	}
	e.protocol = name
	if number, ok := protocolNumbers[name]; ok {
		e.protocol = strconv.Itoa(number)
	}
	switch name {
	case "tcp", "udp":
		if in.PortRange == nil {
			return missing("portRange")
		}
		e.from, e.to, err = checkPorts(name, in.PortRange.From, in.PortRange.To)
	case "icmp", "icmpv6":
		if in.IcmpTypeCode == nil || in.IcmpTypeCode.Type == nil || in.IcmpTypeCode.Code == nil {
			return missing("icmpTypeCode")
		}
		if name == "icmpv6" && e.block.Addr().Is4() {
			return badValue("protocol", deref(in.Protocol), "ICMPv6 needs an IPv6 CIDR block.")
		}
		e.typ, e.code, err = checkPorts(name, in.IcmpTypeCode.Type, in.IcmpTypeCode.Code)
	}
	return err
}

var protocolNumbers = map[string]int{"icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58}

func (e *aclEntry) render() ec2types.NetworkAclEntry {
	out := ec2types.NetworkAclEntry{
		Egress: ptr(e.egress), Protocol: ptr(e.protocol), RuleNumber: ptr(e.number), RuleAction: ec2types.RuleActionDeny,
	}
	if e.allow {
		out.RuleAction = ec2types.RuleActionAllow
	}
	if e.block.Addr().Is4() {
		out.CidrBlock = ptr(e.block.String())
	} else {
		out.Ipv6CidrBlock = ptr(e.block.String())
	}
	switch e.protocol {
	case "6", "17":
		out.PortRange = &ec2types.PortRange{From: ptr(e.from), To: ptr(e.to)}
	case "1", "58":
		out.IcmpTypeCode = &ec2types.IcmpTypeCode{Type: ptr(e.typ), Code: ptr(e.code)}
	}
	return out
}

var aclFilters = filterable[networkACL]{
	table:    func(s *state) *store.Table[networkACL] { return s.acls },
	id:       func(a *networkACL) string { return a.id },
	resource: ec2types.ResourceTypeNetworkAcl,
	filters: map[string]filterOn[networkACL]{
		"association.association-id": onACLSubnets(func(s *subnet) string { return s.aclAssociation }),
		"association.network-acl-id": onACLSubnets(func(s *subnet) string { return s.acl }),
		"association.subnet-id":      onACLSubnets(func(s *subnet) string { return s.id }),
		"default":                    one(func(_ *view, a *networkACL) string { return boolText(a.isDefault) }),
		"entry.cidr":                 onEntries(func(e *ec2types.NetworkAclEntry) string { return deref(e.CidrBlock) }),
		"entry.egress":               onEntries(func(e *ec2types.NetworkAclEntry) string { return boolText(*e.Egress) }),
		"entry.icmp.code": onEntries(func(e *ec2types.NetworkAclEntry) string {
			return numberIn(e.IcmpTypeCode, func(c *ec2types.IcmpTypeCode) *int32 { return c.Code })
		}),
		"entry.icmp.type": onEntries(func(e *ec2types.NetworkAclEntry) string {
			return numberIn(e.IcmpTypeCode, func(c *ec2types.IcmpTypeCode) *int32 { return c.Type })
		}),
		"entry.ipv6-cidr": onEntries(func(e *ec2types.NetworkAclEntry) string { return deref(e.Ipv6CidrBlock) }),
		"entry.port-range.from": onEntries(func(e *ec2types.NetworkAclEntry) string {
			return numberIn(e.PortRange, func(p *ec2types.PortRange) *int32 { return p.From })
		}),
		"entry.port-range.to": onEntries(func(e *ec2types.NetworkAclEntry) string {
			return numberIn(e.PortRange, func(p *ec2types.PortRange) *int32 { return p.To })
		}),
		"entry.protocol": some(func(_ *view, a *networkACL, add func(string)) {
			for _, e := range a.entries {
				add(e.protocol)
				for name, number := range protocolNumbers { // "tcp | udp | icmp or a protocol number"
					if e.protocol == strconv.Itoa(number) {
						add(name)
					}
				}
			}
		}),
		"entry.rule-action": onEntries(func(e *ec2types.NetworkAclEntry) string { return string(e.RuleAction) }),
		"entry.rule-number": onEntries(func(e *ec2types.NetworkAclEntry) string { return itoa(int(*e.RuleNumber)) }),
		"network-acl-id":    one(func(_ *view, a *networkACL) string { return a.id }).by(ownID),
		"owner-id":          one(func(v *view, _ *networkACL) string { return v.Account }),
		"vpc-id":            one(func(_ *view, a *networkACL) string { return a.vpc }).by("vpc"),
	},
}

func numberIn[T any](in *T, field func(*T) *int32) string {
	if in == nil {
		return ""
	}
	return itoa(int(*field(in)))
}

func onEntries(value func(*ec2types.NetworkAclEntry) string) filterOn[networkACL] {
	return some(func(_ *view, a *networkACL, add func(string)) {
		for i := range a.entries {
			shown := a.entries[i].render()
			addUnlessEmpty(add, value(&shown))
		}
	})
}

func onACLSubnets(value func(*subnet) string) filterOn[networkACL] {
	return some(func(v *view, a *networkACL, add func(string)) {
		for s := range v.subnets.By("vpc", v.scope, a.vpc) {
			if s.acl == a.id {
				add(value(s))
			}
		}
	})
}
