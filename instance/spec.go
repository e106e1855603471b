package instance

import (
	"maps"
	"reflect"

	"github.com/amiclass/amiclass/region"
)

// Spec is what a server shall be: its hardware (instance type or needs, storage) and its logical
// configuration (place in the network, firewall, authentication, user data, metadata service, tags). It
// is an immutable value that says only what it was told: each With… method returns a copy that says
// more or something else, each Without… method one that says there shall be none, even over a spec
// below that has one. The zero Spec says nothing and can be used as it is.
//
// Nothing is checked until [Spec.Validate], [Spec.Preview] or [Launch] tells everything that is wrong
// at once.
type Spec struct {
	// hardware
	hardware     setting[hardware]
	cpu          setting[CPU]
	credits      setting[Credits]
	hibernation  setting[bool]
	enclave      setting[bool]
	spot         setting[Spot]
	ebsOptimized setting[bool]
	plan         setting[Plan]
	root         Volume
	volumes      map[string]volumeEntry

	// logical configuration
	subnet           setting[Subnets]
	zone             setting[region.Zone]
	publicIP         setting[bool]
	privateIP        setting[string]
	secondaryIPs     setting[int]
	ipv6             setting[ipv6]
	interfaces       map[int]setting[Interface]
	groups           setting[[]string]
	firewall         setting[Firewall]
	key              setting[login]
	profile          setting[string]
	userData         setting[UserData]
	metadata         MetadataOptions
	shutdownBehavior setting[ShutdownBehavior]
	terminationProof setting[bool]
	stopProof        setting[bool]
	monitoring       setting[bool]
	tenancy          setting[Tenancy]
	placementGroup   setting[string]
	partition        setting[int]
	host             setting[string]
	affinity         setting[Affinity]
	tags             tagSet
	volumeTags       tagSet
	interfaceTags    tagSet
}

// Merge lays another spec over this one; where both say something, over wins. Scalars are replaced.
// Tags are merged by key, volumes by device and then field by field, metadata options field by field,
// interfaces by device index. Firewall, groups and user data are replaced as a whole. An instance type
// replaces needs and the other way round, and so do a key pair's name and a public key. What over says
// with Without… is gone.
//
// So that a volume of another type doesn't get IOPS and throughput which that type can't have, those
// two are inherited only from a volume of the same type, or one that names none.
//
// The zero Spec changes nothing on either side. Merging is associative, as long as volumes that say
// IOPS or throughput also say their type.
func (s Spec) Merge(over Spec) Spec {
	return Spec{
		hardware:         s.hardware.merge(over.hardware),
		cpu:              s.cpu.merge(over.cpu),
		credits:          s.credits.merge(over.credits),
		hibernation:      s.hibernation.merge(over.hibernation),
		enclave:          s.enclave.merge(over.enclave),
		spot:             s.spot.merge(over.spot),
		ebsOptimized:     s.ebsOptimized.merge(over.ebsOptimized),
		plan:             s.plan.merge(over.plan),
		root:             s.root.merge(over.root),
		volumes:          mergeMaps(s.volumes, over.volumes, volumeEntry.merge),
		subnet:           s.subnet.merge(over.subnet),
		zone:             s.zone.merge(over.zone),
		publicIP:         s.publicIP.merge(over.publicIP),
		privateIP:        s.privateIP.merge(over.privateIP),
		secondaryIPs:     s.secondaryIPs.merge(over.secondaryIPs),
		ipv6:             s.ipv6.merge(over.ipv6),
		interfaces:       mergeMaps(s.interfaces, over.interfaces, setting[Interface].merge),
		groups:           s.groups.merge(over.groups),
		firewall:         s.firewall.merge(over.firewall),
		key:              s.key.merge(over.key),
		profile:          s.profile.merge(over.profile),
		userData:         s.userData.merge(over.userData),
		metadata:         s.metadata.merge(over.metadata),
		shutdownBehavior: s.shutdownBehavior.merge(over.shutdownBehavior),
		terminationProof: s.terminationProof.merge(over.terminationProof),
		stopProof:        s.stopProof.merge(over.stopProof),
		monitoring:       s.monitoring.merge(over.monitoring),
		tenancy:          s.tenancy.merge(over.tenancy),
		placementGroup:   s.placementGroup.merge(over.placementGroup),
		partition:        s.partition.merge(over.partition),
		host:             s.host.merge(over.host),
		affinity:         s.affinity.merge(over.affinity),
		tags:             mergeMaps(s.tags, over.tags, setting[string].merge),
		volumeTags:       mergeMaps(s.volumeTags, over.volumeTags, setting[string].merge),
		interfaceTags:    mergeMaps(s.interfaceTags, over.interfaceTags, setting[string].merge),
	}
}

// Equal tells whether two specs say the same.
func (s Spec) Equal(other Spec) bool { return reflect.DeepEqual(s, other) }

// mergeMaps never changes a map that it is given, so specs may share one.
func mergeMaps[M ~map[K]V, K comparable, V any](base, over M, merge func(V, V) V) M {
	if len(over) == 0 {
		return base
	}
	if len(base) == 0 {
		return over
	}
	merged := maps.Clone(base)
	for k, v := range over {
		merged[k] = merge(merged[k], v)
	}
	return merged
}

// with is a copy of a map in which one key has another value.
func with[M ~map[K]V, K comparable, V any](m M, key K, value V) M {
	copied := make(M, len(m)+1)
	maps.Copy(copied, m)
	copied[key] = value
	return copied
}
