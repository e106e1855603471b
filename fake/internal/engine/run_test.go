package engine

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/internal/tooltest"
	"github.com/amiclass/amiclass/region"
)

// linux and an architecture name the newest Amazon Linux 2023.
const linux = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-"

// unexported are fields of the SDK's types that say nothing.
var unexported = cmpopts.IgnoreUnexported(
	ec2types.CapacityReservationSpecificationResponse{}, ec2types.CpuOptions{}, ec2types.EbsInstanceBlockDevice{},
	ec2types.EnclaveOptions{}, ec2types.GroupIdentifier{}, ec2types.HibernationOptions{}, ec2types.Instance{},
	ec2types.InstanceBlockDeviceMapping{}, ec2types.InstanceMaintenanceOptions{}, ec2types.InstanceMetadataOptionsResponse{},
	ec2types.InstanceNetworkInterface{}, ec2types.InstanceNetworkInterfaceAssociation{}, ec2types.InstanceNetworkInterfaceAttachment{},
	ec2types.InstanceNetworkPerformanceOptions{}, ec2types.InstancePrivateIpAddress{}, ec2types.InstanceState{},
	ec2types.InstanceStatus{}, ec2types.InstanceStatusDetails{}, ec2types.InstanceStatusSummary{}, ec2types.EbsStatusDetails{},
	ec2types.EbsStatusSummary{}, ec2types.Monitoring{}, ec2types.OperatorResponse{}, ec2types.Placement{},
	ec2types.PrivateDnsNameOptionsResponse{}, ec2types.StateReason{}, ec2types.Tag{}, ec2types.Volume{}, ec2types.VolumeAttachment{},
)

// launchOf is a request for one t4g.small with Amazon Linux 2023, changed by the caller.
func launchOf(change func(*ec2.RunInstancesInput)) *ec2.RunInstancesInput {
	in := &ec2.RunInstancesInput{
		MinCount: ptr(int32(1)), MaxCount: ptr(int32(1)),
		ImageId: ptr(linux + "arm64"), InstanceType: ec2types.InstanceTypeT4gSmall,
	}
	if change != nil {
		change(in)
	}
	return in
}

// launch launches one instance and gives its ID. It is pending.
func (w *testWorld) launch(change func(*ec2.RunInstancesInput)) string {
	w.t.Helper()
	out := must[ec2.RunInstancesOutput](w, launchOf(change))
	require.Len(w.t, out.Instances, 1)
	return *out.Instances[0].InstanceId
}

