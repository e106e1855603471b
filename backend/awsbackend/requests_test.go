package awsbackend_test

import (
	"context"
	"encoding/base64"
	"iter"
	"math"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/backend/awsbackend"
	"github.com/amiclass/amiclass/region"
)

var inputs = cmpopts.IgnoreUnexported(
	ec2.RunInstancesInput{}, ec2.CreateTagsInput{}, ec2.DeleteTagsInput{}, ec2.DescribeImagesInput{},
	types.BlockDeviceMapping{}, types.EbsBlockDevice{}, types.IamInstanceProfileSpecification{},
	types.InstanceMetadataOptionsRequest{}, types.InstanceNetworkInterfaceSpecification{}, types.Placement{},
	types.InstanceIpv6Address{}, types.InstanceMarketOptionsRequest{}, types.SpotMarketOptions{}, types.IpPermission{}, types.IpRange{},
	types.Ipv6Range{}, types.PrefixListId{}, types.UserIdGroupPair{}, types.RunInstancesMonitoringEnabled{}, types.Tag{}, types.TagSpecification{}, types.Filter{},
)

// everyFieldArrives changes each field of a request alone and looks for a change of what is sent.
func everyFieldArrives[Req any](t *testing.T, base func() Req, send func(context.Context, *awsbackend.Backend, Req) error, except ...string) {
	t.Helper()
	input := func(req Req) any {
		be, c := newBackend(t, nil)
		require.NoError(t, send(t.Context(), be, req))
		require.Len(t, c.calls, 1)
		return c.calls[0].in
	}
	plain, n := input(base()), 0
	oneByOne(t, base, func(path string, changed Req) {
		n++
		for _, e := range except {
			if path == e {
				return
			}
		}
		if reflect.DeepEqual(plain, input(changed)) {
			t.Errorf("%T%s never reaches EC2: map it", changed, path)
		}
	})
	require.Positive(t, n)
}

func listing[T, Q any](f func(*awsbackend.Backend, context.Context, Q) iter.Seq2[T, error]) func(context.Context, *awsbackend.Backend, Q) error {
	return func(ctx context.Context, be *awsbackend.Backend, q Q) error {
		_, err := collect(f(be, ctx, q))
		return err
	}
}

