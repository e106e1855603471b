package engine

import (
	"slices"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// stateCodes are the low bytes, which alone count
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html).
var stateCodes = map[ec2types.InstanceStateName]int32{
	ec2types.InstanceStateNamePending:      0,
	ec2types.InstanceStateNameRunning:      16,
	ec2types.InstanceStateNameShuttingDown: 32,
	ec2types.InstanceStateNameTerminated:   48,
	ec2types.InstanceStateNameStopping:     64,
	ec2types.InstanceStateNameStopped:      80,
}

func renderState(s ec2types.InstanceStateName) *ec2types.InstanceState {
	return &ec2types.InstanceState{Code: ptr(stateCodes[s]), Name: s}
}

// renderReservations groups instances by their reservations, in the order in which these come first.
func (v *view) renderReservations(rows []*instance) []ec2types.Reservation {
	out := make([]ec2types.Reservation, 0, len(rows))
	if len(rows) == 1 {
		return append(out, v.renderReservation(rows[0].reservation, rows))
	}
	at := make(map[string]int, len(rows))
	var groups [][]*instance
	for _, i := range rows {
		n, ok := at[i.reservation]
		if !ok {
			n = len(groups)
			at[i.reservation] = n
			groups = append(groups, nil)
		}
		groups[n] = append(groups[n], i)
	}
	for _, group := range groups {
		slices.SortFunc(group, func(a, b *instance) int { return int(a.launchIndex - b.launchIndex) })
		out = append(out, v.renderReservation(group[0].reservation, group))
	}
	return out
}

func (v *view) renderReservation(id string, rows []*instance) ec2types.Reservation {
	out := ec2types.Reservation{
		Groups:        []ec2types.GroupIdentifier{}, // there are none outside a VPC any more
		Instances:     make([]ec2types.Instance, len(rows)),
		OwnerId:       ptr(v.Account),
		ReservationId: ptr(id),
	}
	for n, i := range rows {
		v.renderInstance(i, &out.Instances[n])
	}
	return out
}

// rendered is the memory of an instance's output: its nested structs, and the slab of what they point to.
type rendered struct {
	slab        *slab
	reservation ec2types.CapacityReservationSpecificationResponse
	cpu         ec2types.CpuOptions
	enclave     ec2types.EnclaveOptions
	hibernation ec2types.HibernationOptions
	maintenance ec2types.InstanceMaintenanceOptions
	metadata    ec2types.InstanceMetadataOptionsResponse
	monitoring  ec2types.Monitoring
	operator    ec2types.OperatorResponse
	placement   ec2types.Placement
	state       ec2types.InstanceState
	performance ec2types.InstanceNetworkPerformanceOptions
	hostnames   ec2types.PrivateDnsNameOptionsResponse
}

