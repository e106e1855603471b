package backendtest_test

import (
	"fmt"
	"net/url"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/backend/backendtest"
)

func TestBehavioursAreNamedAndDocumented(t *testing.T) {
	t.Parallel()
	all := backendtest.Behaviours()
	require.GreaterOrEqual(t, len(all), 80)
	seen := map[string]bool{}
	for _, b := range all {
		require.NotEmpty(t, b.Name)
		require.False(t, seen[b.Name], "two behaviours are named %q", b.Name)
		seen[b.Name] = true
		page, err := url.Parse(b.Page)
		require.NoError(t, err, b.Name)
		require.Contains(t, []string{"docs.aws.amazon.com", "pkg.go.dev"}, page.Host, b.Name)
	}
}

// named is a behaviour by its name.
func named(t *testing.T, name string) backendtest.Behaviour {
	t.Helper()
	for _, b := range backendtest.Behaviours() {
		if b.Name == name {
			return b
		}
	}
	t.Fatalf("there is no behaviour %q", name)
	return backendtest.Behaviour{}
}

// The backend of these tests is intact first, which the behaviour must accept, and then broken in one
// way, which it must report.
func TestAViolationIsReported(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		behaviour string
		broken    func(*tiny)
		reported  string
	}{
		{"running an instance answers pending",
			func(b *tiny) { b.first = backend.InstanceRunning }, `the state is "running", not "pending"`},
		{"running an instance answers pending",
			func(b *tiny) { b.prefix = "inst-" }, `the ID is "inst-`},
		{"a pending instance comes to run",
			func(b *tiny) { b.settled = backend.InstanceTerminated }, "it is terminated: Server.InternalError"},
		{"a pending instance comes to run",
			func(b *tiny) { b.settled = backend.InstancePending }, "wait for i-"},
		{"the same client token launches nothing twice",
			func(b *tiny) { b.forgetsTokens = true }, "the instance that the second call answers is"},
		{"the same client token with other parameters is refused",
			func(b *tiny) { b.forgetsTokens = true }, "it was accepted"},
		{"an unknown image is InvalidAMIID.NotFound",
			func(b *tiny) { b.code = "InvalidParameterValue" }, `the code is "InvalidParameterValue"`},
		{"an unknown image is InvalidAMIID.NotFound",
			func(b *tiny) { b.bareErrors = true }, "the error is no *backend.Error"},
		{"an unknown image is InvalidAMIID.NotFound",
			func(b *tiny) { b.kind = backend.ErrInvalid }, `the error is not "not found" to errors.Is`},
		{"terminating is idempotent",
			func(b *tiny) { b.terminatesOnce = true }, "terminate again: TerminateInstances"},
	} {
		t.Run(tc.behaviour, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				intact := newTiny()
				rec := check(t, named(t, tc.behaviour), intact)
				require.Empty(t, rec.Violations, "the intact backend")
				require.Empty(t, intact.alive(), "what is left of the intact backend's test")

				broken := newTiny()
				tc.broken(broken)
				rec = check(t, named(t, tc.behaviour), broken)
				require.NotEmpty(t, rec.Violations, "the broken backend passes")
				require.Contains(t, rec.Violations[0], tc.reported)
				require.Contains(t, rec.Violations[0], "On Amazon EC2: "+tc.behaviour)
				require.Contains(t, rec.Violations[0], "https://docs.aws.amazon.com/")
			})
		})
	}
}

func TestWhatCannotBeCleanedUpIsReported(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		be := newTiny()
		be.immortal = true
		rec := check(t, named(t, "running an instance answers pending"), be)
		require.Len(t, rec.Violations, 1)
		require.Contains(t, rec.Violations[0], "cleaning up")
		require.Contains(t, rec.Violations[0], be.alive()[0])
		require.Contains(t, rec.Violations[0], backendtest.TagKey)
	})
}

func TestWithoutASecondRegionWhatNeedsOneIsSkipped(t *testing.T) {
	t.Parallel()
	rec := check(t, named(t, "a sister region is another place of the same account"), newTiny())
	require.Empty(t, rec.Violations)
	require.Contains(t, rec.Skipped, "World.Sister")
}

func TestAWorldThatLacksSomethingSaysWhat(t *testing.T) {
	t.Parallel()
	b := named(t, "running an instance answers pending")
	for name, tc := range map[string]struct {
		world backendtest.World
		says  string
	}{
		"no backend":                      {backendtest.World{}, "World.Backend is nil"},
		"no image and no way to find one": {backendtest.World{Backend: newTiny()}, "World.Image is empty and *backendtest_test.tiny has no backend.Parameters"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rec := b.Judge(t.Context(), tc.world)
			require.Len(t, rec.Violations, 1)
			require.Contains(t, rec.Violations[0], tc.says)
		})
	}
}

func check(t *testing.T, b backendtest.Behaviour, be *tiny) backendtest.Verdict {
	t.Helper()
	return b.Judge(t.Context(), backendtest.World{Backend: be, Image: tinyImage})
}

func ExampleBehaviours() {
	for _, b := range backendtest.Behaviours()[:2] {
		fmt.Printf("%s\n\t%s\n", b.Name, b.Page)
	}
	// Output:
	// running an instance answers pending
	// 	https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
	// a pending instance comes to run
	// 	https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
}
