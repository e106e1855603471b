package engine

import (
	"net/netip"
)

// withInterfaceFilters adds the filters on an instance's interfaces, which hold if they do for any of these.
func withInterfaceFilters(filters map[string]filterOn[instance]) map[string]filterOn[instance] {
	for name, f := range filtersOnInterfaces {
		filters["network-interface."+name] = f
	}
	return filters
}

var filtersOnInterfaces = map[string]filterOn[instance]{
	"addresses.association.allocation-id": ofPublics(func(_ *view, _ *networkInterface, p publicIPv4, add func(string)) {
		addUnlessEmpty(add, p.allocation())
	}),
	"addresses.association.association-id": ofPublics(func(_ *view, _ *networkInterface, p publicIPv4, add func(string)) {
		addUnlessEmpty(add, p.association())
	}),
	"addresses.association.carrier-ip":        never[instance](),
	"addresses.association.customer-owned-ip": never[instance](),
	"addresses.association.ip-owner-id":       ofPublics(func(v *view, _ *networkInterface, p publicIPv4, add func(string)) { add(v.ownerOfPublic(p)) }),
	"addresses.association.public-dns-name":   ofPublics(func(v *view, n *networkInterface, p publicIPv4, add func(string)) { add(v.publicDNS(n.vpc, p.addr)) }),
	"addresses.association.public-ip":         ofPublics(func(_ *view, _ *networkInterface, p publicIPv4, add func(string)) { add(p.addr.String()) }),
	"association.allocation-id": ofPrimaryPublics(func(_ *view, _ *networkInterface, p publicIPv4, add func(string)) {
		addUnlessEmpty(add, p.allocation())
	}),
	"association.association-id": ofPrimaryPublics(func(_ *view, _ *networkInterface, p publicIPv4, add func(string)) {
		addUnlessEmpty(add, p.association())
	}),
	"association.carrier-ip":        never[instance](),
	"association.customer-owned-ip": never[instance](),
	"association.ip-owner-id":       ofPrimaryPublics(func(v *view, _ *networkInterface, p publicIPv4, add func(string)) { add(v.ownerOfPublic(p)) }),
	"association.public-dns-name":   ofPrimaryPublics(func(v *view, n *networkInterface, p publicIPv4, add func(string)) { add(v.publicDNS(n.vpc, p.addr)) }),
	"association.public-ip":         ofPrimaryPublics(func(_ *view, _ *networkInterface, p publicIPv4, add func(string)) { add(p.addr.String()) }),

	"addresses.primary": ofInterfaces(func(_ *view, _ *instance, n *networkInterface, add func(string)) {
		for index := range n.private {
			add(boolText(index == 0))
		}
	}),
	"addresses.private-dns-name": ofInterfaces(func(v *view, i *instance, n *networkInterface, add func(string)) {
		for index := range n.private {
			if name := v.addressName(i, n, index); name != "" {
				add(name)
			}
		}
	}),
	"addresses.private-ip-address": ofInterfaces(func(_ *view, _ *instance, n *networkInterface, add func(string)) { addAddresses(add, n.private) }),

	"attachment.attach-time":           ofInterface(func(_ *view, n *networkInterface) string { return filterSecond(n.attachment.attached) }),
	"attachment.attachment-id":         ofInterface(func(_ *view, n *networkInterface) string { return n.attachment.id }).through(instanceOfAttachment),
	"attachment.delete-on-termination": ofInterface(func(_ *view, n *networkInterface) string { return boolText(n.attachment.deleteOnTermination) }),
	"attachment.device-index":          ofInterface(func(_ *view, n *networkInterface) string { return itoa(int(n.attachment.deviceIndex)) }),
	"attachment.instance-id":           ofInterface(func(_ *view, n *networkInterface) string { return n.attachment.instance }).by(ownID),
	"attachment.instance-owner-id":     ofInterface(func(v *view, _ *networkInterface) string { return v.Account }),
	"attachment.network-card-index":    ofInterface(func(_ *view, n *networkInterface) string { return itoa(int(n.attachment.cardIndex)) }),
	"attachment.status":                ofInterface(func(v *view, n *networkInterface) string { return string(v.attachmentStatus(n)) }),

	"availability-zone":              ofInterface(func(_ *view, n *networkInterface) string { return n.zone }).throughMany(instancesInZone),
	"deny-all-igw-traffic":           ofInterface(func(*view, *networkInterface) string { return "false" }),
	"description":                    ofInterface(func(_ *view, n *networkInterface) string { return n.description }),
	"group-id":                       ofInterfaces(func(_ *view, _ *instance, n *networkInterface, add func(string)) { addAll(add, n.groups) }).through(instancesOfGroup),
	"group-name":                     ofInterfaces(func(v *view, _ *instance, n *networkInterface, add func(string)) { v.addNames(add, n.groups) }),
	"ipv4-prefixes.ipv4-prefix":      ofInterfaces(func(_ *view, _ *instance, n *networkInterface, add func(string)) { addPrefixes(add, n.prefixes) }),
	"ipv6-address":                   ofInterfaces(func(_ *view, _ *instance, n *networkInterface, add func(string)) { addAddresses(add, n.ipv6) }),
	"ipv6-addresses.ipv6-address":    ofInterfaces(func(_ *view, _ *instance, n *networkInterface, add func(string)) { addAddresses(add, n.ipv6) }),
	"ipv6-addresses.is-primary-ipv6": ofInterfaces(func(_ *view, _ *instance, n *networkInterface, add func(string)) { addPrimacy(add, n) }),
	"ipv6-native":                    ofInterface(func(*view, *networkInterface) string { return "false" }),
	"ipv6-prefixes.ipv6-prefix":      ofInterfaces(func(_ *view, _ *instance, n *networkInterface, add func(string)) { addPrefixes(add, n.ipv6Prefixes) }),
	"mac-address":                    ofInterface(func(_ *view, n *networkInterface) string { return n.mac }),
	"network-interface-id":           ofInterface(func(_ *view, n *networkInterface) string { return n.id }).through(instanceOfInterface),
	"operator.managed":               ofInterface(func(*view, *networkInterface) string { return "false" }),
	"operator.principal":             never[instance](),
	"outpost-arn":                    never[instance](),
	"owner-id":                       ofInterface(func(v *view, _ *networkInterface) string { return v.Account }),
	"private-dns-name": ofInterfaces(func(v *view, i *instance, n *networkInterface, add func(string)) {
		if i.hasNames() {
			add(v.interfaceDNS(n))
		}
	}),
	"private-ip-address": ofInterfaces(func(_ *view, _ *instance, n *networkInterface, add func(string)) {
		addAddresses(add, n.private[:min(1, len(n.private))])
	}),
	"public-dns-name":   ofPrimaryPublics(func(v *view, n *networkInterface, p publicIPv4, add func(string)) { add(v.publicDNS(n.vpc, p.addr)) }),
	"requester-id":      ofInterfaces(func(_ *view, _ *instance, n *networkInterface, add func(string)) { addUnlessEmpty(add, n.requester) }),
	"requester-managed": ofInterface(func(*view, *networkInterface) string { return "false" }),
	"status":            ofInterface(func(_ *view, n *networkInterface) string { return string(n.status) }),
	"source-dest-check": ofInterface(func(_ *view, n *networkInterface) string { return boolText(n.sourceDestCheck) }),
	"subnet-id":         ofInterface(func(_ *view, n *networkInterface) string { return n.subnet }).through(instancesByInterfaceSubnet),
	"tag-key": ofInterfaces(func(v *view, _ *instance, n *networkInterface, add func(string)) {
		for g := range v.tagsOf(n.id) {
			add(g.key)
		}
	}),
	"tag-value": ofInterfaces(func(v *view, _ *instance, n *networkInterface, add func(string)) {
		for g := range v.tagsOf(n.id) {
			add(g.value)
		}
	}),
	"vpc-id": ofInterface(func(_ *view, n *networkInterface) string { return n.vpc }).throughMany(instancesByInterfaceVPC),
}

