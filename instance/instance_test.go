package instance_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

func TestInstanceTellsWhatWasSeen(t *testing.T) {
	t.Parallel()
	data := backend.Instance{
		ID: id, State: backend.InstanceRunning, ImageID: imageID, Type: "m7g.large", Zone: "us-east-1a", PrivateIP: "10.0.0.7", PublicIP: "3.1.2.3",
		Tags:       map[string]string{"Name": "web-1"},
		Groups:     []backend.GroupRef{{ID: "sg-1"}},
		Volumes:    []backend.InstanceVolume{{Device: "/dev/xvda"}},
		Interfaces: []backend.InstanceInterface{{ID: "eni-1", Groups: []backend.GroupRef{{ID: "sg-1"}}}},
	}
	be := &script{}
	i := instance.New(be, data)
	require.Equal(t, "web-1", i.Name())
	require.Equal(t, imageID, i.ImageID())
	require.Equal(t, "m7g.large", i.Type())
	require.EqualValues(t, "us-east-1a", i.Zone())
	require.Equal(t, "10.0.0.7", i.PrivateIP())
	require.Equal(t, "3.1.2.3", i.PublicIP())
	require.Same(t, be, i.Backend())
	require.Equal(t, id+" (web-1, m7g.large, running)", i.String())
	require.Contains(t, i.LogValue().String(), "web-1")

	want := i.Data()
	for _, d := range []backend.Instance{data, i.Data()} { // neither is shared with the object
		d.Tags["Name"], d.Groups[0].ID, d.Volumes[0].Device, d.Interfaces[0].ID, d.Interfaces[0].Groups[0].ID = "x", "x", "x", "x", "x"
	}
	i.Tags()["Name"] = "x"
	require.Empty(t, cmp.Diff(want, i.Data()))
}

func TestGet(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		id        string
		instances func(context.Context, backend.Query) ([]backend.Instance, error)
		kind      error
	}{
		"an instance":                  {id, inState(backend.InstanceStopped), nil},
		"an unknown one":               {id, func(context.Context, backend.Query) ([]backend.Instance, error) { return nil, notFound }, backend.ErrNotFound},
		"one that is silently missing": {id, func(context.Context, backend.Query) ([]backend.Instance, error) { return nil, nil }, backend.ErrNotFound},
		"an ID of the wrong shape":     {"ami-1234abcd", nil, backend.ErrInvalid},
		"no ID, which would mean all":  {"", nil, backend.ErrInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i, err := instance.Get(t.Context(), &script{instances: tc.instances}, tc.id)
			if tc.kind != nil {
				require.ErrorIs(t, err, tc.kind)
				return
			}
			require.NoError(t, err)
			require.Equal(t, backend.InstanceStopped, i.State())
		})
	}
}

func TestListEndsWithTheFirstError(t *testing.T) {
	t.Parallel()
	var asked backend.Query
	be := &script{instances: func(_ context.Context, q backend.Query) ([]backend.Instance, error) {
		asked = q
		return []backend.Instance{{ID: "i-1"}, {ID: "i-2"}}, errDenied
	}}
	var ids []string
	var last error
	for i, err := range instance.List(t.Context(), be, instance.Tagged("role", "web"), instance.InState(backend.InstanceRunning, backend.InstancePending)) {
		if last = err; err == nil {
			ids = append(ids, i.ID())
		}
	}
	require.Equal(t, []string{"i-1", "i-2"}, ids)
	require.ErrorIs(t, last, backend.ErrDenied)
	require.Equal(t, []backend.Filter{
		{Name: "tag:role", Values: []string{"web"}}, {Name: "instance-state-name", Values: []string{"running", "pending"}},
	}, asked.Filters)
	for range instance.List(t.Context(), be) {
		break // must not panic
	}
}

func TestLifeCycleCallsNoteTheNewState(t *testing.T) {
	t.Parallel()
	to := func(s backend.InstanceState) []backend.StateChange {
		return []backend.StateChange{{InstanceID: id, Current: s}}
	}
	var how backend.StopOptions
	be := &script{
		start:     func([]string) ([]backend.StateChange, error) { return to(backend.InstancePending), nil },
		terminate: func([]string) ([]backend.StateChange, error) { return to(backend.InstanceShuttingDown), nil },
		reboot:    func([]string) error { return nil },
		stop: func(_ []string, o backend.StopOptions) ([]backend.StateChange, error) {
			how = o
			return to(backend.InstanceStopping), nil
		},
	}
	i := instance.New(be, backend.Instance{ID: id, State: backend.InstanceStopped})
	require.NoError(t, i.Start(t.Context()))
	require.Equal(t, backend.InstancePending, i.State())
	require.NoError(t, i.Reboot(t.Context()))
	require.NoError(t, i.Stop(t.Context(), instance.Force(), instance.Hibernate(), instance.SkipOSShutdown()))
	require.Equal(t, backend.InstanceStopping, i.State())
	require.Equal(t, backend.StopOptions{Force: true, Hibernate: true, SkipOSShutdown: true}, how)
	require.NoError(t, i.Terminate(t.Context()))
	require.Equal(t, backend.InstanceShuttingDown, i.State())
}

