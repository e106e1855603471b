package awsbackend_test

import (
	"context"
	"encoding/base64"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/backend/awsbackend"
	"github.com/amiclass/amiclass/region"
)

// full draws a reply to each input whose reply carries data.
func full(t *rapid.T, in any) (any, error) {
	switch in.(type) {
	case *ec2.RunInstancesInput:
		return filled[ec2.RunInstancesOutput](t), nil
	case *ec2.DescribeInstancesInput:
		return filled[ec2.DescribeInstancesOutput](t), nil
	case *ec2.DescribeInstanceStatusInput:
		return filled[ec2.DescribeInstanceStatusOutput](t), nil
	case *ec2.DescribeInstanceAttributeInput:
		return filled[ec2.DescribeInstanceAttributeOutput](t), nil
	case *ec2.DescribeInstanceCreditSpecificationsInput:
		return filled[ec2.DescribeInstanceCreditSpecificationsOutput](t), nil
	case *ec2.StartInstancesInput:
		return filled[ec2.StartInstancesOutput](t), nil
	case *ec2.StopInstancesInput:
		return filled[ec2.StopInstancesOutput](t), nil
	case *ec2.TerminateInstancesInput:
		return filled[ec2.TerminateInstancesOutput](t), nil
	case *ec2.DescribeImagesInput:
		return filled[ec2.DescribeImagesOutput](t), nil
	case *ec2.CreateImageInput:
		return filled[ec2.CreateImageOutput](t), nil
	case *ec2.CopyImageInput:
		return filled[ec2.CopyImageOutput](t), nil
	case *ec2.DeregisterImageInput:
		return filled[ec2.DeregisterImageOutput](t), nil
	case *ec2.DescribeImageAttributeInput:
		return filled[ec2.DescribeImageAttributeOutput](t), nil
	case *ec2.GetInstanceTypesFromInstanceRequirementsInput:
		return filled[ec2.GetInstanceTypesFromInstanceRequirementsOutput](t), nil
	case *ec2.CreateImageUsageReportInput:
		return filled[ec2.CreateImageUsageReportOutput](t), nil
	case *ec2.DescribeImageUsageReportsInput:
		return filled[ec2.DescribeImageUsageReportsOutput](t), nil
	case *ec2.DescribeImageUsageReportEntriesInput:
		return filled[ec2.DescribeImageUsageReportEntriesOutput](t), nil
	case *ec2.DescribeImageReferencesInput:
		return filled[ec2.DescribeImageReferencesOutput](t), nil
	case *ec2.GetImageAncestryInput:
		return filled[ec2.GetImageAncestryOutput](t), nil
	case *ec2.GetConsoleOutputInput:
		return filled[ec2.GetConsoleOutputOutput](t), nil
	case *ec2.GetPasswordDataInput:
		return filled[ec2.GetPasswordDataOutput](t), nil
	case *ec2.DescribeVolumesInput:
		return filled[ec2.DescribeVolumesOutput](t), nil
	case *ec2.DescribeSnapshotsInput:
		return filled[ec2.DescribeSnapshotsOutput](t), nil
	case *ec2.DescribeVpcsInput:
		return filled[ec2.DescribeVpcsOutput](t), nil
	case *ec2.DescribeSubnetsInput:
		return filled[ec2.DescribeSubnetsOutput](t), nil
	case *ec2.DescribeSecurityGroupsInput:
		return filled[ec2.DescribeSecurityGroupsOutput](t), nil
	case *ec2.DescribeSecurityGroupRulesInput:
		return filled[ec2.DescribeSecurityGroupRulesOutput](t), nil
	case *ec2.CreateSecurityGroupInput:
		return filled[ec2.CreateSecurityGroupOutput](t), nil
	case *ec2.ImportKeyPairInput:
		return filled[ec2.ImportKeyPairOutput](t), nil
	case *ec2.DescribeKeyPairsInput:
		return filled[ec2.DescribeKeyPairsOutput](t), nil
	case *ec2.DescribeNetworkInterfacesInput:
		return filled[ec2.DescribeNetworkInterfacesOutput](t), nil
	case *ec2.DescribeAvailabilityZonesInput:
		return filled[ec2.DescribeAvailabilityZonesOutput](t), nil
	case *ec2.DescribeInstanceTypesInput:
		return filled[ec2.DescribeInstanceTypesOutput](t), nil
	case *ec2.DescribeInstanceTypeOfferingsInput:
		return filled[ec2.DescribeInstanceTypeOfferingsOutput](t), nil
	case *ec2.GetAllowedImagesSettingsInput:
		return filled[ec2.GetAllowedImagesSettingsOutput](t), nil
	case *ec2.AttachImageWatermarkInput:
		return filled[ec2.AttachImageWatermarkOutput](t), nil
	case *ec2.DescribeLaunchTemplatesInput:
		return filled[ec2.DescribeLaunchTemplatesOutput](t), nil
	case *ec2.DescribeLaunchTemplateVersionsInput:
		return filled[ec2.DescribeLaunchTemplateVersionsOutput](t), nil
	case *ec2.CreateLaunchTemplateInput:
		return filled[ec2.CreateLaunchTemplateOutput](t), nil
	case *ec2.CreateLaunchTemplateVersionInput:
		return filled[ec2.CreateLaunchTemplateVersionOutput](t), nil
	case *kms.GetKeyPolicyInput:
		return filled[kms.GetKeyPolicyOutput](t), nil
	case *kms.ListGrantsInput:
		return filled[kms.ListGrantsOutput](t), nil
	case *ssm.GetParameterInput:
		return filled[ssm.GetParameterOutput](t), nil
	case *kms.DescribeKeyInput:
		return filled[kms.DescribeKeyOutput](t), nil
	case *sts.GetCallerIdentityInput:
		return filled[sts.GetCallerIdentityOutput](t), nil
	}
	return nil, nil
}

