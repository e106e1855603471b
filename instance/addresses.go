package instance

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
)

// ipv6 is how many addresses EC2 shall choose, or which they shall be.
type ipv6 struct {
	count     int
	addresses []string
}

func (a ipv6) String() string {
	if len(a.addresses) > 0 {
		return strings.Join(a.addresses, ", ")
	}
	return fmt.Sprint(a.count)
}

// WithPublicIP says whether the instance gets a public IPv4 address. Without it the subnet decides.
func (s Spec) WithPublicIP(on bool) Spec { s.publicIP = some(on); return s }

// WithPrivateIP says the primary private IPv4 address, which has to be free in the subnet.
func (s Spec) WithPrivateIP(addr string) Spec { s.privateIP = some(addr); return s }

// WithoutPrivateIP leaves the private address to EC2.
func (s Spec) WithoutPrivateIP() Spec { s.privateIP = noneOf[string](); return s }

// WithSecondaryIPs says how many further private IPv4 addresses the primary interface gets; EC2 chooses
// them.
func (s Spec) WithSecondaryIPs(n int) Spec { s.secondaryIPs = some(n); return s }

// WithIPv6Count says how many IPv6 addresses the primary interface gets; EC2 chooses them in the
// subnet, which needs an IPv6 block.
func (s Spec) WithIPv6Count(n int) Spec { s.ipv6 = some(ipv6{count: n}); return s }

// WithIPv6 says the IPv6 addresses of the primary interface.
func (s Spec) WithIPv6(addrs ...string) Spec {
	if len(addrs) == 0 {
		return s.WithoutIPv6()
	}
	s.ipv6 = some(ipv6{addresses: slices.Clone(addrs)})
	return s
}

// WithoutIPv6 leaves IPv6 to the subnet.
func (s Spec) WithoutIPv6() Spec { s.ipv6 = noneOf[ipv6](); return s }

// PublicIP tells whether there shall be a public IPv4 address; said is false where the spec leaves it
// to the subnet.
func (s Spec) PublicIP() (on, said bool) { return s.publicIP.get() }

// PrivateIP is the private IPv4 address; empty for none in particular.
func (s Spec) PrivateIP() string { return s.privateIP.value }

// SecondaryIPs is how many further private IPv4 addresses there shall be.
func (s Spec) SecondaryIPs() int { return s.secondaryIPs.value }

// IPv6 are the IPv6 addresses, or how many of them EC2 shall choose.
func (s Spec) IPv6() (addresses []string, count int) {
	return slices.Clone(s.ipv6.value.addresses), s.ipv6.value.count
}

func (s Spec) checkAddresses(f *faults) {
	if ip, ok := s.privateIP.get(); ok {
		checkIPv4(f, "spec.privateIP", ip)
	}
	checkCount(f, "spec.secondaryIPs", s.secondaryIPs.value)
	s.ipv6.value.check(f, "spec.ipv6")
}

// checkSingle finds what only one of several instances could have.
func (s Spec) checkSingle(f *faults, n int) {
	const remedy = "leave it to EC2, or launch them one by one"
	single := func(path, ip string, six ipv6) {
		if ip != "" {
			f.add(path+"privateIP", fmt.Sprintf("is one address for %d instances", n), remedy)
		}
		if len(six.addresses) > 0 {
			f.add(path+"ipv6", fmt.Sprintf("are the addresses of one for %d instances", n), remedy)
		}
	}
	single("spec.", s.PrivateIP(), s.ipv6.value)
	all := s.Interfaces()
	for _, index := range slices.Sorted(maps.Keys(all)) {
		path := "spec." + interfacePath(index)
		single(path+".", all[index].privateIP.value, all[index].ipv6)
		if id := all[index].id; id != "" {
			f.add(path, fmt.Sprintf("is %s, one interface for %d instances", id, n), remedy)
		}
	}
}

func (a ipv6) check(f *faults, path string) {
	checkCount(f, path, a.count)
	for i, ip := range a.addresses {
		if addr, err := netip.ParseAddr(ip); err != nil || !addr.Is6() || addr.Is4In6() || addr.Zone() != "" {
			f.add(fmt.Sprintf("%s[%d]", path, i), fmt.Sprintf("%q is no IPv6 address", ip), "expected an address such as 2001:db8::7")
		}
	}
}

func checkIPv4(f *faults, path, ip string) {
	if a, err := netip.ParseAddr(ip); err != nil || !a.Is4() {
		f.add(path, fmt.Sprintf("%q is no IPv4 address", ip), "expected an address such as 10.0.0.7")
	}
}

func checkCount(f *faults, path string, n int) {
	if n < 0 {
		f.add(path, fmt.Sprintf("are %d", n), "use 0 or more")
	}
}
