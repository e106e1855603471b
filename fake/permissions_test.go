package fake_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/region"
)

// permission is an action that a workflow asks for; one that is dispensable it does without if it is denied.
type permission struct {
	action      string
	dispensable bool
}

// allowed are the actions of each workflow as docs/permissions.md lists them.
func allowed(t *testing.T) map[string][]permission {
	t.Helper()
	page, err := os.ReadFile("../docs/permissions.md")
	require.NoError(t, err)
	rows := map[string][]permission{}
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 4 || !strings.Contains(cells[2], "`") {
			continue
		}
		name := strings.TrimSpace(cells[1])
		require.NotContains(t, rows, name)
		for action := range strings.FieldsSeq(strings.NewReplacer("`", "", ",", "").Replace(cells[2])) {
			bare, dispensable := strings.CutSuffix(action, "?")
			rows[name] = append(rows[name], permission{bare, dispensable})
		}
	}
	return rows
}

// made are the actions of the calls that a cloud got.
func made(calls []fake.Call) []string {
	var actions []string
	for _, call := range calls {
		actions = append(actions, strings.ToLower(call.Service)+":"+call.Operation)
	}
	slices.Sort(actions)
	return slices.Compact(actions)
}

func TestPermissionsAreThoseOfTheCallsThatWorkflowsMake(t *testing.T) {
	t.Parallel()
	documented := allowed(t)
	eachWorkflow(t, func(t *testing.T, w workflow, cloud *fake.Cloud, id string) {
		undisturbed := cloud.Fork()
		require.NoError(t, w.run(t.Context(), undisturbed.Backend(region.USEast1), id))
		want, listed := made(undisturbed.Calls()), actions(documented[w.name])
		require.Equal(t, want, listed, "docs/permissions.md should have this row:\n| %s | `%s` |", w.name, strings.Join(want, "`, `"))

		for _, p := range documented[w.name] {
			without := cloud.Fork()
			without.Inject(fake.Deny(p.action, "*"))
			err := w.run(t.Context(), without.Backend(region.USEast1), id)
			if p.dispensable {
				require.NoError(t, err, "%s isn't needed", p.action)
			} else {
				require.ErrorIs(t, err, backend.ErrDenied, "without %s", p.action)
			}
		}
	})
	names := make(map[string]bool)
	for _, w := range workflows {
		names[w.name] = true
	}
	for name := range documented {
		require.True(t, names[name], "docs/permissions.md has the row %q, which is no workflow", name)
	}
}

func actions(all []permission) (names []string) {
	for _, p := range all {
		names = append(names, p.action)
	}
	return names
}

func TestPermissionsSuffice(t *testing.T) {
	t.Parallel()
	documented := allowed(t)
	eachWorkflow(t, func(t *testing.T, w workflow, cloud *fake.Cloud, id string) {
		only := cloud.Fork()
		for _, op := range fake.Operations() {
			if !slices.ContainsFunc(documented[w.name], func(p permission) bool { return strings.HasSuffix(p.action, ":"+op) }) {
				only.Inject(fake.Deny("*:"+op, "*"))
			}
		}
		require.NoError(t, w.run(t.Context(), only.Backend(region.USEast1), id))
	})
}
