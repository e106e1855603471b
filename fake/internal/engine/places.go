package engine

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

// Regions and zones aren't state: they are the catalogue's. Every account works in every region of its
// partition here, without opting in first, so that regions to opt in to show as opted-in.
var placeOperations = []operation{
	reading("RegionNames AllRegions Filters{Name Values}", (*view).describeRegions),
	reading("ZoneNames ZoneIds AllAvailabilityZones Filters{Name Values}", (*view).describeAvailabilityZones),
}

var regionFilters = filterable[catalogue.Region]{
	filters: map[string]filterOn[catalogue.Region]{
		"endpoint":      one(func(_ *view, r *catalogue.Region) string { return endpoint(r.Name) }),
		"opt-in-status": one(func(_ *view, r *catalogue.Region) string { return optInStatus(r) }),
		"region-name":   one(func(_ *view, r *catalogue.Region) string { return string(r.Name) }),
	},
}

// zoneFilters: the zones of this cloud are Availability Zones, which have no parents, and nothing is said about them.
var zoneFilters = filterable[catalogue.Zone]{
	filters: map[string]filterOn[catalogue.Zone]{
		"group-long-name": one(func(v *view, z *catalogue.Zone) string { return groupLongName(v.Region, z) }),
		"group-name":      one(func(_ *view, z *catalogue.Zone) string { return z.Group }),
		"message":         some(func(*view, *catalogue.Zone, func(string)) {}),
		"opt-in-status": one(func(*view, *catalogue.Zone) string {
			return string(ec2types.AvailabilityZoneOptInStatusOptInNotRequired)
		}),
		"parent-zone-id":   some(func(*view, *catalogue.Zone, func(string)) {}),
		"parent-zone-name": some(func(*view, *catalogue.Zone, func(string)) {}),
		"region-name":      one(func(v *view, _ *catalogue.Zone) string { return string(v.Region) }),
		"state":            one(func(*view, *catalogue.Zone) string { return string(ec2types.AvailabilityZoneStateAvailable) }),
		"zone-id":          one(func(_ *view, z *catalogue.Zone) string { return z.ID }),
		"zone-name":        one(func(_ *view, z *catalogue.Zone) string { return string(z.Name) }),
		"zone-type":        one(func(_ *view, z *catalogue.Zone) string { return z.Type }),
	},
}

// describeRegions: AllRegions adds nothing, since no region is disabled for anybody.
func (v *view) describeRegions(in *ec2.DescribeRegionsInput) (*ec2.DescribeRegionsOutput, error) {
	s, err := regionFilters.parse(in.Filters)
	if err != nil {
		return nil, err
	}
	all := v.regions()
	if err := allKnown(in.RegionNames, "region", func(name string) bool {
		return slices.ContainsFunc(all, func(r catalogue.Region) bool { return string(r.Name) == name })
	}); err != nil {
		return nil, err
	}
	out := &ec2.DescribeRegionsOutput{Regions: []ec2types.Region{}}
	for i := range all {
		r := &all[i]
		if !named(in.RegionNames, string(r.Name)) || !s.match(v, r) {
			continue
		}
		shown := ec2types.Region{
			Endpoint:    ptr(endpoint(r.Name)),
			OptInStatus: ptr(optInStatus(r)),
			RegionName:  ptr(string(r.Name)),
		}
		if g, ok := geographies[r.Name]; ok {
			shown.Geography = []ec2types.RegionGeography{{Name: ptr(g.country)}}
		}
		out.Regions = append(out.Regions, shown)
	}
	return out, nil
}

