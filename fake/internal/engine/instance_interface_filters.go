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
	"addresses.association.allocation-id":     never[instance](), // elastic addresses have these
	"addresses.association.association-id":    never[instance](),
	"addresses.association.carrier-ip":        never[instance](),
	"addresses.association.customer-owned-ip": never[instance](),
	"addresses.association.ip-owner-id":       ofPublicInterfaces(func(*view, *networkInterface) string { return amazonOwned }),
	"addresses.association.public-dns-name":   ofPublicInterfaces(func(v *view, n *networkInterface) string { return v.publicDNS(n) }),
	"addresses.association.public-ip":         ofPublicInterfaces(func(_ *view, n *networkInterface) string { return n.public.String() }),
	"association.allocation-id":               never[instance](),
	"association.association-id":              never[instance](),
	"association.carrier-ip":                  never[instance](),
	"association.customer-owned-ip":           never[instance](),
	"association.ip-owner-id":                 ofPublicInterfaces(func(*view, *networkInterface) string { return amazonOwned }),
	"association.public-dns-name":             ofPublicInterfaces(func(v *view, n *networkInterface) string { return v.publicDNS(n) }),
	"association.public-ip":                   ofPublicInterfaces(func(_ *view, n *networkInterface) string { return n.public.String() }),

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
	"attachment.attachment-id":         ofInterface(func(_ *view, n *networkInterface) string { return n.attachment.id }),
	"attachment.delete-on-termination": ofInterface(func(_ *view, n *networkInterface) string { return boolText(n.attachment.deleteOnTermination) }),
	"attachment.device-index":          ofInterface(func(_ *view, n *networkInterface) string { return itoa(int(n.attachment.deviceIndex)) }),
	"attachment.instance-id":           ofInterface(func(_ *view, n *networkInterface) string { return n.attachment.instance }),
	"attachment.instance-owner-id":     ofInterface(func(v *view, _ *networkInterface) string { return v.Account }),
	"attachment.network-card-index":    ofInterface(func(_ *view, n *networkInterface) string { return itoa(int(n.attachment.cardIndex)) }),
	"attachment.status":                ofInterface(func(v *view, n *networkInterface) string { return string(v.attachmentStatus(n)) }),

	"availability-zone":              ofInterface(func(_ *view, n *networkInterface) string { return n.zone }),
	"deny-all-igw-traffic":           ofInterface(func(*view, *networkInterface) string { return "false" }),
	"description":                    ofInterface(func(_ *view, n *networkInterface) string { return n.description }),
	"group-id":                       ofInterfaces(func(_ *view, _ *instance, n *networkInterface, add func(string)) { addAll(add, n.groups) }),
	"group-name":                     ofInterfaces(func(v *view, _ *instance, n *networkInterface, add func(string)) { v.addNames(add, n.groups) }),
	"ipv4-prefixes.ipv4-prefix":      never[instance](),
	"ipv6-address":                   ofInterfaces(func(_ *view, _ *instance, n *networkInterface, add func(string)) { addAddresses(add, n.ipv6) }),
	"ipv6-addresses.ipv6-address":    ofInterfaces(func(_ *view, _ *instance, n *networkInterface, add func(string)) { addAddresses(add, n.ipv6) }),
	"ipv6-addresses.is-primary-ipv6": ofInterfaces(func(_ *view, _ *instance, n *networkInterface, add func(string)) { addPerAddress(add, n.ipv6, "false") }),
	"ipv6-native":                    ofInterface(func(*view, *networkInterface) string { return "false" }),
	"ipv6-prefixes.ipv6-prefix":      never[instance](),
	"mac-address":                    ofInterface(func(_ *view, n *networkInterface) string { return n.mac }),
	"network-interface-id":           ofInterface(func(_ *view, n *networkInterface) string { return n.id }),
	"operator.managed":               ofInterface(func(*view, *networkInterface) string { return "false" }),
	"operator.principal":             never[instance](),
	"outpost-arn":                    never[instance](),
	"owner-id":                       ofInterface(func(v *view, _ *networkInterface) string { return v.Account }),
	"private-dns-name": ofInterfaces(func(v *view, i *instance, n *networkInterface, add func(string)) {
		if i.hasNames() {
			add(v.interfaceDNS(n))
		}
	}),
	"private-ip-address": ofInterface(func(_ *view, n *networkInterface) string { return n.private[0].String() }),
	"public-dns-name":    ofPublicInterfaces(func(v *view, n *networkInterface) string { return v.publicDNS(n) }),
	"requester-id":       ofInterfaces(func(_ *view, _ *instance, n *networkInterface, add func(string)) { addUnlessEmpty(add, n.requester) }),
	"requester-managed":  ofInterface(func(*view, *networkInterface) string { return "false" }),
	"status":             ofInterface(func(_ *view, n *networkInterface) string { return string(n.status) }),
	"source-dest-check":  ofInterface(func(_ *view, n *networkInterface) string { return boolText(n.sourceDestCheck) }),
	"subnet-id":          ofInterface(func(_ *view, n *networkInterface) string { return n.subnet }),
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
	"vpc-id": ofInterface(func(_ *view, n *networkInterface) string { return n.vpc }),
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

func ofPublicInterfaces(value func(v *view, n *networkInterface) string) filterOn[instance] {
	return ofInterfaces(func(v *view, i *instance, n *networkInterface, add func(string)) {
		if n.public.IsValid() && i.hasNames() {
			add(value(v, n))
		}
	})
}

func addAddresses(add func(string), all []netip.Addr) {
	for _, a := range all {
		add(a.String())
	}
}

func addPerAddress(add func(string), all []netip.Addr, value string) {
	for range all {
		add(value)
	}
}
