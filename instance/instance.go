package instance

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

// Instance is one EC2 instance: the object that a launch makes of a class or image. It remembers what
// was last seen of it, which its accessors tell without a call; [Instance.Refresh] looks again, and so
// do waits. It is safe for concurrent use.
type Instance struct {
	be backend.Backend
	id string

	mu        sync.Mutex
	data      backend.Instance
	hiddenTil time.Time // until then EC2 may not know the instance yet
	startedTo time.Time // until then EC2 may still show the state before the start
	own       bool      // made, or to be removed, by this object: an error may name it as left over
}

// EC2 is eventually consistent: for a while what was made isn't found and what was changed looks as it
// was (https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html). A minute is what
// tools commonly allow for it; AWS names no figure.
const consistency = time.Minute

// New is the object for an instance that a backend told of.
func New(be backend.Backend, data backend.Instance) *Instance {
	i := &Instance{be: be, id: data.ID, data: cloneInstance(data)}
	if data.State == backend.InstancePending {
		i.hiddenTil = time.Now().Add(consistency)
	}
	return i
}

// launched is the object for an instance that a launch has just made.
func launched(be backend.Backend, data backend.Instance) *Instance {
	i := New(be, data)
	i.own = true
	return i
}

// Get finds an instance by its ID. One that doesn't exist is [backend.ErrNotFound].
func Get(ctx context.Context, be backend.Backend, id string) (*Instance, error) {
	if be == nil {
		return nil, errNoBackend
	}
	if !isID("i", id) {
		return nil, &FieldError{Path: "id", Problem: fmt.Sprintf("%q is no instance ID", id), Remedy: "expected i- and 17 hexadecimal digits"}
	}
	i := &Instance{be: be, id: id}
	if err := i.look(ctx); err != nil {
		return nil, err
	}
	return i, nil
}

// ID is the instance's ID.
func (i *Instance) ID() string { return i.id }

// Backend is where the instance lives.
func (i *Instance) Backend() backend.Backend { return i.be }

// Data is a copy of all that was last seen.
func (i *Instance) Data() backend.Instance {
	i.mu.Lock()
	defer i.mu.Unlock()
	return cloneInstance(i.data)
}

// State is the state that was last seen.
func (i *Instance) State() backend.InstanceState { return i.seen().State }

// Name is the instance's name, its tag Name; empty for none.
func (i *Instance) Name() string { return i.Tags()[nameTag] }

// ImageID is the ID of the image that the instance was made of.
func (i *Instance) ImageID() string { return i.seen().ImageID }

// Type is the instance type, such as "m7g.large".
func (i *Instance) Type() string { return i.seen().Type }

// Zone is the zone that the instance is in.
func (i *Instance) Zone() region.Zone { return i.seen().Zone }

// PrivateIP is the primary private IPv4 address; empty once the instance is terminated.
func (i *Instance) PrivateIP() string { return i.seen().PrivateIP }

// PublicIP is the public IPv4 address; empty if the instance has none, and until it has one.
func (i *Instance) PublicIP() string { return i.seen().PublicIP }

// Tags are a copy of the tags that were last seen.
func (i *Instance) Tags() map[string]string { return i.Data().Tags }

// seen is what was last seen, for reading values that aren't shared.
func (i *Instance) seen() backend.Instance {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.data
}

// Refresh looks at the instance again.
func (i *Instance) Refresh(ctx context.Context) error { return i.settled(ctx, i.look) }

func (i *Instance) look(ctx context.Context) error {
	for data, err := range i.be.Instances(ctx, backend.Query{IDs: []string{i.id}}) {
		if err != nil {
			return err
		}
		i.mu.Lock()
		i.data = cloneInstance(data)
		i.mu.Unlock()
		return nil
	}
	return &backend.Error{Op: "DescribeInstances", Resource: i.id, Message: "there is no such instance", Kind: backend.ErrNotFound}
}

// settled makes a call about the instance, again and again while EC2 doesn't know yet that it exists.
func (i *Instance) settled(ctx context.Context, call func(context.Context) error) error {
	var err error
	waited := backend.Poll(ctx, func(ctx context.Context) (backend.Progress, bool, error) {
		err = call(ctx)
		return i.progress("not yet visible", "visible"), !i.hidden(err), nil
	})
	if waited != nil {
		return waited
	}
	return err
}

// hidden tells whether an error says only that the instance is too new to be found.
func (i *Instance) hidden(err error) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return errors.Is(err, backend.ErrNotFound) && time.Now().Before(i.hiddenTil)
}

// left adds the instance to an error as a leftover, if it is this object's business and may exist.
func (i *Instance) left(err error) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if err == nil || !i.own || i.data.State == backend.InstanceTerminated ||
		errors.Is(err, backend.ErrNotFound) && !time.Now().Before(i.hiddenTil) {
		return err
	}
	return backend.Leave(err, backend.NewLeftover(i.be, backend.KindInstance, i.id))
}

func (i *Instance) progress(state, want string) backend.Progress {
	return backend.Progress{Resource: "instance " + i.id, State: state, Want: want, Percent: -1}
}

// String reads "i-… (directory-1, m7g.large, running)".
func (i *Instance) String() string {
	d := i.Data()
	if name := d.Tags[nameTag]; name != "" {
		return fmt.Sprintf("%s (%s, %s, %s)", d.ID, name, d.Type, d.State)
	}
	return fmt.Sprintf("%s (%s, %s)", d.ID, d.Type, d.State)
}

// LogValue is a group of what tells instances apart.
func (i *Instance) LogValue() slog.Value {
	d := i.Data()
	return slog.GroupValue(
		slog.String("id", d.ID),
		slog.String("name", d.Tags[nameTag]),
		slog.String("type", d.Type),
		slog.String("state", string(d.State)),
		slog.String("image", d.ImageID),
		slog.String("zone", string(d.Zone)),
	)
}

func cloneInstance(d backend.Instance) backend.Instance {
	d.Groups = slices.Clone(d.Groups)
	d.Volumes = slices.Clone(d.Volumes)
	d.Tags = maps.Clone(d.Tags)
	d.Interfaces = slices.Clone(d.Interfaces)
	for n := range d.Interfaces {
		d.Interfaces[n].Groups = slices.Clone(d.Interfaces[n].Groups)
	}
	return d
}