func ofInterfaces(values func(v *view, i *instance, n *networkInterface, add func(string))) filterOn[instance] {
	return some(func(v *view, i *instance, add func(string)) {
		for _, id := range i.interfaces {
			if n, ok := v.interfaces.Get(id); ok && n.attachment != nil {
				values(v, i, n, add)
			}
		}
	})
}

func ofInterface(value func(v *view, n *networkInterface) string) filterOn[instance] {
	return ofInterfaces(func(v *view, _ *instance, n *networkInterface, add func(string)) { add(value(v, n)) })
}

// ofPublics is about all public addresses of interfaces, ofPrimaryPublics about those of their primary private ones.
func ofPublics(value func(v *view, n *networkInterface, p publicIPv4, add func(string))) filterOn[instance] {
	return ofInterfaces(func(v *view, i *instance, n *networkInterface, add func(string)) {
		if i.hasNames() {
			v.publics(n, func(p publicIPv4) { value(v, n, p, add) })
		}
	})
}

func ofPrimaryPublics(value func(v *view, n *networkInterface, p publicIPv4, add func(string))) filterOn[instance] {
	return ofInterfaces(func(v *view, i *instance, n *networkInterface, add func(string)) {
		if p := v.publicOf(n, 0); p.addr.IsValid() && i.hasNames() {
			value(v, n, p, add)
		}
	})
}

func addAddresses(add func(string), all []netip.Addr) {
	for _, a := range all {
		add(a.String())
	}
}

func addPrefixes(add func(string), all []netip.Prefix) {
	for _, p := range all {
		add(p.String())
	}
}

// addPrimacy tells of each IPv6 address whether it is the primary one.
func addPrimacy(add func(string), n *networkInterface) {
	for index := range n.ipv6 {
		add(boolText(n.primaryIPv6 && index == 0))
	}
}
