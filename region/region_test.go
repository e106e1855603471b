package region_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in        string
		partition region.Partition
		malformed bool
	}{
		"standard":                {in: "us-east-1", partition: region.PartitionStandard},
		"china":                   {in: "cn-northwest-1", partition: region.PartitionChina},
		"gov cloud":               {in: "us-gov-west-1", partition: region.PartitionGovCloud},
		"one that is yet to come": {in: "eu-middle-7", partition: region.PartitionStandard},
		"european sovereign":      {in: "eusc-de-east-1", partition: region.PartitionEuropeanSovereign},
		"empty":                   {in: "", malformed: true},
		"a zone":                  {in: "us-east-1a", malformed: true},
		"upper case":              {in: "US-EAST-1", malformed: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := region.Parse(tc.in)
			if tc.malformed {
				require.ErrorIs(t, err, region.ErrMalformed)
				require.ErrorContains(t, err, fmt.Sprintf("%q", tc.in))
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.in, r.String())
			require.Equal(t, tc.partition, r.Partition())
		})
	}
}

func TestZoneKnowsItsRegion(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]region.Region{
		"us-east-1a":              region.USEast1,
		"us-west-2-lax-1a":        region.USWest2,
		"us-east-1-wl1-bos-wlz-1": region.USEast1,
		"us-gov-east-1c":          region.USGovEast1,
		"us-east-1":               "",
		"use1-az1":                "",
		"":                        "",
	} {
		z, err := region.ParseZone(in)
		if want == "" {
			require.ErrorIs(t, err, region.ErrMalformed, in)
		} else {
			require.NoError(t, err)
			require.Equal(t, in, z.String())
		}
		require.Equal(t, want, region.Zone(in).Region(), in)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"us-east-1", "us-west-2-lax-1a", "", "-", "us--1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if r, err := region.Parse(s); err == nil && region.Region(s) != r {
			t.Fatalf("Parse(%q) changed the name to %q", s, r)
		}
		if z, err := region.ParseZone(s); err == nil && z.Region() == "" {
			t.Fatalf("ParseZone(%q) accepted a zone without a region", s)
		}
	})
}

func ExampleParse() {
	r, err := region.Parse("eu-west-1")
	fmt.Println(r, r.Partition(), err)

	_, err = region.Parse("europe")
	fmt.Println(err)
	// Output:
	// eu-west-1 aws <nil>
	// region "europe": malformed name: expected a name such as us-east-1
}

func ExampleZone_Region() {
	fmt.Println(region.Zone("us-west-2-lax-1a").Region())
	// Output: us-west-2
}
