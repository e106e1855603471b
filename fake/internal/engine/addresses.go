package engine

import (
	"encoding/binary"
	"math/bits"
	"net/netip"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/region"
)

// The first four addresses of a subnet and its last one are EC2's own
// (https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html).
const (
	reservedBelow = 4
	reservedAbove = 1
)

// addresses are the IPv4 addresses of a subnet that interfaces have: a bit for each, by its distance
// from the first. It is part of a row, so a change makes a copy: of one block, and of the pointers to
// blocks. Finding a free address costs the same in a subnet that is nearly full.
type addresses struct {
	blocks []*addressBlock // nil where no address is taken
	taken  int
	next   int // where the search for a free one goes on
}

const blockSize = 2048

type addressBlock struct {
	taken int
	bits  [blockSize / 64]uint64
}

func (a addresses) has(n int) bool {
	b := a.block(n)
	return b != nil && b.bits[n%blockSize/64]&(1<<(n%64)) != 0
}

func (a addresses) block(n int) *addressBlock {
	if n/blockSize >= len(a.blocks) {
		return nil
	}
	return a.blocks[n/blockSize]
}

// with is the same with one address taken or given back, which it must not be yet.
func (a addresses) with(n int, taken bool) addresses { return a.withBlock(n, 1, taken) }

// withBlock is the same with several neighbours, all in one word of the bits.
func (a addresses) withBlock(n, size int, taken bool) addresses {
	var b addressBlock
	if old := a.block(n); old != nil {
		b = *old
	}
	step := size
	if !taken {
		step = -size
	}
	b.bits[n%blockSize/64] ^= (1<<size - 1) << (n % 64)
	b.taken += step
	a.taken += step
	a.blocks = append(make([]*addressBlock, 0, max(len(a.blocks), n/blockSize+1)), a.blocks...)
	a.blocks = a.blocks[:cap(a.blocks)]
	a.blocks[n/blockSize] = &b
	return a
}

// free gives the next free address from a position on, of those below limit.
func (a addresses) free(from, limit int) (int, bool) {
	for n := from; n < limit; {
		b := a.block(n)
		if b == nil {
			return n, true
		}
		if b.taken == blockSize {
			n += blockSize - n%blockSize
			continue
		}
		if unset := bits.TrailingZeros64(^b.bits[n%blockSize/64] >> (n % 64)); unset < 64-n%64 {
			return n + unset, n+unset < limit
		}
		n += 64 - n%64
	}
	return 0, false
}

// size is how many addresses the subnet's block has, its own and those that interfaces can have.
func (s *subnet) size() int { return 1 << (32 - s.cidr.Bits()) }

// available is how many addresses interfaces can still have.
func (s *subnet) available() int {
	return s.size() - reservedBelow - reservedAbove - s.addresses.taken
}

// take takes an address that the caller asks for.
func (s *subnet) take(a netip.Addr) (*subnet, error) {
	if !a.Is4() || !s.cidr.Contains(a) {
		return nil, fail("InvalidParameterValue", "Address %s does not fall within the subnet's address range", a) // (mem)
	}
	n := distance(s.cidr.Addr(), a)
	if n < reservedBelow || n >= s.size()-reservedAbove {
		return nil, fail("InvalidParameterValue", "Address %s is in subnet's reserved address range", a) // (mem)
	}
	if s.addresses.has(n) {
		return nil, fail("InvalidIPAddress.InUse", "Address %s is in use.", a) // text (mem)
	}
	taken := *s
	taken.addresses = s.addresses.with(n, true)
	return &taken, nil
}

// takeAny takes the next free address.
func (s *subnet) takeAny() (*subnet, netip.Addr, error) {
	end := s.size() - reservedAbove
	n, ok := s.addresses.free(max(s.addresses.next, reservedBelow), end)
	if !ok {
		n, ok = s.addresses.free(reservedBelow, end)
	}
	if !ok {
		return nil, netip.Addr{}, fail("InsufficientFreeAddressesInSubnet",
			"There are not enough free addresses in subnet '%s' to satisfy the requested number of instances.", s.id)
	}
	taken := *s
	taken.addresses = s.addresses.with(n, true)
	taken.addresses.next = n + 1
	return &taken, plus(s.cidr.Addr(), n), nil
}

// without gives addresses back.
func (s *subnet) without(given []netip.Addr) *subnet {
	next := *s
	for _, a := range given {
		next.addresses = next.addresses.with(distance(s.cidr.Addr(), a), false)
	}
	return &next
}

func distance(from, to netip.Addr) int {
	a, b := from.As4(), to.As4()
	return int(binary.BigEndian.Uint32(b[:])) - int(binary.BigEndian.Uint32(a[:]))
}

func plus(a netip.Addr, n int) netip.Addr {
	b := a.As4()
	binary.BigEndian.PutUint32(b[:], binary.BigEndian.Uint32(b[:])+uint32(n))
	return netip.AddrFrom4(b)
}

