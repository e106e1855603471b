package engine

import (
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/amiclass/amiclass/region"
)

// Options are how a cloud differs from the usual one. The zero value is the usual one.
type Options struct {
	Seed   uint64
	Now    func() time.Time // time.Now if nil
	Delays Delays
}

// Delays are how long transitions take. Zero is at the next look.
type Delays struct {
	Launch     time.Duration // pending to running
	Stop       time.Duration // stopping to stopped
	Terminate  time.Duration // shutting-down to terminated
	Checks     time.Duration // from running until the status checks have passed
	Snapshot   time.Duration // pending to completed, and so an image's pending to available
	Copy       time.Duration // the same for copies
	Volume     time.Duration // a volume from creating to available, from attaching to attached, from detaching to free
	Gateway    time.Duration // a NAT gateway from pending to available, from deleting to deleted
	Modify     time.Duration // a volume's modification: half of it modifying, the other half optimizing
	Terminated time.Duration // how long a terminated instance is still told of; an hour if zero
}

// Engine is one cloud. It is safe for concurrent use.
type Engine struct {
	options Options
	mu      sync.RWMutex // held for reading while an answer is built from state, for writing while state changes
	state   *state
}

// New makes a cloud in which nobody has done anything yet.
func New(o Options) *Engine {
	o = o.completed()
	return &Engine{options: o, state: seeded(o)}
}

func (o Options) completed() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Delays.Terminated == 0 {
		o.Delays.Terminated = time.Hour
	}
	return o
}

// SetDelays changes how long transitions take that begin from now on.
func (e *Engine) SetDelays(d Delays) {
	e.mu.Lock()
	defer e.mu.Unlock()
	d.Terminated = e.options.Delays.Terminated
	e.options.Delays = d
}

// Fork makes a cloud that is like this one now and goes its own way from here.
func (e *Engine) Fork() *Engine {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return &Engine{options: e.options, state: e.state.fork()}
}

// Call is one request, as any door hands it in.
type Call struct {
	Operation string
	Region    region.Region
	AccessKey string
	Input     any // a pointer to the SDK's input of the operation
	// Unserved is told of every field that is set and not served; if it is nil, they are refused.
	Unserved func(field string)
}

// Call carries a request out. The error is an *Error.
func (e *Engine) Call(c Call) (any, error) {
	t := reflect.TypeOf(c.Input)
	op, ok := operations[t]
	if !ok {
		return nil, fail("InvalidAction", "The action %s is not served by this cloud.", c.Operation)
	}
	in := reflect.ValueOf(c.Input)
	if in.IsNil() {
		return nil, fail("MissingParameter", "The input of %s is nil.", op.name)
	}
	if unserved := op.fields().unserved(in.Elem()); len(unserved) > 0 {
		if c.Unserved == nil {
			return nil, fail("UnknownParameter", "%s: this cloud doesn't model the parameter %s.",
				op.name, strings.Join(unserved, ", "))
		}
		for _, field := range unserved {
			c.Unserved(field)
		}
	}
	if err := e.checkSession(op, c.AccessKey); err != nil {
		return nil, err
	}
	if op.writes {
		return e.write(op, c)
	}
	return e.read(op, c)
}

func (e *Engine) read(op *operation, c Call) (any, error) {
	now := e.options.Now()
	e.mu.RLock()
	v, ready := e.view(c, now)
	if !ready {
		e.mu.RUnlock()
		if err := e.prepare(c, now); err != nil {
			return nil, err
		}
		e.mu.RLock()
		v, _ = e.view(c, now)
	}
	defer e.mu.RUnlock()
	out, err := op.run(&tx{view: v, op: op}, c.Input)
	if err == nil && op.dryRun(c.Input) {
		return nil, wouldSucceed()
	}
	return out, err
}

func (e *Engine) write(op *operation, c Call) (any, error) {
	now := e.options.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.prepareLocked(c, now); err != nil {
		return nil, err
	}
	v, _ := e.view(c, now)
	t := &tx{view: v, op: op, dry: op.dryRun(c.Input)}
	counters := e.state.counters
	out, err := op.run(t, c.Input)
	if err == nil && t.dry {
		err = wouldSucceed()
	}
	if err != nil && !t.kept {
		t.undo.Rollback()
		e.state.counters = counters
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

func wouldSucceed() *Error {
	return fail("DryRunOperation", "Request would have succeeded, but DryRun flag is set.")
}

// view is the state as one caller sees it; ready is false if the caller is new to the region or
// something is due.
func (e *Engine) view(c Call, now time.Time) (v view, ready bool) {
	account := AccountOf(c.AccessKey)
	scope, known := e.state.scopes[placeKey{account, c.Region}]
	v = view{state: e.state, options: &e.options, scope: scope, now: now, accessKey: c.AccessKey}
	if known {
		v.Place = e.state.places[scope]
	}
	return v, known && e.state.settled[scope] && !e.state.isDue(now)
}

// prepare gives a new caller the world that an account finds in a region, and lets happen what is due.
func (e *Engine) prepare(c Call, now time.Time) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.prepareLocked(c, now)
}

func (e *Engine) prepareLocked(c Call, now time.Time) error {
	v, ready := e.view(c, now)
	if ready {
		return nil
	}
	t := &tx{view: v}
	if err := t.settle(AccountOf(c.AccessKey), c.Region); err != nil {
		return err
	}
	t.advance()
	return nil
}
