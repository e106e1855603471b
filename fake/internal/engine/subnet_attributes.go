package engine

import (
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// modifySubnetAttribute changes one attribute: "You can only modify one attribute at a time"
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySubnetAttribute.html).
func (t *tx) modifySubnetAttribute(in *ec2.ModifySubnetAttributeInput) (*ec2.ModifySubnetAttributeOutput, error) {
	if deref(in.SubnetId) == "" {
		return nil, missing("subnetId")
	}
	s, err := t.subnetByID(*in.SubnetId)
	if err != nil {
		return nil, err
	}
	next := *s
	changes := 0
	for _, a := range []struct {
		to *ec2types.AttributeBooleanValue
		at *bool
	}{
		{in.AssignIpv6AddressOnCreation, &next.assignIPv6},
		{in.EnableDns64, &next.dns64},
		{in.EnableResourceNameDnsAAAARecordOnLaunch, &next.dnsAAAA},
		{in.EnableResourceNameDnsARecordOnLaunch, &next.dnsA},
		{in.MapPublicIpOnLaunch, &next.mapPublicIP},
	} {
		if a.to != nil {
			changes++
			*a.at = deref(a.to.Value)
		}
	}
	if in.PrivateDnsHostnameTypeOnLaunch != "" {
		changes++
		if err := chooseWord(&next.hostnameType, in.PrivateDnsHostnameTypeOnLaunch, "PrivateDnsHostnameTypeOnLaunch"); err != nil {
			return nil, err
		}
	}
	if outpost := onOutposts(in); outpost != "" { // code and text (mem)
		return nil, fail("UnsupportedOperation", "The attribute %s is for subnets on an Outpost; the subnet '%s' is in an Availability Zone.", outpost, s.id)
	}
	if err := oneAttribute(changes); err != nil {
		return nil, err
	}
	if in.AssignIpv6AddressOnCreation != nil && next.assignIPv6 && !s.ipv6.cidr.IsValid() { // text (mem)
		return nil, fail("InvalidParameterValue", "Invalid value 'true' for assignIpv6AddressOnCreation. Subnet '%s' has no IPv6 CIDR block.", s.id)
	}
	t.subnets.Put(&t.undo, &next)
	return &ec2.ModifySubnetAttributeOutput{}, nil
}

// onOutposts names an attribute that a request changes and that subnets on Outposts only have. To switch off what is
// off is no change.
func onOutposts(in *ec2.ModifySubnetAttributeInput) string {
	switch {
	case in.CustomerOwnedIpv4Pool != nil:
		return "customerOwnedIpv4Pool"
	case in.MapCustomerOwnedIpOnLaunch != nil:
		return "mapCustomerOwnedIpOnLaunch"
	case in.EnableLniAtDeviceIndex != nil:
		return "enableLniAtDeviceIndex"
	case in.DisableLniAtDeviceIndex != nil:
		return "disableLniAtDeviceIndex"
	}
	return ""
}

// associateSubnetBlock gives a subnet an IPv6 block of its VPC's: it can have one
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateSubnetCidrBlock.html).
func (t *tx) associateSubnetBlock(in *ec2.AssociateSubnetCidrBlockInput) (*ec2.AssociateSubnetCidrBlockOutput, error) {
	if deref(in.SubnetId) == "" {
		return nil, missing("subnetId")
	}
	s, err := t.subnetByID(*in.SubnetId)
	if err != nil {
		return nil, err
	}
	if err := checkPools(in.Ipv6IpamPoolId, in.Ipv6NetmaskLength, "ipv6"); err != nil {
		return nil, err
	}
	if deref(in.Ipv6CidrBlock) == "" {
		return nil, missing("ipv6CidrBlock")
	}
	if s.ipv6.cidr.IsValid() { // code and text (mem)
		return nil, fail("InvalidParameterValue", "The subnet '%s' already has an IPv6 CIDR block.", s.id)
	}
	network, ok := t.vpcs.Get(s.vpc)
	if !ok {
		return nil, notFound(kindVPC, s.vpc)
	}
	cidr, err := t.checkSubnetIPv6(*in.Ipv6CidrBlock, network)
	if err != nil {
		return nil, err
	}
	next := *s
	next.ipv6 = ipv6Block{cidr: cidr, association: t.newID(kindSubnetCIDR)}
	t.subnets.Put(&t.undo, &next)
	return &ec2.AssociateSubnetCidrBlockOutput{
		SubnetId: ptr(s.id), Ipv6CidrBlockAssociation: renderSubnetIPv6(next.ipv6, ec2types.SubnetCidrBlockStateCodeAssociating),
	}, nil
}

