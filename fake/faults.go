package fake

import (
	"fmt"
	"path"
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
	resource  string // of the request; empty is any
	account   string // who asks; empty is anybody
	after     int
	times     int // 0 is every time
	code      string
	message   string
	loseReply bool
	denies    bool // by an action's pattern instead of the name of an operation
}

// On begins a fault of an operation; "*" is any.
func On(operation string) Fault { return Fault{operation: operation} }

// Deny is a fault that refuses an action as IAM does: "ec2:RunInstances", "ec2:Describe*", "ssm:*". The
// resource is the pattern of an ARN, or of an ID; the action is refused if the request names one that
// fits, and "*" is every request. What the request would make has no ARN yet and so fits "*" only.
//
//	fake.Deny("ec2:TerminateInstances", "arn:aws:ec2:*:*:instance/i-0123456789abcdef0")
//	fake.Deny("ec2:CopyImage", "*").By("111122223333")
//
// EC2 answers UnauthorizedOperation, also to a dry run, the other services AccessDenied or
// AccessDeniedException (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-policies-for-amazon-ec2.html).
func Deny(action, resource string) Fault {
	return Fault{operation: action, resource: resource, code: "UnauthorizedOperation", denies: true}
}

// By limits the fault to the requests of one account.
func (f Fault) By(account string) Fault { f.account = account; return f }

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
	if f.denies {
		s = "deny " + f.operation + " on " + f.resource
	} else if f.code != "" {
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
	if f.account != "" {
		s += ", for " + f.account
	}
	return s
}

// Err tells what is wrong with a fault that can never happen or would do nothing, at which [Cloud.Inject] panics. It is
// for faults that somebody else wrote, in a file or a request.
func (f Fault) Err() error {
	served := Operations()
	if f.denies {
		if f.resource == "" {
			return fmt.Errorf("fake: %s: the resource is empty: say \"*\" for all", f)
		}
		if !slices.ContainsFunc(served, func(op string) bool { return f.isOn(serviceOf(op), op) }) {
			return fmt.Errorf("fake: %s: no action that is served fits, such as ec2:RunInstances or ssm:Get*", f)
		}
	} else if !slices.Contains(served, f.operation) && f.operation != "*" {
		return fmt.Errorf("fake: fault on %q: no such operation is served; those are %s", f.operation, strings.Join(served, ", "))
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
		if err := f.Err(); err != nil {
			panic(err.Error())
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range faults {
		c.faults = append(c.faults, &armed{Fault: f})
	}
}

// Faults are those that were injected and aren't used up, in the order in which they are tried.
func (c *Cloud) Faults() []Fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	left := []Fault{}
	for _, f := range c.faults {
		if f.times == 0 || f.done < f.times {
			left = append(left, f.Fault)
		}
	}
	return left
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
	cancelBefore, cancelAfter func() error  // end the caller's context, instead of or after the deed
}

func (o outcome) happens() bool {
	return o.before != nil || o.loseReply || o.cancelBefore != nil || o.cancelAfter != nil
}

// isOn tells whether the fault is about an operation of a service.
func (f Fault) isOn(service, operation string) bool {
	if f.denies {
		return engine.Like(f.operation)(service + ":" + operation)
	}
	return f.operation == operation || f.operation == "*"
}

// concerns tells whether the fault is about a request.
func (f Fault) concerns(service string, request engine.Call) bool {
	switch {
	case !f.isOn(service, request.Operation):
		return false
	case f.account != "" && f.account != engine.AccountOf(request.AccessKey):
		return false
	case f.resource == "" || f.resource == "*":
		return true
	}
	fits := engine.Like(f.resource)
	return slices.ContainsFunc(request.Resources(), func(arn string) bool {
		return fits(arn) || fits(arn[strings.LastIndexByte(arn, '/')+1:])
	})
}

// fateOf finds the fault that happens to an attempt. The caller holds the lock.
func (c *Cloud) fateOf(service string, request engine.Call) outcome {
	for _, f := range c.faults {
		if !f.concerns(service, request) {
			continue
		}
		f.seen++
		if f.seen <= f.after || f.times > 0 && f.done >= f.times {
			continue
		}
		f.done++
		return outcome{before: f.refusal(service, request), loseReply: f.loseReply}
	}
	return outcome{}
}

func (f Fault) refusal(service string, request engine.Call) *engine.Error {
	if f.code == "" {
		return nil
	}
	if f.denies {
		return engine.Denied(service, request)
	}
	message := f.message
	if message == "" {
		message = "The fault was injected: " + f.String() + "."
	}
	return &engine.Error{Code: f.code, Message: message, Status: engine.Status(f.code)}
}

// serviceOf is the prefix of an operation's action.
func serviceOf(operation string) string { return path.Base(engine.Operations()[operation]) }