func TestEveryFieldOfARequestReachesEC2(t *testing.T) {
	t.Parallel()
	devices := func() []backend.DeviceMapping {
		return []backend.DeviceMapping{{Device: "/dev/xvda", EBS: &backend.EBSMapping{}}}
	}
	someFilters := func() []backend.Filter { return []backend.Filter{{Name: "name", Values: []string{"value"}}} }
	someNeeds := func() *backend.Requirements { // without these two EC2 is told 0
		return &backend.Requirements{VCPUs: backend.Bounds[int]{Min: aws.Int(1)}, MemoryMiB: backend.Bounds[int]{Min: aws.Int(1)}}
	}
	query := func() backend.Query { return backend.Query{Filters: someFilters()} }

	for name, check := range map[string]func(t *testing.T){
		"RunRequest": func(t *testing.T) {
			everyFieldArrives(t, func() backend.RunRequest { return backend.RunRequest{Devices: devices()} },
				func(ctx context.Context, be *awsbackend.Backend, r backend.RunRequest) error {
					_, err := be.RunInstances(ctx, r)
					return err
				}, ".Metadata.State") // told, never asked for
		},
		"RunRequest with a choice of public address": func(t *testing.T) {
			everyFieldArrives(t, func() backend.RunRequest { return backend.RunRequest{PublicIP: aws.Bool(false)} },
				func(ctx context.Context, be *awsbackend.Backend, r backend.RunRequest) error {
					_, err := be.RunInstances(ctx, r)
					return err
				}, ".Metadata.State")
		},
		"RunRequest with a further interface": func(t *testing.T) {
			everyFieldArrives(t, func() backend.RunRequest {
				return backend.RunRequest{Interfaces: []backend.InterfaceRequest{{DeviceIndex: 1}}, Spot: &backend.SpotOptions{}}
			}, func(ctx context.Context, be *awsbackend.Backend, r backend.RunRequest) error {
				_, err := be.RunInstances(ctx, r)
				return err
			}, ".Metadata.State")
		},
		"CreateLaunchTemplateRequest": func(t *testing.T) {
			everyFieldArrives(t, func() backend.CreateLaunchTemplateRequest {
				return backend.CreateLaunchTemplateRequest{Launch: backend.RunRequest{Devices: devices()}, Requirements: someNeeds()}
			}, func(ctx context.Context, be *awsbackend.Backend, r backend.CreateLaunchTemplateRequest) error {
				_, err := be.CreateLaunchTemplate(ctx, r)
				return err
			}, ".Launch.Metadata.State", ".Launch.MinCount", ".Launch.MaxCount", ".Launch.ClientToken", // of launches, not of templates
				".Requirements.Architectures") // which follow from the image
		},
		"CreateLaunchTemplateVersionRequest": func(t *testing.T) {
			everyFieldArrives(t, func() backend.CreateLaunchTemplateVersionRequest {
				return backend.CreateLaunchTemplateVersionRequest{Launch: backend.RunRequest{
					Interfaces: []backend.InterfaceRequest{{DeviceIndex: 1}}, Spot: &backend.SpotOptions{},
				}, Requirements: someNeeds()}
			}, func(ctx context.Context, be *awsbackend.Backend, r backend.CreateLaunchTemplateVersionRequest) error {
				_, err := be.CreateLaunchTemplateVersion(ctx, r)
				return err
			}, ".Launch.Metadata.State", ".Launch.MinCount", ".Launch.MaxCount", ".Launch.ClientToken", ".Requirements.Architectures")
		},
		"CreateSecurityGroupRequest": func(t *testing.T) {
			everyFieldArrives(t, func() backend.CreateSecurityGroupRequest { return backend.CreateSecurityGroupRequest{} },
				func(ctx context.Context, be *awsbackend.Backend, r backend.CreateSecurityGroupRequest) error {
					_, err := be.CreateSecurityGroup(ctx, r)
					return err
				})
		},
		"SecurityGroupRule": func(t *testing.T) {
			everyFieldArrives(t, func() backend.SecurityGroupRule {
				return backend.SecurityGroupRule{Protocol: "tcp", CIDR: "10.0.0.0/8"}
			}, func(ctx context.Context, be *awsbackend.Backend, r backend.SecurityGroupRule) error {
				return be.AuthorizeSecurityGroup(ctx, "sg-1", []backend.SecurityGroupRule{r})
			}, ".ID", ".GroupID", ".Tags") // told, never asked for
		},
		"SecurityGroupRule to be revoked": func(t *testing.T) {
			everyFieldArrives(t, func() string { return "" }, func(ctx context.Context, be *awsbackend.Backend, id string) error {
				return be.RevokeSecurityGroup(ctx, "sg-1", []backend.SecurityGroupRule{{ID: id}})
			})
		},
		"ImportKeyPairRequest": func(t *testing.T) {
			everyFieldArrives(t, func() backend.ImportKeyPairRequest { return backend.ImportKeyPairRequest{} },
				func(ctx context.Context, be *awsbackend.Backend, r backend.ImportKeyPairRequest) error {
					_, err := be.ImportKeyPair(ctx, r)
					return err
				})
		},
		"CreateImageRequest": func(t *testing.T) {
			everyFieldArrives(t, func() backend.CreateImageRequest { return backend.CreateImageRequest{Devices: devices()} },
				func(ctx context.Context, be *awsbackend.Backend, r backend.CreateImageRequest) error {
					_, err := be.CreateImage(ctx, r)
					return err
				})
		},
		"CopyImageRequest": func(t *testing.T) {
			everyFieldArrives(t, func() backend.CopyImageRequest { return backend.CopyImageRequest{} },
				func(ctx context.Context, be *awsbackend.Backend, r backend.CopyImageRequest) error {
					_, err := be.CopyImage(ctx, r)
					return err
				})
		},
		"DeregisterImageRequest": func(t *testing.T) {
			everyFieldArrives(t, func() backend.DeregisterImageRequest { return backend.DeregisterImageRequest{} },
				func(ctx context.Context, be *awsbackend.Backend, r backend.DeregisterImageRequest) error {
					_, err := be.DeregisterImage(ctx, r)
					return err
				})
		},
		"LaunchPermission": func(t *testing.T) {
			everyFieldArrives(t, func() backend.LaunchPermission { return backend.LaunchPermission{} },
				func(ctx context.Context, be *awsbackend.Backend, p backend.LaunchPermission) error {
					return be.ModifyImagePermissions(ctx, "ami-1", []backend.LaunchPermission{p}, nil)
				})
			everyFieldArrives(t, func() backend.LaunchPermission { return backend.LaunchPermission{} },
				func(ctx context.Context, be *awsbackend.Backend, p backend.LaunchPermission) error {
					return be.ModifyImagePermissions(ctx, "ami-1", nil, []backend.LaunchPermission{p})
				})
		},
		"InstanceChange": func(t *testing.T) {
			everyFieldArrives(t, func() backend.InstanceChange { return backend.InstanceChange{} },
				func(ctx context.Context, be *awsbackend.Backend, c backend.InstanceChange) error {
					return be.ModifyInstance(ctx, "i-1", c)
				})
		},
		"MetadataOptions": func(t *testing.T) {
			everyFieldArrives(t, func() backend.MetadataOptions { return backend.MetadataOptions{} },
				func(ctx context.Context, be *awsbackend.Backend, o backend.MetadataOptions) error {
					return be.ModifyMetadataOptions(ctx, "i-1", o)
				}, ".State") // told, never asked for
		},
		"which console": func(t *testing.T) {
			everyFieldArrives(t, func() bool { return false }, func(ctx context.Context, be *awsbackend.Backend, latest bool) error {
				_, err := be.ConsoleOutput(ctx, "i-1", latest)
				return err
			})
		},
		"StopOptions": func(t *testing.T) {
			everyFieldArrives(t, func() backend.StopOptions { return backend.StopOptions{} },
				func(ctx context.Context, be *awsbackend.Backend, o backend.StopOptions) error {
					_, err := be.StopInstances(ctx, []string{"i-1"}, o)
					return err
				})
		},
		"ImageQuery": func(t *testing.T) {
			everyFieldArrives(t, func() backend.ImageQuery { return backend.ImageQuery{Filters: someFilters()} },
				listing((*awsbackend.Backend).Images))
		},
		"SnapshotQuery": func(t *testing.T) {
			everyFieldArrives(t, func() backend.SnapshotQuery { return backend.SnapshotQuery{Filters: someFilters()} },
				listing((*awsbackend.Backend).Snapshots))
		},
		"Query of instances":       func(t *testing.T) { everyFieldArrives(t, query, listing((*awsbackend.Backend).Instances)) },
		"Query of statuses":        func(t *testing.T) { everyFieldArrives(t, query, listing((*awsbackend.Backend).InstanceStatuses)) },
		"Query of volumes":         func(t *testing.T) { everyFieldArrives(t, query, listing((*awsbackend.Backend).Volumes)) },
		"Query of VPCs":            func(t *testing.T) { everyFieldArrives(t, query, listing((*awsbackend.Backend).VPCs)) },
		"Query of subnets":         func(t *testing.T) { everyFieldArrives(t, query, listing((*awsbackend.Backend).Subnets)) },
		"Query of security groups": func(t *testing.T) { everyFieldArrives(t, query, listing((*awsbackend.Backend).SecurityGroups)) },
		"Query of rules":           func(t *testing.T) { everyFieldArrives(t, query, listing((*awsbackend.Backend).SecurityGroupRules)) },
		"Query of key pairs":       func(t *testing.T) { everyFieldArrives(t, query, listing((*awsbackend.Backend).KeyPairs)) },
		"Query of interfaces":      func(t *testing.T) { everyFieldArrives(t, query, listing((*awsbackend.Backend).Interfaces)) },
		"Query of instance types":  func(t *testing.T) { everyFieldArrives(t, query, listing((*awsbackend.Backend).InstanceTypes)) },
		"filters of the offerings": func(t *testing.T) { everyFieldArrives(t, someFilters, offeringsBy) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t)
		})
	}
}

