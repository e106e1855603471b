package awsbackend

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
)

// RunInstances launches as many instances as the request says, or fails
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html).
func (b *Backend) RunInstances(ctx context.Context, req backend.RunRequest) ([]backend.Instance, error) {
	in := runInstances(&req)
	for _, f := range b.onRunInstances {
		f(in)
	}
	out, err := call(ctx, b, "RunInstances", req.ImageID, b.ec2.RunInstances, in, elsewhereRather)
	if err != nil {
		return nil, err
	}
	return appendReservation(nil, &types.Reservation{
		ReservationId: out.ReservationId, OwnerId: out.OwnerId, Instances: out.Instances,
	}), nil
}

var _ backend.DryRuns = (*Backend)(nil)

// DryRunInstances asks whether a launch would be permitted
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html).
func (b *Backend) DryRunInstances(ctx context.Context, req backend.RunRequest) error {
	in := runInstances(&req)
	for _, f := range b.onRunInstances {
		f(in)
	}
	in.DryRun = aws.Bool(true)
	if _, err := call(ctx, b, "RunInstances", req.ImageID, b.ec2.RunInstances, in, elsewhereRather); !errors.Is(err, backend.ErrDryRun) {
		return err
	}
	return nil
}

func runInstances(req *backend.RunRequest) *ec2.RunInstancesInput {
	in := &ec2.RunInstancesInput{
		ImageId:                           said(req.ImageID),
		InstanceType:                      types.InstanceType(req.Type),
		MinCount:                          number(req.MinCount),
		MaxCount:                          number(req.MaxCount),
		ClientToken:                       said(req.ClientToken),
		KeyName:                           said(req.KeyName),
		IamInstanceProfile:                profile(req.InstanceProfile),
		BlockDeviceMappings:               each(req.Devices, mappingRequest),
		CpuOptions:                        cpuRequest(req.CPU),
		InstanceMarketOptions:             spotRequest(req.Spot),
		Placement:                         placement(req),
		EbsOptimized:                      switched(req.EBSOptimized),
		MetadataOptions:                   metadataRequest(req.Metadata),
		InstanceInitiatedShutdownBehavior: types.ShutdownBehavior(req.ShutdownBehavior),
		DisableApiTermination:             said(req.TerminationProtected),
		DisableApiStop:                    said(req.StopProtected),
		TagSpecifications: tagSpecifications(
			tagsFor{types.ResourceTypeInstance, req.InstanceTags},
			tagsFor{types.ResourceTypeVolume, req.VolumeTags},
			tagsFor{types.ResourceTypeNetworkInterface, req.InterfaceTags},
		),
	}
	if len(req.UserData) > 0 {
		in.UserData = aws.String(base64.StdEncoding.EncodeToString(req.UserData))
	}
	if req.Monitoring {
		in.Monitoring = &types.RunInstancesMonitoringEnabled{Enabled: aws.Bool(true)}
	}
	if req.Credits != "" {
		in.CreditSpecification = &types.CreditSpecificationRequest{CpuCredits: said(req.Credits)}
	}
	if req.Hibernation {
		in.HibernationOptions = &types.HibernationOptionsRequest{Configured: aws.Bool(true)}
	}
	if req.Enclave {
		in.EnclaveOptions = &types.EnclaveOptionsRequest{Enabled: aws.Bool(true)}
	}
	place(in, req)
	return in
}

func spotRequest(o *backend.SpotOptions) *types.InstanceMarketOptionsRequest {
	if o == nil {
		return nil
	}
	return &types.InstanceMarketOptionsRequest{
		MarketType: types.MarketTypeSpot,
		SpotOptions: &types.SpotMarketOptions{
			MaxPrice:                     said(o.MaxPrice),
			SpotInstanceType:             types.SpotInstanceTypeOneTime,
			InstanceInterruptionBehavior: types.InstanceInterruptionBehavior(o.Interruption),
		},
	}
}

// place says where the primary interface is. A public address and secondary ones can only be asked for
// in a description of that interface, and so can everything as soon as another interface is described:
// EC2 refuses subnet, groups and addresses beside one.
func place(in *ec2.RunInstancesInput, req *backend.RunRequest) {
	if req.PublicIP == nil && req.SecondaryIPs == 0 && req.PrimaryInterface == "" && len(req.Interfaces) == 0 {
		in.SubnetId = said(req.SubnetID)
		in.SecurityGroupIds = texts(req.GroupIDs)
		in.PrivateIpAddress = said(req.PrivateIP)
		in.Ipv6AddressCount = number(req.IPv6Count)
		in.Ipv6Addresses = each(req.IPv6, ipv6Address)
		return
	}
	describeInterfaces(in, req)
}

