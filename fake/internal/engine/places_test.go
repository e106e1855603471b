package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

func TestDescribeRegions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	for name, tc := range map[string]struct {
		at   region.Region
		in   ec2.DescribeRegionsInput
		want []ec2types.Region
	}{
		"one that needs no opt-in": {region.USEast1, ec2.DescribeRegionsInput{RegionNames: []string{"eu-west-1"}}, []ec2types.Region{
			{RegionName: ptr("eu-west-1"), Endpoint: ptr("ec2.eu-west-1.amazonaws.com"), OptInStatus: ptr("opt-in-not-required"), Geography: []ec2types.RegionGeography{{Name: ptr("Ireland")}}},
		}},
		"one that everybody has opted in to": {region.USEast1, ec2.DescribeRegionsInput{RegionNames: []string{"af-south-1"}, AllRegions: ptr(true)}, []ec2types.Region{
			{RegionName: ptr("af-south-1"), Endpoint: ptr("ec2.af-south-1.amazonaws.com"), OptInStatus: ptr("opted-in"), Geography: []ec2types.RegionGeography{{Name: ptr("South Africa")}}},
		}},
		"by endpoint, in China": {region.CNNorth1, ec2.DescribeRegionsInput{Filters: []ec2types.Filter{filter("endpoint", "ec2.cn-northwest-1.*")}}, []ec2types.Region{
			{RegionName: ptr("cn-northwest-1"), Endpoint: ptr("ec2.cn-northwest-1.amazonaws.com.cn"), OptInStatus: ptr("opt-in-not-required"), Geography: []ec2types.RegionGeography{{Name: ptr("China")}}},
		}},
		"none": {region.USEast1, ec2.DescribeRegionsInput{Filters: []ec2types.Filter{filter("opt-in-status", "not-opted-in")}}, []ec2types.Region{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantEqual(t, tc.want, must[ec2.DescribeRegionsOutput](w.within(t).in(tc.at), &tc.in).Regions)
		})
	}
	t.Run("all of the partition, in order of name", func(t *testing.T) {
		t.Parallel()
		for at, n := range map[region.Region]int{region.USEast1: 0, region.CNNorth1: 0, region.USGovEast1: 0} {
			for _, r := range catalogue.Regions() {
				if r.Name.Partition() == at.Partition() {
					n++
				}
			}
			got := must[ec2.DescribeRegionsOutput](w.within(t).in(at), &ec2.DescribeRegionsInput{}).Regions
			require.Len(t, got, n)
			for i := range got[1:] {
				require.Less(t, *got[i].RegionName, *got[i+1].RegionName)
			}
		}
	})
	for name, tc := range map[string]struct {
		in            ec2.DescribeRegionsInput
		code, message string
	}{
		"unknown":         {ec2.DescribeRegionsInput{RegionNames: []string{"us--east-1", "us-east-1", "x"}}, "InvalidParameterValue", "Invalid region: [us--east-1, x]"},
		"other partition": {ec2.DescribeRegionsInput{RegionNames: []string{"cn-north-1"}}, "InvalidParameterValue", "Invalid region: [cn-north-1]"},
		"filter":          {ec2.DescribeRegionsInput{Filters: []ec2types.Filter{filter("tag:Name", "x")}}, "InvalidParameterValue", "The filter 'tag:Name' is invalid"},
		"dry run":         {ec2.DescribeRegionsInput{DryRun: ptr(true)}, "DryRunOperation", "Request would have succeeded, but DryRun flag is set."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := wantNoChange[ec2.DescribeRegionsOutput](w.forkWithin(t), &tc.in, tc.code)
			require.Equal(t, tc.message, e.Message)
		})
	}
}

func zoneNames(w *testWorld, in *ec2.DescribeAvailabilityZonesInput) []string {
	w.t.Helper()
	names := []string{}
	for _, z := range must[ec2.DescribeAvailabilityZonesOutput](w, in).AvailabilityZones {
		names = append(names, *z.ZoneName)
	}
	return names
}

