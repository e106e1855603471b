package catalogue

import (
	"fmt"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/region"
)

// macOSBuilds are published where there are Macs of their kind
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/macos-ami-ids-parameter-store.html; sizes and
// descriptions are (mem)).
func macOSBuilds() []Build {
	var all []Build
	for _, of := range []struct {
		release string
		builds  []string // version and serial
	}{
		{"sonoma", []string{"14.8.4-20260225-181410"}},
		{"sequoia", []string{"15.7.3-20251219-004713", "15.7.4-20260225-181432"}},
		{"tahoe", []string{"26.3-20260225-181455", "26.3.1-20260331-203317"}},
	} {
		for i, build := range of.builds {
			version, serial, _ := strings.Cut(build, "-")
			for _, arch := range []string{"x86_64_mac", "arm64_mac"} {
				words := []string{"release", of.release, "version", version, "serial", serial, "arch", MacOSNaming.Arch[arch], "ec2arch", arch}
				b := linux(macOS, arch, Fill(MacOSNaming.Image, words...), serial)
				b.Description = fmt.Sprintf("Amazon EC2 macOS %s%s %s", strings.ToUpper(of.release[:1]), of.release[1:], version)
				b.Root = gp3(100)
				b.in = func(r region.Region) bool { return hasMacs(r, arch) }
				if i == len(of.builds)-1 {
					b.lead(Fill(MacOSNaming.Parameter, words...))
				}
				all = append(all, b)
			}
		}
	}
	return all
}

// hasMacs tells whether a region has the hardware that a Mac's image needs.
func hasMacs(r region.Region, arch string) bool {
	if arch == "x86_64_mac" {
		return len(Offered(r, "mac1.metal")) > 0
	}
	return slices.ContainsFunc([]string{"mac2.metal", "mac2-m2.metal", "mac2-m2pro.metal", "mac-m4.metal"},
		func(t string) bool { return len(Offered(r, t)) > 0 })
}
