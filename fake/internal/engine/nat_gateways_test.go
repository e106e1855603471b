package engine

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

func (w *testWorld) newNat(subnet, allocation string) string {
	w.t.Helper()
	in := &ec2.CreateNatGatewayInput{SubnetId: &subnet, AllocationId: &allocation}
	return *must[ec2.CreateNatGatewayOutput](w, in).NatGateway.NatGatewayId
}

func (w *testWorld) nat(id string) ec2types.NatGateway {
	w.t.Helper()
	return must[ec2.DescribeNatGatewaysOutput](w, &ec2.DescribeNatGatewaysInput{NatGatewayIds: []string{id}}).NatGateways[0]
}

func (w *testWorld) natIDs(filters ...ec2types.Filter) []string {
	w.t.Helper()
	ids := []string{}
	for _, g := range must[ec2.DescribeNatGatewaysOutput](w, &ec2.DescribeNatGatewaysInput{Filter: filters}).NatGateways {
		ids = append(ids, *g.NatGatewayId)
	}
	return ids
}

func TestNatGatewaysComeAndGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: Delays{Gateway: time.Minute}})
	subnet := subnetIDs(w, &ec2.DescribeSubnetsInput{Filters: []ec2types.Filter{filter("availability-zone", "us-east-1a")}})[0]
	network := *defaultVPCOf(w).VpcId
	free := w.available(subnet)
	allocation, public := w.elastic()
	made := *must[ec2.CreateNatGatewayOutput](w, &ec2.CreateNatGatewayInput{
		SubnetId: &subnet, AllocationId: &allocation, ClientToken: ptr("once"),
		TagSpecifications: []ec2types.TagSpecification{{ResourceType: ec2types.ResourceTypeNatgateway, Tags: tags("Name", "way out")}},
	}).NatGateway
	id := *made.NatGatewayId
	require.Equal(t, ec2types.NatGatewayStatePending, made.State)
	again := must[ec2.CreateNatGatewayOutput](w, &ec2.CreateNatGatewayInput{
		SubnetId: &subnet, AllocationId: &allocation, ClientToken: ptr("once"),
		TagSpecifications: []ec2types.TagSpecification{{ResourceType: ec2types.ResourceTypeNatgateway, Tags: tags("Name", "way out")}},
	})
	require.Equal(t, id, *again.NatGateway.NatGatewayId)

	began := w.clock.now()
	w.clock.advance(time.Minute)
	address := w.address(allocation)
	wantEqual(t, ec2types.NatGateway{
		AvailabilityMode: ec2types.AvailabilityModeZonal, ConnectivityType: ec2types.ConnectivityTypePublic, CreateTime: &began,
		NatGatewayAddresses: []ec2types.NatGatewayAddress{{
			AllocationId: &allocation, AssociationId: address.AssociationId, IsPrimary: ptr(true), NetworkInterfaceId: address.NetworkInterfaceId,
			PrivateIp: address.PrivateIpAddress, PublicIp: &public, Status: ec2types.NatGatewayAddressStatusSucceeded,
		}},
		NatGatewayId: &id, State: ec2types.NatGatewayStateAvailable, SubnetId: &subnet, Tags: tags("Name", "way out"), VpcId: &network,
	}, w.nat(id))
	require.Equal(t, free-1, w.available(subnet))
	eni := w.eni(*address.NetworkInterfaceId)
	require.Equal(t, "Interface for NAT Gateway "+id, *eni.Description)
	require.Equal(t, ec2types.NetworkInterfaceTypeNatGateway, eni.InterfaceType)
	require.True(t, *eni.RequesterManaged)
	require.Empty(t, eni.Groups)
	told := must[ec2.DescribeNetworkInterfaceAttributeOutput](w, &ec2.DescribeNetworkInterfaceAttributeInput{NetworkInterfaceId: eni.NetworkInterfaceId, Attribute: "description"})
	require.Equal(t, *eni.Description, *told.Description.Value)
	for name, values := range map[string]string{"nat-gateway-id": id, "state": "available", "subnet-id": subnet, "vpc-id": network, "tag:Name": "way*", "tag-key": "Name"} {
		require.Equal(t, []string{id}, w.natIDs(filter(name, values)), name)
		require.Empty(t, w.natIDs(filter(name, "other")), name)
	}

	table := must[ec2.DescribeRouteTablesOutput](w, &ec2.DescribeRouteTablesInput{}).RouteTables[0].RouteTableId
	must[ec2.CreateRouteOutput](w, &ec2.CreateRouteInput{RouteTableId: table, DestinationCidrBlock: ptr("198.51.100.0/24"), NatGatewayId: &id})
	route := func() ec2types.Route {
		out := must[ec2.DescribeRouteTablesOutput](w, &ec2.DescribeRouteTablesInput{Filters: []ec2types.Filter{filter("route.nat-gateway-id", id)}})
		return out.RouteTables[0].Routes[2]
	}
	require.Equal(t, ec2types.RouteStateActive, route().State)

	for name, tc := range map[string]struct {
		in   any
		code string
	}{
		"its interface is deleted":           {&ec2.DeleteNetworkInterfaceInput{NetworkInterfaceId: eni.NetworkInterfaceId}, "OperationNotPermitted"},
		"its address is taken":               {&ec2.DisassociateAddressInput{AssociationId: address.AssociationId}, "AuthFailure"},
		"its address is released":            {&ec2.ReleaseAddressInput{AllocationId: &allocation}, "InvalidIPAddress.InUse"},
		"its address is led elsewhere":       {&ec2.AssociateAddressInput{AllocationId: &allocation, NetworkInterfaceId: w.addInterface(subnet, nil).NetworkInterfaceId}, "AuthFailure"},
		"its interface gets an address":      {&ec2.AssociateAddressInput{AllocationId: &allocation, NetworkInterfaceId: eni.NetworkInterfaceId}, "OperationNotPermitted"},
		"no subnet":                          {&ec2.CreateNatGatewayInput{AllocationId: &allocation}, "MissingParameter"},
		"no address":                         {&ec2.CreateNatGatewayInput{SubnetId: &subnet}, "MissingParameter"},
		"an address for a private one":       {&ec2.CreateNatGatewayInput{SubnetId: &subnet, AllocationId: &allocation, ConnectivityType: "private"}, "InvalidParameterCombination"},
		"no such subnet":                     {&ec2.CreateNatGatewayInput{SubnetId: ptr("subnet-12345678"), AllocationId: &allocation}, "InvalidSubnetID.NotFound"},
		"neither public nor private":         {&ec2.CreateNatGatewayInput{SubnetId: &subnet, ConnectivityType: "shy"}, "InvalidParameterValue"},
		"a VPC for a zonal one":              {&ec2.CreateNatGatewayInput{SubnetId: &subnet, VpcId: &network}, "InvalidParameterCombination"},
		"all zones":                          {&ec2.CreateNatGatewayInput{VpcId: &network, AvailabilityMode: "regional"}, "UnknownParameter"},
		"an address that isn't the subnet's": {&ec2.CreateNatGatewayInput{SubnetId: &subnet, ConnectivityType: "private", PrivateIpAddress: ptr("10.0.0.1")}, "InvalidParameterValue"},
		"a gateway that isn't":               {&ec2.DeleteNatGatewayInput{NatGatewayId: ptr("nat-12345678")}, "NatGatewayNotFound"},
		"no ID of a gateway":                 {&ec2.DeleteNatGatewayInput{NatGatewayId: ptr("nat")}, "NatGatewayMalformed"},
		"none named":                         {&ec2.DeleteNatGatewayInput{}, "MissingParameter"},
	} {
		t.Run(name, func(t *testing.T) { wantNoChange[struct{}](w.forkWithin(t), tc.in, tc.code) })
	}

	require.Equal(t, id, *must[ec2.DeleteNatGatewayOutput](w, &ec2.DeleteNatGatewayInput{NatGatewayId: &id}).NatGatewayId)
	require.Equal(t, ec2types.NatGatewayStateDeleting, w.nat(id).State)
	w.clock.advance(time.Minute)
	gone := w.nat(id)
	require.Equal(t, ec2types.NatGatewayStateDeleted, gone.State)
	require.Equal(t, began.Add(time.Minute), *gone.DeleteTime)
	require.Equal(t, ec2types.RouteStateBlackhole, route().State)
	require.Nil(t, w.address(allocation).AssociationId)
	require.Equal(t, free-1, w.available(subnet), "the other interface is still there")
	w.clock.advance(time.Hour)
	require.Empty(t, w.natIDs())
}

