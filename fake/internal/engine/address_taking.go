package engine

import (
	"encoding/binary"
	"net/netip"
	"slices"
)

// addressesTaken are what an interface gets of what it asked for.
type addressesTaken struct {
	private      []netip.Addr
	prefixes     []netip.Prefix
	ipv6         []netip.Addr
	ipv6Prefixes []netip.Prefix
}

// takeAddresses takes for a new interface what it asks for and as much else as is missing.
func (t *tx) takeAddresses(s *subnet, n *newInterface) (*subnet, addressesTaken, error) {
	var taken addressesTaken
	more := n.privateCount() - len(n.private)
	var err error
	if s, taken.private, err = s.takePrivate(n.private, more); err != nil {
		return nil, taken, err
	}
	if s, taken.prefixes, err = s.takePrefixes(n.prefixes, n.prefixCount); err != nil {
		return nil, taken, err
	}
	if taken.ipv6, err = t.takeIPv6(s, n.ipv6, n.ipv6Count); err != nil {
		return nil, taken, err
	}
	taken.ipv6Prefixes, err = t.takeIPv6Prefixes(s, n.ipv6Prefixes, n.ipv6PrefixCount)
	return s, taken, err
}

// takePrivate takes the addresses that are asked for and as many others as are missing.
func (s *subnet) takePrivate(asked []netip.Addr, more int) (*subnet, []netip.Addr, error) {
	private := slices.Clone(asked)
	var err error
	for _, a := range asked {
		if s, err = s.take(a); err != nil {
			return nil, nil, err
		}
	}
	for range more {
		var a netip.Addr
		if s, a, err = s.takeAny(); err != nil {
			return nil, nil, err
		}
		private = append(private, a)
	}
	return s, private, nil
}

// takePrefixes takes the prefixes that are asked for and as many others as are missing. A prefix takes all of its
// addresses, none of which may be in use or EC2's own.
func (s *subnet) takePrefixes(asked []netip.Prefix, more int) (*subnet, []netip.Prefix, error) {
	if len(asked)+more == 0 {
		return s, nil, nil
	}
	prefixes := slices.Clone(asked)
	for _, p := range asked {
		if !within(p, s.cidr) {
			return nil, nil, fail("InvalidParameterValue", "Prefix %s does not fall within the subnet's address range", p) // (mem)
		}
		n := distance(s.cidr.Addr(), p.Addr())
		if n < reservedBelow || n+prefixSize > s.size()-reservedAbove {
			return nil, nil, fail("InvalidParameterValue", "Prefix %s is in subnet's reserved address range", p) // (mem)
		}
		if s.addresses.within(n) != 0 {
			return nil, nil, fail("InvalidIPAddress.InUse", "Prefix %s is in use.", p) // (mem)
		}
		s = s.togglePrefix(n, true)
	}
	n := prefixSize // the first block has EC2's own addresses, the last one has too
	for range more {
		for n+prefixSize <= s.size()-reservedAbove && s.addresses.within(n) != 0 {
			n += prefixSize
		}
		if n+prefixSize > s.size()-reservedAbove {
			return nil, nil, s.noPrefix()
		}
		prefixes = append(prefixes, netip.PrefixFrom(plus(s.cidr.Addr(), n), prefixBits))
		s = s.togglePrefix(n, true)
	}
	return s, prefixes, nil
}

// noPrefix says that no block is free: for want of addresses, or though there are enough of them, here and there. Code
// and texts are those of replies that users report.
func (s *subnet) noPrefix() error {
	if s.available() < prefixSize {
		return fail("InvalidParameterValue", "There aren't sufficient free Ipv4 addresses or prefixes")
	}
	return fail("InsufficientCidrBlocks", "The specified subnet does not have enough free cidr blocks to satisfy the request.")
}

// within are the bits of the block of a prefix that begins at a place.
func (a addresses) within(n int) uint16 {
	b := a.block(n)
	if b == nil {
		return 0
	}
	return uint16(b.bits[n%blockSize/64] >> (n % 64))
}

func (s *subnet) togglePrefix(n int, taken bool) *subnet {
	next := *s
	next.addresses = s.addresses.withBlock(n, prefixSize, taken)
	return &next
}

