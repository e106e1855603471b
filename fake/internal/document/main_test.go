package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheDocumentsAreUpToDate(t *testing.T) {
	t.Parallel()
	const root = "../../.."
	copied := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(copied, "docs"), 0o755))
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(copied, "README.md"), readme, 0o644))
	require.NoError(t, write(copied))
	for _, name := range []string{"README.md", "docs/operations.md"} {
		want, err := os.ReadFile(filepath.Join(copied, name))
		require.NoError(t, err)
		have, err := os.ReadFile(filepath.Join(root, name))
		require.NoError(t, err)
		require.Equal(t, string(want), string(have), "%s: run go generate ./fake", name)
	}
}

func TestMarksThatAreMissingAreAnError(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", begin, end, end + begin} {
		_, err := between(text, begin, end, "x")
		require.Error(t, err, text)
	}
	text, err := between("a\n"+begin+"old\n"+end+"z\n", begin, end, "new\n")
	require.NoError(t, err)
	require.Equal(t, "a\n"+begin+"new\n"+end+"z\n", text)
}
