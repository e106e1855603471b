package catalogue

import (
	"fmt"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/region"
)

// Region is what DescribeRegions and DescribeAvailabilityZones tell of a region, for an account that
// has opted in to nothing.
type Region struct {
	Name        region.Region
	OptInStatus string // opt-in-not-required or not-opted-in
	Zones       []Zone // Availability Zones, sorted by name; none where nobody asked yet
}

// Zone is an Availability Zone. In older regions the account decides which name stands for which ID
// (https://docs.aws.amazon.com/global-infrastructure/latest/regions/az-ids.html); these are the ones
// of the account that the facts were fetched with.
type Zone struct {
	Name  region.Zone
	ID    string
	Type  string // always availability-zone
	Group string
}

// Regions gives the regions of all partitions, sorted by name. The slice is shared: callers must not
// change it.
func Regions() []Region { return regions() }

// RegionNamed gives a region by its name. Its zones are shared: callers must not change them.
func RegionNamed(r region.Region) (Region, bool) {
	all := regions()
	i, ok := slices.BinarySearchFunc(all, r, func(have Region, want region.Region) int {
		return strings.Compare(string(have.Name), string(want))
	})
	if !ok {
		return Region{}, false
	}
	return all[i], true
}

var regions = lazily(regionsFile, parseRegions)

// The ways in which a region is opted in to.
const (
	optInNotRequired = "opt-in-not-required"
	notOptedIn       = "not-opted-in"
)

// enabledByDefault are the regions launched before 20 March 2019; all that came later to their
// partition are opted in to (https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html).
var enabledByDefault = []region.Region{
	region.APNortheast1, region.APNortheast2, region.APNortheast3, region.APSouth1, region.APSoutheast1,
	region.APSoutheast2, region.CACentral1, region.EUCentral1, region.EUNorth1, region.EUWest1,
	region.EUWest2, region.EUWest3, region.SAEast1, region.USEast1, region.USEast2, region.USWest1,
	region.USWest2,
}

// optIn goes by the rule: what EC2 answers is what one account has opted in to, no fact of the region.
func optIn(r region.Region) string {
	if r.Partition() != region.PartitionStandard || slices.Contains(enabledByDefault, r) {
		return optInNotRequired
	}
	return notOptedIn
}

// A line is a region, its opt-in status and its zones as "name=ID name=ID".
func parseRegions(text []byte) ([]Region, error) {
	var all []Region
	err := table(text, exactly("region\topt_in_status\tzones(name=id)"), func(fields []string) error {
		name, err := region.Parse(fields[0])
		if err != nil {
			return err
		}
		if n := len(all); n > 0 && all[n-1].Name >= name {
			return fmt.Errorf("%s isn't sorted after %s", name, all[n-1].Name)
		}
		r := Region{Name: name, OptInStatus: optIn(name)}
		for pair := range strings.FieldsSeq(fields[2]) {
			zone, id, ok := strings.Cut(pair, "=")
			z := region.Zone(zone)
			if !ok || id == "" || z.Region() != name {
				return fmt.Errorf("%q is no zone of %s with its ID", pair, name)
			}
			r.Zones = append(r.Zones, Zone{Name: z, ID: id, Type: "availability-zone", Group: groupOf(name)})
		}
		all = append(all, r)
		return nil
	})
	return all, err
}

// The form that the API's reference shows for us-east-1; that it is the same everywhere is a guess.
func groupOf(r region.Region) string { return string(r) + "-zg-1" }
