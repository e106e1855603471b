package catalogue_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

func TestRegionNamed(t *testing.T) {
	t.Parallel()
	got, ok := catalogue.RegionNamed(region.CACentral1)
	require.True(t, ok)
	require.Empty(t, cmp.Diff(catalogue.Region{
		Name: "ca-central-1", OptInStatus: "opt-in-not-required",
		Zones: []catalogue.Zone{
			{Name: "ca-central-1a", ID: "cac1-az1", Type: "availability-zone", Group: "ca-central-1-zg-1"},
			{Name: "ca-central-1b", ID: "cac1-az2", Type: "availability-zone", Group: "ca-central-1-zg-1"},
			{Name: "ca-central-1d", ID: "cac1-az4", Type: "availability-zone", Group: "ca-central-1-zg-1"},
		},
	}, got))
	for _, r := range []region.Region{"", "eu-middle-7", "aa-first-1", "zz-last-1"} {
		_, ok := catalogue.RegionNamed(r)
		require.False(t, ok, r)
	}
}

func TestRegionsAreSortedAndHaveZones(t *testing.T) {
	t.Parallel()
	all := catalogue.Regions()
	require.GreaterOrEqual(t, len(all), 38)
	ids := map[string]region.Zone{}
	var last region.Region
	for _, r := range all {
		require.Greater(t, r.Name, last)
		last = r.Name
		require.NotEqual(t, 1, len(r.Zones), r.Name)
		require.True(t, slices.IsSortedFunc(r.Zones, func(a, b catalogue.Zone) int {
			return map[bool]int{true: -1, false: 1}[a.Name < b.Name]
		}), r.Name)
		for _, z := range r.Zones {
			require.Equal(t, r.Name, z.Name.Region())
			require.Empty(t, ids[z.ID], "%s is the ID of two zones", z.ID)
			ids[z.ID] = z.Name
		}
		named, ok := catalogue.RegionNamed(r.Name)
		require.True(t, ok)
		require.Empty(t, cmp.Diff(r, named))
	}
}

// Seventeen regions of the partition aws are on for every account; the other partitions have no
// regions to opt in to.
func TestOptInStatus(t *testing.T) {
	t.Parallel()
	count := map[string]int{}
	for _, r := range catalogue.Regions() {
		count[string(r.Name.Partition())+" "+r.OptInStatus]++
	}
	require.Equal(t, 17, count["aws opt-in-not-required"])
	require.GreaterOrEqual(t, count["aws not-opted-in"], 17)
	require.Zero(t, count["aws-cn not-opted-in"]+count["aws-us-gov not-opted-in"])
	for r, want := range map[region.Region]string{
		region.USEast1: "opt-in-not-required", region.APNortheast3: "opt-in-not-required",
		region.AFSouth1: "not-opted-in", region.EUSouth1: "not-opted-in", region.APSoutheast3: "not-opted-in",
	} {
		got, ok := catalogue.RegionNamed(r)
		require.True(t, ok)
		require.Equal(t, want, got.OptInStatus, r)
	}
}
