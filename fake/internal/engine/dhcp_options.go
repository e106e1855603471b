package engine

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// dhcpOptions are what a VPC tells its instances by DHCP.
type dhcpOptions struct {
	id      string
	scope   store.Scope
	options []dhcpOption
	seeded  bool // the region's own
}

type dhcpOption struct {
	key    string
	values []string
}

var dhcpSchema = store.Schema[dhcpOptions]{
	Name:  "DHCP options",
	ID:    func(d *dhcpOptions) string { return d.id },
	Scope: func(d *dhcpOptions) store.Scope { return d.scope },
}

var dhcpOperations = []operation{
	writing("DhcpConfigurations{Key Values} TagSpecifications{ResourceType Tags{Key Value}}", (*tx).createDHCPOptions),
	writing("DhcpOptionsId VpcId", (*tx).associateDHCPOptions),
	writing("DhcpOptionsId", (*tx).deleteDHCPOptions),
	reading("DhcpOptionsIds Filters{Name Values} MaxResults NextToken", (*view).describeDHCPOptions),
}

var dhcpFilters = filterable[dhcpOptions]{
	table:    func(s *state) *store.Table[dhcpOptions] { return s.dhcp },
	id:       func(d *dhcpOptions) string { return d.id },
	resource: ec2types.ResourceTypeDhcpOptions,
	filters: map[string]filterOn[dhcpOptions]{
		"dhcp-options-id": one(func(_ *view, d *dhcpOptions) string { return d.id }).by(ownID),
		"key": some(func(_ *view, d *dhcpOptions, add func(string)) {
			for _, o := range d.options {
				add(o.key)
			}
		}),
		"value": some(func(_ *view, d *dhcpOptions, add func(string)) {
			for _, o := range d.options {
				for _, s := range o.values {
					add(s)
				}
			}
		}),
		"owner-id": one(func(v *view, _ *dhcpOptions) string { return v.Account }),
	},
}

// noDHCPOptions is what a VPC has in the place of an ID if it has none
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateDhcpOptions.html).
const noDHCPOptions = "default"

// defaultDHCPOptions are the region's own, which every new VPC has; they are made when first needed
// (https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSet.html).
func (t *tx) defaultDHCPOptions() string {
	for d := range t.dhcp.All(t.scope, "") {
		if d.seeded {
			return d.id
		}
	}
	d := &dhcpOptions{id: t.newID(kindDHCPOptions), scope: t.scope, seeded: true, options: []dhcpOption{
		{"domain-name", []string{t.privateDomain()[1:]}},
		{"domain-name-servers", []string{amazonDNS}},
	}}
	t.dhcp.Put(&t.undo, d)
	return d.id
}

const amazonDNS = "AmazonProvidedDNS"

func (t *tx) createDHCPOptions(in *ec2.CreateDhcpOptionsInput) (*ec2.CreateDhcpOptionsOutput, error) {
	if len(in.DhcpConfigurations) == 0 {
		return nil, missing("dhcpConfiguration")
	}
	d := &dhcpOptions{scope: t.scope}
	for _, c := range in.DhcpConfigurations {
		o := dhcpOption{deref(c.Key), slices.Clone(c.Values)}
		if err := checkDHCPOption(&o); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(d.options, func(other dhcpOption) bool { return other.key == o.key }) { // (mem)
			return nil, badValue("dhcpConfiguration", o.key, "The option must not appear multiple times.")
		}
		d.options = append(d.options, o)
	}
	tags, err := tagSpecifications(in.TagSpecifications, ec2types.ResourceTypeDhcpOptions)
	if err != nil {
		return nil, err
	}
	d.id = t.newID(kindDHCPOptions)
	t.dhcp.Put(&t.undo, d)
	if err := t.setTags(ec2types.ResourceTypeDhcpOptions, d.id, tags[ec2types.ResourceTypeDhcpOptions]); err != nil {
		return nil, err
	}
	out := t.renderDHCPOptions(d)
	return &ec2.CreateDhcpOptionsOutput{DhcpOptions: &out}, nil
}

