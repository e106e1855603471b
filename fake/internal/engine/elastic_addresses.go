package engine

import (
	"net/netip"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// elasticAddress is a public IPv4 address that an account has until it gives it back. The interface on which it is has
// its ID among its own.
type elasticAddress struct {
	id          string // of the allocation
	scope       store.Scope
	public      netip.Addr
	association string     // ID; empty if it is on no interface
	former      string     // ID of the association before
	iface       string     // ID of the interface
	private     netip.Addr // of the interface, to which it leads
	domainName  string     // of its reverse DNS record, with a dot at its end; empty for none
}

var elasticSchema = store.Schema[elasticAddress]{
	Name:  "elastic addresses",
	ID:    func(e *elasticAddress) string { return e.id },
	Scope: func(e *elasticAddress) store.Scope { return e.scope },
	Indexes: []store.Index[elasticAddress]{
		{Name: "public", Global: true, Values: func(e *elasticAddress, add func(string)) { add(e.public.String()) }},
		{Name: "association", Values: func(e *elasticAddress, add func(string)) {
			addUnlessEmpty(add, e.association)
			addUnlessEmpty(add, e.former)
		}},
		{Name: "interface", Values: func(e *elasticAddress, add func(string)) { addUnlessEmpty(add, e.iface) }},
	},
}

// releasedAddress is an elastic address that an account has given back, and can have again.
type releasedAddress struct {
	id     string // scope and address
	scope  store.Scope
	public netip.Addr
}

var releasedSchema = store.Schema[releasedAddress]{
	Name:  "released addresses",
	ID:    func(r *releasedAddress) string { return r.id },
	Scope: func(r *releasedAddress) store.Scope { return r.scope },
}

func releasedID(scope store.Scope, public netip.Addr) string {
	return itoa(int(scope)) + " " + public.String()
}

var elasticOperations = []operation{
	writing("Address CustomerOwnedIpv4Pool Domain IpamPoolId NetworkBorderGroup PublicIpv4Pool "+
		"TagSpecifications{ResourceType Tags{Key Value}}", (*tx).allocateAddress),
	writing("AllocationId NetworkBorderGroup PublicIp", (*tx).releaseAddress),
	reading("AllocationIds PublicIps Filters{Name Values}", (*view).describeAddresses),
	writing("AllocationId AllowReassociation InstanceId NetworkInterfaceId PrivateIpAddress PublicIp", (*tx).associateAddress),
	writing("AssociationId PublicIp", (*tx).disassociateAddress),
	reading("AllocationIds Attribute MaxResults NextToken", (*view).describeAddressesAttribute),
	writing("AllocationId DomainName", (*tx).modifyAddressAttribute),
	writing("AllocationId Attribute", (*tx).resetAddressAttribute),
}

var elasticFilters = filterable[elasticAddress]{
	table:    func(s *state) *store.Table[elasticAddress] { return s.elastic },
	id:       func(e *elasticAddress) string { return e.id },
	resource: ec2types.ResourceTypeElasticIp,
	filters: map[string]filterOn[elasticAddress]{
		"allocation-id":        one(func(_ *view, e *elasticAddress) string { return e.id }).by(ownID),
		"association-id":       maybe(func(_ *view, e *elasticAddress) string { return e.association }).by("association"),
		"instance-id":          maybe(func(v *view, e *elasticAddress) string { return v.instanceOf(e) }).through(elasticOnInstance),
		"network-border-group": one(func(v *view, _ *elasticAddress) string { return string(v.Region) }),
		"network-interface-id": maybe(func(_ *view, e *elasticAddress) string { return e.iface }).by("interface"),
		"network-interface-owner-id": some(func(v *view, e *elasticAddress, add func(string)) {
			if e.iface != "" {
				add(v.Account)
			}
		}),
		"private-ip-address": some(func(_ *view, e *elasticAddress, add func(string)) {
			if e.private.IsValid() {
				add(e.private.String())
			}
		}),
		"public-ip": one(func(_ *view, e *elasticAddress) string { return e.public.String() }).through(elasticOfAddress),
	},
}

func elasticOfAddress(v *view, public string, add func(string)) {
	if e, err := v.elasticByAddress(public); err == nil {
		add(e.id)
	}
}

func elasticOnInstance(v *view, instance string, add func(string)) {
	for n := range v.interfaces.By("instance", v.scope, instance) {
		for _, id := range n.elastic {
			add(id)
		}
	}
}

// instanceOf is the instance on whose interface an address is; "" if it is on none.
func (v *view) instanceOf(e *elasticAddress) string {
	if n, ok := v.interfaces.Get(e.iface); ok && n.attachment != nil {
		return n.attachment.instance
	}
	return ""
}

// publicPool is the pool of Amazon's own addresses.
const publicPool = "amazon"

func (t *tx) allocateAddress(in *ec2.AllocateAddressInput) (*ec2.AllocateAddressOutput, error) {
	if err := t.checkAllocation(in); err != nil {
		return nil, err
	}
	tags, err := tagSpecifications(in.TagSpecifications, ec2types.ResourceTypeElasticIp)
	if err != nil {
		return nil, err
	}
	e := &elasticAddress{scope: t.scope}
	if asked := deref(in.Address); asked != "" {
		if e.public, err = t.recover(asked); err != nil {
			return nil, err
		}
	} else {
		e.public = t.newPublicAddress()
	}
	e.id = t.newID(kindAllocation)
	t.elastic.Put(&t.undo, e)
	if err := t.setTags(ec2types.ResourceTypeElasticIp, e.id, tags[ec2types.ResourceTypeElasticIp]); err != nil {
		return nil, err
	}
	return &ec2.AllocateAddressOutput{
		AllocationId:       ptr(e.id),
		Domain:             ec2types.DomainTypeVpc,
		NetworkBorderGroup: ptr(string(t.Region)),
		PublicIp:           ptr(e.public.String()),
		PublicIpv4Pool:     ptr(publicPool),
	}, nil
}

// checkAllocation refuses what this cloud hasn't: EC2-Classic, pools of one's own, Outposts, border groups but the region's.
func (t *tx) checkAllocation(in *ec2.AllocateAddressInput) error {
	if in.Domain != "" && in.Domain != ec2types.DomainTypeVpc { // text (mem)
		return badValue("domain", in.Domain, "Expecting vpc.")
	}
	if group := deref(in.NetworkBorderGroup); group != "" && group != string(t.Region) { // text (mem)
		return badValue("networkBorderGroup", group, "Expecting %s.", t.Region)
	}
	if pool := deref(in.PublicIpv4Pool); pool != "" && pool != publicPool {
		return fail("InvalidPublicIpv4PoolID.NotFound", "The pool ID '%s' does not exist.", pool) // (mem)
	}
	if pool := deref(in.CustomerOwnedIpv4Pool); pool != "" { // code and text (mem)
		return fail("InvalidCoipPoolId.NotFound", "The customer owned IPv4 pool ID '%s' does not exist.", pool)
	}
	return checkPools(in.IpamPoolId, nil, "ipv4")
}

// recover gives an address back to the account that had it
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing-eips-releasing.html).
func (t *tx) recover(asked string) (netip.Addr, error) {
	a, err := parsePublic(asked)
	if err != nil {
		return a, err
	}
	id := releasedID(t.scope, a)
	if _, ok := t.released.Get(id); !ok {
		return a, unknownAddress(asked)
	}
	t.released.Delete(&t.undo, id)
	return a, nil
}

