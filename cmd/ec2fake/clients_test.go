package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/tooltest"
)

// environment is that of a client of this ec2fake alone: no profile and no proxy of whoever runs the test.
func (r running) environment(t *testing.T) []string {
	t.Helper()
	env := []string{"HOME=" + t.TempDir(), "AWS_PAGER=", "AWS_MAX_ATTEMPTS=2"}
	for _, name := range []string{"PATH", "PYENV_ROOT", "PYENV_VERSION", "LANG"} {
		env = append(env, name+"="+os.Getenv(name))
	}
	for name, value := range r.variables {
		env = append(env, name+"="+value)
	}
	return env
}

var counted = regexp.MustCompile(`calls: (\d+)`)

// drive runs a client's program to its end, and holds that it made so many calls.
func (r running) drive(t *testing.T, atLeast int, program string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Env = r.environment(t)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	m := counted.FindSubmatch(out)
	require.NotNil(t, m, "%s", out)
	n, err := strconv.Atoi(string(m[1]))
	require.NoError(t, err)
	t.Logf("%d calls", n)
	require.GreaterOrEqual(t, n, atLeast)
}

func TestTheCommandLineOfAWS(t *testing.T) {
	t.Parallel()
	aws := tooltest.Find(t, "aws", "AMICLASS_AWS_CLI")
	bash := tooltest.Find(t, "bash", "AMICLASS_BASH")
	script, err := os.ReadFile("testdata/cli.sh")
	require.NoError(t, err)
	r := start(t)
	r.drive(t, 50, bash, "-c", fmt.Sprintf("aws() { %q \"$@\"; }\n%s", aws, script))
}

func TestBoto3(t *testing.T) {
	t.Parallel()
	python := tooltest.Find(t, "python3", "AMICLASS_PYTHON")
	if out, err := exec.CommandContext(t.Context(), python, "-c", "import boto3").CombinedOutput(); err != nil {
		tooltest.Missing(t, "boto3 for "+python+": "+strings.TrimSpace(string(out)))
	}
	start(t).drive(t, 75, python, "testdata/boto.py")
}
