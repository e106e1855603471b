package catalogue

import (
	"strings"
	"sync"

	"github.com/amiclass/amiclass/region"
)

// ParameterPath is the path of the public Systems Manager parameters that name Amazon Linux images.
const ParameterPath = "/aws/service/ami-amazon-linux-latest/"

// ImageParameters gives the public parameters of a region that name the newest Amazon Linux images:
// full names to image IDs
// (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html).
// A parameter is called as its images without their version. The map is shared: callers must not
// change it.
func ImageParameters(r region.Region) map[string]string { return parameters()[r] }

var parameters = sync.OnceValue(func() map[region.Region]map[string]string {
	all := map[region.Region]map[string]string{}
	for r, known := range images() {
		all[r] = nameParameters(known)
	}
	return all
})

func nameParameters(known []Image) map[string]string {
	named := map[string]Image{}
	for family, im := range Newest(known) {
		if unpublished(family) {
			continue
		}
		named[family] = im
		// kernel-default is the newest kernel: 6.18 since 17 August 2026
		// (https://docs.aws.amazon.com/linux/al2023/ug/ec2.html).
		if alias, kernel, ok := kernelOf(family); ok {
			if _, other, _ := kernelOf(named[alias].Family); compareVersions(kernel, other) > 0 {
				named[alias] = im
			}
		}
	}
	ids := make(map[string]string, len(named))
	for name, im := range named {
		ids[ParameterPath+name] = im.ID
	}
	return ids
}

// Newest gives the newest image of each family.
func Newest(known []Image) map[string]Image {
	newest := map[string]Image{}
	for _, im := range known {
		if best, ok := newest[im.Family]; !ok || im.Compare(best.Release) > 0 {
			newest[im.Family] = im
		}
	}
	return newest
}

// No list of the public parameters has the minimal images of Amazon Linux 2 with a newer kernel.
func unpublished(family string) bool { return strings.HasPrefix(family, "amzn2-ami-minimal-kernel-") }

// kernelOf splits a family of Amazon Linux 2023, "al2023-ami-kernel-6.18-arm64", into the family that
// stands for the default kernel, "al2023-ami-kernel-default-arm64", and its own kernel, "6.18".
func kernelOf(family string) (alias, kernel string, ok bool) {
	before, after, ok := strings.Cut(family, "-kernel-")
	kernel, arch, dash := strings.Cut(after, "-")
	if !ok || !dash || !strings.HasPrefix(before, "al2023-ami") {
		return "", "", false
	}
	return before + "-kernel-default-" + arch, kernel, true
}
