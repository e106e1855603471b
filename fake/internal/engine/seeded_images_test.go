package engine

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

func TestSeededImagesAreThoseOfTheCatalogue(t *testing.T) {
	t.Parallel()
	for _, r := range catalogue.Regions() {
		s, n, volumes := worlds()[r.Name](), 0, 0
		for known := range catalogue.PublicImages(r.Name) {
			n++
			im, ok := s.images.Get(known.ID)
			require.True(t, ok, known.ID)
			require.Equal(t, Place{r.Name.Partition(), known.OwnerID, r.Name}, s.places[im.scope])
			require.True(t, hasShape("ami", im.id), im.id)
			for _, m := range im.mappings {
				if m.ebs == nil {
					continue
				}
				volumes++
				snap, ok := s.snapshots.Get(m.ebs.snapshot)
				require.True(t, ok, known.ID)
				require.True(t, hasShape("snap", snap.id), snap.id)
				require.Equal(t, im.scope, snap.scope)
				require.Equal(t, m.ebs.size, snap.size)
			}
		}
		require.Equal(t, n, s.images.Len())
		require.Equal(t, volumes, s.snapshots.Len(), "each has one of its own")
		require.Greater(t, volumes, n)
	}
}

// The first region of a cloud comes from the world of all clouds, the others are added to it. Both must
// look the same.
func TestARegionIsTheSameWheneverItIsComeTo(t *testing.T) {
	t.Parallel()
	look := func(w *testWorld) []ec2types.Image {
		return must[ec2.DescribeImagesOutput](w, &ec2.DescribeImagesInput{IncludeDeprecated: ptr(true)}).Images
	}
	w := newWorld(t, Options{})
	want := look(w.in(region.EUWest1))
	require.NotEmpty(t, want)
	later := w.forkWithin(t)
	later.engine = New(later.engine.options)
	look(later)
	require.Equal(t, want, look(later.in(region.EUWest1)))
}

func TestAnImageIsCopiedFromARegionWhereNobodyWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	for known := range catalogue.PublicImages(region.EUWest1) {
		must[ec2.CopyImageOutput](w, &ec2.CopyImageInput{Name: ptr("copy"), SourceImageId: &known.ID, SourceRegion: ptr("eu-west-1")})
		return
	}
}

func TestSeededImagesHaveWhatTheirFamilyHas(t *testing.T) {
	t.Parallel()
	type facts struct {
		boot           ec2types.BootModeValues
		imds           ec2types.ImdsSupportValues
		ena            bool
		size           int32
		typ            ec2types.VolumeType
		deprecateAfter time.Duration
		kernel         bool
	}
	want := map[string]facts{
		"al2023-ami-kernel-6.18-x86_64":        {"uefi-preferred", "v2.0", true, 8, "gp3", 90 * day, false},
		"al2023-ami-kernel-6.1-arm64":          {"uefi", "v2.0", true, 8, "gp3", 90 * day, false},
		"al2023-ami-minimal-kernel-6.12-arm64": {"uefi", "v2.0", true, 2, "gp3", 90 * day, false},
		"amzn2-ami-hvm-x86_64-gp2":             {"", "", true, 8, "gp2", 90 * day, false},
		"amzn2-ami-hvm-x86_64-ebs":             {"", "", true, 8, "standard", 90 * day, false},
		"amzn2-ami-hvm-arm64-gp2":              {"uefi", "", true, 8, "gp2", 90 * day, false},
		"amzn2-ami-minimal-hvm-x86_64-ebs":     {"", "", true, 2, "standard", 90 * day, false},
		"amzn2-ami-kernel-5.10-hvm-arm64-gp2":  {"uefi", "", true, 8, "gp2", 90 * day, false},
		"amzn-ami-hvm-x86_64-gp2":              {"", "", true, 8, "gp2", 2 * 365 * day, false},
		"amzn-ami-pv-x86_64-ebs":               {"", "", false, 8, "standard", 2 * 365 * day, true},
	}
	seen := map[string]bool{}
	for im := range worlds()[region.USEast1]().images.Every() {
		release, err := catalogue.ParseRelease(im.name)
		if err != nil || im.ownerAlias != amazonAlias { // not of Amazon Linux
			continue
		}
		if f, ok := want[release.Family]; ok {
			seen[release.Family] = true
			e := im.mappings[0].ebs
			require.Equal(t, f, facts{im.bootMode, im.imdsSupport, im.enaSupport, e.size, e.typ, im.deprecateAfter, im.kernel != ""}, im.name)
		}
	}
	require.Len(t, seen, len(want))
}

func TestSeededImagesAreFreshWhenACloudBegins(t *testing.T) {
	t.Parallel()
	newest := time.Duration(1 << 62)
	for im := range worlds()[region.USEast1]().images.Every() {
		newest = min(newest, im.age)
		if strings.HasPrefix(im.name, "al2023-") {
			require.Less(t, im.age, im.deprecateAfter, im.name)
		}
	}
	require.Equal(t, newestAge, newest)
}

func BenchmarkSeedImages(b *testing.B) {
	catalogue.Date() // its own parsing comes first
	b.ReportAllocs()
	for b.Loop() {
		t := &tx{view: view{state: newState(0, time.Time{}), options: &Options{}}}
		t.seedImages(region.USEast1)
	}
}

// The alias of an owner who has none isn't Amazon's.
func TestSeededSnapshotsHaveTheAliasOfTheirImagesOwner(t *testing.T) {
	t.Parallel()
	seen := map[string]int{}
	newWorld(t, Options{}).here(func(v *view) {
		for im := range v.images.Every() {
			for _, m := range im.mappings {
				if m.ebs == nil || m.ebs.snapshot == "" {
					continue
				}
				s, ok := v.snapshots.Get(m.ebs.snapshot)
				require.True(t, ok)
				require.Equal(t, im.ownerAlias, s.alias)
				seen[s.alias]++
			}
		}
	})
	require.Positive(t, seen["amazon"])
	require.Positive(t, seen[""])
}
