package catalogue

import "strings"

// Naming says how the images of a Quick Start family are called, and the public parameter that leads
// to the newest. Words in braces stand for what differs; see [Fill]. Selectors put patterns in their
// place and images what they are, so that both follow the same names.
type Naming struct {
	Image     string
	Parameter string            // empty where no public parameter is documented
	Arch      map[string]string // the publisher's words for EC2's architectures
}

// The names of the Quick Start families.
var (
	// https://docs.aws.amazon.com/linux/al2023/ug/ec2.html
	AmazonLinux2023Naming = Naming{
		Image:     "al2023-ami-{minimal}{version}-kernel-{kernel}-{arch}",
		Parameter: ParameterPath + "al2023-ami-{minimal}kernel-{kernel}-{arch}",
		Arch:      map[string]string{"x86_64": "x86_64", "arm64": "arm64"},
	}
	// https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html
	AmazonLinux2Naming = Naming{
		Image:     "amzn2-ami-{minimal}{kernel}hvm-{version}-{arch}-{store}",
		Parameter: ParameterPath + "amzn2-ami-{minimal}{kernel}hvm-{arch}-{store}",
		Arch:      map[string]string{"x86_64": "x86_64", "arm64": "arm64"},
	}
	// https://documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images/
	UbuntuNaming = Naming{
		Image:     "{tree}/images/hvm-{disk}/ubuntu-{code}-{release}-{arch}-{product}-{serial}",
		Parameter: "/aws/service/canonical/ubuntu/{path}/{release}/stable/{serial}/{arch}/hvm/{store}/ami-id",
		Arch:      map[string]string{"x86_64": "amd64", "arm64": "arm64"},
	}
	// https://wiki.debian.org/Cloud/AmazonEC2Image
	DebianNaming = Naming{
		Image:     "debian-{release}-{arch}-{serial}",
		Parameter: "/aws/service/debian/release/{release}/latest/{arch}",
		Arch:      map[string]string{"x86_64": "amd64", "arm64": "arm64"},
	}
	// https://access.redhat.com/solutions/15356; no parameter could be confirmed.
	RHELNaming = Naming{
		Image: "RHEL{addon}-{release}_HVM{ga}-{serial}-{arch}-{respin}-Hourly2-{disk}",
		Arch:  map[string]string{"x86_64": "x86_64", "arm64": "arm64"},
	}
	// https://documentation.suse.com/suse-distribution-migration-system and SUSE's public cloud info
	SUSENaming = Naming{
		Image:     "suse-sles-{dashed}-v{serial}-hvm-ssd-{arch}",
		Parameter: "/aws/service/suse/sles/{release}/{arch}/latest",
		Arch:      map[string]string{"x86_64": "x86_64", "arm64": "arm64"},
	}
	// https://docs.aws.amazon.com/ec2/latest/windows-ami-reference/windows-amis.html
	WindowsNaming = Naming{
		Image:     "Windows_Server-{release}-{language}-{install}-{content}-{serial}",
		Parameter: "/aws/service/ami-windows-latest/Windows_Server-{release}-{language}-{install}-{content}",
		Arch:      map[string]string{"x86_64": "x86_64"},
	}
	// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/macos-ami-ids-parameter-store.html
	MacOSNaming = Naming{
		Image:     "amzn-ec2-macos-{version}-{serial}{arch}",
		Parameter: "/aws/service/ec2-macos/{release}/{ec2arch}/latest/image_id",
		Arch:      map[string]string{"x86_64_mac": "", "arm64_mac": "-arm64"},
	}
)

// MacOSReleases are the major versions of macOS by the names that parameters have.
var MacOSReleases = map[string]string{
	"mojave": "10.14", "catalina": "10.15", "bigsur": "11", "monterey": "12", "ventura": "13",
	"sonoma": "14", "sequoia": "15", "tahoe": "26",
}

// Fill puts words in the place of names in braces: Fill("debian-{release}", "release", "12") is
// debian-12. What has no word stays.
func Fill(template string, words ...string) string {
	pairs := make([]string, len(words))
	for i, w := range words {
		if pairs[i] = w; i%2 == 0 {
			pairs[i] = "{" + w + "}"
		}
	}
	return strings.NewReplacer(pairs...).Replace(template)
}

// UbuntuStore is what parameters say of the root volume: gp3 from 23.10 on.
func UbuntuStore(release string) string {
	if compareVersions(release, "23.10") >= 0 {
		return "ebs-gp3"
	}
	return "ebs-gp2"
}
