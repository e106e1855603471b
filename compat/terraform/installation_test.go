package terraform_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/tooltest"
)

// installation is terraform, its provider and a directory that is initialized for both.
type installation struct {
	tool, dir string
	env       []string
	err       error
}

const lockFile = ".terraform.lock.hcl"

var installed struct {
	sync.Once
	installation
}

// initialized runs terraform init, once for all workspaces.
func initialized(t *testing.T) installation {
	t.Helper()
	tool := tooltest.Find(t, "terraform", "AMICLASS_TERRAFORM")
	mirror := findMirror(os.Getenv)
	if mirror == "" {
		tooltest.Missing(t, "terraform's AWS provider, in a filesystem mirror ("+mirrorEnv+" may name it)")
	}
	installed.Do(func() { installed.installation = initialize(t, tool, mirror) })
	require.NoError(t, installed.err)
	return installed.installation
}

func initialize(t *testing.T, tool, mirror string) installation {
	t.Helper()
	i := installation{tool: tool, dir: sharedDir}
	config := filepath.Join(i.dir, "terraform.rc")
	i.env = append(slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "AWS_") || strings.HasPrefix(v, "TF_")
	}), "HOME="+i.dir, "TF_CLI_CONFIG_FILE="+config, "TF_DATA_DIR="+filepath.Join(i.dir, "data"), "TF_IN_AUTOMATION=1", "CHECKPOINT_DISABLE=1",
		"GOGC=400") // the provider would spend half its time on collecting garbage
	i.err = errors.Join(
		os.WriteFile(config, fmt.Appendf(nil, "provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror), 0o600),
		os.WriteFile(filepath.Join(i.dir, "provider.tf"), []byte(block(t, "terraform.md")), 0o600),
	)
	if i.err == nil {
		_, i.err = run(t, tool, i.dir, i.env, "init", "-input=false", "-no-color")
	}
	return i
}

// sharedDir holds what all workspaces share.
var sharedDir string

func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "4"); err != nil { // most of the time the provider waits
		panic(err)
	}
	dir, err := os.MkdirTemp("", "amiclass-terraform")
	if err != nil {
		panic(err)
	}
	sharedDir = dir
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// block is the first one of HCL on a page of the documentation.
func block(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", page))
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(text), "```hcl\n")
	block, _, closed := strings.Cut(rest, "```")
	require.True(t, found && closed, "%s has no block of HCL", page)
	return block
}