// publicBlocks are ranges that Amazon has: the first number, and the lowest and the highest second one
// (https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html). Which belong to which region isn't modelled.
var publicBlocks = [...]struct{ first, low, high byte }{
	{3, 80, 95}, {18, 204, 215}, {34, 192, 239}, {35, 152, 183}, {44, 192, 223}, {52, 0, 95}, {54, 144, 239},
}

// publicBlockSize is how many addresses there are for each second number: the last one is never 0 or 255.
const publicBlockSize = 256 * 254

var publicAddresses = func() (n uint64) {
	for _, b := range publicBlocks {
		n += publicBlockSize * (uint64(b.high-b.low) + 1)
	}
	return n
}()

// A prime: steps of it reach every number of a range that it doesn't divide before they reach one again. It is
// cheaper than to look for an address that is free.
const stride = 0x9e3779b1

// newPublicAddress gives an automatic public IPv4 that no interface of the cloud has had, until after 21 million
// none is left: then one that none has.
func (t *tx) newPublicAddress() netip.Addr {
	for {
		t.counters[kindPublicAddress]++
		n := t.counters[kindPublicAddress]
		a := publicAddress((scramble(t.seed)%publicAddresses + n%publicAddresses*stride) % publicAddresses)
		if n < publicAddresses || !t.hasPublic(a) {
			return a
		}
	}
}

// hasPublic looks through all interfaces: only a cloud that has given millions of addresses asks.
func (v *view) hasPublic(a netip.Addr) bool {
	if exists(v.elastic.By("public", 0, a.String())) {
		return true
	}
	for i := range v.interfaces.Every() {
		if i.public == a {
			return true
		}
	}
	return false
}

func publicAddress(n uint64) netip.Addr {
	for _, b := range publicBlocks {
		size := publicBlockSize * (uint64(b.high-b.low) + 1)
		if n < size {
			return netip.AddrFrom4([4]byte{b.first, b.low + byte(n/publicBlockSize), byte(n / 254), 1 + byte(n%254)})
		}
		n -= size
	}
	panic("engine: no such public address")
}

// newMAC gives a locally administered address that no interface of the cloud has had.
func (t *tx) newMAC() string {
	t.counters[kindMAC]++
	n := t.counters[kindMAC]*stride ^ scramble(t.seed) // 43 bits of it count
	const digits = "0123456789abcdef"
	b := [6]byte{0x02 | byte(n>>38)&0x1c, byte(n >> 32), byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}
	mac := make([]byte, 0, 17)
	for i, octet := range b {
		if i > 0 {
			mac = append(mac, ':')
		}
		mac = append(mac, digits[octet>>4], digits[octet&15])
	}
	return string(mac)
}

// privateDNS is the name of an instance's primary interface, or of any other, inside the network
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hostname-types.html).
func (v *view) privateDNS(i *networkInterface, hostname ec2types.HostnameType, instanceID string) string {
	switch {
	case hostname == ec2types.HostnameTypeResourceName && instanceID != "":
		return instanceID + v.privateDomain()
	case len(i.private) > 0:
		return v.ipName(i.private[0])
	}
	return ""
}

func (v *view) ipName(a netip.Addr) string {
	return dashed("ip-", a, v.privateDomain())
}

// dashed writes an IPv4 address into a name: ip-10-0-0-1.ec2.internal.
func dashed(prefix string, a netip.Addr, domain string) string {
	b := a.AppendTo(append(make([]byte, 0, 80), prefix...))
	for i, c := range b {
		if c == '.' {
			b[i] = '-'
		}
	}
	return string(append(b, domain...))
}

func (v *view) privateDomain() string {
	if v.Region == region.USEast1 {
		return ".ec2.internal"
	}
	return "." + string(v.Region) + ".compute.internal"
}

// publicDNS is the name of a public address in a VPC; "" if there is none, or the VPC gives no names.
func (v *view) publicDNS(network string, public netip.Addr) string {
	if !public.IsValid() {
		return ""
	}
	if n, ok := v.vpcs.Get(network); !ok || !n.dnsHostnames {
		return ""
	}
	domain := "." + string(v.Region) + ".compute." + dnsSuffix(v.Partition)
	if v.Region == region.USEast1 {
		domain = ".compute-1.amazonaws.com"
	}
	return dashed("ec2-", public, domain)
}

// dnsSuffix ends the names of a partition's hosts.
func dnsSuffix(p region.Partition) string {
	if p == region.PartitionChina {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

// parseCIDR reads an IPv4 block in its canonical form.
func parseCIDR(parameter, s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil || !p.Addr().Is4() {
		return netip.Prefix{}, badValue(parameter, s, "This is not a valid CIDR block.")
	}
	return p.Masked(), nil
}