func TestTerminate(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err  error
		made []string // what the journal knows afterwards
		left []string // what the error carries
	}{
		"accepted":  {},
		"refused":   {err: &backend.Error{Op: "TerminateInstances", Code: "OperationNotPermitted", Kind: backend.ErrDenied}, made: []string{id}, left: []string{id}},
		"lost":      {err: errors.New("connection reset"), made: []string{id}, left: []string{id}},
		"not there": {err: notFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			be := &script{terminate: func([]string) ([]backend.StateChange, error) {
				return []backend.StateChange{{InstanceID: id, Current: backend.InstanceShuttingDown}}, tc.err
			}}
			ctx, journal := backend.Track(t.Context())
			backend.Made(ctx, be, backend.KindInstance, id)
			err := instance.New(be, backend.Instance{ID: id, State: backend.InstanceRunning}).Terminate(ctx)
			require.ErrorIs(t, err, tc.err)
			require.Equal(t, tc.made, idsOf(journal.Leftovers()))
			require.Equal(t, tc.left, idsOf(backend.Leftovers(err)))
		})
	}
}

func TestTerminateOfOneThatIsTooNewToBeFoundTriesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		be := &script{}
		be.terminate = func([]string) ([]backend.StateChange, error) {
			if be.called("TerminateInstances") < 4 {
				return nil, notFound
			}
			return []backend.StateChange{{InstanceID: id, Current: backend.InstanceShuttingDown}}, nil
		}
		i := instance.New(be, backend.Instance{ID: id, State: backend.InstancePending})
		require.NoError(t, i.Terminate(t.Context()))
		require.Equal(t, backend.InstanceShuttingDown, i.State())

		i = instance.New(be, backend.Instance{ID: id, State: backend.InstancePending})
		be.terminate = func([]string) ([]backend.StateChange, error) { return nil, notFound }
		began := time.Now()
		require.ErrorIs(t, i.Terminate(t.Context()), backend.ErrNotFound)
		require.GreaterOrEqual(t, time.Since(began), time.Minute)
	})
}

func idsOf(r backend.Remains) []string {
	var ids []string
	for _, l := range r {
		ids = append(ids, l.ID)
	}
	return ids
}

func TestInstanceIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	be := &script{
		instances:  inState(backend.InstanceRunning),
		createTags: func([]string, map[string]string) error { return nil },
		start:      func([]string) ([]backend.StateChange, error) { return []backend.StateChange{{InstanceID: id}}, nil },
	}
	i := instance.New(be, backend.Instance{ID: id, State: backend.InstancePending})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for _, call := range []func(context.Context) error{
				i.Refresh, i.Start,
				func(ctx context.Context) error { return i.WaitRunning(ctx) },
				func(ctx context.Context) error { return i.Tag(ctx, map[string]string{"a": i.String()}) },
			} {
				if err := call(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func TestTagAndUntag(t *testing.T) {
	t.Parallel()
	be := &script{
		createTags: func([]string, map[string]string) error { return nil },
		deleteTags: func([]string, []string) error { return nil },
	}
	i := instance.New(be, backend.Instance{ID: id, Tags: map[string]string{"a": "1"}})
	require.NoError(t, i.Tag(t.Context(), map[string]string{"b": "2", "Name": "x"}))
	require.NoError(t, i.Untag(t.Context(), "a", "none"))
	require.Equal(t, map[string]string{"b": "2", "Name": "x"}, i.Tags())

	untouched := instance.New(&script{}, backend.Instance{ID: id})
	require.NoError(t, untouched.Untag(t.Context()), "no keys must not mean all keys")
	require.NoError(t, untouched.Tag(t.Context(), nil))
	err := untouched.Tag(t.Context(), map[string]string{"aws:a": ""})
	require.ErrorIs(t, err, backend.ErrInvalid)
	require.ErrorContains(t, err, `tags["aws:a"]`)

	be.createTags = func([]string, map[string]string) error { return errDenied }
	be.deleteTags = func([]string, []string) error { return errDenied }
	require.ErrorIs(t, i.Tag(t.Context(), map[string]string{"c": ""}), backend.ErrDenied)
	require.ErrorIs(t, i.Untag(t.Context(), "b"), backend.ErrDenied)
	require.Equal(t, map[string]string{"b": "2", "Name": "x"}, i.Tags())
}