// instance describes one instance.
func (w *testWorld) instance(id string) ec2types.Instance {
	w.t.Helper()
	out := must[ec2.DescribeInstancesOutput](w, &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	require.Len(w.t, out.Reservations, 1)
	require.Len(w.t, out.Reservations[0].Instances, 1)
	return out.Reservations[0].Instances[0]
}

// volumesOf describes the volumes of one instance.
func (w *testWorld) volumesOf(id string) []ec2types.Volume {
	w.t.Helper()
	return must[ec2.DescribeVolumesOutput](w, &ec2.DescribeVolumesInput{Filters: []ec2types.Filter{filter("attachment.instance-id", id)}}).Volumes
}

// imageLike puts an image of the account's own into the world, like Amazon Linux 2023 for an architecture
// but for what the caller changes, and gives its ID.
func (w *testWorld) imageLike(architecture string, change func(*image)) string {
	w.t.Helper()
	w.instanceCount() // settles the account
	w.engine.mu.Lock()
	defer w.engine.mu.Unlock()
	key, err := AccessKey(w.account)
	require.NoError(w.t, err)
	v, _ := w.engine.view(Call{AccessKey: key, Region: w.region}, w.clock.now())
	t := &tx{view: v}
	id, err := t.resolveImage(linux + architecture)
	require.NoError(w.t, err)
	im, err := t.imageByID(id)
	require.NoError(w.t, err)
	next := *im
	next.id, next.scope, next.seeded, next.created = t.newID(kindImage), t.scope, false, t.now
	next.mappings = append([]mapping(nil), im.mappings...)
	change(&next)
	t.images.Put(&t.undo, &next)
	return next.id
}

func (w *testWorld) instanceCount() int {
	n := 0
	for _, r := range must[ec2.DescribeInstancesOutput](w, &ec2.DescribeInstancesInput{}).Reservations {
		n += len(r.Instances)
	}
	return n
}

func TestALaunchWithoutFurtherWordsGetsEC2sDefaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(nil)
	i := w.instance(id)
	network := must[ec2.DescribeVpcsOutput](w, &ec2.DescribeVpcsInput{}).Vpcs[0]
	subnets := must[ec2.DescribeSubnetsOutput](w, &ec2.DescribeSubnetsInput{Filters: []ec2types.Filter{filter("availability-zone", "us-east-1a")}}).Subnets
	group := must[ec2.DescribeSecurityGroupsOutput](w, &ec2.DescribeSecurityGroupsInput{}).SecurityGroups[0]
	groups := []ec2types.GroupIdentifier{{GroupId: group.GroupId, GroupName: ptr("default")}}
	volumes := w.volumesOf(id)
	require.Len(t, volumes, 1)
	onInterface := i.NetworkInterfaces[0]
	launched := w.clock.now()
	association := &ec2types.InstanceNetworkInterfaceAssociation{IpOwnerId: ptr("amazon"), PublicDnsName: i.PublicDnsName, PublicIp: i.PublicIpAddress}
	want := ec2types.Instance{
		AmiLaunchIndex: ptr(int32(0)),
		Architecture:   ec2types.ArchitectureValuesArm64,
		BlockDeviceMappings: []ec2types.InstanceBlockDeviceMapping{{
			DeviceName: ptr("/dev/xvda"),
			Ebs: &ec2types.EbsInstanceBlockDevice{
				AttachTime: ptr(launched), DeleteOnTermination: ptr(true), EbsCardIndex: ptr(int32(0)),
				Status: ec2types.AttachmentStatusAttached, VolumeId: volumes[0].VolumeId,
			},
		}},
		BootMode:                         ec2types.BootModeValuesUefi,
		CapacityReservationSpecification: &ec2types.CapacityReservationSpecificationResponse{CapacityReservationPreference: ec2types.CapacityReservationPreferenceOpen},
		ClientToken:                      i.ClientToken, // a random one
		CpuOptions:                       &ec2types.CpuOptions{CoreCount: ptr(int32(2)), ThreadsPerCore: ptr(int32(1))},
		CurrentInstanceBootMode:          ec2types.InstanceBootModeValuesUefi,
		EbsOptimized:                     ptr(false),
		EnaSupport:                       ptr(true),
		EnclaveOptions:                   &ec2types.EnclaveOptions{Enabled: ptr(false)},
		HibernationOptions:               &ec2types.HibernationOptions{Configured: ptr(false)},
		Hypervisor:                       ec2types.HypervisorTypeXen,
		ImageId:                          i.ImageId,
		InstanceId:                       ptr(id),
		InstanceType:                     ec2types.InstanceTypeT4gSmall,
		LaunchTime:                       ptr(launched),
		MaintenanceOptions:               &ec2types.InstanceMaintenanceOptions{AutoRecovery: ec2types.InstanceAutoRecoveryStateDefault, RebootMigration: ec2types.InstanceRebootMigrationStateDefault},
		MetadataOptions: &ec2types.InstanceMetadataOptionsResponse{ // as the image says
			HttpEndpoint: ec2types.InstanceMetadataEndpointStateEnabled, HttpProtocolIpv6: ec2types.InstanceMetadataProtocolStateDisabled,
			HttpPutResponseHopLimit: ptr(int32(2)), HttpTokens: ec2types.HttpTokensStateRequired,
			InstanceMetadataTags: ec2types.InstanceMetadataTagsStateDisabled, State: ec2types.InstanceMetadataOptionsStateApplied,
		},
		Monitoring: &ec2types.Monitoring{State: ec2types.MonitoringStateDisabled},
		NetworkInterfaces: []ec2types.InstanceNetworkInterface{{
			Association: association,
			Attachment: &ec2types.InstanceNetworkInterfaceAttachment{
				AttachTime: ptr(launched), AttachmentId: onInterface.Attachment.AttachmentId, DeleteOnTermination: ptr(true),
				DeviceIndex: ptr(int32(0)), NetworkCardIndex: ptr(int32(0)), Status: ec2types.AttachmentStatusAttached,
			},
			Description: ptr(""), Groups: groups, InterfaceType: ptr("interface"), MacAddress: onInterface.MacAddress,
			NetworkInterfaceId: onInterface.NetworkInterfaceId, Operator: &ec2types.OperatorResponse{Managed: ptr(false)},
			OwnerId: ptr(DefaultAccount), PrivateDnsName: ptr("ip-172-31-0-4.ec2.internal"), PrivateIpAddress: ptr("172.31.0.4"),
			PrivateIpAddresses: []ec2types.InstancePrivateIpAddress{{
				Association: association, Primary: ptr(true),
				PrivateDnsName: ptr("ip-172-31-0-4.ec2.internal"), PrivateIpAddress: ptr("172.31.0.4"),
			}},
			SourceDestCheck: ptr(true), Status: ec2types.NetworkInterfaceStatusInUse, SubnetId: subnets[0].SubnetId, VpcId: network.VpcId,
		}},
		NetworkPerformanceOptions: &ec2types.InstanceNetworkPerformanceOptions{BandwidthWeighting: ec2types.InstanceBandwidthWeightingDefault},
		Operator:                  &ec2types.OperatorResponse{Managed: ptr(false)},
		Placement: &ec2types.Placement{
			AvailabilityZone: ptr("us-east-1a"), AvailabilityZoneId: subnets[0].AvailabilityZoneId, GroupName: ptr(""), Tenancy: ec2types.TenancyDefault,
		},
		PlatformDetails:          ptr("Linux/UNIX"),
		PrivateDnsName:           ptr("ip-172-31-0-4.ec2.internal"),
		PrivateDnsNameOptions:    &ec2types.PrivateDnsNameOptionsResponse{EnableResourceNameDnsAAAARecord: ptr(false), EnableResourceNameDnsARecord: ptr(false), HostnameType: ec2types.HostnameTypeIpName},
		PrivateIpAddress:         ptr("172.31.0.4"),
		PublicDnsName:            ptr("ec2-" + strings.ReplaceAll(*i.PublicIpAddress, ".", "-") + ".compute-1.amazonaws.com"),
		PublicIpAddress:          i.PublicIpAddress,
		RootDeviceName:           ptr("/dev/xvda"),
		RootDeviceType:           ec2types.DeviceTypeEbs,
		SecurityGroups:           groups,
		SourceDestCheck:          ptr(true),
		SriovNetSupport:          ptr("simple"),
		State:                    &ec2types.InstanceState{Code: ptr(int32(16)), Name: running},
		StateTransitionReason:    ptr(""),
		SubnetId:                 subnets[0].SubnetId,
		UsageOperation:           ptr("RunInstances"),
		UsageOperationUpdateTime: ptr(launched),
		VirtualizationType:       ec2types.VirtualizationTypeHvm,
		VpcId:                    network.VpcId,
	}
	require.Empty(t, cmp.Diff(want, i, unexported))
	require.Len(t, *i.ClientToken, 36)

	wantVolume := ec2types.Volume{
		Attachments: []ec2types.VolumeAttachment{{
			AttachTime: ptr(launched), DeleteOnTermination: ptr(true), Device: ptr("/dev/xvda"), EbsCardIndex: ptr(int32(0)),
			InstanceId: ptr(id), State: ec2types.VolumeAttachmentStateAttached, VolumeId: volumes[0].VolumeId,
		}},
		AvailabilityZone: ptr("us-east-1a"), AvailabilityZoneId: subnets[0].AvailabilityZoneId,
		CreateTime: ptr(launched), Encrypted: ptr(false), FastRestored: ptr(false), Iops: ptr(int32(3000)),
		MultiAttachEnabled: ptr(false), Operator: &ec2types.OperatorResponse{Managed: ptr(false)}, OwnerId: ptr(DefaultAccount),
		Size: ptr(int32(8)), SnapshotId: volumes[0].SnapshotId, State: ec2types.VolumeStateInUse, Throughput: ptr(int32(125)),
		VolumeArn: ptr("arn:aws:ec2:us-east-1:" + DefaultAccount + ":volume/" + *volumes[0].VolumeId),
		VolumeId:  volumes[0].VolumeId, VolumeType: ec2types.VolumeTypeGp3,
	}
	require.Empty(t, cmp.Diff(wantVolume, volumes[0], unexported))
	require.True(t, hasShape("snap", *volumes[0].SnapshotId))
}

