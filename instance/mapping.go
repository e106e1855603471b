package instance

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/amiclass/amiclass/backend"
)

const instanceStore = "instance-store"

// mappings is what a launch sends of storage: what the spec says, laid over what the image brings and
// completed by safe defaults. The root comes first, the others follow by device.
func (s Spec) mappings(f *faults, image backend.Image) []backend.DeviceMapping {
	brought := map[string]*backend.EBSMapping{}
	for _, m := range image.Devices {
		if m.EBS != nil {
			brought[m.Device] = m.EBS
		}
	}
	var all []backend.DeviceMapping
	add := func(d device, v Volume) {
		if m := d.mapping(f, v); *m != (backend.EBSMapping{}) {
			all = append(all, backend.DeviceMapping{Device: d.name, EBS: m})
		}
	}
	for name, m := range brought {
		if _, ok := s.volumes[name]; !ok && name != image.RootDevice {
			add(device{path: "spec." + devicePath(name), name: name, image: m}, Volume{})
		}
	}
	for _, name := range s.devices() {
		path := "spec." + devicePath(name)
		e := s.volumes[name]
		switch {
		case name == image.RootDevice:
			f.add(path, "is the image's root device", "use WithRootVolume")
		case image.Virtualization == "hvm" && image.Platform == "" && deviceShape.MatchString(name) && !hvmDeviceShape.MatchString(name):
			f.add(path, "isn't a device name for HVM images", "for data volumes use /dev/sdf to /dev/sdp")
		case e.store != "":
			all = append(all, backend.DeviceMapping{Device: name, VirtualName: e.store})
		case e.present:
			add(device{path: path, name: name, image: brought[name]}, e.volume)
		case slices.ContainsFunc(image.Devices, func(m backend.DeviceMapping) bool { return m.Device == name }):
			all = append(all, backend.DeviceMapping{Device: name, NoDevice: true})
		}
	}
	slices.SortFunc(all, func(a, b backend.DeviceMapping) int { return cmp.Compare(a.Device, b.Device) })
	return append(s.rootMapping(f, image, brought[image.RootDevice]), all...)
}

func (s Spec) rootMapping(f *faults, image backend.Image, brought *backend.EBSMapping) []backend.DeviceMapping {
	if image.RootDeviceType == instanceStore || image.RootDevice == "" {
		if s.root != (Volume{}) {
			f.add("spec."+rootPath, fmt.Sprintf("%s has no EBS volume as its root", image.ID), "use an EBS-backed image, or WithVolume for further volumes")
		}
		return nil
	}
	if brought == nil {
		brought = &backend.EBSMapping{}
	}
	m := device{path: "spec." + rootPath, name: image.RootDevice, image: brought, root: true}.mapping(f, s.root)
	if *m == (backend.EBSMapping{}) {
		return nil
	}
	return []backend.DeviceMapping{{Device: image.RootDevice, EBS: m}}
}

// device is where a volume goes.
type device struct {
	path  string // of its field in the spec
	name  string
	image *backend.EBSMapping // what the image brings there; nil for nothing
	root  bool
}

// mapping lays the volume over what the image brings and gives what has to be sent, which is the zero
// mapping if the image's is right as it is.
func (d device) mapping(f *faults, v Volume) *backend.EBSMapping {
	if s, ok := v.snapshot.get(); ok && s.fallback && d.image != nil {
		v.snapshot = setting[snapshot]{}
	}
	if v != (Volume{}) {
		fromImage(d.image).merge(v).check(f, d.path, d.root)
	}
	d.checkContent(f, v)
	m := &backend.EBSMapping{
		SnapshotID:          v.Snapshot(),
		SizeGiB:             int(v.Size() / GiB),
		Type:                v.Type(),
		IOPS:                v.IOPS(),
		ThroughputMiBps:     v.Throughput(),
		DeleteOnTermination: v.deleted.pointer(),
	}
	if on, key, ok := v.Encryption(); ok {
		m.Encrypted, m.KMSKeyID = &on, key
	} else if d.image == nil || !isTrue(d.image.Encrypted) {
		m.Encrypted = new(true)
	}
	// The guide contradicts itself on whether EC2 deletes volumes that a launch adds
	// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/preserving-volumes-on-termination.html).
	if d.image == nil && m.DeleteOnTermination == nil {
		m.DeleteOnTermination = new(true)
	}
	return m
}

// checkContent finds what doesn't go with the data that the volume begins with.
func (d device) checkContent(f *faults, v Volume) {
	if d.image == nil {
		if v.size.state != said && v.snapshot.state != said {
			f.add(d.path+".size", "isn't said, and neither is a snapshot", "use WithSize or WithSnapshot, since the image brings no volume there")
		}
		return
	}
	if d.root && v.snapshot.state == said {
		f.add(d.path+".snapshot", "can't be chosen: the image brings the root's content", "use another image")
	}
	if v.snapshot.state == said {
		return
	}
	if least := Size(d.image.SizeGiB) * GiB; v.size.state == said && v.Size() < least && (d.root || d.image.SnapshotID != "") {
		f.add(d.path+".size", fmt.Sprintf("%s is smaller than the image's %s", v.Size(), least), fmt.Sprintf("use %s or more", least))
	}
	if on, _, ok := v.Encryption(); ok && !on && isTrue(d.image.Encrypted) {
		f.add(d.path+".encrypted", "can't be false: the image's snapshot is encrypted", "leave Unencrypted out, or use another image")
	}
}

// fromImage is what the image says of a volume, as far as limits concern it.
func fromImage(m *backend.EBSMapping) Volume {
	var v Volume
	if m == nil {
		return v
	}
	if m.Type != "" {
		v.kind = some(m.Type)
	}
	if m.SizeGiB > 0 {
		v.size = some(Size(m.SizeGiB) * GiB)
	}
	l := limitsOfVolumes[m.Type]
	if m.IOPS > 0 && l.maxIOPS > 0 {
		v.iops = some(m.IOPS)
	}
	if m.ThroughputMiBps > 0 && l.maxMiBps > 0 {
		v.throughput = some(m.ThroughputMiBps)
	}
	return v
}

// countVolumes tells how many EBS volumes a launch with the mappings makes.
func countVolumes(image backend.Image, mappings []backend.DeviceMapping) int {
	devices := map[string]bool{}
	for _, m := range slices.Concat(image.Devices, mappings) {
		devices[m.Device] = !m.NoDevice && m.EBS != nil
	}
	n := 0
	for _, there := range devices {
		if there {
			n++
		}
	}
	return n
}

func isTrue(b *bool) bool { return b != nil && *b }
