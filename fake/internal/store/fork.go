package store

import (
	"sync"
	"sync/atomic"

	"github.com/tidwall/btree"
)

// Fork returns a table with the same rows that is independent of t from now on. It costs a pointer, however many rows
// there are. The caller holds t's lock for reading: others may read, and fork, t meanwhile.
func (t *Table[R]) Fork() *Table[R] {
	// Once shared, a state stays so: it can't be known when its last but one holder has gone.
	if !t.state.shared.Load() { // a look first: parallel tests forking one world need not fight for the cache line
		t.state.shared.Store(true)
	}
	return &Table[R]{schema: t.schema, state: t.state}
}

// state is what a table and its forks have in common until one of them writes. It knows rows as pointers of any type:
// trees of R would be compiled anew for each table, in every package that imports this one.
type state struct {
	shared  atomic.Bool            // by several tables, hence never written to again
	making  sync.Mutex             // held to make a tree on demand, which readers do
	ids     tree[keyed]            // by ID: what Get and the indexes look up
	rows    onDemand[placed]       // by scope and ID: what listings walk, without a lookup for each row
	indexes []onDemand[indexEntry] // as in the schema
}

type keyed struct {
	id  string
	row any // a *R
}

func (k keyed) less(other keyed) bool { return k.id < other.id }

type placed struct {
	scope Scope
	id    string
	row   any // a *R
}

func (p placed) less(other placed) bool {
	if p.scope != other.scope {
		return p.scope < other.scope
	}
	return p.id < other.id
}

func newState(indexes int) *state {
	s := &state{ids: newTree(keyed.less), indexes: make([]onDemand[indexEntry], indexes)}
	s.rows.less = placed.less
	for i := range s.indexes {
		s.indexes[i].less = indexEntry.less
	}
	return s
}

// fewRows are made into a tree in no time, so that forks may each do it for themselves.
const fewRows = 32

// writable returns the table's state itself, or one for this table alone if forks share it. The trees in that stay
// frozen until each is written to. What wasn't asked for yet is made for all forks together, unless it is little.
func (t *Table[R]) writable() *state {
	s := t.state
	if !s.shared.Load() {
		return s
	}
	s.making.Lock()
	defer s.making.Unlock()
	own := &state{ids: s.ids.frozen(), indexes: make([]onDemand[indexEntry], len(s.indexes))}
	if s.len() > fewRows {
		s.rows.make(t.placed)
		for i := range s.indexes {
			s.indexes[i].make(func() []indexEntry { return t.entries(i) })
		}
	}
	own.rows.hold(&s.rows)
	for i := range s.indexes {
		own.indexes[i].hold(&s.indexes[i])
	}
	return own
}

// tree is a state's hold on a B-tree: its own, to change in place, or frozen, to read and to copy.
type tree[E any] struct {
	trunk *trunk[E]
	own   bool
}

// trunk is a B-tree that many states may hold. BTreeG.Copy writes the isolation number of its source, which only
// changing and copying look at: so copies exclude one another, and readers of a frozen tree need no lock.
type trunk[E any] struct {
	copying sync.Mutex
	btree   *btree.BTreeG[E]
}

func newTrunk[E any](less func(a, b E) bool) *trunk[E] {
	// Degree 8: after a fork a write copies the nodes on its path; those of the library's default, 32, are four times
	// as big.
	return &trunk[E]{btree: btree.NewBTreeGOptions(less, btree.Options{Degree: 8, NoLocks: true})}
}

func (t *trunk[E]) copy() *trunk[E] {
	t.copying.Lock()
	defer t.copying.Unlock()
	return &trunk[E]{btree: t.btree.Copy()}
}

func newTree[E any](less func(a, b E) bool) tree[E] { return tree[E]{trunk: newTrunk(less), own: true} }

func (t tree[E]) frozen() tree[E] { return tree[E]{trunk: t.trunk} }

func (t *tree[E]) read() *btree.BTreeG[E] { return t.trunk.btree }

// write returns the tree for changing: call it only when there is something to change.
func (t *tree[E]) write() *btree.BTreeG[E] {
	if !t.own {
		*t = tree[E]{trunk: t.trunk.copy(), own: true}
	}
	return t.trunk.btree
}
