package awsbackend

import (
	"encoding/base64"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/alike"
	"github.com/amiclass/amiclass/region"
)

// templateData is a launch as a template says it: where its interfaces are only in descriptions of these.
func templateData(req *backend.RunRequest, needs *backend.Requirements) *types.RequestLaunchTemplateData {
	in := runInstances(req)
	if in.SubnetId != nil || in.PrivateIpAddress != nil || in.Ipv6AddressCount != nil || in.Ipv6Addresses != nil {
		describeInterfaces(in, req)
	}
	data := alike.To[types.RequestLaunchTemplateData](in)
	if needs != nil {
		data.InstanceRequirements = requirements(needs)
	}
	return data
}

// readTemplateData gives what a template says, and the paths of what a launch of this module can't say. It takes what it can
// read off a copy; what is there still then is unread.
func readTemplateData(from *types.ResponseLaunchTemplateData) (req backend.RunRequest, needs *backend.Requirements, unread []string) {
	d := alike.To[types.ResponseLaunchTemplateData](from)
	req = backend.RunRequest{
		ImageID: take(&d.ImageId), Type: string(takeWord(&d.InstanceType)), KeyName: take(&d.KeyName), EBSOptimized: takePointer(&d.EbsOptimized),
		TerminationProtected: take(&d.DisableApiTermination), StopProtected: take(&d.DisableApiStop),
		ShutdownBehavior: string(takeWord(&d.InstanceInitiatedShutdownBehavior)),
	}
	if raw, err := base64.StdEncoding.DecodeString(told(d.UserData)); err == nil && len(raw) > 0 {
		req.UserData, d.UserData = raw, nil
	}
	if p := d.IamInstanceProfile; p != nil {
		if req.InstanceProfile = take(&p.Arn); req.InstanceProfile == "" {
			req.InstanceProfile = take(&p.Name)
		}
	}
	if c := d.CpuOptions; c != nil {
		req.CPU = backend.CPUOptions{
			Cores: int(take(&c.CoreCount)), ThreadsPerCore: int(take(&c.ThreadsPerCore)),
			SEVSNP: string(takeWord(&c.AmdSevSnp)), NestedVirtualization: string(takeWord(&c.NestedVirtualization)),
		}
	}
	if c := d.CreditSpecification; c != nil {
		req.Credits = take(&c.CpuCredits)
	}
	if h := d.HibernationOptions; h != nil {
		req.Hibernation = take(&h.Configured)
	}
	if e := d.EnclaveOptions; e != nil {
		req.Enclave = take(&e.Enabled)
	}
	if m := d.Monitoring; m != nil {
		req.Monitoring = take(&m.Enabled)
	}
	if m := d.MetadataOptions; m != nil {
		m.State = "" // told, never said
		req.Metadata = backend.MetadataOptions{
			HTTPTokens: string(takeWord(&m.HttpTokens)), HTTPEndpoint: string(takeWord(&m.HttpEndpoint)), HTTPProtocolIPv6: string(takeWord(&m.HttpProtocolIpv6)),
			InstanceMetadataTags: string(takeWord(&m.InstanceMetadataTags)), HopLimit: int(take(&m.HttpPutResponseHopLimit)),
		}
	}
	if p := d.Placement; p != nil {
		req.Zone, req.Tenancy = region.Zone(take(&p.AvailabilityZone)), string(takeWord(&p.Tenancy))
		req.PlacementGroup, req.Partition = take(&p.GroupName), int(take(&p.PartitionNumber))
		req.HostID, req.Affinity = take(&p.HostId), take(&p.Affinity)
	}
	readMarket(&req, d)
	readTags(&req, d)
	readDevices(&req, d)
	readInterfaces(&req, d)
	if d.InstanceRequirements != nil {
		needs = readRequirements(d.InstanceRequirements)
	}
	return req, needs, saidPaths(reflect.ValueOf(d), "")
}

