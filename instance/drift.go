package instance

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/internal/lines"
)

// Drifted is one field in which an instance isn't what was said of it.
type Drifted struct {
	Path string // of the field as in a [Spec]: type, tags["Name"], volumes["/dev/sdf"].size
	Said string // what was said, as people read it; "none" for what shall not be
	Is   string // what the instance has; "none" for nothing
}

// String reads `tags["role"]: is "db", said "web"`.
func (d Drifted) String() string { return fmt.Sprintf("%s: is %s, said %s", d.Path, d.Is, d.Said) }

// Drift is all in which an instance isn't what was said of it, in the order of a spec's fields.
type Drift []Drifted

// Empty tells whether the instance is as it was said.
func (d Drift) Empty() bool { return len(d) == 0 }

// String has a line for each field.
func (d Drift) String() string { return lines.Of(d, "no drift") }

// Drift tells in which fields the instance isn't what a launch with this spec would make now, whoever changed it and how. It
// reads the configuration back as [Instance.Spec] does. What the spec leaves open can't drift, but for the safe defaults of a
// launch (IMDSv2, encrypted volumes) and volumes that neither the spec nor the image knows. Needs are met by any type that
// has them, and a [Plan] by each of its types and markets; subnets that the spec names by tags aren't looked up.
func (i *Instance) Drift(ctx context.Context, said Spec) (Drift, error) {
	if err := said.Validate(); err != nil {
		return nil, err
	}
	is, err := i.Spec(ctx)
	if err != nil {
		return nil, err
	}
	image, imaged, err := findImage(ctx, i.be, i.ImageID())
	if err != nil {
		return nil, fmt.Errorf("the image of instance %s: %w", i.id, err)
	}
	f := drifting{said: said, is: is, data: i.Data(), has: make(map[string]string)}
	for _, one := range slices.Concat(is.hardwareFields(), is.logicalFields()) {
		f.has[one.path] = one.value
	}
	f.hardware()
	f.volumes(image, imaged)
	f.logical()
	slices.SortStableFunc(f.found, func(a, b Drifted) int {
		return cmp.Or(cmp.Compare(section(a.Path), section(b.Path)), cmp.Compare(a.Path, b.Path))
	})
	return f.found, nil
}

// drifting is a comparison under way.
type drifting struct {
	said, is Spec
	data     backend.Instance
	has      map[string]string // what the instance has, by path
	found    Drift
}

// differ notes a field if it isn't as it was said.
func (f *drifting) differ(path, said, is string) {
	said, is = cmp.Or(said, nothing), cmp.Or(is, nothing)
	if said != is {
		f.found = append(f.found, Drifted{path, said, is})
	}
}

func (f *drifting) hardware() {
	plan, _ := f.said.plan.get()
	for _, one := range f.said.hardwareFields() {
		switch one.path {
		case "type":
			if len(plan.types) == 0 {
				f.differ(one.path, one.value, f.data.Type)
			}
		case "needs":
			f.meets(plan)
		case "plan":
			if len(plan.types) > 0 && !slices.Contains(plan.types, f.data.Type) {
				f.differ("type", strings.Join(plan.types, " or "), f.data.Type)
			}
		case "spot":
			if len(plan.markets(f.said)) == 1 { // its price isn't told
				f.differ(one.path, spotText(f.said.spot.state == said), spotText(f.data.Spot))
			}
		case "cpu":
			f.cpu()
		default:
			f.differ(one.path, one.value, f.has[one.path])
		}
	}
}

// cpu compares what was said of it. EC2 always tells all of it.
func (f *drifting) cpu() {
	want, is := f.said.cpu.value, cpuOf(f.data.CPU)
	if f.said.cpu.state == none {
		if is, chosen := chosenCPU(f.data); chosen {
			f.differ("cpu", nothing, is.String())
		}
		return
	}
	if want.Cores == 0 {
		is.Cores = 0
	}
	if want.ThreadsPerCore == 0 {
		is.ThreadsPerCore = 0
	}
	if want.SEVSNP == "" {
		is.SEVSNP = ""
	}
	if want.Nested == "" {
		is.Nested = ""
	}
	f.differ("cpu", want.String(), is.String())
}

func spotText(on bool) string {
	if on {
		return "a Spot Instance"
	}
	return ""
}

// meets notes needs that the type doesn't meet. A type that the catalogue doesn't know isn't judged.
func (f *drifting) meets(plan Plan) {
	n, _ := f.said.Needs()
	t, known := catalogue.InstanceType(f.data.Type)
	if len(plan.types) > 0 || !known {
		return
	}
	n.MaxPrice = 0 // which only the launch knew
	if !n.meets(n.said(), &t, 0) {
		f.differ("type", "one with "+n.String(), t.Name)
	}
}

func (f *drifting) volumes(image backend.Image, imaged bool) {
	f.volume(rootPath, f.said.root, f.is.root)
	has := f.is.Volumes()
	for _, device := range f.said.devices() {
		want, is := f.said.volumes[device], has[device]
		_, there := has[device]
		switch path := devicePath(device); {
		case want.store != "": // EC2 doesn't tell where instance store volumes are
		case !want.present && there:
			f.differ(path, nothing, is.String())
		case want.present && !there:
			f.differ(path, want.volume.String(), nothing)
		case want.present:
			f.volume(path, want.volume, is)
		}
	}
	for _, device := range slices.Sorted(maps.Keys(has)) {
		_, named := f.said.volumes[device]
		brought := slices.ContainsFunc(image.Devices, func(m backend.DeviceMapping) bool { return m.Device == device })
		switch {
		case named:
		case imaged && !brought:
			f.differ(devicePath(device), nothing, has[device].String())
		default:
			f.volume(devicePath(device), Volume{}, has[device])
		}
	}
}

