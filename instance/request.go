package instance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/catalogue"
)

// Preview gives the complete request that a launch of the image with this spec sends, except for the
// client token, and makes all of [Launch]'s checks. What a launch looks up or makes first stands in it as
// the spec names it: subnets by what they are tagged with, security groups by name, a firewall by the
// name of its group. Needs are resolved to a type in the region of the
// spec's zone; without a zone Preview doesn't know the region, and may take a type that a launch passes
// over since it isn't offered there. Of a [Plan] it is the first choice.
func (s Spec) Preview(image backend.Image) (backend.RunRequest, error) {
	r := s.Zone().Region()
	if p, _ := s.plan.get(); len(p.zones) > 0 {
		r = p.zones[0].Region()
	}
	choices, err := s.named(image, r)
	if err != nil {
		return backend.RunRequest{}, err
	}
	return choices[0].req, nil
}

func (s Spec) requestIn(image backend.Image, p place) (backend.RunRequest, error) {
	var f faults
	s.check(&f)
	if z := s.Zone(); z.Region() != "" && z.Region() != p.region {
		f.add("spec.zone", fmt.Sprintf("%s isn't in %s", z, p.region), "choose a zone of the region in which the image is")
	}
	checkImage(&f, image)
	if s.stopProof.value && image.RootDeviceType == instanceStore {
		f.add("spec.stopProtection", "instances whose root is an instance store can't be stopped, nor protected from it", "use an EBS-backed image")
	}
	s.checkPlaced(&f, image)
	s.userData.value.checkFor(&f, image)
	if k := s.PublicKey(); strings.HasPrefix(string(k), sshEd25519) && image.Platform == "windows" {
		f.add("spec.publicKey", "is an Ed25519 key, which Windows doesn't take", "use an RSA key")
	}
	name := s.chooseType(&f, image, p)
	mappings := s.mappings(&f, image)
	if t, ok := catalogue.InstanceType(name); ok {
		s.checkAbilities(&f, countVolumes(image, mappings), t)
		s.checkHibernation(&f, image, t)
	}
	s.checkKeys(&f, p.region)
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
		PlacementGroup:       s.PlacementGroup(),
		Partition:            s.Partition(),
		HostID:               s.Host(),
		Affinity:             string(s.Affinity()),
		CPU:                  s.CPU().request(),
		Credits:              string(s.Credits()),
		Hibernation:          s.hibernation.value,
		Enclave:              s.enclave.value,
		Spot:                 s.spotRequest(),
		SubnetID:             s.subnetText(),
		GroupIDs:             s.groupTexts(),
		PrivateIP:            s.PrivateIP(),
		SecondaryIPs:         s.SecondaryIPs(),
		IPv6Count:            s.ipv6.value.count,
		IPv6:                 slices.Clone(s.ipv6.value.addresses),
		PublicIP:             s.publicIPRequest(),
		PrimaryInterface:     s.interfaces[0].value.id,
		Interfaces:           s.interfaceRequests(),
		KeyName:              s.KeyName(),
		InstanceProfile:      s.InstanceProfile(),
		UserData:             s.userData.value.wire(),
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

func (s Spec) spotRequest() *backend.SpotOptions {
	o, ok := s.spot.get()
	if !ok {
		return nil
	}
	return &backend.SpotOptions{MaxPrice: o.MaxPrice}
}

// publicIPRequest is nil beside further interfaces: then there is no public address anyway, and EC2
// refuses the parameter
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceNetworkInterfaceSpecification.html).
func (s Spec) publicIPRequest() *bool {
	if len(s.further()) > 0 || s.interfaces[0].value.id != "" {
		return nil
	}
	return s.publicIP.pointer()
}

// subnetText is the subnet's ID, or what a launch looks it up by.
func (s Spec) subnetText() string {
	n, ok := s.subnet.get()
	if !ok {
		return ""
	}
	return n.String()
}

// groupTexts are the groups' IDs, or the names of what a launch looks up or makes.
func (s Spec) groupTexts() []string {
	groups := s.Groups()
	if w, ok := s.firewall.get(); ok {
		groups = append(groups, w.groupName())
	}
	return groups
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
	s.cpu.value.checkFor(f, t)
	if s.credits.state == said && !t.Burstable {
		f.add("spec.credits", t.Name+" isn't burstable, so it has no CPU credits", "use WithoutCredits, or another type")
	}
	if s.enclave.value && !t.Enclaves {
		f.add("spec.enclave", t.Name+" can't run enclaves", "leave it out, or use another type")
	}
	if s.spot.state == said && !slices.Contains(t.UsageClasses, "spot") {
		f.add("spec.spot", t.Name+" isn't to be had as a Spot Instance", "use WithoutSpot, or another type")
	}
	if n := len(s.further()) + 1; t.MaxInterfaces > 0 && n > t.MaxInterfaces {
		f.add("spec.interfaces", fmt.Sprintf("with the primary one are %d, but %s takes %d", n, t.Name, t.MaxInterfaces), "use fewer, or another type")
	}
	if n := s.SecondaryIPs() + 1; t.IPv4PerInterface > 0 && n > t.IPv4PerInterface {
		f.add("spec.secondaryIPs", fmt.Sprintf("with the primary one are %d, but an interface of %s takes %d", n, t.Name, t.IPv4PerInterface),
			"use fewer, or another type")
	}
	if a := s.ipv6.value; (a.count > 0 || len(a.addresses) > 0) && !t.IPv6 {
		f.add("spec.ipv6", t.Name+" has no IPv6", "use WithoutIPv6, or another type")
	}
	if t.MaxVolumes > 0 && volumes > t.MaxVolumes {
		f.add("spec.volumes", fmt.Sprintf("with those of the image are %d, but %s takes %d", volumes, t.Name, t.MaxVolumes),
			"use fewer volumes, or another type")
	}
}
