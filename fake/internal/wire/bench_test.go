package wire

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// BenchmarkPage renders a page of 1,000 instances as EC2 describes a usual one.
func BenchmarkPage(b *testing.B) {
	out := page(1000)
	buffer, err := ec2Query.reply(nil, "DescribeInstances", out, "r")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(buffer)))
	b.ReportAllocs()
	for b.Loop() {
		if buffer, err = ec2Query.reply(buffer[:0], "DescribeInstances", out, "r"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkQuery reads a launch as the SDK writes it.
func BenchmarkQuery(b *testing.B) {
	const query = "Action=RunInstances&BlockDeviceMapping.1.DeviceName=%2Fdev%2Fxvda&BlockDeviceMapping.1.Ebs.VolumeSize=20&BlockDeviceMapping.1.Ebs.VolumeType=gp3&ClientToken=5ad4aa2e-5f8f-4a3c-9a3f-7e1a4b4b8c1d&ImageId=ami-0123456789abcdef0&InstanceType=m7i.large&MaxCount=1&MetadataOptions.HttpTokens=required&MinCount=1&SecurityGroupId.1=sg-0123456789abcdef0&SubnetId=subnet-0123456789abcdef0&TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=Name&TagSpecification.1.Tag.1.Value=web-1&UserData=IyEvYmluL3No&Version=2016-11-15"
	b.SetBytes(int64(len(query)))
	b.ReportAllocs()
	for b.Loop() {
		var m message
		all, refusal := parameters(query, func(name, _ string) bool { return name == "Action" || name == "Version" })
		if refusal != nil {
			b.Fatal(refusal)
		}
		m.rest = all
		if unknown, refusal := ec2Query.decode(&m, new(ec2.RunInstancesInput)); refusal != nil || unknown != nil {
			b.Fatal(refusal, unknown)
		}
	}
}

// page is a page of instances, each in a reservation of its own.
func page(n int) *ec2.DescribeInstancesOutput {
	at := aws.Time(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	out := new(ec2.DescribeInstancesOutput)
	for i := range n {
		id := func(prefix string) *string { return aws.String(fmt.Sprintf("%s-%017x", prefix, i)) }
		group := []types.GroupIdentifier{{GroupId: id("sg"), GroupName: aws.String("default")}}
		out.Reservations = append(out.Reservations, types.Reservation{OwnerId: aws.String("123456789012"), ReservationId: id("r"), Groups: []types.GroupIdentifier{}, Instances: []types.Instance{{
			AmiLaunchIndex: aws.Int32(0), Architecture: types.ArchitectureValuesX8664, BootMode: types.BootModeValuesUefiPreferred, ClientToken: id("token"),
			BlockDeviceMappings: []types.InstanceBlockDeviceMapping{{DeviceName: aws.String("/dev/xvda"), Ebs: &types.EbsInstanceBlockDevice{AttachTime: at, DeleteOnTermination: aws.Bool(true), Status: types.AttachmentStatusAttached, VolumeId: id("vol")}}},
			CpuOptions:          &types.CpuOptions{CoreCount: aws.Int32(1), ThreadsPerCore: aws.Int32(2)}, EbsOptimized: aws.Bool(false), EnaSupport: aws.Bool(true), Hypervisor: types.HypervisorTypeXen,
			ImageId: id("ami"), InstanceId: id("i"), InstanceType: types.InstanceTypeM7iLarge, LaunchTime: at, Monitoring: &types.Monitoring{State: types.MonitoringStateDisabled},
			MetadataOptions: &types.InstanceMetadataOptionsResponse{HttpEndpoint: types.InstanceMetadataEndpointStateEnabled, HttpTokens: types.HttpTokensStateRequired, HttpPutResponseHopLimit: aws.Int32(2), State: types.InstanceMetadataOptionsStateApplied},
			NetworkInterfaces: []types.InstanceNetworkInterface{{
				Attachment:  &types.InstanceNetworkInterfaceAttachment{AttachTime: at, AttachmentId: id("eni-attach"), DeleteOnTermination: aws.Bool(true), DeviceIndex: aws.Int32(0), NetworkCardIndex: aws.Int32(0), Status: types.AttachmentStatusAttached},
				Description: aws.String(""), Groups: group, Ipv6Addresses: []types.InstanceIpv6Address{}, MacAddress: aws.String("02:00:00:00:00:01"), NetworkInterfaceId: id("eni"), OwnerId: aws.String("123456789012"),
				PrivateDnsName: aws.String("ip-172-31-0-1.ec2.internal"), PrivateIpAddress: aws.String("172.31.0.1"), SourceDestCheck: aws.Bool(true), Status: types.NetworkInterfaceStatusInUse, SubnetId: id("subnet"), VpcId: id("vpc"),
				PrivateIpAddresses: []types.InstancePrivateIpAddress{{Primary: aws.Bool(true), PrivateDnsName: aws.String("ip-172-31-0-1.ec2.internal"), PrivateIpAddress: aws.String("172.31.0.1")}},
			}},
			Placement: &types.Placement{AvailabilityZone: aws.String("us-east-1a"), GroupName: aws.String(""), Tenancy: types.TenancyDefault}, PlatformDetails: aws.String("Linux/UNIX"),
			PrivateDnsName: aws.String("ip-172-31-0-1.ec2.internal"), PrivateIpAddress: aws.String("172.31.0.1"), ProductCodes: []types.ProductCode{}, PublicDnsName: aws.String(""),
			RootDeviceName: aws.String("/dev/xvda"), RootDeviceType: types.DeviceTypeEbs, SecurityGroups: group, SourceDestCheck: aws.Bool(true), State: &types.InstanceState{Code: aws.Int32(16), Name: types.InstanceStateNameRunning},
			StateTransitionReason: aws.String(""), SubnetId: id("subnet"), Tags: []types.Tag{{Key: aws.String("Name"), Value: id("web")}, {Key: aws.String("role"), Value: aws.String("web")}},
			UsageOperation: aws.String("RunInstances"), UsageOperationUpdateTime: at, VirtualizationType: types.VirtualizationTypeHvm, VpcId: id("vpc"),
		}}})
	}
	return out
}
