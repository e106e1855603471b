package catalogue

import (
	"fmt"

	"github.com/amiclass/amiclass/region"
)

// communityBuilds are public images of accounts without an alias: two distributions, a stranger's
// appliance, and look-alikes of Quick Start images by somebody else, newer than the real ones, which
// nobody may get who asks by alias or parameter.
func communityBuilds() []Build {
	var all []Build
	for _, of := range []struct{ name, version, serial string }{
		{"Rocky-9-EC2-Base", "9.5", "20241118.0"}, {"Rocky-9-EC2-Base", "9.7", "20251123.2"}, {"Rocky-10-EC2-Base", "10.1", "20251116.0"},
	} {
		for _, arch := range servers {
			b := linux(rocky, arch, fmt.Sprintf("%s-%s-%s.%s", of.name, of.version, of.serial, kernelWord(arch)), of.serial)
			b.Root = gp3(10)
			all = append(all, b)
		}
	}
	for _, of := range []struct{ version, serial string }{{"8.10", "20260206"}, {"9.7", "20260217"}, {"10.1", "20260217"}} {
		for _, arch := range servers {
			b := linux(alma, arch, fmt.Sprintf("AlmaLinux OS %s.%s %s", of.version, of.serial, kernelWord(arch)), of.serial)
			b.Description = fmt.Sprintf("Official AlmaLinux OS %s %s image", of.version, kernelWord(arch))
			b.Root = gp3(10)
			all = append(all, b)
		}
	}
	for _, serial := range []string{"20231105", "20250614", "20260219"} {
		b := linux(stranger, "x86_64", "community-wiki-"+serial, serial)
		b.Description = "A wiki, ready to run"
		all = append(all, b)
	}
	old := linux(stranger, "i386", "community-firewall-i386-20250301", "20250301") // boots where 32 bits do
	all = append(all, old)
	for _, name := range []string{
		"al2023-ami-2023.99.20260427.0-kernel-6.18-x86_64",
		"ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20260427",
		"debian-12-amd64-20260427-9999",
		"Windows_Server-2022-English-Full-Base-2026.04.27",
	} {
		b := linux(impostor, "x86_64", name, "20260427")
		b.Description = "Not what its name says"
		all = append(all, b)
	}
	return all
}

// kernelWord is what Linux itself calls an architecture.
func kernelWord(arch string) string {
	if arch == "arm64" {
		return "aarch64"
	}
	return arch
}

// marketplaceBuilds are products that don't exist. The Marketplace puts the product's UUID behind the
// seller's name of an image, and publishes all of them by its own account.
func marketplaceBuilds() []Build {
	var all []Build
	for _, of := range []struct{ name, version, serial, uuid, code, product, arch string }{
		{"directory-appliance", "4.1.0", "20251002", "0b1c6a2e-5d0f-4c7e-9a57-3f3c1d2b8a90", DirectoryProductCode, "prod-directoryappli", "x86_64"},
		{"directory-appliance", "4.2.1", "20260211", "0b1c6a2e-5d0f-4c7e-9a57-3f3c1d2b8a90", DirectoryProductCode, "prod-directoryappli", "x86_64"},
		{"directory-appliance-arm", "4.2.1", "20260211", "7d3e9f54-8c11-4be2-a0d6-61f0a9c47e25", "3k8v5m1q9x7c2z6b4n0p1d8fa", "prod-directoryaparm", "arm64"},
		{"hardened-linux", "9.7", "20231120", "c2a94d18-6b3f-4f05-8e71-d5b80c9e6f42", "6y2t8r4w0u9i5o1a7s3d2g5hj", "prod-hardenedlinux", "x86_64"},
	} {
		b := linux(marketplace, of.arch, fmt.Sprintf("%s-%s-%s", of.name, of.version, of.uuid), of.serial)
		b.Description = fmt.Sprintf("%s %s", of.name, of.version)
		b.ProductCode = of.code
		b.lead(fmt.Sprintf("/aws/service/marketplace/%s/%s", of.product, of.version))
		if of.serial != "20251002" {
			b.lead(fmt.Sprintf("/aws/service/marketplace/%s/latest", of.product))
		}
		all = append(all, b)
	}
	return all
}

// DirectoryProductCode is the product code of the Marketplace sample that has two versions.
const DirectoryProductCode = "4p9z0w6h2r7k1t5c3x8y6v0ba"

// oldBuilds are from when servers had 32 bits: paravirtual, in regions of that time.
func oldBuilds() []Build {
	b := linux(canonical, "i386", "ubuntu/images/ebs-ssd/ubuntu-trusty-14.04-i386-server-20190514", "20190514")
	b.Description = "Canonical, Ubuntu, 14.04 LTS, i386 trusty image build on 2019-05-14"
	b.Virtualization, b.ENA, b.SRIOV, b.Root = "paravirtual", false, "", gp2(8)
	b.in = func(r region.Region) bool { return bootLoaders[r] != nil }
	return []Build{b}
}
