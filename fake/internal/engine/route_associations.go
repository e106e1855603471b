package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// routeAssociation says which route table a subnet has, or an internet gateway for what comes in. A subnet that has
// none has its VPC's main table.
type routeAssociation struct {
	id     string
	scope  store.Scope
	table  string
	target string // ID of the subnet or gateway
}

var routeAssociationSchema = store.Schema[routeAssociation]{
	Name:  "route associations",
	ID:    func(a *routeAssociation) string { return a.id },
	Scope: func(a *routeAssociation) store.Scope { return a.scope },
	Indexes: []store.Index[routeAssociation]{
		{Name: "table", Values: func(a *routeAssociation, add func(string)) { add(a.table) }},
		{Name: "target", Values: func(a *routeAssociation, add func(string)) { add(a.target) }},
	},
}

func (a *routeAssociation) subnet() string {
	if hasShape(kindNames[kindSubnet].prefix, a.target) {
		return a.target
	}
	return ""
}

func (a *routeAssociation) gateway() string {
	if a.subnet() == "" {
		return a.target
	}
	return ""
}

func (t *tx) associateRouteTable(in *ec2.AssociateRouteTableInput) (*ec2.AssociateRouteTableOutput, error) {
	r, err := t.routeTableMeant(in.RouteTableId)
	if err != nil {
		return nil, err
	}
	target, err := t.routeTarget(r, in)
	if err != nil {
		return nil, err
	}
	if exists(t.routing.By("target", t.scope, target)) { // text (mem)
		return nil, fail("Resource.AlreadyAssociated", "the specified association for route table %s conflicts with an existing association", r.id)
	}
	a := &routeAssociation{id: t.newID(kindRouteAssociation), scope: t.scope, table: r.id, target: target}
	t.routing.Put(&t.undo, a)
	return &ec2.AssociateRouteTableOutput{AssociationId: ptr(a.id), AssociationState: routesAssociated()}, nil
}

func routesAssociated() *ec2types.RouteTableAssociationState {
	return &ec2types.RouteTableAssociationState{State: ec2types.RouteTableAssociationStateCodeAssociated}
}

// routeTarget is what a table is to be associated with: a subnet or a gateway of the same VPC; texts (mem).
func (v *view) routeTarget(r *routeTable, in *ec2.AssociateRouteTableInput) (string, error) {
	if pool := deref(in.PublicIpv4Pool); pool != "" { // this cloud has no pools of one's own
		return "", fail("InvalidPublicIpv4PoolID.NotFound", "The pool ID '%s' does not exist", pool)
	}
	subnetID, gatewayID := deref(in.SubnetId), deref(in.GatewayId)
	switch {
	case subnetID == "" && gatewayID == "":
		return "", missing("subnetId or gatewayId")
	case subnetID != "" && gatewayID != "":
		return "", fail("InvalidParameterCombination", "The parameter subnetId cannot be used with the parameter gatewayId")
	case subnetID != "":
		s, err := v.subnetByID(subnetID)
		if err == nil && s.vpc != r.vpc {
			err = fail("InvalidParameterValue", "route table %s and subnet %s belong to different networks", r.id, s.id)
		}
		return subnetID, err
	}
	return gatewayID, v.checkRouteGateway(r, gatewayID)
}

func (t *tx) disassociateRouteTable(in *ec2.DisassociateRouteTableInput) (*ec2.DisassociateRouteTableOutput, error) {
	id := deref(in.AssociationId)
	if id == "" {
		return nil, missing("associationId")
	}
	if exists(t.routeTables.By("main", t.scope, id)) { // text (mem)
		return nil, fail("InvalidParameterValue", "cannot disassociate the main route table association %s", id)
	}
	a, err := t.routeAssociationByID(id)
	if err != nil {
		return nil, err
	}
	t.routing.Delete(&t.undo, a.id)
	return &ec2.DisassociateRouteTableOutput{}, nil
}

func (v *view) routeAssociationByID(id string) (*routeAssociation, error) {
	return owned(v, v.routing, routeAssociationSchema.Scope, kindRouteAssociation, id)
}

// replaceRouteTableAssociation gives a subnet or gateway another table, or a VPC another main table; the association
// gets another ID.
func (t *tx) replaceRouteTableAssociation(in *ec2.ReplaceRouteTableAssociationInput) (*ec2.ReplaceRouteTableAssociationOutput, error) {
	if deref(in.AssociationId) == "" {
		return nil, missing("associationId")
	}
	to, err := t.routeTableMeant(in.RouteTableId)
	if err != nil {
		return nil, err
	}
	id := t.newID(kindRouteAssociation)
	if from, ok := first(t.routeTables.By("main", t.scope, *in.AssociationId)); ok {
		if from.vpc != to.vpc {
			return nil, differentTables(from.id, to.id)
		}
		before, after := *from, *to
		before.main = ""
		t.routeTables.Put(&t.undo, &before)
		if from.id == to.id {
			after = before
		}
		after.main = id
		t.routeTables.Put(&t.undo, &after)
		return &ec2.ReplaceRouteTableAssociationOutput{NewAssociationId: ptr(id), AssociationState: routesAssociated()}, nil
	}
	a, err := t.routeAssociationByID(*in.AssociationId)
	if err != nil {
		return nil, err
	}
	if from, ok := t.routeTables.Get(a.table); !ok || from.vpc != to.vpc {
		return nil, differentTables(a.table, to.id)
	}
	t.routing.Delete(&t.undo, a.id)
	t.routing.Put(&t.undo, &routeAssociation{id: id, scope: t.scope, table: to.id, target: a.target})
	return &ec2.ReplaceRouteTableAssociationOutput{NewAssociationId: ptr(id), AssociationState: routesAssociated()}, nil
}

func differentTables(a, b string) error { // text (mem)
	return fail("InvalidParameterValue", "route table %s and route table %s belong to different networks", a, b)
}

func (v *view) renderRouteAssociations(r *routeTable) []ec2types.RouteTableAssociation {
	var out []ec2types.RouteTableAssociation
	if r.main != "" {
		out = append(out, ec2types.RouteTableAssociation{
			AssociationState: routesAssociated(), Main: ptr(true), RouteTableAssociationId: ptr(r.main), RouteTableId: ptr(r.id),
		})
	}
	for a := range v.routing.By("table", v.scope, r.id) {
		out = append(out, ec2types.RouteTableAssociation{
			AssociationState: routesAssociated(), Main: ptr(false), RouteTableAssociationId: ptr(a.id), RouteTableId: ptr(r.id),
			SubnetId: text(a.subnet()), GatewayId: text(a.gateway()),
		})
	}
	return out
}
