package instance

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
)

// Subnets says which subnets an instance may be launched into, by their IDs or by what they are tagged
// with. It is an immutable value.
type Subnets struct {
	ids  []string
	tags map[string]string
}

// SubnetIDs are the subnets with these IDs.
func SubnetIDs(ids ...string) Subnets { return Subnets{ids: slices.Clone(ids)} }

// SubnetsTagged are all subnets of the region that have this tag. A launch looks them up.
func SubnetsTagged(key, value string) Subnets { return Subnets{}.Tagged(key, value) }

// Tagged keeps those that have this tag as well.
func (n Subnets) Tagged(key, value string) Subnets {
	n.tags = with(n.tags, key, value)
	return n
}

// only gives the ID if there is no choice and nothing to look up.
func (n Subnets) only() (id string, ok bool) {
	if len(n.ids) == 1 && len(n.tags) == 0 {
		return n.ids[0], true
	}
	return "", false
}

// String reads "subnet-…", or "tagged tier=private".
func (n Subnets) String() string {
	parts := slices.Clone(n.ids)
	for _, k := range slices.Sorted(maps.Keys(n.tags)) {
		parts = append(parts, "tagged "+k+"="+n.tags[k])
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// LogValue is the subnets as a line of text.
func (n Subnets) LogValue() slog.Value { return slog.StringValue(n.String()) }

// WithSubnets says the subnets among which a launch chooses: those of the spec's zone if it says one,
// that are available and have a free address, and where the instance type is offered as far as known;
// of these the first by zone, then by ID.
func (s Spec) WithSubnets(n Subnets) Spec { s.subnet = some(n); return s }

// WithSubnet says the subnet, by its ID. Without one, and without a zone, EC2 takes a default subnet
// of the default VPC.
func (s Spec) WithSubnet(id string) Spec { return s.WithSubnets(SubnetIDs(id)) }

// WithoutSubnet says that there shall be no particular subnet.
func (s Spec) WithoutSubnet() Spec { s.subnet = noneOf[Subnets](); return s }

// Subnet is the subnet's ID; empty for none, and where a launch has to choose.
func (s Spec) Subnet() string {
	id, _ := s.subnet.value.only()
	return id
}

// Subnets are those among which a launch chooses; ok is false if the spec says none.
func (s Spec) Subnets() (n Subnets, ok bool) { return s.subnet.get() }

func (s Spec) checkSubnets(f *faults) {
	n, ok := s.subnet.get()
	if !ok {
		return
	}
	if len(n.ids) == 0 && len(n.tags) == 0 {
		f.add("spec.subnet", "names no subnet", "use SubnetIDs or SubnetsTagged, or WithoutSubnet")
	}
	for i, id := range n.ids {
		if !isID("subnet", id) {
			path := "spec.subnet"
			if len(n.ids) > 1 {
				path = fmt.Sprintf("spec.subnet[%d]", i)
			}
			f.add(path, fmt.Sprintf("%q is no subnet ID", id), "expected subnet- and 17 hexadecimal digits")
		}
	}
	if _, empty := n.tags[""]; empty {
		f.add("spec.subnet", "is by a tag without a key", "name the key")
	}
}
