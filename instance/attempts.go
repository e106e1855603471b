package instance

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/amiclass/amiclass/backend"
)

// attempting is a launch under way.
type attempting struct {
	be      backend.Backend
	wait    []backend.WaitOption
	key     string // of the tokens
	asked   string // the fingerprint that the instances of a Key are tagged with; empty without one
	wanted  int
	plan    Plan
	planned bool

	there    []*Instance // what the key had before
	made     []*Instance
	attempts []Attempt
	unready  error // why an attempt couldn't be made ready
}

// all tries one choice after the other until there are as many instances as are wanted.
func (a *attempting) all(ctx context.Context, spec Spec, choices []choice) ([]*Instance, error) {
	slices.SortStableFunc(choices, func(x, y choice) int { return a.emptiness(x) - a.emptiness(y) })
	demanded := a.demanded()
	if err := a.upTo(ctx, len(a.there)+demanded, keep(choices, OnDemandMarket)); err != nil {
		return nil, a.failed(ctx)
	}
	if !a.plan.spotFirst {
		choices = keep(choices, spec.market())
	}
	// What is missing on demand isn't made up for by others.
	if err := a.upTo(ctx, a.wanted-(demanded-len(a.made)), choices); err != nil {
		return nil, a.failed(ctx)
	}
	if a.missing(a.wanted) > 0 && (a.plan.least == 0 || a.missing(a.plan.least) > 0) {
		return nil, a.failed(ctx)
	}
	return append(a.there, a.made...), nil
}

// demanded is how many more instances have to be on demand.
func (a *attempting) demanded() int {
	n := min(a.plan.onDemand, a.wanted)
	for _, i := range a.there {
		if !i.seen().Spot {
			n--
		}
	}
	return max(0, min(n, a.wanted-len(a.there)))
}

// emptiness is 1 for what had no capacity lately.
func (a *attempting) emptiness(c choice) int {
	if a.plan.memory.isEmpty(c.pool(a.be.Region())) {
		return 1
	}
	return 0
}

func keep(choices []choice, m Market) []choice {
	return slices.DeleteFunc(slices.Clone(choices), func(c choice) bool { return c.market != m })
}

// upTo launches until there are n instances or there is no choice left. An error is one that no other choice would mend.
func (a *attempting) upTo(ctx context.Context, n int, choices []choice) error {
	for _, c := range choices {
		if a.missing(n) <= 0 {
			return nil
		}
		req, err := c.settle(ctx, a.be)
		if err != nil {
			a.unready = err
			return err
		}
		for err == nil && a.missing(n) > 0 {
			err = a.attempt(ctx, c, req, a.missing(n))
		}
		if err != nil && (!a.planned || !elsewhere(err)) {
			return err
		}
	}
	return nil
}

// missing is how many instances there are fewer than n.
func (a *attempting) missing(n int) int { return n - len(a.there) - len(a.made) }

// elsewhere tells whether another choice may succeed where this one failed.
func elsewhere(err error) bool {
	return errors.Is(err, backend.ErrCapacity) || codeOf(err) == "Unsupported"
}

// attempt makes one request for a choice and notes what came of it.
func (a *attempting) attempt(ctx context.Context, c choice, req backend.RunRequest, missing int) error {
	pool, choice := c.pool(a.be.Region()), ""
	req.MinCount, req.MaxCount = missing, missing
	if a.planned {
		req.MinCount, req.MaxCount = 1, min(missing, batch)
		choice = pool.String()
	}
	req.ClientToken = tokenOf(a.key, len(a.there)+len(a.made), choice)
	if a.asked != "" {
		req.InstanceTags[keyTag], req.InstanceTags[specTag] = a.key, a.asked
	}
	made, err := a.patiently(ctx, req)
	if err == nil && len(made) < req.MaxCount {
		err = &backend.Error{Op: "RunInstances", Kind: backend.ErrCapacity, Message: fmt.Sprintf("got %d of %d", len(made), req.MaxCount)}
	}
	a.made = append(a.made, made...)
	a.plan.memory.learn(pool, err)
	a.attempts = append(a.attempts, Attempt{
		Type: req.Type, Zone: pool.Zone, SubnetID: req.SubnetID, Market: c.market,
		Asked: req.MaxCount, Launched: len(made), Err: err,
	})
	return err
}

// How often a launch of many instances waits because it is throttled before it gives up: for about two minutes.
const throttledAtMost = 12

// patiently makes a request of a plan again while it is throttled, and tells how far the launch is.
func (a *attempting) patiently(ctx context.Context, req backend.RunRequest) (made []*Instance, err error) {
	if !a.planned {
		return run(ctx, a.be, req)
	}
	tries := 0
	waited := backend.Poll(ctx, func(ctx context.Context) (backend.Progress, bool, error) {
		made, err = run(ctx, a.be, req)
		tries++
		n := len(a.there) + len(a.made) + len(made)
		p := backend.Progress{
			Resource: "launch of " + req.ImageID,
			State:    fmt.Sprintf("%d of %d", n, a.wanted),
			Want:     fmt.Sprintf("%d of %d", a.wanted, a.wanted),
			Percent:  100 * n / a.wanted,
		}
		if errors.Is(err, backend.ErrThrottled) && tries < throttledAtMost {
			return p, false, err
		}
		return p, true, nil
	}, a.wait...)
	if waited != nil {
		err = errors.Join(err, waited)
	}
	return made, err
}

// failed is the error of the launch: one that no other choice would mend, or that there are too few instances.
func (a *attempting) failed(ctx context.Context) error {
	if a.unready != nil {
		if len(a.attempts) == 0 {
			return a.unready
		}
		a.attempts = append(a.attempts, Attempt{Err: a.unready})
	}
	failed := &LaunchError{Wanted: a.wanted, Attempts: a.attempts, Launched: append(a.there, a.made...)}
	if !a.plan.whole || len(a.made) == 0 || ctx.Err() != nil {
		return failed
	}
	var made backend.Remains
	for _, i := range a.made {
		made = append(made, backend.NewLeftover(a.be, backend.KindInstance, i.ID()))
	}
	if err := made.Cleanup(ctx); err != nil {
		return errors.Join(failed, err)
	}
	for _, i := range a.made {
		backend.Removed(ctx, a.be, backend.KindInstance, i.ID())
	}
	failed.Launched = a.there
	return failed
}
