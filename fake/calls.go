package fake

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/amiclass/amiclass/fake/internal/engine"
	"github.com/amiclass/amiclass/region"
)

// Call is one attempt of a call that reached the cloud.
type Call struct {
	Service   string // EC2, SSM or STS
	Operation string
	Account   string
	Region    region.Region
	Time      time.Time
	RequestID string
	// Invocation numbers the calls of clients' methods, from 0; Attempt the attempts of one, from 1.
	Invocation int
	Attempt    int
	// Input is a copy of what was asked: a pointer to the SDK's input of the operation.
	Input any
	// Code is the error's code, empty for a success.
	Code string
	// Done tells that the operation was carried out and changed what it changes, also where the caller
	// never learned of it because the reply was lost.
	Done      bool
	LostReply bool
	// Unserved are the fields that were set and that the cloud doesn't model; see Lenient.
	Unserved []string
}

// String reads "EC2 RunInstances in us-east-1: InsufficientInstanceCapacity".
func (c Call) String() string {
	s := fmt.Sprintf("%s %s in %s", c.Service, c.Operation, c.Region)
	if c.Attempt > 1 {
		s += fmt.Sprintf(" (attempt %d)", c.Attempt)
	}
	if c.LostReply {
		s += ": reply lost"
	}
	if c.Code != "" {
		s += ": " + c.Code
	}
	return s
}

// Calls are all that the cloud was asked since it was made or forked, in order; see also [KeepCalls]. With names it gives the
// calls of these operations only.
func (c *Cloud) Calls(operations ...string) []Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	var some []Call
	for _, part := range c.log {
		for _, call := range part {
			if len(operations) == 0 || slices.Contains(operations, call.Operation) {
				some = append(some, call)
			}
		}
	}
	return some
}

// logPart is how many calls a part of the log has room for: a log that grows copies nothing.
const logPart = 64

func (c *Cloud) record(call Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.log); n == 0 || len(c.log[n-1]) == logPart {
		c.log = append(c.log, make([]Call, 0, logPart))
	}
	last := &c.log[len(c.log)-1]
	*last = append(*last, call)
	if keep := c.options.keep; keep > 0 && (len(c.log)-1)*logPart > keep {
		c.log[0] = nil
		c.log = c.log[1:]
	}
}

// asked is one attempt of a call as a door hands it in.
type asked struct {
	service   string // the SDK's service ID
	operation string
	region    region.Region
	accessKey string
	input     any
	// refusal is why the request couldn't be read; unknown are parameters that the operation doesn't have at all.
	refusal *engine.Error
	unknown []string
	// again tells that invocation is the number of a call that made attempts before.
	again      bool
	invocation int
	attempt    int
}

// reply is what comes of an attempt: an output, a refusal, or a connection that breaks; ended is why a caller's
// context is over.
type reply struct {
	output     any
	refusal    *engine.Error
	lost       bool
	ended      error
	requestID  string
	invocation int
}

// answer is what all doors lead to.
func (c *Cloud) answer(ctx context.Context, a asked) reply {
	if c.options.bubble {
		time.Sleep(time.Nanosecond)
	}
	if ctx.Err() != nil {
		return reply{ended: ctx.Err(), invocation: a.invocation}
	}
	request := engine.Call{Operation: a.operation, Region: a.region, AccessKey: a.accessKey, Input: a.input}
	call := Call{
		Service: a.service, Operation: a.operation, Region: a.region, Attempt: a.attempt,
		Account: engine.AccountOf(a.accessKey), Input: clone(a.input), Time: c.now(),
	}
	fate := c.begin(&a, request, &call)
	out := c.carryOut(request, a, fate, &call)
	out.requestID, out.invocation = call.RequestID, call.Invocation
	c.record(call)
	return out
}

// carryOut does to one attempt what its fate is.
func (c *Cloud) carryOut(request engine.Call, a asked, fate outcome, call *Call) reply {
	refuse := func(e *engine.Error) reply {
		call.Code = e.Code
		return reply{refusal: e}
	}
	if fate.before != nil {
		return refuse(fate.before)
	}
	if a.refusal != nil {
		return refuse(a.refusal)
	}
	if c.options.lenient {
		request.Unserved = func(field string) {
			call.Unserved = append(call.Unserved, field)
			if c.options.log != nil {
				c.options.log("fake: %s: the cloud doesn't model the parameter %s", a.operation, field)
			}
		}
		for _, name := range a.unknown {
			request.Unserved(name)
		}
	} else if len(a.unknown) > 0 {
		return refuse(engine.UnknownParameters(a.unknown))
	}
	if fate.cancelBefore != nil {
		return reply{ended: fate.cancelBefore()}
	}
	out, err := c.engine.Call(request)
	call.Done = err == nil
	if fate.cancelAfter != nil {
		return reply{ended: fate.cancelAfter()}
	}
	if fate.loseReply {
		call.LostReply = true
		return reply{lost: true}
	}
	if err != nil {
		return refuse(engine.AsError(err))
	}
	return reply{output: out}
}

func (c *Cloud) now() time.Time {
	if c.options.engine.Now != nil {
		return c.options.engine.Now()
	}
	return time.Now()
}

// begin numbers the call and decides what is to happen to it.
func (c *Cloud) begin(a *asked, request engine.Call, call *Call) outcome {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !a.again {
		a.invocation = c.invocations
		c.invocations++
	}
	call.Invocation = a.invocation
	c.attempts++
	call.RequestID = requestID(c.options.engine.Seed, c.attempts)
	if c.plan != nil {
		if o := c.plan(a.invocation, a.attempt, a.operation); o.happens() {
			return o
		}
	}
	return c.fateOf(strings.ToLower(a.service), request)
}

// Request IDs look like those of AWS and are the same for the same seed and calls.
func requestID(seed uint64, n int) string {
	const hex = "0123456789abcdef"
	var b [36]byte
	x := seed*0x9e3779b97f4a7c15 + uint64(n)
	for i := range b {
		switch i {
		case 8, 13, 18, 23:
			b[i] = '-'
		case 14:
			b[i] = '4'
		default:
			x ^= x << 13
			x ^= x >> 7
			x ^= x << 17
			b[i] = hex[x>>60]
		}
	}
	return string(b[:])
}
