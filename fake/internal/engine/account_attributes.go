package engine

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

var accountAttributeOperations = []operation{
	reading("AttributeNames", (*view).describeAccountAttributes),
}

// describeAccountAttributes tells the quotas of a new account, which this cloud tells and doesn't enforce
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAccountAttributes.html).
func (v *view) describeAccountAttributes(in *ec2.DescribeAccountAttributesInput) (*ec2.DescribeAccountAttributesOutput, error) {
	vpc := "none"
	if d, ok := v.defaultVPC(); ok {
		vpc = d.id
	}
	type attribute struct{ name, value string }
	all := []attribute{
		{"supported-platforms", "VPC"},
		{"vpc-max-security-groups-per-interface", "5"},
		{"max-elastic-ips", "5"},
		{"max-instances", "20"},
		{"vpc-max-elastic-ips", "5"},
		{"default-vpc", vpc},
	}
	names := make([]string, len(in.AttributeNames))
	for i, n := range in.AttributeNames {
		names[i] = string(n)
	}
	if err := allKnown(names, "attribute name", func(name string) bool {
		return slices.ContainsFunc(all, func(a attribute) bool { return a.name == name })
	}); err != nil {
		return nil, err
	}
	out := &ec2.DescribeAccountAttributesOutput{AccountAttributes: []ec2types.AccountAttribute{}}
	for _, a := range all {
		if named(names, a.name) {
			out.AccountAttributes = append(out.AccountAttributes, ec2types.AccountAttribute{
				AttributeName: ptr(a.name), AttributeValues: []ec2types.AccountAttributeValue{{AttributeValue: ptr(a.value)}},
			})
		}
	}
	return out, nil
}
