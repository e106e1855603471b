package ami

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/internal/catalogue"
)

func noWords(string) []string { return nil }

// serial gives one pattern in which only the serial is open.
func serial(pattern string) func(string) [][]string {
	return func(string) [][]string { return [][]string{{"serial", pattern}} }
}

var ubuntuFamily = &quickStartFamily{
	title: "Ubuntu", naming: &catalogue.UbuntuNaming, usual: X8664,
	shape: regexp.MustCompile(`^\d{2}\.\d{2}$`), remedy: `give year and month, such as "24.04"`,
	words: func(release string) []string { // those of the server where no variant says otherwise
		return []string{"serial", "current", "tree", "ubuntu", "product", "server", "path", "server", "store", catalogue.UbuntuStore(release)}
	},
	patterns: func(string) [][]string { return [][]string{{"serial", "????????*", "disk", "ssd*", "code", "*"}} },
}

// UbuntuRelease selects images of one release of Ubuntu; see [Ubuntu].
type UbuntuRelease struct{ quickStart }

// Ubuntu selects Canonical's current server image of a release such as "24.04", for x86_64 or arm64
// (https://documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images/).
func Ubuntu(release string) UbuntuRelease {
	return UbuntuRelease{quickStart{family: ubuntuFamily, release: release}}
}

// Minimal selects the image with fewer packages.
func (s UbuntuRelease) Minimal() UbuntuRelease {
	return UbuntuRelease{s.with("minimal", "tree", "ubuntu-minimal", "product", "minimal", "path", "server-minimal")}
}

// Pro selects the image with longer maintenance, which is billed by the hour. There is none that is minimal too.
func (s UbuntuRelease) Pro() UbuntuRelease {
	return UbuntuRelease{s.with("Pro", "tree", "ubuntu-pro-server", "product", "pro-server", "path", "pro-server")}
}

// Resolve implements [Selector].
func (s UbuntuRelease) Resolve(ctx context.Context, be backend.Backend, arch instance.Architecture) (Resolution, error) {
	return resolve(ctx, be, s, arch)
}

var debianFamily = &quickStartFamily{
	title: "Debian", naming: &catalogue.DebianNaming, usual: X8664,
	shape: regexp.MustCompile(`^\d{2}$`), remedy: `give the number of the release, such as "12"`,
	words: noWords, patterns: serial("????????-*"),
}

// Debian selects the current image of a release such as "12", for x86_64 or arm64
// (https://wiki.debian.org/Cloud/AmazonEC2Image).
func Debian(release string) Selector { return quickStart{family: debianFamily, release: release} }

var rhelFamily = &quickStartFamily{
	title: "Red Hat Enterprise Linux", naming: &catalogue.RHELNaming, usual: X8664,
	shape: regexp.MustCompile(`^\d{1,2}(\.\d{1,2})?$`), remedy: `give a major or minor release, such as "9" or "9.4"`,
	words: func(string) []string { return []string{"addon", ""} },
	patterns: func(release string) [][]string {
		open := []string{"release", release + ".*", "serial", "????????", "respin", "*", "disk", "GP?"}
		return [][]string{append([]string{"ga", ""}, open...), append([]string{"ga", "_GA"}, open...)}
	},
}

// RHELRelease selects images of one release of Red Hat Enterprise Linux; see [RHEL].
type RHELRelease struct{ quickStart }

// RHEL selects Red Hat's newest image of a release, "9" or "9.4", that is billed by the hour, for x86_64
// or arm64. There is no public parameter: images are found by alias and name, betas left out.
func RHEL(release string) RHELRelease {
	return RHELRelease{quickStart{family: rhelFamily, release: release}}
}

// HighAvailability selects the image with the High Availability add-on.
func (s RHELRelease) HighAvailability() RHELRelease {
	return RHELRelease{s.with("High Availability", "addon", "_HA")}
}

