package backend

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Progress is one look at something that is waited for.
type Progress struct {
	Resource string // what is waited for, "instance i-…"
	State    string // as EC2 names it
	Want     string // the state that ends the wait
	Percent  int    // how much is done, where EC2 tells it; -1 elsewhere
	Elapsed  time.Duration
}

// String reads "image ami-…: pending, 40% (12s)".
func (p Progress) String() string {
	if p.Percent < 0 {
		return fmt.Sprintf("%s: %s (%s)", p.Resource, p.State, p.Elapsed.Round(time.Second))
	}
	return fmt.Sprintf("%s: %s, %d%% (%s)", p.Resource, p.State, p.Percent, p.Elapsed.Round(time.Second))
}

// WaitOption changes how a wait looks and what it tells.
type WaitOption func(*waiting)

type waiting struct {
	progress func(Progress)
	interval time.Duration
}

// WithProgress calls f after every look, in the goroutine that waits.
func WithProgress(f func(Progress)) WaitOption { return func(w *waiting) { w.progress = f } }

// WithInterval looks every d. Without it the first look is at once, the next after a second, and
// then ever less often, down to every 15 seconds.
func WithInterval(d time.Duration) WaitOption { return func(w *waiting) { w.interval = d } }

const (
	firstInterval = time.Second
	lastInterval  = 15 * time.Second
)

// Poll is what every wait of this module is made of: it looks until look says that it is done, fails,
// or the context ends. Being throttled is no failure, just a reason to look later. It returns the
// context's cause when that ends first; how long to wait at most is the context's business.
func Poll(ctx context.Context, look func(context.Context) (p Progress, done bool, err error), opts ...WaitOption) error {
	var w waiting
	for _, o := range opts {
		o(&w)
	}
	start, interval := time.Now(), firstInterval
	for {
		p, done, err := look(ctx)
		if err != nil && !errors.Is(err, ErrThrottled) {
			return err
		}
		if err == nil {
			p.Elapsed = time.Since(start)
			if w.progress != nil {
				w.progress(p)
			}
			if done {
				return nil
			}
		}
		pause := interval
		if w.interval > 0 {
			pause = w.interval
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return fmt.Errorf("%s, last seen %s: wait ended: %w", p.Resource, p.State, context.Cause(ctx))
		case <-timer.C:
		}
		interval = min(interval*3/2, lastInterval)
	}
}