// What EC2 doesn't tell before the instance runs isn't in the reply.
func TestTheReplyShowsPendingInstances(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: Delays{Launch: time.Minute}})
	out := must[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) {
		in.Monitoring = &ec2types.RunInstancesMonitoringEnabled{Enabled: ptr(true)}
	}))
	require.Equal(t, DefaultAccount, *out.OwnerId)
	require.True(t, hasShape("r", *out.ReservationId))
	i := out.Instances[0]
	for range 2 { // the reply, and a look before it runs
		require.Equal(t, pending, i.State.Name)
		require.Equal(t, int32(0), *i.State.Code)
		require.Equal(t, "pending", *i.StateReason.Message)
		require.Empty(t, *i.PublicDnsName+*i.PrivateDnsName)
		require.Nil(t, i.PublicIpAddress)
		require.NotNil(t, i.PrivateIpAddress)
		require.Equal(t, ec2types.AttachmentStatusAttaching, i.BlockDeviceMappings[0].Ebs.Status)
		require.Equal(t, ec2types.AttachmentStatusAttaching, i.NetworkInterfaces[0].Attachment.Status)
		require.Nil(t, i.NetworkInterfaces[0].Association)
		require.Nil(t, i.NetworkInterfaces[0].PrivateDnsName)
		require.Equal(t, ec2types.InstanceMetadataOptionsStatePending, i.MetadataOptions.State)
		require.Equal(t, ec2types.MonitoringStatePending, i.Monitoring.State)
		v := w.volumesOf(*i.InstanceId)[0]
		require.Equal(t, ec2types.VolumeStateInUse, v.State)
		require.Equal(t, ec2types.VolumeAttachmentStateAttaching, v.Attachments[0].State)
		i = w.instance(*i.InstanceId)
	}
	w.clock.advance(time.Minute)
	require.Equal(t, ec2types.MonitoringStateEnabled, w.instance(*i.InstanceId).Monitoring.State)
	require.Equal(t, ec2types.VolumeAttachmentStateAttached, w.volumesOf(*i.InstanceId)[0].Attachments[0].State)
}

