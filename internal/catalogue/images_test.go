package catalogue_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

func TestAmazonLinuxImages(t *testing.T) {
	t.Parallel()
	for _, r := range catalogue.Regions() {
		all := catalogue.AmazonLinuxImages(r.Name)
		require.True(t, slices.IsSortedFunc(all, func(a, b catalogue.Image) int { return strings.Compare(a.ID, b.ID) }), r.Name)
		families := map[string]bool{}
		for _, im := range all {
			require.Equal(t, r.Name, im.Region)
			require.Regexp(t, `^ami-[0-9a-f]{17}$`, im.ID)
			require.Regexp(t, `^\d{12}$`, im.OwnerID)
			require.Contains(t, []string{"x86_64", "arm64"}, im.Architecture)
			require.Contains(t, im.Name, im.Architecture)
			require.Contains(t, im.Name, im.Version)
			require.Contains(t, im.Description, im.Version)
			require.Equal(t, strings.Contains(im.Name, "-pv-"), im.Virtualization == "paravirtual", im.Name)
			require.False(t, families[im.Family], "%s has two images of %s", r.Name, im.Family)
			families[im.Family] = true
		}
	}
	require.NotEmpty(t, catalogue.AmazonLinuxImages(region.USEast1))
	require.Empty(t, catalogue.AmazonLinuxImages("eu-middle-7"))
}

// The owner of Amazon Linux is one account in the regions that are on by default, others elsewhere.
func TestAmazonLinuxOwnerDiffersByRegion(t *testing.T) {
	t.Parallel()
	for _, r := range catalogue.Regions() {
		for _, im := range catalogue.AmazonLinuxImages(r.Name) {
			require.Equal(t, r.OptInStatus == "opt-in-not-required", im.OwnerID == "137112412989", im.ID)
		}
	}
}

func TestParseRelease(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in      string
		want    catalogue.Release
		problem string
	}{
		"Amazon Linux 2023": {
			in: "al2023-ami-2023.11.20260427.1-kernel-6.12-arm64",
			want: catalogue.Release{Family: "al2023-ami-kernel-6.12-arm64", Version: "2023.11.20260427.1",
				Released: time.Date(2026, 4, 27, 0, 0, 0, 0, time.UTC)},
		},
		"a kernel before the version": {
			in: "amzn2-ami-kernel-5.10-hvm-2.0.20260427.1-x86_64-gp2",
			want: catalogue.Release{Family: "amzn2-ami-kernel-5.10-hvm-x86_64-gp2", Version: "2.0.20260427.1",
				Released: time.Date(2026, 4, 27, 0, 0, 0, 0, time.UTC)},
		},
		"Amazon Linux 1": {
			in: "amzn-ami-pv-2018.03.0.20231218.0-x86_64-ebs",
			want: catalogue.Release{Family: "amzn-ami-pv-x86_64-ebs", Version: "2018.03.0.20231218.0",
				Released: time.Date(2023, 12, 18, 0, 0, 0, 0, time.UTC)},
		},
		"no number after the day": {
			in: "amzn2-ami-hvm-2.0.20190313-x86_64-gp2",
			want: catalogue.Release{Family: "amzn2-ami-hvm-x86_64-gp2", Version: "2.0.20190313",
				Released: time.Date(2019, 3, 13, 0, 0, 0, 0, time.UTC)},
		},
		"no version":         {in: "al2023-ami-kernel-6.12-arm64", problem: "no version"},
		"no such day":        {in: "al2023-ami-2023.11.20261327.1-kernel-6.12-arm64", problem: "month out of range"},
		"version at the end": {in: "al2023-ami-2023.11.20260427.1", problem: "no version"},
		"empty":              {in: "", problem: `image name ""`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := catalogue.ParseRelease(tc.in)
			if tc.problem != "" {
				require.ErrorContains(t, err, tc.problem)
				return
			}
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(tc.want, got))
		})
	}
}

func TestReleasesAreInOrderOfDayThenNumbers(t *testing.T) {
	t.Parallel()
	order := []string{
		"al2023-ami-2023.9.20251231-kernel-6.1-arm64",
		"al2023-ami-2023.9.20251231.9-kernel-6.1-arm64",
		"al2023-ami-2023.10.20260216.1-kernel-6.1-arm64",
		"al2023-ami-2023.10.20260302.2-kernel-6.1-arm64",
		"al2023-ami-2023.10.20260302.10-kernel-6.1-arm64",
		"al2023-ami-2023.11.20260302.0-kernel-6.1-arm64",
	}
	for i, a := range order {
		for j, b := range order {
			ra, err := catalogue.ParseRelease(a)
			require.NoError(t, err)
			rb, err := catalogue.ParseRelease(b)
			require.NoError(t, err)
			got := ra.Compare(rb)
			require.True(t, (got < 0) == (i < j) && (got > 0) == (i > j), "%s, %s: %d", a, b, got)
		}
	}
}

func TestNewestIsNoOlderThanAnyOfItsFamily(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOf(rapid.Custom(func(t *rapid.T) catalogue.Image {
			day := time.Date(2026, 1, rapid.IntRange(1, 28).Draw(t, "day"), 0, 0, 0, 0, time.UTC)
			return catalogue.Image{
				ID: rapid.StringMatching(`ami-[0-9a-f]{3}`).Draw(t, "id"),
				Release: catalogue.Release{
					Family:   rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "family"),
					Version:  "2023." + rapid.StringMatching(`1?[0-9]`).Draw(t, "minor") + day.Format(".20060102.1"),
					Released: day,
				},
			}
		})).Draw(t, "images")
		newest := catalogue.Newest(all)
		for _, im := range all {
			if best, ok := newest[im.Family]; !ok || best.Compare(im.Release) < 0 {
				t.Fatalf("%v is newer than %v", im, best)
			}
		}
		for family, im := range newest {
			if family != im.Family || !slices.Contains(all, im) {
				t.Fatalf("%v isn't one of the images of %s", im, family)
			}
		}
	})
}

func TestDateIsThatOfTheNewestImage(t *testing.T) {
	t.Parallel()
	date := catalogue.Date()
	require.False(t, date.Before(time.Date(2026, 4, 27, 0, 0, 0, 0, time.UTC)))
	require.True(t, slices.ContainsFunc(catalogue.AmazonLinuxImages(region.USEast1), func(im catalogue.Image) bool {
		return im.Released.Equal(date)
	}))
}
