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
func (tx *Tx) Rollback() {
	for i := len(tx.log) - 1; i >= 0; i-- {
		c := tx.log[i]
		c.table.undo(c.before, c.after)
	}
	clear(tx.log) // lest the buffer keep the rows alive
	tx.log = tx.log[:0]
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
	now := t.schema.values(r) // first, so that nothing has changed should a function of the schema panic
	s := t.writable()
	prev, _ := s.ids.write().Set(keyed[R]{id, r})
	old, from := t.schema.values(prev.row), scope
	if prev.row != nil {
		if from = t.schema.Scope(prev.row); from != scope {
			s.rows.write().Delete(placed[R]{scope: from, id: id})
		}
	}
	s.rows.write().Set(placed[R]{scope, id, r})
	t.reindex(s, id, from, old, scope, now)
	return prev.row
}

func (t *Table[R]) remove(r *R) {
	id, scope := t.schema.ID(r), t.schema.Scope(r)
	old, now := t.schema.values(r), t.schema.values(nil)
	s := t.writable()
	s.ids.write().Delete(keyed[R]{id: id})
	s.rows.write().Delete(placed[R]{scope: scope, id: id})
	t.reindex(s, id, scope, old, scope, now)
}

// reindex brings all indexes up to date and releases the values.
func (t *Table[R]) reindex(s *state[R], id string, from Scope, old *valueSet, to Scope, now *valueSet) {
	for i := range s.indexes {
		if t.schema.Indexes[i].Global {
			reindex(&s.indexes[i], id, 0, old.of(i), 0, now.of(i))
		} else {
			reindex(&s.indexes[i], id, from, old.of(i), to, now.of(i))
		}
	}
	old.release()
	now.release()
}
