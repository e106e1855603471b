package engine

import (
	"slices"
	"sync"
	"time"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

// A cloud begins empty. What all accounts see in a region is there from the moment on when somebody
// first looks there: it is made once in a process for each region and shared by all clouds that begin
// with it, and the same for every seed. What an account finds as its own is made when it first comes to
// a region (see settle).
var worlds = sync.OnceValue(func() map[region.Region]func() *state {
	all := make(map[region.Region]func() *state)
	for _, r := range catalogue.Regions() {
		all[r.Name] = sync.OnceValue(func() *state {
			t := &tx{view: view{state: newState(0, time.Time{}), options: &Options{}}}
			t.seedImages(r.Name)
			t.state.seeded = []region.Region{r.Name}
			return t.state
		})
	}
	return all
})

// seeded is a state in which nobody has done anything yet.
func seeded(o Options) *state { return newState(o.Seed, o.Now()) }

// furnish lets a region have what is there before anybody did anything. It can't fail and isn't undone.
func (t *tx) furnish(r region.Region) {
	known, ok := worlds()[r]
	if !ok || slices.Contains(t.state.seeded, r) {
		return
	}
	if len(t.places) == 1 && t.images.Len() == 0 && t.snapshots.Len() == 0 { // the cloud's first region
		f := known().fork()
		t.state.scopes, t.state.places, t.state.settled = f.scopes, f.places, f.settled
		t.state.images, t.state.snapshots = f.images, f.snapshots
		t.state.seeded = slices.Clip(f.seeded)
		return
	}
	apart := &tx{view: view{state: t.state, options: t.options}}
	apart.seedImages(r)
	t.state.seeded = append(slices.Clip(t.state.seeded), r)
}

// homes are worlds in which the usual account is at home in a region and nobody has done anything, by region: the first
// call of most clouds finds one made already. They are the same whenever they are made.
var homes sync.Map // region.Region to func() *state

// moveIn makes an untouched state one of the homes.
func (t *tx) moveIn(r region.Region) {
	home, _ := homes.LoadOrStore(r, sync.OnceValue(func() *state {
		s := newState(0, time.Time{})
		apart := &tx{view: view{state: s, options: new(Options)}}
		apart.furnish(r)
		apart.makeHome(DefaultAccount, r)
		return s
	}))
	start := t.state.start
	limits := t.capacity // which somebody may have set already
	*t.state = *home.(func() *state)().fork()
	t.capacity = limits
	t.state.start = start
}

// settle makes the caller's account at home in a region: it finds a default VPC there, as every
// account does (https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html).
func (t *tx) settle(account string, r region.Region) error {
	if _, ok := catalogue.RegionNamed(r); !ok {
		return fail("InvalidRegion", "The region '%s' does not exist in this cloud.", r)
	}
	if t.seed == 0 && account == DefaultAccount && len(t.places) == 1 && t.state.tables.bare() {
		t.moveIn(r)
	}
	t.furnish(r)
	t.makeHome(account, r)
	return nil
}

// makeHome gives an account what it finds in a region, once.
func (t *tx) makeHome(account string, r region.Region) {
	t.scope = t.scopeFor(account, r)
	t.Place = t.places[t.scope]
	if t.settled[t.scope] {
		return
	}
	t.state.settled = slices.Clone(t.settled) // a fork may share it
	t.state.settled[t.scope] = true
	t.makeDefaultVPC()
}
