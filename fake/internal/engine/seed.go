package engine

import (
	"slices"
	"sync"
	"time"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

// The world before anybody did anything is made once in a process, when the first cloud is, and
// shared: a new cloud is a fork of it. It holds what all accounts see, the same for every seed; what an
// account finds as its own is made when it first comes to a region (see settle).
var world = sync.OnceValue(func() *state {
	s := newState(0, time.Time{})
	t := &tx{view: view{state: s, options: &Options{}}}
	t.seedImages()
	return s
})

// seeded is a state in which nobody has done anything yet.
func seeded(o Options) *state {
	s := world().fork()
	s.seed, s.start = o.Seed, o.Now()
	return s
}

// settle makes the caller's account at home in a region: it finds a default VPC there, as every
// account does (https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html).
func (t *tx) settle(account string, r region.Region) error {
	if _, ok := catalogue.RegionNamed(r); !ok {
		return fail("InvalidRegion", "The region '%s' does not exist in this cloud.", r)
	}
	t.scope = t.scopeFor(account, r)
	t.Place = t.places[t.scope]
	if t.settled[t.scope] {
		return nil
	}
	t.state.settled = slices.Clone(t.settled) // a fork may share it
	t.state.settled[t.scope] = true
	t.makeDefaultVPC()
	return nil
}