// describeAvailabilityZones: AllAvailabilityZones adds nothing, since there are no Local or Wavelength Zones.
func (v *view) describeAvailabilityZones(in *ec2.DescribeAvailabilityZonesInput) (*ec2.DescribeAvailabilityZonesOutput, error) {
	s, err := zoneFilters.parse(in.Filters)
	if err != nil {
		return nil, err
	}
	zones := v.zones()
	if err := allKnown(in.ZoneNames, "availability zone", func(name string) bool {
		return slices.ContainsFunc(zones, func(z catalogue.Zone) bool { return string(z.Name) == name })
	}); err != nil {
		return nil, err
	}
	if err := allKnown(in.ZoneIds, "availability zone-id", func(id string) bool { // text (mem)
		return slices.ContainsFunc(zones, func(z catalogue.Zone) bool { return z.ID == id })
	}); err != nil {
		return nil, err
	}
	out := &ec2.DescribeAvailabilityZonesOutput{AvailabilityZones: []ec2types.AvailabilityZone{}}
	for i := range zones {
		z := &zones[i]
		if named(in.ZoneNames, string(z.Name)) && named(in.ZoneIds, z.ID) && s.match(v, z) {
			out.AvailabilityZones = append(out.AvailabilityZones, v.renderZone(z))
		}
	}
	return out, nil
}

func (v *view) renderZone(z *catalogue.Zone) ec2types.AvailabilityZone {
	out := ec2types.AvailabilityZone{
		GroupLongName:      ptr(groupLongName(v.Region, z)),
		GroupName:          ptr(z.Group),
		NetworkBorderGroup: ptr(string(v.Region)),
		OptInStatus:        ec2types.AvailabilityZoneOptInStatusOptInNotRequired,
		RegionName:         ptr(string(v.Region)),
		State:              ec2types.AvailabilityZoneStateAvailable,
		ZoneId:             ptr(z.ID),
		ZoneName:           ptr(string(z.Name)),
		ZoneType:           ptr(z.Type),
	}
	if g, ok := geographies[v.Region]; ok {
		out.Geography = []ec2types.AvailabilityZoneGeography{{Name: ptr(g.country)}}
	}
	return out
}

// allKnown refuses names of which some are unknown. The text was recorded for regions and is (mem) for zones.
func allKnown(names []string, what string, known func(string) bool) error {
	var unknown []string
	for _, name := range names {
		if !known(name) {
			unknown = append(unknown, name)
		}
	}
	if len(unknown) > 0 {
		return fail("InvalidParameterValue", "Invalid %s: [%s]", what, strings.Join(unknown, ", "))
	}
	return nil
}

// named tells whether a request that names some, or by naming none all, wants this one.
func named(names []string, name string) bool { return len(names) == 0 || slices.Contains(names, name) }

// regions are those of the caller's partition.
func (v *view) regions() []catalogue.Region {
	all := slices.Clone(catalogue.Regions())
	return slices.DeleteFunc(all, func(r catalogue.Region) bool { return r.Name.Partition() != v.Partition })
}

func endpoint(r region.Region) string { return "ec2." + string(r) + "." + dnsSuffix(r.Partition()) }

func optInStatus(r *catalogue.Region) string {
	if r.OptInStatus == string(ec2types.AvailabilityZoneOptInStatusNotOptedIn) {
		return string(ec2types.AvailabilityZoneOptInStatusOptedIn)
	}
	return r.OptInStatus
}

// zones are the caller's region's, in order of name.
func (v *view) zones() []catalogue.Zone {
	r, _ := catalogue.RegionNamed(v.Region)
	return r.Zones
}

// zoneID is the ID of a zone of the caller's region; "" if it has none of that name.
func (v *view) zoneID(name string) string {
	for _, z := range v.zones() {
		if z.Name == region.Zone(name) {
			return z.ID
		}
	}
	return ""
}

// zoneOfID is the name of a zone of the caller's region by its ID.
func (v *view) zoneOfID(id string) (name string, ok bool) {
	for _, z := range v.zones() {
		if z.ID == id {
			return string(z.Name), true
		}
	}
	return "", false
}

// groupLongName has the form that the API's reference shows, "US West (Oregon) 1".
func groupLongName(r region.Region, z *catalogue.Zone) string {
	name := string(r)
	if g, ok := geographies[r]; ok {
		name = g.name
	}
	return name + " " + z.Group[strings.LastIndexByte(z.Group, '-')+1:]
}