func TestDescribeAvailabilityZones(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	got := must[ec2.DescribeAvailabilityZonesOutput](w, &ec2.DescribeAvailabilityZonesInput{ZoneNames: []string{"us-east-1b"}})
	wantEqual(t, []ec2types.AvailabilityZone{{
		Geography:          []ec2types.AvailabilityZoneGeography{{Name: ptr("United States of America")}},
		GroupLongName:      ptr("US East (N. Virginia) 1"),
		GroupName:          ptr("us-east-1-zg-1"),
		NetworkBorderGroup: ptr("us-east-1"),
		OptInStatus:        ec2types.AvailabilityZoneOptInStatusOptInNotRequired,
		RegionName:         ptr("us-east-1"),
		State:              ec2types.AvailabilityZoneStateAvailable,
		ZoneId:             ptr("use1-az1"),
		ZoneName:           ptr("us-east-1b"),
		ZoneType:           ptr("availability-zone"),
	}}, got.AvailabilityZones)

	all := []string{"us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d", "us-east-1e", "us-east-1f"}
	for name, tc := range map[string]struct {
		in   ec2.DescribeAvailabilityZonesInput
		want []string
	}{
		"all":                  {ec2.DescribeAvailabilityZonesInput{}, all},
		"all, opted in or not": {ec2.DescribeAvailabilityZonesInput{AllAvailabilityZones: ptr(true)}, all},
		"by ID":                {ec2.DescribeAvailabilityZonesInput{ZoneIds: []string{"use1-az2", "use1-az6"}}, []string{"us-east-1a", "us-east-1c"}},
		"by name and ID":       {ec2.DescribeAvailabilityZonesInput{ZoneIds: []string{"use1-az2"}, ZoneNames: []string{"us-east-1a"}}, []string{}},
		"group":                {zoneFilter("group-name", "us-east-1-zg-1"), all},
		"group's long name":    {zoneFilter("group-long-name", "US East*"), all},
		"message":              {zoneFilter("message", "*"), []string{}},
		"opt-in":               {zoneFilter("opt-in-status", "opt-in-not-required"), all},
		"parent's ID":          {zoneFilter("parent-zone-id", "*"), []string{}},
		"parent":               {zoneFilter("parent-zone-name", "*"), []string{}},
		"region":               {zoneFilter("region-name", "us-east-1"), all},
		"state":                {zoneFilter("state", "unavailable"), []string{}},
		"zone's ID":            {zoneFilter("zone-id", "use1-az4"), []string{"us-east-1d"}},
		"zone":                 {zoneFilter("zone-name", "*[ef]", "*f"), []string{"us-east-1f"}},
		"type":                 {zoneFilter("zone-type", "local-zone"), []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, zoneNames(w.within(t), &tc.in))
		})
	}
	for name, tc := range map[string]struct {
		in      ec2.DescribeAvailabilityZonesInput
		message string
	}{
		"unknown":        {ec2.DescribeAvailabilityZonesInput{ZoneNames: []string{"us-east-1z"}}, "Invalid availability zone: [us-east-1z]"},
		"another's":      {ec2.DescribeAvailabilityZonesInput{ZoneNames: []string{"eu-west-1a"}}, "Invalid availability zone: [eu-west-1a]"},
		"unknown ID":     {ec2.DescribeAvailabilityZonesInput{ZoneIds: []string{"euw1-az1"}}, "Invalid availability zone-id: [euw1-az1]"},
		"unknown filter": {zoneFilter("zone", "x"), "The filter 'zone' is invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := wantNoChange[ec2.DescribeAvailabilityZonesOutput](w.forkWithin(t), &tc.in, "InvalidParameterValue")
			require.Equal(t, tc.message, e.Message)
		})
	}
}

func zoneFilter(name string, values ...string) ec2.DescribeAvailabilityZonesInput {
	return ec2.DescribeAvailabilityZonesInput{Filters: []ec2types.Filter{filter(name, values...)}}
}

func TestEveryRegionHasALongName(t *testing.T) {
	t.Parallel()
	for _, r := range catalogue.Regions() {
		require.NotEmpty(t, geographies[r.Name].name, r.Name)
		require.NotEmpty(t, geographies[r.Name].country, r.Name)
	}
}
