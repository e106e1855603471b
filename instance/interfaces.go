package instance

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/backend"
)

// Interface describes a further network interface of an instance. It is an immutable value. The zero
// Interface is one that EC2 makes in the subnet of the instance, with the VPC's default group, and that
// goes when the instance does.
type Interface struct {
	id           string
	kind         setting[string]
	description  setting[string]
	card         setting[int]
	subnet       setting[string]
	groups       []string
	privateIP    setting[string]
	secondaryIPs setting[int]
	ipv6         ipv6
	deleted      setting[bool] // on termination
}

// ExistingInterface is an interface that was made before, by its ID. It brings its subnet, groups and
// addresses, and outlives the instance.
func ExistingInterface(id string) Interface { return Interface{id: id} }

// EFA is an interface for an Elastic Fabric Adapter, which only some types have
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa.html).
func EFA() Interface { return Interface{kind: some("efa")} }

// WithDescription describes the interface for people.
func (i Interface) WithDescription(text string) Interface { i.description = some(text); return i }

// WithNetworkCard says on which of the type's network cards the interface is; the first is 0.
func (i Interface) WithNetworkCard(index int) Interface { i.card = some(index); return i }

// WithSubnet says another subnet of the same zone than that of the instance.
func (i Interface) WithSubnet(id string) Interface { i.subnet = some(id); return i }

// WithGroups says the security groups by their IDs or names, as [Spec.WithGroups] does.
func (i Interface) WithGroups(idsOrNames ...string) Interface {
	i.groups = slices.Clone(idsOrNames)
	return i
}

// WithPrivateIP says the primary private IPv4 address.
func (i Interface) WithPrivateIP(addr string) Interface { i.privateIP = some(addr); return i }

// WithSecondaryIPs says how many further private IPv4 addresses EC2 shall choose.
func (i Interface) WithSecondaryIPs(n int) Interface { i.secondaryIPs = some(n); return i }

// WithIPv6Count says how many IPv6 addresses EC2 shall choose.
func (i Interface) WithIPv6Count(n int) Interface { i.ipv6 = ipv6{count: n}; return i }

// WithIPv6 says the IPv6 addresses.
func (i Interface) WithIPv6(addrs ...string) Interface {
	i.ipv6 = ipv6{addresses: slices.Clone(addrs)}
	return i
}

// KeepOnTermination lets the interface outlive its instance.
func (i Interface) KeepOnTermination() Interface { i.deleted = some(false); return i }

// ID is the ID of an interface that was made before; empty for one to be made.
func (i Interface) ID() string { return i.id }

// Subnet is the interface's own subnet; empty for the instance's.
func (i Interface) Subnet() string { return i.subnet.value }

// Groups are the IDs or names of the security groups; empty for the VPC's default group.
func (i Interface) Groups() []string { return slices.Clone(i.groups) }

// String reads "in subnet-…, groups web, 2 secondary IPs".
func (i Interface) String() string {
	var parts []string
	if i.id != "" {
		parts = append(parts, i.id)
	}
	if v, ok := i.kind.get(); ok {
		parts = append(parts, v)
	}
	if v, ok := i.card.get(); ok {
		parts = append(parts, fmt.Sprintf("on card %d", v))
	}
	if v, ok := i.subnet.get(); ok {
		parts = append(parts, "in "+v)
	}
	if len(i.groups) > 0 {
		parts = append(parts, "groups "+strings.Join(i.groups, " and "))
	}
	if v, ok := i.privateIP.get(); ok {
		parts = append(parts, "address "+v)
	}
	if n := i.secondaryIPs.value; n > 0 {
		parts = append(parts, counted(n, "secondary IP"))
	}
	if i.ipv6.count > 0 || len(i.ipv6.addresses) > 0 {
		parts = append(parts, "IPv6 "+i.ipv6.String())
	}
	if v, ok := i.description.get(); ok {
		parts = append(parts, fmt.Sprintf("described as %q", v))
	}
	if d, ok := i.deleted.get(); ok && !d {
		parts = append(parts, "kept on termination")
	}
	if len(parts) == 0 {
		return "in the instance's subnet"
	}
	return strings.Join(parts, ", ")
}

// LogValue is the interface as a line of text.
func (i Interface) LogValue() slog.Value { return slog.StringValue(i.String()) }

// WithInterface says the network interface at a device index. Index 0 is the primary interface, which
// the spec itself describes: there only an [ExistingInterface] can be put.
func (s Spec) WithInterface(index int, i Interface) Spec {
	s.interfaces = with(s.interfaces, index, some(i))
	return s
}

