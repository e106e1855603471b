package engine

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func drawing(seed uint64) *tx { return &tx{view: view{state: &state{seed: seed}, options: &Options{}}} }

// IDs have the shape of their kind, rise, and are the same for the same seed only.
func TestIDs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		k := kind(rapid.IntRange(0, int(kindACLAssociation)).Draw(t, "kind"))
		a, b, other := drawing(seed), drawing(seed), drawing(seed+1)
		var ids []string
		for range rapid.IntRange(2, 100).Draw(t, "number") {
			id := a.newID(k)
			if !hasShape(kindNames[k].prefix, id) || len(id) != len(kindNames[k].prefix)+18 {
				t.Fatalf("%q isn't the ID of a %s", id, kindNames[k].prefix)
			}
			if again := b.newID(k); again != id {
				t.Fatalf("%q and %q from the same seed", id, again)
			}
			if strange := other.newID(k); strange == id {
				t.Fatalf("%q from two seeds", id)
			}
			ids = append(ids, id)
		}
		if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
			t.Fatalf("%v don't rise", ids)
		}
	})
}

// The numbers of a well never repeat: each is another number scrambled, which loses nothing.
func TestDrawsNeverRepeat(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{0, 1, 1 << 63} {
		tx := drawing(seed)
		seen := make(map[uint64]bool)
		for range 20_000 {
			n := tx.draw(kindRequest)
			require.False(t, seen[n])
			seen[n] = true
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Uint64().Draw(t, "x")
		if got := unscramble(scramble(x)); got != x {
			t.Fatalf("%x became %x", x, got)
		}
	})
}

// unscramble takes back what scramble did, step by step.
func unscramble(x uint64) uint64 {
	x ^= x>>31 ^ x>>62
	x *= 0x319642b2d24d8ec3
	x ^= x>>27 ^ x>>54
	x *= 0x96de1b173f119089
	x ^= x>>30 ^ x>>60
	return x - 0x9e3779b97f4a7c15
}

func TestKindsHaveWellsOfTheirOwn(t *testing.T) {
	t.Parallel()
	tx := drawing(0)
	seen := make(map[uint64]kind)
	for k := range kinds {
		for range 100 {
			n := tx.draw(k)
			other, twice := seen[n]
			require.False(t, twice, "%d and %d", k, other)
			seen[n] = k
		}
	}
}

func TestShapesOfIDs(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"vpc-0123456789abcdef0":  true,
		"vpc-12345678":           true,
		"vpc-1234567":            false,
		"vpc-123456789":          false,
		"vpc-0123456789abcdef01": false,
		"vpc-0123456789ABCDEF0":  false,
		"vpc-0123456789abcdefg":  false,
		"vpc-":                   false,
		"vpc":                    false,
		"":                       false,
		"subnet-12345678":        false,
		"xvpc-12345678":          false,
		" vpc-12345678":          false,
		"vpc-12345678 ":          false,
	} {
		require.Equal(t, want, checkID(kindVPC, id) == nil, "%q", id)
	}
	e := wantCode(t, checkID(kindInstance, `"x"`), "InvalidInstanceID.Malformed")
	require.Equal(t, `Invalid id: "\"x\"" (expecting "i-...")`, e.Message)
}

func TestKindsHaveCodes(t *testing.T) {
	t.Parallel()
	prefixes := make(map[string]bool)
	for k := range kinds {
		n := kindNames[k]
		if n.prefix == "" {
			continue
		}
		require.False(t, prefixes[n.prefix], "%s names two kinds", n.prefix)
		prefixes[n.prefix] = true
		require.Equal(t, k, kindOf(n.prefix))
		if n.notFound == "" {
			continue // nobody asks for one by its ID
		}
		require.True(t, strings.HasSuffix(n.malformed, "Malformed"), n.malformed)
		require.Contains(t, notFound(k, "x-1").Message, "x-1")
		require.Equal(t, 400, notFound(k, "x-1").Status)
		require.Equal(t, notFound(k, "x-1"), notFoundSeveral(k, []string{"x-1"}))
		require.Contains(t, notFoundSeveral(k, []string{"x-1", "x-2"}).Message, "x-1, x-2")
	}
	require.Equal(t, "The instance IDs 'i-1, i-2' do not exist", notFoundSeveral(kindInstance, []string{"i-1", "i-2"}).Message)
	require.Equal(t, kinds, kindOf("nothing"))
	require.Equal(t, kinds, kindOf(""))
}

func TestErrorsKnowTheirStatus(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]int{
		"InvalidVpcID.NotFound": 400, "UnauthorizedOperation": 403, "DryRunOperation": 412, "OptInRequired": 401,
		"RequestLimitExceeded": 503, "InsufficientInstanceCapacity": 500,
	} {
		e := fail(code, "what %s", "happened")
		require.Equal(t, want, e.Status, code)
		require.Equal(t, code+": what happened", e.Error())
		require.Equal(t, code, e.ErrorCode())
		require.Equal(t, "what happened", e.ErrorMessage())
		require.Equal(t, want >= 500, e.ErrorFault().String() == "server", code)
		require.True(t, isError(errors.Join(e), code))
	}
}
