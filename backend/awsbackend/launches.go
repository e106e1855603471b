package awsbackend

import (
	"context"
	"encoding/base64"
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
	if req.Zone != "" || req.Tenancy != "" {
		in.Placement = &types.Placement{
			AvailabilityZone: said(string(req.Zone)),
			Tenancy:          types.Tenancy(req.Tenancy),
		}
	}
	place(in, req)
	return in
}

// place says where the primary interface is. A public address can only be asked for in a description
// of that interface, and EC2 refuses subnet, groups and address beside one.
func place(in *ec2.RunInstancesInput, req *backend.RunRequest) {
	if req.PublicIP == nil {
		in.SubnetId = said(req.SubnetID)
		in.SecurityGroupIds = texts(req.GroupIDs)
		in.PrivateIpAddress = said(req.PrivateIP)
		return
	}
	in.NetworkInterfaces = []types.InstanceNetworkInterfaceSpecification{{
		DeviceIndex:              aws.Int32(0),
		AssociatePublicIpAddress: switched(req.PublicIP),
		SubnetId:                 said(req.SubnetID),
		Groups:                   texts(req.GroupIDs),
		PrivateIpAddress:         said(req.PrivateIP),
		// As for the interface that EC2 makes when none is described; a described one may stay
		// behind (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html).
		DeleteOnTermination: aws.Bool(true),
	}}
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
