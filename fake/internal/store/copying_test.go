package store

import (
	"slices"
	"testing"
)

// ownTrees names the trees that a table doesn't share with anybody.
func ownTrees(t *Table[thing]) []string {
	var own []string
	if t.state.ids.own {
		own = append(own, "ids")
	}
	if t.state.rows.made.Load() != nil && t.state.rows.own {
		own = append(own, "rows")
	}
	for i, ix := range t.schema.Indexes {
		if t.state.indexes[i].made.Load() != nil && t.state.indexes[i].own {
			own = append(own, ix.Name)
		}
	}
	return own
}

type thing struct{ id, color, shape string }

// askAll has all trees of a table made.
func askAll(t *Table[thing]) {
	for range t.All(1, "") {
		break
	}
	for _, ix := range t.schema.Indexes {
		for range t.Walk(ix.Name, 1, "", "") {
			break
		}
	}
}

func TestWriteAfterForkCopiesOnlyTheTreesItChanges(t *testing.T) {
	t.Parallel()
	parent := New(things)
	parent.Put(new(Tx), &thing{"a", "red", "round"})
	askAll(parent)
	for _, tt := range []struct {
		name  string
		write func(*Table[thing])
		want  []string
	}{
		{"a row with the same values", func(t *Table[thing]) { t.Put(new(Tx), &thing{"a", "red", "round"}) }, []string{"ids", "rows"}},
		{"a row with one new value", func(t *Table[thing]) { t.Put(new(Tx), &thing{"a", "blue", "round"}) }, []string{"ids", "rows", "color"}},
		{"a new row", func(t *Table[thing]) { t.Put(new(Tx), &thing{"b", "red", "round"}) }, []string{"ids", "rows", "color", "shape"}},
		{"the deletion of a row", func(t *Table[thing]) { t.Delete(new(Tx), "a") }, []string{"ids", "rows", "color", "shape"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fork := parent.Fork()
			if fork.state != parent.state {
				t.Error("a fork begins with a state of its own")
			}
			if fork.Delete(new(Tx), "missing"); fork.state != parent.state {
				t.Error("a deletion that finds nothing makes the state the fork's own")
			}
			tt.write(fork)
			if got := ownTrees(fork); !slices.Equal(got, tt.want) {
				t.Errorf("copied %v, want %v", got, tt.want)
			}
			again := fork.Fork()
			again.Put(new(Tx), &thing{"z", "red", "round"})
			if got := ownTrees(fork); !slices.Equal(got, tt.want) || !fork.state.shared.Load() {
				t.Errorf("a fork's fork wrote, and the fork's state changed: it owns %v, want %v", got, tt.want)
			}
		})
	}
}