// Resolve implements [Selector].
func (s RHELRelease) Resolve(ctx context.Context, be backend.Backend, arch instance.Architecture) (Resolution, error) {
	return resolve(ctx, be, s, arch)
}

var suseFamily = &quickStartFamily{
	title: "SUSE Linux Enterprise Server", naming: &catalogue.SUSENaming, usual: X8664,
	shape: regexp.MustCompile(`^\d{2}(-sp\d|\.\d)$`), remedy: `give a release such as "15-sp7" or "16.0"`,
	words:    func(release string) []string { return []string{"dashed", strings.ReplaceAll(release, ".", "-")} },
	patterns: serial("????????"),
}

// SUSE selects the current image of a release of SUSE Linux Enterprise Server such as "15-sp7" or
// "16.0", billed by the hour, for x86_64 or arm64.
func SUSE(release string) Selector { return quickStart{family: suseFamily, release: release} }

var windowsFamily = &quickStartFamily{
	title: "Windows Server", naming: &catalogue.WindowsNaming, usual: X8664,
	shape: regexp.MustCompile(`^\d{4}$`), remedy: `give the year of the release, such as "2022"`,
	words:    func(string) []string { return []string{"language", "English", "install", "Full", "content", "Base"} },
	patterns: serial("????.??.??"),
}

// WindowsServerRelease selects images of one release of Windows Server; see [WindowsServer].
type WindowsServerRelease struct{ quickStart }

// WindowsServer selects AWS's current image of a release such as "2022": English, with a desktop, for
// x86_64 (https://docs.aws.amazon.com/ec2/latest/windows-ami-reference/windows-amis.html).
func WindowsServer(release string) WindowsServerRelease {
	return WindowsServerRelease{quickStart{family: windowsFamily, release: release}}
}

// Core selects the image without a desktop.
func (s WindowsServerRelease) Core() WindowsServerRelease {
	return WindowsServerRelease{s.with("Core", "install", "Core")}
}

// Language selects another language than English, by the word in names of images, such as "Japanese" or
// "Chinese_Simplified".
func (s WindowsServerRelease) Language(name string) WindowsServerRelease {
	return WindowsServerRelease{s.with(name, "language", name)}
}

// SQLEdition is an edition of SQL Server.
type SQLEdition string

// The editions of SQL Server; all but Express are billed by the hour.
const (
	SQLExpress    SQLEdition = "Express"
	SQLWeb        SQLEdition = "Web"
	SQLStandard   SQLEdition = "Standard"
	SQLEnterprise SQLEdition = "Enterprise"
)

// SQLServer selects the image with a release of SQL Server, such as "2022" or "2016_SP3". Which go
// together AWS decides.
func (s WindowsServerRelease) SQLServer(release string, edition SQLEdition) WindowsServerRelease {
	return WindowsServerRelease{s.with(fmt.Sprintf("SQL Server %s %s", release, edition), "content", fmt.Sprintf("SQL_%s_%s", release, edition))}
}

// Resolve implements [Selector].
func (s WindowsServerRelease) Resolve(ctx context.Context, be backend.Backend, arch instance.Architecture) (Resolution, error) {
	return resolve(ctx, be, s, arch)
}

var macOSFamily = &quickStartFamily{
	title: "macOS", naming: &catalogue.MacOSNaming, usual: ARM64Mac,
	shape: regexp.MustCompile(`^[a-z]+$`), remedy: `give the name of the release, such as "sequoia"`,
	words: noWords,
	patterns: func(release string) [][]string {
		number, known := catalogue.MacOSReleases[release]
		if !known { // only its parameter can be asked
			return nil
		}
		return [][]string{{"version", number + ".*", "serial", "????????-??????"}}
	},
}

// MacOS selects AWS's current image of a release such as "sequoia", for arm64_mac, which is what the
// empty architecture stands for, or x86_64_mac. It runs on dedicated hosts only
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/macos-ami-ids-parameter-store.html).
func MacOS(release string) Selector { return quickStart{family: macOSFamily, release: release} }
