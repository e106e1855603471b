package store_test

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// model is the naive table: a map, and every question answered by looking at all rows.
type model map[string]*disk

// position is one entry of an index.
type position struct {
	value string
	row   *disk
}

var indexValues = map[string]func(*disk) []string{
	"zone":  func(d *disk) []string { return []string{d.zone} },
	"label": func(d *disk) []string { return d.labels },
	"owner": func(d *disk) []string {
		if d.owner == "" {
			return nil
		}
		return []string{d.owner}
	},
}

func (m model) sorted() []*disk {
	return slices.SortedFunc(maps.Values(m), func(a, b *disk) int {
		return cmp.Or(cmp.Compare(a.scope, b.scope), cmp.Compare(a.id, b.id))
	})
}

func (m model) walk(index string, scope store.Scope) []position {
	var ps []position
	for _, d := range m {
		if index == "owner" || d.scope == scope {
			vs := slices.Clone(indexValues[index](d))
			slices.Sort(vs)
			for _, v := range slices.Compact(vs) {
				ps = append(ps, position{v, d})
			}
		}
	}
	slices.SortFunc(ps, func(a, b position) int {
		return cmp.Or(cmp.Compare(a.value, b.value), cmp.Compare(a.row.id, b.row.id))
	})
	return ps
}

const (
	maxScope = 2
	maxID    = 150 // several levels of nodes, which hold 15 rows at most
)

var (
	labels   = []string{"", "a", "ab", "abc", "b"}
	prefixes = append([]string{"abcd", "c"}, labels...)
)

// drawDisk makes a row: few values, so that many rows share them and rows often change into each other.
func drawDisk(t *rapid.T) *disk {
	return &disk{
		id:     fmt.Sprintf("d%03d", rapid.IntRange(0, maxID).Draw(t, "id")),
		scope:  store.Scope(rapid.IntRange(0, maxScope).Draw(t, "scope")),
		zone:   rapid.SampledFrom(labels).Draw(t, "zone"),
		labels: rapid.SliceOfN(rapid.SampledFrom(labels), 0, 4).Draw(t, "labels"),
		owner:  rapid.SampledFrom(labels).Draw(t, "owner"),
	}
}

// twin is a table beside its model, with the transaction that is open in both.
type twin struct {
	table  *store.Table[disk]
	model  model
	tx     *store.Tx
	before model // the model when tx began
}

func newTwin() *twin {
	return &twin{table: newDisks(), model: model{}, tx: new(store.Tx), before: model{}}
}

// fork leaves w's transaction open; what it did so far is the fork's beginning.
func (w *twin) fork() *twin {
	return &twin{table: w.table.Fork(), model: maps.Clone(w.model), tx: new(store.Tx), before: maps.Clone(w.model)}
}

func (w *twin) put(d *disk) {
	w.table.Put(w.tx, d)
	w.model[d.id] = d
}

func (w *twin) delete(t *rapid.T, id string) {
	_, want := w.model[id]
	if got := w.table.Delete(w.tx, id); got != want {
		t.Fatalf("Delete(%q) = %v, want %v", id, got, want)
	}
	delete(w.model, id)
}

func (w *twin) commit() { w.tx, w.before = new(store.Tx), maps.Clone(w.model) }

func (w *twin) rollback(t *rapid.T) {
	w.tx.Rollback()
	if w.tx.Len() != 0 {
		t.Fatalf("%d changes are left after a Rollback", w.tx.Len())
	}
	w.model = maps.Clone(w.before)
}

// write makes a few random changes, sometimes enough of them to split and to merge nodes.
func (w *twin) write(t *rapid.T) {
	switch rapid.IntRange(0, 3).Draw(t, "kind of write") {
	case 0:
		w.delete(t, fmt.Sprintf("d%03d", rapid.IntRange(0, maxID).Draw(t, "id")))
	case 1:
		from := rapid.IntRange(0, maxID).Draw(t, "from")
		for i := from; i < min(from+60, maxID); i++ {
			w.delete(t, fmt.Sprintf("d%03d", i))
		}
	case 2:
		like := drawDisk(t)
		from, step := rapid.IntRange(0, maxID).Draw(t, "from"), rapid.IntRange(1, 3).Draw(t, "step")
		for i := from; i < min(from+60, maxID); i += step {
			d := *like
			d.id = fmt.Sprintf("d%03d", i)
			d.zone = labels[i%len(labels)]
			w.put(&d)
		}
	default:
		w.put(drawDisk(t))
	}
}

