package store

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Index finds rows by values other than their ID, in the order of these values.
type Index[R any] struct {
	Name   string
	Values func(r *R, add func(value string)) // zero, one or several values per row
	Global bool                               // the index spans all scopes (looked up with scope 0)
}

// indexEntry says that a row has a value. It names the row and doesn't point to it, so that replacing a row leaves alone
// the indexes whose values stay: measured with 8 indexes, a change of one value, also right after a fork, then costs a
// third, while each row found through an index costs one Get more.
type indexEntry struct {
	scope Scope // 0 in a global index
	value string
	id    string
}

func (e indexEntry) less(other indexEntry) bool {
	if e.scope != other.scope {
		return e.scope < other.scope
	}
	if e.value != other.value {
		return e.value < other.value
	}
	return e.id < other.id
}

// HasIndex reports whether the schema has an index of that name.
func (t *Table[R]) HasIndex(index string) bool { return t.schema.index(index) >= 0 }

// By yields the rows that have the value in the index, in order of ID.
func (t *Table[R]) By(index string, scope Scope, value string) iter.Seq[*R] {
	return t.matching(index, indexEntry{scope: scope, value: value}, func(v string) bool { return v == value })
}

// Prefix yields the rows that have a value beginning with prefix, in order of value, then ID. A row comes once for each
// of its values that match.
func (t *Table[R]) Prefix(index string, scope Scope, prefix string) iter.Seq[*R] {
	return t.matching(index, indexEntry{scope: scope, value: prefix}, func(v string) bool { return strings.HasPrefix(v, prefix) })
}

func (t *Table[R]) matching(index string, from indexEntry, match func(value string) bool) iter.Seq[*R] {
	i := t.mustIndex(index, from.scope)
	return func(yield func(*R) bool) {
		t.walkIndex(i, from, func(e indexEntry, row any) bool { return match(e.value) && yield(rowOf[R](row)) })
	}
}

// Walk yields values and rows in order of value, then ID, from strictly after the position (afterValue, afterID): the
// empty one starts at the beginning, the last value and ID of one page at the next page. The entry at the position need
// not exist any more.
func (t *Table[R]) Walk(index string, scope Scope, afterValue, afterID string) iter.Seq2[string, *R] {
	i := t.mustIndex(index, scope)
	after := indexEntry{scope: scope, value: afterValue, id: afterID}
	return func(yield func(string, *R) bool) {
		t.walkIndex(i, after, func(e indexEntry, row any) bool { return e == after || yield(e.value, rowOf[R](row)) })
	}
}

// walkIndex visits the entries of an index from one on, in its scope, with the rows that they name.
func (t *Table[R]) walkIndex(index int, from indexEntry, visit func(e indexEntry, row any) bool) {
	t.state.walkIndex(index, func() []indexEntry { return t.entries(index) }, from, visit)
}

func (s *state) walkIndex(index int, all func() []indexEntry, from indexEntry, visit func(e indexEntry, row any) bool) {
	s.indexes[index].read(s, all).Ascend(from, func(e indexEntry) bool {
		if e.scope != from.scope {
			return false
		}
		row, _ := s.get(e.id)
		return visit(e, row)
	})
}

// entries gives what an index has for the rows that there are, in order. Rows are gathered by value, since they come in
// order of ID and most values have many.
func (t *Table[R]) entries(index int) []indexEntry {
	ix := &t.schema.Indexes[index]
	type place struct {
		scope Scope
		value string
	}
	ids, n := make(map[place][]string), 0
	var id string
	var at place
	add := func(value string) {
		at.value = value
		of := ids[at]
		if len(of) > 0 && of[len(of)-1] == id {
			return // the row has the value twice
		}
		ids[at] = append(of, id)
		n++
	}
	t.state.ids.read().Scan(func(k keyed) bool {
		r := rowOf[R](k.row)
		id = k.id
		if !ix.Global {
			at.scope = t.schema.Scope(r)
		}
		ix.Values(r, add)
		return true
	})
	places := slices.SortedFunc(maps.Keys(ids), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.scope, b.scope), strings.Compare(a.value, b.value))
	})
	all := make([]indexEntry, 0, n)
	for _, p := range places {
		for _, id := range ids[p] {
			all = append(all, indexEntry{p.scope, p.value, id})
		}
	}
	return all
}

// index returns the position of the index of that name, or -1.
func (s *Schema[R]) index(name string) int {
	for i := range s.Indexes { // a handful: comparing them is cheaper than a map
		if s.Indexes[i].Name == name {
			return i
		}
	}
	return -1
}

func (t *Table[R]) mustIndex(name string, scope Scope) int {
	i := t.schema.index(name)
	if i < 0 {
		panic(fmt.Sprintf("store: table %q has no index %q", t.schema.Name, name))
	}
	// Finding nothing would hide the mistake, and finding everybody's rows would show one account another's.
	if t.schema.Indexes[i].Global && scope != 0 {
		panic(fmt.Sprintf("store: table %q: index %q is global, look it up with scope 0, not %d", t.schema.Name, name, scope))
	}
	return i
}

// valueSet is a buffer for a row's values in all indexes of its table.
type valueSet struct {
	flat []string
	ends []int // where the values of each index end in flat
	add  func(value string)
}

// valueSets serves all tables, since forks are written concurrently and buffers of their own would make them dearer.
var valueSets = sync.Pool{New: func() any {
	v := new(valueSet)
	v.add = func(value string) { v.flat = append(v.flat, value) } // made once: one for each call would be allocated
	return v
}}

// values returns the values of a row in the indexes that are kept, none if the row is nil. Release them.
func (s *Schema[R]) values(kept []onDemand[indexEntry], r *R) *valueSet {
	v := valueSets.Get().(*valueSet)
	for i := range s.Indexes {
		if r != nil && kept[i].made.Load() != nil {
			s.Indexes[i].Values(r, v.add)
		}
		v.ends = append(v.ends, len(v.flat))
	}
	return v
}

func (v *valueSet) of(index int) []string {
	start := 0
	if index > 0 {
		start = v.ends[index-1]
	}
	return v.flat[start:v.ends[index]]
}

func (v *valueSet) release() {
	clear(v.flat) // lest the pool keep the strings alive
	v.flat, v.ends = v.flat[:0], v.ends[:0]
	valueSets.Put(v)
}

// reindex changes one index's entries for a row from one set of values to another, touching only those that differ. It
// reorders both.
func reindex(o *onDemand[indexEntry], id string, from Scope, old []string, to Scope, now []string) {
	if from == to && slices.Equal(old, now) {
		return
	}
	t, ok := o.change()
	if !ok {
		return
	}
	if from != to {
		for _, v := range old {
			t.Delete(indexEntry{from, v, id})
		}
		for _, v := range now {
			t.Set(indexEntry{to, v, id})
		}
		return
	}
	slices.Sort(old)
	slices.Sort(now)
	old, now = slices.Compact(old), slices.Compact(now)
	for len(old) > 0 || len(now) > 0 {
		switch {
		case len(now) == 0 || len(old) > 0 && old[0] < now[0]:
			t.Delete(indexEntry{from, old[0], id})
			old = old[1:]
		case len(old) == 0 || now[0] < old[0]:
			t.Set(indexEntry{to, now[0], id})
			now = now[1:]
		default:
			old, now = old[1:], now[1:]
		}
	}
}
