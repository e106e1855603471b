package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

func newRouteTable(w *testWorld, vpc string) string {
	w.t.Helper()
	return *must[ec2.CreateRouteTableOutput](w, &ec2.CreateRouteTableInput{VpcId: &vpc}).RouteTable.RouteTableId
}

func routeTableOf(w *testWorld, filters ...ec2types.Filter) ec2types.RouteTable {
	w.t.Helper()
	all := must[ec2.DescribeRouteTablesOutput](w, &ec2.DescribeRouteTablesInput{Filters: filters}).RouteTables
	require.Len(w.t, all, 1)
	return all[0]
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	mine := newVPC(w, "10.0.0.0/16")
	table, door, loose := newRouteTable(w, mine), newGateway(w, mine), newGateway(w, "")
	subnet := newSubnet(w, mine, "10.0.0.0/24")
	var eni string
	require.NoError(t, w.change(func(tx *tx) error {
		s, _ := tx.subnets.Get(subnet)
		i, err := tx.createInterface(newInterface{subnet: s})
		eni = i.id
		return err
	}))
	must[ec2.CreateRouteOutput](w, &ec2.CreateRouteInput{RouteTableId: &table, DestinationCidrBlock: ptr("192.168.7.9/16"), GatewayId: &door})
	must[ec2.CreateRouteOutput](w, &ec2.CreateRouteInput{RouteTableId: &table, DestinationIpv6CidrBlock: ptr("::/0"), NetworkInterfaceId: &eni})
	local := ec2types.Route{DestinationCidrBlock: ptr("10.0.0.0/16"), GatewayId: ptr("local"), Origin: ec2types.RouteOriginCreateRouteTable, State: ec2types.RouteStateActive}
	wantEqual(t, []ec2types.Route{
		local,
		{DestinationCidrBlock: ptr("192.168.0.0/16"), GatewayId: &door, Origin: ec2types.RouteOriginCreateRoute, State: ec2types.RouteStateActive},
		{DestinationIpv6CidrBlock: ptr("::/0"), NetworkInterfaceId: &eni, Origin: ec2types.RouteOriginCreateRoute, State: ec2types.RouteStateBlackhole},
	}, routeTableOf(w, filter("route-table-id", table)).Routes)

	for name, tc := range map[string]struct {
		in   any
		code string
	}{
		"a route twice":              {&ec2.CreateRouteInput{RouteTableId: &table, DestinationCidrBlock: ptr("192.168.0.0/16"), GatewayId: &door}, "RouteAlreadyExists"},
		"the local route":            {&ec2.CreateRouteInput{RouteTableId: &table, DestinationCidrBlock: ptr("10.0.0.0/16"), NetworkInterfaceId: &eni}, "RouteAlreadyExists"},
		"within the VPC to the door": {&ec2.CreateRouteInput{RouteTableId: &table, DestinationCidrBlock: ptr("10.0.0.0/24"), GatewayId: &door}, "InvalidParameterValue"},
		"no destination":             {&ec2.CreateRouteInput{RouteTableId: &table, GatewayId: &door}, "MissingParameter"},
		"two destinations":           {&ec2.CreateRouteInput{RouteTableId: &table, DestinationCidrBlock: ptr("0.0.0.0/0"), DestinationIpv6CidrBlock: ptr("::/0"), GatewayId: &door}, "InvalidParameterCombination"},
		"no target":                  {&ec2.CreateRouteInput{RouteTableId: &table, DestinationCidrBlock: ptr("0.0.0.0/0")}, "InvalidParameterCombination"},
		"a gateway elsewhere":        {&ec2.CreateRouteInput{RouteTableId: &table, DestinationCidrBlock: ptr("0.0.0.0/0"), GatewayId: &loose}, "InvalidParameterValue"},
		"no such gateway":            {&ec2.CreateRouteInput{RouteTableId: &table, DestinationCidrBlock: ptr("0.0.0.0/0"), GatewayId: ptr("vgw-12345678")}, "InvalidGatewayID.NotFound"},
		"no such NAT gateway":        {&ec2.CreateRouteInput{RouteTableId: &table, DestinationCidrBlock: ptr("0.0.0.0/0"), NatGatewayId: ptr("nat-12345678")}, "InvalidNatGatewayID.NotFound"},
		"no peering":                 {&ec2.CreateRouteInput{RouteTableId: &table, DestinationCidrBlock: ptr("0.0.0.0/0"), VpcPeeringConnectionId: ptr("pcx-12345678")}, "InvalidVpcPeeringConnectionID.NotFound"},
		"no prefix lists":            {&ec2.CreateRouteInput{RouteTableId: &table, DestinationPrefixListId: ptr("pl-12345678"), GatewayId: &door}, "InvalidPrefixListID.NotFound"},
		"no such instance":           {&ec2.CreateRouteInput{RouteTableId: &table, DestinationCidrBlock: ptr("0.0.0.0/0"), InstanceId: ptr("i-12345678")}, "InvalidInstanceID.NotFound"},
		"not a block":                {&ec2.CreateRouteInput{RouteTableId: &table, DestinationCidrBlock: ptr("everywhere"), GatewayId: &door}, "InvalidParameterValue"},
		"replacing what isn't there": {&ec2.ReplaceRouteInput{RouteTableId: &table, DestinationCidrBlock: ptr("0.0.0.0/0"), GatewayId: &door}, "InvalidParameterValue"},
		"deleting what isn't there":  {&ec2.DeleteRouteInput{RouteTableId: &table, DestinationCidrBlock: ptr("0.0.0.0/0")}, "InvalidRoute.NotFound"},
		"deleting the local route":   {&ec2.DeleteRouteInput{RouteTableId: &table, DestinationCidrBlock: ptr("10.0.0.0/16")}, "InvalidParameterValue"},
		"no such table":              {&ec2.DeleteRouteInput{RouteTableId: ptr("rtb-12345678"), DestinationCidrBlock: ptr("10.0.0.0/16")}, "InvalidRouteTableID.NotFound"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[struct{}](w.forkWithin(t), tc.in, tc.code)
		})
	}
	t.Run("the local route can be led to an interface and back", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		to := ptr("10.0.0.0/16")
		must[ec2.ReplaceRouteOutput](w, &ec2.ReplaceRouteInput{RouteTableId: &table, DestinationCidrBlock: to, NetworkInterfaceId: &eni})
		require.Equal(t, eni, *routeTableOf(w, filter("route.destination-cidr-block", *to), filter("route-table-id", table)).Routes[2].NetworkInterfaceId)
		must[ec2.ReplaceRouteOutput](w, &ec2.ReplaceRouteInput{RouteTableId: &table, DestinationCidrBlock: to, LocalTarget: ptr(true)})
		wantEqual(t, local, routeTableOf(w, filter("route-table-id", table)).Routes[0])
	})
	// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Route.html
	t.Run("a route to a gateway that has gone leads nowhere", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		must[ec2.DetachInternetGatewayOutput](w, &ec2.DetachInternetGatewayInput{InternetGatewayId: &door, VpcId: &mine})
		require.Equal(t, ec2types.RouteStateBlackhole, routeTableOf(w, filter("route-table-id", table)).Routes[1].State)
	})
	t.Run("routes go", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		must[ec2.DeleteRouteOutput](w, &ec2.DeleteRouteInput{RouteTableId: &table, DestinationCidrBlock: ptr("192.168.0.0/16")})
		must[ec2.DeleteRouteOutput](w, &ec2.DeleteRouteInput{RouteTableId: &table, DestinationIpv6CidrBlock: ptr("::/0")})
		wantEqual(t, []ec2types.Route{local}, routeTableOf(w, filter("route-table-id", table)).Routes)
	})
}

