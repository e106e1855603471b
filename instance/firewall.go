package instance

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/backend"
)

// Firewall declares what may reach an instance and what the instance may reach. It is an immutable
// value; the zero Firewall lets nothing in and everything out.
//
//	instance.Firewall{}.
//		Allow(instance.TCP(443), instance.AnyIPv4, instance.AnyIPv6).
//		Allow(instance.TCP(22).Described("operators"), instance.CIDR("10.8.0.0/16"))
//
// A launch makes a security group of it, in the VPC of the instance, or finds the one that an earlier
// launch made: groups are named for their rules. Rules that such a group lacks are added; one that has
// more rules than were declared is refused. Groups outlive their instances; [PruneFirewalls] removes
// those that nothing uses.
type Firewall struct {
	in, out []firewallRule
	closed  bool // nothing goes out but what out says
}

type firewallRule struct {
	traffic Traffic
	peer    Peer
}

// Traffic is a protocol with its ports or types.
type Traffic struct {
	protocol    string
	from, to    int
	description string
}

// TCP is a TCP port.
func TCP(port int) Traffic { return TCPPorts(port, port) }

// TCPPorts are TCP ports from low to high.
func TCPPorts(low, high int) Traffic { return Traffic{protocol: "tcp", from: low, to: high} }

// UDP is a UDP port.
func UDP(port int) Traffic { return UDPPorts(port, port) }

// UDPPorts are UDP ports from low to high.
func UDPPorts(low, high int) Traffic { return Traffic{protocol: "udp", from: low, to: high} }

// ICMP is all of ICMP for IPv4, such as pings.
func ICMP() Traffic { return Traffic{protocol: "icmp", from: -1, to: -1} }

// ICMPType is a type of ICMP for IPv4, with a code or -1 for all codes.
func ICMPType(kind, code int) Traffic { return Traffic{protocol: "icmp", from: kind, to: code} }

// ICMPv6 is all of ICMP for IPv6.
func ICMPv6() Traffic { return Traffic{protocol: "icmpv6", from: -1, to: -1} }

// AllTraffic is every protocol and port.
func AllTraffic() Traffic { return Traffic{protocol: allProtocols, from: -1, to: -1} }

const allProtocols = "-1"

// Described notes for people what the traffic is for.
func (t Traffic) Described(text string) Traffic { t.description = text; return t }

// String reads "tcp 443" or "udp 8000-8010".
func (t Traffic) String() string {
	switch {
	case t.protocol == allProtocols:
		return "all traffic"
	case t.protocol == "":
		return "no traffic"
	case t.from == -1:
		return t.protocol
	case strings.HasPrefix(t.protocol, "icmp") && t.to == -1:
		return fmt.Sprintf("%s type %d", t.protocol, t.from)
	case strings.HasPrefix(t.protocol, "icmp"):
		return fmt.Sprintf("%s type %d code %d", t.protocol, t.from, t.to)
	case t.from == t.to:
		return fmt.Sprintf("%s %d", t.protocol, t.from)
	}
	return fmt.Sprintf("%s %d-%d", t.protocol, t.from, t.to)
}

// Peer is the other end of traffic: addresses, or what has a security group. Make one with [CIDR],
// [Group] or [PrefixList], or take one of the constants.
type Peer string

// The peers that have a name: everybody, and what has the same firewall.
const (
	AnyIPv4 Peer = "0.0.0.0/0"
	AnyIPv6 Peer = "::/0"
	Itself  Peer = "itself"
)

// CIDR is a range of IPv4 or IPv6 addresses, such as "10.0.0.0/8". A single address is a /32 or /128.
func CIDR(block string) Peer { return Peer(block) }

// Group is whatever has the security group, by its ID.
func Group(id string) Peer { return Peer(id) }

// PrefixList is a list of ranges that is kept elsewhere, by its ID
// (https://docs.aws.amazon.com/vpc/latest/userguide/managed-prefix-lists.html).
func PrefixList(id string) Peer { return Peer(id) }

// Allow lets traffic in from each of the peers.
func (w Firewall) Allow(t Traffic, from ...Peer) Firewall {
	w.in = appended(w.in, t, from)
	return w
}

// AllowOut lets traffic out to each of the peers, and no other traffic any more than what AllowOut says.
// Replies to what came in always go out.
func (w Firewall) AllowOut(t Traffic, to ...Peer) Firewall {
	w.out, w.closed = appended(w.out, t, to), true
	return w
}

// NothingOut lets nothing out but replies, and what AllowOut says.
func (w Firewall) NothingOut() Firewall { w.closed = true; return w }

// appended keeps rules sorted, each once, so that the order in which they are declared doesn't matter.
func appended(rules []firewallRule, t Traffic, peers []Peer) []firewallRule {
	all := slices.Clone(rules)
	for _, p := range peers {
		all = append(all, firewallRule{t, p.canonical()})
	}
	slices.SortFunc(all, firewallRule.compare)
	return slices.Compact(all)
}

