package instance

import (
	"fmt"
	"maps"
	"slices"
)

// volumeEntry is what a spec says of one device.
type volumeEntry struct {
	volume  Volume
	store   string // the virtual name of an instance store volume; empty for an EBS volume
	present bool   // there is a volume; else it is dropped
	reset   bool   // what lies below doesn't count
}

func (e volumeEntry) merge(over volumeEntry) volumeEntry {
	if over.reset || !over.present {
		return over
	}
	return volumeEntry{volume: e.volume.merge(over.volume), present: true, reset: e.reset}
}

// WithRootVolume says how the root volume shall be, whatever device the image has it under. It can't
// be smaller than the image's.
func (s Spec) WithRootVolume(v Volume) Spec { s.root = v; return s }

// WithVolume says how the volume under a device shall be: one that the image brings, or a further
// one. Good device names for further ones are /dev/sdf to /dev/sdp
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html).
func (s Spec) WithVolume(device string, v Volume) Spec {
	s.volumes = with(s.volumes, device, volumeEntry{volume: v, present: true, reset: s.volumes[device].reset})
	return s
}

// WithInstanceStore puts an instance store volume under a device: the index, from 0, counts those that
// the instance type has. What is on it is lost when the instance stops. NVMe instance store volumes are
// there without being asked for, and don't take a device name
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/add-instance-store-volumes.html).
func (s Spec) WithInstanceStore(device string, index int) Spec {
	s.volumes = with(s.volumes, device, volumeEntry{store: fmt.Sprintf("ephemeral%d", index), present: true, reset: true})
	return s
}

// WithoutVolume drops what specs below say of a device, and the volume that the image brings there.
func (s Spec) WithoutVolume(device string) Spec {
	s.volumes = with(s.volumes, device, volumeEntry{reset: true})
	return s
}

// RootVolume is what the spec says of the root volume.
func (s Spec) RootVolume() Volume { return s.root }

// InstanceStores are the instance store volumes by device, as virtual names such as "ephemeral0".
func (s Spec) InstanceStores() map[string]string {
	all := map[string]string{}
	for device, e := range s.volumes {
		if e.store != "" {
			all[device] = e.store
		}
	}
	return all
}

// Volumes is what the spec says of further EBS volumes, by device.
func (s Spec) Volumes() map[string]Volume {
	all := map[string]Volume{}
	for device, e := range s.volumes {
		if e.present && e.store == "" {
			all[device] = e.volume
		}
	}
	return all
}

// DroppedVolumes are the devices that [Spec.WithoutVolume] drops, sorted.
func (s Spec) DroppedVolumes() []string {
	return slices.DeleteFunc(s.devices(), func(d string) bool { return s.volumes[d].present })
}

// devices are all devices that the spec says something of, sorted.
func (s Spec) devices() []string { return slices.Sorted(maps.Keys(s.volumes)) }
