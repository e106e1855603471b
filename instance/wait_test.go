package instance_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

type waiting = func(*instance.Instance, context.Context, ...backend.WaitOption) error

func TestWait(t *testing.T) {
	t.Parallel()
	const (
		pending    = backend.InstancePending
		running    = backend.InstanceRunning
		stopping   = backend.InstanceStopping
		stopped    = backend.InstanceStopped
		ending     = backend.InstanceShuttingDown
		terminated = backend.InstanceTerminated
		unknown    = backend.InstanceState("") // EC2 says that there is none
	)
	type states = []backend.InstanceState
	var (
		forRunning    waiting = (*instance.Instance).WaitRunning
		forStopped    waiting = (*instance.Instance).WaitStopped
		forTerminated waiting = (*instance.Instance).WaitTerminated
	)
	for name, tc := range map[string]struct {
		wait  waiting
		seen  states
		start bool // just before the wait
		kind  error
		says  string
		left  bool
	}{
		"running in the end":                       {wait: forRunning, seen: states{pending, pending, running}},
		"not visible at first":                     {wait: forRunning, seen: states{unknown, unknown, pending, running}},
		"terminated instead of running":            {wait: forRunning, seen: states{pending, terminated}, kind: backend.ErrState, says: "is terminated (Client.InternalError: bad key) and won't be running"},
		"going to be terminated":                   {wait: forRunning, seen: states{pending, ending}, kind: backend.ErrState, says: "is shutting-down", left: true},
		"stopped, and nobody started it":           {wait: forRunning, seen: states{stopped}, kind: backend.ErrState, says: "Start it first", left: true},
		"still shown as stopped after a start":     {wait: forRunning, start: true, seen: states{stopped, pending, running}},
		"stopped in the end":                       {wait: forStopped, seen: states{running, stopping, stopped}},
		"terminated instead of stopped":            {wait: forStopped, seen: states{stopping, terminated}, kind: backend.ErrState, says: "won't be stopped"},
		"terminated in the end":                    {wait: forTerminated, seen: states{ending, terminated}},
		"so long gone that EC2 doesn't know it":    {wait: forTerminated, seen: states{unknown}},
		"never visible":                            {wait: forRunning, seen: states{unknown}, kind: backend.ErrNotFound},
		"a wait that its context ends":             {wait: forRunning, seen: states{pending}, kind: context.DeadlineExceeded, says: "last seen pending", left: true},
		"waiting for the end of one that lives on": {wait: forTerminated, seen: states{running}, kind: context.DeadlineExceeded, left: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				be := &script{
					run: func(context.Context, backend.RunRequest) ([]backend.Instance, error) {
						return []backend.Instance{{ID: id, State: pending}}, nil
					},
					start: func([]string) ([]backend.StateChange, error) { return nil, nil },
				}
				be.instances = func(context.Context, backend.Query) ([]backend.Instance, error) {
					state := tc.seen[min(be.called("Instances"), len(tc.seen))-1]
					if state == unknown {
						return nil, notFound
					}
					return []backend.Instance{{ID: id, State: state, StateReason: "Client.InternalError: bad key"}}, nil
				}
				i, err := instance.Launch(t.Context(), be, linux(), base)
				require.NoError(t, err)
				if tc.start {
					require.NoError(t, i.Start(t.Context()))
				}
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
				defer cancel()
				err = tc.wait(i, ctx)
				if tc.kind == nil {
					require.NoError(t, err)
					return
				}
				require.ErrorIs(t, err, tc.kind)
				require.ErrorContains(t, err, tc.says)
				require.Equal(t, tc.left, len(backend.Leftovers(err)) > 0, "%v", err)
			})
		})
	}
}

func TestWaitForWhatOthersMadeLeavesNothing(t *testing.T) {
	t.Parallel()
	i, err := instance.Get(t.Context(), &script{instances: inState(backend.InstanceStopped)}, id)
	require.NoError(t, err)
	err = i.WaitRunning(t.Context())
	require.ErrorIs(t, err, backend.ErrState)
	require.Empty(t, backend.Leftovers(err), "cleaning up must not terminate what this program didn't make")
}

func TestWaitTellsItsProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		be := &script{instances: inState(backend.InstancePending, backend.InstanceRunning)}
		var told []string
		err := instance.New(be, backend.Instance{ID: id}).WaitRunning(t.Context(),
			backend.WithProgress(func(p backend.Progress) { told = append(told, p.String()) }), backend.WithInterval(5*time.Second))
		require.NoError(t, err)
		require.Equal(t, []string{"instance " + id + ": pending (0s)", "instance " + id + ": running (5s)"}, told)
	})
}

func TestWaitStatusOK(t *testing.T) {
	t.Parallel()
	checks := func(state backend.InstanceState, instance, system, ebs string) backend.InstanceStatus {
		return backend.InstanceStatus{InstanceID: id, State: state, Instance: instance, System: system, EBS: ebs}
	}
	const running = backend.InstanceRunning
	for name, tc := range map[string]struct {
		seen []backend.InstanceStatus
		kind error
		says string
	}{
		"passed in the end": {seen: []backend.InstanceStatus{
			checks(backend.InstancePending, "not-applicable", "not-applicable", ""), checks(running, "initializing", "initializing", "initializing"),
			checks(running, "ok", "initializing", "ok"), checks(running, "ok", "ok", "initializing"), checks(running, "ok", "ok", "ok"),
		}},
		"where volumes aren't checked":   {seen: []backend.InstanceStatus{checks(running, "ok", "ok", "not-applicable")}},
		"impaired for a while":           {seen: []backend.InstanceStatus{checks(running, "impaired", "ok", ""), checks(running, "ok", "ok", "")}},
		"impaired for ever":              {seen: []backend.InstanceStatus{checks(running, "impaired", "ok", "")}, kind: context.DeadlineExceeded, says: "running, instance impaired, system ok"},
		"terminated":                     {seen: []backend.InstanceStatus{checks(backend.InstanceTerminated, "not-applicable", "not-applicable", "")}, kind: backend.ErrState, says: "Server.InternalError: boom"},
		"EC2 has no status of it so far": {kind: context.DeadlineExceeded, says: "no status yet"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				seen := tc.seen
				be := &script{
					instances: func(context.Context, backend.Query) ([]backend.Instance, error) {
						return []backend.Instance{{ID: id, State: backend.InstanceTerminated, StateReason: "Server.InternalError: boom"}}, nil
					},
					statuses: func(context.Context, backend.Query) ([]backend.InstanceStatus, error) {
						if len(seen) == 0 {
							return nil, nil
						}
						first := seen[:1]
						if len(seen) > 1 {
							seen = seen[1:]
						}
						return first, nil
					},
				}
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
				defer cancel()
				err := instance.New(be, backend.Instance{ID: id}).WaitStatusOK(ctx)
				if tc.kind == nil {
					require.NoError(t, err)
					return
				}
				require.ErrorIs(t, err, tc.kind)
				require.ErrorContains(t, err, tc.says)
			})
		})
	}
}
