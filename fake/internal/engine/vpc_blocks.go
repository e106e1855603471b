package engine

import (
	"net/netip"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// vpcBlock is an IPv4 block of a VPC beside its primary one.
type vpcBlock struct {
	cidr        netip.Prefix
	association string
}

// maxBlocks is as far as the quota of a VPC's IPv4 blocks can be raised
// (https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html).
const maxBlocks = 50

// ipv4 are the IPv4 blocks, the primary one first.
func (n *vpc) ipv4() []vpcBlock {
	return append([]vpcBlock{{n.cidr, n.association}}, n.secondary...)
}

// blocks are all of a VPC's blocks.
func (n *vpc) blocks() []netip.Prefix {
	var all []netip.Prefix
	for _, b := range n.ipv4() {
		all = append(all, b.cidr)
	}
	if n.ipv6.cidr.IsValid() {
		all = append(all, n.ipv6.cidr)
	}
	return all
}

// holds tells whether a block lies within one of the VPC's.
func (n *vpc) holds(block netip.Prefix) bool {
	return slices.ContainsFunc(n.blocks(), func(own netip.Prefix) bool { return within(block, own) })
}

// onIPv4Blocks is a filter on something of each IPv4 block.
func onIPv4Blocks(value func(vpcBlock) string) filterOn[vpc] {
	return some(func(_ *view, n *vpc, add func(string)) {
		for _, b := range n.ipv4() {
			add(value(b))
		}
	})
}

// associateVPCBlock gives a VPC a further IPv4 block, or an IPv6 block if it has none
// (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html).
func (t *tx) associateVPCBlock(in *ec2.AssociateVpcCidrBlockInput) (*ec2.AssociateVpcCidrBlockOutput, error) {
	if deref(in.VpcId) == "" {
		return nil, missing("vpcId")
	}
	n, err := t.vpcByID(*in.VpcId)
	if err != nil {
		return nil, err
	}
	ipv6 := deref(in.AmazonProvidedIpv6CidrBlock)
	if ipv6 && in.CidrBlock != nil { // (mem)
		return nil, fail("InvalidParameterCombination", "The parameter cidrBlock cannot be used with the parameter amazonProvidedIpv6CidrBlock")
	}
	asked := &ec2.CreateVpcInput{
		AmazonProvidedIpv6CidrBlock: in.AmazonProvidedIpv6CidrBlock, CidrBlock: in.CidrBlock, Ipv4IpamPoolId: in.Ipv4IpamPoolId,
		Ipv4NetmaskLength: in.Ipv4NetmaskLength, Ipv6CidrBlock: in.Ipv6CidrBlock, Ipv6IpamPoolId: in.Ipv6IpamPoolId,
		Ipv6CidrBlockNetworkBorderGroup: in.Ipv6CidrBlockNetworkBorderGroup, Ipv6NetmaskLength: in.Ipv6NetmaskLength, Ipv6Pool: in.Ipv6Pool,
	}
	if ipv6 {
		asked.CidrBlock = ptr(n.cidr.String()) // the check is for requests that have both
	}
	cidr, err := checkVPCBlocks(asked, t.Place)
	if err != nil {
		return nil, err
	}
	next := *n
	out := &ec2.AssociateVpcCidrBlockOutput{VpcId: ptr(n.id)}
	if ipv6 {
		if n.ipv6.cidr.IsValid() { // code and text (mem)
			return nil, fail("InvalidParameterValue", "The VPC '%s' already has an Amazon-provided IPv6 CIDR block.", n.id)
		}
		next.ipv6 = ipv6Block{cidr: t.newIPv6Block(), association: t.newID(kindCIDRAssociation)}
		out.Ipv6CidrBlockAssociation = t.renderIPv6(&next, ec2types.VpcCidrBlockStateCodeAssociating)
	} else {
		if slices.ContainsFunc(n.ipv4(), func(own vpcBlock) bool { return own.cidr.Overlaps(cidr) }) { // text (mem)
			return nil, fail("InvalidVpc.Range", "The CIDR '%s' conflicts with another CIDR block of the VPC.", cidr)
		}
		if len(n.secondary)+1 >= maxBlocks { // code and text (mem)
			return nil, fail("CidrBlockLimitExceeded", "The maximum number of IPv4 CIDR blocks per VPC has been reached.")
		}
		b := vpcBlock{cidr, t.newID(kindCIDRAssociation)}
		next.secondary = append(slices.Clip(n.secondary), b)
		out.CidrBlockAssociation = renderIPv4(b, ec2types.VpcCidrBlockStateCodeAssociating)
	}
	t.vpcs.Put(&t.undo, &next)
	return out, nil
}

// disassociateVPCBlock takes a block away in which no subnet is; the primary one stays.
func (t *tx) disassociateVPCBlock(in *ec2.DisassociateVpcCidrBlockInput) (*ec2.DisassociateVpcCidrBlockOutput, error) {
	id := deref(in.AssociationId)
	if id == "" {
		return nil, missing("associationId")
	}
	for n := range t.vpcs.All(t.scope, "") {
		if n.association == id { // text (mem)
			return nil, fail("OperationNotPermitted", "The vpc CIDR block with association ID %s may not be disassociated. It is the primary IPv4 CIDR block of the VPC", id)
		}
		next := *n
		out := &ec2.DisassociateVpcCidrBlockOutput{VpcId: ptr(n.id)}
		var gone netip.Prefix
		if i := slices.IndexFunc(n.secondary, func(b vpcBlock) bool { return b.association == id }); i >= 0 {
			gone = n.secondary[i].cidr
			out.CidrBlockAssociation = renderIPv4(n.secondary[i], ec2types.VpcCidrBlockStateCodeDisassociating)
			next.secondary = slices.Delete(slices.Clone(n.secondary), i, i+1)
		} else if n.ipv6.cidr.IsValid() && n.ipv6.association == id {
			gone = n.ipv6.cidr
			out.Ipv6CidrBlockAssociation = t.renderIPv6(n, ec2types.VpcCidrBlockStateCodeDisassociating)
			next.ipv6 = ipv6Block{}
		} else {
			continue
		}
		for s := range t.subnets.By("vpc", t.scope, n.id) {
			if within(s.cidr, gone) || s.ipv6.cidr.IsValid() && within(s.ipv6.cidr, gone) { // text (mem)
				return nil, fail("DependencyViolation", "The vpc CIDR block with association ID %s has dependencies and cannot be disassociated.", id)
			}
		}
		t.vpcs.Put(&t.undo, &next)
		return out, nil
	}
	return nil, fail("InvalidVpcCidrBlockAssociationID.NotFound", "The vpc CIDR block association ID '%s' does not exist", id) // (mem)
}

func renderIPv4(b vpcBlock, state ec2types.VpcCidrBlockStateCode) *ec2types.VpcCidrBlockAssociation {
	return &ec2types.VpcCidrBlockAssociation{
		AssociationId: ptr(b.association), CidrBlock: ptr(b.cidr.String()), CidrBlockState: &ec2types.VpcCidrBlockState{State: state},
	}
}

func (v *view) renderIPv6(n *vpc, state ec2types.VpcCidrBlockStateCode) *ec2types.VpcIpv6CidrBlockAssociation {
	return &ec2types.VpcIpv6CidrBlockAssociation{
		AssociationId:        ptr(n.ipv6.association),
		IpSource:             ec2types.IpSourceAmazon,
		Ipv6AddressAttribute: ec2types.Ipv6AddressAttributePublic,
		Ipv6CidrBlock:        ptr(n.ipv6.cidr.String()),
		Ipv6CidrBlockState:   &ec2types.VpcCidrBlockState{State: state},
		Ipv6Pool:             ptr(amazonPool),
		NetworkBorderGroup:   ptr(string(v.Region)),
	}
}
