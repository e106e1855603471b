package instance

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// field is one thing that a spec says, as people read it.
type field struct{ path, value string }

const nothing = "none"

// fields is all that the spec says, in the order of the type, with each volume as one field.
func (s Spec) fields() []field {
	all := s.hardwareFields()
	if s.root != (Volume{}) {
		all = append(all, field{rootPath, s.root.String()})
	}
	for _, d := range s.devices() {
		value := nothing
		if e := s.volumes[d]; e.store != "" {
			value = "instance store " + e.store
		} else if e.present {
			value = e.volume.String()
		}
		all = append(all, field{devicePath(d), value})
	}
	return append(all, s.logicalFields()...)
}

const rootPath = "rootVolume"

func devicePath(device string) string { return fmt.Sprintf("volumes[%q]", device) }

func (s Spec) hardwareFields() []field {
	var all []field
	if h, ok := s.hardware.get(); ok && h.typed {
		all = append(all, field{"type", h.exact})
	} else if ok {
		all = append(all, field{"needs", h.needs.String()})
	}
	all = appendSaid(all, "cpu", s.cpu, CPU.String)
	all = appendSaid(all, "credits", s.credits, text)
	all = appendSaid(all, "hibernation", s.hibernation, strconv.FormatBool)
	all = appendSaid(all, "enclave", s.enclave, strconv.FormatBool)
	all = appendSaid(all, "spot", s.spot, Spot.String)
	all = appendSaid(all, "ebsOptimized", s.ebsOptimized, strconv.FormatBool)
	return appendSaid(all, "plan", s.plan, Plan.String)
}

func (s Spec) logicalFields() []field {
	var all []field
	all = appendSaid(all, "subnet", s.subnet, Subnets.String)
	all = appendSaid(all, "zone", s.zone, text)
	all = appendSaid(all, "publicIP", s.publicIP, strconv.FormatBool)
	all = appendSaid(all, "privateIP", s.privateIP, text)
	all = appendSaid(all, "secondaryIPs", s.secondaryIPs, strconv.Itoa)
	all = appendSaid(all, "ipv6", s.ipv6, ipv6.String)
	for _, index := range slices.Sorted(maps.Keys(s.interfaces)) {
		all = appendSaid(all, interfacePath(index), s.interfaces[index], Interface.String)
	}
	all = appendSaid(all, "groups", s.groups, func(ids []string) string { return strings.Join(ids, ", ") })
	all = appendSaid(all, "firewall", s.firewall, Firewall.String)
	all = appendSaid(all, "keyName", s.key, login.String)
	all = appendSaid(all, "instanceProfile", s.profile, text)
	all = appendSaid(all, "userData", s.userData, UserData.String)
	all = append(all, s.metadata.fields()...)
	all = appendSaid(all, "shutdownBehavior", s.shutdownBehavior, text)
	all = appendSaid(all, "terminationProtection", s.terminationProof, strconv.FormatBool)
	all = appendSaid(all, "stopProtection", s.stopProof, strconv.FormatBool)
	all = appendSaid(all, "monitoring", s.monitoring, func(on bool) string {
		return map[bool]string{true: "detailed", false: "basic"}[on]
	})
	all = appendSaid(all, "tenancy", s.tenancy, text)
	all = appendSaid(all, "placementGroup", s.placementGroup, text)
	all = appendSaid(all, "partition", s.partition, strconv.Itoa)
	all = appendSaid(all, "host", s.host, text)
	all = appendSaid(all, "affinity", s.affinity, text)
	all = append(all, s.tags.fields("tags")...)
	all = append(all, s.volumeTags.fields("volumeTags")...)
	return append(all, s.interfaceTags.fields("interfaceTags")...)
}

func (o MetadataOptions) fields() []field {
	var all []field
	for _, f := range []field{
		{"metadata.tokens", string(o.Tokens)},
		{"metadata.endpoint", string(o.Endpoint)},
		{"metadata.ipv6", string(o.IPv6)},
		{"metadata.tags", string(o.Tags)},
	} {
		if f.value != "" {
			all = append(all, f)
		}
	}
	if o.HopLimit != 0 {
		all = append(all, field{"metadata.hopLimit", strconv.Itoa(o.HopLimit)})
	}
	return all
}

func (t tagSet) fields(path string) []field {
	var all []field
	for _, k := range slices.Sorted(maps.Keys(t)) {
		all = appendSaid(all, fmt.Sprintf("%s[%q]", path, k), t[k], strconv.Quote)
	}
	return all
}

func (v Volume) fields(path string) []field {
	var all []field
	all = appendSaid(all, path+".type", v.kind, text)
	all = appendSaid(all, path+".size", v.size, Size.String)
	all = appendSaid(all, path+".iops", v.iops, commas[int])
	all = appendSaid(all, path+".throughput", v.throughput, func(n int) string { return commas(n) + " MiB/s" })
	if e, ok := v.encryption.get(); ok {
		all = append(all, field{path + ".encrypted", strconv.FormatBool(e.on)})
		if e.key != "" {
			all = append(all, field{path + ".key", e.key})
		}
	}
	return appendSaid(all, path+".deleteOnTermination", v.deleted, strconv.FormatBool)
}

func appendSaid[T any](all []field, path string, s setting[T], text func(T) string) []field {
	switch s.state {
	case said:
		return append(all, field{path, text(s.value)})
	case none:
		return append(all, field{path, nothing})
	}
	return all
}

func text[T ~string](v T) string { return string(v) }

// String tells what the spec says: `type m7g.large; rootVolume gp3 30 GiB; tags["Name"] "web-1"`. Of
// user data it tells the length only.
func (s Spec) String() string {
	var parts []string
	for _, f := range s.fields() {
		parts = append(parts, f.path+" "+f.value)
	}
	if len(parts) == 0 {
		return "empty spec"
	}
	return strings.Join(parts, "; ")
}

// LogValue is a group with an attribute for each field that the spec says.
func (s Spec) LogValue() slog.Value {
	var attrs []slog.Attr
	for _, f := range s.fields() {
		attrs = append(attrs, slog.String(f.path, f.value))
	}
	return slog.GroupValue(attrs...)
}

// alternatives reads "a, b or c".
func alternatives[T ~string](all []T) string {
	names := texts(all)
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}
