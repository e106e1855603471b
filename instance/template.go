package instance

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/amiclass/amiclass/backend"
)

// ToTemplate gives what a launch template says in the place of a launch of the image with this spec, and makes what that needs
// first, as a launch does: the group of a declared firewall, the key pair of a public key. Subnets that are looked up are
// settled to the one that a launch would take. Needs become EC2's instance requirements, which an instant fleet chooses types
// by; those that EC2's language can't say are an error, and so is a [Plan].
func ToTemplate(ctx context.Context, be backend.Backend, image backend.Image, spec Spec) (launch backend.RunRequest, needs *backend.Requirements, err error) {
	if be == nil {
		return launch, nil, errNoBackend
	}
	if spec.plan.state == said {
		return launch, nil, &FieldError{Path: "spec.plan", Problem: "is how to launch, which no launch template says", Remedy: "use WithoutPlan"}
	}
	choices, err := spec.named(image, be.Region())
	if err != nil {
		return launch, nil, err
	}
	if n, ok := spec.Needs(); ok {
		requirements, err := n.Requirements(Architecture(image.Architecture))
		if err != nil {
			return launch, nil, err
		}
		requirements.Architectures = nil // which the image says
		needs = &requirements
	}
	if choices, err = spec.placed(ctx, be, image, choices); err != nil {
		return launch, nil, err
	}
	if launch, err = choices[0].settle(ctx, be); err != nil {
		return launch, nil, err
	}
	launch.MinCount, launch.MaxCount = 0, 0
	if needs != nil {
		launch.Type = ""
	}
	return launch, needs, nil
}

// FromTemplate gives the spec of what a version of a launch template says, for its image as EC2 tells it. Beyond are the
// things that it says and a spec can't, for people to read.
func FromTemplate(v backend.LaunchTemplateVersion, image backend.Image) (spec Spec, beyond []string) {
	r := v.Launch
	beyond = append(beyond, v.Unread...)
	s := Spec{}.WithTags(r.InstanceTags).WithVolumeTags(r.VolumeTags).WithInterfaceTags(r.InterfaceTags)
	switch {
	case r.Type != "":
		s = s.WithType(r.Type)
	case v.Requirements != nil:
		n, more := needsOf(*v.Requirements)
		s, beyond = s.WithHardware(n), append(beyond, more...)
	}
	for _, f := range []struct {
		said bool
		with func() Spec
	}{
		{r.CPU != backend.CPUOptions{}, func() Spec { return s.WithCPU(cpuOf(r.CPU)) }},
		{r.Credits != "", func() Spec { return s.WithCredits(Credits(r.Credits)) }},
		{r.Hibernation, func() Spec { return s.WithHibernation(true) }},
		{r.Enclave, func() Spec { return s.WithEnclave(true) }},
		{r.EBSOptimized != nil, func() Spec { return s.WithEBSOptimized(*r.EBSOptimized) }},
		{r.Spot != nil, func() Spec { return s.WithSpot(Spot{MaxPrice: r.Spot.MaxPrice}) }},
		{r.SubnetID != "", func() Spec { return s.WithSubnet(r.SubnetID) }},
		{r.SubnetID == "" && r.Zone != "", func() Spec { return s.WithZone(r.Zone) }},
		{r.Tenancy != "", func() Spec { return s.WithTenancy(Tenancy(r.Tenancy)) }},
		{r.PlacementGroup != "", func() Spec { return s.WithPlacementGroup(r.PlacementGroup) }},
		{r.Partition != 0, func() Spec { return s.WithPartition(r.Partition) }},
		{r.HostID != "", func() Spec { return s.WithHost(r.HostID) }},
		{r.Affinity != "", func() Spec { return s.WithAffinity(Affinity(r.Affinity)) }},
		{len(r.GroupIDs) > 0, func() Spec { return s.WithGroups(r.GroupIDs...) }},
		{r.PrivateIP != "", func() Spec { return s.WithPrivateIP(r.PrivateIP) }},
		{r.SecondaryIPs != 0, func() Spec { return s.WithSecondaryIPs(r.SecondaryIPs) }},
		{r.IPv6Count != 0, func() Spec { return s.WithIPv6Count(r.IPv6Count) }},
		{len(r.IPv6) > 0, func() Spec { return s.WithIPv6(r.IPv6...) }},
		{r.PublicIP != nil, func() Spec { return s.WithPublicIP(*r.PublicIP) }},
		{r.PrimaryInterface != "", func() Spec { return s.WithInterface(0, ExistingInterface(r.PrimaryInterface)) }},
		{r.KeyName != "", func() Spec { return s.WithKeyName(r.KeyName) }},
		{r.InstanceProfile != "", func() Spec { return s.WithInstanceProfile(r.InstanceProfile) }},
		{len(r.UserData) > 0, func() Spec { return s.WithUserData(fromWire(string(r.UserData))) }},
		{r.Monitoring, func() Spec { return s.WithMonitoring(true) }},
		{r.ShutdownBehavior != "", func() Spec { return s.WithShutdownBehavior(ShutdownBehavior(r.ShutdownBehavior)) }},
		{r.TerminationProtected, func() Spec { return s.WithTerminationProtection(true) }},
		{r.StopProtected, func() Spec { return s.WithStopProtection(true) }},
	} {
		if f.said {
			s = f.with()
		}
	}
	s = s.WithMetadata(metadataOf(r.Metadata))
	for _, i := range r.Interfaces {
		s = s.WithInterface(i.DeviceIndex, requestedInterface(i))
	}
	for _, m := range r.Devices {
		var more []string
		s, more = s.withMapping(m, image)
		beyond = append(beyond, more...)
	}
	if r.Spot != nil && r.Spot.Interruption != "" && r.Spot.Interruption != "terminate" {
		beyond = append(beyond, "the behaviour on interruption "+r.Spot.Interruption)
	}
	if r.SubnetID != "" && r.Zone != "" {
		beyond = append(beyond, fmt.Sprintf("the zone %s besides a subnet", r.Zone))
	}
	return s, beyond
}

