package instance

import (
	"fmt"

	"github.com/amiclass/amiclass/backend"
)

// How much memory can be hibernated, on Linux less than this
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hibernating-prerequisites.html).
const (
	maxHibernated        = 150 * GiB
	maxHibernatedWindows = 16 * GiB
)

// checkHibernation finds what keeps a launch of the image on the type from being able to hibernate.
func (s Spec) checkHibernation(f *faults, image backend.Image, t backend.InstanceType) {
	if !s.hibernation.value {
		return
	}
	const path = "spec.hibernation"
	memory := Size(t.MemoryMiB) * MiB
	windows := image.Platform == "windows"
	switch {
	case !t.Hibernation || t.BareMetal:
		f.add(path, t.Name+" can't hibernate", "leave it out, or use another type")
	case windows && memory > maxHibernatedWindows, !windows && memory >= maxHibernated:
		f.add(path, fmt.Sprintf("%s has %s of memory, too much for it", t.Name, memory), "leave it out, or use a smaller type")
	}
	if image.RootDeviceType == instanceStore {
		f.add(path, image.ID+" has no EBS volume as its root", "use an EBS-backed image")
		return
	}
	var brought *backend.EBSMapping
	for _, m := range image.Devices {
		if m.Device == image.RootDevice {
			brought = m.EBS
		}
	}
	root := fromImage(brought).merge(s.root)
	switch root.Type() {
	case "", gp2, gp3, io1, io2:
	default:
		f.add(path, fmt.Sprintf("needs a root volume of another type than %s", root.Type()), "use GP3")
	}
	if size := root.Size(); size > 0 && size < memory {
		f.add(path, fmt.Sprintf("takes the %s of memory to a root volume of %s", memory, size), "use a larger root volume")
	}
	if on, _, ok := s.root.Encryption(); ok && !on {
		f.add(path, "needs an encrypted root volume", "leave Unencrypted out")
	}
}