func parsePublic(s string) (netip.Addr, error) {
	a, err := netip.ParseAddr(s)
	if err != nil || !a.Is4() { // text (mem)
		return a, fail("InvalidAddress.Malformed", "Invalid IPv4 address: '%s'", s)
	}
	return a, nil
}

func unknownAddress(public string) *Error {
	return fail("InvalidAddress.NotFound", "Address '%s' not found.", public)
}

// elasticByID gives the caller's address, or InvalidAllocationID.NotFound, whatever the shape of the ID: the page of errors
// has no code for a malformed one.
func (v *view) elasticByID(id string) (*elasticAddress, error) {
	e, ok := v.elastic.Get(id)
	if !ok || e.scope != v.scope {
		return nil, notFound(kindAllocation, id)
	}
	return e, nil
}

func (v *view) elasticByAddress(public string) (*elasticAddress, error) {
	a, err := parsePublic(public)
	if err != nil {
		return nil, err
	}
	for e := range v.elastic.By("public", 0, a.String()) {
		if e.scope == v.scope {
			return e, nil
		}
	}
	return nil, unknownAddress(public)
}

// releaseAddress gives an address back. One that is in use in the default VPC is taken off first, elsewhere it must have
// been (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReleaseAddress.html).
func (t *tx) releaseAddress(in *ec2.ReleaseAddressInput) (*ec2.ReleaseAddressOutput, error) {
	if deref(in.AllocationId) == "" {
		if in.PublicIp != nil {
			return nil, fail("InvalidParameterValue", "You must specify an allocation id when releasing a VPC elastic IP address")
		}
		return nil, missing("AllocationId")
	}
	e, err := t.elasticByID(*in.AllocationId)
	if err != nil {
		return nil, err
	}
	if group := deref(in.NetworkBorderGroup); group != "" && group != string(t.Region) {
		return nil, unknownAddress(e.public.String()) // text (mem)
	}
	if e.domainName != "" {
		return nil, fail("InvalidAddress.Locked", "The address with allocation id [%s] cannot be released because it is locked to your account.", e.id)
	}
	if e.association != "" {
		if !t.inDefaultVPC(e) || t.checkNoService(e) != nil {
			return nil, fail("InvalidIPAddress.InUse", "Address %s is in use.", e.public)
		}
		t.disassociate(e)
	}
	t.dropTags(e.id)
	t.elastic.Delete(&t.undo, e.id)
	t.released.Put(&t.undo, &releasedAddress{id: releasedID(t.scope, e.public), scope: t.scope, public: e.public})
	return &ec2.ReleaseAddressOutput{}, nil
}

