package catalogue

import (
	"fmt"
	"hash/fnv"
	"io"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/amiclass/amiclass/region"
)

// Build is an image as its publisher made it, the same in every region but for its ID. What is empty
// EC2 doesn't tell of it.
type Build struct {
	Name            string
	Description     string
	Released        time.Time // the day, UTC
	DeprecatedAfter time.Duration
	OwnerAlias      string
	Architecture    string
	Platform        string // windows or empty
	PlatformDetails string
	UsageOperation  string
	Virtualization  string
	BootMode        string
	IMDSSupport     string
	ENA             bool
	SRIOV           string
	RootDevice      string
	Root            RootVolume
	Data            []DataVolume
	InstanceStores  []InstanceStore
	ProductCode     string   // of the Marketplace
	Parameters      []string // public parameters that lead to it, in every region alike

	by *publisher
	in func(region.Region) bool // nil for wherever the publisher is
}

// RootVolume is what an image makes its root volume.
type RootVolume struct {
	SizeGiB          int32
	Type             string
	IOPS, Throughput int32
}

// DataVolume is one that an image has beside its root volume.
type DataVolume struct {
	Device string
	RootVolume
}

// InstanceStore maps a volume of the host's to a device.
type InstanceStore struct{ Device, Name string }

// PublicImage is an image that everybody finds in a region.
type PublicImage struct {
	*Build
	ID      string
	OwnerID string
	Kernel  string // of a paravirtual one
}

// PublicImages yields what a region has: Amazon Linux with its real IDs where they are known, and what
// other publishers have there, with IDs that are made up but always the same
// (docs/seeded-images.md). Builds are shared: callers must not change them.
func PublicImages(r region.Region) iter.Seq[PublicImage] {
	return func(yield func(PublicImage) bool) {
		for _, im := range AmazonLinuxImages(r) {
			b := amazonLinuxBuild(im)
			if !yield(PublicImage{Build: b, ID: im.ID, OwnerID: im.OwnerID, Kernel: kernel(b, r)}) {
				return
			}
		}
		for _, b := range builds() {
			account, ok := b.by.accountIn(r)
			if !ok || b.in != nil && !b.in(r) {
				continue
			}
			if !yield(PublicImage{Build: b, ID: madeUpID(r, b), OwnerID: account, Kernel: kernel(b, r)}) {
				return
			}
		}
	}
}

// builds are all that publishers other than the real Amazon Linux have.
var builds = sync.OnceValue(func() []*Build {
	var all []*Build
	for _, family := range [][]Build{
		amazonLinuxElsewhere(), ubuntuBuilds(), debianBuilds(), rhelBuilds(), suseBuilds(), windowsBuilds(), macOSBuilds(), kubernetesBuilds(),
		communityBuilds(), marketplaceBuilds(), oldBuilds(),
	} {
		for i := range family {
			all = append(all, &family[i])
		}
	}
	return all
})

// madeUpID is the ID of a build in a region.
func madeUpID(r region.Region, b *Build) string {
	h := fnv.New64a()
	io.WriteString(h, string(r))
	io.WriteString(h, b.by.name)
	io.WriteString(h, b.Name)
	return HexID("ami-0", mix(h.Sum64()))
}

// HexID writes a number in 16 hexadecimal digits behind a prefix such as "ami-0".
func HexID(prefix string, n uint64) string {
	const digits = "0123456789abcdef"
	id := make([]byte, len(prefix), len(prefix)+16)
	copy(id, prefix)
	for shift := 60; shift >= 0; shift -= 4 {
		id = append(id, digits[n>>shift&15])
	}
	return string(id)
}

// mix spreads a hash over all bits (the finalizer of SplitMix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

const day = 24 * time.Hour

// publicImageLife is after how long a public image is deprecated by itself
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deprecate.html).
const publicImageLife = 2 * 365 * day

// on reads the day of a serial such as 20260421, 20260421.1 or 2026.04.21.
func on(serial string) time.Time {
	digits := strings.ReplaceAll(serial, ".", "")
	t, err := time.Parse("20060102", digits[:min(8, len(digits))])
	if err != nil {
		panic(fmt.Errorf("catalogue: the serial of a seeded image: %w", err)) // it stands in this package
	}
	return t
}

// gp3 is a root volume of the kind that is the usual one now, with what it has without being asked.
func gp3(size int32) RootVolume {
	return RootVolume{SizeGiB: size, Type: "gp3", IOPS: 3000, Throughput: 125}
}

func gp2(size int32) RootVolume { return RootVolume{SizeGiB: size, Type: "gp2"} }

// linux is what images of Linux have in common.
func linux(by *publisher, arch, name, serial string) Build {
	b := Build{
		Name: name, Released: on(serial), DeprecatedAfter: publicImageLife, OwnerAlias: by.alias, Architecture: arch,
		PlatformDetails: "Linux/UNIX", UsageOperation: "RunInstances", Virtualization: "hvm",
		ENA: true, SRIOV: "simple", RootDevice: "/dev/sda1", Root: gp3(8), by: by,
	}
	switch arch { // Graviton boots nothing but UEFI
	case "arm64":
		b.BootMode = "uefi"
	case "x86_64":
		b.BootMode = "uefi-preferred"
	}
	return b
}

// The processors of Linux images today.
var servers = []string{"x86_64", "arm64"}
