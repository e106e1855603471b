package ami_test

import (
	"maps"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

func TestFaultsOfMakingAreAllFoundBeforeAnyCall(t *testing.T) {
	t.Parallel()
	many := map[string]string{}
	for i := range 50 {
		many[strconv.Itoa(i)] = "x"
	}
	for name, tc := range map[string]struct {
		name  string
		opts  []ami.ImageOption
		paths []string
	}{
		"short name":             {name: "ab", paths: []string{"name"}},
		"long name":              {name: strings.Repeat("a", 129), paths: []string{"name"}},
		"name with a wildcard":   {name: "web-*", paths: []string{"name"}},
		"root volume left out":   {name: golden, opts: []ami.ImageOption{ami.WithoutVolume("/dev/xvda")}, paths: []string{"withoutVolume"}},
		"no device":              {name: golden, opts: []ami.ImageOption{ami.WithoutVolume("")}, paths: []string{"withoutVolume"}},
		"AWS's tag":              {name: golden, opts: []ami.ImageOption{ami.WithTags(map[string]string{"aws:x": "y"})}, paths: []string{`tags["aws:x"]`}},
		"this module's tag":      {name: golden, opts: []ami.ImageOption{ami.WithTags(map[string]string{"amiclass:from": "y"})}, paths: []string{`tags["amiclass:from"]`}},
		"one tag of 51 is ours":  {name: golden, opts: []ami.ImageOption{ami.WithTags(many)}, paths: []string{"tags"}},
		"nil options do no harm": {name: "x", opts: []ami.ImageOption{nil}, paths: []string{"name"}},
		"several": {
			name: "", opts: []ami.ImageOption{ami.WithoutVolume(" "), ami.WithTags(map[string]string{"": strings.Repeat("v", 257)})},
			paths: []string{"withoutVolume", "name", `tags[""]`, `tags[""]`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount()
			_, err := ami.FromInstance(t.Context(), server(a), tc.name, tc.opts...)
			require.ErrorIs(t, err, backend.ErrInvalid)
			require.Equal(t, tc.paths, paths(err))
			require.Empty(t, a.calls)
		})
	}
	_, err := ami.FromInstance(t.Context(), nil, golden)
	require.Equal(t, []string{"instance"}, paths(err))
}

func TestFaultsOfCopyingAreFoundBeforeCopying(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		to    region.Region
		opts  []ami.CopyOption
		paths []string
	}{
		"no region":              {to: "europe", paths: []string{"region"}},
		"own name in own region": {to: region.USEast1, paths: []string{"name"}},
		"name":                   {to: region.EUWest1, opts: []ami.CopyOption{ami.WithName("?")}, paths: []string{"name"}},
		"empty key":              {to: region.EUWest1, opts: []ami.CopyOption{ami.EncryptedWith("")}, paths: []string{"key"}},
		"plain with a key":       {to: region.EUWest1, opts: []ami.CopyOption{ami.EncryptedWith("k"), ami.Unencrypted()}, paths: []string{"key"}},
		"plain of encrypted":     {to: region.EUWest1, opts: []ami.CopyOption{ami.Unencrypted()}, paths: []string{"unencrypted", "unencrypted"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(own(imageID, golden))
			_, err := get(t, a, imageID).CopyTo(t.Context(), tc.to, tc.opts...)
			require.ErrorIs(t, err, backend.ErrInvalid)
			require.Equal(t, tc.paths, paths(err))
			require.Zero(t, a.count("CopyImage"))
		})
	}
}

func TestOptionsKeepNothingOfTheCaller(t *testing.T) {
	t.Parallel()
	tags := map[string]string{"a": "b"}
	opt := ami.WithTags(tags)
	maps.Copy(tags, map[string]string{"aws:bad": "x"})
	_, err := ami.FromInstance(t.Context(), server(newAccount()), golden, opt)
	require.NoError(t, err)
}

// The look for an existing image puts its name into a filter unescaped.
func FuzzNameOfImageHasNoMeaningInFilters(f *testing.F) {
	for _, s := range []string{"golden", "web-(1)[2] ./'@_", "a*b", `a\b`, "a?b", "ab", "\x00\x00\x00", "äöü", "abc\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		a := newAccount()
		_, err := ami.FromInstance(t.Context(), server(a), name)
		if err != nil {
			require.ErrorIs(t, err, backend.ErrInvalid)
			require.Empty(t, a.calls)
			return
		}
		require.NotContains(t, name, "\n")
		require.False(t, strings.ContainsAny(name, `*?\`))
		require.True(t, 3 <= len(name) && len(name) <= 128)
	})
}