func TestRouteTableAssociations(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	mine, other := newVPC(w, "10.0.0.0/16"), newVPC(w, "10.1.0.0/16")
	subnet, elsewhere := newSubnet(w, mine, "10.0.0.0/24"), newSubnet(w, other, "10.1.0.0/24")
	a, b, far := newRouteTable(w, mine), newRouteTable(w, mine), newRouteTable(w, other)
	main := routeTableOf(w, filter("association.main", "true"), filter("vpc-id", mine))
	byMain := main.Associations[0].RouteTableAssociationId
	id := must[ec2.AssociateRouteTableOutput](w, &ec2.AssociateRouteTableInput{RouteTableId: &a, SubnetId: &subnet}).AssociationId
	require.Equal(t, a, *routeTableOf(w, filter("association.subnet-id", subnet)).RouteTableId)
	require.Equal(t, a, *routeTableOf(w, filter("association.route-table-association-id", *id)).RouteTableId)

	for name, tc := range map[string]struct {
		in   any
		code string
	}{
		"a subnet twice":          {&ec2.AssociateRouteTableInput{RouteTableId: &b, SubnetId: &subnet}, "Resource.AlreadyAssociated"},
		"a subnet of another VPC": {&ec2.AssociateRouteTableInput{RouteTableId: &b, SubnetId: &elsewhere}, "InvalidParameterValue"},
		"nothing to associate":    {&ec2.AssociateRouteTableInput{RouteTableId: &b}, "MissingParameter"},
		"no such association":     {&ec2.DisassociateRouteTableInput{AssociationId: ptr("rtbassoc-12345678")}, "InvalidAssociationID.NotFound"},
		"the main association":    {&ec2.DisassociateRouteTableInput{AssociationId: byMain}, "InvalidParameterValue"},
		"a table of another VPC":  {&ec2.ReplaceRouteTableAssociationInput{AssociationId: id, RouteTableId: &far}, "InvalidParameterValue"},
		"main table elsewhere":    {&ec2.ReplaceRouteTableAssociationInput{AssociationId: byMain, RouteTableId: &far}, "InvalidParameterValue"},
		// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteRouteTable.html
		"deleting the main table":    {&ec2.DeleteRouteTableInput{RouteTableId: main.RouteTableId}, "DependencyViolation"},
		"deleting one with a subnet": {&ec2.DeleteRouteTableInput{RouteTableId: &a}, "DependencyViolation"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[struct{}](w.forkWithin(t), tc.in, tc.code)
		})
	}
	t.Run("replaced, it has another ID", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		next := must[ec2.ReplaceRouteTableAssociationOutput](w, &ec2.ReplaceRouteTableAssociationInput{AssociationId: id, RouteTableId: &b}).NewAssociationId
		require.NotEqual(t, id, next)
		require.Equal(t, b, *routeTableOf(w, filter("association.subnet-id", subnet)).RouteTableId)
		must[ec2.DisassociateRouteTableOutput](w, &ec2.DisassociateRouteTableInput{AssociationId: next})
		must[ec2.DeleteRouteTableOutput](w, &ec2.DeleteRouteTableInput{RouteTableId: &a})
		must[ec2.DeleteRouteTableOutput](w, &ec2.DeleteRouteTableInput{RouteTableId: &b})
	})
	t.Run("another main table", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		must[ec2.ReplaceRouteTableAssociationOutput](w, &ec2.ReplaceRouteTableAssociationInput{AssociationId: byMain, RouteTableId: &b})
		require.Equal(t, b, *routeTableOf(w, filter("association.main", "true"), filter("vpc-id", mine)).RouteTableId)
		must[ec2.DeleteRouteTableOutput](w, &ec2.DeleteRouteTableInput{RouteTableId: main.RouteTableId})
	})
	t.Run("a client token makes one table", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		in := &ec2.CreateRouteTableInput{VpcId: &mine, ClientToken: ptr("once")}
		first := must[ec2.CreateRouteTableOutput](w, in).RouteTable.RouteTableId
		require.Equal(t, first, must[ec2.CreateRouteTableOutput](w, in).RouteTable.RouteTableId)
	})
	t.Run("an association goes with its subnet", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		must[ec2.DeleteSubnetOutput](w, &ec2.DeleteSubnetInput{SubnetId: &subnet})
		must[ec2.DeleteRouteTableOutput](w, &ec2.DeleteRouteTableInput{RouteTableId: &a})
	})
}
