package awsbackend

import (
	"context"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

// Instances lists by ID and filters
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html).
func (b *Backend) Instances(ctx context.Context, q backend.Query) iter.Seq2[backend.Instance, error] {
	fs := filters(q.Filters)
	return list(ctx, b, q.IDs, listing[ec2.DescribeInstancesOutput, backend.Instance, backend.Instance]{
		op: "DescribeInstances", atOnce: pageSize,
		pages: func(ids []string, limit *int32) pager[ec2.DescribeInstancesOutput] {
			return ec2.NewDescribeInstancesPaginator(b.ec2,
				&ec2.DescribeInstancesInput{InstanceIds: ids, Filters: fs, MaxResults: limit})
		},
		items: func(out *ec2.DescribeInstancesOutput) []backend.Instance {
			all := make([]backend.Instance, 0, len(out.Reservations))
			for i := range out.Reservations {
				all = appendReservation(all, &out.Reservations[i])
			}
			return all
		},
		convert: func(i *backend.Instance) (backend.Instance, error) { return *i, nil },
	})
}

// appendReservation gives each instance what EC2 says once for the whole launch.
func appendReservation(all []backend.Instance, r *types.Reservation) []backend.Instance {
	for n := range r.Instances {
		i := instance(&r.Instances[n])
		i.ReservationID, i.OwnerID = told(r.ReservationId), told(r.OwnerId)
		all = append(all, i)
	}
	return all
}

func instance(i *types.Instance) backend.Instance {
	placement, metadata, cpu := told(i.Placement), told(i.MetadataOptions), told(i.CpuOptions)
	return backend.Instance{
		ID:              told(i.InstanceId),
		LaunchIndex:     int(told(i.AmiLaunchIndex)),
		ClientToken:     told(i.ClientToken),
		ImageID:         told(i.ImageId),
		Type:            string(i.InstanceType),
		Architecture:    string(i.Architecture),
		Platform:        platform(i.Platform),
		State:           state(i.State),
		StateReason:     reason(i.StateReason),
		LaunchTime:      told(i.LaunchTime),
		Zone:            region.Zone(told(placement.AvailabilityZone)),
		Tenancy:         string(placement.Tenancy),
		PlacementGroup:  told(placement.GroupName),
		Partition:       int(told(placement.PartitionNumber)),
		HostID:          told(placement.HostId),
		Affinity:        told(placement.Affinity),
		VPCID:           told(i.VpcId),
		SubnetID:        told(i.SubnetId),
		PrivateIP:       told(i.PrivateIpAddress),
		PublicIP:        told(i.PublicIpAddress),
		PrivateDNS:      told(i.PrivateDnsName),
		PublicDNS:       told(i.PublicDnsName),
		Groups:          each(i.SecurityGroups, groupRef),
		Interfaces:      each(i.NetworkInterfaces, instanceInterface),
		KeyName:         told(i.KeyName),
		InstanceProfile: told(told(i.IamInstanceProfile).Arn),
		RootDevice:      told(i.RootDeviceName),
		RootDeviceType:  string(i.RootDeviceType),
		Volumes:         each(i.BlockDeviceMappings, instanceVolume),
		CPU: backend.CPUOptions{
			Cores:                int(told(cpu.CoreCount)),
			ThreadsPerCore:       int(told(cpu.ThreadsPerCore)),
			SEVSNP:               string(cpu.AmdSevSnp),
			NestedVirtualization: string(cpu.NestedVirtualization),
		},
		Spot:           i.InstanceLifecycle == types.InstanceLifecycleTypeSpot,
		Hibernation:    told(told(i.HibernationOptions).Configured),
		Enclave:        told(told(i.EnclaveOptions).Enabled),
		EBSOptimized:   told(i.EbsOptimized),
		Monitoring:     monitored(told(i.Monitoring).State),
		Hypervisor:     string(i.Hypervisor),
		Virtualization: string(i.VirtualizationType),
		BootMode:       string(i.BootMode),
		Metadata: backend.MetadataOptions{
			HTTPTokens:           string(metadata.HttpTokens),
			HTTPEndpoint:         string(metadata.HttpEndpoint),
			HTTPProtocolIPv6:     string(metadata.HttpProtocolIpv6),
			InstanceMetadataTags: string(metadata.InstanceMetadataTags),
			HopLimit:             int(told(metadata.HttpPutResponseHopLimit)),
			State:                string(metadata.State),
		},
		Tags: tagMap(i.Tags),
	}
}

// platform: the SDK's constant is "Windows", the wire says "windows".
func platform(p types.PlatformValues) string { return strings.ToLower(string(p)) }

func state(s *types.InstanceState) backend.InstanceState {
	return backend.InstanceState(told(s).Name)
}

// reason joins code and message; EC2 often begins the message with the code already.
func reason(r *types.StateReason) string {
	code, message := told(told(r).Code), told(told(r).Message)
	switch {
	case message == "" || message == code:
		return code
	case code == "" || strings.HasPrefix(message, code+":"):
		return message
	}
	return code + ": " + message
}

// monitored counts monitoring that is being switched on as on, and off as off.
func monitored(s types.MonitoringState) bool {
	return s == types.MonitoringStateEnabled || s == types.MonitoringStatePending
}

func groupRef(g *types.GroupIdentifier) backend.GroupRef {
	return backend.GroupRef{ID: told(g.GroupId), Name: told(g.GroupName)}
}

func instanceInterface(n *types.InstanceNetworkInterface) backend.InstanceInterface {
	attachment := told(n.Attachment)
	return backend.InstanceInterface{
		ID:                  told(n.NetworkInterfaceId),
		DeviceIndex:         int(told(attachment.DeviceIndex)),
		NetworkCard:         int(told(attachment.NetworkCardIndex)),
		Type:                told(n.InterfaceType),
		Description:         told(n.Description),
		SubnetID:            told(n.SubnetId),
		PrivateIP:           told(n.PrivateIpAddress),
		SecondaryIPs:        secondary(n.PrivateIpAddresses),
		IPv6:                each(n.Ipv6Addresses, func(a *types.InstanceIpv6Address) string { return told(a.Ipv6Address) }),
		PublicIP:            told(told(n.Association).PublicIp),
		Groups:              each(n.Groups, groupRef),
		DeleteOnTermination: told(attachment.DeleteOnTermination),
	}
}

func secondary(all []types.InstancePrivateIpAddress) []string {
	var addresses []string
	for _, a := range all {
		if !told(a.Primary) {
			addresses = append(addresses, told(a.PrivateIpAddress))
		}
	}
	return addresses
}

func instanceVolume(m *types.InstanceBlockDeviceMapping) backend.InstanceVolume {
	ebs := told(m.Ebs)
	return backend.InstanceVolume{
		Device:              told(m.DeviceName),
		VolumeID:            told(ebs.VolumeId),
		DeleteOnTermination: told(ebs.DeleteOnTermination),
		Status:              string(ebs.Status),
	}
}
