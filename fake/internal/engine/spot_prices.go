package engine

import (
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/catalogue"
)

var spotPriceOperations = []operation{
	reading("AvailabilityZone AvailabilityZoneId EndTime Filters{Name Values} InstanceTypes MaxResults NextToken ProductDescriptions StartTime",
		(*view).describeSpotPriceHistory),
}

// spotProducts are the systems of which the cloud has images, with what a Spot Instance of it costs more; each also has
// the name that says VPC (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotPriceHistory.html).
var spotProducts = []struct {
	name string
	more float64 // for each vCPU, in USD an hour, made up like the prices
}{
	{"Linux/UNIX", 0}, {"Red Hat Enterprise Linux", 0.014}, {"SUSE Linux", 0.01}, {"Windows", 0.046},
}

// spotPriceAge is how long before the cloud began the prices did.
const spotPriceAge = 24 * time.Hour

// spotOffer is the price of a type in a zone.
type spotOffer struct {
	typ, zone, product string
	price              float64
}

func (o *spotOffer) id() string { return o.typ + " " + o.zone + " " + o.product }

// String is the price as EC2 writes it: six digits behind the point.
func (o *spotOffer) String() string { return strconv.FormatFloat(o.price, 'f', 6, 64) }

var spotPriceFilters = filterable[spotOffer]{
	id: (*spotOffer).id,
	filters: map[string]filterOn[spotOffer]{
		"availability-zone":    one(func(_ *view, o *spotOffer) string { return o.zone }),
		"availability-zone-id": one(func(v *view, o *spotOffer) string { return v.zoneID(o.zone) }),
		"instance-type":        one(func(_ *view, o *spotOffer) string { return o.typ }),
		"product-description":  one(func(_ *view, o *spotOffer) string { return o.product }),
		"spot-price":           one(func(_ *view, o *spotOffer) string { return o.String() }),
		"timestamp":            one(func(v *view, _ *spotOffer) string { return v.spotPricesSince().Format("Mon Jan 02 15:04:05 UTC 2006") }),
	},
}

// describeSpotPriceHistory tells one price for each type and zone, as it doesn't change.
func (v *view) describeSpotPriceHistory(in *ec2.DescribeSpotPriceHistoryInput) (*ec2.DescribeSpotPriceHistoryOutput, error) {
	pg, err := paging{min: 1, max: 1000, clamps: true, badToken: "InvalidNextToken"}.at("DescribeSpotPriceHistory", in.MaxResults, in.NextToken, 0, "")
	if err != nil {
		return nil, err
	}
	if pg.size == 0 {
		pg.size = int(usualPaging.max) // (mem)
	}
	s, err := spotPriceFilters.parse(in.Filters)
	if err != nil {
		return nil, err
	}
	zone, err := v.spotZone(in)
	if err != nil {
		return nil, err
	}
	if in.StartTime != nil && in.EndTime != nil && in.EndTime.Before(*in.StartTime) { // text (mem)
		return nil, badValue("EndTime", in.EndTime.UTC().Format(time.RFC3339), "It must not be before StartTime.")
	}
	rows, next := cut(pg, only(v.spotOffers(pg.after), func(o *spotOffer) bool {
		return (zone == "" || o.zone == zone) &&
			(len(in.InstanceTypes) == 0 || slices.Contains(in.InstanceTypes, ec2types.InstanceType(o.typ))) &&
			(len(in.ProductDescriptions) == 0 || slices.Contains(in.ProductDescriptions, o.product)) &&
			(in.EndTime == nil || !in.EndTime.Before(v.spotPricesSince())) && s.match(v, o)
	}), (*spotOffer).id)
	out := &ec2.DescribeSpotPriceHistoryOutput{NextToken: next, SpotPriceHistory: make([]ec2types.SpotPrice, 0, len(rows))}
	for _, o := range rows {
		out.SpotPriceHistory = append(out.SpotPriceHistory, ec2types.SpotPrice{
			AvailabilityZone: ptr(o.zone), AvailabilityZoneId: ptr(v.zoneID(o.zone)), InstanceType: ec2types.InstanceType(o.typ),
			ProductDescription: ec2types.RIProductDescription(o.product), SpotPrice: ptr(o.String()), Timestamp: ptr(v.spotPricesSince()),
		})
	}
	return out, nil
}

func (v *view) spotPricesSince() time.Time {
	return v.seededAt(spotPriceAge).UTC().Truncate(time.Second)
}

// spotZone is the zone that a request is about, "" for all.
func (v *view) spotZone(in *ec2.DescribeSpotPriceHistoryInput) (string, error) {
	zone, id := deref(in.AvailabilityZone), deref(in.AvailabilityZoneId)
	switch {
	case zone != "" && id != "":
		return "", fail("InvalidParameterCombination", "The parameter availabilityZone cannot be used with the parameter availabilityZoneId")
	case id != "":
		zone, ok := v.zoneOfID(id)
		if !ok {
			return "", badValue("availabilityZoneId", id, "The zone does not exist in the region.")
		}
		return zone, nil
	case zone != "" && v.zoneID(zone) == "":
		return "", badValue("availabilityZone", zone, "The zone does not exist in the region.")
	}
	return zone, nil
}

// spotOffers are in order of type, zone and product, from behind one on.
func (v *view) spotOffers(after string) iter.Seq[*spotOffer] {
	return func(yield func(*spotOffer) bool) {
		for _, name := range catalogue.OfferedTypes(v.Region) {
			typ, ok := catalogue.InstanceType(name)
			if !ok || !slices.Contains(typ.UsageClasses, string(ec2types.UsageClassTypeSpot)) {
				continue
			}
			for _, zone := range slices.Sorted(slices.Values(catalogue.Offered(v.Region, name))) {
				for _, o := range spotOffersOf(&typ, string(zone)) {
					if o.id() > after && !yield(o) {
						return
					}
				}
			}
		}
	}
}

func spotOffersOf(typ *backend.InstanceType, zone string) (offers []*spotOffer) {
	for _, p := range spotProducts {
		price := spotPrice(typ, zone) + p.more*float64(typ.VCPUs)
		for _, product := range []string{p.name, p.name + " (Amazon VPC)"} {
			offers = append(offers, &spotOffer{typ: typ.Name, zone: zone, product: product, price: price})
		}
	}
	slices.SortFunc(offers, func(a, b *spotOffer) int { return strings.Compare(a.product, b.product) })
	return offers
}
