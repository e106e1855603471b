package instance

import (
	"context"
	"errors"
	"maps"
	"time"

	"github.com/amiclass/amiclass/backend"
)

// Start starts a stopped instance, which gets new public addresses and perhaps another host. Starting
// one that is running or pending already succeeds and changes nothing; elsewhere it is
// [backend.ErrState]. [Instance.WaitRunning] waits for the outcome.
func (i *Instance) Start(ctx context.Context) error {
	err := i.change(ctx, i.be.StartInstances)
	if err == nil {
		i.mu.Lock()
		i.startedTo = time.Now().Add(consistency)
		i.mu.Unlock()
	}
	return err
}

// StopOption says how to stop.
type StopOption func(*backend.StopOptions)

// Force stops without giving the operating system the time to flush its file systems.
func Force() StopOption { return func(o *backend.StopOptions) { o.Force = true } }

// Hibernate saves the memory to the root volume, if the instance was launched for that.
func Hibernate() StopOption { return func(o *backend.StopOptions) { o.Hibernate = true } }

// SkipOSShutdown stops without telling the operating system.
func SkipOSShutdown() StopOption { return func(o *backend.StopOptions) { o.SkipOSShutdown = true } }

// Stop stops the instance; its volumes stay. Stopping one that is stopping or stopped already succeeds.
// [Instance.WaitStopped] waits for the outcome.
func (i *Instance) Stop(ctx context.Context, opts ...StopOption) error {
	var how backend.StopOptions
	for _, o := range opts {
		o(&how)
	}
	return i.change(ctx, func(ctx context.Context, ids []string) ([]backend.StateChange, error) {
		return i.be.StopInstances(ctx, ids, how)
	})
}

// Reboot reboots the operating system of a running instance, which keeps its state, addresses and
// host; EC2 only accepts the request and tells nothing of the outcome.
func (i *Instance) Reboot(ctx context.Context) error {
	return i.settled(ctx, func(ctx context.Context) error { return i.be.RebootInstances(ctx, []string{i.id}) })
}

// Terminate ends the instance for good, with the volumes that go with it. Terminating it again
// succeeds. Once EC2 has accepted, nothing brings the instance back, so it no longer counts as left by
// the workflow; [Instance.WaitTerminated] waits until it is gone. If EC2 doesn't accept, the error
// carries the instance as a leftover, unless there is none.
func (i *Instance) Terminate(ctx context.Context) error {
	err := i.change(ctx, i.be.TerminateInstances)
	i.mu.Lock()
	i.own = true
	i.mu.Unlock()
	if err == nil || errors.Is(err, backend.ErrNotFound) {
		backend.Removed(ctx, i.be, backend.KindInstance, i.id)
	}
	return i.left(err)
}

// change makes a call that changes the state and notes the new one.
func (i *Instance) change(ctx context.Context, call func(context.Context, []string) ([]backend.StateChange, error)) error {
	return i.settled(ctx, func(ctx context.Context) error {
		changes, err := call(ctx, []string{i.id})
		if err != nil {
			return err
		}
		i.mu.Lock()
		defer i.mu.Unlock()
		for _, c := range changes {
			if c.InstanceID == i.id {
				i.data.State = c.Current
			}
		}
		return nil
	})
}

// Tag sets tags; others stay. They are checked first, and a fault is a [FieldError].
func (i *Instance) Tag(ctx context.Context, tags map[string]string) error {
	var f faults
	checkTags(&f, "tags", tags)
	if len(f) > 0 || len(tags) == 0 {
		return f.join()
	}
	err := i.settled(ctx, func(ctx context.Context) error { return i.be.CreateTags(ctx, []string{i.id}, tags) })
	if err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	all := maps.Clone(i.data.Tags)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, tags)
	i.data.Tags = all
	return nil
}

// Untag removes the tags with these keys. That there is no such tag is fine.
func (i *Instance) Untag(ctx context.Context, keys ...string) error {
	if len(keys) == 0 {
		return nil // EC2 would take that for all tags
	}
	err := i.settled(ctx, func(ctx context.Context) error { return i.be.DeleteTags(ctx, []string{i.id}, keys) })
	if err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	rest := maps.Clone(i.data.Tags)
	for _, k := range keys {
		delete(rest, k)
	}
	i.data.Tags = rest
	return nil
}
