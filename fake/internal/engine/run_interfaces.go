package engine

import (
	"maps"
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
	r := addressRequest{
		primary: l.in.PrivateIpAddress, ipv6: l.in.Ipv6Addresses, ipv6Count: l.in.Ipv6AddressCount, primaryIPv6: l.in.EnablePrimaryIpv6,
	}
	if err := l.planAddresses(&r, &n); err != nil {
		return err
	}
	l.interfaces = []plannedInterface{{made: n}}
	return nil
}

// onlyOne refuses what only a single instance can have.
func (l *launch) onlyOne(parameter string) error {
	if l.max > 1 { // code and text (mem)
		return fail("InvalidParameterCombination", "The parameter %s may not be specified when launching more than one instance", parameter)
	}
	return nil
}

// planAddresses reads what a request says of the addresses of one of the interfaces.
func (l *launch) planAddresses(r *addressRequest, n *newInterface) error {
	if what := r.single(); what != "" {
		if err := l.onlyOne(what); err != nil {
			return err
		}
	}
	if err := r.read(n); err != nil {
		return err
	}
	return n.checkAddressed()
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
	if !primary.made.addressed() { // code and text (mem)
		return fail("InvalidParameterCombination", "The primary network interface must not be of the type efa-only.")
	}
	return nil
}

// order sorts interfaces by card, then by device index.
func (p *plannedInterface) order() int {
	return deviceOrder(p.made.cardIndex, p.made.deviceIndex)
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
		deviceIndex: deref(in.DeviceIndex), cardIndex: deref(in.NetworkCardIndex), queues: deref(in.EnaQueueCount),
	}}
	var err error
	if p.made.srd, err = expressOf(l.typ.Name, expressAtLaunch(in.EnaSrdSpecification), nil); err != nil {
		return p, err
	}
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
	if err := checkFabric(n.typ, l.typ.Name); err != nil {
		return err
	}
	p.made.typ = n.typ
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
	case len(in.Ipv4Prefixes) > 0, in.Ipv4PrefixCount != nil, len(in.Ipv6Prefixes) > 0, in.Ipv6PrefixCount != nil:
		return "prefix"
	case in.ConnectionTrackingSpecification != nil:
		return "connection tracking specification"
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
	if err := l.planInterfaceType(deref(in.InterfaceType), n); err != nil {
		return err
	}
	if in.AssociatePublicIpAddress == nil {
		n.public = n.public && n.addressed()
	}
	if n.tracking, err = n.tracking.with(in.ConnectionTrackingSpecification); err != nil {
		return err
	}
	return l.planAddresses(&addressRequest{
		primary: in.PrivateIpAddress, private: in.PrivateIpAddresses, secondary: in.SecondaryPrivateIpAddressCount,
		prefixes: in.Ipv4Prefixes, prefixCount: in.Ipv4PrefixCount,
		ipv6: in.Ipv6Addresses, ipv6Count: in.Ipv6AddressCount, primaryIPv6: in.PrimaryIpv6,
		ipv6Prefixes: in.Ipv6Prefixes, ipv6PrefixCount: in.Ipv6PrefixCount,
	}, n)
}

func (l *launch) planInterfaceType(name string, n *newInterface) error {
	switch n.typ = ec2types.NetworkInterfaceType(name); n.typ {
	case "", ec2types.NetworkInterfaceTypeInterface, ec2types.NetworkInterfaceTypeEfa, ec2types.NetworkInterfaceTypeEfaOnly:
	default:
		return badValue("InterfaceType", name, "Expecting one of interface, efa, efa-only.")
	}
	return checkFabric(n.typ, l.typ.Name)
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
		v4, v6 := p.made.slots()
		if p.existing != nil {
			v4, v6 = p.existing.slots()
		}
		if err := checkSlots(&l.typ, v4, v6); err != nil {
			return err
		}
	}
	if err := l.checkQueues(); err != nil {
		return err
	}
	if len(l.interfaces) == 1 {
		return nil // on card 0, as was checked
	}
	for _, card := range slices.Sorted(maps.Keys(onCard)) {
		if err := checkInterfaceCount(&l.typ, len(l.interfaces), card, onCard[card]); err != nil {
			return err
		}
	}
	return nil
}

// checkQueues checks the ENA queues of each interface beside those of the others on its card.
func (l *launch) checkQueues() error {
	for n, p := range l.interfaces {
		if p.made.queues == 0 {
			continue
		}
		var others []int32
		for m, other := range l.interfaces {
			if m != n && other.made.cardIndex == p.made.cardIndex {
				others = append(others, other.made.queues)
			}
		}
		if err := checkQueues(l.typ.Name, p.made.cardIndex, p.made.queues, others); err != nil {
			return err
		}
	}
	return nil
}

// launchInterfaces makes or attaches the interfaces of one instance.
func (t *tx) launchInterfaces(l *launch, i *instance) error {
	i.interfaces = make([]string, len(l.interfaces))
	for index := range l.interfaces {
		p := &l.interfaces[index]
		if p.existing != nil {
			next := *p.existing
			at := p.made
			at.instance = i.id
			t.attach(&next, &at)
			t.interfaces.Put(&t.undo, &next)
			i.interfaces[index] = next.id
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