func TestSeveralInstancesAreOneReservation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	out := must[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) { in.MinCount, in.MaxCount = ptr(int32(2)), ptr(int32(5)) }))
	require.Len(t, out.Instances, 5)
	w.launch(nil)
	all := must[ec2.DescribeInstancesOutput](w, &ec2.DescribeInstancesInput{}).Reservations
	require.Len(t, all, 2)
	for _, r := range all {
		if len(r.Instances) == 1 {
			continue
		}
		require.Equal(t, *out.ReservationId, *r.ReservationId)
		for n, i := range r.Instances {
			require.Equal(t, int32(n), *i.AmiLaunchIndex)
			require.Equal(t, *out.Instances[n].InstanceId, *i.InstanceId)
		}
	}
}

func TestRunInstancesRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	w.engine.AddInstanceProfile(DefaultAccount, "web")
	w.engine.AddInstanceProfile("210987654321", "theirs")
	pendingImage := w.imageLike("arm64", func(im *image) { im.state = ec2types.ImageStatePending })
	failedImage := w.imageLike("arm64", func(im *image) { im.state = ec2types.ImageStateFailed })
	hidden := w.as("210987654321").imageLike("arm64", func(im *image) { im.public = false })
	for name, tc := range map[string]struct {
		change  func(in *ec2.RunInstancesInput)
		code    string
		message string // a part of it
	}{
		"no MinCount":     {func(in *ec2.RunInstancesInput) { in.MinCount = nil }, "MissingParameter", "The request must contain the parameter MinCount"},
		"no MaxCount":     {func(in *ec2.RunInstancesInput) { in.MaxCount = nil }, "MissingParameter", "The request must contain the parameter MaxCount"},
		"MinCount 0":      {func(in *ec2.RunInstancesInput) { in.MinCount = ptr(int32(0)) }, "InvalidParameterValue", "Value (0) for parameter minCount is invalid."},
		"MaxCount less":   {func(in *ec2.RunInstancesInput) { in.MinCount = ptr(int32(2)) }, "InvalidParameterCombination", "(1) must not be less than the minimum (2)"},
		"no image":        {func(in *ec2.RunInstancesInput) { in.ImageId = nil }, "MissingParameter", "The request must contain the parameter ImageId"},
		"malformed image": {func(in *ec2.RunInstancesInput) { in.ImageId = ptr("ami-1") }, "InvalidAMIID.Malformed", `Invalid id: "ami-1" (expecting "ami-...")`},
		"unknown image":   {func(in *ec2.RunInstancesInput) { in.ImageId = ptr("ami-0123456789abcdef0") }, "InvalidAMIID.NotFound", "The image id '[ami-0123456789abcdef0]' does not exist"},
		"hidden image":    {func(in *ec2.RunInstancesInput) { in.ImageId = ptr(hidden) }, "AuthFailure", "Not authorized for images: ["},
		"pending image":   {func(in *ec2.RunInstancesInput) { in.ImageId = ptr(pendingImage) }, "InvalidAMIID.Unavailable", "AMI '" + pendingImage + "' is pending, and cannot be run"},
		"failed image":    {func(in *ec2.RunInstancesInput) { in.ImageId = ptr(failedImage) }, "InvalidAMIID.Unavailable", "AMI '" + failedImage + "' is failed, and cannot be run"},
		"no such parameter": {func(in *ec2.RunInstancesInput) { in.ImageId = ptr("resolve:ssm:/nothing") }, "InvalidParameterValue",
			"Value (resolve:ssm:/nothing) for parameter ImageId is invalid. The parameter '/nothing' could not be found."},
		"unknown type":            {func(in *ec2.RunInstancesInput) { in.InstanceType = "m7g.enormous" }, "InvalidParameterValue", "Invalid value 'm7g.enormous' for InstanceType."},
		"no type is m1.small":     {func(in *ec2.RunInstancesInput) { in.InstanceType = "" }, "InvalidParameterValue", "The architecture 'i386,x86_64' of the specified instance type"},
		"wrong architecture":      {func(in *ec2.RunInstancesInput) { in.InstanceType = "m5.large" }, "InvalidParameterValue", "The architecture 'x86_64' of the specified instance type does not match the architecture 'arm64' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again."},
		"not offered in the zone": {func(in *ec2.RunInstancesInput) { in.Placement = zone("us-east-1e") }, "Unsupported", "Your requested instance type (t4g.small) is not supported in your requested Availability Zone (us-east-1e). Please retry your request by not specifying an Availability Zone or choosing us-east-1a, us-east-1b,"},
		"malformed kernel":        {func(in *ec2.RunInstancesInput) { in.KernelId = ptr("k") }, "InvalidKernelId.Malformed", `Invalid id: "k" (expecting "aki-...")`},
		"unknown kernel":          {func(in *ec2.RunInstancesInput) { in.KernelId = ptr("aki-919dcaf8") }, "InvalidAMIID.NotFound", "The image id '[aki-919dcaf8]' does not exist"},
		"malformed RAM disk":      {func(in *ec2.RunInstancesInput) { in.RamdiskId = ptr("k") }, "InvalidRamDiskId.Malformed", `Invalid id: "k" (expecting "ari-...")`},
		"unknown RAM disk":        {func(in *ec2.RunInstancesInput) { in.RamdiskId = ptr("ari-919dcaf8") }, "InvalidAMIID.NotFound", "The image id '[ari-919dcaf8]' does not exist"},
		"unknown key":             {func(in *ec2.RunInstancesInput) { in.KeyName = ptr("mine") }, "InvalidKeyPair.NotFound", "The key pair 'mine' does not exist"},
		"unknown template":        {template("lt-0123456789abcdef0", ""), "InvalidLaunchTemplateId.NotFound", "The specified launch template, with template ID lt-0123456789abcdef0, does not exist."},
		"malformed template":      {template("lt-1", ""), "InvalidLaunchTemplateId.Malformed", `Invalid id: "lt-1"`},
		"unknown template's name": {template("", "web"), "InvalidLaunchTemplateName.NotFoundException", "The specified launch template, with template name web, does not exist."},
		"template twice":          {template("lt-1", "web"), "InvalidParameterCombination", "Either the ID or the name"},
		"template of nothing":     {template("", ""), "MissingParameter", "LaunchTemplateId"},
		"license": {func(in *ec2.RunInstancesInput) {
			in.LicenseSpecifications = []ec2types.LicenseConfigurationRequest{{LicenseConfigurationArn: ptr("arn")}}
		}, "InvalidParameterValue", "The license configuration does not exist."},
		"elastic GPU": {func(in *ec2.RunInstancesInput) {
			//lint:ignore SA1019 a request may still set it
			in.ElasticGpuSpecification = []ec2types.ElasticGpuSpecification{{Type: ptr("eg1.medium")}}
		}, "Unsupported", "Elastic Graphics is no longer supported."},
		"elastic inference": {func(in *ec2.RunInstancesInput) {
			//lint:ignore SA1019 a request may still set it
			in.ElasticInferenceAccelerators = []ec2types.ElasticInferenceAccelerator{{Type: ptr("eia1.medium")}}
		}, "Unsupported", "Elastic Inference is no longer supported."},
		"capacity reservation":           {reservation("", "cr-0123456789abcdef0", ""), "InvalidCapacityReservationId.NotFound", "The capacity reservation 'cr-0123456789abcdef0' does not exist."},
		"malformed capacity reservation": {reservation("", "cr-1", ""), "InvalidCapacityReservationId.Malformed", `Invalid id: "cr-1"`},
		"group of capacity reservations": {reservation("", "", "arn"), "InvalidParameterValue", "The resource group does not exist."},
		"in capacity reservations only":  {reservation("capacity-reservations-only", "", ""), "InsufficientInstanceCapacity", "There is no Capacity Reservation"},
		"unknown preference":             {reservation("x", "", ""), "InvalidParameterValue", "Value (x) for parameter CapacityReservationPreference is invalid. Expecting one of [capacity-reservations-only open none]."},
		"user data not base64":           {func(in *ec2.RunInstancesInput) { in.UserData = ptr("#!/bin/sh") }, "InvalidParameterValue", "Invalid BASE64 encoding of user data"},
		"user data too long":             {func(in *ec2.RunInstancesInput) { in.UserData = userData(16385) }, "InvalidParameterValue", "User data is limited to 16384 bytes"},
		"unknown profile":                {profile("other", ""), "InvalidParameterValue", "Value (other) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name"},
		"another's profile":              {profile("theirs", ""), "InvalidParameterValue", "Invalid IAM Instance Profile name"},
		"unknown profile's ARN":          {profile("", "arn:aws:iam::123456789012:instance-profile/other"), "InvalidParameterValue", "Value (arn:aws:iam::123456789012:instance-profile/other) for parameter iamInstanceProfile.arn is invalid."},
		"another's profile's ARN":        {profile("", "arn:aws:iam::210987654321:instance-profile/theirs"), "InvalidParameterValue", "Invalid IAM Instance Profile ARN"},
		"malformed ARN":                  {profile("", "arn:aws:iam::123456789012:role/web"), "InvalidIamInstanceProfileArn.Malformed", "arn:aws:iam::123456789012:role/web"},
		"profile twice":                  {profile("web", "arn:aws:iam::123456789012:instance-profile/web"), "InvalidParameterCombination", "iamInstanceProfile.name"},
		"tags of something else": {func(in *ec2.RunInstancesInput) { in.TagSpecifications = tagged(ec2types.ResourceTypeSubnet, "k", "v") },
			"InvalidParameterValue", "'subnet' is not a valid taggable resource type"},
		"tags of a spot request without one": {func(in *ec2.RunInstancesInput) {
			in.TagSpecifications = tagged(ec2types.ResourceTypeSpotInstancesRequest, "k", "v")
		}, "InvalidParameterCombination", "market type spot"},
		"reserved tag": {func(in *ec2.RunInstancesInput) {
			in.TagSpecifications = tagged(ec2types.ResourceTypeVolume, "aws:k", "v")
		},
			"InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use"},
		"tag that the metadata can't have": {func(in *ec2.RunInstancesInput) {
			in.TagSpecifications = tagged(ec2types.ResourceTypeInstance, "a b", "v")
			in.MetadataOptions = &ec2types.InstanceMetadataOptionsRequest{InstanceMetadataTags: ec2types.InstanceMetadataTagsStateEnabled}
		}, "InvalidParameterValue", "'a b' is not a valid tag key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			_, err := call[ec2.RunInstancesOutput](w, launchOf(tc.change))
			e := wantCode(t, err, tc.code)
			require.Contains(t, e.Message, tc.message)
			require.Equal(t, Status(tc.code), e.Status)
			require.Zero(t, w.instanceCount())
		})
	}
	require.Equal(t, http.StatusInternalServerError, Status("InsufficientInstanceCapacity"))
}

