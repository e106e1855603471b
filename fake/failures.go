package fake

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/amiclass/amiclass/backend"
)

// FailEachCall proves that a workflow never loses track of what it makes. It runs the workflow once on a
// fork of the cloud to count its calls, and then once more for each of these calls and each way in which
// it can fail:
//
//   - EC2 refuses it for good, or the server fails at every attempt, before anything is done
//   - it is throttled once, so that the client tries again, or at every attempt
//   - there is no capacity, for a call that launches
//   - it is done, and the reply is lost once, so that the client tries again
//   - it is done, and the reply is lost at every attempt
//   - the context is cancelled, or its deadline passes, when the call arrives, or when it is done and before its reply
//
// Afterwards one of two things must hold. Either the workflow succeeded, and then exactly as much
// exists as after the undisturbed run. Or it gave an error, and then this error names everything that
// the workflow made and that still exists (see [backend.Leftovers]), cleaning that up works and takes
// away all of it, and nothing that was there before has gone. In no case may more instances have been
// launched than in the undisturbed run, nor a goroutine that the workflow started be left.
//
// The workflow must succeed on the cloud as it is. It is called several times at once, each time with a
// fork of its own.
func FailEachCall(t testing.TB, cloud *Cloud, workflow func(context.Context, *Cloud) error) {
	t.Helper()
	before := countOf(cloud.Inventory())
	undisturbed := cloud.Fork()
	if err := workflow(t.Context(), undisturbed); err != nil {
		t.Fatalf("the workflow fails undisturbed: %v", err)
		return
	}
	trial := trial{
		cloud:    cloud,
		workflow: workflow,
		before:   before,
		want:     countOf(undisturbed.Inventory()),
	}
	var calls []Call
	for _, call := range undisturbed.Calls() {
		if call.Attempt == 1 {
			calls = append(calls, call)
		}
	}
	if len(calls) == 0 {
		t.Fatalf("the workflow made no call to the cloud")
		return
	}
	trials := 0
	var wg sync.WaitGroup
	running := make(chan struct{}, 64) // most of a trial's time is waiting for what may still appear
	goroutines := watchGoroutines()
	for n, call := range calls {
		for _, way := range waysToFail {
			if !way.concerns(call.Operation) {
				continue
			}
			trials++
			name := fmt.Sprintf("call %d, %s in %s, %s", call.Invocation+1, call.Operation, call.Region, way.name)
			wg.Go(func() {
				running <- struct{}{}
				defer func() { <-running }()
				goroutines.during(t.Context(), name, func(ctx context.Context) {
					for _, problem := range trial.run(ctx, n, way) {
						t.Errorf("%s: %s", name, problem)
					}
				})
			})
		}
	}
	wg.Wait()
	for _, left := range goroutines.left(t.Context()) {
		t.Errorf("%s", left)
	}
	t.Logf("%d calls, each failing in up to %d ways: %d trials", len(calls), len(waysToFail), trials)
}

type trial struct {
	cloud        *Cloud
	workflow     func(context.Context, *Cloud) error
	before, want count
}

// run fails one call in one way and gives what is wrong afterwards.
func (tr trial) run(ctx context.Context, n int, way wayToFail) (problems []string) {
	cloud := tr.cloud.Fork()
	workflowCtx := endableContext(ctx)
	defer workflowCtx.end(context.Canceled)
	cloud.plan = func(number, attempt int, _ string) outcome {
		if number != n {
			return outcome{}
		}
		return way.fate(attempt, workflowCtx.end)
	}
	err := tr.workflow(workflowCtx, cloud)
	complain := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }

	after := cloud.Inventory()
	if launched, most := countOf(after).launched, tr.want.launched; launched > most {
		complain("%d instances were launched, %d in the undisturbed run", launched, most)
	}
	if err == nil {
		if diff := countOf(after).differsFrom(tr.want); diff != "" {
			complain("it succeeded, but not with what the undisturbed run made: %s", diff)
		}
		return problems
	}
	left := backend.Leftovers(err)
	for _, r := range after {
		if tr.before.has(r) || r.gone() || named(left, r) {
			continue
		}
		complain("%s exists, but the error doesn't name it: %v", r, err)
	}
	if err := left.Cleanup(ctx); err != nil {
		complain("cleaning up fails: %v", err)
	}
	if diff := countOf(cloud.Inventory()).differsFrom(tr.before); diff != "" && len(problems) == 0 && !tr.removes() {
		complain("after cleaning up there isn't what there was before: %s; the error was: %v", diff, err)
	}
	return problems
}

// removes tells a workflow that takes away what was there before: a failure may find it half done.
func (tr trial) removes() bool {
	for id := range tr.before.ids {
		if !tr.want.ids[id] {
			return true
		}
	}
	return false
}

// named tells whether leftovers name a resource, or that of which it is a part.
func named(left backend.Remains, r Resource) bool {
	return slices.ContainsFunc(left, func(l backend.Leftover) bool {
		return l.Region == r.Region && (l.ID == r.ID || r.PartOf != "" && l.ID == r.PartOf)
	})
}

// gone tells an instance that only its memory is left of.
func (r Resource) gone() bool {
	return r.Kind == "instance" && (r.State == "terminated" || r.State == "shutting-down")
}

// count is how much of each kind there is, and which resources these are.
type count struct {
	of       map[string]int
	ids      map[string]bool
	launched int // instances, with those that have been terminated
}

func countOf(inventory []Resource) count {
	c := count{of: make(map[string]int), ids: make(map[string]bool)}
	for _, r := range inventory {
		if r.Kind == "instance" {
			c.launched++
		}
		if r.gone() {
			continue
		}
		c.ids[r.ID] = true
		c.of[fmt.Sprintf("%s in %s of %s", r.Kind, r.Region, r.Account)]++
	}
	return c
}

func (c count) has(r Resource) bool { return c.ids[r.ID] }

func (c count) differsFrom(want count) string {
	var diffs []string
	for what, n := range want.of {
		if c.of[what] != n {
			diffs = append(diffs, fmt.Sprintf("%s: %d instead of %d", what, c.of[what], n))
		}
	}
	for what, n := range c.of {
		if want.of[what] == 0 {
			diffs = append(diffs, fmt.Sprintf("%s: %d instead of none", what, n))
		}
	}
	slices.Sort(diffs)
	return strings.Join(diffs, ", ")
}
