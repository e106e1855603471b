package engine

import (
	"math"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// vpcEndpoint would be a VPC endpoint. Nothing in this cloud makes one: programs that clean up a VPC ask all the same.
type vpcEndpoint struct{}

var endpointOperations = []operation{
	reading("VpcEndpointIds Filters{Name Values} MaxResults NextToken", (*view).describeVPCEndpoints),
}

var endpointFilters = filterable[vpcEndpoint]{
	resource: ec2types.ResourceTypeVpcEndpoint,
	filters: map[string]filterOn[vpcEndpoint]{
		"ip-address-type":    never[vpcEndpoint](),
		"service-name":       never[vpcEndpoint](),
		"service-region":     never[vpcEndpoint](),
		"vpc-id":             never[vpcEndpoint](),
		"vpc-endpoint-id":    never[vpcEndpoint](),
		"vpc-endpoint-state": never[vpcEndpoint](),
		"vpc-endpoint-type":  never[vpcEndpoint](),
	},
}

var endpointPaging = paging{min: 1, max: math.MaxInt32, badToken: usualPaging.badToken}

func (v *view) describeVPCEndpoints(in *ec2.DescribeVpcEndpointsInput) (*ec2.DescribeVpcEndpointsOutput, error) {
	if _, err := endpointPaging.at("DescribeVpcEndpoints", in.MaxResults, in.NextToken, 0, ""); err != nil {
		return nil, err
	}
	if _, err := endpointFilters.parse(in.Filters); err != nil {
		return nil, err
	}
	if len(in.VpcEndpointIds) > 0 {
		return nil, fail("InvalidVpcEndpointId.NotFound", "The Vpc Endpoint Id '%s' does not exist", in.VpcEndpointIds[0])
	}
	return &ec2.DescribeVpcEndpointsOutput{}, nil
}
