package engine

import (
	"slices"
	"strings"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/catalogue"
)

// choosePlacement checks the placement and keeps the zone that it names, if it names one.
func (t *tx) choosePlacement(l *launch) error {
	l.row.tenancy = ec2types.TenancyDefault
	in := l.in.Placement
	if in == nil {
		return l.checkMac()
	}
	if in.Tenancy != "" && !slices.Contains(in.Tenancy.Values(), in.Tenancy) {
		return fail("InvalidTenancy", "The tenancy '%s' is not valid.", in.Tenancy) // text (mem)
	}
	if err := checkPlacement(in); err != nil {
		return err
	}
	if in.Tenancy != "" {
		l.row.tenancy = in.Tenancy
	}
	if err := l.checkMac(); err != nil {
		return err
	}
	name, id := deref(in.AvailabilityZone), deref(in.AvailabilityZoneId)
	if name != "" && id != "" { // (mem)
		return fail("InvalidParameterCombination", "The parameter availabilityZone cannot be used with the parameter availabilityZoneId")
	}
	if name == "" && id == "" {
		return nil
	}
	for _, z := range t.zones() {
		if string(z.Name) == name || z.ID == id {
			l.row.zone = string(z.Name)
			return nil
		}
	}
	return fail("InvalidParameterValue", "Invalid availability zone: [%s]", name+id) // text (mem)
}

// checkMac refuses Macs, which run on Dedicated Hosts only
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-mac-instances.html); code and text (mem).
func (l *launch) checkMac() error {
	if strings.HasPrefix(l.typ.Name, "mac") {
		return fail("InvalidParameterCombination", "The instance type '%s' must be launched with the tenancy host, on a Dedicated Host.", l.typ.Name)
	}
	return nil
}

// chooseNetwork finds the subnets and plans the interfaces.
func (t *tx) chooseNetwork(l *launch) error {
	if len(l.in.NetworkInterfaces) > 0 {
		if err := t.planInterfaces(l); err != nil {
			return err
		}
	} else if err := t.planOnlyInterface(l); err != nil {
		return err
	}
	if err := t.checkZone(l); err != nil {
		return err
	}
	network, ok := t.vpcs.Get(l.subnet.vpc)
	if !ok {
		return notFound(kindVPC, l.subnet.vpc)
	}
	// In a VPC of dedicated tenancy no instance runs on shared hardware
	// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/dedicated-instance.html).
	if network.tenancy == ec2types.TenancyDedicated {
		l.row.tenancy = ec2types.TenancyDedicated
	}
	if l.row.tenancy == ec2types.TenancyDedicated && strings.HasPrefix(l.typ.Name, "t2.") {
		return unsupportedConfiguration() // (mem)
	}
	l.row.vpc, l.row.subnet = l.subnet.vpc, l.subnet.id
	return l.checkInterfaceLimits()
}

// checkZone makes the zone that of the subnet, which must be the one asked for, and offer the type.
func (t *tx) checkZone(l *launch) error {
	if asked := l.row.zone; asked != "" && asked != l.subnet.zone { // text (mem)
		return fail("InvalidParameterValue", "The availability zone '%s' is not that of the subnet '%s', which is in %s.", asked, l.subnet.id, l.subnet.zone)
	}
	l.row.zone = l.subnet.zone
	return offeredIn(t.Region, l.typ.Name, l.row.zone)
}

// subnetFor is the subnet that a launch or one of its interfaces names, or else a default one: that of
// the zone asked for, or of the first zone in which the type is offered and can be had. Which EC2 selects isn't documented.
func (t *tx) subnetFor(l *launch, id string) (*subnet, error) {
	if id != "" {
		return t.subnetByID(id)
	}
	network, ok := t.defaultVPC()
	if !ok {
		return nil, noDefaultVPC()
	}
	if zone := l.row.zone; zone != "" {
		if s, ok := t.defaultSubnet(zone); ok {
			return s, nil
		}
		return nil, fail("MissingInput", "No default subnet for availability zone: '%s'.", zone) // text (mem)
	}
	var full *subnet
	for _, zone := range catalogue.Offered(t.Region, l.typ.Name) {
		s, ok := t.defaultSubnet(string(zone))
		if ok && t.roomFor(l.typ.Name, s.zone, marketOf(l.spot)) >= l.min {
			return s, nil
		}
		if ok && full == nil {
			full = s
		}
	}
	if full != nil {
		return full, nil
	}
	if s, ok := t.defaultSubnet(""); ok { // its zone doesn't offer the type, as will be said
		return s, nil
	}
	return nil, fail("MissingInput", "No subnets found for the default VPC '%s'. Please specify a subnet.", network.id)
}

// groupsFor are the IDs of the groups that a launch names by ID, or by name, which can be done in the
// default VPC only.
func (t *tx) groupsFor(l *launch, s *subnet) ([]string, error) {
	ids := slices.Clone(l.in.SecurityGroupIds)
	if len(l.in.SecurityGroups) > 0 && deref(l.in.SubnetId) != "" { // text (mem)
		return nil, fail("InvalidParameterCombination", "The parameter groupName cannot be used with the parameter subnet")
	}
	for _, name := range l.in.SecurityGroups {
		g, err := t.groupNamed(s.vpc, name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, g.id)
	}
	return t.checkGroups(ids, s)
}

// chooseNames takes the options of host names from the request, else from the subnet.
func (t *tx) chooseNames(l *launch) error {
	r := l.row
	r.hostnameType, r.dnsA, r.dnsAAAA = l.subnet.hostnameType, l.subnet.dnsA, l.subnet.dnsAAAA
	in := l.in.PrivateDnsNameOptions
	if in == nil {
		return nil
	}
	if in.EnableResourceNameDnsARecord != nil {
		r.dnsA = *in.EnableResourceNameDnsARecord
	}
	if in.EnableResourceNameDnsAAAARecord != nil {
		r.dnsAAAA = *in.EnableResourceNameDnsAAAARecord
	}
	return chooseWord(&r.hostnameType, in.HostnameType, "HostnameType")
}
