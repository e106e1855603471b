package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func (t *tx) createNetworkInterface(in *ec2.CreateNetworkInterfaceInput) (*ec2.CreateNetworkInterfaceOutput, error) {
	token := deref(in.ClientToken)
	made, err := t.once(in, token)
	if err != nil {
		return nil, err
	}
	if made != "" {
		i, err := t.interfaceByID(made)
		if err != nil {
			return nil, err
		}
		return t.created(in, i), nil
	}
	n, err := t.askedInterface(in)
	if err != nil {
		return nil, err
	}
	tags, err := tagSpecifications(in.TagSpecifications, ec2types.ResourceTypeNetworkInterface)
	if err != nil {
		return nil, err
	}
	i, err := t.createInterface(n)
	if err != nil {
		return nil, err
	}
	if err := t.setTags(ec2types.ResourceTypeNetworkInterface, i.id, tags[ec2types.ResourceTypeNetworkInterface]); err != nil {
		return nil, err
	}
	t.remember(in, token, i.id)
	return t.created(in, i), nil
}

func (t *tx) created(in *ec2.CreateNetworkInterfaceInput, i *networkInterface) *ec2.CreateNetworkInterfaceOutput {
	out := t.renderInterface(i)
	return &ec2.CreateNetworkInterfaceOutput{ClientToken: text(deref(in.ClientToken)), NetworkInterface: &out}
}

// askedInterface checks a request and gives the interface that it describes. How many addresses an interface can have is
// checked when it is attached: it depends on the instance's type.
func (t *tx) askedInterface(in *ec2.CreateNetworkInterfaceInput) (newInterface, error) {
	n := newInterface{description: deref(in.Description), sourceDestCheck: true, groups: in.Groups}
	if deref(in.SubnetId) == "" {
		return n, missing("subnetId")
	}
	var err error
	if n.subnet, err = t.subnetByID(*in.SubnetId); err != nil {
		return n, err
	}
	switch in.InterfaceType {
	case "", "interface", ec2types.NetworkInterfaceCreationTypeEfa, ec2types.NetworkInterfaceCreationTypeEfaOnly, ec2types.NetworkInterfaceCreationTypeTrunk:
		n.typ = ec2types.NetworkInterfaceType(in.InterfaceType)
	default:
		return n, badValue("InterfaceType", in.InterfaceType, "Expecting one of interface, efa, efa-only, trunk.")
	}
	r := addressRequest{
		primary: in.PrivateIpAddress, private: in.PrivateIpAddresses, secondary: in.SecondaryPrivateIpAddressCount,
		prefixes: in.Ipv4Prefixes, prefixCount: in.Ipv4PrefixCount,
		ipv6: in.Ipv6Addresses, ipv6Count: in.Ipv6AddressCount, primaryIPv6: in.EnablePrimaryIpv6,
		ipv6Prefixes: in.Ipv6Prefixes, ipv6PrefixCount: in.Ipv6PrefixCount,
	}
	if err := r.read(&n); err != nil {
		return n, err
	}
	if err := n.checkAddressed(); err != nil {
		return n, err
	}
	n.tracking, err = n.tracking.with(in.ConnectionTrackingSpecification)
	return n, err
}

func (t *tx) deleteNetworkInterface(in *ec2.DeleteNetworkInterfaceInput) (*ec2.DeleteNetworkInterfaceOutput, error) {
	i, err := t.ownInterface(in.NetworkInterfaceId)
	if err != nil {
		return nil, err
	}
	if i.attachment != nil {
		return nil, fail("InvalidParameterValue", "Network interface '%s' is currently in use.", i.id)
	}
	t.deleteInterface(i.id)
	return &ec2.DeleteNetworkInterfaceOutput{}, nil
}

// namedInterface is the interface that a request must name.
func (v *view) namedInterface(id *string) (*networkInterface, error) {
	if deref(id) == "" {
		return nil, missing("networkInterfaceId")
	}
	return v.interfaceByID(*id)
}

// ownInterface is a named one that a request may change: none that a service uses.
func (v *view) ownInterface(id *string) (*networkInterface, error) {
	i, err := v.namedInterface(id)
	if err == nil && i.service != "" { // text (mem)
		err = fail("OperationNotPermitted", "You are not allowed to manage '%s', which '%s' uses.", i.id, i.service)
	}
	return i, err
}
