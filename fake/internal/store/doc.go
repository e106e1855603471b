// Package store keeps the state of the fake cloud: tables of immutable rows with indexes, writes that can be undone,
// and copies of the whole state that cost nothing.
//
// A table is declared by its schema and filled through a transaction:
//
//	type volume struct{ id, zone string; region store.Scope; tags []string }
//
//	volumes := store.New(store.Schema[volume]{
//		Name:  "volumes",
//		ID:    func(v *volume) string { return v.id },
//		Scope: func(v *volume) store.Scope { return v.region },
//		Indexes: []store.Index[volume]{{
//			Name:   "zone",
//			Values: func(v *volume, add func(string)) { add(v.zone) },
//		}},
//	})
//
//	var tx store.Tx
//	volumes.Put(&tx, &volume{id: "vol-1", zone: "eu-west-1a", region: 1})
//	for v := range volumes.By("zone", 1, "eu-west-1a") { … }
//
// # Rows
//
// A row belongs to the table once it is put and never changes again, so a reader may keep it as long as it likes,
// and so may every fork. A change is a new row in the old one's place:
//
//	v, _ := volumes.Get("vol-1")
//	next := *v
//	next.zone = "eu-west-1b"
//	volumes.Put(&tx, &next)
//
// A shallow copy shares slices and maps with its former self: replace those, don't write into them. The functions of
// a schema must depend on nothing but their row: what was indexed by one answer could not be found again by another.
//
// # Indexes
//
// An index is made when it is first asked and kept up from then on, and so is the order of rows by scope: a table that
// is only written to, and read by ID, pays for neither. A fork of many rows finds made whatever its parent lacked,
// once for all forks.
//
// # Undoing
//
// [Tx] notes what each Put and Delete replaced, in any number of tables. An operation that fails, and a dry run, end in
// [Tx.Rollback]; one that succeeds forgets its Tx, there being nothing to commit.
//
// # Forks
//
// [Table.Fork] copies a pointer. Parent and fork then read the same B-trees, frozen from that moment, and whichever
// of the two first writes to a tree makes itself a copy of that tree, which in turn copies only the nodes it changes.
//
// # Locks
//
// The package has no locks that a caller could see. One lock of the caller's guards one set of tables: methods that
// read, Fork among them, need it for reading; Put, Delete and Rollback for writing. A fork is another set and has a
// lock of its own; nothing that happens to it can be noticed by its parent, nor the other way round, so the two locks
// need not know each other.
//
// The iterators read the table while they run. The loop's body must not write to that table (collect first, then
// write); it may write to other tables, and to forks of this one.
package store
