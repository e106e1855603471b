package glob_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/amiclass/amiclass/internal/glob"
	"github.com/amiclass/amiclass/internal/tooltest"
)

func TestPatterns(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		pattern, value string
		want           bool
	}{
		{"", "", true},
		{"", "x", false},
		{"web", "web", true},
		{"web", "Web", false},
		{"*", "", true},
		{"*", "anything", true},
		{"w*b", "web", true},
		{"w*b", "wb", true},
		{"w*b", "wbx", false},
		{"*a*b*", "xxaxxbxx", true},
		{"*a*b*", "xxbxxaxx", false},
		{"w?b", "web", true},
		{"w?b", "wb", true}, // one character, or none
		{"w?b", "weeb", false},
		{"???", "ab", true},
		{"???", "abcd", false},
		{"?*", "", true},
		{`a\*b`, "a*b", true},
		{`a\*b`, "axb", false},
		{`a\?`, "a?", true},
		{`a\?`, "a", false},
		{`a\\b`, `a\b`, true},
		{`a\b`, "ab", true},
		{`a\`, `a\`, true},
		{`\**`, "*x", true},
		{`\**`, "x", false},
		{"ü*", "über", true},
		{"?ber", "über", true},
		{strings.Repeat("*a", 100), strings.Repeat("a", 255), true},
		{strings.Repeat("*a", 100) + "b", strings.Repeat("a", 255), false}, // would take for ever by backtracking
	} {
		require.Equal(t, tc.want, glob.Compile(tc.pattern).Match(tc.value), "%q on %q", tc.pattern, tc.value)
	}
}

func TestPatternsMatchAsTheirDefinitionSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringOfN(rapid.SampledFrom([]rune(`ab*?\ü`)), 0, 8, -1).Draw(t, "pattern")
		value := rapid.StringOfN(rapid.SampledFrom([]rune(`ab*?\ü`)), 0, 8, -1).Draw(t, "value")
		if got, want := glob.Compile(pattern).Match(value), tooltest.LikeByDefinition([]rune(pattern), []rune(value)); got != want {
			t.Fatalf("%q on %q: %t, want %t", pattern, value, got, want)
		}
	})
}

func FuzzPattern(f *testing.F) {
	for _, s := range []string{"", "*", "?", `\`, `a\*b?*`, "über", "\xff*"} {
		f.Add(s, "value")
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, pattern, value string) {
		got := glob.Compile(pattern).Match(value)
		literal := strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`).Replace(value)
		if utf8.ValidString(value) && !glob.Compile(literal).Match(value) {
			t.Fatalf("%q doesn't match what it escapes", literal)
		}
		if !utf8.ValidString(pattern) || !utf8.ValidString(value) || len(pattern) > 12 || len(value) > 12 {
			return // the definition takes too long
		}
		if want := tooltest.LikeByDefinition([]rune(pattern), []rune(value)); got != want {
			t.Fatalf("%q on %q: %t, want %t", pattern, value, got, want)
		}
	})
}
