// Package terraform_test drives the cloud in memory with terraform and its AWS provider, as they come: see
// docs/terraform.md.
package terraform_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/region"
)

// workspace is a directory in which terraform manages a cloud of its own.
type workspace struct {
	*testing.T
	cloud *fake.Cloud
	url   string
	tool  string
	dir   string
	env   []string
}

// working makes a workspace of the configuration in testdata, with the provider block that users copy.
func working(t *testing.T, configuration string) *workspace {
	t.Helper()
	w := start(t, configuration)
	w.env = append(w.env, "TF_VAR_cloud="+w.url)
	w.write("provider.tf", block(t, "terraform.md"))
	return w
}

// exporting makes a workspace for users who export what ec2fake prints, with the provider block for them.
func exporting(t *testing.T, configuration string) *workspace {
	t.Helper()
	w := start(t, configuration)
	w.env = append(w.env, "AWS_ENDPOINT_URL="+w.url, "AWS_ACCESS_KEY_ID=any", "AWS_SECRET_ACCESS_KEY=any", "AWS_EC2_METADATA_DISABLED=true")
	provider, _, found := strings.Cut(block(t, "other-languages.md"), "\n}\n")
	require.True(t, found)
	w.write("provider.tf", provider+"\n}\n")
	return w
}

func start(t *testing.T, configuration string) *workspace {
	t.Helper()
	if testing.Short() {
		t.Skip("terraform and its provider take minutes")
	}
	i := initialized(t)
	cloud := fake.NewT(t)
	server := httptest.NewServer(cloud.Handler())
	t.Cleanup(server.Close)
	w := &workspace{T: t, tool: i.tool, dir: t.TempDir(), cloud: cloud, url: server.URL, env: slices.Clone(i.env)}
	require.NoError(t, os.CopyFS(w.dir, os.DirFS(filepath.Join("testdata", configuration))))
	lock, err := os.ReadFile(filepath.Join(i.dir, lockFile))
	require.NoError(t, err)
	w.write(lockFile, string(lock))
	t.Cleanup(func() {
		if t.Failed() {
			for _, c := range w.cloud.Calls() {
				if c.Code != "" || len(c.Unserved) > 0 {
					t.Logf("%v; not modelled: %q", c, c.Unserved)
				}
			}
		}
	})
	return w
}

func (w *workspace) write(name, content string) {
	w.Helper()
	require.NoError(w, os.WriteFile(filepath.Join(w.dir, name), []byte(content), 0o600))
}

// applied is what terraform said of an apply.
type applied struct {
	changes map[string]string // actions by the addresses of resources; data sources aren't among them
	outputs map[string]json.RawMessage
}

// lives applies the configuration, changes what is there to the revised one and destroys it all. After each
// apply a new plan finds nothing to do. The revised configuration asks for exactly the changes that are given by the
// addresses of their resources: what is "update" is changed in place.
func (w *workspace) lives(changes map[string]string, first, revised func(applied)) {
	w.Helper()
	a := w.apply(false)
	for address, action := range a.changes {
		require.Equal(w, "create", action, address)
	}
	first(a)
	w.settled(false)

	a = w.apply(true)
	require.Empty(w, cmp.Diff(changes, a.changes))
	revised(a)
	w.settled(true)

	w.apply(true, "-destroy")
	require.Empty(w, w.left())
}

// left lists what there still is: EC2 tells of terminated instances for a while.
func (w *workspace) left() []fake.Resource {
	return slices.DeleteFunc(w.cloud.Inventory(), func(r fake.Resource) bool { return r.State == "terminated" })
}

// updates are changes in place of all these resources.
func updates(addresses ...string) map[string]string {
	changes := make(map[string]string)
	for _, a := range addresses {
		changes[a] = "update"
	}
	return changes
}

// ec2 is a client of the same cloud, to see what terraform doesn't tell.
func (w *workspace) ec2() *ec2.Client {
	return ec2.NewFromConfig(w.cloud.Config(region.USEast1))
}

// apply makes the cloud what the configuration says, with its variable "revised" set.
func (w *workspace) apply(revised bool, more ...string) applied {
	w.Helper()
	args := append([]string{"apply", "-json", "-auto-approve", "-input=false", fmt.Sprintf("-var=revised=%t", revised)}, more...)
	out, err := w.run(args...)
	a := applied{changes: make(map[string]string)}
	var said []string
	for line := range bytes.Lines(out) {
		var m struct {
			Type       string
			Diagnostic struct{ Severity, Summary, Detail, Address string }
			Change     struct {
				Resource struct{ Addr string }
				Action   string
			}
			Outputs map[string]struct{ Value json.RawMessage }
		}
		require.NoError(w, json.Unmarshal(line, &m), string(line))
		switch m.Type {
		case "planned_change":
			if !strings.HasPrefix(m.Change.Resource.Addr, "data.") {
				a.changes[m.Change.Resource.Addr] = m.Change.Action
			}
		case "outputs":
			a.outputs = make(map[string]json.RawMessage)
			for name, o := range m.Outputs {
				a.outputs[name] = o.Value
			}
		case "diagnostic":
			said = append(said, fmt.Sprintf("%s: %s: %s %s", m.Diagnostic.Severity, m.Diagnostic.Address, m.Diagnostic.Summary, m.Diagnostic.Detail))
		}
	}
	require.NoError(w, err, strings.Join(said, "\n"))
	return a
}

// settled requires that a new plan finds nothing to do.
func (w *workspace) settled(revised bool) {
	w.Helper()
	out, err := w.run("plan", "-detailed-exitcode", "-no-color", "-input=false", "-lock=false", fmt.Sprintf("-var=revised=%t", revised))
	require.NoError(w, err, "there is more to do:\n%s", out)
}

// run gives terraform's output.
func (w *workspace) run(args ...string) ([]byte, error) {
	w.Helper()
	return run(w.T, w.tool, w.dir, w.env, args...)
}

func run(t testing.TB, tool, dir string, env []string, args ...string) ([]byte, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), tool, args...)
	cmd.Dir, cmd.Env = dir, env
	var stderr strings.Builder
	cmd.Stderr = &stderr
	began := time.Now()
	out, err := cmd.Output()
	t.Logf("terraform %s took %v", args[0], time.Since(began).Round(time.Millisecond))
	if err != nil {
		err = fmt.Errorf("%s: %w %s", strings.Join(args, " "), err, stderr.String())
	}
	return out, err
}

// output reads an output of terraform: of an object the attributes that T has.
func output[T any](w *workspace, a applied, name string) T {
	w.Helper()
	var v T
	require.Contains(w, a.outputs, name)
	require.NoError(w, json.Unmarshal(a.outputs[name], &v), name)
	return v
}