func TestWhateverAReplySaysNoFieldOfTheAnswerStaysZero(t *testing.T) {
	t.Parallel()
	for op, do := range operations {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				be, _ := newBackend(t, func(in any) (any, error) { return full(rt, in) })
				got, err := do(context.Background(), be)
				require.NoError(t, err)
				if got != nil { // nil: the operation answers nothing but success
					fullness(rt, reflect.ValueOf(got), op)
				}
			})
		})
	}
}

func TestInstanceIsConvertedFieldByField(t *testing.T) {
	t.Parallel()
	launched := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	be, _ := newBackend(t, func(any) (any, error) {
		return &ec2.DescribeInstancesOutput{Reservations: []types.Reservation{{
			ReservationId: aws.String("r-1"), OwnerId: aws.String("111122223333"),
			Instances: []types.Instance{{
				InstanceId: aws.String("i-1"), AmiLaunchIndex: aws.Int32(1), ClientToken: aws.String("token"),
				ImageId: aws.String("ami-1"), InstanceType: "t3.micro", Architecture: "x86_64",
				Platform: types.PlatformValuesWindows, State: &types.InstanceState{Name: "stopped"},
				StateReason: &types.StateReason{Code: aws.String("Client.UserInitiatedShutdown"),
					Message: aws.String("Client.UserInitiatedShutdown: User initiated shutdown")},
				LaunchTime: aws.Time(launched), VpcId: aws.String("vpc-1"), SubnetId: aws.String("subnet-1"),
				Placement: &types.Placement{AvailabilityZone: aws.String("us-east-1a"), Tenancy: "default", GroupName: aws.String("pg"),
					PartitionNumber: aws.Int32(2), HostId: aws.String("h-1"), Affinity: aws.String("host")},
				CpuOptions:        &types.CpuOptions{CoreCount: aws.Int32(2), ThreadsPerCore: aws.Int32(1), AmdSevSnp: "enabled", NestedVirtualization: "disabled"},
				InstanceLifecycle: "spot", HibernationOptions: &types.HibernationOptions{Configured: aws.Bool(true)},
				EnclaveOptions:   &types.EnclaveOptions{Enabled: aws.Bool(true)},
				PrivateIpAddress: aws.String("172.31.0.4"), PublicIpAddress: aws.String("52.0.0.1"),
				PrivateDnsName: aws.String("ip-172-31-0-4.ec2.internal"), PublicDnsName: aws.String("ec2-52-0-0-1.compute-1.amazonaws.com"),
				SecurityGroups: []types.GroupIdentifier{{GroupId: aws.String("sg-1"), GroupName: aws.String("default")}},
				NetworkInterfaces: []types.InstanceNetworkInterface{{
					NetworkInterfaceId: aws.String("eni-1"), SubnetId: aws.String("subnet-1"),
					PrivateIpAddress: aws.String("172.31.0.4"), InterfaceType: aws.String("efa"), Description: aws.String("fast"),
					PrivateIpAddresses: []types.InstancePrivateIpAddress{{Primary: aws.Bool(true), PrivateIpAddress: aws.String("172.31.0.4")},
						{PrivateIpAddress: aws.String("172.31.0.5")}},
					Ipv6Addresses: []types.InstanceIpv6Address{{Ipv6Address: aws.String("2001:db8::4")}},
					Association:   &types.InstanceNetworkInterfaceAssociation{PublicIp: aws.String("52.0.0.1")},
					Attachment:    &types.InstanceNetworkInterfaceAttachment{DeviceIndex: aws.Int32(0), NetworkCardIndex: aws.Int32(1), DeleteOnTermination: aws.Bool(true)},
				}},
				KeyName: aws.String("key"), IamInstanceProfile: &types.IamInstanceProfile{Arn: aws.String("arn:p"), Id: aws.String("AIPA")},
				RootDeviceName: aws.String("/dev/xvda"), RootDeviceType: "ebs",
				BlockDeviceMappings: []types.InstanceBlockDeviceMapping{{DeviceName: aws.String("/dev/xvda"),
					Ebs: &types.EbsInstanceBlockDevice{VolumeId: aws.String("vol-1"), DeleteOnTermination: aws.Bool(true), Status: "attached"}}},
				EbsOptimized: aws.Bool(true), Monitoring: &types.Monitoring{State: "pending"},
				Hypervisor: "xen", VirtualizationType: "hvm", BootMode: "uefi-preferred",
				MetadataOptions: &types.InstanceMetadataOptionsResponse{HttpTokens: "required", HttpEndpoint: "enabled",
					HttpProtocolIpv6: "disabled", InstanceMetadataTags: "disabled", HttpPutResponseHopLimit: aws.Int32(2), State: "applied"},
				Tags: []types.Tag{{Key: aws.String("Name"), Value: aws.String("web")}},
			}},
		}}}, nil
	})
	got, err := collect(be.Instances(t.Context(), backend.Query{}))
	require.NoError(t, err)
	want := []backend.Instance{{
		ID: "i-1", ReservationID: "r-1", LaunchIndex: 1, OwnerID: "111122223333", ClientToken: "token",
		ImageID: "ami-1", Type: "t3.micro", Architecture: "x86_64", Platform: "windows",
		State: backend.InstanceStopped, StateReason: "Client.UserInitiatedShutdown: User initiated shutdown",
		LaunchTime: launched, Zone: "us-east-1a", Tenancy: "default",
		PlacementGroup: "pg", Partition: 2, HostID: "h-1", Affinity: "host", VPCID: "vpc-1", SubnetID: "subnet-1",
		PrivateIP: "172.31.0.4", PublicIP: "52.0.0.1",
		PrivateDNS: "ip-172-31-0-4.ec2.internal", PublicDNS: "ec2-52-0-0-1.compute-1.amazonaws.com",
		Groups: []backend.GroupRef{{ID: "sg-1", Name: "default"}},
		CPU:    backend.CPUOptions{Cores: 2, ThreadsPerCore: 1, SEVSNP: "enabled", NestedVirtualization: "disabled"},
		Spot:   true, Hibernation: true, Enclave: true,
		Interfaces: []backend.InstanceInterface{{ID: "eni-1", NetworkCard: 1, Type: "efa", Description: "fast",
			SubnetID: "subnet-1", PrivateIP: "172.31.0.4", SecondaryIPs: []string{"172.31.0.5"}, IPv6: []string{"2001:db8::4"},
			PublicIP: "52.0.0.1", DeleteOnTermination: true}},
		KeyName: "key", InstanceProfile: "arn:p", RootDevice: "/dev/xvda", RootDeviceType: "ebs",
		Volumes:      []backend.InstanceVolume{{Device: "/dev/xvda", VolumeID: "vol-1", DeleteOnTermination: true, Status: "attached"}},
		EBSOptimized: true, Monitoring: true, Hypervisor: "xen", Virtualization: "hvm", BootMode: "uefi-preferred",
		Metadata: backend.MetadataOptions{HTTPTokens: "required", HTTPEndpoint: "enabled", HTTPProtocolIPv6: "disabled",
			InstanceMetadataTags: "disabled", HopLimit: 2, State: "applied"},
		Tags: map[string]string{"Name": "web"},
	}}
	require.Empty(t, cmp.Diff(want, got))
}

