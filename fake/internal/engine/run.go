package engine

import (
	"encoding/base32"
	"encoding/binary"
	"math"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
)

// What isn't listed has no honest answer yet: secondary interfaces, and what EC2 reserves for itself.
const runInstancesFields = `MinCount MaxCount ImageId InstanceType ClientToken KeyName UserData KernelId RamdiskId
	DisableApiStop DisableApiTermination EbsOptimized InstanceInitiatedShutdownBehavior
	SubnetId SecurityGroupIds SecurityGroups PrivateIpAddress
	Ipv6AddressCount Ipv6Addresses{Ipv6Address IsPrimaryIpv6} EnablePrimaryIpv6
	BlockDeviceMappings{DeviceName NoDevice VirtualName Ebs{DeleteOnTermination EbsCardIndex Encrypted Iops KmsKeyId
		OutpostArn SnapshotId Throughput VolumeInitializationRate VolumeSize VolumeType}}
	CapacityReservationSpecification{CapacityReservationPreference
		CapacityReservationTarget{CapacityReservationId CapacityReservationResourceGroupArn}}
	CpuOptions{AmdSevSnp CoreCount NestedVirtualization ThreadsPerCore}
	CreditSpecification{CpuCredits}
	ElasticGpuSpecification{Type} ElasticInferenceAccelerators{Type Count}
	EnclaveOptions{Enabled} HibernationOptions{Configured}
	IamInstanceProfile{Arn Name}
	InstanceMarketOptions{MarketType
		SpotOptions{BlockDurationMinutes InstanceInterruptionBehavior MaxPrice SpotInstanceType ValidUntil}}
	LaunchTemplate{LaunchTemplateId LaunchTemplateName Version}
	LicenseSpecifications{LicenseConfigurationArn}
	MaintenanceOptions{AutoRecovery}
	MetadataOptions{HttpEndpoint HttpProtocolIpv6 HttpPutResponseHopLimit HttpTokens InstanceMetadataTags}
	Monitoring{Enabled}
	NetworkInterfaces{AssociateCarrierIpAddress AssociatePublicIpAddress
		ConnectionTrackingSpecification{TcpEstablishedTimeout UdpStreamTimeout UdpTimeout}
		DeleteOnTermination Description DeviceIndex EnaQueueCount
		EnaSrdSpecification{EnaSrdEnabled EnaSrdUdpSpecification{EnaSrdUdpEnabled}}
		Groups InterfaceType Ipv4PrefixCount Ipv4Prefixes{Ipv4Prefix} Ipv6PrefixCount Ipv6Prefixes{Ipv6Prefix} Ipv6AddressCount Ipv6Addresses{Ipv6Address IsPrimaryIpv6} NetworkCardIndex
		NetworkInterfaceId PrimaryIpv6 PrivateIpAddress PrivateIpAddresses{Primary PrivateIpAddress}
		SecondaryPrivateIpAddressCount SubnetId}
	NetworkPerformanceOptions{BandwidthWeighting}
	Placement{Affinity AvailabilityZone AvailabilityZoneId GroupId GroupName HostId HostResourceGroupArn
		PartitionNumber Tenancy}
	PrivateDnsNameOptions{EnableResourceNameDnsAAAARecord EnableResourceNameDnsARecord HostnameType}
	TagSpecifications{ResourceType Tags{Key Value}}`

// launch is a request for instances and what its checks have found.
type launch struct {
	in         *ec2.RunInstancesInput
	min, max   int
	image      *image
	typ        backend.InstanceType
	subnet     *subnet // of the primary interface
	interfaces []plannedInterface
	volumes    []plannedVolume // in order of device name
	root       *plannedVolume  // nil if the root device is instance store
	spot       bool
	system     []ec2types.Tag   // what EC2 tags the instances with by itself
	keyType    ec2types.KeyType // of the key pair; empty without one
	tags       map[ec2types.ResourceType][]ec2types.Tag
	row        *instance // what all of the instances have in common, and at the end one of them
}

// launchChecks are made before anything changes. Later ones build on what earlier ones have found.
var launchChecks = [...]func(*tx, *launch) error{
	(*tx).checkCounts,
	(*tx).checkReferences,
	(*tx).checkMarket,
	(*tx).chooseImage,
	(*tx).chooseType,
	(*tx).chooseKernel,
	(*tx).choosePlacement,
	(*tx).chooseNetwork,
	(*tx).chooseNames,
	(*tx).choosePlainOptions,
	(*tx).chooseCPU,
	(*tx).chooseCredits,
	(*tx).chooseUserData,
	(*tx).chooseProfile,
	(*tx).chooseDevices,
	(*tx).chooseHibernation,
	(*tx).chooseTags,
}

func (t *tx) runInstances(in *ec2.RunInstancesInput) (*ec2.RunInstancesOutput, error) {
	token := deref(in.ClientToken)
	made, err := t.once(in, token)
	if err != nil {
		return nil, err
	}
	if made != "" {
		return t.launchedBefore(made, token)
	}
	asked, template, err := t.templated(in)
	if err != nil {
		return nil, err
	}
	l := &launch{in: asked}
	if template != nil {
		l.system = template.systemTags()
	}
	rows, err := t.checkAndLaunch(l)
	if err != nil {
		return nil, err
	}
	t.remember(in, token, rows[0].reservation)
	return runOutput(t.renderReservation(rows[0].reservation, rows)), nil
}

