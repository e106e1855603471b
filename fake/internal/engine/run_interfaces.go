package engine

import (
	"maps"
	"net/netip"
	"slices"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// plannedInterface is an interface of each instance of a launch: one that exists, or one to be made.
type plannedInterface struct {
	existing *networkInterface
	made     newInterface // of an existing one only where it is attached
}

// planOnlyInterface plans the interface of a launch that doesn't tell of interfaces.
func (t *tx) planOnlyInterface(l *launch) error {
	s, err := t.subnetFor(l, deref(l.in.SubnetId))
	if err != nil {
		return err
	}
	l.subnet = s
	groups, err := t.groupsFor(l, s)
	if err != nil {
		return err
	}
	n := newInterface{subnet: s, groups: groups, public: s.mapPublicIP, sourceDestCheck: true, deleteOnTermination: true}
	if address := deref(l.in.PrivateIpAddress); address != "" {
		if err := l.onlyOne("PrivateIpAddress"); err != nil {
			return err
		}
		if n.private, err = addIPv4(nil, address); err != nil {
			return err
		}
	}
	if err := t.planIPv6(l, &n, deref(l.in.Ipv6AddressCount), l.in.Ipv6Addresses, deref(l.in.EnablePrimaryIpv6)); err != nil {
		return err
	}
	l.interfaces = []plannedInterface{{made: n}}
	l.row.publicIP = n.public
	return nil
}

// onlyOne refuses what only a single instance can have.
func (l *launch) onlyOne(parameter string) error {
	if l.max > 1 { // code and text (mem)
		return fail("InvalidParameterCombination", "The parameter %s may not be specified when launching more than one instance", parameter)
	}
	return nil
}

func addIPv4(to []netip.Addr, address string) ([]netip.Addr, error) {
	a, err := netip.ParseAddr(address)
	if err != nil || !a.Is4() {
		return nil, badValue("address", address, "Invalid IPv4 address.")
	}
	return append(to, a), nil
}

func (t *tx) planIPv6(l *launch, n *newInterface, count int32, asked []ec2types.InstanceIpv6Address, primary bool) error {
	n.ipv6Count = int(count)
	if len(asked) > 0 {
		if count != 0 { // text (mem)
			return fail("InvalidParameterCombination", "Either a number of IPv6 addresses or the addresses may be given, not both.")
		}
		if err := l.onlyOne("Ipv6Addresses"); err != nil {
			return err
		}
	}
	for _, address := range asked {
		a, err := netip.ParseAddr(deref(address.Ipv6Address))
		if err != nil || !a.Is6() || a.Is4In6() || a.Zone() != "" {
			return badValue("ipv6Address", deref(address.Ipv6Address), "Invalid IPv6 address.")
		}
		n.ipv6 = append(n.ipv6, a)
		primary = primary || deref(address.IsPrimaryIpv6)
	}
	if primary {
		return t.unmodelled("EnablePrimaryIpv6, IsPrimaryIpv6 or PrimaryIpv6 with the value true")
	}
	wanted := n.ipv6Count + len(n.ipv6)
	switch {
	case count < 0:
		return badValue("Ipv6AddressCount", count, "Expecting a value greater than or equal to 0.")
	case wanted == 0:
		return nil
	case !l.typ.IPv6: // text (mem)
		return fail("Unsupported", "The instance type '%s' does not support IPv6.", l.typ.Name)
	case wanted > int(deref(typeInfo(l.typ.Name).NetworkInfo.Ipv6AddressesPerInterface)):
		return fail("InvalidInterface.IpAddressLimitExceeded", "Number of IPv6 addresses will exceed limit.") // text (mem)
	}
	return nil
}

// planInterfaces plans the interfaces that a launch tells of.
func (t *tx) planInterfaces(l *launch) error {
	if err := l.refuseInstanceLevel(); err != nil {
		return err
	}
	for index := range l.in.NetworkInterfaces {
		in := &l.in.NetworkInterfaces[index]
		p, err := t.planInterface(l, in)
		if err != nil {
			return err
		}
		l.interfaces = append(l.interfaces, p)
	}
	slices.SortStableFunc(l.interfaces, func(a, b plannedInterface) int { return a.order() - b.order() })
	primary := &l.interfaces[0]
	if primary.order() != 0 { // text (mem)
		return fail("InvalidParameterValue", "The request must specify a network interface with the device index 0 on network card 0.")
	}
	l.subnet = primary.made.subnet
	for i, p := range l.interfaces {
		if i > 0 && p.order() == l.interfaces[i-1].order() { // text (mem)
			return fail("InvalidParameterValue", "Each network interface requires a unique device index: %d is used twice.", p.made.deviceIndex)
		}
		if p.made.subnet.zone != l.subnet.zone { // text (mem)
			return fail("InvalidParameterCombination", "All network interfaces of an instance must be in the same Availability Zone: %s is not in %s.", p.made.subnet.id, l.subnet.zone)
		}
	}
	// Only a new interface gets an automatic public address, and only if there is no other
	// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/working-with-ip-addresses.html).
	l.row.publicIP = primary.existing == nil && primary.made.public
	return nil
}

// order sorts interfaces by card, then by device index.
func (p *plannedInterface) order() int {
	return int(p.made.cardIndex)<<16 + int(p.made.deviceIndex)
}

// refuseInstanceLevel refuses parameters that are for launches without interfaces
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html); the last three texts are (mem).
func (l *launch) refuseInstanceLevel() error {
	what := ""
	switch in := l.in; {
	case in.SubnetId != nil:
		what = "subnet ID"
	case len(in.SecurityGroupIds) > 0 || len(in.SecurityGroups) > 0:
		what = "security groups"
	case in.PrivateIpAddress != nil:
		what = "private address"
	case in.Ipv6AddressCount != nil || len(in.Ipv6Addresses) > 0:
		what = "IPv6 address"
	case in.EnablePrimaryIpv6 != nil:
		what = "primary IPv6 address"
	default:
		return nil
	}
	return fail("InvalidParameterCombination", "Network interfaces and an instance-level %s may not be specified on the same request", what)
}

