package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

// What was read is written as it was.
func TestFilesRoundTrip(t *testing.T) {
	t.Parallel()
	files, err := embedded().files()
	require.NoError(t, err)
	require.Len(t, files, 4)
	for name, content := range files {
		want, err := os.ReadFile(filepath.Join("..", "data", name))
		require.NoError(t, err)
		require.True(t, unpack(t, name, want) == unpack(t, name, content), "%s has changed", name)
	}
}

func unpack(t *testing.T, name string, content []byte) string {
	t.Helper()
	if !strings.HasSuffix(name, ".gz") {
		return string(content)
	}
	r, err := gzip.NewReader(bytes.NewReader(content))
	require.NoError(t, err)
	text, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(text)
}

func TestWhatCannotBeReadBackIsNotWritten(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		facts   facts
		problem string
	}{
		"a tab in a description": {
			facts{images: []catalogue.Image{{ID: "ami-1", Description: "a\tb"}}},
			"ami-1: a field has a tab",
		},
		"a Local Zone": {
			facts{
				documents: map[string][]byte{"a1.large": []byte("{}")},
				offers:    map[region.Region]map[string][]region.Zone{"us-west-2": {"a1.large": {"us-west-2-lax-1a"}}},
			},
			`"us-west-2-lax-1a" is no Availability Zone of us-west-2`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := tc.facts.files()
			require.ErrorContains(t, err, tc.problem)
		})
	}
}
