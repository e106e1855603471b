package store

import "fmt"

// Tx notes changes to any number of tables, so that they can be undone together. The zero value is ready. There is one
// writer at a time: the caller holds the lock of the tables for writing. Nothing needs to be done to keep the changes.
type Tx struct {
	log []change
}

// change is a row's replacement in a table by another. Both are *R, nil where there was or is no row.
type change struct {
	table         interface{ undo(before, after any) }
	before, after any // pointers, which are boxed without allocating
}

// Len returns the number of changes noted.
func (tx *Tx) Len() int { return len(tx.log) }

// Rollback undoes every change, the last one first: afterwards the tables have the very rows they had, and so have
// their indexes. The Tx is empty then and can be used again. Forks made in between keep what they saw.
func (tx *Tx) Rollback() { tx.RollbackTo(0) }

// RollbackTo undoes the changes since there were n of them, as Len told: what one part of an operation did.
func (tx *Tx) RollbackTo(n int) {
	for i := len(tx.log) - 1; i >= n; i-- {
		c := tx.log[i]
		c.table.undo(c.before, c.after)
	}
	clear(tx.log[n:]) // lest the buffer keep the rows alive
	tx.log = tx.log[:n]
}

// Put inserts a row, or replaces the one of the same ID, whose scope and values may have been others. An empty ID
// panics.
func (t *Table[R]) Put(tx *Tx, r *R) {
	tx.log = append(tx.log, change{t, t.put(r), r})
}

// Delete removes the row with that ID and reports whether there was one.
func (t *Table[R]) Delete(tx *Tx, id string) bool {
	r, ok := t.Get(id)
	if ok {
		t.remove(r)
		tx.log = append(tx.log, change{t, r, (*R)(nil)})
	}
	return ok
}

func (t *Table[R]) undo(before, after any) {
	if r := before.(*R); r != nil {
		t.put(r)
	} else {
		t.remove(after.(*R))
	}
}

// put returns the row that was replaced, or nil.
func (t *Table[R]) put(r *R) *R {
	id := t.schema.ID(r)
	if id == "" {
		panic(fmt.Sprintf("store: table %q: a row without an ID", t.schema.Name))
	}
	scope := t.schema.Scope(r)
	next := t.writable()
	now := t.schema.values(next.indexes, r) // first, so that nothing has changed should a function of the schema panic
	t.state = next
	prev := rowOf[R](next.set(id, r))
	old, from := t.schema.values(next.indexes, prev), scope
	if prev != nil {
		if from = t.schema.Scope(prev); from != scope {
			next.displace(from, id)
		}
	}
	next.place(scope, id, r)
	t.reindex(id, from, old, scope, now)
	return prev
}

func (t *Table[R]) remove(r *R) {
	id, scope := t.schema.ID(r), t.schema.Scope(r)
	t.state = t.writable()
	old, now := t.schema.values(t.state.indexes, r), t.schema.values(nil, nil)
	t.state.unset(id)
	t.state.displace(scope, id)
	t.reindex(id, scope, old, scope, now)
}

// set returns the row that was replaced, or nil.
func (s *state) set(id string, row any) any {
	prev, _ := s.ids.write().Set(keyed{id, row})
	return prev.row
}

func (s *state) unset(id string) { s.ids.write().Delete(keyed{id: id}) }

func (s *state) place(scope Scope, id string, row any) {
	if rows, ok := s.rows.change(); ok {
		rows.Set(placed{scope, id, row})
	}
}

func (s *state) displace(scope Scope, id string) {
	if rows, ok := s.rows.change(); ok {
		rows.Delete(placed{scope: scope, id: id})
	}
}

// reindex brings all indexes up to date and releases the values.
func (t *Table[R]) reindex(id string, from Scope, old *valueSet, to Scope, now *valueSet) {
	indexes := t.state.indexes
	for i := range indexes {
		if t.schema.Indexes[i].Global {
			reindex(&indexes[i], id, 0, old.of(i), 0, now.of(i))
		} else {
			reindex(&indexes[i], id, from, old.of(i), to, now.of(i))
		}
	}
	old.release()
	now.release()
}