func (t *tx) planInterface(l *launch, in *ec2types.InstanceNetworkInterfaceSpecification) (plannedInterface, error) {
	p := plannedInterface{made: newInterface{
		description: deref(in.Description), sourceDestCheck: true, deleteOnTermination: true,
		deviceIndex: deref(in.DeviceIndex), cardIndex: deref(in.NetworkCardIndex),
	}}
	switch {
	case in.DeviceIndex == nil:
		return p, missing("NetworkInterface.DeviceIndex")
	case p.made.deviceIndex < 0 || p.made.cardIndex < 0:
		return p, badValue("DeviceIndex", p.made.deviceIndex, "Device and network card indexes must not be negative.")
	case deref(in.AssociateCarrierIpAddress): // text (mem)
		return p, fail("InvalidParameterCombination", "A carrier IP address can be assigned in a Wavelength Zone only.")
	}
	if id := deref(in.NetworkInterfaceId); id != "" {
		return p, t.planExisting(l, in, &p)
	}
	return p, t.planNew(l, in, &p.made)
}

// planExisting plans to attach an interface that exists. Texts but that of InUse are (mem).
func (t *tx) planExisting(l *launch, in *ec2types.InstanceNetworkInterfaceSpecification, p *plannedInterface) error {
	if what := forNewInterfaces(in); what != "" {
		return fail("InvalidParameterCombination", "A network interface may not specify both a network interface ID and a %s", what)
	}
	if err := l.onlyOne("NetworkInterfaceId"); err != nil {
		return err
	}
	n, err := t.interfaceByID(*in.NetworkInterfaceId)
	if err != nil {
		return err
	}
	if n.attachment != nil || slices.ContainsFunc(l.interfaces, func(p plannedInterface) bool { return p.existing == n }) {
		return fail("InvalidNetworkInterface.InUse", "Interface: [%s] in use.", n.id)
	}
	s, ok := t.subnets.Get(n.subnet)
	if !ok {
		return notFound(kindSubnet, n.subnet)
	}
	p.existing, p.made.subnet, p.made.deleteOnTermination = n, s, false
	return nil
}

