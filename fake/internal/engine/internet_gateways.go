package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// gateway is an internet gateway.
type gateway struct {
	id     string
	scope  store.Scope
	vpc    string // to which it is attached; "" if to none
	seeded bool   // it came with a default VPC
}

var gatewaySchema = store.Schema[gateway]{
	Name:  "gateways",
	ID:    func(g *gateway) string { return g.id },
	Scope: func(g *gateway) store.Scope { return g.scope },
	Indexes: []store.Index[gateway]{
		{Name: "vpc", Values: func(g *gateway, add func(string)) { addUnlessEmpty(add, g.vpc) }},
	},
}

var gatewayOperations = []operation{
	writing("TagSpecifications{ResourceType Tags{Key Value}}", (*tx).createInternetGateway),
	writing("InternetGatewayId VpcId", (*tx).attachInternetGateway),
	writing("InternetGatewayId VpcId", (*tx).detachInternetGateway),
	writing("InternetGatewayId", (*tx).deleteInternetGateway),
	reading("InternetGatewayIds Filters{Name Values} MaxResults NextToken", (*view).describeInternetGateways),
}

// gatewayAttached is the state of an attachment: EC2 says "available", which the SDK's type has no name for.
const gatewayAttached ec2types.AttachmentStatus = "available"

var gatewayFilters = filterable[gateway]{
	table:    func(s *state) *store.Table[gateway] { return s.gateways },
	id:       func(g *gateway) string { return g.id },
	resource: ec2types.ResourceTypeInternetGateway,
	filters: map[string]filterOn[gateway]{
		"attachment.state": some(func(_ *view, g *gateway, add func(string)) {
			if g.vpc != "" {
				add(string(gatewayAttached))
			}
		}),
		"attachment.vpc-id":   maybe(func(_ *view, g *gateway) string { return g.vpc }).by("vpc"),
		"internet-gateway-id": one(func(_ *view, g *gateway) string { return g.id }).by(ownID),
		"owner-id":            one(func(v *view, _ *gateway) string { return v.Account }),
	},
}

func (t *tx) createInternetGateway(in *ec2.CreateInternetGatewayInput) (*ec2.CreateInternetGatewayOutput, error) {
	tags, err := tagSpecifications(in.TagSpecifications, ec2types.ResourceTypeInternetGateway)
	if err != nil {
		return nil, err
	}
	g := &gateway{id: t.newID(kindGateway), scope: t.scope}
	t.gateways.Put(&t.undo, g)
	if err := t.setTags(ec2types.ResourceTypeInternetGateway, g.id, tags[ec2types.ResourceTypeInternetGateway]); err != nil {
		return nil, err
	}
	out := t.renderGateway(g)
	return &ec2.CreateInternetGatewayOutput{InternetGateway: &out}, nil
}

// gatewayAndVPC finds both that a request names.
func (v *view) gatewayAndVPC(gatewayID, vpcID *string) (*gateway, *vpc, error) {
	if deref(gatewayID) == "" {
		return nil, nil, missing("internetGatewayId")
	}
	if deref(vpcID) == "" {
		return nil, nil, missing("vpcId")
	}
	g, err := v.gatewayByID(*gatewayID)
	if err != nil {
		return nil, nil, err
	}
	n, err := v.vpcByID(*vpcID)
	return g, n, err
}

// attachInternetGateway: a gateway is for one VPC, and a VPC has one gateway
// (https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html); texts (mem).
func (t *tx) attachInternetGateway(in *ec2.AttachInternetGatewayInput) (*ec2.AttachInternetGatewayOutput, error) {
	g, n, err := t.gatewayAndVPC(in.InternetGatewayId, in.VpcId)
	if err != nil {
		return nil, err
	}
	if g.vpc != "" {
		return nil, fail("Resource.AlreadyAssociated", "resource %s is already attached to network %s", g.id, g.vpc)
	}
	if t.reachable(n.id) {
		return nil, fail("InvalidParameterValue", "Network %s already has an internet gateway attached", n.id)
	}
	next := *g
	next.vpc = n.id
	t.gateways.Put(&t.undo, &next)
	return &ec2.AttachInternetGatewayOutput{}, nil
}

