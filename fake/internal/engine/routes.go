package engine

import (
	"net/netip"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// route leads packets for a block to a gateway or to an interface.
type route struct {
	to                  netip.Prefix
	gateway, iface, nat string // IDs, one of them
}

const routeFields = "DestinationCidrBlock DestinationIpv6CidrBlock DestinationPrefixListId GatewayId InstanceId NetworkInterfaceId " +
	"CarrierGatewayId CoreNetworkArn EgressOnlyInternetGatewayId LocalGatewayId NatGatewayId OdbNetworkArn TransitGatewayId " +
	"VpcEndpointId VpcPeeringConnectionId"

// localGateway is the target of the routes to a VPC's own blocks.
const localGateway = "local"

func (t *tx) createRoute(in *ec2.CreateRouteInput) (*ec2.CreateRouteOutput, error) {
	r, err := t.routeTableMeant(in.RouteTableId)
	if err != nil {
		return nil, err
	}
	made, err := t.wantedRoute(r, in)
	if err != nil {
		return nil, err
	}
	if r.at(made.to) >= 0 || t.isLocal(r, made.to) { // text (mem)
		return nil, fail("RouteAlreadyExists", "The route identified by %s already exists.", made.to)
	}
	next := *r
	next.routes = append(slices.Clip(r.routes), made)
	t.routeTables.Put(&t.undo, &next)
	return &ec2.CreateRouteOutput{Return: ptr(true)}, nil
}

// replaceRoute gives a route another target. A route to the VPC's own block can get one, and be set back.
func (t *tx) replaceRoute(in *ec2.ReplaceRouteInput) (*ec2.ReplaceRouteOutput, error) {
	r, err := t.routeTableMeant(in.RouteTableId)
	if err != nil {
		return nil, err
	}
	asked := &ec2.CreateRouteInput{
		DestinationCidrBlock: in.DestinationCidrBlock, DestinationIpv6CidrBlock: in.DestinationIpv6CidrBlock,
		DestinationPrefixListId: in.DestinationPrefixListId, GatewayId: in.GatewayId, InstanceId: in.InstanceId,
		NetworkInterfaceId: in.NetworkInterfaceId, CarrierGatewayId: in.CarrierGatewayId, CoreNetworkArn: in.CoreNetworkArn,
		EgressOnlyInternetGatewayId: in.EgressOnlyInternetGatewayId, LocalGatewayId: in.LocalGatewayId, NatGatewayId: in.NatGatewayId,
		OdbNetworkArn: in.OdbNetworkArn, TransitGatewayId: in.TransitGatewayId, VpcEndpointId: in.VpcEndpointId,
		VpcPeeringConnectionId: in.VpcPeeringConnectionId,
	}
	next := *r
	next.routes = slices.Clone(r.routes)
	if deref(in.LocalTarget) {
		to, err := routeDestination(in.DestinationCidrBlock, in.DestinationIpv6CidrBlock, in.DestinationPrefixListId)
		if err != nil {
			return nil, err
		}
		if len(routeTargets(asked)) > 0 { // (mem)
			return nil, fail("InvalidParameterCombination", "The parameter localTarget cannot be used with another target.")
		}
		if !t.isLocal(r, to) { // text (mem)
			return nil, fail("InvalidParameterValue", "The route to %s is not a local route of the route table %s.", to, r.id)
		}
		next.routes = slices.DeleteFunc(next.routes, func(o route) bool { return o.to == to })
		t.routeTables.Put(&t.undo, &next)
		return &ec2.ReplaceRouteOutput{}, nil
	}
	made, err := t.wantedRoute(r, asked)
	if err != nil {
		return nil, err
	}
	switch i := r.at(made.to); {
	case i >= 0:
		next.routes[i] = made
	case t.isLocal(r, made.to):
		next.routes = append(next.routes, made)
	default: // text (mem)
		return nil, fail("InvalidParameterValue", "There is no route defined for '%s' in the route table. Use CreateRoute instead.", made.to)
	}
	t.routeTables.Put(&t.undo, &next)
	return &ec2.ReplaceRouteOutput{}, nil
}

func (t *tx) deleteRoute(in *ec2.DeleteRouteInput) (*ec2.DeleteRouteOutput, error) {
	r, err := t.routeTableMeant(in.RouteTableId)
	if err != nil {
		return nil, err
	}
	to, err := routeDestination(in.DestinationCidrBlock, in.DestinationIpv6CidrBlock, in.DestinationPrefixListId)
	if err != nil {
		return nil, err
	}
	if t.isLocal(r, to) { // text (mem)
		return nil, fail("InvalidParameterValue", "cannot remove local route %s in route table %s", to, r.id)
	}
	i := r.at(to)
	if i < 0 { // text (mem)
		return nil, fail("InvalidRoute.NotFound", "no route with destination-cidr-block %s in route table %s", to, r.id)
	}
	next := *r
	next.routes = slices.Delete(slices.Clone(r.routes), i, i+1)
	t.routeTables.Put(&t.undo, &next)
	return &ec2.DeleteRouteOutput{}, nil
}

func (r *routeTable) at(to netip.Prefix) int {
	return slices.IndexFunc(r.routes, func(o route) bool { return o.to == to })
}

// locals are the blocks of a table's VPC.
func (v *view) locals(r *routeTable) []netip.Prefix {
	if n, ok := v.vpcs.Get(r.vpc); ok {
		return n.blocks()
	}
	return nil
}

func (v *view) isLocal(r *routeTable, to netip.Prefix) bool { return slices.Contains(v.locals(r), to) }

// routeDestination gives the block that a request names, in its canonical form.
func routeDestination(ipv4, ipv6, list *string) (netip.Prefix, error) {
	var none netip.Prefix
	given := 0
	for _, s := range []*string{ipv4, ipv6, list} {
		if deref(s) != "" {
			given++
		}
	}
	switch {
	case given == 0: // text (mem)
		return none, missing("destinationCidrBlock, destinationIpv6CidrBlock or destinationPrefixListId")
	case given > 1: // (mem)
		return none, fail("InvalidParameterCombination", "Only one destination of a route can be specified.")
	case deref(list) != "":
		return none, noPrefixList(*list)
	case deref(ipv4) != "":
		return parseCIDR("destinationCidrBlock", *ipv4)
	}
	return parseIPv6CIDR("destinationIpv6CidrBlock", *ipv6)
}

// routeTargets are the parameters by which a request names targets.
func routeTargets(in *ec2.CreateRouteInput) map[string]string {
	all := make(map[string]string)
	for name, value := range map[string]*string{
		"carrierGatewayId": in.CarrierGatewayId, "coreNetworkArn": in.CoreNetworkArn,
		"egressOnlyInternetGatewayId": in.EgressOnlyInternetGatewayId, "gatewayId": in.GatewayId, "instanceId": in.InstanceId,
		"localGatewayId": in.LocalGatewayId, "natGatewayId": in.NatGatewayId, "networkInterfaceId": in.NetworkInterfaceId,
		"odbNetworkArn": in.OdbNetworkArn, "transitGatewayId": in.TransitGatewayId, "vpcEndpointId": in.VpcEndpointId,
		"vpcPeeringConnectionId": in.VpcPeeringConnectionId,
	} {
		if deref(value) != "" {
			all[name] = *value
		}
	}
	return all
}

// absentTargets are the codes and names of targets that this cloud doesn't have (codes and texts (mem)).
var absentTargets = map[string][2]string{
	"carrierGatewayId":            {"InvalidCarrierGatewayID.NotFound", "carrierGateway ID"},
	"coreNetworkArn":              {"InvalidCoreNetworkArn.NotFound", "core network ARN"},
	"egressOnlyInternetGatewayId": {"InvalidGatewayID.NotFound", "egressOnlyInternetGateway ID"},
	"localGatewayId":              {"InvalidLocalGatewayID.NotFound", "localGateway ID"},
	"odbNetworkArn":               {"InvalidOdbNetworkArn.NotFound", "ODB network ARN"},
	"transitGatewayId":            {"InvalidTransitGatewayID.NotFound", "transitGateway ID"},
	"vpcEndpointId":               {"InvalidVpcEndpointId.NotFound", "Vpc Endpoint Id"},
	"vpcPeeringConnectionId":      {"InvalidVpcPeeringConnectionID.NotFound", "vpcPeeringConnection ID"},
}

// wantedRoute checks the destination and the target of a route.
func (v *view) wantedRoute(r *routeTable, in *ec2.CreateRouteInput) (route, error) {
	to, err := routeDestination(in.DestinationCidrBlock, in.DestinationIpv6CidrBlock, in.DestinationPrefixListId)
	if err != nil {
		return route{}, err
	}
	made := route{to: to}
	targets := routeTargets(in)
	if len(targets) != 1 { // code and text (mem)
		return made, fail("InvalidParameterCombination", "The request must name exactly one target of the route; it names %d.", len(targets))
	}
	for name, id := range targets {
		switch name {
		case "gatewayId":
			made.gateway, err = id, v.checkRouteGateway(r, id)
			// What is within the VPC can be led to an interface only, of the targets that there are
			// (https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html); code and text (mem).
			if err == nil && slices.ContainsFunc(v.locals(r), func(own netip.Prefix) bool { return within(to, own) }) {
				err = badValue(name, id, "A route within the network of the route table cannot have the target %s.", id)
			}
		case "natGatewayId":
			made.nat, err = id, v.checkRouteNat(r, id)
		case "networkInterfaceId":
			made.iface, err = id, v.checkRouteInterface(r, id)
		case "instanceId":
			made.iface, err = v.onlyInterface(r, id)
		default:
			absent := absentTargets[name]
			err = fail(absent[0], "The %s '%s' does not exist", absent[1], id)
		}
	}
	return made, err
}

// checkRouteGateway requires an internet gateway that is attached to the table's VPC. There are no virtual private
// gateways, the other sort that this parameter can name.
func (v *view) checkRouteGateway(r *routeTable, id string) error {
	if !hasShape(kindNames[kindGateway].prefix, id) { // (mem)
		return fail("InvalidGatewayID.NotFound", "The gateway ID '%s' does not exist", id)
	}
	g, err := v.gatewayByID(id)
	if err == nil && g.vpc != r.vpc { // text (mem)
		err = fail("InvalidParameterValue", "route table %s and network gateway %s belong to different networks", r.id, id)
	}
	return err
}

// checkRouteNat: codes and texts (mem).
func (v *view) checkRouteNat(r *routeTable, id string) error {
	g, ok := v.natGateways.Get(id)
	switch {
	case !ok || g.scope != v.scope || !v.natLeads(id):
		return fail("InvalidNatGatewayID.NotFound", "The natGateway ID '%s' does not exist", id)
	case g.vpc != r.vpc:
		return fail("InvalidParameterValue", "route table %s and NAT gateway %s belong to different networks", r.id, id)
	}
	return nil
}

func (v *view) checkRouteInterface(r *routeTable, id string) error {
	i, err := v.interfaceByID(id)
	if err == nil && i.vpc != r.vpc { // text (mem)
		err = fail("InvalidParameterValue", "route table %s and interface %s belong to different networks", r.id, id)
	}
	return err
}

// onlyInterface is the interface of an instance that has one: a route leads there
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html).
func (v *view) onlyInterface(r *routeTable, id string) (string, error) {
	if _, err := v.instanceByID(id); err != nil {
		return "", err
	}
	var found []string
	for i := range v.interfaces.By("instance", v.scope, id) {
		found = append(found, i.id)
	}
	if len(found) != 1 { // text (mem)
		return "", fail("InvalidInstanceID", "There must be exactly one interface on instance '%s', which has %d. Please specify an interface ID for the operation instead.", id, len(found))
	}
	return found[0], v.checkRouteInterface(r, found[0])
}