// forNewInterfaces names what a request says of an interface that can be said of a new one only
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceNetworkInterfaceSpecification.html).
func forNewInterfaces(in *ec2types.InstanceNetworkInterfaceSpecification) string {
	switch {
	case in.SubnetId != nil:
		return "subnet"
	case len(in.Groups) > 0:
		return "security group"
	case in.Description != nil:
		return "description"
	case in.PrivateIpAddress != nil, len(in.PrivateIpAddresses) > 0, in.SecondaryPrivateIpAddressCount != nil:
		return "private IP address"
	case in.Ipv6AddressCount != nil, len(in.Ipv6Addresses) > 0, in.PrimaryIpv6 != nil:
		return "IPv6 address"
	case deref(in.AssociatePublicIpAddress):
		return "public IP address"
	case in.InterfaceType != nil:
		return "interface type"
	case deref(in.DeleteOnTermination):
		return "deletion on termination"
	}
	return ""
}

func (t *tx) planNew(l *launch, in *ec2types.InstanceNetworkInterfaceSpecification, n *newInterface) error {
	s, err := t.subnetFor(l, deref(in.SubnetId))
	if err != nil {
		return err
	}
	n.subnet = s
	if n.groups, err = t.checkGroups(in.Groups, s); err != nil {
		return err
	}
	if in.DeleteOnTermination != nil {
		n.deleteOnTermination = *in.DeleteOnTermination
	}
	if deref(in.AssociatePublicIpAddress) && len(l.in.NetworkInterfaces) > 1 {
		return fail("InvalidParameterCombination", "The associatePublicIPAddress parameter cannot be specified when launching with multiple network interfaces.") // text (mem)
	}
	n.public = s.mapPublicIP && len(l.in.NetworkInterfaces) == 1
	if in.AssociatePublicIpAddress != nil {
		n.public = *in.AssociatePublicIpAddress
	}
	if err := t.planInterfaceType(l, deref(in.InterfaceType), n); err != nil {
		return err
	}
	if err := l.planIPv4(in, n); err != nil {
		return err
	}
	return t.planIPv6(l, n, deref(in.Ipv6AddressCount), in.Ipv6Addresses, deref(in.PrimaryIpv6))
}

func (t *tx) planInterfaceType(l *launch, name string, n *newInterface) error {
	switch typ := ec2types.NetworkInterfaceType(name); typ {
	case "", ec2types.NetworkInterfaceTypeInterface:
		n.typ = ec2types.NetworkInterfaceTypeInterface
	case ec2types.NetworkInterfaceTypeEfa, ec2types.NetworkInterfaceTypeEfaOnly:
		if !deref(typeInfo(l.typ.Name).NetworkInfo.EfaSupported) { // text (mem)
			return fail("Unsupported", "The instance type '%s' does not support EFA.", l.typ.Name)
		}
		n.typ = typ
		if typ == ec2types.NetworkInterfaceTypeEfaOnly { // has no addresses, as interfaces here always do
			return t.unmodelled("NetworkInterfaces.InterfaceType with the value efa-only")
		}
	default:
		return badValue("InterfaceType", name, "Expecting one of interface, efa, efa-only.")
	}
	return nil
}