func (t *tx) checkAndLaunch(l *launch) ([]*instance, error) {
	l.row = new(instance)
	for _, check := range launchChecks {
		if err := check(t, l); err != nil {
			return nil, err
		}
	}
	rows, err := t.launch(l)
	if err != nil {
		return nil, err
	}
	t.noteLaunch(l.image)
	return rows, nil
}

// launchedBefore answers a request that is repeated with its token: the same reservation, its instances
// as they are now.
func (t *tx) launchedBefore(reservation, token string) (*ec2.RunInstancesOutput, error) {
	rows := t.reserved(reservation)
	for _, i := range rows {
		if i.state != ec2types.InstanceStateNameTerminated {
			return runOutput(t.renderReservation(reservation, rows)), nil
		}
	}
	return nil, fail("IdempotentInstanceTerminated", // text (mem)
		"The request to launch an instance uses the same client token, '%s', as a previous request for which the instance has been terminated.", token)
}

func runOutput(r ec2types.Reservation) *ec2.RunInstancesOutput {
	return &ec2.RunInstancesOutput{Groups: r.Groups, Instances: r.Instances, OwnerId: r.OwnerId, ReservationId: r.ReservationId}
}

// launch makes as many instances as there is room for in the subnets.
func (t *tx) launch(l *launch) ([]*instance, error) {
	n, err := l.room()
	if err != nil {
		return nil, err
	}
	// "launches as many as fit" (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html, MaxCount).
	if n = min(n, t.roomFor(l.typ.Name, l.row.zone, marketOf(l.spot))); n < l.min {
		return nil, t.noCapacity(l.typ.Name, l.row.zone, marketOf(l.spot))
	}
	l.row.scope = t.scope
	l.row.reservation = t.newID(kindReservation)
	l.row.launched, l.row.first = t.now, t.now
	t.begin(l.row, t.now, ec2types.InstanceStateNamePending, pendingReason, pendingReason)
	if l.row.clientToken = deref(l.in.ClientToken); l.row.clientToken == "" {
		l.row.clientToken = uuid("client token", t.Account, l.row.reservation)
	}
	rows := make([]*instance, n)
	ids := make([]string, n)
	for index := range rows {
		i := l.row
		if index < n-1 {
			i = new(instance)
			*i = *l.row
		}
		i.id, i.launchIndex = t.newID(kindInstance), int32(index)
		if err := t.launchOne(l, i); err != nil {
			return nil, err
		}
		rows[index], ids[index] = i, i.id
	}
	t.plan(t.options.Delays.Launch, instanceStarted, ids...)
	return rows, nil
}

func (t *tx) launchOne(l *launch, i *instance) error {
	if err := t.launchInterfaces(l, i); err != nil {
		return err
	}
	if err := t.launchVolumes(l, i); err != nil {
		return err
	}
	if l.spot {
		i.spotRequest = t.newSpotRequestID()
		if err := t.setTags(ec2types.ResourceTypeSpotInstancesRequest, i.spotRequest, l.tags[ec2types.ResourceTypeSpotInstancesRequest]); err != nil {
			return err
		}
	}
	t.instances.Put(&t.undo, i)
	if i.profile != "" {
		t.associateProfile(i.id)
	}
	return t.setTags(ec2types.ResourceTypeInstance, i.id, l.tags[ec2types.ResourceTypeInstance])
}

// newSpotRequestID gives an ID of eight letters and digits, unlike those of other resources.
func (t *tx) newSpotRequestID() string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], t.draw(kindReservation))
	return "sir-" + strings.ToLower(base32.StdEncoding.EncodeToString(b[:5]))
}

func (t *tx) checkCounts(l *launch) error {
	switch {
	case l.in.MinCount == nil:
		return missing("MinCount")
	case l.in.MaxCount == nil:
		return missing("MaxCount")
	}
	l.min, l.max = int(*l.in.MinCount), int(*l.in.MaxCount)
	// Which of the codes is for what is (mem).
	switch {
	case l.min < 1:
		return badValue("minCount", l.min, "Expecting a value greater than or equal to 1.")
	case l.max < l.min:
		return fail("InvalidParameterCombination", "The maximum number of instances (%d) must not be less than the minimum (%d).", l.max, l.min)
	}
	return nil
}

// room is for how many of the instances the subnets have addresses: EC2 launches the largest possible
// number (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html; that it does so
// for want of addresses, not of capacity alone, is (mem)).
func (l *launch) room() (int, error) {
	need := make(map[*subnet]int, 1)
	for _, p := range l.interfaces {
		if p.existing == nil {
			need[p.made.subnet] += p.made.needs()
		}
	}
	room := math.MaxInt
	for s, each := range need {
		if each == 0 {
			continue
		}
		if n := s.available() / each; n < l.min {
			return 0, fail("InsufficientFreeAddressesInSubnet",
				"There are not enough free addresses in subnet '%s' to satisfy the requested number of instances.", s.id)
		} else if n < room {
			room = n
		}
	}
	return min(room, l.max), nil
}
