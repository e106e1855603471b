package catalogue

import (
	"strings"

	"github.com/amiclass/amiclass/region"
)

// amazonLinuxBuild tells of an image of Amazon Linux what its family has in common
// (https://docs.aws.amazon.com/linux/al2023/ug/ec2.html and pages of the EC2 User Guide; sizes of
// minimal images and all of Amazon Linux 2's storage are (mem)).
func amazonLinuxBuild(known Image) *Build {
	b := linux(amazonLinux, known.Architecture, known.Name, "20000101")
	b.Description, b.Released, b.DeprecatedAfter = known.Description, known.Released, 90*day
	b.RootDevice, b.Virtualization = known.RootDevice, known.Virtualization
	b.Root = gp2(8)
	if strings.Contains(known.Family, "-minimal-") {
		b.Root.SizeGiB = 2
	}
	switch {
	case strings.HasPrefix(known.Family, "al2023-"):
		b.IMDSSupport, b.Root = "v2.0", gp3(b.Root.SizeGiB)
	case strings.HasPrefix(known.Family, "amzn-"): // Amazon Linux 1: nothing but what every public image has
		b.DeprecatedAfter = publicImageLife
		fallthrough
	default:
		if known.Architecture == "x86_64" {
			b.BootMode = ""
		}
	}
	if known.Virtualization == "paravirtual" {
		b.ENA, b.SRIOV = false, ""
	}
	if strings.HasSuffix(known.Family, "-ebs") {
		b.Root.Type = "standard"
	}
	return &b
}

// amazonLinuxElsewhere are the images for regions of which the real IDs aren't known: those of
// us-east-1 but for Amazon Linux 1.
func amazonLinuxElsewhere() []Build {
	led := map[string][]string{}
	for name, id := range nameParameters(AmazonLinuxImages(region.USEast1)) {
		led[id] = append(led[id], name)
	}
	var all []Build
	for _, im := range AmazonLinuxImages(region.USEast1) {
		if strings.HasPrefix(im.Family, "amzn-") {
			continue
		}
		b := amazonLinuxBuild(im)
		b.Parameters = led[im.ID]
		b.in = func(r region.Region) bool { return len(AmazonLinuxImages(r)) == 0 }
		all = append(all, *b)
	}
	return all
}

// kernel is what a paravirtual image is booted with.
func kernel(b *Build, r region.Region) string {
	if b.Virtualization != "paravirtual" {
		return ""
	}
	return BootLoader(r, b.Architecture)
}

// BootLoader is the kernel that boots paravirtual images of an architecture in a region, empty where
// there are none: PV-GRUB 1.04 (mem).
func BootLoader(r region.Region, arch string) string { return bootLoaders[r][arch] }

var bootLoaders = map[region.Region]map[string]string{
	region.APNortheast1: {"x86_64": "aki-176bf516", "i386": "aki-136bf512"},
	region.EUWest1:      {"x86_64": "aki-52a34525", "i386": "aki-68a3451f"},
	region.USEast1:      {"x86_64": "aki-919dcaf8", "i386": "aki-8f9dcae6"},
	region.USWest2:      {"x86_64": "aki-fc8f11cc", "i386": "aki-f08f11c0"},
}
