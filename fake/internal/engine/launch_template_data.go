package engine

import (
	"encoding/base64"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/alike"
)

// templateFields is what a template may say: what a launch may, and requirements in the place of a type.
const templateFields = `DisableApiStop DisableApiTermination EbsOptimized ImageId InstanceInitiatedShutdownBehavior
	InstanceType KernelId KeyName RamDiskId SecurityGroupIds SecurityGroups UserData
	TagSpecifications{ResourceType Tags{Key Value}}
	BlockDeviceMappings{DeviceName NoDevice VirtualName Ebs{DeleteOnTermination EbsCardIndex Encrypted Iops KmsKeyId
		SnapshotId Throughput VolumeInitializationRate VolumeSize VolumeType}}
	CapacityReservationSpecification{CapacityReservationPreference
		CapacityReservationTarget{CapacityReservationId CapacityReservationResourceGroupArn}}
	CpuOptions{AmdSevSnp CoreCount NestedVirtualization ThreadsPerCore}
	CreditSpecification{CpuCredits}
	ElasticGpuSpecifications{Type} ElasticInferenceAccelerators{Type Count}
	EnclaveOptions{Enabled} HibernationOptions{Configured}
	IamInstanceProfile{Arn Name}
	InstanceMarketOptions{MarketType
		SpotOptions{BlockDurationMinutes InstanceInterruptionBehavior MaxPrice SpotInstanceType ValidUntil}}
	InstanceRequirements{BaselinePerformanceFactors{Cpu{References{InstanceFamily}}} ` + requirementFields + ` ` + priceFields + `}
	LicenseSpecifications{LicenseConfigurationArn}
	MaintenanceOptions{AutoRecovery}
	MetadataOptions{HttpEndpoint HttpProtocolIpv6 HttpPutResponseHopLimit HttpTokens InstanceMetadataTags}
	Monitoring{Enabled}
	NetworkInterfaces{AssociateCarrierIpAddress AssociatePublicIpAddress
		ConnectionTrackingSpecification{TcpEstablishedTimeout UdpStreamTimeout UdpTimeout}
		DeleteOnTermination Description DeviceIndex EnaQueueCount
		EnaSrdSpecification{EnaSrdEnabled EnaSrdUdpSpecification{EnaSrdUdpEnabled}}
		Groups InterfaceType Ipv4PrefixCount Ipv4Prefixes{Ipv4Prefix} Ipv6PrefixCount Ipv6Prefixes{Ipv6Prefix} Ipv6AddressCount Ipv6Addresses{Ipv6Address}
		NetworkCardIndex NetworkInterfaceId PrimaryIpv6 PrivateIpAddress PrivateIpAddresses{Primary PrivateIpAddress}
		SecondaryPrivateIpAddressCount SubnetId}
	NetworkPerformanceOptions{BandwidthWeighting}
	Placement{Affinity AvailabilityZone AvailabilityZoneId GroupId GroupName HostId HostResourceGroupArn
		PartitionNumber Tenancy}
	PrivateDnsNameOptions{EnableResourceNameDnsAAAARecord EnableResourceNameDnsARecord HostnameType}`

// checkTemplateData checks the little that EC2 checks of a template before it is used
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/launch-template-restrictions.html).
func checkTemplateData(data *ec2types.RequestLaunchTemplateData) error {
	if data == nil {
		return missing("LaunchTemplateData")
	}
	raw, err := base64.StdEncoding.DecodeString(deref(data.UserData))
	switch {
	case err != nil: // text (mem)
		return fail("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.")
	case len(raw) > maxUserData:
		return fail("InvalidUserData.Malformed", "User data is limited to %d bytes", maxUserData)
	case data.InstanceRequirements != nil && data.InstanceType != "": // code and text (mem)
		return fail("InvalidParameterCombination", "A launch template may specify InstanceType or InstanceRequirements, but not both.")
	}
	for _, s := range data.TagSpecifications {
		if err := checkTags(s.Tags); err != nil {
			return err
		}
	}
	return nil
}

func renderTemplateData(data *ec2types.RequestLaunchTemplateData) *ec2types.ResponseLaunchTemplateData {
	return alike.To[ec2types.ResponseLaunchTemplateData](data)
}

