package catalogue

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/amiclass/amiclass/region"
)

// Image is a Quick Start image of Amazon Linux: public, of the alias amazon, with an EBS root volume.
// Its owner's ID differs between regions.
type Image struct {
	Region         region.Region
	ID             string
	OwnerID        string
	Architecture   string // x86_64 or arm64
	RootDevice     string // /dev/xvda or /dev/sda1
	Virtualization string // hvm or paravirtual
	Name           string
	Description    string
	Release
}

// AmazonLinuxImages gives the newest image of each family in a region, sorted by ID: none for a
// region whose images the catalogue doesn't know. The slice is shared: callers must not change it.
func AmazonLinuxImages(r region.Region) []Image { return images()[r] }

// Date is the day that the facts are of: the release of the newest image.
func Date() time.Time {
	var newest time.Time
	for _, all := range images() {
		for _, im := range all {
			if im.Released.After(newest) {
				newest = im.Released
			}
		}
	}
	return newest
}

var images = lazily(imagesFile, parseImages)

func parseImages(text []byte) (map[region.Region][]Image, error) {
	all := map[region.Region][]Image{}
	header := "region\timage_id\towner_id\tarchitecture\troot_device\tvirtualization\tname\tdescription"
	err := table(text, exactly(header), func(fields []string) error {
		r, err := region.Parse(fields[0])
		if err != nil {
			return err
		}
		release, err := ParseRelease(fields[6])
		if err != nil {
			return err
		}
		im := Image{Region: r, ID: fields[1], OwnerID: fields[2], Architecture: fields[3], RootDevice: fields[4],
			Virtualization: fields[5], Name: fields[6], Description: fields[7], Release: release}
		if n := len(all[r]); n > 0 && all[r][n-1].ID >= im.ID {
			return fmt.Errorf("%s isn't sorted after %s", im.ID, all[r][n-1].ID)
		}
		all[r] = append(all[r], im)
		return nil
	})
	return all, err
}

// Release is what the name of an Amazon Linux image tells. Names are a family with a version in it,
// as in al2023-ami-2023.11.20260427.1-kernel-6.12-arm64
// (https://docs.aws.amazon.com/linux/al2023/ug/ec2.html).
type Release struct {
	Family   string    // the name without its version: al2023-ami-kernel-6.12-arm64
	Version  string    // 2023.11.20260427.1
	Released time.Time // the day in the version, UTC
}

// Images of 2019 and before have no number after the day.
var versionShape = regexp.MustCompile(`-(\d{1,4}(?:\.\d{1,4})+\.(\d{8})(?:\.\d{1,4})?)-`)

// ParseRelease reads the name of an Amazon Linux image. It fails for a name with no version in it.
func ParseRelease(name string) (Release, error) {
	m := versionShape.FindStringSubmatchIndex(name)
	if m == nil {
		return Release{}, fmt.Errorf("image name %q: no version such as 2023.11.20260427.1 between dashes", name)
	}
	day, err := time.Parse("20060102", name[m[4]:m[5]])
	if err != nil {
		return Release{}, fmt.Errorf("image name %q: %w", name, err)
	}
	return Release{Family: name[:m[0]] + name[m[3]:], Version: name[m[2]:m[3]], Released: day}, nil
}

// Compare tells which of two releases is older: negative if r is.
func (r Release) Compare(o Release) int {
	if c := r.Released.Compare(o.Released); c != 0 {
		return c
	}
	return compareVersions(r.Version, o.Version)
}

// compareVersions orders numbers between dots: 6.1 before 6.12 before 6.18.
func compareVersions(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(x, y string) int {
		m, errM := strconv.Atoi(x)
		n, errN := strconv.Atoi(y)
		if errM != nil || errN != nil {
			return strings.Compare(x, y)
		}
		return m - n
	})
}
