package fake

import (
	"time"

	"github.com/amiclass/amiclass/fake/internal/engine"
)

// Option changes how a cloud differs from the usual one.
type Option func(*options)

type options struct {
	engine  engine.Options
	backoff bool
	bubble  bool
	lenient bool
	keep    int // how many calls the log keeps; 0 is all
	log     func(format string, args ...any)
}

// Seed chooses which IDs and addresses the cloud gives: the same seed and the same calls, one after the
// other, give the same ones.
func Seed(seed uint64) Option { return func(o *options) { o.engine.Seed = seed } }

// Delays are how long transitions take by the clock. Zero, the default, is until the next call.
type Delays struct {
	Launch    time.Duration // an instance from pending to running
	Stop      time.Duration // from stopping to stopped
	Terminate time.Duration // from shutting-down to terminated
	Checks    time.Duration // from running until the status checks have passed
	Snapshot  time.Duration // a snapshot's and so an image's from pending to done
	Copy      time.Duration // the same for copies
	Volume    time.Duration // a volume from creating to available, from attaching to attached, from detaching to free
	Gateway   time.Duration // a NAT gateway from pending to available, from deleting to deleted
	Modify    time.Duration // a volume's modification: half of it modifying, the other half optimizing
}

// WithDelays makes transitions take time.
func WithDelays(d Delays) Option {
	return func(o *options) { o.engine.Delays = d.engine() }
}

func (d Delays) engine() engine.Delays {
	return engine.Delays{
		Launch: d.Launch, Stop: d.Stop, Terminate: d.Terminate,
		Checks: d.Checks, Snapshot: d.Snapshot, Copy: d.Copy, Volume: d.Volume, Modify: d.Modify, Gateway: d.Gateway,
	}
}

// SetDelays changes how long transitions take that begin from now on.
func (c *Cloud) SetDelays(d Delays) { c.engine.SetDelays(d.engine()) }

// Clock is what the cloud takes for the time; time.Now if it isn't given. It must never go back.
func Clock(now func() time.Time) Option { return func(o *options) { o.engine.Now = now } }

// InBubble makes a cloud for a testing/synctest bubble: every call takes a nanosecond of the bubble's
// time. Make it inside the bubble.
func InBubble() Option { return func(o *options) { o.bubble = true } }

// RealBackoff lets clients pause between attempts as the SDK does by default.
func RealBackoff() Option { return func(o *options) { o.backoff = true } }

// Lenient carries on when a request sets a field that the cloud doesn't model: the field's path is noted
// in the call's Unserved, and in the test's log for a cloud made with [NewT].
func Lenient() Option { return func(o *options) { o.lenient = true } }

// KeepCalls bounds the log of calls to about the last n, for a cloud that serves for long. Without it the log keeps all.
func KeepCalls(n int) Option { return func(o *options) { o.keep = max(1, n) } }

// noBackoff leaves out the pause before an attempt.
type noBackoff struct{}

// BackoffDelay is zero.
func (noBackoff) BackoffDelay(int, error) (time.Duration, error) { return 0, nil }
