package engine

import (
	"net/netip"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/catalogue"
)

// assignPrivateIPAddresses gives an interface secondary addresses and delegated prefixes, all or none
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssignPrivateIpAddresses.html).
func (t *tx) assignPrivateIPAddresses(in *ec2.AssignPrivateIpAddressesInput) (*ec2.AssignPrivateIpAddressesOutput, error) {
	i, err := t.addressedInterface(in.NetworkInterfaceId)
	if err != nil {
		return nil, err
	}
	addresses, err := readAssignment("PrivateIpAddresses", in.PrivateIpAddresses, addIPv4, in.SecondaryPrivateIpAddressCount)
	if err != nil {
		return nil, err
	}
	prefixes, err := readAssignment("Ipv4Prefixes", in.Ipv4Prefixes, addPrefix, in.Ipv4PrefixCount)
	if err != nil {
		return nil, err
	}
	if addresses.none() && prefixes.none() {
		return nil, nothingToAssign("private IP addresses or IPv4 prefixes")
	}
	s, ok := t.subnets.Get(i.subnet)
	if !ok {
		return nil, notFound(kindSubnet, i.subnet)
	}
	next := *i
	s, private, err := t.takeOrMove(s, &next, addresses, deref(in.AllowReassignment))
	if err != nil {
		return nil, err
	}
	s, taken, err := s.takePrefixes(prefixes.asked, prefixes.more)
	if err != nil {
		return nil, err
	}
	next.private, next.prefixes = slices.Concat(i.private, private), slices.Concat(i.prefixes, taken)
	if err := t.checkAttachedSlots(&next); err != nil {
		return nil, err
	}
	t.subnets.Put(&t.undo, s)
	t.interfaces.Put(&t.undo, &next)
	out := &ec2.AssignPrivateIpAddressesOutput{NetworkInterfaceId: ptr(i.id), AssignedIpv4Prefixes: renderPrefixes(taken)}
	for _, a := range private {
		out.AssignedPrivateIpAddresses = append(out.AssignedPrivateIpAddresses, ec2types.AssignedPrivateIpAddress{PrivateIpAddress: ptr(a.String())})
	}
	return out, nil
}

// assignment is what of one sort is to be assigned: those that are named, or a number of others.
type assignment[A any] struct {
	asked []A
	more  int
}

func (a assignment[A]) none() bool { return len(a.asked)+a.more == 0 }

func readAssignment[A any](what string, texts []string, add func([]A, string) ([]A, error), count *int32) (a assignment[A], err error) {
	for _, s := range texts {
		if a.asked, err = add(a.asked, s); err != nil {
			return a, err
		}
	}
	if a.more, err = countOf("count", count); err != nil {
		return a, err
	}
	if a.more > 0 && len(a.asked) > 0 { // text (mem)
		return a, fail("InvalidParameterCombination", "The parameter %s cannot be used with a number of them", what)
	}
	return a, nil
}

// The code and the text are (mem).
func nothingToAssign(what string) error {
	return fail("InvalidParameterCombination", "The request must contain %s, or a number of them.", what)
}

// addressedInterface is the interface that a request must name, and that can have addresses; code and text (mem).
func (t *tx) addressedInterface(id *string) (*networkInterface, error) {
	i, err := t.ownInterface(id)
	if err == nil && i.typ == ec2types.NetworkInterfaceTypeEfaOnly {
		err = fail("InvalidParameterCombination", "A network interface of the type efa-only can't have IP addresses.")
	}
	return i, err
}

// takeOrMove takes addresses for an interface. One that is another's in the subnet, and not its primary one, moves if that
// is allowed, together with its elastic address.
func (t *tx) takeOrMove(s *subnet, next *networkInterface, addresses assignment[netip.Addr], allowed bool) (*subnet, []netip.Addr, error) {
	var private []netip.Addr
	for _, a := range addresses.asked {
		holder := t.holder(s, a)
		switch {
		case holder == nil:
			var err error
			if s, err = s.take(a); err != nil {
				return nil, nil, err
			}
		case !allowed: // text (mem)
			return nil, nil, fail("Resource.AlreadyAssigned", "The private IP address %s is already assigned to interface %s.", a, holder.id)
		case holder.id == next.id:
			continue // as it should be
		case holder.private[0] == a: // code and text (mem)
			return nil, nil, fail("InvalidParameterValue", "The private IP address %s is the primary one of interface %s and can't be reassigned.", a, holder.id)
		default:
			t.moveAddress(holder, next, a)
		}
		private = append(private, a)
	}
	s, more, err := s.takePrivate(nil, addresses.more)
	return s, append(private, more...), err
}