func readMarket(req *backend.RunRequest, d *types.ResponseLaunchTemplateData) {
	m := d.InstanceMarketOptions
	if m == nil || m.MarketType != types.MarketTypeSpot {
		return
	}
	m.MarketType = ""
	req.Spot = &backend.SpotOptions{}
	if o := m.SpotOptions; o != nil {
		req.Spot.MaxPrice, req.Spot.Interruption = take(&o.MaxPrice), string(takeWord(&o.InstanceInterruptionBehavior))
		if o.SpotInstanceType == types.SpotInstanceTypeOneTime {
			o.SpotInstanceType = ""
		}
	}
}

func readTags(req *backend.RunRequest, d *types.ResponseLaunchTemplateData) {
	d.TagSpecifications = slices.DeleteFunc(d.TagSpecifications, func(s types.LaunchTemplateTagSpecification) bool {
		into := map[types.ResourceType]*map[string]string{
			types.ResourceTypeInstance: &req.InstanceTags, types.ResourceTypeVolume: &req.VolumeTags, types.ResourceTypeNetworkInterface: &req.InterfaceTags,
		}[s.ResourceType]
		if into != nil {
			*into = tagMap(s.Tags)
		}
		return into != nil
	})
}

func readDevices(req *backend.RunRequest, d *types.ResponseLaunchTemplateData) {
	for i := range d.BlockDeviceMappings {
		m := &d.BlockDeviceMappings[i]
		device := backend.DeviceMapping{Device: take(&m.DeviceName), VirtualName: take(&m.VirtualName), NoDevice: m.NoDevice != nil}
		m.NoDevice = nil
		if e := m.Ebs; e != nil {
			device.EBS = &backend.EBSMapping{
				SnapshotID: take(&e.SnapshotId), SizeGiB: int(take(&e.VolumeSize)), Type: string(takeWord(&e.VolumeType)), IOPS: int(take(&e.Iops)),
				ThroughputMiBps: int(take(&e.Throughput)), Encrypted: takePointer(&e.Encrypted), KMSKeyID: take(&e.KmsKeyId),
				DeleteOnTermination: takePointer(&e.DeleteOnTermination),
			}
		}
		req.Devices = append(req.Devices, device)
	}
}

func readInterfaces(req *backend.RunRequest, d *types.ResponseLaunchTemplateData) {
	req.GroupIDs, d.SecurityGroupIds = d.SecurityGroupIds, nil
	for i := range d.NetworkInterfaces {
		n := &d.NetworkInterfaces[i]
		if told(n.DeviceIndex) != 0 {
			further := readInterface(n)
			further.DeleteOnTermination = takePointer(&n.DeleteOnTermination)
			req.Interfaces = append(req.Interfaces, further)
			continue
		}
		req.PublicIP = takePointer(&n.AssociatePublicIpAddress)
		if told(n.DeleteOnTermination) { // as for the interface that EC2 makes when none is described
			n.DeleteOnTermination = nil
		}
		card, kind, description := n.NetworkCardIndex, n.InterfaceType, n.Description
		primary := readInterface(n)
		n.NetworkCardIndex, n.InterfaceType, n.Description = card, kind, description // not to be said of the primary one
		req.PrimaryInterface, req.SubnetID, req.PrivateIP = primary.ID, primary.SubnetID, primary.PrivateIP
		req.SecondaryIPs, req.IPv6Count, req.IPv6 = primary.SecondaryIPs, primary.IPv6Count, primary.IPv6
		req.GroupIDs = append(req.GroupIDs, primary.GroupIDs...)
	}
}

func readInterface(n *types.LaunchTemplateInstanceNetworkInterfaceSpecification) backend.InterfaceRequest {
	r := backend.InterfaceRequest{
		DeviceIndex: int(take(&n.DeviceIndex)), NetworkCard: int(take(&n.NetworkCardIndex)), ID: take(&n.NetworkInterfaceId), Type: take(&n.InterfaceType),
		Description: take(&n.Description), SubnetID: take(&n.SubnetId), GroupIDs: n.Groups, PrivateIP: take(&n.PrivateIpAddress),
		SecondaryIPs: int(take(&n.SecondaryPrivateIpAddressCount)), IPv6Count: int(take(&n.Ipv6AddressCount)),
	}
	n.Groups = nil
	for i := range n.Ipv6Addresses {
		r.IPv6 = append(r.IPv6, take(&n.Ipv6Addresses[i].Ipv6Address))
	}
	return r
}

