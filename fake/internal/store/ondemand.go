package store

import (
	"sync/atomic"

	"github.com/tidwall/btree"
)

// onDemand is a tree that is derived from a table's rows. It is made when it is first looked at and kept up from then
// on, so that an index that nobody asks costs its table's writers nothing.
type onDemand[E any] struct {
	made atomic.Pointer[trunk[E]] // readers, who exclude one another by the state's lock, make it
	own  bool                     // no other state has it
	less func(a, b E) bool
}

// read gives the tree, made of what entries returns, in order, if need be.
func (o *onDemand[E]) read(s *state, entries func() []E) *btree.BTreeG[E] {
	if t := o.made.Load(); t != nil {
		return t.btree
	}
	s.making.Lock()
	defer s.making.Unlock()
	return o.make(entries).btree
}

// make is read for who has the state's lock.
func (o *onDemand[E]) make(entries func() []E) *trunk[E] {
	if t := o.made.Load(); t != nil {
		return t
	}
	t := newTrunk(o.less)
	for _, e := range entries() {
		t.btree.Load(e)
	}
	o.own = true
	o.made.Store(t)
	return t
}

// change lets a writer bring the tree up to date, if there is one.
func (o *onDemand[E]) change() (t *btree.BTreeG[E], ok bool) {
	made := o.made.Load()
	if made == nil {
		return nil, false
	}
	if !o.own {
		made = made.copy()
		o.own = true
		o.made.Store(made)
	}
	return made.btree, true
}

// hold makes o share another state's tree, frozen.
func (o *onDemand[E]) hold(other *onDemand[E]) {
	o.less = other.less
	o.made.Store(other.made.Load())
}
