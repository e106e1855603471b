package engine

import (
	"net/netip"
	"slices"
	"time"

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

// renderInstance fills in what EC2 tells of an instance: some fields are empty rather than absent.
func (v *view) renderInstance(i *instance, out *ec2types.Instance) {
	*out = ec2types.Instance{
		AmiLaunchIndex: ptr(i.launchIndex),
		Architecture:   i.architecture,
		BootMode:       i.bootMode,
		CapacityReservationSpecification: &ec2types.CapacityReservationSpecificationResponse{
			CapacityReservationPreference: i.reservationPreference,
		},
		ClientToken: ptr(i.clientToken),
		CpuOptions: &ec2types.CpuOptions{
			AmdSevSnp: i.amdSevSnp, CoreCount: ptr(i.cores), NestedVirtualization: i.nestedVirtualization, ThreadsPerCore: ptr(i.threads),
		},
		CurrentInstanceBootMode:  i.currentBootMode,
		EbsOptimized:             ptr(i.ebsOptimized),
		EnaSupport:               ptr(i.enaSupport),
		EnclaveOptions:           &ec2types.EnclaveOptions{Enabled: ptr(i.enclave)},
		HibernationOptions:       &ec2types.HibernationOptions{Configured: ptr(i.hibernation)},
		Hypervisor:               ec2types.HypervisorTypeXen, // of Nitro too
		ImageId:                  ptr(i.image),
		InstanceId:               ptr(i.id),
		InstanceType:             ec2types.InstanceType(i.typ),
		KernelId:                 text(i.kernel),
		KeyName:                  text(i.keyName),
		LaunchTime:               ptr(i.launched.UTC().Truncate(time.Second)),
		MaintenanceOptions:       &ec2types.InstanceMaintenanceOptions{AutoRecovery: i.autoRecovery, RebootMigration: ec2types.InstanceRebootMigrationStateDefault},
		MetadataOptions:          i.renderMetadata(),
		Monitoring:               &ec2types.Monitoring{State: i.monitoringState()},
		Operator:                 &ec2types.OperatorResponse{Managed: ptr(false)},
		Placement:                &ec2types.Placement{AvailabilityZone: ptr(i.zone), AvailabilityZoneId: ptr(v.zoneID(i.zone)), GroupName: ptr(""), Tenancy: i.tenancy},
		Platform:                 i.platform,
		PlatformDetails:          ptr(i.platformDetails),
		PrivateDnsName:           ptr(""),
		PublicDnsName:            ptr(""),
		RamdiskId:                text(i.ramdisk),
		RootDeviceName:           text(i.rootDevice),
		RootDeviceType:           i.rootDeviceType,
		SpotInstanceRequestId:    text(i.spotRequest),
		SriovNetSupport:          text(i.sriovNetSupport),
		State:                    renderState(i.state),
		StateTransitionReason:    ptr(i.transitionReason),
		SubnetId:                 text(i.subnet),
		Tags:                     v.renderTags(i.id),
		TpmSupport:               text(i.tpmSupport),
		UsageOperation:           ptr(i.usageOperation),
		UsageOperationUpdateTime: ptr(i.first.UTC().Truncate(time.Second)),
		VirtualizationType:       i.virtualization,
		VpcId:                    text(i.vpc),

		NetworkPerformanceOptions: &ec2types.InstanceNetworkPerformanceOptions{BandwidthWeighting: i.bandwidth},
		PrivateDnsNameOptions: &ec2types.PrivateDnsNameOptionsResponse{
			EnableResourceNameDnsAAAARecord: ptr(i.dnsAAAA), EnableResourceNameDnsARecord: ptr(i.dnsA), HostnameType: i.hostnameType,
		},
	}
	if i.profile != "" {
		out.IamInstanceProfile = v.renderProfile(i.profile)
	}
	if i.spotRequest != "" {
		out.InstanceLifecycle = ec2types.InstanceLifecycleTypeSpot
	}
	if i.reasonCode != "" {
		out.StateReason = &ec2types.StateReason{Code: ptr(i.reasonCode), Message: ptr(i.reasonMessage)}
	}
	out.ProductCodes = copyProductCodes(i.productCodes)
	out.BlockDeviceMappings = v.renderDevices(i)
	v.renderInterfaces(i, out)
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
	if i.state == ec2types.InstanceStateNamePending {
		return ec2types.InstanceMetadataOptionsStatePending
	}
	return ec2types.InstanceMetadataOptionsStateApplied
}

func (i *instance) renderMetadata() *ec2types.InstanceMetadataOptionsResponse {
	return &ec2types.InstanceMetadataOptionsResponse{
		HttpEndpoint:            i.metadata.endpoint,
		HttpProtocolIpv6:        i.metadata.ipv6,
		HttpPutResponseHopLimit: ptr(i.metadata.hopLimit),
		HttpTokens:              i.metadata.tokens,
		InstanceMetadataTags:    i.metadata.tags,
		State:                   i.metadataState(),
	}
}

func (i *instance) deviceStatus() ec2types.AttachmentStatus {
	if i.launching() {
		return ec2types.AttachmentStatusAttaching
	}
	return ec2types.AttachmentStatusAttached
}

func (v *view) renderDevices(i *instance) []ec2types.InstanceBlockDeviceMapping {
	out := make([]ec2types.InstanceBlockDeviceMapping, 0, len(i.devices))
	for _, d := range i.devices {
		out = append(out, ec2types.InstanceBlockDeviceMapping{
			DeviceName: ptr(d.device),
			Ebs: &ec2types.EbsInstanceBlockDevice{
				AttachTime:          ptr(d.attached.UTC().Truncate(time.Second)),
				DeleteOnTermination: ptr(d.deleteOnTermination),
				EbsCardIndex:        ptr(int32(0)),
				Status:              i.deviceStatus(),
				VolumeId:            ptr(d.volume),
			},
		})
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

func (v *view) renderInterfaces(i *instance, out *ec2types.Instance) {
	out.NetworkInterfaces = make([]ec2types.InstanceNetworkInterface, 0, len(i.interfaces))
	out.SecurityGroups = []ec2types.GroupIdentifier{}
	for index, id := range i.interfaces {
		n, ok := v.interfaces.Get(id)
		if !ok {
			continue
		}
		out.NetworkInterfaces = append(out.NetworkInterfaces, v.renderOnInstance(i, n))
		if index > 0 {
			continue
		}
		out.SecurityGroups = v.identifiers(n.groups)
		out.SourceDestCheck = ptr(n.sourceDestCheck)
		if len(n.private) > 0 {
			out.PrivateIpAddress = ptr(n.private[0].String())
		}
		if len(n.ipv6) > 0 {
			out.Ipv6Address = ptr(n.ipv6[0].String())
		}
		if !i.hasNames() {
			continue
		}
		out.PrivateDnsName = ptr(v.privateDNS(n, i.hostnameType, i.id))
		if n.public.IsValid() {
			out.PublicDnsName, out.PublicIpAddress = ptr(v.publicDNS(n)), ptr(n.public.String())
		}
	}
}

func (v *view) identifiers(groups []string) []ec2types.GroupIdentifier {
	out := make([]ec2types.GroupIdentifier, 0, len(groups))
	for _, id := range groups {
		if g, ok := v.groups.Get(id); ok {
			out = append(out, g.identifier())
		}
	}
	return out
}

func (v *view) renderOnInstance(i *instance, n *networkInterface) ec2types.InstanceNetworkInterface {
	out := ec2types.InstanceNetworkInterface{
		Description:        ptr(n.description),
		Groups:             v.identifiers(n.groups),
		InterfaceType:      ptr(string(n.typ)),
		MacAddress:         ptr(n.mac),
		NetworkInterfaceId: ptr(n.id),
		Operator:           &ec2types.OperatorResponse{Managed: ptr(false)},
		OwnerId:            ptr(v.Account),
		PrivateIpAddresses: make([]ec2types.InstancePrivateIpAddress, 0, len(n.private)),
		SourceDestCheck:    ptr(n.sourceDestCheck),
		Status:             n.status,
		SubnetId:           ptr(n.subnet),
		VpcId:              ptr(n.vpc),
	}
	if a := n.attachment; a != nil {
		out.Attachment = &ec2types.InstanceNetworkInterfaceAttachment{
			AttachTime:          ptr(a.attached.UTC().Truncate(time.Second)),
			AttachmentId:        ptr(a.id),
			DeleteOnTermination: ptr(a.deleteOnTermination),
			DeviceIndex:         ptr(a.deviceIndex),
			NetworkCardIndex:    ptr(a.cardIndex),
			Status:              v.attachmentStatus(n),
		}
	}
	for index, a := range n.private {
		address := ec2types.InstancePrivateIpAddress{
			Primary:          ptr(index == 0),
			PrivateDnsName:   v.addressName(i, n, index, a),
			PrivateIpAddress: ptr(a.String()),
		}
		if index == 0 {
			out.PrivateIpAddress, out.PrivateDnsName = ptr(a.String()), copyOf(address.PrivateDnsName)
			out.Association, address.Association = v.associationOnInstance(i, n), v.associationOnInstance(i, n)
		}
		out.PrivateIpAddresses = append(out.PrivateIpAddresses, address)
	}
	for _, a := range n.ipv6 {
		out.Ipv6Addresses = append(out.Ipv6Addresses, ec2types.InstanceIpv6Address{Ipv6Address: ptr(a.String()), IsPrimaryIpv6: ptr(false)})
	}
	return out
}

// addressName is the private name of one of an interface's addresses; absent until the instance runs.
func (v *view) addressName(i *instance, n *networkInterface, index int, a netip.Addr) *string {
	switch {
	case !i.hasNames():
		return nil
	case index == 0:
		return ptr(v.interfaceDNS(n))
	}
	return ptr(v.ipName(a))
}

func (v *view) associationOnInstance(i *instance, n *networkInterface) *ec2types.InstanceNetworkInterfaceAssociation {
	if !n.public.IsValid() || !i.hasNames() {
		return nil
	}
	return &ec2types.InstanceNetworkInterfaceAssociation{
		IpOwnerId: ptr(amazonOwned), PublicDnsName: ptr(v.publicDNS(n)), PublicIp: ptr(n.public.String()),
	}
}