// renderInstance fills in what EC2 tells of an instance: some fields are empty rather than absent.
func (v *view) renderInstance(i *instance, out *ec2types.Instance) {
	m := &rendered{slab: newSlab()}
	s := m.slab
	m.reservation.CapacityReservationPreference = i.reservationPreference
	m.cpu = ec2types.CpuOptions{
		AmdSevSnp: i.amdSevSnp, CoreCount: s.number(i.cores), NestedVirtualization: i.nestedVirtualization, ThreadsPerCore: s.number(i.threads),
	}
	m.enclave.Enabled, m.hibernation.Configured = s.bool(i.enclave), s.bool(i.hibernation)
	m.maintenance = ec2types.InstanceMaintenanceOptions{AutoRecovery: i.autoRecovery, RebootMigration: i.rebootMigration}
	m.metadata = ec2types.InstanceMetadataOptionsResponse{
		HttpEndpoint:            i.metadata.endpoint,
		HttpProtocolIpv6:        i.metadata.ipv6,
		HttpPutResponseHopLimit: s.number(i.metadata.hopLimit),
		HttpTokens:              i.metadata.tokens,
		InstanceMetadataTags:    i.metadata.tags,
		State:                   i.metadataState(),
	}
	m.monitoring.State, m.operator.Managed = i.monitoringState(), s.bool(false)
	m.placement = ec2types.Placement{
		AvailabilityZone: s.string(i.zone), AvailabilityZoneId: s.string(v.zoneID(i.zone)), GroupName: s.string(""), Tenancy: i.tenancy,
		Affinity: s.text(string(i.affinity)),
	}
	m.state = ec2types.InstanceState{Code: s.number(stateCodes[i.state]), Name: i.state}
	m.performance.BandwidthWeighting = i.bandwidth
	m.hostnames = ec2types.PrivateDnsNameOptionsResponse{
		EnableResourceNameDnsAAAARecord: s.bool(i.dnsAAAA), EnableResourceNameDnsARecord: s.bool(i.dnsA), HostnameType: i.hostnameType,
	}
	*out = ec2types.Instance{
		AmiLaunchIndex:                   s.number(i.launchIndex),
		Architecture:                     i.architecture,
		BootMode:                         i.bootMode,
		CapacityReservationSpecification: &m.reservation,
		ClientToken:                      s.string(i.clientToken),
		CpuOptions:                       &m.cpu,
		CurrentInstanceBootMode:          i.currentBootMode,
		EbsOptimized:                     s.bool(i.ebsOptimized),
		EnaSupport:                       s.bool(i.enaSupport),
		EnclaveOptions:                   &m.enclave,
		HibernationOptions:               &m.hibernation,
		Hypervisor:                       ec2types.HypervisorTypeXen, // of Nitro too
		ImageId:                          s.string(i.image),
		InstanceId:                       s.string(i.id),
		InstanceType:                     ec2types.InstanceType(i.typ),
		KernelId:                         s.text(i.kernel),
		KeyName:                          s.text(i.keyName),
		LaunchTime:                       s.time(i.launched),
		MaintenanceOptions:               &m.maintenance,
		MetadataOptions:                  &m.metadata,
		Monitoring:                       &m.monitoring,
		NetworkPerformanceOptions:        &m.performance,
		Operator:                         &m.operator,
		Placement:                        &m.placement,
		Platform:                         i.platform,
		PlatformDetails:                  s.string(i.platformDetails),
		PrivateDnsName:                   s.string(""),
		PrivateDnsNameOptions:            &m.hostnames,
		PublicDnsName:                    s.string(""),
		RamdiskId:                        s.text(i.ramdisk),
		RootDeviceName:                   s.text(i.rootDevice),
		RootDeviceType:                   i.rootDeviceType,
		SpotInstanceRequestId:            s.text(i.spotRequest),
		SriovNetSupport:                  s.text(i.sriovNetSupport),
		State:                            &m.state,
		StateTransitionReason:            s.string(i.transitionReason),
		SubnetId:                         s.text(i.subnet),
		Tags:                             v.renderTags(i.id),
		TpmSupport:                       s.text(i.tpmSupport),
		UsageOperation:                   s.string(i.usageOperation),
		UsageOperationUpdateTime:         s.time(i.first),
		VirtualizationType:               i.virtualization,
		VpcId:                            s.text(i.vpc),
	}
	if i.profile != "" {
		out.IamInstanceProfile = v.renderProfile(i.profile)
	}
	if i.spotRequest != "" {
		out.InstanceLifecycle = ec2types.InstanceLifecycleTypeSpot
	}
	if i.reasonCode != "" {
		out.StateReason = &ec2types.StateReason{Code: s.string(i.reasonCode), Message: s.string(i.reasonMessage)}
	}
	out.ProductCodes = copyProductCodes(i.productCodes)
	out.BlockDeviceMappings = i.renderDevices(s)
	v.renderInterfaces(i, out, s)
}

func (i *instance) monitoringState() ec2types.MonitoringState {
	switch {
	case !i.monitoring:
		return ec2types.MonitoringStateDisabled
	case i.state == ec2types.InstanceStateNamePending:
		return ec2types.MonitoringStatePending
	}
	return ec2types.MonitoringStateEnabled
}

