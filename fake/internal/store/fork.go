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
	shared  atomic.Bool        // by several tables, hence never written to again
	ids     tree[keyed]        // by ID: what Get and the indexes look up
	rows    tree[placed]       // by scope and ID: what listings walk, without a lookup for each row
	indexes []tree[indexEntry] // as in the schema
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
	s := &state{
		ids:     newTree(keyed.less),
		rows:    newTree(placed.less),
		indexes: make([]tree[indexEntry], indexes),
	}
	for i := range s.indexes {
		s.indexes[i] = newTree(indexEntry.less)
	}
	return s
}

// writable returns the state itself, or one for a single table if forks share it. The trees in that stay frozen until
// each is written to.
func (s *state) writable() *state {
	if !s.shared.Load() {
		return s
	}
	own := &state{
		ids:     s.ids.frozen(),
		rows:    s.rows.frozen(),
		indexes: make([]tree[indexEntry], len(s.indexes)),
	}
	for i := range s.indexes {
		own.indexes[i] = s.indexes[i].frozen()
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

func newTree[E any](less func(a, b E) bool) tree[E] {
	// Degree 8: after a fork a write copies the nodes on its path; those of the library's default, 32, are four times
	// as big.
	return tree[E]{trunk: &trunk[E]{btree: btree.NewBTreeGOptions(less, btree.Options{Degree: 8, NoLocks: true})}, own: true}
}

func (t tree[E]) frozen() tree[E] { return tree[E]{trunk: t.trunk} }

func (t *tree[E]) read() *btree.BTreeG[E] { return t.trunk.btree }

// write returns the tree for changing: call it only when there is something to change.
func (t *tree[E]) write() *btree.BTreeG[E] {
	if !t.own {
		t.trunk.copying.Lock()
		c := t.trunk.btree.Copy()
		t.trunk.copying.Unlock()
		*t = tree[E]{trunk: &trunk[E]{btree: c}, own: true}
	}
	return t.trunk.btree
}
