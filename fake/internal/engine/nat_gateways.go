package engine

import (
	"net/netip"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// natGateway is a NAT gateway of one zone: regional ones aren't served. It has an interface in its subnet, and a public
// one an elastic address on it (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html).
type natGateway struct {
	id            string
	scope         store.Scope
	vpc, subnet   string
	connectivity  ec2types.ConnectivityType
	state         ec2types.NatGatewayState
	failure       *Error // why it fails when it is to become available; nil if it doesn't
	made, deleted time.Time
	// What it has, or has had.
	iface, allocation, association string
	private, public                netip.Addr
}

var natSchema = store.Schema[natGateway]{
	Name:  "NAT gateways",
	ID:    func(g *natGateway) string { return g.id },
	Scope: func(g *natGateway) store.Scope { return g.scope },
	Indexes: []store.Index[natGateway]{
		{Name: "state", Values: func(g *natGateway, add func(string)) { add(string(g.state)) }},
		{Name: "subnet", Values: func(g *natGateway, add func(string)) { add(g.subnet) }},
		{Name: "vpc", Values: func(g *natGateway, add func(string)) { add(g.vpc) }},
	},
}

var natOperations = []operation{
	writing("AllocationId AvailabilityMode ClientToken ConnectivityType PrivateIpAddress SubnetId TagSpecifications{ResourceType Tags{Key Value}} VpcId",
		(*tx).createNatGateway),
	writing("NatGatewayId", (*tx).deleteNatGateway),
	reading("NatGatewayIds Filter{Name Values} MaxResults NextToken", (*view).describeNatGateways),
}

// natFilters: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNatGateways.html.
var natFilters = filterable[natGateway]{
	table:    func(s *state) *store.Table[natGateway] { return s.natGateways },
	id:       func(g *natGateway) string { return g.id },
	resource: ec2types.ResourceTypeNatgateway,
	filters: map[string]filterOn[natGateway]{
		"nat-gateway-id": one(func(_ *view, g *natGateway) string { return g.id }).by(ownID),
		"state":          one(func(_ *view, g *natGateway) string { return string(g.state) }).by("state"),
		"subnet-id":      one(func(_ *view, g *natGateway) string { return g.subnet }).by("subnet"),
		"vpc-id":         one(func(_ *view, g *natGateway) string { return g.vpc }).by("vpc"),
	},
}

// createNatGateway makes a gateway that fails later if what it needs can't be had
// (https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html).
func (t *tx) createNatGateway(in *ec2.CreateNatGatewayInput) (*ec2.CreateNatGatewayOutput, error) {
	token := deref(in.ClientToken)
	id, err := t.once(in, token)
	if err != nil {
		return nil, err
	}
	if id == "" {
		if id, err = t.newNatGateway(in); err != nil {
			return nil, err
		}
		t.remember(in, token, id)
	}
	g, err := t.natByID(id)
	if err != nil {
		return nil, err
	}
	out := t.renderNat(g)
	return &ec2.CreateNatGatewayOutput{ClientToken: text(token), NatGateway: &out}, nil
}

// Codes and texts of what is refused at once are (mem).
func (t *tx) newNatGateway(in *ec2.CreateNatGatewayInput) (string, error) {
	g := &natGateway{
		scope: t.scope, state: ec2types.NatGatewayStatePending, made: t.now, allocation: deref(in.AllocationId), connectivity: ec2types.ConnectivityTypePublic,
	}
	if err := chooseWord(&g.connectivity, in.ConnectivityType, "ConnectivityType"); err != nil {
		return "", err
	}
	if err := checkWord(in.AvailabilityMode, "AvailabilityMode"); in.AvailabilityMode != "" && err != nil {
		return "", err
	}
	switch {
	case in.AvailabilityMode == ec2types.AvailabilityModeRegional:
		return "", t.unmodelled("AvailabilityMode with the value regional")
	case deref(in.VpcId) != "":
		return "", fail("InvalidParameterCombination", "The parameter VpcId is for regional NAT gateways only.")
	case deref(in.SubnetId) == "":
		return "", missing("SubnetId")
	case g.connectivity == ec2types.ConnectivityTypePublic && g.allocation == "":
		return "", missing("AllocationId")
	case g.connectivity == ec2types.ConnectivityTypePrivate && g.allocation != "":
		return "", fail("InvalidParameterCombination", "A private NAT gateway cannot have an elastic IP address.")
	}
	s, err := t.subnetByID(*in.SubnetId)
	if err != nil {
		return "", err
	}
	g.vpc, g.subnet = s.vpc, s.id
	tags, err := tagSpecifications(in.TagSpecifications, ec2types.ResourceTypeNatgateway)
	if err != nil {
		return "", err
	}
	n := newInterface{subnet: s, typ: ec2types.NetworkInterfaceTypeNatGateway}
	if asked := deref(in.PrivateIpAddress); asked != "" {
		if n.private, err = addIPv4(nil, asked); err != nil {
			return "", err
		}
	}
	g.id = t.newID(kindNatGateway)
	n.description, n.service = "Interface for NAT Gateway "+g.id, g.id
	if err := t.equipNat(g, n); err != nil {
		return "", err
	}
	t.natGateways.Put(&t.undo, g)
	if err := t.setTags(ec2types.ResourceTypeNatgateway, g.id, tags[ec2types.ResourceTypeNatgateway]); err != nil {
		return "", err
	}
	t.plan(t.options.Delays.Gateway, natGatewayMade, g.id)
	return g.id, nil
}

// equipNat gives a gateway its interface and address, or the reason for which it is going to fail.
func (t *tx) equipNat(g *natGateway, n newInterface) error {
	e, ok := t.elastic.Get(g.allocation)
	switch {
	case g.allocation == "":
	case !ok || e.scope != t.scope:
		g.failure = fail("InvalidAllocationID.NotFound", "Elastic IP address %s could not be associated with this NAT gateway", g.allocation)
		return nil
	case e.association != "":
		g.failure = fail("Resource.AlreadyAssociated", "Elastic IP address %s is already associated", e.id)
		return nil
	case !t.reachable(g.vpc):
		g.failure = fail("Gateway.NotAttached", "Network %s has no Internet gateway attached", g.vpc)
		return nil
	}
	i, err := t.createInterface(n)
	if err != nil {
		if code := AsError(err).Code; code == "InsufficientFreeAddressesInSubnet" {
			g.failure = fail(code, "Subnet has insufficient free addresses to create this NAT gateway")
			return nil
		}
		return err
	}
	g.iface, g.private = i.id, i.private[0]
	if g.allocation != "" {
		t.associate(e, i.id, g.private)
		e, _ = t.elastic.Get(e.id)
		g.association, g.public = e.association, e.public
	}
	return nil
}

func (t *tx) natGatewayMade(at time.Time, id string) {
	g, ok := t.natGateways.Get(id)
	if !ok || g.state != ec2types.NatGatewayStatePending {
		return
	}
	next := *g
	next.state = ec2types.NatGatewayStateAvailable
	if g.failure != nil {
		next.state = ec2types.NatGatewayStateFailed
		t.planFrom(at, t.options.Delays.Terminated, natGatewayForgotten, id) // "about an hour"
	}
	t.natGateways.Put(&t.undo, &next)
}

// deleteNatGateway gives the elastic address back to the account, which keeps it
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNatGateway.html).
func (t *tx) deleteNatGateway(in *ec2.DeleteNatGatewayInput) (*ec2.DeleteNatGatewayOutput, error) {
	if deref(in.NatGatewayId) == "" {
		return nil, missing("NatGatewayId")
	}
	g, err := t.natByID(*in.NatGatewayId)
	if err != nil {
		return nil, err
	}
	if g.state == ec2types.NatGatewayStateDeleted { // (mem)
		return nil, notFound(kindNatGateway, g.id)
	}
	if g.state != ec2types.NatGatewayStateDeleting {
		next := *g
		next.state, next.deleted = ec2types.NatGatewayStateDeleting, t.now
		t.natGateways.Put(&t.undo, &next)
		t.plan(t.options.Delays.Gateway, natGatewayDeleted, g.id)
	}
	return &ec2.DeleteNatGatewayOutput{NatGatewayId: ptr(g.id)}, nil
}