func (i *instance) metadataState() ec2types.InstanceMetadataOptionsState {
	if i.state == ec2types.InstanceStateNamePending || i.metadataWaits {
		return ec2types.InstanceMetadataOptionsStatePending
	}
	return ec2types.InstanceMetadataOptionsStateApplied
}

func (i *instance) renderDevices(s *slab) []ec2types.InstanceBlockDeviceMapping {
	out := make([]ec2types.InstanceBlockDeviceMapping, len(i.devices))
	volumes := make([]ec2types.EbsInstanceBlockDevice, len(i.devices))
	for n := range i.devices {
		d := &i.devices[n]
		volumes[n] = ec2types.EbsInstanceBlockDevice{
			AttachTime:          s.time(d.attached),
			DeleteOnTermination: s.bool(d.deleteOnTermination),
			EbsCardIndex:        s.number(d.card),
			Status:              ec2types.AttachmentStatus(i.deviceState(&d.volumeAttachment)),
			VolumeId:            s.string(d.volume),
		}
		out[n] = ec2types.InstanceBlockDeviceMapping{DeviceName: s.string(d.device), Ebs: &volumes[n]}
	}
	return out
}

// primary is the interface at device index 0; nil when the instance is terminated.
func (v *view) primary(i *instance) *networkInterface {
	if len(i.interfaces) == 0 {
		return nil
	}
	n, _ := v.interfaces.Get(i.interfaces[0])
	return n
}

// hasNames tells whether an instance has names and a public address yet
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html).
func (i *instance) hasNames() bool { return i.state != ec2types.InstanceStateNamePending }

// addressName is the private name of one of an interface's addresses; "" until the instance runs.
func (v *view) addressName(i *instance, n *networkInterface, index int) string {
	switch {
	case !i.hasNames():
		return ""
	case index > 0:
		return v.ipName(n.private[index])
	case n.attachment != nil && n.attachment.isPrimary():
		return v.privateDNS(n, i.hostnameType, i.id)
	}
	return v.privateDNS(n, ec2types.HostnameTypeIpName, "")
}

// names are the texts of an interface's addresses and names as its instance tells them; public and its
// name are empty until the instance runs.
type names struct {
	primary, private   string // the primary private address, and its name
	public, dns, owner string
}

func (v *view) namesOf(i *instance, n *networkInterface) (t names) {
	if len(n.private) == 0 {
		return t
	}
	t.primary = n.private[0].String()
	t.private = v.addressName(i, n, 0)
	t.setPublic(v, i, n, 0)
	return t
}

func (t *names) setPublic(v *view, i *instance, n *networkInterface, index int) {
	if p := v.publicOf(n, index); p.addr.IsValid() && i.hasNames() {
		t.public, t.dns, t.owner = p.addr.String(), v.publicDNS(n.vpc, p.addr), v.ownerOfPublic(p)
	}
}

func (v *view) renderInterfaces(i *instance, out *ec2types.Instance, s *slab) {
	out.NetworkInterfaces = make([]ec2types.InstanceNetworkInterface, 0, len(i.interfaces))
	out.SecurityGroups = []ec2types.GroupIdentifier{}
	for index, id := range i.interfaces {
		n, ok := v.interfaces.Get(id)
		if !ok {
			continue
		}
		t := v.namesOf(i, n)
		out.NetworkInterfaces = append(out.NetworkInterfaces, v.renderOnInstance(i, n, t, s))
		if index > 0 {
			continue
		}
		out.SecurityGroups = slices.Clone(out.NetworkInterfaces[0].Groups)
		out.SourceDestCheck = s.bool(n.sourceDestCheck)
		out.PrivateIpAddress = s.text(t.primary)
		if len(n.ipv6) > 0 {
			out.Ipv6Address = s.string(n.ipv6[0].String())
		}
		if !i.hasNames() {
			continue
		}
		out.PrivateDnsName = s.string(t.private)
		if t.public != "" {
			out.PublicDnsName, out.PublicIpAddress = s.string(t.dns), s.string(t.public)
		}
	}
}