func (f *drifting) volume(path string, want, is Volume) {
	if is == (Volume{}) { // the root is an instance store
		return
	}
	want.snapshot, is.snapshot = setting[snapshot]{}, setting[snapshot]{}
	if want.encryption.state == unsaid {
		want = want.Encrypted()
	}
	has := make(map[string]string)
	for _, one := range is.fields(path) {
		has[one.path] = one.value
	}
	for _, one := range want.fields(path) {
		if one.path == path+".key" && sameKey(one.value, has[one.path]) {
			continue
		}
		f.differ(one.path, one.value, has[one.path])
	}
}

// sameKey tells whether a key was named by its ID, which is the end of the ARN that EC2 tells. What an alias means now isn't
// what it meant then.
func sameKey(said, arn string) bool {
	return said == arn || strings.HasSuffix(arn, "/"+said) || strings.Contains(said, "alias/") && arn != ""
}

func (f *drifting) logical() {
	for _, one := range f.said.logicalFields() {
		switch one.path {
		case "subnet":
			if _, plain := f.said.subnet.value.only(); plain {
				f.differ(one.path, one.value, f.data.SubnetID)
			}
		case "zone":
			f.differ(one.path, one.value, string(f.data.Zone))
		case "privateIP":
			f.differ(one.path, one.value, f.data.PrivateIP)
		case "ipv6":
			f.ipv6()
		case "groups":
			f.groups()
		case "instanceProfile":
			if !strings.HasSuffix(f.data.InstanceProfile, "/"+one.value) {
				f.differ(one.path, one.value, f.data.InstanceProfile)
			}
		case "publicIP":
			if on, known := f.is.PublicIP(); known { // a stopped instance has none
				f.differ(one.path, one.value, fmt.Sprint(on))
			}
		default:
			if !strings.HasPrefix(one.path, "interfaces[") {
				f.differ(one.path, one.value, f.has[one.path])
			}
		}
	}
	if f.said.metadata.Tokens == "" {
		f.differ("metadata.tokens", string(TokensRequired), string(f.is.metadata.Tokens))
	}
	for index, s := range f.said.interfaces {
		if index > 0 {
			f.networkInterface(index, s)
		} else if id := s.value.id; id != "" {
			f.differ(interfacePath(index), id, f.primary().ID)
		}
	}
}

func (f *drifting) primary() backend.InstanceInterface {
	for _, n := range f.data.Interfaces {
		if n.DeviceIndex == 0 {
			return n
		}
	}
	return backend.InstanceInterface{}
}

// ipv6 compares how many addresses there are, or which, as was said.
func (f *drifting) ipv6() {
	want := f.said.ipv6.value
	f.differ("ipv6", want.String(), want.like(f.primary().IPv6).String())
}

// like tells addresses as these were said.
func (i ipv6) like(addresses []string) ipv6 {
	if len(i.addresses) > 0 {
		return ipv6{addresses: addresses}
	}
	return ipv6{count: len(addresses)}
}

// groups compares the groups, by IDs or names as they were said, besides that of a declared firewall.
func (f *drifting) groups() {
	want := f.said.Groups()
	var is []string
	for _, g := range ownGroups(f.data) {
		w, declared := f.said.Firewall()
		switch {
		case declared && g.Name == w.groupName():
		case slices.Contains(want, g.Name):
			is = append(is, g.Name)
		default:
			is = append(is, g.ID)
		}
	}
	slices.Sort(want)
	slices.Sort(is)
	f.differ("groups", strings.Join(want, ", "), strings.Join(is, ", "))
}

// networkInterface compares what was said of a further interface.
func (f *drifting) networkInterface(index int, s setting[Interface]) {
	want := s.value
	at := slices.IndexFunc(f.data.Interfaces, func(n backend.InstanceInterface) bool { return n.DeviceIndex == index })
	switch {
	case s.state == none && at >= 0:
		f.differ(interfacePath(index), nothing, f.data.Interfaces[at].ID)
		return
	case s.state == none:
		return
	case at < 0:
		f.differ(interfacePath(index), want.String(), nothing)
		return
	}
	n := f.data.Interfaces[at]
	if want.id != "" {
		f.differ(interfacePath(index), want.id, n.ID)
		return
	}
	is := interfaceOf(n, "")
	is.kind, is.card = ifSaid(want.kind, is.kind), ifSaid(want.card, is.card)
	is.description, is.subnet = ifSaid(want.description, is.description), ifSaid(want.subnet, is.subnet)
	is.secondaryIPs, is.deleted = ifSaid(want.secondaryIPs, is.secondaryIPs), ifSaid(want.deleted, is.deleted)
	if want.privateIP.state == said {
		is = is.WithPrivateIP(n.PrivateIP)
	}
	if len(want.groups) == 0 {
		is.groups = nil
	} else {
		for g := range is.groups {
			if name := n.Groups[g].Name; slices.Contains(want.groups, name) {
				is.groups[g] = name
			}
		}
		want.groups = slices.Sorted(slices.Values(want.groups))
		slices.Sort(is.groups)
	}
	if is.ipv6 = want.ipv6.like(n.IPv6); want.ipv6.count == 0 && len(want.ipv6.addresses) == 0 {
		is.ipv6 = ipv6{}
	}
	f.differ(interfacePath(index), want.String(), is.String())
}

// ifSaid is what there is of a setting that was said.
func ifSaid[T any](want, is setting[T]) setting[T] {
	if want.state != said {
		return setting[T]{}
	}
	return is
}
