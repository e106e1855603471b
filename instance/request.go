package instance

import (
	"fmt"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

// Preview gives the complete request that a launch of the image with this spec sends, except for the
// client token, and makes all of [Launch]'s checks. Needs are resolved to a type in the region of the
// spec's zone; without a zone Preview doesn't know the region, and may take a type that a launch passes
// over since it isn't offered there.
func (s Spec) Preview(image backend.Image) (backend.RunRequest, error) {
	return s.request(image, s.Zone().Region())
}

func (s Spec) request(image backend.Image, r region.Region) (backend.RunRequest, error) {
	var f faults
	s.check(&f)
	if z := s.Zone(); z.Region() != "" && z.Region() != r {
		f.add("spec.zone", fmt.Sprintf("%s isn't in %s", z, r), "choose a zone of the region in which the image is")
	}
	checkImage(&f, image)
	if s.stopProof.value && image.RootDeviceType == instanceStore {
		f.add("spec.stopProtection", "instances whose root is an instance store can't be stopped, nor protected from it", "use an EBS-backed image")
	}
	name := s.chooseType(&f, image, r)
	mappings := s.mappings(&f, image)
	if t, ok := catalogue.InstanceType(name); ok {
		s.checkAbilities(&f, countVolumes(image, mappings), t)
	}
	if err := f.join(); err != nil {
		return backend.RunRequest{}, err
	}
	return backend.RunRequest{
		ImageID:              image.ID,
		Type:                 name,
		MinCount:             1,
		MaxCount:             1,
		Zone:                 s.Zone(),
		Tenancy:              string(s.Tenancy()),
		SubnetID:             s.Subnet(),
		GroupIDs:             s.Groups(),
		PrivateIP:            s.PrivateIP(),
		PublicIP:             s.publicIP.pointer(),
		KeyName:              s.KeyName(),
		InstanceProfile:      s.InstanceProfile(),
		UserData:             s.UserData().Bytes(),
		Devices:              mappings,
		EBSOptimized:         s.ebsOptimized.pointer(),
		Monitoring:           s.monitoring.value,
		Metadata:             s.metadata.request(),
		ShutdownBehavior:     string(s.ShutdownBehavior()),
		TerminationProtected: s.terminationProof.value,
		StopProtected:        s.stopProof.value,
		InstanceTags:         s.Tags(),
		VolumeTags:           s.VolumeTags(),
		InterfaceTags:        s.InterfaceTags(),
	}, nil
}

func checkImage(f *faults, image backend.Image) {
	switch {
	case image.ID == "":
		f.add("image", "has no ID", "use an image as EC2 tells it")
	case image.State != backend.ImageAvailable:
		remedy := "use another image"
		if image.State == backend.ImagePending {
			remedy = "wait until it is available"
		}
		problem := fmt.Sprintf("%s is %s", image.ID, image.State)
		if image.StateReason != "" {
			problem += " (" + image.StateReason + ")"
		}
		*f = append(*f, &FieldError{Path: "image", Problem: problem, Remedy: remedy, kind: backend.ErrState})
	}
}

// checkAbilities finds what the spec asks of a type that it can't do; whether image and type fit has
// been told already, and encryption is what all types can.
func (s Spec) checkAbilities(f *faults, volumes int, t backend.InstanceType) {
	if s.ebsOptimized.value && t.EBSOptimized == "unsupported" {
		f.add("spec.ebsOptimized", t.Name+" has no dedicated bandwidth to EBS", "leave it out, or use another type")
	}
	if s.metadata.IPv6 == Enabled && t.Hypervisor == "xen" {
		f.add("spec.metadata.ipv6", t.Name+" runs on Xen, where there is no IPv6 endpoint", "leave it out, or use a type on Nitro")
	}
	if t.MaxVolumes > 0 && volumes > t.MaxVolumes {
		f.add("spec.volumes", fmt.Sprintf("with those of the image are %d, but %s takes %d", volumes, t.Name, t.MaxVolumes),
			"use fewer volumes, or another type")
	}
}
