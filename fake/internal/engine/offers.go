package engine

import (
	"iter"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/catalogue"
)

// What is offered where isn't state: it is the catalogue's.
var offerOperations = []operation{
	reading("InstanceTypes IncludeUnsupportedInRegion Filters{Name Values} MaxResults NextToken", (*view).describeInstanceTypes),
	reading("LocationType Filters{Name Values} MaxResults NextToken", (*view).describeInstanceTypeOfferings),
}

// offer is an instance type at a place.
type offer struct{ typ, location string }

func (o *offer) id() string { return o.typ + " " + o.location }

var offerFilters = filterable[offer]{
	id: (*offer).id,
	filters: map[string]filterOn[offer]{
		"instance-type": one(func(_ *view, o *offer) string { return o.typ }),
		"location":      one(func(_ *view, o *offer) string { return o.location }),
	},
}

func (v *view) describeInstanceTypeOfferings(in *ec2.DescribeInstanceTypeOfferingsInput) (*ec2.DescribeInstanceTypeOfferingsOutput, error) {
	at := in.LocationType
	switch at {
	case "":
		at = ec2types.LocationTypeRegion
	case ec2types.LocationTypeRegion, ec2types.LocationTypeAvailabilityZone, ec2types.LocationTypeAvailabilityZoneId, ec2types.LocationTypeOutpost:
	default:
		return nil, badValue("locationType", at, "The location type is region, availability-zone, availability-zone-id or outpost.") // text (mem)
	}
	pg, err := usualPaging.at("DescribeInstanceTypeOfferings", in.MaxResults, in.NextToken, 0, "")
	if err != nil {
		return nil, err
	}
	if pg.size == 0 {
		pg.size = int(usualPaging.max) // (mem)
	}
	s, err := offerFilters.parse(in.Filters)
	if err != nil {
		return nil, err
	}
	rows, next := cut(pg, v.offers(at, s, pg.after), (*offer).id)
	out := &ec2.DescribeInstanceTypeOfferingsOutput{
		NextToken:             next,
		InstanceTypeOfferings: make([]ec2types.InstanceTypeOffering, 0, len(rows)),
	}
	for _, o := range rows {
		out.InstanceTypeOfferings = append(out.InstanceTypeOfferings, ec2types.InstanceTypeOffering{
			InstanceType: ec2types.InstanceType(o.typ),
			Location:     ptr(o.location),
			LocationType: at,
		})
	}
	return out, nil
}

// offers gives what is selected of a kind of location, in order of type and location, from behind an offer on.
func (v *view) offers(at ec2types.LocationType, s *selection[offer], after string) iter.Seq[*offer] {
	return func(yield func(*offer) bool) {
		for _, typ := range catalogue.OfferedTypes(v.Region) {
			for _, location := range v.locations(at, typ) {
				o := &offer{typ, location}
				if o.id() > after && s.match(v, o) && !yield(o) {
					return
				}
			}
		}
	}
}

// locations are where in the region an instance type is offered. There are no Outposts.
func (v *view) locations(at ec2types.LocationType, typ string) []string {
	if at == ec2types.LocationTypeRegion {
		return []string{string(v.Region)}
	}
	var locations []string
	for _, z := range catalogue.Offered(v.Region, typ) {
		switch at {
		case ec2types.LocationTypeAvailabilityZone:
			locations = append(locations, string(z))
		case ec2types.LocationTypeAvailabilityZoneId:
			locations = append(locations, v.zoneID(string(z)))
		}
	}
	slices.Sort(locations)
	return locations
}
