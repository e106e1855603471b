package store_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// world is a table under the lock that its callers are asked for.
type world struct {
	sync.RWMutex
	disks *store.Table[disk]
}

func (w *world) fork() *world {
	w.RLock()
	defer w.RUnlock()
	return &world{disks: w.disks.Fork()}
}

// TestForksAreWrittenWhileTheParentIsReadAndWritten is for the race detector: it must find nothing, and every fork must
// have what it had at its beginning and what it wrote itself.
func TestForksAreWrittenWhileTheParentIsReadAndWritten(t *testing.T) {
	t.Parallel()
	const rows, forks, writes = 400, 12, 40
	name := func(i int) string { return fmt.Sprintf("d%04d", i) }
	parent := &world{disks: newDisks()}
	var tx store.Tx
	for i := range rows {
		parent.disks.Put(&tx, &disk{id: name(i), scope: 1, zone: "parent", labels: []string{name(i)}, owner: "ann"})
	}

	// write is what every fork does, under its own lock: it moves some rows, adds some, and undoes others.
	write := func(t *testing.T, w *world, zone string) {
		var tx store.Tx
		for i := range writes {
			w.Lock()
			w.disks.Put(&tx, &disk{id: name(i * 7), scope: 1, zone: zone, labels: []string{zone}})
			w.disks.Put(&tx, &disk{id: zone + name(i), scope: 2, zone: zone})
			var undone store.Tx
			w.disks.Delete(&undone, name(i*3))
			undone.Rollback()
			w.Unlock()
		}
	}
	// read holds no lock longer than a caller would, and meets a parent that is being written to.
	read := func(t *testing.T, w *world) {
		for range writes {
			w.RLock()
			n := 0
			for range w.disks.All(1, "") {
				n++
			}
			for range w.disks.By("owner", 0, "ann") {
			}
			for range w.disks.Walk("label", 1, "", "") {
			}
			_, ok := w.disks.Get(name(7))
			if n != rows || !ok {
				t.Errorf("%d rows, one found: %v; want %d of scope 1", n, ok, rows)
			}
			w.RUnlock()
		}
	}
	zoneCount := func(w *world, zone string) (n int) {
		w.RLock()
		defer w.RUnlock()
		for range w.disks.By("zone", 1, zone) {
			n++
		}
		return n
	}

	var wg sync.WaitGroup
	wg.Go(func() { write(t, parent, "changed") })
	for i := range forks {
		wg.Go(func() { read(t, parent) })
		wg.Go(func() {
			child := parent.fork()
			grandchild := child.fork()
			zone := fmt.Sprintf("fork%d", i)
			wg.Go(func() { write(t, grandchild, zone+"b") })
			wg.Go(func() { read(t, grandchild) })
			write(t, child, zone)
			if got := zoneCount(child, zone); got != writes {
				t.Errorf("%s finds %d of its own rows, want %d", zone, got, writes)
			}
			if got := zoneCount(child, zone+"b"); got != 0 {
				t.Errorf("%s finds %d rows of its fork's, want 0", zone, got)
			}
		})
	}
	wg.Wait()
	if got := zoneCount(parent, "changed"); got != writes {
		t.Errorf("the parent finds %d of its own rows, want %d", got, writes)
	}
	if got := parent.disks.Len(); got != rows+writes {
		t.Errorf("the parent has %d rows, want %d", got, rows+writes)
	}
}

// TestForksMayCopyOneTreeAtOnce is for the race detector too: all forks write first at the same moment, and so copy
// the same frozen trees.
func TestForksMayCopyOneTreeAtOnce(t *testing.T) {
	t.Parallel()
	const rounds, forks = 1000, 4
	disks := sampleDisks()
	for range rounds {
		start := make(chan struct{})
		var wg sync.WaitGroup
		for range forks {
			fork := disks.Fork()
			wg.Go(func() {
				<-start
				fork.Put(new(store.Tx), &disk{id: "d9", scope: 1, zone: "b", labels: []string{"red"}, owner: "ann"})
				if got, want := ids(fork.By("owner", 0, "ann")), "d3 d4 d9"; got != want {
					t.Errorf("a fork finds %s, want %s", got, want)
				}
			})
		}
		close(start)
		wg.Wait()
	}
}

func TestForkMayBeWrittenWhileTheParentIsIterated(t *testing.T) {
	t.Parallel()
	disks := sampleDisks()
	var tx store.Tx
	fork := disks.Fork()
	for d := range disks.All(1, "") {
		fork.Delete(&tx, d.id)
		disks.Fork().Delete(&tx, d.id)
	}
	if got, want := ids(disks.Every())+", fork "+ids(fork.Every()), "d0 d1 d2 d3 d4, fork d0 d4"; got != want {
		t.Errorf("parent %s, want parent %s", got, want)
	}
}
