package catalogue_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

// The names of the documentation's list, each with the family that it leads to.
func TestImageParameters(t *testing.T) {
	t.Parallel()
	names := []string{
		"amzn-ami-hvm-x86_64-ebs", "amzn-ami-hvm-x86_64-gp2", "amzn-ami-minimal-hvm-x86_64-ebs", "amzn-ami-pv-x86_64-ebs",
		"amzn2-ami-hvm-arm64-gp2", "amzn2-ami-hvm-x86_64-ebs", "amzn2-ami-hvm-x86_64-gp2",
		"amzn2-ami-kernel-5.10-hvm-arm64-gp2", "amzn2-ami-kernel-5.10-hvm-x86_64-ebs", "amzn2-ami-kernel-5.10-hvm-x86_64-gp2",
		"amzn2-ami-minimal-hvm-arm64-ebs", "amzn2-ami-minimal-hvm-x86_64-ebs",
	}
	want := map[string]string{}
	for _, name := range names {
		want[name] = name
	}
	for _, minimal := range []string{"", "minimal-"} {
		for _, arch := range []string{"arm64", "x86_64"} {
			for _, kernel := range []string{"6.1", "6.12", "6.18"} {
				name := "al2023-ami-" + minimal + "kernel-" + kernel + "-" + arch
				want[name] = name
			}
			want["al2023-ami-"+minimal+"kernel-default-"+arch] = "al2023-ami-" + minimal + "kernel-6.18-" + arch
		}
	}
	got := map[string]string{}
	for name, im := range named(t, region.USEast1) {
		got[name] = im.Family
	}
	require.Empty(t, cmp.Diff(want, got))
}

// named gives the images that a region's parameters lead to.
func named(t *testing.T, r region.Region) map[string]catalogue.Image {
	t.Helper()
	got := map[string]catalogue.Image{}
	for full, id := range catalogue.ImageParameters(r) {
		name, ok := strings.CutPrefix(full, "/aws/service/ami-amazon-linux-latest/")
		if !ok {
			continue
		}
		all := catalogue.AmazonLinuxImages(r)
		i := slices.IndexFunc(all, func(im catalogue.Image) bool { return im.ID == id })
		require.GreaterOrEqual(t, i, 0, "%s leads to %s, which isn't an image of %s", full, id, r)
		got[name] = all[i]
	}
	return got
}

func TestEachParameterLeadsToTheNewestImageOfItsFamily(t *testing.T) {
	t.Parallel()
	for _, r := range catalogue.Regions() {
		newest := catalogue.Newest(catalogue.AmazonLinuxImages(r.Name))
		if len(newest) == 0 { // its images are made up
			continue
		}
		for parameter, im := range named(t, r.Name) {
			require.Equal(t, newest[im.Family], im, "%s in %s", parameter, r.Name)
		}
	}
}

// A region that has no image of the newest kernel yet has the one before it as its default.
func TestDefaultKernelIsTheNewestOfTheRegion(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		families []string
		want     string
	}{
		"numbers, not letters":       {[]string{"al2023-ami-kernel-6.12-arm64", "al2023-ami-kernel-6.9-arm64", "al2023-ami-kernel-6.1-arm64"}, "al2023-ami-kernel-6.12-arm64"},
		"another architecture":       {[]string{"al2023-ami-kernel-6.1-arm64", "al2023-ami-kernel-6.18-x86_64"}, "al2023-ami-kernel-6.1-arm64"},
		"minimal images are others":  {[]string{"al2023-ami-kernel-6.1-arm64", "al2023-ami-minimal-kernel-6.18-arm64"}, "al2023-ami-kernel-6.1-arm64"},
		"Amazon Linux 2 has no such": {[]string{"amzn2-ami-kernel-5.10-hvm-arm64-gp2"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var known []catalogue.Image
			for _, f := range tc.families {
				known = append(known, catalogue.Image{ID: f, Release: catalogue.Release{Family: f, Version: "2023.1.20260101.1"}})
			}
			require.Equal(t, tc.want, catalogue.NameParameters(known)[catalogue.ParameterPath+"al2023-ami-kernel-default-arm64"])
		})
	}
}

func TestEveryRegionHasParameters(t *testing.T) {
	t.Parallel()
	for _, r := range catalogue.Regions() {
		have := slices.Collect(maps.Keys(catalogue.ImageParameters(r.Name)))
		require.Contains(t, have, catalogue.ParameterPath+"al2023-ami-kernel-default-arm64", r.Name)
		require.Contains(t, have, "/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id", r.Name)
		require.Contains(t, have, "/aws/service/ami-windows-latest/Windows_Server-2022-English-Full-Base", r.Name)
		require.Contains(t, have, "/aws/service/eks/optimized-ami/1.34/amazon-linux-2023/arm64/standard/recommended/image_id", r.Name)
		require.Contains(t, have, "/aws/service/bottlerocket/aws-k8s-1.34/x86_64/latest/image_id", r.Name)
		require.Len(t, catalogue.ParameterNames(r.Name, "/"), len(have))
	}
}

func TestParameterNamesBelowAPath(t *testing.T) {
	t.Parallel()
	for path, want := range map[string][]string{
		"/aws/service/debian/release/12":              {"/aws/service/debian/release/12/latest/amd64", "/aws/service/debian/release/12/latest/arm64"},
		"/aws/service/debian/release/12/":             {"/aws/service/debian/release/12/latest/amd64", "/aws/service/debian/release/12/latest/arm64"},
		"/aws/service/debian/release/1":               {},
		"/aws/service/suse/sles/16.0/x86_64":          {"/aws/service/suse/sles/16.0/x86_64/latest"},
		"/aws/service/debian/release/13/latest/amd64": {},
	} {
		require.ElementsMatch(t, want, catalogue.ParameterNames(region.USEast1, path), path)
	}
	require.Empty(t, catalogue.ParameterNames("eu-middle-7", "/"))
}
