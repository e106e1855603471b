package engine

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

// found are the IDs of the instances for which filters hold.
func (w *testWorld) found(filters ...ec2types.Filter) []string {
	w.t.Helper()
	var ids []string
	for _, r := range must[ec2.DescribeInstancesOutput](w, &ec2.DescribeInstancesInput{Filters: filters}).Reservations {
		for _, i := range r.Instances {
			ids = append(ids, *i.InstanceId)
		}
	}
	return ids
}

func TestDescribeInstancesRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	good := w.launch(nil)
	elsewhere, another := w.in(region.EUWest1).launch(nil), w.as("210987654321").launch(nil)
	const unknown, unknown2 = "i-0123456789abcdef0", "i-01234567"
	for name, tc := range map[string]struct {
		in      ec2.DescribeInstancesInput
		code    string
		message string
	}{
		"malformed ID":       {ec2.DescribeInstancesInput{InstanceIds: []string{good, "x"}}, "InvalidInstanceID.Malformed", `Invalid id: "x" (expecting "i-...")`},
		"unknown ID":         {ec2.DescribeInstancesInput{InstanceIds: []string{good, unknown}}, "InvalidInstanceID.NotFound", "The instance ID '" + unknown + "' does not exist"},
		"several unknown":    {ec2.DescribeInstancesInput{InstanceIds: []string{unknown, good, unknown2}}, "InvalidInstanceID.NotFound", "The instance IDs '" + unknown + ", " + unknown2 + "' do not exist"},
		"in another region":  {ec2.DescribeInstancesInput{InstanceIds: []string{elsewhere}}, "InvalidInstanceID.NotFound", elsewhere},
		"of another account": {ec2.DescribeInstancesInput{InstanceIds: []string{another}}, "InvalidInstanceID.NotFound", another},
		"unknown filter":     {ec2.DescribeInstancesInput{Filters: []ec2types.Filter{filter("color", "red")}}, "InvalidParameterValue", "The filter 'color' is invalid"},
		"small pages":        {ec2.DescribeInstancesInput{MaxResults: ptr(int32(4))}, "InvalidParameterValue", "Value ( 4 ) for parameter maxResults is invalid."},
		"pages of IDs":       {ec2.DescribeInstancesInput{MaxResults: ptr(int32(5)), InstanceIds: []string{good}}, "InvalidParameterCombination", "The parameter instancesSet cannot be used with the parameter maxResults"},
		"bad token":          {ec2.DescribeInstancesInput{NextToken: ptr("x")}, "InvalidParameterValue", "'x'"},
		"dry run":            {ec2.DescribeInstancesInput{DryRun: ptr(true)}, "DryRunOperation", "Request would have succeeded, but DryRun flag is set."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := call[ec2.DescribeInstancesOutput](w.within(t), &tc.in)
			require.Contains(t, wantCode(t, err, tc.code).Message, tc.message)
		})
	}
}

func TestPagesOfInstances(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	must[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) { in.MaxCount = ptr(int32(8)) }))
	for range 5 {
		w.launch(nil)
	}
	var all []string
	var token *string
	for page := 0; page == 0 || token != nil; page++ {
		out := must[ec2.DescribeInstancesOutput](w, &ec2.DescribeInstancesInput{MaxResults: ptr(int32(5)), NextToken: token})
		n := 0
		for _, r := range out.Reservations {
			for _, i := range r.Instances {
				all = append(all, *i.InstanceId)
				n++
			}
		}
		require.LessOrEqual(t, n, 5)
		token = out.NextToken
		w.launch(nil) // who comes in between is not promised to be seen, but nobody is seen twice
		if page > 20 {
			t.Fatal("no end")
		}
	}
	slices.Sort(all)
	require.Equal(t, len(slices.Compact(slices.Clone(all))), len(all))
	require.GreaterOrEqual(t, len(all), 13)
	require.Nil(t, must[ec2.DescribeInstancesOutput](w, &ec2.DescribeInstancesInput{MaxResults: ptr(int32(5000))}).NextToken, "clamped to 1000, not refused")
}

func TestTerminatedInstancesAreStillListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(nil)
	_, err := w.terminate(id)
	require.NoError(t, err)
	require.Equal(t, []string{id}, w.found())
	require.Empty(t, w.found(filter("vpc-id", "*")))
	w.clock.advance(time.Hour)
	require.Empty(t, w.found())
}

