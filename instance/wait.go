package instance

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/amiclass/amiclass/backend"
)

// WaitRunning waits until the instance runs. How long at most is the context's business. It ends with
// an error that matches [backend.ErrState] and quotes EC2's reason where the instance won't run any
// more: it is being or has been terminated, or it is stopped and wasn't started just now. For an
// instance that this program launched, an error carries it as a leftover.
func (i *Instance) WaitRunning(ctx context.Context, opts ...backend.WaitOption) error {
	return i.waitState(ctx, backend.InstanceRunning, opts)
}

// WaitStopped waits until the instance is stopped. A terminated one ends the wait as in
// [Instance.WaitRunning].
func (i *Instance) WaitStopped(ctx context.Context, opts ...backend.WaitOption) error {
	return i.waitState(ctx, backend.InstanceStopped, opts)
}

// WaitTerminated waits until the instance is terminated, or so long gone that EC2 doesn't know it.
func (i *Instance) WaitTerminated(ctx context.Context, opts ...backend.WaitOption) error {
	return i.waitState(ctx, backend.InstanceTerminated, opts)
}

func (i *Instance) waitState(ctx context.Context, want backend.InstanceState, opts []backend.WaitOption) error {
	return i.wait(ctx, string(want), opts, func(ctx context.Context) (string, bool, error) {
		if err := i.look(ctx); err != nil {
			return "", false, err
		}
		d := i.seen()
		if d.State == want {
			return string(d.State), true, nil
		}
		return string(d.State), false, i.deadEnd(d, want)
	})
}

// WaitStatusOK waits until EC2's checks of the instance and of its host have passed, and, where EC2
// checks that too, all its volumes can be reached. It ends early as [Instance.WaitRunning] does. A
// check that fails doesn't end the wait: it may yet pass.
func (i *Instance) WaitStatusOK(ctx context.Context, opts ...backend.WaitOption) error {
	return i.wait(ctx, "status ok", opts, func(ctx context.Context) (string, bool, error) {
		for s, err := range i.be.InstanceStatuses(ctx, backend.Query{IDs: []string{i.id}}) {
			if err != nil {
				return "", false, err
			}
			if s.State != backend.InstanceRunning && s.State != backend.InstancePending {
				if err := i.look(ctx); err != nil { // for the reason
					return "", false, err
				}
				return string(s.State), false, i.deadEnd(i.seen(), backend.InstanceRunning)
			}
			ok := s.State == backend.InstanceRunning && s.Instance == statusOK && s.System == statusOK &&
				s.EBS != "impaired" && s.EBS != "initializing"
			return fmt.Sprintf("%s, instance %s, system %s", s.State, s.Instance, s.System), ok, nil
		}
		return "no status yet", false, nil
	})
}

const statusOK = "ok"

// wait polls what look tells of the instance; that EC2 doesn't know it yet, or no longer where that is
// what is waited for, is no failure.
func (i *Instance) wait(ctx context.Context, want string, opts []backend.WaitOption, look func(context.Context) (state string, done bool, err error)) error {
	return i.left(backend.Poll(ctx, func(ctx context.Context) (backend.Progress, bool, error) {
		state, done, err := look(ctx)
		switch {
		case i.hidden(err):
			return i.progress("not yet visible", want), false, nil
		case errors.Is(err, backend.ErrNotFound) && want == string(backend.InstanceTerminated):
			i.mu.Lock()
			i.data.State = backend.InstanceTerminated
			i.mu.Unlock()
			return i.progress(want, want), true, nil
		}
		return i.progress(state, want), done, err
	}, opts...))
}

// deadEnd is an error if the instance can't come from its state to the one that is wanted without
// someone's doing.
func (i *Instance) deadEnd(d backend.Instance, want backend.InstanceState) error {
	if want == backend.InstanceTerminated {
		return nil
	}
	remedy := ""
	switch d.State {
	case backend.InstanceShuttingDown, backend.InstanceTerminated:
	case backend.InstanceStopping, backend.InstanceStopped:
		i.mu.Lock()
		starting := time.Now().Before(i.startedTo)
		i.mu.Unlock()
		if want == backend.InstanceStopped || starting {
			return nil
		}
		remedy = "; Start it first"
	default:
		return nil
	}
	reason := ""
	if d.StateReason != "" {
		reason = " (" + d.StateReason + ")"
	}
	return fmt.Errorf("instance %s is %s%s and won't be %s%s: %w", d.ID, d.State, reason, want, remedy, backend.ErrState)
}