func offeringsBy(ctx context.Context, be *awsbackend.Backend, fs []backend.Filter) error {
	_, err := collect(be.Offerings(ctx, backend.Query{Filters: fs}))
	return err
}

func TestRunInstances(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		req  backend.RunRequest
		want ec2.RunInstancesInput
	}{
		"what isn't said isn't sent": {backend.RunRequest{}, ec2.RunInstancesInput{}},
		"empty lists and maps aren't sent": {
			backend.RunRequest{GroupIDs: []string{}, UserData: []byte{}, Devices: []backend.DeviceMapping{}, InstanceTags: map[string]string{}},
			ec2.RunInstancesInput{},
		},
		"the interface is EC2's when nothing is said of a public address": {
			backend.RunRequest{SubnetID: "subnet-1", GroupIDs: []string{"sg-1", "sg-2"}, PrivateIP: "10.0.0.9"},
			ec2.RunInstancesInput{SubnetId: aws.String("subnet-1"), SecurityGroupIds: []string{"sg-1", "sg-2"}, PrivateIpAddress: aws.String("10.0.0.9")},
		},
		"subnet, groups and address move into the interface that a public address needs": {
			backend.RunRequest{SubnetID: "subnet-1", GroupIDs: []string{"sg-1"}, PrivateIP: "10.0.0.9", PublicIP: aws.Bool(true)},
			ec2.RunInstancesInput{NetworkInterfaces: []types.InstanceNetworkInterfaceSpecification{{
				DeviceIndex: aws.Int32(0), AssociatePublicIpAddress: aws.Bool(true), DeleteOnTermination: aws.Bool(true),
				SubnetId: aws.String("subnet-1"), Groups: []string{"sg-1"}, PrivateIpAddress: aws.String("10.0.0.9"),
			}}},
		},
		"no public address is a choice too": {
			backend.RunRequest{PublicIP: aws.Bool(false)},
			ec2.RunInstancesInput{NetworkInterfaces: []types.InstanceNetworkInterfaceSpecification{{
				DeviceIndex: aws.Int32(0), AssociatePublicIpAddress: aws.Bool(false), DeleteOnTermination: aws.Bool(true),
			}}},
		},
		"everything of the primary interface moves beside a further one": {
			backend.RunRequest{SubnetID: "subnet-1", GroupIDs: []string{"sg-1"}, IPv6: []string{"2001:db8::1"},
				Interfaces: []backend.InterfaceRequest{{DeviceIndex: 1, ID: "eni-1", DeleteOnTermination: aws.Bool(false)}}},
			ec2.RunInstancesInput{NetworkInterfaces: []types.InstanceNetworkInterfaceSpecification{
				{DeviceIndex: aws.Int32(0), DeleteOnTermination: aws.Bool(true), SubnetId: aws.String("subnet-1"), Groups: []string{"sg-1"},
					Ipv6Addresses: []types.InstanceIpv6Address{{Ipv6Address: aws.String("2001:db8::1")}}},
				{DeviceIndex: aws.Int32(1), NetworkInterfaceId: aws.String("eni-1"), DeleteOnTermination: aws.Bool(false)},
			}},
		},
		"an existing primary interface keeps its own ways": {
			backend.RunRequest{PrimaryInterface: "eni-1"},
			ec2.RunInstancesInput{NetworkInterfaces: []types.InstanceNetworkInterfaceSpecification{
				{DeviceIndex: aws.Int32(0), NetworkInterfaceId: aws.String("eni-1")}}},
		},
		"a Spot Instance is asked for once": {
			backend.RunRequest{Spot: &backend.SpotOptions{MaxPrice: "0.05"}},
			ec2.RunInstancesInput{InstanceMarketOptions: &types.InstanceMarketOptionsRequest{MarketType: "spot",
				SpotOptions: &types.SpotMarketOptions{MaxPrice: aws.String("0.05"), SpotInstanceType: "one-time"}}},
		},
		"tags are in the order of their keys, per kind of resource": {
			backend.RunRequest{InstanceTags: map[string]string{"b": "2", "a": "1"}, VolumeTags: map[string]string{"v": ""}, InterfaceTags: map[string]string{"n": "3"}},
			ec2.RunInstancesInput{TagSpecifications: []types.TagSpecification{
				{ResourceType: "instance", Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("1")}, {Key: aws.String("b"), Value: aws.String("2")}}},
				{ResourceType: "volume", Tags: []types.Tag{{Key: aws.String("v"), Value: aws.String("")}}},
				{ResourceType: "network-interface", Tags: []types.Tag{{Key: aws.String("n"), Value: aws.String("3")}}},
			}},
		},
		"user data is base64": {
			backend.RunRequest{UserData: []byte("#!/bin/sh\n")},
			ec2.RunInstancesInput{UserData: aws.String("IyEvYmluL3NoCg==")},
		},
		"a profile by name": {
			backend.RunRequest{InstanceProfile: "web"},
			ec2.RunInstancesInput{IamInstanceProfile: &types.IamInstanceProfileSpecification{Name: aws.String("web")}},
		},
		"a profile by ARN": {
			backend.RunRequest{InstanceProfile: "arn:aws:iam::111122223333:instance-profile/web"},
			ec2.RunInstancesInput{IamInstanceProfile: &types.IamInstanceProfileSpecification{Arn: aws.String("arn:aws:iam::111122223333:instance-profile/web")}},
		},
		"a device that is dropped, one of the instance store, one of EBS": {
			backend.RunRequest{Devices: []backend.DeviceMapping{
				{Device: "/dev/sdb", NoDevice: true}, {Device: "/dev/sdc", VirtualName: "ephemeral0"},
				{Device: "/dev/xvda", EBS: &backend.EBSMapping{SizeGiB: 30, Type: "gp3", IOPS: 4000, ThroughputMiBps: 250, Encrypted: aws.Bool(true), KMSKeyID: "alias/k", DeleteOnTermination: aws.Bool(false)}},
			}},
			ec2.RunInstancesInput{BlockDeviceMappings: []types.BlockDeviceMapping{
				{DeviceName: aws.String("/dev/sdb"), NoDevice: aws.String("")},
				{DeviceName: aws.String("/dev/sdc"), VirtualName: aws.String("ephemeral0")},
				{DeviceName: aws.String("/dev/xvda"), Ebs: &types.EbsBlockDevice{VolumeSize: aws.Int32(30), VolumeType: "gp3", Iops: aws.Int32(4000), Throughput: aws.Int32(250), Encrypted: aws.Bool(true), KmsKeyId: aws.String("alias/k"), DeleteOnTermination: aws.Bool(false)}},
			}},
		},
		"a number beyond the wire's 32 bits stays beyond every range": {
			backend.RunRequest{MinCount: 1, MaxCount: math.MaxInt},
			ec2.RunInstancesInput{MinCount: aws.Int32(1), MaxCount: aws.Int32(math.MaxInt32)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			be, c := newBackend(t, nil)
			_, err := be.RunInstances(t.Context(), tc.req)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(&tc.want, last[ec2.RunInstancesInput](t, c), inputs))
		})
	}
}