// Every documented filter finds the instance by its own value, and not by another.
func TestFiltersOfInstances(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	arn := w.engine.AddInstanceProfile(DefaultAccount, "web")
	net := w.network("10.0.0.0/16", "us-east-1c")
	im := w.imageLike("x86_64", func(im *image) {
		im.platform, im.platformDetails, im.usageOperation = "windows", "Windows", "RunInstances:0002"
		im.productCodes = []ec2types.ProductCode{{ProductCodeId: ptr("code1"), ProductCodeType: ec2types.ProductCodeValuesMarketplace}}
		im.tpmSupport, im.bootMode, im.kernel, im.ramdisk = "v2.0", "uefi", "aki-12345678", "ari-12345678"
	})
	out := must[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) {
		in.ClientToken = ptr("token")
		in.ImageId, in.InstanceType = ptr(im), "m5.xlarge"
		in.EbsOptimized = ptr(true)
		in.IamInstanceProfile = &ec2types.IamInstanceProfileSpecification{Name: ptr("web")}
		in.Monitoring = &ec2types.RunInstancesMonitoringEnabled{Enabled: ptr(true)}
		in.NetworkInterfaces = []on{{DeviceIndex: ptr(int32(0)), SubnetId: ptr(net.subnet), AssociatePublicIpAddress: ptr(true), Ipv6AddressCount: ptr(int32(1)), Description: ptr("front")}}
		in.InstanceMarketOptions = &ec2types.InstanceMarketOptionsRequest{MarketType: "spot"}
		in.EnclaveOptions = &ec2types.EnclaveOptionsRequest{Enabled: ptr(true)}
		in.MetadataOptions = &ec2types.InstanceMetadataOptionsRequest{HttpTokens: "required", HttpPutResponseHopLimit: ptr(int32(3))}
		in.TagSpecifications = append(tagged(ec2types.ResourceTypeInstance, "role", "web"), tagged(ec2types.ResourceTypeNetworkInterface, "nic", "first")...)
	}))
	w.clock.advance(90 * time.Second)
	other := w.launch(nil)
	id := *out.Instances[0].InstanceId
	i := w.instance(id)
	n := i.NetworkInterfaces[0]
	for name, value := range map[string]string{
		"architecture": "x86_64", "availability-zone": "us-east-1c", "availability-zone-id": *i.Placement.AvailabilityZoneId,
		"block-device-mapping.attach-time": "2026-11-24T12:00:00.000Z", "block-device-mapping.delete-on-termination": "true",
		"block-device-mapping.device-name": "/dev/xvda", "block-device-mapping.status": "attached",
		"block-device-mapping.volume-id": *i.BlockDeviceMappings[0].Ebs.VolumeId, "boot-mode": "uefi",
		"capacity-reservation-specification.capacity-reservation-preference": "open", "client-token": "token",
		"current-instance-boot-mode": "uefi", "dns-name": *i.PublicDnsName, "ebs-optimized": "true", "ena-support": "true",
		"enclave-options.enabled": "true", "hibernation-options.configured": "false", "hypervisor": "xen",
		"iam-instance-profile.arn": arn, "iam-instance-profile.id": *i.IamInstanceProfile.Id, "image-id": im, "instance-id": id,
		"instance-lifecycle": "spot", "instance-state-code": "16", "instance-state-name": "running", "instance-type": "m5.xlarge",
		"instance.group-id": net.group, "instance.group-name": "default", "ip-address": *i.PublicIpAddress, "ipv6-address": *i.Ipv6Address,
		"kernel-id": "aki-12345678", "launch-index": "0", "launch-time": "2026-11-24T12:00:*",
		"maintenance-options.auto-recovery": "default", "metadata-options.http-endpoint": "enabled",
		"metadata-options.http-protocol-ipv4": "enabled", "metadata-options.http-protocol-ipv6": "disabled",
		"metadata-options.http-put-response-hop-limit": "3", "metadata-options.http-tokens": "required",
		"metadata-options.instance-metadata-tags": "disabled", "metadata-options.state": "applied", "monitoring-state": "enabled",
		"network-performance-options.bandwidth-weighting": "default", "operator.managed": "false", "owner-id": DefaultAccount,
		"platform": "windows", "platform-details": "Windows", "private-dns-name": *i.PrivateDnsName,
		"private-dns-name-options.enable-resource-name-dns-a-record":    "false",
		"private-dns-name-options.enable-resource-name-dns-aaaa-record": "false",
		"private-dns-name-options.hostname-type":                        "ip-name", "private-ip-address": *i.PrivateIpAddress,
		"product-code": "code1", "product-code.type": "marketplace", "ramdisk-id": "ari-12345678", "reason": "",
		"reservation-id": *out.ReservationId, "root-device-name": "/dev/xvda", "root-device-type": "ebs", "source-dest-check": "true",
		"spot-instance-request-id": *i.SpotInstanceRequestId, "subnet-id": net.subnet, "tag:role": "web", "tag-key": "role",
		"tag-value": "web", "tenancy": "default", "tpm-support": "v2.0", "usage-operation": "RunInstances:0002",
		"usage-operation-update-time": "2026-11-24T12:00:00.000Z", "virtualization-type": "hvm", "vpc-id": net.vpc,

		"network-interface.addresses.association.ip-owner-id": "amazon", "network-interface.addresses.association.public-dns-name": *i.PublicDnsName,
		"network-interface.addresses.association.public-ip": *i.PublicIpAddress, "network-interface.addresses.primary": "true",
		"network-interface.addresses.private-dns-name": *i.PrivateDnsName, "network-interface.addresses.private-ip-address": *i.PrivateIpAddress,
		"network-interface.association.ip-owner-id": "amazon", "network-interface.association.public-dns-name": *i.PublicDnsName,
		"network-interface.association.public-ip": *i.PublicIpAddress, "network-interface.attachment.attach-time": "2026-11-24T12:00:00.000Z",
		"network-interface.attachment.attachment-id": *n.Attachment.AttachmentId, "network-interface.attachment.delete-on-termination": "true",
		"network-interface.attachment.device-index": "0", "network-interface.attachment.instance-id": id,
		"network-interface.attachment.instance-owner-id": DefaultAccount, "network-interface.attachment.network-card-index": "0",
		"network-interface.attachment.status": "attached", "network-interface.availability-zone": "us-east-1c",
		"network-interface.deny-all-igw-traffic": "false", "network-interface.description": "front",
		"network-interface.group-id": net.group, "network-interface.group-name": "default", "network-interface.ipv6-address": *i.Ipv6Address,
		"network-interface.ipv6-addresses.ipv6-address": *i.Ipv6Address, "network-interface.ipv6-addresses.is-primary-ipv6": "false",
		"network-interface.ipv6-native": "false", "network-interface.mac-address": *n.MacAddress,
		"network-interface.network-interface-id": *n.NetworkInterfaceId, "network-interface.operator.managed": "false",
		"network-interface.owner-id": DefaultAccount, "network-interface.private-dns-name": *i.PrivateDnsName,
		"network-interface.private-ip-address": *i.PrivateIpAddress, "network-interface.public-dns-name": *i.PublicDnsName,
		"network-interface.requester-managed": "false", "network-interface.source-dest-check": "true",
		"network-interface.status": "in-use", "network-interface.subnet-id": net.subnet, "network-interface.tag-key": "nic",
		"network-interface.tag-value": "first", "network-interface.vpc-id": net.vpc,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.within(t)
			require.Contains(t, w.found(filter(name, value)), id)
			require.NotContains(t, w.found(filter(name, value+"!")), id)
			require.Contains(t, w.found(filter(name, "nothing", value)), id)
		})
	}
	t.Run("all of several", func(t *testing.T) {
		t.Parallel()
		w := w.within(t)
		require.Equal(t, []string{id}, w.found(filter("tag:role", "w*"), filter("instance-state-name", "running", "stopped"), filter("image-id", im)))
		require.Empty(t, w.found(filter("tag:role", "web"), filter("instance-type", "t4g.small")))
		require.Equal(t, []string{other}, w.found(filter("instance-type", "t4g.small")))
	})
	t.Run("what no instance has", func(t *testing.T) {
		t.Parallel()
		w := w.within(t)
		for _, name := range []string{"affinity", "capacity-reservation-id", "host-id", "key-name", "outpost-arn", "operator.principal",
			"placement-group-name", "placement-partition-number", "requester-id", "state-reason-code", "state-reason-message",
			"network-interface.outpost-arn", "network-interface.requester-id", "network-interface.ipv4-prefixes.ipv4-prefix"} {
			require.Empty(t, w.found(filter(name, "*")), name)
		}
	})
}

func TestReasonFiltersOfStoppedInstances(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(nil)
	_, err := w.stop(id)
	require.NoError(t, err)
	for name, value := range map[string]string{
		"instance-state-name": "stopped", "instance-state-code": "80", "state-reason-code": "Client.UserInitiatedShutdown",
		"state-reason-message": "Client.UserInitiatedShutdown: *", "reason": "User initiated (2026-11-24 12:00:00 GMT)",
	} {
		require.Equal(t, []string{id}, w.found(filter(name, value)), name)
	}
	require.Empty(t, w.found(filter("ip-address", "*")))
	require.False(t, strings.Contains(strings.Join(w.found(filter("instance-state-name", "running")), ""), id))
}
