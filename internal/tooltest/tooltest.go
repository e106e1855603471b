// Package tooltest finds the programs of others that tests drive: command-line clients of AWS, emulators to compare
// with. Where one is missing the test is skipped and says so, except where it was promised: on a machine of continuous
// integration a test that silently skips is a test that nobody has.
//
//	terraform := tooltest.Find(t, "terraform", "AMICLASS_TERRAFORM")
package tooltest

import (
	"os"
	"os/exec"
	"strconv"
	"testing"
)

// RequireEnv names the environment variable that says whether a missing tool fails a test (1) or skips it (0). If it
// isn't set, CI=true says that it fails.
const RequireEnv = "AMICLASS_REQUIRE_CLIENTS"

// Find gives the path of a program: the one that the environment variable env names, by a path or a name on PATH, or
// else the one called name on PATH. A program that the variable names but that isn't there fails the test, for somebody meant it
// to be; without the variable a program that isn't there is [Missing].
func Find(t testing.TB, name, env string) string {
	t.Helper()
	if named := os.Getenv(env); named != "" {
		path, err := exec.LookPath(named)
		if err != nil {
			t.Fatalf("%s=%s names no program: %v", env, named, err)
		}
		return path
	}
	path, err := exec.LookPath(name)
	if err != nil {
		Missing(t, name+" (not on PATH; "+env+" may name it)")
	}
	return path
}

// Missing ends a test that needs what isn't on this machine: skipped, or failed where it was promised to be there.
func Missing(t testing.TB, what string) {
	t.Helper()
	if promised(t) {
		t.Fatalf("missing: %s; %s=0 lets the test be skipped", what, RequireEnv)
	}
	t.Skipf("missing: %s", what)
}

func promised(t testing.TB) bool {
	t.Helper()
	name := RequireEnv
	value := os.Getenv(name)
	if value == "" {
		name = "CI"
		value = os.Getenv(name)
	}
	if value == "" {
		return false
	}
	yes, err := strconv.ParseBool(value)
	if err != nil {
		t.Fatalf("%s=%s is neither true nor false", name, value)
	}
	return yes
}
