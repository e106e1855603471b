package catalogue

import (
	"fmt"
	"strings"
)

// ubuntuBuilds are three LTS releases of Canonical's
// (https://documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images/).
func ubuntuBuilds() []Build {
	type edition struct {
		tree, product, path, title string // in names of images, in parameters, in descriptions
		serials                    []string
	}
	server := func(serials ...string) edition { return edition{"ubuntu", "server", "server", "Ubuntu", serials} }
	minimal := func(serials ...string) edition {
		return edition{"ubuntu-minimal", "minimal", "server-minimal", "Ubuntu Minimal", serials}
	}
	pro := func(serials ...string) edition {
		return edition{"ubuntu-pro-server", "pro-server", "pro-server", "Ubuntu Pro", serials}
	}
	proMinimal := func(serials ...string) edition {
		return edition{"ubuntu-pro-minimal", "pro-minimal", "pro-minimal", "Ubuntu Pro Minimal", serials}
	}
	var all []Build
	for _, of := range []struct {
		release, code, disk string
		editions            []edition
	}{
		{"22.04", "jammy", "ssd", []edition{server("20240223", "20260218", "20260320"), minimal("20260318"), pro("20260320"), proMinimal("20260318")}},
		{"24.04", "noble", "ssd-gp3", []edition{server("20240423", "20260305", "20260402"), minimal("20260331"), pro("20260402")}},
		{"26.04", "resolute", "ssd-gp3", []edition{server("20260423"), minimal("20260423"), pro("20260423")}},
	} {
		for _, e := range of.editions {
			for i, serial := range e.serials {
				for _, arch := range servers {
					words := func(more ...string) []string {
						return append(more, "tree", e.tree, "path", e.path, "product", e.product, "disk", of.disk,
							"code", of.code, "arch", UbuntuNaming.Arch[arch], "store", UbuntuStore(of.release))
					}
					b := linux(canonical, arch, Fill(UbuntuNaming.Image, words("serial", serial, "release", of.release)...), serial)
					b.Description = fmt.Sprintf("Canonical, %s, %s, %s %s image", e.title, of.release, UbuntuNaming.Arch[arch], of.code)
					b.InstanceStores = []InstanceStore{{"/dev/sdb", "ephemeral0"}, {"/dev/sdc", "ephemeral1"}}
					if of.release == "22.04" {
						b.Root = gp2(8)
					} else {
						b.IMDSSupport = "v2.0"
					}
					if strings.HasPrefix(e.product, "pro-") {
						b.PlatformDetails, b.UsageOperation = "Ubuntu Pro", "RunInstances:0g00"
					}
					for _, release := range []string{of.release, of.code} {
						b.lead(Fill(UbuntuNaming.Parameter, words("serial", serial, "release", release)...))
						if i == len(e.serials)-1 {
							b.lead(Fill(UbuntuNaming.Parameter, words("serial", "current", "release", release)...))
						}
					}
					all = append(all, b)
				}
			}
		}
	}
	return all
}

func (b *Build) lead(parameter string) { b.Parameters = append(b.Parameters, parameter) }

// debianBuilds (https://wiki.debian.org/Cloud/AmazonEC2Image; what isn't in names is (mem)).
func debianBuilds() []Build {
	var all []Build
	for _, of := range []struct {
		release, code string
		serials       []string
	}{
		{"11", "bullseye", []string{"20240211-1654", "20260310-2412"}},
		{"12", "bookworm", []string{"20240211-1654", "20260316-2418", "20260413-2447"}},
		{"13", "trixie", []string{"20260316-2418", "20260413-2447"}},
	} {
		for i, serial := range of.serials {
			for _, arch := range servers {
				words := []string{"release", of.release, "arch", DebianNaming.Arch[arch], "serial", serial}
				b := linux(debian, arch, Fill(DebianNaming.Image, words...), serial)
				b.Description = fmt.Sprintf("Debian %s (%s)", of.release, serial)
				b.RootDevice = "/dev/xvda"
				if of.release != "11" {
					b.IMDSSupport = "v2.0"
				}
				if i == len(of.serials)-1 {
					b.lead(Fill(DebianNaming.Parameter, words...))
					b.lead(Fill(DebianNaming.Parameter, append([]string{"release", of.code}, words[2:]...)...))
				}
				all = append(all, b)
			}
		}
	}
	return all
}

// rhelBuilds are billed by the hour; those with "Access2" in their names need a subscription and are
// shared with few.
func rhelBuilds() []Build {
	var all []Build
	for _, of := range []struct{ release, ga, serial, respin, addon string }{
		{"8.10.0", "", "20251105", "2", ""}, {"8.10.0", "", "20260306", "0", ""},
		{"9.3.0", "", "20240117", "49", ""}, {"9.7.0", "_GA", "20251103", "0", ""}, {"9.7.0", "", "20260310", "0", ""},
		{"10.0.0", "", "20251030", "0", ""}, {"10.1.0", "", "20260312", "0", ""},
		{"9.7.0", "", "20260310", "0", "_HA"}, {"10.1.0", "", "20260312", "0", "_HA"},
	} {
		for _, arch := range servers {
			if of.addon != "" && arch != "x86_64" {
				continue
			}
			b := linux(redHat, arch, Fill(RHELNaming.Image, "addon", of.addon, "release", of.release, "ga", of.ga,
				"serial", of.serial, "arch", arch, "respin", of.respin, "disk", "GP3"), of.serial)
			b.Description = "Provided by Red Hat, Inc."
			b.Root = gp3(10)
			b.PlatformDetails, b.UsageOperation = "Red Hat Enterprise Linux", "RunInstances:0010"
			if of.addon != "" {
				b.PlatformDetails, b.UsageOperation = "Red Hat Enterprise Linux with High Availability", "RunInstances:1010"
			}
			if strings.HasPrefix(of.release, "10.") {
				b.IMDSSupport = "v2.0"
			}
			all = append(all, b)
		}
	}
	return all
}

// suseBuilds (sizes are (mem)).
func suseBuilds() []Build {
	var all []Build
	for _, of := range []struct {
		release, title string
		serials        []string
	}{
		{"15-sp5", "15 SP5", []string{"20240129"}},
		{"15-sp6", "15 SP6", []string{"20250916", "20251112"}},
		{"15-sp7", "15 SP7", []string{"20260115", "20260324"}},
		{"16.0", "16.0", []string{"20251104", "20260402"}},
	} {
		for i, serial := range of.serials {
			for _, arch := range servers {
				words := []string{"release", of.release, "dashed", strings.ReplaceAll(of.release, ".", "-"), "arch", arch, "serial", serial}
				b := linux(suse, arch, Fill(SUSENaming.Image, words...), serial)
				b.Description = fmt.Sprintf("SUSE Linux Enterprise Server %s (HVM, 64-bit, SSD-Backed)", of.title)
				b.Root = gp3(10)
				b.PlatformDetails, b.UsageOperation = "SUSE Linux", "RunInstances:000g"
				if of.release == "16.0" {
					b.IMDSSupport = "v2.0"
				}
				if i == len(of.serials)-1 {
					b.lead(Fill(SUSENaming.Parameter, words...))
				}
				all = append(all, b)
			}
		}
	}
	return all
}