func describeInterfaces(in *ec2.RunInstancesInput, req *backend.RunRequest) {
	in.SecurityGroupIds = nil
	primary := types.InstanceNetworkInterfaceSpecification{
		DeviceIndex:                    aws.Int32(0),
		NetworkInterfaceId:             said(req.PrimaryInterface),
		AssociatePublicIpAddress:       switched(req.PublicIP),
		SubnetId:                       said(req.SubnetID),
		Groups:                         texts(req.GroupIDs),
		PrivateIpAddress:               said(req.PrivateIP),
		SecondaryPrivateIpAddressCount: number(req.SecondaryIPs),
		Ipv6AddressCount:               number(req.IPv6Count),
		Ipv6Addresses:                  each(req.IPv6, ipv6Address),
	}
	if req.PrimaryInterface == "" {
		// As for the interface that EC2 makes when none is described; a described one may stay
		// behind (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html).
		primary.DeleteOnTermination = aws.Bool(true)
	}
	in.NetworkInterfaces = append([]types.InstanceNetworkInterfaceSpecification{primary}, each(req.Interfaces, interfaceRequest)...)
}

func interfaceRequest(r *backend.InterfaceRequest) types.InstanceNetworkInterfaceSpecification {
	return types.InstanceNetworkInterfaceSpecification{
		DeviceIndex:                    aws.Int32(clamp(r.DeviceIndex)),
		NetworkCardIndex:               number(r.NetworkCard),
		NetworkInterfaceId:             said(r.ID),
		InterfaceType:                  said(r.Type),
		Description:                    said(r.Description),
		SubnetId:                       said(r.SubnetID),
		Groups:                         texts(r.GroupIDs),
		PrivateIpAddress:               said(r.PrivateIP),
		SecondaryPrivateIpAddressCount: number(r.SecondaryIPs),
		Ipv6AddressCount:               number(r.IPv6Count),
		Ipv6Addresses:                  each(r.IPv6, ipv6Address),
		DeleteOnTermination:            switched(r.DeleteOnTermination),
	}
}

func ipv6Address(a *string) types.InstanceIpv6Address {
	return types.InstanceIpv6Address{Ipv6Address: aws.String(*a)}
}

func profile(nameOrARN string) *types.IamInstanceProfileSpecification {
	switch {
	case nameOrARN == "":
		return nil
	case strings.HasPrefix(nameOrARN, "arn:"):
		return &types.IamInstanceProfileSpecification{Arn: aws.String(nameOrARN)}
	}
	return &types.IamInstanceProfileSpecification{Name: aws.String(nameOrARN)}
}

func placement(req *backend.RunRequest) *types.Placement {
	return said(types.Placement{
		AvailabilityZone: said(string(req.Zone)),
		Tenancy:          types.Tenancy(req.Tenancy),
		GroupName:        said(req.PlacementGroup),
		PartitionNumber:  number(req.Partition),
		HostId:           said(req.HostID),
		Affinity:         said(req.Affinity),
	})
}

func cpuRequest(o backend.CPUOptions) *types.CpuOptionsRequest {
	return said(types.CpuOptionsRequest{
		CoreCount:            number(o.Cores),
		ThreadsPerCore:       number(o.ThreadsPerCore),
		AmdSevSnp:            types.AmdSevSnpSpecification(o.SEVSNP),
		NestedVirtualization: types.NestedVirtualizationSpecification(o.NestedVirtualization),
	})
}

func metadataRequest(m backend.MetadataOptions) *types.InstanceMetadataOptionsRequest {
	r := types.InstanceMetadataOptionsRequest{
		HttpTokens:              types.HttpTokensState(m.HTTPTokens),
		HttpEndpoint:            types.InstanceMetadataEndpointState(m.HTTPEndpoint),
		HttpProtocolIpv6:        types.InstanceMetadataProtocolState(m.HTTPProtocolIPv6),
		InstanceMetadataTags:    types.InstanceMetadataTagsState(m.InstanceMetadataTags),
		HttpPutResponseHopLimit: number(m.HopLimit),
	}
	return said(r)
}
