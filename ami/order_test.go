package ami

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/amiclass/amiclass/backend"
)

var now = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// Few values of each field, so that ties are common.
func anyImage() *rapid.Generator[backend.Image] {
	day := func(label string, t *rapid.T) time.Time {
		return now.AddDate(0, 0, rapid.IntRange(-2, 2).Draw(t, label))
	}
	return rapid.Custom(func(t *rapid.T) backend.Image {
		im := backend.Image{
			ID:           fmt.Sprintf("ami-%08x", rapid.IntRange(0, 1000).Draw(t, "id")),
			Name:         rapid.SampledFrom([]string{"a-1", "a-2", "a-10"}).Draw(t, "name"),
			State:        rapid.SampledFrom([]backend.ImageState{backend.ImageAvailable, backend.ImagePending}).Draw(t, "state"),
			Architecture: rapid.SampledFrom([]string{"arm64", "x86_64"}).Draw(t, "architecture"),
			Created:      day("created", t),
		}
		if rapid.Bool().Draw(t, "deprecates") {
			im.Deprecated = day("deprecated", t)
		}
		return im
	})
}

func distinctImages() *rapid.Generator[[]backend.Image] {
	return rapid.SliceOfNDistinct(anyImage(), 0, 12, func(im backend.Image) string { return im.ID })
}

func TestOrderOfImagesIsTotal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := anyImage().Draw(t, "a"), anyImage().Draw(t, "b"), anyImage().Draw(t, "c")
		require.Equal(t, compareImages(a, b, now), -compareImages(b, a, now), "antisymmetric")
		if a.ID != b.ID {
			require.NotZero(t, compareImages(a, b, now), "different images never tie")
		}
		if compareImages(a, b, now) <= 0 && compareImages(b, c, now) <= 0 {
			require.LessOrEqual(t, compareImages(a, c, now), 0, "transitive")
		}
	})
}

func TestResolutionDoesNotDependOnTheOrderOfTheListing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		images := distinctImages().Draw(t, "images")
		shuffled := rapid.Permutation(images).Draw(t, "shuffled")
		one, other := Resolution{Architecture: ARM64}, Resolution{Architecture: ARM64}
		one.judge(slices.Clone(images), now)
		other.judge(slices.Clone(shuffled), now)
		if diff := cmp.Diff(one, other); diff != "" {
			t.Fatal(diff)
		}
		require.Len(t, images, len(one.Candidates)+len(one.Refused), "each image is a candidate or refused")
	})
}

func TestCandidatesAreAvailableAndNotDeprecatedFirst(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var r Resolution
		r.judge(distinctImages().Draw(t, "images"), now)
		for i, im := range r.Candidates {
			require.Equal(t, backend.ImageAvailable, im.State)
			if i > 0 && deprecated(r.Candidates[i-1], now) {
				require.True(t, deprecated(im, now))
			}
		}
	})
}

func TestOrderOfImages(t *testing.T) {
	t.Parallel()
	old, past, later := now.AddDate(-1, 0, 0), now.AddDate(0, 0, -1), now.AddDate(0, 0, 1)
	for name, tc := range map[string]struct{ first, second backend.Image }{
		"newer one first":                    {backend.Image{Created: now}, backend.Image{Created: old}},
		"deprecated one last, newer or not":  {backend.Image{Created: old}, backend.Image{Created: now, Deprecated: past}},
		"deprecated from now on is already":  {backend.Image{Created: old}, backend.Image{Created: now, Deprecated: now}},
		"to be deprecated is no fault today": {backend.Image{Created: now, Deprecated: later}, backend.Image{Created: old}},
		"greater name of the same age":       {backend.Image{Name: "x-2"}, backend.Image{Name: "x-1"}},
		"greater ID of the same name":        {backend.Image{ID: "ami-2"}, backend.Image{ID: "ami-1"}},
	} {
		require.Negative(t, compareImages(tc.first, tc.second, now), name)
	}
}

func BenchmarkJudge1000Images(b *testing.B) {
	images := make([]backend.Image, 1000)
	for i := range images {
		images[i] = backend.Image{ID: fmt.Sprintf("ami-%017x", i), Name: fmt.Sprintf("web-%d", i%7), State: backend.ImageAvailable,
			Architecture: "x86_64", Created: now.Add(time.Duration(i*7919%1000) * time.Hour)}
	}
	b.ReportAllocs()
	for b.Loop() {
		r := Resolution{Architecture: X8664}
		r.judge(slices.Clone(images), now)
	}
}

func BenchmarkDeriveClass(b *testing.B) {
	base := NewClass("base", AmazonLinux2023())
	b.ReportAllocs()
	for b.Loop() {
		_ = base.Extend("web").WithArchitecture(ARM64).Architecture()
	}
}