// withoutPrefixes gives prefixes back.
func (s *subnet) withoutPrefixes(given []netip.Prefix) *subnet {
	for _, p := range given {
		s = s.togglePrefix(distance(s.cidr.Addr(), p.Addr()), false)
	}
	return s
}

// checkIPv6 refuses what is outside the subnet's IPv6 block; text (mem).
func (s *subnet) checkIPv6(p netip.Prefix) error {
	if !within(p, s.ipv6.cidr) {
		return fail("InvalidParameterValue", "Address %s does not fall within the subnet's address range", p.Addr())
	}
	return nil
}

// blockOf is the prefix in which an IPv6 address is, delegated or not.
func blockOf(a netip.Addr) netip.Prefix {
	return netip.PrefixFrom(a, ipv6PrefixBits).Masked()
}

// takeIPv6 checks the IPv6 addresses that are asked for and draws as many others as are missing.
func (t *tx) takeIPv6(s *subnet, asked []netip.Addr, more int) ([]netip.Addr, error) {
	if len(asked)+more == 0 {
		return nil, nil
	}
	if !s.ipv6.cidr.IsValid() {
		return nil, fail("InvalidParameterValue", "Subnet %s has no IPv6 CIDR block.", s.id) // (mem)
	}
	ipv6 := make([]netip.Addr, 0, len(asked)+more)
	inUse := func(a netip.Addr) bool {
		return slices.Contains(ipv6, a) || exists(t.interfaces.By("ipv6", 0, a.String())) || t.delegated(blockOf(a))
	}
	for _, a := range asked {
		if err := s.checkIPv6(netip.PrefixFrom(a, a.BitLen())); err != nil {
			return nil, err
		}
		if inUse(a) {
			return nil, fail("InvalidIPAddress.InUse", "Address %s is in use.", a)
		}
		ipv6 = append(ipv6, a)
	}
	for len(ipv6) < len(asked)+more {
		if a := t.drawIPv6(s); !inUse(a) {
			ipv6 = append(ipv6, a)
		}
	}
	return ipv6, nil
}

func (t *tx) drawIPv6(s *subnet) netip.Addr {
	b := s.ipv6.cidr.Addr().As16()
	binary.BigEndian.PutUint64(b[8:], t.draw(kindPublicAddress))
	return netip.AddrFrom16(b)
}

// delegated tells whether an interface has an IPv6 prefix as a whole.
func (t *tx) delegated(p netip.Prefix) bool {
	for i := range t.interfaces.By("ipv6", 0, p.String()) {
		if slices.Contains(i.ipv6Prefixes, p) {
			return true
		}
	}
	return false
}

// takeIPv6Prefixes checks the IPv6 prefixes that are asked for and draws as many others as are missing: such in which
// there are neither addresses nor prefixes of other interfaces.
func (t *tx) takeIPv6Prefixes(s *subnet, asked []netip.Prefix, more int) ([]netip.Prefix, error) {
	if len(asked)+more == 0 {
		return nil, nil
	}
	if !s.ipv6.cidr.IsValid() {
		return nil, fail("InvalidParameterValue", "Subnet %s has no IPv6 CIDR block.", s.id) // (mem)
	}
	prefixes := make([]netip.Prefix, 0, len(asked)+more)
	inUse := func(p netip.Prefix) bool {
		return slices.Contains(prefixes, p) || exists(t.interfaces.By("ipv6", 0, p.String()))
	}
	for _, p := range asked {
		if err := s.checkIPv6(p); err != nil {
			return nil, err
		}
		if inUse(p) {
			return nil, fail("InvalidIPAddress.InUse", "Prefix %s is in use.", p) // (mem)
		}
		prefixes = append(prefixes, p)
	}
	for tries := 0; len(prefixes) < len(asked)+more; tries++ {
		if tries > 1<<20 { // a /64 has 65,536 prefixes
			return nil, fail("InsufficientCidrBlocks", "The specified subnet does not have enough free cidr blocks to satisfy the request.")
		}
		if p := blockOf(t.drawIPv6(s)); !inUse(p) {
			prefixes = append(prefixes, p)
		}
	}
	return prefixes, nil
}