func (v *view) identifiers(groups []string, s *slab) []ec2types.GroupIdentifier {
	out := make([]ec2types.GroupIdentifier, 0, len(groups))
	for _, id := range groups {
		if g, ok := v.groups.Get(id); ok {
			out = append(out, ec2types.GroupIdentifier{GroupId: s.string(g.id), GroupName: s.string(g.name)})
		}
	}
	return out
}

// renderedInterface is the memory of an interface's output, as rendered is of an instance's.
type renderedInterface struct {
	operator   ec2types.OperatorResponse
	attachment ec2types.InstanceNetworkInterfaceAttachment
	primary    [1]ec2types.InstancePrivateIpAddress
}

func (v *view) renderOnInstance(i *instance, n *networkInterface, t names, s *slab) ec2types.InstanceNetworkInterface {
	m := &renderedInterface{operator: ec2types.OperatorResponse{Managed: s.bool(false)}}
	out := ec2types.InstanceNetworkInterface{
		ConnectionTrackingConfiguration: n.tracking.onInstance(),

		Description:        s.string(n.description),
		Groups:             v.identifiers(n.groups, s),
		InterfaceType:      s.string(string(n.typ)),
		MacAddress:         s.string(n.mac),
		NetworkInterfaceId: s.string(n.id),
		Operator:           &m.operator,
		OwnerId:            s.string(v.Account),
		PrivateIpAddresses: m.primary[:0],
		SourceDestCheck:    s.bool(n.sourceDestCheck),
		Status:             n.status,
		SubnetId:           s.string(n.subnet),
		VpcId:              s.string(n.vpc),
	}
	if a := n.attachment; a != nil {
		m.attachment = ec2types.InstanceNetworkInterfaceAttachment{
			AttachTime:          s.time(a.attached),
			AttachmentId:        s.string(a.id),
			DeleteOnTermination: s.bool(a.deleteOnTermination),
			DeviceIndex:         s.number(a.deviceIndex),
			EnaQueueCount:       told(a.queues),
			EnaSrdSpecification: a.srd.onInstance(),
			NetworkCardIndex:    s.number(a.cardIndex),
			Status:              v.attachmentStatus(n),
		}
		out.Attachment = &m.attachment
	}
	for index, a := range n.private {
		address := ec2types.InstancePrivateIpAddress{Primary: s.bool(index == 0)}
		if index == 0 {
			address.PrivateIpAddress, address.PrivateDnsName = s.string(t.primary), s.text(t.private)
			out.PrivateIpAddress, out.PrivateDnsName = s.string(t.primary), s.text(t.private)
			out.Association, address.Association = t.association(s), t.association(s)
		} else {
			address.PrivateIpAddress, address.PrivateDnsName = s.string(a.String()), s.text(v.addressName(i, n, index))
			if len(n.elastic) > 0 {
				var secondary names
				secondary.setPublic(v, i, n, index)
				address.Association = secondary.association(s)
			}
		}
		out.PrivateIpAddresses = append(out.PrivateIpAddresses, address)
	}
	for index, a := range n.ipv6 {
		out.Ipv6Addresses = append(out.Ipv6Addresses, ec2types.InstanceIpv6Address{
			Ipv6Address: s.string(a.String()), IsPrimaryIpv6: s.bool(n.primaryIPv6 && index == 0),
		})
	}
	for _, p := range n.prefixes {
		out.Ipv4Prefixes = append(out.Ipv4Prefixes, ec2types.InstanceIpv4Prefix{Ipv4Prefix: s.string(p.String())})
	}
	for _, p := range n.ipv6Prefixes {
		out.Ipv6Prefixes = append(out.Ipv6Prefixes, ec2types.InstanceIpv6Prefix{Ipv6Prefix: s.string(p.String())})
	}
	return out
}

func (t names) association(s *slab) *ec2types.InstanceNetworkInterfaceAssociation {
	if t.public == "" {
		return nil
	}
	return &ec2types.InstanceNetworkInterfaceAssociation{
		IpOwnerId: s.string(t.owner), PublicDnsName: s.string(t.dns), PublicIp: s.string(t.public),
	}
}