func TestRulesOfASecurityGroup(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		rule backend.SecurityGroupRule
		want types.IpPermission
	}{
		"ports from an IPv4 range": {
			backend.SecurityGroupRule{Protocol: "tcp", FromPort: 80, ToPort: 81, CIDR: "10.0.0.0/8", Description: "web"},
			types.IpPermission{IpProtocol: aws.String("tcp"), FromPort: aws.Int32(80), ToPort: aws.Int32(81),
				IpRanges: []types.IpRange{{CidrIp: aws.String("10.0.0.0/8"), Description: aws.String("web")}}},
		},
		"type 0 of ICMP from an IPv6 range": {
			backend.SecurityGroupRule{Protocol: "icmpv6", ToPort: -1, CIDR: "::/0"},
			types.IpPermission{IpProtocol: aws.String("icmpv6"), FromPort: aws.Int32(0), ToPort: aws.Int32(-1),
				Ipv6Ranges: []types.Ipv6Range{{CidrIpv6: aws.String("::/0")}}},
		},
		"all from a group": {
			backend.SecurityGroupRule{Protocol: "-1", PeerGroupID: "sg-2"},
			types.IpPermission{IpProtocol: aws.String("-1"), UserIdGroupPairs: []types.UserIdGroupPair{{GroupId: aws.String("sg-2")}}},
		},
		"a prefix list": {
			backend.SecurityGroupRule{Protocol: "udp", PrefixListID: "pl-1"},
			types.IpPermission{IpProtocol: aws.String("udp"), FromPort: aws.Int32(0), ToPort: aws.Int32(0),
				PrefixListIds: []types.PrefixListId{{PrefixListId: aws.String("pl-1")}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			be, c := newBackend(t, nil)
			require.NoError(t, be.AuthorizeSecurityGroup(t.Context(), "sg-1", []backend.SecurityGroupRule{tc.rule}))
			require.Empty(t, cmp.Diff([]types.IpPermission{tc.want}, last[ec2.AuthorizeSecurityGroupIngressInput](t, c).IpPermissions, inputs))
			tc.rule.Egress = true
			require.NoError(t, be.AuthorizeSecurityGroup(t.Context(), "sg-1", []backend.SecurityGroupRule{tc.rule}))
			require.Empty(t, cmp.Diff([]types.IpPermission{tc.want}, last[ec2.AuthorizeSecurityGroupEgressInput](t, c).IpPermissions, inputs))
		})
	}
	t.Run("both directions at once are refused", func(t *testing.T) {
		t.Parallel()
		be, c := newBackend(t, nil)
		both := []backend.SecurityGroupRule{{Protocol: "-1"}, {Protocol: "-1", Egress: true}}
		require.ErrorIs(t, be.AuthorizeSecurityGroup(t.Context(), "sg-1", both), backend.ErrInvalid)
		require.ErrorIs(t, be.RevokeSecurityGroup(t.Context(), "sg-1", both), backend.ErrInvalid)
		require.Empty(t, c.calls)
	})
}

