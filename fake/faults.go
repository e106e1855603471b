package fake

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/fake/internal/engine"
)

// Fault is something that goes wrong by plan. It is made in one line:
//
//	fake.On("RunInstances").Fail("InsufficientInstanceCapacity")            // every time
//	fake.On("RunInstances").Times(2).Fail("RequestLimitExceeded")           // the next two attempts
//	fake.On("CreateImage").After(1).Times(1).LoseReply()                    // the second attempt
//
// A Fault is a value: each method returns a changed copy.
type Fault struct {
	operation string
	after     int
	times     int // 0 is every time
	code      string
	message   string
	loseReply bool
}

// On begins a fault of an operation; "*" is any.
func On(operation string) Fault { return Fault{operation: operation} }

// Times limits the fault to n attempts. A client that retries makes several attempts in one call.
func (f Fault) Times(n int) Fault { f.times = n; return f }

// After lets n attempts pass first.
func (f Fault) After(n int) Fault { f.after = n; return f }

// Fail answers with an error of EC2's before anything is done. The HTTP status follows from the code,
// and so does whether clients retry.
func (f Fault) Fail(code string) Fault { f.code = code; return f }

// Saying gives the error a message of its own.
func (f Fault) Saying(message string) Fault { f.message = message; return f }

// LoseReply carries the operation out and then breaks the connection. Clients retry that.
func (f Fault) LoseReply() Fault { f.loseReply = true; return f }

// String reads "RunInstances fails with InsufficientInstanceCapacity, 2 times".
func (f Fault) String() string {
	s := f.operation
	if f.code != "" {
		s += " fails with " + f.code
	}
	if f.loseReply {
		s += " loses its reply"
	}
	if f.times > 0 {
		s += fmt.Sprintf(", %d times", f.times)
	}
	if f.after > 0 {
		s += fmt.Sprintf(", after %d", f.after)
	}
	return s
}

// check tells what is wrong with a fault that can never happen or would do nothing.
func (f Fault) check() error {
	served := engine.Operations()
	if _, ok := served[f.operation]; !ok && f.operation != "*" {
		names := slices.Sorted(maps.Keys(served))
		return fmt.Errorf("fake: fault on %q: no such operation is served; those are %s", f.operation, strings.Join(names, ", "))
	}
	if f.code == "" && !f.loseReply {
		return fmt.Errorf("fake: fault on %s does nothing: say Fail or LoseReply", f.operation)
	}
	if f.code != "" && f.loseReply {
		return fmt.Errorf("fake: fault on %s both fails before the deed and loses the reply after it: say one", f.operation)
	}
	if f.times < 0 || f.after < 0 {
		return fmt.Errorf("fake: fault on %s: Times and After count from 0", f.operation)
	}
	return nil
}

type armed struct {
	Fault
	seen, done int
}

// Inject lets faults happen from now on. Where several fit an attempt, the one that was injected first
// and isn't used up happens. Inject panics at a fault that could never happen: an operation that isn't
// served, or neither Fail nor LoseReply.
func (c *Cloud) Inject(faults ...Fault) {
	for _, f := range faults {
		if err := f.check(); err != nil {
			panic(err.Error())
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range faults {
		c.faults = append(c.faults, &armed{Fault: f})
	}
}

// ClearFaults takes all faults away.
func (c *Cloud) ClearFaults() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = nil
}

// outcome is what is to happen to one attempt; the zero value is nothing special.
type outcome struct {
	before                    *engine.Error // instead of the deed
	loseReply                 bool          // after the deed
	cancelBefore, cancelAfter func()        // end the caller's context, instead of or after the deed
}

func (o outcome) happens() bool {
	return o.before != nil || o.loseReply || o.cancelBefore != nil || o.cancelAfter != nil
}

// fateOf finds the fault that happens to an attempt. The caller holds the lock.
func (c *Cloud) fateOf(operation string) outcome {
	for _, f := range c.faults {
		if f.operation != operation && f.operation != "*" {
			continue
		}
		f.seen++
		if f.seen <= f.after || f.times > 0 && f.done >= f.times {
			continue
		}
		f.done++
		return outcome{before: f.refusal(), loseReply: f.loseReply}
	}
	return outcome{}
}

func (f Fault) refusal() *engine.Error {
	if f.code == "" {
		return nil
	}
	message := f.message
	if message == "" {
		message = "The fault was injected: " + f.String() + "."
	}
	return &engine.Error{Code: f.code, Message: message, Status: engine.Status(f.code)}
}
