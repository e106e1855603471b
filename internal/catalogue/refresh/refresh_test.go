package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

// world answers as EC2 does for an account that has opted in to af-south-1, not to eu-middle-7 and
// not to me-south-1.
type world struct{ fail map[string]error }

func regionOf(opts []func(*ec2.Options)) string {
	var o ec2.Options
	for _, opt := range opts {
		opt(&o)
	}
	return o.Region
}

func (w world) DescribeRegions(_ context.Context, in *ec2.DescribeRegionsInput, _ ...func(*ec2.Options)) (*ec2.DescribeRegionsOutput, error) {
	if !aws.ToBool(in.AllRegions) {
		return nil, errors.New("AllRegions must be set")
	}
	of := func(name, status string) types.Region {
		return types.Region{RegionName: aws.String(name), OptInStatus: aws.String(status)}
	}
	return &ec2.DescribeRegionsOutput{Regions: []types.Region{
		of("us-east-1", "opt-in-not-required"), of("eu-middle-7", "not-opted-in"),
		of("af-south-1", "opted-in"), of("me-south-1", "not-opted-in"),
	}}, w.fail["DescribeRegions"]
}

func (w world) DescribeAvailabilityZones(_ context.Context, _ *ec2.DescribeAvailabilityZonesInput, opts ...func(*ec2.Options)) (*ec2.DescribeAvailabilityZonesOutput, error) {
	r := regionOf(opts)
	return &ec2.DescribeAvailabilityZonesOutput{AvailabilityZones: []types.AvailabilityZone{
		{ZoneName: aws.String(r + "b"), ZoneId: aws.String("x-az1")},
		{ZoneName: aws.String(r + "a"), ZoneId: aws.String("x-az2")},
	}}, w.fail["DescribeAvailabilityZones "+r]
}

// Two pages, the second with a type that is only in Local Zones.
func (w world) DescribeInstanceTypes(_ context.Context, in *ec2.DescribeInstanceTypesInput, opts ...func(*ec2.Options)) (*ec2.DescribeInstanceTypesOutput, error) {
	r := regionOf(opts)
	info := func(name string) types.InstanceTypeInfo {
		return types.InstanceTypeInfo{InstanceType: types.InstanceType(name), SupportedInRegion: aws.Bool(true), FreeTierEligible: aws.Bool(r == "us-east-1")}
	}
	if in.NextToken == nil {
		return &ec2.DescribeInstanceTypesOutput{InstanceTypes: []types.InstanceTypeInfo{info("z9.large")}, NextToken: aws.String("2")}, nil
	}
	return &ec2.DescribeInstanceTypesOutput{InstanceTypes: []types.InstanceTypeInfo{info("local1.large")}}, w.fail["DescribeInstanceTypes "+r]
}

func (w world) DescribeInstanceTypeOfferings(_ context.Context, _ *ec2.DescribeInstanceTypeOfferingsInput, opts ...func(*ec2.Options)) (*ec2.DescribeInstanceTypeOfferingsOutput, error) {
	r := regionOf(opts)
	offering := func(name, zone string) types.InstanceTypeOffering {
		return types.InstanceTypeOffering{InstanceType: types.InstanceType(name), Location: aws.String(r + zone)}
	}
	out := &ec2.DescribeInstanceTypeOfferingsOutput{InstanceTypeOfferings: []types.InstanceTypeOffering{
		offering("z9.large", "b"), offering("z9.large", "a"), offering("local1.large", "-lax-1a"),
	}}
	if w.fail["undescribed"] != nil {
		out.InstanceTypeOfferings = append(out.InstanceTypeOfferings, offering("ghost.large", "a"))
	}
	return out, nil
}

func (w world) DescribeImages(_ context.Context, _ *ec2.DescribeImagesInput, opts ...func(*ec2.Options)) (*ec2.DescribeImagesOutput, error) {
	r := regionOf(opts)
	image := func(id, name string) types.Image {
		return types.Image{
			ImageId: aws.String("ami-" + id), OwnerId: aws.String("1"), Name: aws.String(name), Architecture: "arm64",
			RootDeviceName: aws.String("/dev/xvda"), VirtualizationType: "hvm", Description: aws.String("in " + r),
		}
	}
	return &ec2.DescribeImagesOutput{Images: []types.Image{
		image("2", "al2023-ami-2023.12.20261101.1-kernel-6.18-arm64"),
		image("3", "al2023-ami-2023.12.20261101.0-kernel-6.18-arm64"),
		image("1", "amzn2-ami-hvm-2.0.20261101.0-arm64-gp2"),
	}}, w.fail["DescribeImages "+r]
}