func TestWhatIsGivenToARequestIsNotShared(t *testing.T) {
	t.Parallel()
	yes, groups := true, []string{"sg-1"}
	be, c := newBackend(t, nil)
	_, err := be.RunInstances(t.Context(), backend.RunRequest{EBSOptimized: &yes, GroupIDs: groups})
	require.NoError(t, err)
	yes, groups[0] = false, "sg-changed"
	in := last[ec2.RunInstancesInput](t, c)
	require.True(t, *in.EbsOptimized)
	require.Equal(t, []string{"sg-1"}, in.SecurityGroupIds)
}

func TestAListingRemembersItsQueryAsItWas(t *testing.T) {
	t.Parallel()
	be, c := newBackend(t, nil)
	q := backend.ImageQuery{IDs: []string{"ami-1"}, Owners: []string{"self"}, Filters: []backend.Filter{backend.By("name", "a")}}
	seq := be.Images(t.Context(), q)
	q.IDs[0], q.Owners[0], q.Filters[0].Values[0] = "ami-changed", "changed", "changed"
	_, err := collect(seq)
	require.NoError(t, err)
	want := &ec2.DescribeImagesInput{ImageIds: []string{"ami-1"}, Owners: []string{"self"},
		Filters: []types.Filter{{Name: aws.String("name"), Values: []string{"a"}}}}
	require.Empty(t, cmp.Diff(want, last[ec2.DescribeImagesInput](t, c), inputs))
}

