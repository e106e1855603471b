package engine

import (
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

var routeTableFilters = filterable[routeTable]{
	table:    func(s *state) *store.Table[routeTable] { return s.routeTables },
	id:       func(r *routeTable) string { return r.id },
	resource: ec2types.ResourceTypeRouteTable,
	filters: map[string]filterOn[routeTable]{
		"association.gateway-id":                 onRouteAssociations(func(a *ec2types.RouteTableAssociation) *string { return a.GatewayId }),
		"association.main":                       onRouteAssociations(func(a *ec2types.RouteTableAssociation) *string { return ptr(boolText(*a.Main)) }),
		"association.route-table-association-id": onRouteAssociations(func(a *ec2types.RouteTableAssociation) *string { return a.RouteTableAssociationId }),
		"association.route-table-id":             onRouteAssociations(func(a *ec2types.RouteTableAssociation) *string { return a.RouteTableId }),
		"association.subnet-id":                  onRouteAssociations(func(a *ec2types.RouteTableAssociation) *string { return a.SubnetId }),
		"owner-id":                               one(func(v *view, _ *routeTable) string { return v.Account }),
		"route-table-id":                         one(func(_ *view, r *routeTable) string { return r.id }).by(ownID),
		"route.destination-cidr-block":           onRoutes(func(o *ec2types.Route) *string { return o.DestinationCidrBlock }),
		"route.nat-gateway-id":                   onRoutes(func(o *ec2types.Route) *string { return o.NatGatewayId }),
		"route.destination-ipv6-cidr-block":      onRoutes(func(o *ec2types.Route) *string { return o.DestinationIpv6CidrBlock }),
		"route.gateway-id":                       onRoutes(func(o *ec2types.Route) *string { return o.GatewayId }),
		"route.instance-id":                      onRoutes(func(o *ec2types.Route) *string { return o.InstanceId }),
		"route.origin":                           onRoutes(func(o *ec2types.Route) *string { return text(string(o.Origin)) }),
		"route.state":                            onRoutes(func(o *ec2types.Route) *string { return text(string(o.State)) }),
		"vpc-id":                                 one(func(_ *view, r *routeTable) string { return r.vpc }).by("vpc"),

		// Targets and destinations that this cloud doesn't have.
		"route.destination-prefix-list-id":      never[routeTable](),
		"route.egress-only-internet-gateway-id": never[routeTable](),
		"route.transit-gateway-id":              never[routeTable](),
		"route.vpc-peering-connection-id":       never[routeTable](),
	},
}

func onRouteAssociations(value func(*ec2types.RouteTableAssociation) *string) filterOn[routeTable] {
	return some(func(v *view, r *routeTable, add func(string)) {
		all := v.renderRouteAssociations(r)
		for i := range all {
			addUnlessEmpty(add, deref(value(&all[i])))
		}
	})
}

func onRoutes(value func(*ec2types.Route) *string) filterOn[routeTable] {
	return some(func(v *view, r *routeTable, add func(string)) {
		all := v.renderRoutes(r)
		for i := range all {
			addUnlessEmpty(add, deref(value(&all[i])))
		}
	})
}
