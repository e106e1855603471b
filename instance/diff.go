package instance

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/lines"
)

// Difference is one field in which the configurations of two instances differ.
type Difference struct {
	Path  string // of the field as in a [Spec]: type, tags["Name"], volumes["/dev/sdf"].size
	This  string // what the first instance has, as people read it; empty for nothing
	Other string // what the other one has
}

// String reads `tags["Name"]: "directory-2", other "directory-1"`.
func (d Difference) String() string {
	show := func(s string) string {
		if s == "" {
			return nothing
		}
		return s
	}
	return fmt.Sprintf("%s: %s, other %s", d.Path, show(d.This), show(d.Other))
}

// Differences are all the fields in which the configurations of two instances differ, in the order of
// a spec's fields.
type Differences []Difference

// Empty tells whether the configurations are the same.
func (d Differences) Empty() bool { return len(d) == 0 }

// Only tells whether no other field differs than these.
func (d Differences) Only(paths ...string) bool { return d.Without(paths...).Empty() }

// Without leaves out the differences in these fields.
func (d Differences) Without(paths ...string) Differences {
	return slices.DeleteFunc(slices.Clone(d), func(one Difference) bool { return slices.Contains(paths, one.Path) })
}

// String has a line for each difference.
func (d Differences) String() string { return lines.Of(d, "no difference") }

// Diff compares the configurations of two instances, in whatever regions and accounts, field by field.
// It compares what [Instance.Spec] reads back, and the class of the images: an image, its copies and
// what was made of its instances are of one class, also where an ancestor is gone. Never compared are
// IDs, addresses, and what EC2 may have chosen: subnet, zone, partition and host. Security groups are compared by
// name, and encryption keys only within a region.
func (i *Instance) Diff(ctx context.Context, other *Instance) (Differences, error) {
	mine, err := i.Spec(ctx)
	if err != nil {
		return nil, err
	}
	theirs, err := other.Spec(ctx)
	if err != nil {
		return nil, err
	}
	a, b := i.Data(), other.Data()
	var all Differences
	same, err := related(ctx, i.be, a.ImageID, other.be, b.ImageID)
	if err != nil {
		return nil, fmt.Errorf("compare the images of %s and %s: %w", a.ID, b.ID, err)
	}
	if !same {
		all = append(all, Difference{"image", a.ImageID, b.ImageID})
	}
	return append(all, diffSpecs(mine, theirs, a, b, i.be.Region() == other.be.Region())...), nil
}

// diffSpecs compares two specs that were read back from the instances a and b.
func diffSpecs(mine, theirs Spec, a, b backend.Instance, sameRegion bool) Differences {
	this := comparisons(mine, theirs, a, sameRegion)
	other := comparisons(theirs, mine, b, sameRegion)
	paths := slices.Collect(maps.Keys(this))
	for path := range other {
		if _, both := this[path]; !both {
			paths = append(paths, path)
		}
	}
	slices.SortFunc(paths, func(a, b string) int {
		return cmp.Or(cmp.Compare(section(a), section(b)), cmp.Compare(a, b))
	})
	var all Differences
	for _, path := range paths {
		if this[path] != other[path] {
			all = append(all, Difference{path, this[path], other[path]})
		}
	}
	return all
}

// sections are the fields of a spec in their order.
var sections = []string{
	"type", "cpu", "credits", "hibernation", "enclave", "spot", "ebsOptimized", rootPath, "volumes",
	"publicIP", "secondaryIPs", "ipv6", "interfaces", "groups", "firewall", "keyName", "instanceProfile", "userData",
	"metadata", "shutdownBehavior", "terminationProtection", "stopProtection", "monitoring", "tenancy", "placementGroup", "affinity",
	"tags", "volumeTags", "interfaceTags",
}

func section(path string) int {
	if i := strings.IndexAny(path, ".["); i >= 0 {
		path = path[:i]
	}
	return slices.Index(sections, path)
}

// comparisons is what a spec says that can be compared with what another says, by path.
func comparisons(s, other Spec, d backend.Instance, sameRegion bool) map[string]string {
	volumes, others := s.Volumes(), other.Volumes()
	all := append(s.hardwareFields(), withoutIDs(s.root, sameRegion).fields(rootPath)...)
	for device, v := range volumes {
		v = withoutIDs(v, sameRegion)
		if _, both := others[device]; both {
			all = append(all, v.fields(devicePath(device))...)
		} else {
			all = append(all, field{devicePath(device), v.String()})
		}
	}
	_, otherKnows := other.PublicIP()
	values := map[string]string{}
	for _, f := range append(all, s.logicalFields()...) {
		switch {
		case slices.Contains(uncompared, f.path), strings.HasPrefix(f.path, "interfaces["):
		case f.path == "publicIP" && !otherKnows:
		case f.path == "groups":
			values[f.path] = groupNames(s, ownGroups(d))
		case f.path == "firewall" && !sameRegion:
			values[f.path] = idsOfPeers.ReplaceAllString(f.value, "$1-…")
		default:
			values[f.path] = f.value
		}
	}
	for _, n := range d.Interfaces {
		if n.DeviceIndex != 0 {
			i := interfaceOf(n, n.SubnetID)
			i.groups = names(n.Groups)
			values[interfacePath(n.DeviceIndex)] = i.String()
		}
	}
	return values
}

// uncompared is what EC2 may have chosen.
var uncompared = []string{"subnet", "zone", "privateIP", "partition", "host"}

// idsOfPeers are the IDs in a firewall's text, which mean something in one region only.
var idsOfPeers = regexp.MustCompile(`\b(sg|pl)-[0-9a-f]+`)

func withoutIDs(v Volume, sameRegion bool) Volume {
	v.snapshot = setting[snapshot]{}
	if !sameRegion {
		v.encryption.value.key = ""
	}
	return v
}

// groupNames are the groups besides that of the firewall, which is compared by its rules.
func groupNames(s Spec, groups []backend.GroupRef) string {
	all := names(groups)
	if w, ok := s.Firewall(); ok {
		all = slices.DeleteFunc(all, func(name string) bool { return name == w.groupName() })
	}
	return strings.Join(all, ", ")
}

func names(groups []backend.GroupRef) []string {
	all := make([]string, len(groups))
	for i, g := range groups {
		all[i] = cmp.Or(g.Name, g.ID)
	}
	slices.Sort(all)
	return all
}
