package store

import (
	"fmt"
	"iter"
	"maps"
	"slices"
)

// Scope says whose and where a row is: an interned small number of (account, region). 0 is everybody's (e.g. the
// queue of due events).
type Scope uint32

// Schema describes a table of rows of type R.
type Schema[R any] struct {
	Name    string          // for panics and messages
	ID      func(*R) string // primary key, unique in the table whatever the scope
	Scope   func(*R) Scope
	Indexes []Index[R]
}

// Table holds rows in order of scope and ID, and finds them by ID and through indexes. See the package's doc for what
// has to be locked.
type Table[R any] struct {
	schema *Schema[R] // common to all forks
	state  *state
}

// New returns an empty table. A schema that can't work is a programming error and panics.
func New[R any](s Schema[R]) *Table[R] {
	if s.ID == nil || s.Scope == nil {
		panic(fmt.Sprintf("store: table %q: the schema lacks ID or Scope", s.Name))
	}
	for i, ix := range s.Indexes {
		if ix.Values == nil {
			panic(fmt.Sprintf("store: table %q: index %q lacks Values", s.Name, ix.Name))
		}
		for _, other := range s.Indexes[:i] {
			if other.Name == ix.Name {
				panic(fmt.Sprintf("store: table %q has two indexes %q", s.Name, ix.Name))
			}
		}
	}
	s.Indexes = append([]Index[R](nil), s.Indexes...)
	return &Table[R]{schema: &s, state: newState(len(s.Indexes))}
}

// Get returns the row with that ID, of whatever scope.
func (t *Table[R]) Get(id string) (*R, bool) {
	row, ok := t.state.get(id)
	return rowOf[R](row), ok
}

func (s *state) get(id string) (row any, ok bool) {
	k, ok := s.ids.read().Get(keyed{id: id})
	return k.row, ok
}

// rowOf gives a row its type back; none is nil.
func rowOf[R any](row any) *R {
	r, _ := row.(*R)
	return r
}

// Len returns the number of rows in all scopes.
func (t *Table[R]) Len() int { return t.state.len() }

func (s *state) len() int { return s.ids.read().Len() }

// ScopeOf tells in which scope a row is.
func (t *Table[R]) ScopeOf(r *R) Scope { return t.schema.Scope(r) }

// All yields the rows of one scope in order of ID, those with an ID greater than after: "" starts at the beginning,
// and the last ID of one page at the next page. The row named by after need not exist any more.
func (t *Table[R]) All(scope Scope, after string) iter.Seq[*R] {
	return func(yield func(*R) bool) {
		t.state.walk(t.placed, scope, after, func(row any) bool { return yield(rowOf[R](row)) })
	}
}

func (s *state) walk(all func() []placed, scope Scope, after string, visit func(row any) bool) {
	s.rows.read(s, all).Ascend(placed{scope: scope, id: after}, func(p placed) bool {
		if p.scope != scope {
			return false
		}
		return p.id == after || visit(p.row)
	})
}

// Every yields the rows of all scopes, in order of scope, then ID.
func (t *Table[R]) Every() iter.Seq[*R] {
	return func(yield func(*R) bool) {
		t.state.walkAll(t.placed, func(row any) bool { return yield(rowOf[R](row)) })
	}
}

func (s *state) walkAll(all func() []placed, visit func(row any) bool) {
	s.rows.read(s, all).Scan(func(p placed) bool { return visit(p.row) })
}

// placed gives all rows with their places, in order.
func (t *Table[R]) placed() []placed {
	in := make(map[Scope][]placed)
	t.state.ids.read().Scan(func(k keyed) bool {
		scope := t.schema.Scope(rowOf[R](k.row))
		in[scope] = append(in[scope], placed{scope, k.id, k.row})
		return true
	})
	all := make([]placed, 0, t.Len())
	for _, scope := range slices.Sorted(maps.Keys(in)) {
		all = append(all, in[scope]...)
	}
	return all
}