func zone(name string) *ec2types.Placement { return &ec2types.Placement{AvailabilityZone: ptr(name)} }

func template(id, name string) func(in *ec2.RunInstancesInput) {
	return func(in *ec2.RunInstancesInput) {
		in.LaunchTemplate = &ec2types.LaunchTemplateSpecification{LaunchTemplateId: text(id), LaunchTemplateName: text(name), Version: ptr("1")}
	}
}

func reservation(preference, id, arn string) func(in *ec2.RunInstancesInput) {
	return func(in *ec2.RunInstancesInput) {
		in.CapacityReservationSpecification = &ec2types.CapacityReservationSpecification{
			CapacityReservationPreference: ec2types.CapacityReservationPreference(preference),
		}
		if id != "" || arn != "" {
			in.CapacityReservationSpecification.CapacityReservationTarget = &ec2types.CapacityReservationTarget{
				CapacityReservationId: text(id), CapacityReservationResourceGroupArn: text(arn),
			}
		}
	}
}

func profile(name, arn string) func(in *ec2.RunInstancesInput) {
	return func(in *ec2.RunInstancesInput) {
		in.IamInstanceProfile = &ec2types.IamInstanceProfileSpecification{Name: text(name), Arn: text(arn)}
	}
}

func userData(n int) *string { return ptr(base64.StdEncoding.EncodeToString(make([]byte, n))) }

