package store

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

var things = Schema[thing]{
	Name:  "things",
	ID:    func(r *thing) string { return r.id },
	Scope: func(*thing) Scope { return 1 },
	Indexes: []Index[thing]{
		{Name: "color", Values: func(r *thing, add func(string)) { add(r.color) }},
		{Name: "shape", Values: func(r *thing, add func(string)) { add(r.shape); add(r.shape) }},
	},
}

// made names the trees of a table that exist.
func made(t *Table[thing]) []string {
	var names []string
	if t.state.rows.made.Load() != nil {
		names = append(names, "rows")
	}
	for i, ix := range t.schema.Indexes {
		if t.state.indexes[i].made.Load() != nil {
			names = append(names, ix.Name)
		}
	}
	return names
}

func fill(t *Table[thing], n int) {
	for i := range n {
		t.Put(new(Tx), &thing{fmt.Sprintf("t%03d", i), []string{"red", "blue"}[i%2], "round"})
	}
}

func TestAnIndexThatNobodyAsksIsNotKept(t *testing.T) {
	t.Parallel()
	table := New(things)
	fill(table, 100)
	require.Empty(t, made(table))
	require.Len(t, slices.Collect(table.By("shape", 1, "round")), 100)
	require.Equal(t, []string{"shape"}, made(table))
	table.Put(new(Tx), &thing{"t000", "red", "square"})
	table.Delete(new(Tx), "t001")
	require.Len(t, slices.Collect(table.By("shape", 1, "round")), 98)
	require.Equal(t, []string{"shape"}, made(table))
	require.Len(t, slices.Collect(table.All(1, "")), 99)
	require.Equal(t, []string{"rows", "shape"}, made(table))
}

// Many forks of a world that is large are to find its indexes made, instead of each making them.
func TestForksOfManyRowsShareTheIndexesThatTheirParentLacked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rows int
		want []string
	}{{fewRows, nil}, {fewRows + 1, []string{"rows", "color", "shape"}}} {
		parent := New(things)
		fill(parent, tt.rows)
		fork, other := parent.Fork(), parent.Fork()
		fork.Put(new(Tx), &thing{"z", "red", "round"})
		require.Equal(t, tt.want, made(fork))
		require.Equal(t, tt.want, made(other))
		require.Len(t, slices.Collect(fork.By("shape", 1, "round")), tt.rows+1)
		require.Len(t, slices.Collect(other.By("shape", 1, "round")), tt.rows)
	}
}

// Readers of a table exclude one another when they make what isn't there, also while forks of it are written to.
func TestReadersAtOnceMakeOneTree(t *testing.T) {
	t.Parallel()
	parent := New(things)
	fill(parent, 500)
	var wg sync.WaitGroup
	for n := range 8 {
		fork := parent.Fork()
		wg.Go(func() {
			if n%2 == 0 {
				fork.Put(new(Tx), &thing{"z", "red", "round"})
			}
			got := len(slices.Collect(fork.By("color", 1, "red")))
			if want := 250 + (n+1)%2; got != want {
				t.Errorf("%d are red, want %d", got, want)
			}
			if got := len(slices.Collect(parent.By("color", 1, "blue"))); got != 250 {
				t.Errorf("%d are blue", got)
			}
		})
	}
	wg.Wait()
}