func readRequirements(r *types.InstanceRequirements) *backend.Requirements {
	out := &backend.Requirements{
		CPUMakers: takeTexts(&r.CpuManufacturers), Generations: takeTexts(&r.InstanceGenerations), LocalStorageKinds: takeTexts(&r.LocalStorageTypes),
		AcceleratorKinds: takeTexts(&r.AcceleratorTypes), AcceleratorMakers: takeTexts(&r.AcceleratorManufacturers), AcceleratorNames: takeTexts(&r.AcceleratorNames),
		BareMetal: string(takeWord(&r.BareMetal)), Burstable: string(takeWord(&r.BurstablePerformance)), LocalStorage: string(takeWord(&r.LocalStorage)),
		EncryptionInTransit: take(&r.RequireEncryptionInTransit), Hibernation: take(&r.RequireHibernateSupport),
		AllowedTypes: takeTexts(&r.AllowedInstanceTypes), ExcludedTypes: takeTexts(&r.ExcludedInstanceTypes),
	}
	if b := r.VCpuCount; b != nil {
		out.VCPUs = bounds(&b.Min, &b.Max)
	}
	if b := r.MemoryMiB; b != nil {
		out.MemoryMiB = bounds(&b.Min, &b.Max)
	}
	if b := r.MemoryGiBPerVCpu; b != nil {
		out.MemoryGiBPerVCPU = backend.Bounds[float64]{Min: takePointer(&b.Min), Max: takePointer(&b.Max)}
	}
	if b := r.NetworkBandwidthGbps; b != nil {
		out.NetworkGbps = backend.Bounds[float64]{Min: takePointer(&b.Min), Max: takePointer(&b.Max)}
	}
	if b := r.TotalLocalStorageGB; b != nil {
		out.LocalStorageGB = backend.Bounds[float64]{Min: takePointer(&b.Min), Max: takePointer(&b.Max)}
	}
	if b := r.NetworkInterfaceCount; b != nil {
		out.Interfaces = bounds(&b.Min, &b.Max)
	}
	if b := r.BaselineEbsBandwidthMbps; b != nil {
		out.EBSMbps = bounds(&b.Min, &b.Max)
	}
	if b := r.AcceleratorCount; b != nil {
		out.Accelerators = bounds(&b.Min, &b.Max)
	}
	if b := r.AcceleratorTotalMemoryMiB; b != nil {
		out.AcceleratorMemoryMiB = bounds(&b.Min, &b.Max)
	}
	return out
}

func bounds(low, high **int32) backend.Bounds[int] {
	widen := func(p **int32) *int {
		if *p == nil {
			return nil
		}
		return aws.Int(int(take(p)))
	}
	return backend.Bounds[int]{Min: widen(low), Max: widen(high)}
}

// take gives what a field says, and empties it.
func take[T any](field **T) T {
	v := told(*field)
	*field = nil
	return v
}

func takePointer[T any](field **T) *T {
	p := *field
	*field = nil
	return p
}

func takeWord[T ~string](field *T) T {
	w := *field
	*field = ""
	return w
}

func takeTexts[T ~string](field *[]T) []string {
	all := texts(*field)
	*field = nil
	return all
}

// saidPaths are the paths of all that a value says, each once.
func saidPaths(v reflect.Value, path string) (paths []string) {
	switch v.Kind() {
	case reflect.Pointer:
		switch {
		case v.IsNil():
		case v.Elem().Kind() == reflect.Struct:
			return saidPaths(v.Elem(), path)
		default:
			return []string{path}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				name := f.Name
				if path != "" {
					name = path + "." + name
				}
				paths = append(paths, saidPaths(v.Field(i), name)...)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			paths = append(paths, saidPaths(v.Index(i), path)...)
		}
	default:
		if !v.IsZero() {
			return []string{path}
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}