func TestATypeThatTheRegionDoesNotOffer(t *testing.T) {
	t.Parallel()
	require.Empty(t, catalogue.Offered(region.USWest1, "x2gd.12xlarge"))
	_, err := call[ec2.RunInstancesOutput](newWorld(t, Options{}).in(region.USWest1), launchOf(func(in *ec2.RunInstancesInput) {
		in.InstanceType = "x2gd.12xlarge"
	}))
	e := wantCode(t, err, "Unsupported")
	require.Equal(t, "The requested configuration is currently not supported. Please check the documentation for supported configurations.", e.Message)
}

func TestAFailedLaunchLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	var many []string
	for n := range maxTags + 1 {
		many = append(many, "key"+itoa(n), "")
	}
	for name, change := range map[string]func(in *ec2.RunInstancesInput){
		"DryRunOperation":  func(in *ec2.RunInstancesInput) { in.DryRun = ptr(true) },
		"TagLimitExceeded": func(in *ec2.RunInstancesInput) { in.TagSpecifications = tagged(ec2types.ResourceTypeInstance, many...) },
		"InvalidIPAddress.InUse": func(in *ec2.RunInstancesInput) {
			in.NetworkInterfaces = []ec2types.InstanceNetworkInterfaceSpecification{
				{DeviceIndex: ptr(int32(0)), PrivateIpAddress: ptr("172.31.0.9")},
				{DeviceIndex: ptr(int32(1)), PrivateIpAddress: ptr("172.31.0.9")},
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := wantNoChange[ec2.RunInstancesOutput](w.forkWithin(t), launchOf(change), name)
			if name == "DryRunOperation" {
				require.Equal(t, http.StatusPreconditionFailed, e.Status)
			}
		})
	}
}

