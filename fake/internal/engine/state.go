package engine

import (
	"slices"
	"sync"
	"time"

	"github.com/amiclass/amiclass/fake/internal/store"
	"github.com/amiclass/amiclass/region"
)

// state is everything that a cloud knows: a table for each resource, and what else an operation that
// fails must leave as it was.
type state struct {
	seed     uint64
	start    time.Time // by the cloud's clock; dates of seeded resources are relative to it
	counters [kinds]uint64

	scopes  map[placeKey]store.Scope
	places  []Place         // by scope
	settled []bool          // by scope: whether its account has found its default VPC
	seeded  []region.Region // which have their public images

	capacity []capacityLimit // replaced when there are more

	tables
}

type placeKey struct {
	account string
	region  region.Region
}

func newState(seed uint64, start time.Time) *state {
	s := &state{
		seed:    seed,
		start:   start,
		scopes:  make(map[placeKey]store.Scope),
		places:  make([]Place, 1), // scope 0 is everybody's
		settled: make([]bool, 1),
		tables:  noTables(),
	}
	s.tables.fork()
	return s
}

// noTables are those of a cloud without anything, made once: to fork them costs a third of making them.
var noTables = sync.OnceValue(newTables)

// fork copies a pointer per table; scopes are never taken away, so that their slices and their map
// can be shared until one side adds to them (see scopeFor).
func (s *state) fork() *state {
	f := *s
	f.places = slices.Clip(s.places)
	f.settled = slices.Clip(s.settled)
	f.tables.fork()
	return &f
}

// scopeFor gives the scope of an account in a region, a new one if need be. What a fork may share is
// replaced, never written to.
func (s *state) scopeFor(account string, r region.Region) store.Scope {
	key := placeKey{account, r}
	if scope, ok := s.scopes[key]; ok {
		return scope
	}
	scope := store.Scope(len(s.places))
	scopes := make(map[placeKey]store.Scope, len(s.scopes)+1)
	for k, v := range s.scopes {
		scopes[k] = v
	}
	scopes[key] = scope
	s.scopes = scopes
	s.places = append(slices.Clip(s.places), Place{Partition: r.Partition(), Account: account, Region: r})
	s.settled = append(slices.Clip(s.settled), false)
	return scope
}

// view is the state as one caller sees it at one moment.
type view struct {
	*state
	Place   // who asks, and where
	options *Options
	scope   store.Scope
	now     time.Time

	accessKey string // of who asks
}

// tx is a view that may change the state; what it changed is undone if the operation fails.
type tx struct {
	view
	op   *operation // what is being carried out; nil while transitions happen
	undo store.Tx
	dry  bool // nothing is to come of it
	kept bool // an operation that fails half way, as few do, keeps what it did
}

// within does something from another place.
func (t *tx) within(scope store.Scope, do func()) {
	was := t.view
	t.view = *t.at(scope)
	do()
	t.view = was
}

// at is the same view from another place, for what an operation reads or writes elsewhere.
func (v *view) at(scope store.Scope) *view {
	other := *v
	other.scope, other.Place = scope, v.places[scope]
	return &other
}

// elsewhere is the scope of the caller's account in another region, or 0 if it has been nowhere there.
func (v *view) elsewhere(r region.Region) store.Scope {
	return v.scopes[placeKey{v.Account, r}]
}

// seededAt is when something that exists since before the cloud does was made.
func (v *view) seededAt(age time.Duration) time.Time { return v.start.Add(-age) }
