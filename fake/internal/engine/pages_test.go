package engine

import (
	"encoding/base64"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestPagingRules(t *testing.T) {
	t.Parallel()
	strict := paging{min: 5, max: 1000, badToken: "InvalidNextToken"}
	clamping := paging{min: 5, max: 1000, clamps: true, badToken: "InvalidParameterValue"}
	for name, tc := range map[string]struct {
		rules         paging
		max           *int32
		token         *string
		ids           int
		want          page
		code, message string
	}{
		"nothing said":           {rules: strict, want: page{op: "Op"}},
		"lowest":                 {rules: strict, max: ptr(int32(5)), want: page{op: "Op", size: 5}},
		"highest":                {rules: strict, max: ptr(int32(1000)), want: page{op: "Op", size: 1000}},
		"too low":                {rules: strict, max: ptr(int32(4)), code: "InvalidParameterValue", message: "Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than or equal to 5."},
		"negative":               {rules: clamping, max: ptr(int32(-1)), code: "InvalidParameterValue", message: "Value ( -1 ) for parameter maxResults is invalid. Expecting a value greater than or equal to 5."},
		"too high":               {rules: strict, max: ptr(int32(1001)), code: "InvalidParameterValue", message: "Value ( 1001 ) for parameter maxResults is invalid. Expecting a value less than or equal to 1000."},
		"too high, and cut":      {rules: clamping, max: ptr(int32(1001)), want: page{op: "Op", size: 1000}},
		"with IDs":               {rules: strict, max: ptr(int32(5)), ids: 1, code: "InvalidParameterCombination", message: "The parameter idSet cannot be used with the parameter maxResults"},
		"IDs without limit":      {rules: strict, ids: 1, want: page{op: "Op"}},
		"token":                  {rules: strict, token: page{op: "Op"}.token("x-1"), want: page{op: "Op", after: "x-1"}},
		"empty token":            {rules: strict, token: ptr(""), want: page{op: "Op"}},
		"token of another":       {rules: strict, token: page{op: "Other"}.token("x-1"), code: "InvalidNextToken", message: "The token '" + *page{op: "Other"}.token("x-1") + "' is invalid"},
		"token of nothing":       {rules: strict, token: page{op: "Op"}.token(""), code: "InvalidNextToken"},
		"what is no token":       {rules: clamping, token: ptr("!"), code: "InvalidParameterValue", message: "The token '!' is invalid"},
		"operation's name alone": {rules: strict, token: ptr(base64.RawURLEncoding.EncodeToString([]byte("Op"))), code: "InvalidNextToken"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.rules.at("Op", tc.max, tc.token, tc.ids, "idSet")
			if tc.code != "" {
				e := wantCode(t, err, tc.code)
				if tc.message != "" {
					require.Equal(t, tc.message, e.Message)
				}
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
}

// Pages of any size, one after the other, are the whole listing, and only the last has no token.
func TestPagesAddUpToTheListing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var all []string
		for i := range rapid.IntRange(0, 40).Draw(t, "rows") {
			all = append(all, fmt.Sprintf("x-%02d", i))
		}
		from := func(after string) iter.Seq[*string] {
			return func(yield func(*string) bool) {
				for i := range all {
					if all[i] > after && !yield(&all[i]) {
						return
					}
				}
			}
		}
		rules := paging{min: 1, max: 50, badToken: "InvalidNextToken"}
		size := rapid.Int32Range(1, 50).Draw(t, "size")
		var got []string
		var token *string
		for {
			pg, err := rules.at("Op", &size, token, 0, "")
			if err != nil {
				t.Fatal(err)
			}
			rows, next := cut(pg, from(pg.after), func(s *string) string { return *s })
			for _, r := range rows {
				got = append(got, *r)
			}
			if next != nil && len(rows) != int(size) {
				t.Fatalf("a page of %d that isn't the last has %d", size, len(rows))
			}
			if token = next; next == nil {
				break
			}
		}
		if !slices.Equal(got, all) {
			t.Fatalf("got %v, want %v", got, all)
		}
	})
}

func FuzzNextToken(f *testing.F) {
	f.Add("")
	f.Add("!")
	f.Add(*page{op: "Op"}.token("x-1"))
	f.Fuzz(func(t *testing.T, token string) {
		pg, err := usualPaging.at("Op", nil, &token, 0, "")
		if err == nil && token != "" && pg.after == "" {
			t.Fatalf("%q was taken for a token and says nothing", token)
		}
	})
}