func (r firewallRule) compare(o firewallRule) int {
	return cmp.Or(cmp.Compare(r.traffic.protocol, o.traffic.protocol), cmp.Compare(r.traffic.from, o.traffic.from),
		cmp.Compare(r.traffic.to, o.traffic.to), cmp.Compare(r.peer, o.peer), cmp.Compare(r.traffic.description, o.traffic.description))
}

// canonical is the peer as EC2 keeps it: the network's own address stands for each address in it.
func (p Peer) canonical() Peer {
	if block, err := netip.ParsePrefix(string(p)); err == nil {
		return Peer(block.Masked().String())
	}
	return p
}

// String reads "in: tcp 443 from 0.0.0.0/0; out: all".
func (w Firewall) String() string {
	parts := []string{"in: " + rulesText(w.in, "from")}
	if w.closed {
		parts = append(parts, "out: "+rulesText(w.out, "to"))
	} else {
		parts = append(parts, "out: all")
	}
	return strings.Join(parts, "; ")
}

func rulesText(rules []firewallRule, preposition string) string {
	if len(rules) == 0 {
		return nothing
	}
	texts := make([]string, len(rules))
	for i, r := range rules {
		texts[i] = fmt.Sprintf("%s %s %s", r.traffic, preposition, r.peer)
	}
	return strings.Join(texts, ", ")
}

// LogValue is the rules as a line of text.
func (w Firewall) LogValue() slog.Value { return slog.StringValue(w.String()) }

// WithFirewall says what may reach the instance and what it may reach. It replaces the firewall of a
// spec below, and stands beside the groups that [Spec.WithGroups] says.
func (s Spec) WithFirewall(w Firewall) Spec { s.firewall = some(w); return s }

// WithoutFirewall says that there are no rules but those of the groups.
func (s Spec) WithoutFirewall() Spec { s.firewall = noneOf[Firewall](); return s }

// Firewall is what the spec declares; ok is false if it declares nothing.
func (s Spec) Firewall() (w Firewall, ok bool) { return s.firewall.get() }

const firewallPrefix = "amiclass-"

// groupName names the group that has the rules: equal rules, equal name.
func (w Firewall) groupName() string {
	var b strings.Builder
	for _, r := range w.rules("") {
		fmt.Fprintf(&b, "%t %s %d %d %q %q\n", r.Egress, r.Protocol, r.FromPort, r.ToPort, peerOf(r, ""), r.Description)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return firewallPrefix + hex.EncodeToString(sum[:16])
}

// everythingOut is the rule that EC2 gives to each new group. In a VPC with IPv6 it has a twin
// (https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html).
var everythingOut = firewallRule{AllTraffic(), AnyIPv4}

// rules are those of the group with this ID, incoming ones first.
func (w Firewall) rules(group string) []backend.SecurityGroupRule {
	var all []backend.SecurityGroupRule
	for _, r := range w.in {
		all = append(all, r.rule(group, false))
	}
	out := w.out
	if !w.closed {
		out = []firewallRule{everythingOut}
	}
	for _, r := range out {
		all = append(all, r.rule(group, true))
	}
	return all
}

func (r firewallRule) rule(group string, egress bool) backend.SecurityGroupRule {
	b := backend.SecurityGroupRule{
		Egress:      egress,
		Protocol:    r.traffic.protocol,
		FromPort:    r.traffic.from,
		ToPort:      r.traffic.to,
		Description: r.traffic.description,
	}
	switch {
	case r.peer == Itself:
		b.PeerGroupID = group
	case strings.HasPrefix(string(r.peer), "sg-"):
		b.PeerGroupID = string(r.peer)
	case strings.HasPrefix(string(r.peer), "pl-"):
		b.PrefixListID = string(r.peer)
	default:
		b.CIDR = string(r.peer)
	}
	return b
}

// peerOf is the other end of a rule of the group with this ID.
func peerOf(r backend.SecurityGroupRule, group string) Peer {
	if r.PeerGroupID == group && r.CIDR == "" && r.PrefixListID == "" {
		return Itself
	}
	return Peer(cmp.Or(r.CIDR, r.PrefixListID, r.PeerGroupID)).canonical()
}

// firewallOf reads the firewall back from the rules of a group.
func firewallOf(group string, rules []backend.SecurityGroupRule) Firewall {
	var w Firewall
	open := false
	for _, r := range rules {
		one := ruleOf(r, group)
		switch {
		case !r.Egress:
			w.in = appended(w.in, one.traffic, []Peer{one.peer})
		case one.undescribed() == everythingOut:
			open = true
		case one.undescribed() == (firewallRule{AllTraffic(), AnyIPv6}):
		default:
			w.out = appended(w.out, one.traffic, []Peer{one.peer})
		}
	}
	w.closed = !open
	return w
}

func ruleOf(r backend.SecurityGroupRule, group string) firewallRule {
	t := Traffic{protocol: r.Protocol, from: r.FromPort, to: r.ToPort, description: r.Description}
	if t.protocol == allProtocols {
		t.from, t.to = -1, -1
	}
	return firewallRule{t, peerOf(r, group)}
}

// undescribed is what EC2 tells rules apart by.
func (r firewallRule) undescribed() firewallRule {
	r.traffic.description = ""
	return r
}
