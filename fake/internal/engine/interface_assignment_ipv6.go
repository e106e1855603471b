package engine

import (
	"net/netip"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

// assignIPv6Addresses gives an interface further IPv6 addresses and delegated prefixes
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssignIpv6Addresses.html).
func (t *tx) assignIPv6Addresses(in *ec2.AssignIpv6AddressesInput) (*ec2.AssignIpv6AddressesOutput, error) {
	i, err := t.addressedInterface(in.NetworkInterfaceId)
	if err != nil {
		return nil, err
	}
	addresses, prefixes, err := readIPv6(in.Ipv6Addresses, in.Ipv6AddressCount, in.Ipv6Prefixes, in.Ipv6PrefixCount)
	if err != nil {
		return nil, err
	}
	s, ok := t.subnets.Get(i.subnet)
	if !ok {
		return nil, notFound(kindSubnet, i.subnet)
	}
	taken, err := t.takeIPv6(s, addresses.asked, addresses.more)
	if err != nil {
		return nil, err
	}
	next := *i
	next.ipv6 = slices.Concat(i.ipv6, taken)
	t.interfaces.Put(&t.undo, &next) // so that the prefixes don't fall on the addresses
	takenPrefixes, err := t.takeIPv6Prefixes(s, prefixes.asked, prefixes.more)
	if err != nil {
		return nil, err
	}
	both := next
	both.ipv6Prefixes = slices.Concat(i.ipv6Prefixes, takenPrefixes)
	if err := t.checkAttachedSlots(&both); err != nil {
		return nil, err
	}
	t.interfaces.Put(&t.undo, &both)
	return &ec2.AssignIpv6AddressesOutput{
		AssignedIpv6Addresses: stringsOf(taken), AssignedIpv6Prefixes: stringsOf(takenPrefixes), NetworkInterfaceId: ptr(i.id),
	}, nil
}

func readIPv6(texts []string, count *int32, prefixTexts []string, prefixCount *int32) (a assignment[netip.Addr], p assignment[netip.Prefix], err error) {
	if a, err = readAssignment("Ipv6Addresses", texts, addIPv6, count); err != nil {
		return a, p, err
	}
	if p, err = readAssignment("Ipv6Prefixes", prefixTexts, addIPv6Prefix, prefixCount); err != nil {
		return a, p, err
	}
	if a.none() && p.none() {
		err = nothingToAssign("IPv6 addresses or IPv6 prefixes")
	}
	return a, p, err
}

func stringsOf[E interface{ String() string }](all []E) (out []string) {
	for _, e := range all {
		out = append(out, e.String())
	}
	return out
}

func (t *tx) unassignIPv6Addresses(in *ec2.UnassignIpv6AddressesInput) (*ec2.UnassignIpv6AddressesOutput, error) {
	i, err := t.addressedInterface(in.NetworkInterfaceId)
	if err != nil {
		return nil, err
	}
	addresses, prefixes, err := readIPv6(in.Ipv6Addresses, nil, in.Ipv6Prefixes, nil)
	if err != nil {
		return nil, err
	}
	gone, err := givenBack(i, "IPv6 addresses", i.ipv6, addresses.asked)
	if err != nil {
		return nil, err
	}
	gonePrefixes, err := givenBack(i, "IPv6 prefixes", i.ipv6Prefixes, prefixes.asked)
	if err != nil {
		return nil, err
	}
	if i.primaryIPv6 && slices.Contains(gone, i.ipv6[0]) { // code and text (mem)
		return nil, fail("InvalidParameterValue", "The IPv6 address %s is the primary one of interface %s and can't be unassigned.", i.ipv6[0], i.id)
	}
	next := *i
	next.ipv6, next.ipv6Prefixes = without(i.ipv6, gone), without(i.ipv6Prefixes, gonePrefixes)
	t.interfaces.Put(&t.undo, &next)
	return &ec2.UnassignIpv6AddressesOutput{
		NetworkInterfaceId: ptr(i.id), UnassignedIpv6Addresses: stringsOf(gone), UnassignedIpv6Prefixes: stringsOf(gonePrefixes),
	}, nil
}