func TestStateReason(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		reason *types.StateReason
		want   string
	}{
		"none while it runs":              {nil, ""},
		"code and message":                {&types.StateReason{Code: aws.String("pending"), Message: aws.String("the snapshot is being made")}, "pending: the snapshot is being made"},
		"a message that repeats its code": {&types.StateReason{Code: aws.String("Server.InternalError"), Message: aws.String("Server.InternalError: sorry")}, "Server.InternalError: sorry"},
		"a message that is its code":      {&types.StateReason{Code: aws.String("pending"), Message: aws.String("pending")}, "pending"},
		"a code alone":                    {&types.StateReason{Code: aws.String("pending")}, "pending"},
		"a message alone":                 {&types.StateReason{Message: aws.String("sorry")}, "sorry"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			be, _ := newBackend(t, func(any) (any, error) {
				return &ec2.DescribeImagesOutput{Images: []types.Image{{StateReason: tc.reason}}}, nil
			})
			got, err := collect(be.Images(t.Context(), backend.ImageQuery{}))
			require.NoError(t, err)
			require.Equal(t, tc.want, got[0].StateReason)
		})
	}
}

func TestAReplyThatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		out  any
		do   func(context.Context, *awsbackend.Backend) error
		says string
	}{
		"creation date of an image": {
			&ec2.DescribeImagesOutput{Images: []types.Image{{ImageId: aws.String("ami-1"), CreationDate: aws.String("yesterday")}}},
			func(ctx context.Context, be *awsbackend.Backend) error {
				_, err := collect(be.Images(ctx, backend.ImageQuery{}))
				return err
			}, "image ami-1: creation date",
		},
		"deprecation time of an image": {
			&ec2.DescribeImagesOutput{Images: []types.Image{{ImageId: aws.String("ami-1"), DeprecationTime: aws.String("soon")}}},
			func(ctx context.Context, be *awsbackend.Backend) error {
				_, err := collect(be.Images(ctx, backend.ImageQuery{}))
				return err
			}, "image ami-1: deprecation time",
		},
		"progress of a snapshot": {
			&ec2.DescribeSnapshotsOutput{Snapshots: []types.Snapshot{{SnapshotId: aws.String("snap-1"), Progress: aws.String("half")}}},
			func(ctx context.Context, be *awsbackend.Backend) error {
				_, err := collect(be.Snapshots(ctx, backend.SnapshotQuery{}))
				return err
			}, "snapshot snap-1: progress",
		},
		"user data that isn't base64": {
			&ec2.DescribeInstanceAttributeOutput{UserData: &types.AttributeValue{Value: aws.String("#!/bin/sh")}},
			func(ctx context.Context, be *awsbackend.Backend) error {
				_, err := be.InstanceAttribute(ctx, "i-1", backend.AttributeUserData)
				return err
			}, "i-1: user data",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			be, _ := newBackend(t, func(any) (any, error) { return tc.out, nil })
			err := tc.do(t.Context(), be)
			require.ErrorContains(t, err, tc.says)
			var e *backend.Error
			require.ErrorAs(t, err, &e)
		})
	}
}

