package engine

import (
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// interfaceFilters are all the documented ones; some tell the same for all interfaces of this cloud.
var interfaceFilters = filterable[networkInterface]{
	table:    func(s *state) *store.Table[networkInterface] { return s.interfaces },
	id:       func(i *networkInterface) string { return i.id },
	resource: ec2types.ResourceTypeNetworkInterface,
	filters: map[string]filterOn[networkInterface]{
		"association.allocation-id":       ofPublicAddress(func(_ *view, _ *networkInterface, p publicIPv4) string { return p.allocation() }),
		"association.association-id":      ofPublicAddress(func(_ *view, _ *networkInterface, p publicIPv4) string { return p.association() }),
		"addresses.association.owner-id":  publicOwner,
		"association.ip-owner-id":         publicOwner,
		"addresses.association.public-ip": publicAddressFilter,
		"association.public-ip":           publicAddressFilter,
		"association.public-dns-name":     ofPublicAddress(func(v *view, i *networkInterface, p publicIPv4) string { return v.publicDNS(i.vpc, p.addr) }),
		"addresses.private-ip-address":    privateAddresses,
		"private-ip-address":              privateAddresses,
		"addresses.primary": some(func(_ *view, i *networkInterface, add func(string)) {
			for n := range i.private {
				add(boolText(n == 0))
			}
		}),
		"ipv6-addresses.ipv6-address": some(func(_ *view, i *networkInterface, add func(string)) { addAddresses(add, i.ipv6) }),

		"attachment.attach-time":           ifAttached(func(_ *view, a *interfaceAttachment) string { return a.attached.UTC().Format(filterTime) }),
		"attachment.attachment-id":         ifAttached(func(_ *view, a *interfaceAttachment) string { return a.id }).by("attachment"),
		"attachment.delete-on-termination": ifAttached(func(_ *view, a *interfaceAttachment) string { return boolText(a.deleteOnTermination) }),
		"attachment.device-index":          ifAttached(func(_ *view, a *interfaceAttachment) string { return itoa(int(a.deviceIndex)) }),
		"attachment.instance-id":           ifAttached(func(_ *view, a *interfaceAttachment) string { return a.instance }).by("instance"),
		"attachment.instance-owner-id":     ifAttached(func(v *view, _ *interfaceAttachment) string { return v.Account }),
		"attachment.status":                maybe(func(v *view, i *networkInterface) string { return string(v.attachmentStatus(i)) }),

		"availability-zone":    one(func(_ *view, i *networkInterface) string { return i.zone }).throughMany(interfacesInZone),
		"availability-zone-id": one(func(v *view, i *networkInterface) string { return v.zoneID(i.zone) }).throughMany(interfacesInZoneID),
		"description":          one(func(_ *view, i *networkInterface) string { return i.description }),
		"group-id":             some(func(_ *view, i *networkInterface, add func(string)) { addAll(add, i.groups) }).by("group"),
		"interface-type":       one(func(_ *view, i *networkInterface) string { return string(i.typ) }).throughMany(interfacesOfType),
		"mac-address":          one(func(_ *view, i *networkInterface) string { return i.mac }),
		"network-interface-id": one(func(_ *view, i *networkInterface) string { return i.id }).by(ownID),
		"operator.managed":     one(func(*view, *networkInterface) string { return "false" }),
		"operator.principal":   never[networkInterface](),
		"owner-id":             one(func(v *view, _ *networkInterface) string { return v.Account }),
		"private-dns-name":     one(func(v *view, i *networkInterface) string { return v.interfaceDNS(i) }),
		"requester-id":         maybe(func(_ *view, i *networkInterface) string { return i.requester }),
		"requester-managed":    one(func(_ *view, i *networkInterface) string { return boolText(i.service != "") }),
		"source-dest-check":    one(func(_ *view, i *networkInterface) string { return boolText(i.sourceDestCheck) }),
		"status":               one(func(_ *view, i *networkInterface) string { return string(i.status) }).throughMany(interfacesInStatus),
		"subnet-id":            one(func(_ *view, i *networkInterface) string { return i.subnet }).by("subnet"),
		"vpc-id":               one(func(_ *view, i *networkInterface) string { return i.vpc }).throughMany(interfacesInVPC),
	},
}

// filterTime is how filters write times, as replies do.
const filterTime = "2006-01-02T15:04:05.000Z"

var (
	publicAddressFilter = ofPublicAddress(func(_ *view, _ *networkInterface, p publicIPv4) string { return p.addr.String() })
	publicOwner         = ofPublicAddress(func(v *view, _ *networkInterface, p publicIPv4) string { return v.ownerOfPublic(p) })

	privateAddresses = some(func(_ *view, i *networkInterface, add func(string)) { addAddresses(add, i.private) }).by("private")
)

// ofPublicAddress is about any of an interface's public addresses.
func ofPublicAddress(value func(v *view, i *networkInterface, p publicIPv4) string) filterOn[networkInterface] {
	return some(func(v *view, i *networkInterface, add func(string)) {
		v.publics(i, func(p publicIPv4) { addUnlessEmpty(add, value(v, i, p)) })
	})
}

func ifAttached(value func(v *view, a *interfaceAttachment) string) filterOn[networkInterface] {
	return some(func(v *view, i *networkInterface, add func(string)) {
		if i.attachment != nil {
			add(value(v, i.attachment))
		}
	})
}

// How the interfaces are found that have a value of which an index would cost each launch more than it is worth: in a zone
// or a VPC by its subnets, by status through those that are attached and those that aren't.

func interfacesInZone(v *view, zone string, add func(string)) {
	for s := range v.subnets.By("zone", v.scope, zone) {
		interfacesIn(v, s, add)
	}
}

func interfacesInZoneID(v *view, id string, add func(string)) {
	if zone, ok := v.zoneOfID(id); ok {
		interfacesInZone(v, zone, add)
	}
}

func interfacesInVPC(v *view, network string, add func(string)) {
	for s := range v.subnets.By("vpc", v.scope, network) {
		interfacesIn(v, s, add)
	}
}

func interfacesIn(v *view, s *subnet, add func(string)) {
	for i := range v.interfaces.By("subnet", v.scope, s.id) {
		add(i.id)
	}
}

func interfacesInStatus(v *view, status string, add func(string)) {
	if status == string(ec2types.NetworkInterfaceStatusInUse) {
		for _, i := range v.interfaces.Walk("instance", v.scope, "", "") {
			add(i.id)
		}
	}
	for i := range v.interfaces.By("free", v.scope, status) { // or in use by a service
		add(i.id)
	}
}

func interfacesOfType(v *view, typ string, add func(string)) {
	if typ == string(ec2types.NetworkInterfaceTypeInterface) { // nearly all
		for i := range v.interfaces.All(v.scope, "") {
			add(i.id)
		}
		return
	}
	for i := range v.interfaces.By("special", v.scope, typ) {
		add(i.id)
	}
}
