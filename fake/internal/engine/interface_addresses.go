package engine

import (
	"net/netip"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
)

// addressRequest is what a request says of the addresses of a new interface, whatever its operation.
type addressRequest struct {
	primary         *string
	private         []ec2types.PrivateIpAddressSpecification
	secondary       *int32
	prefixes        []ec2types.Ipv4PrefixSpecificationRequest
	prefixCount     *int32
	ipv6            []ec2types.InstanceIpv6Address
	ipv6Count       *int32
	ipv6Prefixes    []ec2types.Ipv6PrefixSpecificationRequest
	ipv6PrefixCount *int32
	primaryIPv6     *bool
}

// single names what of it only one interface can have; "" if many can be made of it.
func (r *addressRequest) single() string {
	switch {
	case r.primary != nil, len(r.private) > 0:
		return "PrivateIpAddress"
	case len(r.prefixes) > 0:
		return "Ipv4Prefixes"
	case len(r.ipv6) > 0:
		return "Ipv6Addresses"
	case len(r.ipv6Prefixes) > 0:
		return "Ipv6Prefixes"
	}
	return ""
}

// read checks the request in itself and says it in the words of newInterface. Which of its parts exclude each other is
// told by https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkInterface.html; texts are (mem).
func (r *addressRequest) read(n *newInterface) error {
	if err := r.readIPv4(n); err != nil {
		return err
	}
	return r.readIPv6(n)
}

func (r *addressRequest) readIPv4(n *newInterface) (err error) {
	named := deref(r.primary) != ""
	if named {
		if n.private, err = addIPv4(nil, *r.primary); err != nil {
			return err
		}
	}
	for _, a := range r.private {
		if n.private, err = addIPv4(n.private, deref(a.PrivateIpAddress)); err != nil {
			return err
		}
		if !deref(a.Primary) {
			continue
		}
		if named {
			return fail("InvalidParameterCombination", "Only one private IP address can be designated as primary.")
		}
		named = true
		last := len(n.private) - 1
		n.private = append([]netip.Addr{n.private[last]}, n.private[:last]...)
	}
	if n.secondaryCount, err = countOf("SecondaryPrivateIpAddressCount", r.secondary); err != nil {
		return err
	}
	if n.secondaryCount > 0 && len(n.private) > 1 {
		return fail("InvalidParameterCombination", "Either a number of secondary private IP addresses or the addresses may be given, not both.")
	}
	for _, p := range r.prefixes {
		if n.prefixes, err = addPrefix(n.prefixes, deref(p.Ipv4Prefix)); err != nil {
			return err
		}
	}
	if n.prefixCount, err = countOf("Ipv4PrefixCount", r.prefixCount); err != nil {
		return err
	}
	switch {
	case n.prefixCount > 0 && len(n.prefixes) > 0:
		return fail("InvalidParameterCombination", "Either a number of IPv4 prefixes or the prefixes may be given, not both.")
	case n.prefixCount+len(n.prefixes) > 0 && (n.secondaryCount > 0 || len(r.private) > 0):
		return fail("InvalidParameterCombination", "Either IPv4 prefixes or private IP addresses may be given, not both.")
	}
	return nil
}

func (r *addressRequest) readIPv6(n *newInterface) (err error) {
	if n.ipv6Count, err = countOf("Ipv6AddressCount", r.ipv6Count); err != nil {
		return err
	}
	if n.ipv6Count > 0 && len(r.ipv6) > 0 {
		return fail("InvalidParameterCombination", "Either a number of IPv6 addresses or the addresses may be given, not both.")
	}
	n.primaryIPv6 = deref(r.primaryIPv6)
	named := false
	for _, address := range r.ipv6 {
		if n.ipv6, err = addIPv6(n.ipv6, deref(address.Ipv6Address)); err != nil {
			return err
		}
		if !deref(address.IsPrimaryIpv6) {
			continue
		}
		if named {
			return fail("InvalidParameterCombination", "Only one IPv6 address can be designated as primary.")
		}
		named, n.primaryIPv6 = true, true
		last := len(n.ipv6) - 1
		n.ipv6 = append([]netip.Addr{n.ipv6[last]}, n.ipv6[:last]...)
	}
	for _, p := range r.ipv6Prefixes {
		if n.ipv6Prefixes, err = addIPv6Prefix(n.ipv6Prefixes, deref(p.Ipv6Prefix)); err != nil {
			return err
		}
	}
	if n.ipv6PrefixCount, err = countOf("Ipv6PrefixCount", r.ipv6PrefixCount); err != nil {
		return err
	}
	switch {
	case n.ipv6PrefixCount > 0 && len(n.ipv6Prefixes) > 0:
		return fail("InvalidParameterCombination", "Either a number of IPv6 prefixes or the prefixes may be given, not both.")
	case n.ipv6PrefixCount+len(n.ipv6Prefixes) > 0 && n.ipv6Count+len(n.ipv6) > 0:
		return fail("InvalidParameterCombination", "Either IPv6 prefixes or IPv6 addresses may be given, not both.")
	}
	return nil
}

