package engine

import (
	"time"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// instanceFilters are all the documented ones, some of which tell the same for all instances of this
// cloud, or nothing.
var instanceFilters = filterable[instance]{
	table:    func(s *state) *store.Table[instance] { return s.instances },
	id:       instanceID,
	resource: ec2types.ResourceTypeInstance,
	filters: withInterfaceFilters(map[string]filterOn[instance]{
		"affinity":             maybe(func(_ *view, i *instance) string { return string(i.affinity) }),
		"architecture":         one(func(_ *view, i *instance) string { return string(i.architecture) }),
		"availability-zone":    instanceZone,
		"availability-zone-id": instanceZoneID,

		"block-device-mapping.attach-time":           ofDevices(func(_ *instance, d *attachedDevice) string { return filterSecond(d.attached) }),
		"block-device-mapping.delete-on-termination": ofDevices(func(_ *instance, d *attachedDevice) string { return boolText(d.deleteOnTermination) }),
		"block-device-mapping.device-name":           ofDevices(func(_ *instance, d *attachedDevice) string { return d.device }),
		"block-device-mapping.status":                ofDevices(func(i *instance, d *attachedDevice) string { return string(i.deviceState(&d.volumeAttachment)) }),
		"block-device-mapping.volume-id":             ofDevices(func(_ *instance, d *attachedDevice) string { return d.volume }).through(instancesOfVolume),

		"boot-mode":                  maybe(func(_ *view, i *instance) string { return string(i.bootMode) }),
		"capacity-reservation-id":    never[instance](),
		"client-token":               one(func(_ *view, i *instance) string { return i.clientToken }).by("client-token"),
		"current-instance-boot-mode": one(func(_ *view, i *instance) string { return string(i.currentBootMode) }),
		"dns-name":                   ofPublic(func(v *view, n *networkInterface, p publicIPv4) string { return v.publicDNS(n.vpc, p.addr) }),
		"ebs-optimized":              one(func(_ *view, i *instance) string { return boolText(i.ebsOptimized) }),
		"ena-support":                one(func(_ *view, i *instance) string { return boolText(i.enaSupport) }),
		"enclave-options.enabled":    one(func(_ *view, i *instance) string { return boolText(i.enclave) }),
		"host-id":                    never[instance](),
		"hypervisor":                 one(func(*view, *instance) string { return string(ec2types.HypervisorTypeXen) }),
		"image-id":                   one(func(_ *view, i *instance) string { return i.image }).by("image"),
		"instance-id":                one(func(_ *view, i *instance) string { return i.id }).by(ownID),
		"instance-state-code":        instanceStateCode,
		"instance-state-name":        instanceStateName,
		"instance-type":              instanceType,
		"ip-address":                 ofPublic(func(_ *view, _ *networkInterface, p publicIPv4) string { return p.addr.String() }),
		"kernel-id":                  maybe(func(_ *view, i *instance) string { return i.kernel }),
		"key-name":                   maybe(func(_ *view, i *instance) string { return i.keyName }),
		"launch-index":               one(func(_ *view, i *instance) string { return itoa(int(i.launchIndex)) }),
		"launch-time":                one(func(_ *view, i *instance) string { return filterSecond(i.launched) }),
		"monitoring-state":           one(func(_ *view, i *instance) string { return string(i.monitoringState()) }),
		"outpost-arn":                never[instance](),
		"owner-id":                   one(func(v *view, _ *instance) string { return v.Account }),
		"placement-group-name":       never[instance](),
		"placement-partition-number": never[instance](),
		"platform":                   maybe(func(_ *view, i *instance) string { return string(i.platform) }),
		"platform-details":           one(func(_ *view, i *instance) string { return i.platformDetails }),
		"ramdisk-id":                 maybe(func(_ *view, i *instance) string { return i.ramdisk }),
		"reason":                     one(func(_ *view, i *instance) string { return i.transitionReason }),
		"requester-id":               never[instance](), // nobody launches on another's behalf
		"reservation-id":             one(func(_ *view, i *instance) string { return i.reservation }).by("reservation"),
		"root-device-name":           one(func(_ *view, i *instance) string { return i.rootDevice }),
		"root-device-type":           one(func(_ *view, i *instance) string { return string(i.rootDeviceType) }),
		"spot-instance-request-id":   maybe(func(_ *view, i *instance) string { return i.spotRequest }),
		"state-reason-code":          maybe(func(_ *view, i *instance) string { return i.reasonCode }),
		"state-reason-message":       maybe(func(_ *view, i *instance) string { return i.reasonMessage }),
		"subnet-id":                  maybe(func(_ *view, i *instance) string { return i.subnet }).by("subnet"),
		"tenancy":                    one(func(_ *view, i *instance) string { return string(i.tenancy) }),
		"tpm-support":                maybe(func(_ *view, i *instance) string { return i.tpmSupport }),
		"usage-operation":            one(func(_ *view, i *instance) string { return i.usageOperation }),
		"virtualization-type":        one(func(_ *view, i *instance) string { return string(i.virtualization) }),
		"vpc-id":                     maybe(func(_ *view, i *instance) string { return i.vpc }).throughMany(instancesInVPC),

		"capacity-reservation-specification.capacity-reservation-preference": one(func(_ *view, i *instance) string { return string(i.reservationPreference) }),

		"capacity-reservation-specification.capacity-reservation-target.capacity-reservation-id":                 never[instance](),
		"capacity-reservation-specification.capacity-reservation-target.capacity-reservation-resource-group-arn": never[instance](),

		"hibernation-options.configured":      one(func(_ *view, i *instance) string { return boolText(i.hibernation) }),
		"maintenance-options.auto-recovery":   one(func(_ *view, i *instance) string { return string(i.autoRecovery) }),
		"operator.managed":                    one(func(*view, *instance) string { return "false" }),
		"operator.principal":                  never[instance](),
		"usage-operation-update-time":         one(func(_ *view, i *instance) string { return filterSecond(i.first) }),
		"iam-instance-profile.arn":            ofProfile(func(v *view, p *instanceProfile) string { return p.arn(v.Partition) }),
		"iam-instance-profile.id":             ofProfile(func(_ *view, p *instanceProfile) string { return p.short }),
		"metadata-options.http-endpoint":      one(func(_ *view, i *instance) string { return string(i.metadata.endpoint) }),
		"metadata-options.http-protocol-ipv4": one(func(_ *view, i *instance) string { return string(i.metadata.endpoint) }), // (mem): there is no other switch
		"metadata-options.http-protocol-ipv6": one(func(_ *view, i *instance) string { return string(i.metadata.ipv6) }),
		"metadata-options.http-tokens":        one(func(_ *view, i *instance) string { return string(i.metadata.tokens) }),
		"metadata-options.state":              one(func(_ *view, i *instance) string { return string(i.metadataState()) }),

		"metadata-options.http-put-response-hop-limit": one(func(_ *view, i *instance) string { return itoa(int(i.metadata.hopLimit)) }),
		"metadata-options.instance-metadata-tags":      one(func(_ *view, i *instance) string { return string(i.metadata.tags) }),

		"private-dns-name-options.hostname-type": one(func(_ *view, i *instance) string { return string(i.hostnameType) }),

		"private-dns-name-options.enable-resource-name-dns-a-record":    one(func(_ *view, i *instance) string { return boolText(i.dnsA) }),
		"private-dns-name-options.enable-resource-name-dns-aaaa-record": one(func(_ *view, i *instance) string { return boolText(i.dnsAAAA) }),

		"instance-lifecycle": some(func(_ *view, i *instance, add func(string)) {
			if i.spotRequest != "" {
				add(string(ec2types.InstanceLifecycleTypeSpot))
			}
		}),
		"instance.group-id":   ofPrimary(func(v *view, _ *instance, n *networkInterface, add func(string)) { addAll(add, n.groups) }).through(instancesOfGroup),
		"instance.group-name": ofPrimary(func(v *view, _ *instance, n *networkInterface, add func(string)) { v.addNames(add, n.groups) }),
		"ipv6-address": ofPrimary(func(_ *view, _ *instance, n *networkInterface, add func(string)) {
			if len(n.ipv6) > 0 {
				add(n.ipv6[0].String())
			}
		}),
		"network-performance-options.bandwidth-weighting": one(func(_ *view, i *instance) string { return string(i.bandwidth) }),
		"private-dns-name": ofPrimary(func(v *view, i *instance, n *networkInterface, add func(string)) {
			if i.hasNames() {
				add(v.privateDNS(n, i.hostnameType, i.id))
			}
		}),
		"private-ip-address": ofPrimary(func(_ *view, _ *instance, n *networkInterface, add func(string)) {
			add(n.private[0].String())
		}),
		"product-code":      ofProductCodes(func(c *ec2types.ProductCode) string { return deref(c.ProductCodeId) }),
		"product-code.type": ofProductCodes(func(c *ec2types.ProductCode) string { return string(c.ProductCodeType) }),
		"source-dest-check": ofPrimary(func(_ *view, _ *instance, n *networkInterface, add func(string)) { add(boolText(n.sourceDestCheck)) }),
	}),
}

// The filters that DescribeInstanceStatus has too.
var (
	instanceZone      = one(func(_ *view, i *instance) string { return i.zone }).throughMany(instancesInZone)
	instanceZoneID    = one(func(v *view, i *instance) string { return v.zoneID(i.zone) }).throughMany(instancesInZoneID)
	instanceType      = one(func(_ *view, i *instance) string { return i.typ }).byMany("type")
	instanceStateCode = one(func(_ *view, i *instance) string { return itoa(int(stateCodes[i.state])) }).throughMany(instancesInState)
	instanceStateName = one(func(_ *view, i *instance) string { return string(i.state) }).byMany("state").under(stateEntry)
)

func filterSecond(t time.Time) string { return t.UTC().Truncate(time.Second).Format(filterTime) }

func ofDevices(value func(i *instance, d *attachedDevice) string) filterOn[instance] {
	return some(func(_ *view, i *instance, add func(string)) {
		for n := range i.devices {
			add(value(i, &i.devices[n]))
		}
	})
}

func ofProfile(value func(v *view, p *instanceProfile) string) filterOn[instance] {
	return some(func(v *view, i *instance, add func(string)) {
		if p, ok := v.profiles.Get(i.profile); ok {
			add(value(v, p))
		}
	})
}

func ofProductCodes(value func(c *ec2types.ProductCode) string) filterOn[instance] {
	return some(func(_ *view, i *instance, add func(string)) {
		for n := range i.productCodes {
			add(value(&i.productCodes[n]))
		}
	})
}

func ofPrimary(values func(v *view, i *instance, n *networkInterface, add func(string))) filterOn[instance] {
	return some(func(v *view, i *instance, add func(string)) {
		if n := v.primary(i); n != nil {
			values(v, i, n, add)
		}
	})
}

func ofPublic(value func(v *view, n *networkInterface, p publicIPv4) string) filterOn[instance] {
	return ofPrimary(func(v *view, i *instance, n *networkInterface, add func(string)) {
		if p := v.publicOf(n, 0); p.addr.IsValid() && i.hasNames() {
			add(value(v, n, p))
		}
	})
}

func addAll(add func(string), values []string) {
	for _, value := range values {
		add(value)
	}
}

func (v *view) addNames(add func(string), groups []string) {
	for _, id := range groups {
		add(v.groupName(id))
	}
}
