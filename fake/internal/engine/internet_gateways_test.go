package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

func newGateway(w *testWorld, attachedTo string) string {
	w.t.Helper()
	id := must[ec2.CreateInternetGatewayOutput](w, &ec2.CreateInternetGatewayInput{}).InternetGateway.InternetGatewayId
	if attachedTo != "" {
		must[ec2.AttachInternetGatewayOutput](w, &ec2.AttachInternetGatewayInput{InternetGatewayId: id, VpcId: ptr(attachedTo)})
	}
	return *id
}

func gatewayIDs(w *testWorld, filters ...ec2types.Filter) []string {
	w.t.Helper()
	ids := []string{}
	for _, g := range must[ec2.DescribeInternetGatewaysOutput](w, &ec2.DescribeInternetGatewaysInput{Filters: filters}).InternetGateways {
		ids = append(ids, *g.InternetGatewayId)
	}
	return ids
}

func TestDefaultVPCHasAGatewayAndARouteToIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	network := *defaultVPCOf(w).VpcId
	gateways := must[ec2.DescribeInternetGatewaysOutput](w, &ec2.DescribeInternetGatewaysInput{}).InternetGateways
	require.Len(t, gateways, 1)
	id := gateways[0].InternetGatewayId
	wantEqual(t, ec2types.InternetGateway{
		Attachments:       []ec2types.InternetGatewayAttachment{{State: "available", VpcId: &network}},
		InternetGatewayId: id,
		OwnerId:           ptr(DefaultAccount),
	}, gateways[0])
	tables := must[ec2.DescribeRouteTablesOutput](w, &ec2.DescribeRouteTablesInput{}).RouteTables
	require.Len(t, tables, 1)
	require.True(t, *tables[0].Associations[0].Main)
	wantEqual(t, []ec2types.Route{
		{DestinationCidrBlock: ptr("172.31.0.0/16"), GatewayId: ptr("local"), Origin: ec2types.RouteOriginCreateRouteTable, State: ec2types.RouteStateActive},
		{DestinationCidrBlock: ptr("0.0.0.0/0"), GatewayId: id, Origin: ec2types.RouteOriginCreateRoute, State: ec2types.RouteStateActive},
	}, tables[0].Routes)
}

func TestInternetGateways(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	mine := newVPC(w, "10.0.0.0/16")
	id := *must[ec2.CreateInternetGatewayOutput](w, &ec2.CreateInternetGatewayInput{TagSpecifications: []ec2types.TagSpecification{
		{ResourceType: ec2types.ResourceTypeInternetGateway, Tags: tags("Name", "door")},
	}}).InternetGateway.InternetGatewayId
	require.Equal(t, []string{id}, gatewayIDs(w, filter("tag:Name", "door")))
	require.NotContains(t, gatewayIDs(w, filter("attachment.state", "available")), id)
	free := newGateway(w, "")
	must[ec2.AttachInternetGatewayOutput](w, &ec2.AttachInternetGatewayInput{InternetGatewayId: &id, VpcId: &mine})
	require.Equal(t, []string{id}, gatewayIDs(w, filter("attachment.vpc-id", mine)))

	for name, tc := range map[string]struct {
		in   any
		code string
	}{
		"attached already":         {&ec2.AttachInternetGatewayInput{InternetGatewayId: &id, VpcId: &mine}, "Resource.AlreadyAssociated"},
		"a second one for the VPC": {&ec2.AttachInternetGatewayInput{InternetGatewayId: &free, VpcId: &mine}, "InvalidParameterValue"},
		"no such gateway":          {&ec2.AttachInternetGatewayInput{InternetGatewayId: ptr("igw-12345678"), VpcId: &mine}, "InvalidInternetGatewayID.NotFound"},
		"no such VPC":              {&ec2.AttachInternetGatewayInput{InternetGatewayId: &free, VpcId: ptr("vpc-12345678")}, "InvalidVpcID.NotFound"},
		"malformed":                {&ec2.AttachInternetGatewayInput{InternetGatewayId: ptr("door"), VpcId: &mine}, "InvalidInternetGatewayId.Malformed"},
		"no gateway said":          {&ec2.AttachInternetGatewayInput{VpcId: &mine}, "MissingParameter"},
		"not attached":             {&ec2.DetachInternetGatewayInput{InternetGatewayId: &free, VpcId: &mine}, "Gateway.NotAttached"},
		// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteInternetGateway.html
		"deleted while attached": {&ec2.DeleteInternetGatewayInput{InternetGatewayId: &id}, "DependencyViolation"},
		// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html
		"its VPC deleted": {&ec2.DeleteVpcInput{VpcId: &mine}, "DependencyViolation"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[struct{}](w.forkWithin(t), tc.in, tc.code)
		})
	}
	// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DetachInternetGateway.html
	t.Run("not detached while something has a public address", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		subnet := newSubnet(w, mine, "10.0.0.0/24")
		require.NoError(t, w.change(func(tx *tx) error {
			s, _ := tx.subnets.Get(subnet)
			_, err := tx.createInterface(newInterface{subnet: s, public: true})
			return err
		}))
		wantNoChange[struct{}](w, &ec2.DetachInternetGatewayInput{InternetGatewayId: &id, VpcId: &mine}, "DependencyViolation")
	})
	t.Run("detached and deleted", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		must[ec2.DetachInternetGatewayOutput](w, &ec2.DetachInternetGatewayInput{InternetGatewayId: &id, VpcId: &mine})
		must[ec2.DeleteInternetGatewayOutput](w, &ec2.DeleteInternetGatewayInput{InternetGatewayId: &id})
		require.NotContains(t, gatewayIDs(w), id)
		require.Empty(t, described(w, filter("resource-id", id)))
	})
}