// holder is the interface that has a private address in a subnet; nil if none has.
func (t *tx) holder(s *subnet, a netip.Addr) *networkInterface {
	for i := range t.interfaces.By("private", t.scope, a.String()) {
		if i.subnet == s.id {
			return i
		}
	}
	return nil
}

func (t *tx) moveAddress(from, to *networkInterface, a netip.Addr) {
	left := *from
	left.private = without(from.private, []netip.Addr{a})
	for _, id := range from.elastic {
		if e, ok := t.elastic.Get(id); ok && e.private == a {
			left.elastic = without(from.elastic, []string{id})
			to.elastic = append(slices.Clone(to.elastic), id)
			moved := *e
			moved.iface = to.id
			t.elastic.Put(&t.undo, &moved)
		}
	}
	t.interfaces.Put(&t.undo, &left)
}

// without is a new slice of what isn't taken away; nil if nothing is left.
func without[E comparable](all, taken []E) (left []E) {
	for _, e := range all {
		if !slices.Contains(taken, e) {
			left = append(left, e)
		}
	}
	return left
}

// checkAttachedSlots refuses more addresses than the type of the instance allows on which the interface is.
func (t *tx) checkAttachedSlots(n *networkInterface) error {
	if n.attachment == nil {
		return nil
	}
	i, err := t.instanceByID(n.attachment.instance)
	if err != nil {
		return err
	}
	typ, ok := catalogue.InstanceType(i.typ)
	if !ok {
		return unsupportedConfiguration()
	}
	v4, v6 := n.slots()
	return checkSlots(&typ, v4, v6)
}

// unassignPrivateIPAddresses takes secondary addresses and prefixes away, and with them their elastic addresses (mem).
func (t *tx) unassignPrivateIPAddresses(in *ec2.UnassignPrivateIpAddressesInput) (*ec2.UnassignPrivateIpAddressesOutput, error) {
	i, err := t.addressedInterface(in.NetworkInterfaceId)
	if err != nil {
		return nil, err
	}
	addresses, err := readAssignment("PrivateIpAddresses", in.PrivateIpAddresses, addIPv4, nil)
	if err != nil {
		return nil, err
	}
	prefixes, err := readAssignment("Ipv4Prefixes", in.Ipv4Prefixes, addPrefix, nil)
	if err != nil {
		return nil, err
	}
	if addresses.none() && prefixes.none() {
		return nil, nothingToAssign("private IP addresses or IPv4 prefixes")
	}
	if slices.Contains(addresses.asked, i.private[0]) { // code and text (mem)
		return nil, fail("InvalidParameterValue", "The private IP address %s is the primary one of interface %s and can't be unassigned.", i.private[0], i.id)
	}
	given, err := givenBack(i, "private IP addresses", i.private, addresses.asked)
	if err != nil {
		return nil, err
	}
	givenPrefixes, err := givenBack(i, "prefixes", i.prefixes, prefixes.asked)
	if err != nil {
		return nil, err
	}
	s, ok := t.subnets.Get(i.subnet)
	if !ok {
		return nil, notFound(kindSubnet, i.subnet)
	}
	next := *i
	next.private, next.prefixes = without(i.private, given), without(i.prefixes, givenPrefixes)
	for _, id := range i.elastic {
		if e, ok := t.elastic.Get(id); ok && slices.Contains(given, e.private) {
			next.elastic = without(next.elastic, []string{id})
			t.forgetAssociation(id)
		}
	}
	t.subnets.Put(&t.undo, s.without(given).withoutPrefixes(givenPrefixes))
	t.interfaces.Put(&t.undo, &next)
	return &ec2.UnassignPrivateIpAddressesOutput{}, nil
}

// givenBack is what an interface gives back, each once.
func givenBack[E comparable](i *networkInterface, what string, has, asked []E) ([]E, error) {
	var each []E
	for _, e := range asked {
		if !slices.Contains(has, e) { // code and text (mem)
			return nil, fail("InvalidParameterValue", "Some of the %s are not assigned to interface %s: %v", what, i.id, e)
		}
		if !slices.Contains(each, e) {
			each = append(each, e)
		}
	}
	return each, nil
}
