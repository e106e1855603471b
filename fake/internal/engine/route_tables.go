package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// routeTable is a route table of a VPC. Its routes to the VPC's own blocks follow from those, and aren't in it.
type routeTable struct {
	id     string
	scope  store.Scope
	vpc    string
	main   string // ID of the association by which it is the VPC's main table; "" if it isn't
	seeded bool   // it came with its VPC
	routes []route
}

var routeTableSchema = store.Schema[routeTable]{
	Name:  "route tables",
	ID:    func(r *routeTable) string { return r.id },
	Scope: func(r *routeTable) store.Scope { return r.scope },
	Indexes: []store.Index[routeTable]{
		{Name: "vpc", Values: func(r *routeTable, add func(string)) { add(r.vpc) }},
		{Name: "main", Values: func(r *routeTable, add func(string)) { addUnlessEmpty(add, r.main) }},
	},
}

// routeTablePaging: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRouteTables.html.
var routeTablePaging = paging{min: 5, max: 100, badToken: usualPaging.badToken}

var routeOperations = []operation{
	writing("VpcId ClientToken TagSpecifications{ResourceType Tags{Key Value}}", (*tx).createRouteTable),
	writing("RouteTableId", (*tx).deleteRouteTable),
	reading("RouteTableIds Filters{Name Values} MaxResults NextToken", (*view).describeRouteTables),
	writing("RouteTableId SubnetId GatewayId PublicIpv4Pool", (*tx).associateRouteTable),
	writing("AssociationId", (*tx).disassociateRouteTable),
	writing("AssociationId RouteTableId", (*tx).replaceRouteTableAssociation),
	writing("RouteTableId "+routeFields, (*tx).createRoute),
	writing("RouteTableId LocalTarget "+routeFields, (*tx).replaceRoute),
	writing("RouteTableId DestinationCidrBlock DestinationIpv6CidrBlock DestinationPrefixListId", (*tx).deleteRoute),
}

func (t *tx) createRouteTable(in *ec2.CreateRouteTableInput) (*ec2.CreateRouteTableOutput, error) {
	if deref(in.VpcId) == "" {
		return nil, missing("vpcId")
	}
	n, err := t.vpcByID(*in.VpcId)
	if err != nil {
		return nil, err
	}
	tags, err := tagSpecifications(in.TagSpecifications, ec2types.ResourceTypeRouteTable)
	if err != nil {
		return nil, err
	}
	id, err := t.once(in, deref(in.ClientToken))
	if err != nil {
		return nil, err
	}
	if id == "" {
		r := &routeTable{id: t.newID(kindRouteTable), scope: t.scope, vpc: n.id}
		t.routeTables.Put(&t.undo, r)
		if err := t.setTags(ec2types.ResourceTypeRouteTable, r.id, tags[ec2types.ResourceTypeRouteTable]); err != nil {
			return nil, err
		}
		id = r.id
		t.remember(in, deref(in.ClientToken), id)
	}
	r, err := t.routeTableByID(id)
	if err != nil {
		return nil, err
	}
	out := t.renderRouteTable(r)
	return &ec2.CreateRouteTableOutput{ClientToken: text(deref(in.ClientToken)), RouteTable: &out}, nil
}

// makeMainRouteTable makes the table that comes with a VPC
// (https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html).
func (t *tx) makeMainRouteTable(vpc string, routes ...route) {
	t.routeTables.Put(&t.undo, &routeTable{
		id: t.newID(kindRouteTable), scope: t.scope, vpc: vpc, main: t.newID(kindRouteAssociation), seeded: true, routes: routes,
	})
}

func (t *tx) deleteRouteTable(in *ec2.DeleteRouteTableInput) (*ec2.DeleteRouteTableOutput, error) {
	r, err := t.routeTableMeant(in.RouteTableId)
	if err != nil {
		return nil, err
	}
	// "You can't delete the main route table", nor one that is associated with a subnet
	// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteRouteTable.html).
	if r.main != "" || exists(t.routing.By("table", t.scope, r.id)) {
		return nil, hasDependencies("routeTable", r.id)
	}
	t.dropRouteTable(r)
	return &ec2.DeleteRouteTableOutput{}, nil
}

func (t *tx) dropRouteTable(r *routeTable) {
	t.dropTags(r.id)
	t.routeTables.Delete(&t.undo, r.id)
}

// routeTableByID gives the caller's table, or InvalidRouteTableId.Malformed or InvalidRouteTableID.NotFound.
func (v *view) routeTableByID(id string) (*routeTable, error) {
	return owned(v, v.routeTables, routeTableSchema.Scope, kindRouteTable, id)
}

func (v *view) routeTableMeant(id *string) (*routeTable, error) {
	if deref(id) == "" {
		return nil, missing("routeTableId")
	}
	return v.routeTableByID(*id)
}

func (v *view) describeRouteTables(in *ec2.DescribeRouteTablesInput) (*ec2.DescribeRouteTablesOutput, error) {
	pg, err := routeTablePaging.at("DescribeRouteTables", in.MaxResults, in.NextToken, 0, "")
	if err != nil {
		return nil, err
	}
	rows, next, err := routeTableFilters.listing(v, in.Filters, in.RouteTableIds, v.routeTableByID, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeRouteTablesOutput{NextToken: next, RouteTables: make([]ec2types.RouteTable, 0, len(rows))}
	for _, r := range rows {
		out.RouteTables = append(out.RouteTables, v.renderRouteTable(r))
	}
	return out, nil
}

func (v *view) renderRouteTable(r *routeTable) ec2types.RouteTable {
	return ec2types.RouteTable{
		Associations: v.renderRouteAssociations(r),
		OwnerId:      ptr(v.Account),
		RouteTableId: ptr(r.id),
		Routes:       v.renderRoutes(r),
		Tags:         v.renderTags(r.id),
		VpcId:        ptr(r.vpc),
	}
}