func TestInstanceAttribute(t *testing.T) {
	t.Parallel()
	on := &types.AttributeBooleanValue{Value: aws.Bool(true)}
	for name, tc := range map[string]struct {
		attr backend.InstanceAttribute
		out  ec2.DescribeInstanceAttributeOutput
		want string
	}{
		"user data is decoded": {backend.AttributeUserData, ec2.DescribeInstanceAttributeOutput{UserData: &types.AttributeValue{
			Value: aws.String(base64.StdEncoding.EncodeToString([]byte("#!/bin/sh\n")))}}, "#!/bin/sh\n"},
		"no user data":            {backend.AttributeUserData, ec2.DescribeInstanceAttributeOutput{}, ""},
		"termination protected":   {backend.AttributeDisableAPITermination, ec2.DescribeInstanceAttributeOutput{DisableApiTermination: on}, "true"},
		"termination unprotected": {backend.AttributeDisableAPITermination, ec2.DescribeInstanceAttributeOutput{}, "false"},
		"stop protected":          {backend.AttributeDisableAPIStop, ec2.DescribeInstanceAttributeOutput{DisableApiStop: on}, "true"},
		"shutdown behaviour": {backend.AttributeShutdownBehavior, ec2.DescribeInstanceAttributeOutput{
			InstanceInitiatedShutdownBehavior: &types.AttributeValue{Value: aws.String("terminate")}}, "terminate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			be, c := newBackend(t, func(any) (any, error) { return &tc.out, nil })
			got, err := be.InstanceAttribute(t.Context(), "i-1", tc.attr)
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
			require.Equal(t, string(tc.attr), string(last[ec2.DescribeInstanceAttributeInput](t, c).Attribute))
		})
	}
	t.Run("another one is refused by name", func(t *testing.T) {
		t.Parallel()
		be, c := newBackend(t, nil)
		_, err := be.InstanceAttribute(t.Context(), "i-1", "enaSupport")
		require.ErrorIs(t, err, backend.ErrInvalid)
		require.ErrorContains(t, err, `"enaSupport"`)
		require.Empty(t, c.calls)
	})
}