func TestEscapeHatchesSeeEachRequestLast(t *testing.T) {
	t.Parallel()
	be, c := newBackend(t, nil,
		awsbackend.WithRunInstances(func(in *ec2.RunInstancesInput) { in.KeyName = aws.String("first of " + *in.ImageId) }),
		awsbackend.WithRunInstances(func(in *ec2.RunInstancesInput) { in.KeyName = aws.String(*in.KeyName + ", then second") }),
		awsbackend.WithCreateImage(func(in *ec2.CreateImageInput) { in.BootModeOverride = "uefi" }),
		awsbackend.WithCopyImage(func(in *ec2.CopyImageInput) { in.SnapshotCopyCompletionDurationMinutes = aws.Int64(15) }),
	)
	there, err := be.In(region.EUWest1) // sisters have the same ones
	require.NoError(t, err)
	for _, be := range []backend.Backend{be, there} {
		_, err = be.RunInstances(t.Context(), backend.RunRequest{ImageID: "ami-1"})
		require.NoError(t, err)
		require.Equal(t, "first of ami-1, then second", *last[ec2.RunInstancesInput](t, c).KeyName)
		_, err = be.CreateImage(t.Context(), backend.CreateImageRequest{})
		require.NoError(t, err)
		require.EqualValues(t, "uefi", last[ec2.CreateImageInput](t, c).BootModeOverride)
		_, err = be.CopyImage(t.Context(), backend.CopyImageRequest{})
		require.NoError(t, err)
		require.EqualValues(t, 15, *last[ec2.CopyImageInput](t, c).SnapshotCopyCompletionDurationMinutes)
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	t.Run("are set in the order of their keys", func(t *testing.T) {
		t.Parallel()
		be, c := newBackend(t, nil)
		require.NoError(t, be.CreateTags(t.Context(), []string{"i-1", "vol-1"}, map[string]string{"b": "", "a": "1"}))
		want := &ec2.CreateTagsInput{Resources: []string{"i-1", "vol-1"}, Tags: []types.Tag{
			{Key: aws.String("a"), Value: aws.String("1")}, {Key: aws.String("b"), Value: aws.String("")}}}
		require.Empty(t, cmp.Diff(want, last[ec2.CreateTagsInput](t, c), inputs))
	})
	t.Run("are deleted whatever their values", func(t *testing.T) {
		t.Parallel()
		be, c := newBackend(t, nil)
		require.NoError(t, be.DeleteTags(t.Context(), []string{"i-1"}, []string{"a", "b"}))
		want := &ec2.DeleteTagsInput{Resources: []string{"i-1"}, Tags: []types.Tag{{Key: aws.String("a")}, {Key: aws.String("b")}}}
		require.Empty(t, cmp.Diff(want, last[ec2.DeleteTagsInput](t, c), inputs))
	})
	t.Run("aren't deleted all for want of a key", func(t *testing.T) {
		t.Parallel()
		be, c := newBackend(t, nil)
		err := be.DeleteTags(t.Context(), []string{"i-1"}, nil)
		require.ErrorIs(t, err, backend.ErrInvalid)
		require.ErrorContains(t, err, "keys")
		require.Empty(t, c.calls)
	})
}

func TestSnapshotOwners(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		q    backend.SnapshotQuery
		want []string
	}{
		"one's own unless something is said":     {backend.SnapshotQuery{}, []string{"self"}},
		"one's own that match filters":           {backend.SnapshotQuery{Filters: []backend.Filter{backend.By("status", "completed")}}, []string{"self"}},
		"anybody's by ID":                        {backend.SnapshotQuery{IDs: []string{"snap-1"}}, nil},
		"as given":                               {backend.SnapshotQuery{Owners: []string{"amazon"}}, []string{"amazon"}},
		"as given, even if empty but for the ID": {backend.SnapshotQuery{IDs: []string{"snap-1"}, Owners: []string{"self"}}, []string{"self"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			be, c := newBackend(t, nil)
			_, err := collect(be.Snapshots(t.Context(), tc.q))
			require.NoError(t, err)
			require.Equal(t, tc.want, last[ec2.DescribeSnapshotsInput](t, c).OwnerIds)
		})
	}
}

func TestUserDataArrivesWhateverItsBytes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		data := rapid.SliceOfN(rapid.Byte(), 1, 100).Draw(rt, "data")
		be, c := newBackend(t, nil)
		_, err := be.RunInstances(context.Background(), backend.RunRequest{UserData: data})
		require.NoError(t, err)
		got, err := base64.StdEncoding.DecodeString(*last[ec2.RunInstancesInput](t, c).UserData)
		require.NoError(t, err)
		require.Equal(t, data, got)
	})
}
