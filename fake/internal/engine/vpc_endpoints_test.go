package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

func TestThereAreNoVPCEndpoints(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	require.Empty(t, must[ec2.DescribeVpcEndpointsOutput](w, &ec2.DescribeVpcEndpointsInput{
		Filters: []ec2types.Filter{filter("vpc-id", "vpc-12345678"), filter("tag:team", "web")}, MaxResults: ptr(int32(1)),
	}).VpcEndpoints)
	for name, tc := range map[string]struct {
		in   *ec2.DescribeVpcEndpointsInput
		code string
	}{
		"one named":    {&ec2.DescribeVpcEndpointsInput{VpcEndpointIds: []string{"vpce-12345678"}}, "InvalidVpcEndpointId.NotFound"},
		"a bad token":  {&ec2.DescribeVpcEndpointsInput{NextToken: ptr("x")}, "InvalidNextToken"},
		"a bad filter": {&ec2.DescribeVpcEndpointsInput{Filters: []ec2types.Filter{filter("colour", "red")}}, "InvalidParameterValue"},
	} {
		t.Run(name, func(t *testing.T) { wantNoChange[struct{}](w.forkWithin(t), tc.in, tc.code) })
	}
}