// check compares every method that reads. Rows are compared by identity: a table returns what was put, not its like.
func (w *twin) check(t *rapid.T) {
	t.Helper()
	sorted := w.model.sorted()
	same(t, "Every()", w.table.Every(), sorted)
	if got := w.table.Len(); got != len(sorted) {
		t.Fatalf("Len() = %d, want %d", got, len(sorted))
	}
	for i := range maxID + 1 {
		id := fmt.Sprintf("d%03d", i)
		want, there := w.model[id]
		if got, ok := w.table.Get(id); got != want || ok != there {
			t.Fatalf("Get(%q) = %v, %v, want %v, %v", id, got, ok, want, there)
		}
	}
	for scope := range store.Scope(maxScope + 2) { // the last one is always empty
		rows := keep(sorted, func(d *disk) bool { return d.scope == scope })
		for _, after := range []string{"", "d000", "d0605", "d075", "d999"} {
			same(t, fmt.Sprintf("All(%d, %q)", scope, after), w.table.All(scope, after),
				keep(rows, func(d *disk) bool { return d.id > after }))
		}
		for _, index := range []string{"zone", "label", "owner"} {
			if index != "owner" || scope == 0 {
				w.checkIndex(t, index, scope)
			}
		}
	}
}

func (w *twin) checkIndex(t *rapid.T, index string, scope store.Scope) {
	t.Helper()
	all := w.model.walk(index, scope)
	for _, v := range prefixes {
		same(t, fmt.Sprintf("By(%q, %d, %q)", index, scope, v), w.table.By(index, scope, v),
			rowsOf(keep(all, func(p position) bool { return p.value == v })))
		same(t, fmt.Sprintf("Prefix(%q, %d, %q)", index, scope, v), w.table.Prefix(index, scope, v),
			rowsOf(keep(all, func(p position) bool { return strings.HasPrefix(p.value, v) })))
		for _, id := range []string{"", "d030", "d075", "d999"} {
			var got []position
			for value, d := range w.table.Walk(index, scope, v, id) {
				got = append(got, position{value, d})
			}
			want := keep(all, func(p position) bool { return p.value > v || p.value == v && p.row.id > id })
			if !slices.Equal(got, want) {
				t.Fatalf("Walk(%q, %d, %q, %q) yields\n%v, want\n%v", index, scope, v, id, got, want)
			}
		}
	}
}

func same(t *rapid.T, call string, got iter.Seq[*disk], want []*disk) {
	t.Helper()
	if got := slices.Collect(got); !slices.Equal(got, want) {
		t.Fatalf("%s yields\n%v, want\n%v", call, got, want)
	}
}

func keep[E any](in []E, ok func(E) bool) []E {
	return slices.DeleteFunc(slices.Clone(in), func(e E) bool { return !ok(e) })
}

func rowsOf(ps []position) []*disk {
	var rows []*disk
	for _, p := range ps {
		rows = append(rows, p.row)
	}
	return rows
}

func TestTableAnswersLikeItsModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newTwin()
		for range rapid.IntRange(1, 12).Draw(t, "writes") {
			w.write(t)
		}
		w.check(t)
	})
}

func TestForkIsolatesBothWays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		family := []*twin{newTwin()}
		for range rapid.IntRange(0, 5).Draw(t, "writes before") {
			family[0].write(t)
		}
		for range rapid.IntRange(1, 15).Draw(t, "steps") {
			w := rapid.SampledFrom(family).Draw(t, "one of the family")
			if len(family) < 5 && rapid.Bool().Draw(t, "fork") {
				family = append(family, w.fork())
			} else {
				w.write(t)
			}
		}
		for _, w := range family {
			w.check(t)
		}
	})
}

func TestRollbackRestoresEverything(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := newTwin()
		for range rapid.IntRange(0, 5).Draw(t, "writes before") {
			w.write(t)
		}
		w.commit()
		for range rapid.IntRange(1, 8).Draw(t, "writes undone") {
			w.write(t)
		}
		w.rollback(t)
		w.check(t)
		w.rollback(t) // of nothing
		w.check(t)
	})
}

func TestRollbackUndoesSeveralTablesTogether(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := newTwin(), newTwin()
		a.write(t)
		b.write(t)
		a.commit()
		b.commit()
		b.tx = a.tx
		for range rapid.IntRange(1, 8).Draw(t, "writes undone") {
			rapid.SampledFrom([]*twin{a, b}).Draw(t, "table").write(t)
		}
		a.rollback(t)
		b.rollback(t)
		a.check(t)
		b.check(t)
	})
}

func TestForksAndRollbacksInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		family := []*twin{newTwin()}
		member := func(t *rapid.T) *twin { return rapid.SampledFrom(family).Draw(t, "one of the family") }
		t.Repeat(map[string]func(*rapid.T){
			"write":    func(t *rapid.T) { member(t).write(t) },
			"commit":   func(t *rapid.T) { member(t).commit() },
			"rollback": func(t *rapid.T) { member(t).rollback(t) },
			"fork": func(t *rapid.T) {
				if len(family) >= 6 {
					t.Skip("enough")
				}
				family = append(family, member(t).fork())
			},
			"check": func(t *rapid.T) { member(t).check(t) },
		})
		for _, w := range family {
			w.check(t)
		}
	})
}
