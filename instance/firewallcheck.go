package instance

import (
	"fmt"
	"net/netip"
	"regexp"
	"strings"
)

// What a description may consist of
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html).
var descriptionShape = regexp.MustCompile(`^[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}$`)

func (w Firewall) check(f *faults) {
	checkRules(f, "spec.firewall.in", w.in)
	checkRules(f, "spec.firewall.out", w.out)
}

func checkRules(f *faults, path string, rules []firewallRule) {
	for i, r := range rules {
		at := fmt.Sprintf("%s[%d]", path, i)
		if i > 0 && r.undescribed() == rules[i-1].undescribed() {
			f.add(at, fmt.Sprintf("%s %s is there twice, with two descriptions", r.traffic, r.peer), "describe it once")
		}
		r.traffic.check(f, at)
		r.peer.check(f, at, r.traffic)
	}
}

func (t Traffic) check(f *faults, path string) {
	switch t.protocol {
	case "":
		f.add(path, "allows no traffic", "use TCP, UDP, ICMP or AllTraffic")
	case "tcp", "udp":
		if t.from < 0 || t.to > 65535 || t.from > t.to {
			f.add(path, fmt.Sprintf("has the ports %d to %d", t.from, t.to), "use ports of 0 to 65535, the smaller one first")
		}
	case "icmp", "icmpv6":
		if t.from < -1 || t.from > 255 || t.to < -1 || t.to > 255 {
			f.add(path, fmt.Sprintf("has the ICMP type %d and code %d", t.from, t.to), "use 0 to 255, or -1 for all")
		}
	}
	if !descriptionShape.MatchString(t.description) {
		f.add(path, fmt.Sprintf("is described as %q", t.description), "use at most 255 letters, digits, spaces and . _ - : / ( ) # , @ [ ] + = & ; { } ! $ *")
	}
}

func (p Peer) check(f *faults, path string, t Traffic) {
	switch s := string(p); {
	case p == Itself:
	case strings.HasPrefix(s, "sg-") && !isID("sg", s):
		f.add(path, fmt.Sprintf("%q is no ID of a security group", s), "expected sg- and 17 hexadecimal digits")
	case strings.HasPrefix(s, "pl-") && !isID("pl", s):
		f.add(path, fmt.Sprintf("%q is no ID of a prefix list", s), "expected pl- and 17 hexadecimal digits")
	case strings.HasPrefix(s, "sg-"), strings.HasPrefix(s, "pl-"):
	default:
		block, err := netip.ParsePrefix(s)
		switch {
		case err != nil:
			f.add(path, fmt.Sprintf("%q is no range of addresses", s), "use AnyIPv4, AnyIPv6, Itself, a Group, or a CIDR such as 10.0.0.0/8")
		case t.protocol == "icmp" && block.Addr().Is6(), t.protocol == "icmpv6" && block.Addr().Is4():
			f.add(path, fmt.Sprintf("is %s with %s", t.protocol, s), "use ICMP for IPv4 and ICMPv6 for IPv6")
		}
	}
}