func TestParameterAndAccount(t *testing.T) {
	t.Parallel()
	answer := func(in any) (any, error) {
		switch in := in.(type) {
		case *ssm.GetParameterInput:
			if *in.Name != "/golden" {
				return nil, &ssmtypes.ParameterNotFound{}
			}
			return &ssm.GetParameterOutput{Parameter: &ssmtypes.Parameter{Value: aws.String("ami-1")}}, nil
		case *sts.GetCallerIdentityInput:
			return &sts.GetCallerIdentityOutput{Account: aws.String("111122223333")}, nil
		}
		return nil, errors.New("not asked for")
	}
	t.Run("are read", func(t *testing.T) {
		t.Parallel()
		be, _ := newBackend(t, answer)
		v, err := be.Parameter(t.Context(), "/golden")
		require.NoError(t, err)
		require.Equal(t, "ami-1", v)
		id, err := be.Account(t.Context())
		require.NoError(t, err)
		require.Equal(t, "111122223333", id)
	})
	t.Run("an unknown parameter is not found", func(t *testing.T) {
		t.Parallel()
		be, _ := newBackend(t, answer)
		_, err := be.Parameter(t.Context(), "/silver")
		require.ErrorIs(t, err, backend.ErrNotFound)
		require.ErrorContains(t, err, "/silver")
		var below *ssmtypes.ParameterNotFound
		require.ErrorAs(t, err, &below)
	})
	t.Run("without clients for them they are not supported", func(t *testing.T) {
		t.Parallel()
		be, err := awsbackend.FromClients(region.USEast1, &client{})
		require.NoError(t, err)
		_, err = be.Parameter(t.Context(), "/golden")
		require.ErrorIs(t, err, backend.ErrUnsupported)
		require.ErrorContains(t, err, "WithSSM")
		_, err = be.Account(t.Context())
		require.ErrorIs(t, err, backend.ErrUnsupported)
		require.ErrorContains(t, err, "WithSTS")
	})
}

func FuzzSnapshotProgress(f *testing.F) {
	for _, s := range []string{"", "0%", "42%", "100%", "%", "-1%", "ten"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		be, _ := newBackend(t, func(any) (any, error) {
			return &ec2.DescribeSnapshotsOutput{Snapshots: []types.Snapshot{{Progress: &s}}}, nil
		})
		got, err := collect(be.Snapshots(t.Context(), backend.SnapshotQuery{}))
		if err == nil && (len(got) != 1 || got[0].Percent < 0 || got[0].Percent > 100) {
			t.Fatalf("progress %q was read as %+v", s, got)
		}
	})
}
