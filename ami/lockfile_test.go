package ami_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
)

const lockedWeb = `{"version":1,"images":[
	{"region":"us-east-1","class":"web","architecture":"arm64","image":"ami-0123456789abcdef0","name":"al2023","owner":"137112412989","created":"2026-11-21T00:00:00Z"},
	{"region":"eu-west-1","class":"web","architecture":"arm64","image":"ami-0123456789abcdef1","name":"al2023","owner":"137112412989","created":"2026-11-21T00:00:00Z"}]}`

func TestLockfileIsStable(t *testing.T) {
	t.Parallel()
	lock, err := ami.ReadLockfile(strings.NewReader(lockedWeb))
	require.NoError(t, err)
	var first, second bytes.Buffer
	_, err = lock.WriteTo(&first)
	require.NoError(t, err)
	require.Less(t, strings.Index(first.String(), "eu-west-1"), strings.Index(first.String(), "us-east-1"), "in the order of regions")
	again, err := ami.ReadLockfile(&first)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(lock.Images(), again.Images()))
	_, err = again.WriteTo(&second)
	require.NoError(t, err)
	_, err = lock.WriteTo(&first)
	require.NoError(t, err)
	require.Equal(t, first.String(), second.String())
}

func TestLockfilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ old, with, want string }{
		"cut in the middle":  {lockedWeb[100:], "", "unexpected end of JSON input"},
		"a later version":    {`"version":1`, `"version":2`, "version: is 2, and this release reads 1"},
		"no version":         {`"version":1,`, "", "version: is missing"},
		"another key":        {`"owner"`, `"owned"`, `unknown field "owned"`},
		"no image's ID":      {"ami-0123456789abcdef1", "ami-1", `images[1].image: "ami-1" is no image ID`},
		"no region":          {"eu-west-1", "Ireland", `images[1].region: "Ireland" is no region`},
		"no owner":           {"137112412989", "amazon", `images[0].owner: "amazon" is no account`},
		"no class":           {`"class":"web"`, `"class":""`, "images[0].class: is empty"},
		"another processor":  {"arm64", "z80", `architecture: is "z80"`},
		"a date that isn't":  {"2026-11-21", "yesterday", "parsing time"},
		"one image twice":    {"eu-west-1", "us-east-1", "images: have web in us-east-1 twice"},
		"something after it": {"]}", "]} {}", "after top-level value"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ami.ReadLockfile(strings.NewReader(strings.Replace(lockedWeb, tc.old, tc.with, 1)))
			require.ErrorContains(t, err, tc.want)
			require.ErrorContains(t, err, "lockfile: ")
		})
	}
	var zero ami.Lockfile
	text, err := json.Marshal(zero)
	require.NoError(t, err)
	require.JSONEq(t, `{"version":1,"images":[]}`, string(text))
	require.Equal(t, "nothing is locked", zero.String())
	_, _, err = ami.Lock(t.Context(), nil, zero, nil)
	require.ErrorIs(t, err, backend.ErrInvalid)
	require.ErrorContains(t, err, "regions: are none")
	require.ErrorContains(t, err, "classes: are none")
}

func FuzzReadLockfile(f *testing.F) {
	f.Add([]byte(lockedWeb))
	f.Add([]byte(`{"version":1,"images":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		lock, err := ami.ReadLockfile(bytes.NewReader(text))
		if err != nil {
			return
		}
		var written bytes.Buffer
		if _, err := lock.WriteTo(&written); err != nil {
			t.Skip("a year that RFC 3339 doesn't have")
		}
		again, err := ami.ReadLockfile(&written)
		require.NoError(t, err)
		require.Empty(t, cmp.Diff(lock.Images(), again.Images(), cmpopts.EquateEmpty()))
	})
}
