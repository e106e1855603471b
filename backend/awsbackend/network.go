package awsbackend

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

// VPCs lists by ID and filters
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcs.html).
func (b *Backend) VPCs(ctx context.Context, q backend.Query) iter.Seq2[backend.VPC, error] {
	fs := filters(q.Filters)
	return list(ctx, b, q.IDs, listing[ec2.DescribeVpcsOutput, types.Vpc, backend.VPC]{
		op: "DescribeVpcs", atOnce: pageSize,
		pages: func(ids []string, limit *int32) pager[ec2.DescribeVpcsOutput] {
			return ec2.NewDescribeVpcsPaginator(b.ec2,
				&ec2.DescribeVpcsInput{VpcIds: ids, Filters: fs, MaxResults: limit})
		},
		items: func(out *ec2.DescribeVpcsOutput) []types.Vpc { return out.Vpcs },
		convert: sure(func(v *types.Vpc) backend.VPC {
			return backend.VPC{
				ID:      told(v.VpcId),
				CIDR:    told(v.CidrBlock),
				State:   string(v.State),
				Default: told(v.IsDefault),
				Tenancy: string(v.InstanceTenancy),
				Tags:    tagMap(v.Tags),
			}
		}),
	})
}

// Subnets lists by ID and filters
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html).
func (b *Backend) Subnets(ctx context.Context, q backend.Query) iter.Seq2[backend.Subnet, error] {
	fs := filters(q.Filters)
	return list(ctx, b, q.IDs, listing[ec2.DescribeSubnetsOutput, types.Subnet, backend.Subnet]{
		op: "DescribeSubnets", atOnce: pageSize,
		pages: func(ids []string, limit *int32) pager[ec2.DescribeSubnetsOutput] {
			return ec2.NewDescribeSubnetsPaginator(b.ec2,
				&ec2.DescribeSubnetsInput{SubnetIds: ids, Filters: fs, MaxResults: limit})
		},
		items: func(out *ec2.DescribeSubnetsOutput) []types.Subnet { return out.Subnets },
		convert: sure(func(s *types.Subnet) backend.Subnet {
			return backend.Subnet{
				ID:                  told(s.SubnetId),
				VPCID:               told(s.VpcId),
				CIDR:                told(s.CidrBlock),
				Zone:                region.Zone(told(s.AvailabilityZone)),
				ZoneID:              told(s.AvailabilityZoneId),
				State:               string(s.State),
				AvailableAddresses:  int(told(s.AvailableIpAddressCount)),
				DefaultForZone:      told(s.DefaultForAz),
				MapPublicIPOnLaunch: told(s.MapPublicIpOnLaunch),
				Tags:                tagMap(s.Tags),
			}
		}),
	})
}

// SecurityGroups lists by ID and filters
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html).
func (b *Backend) SecurityGroups(ctx context.Context, q backend.Query) iter.Seq2[backend.SecurityGroup, error] {
	fs := filters(q.Filters)
	return list(ctx, b, q.IDs, listing[ec2.DescribeSecurityGroupsOutput, types.SecurityGroup, backend.SecurityGroup]{
		op: "DescribeSecurityGroups", atOnce: pageSize,
		pages: func(ids []string, limit *int32) pager[ec2.DescribeSecurityGroupsOutput] {
			return ec2.NewDescribeSecurityGroupsPaginator(b.ec2,
				&ec2.DescribeSecurityGroupsInput{GroupIds: ids, Filters: fs, MaxResults: limit})
		},
		items: func(out *ec2.DescribeSecurityGroupsOutput) []types.SecurityGroup { return out.SecurityGroups },
		convert: sure(func(g *types.SecurityGroup) backend.SecurityGroup {
			return backend.SecurityGroup{
				ID:          told(g.GroupId),
				Name:        told(g.GroupName),
				Description: told(g.Description),
				VPCID:       told(g.VpcId),
				Tags:        tagMap(g.Tags),
			}
		}),
	})
}

// Interfaces lists by ID and filters
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html).
func (b *Backend) Interfaces(ctx context.Context, q backend.Query) iter.Seq2[backend.Interface, error] {
	fs := filters(q.Filters)
	return list(ctx, b, q.IDs, listing[ec2.DescribeNetworkInterfacesOutput, types.NetworkInterface, backend.Interface]{
		op: "DescribeNetworkInterfaces", atOnce: pageSize,
		pages: func(ids []string, limit *int32) pager[ec2.DescribeNetworkInterfacesOutput] {
			return ec2.NewDescribeNetworkInterfacesPaginator(b.ec2,
				&ec2.DescribeNetworkInterfacesInput{NetworkInterfaceIds: ids, Filters: fs, MaxResults: limit})
		},
		items: func(out *ec2.DescribeNetworkInterfacesOutput) []types.NetworkInterface { return out.NetworkInterfaces },
		convert: sure(func(n *types.NetworkInterface) backend.Interface {
			return backend.Interface{
				ID:          told(n.NetworkInterfaceId),
				Status:      string(n.Status),
				Type:        string(n.InterfaceType),
				Description: told(n.Description),
				VPCID:       told(n.VpcId),
				SubnetID:    told(n.SubnetId),
				Zone:        region.Zone(told(n.AvailabilityZone)),
				PrivateIP:   told(n.PrivateIpAddress),
				PublicIP:    told(told(n.Association).PublicIp),
				InstanceID:  told(told(n.Attachment).InstanceId),
				Groups:      each(n.Groups, groupRef),
				Tags:        tagMap(n.TagSet),
			}
		}),
	})
}

// Zones lists the zones of the region that the account can use, in one call: EC2 doesn't page them
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAvailabilityZones.html).
func (b *Backend) Zones(ctx context.Context) ([]backend.Zone, error) {
	out, err := call(ctx, b, "DescribeAvailabilityZones", "", b.ec2.DescribeAvailabilityZones,
		&ec2.DescribeAvailabilityZonesInput{})
	if err != nil {
		return nil, err
	}
	return each(out.AvailabilityZones, func(z *types.AvailabilityZone) backend.Zone {
		return backend.Zone{
			Name:        region.Zone(told(z.ZoneName)),
			ID:          told(z.ZoneId),
			Type:        told(z.ZoneType),
			State:       string(z.State),
			OptInStatus: string(z.OptInStatus),
		}
	}), nil
}