// https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html
func TestNatGatewaysFail(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	usual := subnetIDs(w, &ec2.DescribeSubnetsInput{Filters: []ec2types.Filter{filter("availability-zone", "us-east-1a")}})[0]
	taken, _ := w.elastic()
	w.newNat(usual, taken)
	free, _ := w.elastic()
	theirs, _ := w.as("999988887777").elastic()
	closed := newSubnet(w, newVPC(w, "10.0.0.0/16"), "10.0.0.0/24")
	for name, tc := range map[string]struct{ subnet, allocation, code, message string }{
		"no such address":     {usual, "eipalloc-12345678", "InvalidAllocationID.NotFound", "Elastic IP address eipalloc-12345678 could not be associated with this NAT gateway"},
		"somebody's address":  {usual, theirs, "InvalidAllocationID.NotFound", "Elastic IP address " + theirs + " could not be associated with this NAT gateway"},
		"an address in use":   {usual, taken, "Resource.AlreadyAssociated", "Elastic IP address " + taken + " is already associated"},
		"no internet gateway": {closed, free, "Gateway.NotAttached", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			left := len(must[ec2.DescribeNetworkInterfacesOutput](w, &ec2.DescribeNetworkInterfacesInput{}).NetworkInterfaces)
			made := must[ec2.CreateNatGatewayOutput](w, &ec2.CreateNatGatewayInput{SubnetId: &tc.subnet, AllocationId: &tc.allocation}).NatGateway
			require.Equal(t, ec2types.NatGatewayStatePending, made.State)
			require.Nil(t, made.FailureCode)
			got := w.nat(*made.NatGatewayId)
			require.Equal(t, ec2types.NatGatewayStateFailed, got.State)
			require.Equal(t, tc.code, *got.FailureCode)
			require.Contains(t, *got.FailureMessage, tc.message)
			require.Len(t, must[ec2.DescribeNetworkInterfacesOutput](w, &ec2.DescribeNetworkInterfacesInput{}).NetworkInterfaces, left)
		})
	}
	private := must[ec2.CreateNatGatewayOutput](w, &ec2.CreateNatGatewayInput{SubnetId: &closed, ConnectivityType: "private", PrivateIpAddress: ptr("10.0.0.9")})
	got := w.nat(*private.NatGateway.NatGatewayId)
	require.Equal(t, ec2types.NatGatewayStateAvailable, got.State)
	require.Equal(t, "10.0.0.9", *got.NatGatewayAddresses[0].PrivateIp)
	require.Nil(t, got.NatGatewayAddresses[0].PublicIp)
}