// planIPv4 reads the private addresses of an interface, the primary one first.
func (l *launch) planIPv4(in *ec2types.InstanceNetworkInterfaceSpecification, n *newInterface) error {
	if in.PrivateIpAddress != nil || len(in.PrivateIpAddresses) > 0 {
		if err := l.onlyOne("PrivateIpAddress"); err != nil {
			return err
		}
	}
	var err error
	named := deref(in.PrivateIpAddress) != ""
	if named {
		if n.private, err = addIPv4(nil, *in.PrivateIpAddress); err != nil {
			return err
		}
	}
	for _, a := range in.PrivateIpAddresses {
		if n.private, err = addIPv4(n.private, deref(a.PrivateIpAddress)); err != nil {
			return err
		}
		if !deref(a.Primary) {
			continue
		}
		if named { // text (mem)
			return fail("InvalidParameterCombination", "Only one private IP address can be designated as primary.")
		}
		named = true
		last := len(n.private) - 1
		n.private = append([]netip.Addr{n.private[last]}, n.private[:last]...)
	}
	secondary := deref(in.SecondaryPrivateIpAddressCount)
	switch {
	case secondary < 0:
		return badValue("SecondaryPrivateIpAddressCount", secondary, "Expecting a value greater than or equal to 0.")
	case secondary > 0 && len(n.private) > 1: // text (mem)
		return fail("InvalidParameterCombination", "Either a number of secondary private IP addresses or the addresses may be given, not both.")
	}
	n.secondaryCount = int(secondary)
	return nil
}

// checkInterfaceLimits refuses more interfaces and addresses than the type can have
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AvailableIpPerENI.html); texts (mem).
func (l *launch) checkInterfaceLimits() error {
	if n := len(l.interfaces); n > l.typ.MaxInterfaces {
		return fail("AttachmentLimitExceeded", "Interface count %d exceeds the limit for %s", n, l.typ.Name)
	}
	onCard := make(map[int32]int32, 1)
	for _, p := range l.interfaces {
		onCard[p.made.cardIndex]++
		addresses := max(len(p.made.private), 1) + p.made.secondaryCount
		if p.existing != nil {
			addresses = len(p.existing.private)
		}
		if addresses > l.typ.IPv4PerInterface {
			return fail("PrivateIpAddressLimitExceeded", "Number of private addresses will exceed limit.")
		}
	}
	if len(l.interfaces) == 1 {
		return nil // on card 0, as was checked
	}
	for _, card := range typeInfo(l.typ.Name).NetworkInfo.NetworkCards {
		index := deref(card.NetworkCardIndex)
		if onCard[index] > deref(card.MaximumNetworkInterfaces) {
			return fail("AttachmentLimitExceeded", "Interface count %d exceeds the limit for network card %d of %s", onCard[index], index, l.typ.Name)
		}
		delete(onCard, index)
	}
	for _, index := range slices.Sorted(maps.Keys(onCard)) {
		return badValue("NetworkCardIndex", index, "The instance type '%s' has no such network card.", l.typ.Name)
	}
	return nil
}

// launchInterfaces makes or attaches the interfaces of one instance.
func (t *tx) launchInterfaces(l *launch, i *instance) error {
	i.interfaces = make([]string, len(l.interfaces))
	for index := range l.interfaces {
		p := &l.interfaces[index]
		if p.existing != nil {
			t.attachInterface(p, i.id)
			i.interfaces[index] = p.existing.id
			continue
		}
		n := p.made
		n.instance = i.id
		made, err := t.createInterface(n)
		if err != nil {
			return err
		}
		if err := t.setTags(ec2types.ResourceTypeNetworkInterface, made.id, l.tags[ec2types.ResourceTypeNetworkInterface]); err != nil {
			return err
		}
		i.interfaces[index] = made.id
	}
	return nil
}

func (t *tx) attachInterface(p *plannedInterface, instance string) {
	next := *p.existing
	next.status = ec2types.NetworkInterfaceStatusInUse
	next.attachment = &interfaceAttachment{
		id:                  t.newID(kindAttachment),
		instance:            instance,
		deviceIndex:         p.made.deviceIndex,
		cardIndex:           p.made.cardIndex,
		status:              ec2types.AttachmentStatusAttached,
		attached:            t.now,
		deleteOnTermination: p.made.deleteOnTermination,
	}
	t.interfaces.Put(&t.undo, &next)
}
