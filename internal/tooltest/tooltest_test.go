package tooltest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/tooltest"
)

// asked is how a test ended that asked for a tool.
type asked struct {
	testing.TB
	skipped, failed string
}

func (a *asked) Helper() {}

func (a *asked) Skipf(format string, args ...any) {
	a.skipped = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func (a *asked) Fatalf(format string, args ...any) {
	a.failed = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func ask(f func(testing.TB)) *asked {
	a := &asked{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(a)
	}()
	<-done
	return a
}

const env = "AMICLASS_TOOLTEST_TOOL"

// tool puts a program called sometool on a PATH of its own.
func tool(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sometool")
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700))
	t.Setenv("PATH", filepath.Dir(path))
	t.Setenv(env, "")
	t.Setenv("CI", "")
	t.Setenv(tooltest.RequireEnv, "")
	return path
}

func TestFind(t *testing.T) { // not parallel: sets the environment
	path := tool(t)
	require.Equal(t, path, tooltest.Find(t, "sometool", env))

	t.Setenv(env, path)
	require.Equal(t, path, tooltest.Find(t, "othername", env))

	t.Setenv(env, path+"-gone")
	got := ask(func(t testing.TB) { tooltest.Find(t, "sometool", env) })
	require.Contains(t, got.failed, env+"="+path+"-gone names no program")
}

func TestMissing(t *testing.T) { // not parallel: sets the environment
	tests := map[string]struct {
		ci, require string
		skipped     bool
		failed      string
	}{
		"on a user's machine it skips":         {skipped: true},
		"in CI it fails":                       {ci: "true", failed: "missing: othertool"},
		"where it was promised it fails":       {require: "1", failed: "missing: othertool"},
		"a CI without clients may skip":        {ci: "true", require: "0", skipped: true},
		"a promise that is neither is refused": {require: "maybe", failed: tooltest.RequireEnv + "=maybe is neither true nor false"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			tool(t)
			t.Setenv("CI", test.ci)
			t.Setenv(tooltest.RequireEnv, test.require)
			got := ask(func(t testing.TB) { tooltest.Find(t, "othertool", env) })
			if test.skipped {
				require.Contains(t, got.skipped, "missing: othertool")
				require.Contains(t, got.skipped, env)
			} else {
				require.Empty(t, got.skipped)
			}
			require.Contains(t, got.failed, test.failed)
		})
	}
}
