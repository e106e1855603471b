package instance

import (
	"context"
	"fmt"
	"slices"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

// TypesOn is [Needs.Types] over the types that a backend has now, offered in all of the zones, or where none is given
// anywhere in the region. It takes DescribeInstanceTypes and DescribeInstanceTypeOfferings.
func (n Needs) TypesOn(ctx context.Context, be backend.Backend, zones []region.Zone, opts ...NeedsOption) ([]string, error) {
	offered := make(map[string][]region.Zone)
	for offering, err := range be.Offerings(ctx, backend.Query{}) {
		if err != nil {
			return nil, fmt.Errorf("find where instance types are offered: %w", err)
		}
		offered[offering.Type] = append(offered[offering.Type], offering.Zone)
	}
	said, price := n.said(), pricesOf(opts)
	var found []candidate
	for t, err := range be.InstanceTypes(ctx, backend.Query{}) {
		if err != nil {
			return nil, fmt.Errorf("find instance types: %w", err)
		}
		in := offered[t.Name]
		if len(in) == 0 || slices.ContainsFunc(zones, func(z region.Zone) bool { return !slices.Contains(in, z) }) {
			continue
		}
		c := candidate{InstanceType: &t, generation: generation(t.Name), price: price(t.Name)}
		if usable(&t) && n.meets(said, &t, c.price) {
			found = append(found, c)
		}
	}
	slices.SortFunc(found, byFit)
	names := make([]string, len(found))
	for i, c := range found {
		names[i] = c.Name
	}
	return names, nil
}
