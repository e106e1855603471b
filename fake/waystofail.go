package fake

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/amiclass/amiclass/fake/internal/engine"
)

// wayToFail is one way in which a call can fail; attempt counts from 1.
type wayToFail struct {
	name string
	of   []string // the operations that can fail like this; none for all of them
	fate func(attempt int, end func(error)) outcome
}

// concerns tells whether a call of the operation can fail like this.
func (w wayToFail) concerns(operation string) bool {
	return len(w.of) == 0 || slices.Contains(w.of, operation)
}

var waysToFail = []wayToFail{
	{"refused", nil, always(outcome{before: refusal("UnauthorizedOperation", "You are not authorized to perform this operation.")})},
	{"server failing at every attempt", nil, always(outcome{before: refusal("InternalError", "An internal error has occurred")})},
	{"throttled once", nil, func(attempt int, _ func(error)) outcome {
		if attempt > 1 {
			return outcome{}
		}
		return outcome{before: throttled}
	}},
	{"throttled at every attempt", nil, always(outcome{before: throttled})},
	{"no capacity", []string{"CreateFleet", "RunInstances", "StartInstances"},
		always(outcome{before: refusal("InsufficientInstanceCapacity", "We currently do not have sufficient capacity for your request.")})},
	{"reply lost once", nil, func(attempt int, _ func(error)) outcome { return outcome{loseReply: attempt == 1} }},
	{"reply lost at every attempt", nil, always(outcome{loseReply: true})},
	{"context cancelled before the deed", nil, before(context.Canceled)},
	{"context cancelled after the deed", nil, after(context.Canceled)},
	{"deadline passed before the deed", nil, before(context.DeadlineExceeded)},
	{"deadline passed after the deed", nil, after(context.DeadlineExceeded)},
}

func always(o outcome) func(int, func(error)) outcome {
	return func(int, func(error)) outcome { return o }
}

func before(err error) func(int, func(error)) outcome {
	return func(_ int, end func(error)) outcome {
		return outcome{cancelBefore: func() error { end(err); return err }}
	}
}

func after(err error) func(int, func(error)) outcome {
	return func(_ int, end func(error)) outcome {
		return outcome{cancelAfter: func() error { end(err); return err }}
	}
}

func refusal(code, message string) *engine.Error {
	return &engine.Error{Code: code, Message: message, Status: engine.Status(code)}
}

var throttled = refusal("RequestLimitExceeded", "Request limit exceeded.")

// endable is a context that ends when it is told to, by a deadline too: as a real one would, but without waiting for it.
type endable struct {
	context.Context
	done chan struct{}

	mu    sync.Mutex
	err   error
	then  map[int]func() // what is to be called at the end: that of contexts derived from this one
	calls int
}

func endableContext(parent context.Context) *endable {
	return &endable{Context: parent, done: make(chan struct{}), then: map[int]func(){}}
}

// end ends the context, once.
func (e *endable) end(err error) {
	e.mu.Lock()
	var then map[int]func()
	if e.err == nil {
		e.err, then, e.then = err, e.then, nil
		close(e.done)
	}
	e.mu.Unlock()
	for _, f := range then {
		f()
	}
}

// AfterFunc lets contexts that are derived from this one end at once when it does, as they do with a context of the standard
// library (https://pkg.go.dev/context#AfterFunc).
func (e *endable) AfterFunc(f func()) (stop func() bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.err != nil {
		go f()
		return func() bool { return false }
	}
	e.calls++
	n := e.calls
	e.then[n] = f
	return func() bool {
		e.mu.Lock()
		defer e.mu.Unlock()
		_, waiting := e.then[n]
		delete(e.then, n)
		return waiting
	}
}

// Done is closed when the context has ended.
func (e *endable) Done() <-chan struct{} { return e.done }

// Err is why the context has ended.
func (e *endable) Err() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.err
}

// Deadline is the parent's: nobody knows beforehand when this context ends.
func (e *endable) Deadline() (time.Time, bool) { return e.Context.Deadline() }