// renderRoutes tells of the routes to the VPC's own blocks first.
func (v *view) renderRoutes(r *routeTable) []ec2types.Route {
	var out []ec2types.Route
	for _, own := range v.locals(r) {
		if r.at(own) < 0 {
			out = append(out, v.renderRoute(r, &route{to: own, gateway: localGateway}))
		}
	}
	for i := range r.routes {
		out = append(out, v.renderRoute(r, &r.routes[i]))
	}
	return out
}

func (v *view) renderRoute(r *routeTable, o *route) ec2types.Route {
	out := ec2types.Route{
		GatewayId: text(o.gateway), NatGatewayId: text(o.nat), NetworkInterfaceId: text(o.iface),
		Origin: ec2types.RouteOriginCreateRoute, State: ec2types.RouteStateActive,
	}
	if o.gateway == localGateway {
		out.Origin = ec2types.RouteOriginCreateRouteTable
	}
	if o.to.Addr().Is4() {
		out.DestinationCidrBlock = ptr(o.to.String())
	} else {
		out.DestinationIpv6CidrBlock = ptr(o.to.String())
	}
	// Where the target has gone, or isn't attached any more, the route leads nowhere
	// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Route.html).
	if o.nat != "" {
		if !v.natLeads(o.nat) {
			out.State = ec2types.RouteStateBlackhole
		}
	} else if o.iface != "" {
		if i, ok := v.interfaces.Get(o.iface); ok && i.attachment != nil {
			out.InstanceId, out.InstanceOwnerId = text(i.attachment.instance), ptr(v.Account)
		} else {
			out.State = ec2types.RouteStateBlackhole
		}
	} else if o.gateway != localGateway {
		if g, ok := v.gateways.Get(o.gateway); !ok || g.vpc != r.vpc {
			out.State = ec2types.RouteStateBlackhole
		}
	}
	return out
}