// getLaunchTemplateData tells how an instance could be launched once more
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetLaunchTemplateData.html). Which fields EC2 gives is (mem).
func (v *view) getLaunchTemplateData(in *ec2.GetLaunchTemplateDataInput) (*ec2.GetLaunchTemplateDataOutput, error) {
	if deref(in.InstanceId) == "" {
		return nil, missing("InstanceId")
	}
	i, err := v.instanceByID(*in.InstanceId)
	if err != nil {
		return nil, err
	}
	if i.state == ec2types.InstanceStateNameTerminated { // code and text (mem)
		return nil, fail("IncorrectInstanceState", "The instance '%s' is terminated.", i.id)
	}
	var shown ec2types.Instance
	v.renderInstance(i, &shown)
	// These are another shape; the interfaces have the groups.
	shown.NetworkInterfaces, shown.BlockDeviceMappings, shown.SecurityGroups, shown.Operator = nil, nil, nil, nil
	data := alike.To[ec2types.ResponseLaunchTemplateData](&shown)
	data.Placement.AvailabilityZoneId = nil // a launch takes one of the two
	data.DisableApiStop, data.DisableApiTermination = ptr(i.disableStop), ptr(i.disableTermination)
	data.InstanceInitiatedShutdownBehavior = i.shutdownBehavior
	data.Monitoring = &ec2types.LaunchTemplatesMonitoring{Enabled: ptr(i.monitoring)}
	if i.userData != "" {
		data.UserData = ptr(i.userData)
	}
	if i.credits != "" {
		data.CreditSpecification = &ec2types.CreditSpecification{CpuCredits: ptr(i.credits)}
	}
	if i.spotRequest != "" {
		data.InstanceMarketOptions = &ec2types.LaunchTemplateInstanceMarketOptions{MarketType: ec2types.MarketTypeSpot}
	}
	if shown.IamInstanceProfile != nil {
		data.IamInstanceProfile = &ec2types.LaunchTemplateIamInstanceProfileSpecification{Arn: shown.IamInstanceProfile.Arn}
	}
	if len(shown.Tags) > 0 {
		data.TagSpecifications = []ec2types.LaunchTemplateTagSpecification{{ResourceType: ec2types.ResourceTypeInstance, Tags: shown.Tags}}
	}
	for _, d := range i.devices {
		if o, ok := v.volumes.Get(d.volume); ok {
			data.BlockDeviceMappings = append(data.BlockDeviceMappings, templateDevice(d, o))
		}
	}
	for _, id := range i.interfaces {
		if n, ok := v.interfaces.Get(id); ok {
			data.NetworkInterfaces = append(data.NetworkInterfaces, templateInterface(n))
		}
	}
	return &ec2.GetLaunchTemplateDataOutput{LaunchTemplateData: data}, nil
}

func templateDevice(d attachedDevice, o *volume) ec2types.LaunchTemplateBlockDeviceMapping {
	ebs := &ec2types.LaunchTemplateEbsBlockDevice{
		DeleteOnTermination: ptr(d.deleteOnTermination), Encrypted: ptr(o.encrypted), VolumeSize: ptr(o.size), VolumeType: o.typ,
	}
	if o.kmsKey != "" {
		ebs.KmsKeyId = ptr(o.kmsKey)
	}
	if o.snapshot != "" {
		ebs.SnapshotId = ptr(o.snapshot)
	}
	if o.iops != 0 && o.typ != ec2types.VolumeTypeGp2 { // which has as many as its size gives
		ebs.Iops = ptr(o.iops)
	}
	if o.throughput != 0 {
		ebs.Throughput = ptr(o.throughput)
	}
	return ec2types.LaunchTemplateBlockDeviceMapping{DeviceName: ptr(d.device), Ebs: ebs}
}

// templateInterface leaves out the addresses, which no second instance could have.
func templateInterface(n *networkInterface) ec2types.LaunchTemplateInstanceNetworkInterfaceSpecification {
	out := ec2types.LaunchTemplateInstanceNetworkInterfaceSpecification{
		AssociatePublicIpAddress: ptr(n.associatePublic),
		DeleteOnTermination:      ptr(n.attachment.deleteOnTermination),
		Description:              ptr(n.description),
		DeviceIndex:              ptr(n.attachment.deviceIndex),
		Groups:                   append([]string(nil), n.groups...),
		InterfaceType:            ptr(string(n.typ)),
		NetworkCardIndex:         ptr(n.attachment.cardIndex),
		SubnetId:                 ptr(n.subnet),
	}
	if more := len(n.private) - 1; more > 0 {
		out.SecondaryPrivateIpAddressCount = ptr(int32(more))
	}
	if len(n.ipv6) > 0 {
		out.Ipv6AddressCount, out.PrimaryIpv6 = ptr(int32(len(n.ipv6))), ptr(n.primaryIPv6)
	}
	return out
}