func (t *tx) natGatewayDeleted(at time.Time, id string) {
	g, ok := t.natGateways.Get(id)
	if !ok || g.state != ec2types.NatGatewayStateDeleting {
		return
	}
	next := *g
	next.state = ec2types.NatGatewayStateDeleted
	t.natGateways.Put(&t.undo, &next)
	t.within(g.scope, func() { t.deleteInterface(g.iface) })
	t.planFrom(at, t.options.Delays.Terminated, natGatewayForgotten, id)
}

func (t *tx) natGatewayForgotten(_ time.Time, id string) {
	if g, ok := t.natGateways.Get(id); ok {
		t.within(g.scope, func() { t.dropTags(id) })
		t.natGateways.Delete(&t.undo, id)
	}
}

// natByID gives the caller's gateway, or NatGatewayMalformed or NatGatewayNotFound.
func (v *view) natByID(id string) (*natGateway, error) {
	return owned(v, v.natGateways, natSchema.Scope, kindNatGateway, id)
}

// natLeads tells whether packets still get through a gateway.
func (v *view) natLeads(id string) bool {
	g, ok := v.natGateways.Get(id)
	return ok && g.state != ec2types.NatGatewayStateFailed && g.state != ec2types.NatGatewayStateDeleted
}

func (v *view) describeNatGateways(in *ec2.DescribeNatGatewaysInput) (*ec2.DescribeNatGatewaysOutput, error) {
	pg, err := usualPaging.at("DescribeNatGateways", in.MaxResults, in.NextToken, 0, "")
	if err != nil {
		return nil, err
	}
	rows, next, err := natFilters.listing(v, in.Filter, in.NatGatewayIds, v.natByID, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeNatGatewaysOutput{NextToken: next, NatGateways: make([]ec2types.NatGateway, 0, len(rows))}
	for _, g := range rows {
		out.NatGateways = append(out.NatGateways, v.renderNat(g))
	}
	return out, nil
}

func (v *view) renderNat(g *natGateway) ec2types.NatGateway {
	out := ec2types.NatGateway{
		AvailabilityMode: ec2types.AvailabilityModeZonal,
		ConnectivityType: g.connectivity,
		CreateTime:       ptr(g.made),
		NatGatewayId:     ptr(g.id),
		State:            g.state,
		SubnetId:         ptr(g.subnet),
		Tags:             v.renderTags(g.id),
		VpcId:            ptr(g.vpc),
	}
	if !g.deleted.IsZero() {
		out.DeleteTime = ptr(g.deleted)
	}
	if g.failure != nil && g.state != ec2types.NatGatewayStatePending {
		out.FailureCode, out.FailureMessage = ptr(g.failure.Code), ptr(g.failure.Message)
	}
	address := ec2types.NatGatewayAddress{AllocationId: text(g.allocation), IsPrimary: ptr(true), Status: ec2types.NatGatewayAddressStatusSucceeded}
	switch {
	case g.failure != nil:
		address.Status = ec2types.NatGatewayAddressStatusFailed
	case g.state == ec2types.NatGatewayStatePending:
		address.Status = ec2types.NatGatewayAddressStatusAssociating
	}
	if g.iface != "" {
		address.AssociationId, address.NetworkInterfaceId, address.PrivateIp = text(g.association), ptr(g.iface), ptr(g.private.String())
	}
	if g.public.IsValid() {
		address.PublicIp = ptr(g.public.String())
	}
	out.NatGatewayAddresses = []ec2types.NatGatewayAddress{address}
	return out
}