// WithoutInterface says that there shall be no further interface at the device index.
func (s Spec) WithoutInterface(index int) Spec {
	s.interfaces = with(s.interfaces, index, noneOf[Interface]())
	return s
}

// Interfaces are what the spec says of interfaces, by device index.
func (s Spec) Interfaces() map[int]Interface {
	all := map[int]Interface{}
	for index, i := range s.interfaces {
		if v, ok := i.get(); ok {
			all[index] = v
		}
	}
	return all
}

// further are the device indexes of the interfaces besides the primary one, in order.
func (s Spec) further() []int {
	var all []int
	for _, index := range slices.Sorted(maps.Keys(s.Interfaces())) {
		if index != 0 {
			all = append(all, index)
		}
	}
	return all
}

// interfaceRequests are the further interfaces. One without a subnet gets the instance's: EC2 would take
// a default subnet of the default VPC.
func (s Spec) interfaceRequests() []backend.InterfaceRequest {
	var all []backend.InterfaceRequest
	for _, index := range s.further() {
		i := s.interfaces[index].value
		r := backend.InterfaceRequest{
			DeviceIndex:  index,
			NetworkCard:  i.card.value,
			ID:           i.id,
			Type:         i.kind.value,
			Description:  i.description.value,
			SubnetID:     i.subnet.value,
			GroupIDs:     i.Groups(),
			PrivateIP:    i.privateIP.value,
			SecondaryIPs: i.secondaryIPs.value,
			IPv6Count:    i.ipv6.count,
			IPv6:         slices.Clone(i.ipv6.addresses),
		}
		if i.id == "" {
			r.DeleteOnTermination = new(i.deleted.or(true))
			if r.SubnetID == "" {
				r.SubnetID = s.subnetText()
			}
		}
		all = append(all, r)
	}
	return all
}

func interfacePath(index int) string { return fmt.Sprintf("interfaces[%d]", index) }

func (s Spec) checkInterfaces(f *faults) {
	all := s.Interfaces()
	for _, index := range slices.Sorted(maps.Keys(all)) {
		i, path := all[index], "spec."+interfacePath(index)
		if index < 0 {
			f.add(path, "has a negative device index", "count from 1; 0 is the primary interface")
		}
		if index == 0 && i.id == "" {
			f.add(path, "is the primary interface, which the spec itself describes", "use WithSubnet, WithGroups and the like, or an ExistingInterface")
			continue
		}
		i.check(f, path)
	}
	if p, ok := all[0]; ok && p.id != "" {
		for _, one := range []struct {
			path string
			said bool
		}{
			{"subnet", s.subnet.state == said}, {"zone", s.zone.state == said}, {"groups", s.groups.state == said}, {"firewall", s.firewall.state == said},
			{"privateIP", s.privateIP.state == said}, {"secondaryIPs", s.secondaryIPs.value != 0},
			{"ipv6", s.ipv6.state == said}, {"publicIP", s.publicIP.value},
		} {
			if one.said {
				f.add("spec."+one.path, fmt.Sprintf("is said besides the existing interface %s, which brings its own", p.id), "leave it out, or use WithoutInterface(0)")
			}
		}
	}
	if on, _ := s.publicIP.get(); on && len(s.further()) > 0 {
		f.add("spec.publicIP", "can't be asked for beside further interfaces", "leave it out and associate an elastic address with the primary interface")
	}
}

func (i Interface) check(f *faults, path string) {
	if i.id != "" {
		if !isID("eni", i.id) {
			f.add(path, fmt.Sprintf("%q is no ID of a network interface", i.id), "expected eni- and 17 hexadecimal digits")
		}
		bare := i
		bare.card = setting[int]{}
		if len(i.groups) > 0 || bare.String() != i.id {
			f.add(path, fmt.Sprintf("says more of %s, which exists already", i.id), "leave subnet, groups, addresses and the rest out")
		}
		return
	}
	if v, ok := i.subnet.get(); ok && !isID("subnet", v) {
		f.add(path+".subnet", fmt.Sprintf("%q is no subnet ID", v), "expected subnet- and 17 hexadecimal digits")
	}
	if len(i.description.value) > 255 {
		f.add(path+".description", fmt.Sprintf("has %d characters", len(i.description.value)), "use at most 255")
	}
	if i.card.value < 0 {
		f.add(path+".networkCard", fmt.Sprintf("is %d", i.card.value), "use 0 or more")
	}
	checkGroups(f, path+".groups", i.groups)
	if ip, ok := i.privateIP.get(); ok {
		checkIPv4(f, path+".privateIP", ip)
	}
	checkCount(f, path+".secondaryIPs", i.secondaryIPs.value)
	i.ipv6.check(f, path+".ipv6")
}