// checkSubnetIPv6 gives an IPv6 block for a subnet: within the VPC's, in steps of four bits, and nobody else's
// (https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html).
func (v *view) checkSubnetIPv6(asked string, network *vpc) (netip.Prefix, error) {
	cidr, err := parseIPv6CIDR("ipv6CidrBlock", asked)
	if err != nil {
		return cidr, err
	}
	if cidr.Bits() < 44 || cidr.Bits() > 64 || cidr.Bits()%4 != 0 || !within(cidr, network.ipv6.cidr) {
		return cidr, fail("InvalidSubnet.Range", "The CIDR '%s' is invalid.", asked)
	}
	for other := range v.subnets.By("vpc", v.scope, network.id) {
		if other.ipv6.cidr.IsValid() && other.ipv6.cidr.Overlaps(cidr) {
			return cidr, fail("InvalidSubnet.Conflict", "The CIDR '%s' conflicts with another subnet", asked)
		}
	}
	return cidr, nil
}

// parseIPv6CIDR reads an IPv6 block in its canonical form; text (mem).
func parseIPv6CIDR(parameter, s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil || !p.Addr().Is6() || p.Addr().Is4In6() {
		return netip.Prefix{}, badValue(parameter, s, "This is not a valid IPv6 CIDR block.")
	}
	return p.Masked(), nil
}

// disassociateSubnetBlock takes a subnet's IPv6 block away if no interface has an address of it.
func (t *tx) disassociateSubnetBlock(in *ec2.DisassociateSubnetCidrBlockInput) (*ec2.DisassociateSubnetCidrBlockOutput, error) {
	id := deref(in.AssociationId)
	if id == "" {
		return nil, missing("associationId")
	}
	for s := range t.subnets.All(t.scope, "") {
		if s.ipv6.association != id {
			continue
		}
		for i := range t.interfaces.By("subnet", t.scope, s.id) {
			if len(i.ipv6) > 0 { // code and text (mem)
				return nil, fail("InvalidCidr.InUse", "The CIDR block '%s' has addresses that are assigned to interfaces.", s.ipv6.cidr)
			}
		}
		next := *s
		next.ipv6, next.assignIPv6 = ipv6Block{}, false
		t.subnets.Put(&t.undo, &next)
		return &ec2.DisassociateSubnetCidrBlockOutput{
			SubnetId: ptr(s.id), Ipv6CidrBlockAssociation: renderSubnetIPv6(s.ipv6, ec2types.SubnetCidrBlockStateCodeDisassociating),
		}, nil
	}
	return nil, fail("InvalidSubnetCidrBlockAssociationID.NotFound", "The subnet CIDR block association ID '%s' does not exist", id) // (mem)
}

func renderSubnetIPv6(b ipv6Block, state ec2types.SubnetCidrBlockStateCode) *ec2types.SubnetIpv6CidrBlockAssociation {
	return &ec2types.SubnetIpv6CidrBlockAssociation{
		AssociationId:        ptr(b.association),
		IpSource:             ec2types.IpSourceAmazon,
		Ipv6AddressAttribute: ec2types.Ipv6AddressAttributePublic,
		Ipv6CidrBlock:        ptr(b.cidr.String()),
		Ipv6CidrBlockState:   &ec2types.SubnetCidrBlockState{State: state},
	}
}
