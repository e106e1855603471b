package engine

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

var vpcOperations = []operation{
	writing("VpcId", (*tx).deleteVPC),
	writing("", (*tx).createDefaultVPC),
	writing("AvailabilityZone AvailabilityZoneId Ipv6Native", (*tx).createDefaultSubnet),
	writing("VpcId EnableDnsHostnames{Value} EnableDnsSupport{Value} EnableNetworkAddressUsageMetrics{Value}", (*tx).modifyVPCAttribute),
	reading("VpcId Attribute", (*view).describeVPCAttribute),
	writing("VpcId InstanceTenancy", (*tx).modifyVPCTenancy),
	writing("VpcId AmazonProvidedIpv6CidrBlock CidrBlock Ipv4IpamPoolId Ipv4NetmaskLength Ipv6CidrBlock "+
		"Ipv6CidrBlockNetworkBorderGroup Ipv6IpamPoolId Ipv6NetmaskLength Ipv6Pool", (*tx).associateVPCBlock),
	writing("AssociationId", (*tx).disassociateVPCBlock),
	writing("SubnetId", (*tx).deleteSubnet),
	writing("SubnetId AssignIpv6AddressOnCreation{Value} CustomerOwnedIpv4Pool DisableLniAtDeviceIndex{Value} EnableDns64{Value} "+
		"EnableLniAtDeviceIndex EnableResourceNameDnsAAAARecordOnLaunch{Value} EnableResourceNameDnsARecordOnLaunch{Value} "+
		"MapCustomerOwnedIpOnLaunch{Value} MapPublicIpOnLaunch{Value} PrivateDnsHostnameTypeOnLaunch", (*tx).modifySubnetAttribute),
	writing("SubnetId Ipv6CidrBlock Ipv6IpamPoolId Ipv6NetmaskLength", (*tx).associateSubnetBlock),
	writing("AssociationId", (*tx).disassociateSubnetBlock),
}

// modifyVPCAttribute changes one attribute: several in one request are refused (code and text (mem)).
func (t *tx) modifyVPCAttribute(in *ec2.ModifyVpcAttributeInput) (*ec2.ModifyVpcAttributeOutput, error) {
	if deref(in.VpcId) == "" {
		return nil, missing("vpcId")
	}
	n, err := t.vpcByID(*in.VpcId)
	if err != nil {
		return nil, err
	}
	next := *n
	changes := 0
	for _, a := range []struct {
		to *ec2types.AttributeBooleanValue
		at *bool
	}{
		{in.EnableDnsHostnames, &next.dnsHostnames},
		{in.EnableDnsSupport, &next.dnsSupport},
		{in.EnableNetworkAddressUsageMetrics, &next.usageMetrics},
	} {
		if a.to != nil {
			changes++
			*a.at = deref(a.to.Value)
		}
	}
	if err := oneAttribute(changes); err != nil {
		return nil, err
	}
	// "You can only enable DNS hostnames if you've enabled DNS support"
	// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcAttribute.html); code and text (mem).
	if in.EnableDnsHostnames != nil && next.dnsHostnames && !next.dnsSupport {
		return nil, fail("InvalidParameterValue", "DNS hostnames can be enabled for the VPC '%s' only if DNS support is enabled.", n.id)
	}
	t.vpcs.Put(&t.undo, &next)
	return &ec2.ModifyVpcAttributeOutput{}, nil
}

// oneAttribute requires a request to change exactly one attribute (codes and texts (mem)).
func oneAttribute(changes int) error {
	switch {
	case changes == 0:
		return fail("InvalidParameterCombination", "No attributes specified.")
	case changes > 1:
		return fail("InvalidParameterCombination", "Only one attribute can be modified in a request.")
	}
	return nil
}

func (v *view) describeVPCAttribute(in *ec2.DescribeVpcAttributeInput) (*ec2.DescribeVpcAttributeOutput, error) {
	if deref(in.VpcId) == "" {
		return nil, missing("vpcId")
	}
	n, err := v.vpcByID(*in.VpcId)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeVpcAttributeOutput{VpcId: ptr(n.id)}
	switch in.Attribute {
	case "":
		return nil, missing("attribute")
	case ec2types.VpcAttributeNameEnableDnsHostnames:
		out.EnableDnsHostnames = &ec2types.AttributeBooleanValue{Value: ptr(n.dnsHostnames)}
	case ec2types.VpcAttributeNameEnableDnsSupport:
		out.EnableDnsSupport = &ec2types.AttributeBooleanValue{Value: ptr(n.dnsSupport)}
	case ec2types.VpcAttributeNameEnableNetworkAddressUsageMetrics:
		out.EnableNetworkAddressUsageMetrics = &ec2types.AttributeBooleanValue{Value: ptr(n.usageMetrics)}
	default:
		return nil, badValue("attribute", in.Attribute, "Unknown attribute.") // text (mem)
	}
	return out, nil
}

// modifyVPCTenancy: a VPC's tenancy can only become default
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcTenancy.html).
func (t *tx) modifyVPCTenancy(in *ec2.ModifyVpcTenancyInput) (*ec2.ModifyVpcTenancyOutput, error) {
	if deref(in.VpcId) == "" {
		return nil, missing("vpcId")
	}
	if in.InstanceTenancy == "" {
		return nil, missing("instanceTenancy")
	}
	n, err := t.vpcByID(*in.VpcId)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(in.InstanceTenancy.Values(), in.InstanceTenancy) { // text (mem)
		return nil, badValue("instanceTenancy", in.InstanceTenancy, "The tenancy of a VPC can be changed to default only.")
	}
	next := *n
	next.tenancy = ec2types.TenancyDefault
	t.vpcs.Put(&t.undo, &next)
	return &ec2.ModifyVpcTenancyOutput{ReturnValue: ptr(true)}, nil
}
