package engine

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// addressAttributePaging is (mem).
var addressAttributePaging = paging{min: 1, max: 1000, badToken: "InvalidNextToken"}

// describeAddressesAttribute tells the reverse DNS records of addresses
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html#Using_Elastic_Addressing_Reverse_DNS).
func (v *view) describeAddressesAttribute(in *ec2.DescribeAddressesAttributeInput) (*ec2.DescribeAddressesAttributeOutput, error) {
	if err := checkAddressAttribute(in.Attribute); err != nil {
		return nil, err
	}
	pg, err := addressAttributePaging.at("DescribeAddressesAttribute", in.MaxResults, in.NextToken, len(in.AllocationIds), "allocationIds")
	if err != nil {
		return nil, err
	}
	rows, next, err := elasticFilters.listing(v, nil, in.AllocationIds, v.elasticByID, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeAddressesAttributeOutput{NextToken: next, Addresses: make([]ec2types.AddressAttribute, 0, len(rows))}
	for _, e := range rows {
		out.Addresses = append(out.Addresses, e.attribute())
	}
	return out, nil
}

func checkAddressAttribute(name ec2types.AddressAttributeName) error {
	switch name {
	case "":
		return missing("Attribute")
	case ec2types.AddressAttributeNameDomainName:
		return nil
	}
	return badValue("attribute", name, "Expecting domain-name.")
}

func (e *elasticAddress) attribute() ec2types.AddressAttribute {
	return ec2types.AddressAttribute{AllocationId: ptr(e.id), PtrRecord: text(e.domainName), PublicIp: ptr(e.public.String())}
}

// changed tells of a change of the record, which is on its way as the caller sees it.
func (e *elasticAddress) changed(to string) *ec2types.AddressAttribute {
	out := e.attribute()
	out.PtrRecordUpdate = &ec2types.PtrUpdateStatus{Status: ptr("PENDING"), Value: text(to)}
	return &out
}

// modifyAddressAttribute takes any name: whether it leads to the address is for the world's DNS to tell.
func (t *tx) modifyAddressAttribute(in *ec2.ModifyAddressAttributeInput) (*ec2.ModifyAddressAttributeOutput, error) {
	if deref(in.AllocationId) == "" {
		return nil, missing("AllocationId")
	}
	e, err := t.elasticByID(*in.AllocationId)
	if err != nil {
		return nil, err
	}
	if deref(in.DomainName) == "" {
		return nil, missing("DomainName")
	}
	name := strings.TrimSuffix(*in.DomainName, ".")
	if !isHostName(name) { // text (mem)
		return nil, badValue("DomainName", *in.DomainName, "This is not a valid domain name.")
	}
	next := *e
	next.domainName = name + "."
	t.elastic.Put(&t.undo, &next)
	return &ec2.ModifyAddressAttributeOutput{Address: e.changed(next.domainName)}, nil
}

// isHostName tells whether a name has the form of RFC 1123.
func isHostName(name string) bool {
	if len(name) > 253 {
		return false
	}
	labels := strings.Split(name, ".")
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.Trim(strings.ToLower(label), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return len(labels) > 1
}

func (t *tx) resetAddressAttribute(in *ec2.ResetAddressAttributeInput) (*ec2.ResetAddressAttributeOutput, error) {
	if deref(in.AllocationId) == "" {
		return nil, missing("AllocationId")
	}
	if err := checkAddressAttribute(in.Attribute); err != nil {
		return nil, err
	}
	e, err := t.elasticByID(*in.AllocationId)
	if err != nil {
		return nil, err
	}
	next := *e
	next.domainName = ""
	t.elastic.Put(&t.undo, &next)
	return &ec2.ResetAddressAttributeOutput{Address: e.changed("")}, nil
}