func requestedInterface(r backend.InterfaceRequest) Interface {
	i := Interface{id: r.ID, groups: r.GroupIDs, ipv6: ipv6{count: r.IPv6Count, addresses: r.IPv6}}
	if r.Type != "" && r.Type != "interface" {
		i.kind = some(r.Type)
	}
	if r.Description != "" {
		i.description = some(r.Description)
	}
	if r.NetworkCard != 0 {
		i.card = some(r.NetworkCard)
	}
	if r.SubnetID != "" {
		i.subnet = some(r.SubnetID)
	}
	if r.PrivateIP != "" {
		i.privateIP = some(r.PrivateIP)
	}
	if r.SecondaryIPs != 0 {
		i.secondaryIPs = some(r.SecondaryIPs)
	}
	if d := r.DeleteOnTermination; d != nil && !*d {
		i.deleted = some(false)
	}
	return i
}

// withMapping says what a launch says of a device.
func (s Spec) withMapping(m backend.DeviceMapping, image backend.Image) (Spec, []string) {
	switch {
	case m.NoDevice:
		return s.WithoutVolume(m.Device), nil
	case m.VirtualName != "":
		index, err := strconv.Atoi(strings.TrimPrefix(m.VirtualName, "ephemeral"))
		if err != nil {
			return s, []string{fmt.Sprintf("the virtual name %s of %s", m.VirtualName, m.Device)}
		}
		return s.WithInstanceStore(m.Device, index), nil
	case m.EBS == nil:
		return s, nil
	case m.Device == image.RootDevice:
		return s.WithRootVolume(requestedVolume(*m.EBS)), nil
	}
	return s.WithVolume(m.Device, requestedVolume(*m.EBS)), nil
}

func requestedVolume(m backend.EBSMapping) Volume {
	var v Volume
	if m.Type != "" {
		v.kind = some(m.Type)
	}
	if m.SizeGiB != 0 {
		v = v.WithSize(Size(m.SizeGiB) * GiB)
	}
	if m.IOPS != 0 {
		v = v.WithIOPS(m.IOPS)
	}
	if m.ThroughputMiBps != 0 {
		v = v.WithThroughput(m.ThroughputMiBps)
	}
	if m.SnapshotID != "" {
		v = v.WithSnapshot(m.SnapshotID)
	}
	switch {
	case m.KMSKeyID != "":
		v = v.EncryptedWith(m.KMSKeyID)
	case m.Encrypted != nil && *m.Encrypted:
		v = v.Encrypted()
	case m.Encrypted != nil:
		v = v.Unencrypted()
	}
	if m.DeleteOnTermination != nil {
		v.deleted = some(*m.DeleteOnTermination)
	}
	return v
}
