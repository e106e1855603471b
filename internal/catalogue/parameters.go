package catalogue

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/amiclass/amiclass/region"
)

// ParameterPath is the path of the public Systems Manager parameters that name Amazon Linux images.
const ParameterPath = "/aws/service/ami-amazon-linux-latest/"

// ImageParameters gives the public parameters of a region that name images: full names to image IDs
// (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html).
// The map is shared: callers must not change it.
func ImageParameters(r region.Region) map[string]string { return parametersOf(r).ids }

// ParameterNames gives the names of a region's public parameters below a path such as
// "/aws/service/canonical/ubuntu", at any depth, sorted. Those of "/" are all. It costs a search, not a
// walk. The slice is shared: callers must not change it.
func ParameterNames(r region.Region, path string) []string {
	names := parametersOf(r).names
	path = strings.TrimSuffix(path, "/")
	from, _ := slices.BinarySearch(names, path+"/")
	to, _ := slices.BinarySearch(names, path+"0") // the character behind "/"
	return slices.Clip(names[from:to])
}

// ParametersOf gives the names of the public parameters of a region that lead to an image, sorted.
func ParametersOf(r region.Region, imageID string) []string { return parametersOf(r).byImage[imageID] }

type parameters struct {
	ids     map[string]string
	names   []string
	byImage map[string][]string
}

func parametersOf(r region.Region) *parameters {
	if of, ok := parametersByRegion()[r]; ok {
		return of()
	}
	return new(parameters)
}

var parametersByRegion = sync.OnceValue(func() map[region.Region]func() *parameters {
	all := map[region.Region]func() *parameters{}
	for _, r := range Regions() {
		all[r.Name] = sync.OnceValue(func() *parameters { return gatherParameters(r.Name) })
	}
	return all
})

func gatherParameters(r region.Region) *parameters {
	p := &parameters{ids: nameParameters(AmazonLinuxImages(r)), byImage: map[string][]string{}}
	for im := range PublicImages(r) {
		for _, name := range im.Parameters {
			p.ids[name] = im.ID
		}
	}
	p.names = slices.Sorted(maps.Keys(p.ids))
	for _, name := range p.names {
		p.byImage[p.ids[name]] = append(p.byImage[p.ids[name]], name)
	}
	return p
}

// nameParameters calls a parameter as its images without their version.
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