func countOf(parameter string, asked *int32) (int, error) {
	if deref(asked) < 0 {
		return 0, badValue(parameter, *asked, "Expecting a value greater than or equal to 0.")
	}
	return int(deref(asked)), nil
}

func addIPv4(to []netip.Addr, address string) ([]netip.Addr, error) {
	a, err := netip.ParseAddr(address)
	if err != nil || !a.Is4() {
		return nil, badValue("address", address, "Invalid IPv4 address.")
	}
	return append(to, a), nil
}

func addIPv6(to []netip.Addr, address string) ([]netip.Addr, error) {
	a, err := netip.ParseAddr(address)
	if err != nil || !a.Is6() || a.Is4In6() || a.Zone() != "" {
		return nil, badValue("ipv6Address", address, "Invalid IPv6 address.")
	}
	return append(to, a), nil
}

// The sizes of delegated prefixes (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-prefix-eni.html).
const (
	prefixBits     = 28
	ipv6PrefixBits = 80
	prefixSize     = 1 << (32 - prefixBits)
)

func addPrefix(to []netip.Prefix, prefix string) ([]netip.Prefix, error) {
	p, err := netip.ParsePrefix(prefix)
	if err != nil || !p.Addr().Is4() || p.Bits() != prefixBits || p != p.Masked() { // text (mem)
		return nil, badValue("ipv4Prefix", prefix, "Expecting an IPv4 block of the size /%d.", prefixBits)
	}
	return append(to, p), nil
}

func addIPv6Prefix(to []netip.Prefix, prefix string) ([]netip.Prefix, error) {
	p, err := netip.ParsePrefix(prefix)
	if err != nil || !p.Addr().Is6() || p.Addr().Is4In6() || p.Bits() != ipv6PrefixBits || p != p.Masked() { // text (mem)
		return nil, badValue("ipv6Prefix", prefix, "Expecting an IPv6 block of the size /%d.", ipv6PrefixBits)
	}
	return append(to, p), nil
}

// slots are how many of its addresses count against the limits of a type: a prefix counts as one.
func (n *newInterface) slots() (v4, v6 int) {
	v4 = n.privateCount() + len(n.prefixes) + n.prefixCount
	v6 = len(n.ipv6) + n.ipv6Count + len(n.ipv6Prefixes) + n.ipv6PrefixCount
	return v4, v6
}

// privateCount is how many private addresses it will have.
func (n *newInterface) privateCount() int {
	if !n.addressed() {
		return 0
	}
	return max(len(n.private), 1) + n.secondaryCount
}

// addressed tells whether it has addresses: all have but EFA-only ones
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa.html).
func (n *newInterface) addressed() bool { return n.typ != ec2types.NetworkInterfaceTypeEfaOnly }

// checkAddressed refuses addresses of an interface that can't have any; code and text (mem).
func (n *newInterface) checkAddressed() error {
	if n.addressed() {
		return nil
	}
	if v4, v6 := n.slots(); v4+v6 > 0 || len(n.private)+n.secondaryCount > 0 || n.public {
		return fail("InvalidParameterCombination", "A network interface of the type efa-only can't have IP addresses.")
	}
	return nil
}

// needs is how many addresses of its subnet it will take.
func (n *newInterface) needs() int {
	return n.privateCount() + prefixSize*(len(n.prefixes)+n.prefixCount)
}

func (i *networkInterface) slots() (v4, v6 int) {
	return len(i.private) + len(i.prefixes), len(i.ipv6) + len(i.ipv6Prefixes)
}

// checkSlots refuses more addresses than an interface of the type can have
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AvailableIpPerENI.html); texts (mem).
func checkSlots(typ *backend.InstanceType, v4, v6 int) error {
	switch {
	case v4 > typ.IPv4PerInterface:
		return fail("PrivateIpAddressLimitExceeded", "Number of private addresses will exceed limit.")
	case v6 == 0:
		return nil
	case !typ.IPv6:
		return fail("Unsupported", "The instance type '%s' does not support IPv6.", typ.Name)
	case v6 > int(deref(typeInfo(typ.Name).NetworkInfo.Ipv6AddressesPerInterface)):
		return fail("InvalidInterface.IpAddressLimitExceeded", "Number of IPv6 addresses will exceed limit.")
	}
	return nil
}
