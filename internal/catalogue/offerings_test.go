package catalogue_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

func TestOffered(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		region region.Region
		typ    string
		want   []region.Zone
	}{
		"in some zones":          {region.USEast1, "a1.large", []region.Zone{"us-east-1a", "us-east-1b", "us-east-1c"}},
		"not in this region":     {region.EUNorth1, "a1.large", nil},
		"unknown type":           {region.USEast1, "a1.huge", nil},
		"unknown region":         {"eu-middle-7", "a1.large", nil},
		"region without answers": {region.USGovEast1, "a1.large", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Empty(t, cmp.Diff(tc.want, catalogue.Offered(tc.region, tc.typ)))
		})
	}
}

func TestEveryOfferedTypeIsKnownAndEveryTypeIsOffered(t *testing.T) {
	t.Parallel()
	offered := map[string]bool{}
	for _, r := range catalogue.Regions() {
		names := catalogue.OfferedTypes(r.Name)
		require.True(t, slices.IsSorted(names))
		for _, name := range names {
			offered[name] = true
			for _, zone := range catalogue.Offered(r.Name, name) {
				require.True(t, slices.ContainsFunc(r.Zones, func(z catalogue.Zone) bool { return z.Name == zone }),
					"%s is offered in %s, which is no zone of the region", name, zone)
			}
		}
	}
	for _, name := range catalogue.InstanceTypeNames() {
		require.True(t, offered[name], "%s is offered nowhere", name)
	}
	require.Len(t, offered, len(catalogue.InstanceTypeNames()))
}

func TestOfferedTypesAreThoseWithZones(t *testing.T) {
	t.Parallel()
	for _, r := range []region.Region{region.USEast1, region.MESouth1, region.CNNorth1, "eu-middle-7"} {
		var want []string
		for _, name := range catalogue.InstanceTypeNames() {
			if catalogue.Offered(r, name) != nil {
				want = append(want, name)
			}
		}
		require.Empty(t, cmp.Diff(want, catalogue.OfferedTypes(r)), r)
	}
}

func TestOfferedAllocatesNothing(t *testing.T) {
	catalogue.Offered(region.USEast1, "a1.large")
	require.Zero(t, testing.AllocsPerRun(100, func() { catalogue.Offered(region.USEast1, "a1.large") }))
}