func (v *view) inDefaultVPC(e *elasticAddress) bool {
	n, ok := v.interfaces.Get(e.iface)
	if !ok {
		return false
	}
	network, ok := v.vpcs.Get(n.vpc)
	return ok && network.isDefault
}

// describeAddresses has no pages. IDs and addresses together give both (mem).
func (v *view) describeAddresses(in *ec2.DescribeAddressesInput) (*ec2.DescribeAddressesOutput, error) {
	ids := append([]string(nil), in.AllocationIds...)
	var unknown []string
	for _, public := range in.PublicIps {
		e, err := v.elasticByAddress(public)
		switch {
		case err == nil:
			ids = append(ids, e.id)
		case isCode(err, "InvalidAddress.NotFound"):
			unknown = append(unknown, public)
		default:
			return nil, err
		}
	}
	if len(unknown) > 0 { // of several (mem)
		return nil, unknownAddress(strings.Join(unknown, ", "))
	}
	rows, _, err := elasticFilters.listing(v, in.Filters, ids, v.elasticByID, page{})
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeAddressesOutput{Addresses: make([]ec2types.Address, 0, len(rows))}
	for _, e := range rows {
		out.Addresses = append(out.Addresses, v.renderElastic(e))
	}
	return out, nil
}

func (v *view) renderElastic(e *elasticAddress) ec2types.Address {
	out := ec2types.Address{
		AllocationId:       ptr(e.id),
		Domain:             ec2types.DomainTypeVpc,
		NetworkBorderGroup: ptr(string(v.Region)),
		PublicIp:           ptr(e.public.String()),
		PublicIpv4Pool:     ptr(publicPool),
		Tags:               v.renderTags(e.id),
	}
	if e.association != "" {
		out.AssociationId = ptr(e.association)
		out.InstanceId = text(v.instanceOf(e))
		out.NetworkInterfaceId = ptr(e.iface)
		out.NetworkInterfaceOwnerId = ptr(v.Account)
		out.PrivateIpAddress = ptr(e.private.String())
	}
	return out
}
