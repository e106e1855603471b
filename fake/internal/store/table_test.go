package store_test

import (
	"iter"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// disk is the row of these tests. Its labels are values of one index, its owner of a global one.
type disk struct {
	id     string
	scope  store.Scope
	zone   string
	labels []string
	owner  string
}

func newDisks() *store.Table[disk] {
	return store.New(store.Schema[disk]{
		Name:  "disks",
		ID:    func(d *disk) string { return d.id },
		Scope: func(d *disk) store.Scope { return d.scope },
		Indexes: []store.Index[disk]{
			{Name: "zone", Values: func(d *disk, add func(string)) { add(d.zone) }},
			{Name: "label", Values: func(d *disk, add func(string)) {
				for _, l := range d.labels {
					add(l)
				}
			}},
			{Name: "owner", Global: true, Values: func(d *disk, add func(string)) {
				if d.owner != "" {
					add(d.owner)
				}
			}},
		},
	})
}

// sampleDisks is what the tests that read start from.
func sampleDisks() *store.Table[disk] {
	t := newDisks()
	var tx store.Tx
	for _, d := range []disk{
		{id: "d4", scope: 2, zone: "b", labels: []string{"red"}, owner: "ann"},
		{id: "d2", scope: 1, zone: "b", labels: []string{"red", "round", "blue"}},
		{id: "d1", scope: 1, zone: "b", labels: []string{"red", "red"}, owner: "bob"},
		{id: "d3", scope: 1, zone: "a", owner: "ann"},
		{id: "d0", scope: 0, zone: "b"},
	} {
		t.Put(&tx, &d)
	}
	return t
}

func ids(rows iter.Seq[*disk]) string {
	var s []string
	for d := range rows {
		s = append(s, d.id)
	}
	return strings.Join(s, " ")
}

func entries(rows iter.Seq2[string, *disk]) string {
	var s []string
	for v, d := range rows {
		s = append(s, v+":"+d.id)
	}
	return strings.Join(s, " ")
}

func TestReading(t *testing.T) {
	t.Parallel()
	disks := sampleDisks()
	for _, tt := range []struct{ name, got, want string }{
		{"all rows of a scope come in order of ID", ids(disks.All(1, "")), "d1 d2 d3"},
		{"a page starts after the last ID of the one before", ids(disks.All(1, "d1")), "d2 d3"},
		{"a page may start after an ID that doesn't exist", ids(disks.All(1, "d15")), "d2 d3"},
		{"nothing comes after the last ID", ids(disks.All(1, "d3")), ""},
		{"scope 0 has rows of its own", ids(disks.All(0, "")), "d0"},
		{"a scope without rows yields none", ids(disks.All(9, "")), ""},
		{"every row comes in order of scope, then ID", ids(disks.Every()), "d0 d1 d2 d3 d4"},
		{"rows with a value come in order of ID", ids(disks.By("zone", 1, "b")), "d1 d2"},
		{"a lookup stays within its scope", ids(disks.By("zone", 2, "b")), "d4"},
		{"a value is matched whole", ids(disks.By("label", 1, "re")), ""},
		{"a value added twice counts once", ids(disks.By("label", 1, "red")), "d1 d2"},
		{"a global index spans all scopes", ids(disks.By("owner", 0, "ann")), "d3 d4"},
		{"a prefix matches in order of value, and a row once for each value", ids(disks.Prefix("label", 1, "r")), "d1 d2 d2"},
		{"the empty prefix matches every value", ids(disks.Prefix("label", 1, "")), "d2 d1 d2 d2"},
		{"a walk goes through all values", entries(disks.Walk("label", 1, "", "")), "blue:d2 red:d1 red:d2 round:d2"},
		{"a walk goes on strictly after a position", entries(disks.Walk("label", 1, "red", "d1")), "red:d2 round:d2"},
		{"a walk from a value alone includes it", entries(disks.Walk("label", 1, "red", "")), "red:d1 red:d2 round:d2"},
		{"a walk may go on after a position that doesn't exist", entries(disks.Walk("label", 1, "cyan", "d7")), "red:d1 red:d2 round:d2"},
		{"a walk through a global index spans all scopes", entries(disks.Walk("owner", 0, "ann", "d3")), "ann:d4 bob:d1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, tt.got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestLen(t *testing.T) {
	t.Parallel()
	if got := sampleDisks().Len(); got != 5 {
		t.Errorf("Len() = %d, want 5", got)
	}
}

func TestEveryIteratorStopsWhenAsked(t *testing.T) {
	t.Parallel()
	disks := sampleDisks()
	for name, rows := range map[string]iter.Seq[*disk]{
		"All":    disks.All(1, ""),
		"Every":  disks.Every(),
		"By":     disks.By("zone", 1, "b"),
		"Prefix": disks.Prefix("label", 1, ""),
		"Walk": func(yield func(*disk) bool) {
			for _, d := range disks.Walk("label", 1, "", "") {
				if !yield(d) {
					return
				}
			}
		},
	} {
		n := 0
		for range rows { // going on after a break would panic
			n++
			break
		}
		if n != 1 {
			t.Errorf("%s yielded %d rows before the break, want 1", name, n)
		}
	}
}

func TestReplacing(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		next disk // in place of d2
		want string
	}{
		{"a value that stays finds the new row", disk{id: "d2", scope: 1, zone: "b", labels: []string{"blue", "red", "round"}},
			"zone b:d1 b:d2, label blue:d2 red:d1 red:d2 round:d2, owner ann:d3 ann:d4 bob:d1"},
		{"a value that went finds nothing, one that came finds the row", disk{id: "d2", scope: 1, zone: "c", labels: []string{"red", "square"}, owner: "eve"},
			"zone b:d1 c:d2, label red:d1 red:d2 square:d2, owner ann:d3 ann:d4 bob:d1 eve:d2"},
		{"all values may go", disk{id: "d2", scope: 1, zone: "b"},
			"zone b:d1 b:d2, label red:d1, owner ann:d3 ann:d4 bob:d1"},
		{"a row may move to another scope", disk{id: "d2", scope: 2, zone: "b", labels: []string{"red"}, owner: "bob"},
			"zone b:d1, label red:d1, owner ann:d3 ann:d4 bob:d1 bob:d2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			disks := sampleDisks()
			var tx store.Tx
			disks.Put(&tx, &tt.next)
			got := "zone " + entries(disks.Walk("zone", 1, "b", "")) + ", label " + entries(disks.Walk("label", 1, "", "")) +
				", owner " + entries(disks.Walk("owner", 0, "", ""))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			for d := range disks.By("zone", tt.next.scope, tt.next.zone) {
				if d.id == "d2" && d != &tt.next {
					t.Error("an index still leads to the row that was replaced")
				}
			}
			if disks.Len() != 5 || tx.Len() != 1 {
				t.Errorf("Len of the table %d, of the transaction %d; want 5 and 1", disks.Len(), tx.Len())
			}
		})
	}
}

func TestDeletingWhatIsNotThere(t *testing.T) {
	t.Parallel()
	disks := sampleDisks()
	var tx store.Tx
	if disks.Delete(&tx, "d9") || tx.Len() != 0 {
		t.Errorf("Delete reported a row, or noted %d changes", tx.Len())
	}
}

func TestProgrammingErrorsPanicWithTheNamesInvolved(t *testing.T) {
	t.Parallel()
	disks := sampleDisks()
	id := func(d *disk) string { return d.id }
	scope := func(d *disk) store.Scope { return d.scope }
	values := func(*disk, func(string)) {}
	for _, tt := range []struct {
		name string
		do   func()
		want string
	}{
		{"By an unknown index", func() { disks.By("colour", 1, "") }, `store: table "disks" has no index "colour"`},
		{"Prefix of an unknown index", func() { disks.Prefix("colour", 1, "") }, `store: table "disks" has no index "colour"`},
		{"Walk of an unknown index", func() { disks.Walk("colour", 1, "", "") }, `store: table "disks" has no index "colour"`},
		{"a global index in a scope", func() { disks.By("owner", 1, "ann") }, `store: table "disks": index "owner" is global, look it up with scope 0, not 1`},
		{"a row without an ID", func() { disks.Put(new(store.Tx), &disk{}) }, `store: table "disks": a row without an ID`},
		{"a schema without Scope", func() { store.New(store.Schema[disk]{Name: "x", ID: id}) }, `store: table "x": the schema lacks ID or Scope`},
		{"an index without Values", func() {
			store.New(store.Schema[disk]{Name: "x", ID: id, Scope: scope, Indexes: []store.Index[disk]{{Name: "y"}}})
		}, `store: table "x": index "y" lacks Values`},
		{"two indexes of one name", func() {
			store.New(store.Schema[disk]{Name: "x", ID: id, Scope: scope, Indexes: []store.Index[disk]{{Name: "y", Values: values}, {Name: "y", Values: values}}})
		}, `store: table "x" has two indexes "y"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer func() {
				if diff := cmp.Diff(tt.want, recover()); diff != "" {
					t.Error(diff)
				}
			}()
			tt.do()
		})
	}
}

func TestHasIndex(t *testing.T) {
	t.Parallel()
	disks := newDisks()
	if !disks.HasIndex("owner") || disks.HasIndex("colour") {
		t.Error("HasIndex must know exactly the indexes of the schema")
	}
}