// checkDHCPOption holds an option to what the API's reference says of it
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateDhcpOptions.html); texts are (mem).
func checkDHCPOption(o *dhcpOption) error {
	most, valid := 1, func(string) bool { return true }
	address := func(s string) bool { a, err := netip.ParseAddr(s); return err == nil && a.Zone() == "" }
	switch o.key {
	case "":
		return missing("dhcpConfiguration.key")
	case "domain-name":
	case "domain-name-servers":
		most, valid = 4, func(s string) bool { return s == amazonDNS || address(s) }
	case "ntp-servers":
		most, valid = 4, address
	case "netbios-name-servers":
		most, valid = 4, func(s string) bool { return address(s) && !strings.Contains(s, ":") }
	case "netbios-node-type":
		valid = func(s string) bool { return slices.Contains([]string{"1", "2", "4", "8"}, s) }
	case "ipv6-address-preferred-lease-time":
		valid = func(s string) bool { return strings.Trim(s, "0123456789") == "" }
	default:
		return badValue("key", o.key, "The DHCP option does not exist.")
	}
	if len(o.values) == 0 || slices.Contains(o.values, "") {
		return missing("dhcpConfiguration.value")
	}
	if len(o.values) > most {
		return badValue("value", strings.Join(o.values, ", "), "The option %s can have %d.", o.key, most)
	}
	for _, s := range o.values {
		if !valid(s) {
			return badValue("value", s, "It is no value of the option %s.", o.key)
		}
	}
	return nil
}

func (t *tx) associateDHCPOptions(in *ec2.AssociateDhcpOptionsInput) (*ec2.AssociateDhcpOptionsOutput, error) {
	if deref(in.DhcpOptionsId) == "" {
		return nil, missing("dhcpOptionsId")
	}
	if deref(in.VpcId) == "" {
		return nil, missing("vpcId")
	}
	if *in.DhcpOptionsId != noDHCPOptions {
		if _, err := t.dhcpOptionsByID(*in.DhcpOptionsId); err != nil {
			return nil, err
		}
	}
	n, err := t.vpcByID(*in.VpcId)
	if err != nil {
		return nil, err
	}
	next := *n
	next.dhcpOptions = *in.DhcpOptionsId
	t.vpcs.Put(&t.undo, &next)
	return &ec2.AssociateDhcpOptionsOutput{}, nil
}

// deleteDHCPOptions refuses while a VPC has them
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteDhcpOptions.html).
func (t *tx) deleteDHCPOptions(in *ec2.DeleteDhcpOptionsInput) (*ec2.DeleteDhcpOptionsOutput, error) {
	if deref(in.DhcpOptionsId) == "" {
		return nil, missing("dhcpOptionsId")
	}
	d, err := t.dhcpOptionsByID(*in.DhcpOptionsId)
	if err != nil {
		return nil, err
	}
	for n := range t.vpcs.All(t.scope, "") {
		if n.dhcpOptions == d.id {
			return nil, hasDependencies("dhcpOptions", d.id)
		}
	}
	t.dropTags(d.id)
	t.dhcp.Delete(&t.undo, d.id)
	return &ec2.DeleteDhcpOptionsOutput{}, nil
}

// dhcpOptionsByID gives the caller's options, or InvalidDhcpOptionsId.Malformed or InvalidDhcpOptionsID.NotFound.
func (v *view) dhcpOptionsByID(id string) (*dhcpOptions, error) {
	return owned(v, v.dhcp, dhcpSchema.Scope, kindDHCPOptions, id)
}

func (v *view) describeDHCPOptions(in *ec2.DescribeDhcpOptionsInput) (*ec2.DescribeDhcpOptionsOutput, error) {
	pg, err := usualPaging.at("DescribeDhcpOptions", in.MaxResults, in.NextToken, 0, "")
	if err != nil {
		return nil, err
	}
	rows, next, err := dhcpFilters.listing(v, in.Filters, in.DhcpOptionsIds, v.dhcpOptionsByID, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeDhcpOptionsOutput{NextToken: next, DhcpOptions: make([]ec2types.DhcpOptions, 0, len(rows))}
	for _, d := range rows {
		out.DhcpOptions = append(out.DhcpOptions, v.renderDHCPOptions(d))
	}
	return out, nil
}

func (v *view) renderDHCPOptions(d *dhcpOptions) ec2types.DhcpOptions {
	out := ec2types.DhcpOptions{DhcpOptionsId: ptr(d.id), OwnerId: ptr(v.Account), Tags: v.renderTags(d.id)}
	for _, o := range d.options {
		c := ec2types.DhcpConfiguration{Key: ptr(o.key)}
		for _, s := range o.values {
			c.Values = append(c.Values, ec2types.AttributeValue{Value: ptr(s)})
		}
		out.DhcpConfigurations = append(out.DhcpConfigurations, c)
	}
	return out
}