// detachInternetGateway refuses while something in the VPC has a public address
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DetachInternetGateway.html). Routes to the gateway stay, and
// lead nowhere.
func (t *tx) detachInternetGateway(in *ec2.DetachInternetGatewayInput) (*ec2.DetachInternetGatewayOutput, error) {
	g, n, err := t.gatewayAndVPC(in.InternetGatewayId, in.VpcId)
	if err != nil {
		return nil, err
	}
	if g.vpc != n.id {
		return nil, fail("Gateway.NotAttached", "resource %s is not attached to network %s", g.id, n.id)
	}
	if t.mapped(n.id) {
		return nil, fail("DependencyViolation", "Network %s has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.", n.id) // text (mem)
	}
	if exists(t.routing.By("target", t.scope, g.id)) { // (mem)
		return nil, fail("DependencyViolation", "resource %s has a dependent object", g.id)
	}
	next := *g
	next.vpc = ""
	t.gateways.Put(&t.undo, &next)
	return &ec2.DetachInternetGatewayOutput{}, nil
}

// mapped tells whether an interface in a VPC has a public address.
func (v *view) mapped(vpc string) bool {
	for s := range v.subnets.By("vpc", v.scope, vpc) {
		for i := range v.interfaces.By("subnet", v.scope, s.id) {
			if i.public.IsValid() || len(i.elastic) > 0 {
				return true
			}
		}
	}
	return false
}

func (t *tx) deleteInternetGateway(in *ec2.DeleteInternetGatewayInput) (*ec2.DeleteInternetGatewayOutput, error) {
	if deref(in.InternetGatewayId) == "" {
		return nil, missing("internetGatewayId")
	}
	g, err := t.gatewayByID(*in.InternetGatewayId)
	if err != nil {
		return nil, err
	}
	if g.vpc != "" {
		return nil, hasDependencies("internetGateway", g.id)
	}
	t.dropTags(g.id)
	t.gateways.Delete(&t.undo, g.id)
	return &ec2.DeleteInternetGatewayOutput{}, nil
}

// hasDependencies refuses to delete what others depend on; the text is (mem) for all but subnets.
func hasDependencies(what, id string) error {
	return fail("DependencyViolation", "The %s '%s' has dependencies and cannot be deleted.", what, id)
}

// reachable tells whether a VPC has an internet gateway.
func (v *view) reachable(vpc string) bool { return exists(v.gateways.By("vpc", v.scope, vpc)) }

// gatewayByID gives the caller's gateway, or InvalidInternetGatewayId.Malformed or InvalidInternetGatewayID.NotFound.
func (v *view) gatewayByID(id string) (*gateway, error) {
	return owned(v, v.gateways, gatewaySchema.Scope, kindGateway, id)
}

func (v *view) describeInternetGateways(in *ec2.DescribeInternetGatewaysInput) (*ec2.DescribeInternetGatewaysOutput, error) {
	pg, err := usualPaging.at("DescribeInternetGateways", in.MaxResults, in.NextToken, 0, "")
	if err != nil {
		return nil, err
	}
	rows, next, err := gatewayFilters.listing(v, in.Filters, in.InternetGatewayIds, v.gatewayByID, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeInternetGatewaysOutput{NextToken: next, InternetGateways: make([]ec2types.InternetGateway, 0, len(rows))}
	for _, g := range rows {
		out.InternetGateways = append(out.InternetGateways, v.renderGateway(g))
	}
	return out, nil
}

func (v *view) renderGateway(g *gateway) ec2types.InternetGateway {
	out := ec2types.InternetGateway{InternetGatewayId: ptr(g.id), OwnerId: ptr(v.Account), Tags: v.renderTags(g.id)}
	if g.vpc != "" {
		out.Attachments = []ec2types.InternetGatewayAttachment{{State: gatewayAttached, VpcId: ptr(g.vpc)}}
	}
	return out
}
