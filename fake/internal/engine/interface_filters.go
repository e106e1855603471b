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
		// Elastic addresses have these two, automatic ones don't.
		"association.allocation-id":  some(func(*view, *networkInterface, func(string)) {}),
		"association.association-id": some(func(*view, *networkInterface, func(string)) {}),

		"addresses.association.owner-id":  ifPublic(func(*view, *networkInterface) string { return amazonOwned }),
		"association.ip-owner-id":         ifPublic(func(*view, *networkInterface) string { return amazonOwned }),
		"addresses.association.public-ip": publicAddressFilter,
		"association.public-ip":           publicAddressFilter,
		"association.public-dns-name":     ifPublic(func(v *view, i *networkInterface) string { return v.publicDNS(i) }),
		"addresses.private-ip-address":    privateAddresses,
		"private-ip-address":              privateAddresses,
		"addresses.primary": some(func(_ *view, i *networkInterface, add func(string)) {
			for n := range i.private {
				add(boolText(n == 0))
			}
		}),
		"ipv6-addresses.ipv6-address": some(func(_ *view, i *networkInterface, add func(string)) {
			for _, a := range i.ipv6 {
				add(a.String())
			}
		}),

		"attachment.attach-time":           ifAttached(func(_ *view, a *interfaceAttachment) string { return a.attached.UTC().Format(filterTime) }),
		"attachment.attachment-id":         ifAttached(func(_ *view, a *interfaceAttachment) string { return a.id }),
		"attachment.delete-on-termination": ifAttached(func(_ *view, a *interfaceAttachment) string { return boolText(a.deleteOnTermination) }),
		"attachment.device-index":          ifAttached(func(_ *view, a *interfaceAttachment) string { return itoa(int(a.deviceIndex)) }),
		"attachment.instance-id":           ifAttached(func(_ *view, a *interfaceAttachment) string { return a.instance }).by("instance"),
		"attachment.instance-owner-id":     ifAttached(func(v *view, _ *interfaceAttachment) string { return v.Account }),
		"attachment.status": some(func(v *view, i *networkInterface, add func(string)) {
			if status := v.attachmentStatus(i); status != "" {
				add(string(status))
			}
		}),

		"availability-zone":    one(func(_ *view, i *networkInterface) string { return i.zone }),
		"availability-zone-id": one(func(v *view, i *networkInterface) string { return v.zoneID(i.zone) }),
		"description":          one(func(_ *view, i *networkInterface) string { return i.description }),
		"group-id": some(func(_ *view, i *networkInterface, add func(string)) {
			for _, id := range i.groups {
				add(id)
			}
		}).by("group"),
		"interface-type":       one(func(_ *view, i *networkInterface) string { return string(i.typ) }),
		"mac-address":          one(func(_ *view, i *networkInterface) string { return i.mac }),
		"network-interface-id": one(func(_ *view, i *networkInterface) string { return i.id }),
		"operator.managed":     one(func(*view, *networkInterface) string { return "false" }),
		"operator.principal":   some(func(*view, *networkInterface, func(string)) {}),
		"owner-id":             one(func(v *view, _ *networkInterface) string { return v.Account }),
		"private-dns-name":     one(func(v *view, i *networkInterface) string { return v.interfaceDNS(i) }),
		"requester-id": some(func(_ *view, i *networkInterface, add func(string)) {
			if i.requester != "" {
				add(i.requester)
			}
		}),
		"requester-managed": one(func(*view, *networkInterface) string { return "false" }),
		"source-dest-check": one(func(_ *view, i *networkInterface) string { return boolText(i.sourceDestCheck) }),
		"status":            one(func(_ *view, i *networkInterface) string { return string(i.status) }),
		"subnet-id":         one(func(_ *view, i *networkInterface) string { return i.subnet }).by("subnet"),
		"vpc-id":            one(func(_ *view, i *networkInterface) string { return i.vpc }),
	},
}

// filterTime is how filters write times, as replies do.
const filterTime = "2006-01-02T15:04:05.000Z"

var (
	publicAddressFilter = ifPublic(func(_ *view, i *networkInterface) string { return i.public.String() })

	privateAddresses = some(func(_ *view, i *networkInterface, add func(string)) {
		for _, a := range i.private {
			add(a.String())
		}
	}).by("private")
)

func ifPublic(value func(v *view, i *networkInterface) string) filterOn[networkInterface] {
	return some(func(v *view, i *networkInterface, add func(string)) {
		if i.public.IsValid() {
			add(value(v, i))
		}
	})
}

func ifAttached(value func(v *view, a *interfaceAttachment) string) filterOn[networkInterface] {
	return some(func(v *view, i *networkInterface, add func(string)) {
		if i.attachment != nil {
			add(value(v, i.attachment))
		}
	})
}
