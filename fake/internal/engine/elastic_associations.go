package engine

import (
	"net/netip"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// associateAddress leads an elastic address to a private one, in the place of its automatic or elastic address
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateAddress.html). What is so already stays so.
func (t *tx) associateAddress(in *ec2.AssociateAddressInput) (*ec2.AssociateAddressOutput, error) {
	if deref(in.AllocationId) == "" {
		if in.PublicIp != nil { // code and text (mem)
			return nil, fail("InvalidParameterCombination", "You must specify an allocation id when mapping an address to a VPC instance")
		}
		return nil, missing("AllocationId")
	}
	if in.PublicIp != nil { // code and text (mem)
		return nil, fail("InvalidParameterCombination", "You may specify public IP or allocation id, but not both in the same call")
	}
	e, err := t.elasticByID(*in.AllocationId)
	if err != nil {
		return nil, err
	}
	n, err := t.associationTarget(in)
	if err != nil {
		return nil, err
	}
	private, err := n.privateNamed(deref(in.PrivateIpAddress))
	if err != nil {
		return nil, err
	}
	if err := t.checkNoService(e); err != nil {
		return nil, err
	}
	if e.iface == n.id && e.private == private {
		return &ec2.AssociateAddressOutput{AssociationId: ptr(e.association)}, nil
	}
	if e.association != "" && in.AllowReassociation != nil && !*in.AllowReassociation {
		return nil, fail("Resource.AlreadyAssociated", "resource %s is already associated with associate-id %s", e.id, e.association)
	}
	if !t.reachable(n.vpc) {
		return nil, fail("Gateway.NotAttached", "Network %s is not attached to any internet gateway", n.vpc)
	}
	if e.association != "" {
		t.disassociate(e)
	}
	t.associate(e, n.id, private)
	e, _ = t.elastic.Get(e.id)
	return &ec2.AssociateAddressOutput{AssociationId: ptr(e.association)}, nil
}

// associationTarget is the interface that the request names, or the only one of the instance that it names.
func (t *tx) associationTarget(in *ec2.AssociateAddressInput) (*networkInterface, error) {
	id := deref(in.NetworkInterfaceId)
	switch {
	case id != "" && deref(in.InstanceId) != "": // text (mem)
		return nil, fail("InvalidParameterCombination", "You may specify either the instance ID or the network interface ID, but not both")
	case id != "":
		return t.ownInterface(&id)
	case deref(in.InstanceId) == "": // code and text (mem)
		return nil, fail("MissingParameter", "Either 'InstanceId' or 'NetworkInterfaceId' must be provided")
	}
	i, err := t.instanceByID(*in.InstanceId)
	if err != nil {
		return nil, err
	}
	switch {
	case i.state == ec2types.InstanceStateNamePending:
		return nil, fail("InvalidInstanceID", "The pending instance '%s' is not in a valid state for this operation", i.id)
	case i.ending(): // text (mem)
		return nil, wrongState("The instance '%s' is not in a state in which an address can be associated.", i)
	case len(i.interfaces) > 1:
		return nil, fail("InvalidInstanceID", "There are multiple interfaces attached to instance '%s'. Please specify an interface ID for the operation instead.", i.id)
	}
	return t.interfaceByID(i.interfaces[0])
}

// privateNamed is the private address of an interface that a request names, or else the primary one.
func (i *networkInterface) privateNamed(address string) (netip.Addr, error) {
	if len(i.private) == 0 { // code and text (mem)
		return netip.Addr{}, fail("InvalidParameterValue", "Interface %s has no private IP address.", i.id)
	}
	if address == "" {
		return i.private[0], nil
	}
	asked, err := addIPv4(nil, address)
	if err != nil {
		return netip.Addr{}, err
	}
	if !slices.Contains(i.private, asked[0]) { // code and text (mem)
		return netip.Addr{}, fail("InvalidParameterValue", "The private IP address %s is not assigned to interface %s.", address, i.id)
	}
	return asked[0], nil
}

// associate puts an address that is on no interface on one.
func (t *tx) associate(e *elasticAddress, iface string, private netip.Addr) {
	n, ok := t.interfaces.Get(iface)
	if !ok {
		return
	}
	next := *n
	for _, id := range n.elastic {
		if other, ok := t.elastic.Get(id); ok && other.private == private {
			next.elastic = without(next.elastic, []string{id})
			t.forgetAssociation(id)
		}
	}
	if private == n.private[0] {
		next.public = netip.Addr{} // the automatic one is Amazon's again
	}
	next.elastic = append(slices.Clone(next.elastic), e.id)
	t.interfaces.Put(&t.undo, &next)
	on := *e
	on.association, on.iface, on.private = t.newID(kindAssociation), iface, private
	t.elastic.Put(&t.undo, &on)
}

// disassociate takes an address off its interface, whose instance may get an automatic one again.
func (t *tx) disassociate(e *elasticAddress) {
	n, ok := t.interfaces.Get(e.iface)
	t.forgetAssociation(e.id)
	if !ok {
		return
	}
	next := *n
	next.elastic = without(n.elastic, []string{e.id})
	t.interfaces.Put(&t.undo, &next)
	if n.attachment == nil || e.private != n.private[0] {
		return
	}
	if i, ok := t.instances.Get(n.attachment.instance); ok {
		t.renewPublicAddress(i)
	}
}

// forgetAssociation is the address's side of it.
func (t *tx) forgetAssociation(id string) {
	e, ok := t.elastic.Get(id)
	if !ok {
		return
	}
	next := *e
	next.former, next.association, next.iface, next.private = e.association, "", "", netip.Addr{}
	t.elastic.Put(&t.undo, &next)
}

// disassociateAddress may be repeated: to end an association again is no error, if the address hasn't had another one
// meanwhile.
func (t *tx) disassociateAddress(in *ec2.DisassociateAddressInput) (*ec2.DisassociateAddressOutput, error) {
	if deref(in.AssociationId) == "" {
		if in.PublicIp != nil { // code and text (mem)
			return nil, fail("InvalidParameterValue", "You must specify an association id when unmapping an address from a VPC instance")
		}
		return nil, missing("AssociationId")
	}
	e, ok := first(t.elastic.By("association", t.scope, *in.AssociationId))
	if !ok {
		return nil, notFound(kindAssociation, *in.AssociationId)
	}
	if e.association == *in.AssociationId {
		if err := t.checkNoService(e); err != nil {
			return nil, err
		}
		t.disassociate(e)
	}
	return &ec2.DisassociateAddressOutput{}, nil
}

// checkNoService refuses to take an address from a NAT gateway, with which it stays
// (https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html).
func (v *view) checkNoService(e *elasticAddress) error {
	if n, ok := v.interfaces.Get(e.iface); ok && n.service != "" { // code and text (mem)
		return fail("AuthFailure", "You do not have permission to access the specified resource: '%s' uses it.", n.service)
	}
	return nil
}