// What a caller does to its request after the call, or to the reply, never reaches the state.
func TestCallersShareNothingWithTheState(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	w.engine.AddInstanceProfile(DefaultAccount, "web")
	in := launchOf(func(in *ec2.RunInstancesInput) {
		in.UserData = userData(10)
		in.IamInstanceProfile = &ec2types.IamInstanceProfileSpecification{Name: ptr("web")}
		in.BlockDeviceMappings = []ec2types.BlockDeviceMapping{{
			DeviceName: ptr("/dev/sdf"), Ebs: &ec2types.EbsBlockDevice{VolumeSize: ptr(int32(1)), Encrypted: ptr(true), DeleteOnTermination: ptr(false)},
		}}
		in.NetworkInterfaces = []ec2types.InstanceNetworkInterfaceSpecification{{
			DeviceIndex: ptr(int32(0)), Description: ptr("d"), DeleteOnTermination: ptr(false), SecondaryPrivateIpAddressCount: ptr(int32(1)),
		}}
		in.TagSpecifications = tagged(ec2types.ResourceTypeInstance, "k", "v")
		in.MetadataOptions = &ec2types.InstanceMetadataOptionsRequest{HttpPutResponseHopLimit: ptr(int32(7))}
		in.PrivateDnsNameOptions = &ec2types.PrivateDnsNameOptionsRequest{EnableResourceNameDnsARecord: ptr(true)}
	})
	out := must[ec2.RunInstancesOutput](w, in)
	id := *out.Instances[0].InstanceId
	w.instanceCount()
	before := w.dump()
	tooltest.Scribble(in)
	tooltest.Scribble(out)
	for _, reply := range []any{
		must[ec2.DescribeInstancesOutput](w, &ec2.DescribeInstancesInput{}),
		must[ec2.DescribeInstanceStatusOutput](w, &ec2.DescribeInstanceStatusInput{}),
		must[ec2.DescribeVolumesOutput](w, &ec2.DescribeVolumesInput{}),
		must[ec2.DescribeInstanceAttributeOutput](w, &ec2.DescribeInstanceAttributeInput{InstanceId: ptr(id), Attribute: "blockDeviceMapping"}),
		must[ec2.DescribeInstanceAttributeOutput](w, &ec2.DescribeInstanceAttributeInput{InstanceId: ptr(id), Attribute: "groupSet"}),
	} {
		tooltest.Scribble(reply)
	}
	require.Equal(t, before, w.dump())
}

func TestTheSameCallsGiveTheSameWorld(t *testing.T) {
	t.Parallel()
	run := func() string {
		w := newWorld(t, Options{Seed: 7})
		w.launch(nil)
		_, err := w.stop(w.launch(nil))
		require.NoError(t, err)
		w.instanceCount()
		return w.dump()
	}
	require.Equal(t, run(), run())
}
