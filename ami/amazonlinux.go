package ami

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

// AmazonLinux selects one of AWS's Quick Start images of Amazon Linux. The zero value is the
// standard image of Amazon Linux 2023 with its default kernel; the methods derive variants.
//
// Where the backend reads parameters ([backend.Parameters]), the public parameter by which AWS
// publishes the current image is asked
// (https://docs.aws.amazon.com/linux/al2023/ug/ec2.html#launch-via-aws-cli). Where it doesn't, or the
// account may not, or the region lacks the parameter, the newest image that the owner alias "amazon"
// has under the family's name is taken; without [AmazonLinux.Kernel] that is the newest of any
// kernel. The resolution says which of the two happened. No account ID is involved, since Amazon
// Linux is published by different accounts in different regions.
type AmazonLinux struct {
	two     bool // Amazon Linux 2 instead of 2023
	minimal bool
	kernel  string
}

// AmazonLinux2023 selects the current Amazon Linux 2023, for x86_64 or arm64.
func AmazonLinux2023() AmazonLinux { return AmazonLinux{} }

// AmazonLinux2 selects the last Amazon Linux 2, which AWS supported until 30 June 2026
// (https://aws.amazon.com/amazon-linux-2/faqs/), for x86_64 or arm64, with a gp2 root volume.
func AmazonLinux2() AmazonLinux { return AmazonLinux{two: true} }

// Minimal selects the image with fewer packages and a smaller root volume.
func (s AmazonLinux) Minimal() AmazonLinux {
	s.minimal = true
	return s
}

// Kernel selects the image with this kernel, such as "6.1" for Amazon Linux 2023 or "5.10" for
// Amazon Linux 2, instead of the one that AWS has as the default at the time.
func (s AmazonLinux) Kernel(version string) AmazonLinux {
	s.kernel = version
	return s
}

// Resolve implements [Selector].
func (s AmazonLinux) Resolve(ctx context.Context, be backend.Backend, arch instance.Architecture) (Resolution, error) {
	return resolve(ctx, be, s, arch)
}

// String reads "Amazon Linux 2023 (minimal, kernel 6.1) of amazon".
func (s AmazonLinux) String() string {
	name := "Amazon Linux 2023"
	if s.two {
		name = "Amazon Linux 2"
	}
	var variant []string
	if s.minimal {
		variant = append(variant, "minimal")
	}
	if s.kernel != "" {
		variant = append(variant, "kernel "+s.kernel)
	}
	if len(variant) > 0 {
		name += " (" + strings.Join(variant, ", ") + ")"
	}
	return name + " of " + amazon
}

func (s AmazonLinux) architecture() instance.Architecture { return instance.X8664 }

var kernelShape = regexp.MustCompile(`^\d+\.\d+$`)

func (s AmazonLinux) faults(arch instance.Architecture) []error {
	var errs []error
	if s.kernel != "" && !kernelShape.MatchString(s.kernel) {
		errs = append(errs, fault("selector.kernel", fmt.Sprintf("%q is no kernel version", s.kernel), `give major and minor, such as "6.1"`))
	}
	if arch != "" && !slices.Contains([]instance.Architecture{instance.X8664, instance.ARM64}, arch) {
		errs = append(errs, fault("architecture", fmt.Sprintf("Amazon Linux isn't published for %s", arch), "choose x86_64 or arm64"))
	}
	return errs
}

// The alias of the accounts by which AWS publishes its own images.
const amazon = "amazon"

func (s AmazonLinux) find(ctx context.Context, be backend.Backend, arch instance.Architecture) ([]backend.Image, []string, error) {
	images, looked, err := fromPublicParameter(ctx, be, s.parameter(arch))
	if err == nil || !unavailable(err) {
		return images, looked, err
	}
	images, how, err := byName{owner: amazon, pattern: s.pattern(arch)}.find(ctx, be, arch)
	return images, append(looked, how...), err
}

// parameter is the name under which AWS publishes the image's ID
// (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html).
func (s AmazonLinux) parameter(arch instance.Architecture) string {
	kernel := s.kernel
	if kernel == "" {
		kernel = "default"
	}
	return "/aws/service/ami-amazon-linux-latest/" + s.name("", kernel, arch)
}

// pattern matches the names of the images, in which a version stands.
func (s AmazonLinux) pattern(arch instance.Architecture) string {
	kernel := s.kernel
	if kernel == "" {
		kernel = "*"
	}
	return s.name("*", kernel, arch)
}

// name is built the same way for parameters and images, except that only an image's has a version.
func (s AmazonLinux) name(version, kernel string, arch instance.Architecture) string {
	var parts []string
	add := func(when bool, part string) {
		if when {
			parts = append(parts, part)
		}
	}
	if !s.two {
		add(true, "al2023-ami")
		add(s.minimal, "minimal")
		add(version != "", "2023."+version)
		add(true, "kernel-"+kernel)
		add(true, string(arch))
		return strings.Join(parts, "-")
	}
	add(true, "amzn2-ami")
	add(s.minimal, "minimal")
	add(s.kernel != "", "kernel-"+s.kernel)
	add(true, "hvm")
	add(version != "", "2.0."+version)
	add(true, string(arch))
	// Only the minimal image with the first kernel has no gp2 variant.
	add(s.minimal && s.kernel == "", "ebs")
	add(!s.minimal || s.kernel != "", "gp2")
	return strings.Join(parts, "-")
}