func TestMergeReplacesWhatWasReachedAndKeepsTheRest(t *testing.T) {
	t.Parallel()
	known := embedded()
	answers, err := fetch(t.Context(), world{})
	require.NoError(t, err)
	now, err := merge(known, answers)
	require.NoError(t, err)

	for _, r := range []region.Region{"us-east-1", "af-south-1"} {
		require.Empty(t, cmp.Diff(map[string][]region.Zone{
			"z9.large": {region.Zone(r + "a"), region.Zone(r + "b")},
		}, now.offers[r]))
	}
	require.Empty(t, cmp.Diff(known.offers["me-south-1"], now.offers["me-south-1"]))
	require.NotContains(t, now.documents, "local1.large")
	require.JSONEq(t, `{"InstanceType":"z9.large","FreeTierEligible":false}`, string(now.documents["z9.large"]),
		"the first region by name, af-south-1, describes it")
	require.Equal(t, known.documents["m5.large"], now.documents["m5.large"], "other regions still offer it")

	rows := map[region.Region]catalogue.Region{}
	for _, r := range now.regions {
		rows[r.Name] = r
	}
	require.Len(t, now.regions, len(known.regions)+1)
	require.Empty(t, cmp.Diff(catalogue.Region{Name: "eu-middle-7", OptInStatus: "not-opted-in"}, rows["eu-middle-7"]))
	require.Equal(t, "not-opted-in", rows["af-south-1"].OptInStatus)
	require.Equal(t, []catalogue.Zone{{Name: "us-east-1a", ID: "x-az2"}, {Name: "us-east-1b", ID: "x-az1"}}, rows["us-east-1"].Zones)
	require.Len(t, rows["me-south-1"].Zones, 3)

	var ids []string
	for _, im := range now.images {
		if im.Region == "us-east-1" {
			ids = append(ids, im.ID)
		}
	}
	require.Equal(t, []string{"ami-1", "ami-2"}, ids, "the newest of each family, sorted")
	require.Contains(t, keptRegions(now, answers), region.Region("me-south-1"))
	require.NotContains(t, keptRegions(now, answers), region.Region("us-east-1"))
}

func TestRunWritesEveryFileAndSaysWhatItKept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var report strings.Builder
	require.NoError(t, run(t.Context(), world{}, dir, &report))
	require.Contains(t, report.String(), "me-south-1")
	written, err := os.ReadFile(filepath.Join(dir, "regions.tsv"))
	require.NoError(t, err)
	require.Contains(t, string(written), "\neu-middle-7\tnot-opted-in\t\n")
	for _, name := range []string{"instance-types.jsonl.gz", "instance-type-zones.tsv.gz", "amazon-linux-images.tsv.gz"} {
		again, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		require.NotEmpty(t, unpack(t, name, again))
	}
	require.NoError(t, run(t.Context(), world{}, dir, &report))
	same, err := os.ReadFile(filepath.Join(dir, "regions.tsv"))
	require.NoError(t, err)
	require.Equal(t, string(written), string(same))
}

func TestAFailureWritesNothing(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for _, call := range []string{
		"DescribeRegions", "DescribeAvailabilityZones us-east-1", "DescribeInstanceTypes af-south-1",
		"DescribeImages us-east-1", "undescribed",
	} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			err := run(t.Context(), world{fail: map[string]error{call: broken}}, dir, &strings.Builder{})
			if call == "undescribed" {
				require.ErrorContains(t, err, "ghost.large is offered in")
			} else {
				require.ErrorIs(t, err, broken)
			}
			written, err := os.ReadDir(dir)
			require.NoError(t, err)
			require.Empty(t, written)
		})
	}
	require.ErrorContains(t, run(t.Context(), world{}, "nowhere", &strings.Builder{}), "-dir nowhere is no directory")
}
