package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// machine has eight indexed fields, like an instance: few zones and many addresses.
type machine struct {
	id     string
	scope  store.Scope
	fields [8]string
}

const machines = 100_000

var distinct = [8]int{3, 5, 20, 50, 200, 8, 2, 1 << 30}

func newMachines() *store.Table[machine] {
	s := store.Schema[machine]{
		Name:  "machines",
		ID:    func(m *machine) string { return m.id },
		Scope: func(m *machine) store.Scope { return m.scope },
	}
	for i := range distinct {
		s.Indexes = append(s.Indexes, store.Index[machine]{
			Name:   fmt.Sprint("field", i),
			Values: func(m *machine, add func(string)) { add(m.fields[i]) },
		})
	}
	return store.New(s)
}

// askAll looks into every index and at the rows, so that they are kept from then on.
func askAll(t *store.Table[machine]) {
	for range t.All(1, "") {
		break
	}
	for i := range distinct {
		for range t.Walk(fmt.Sprint("field", i), 1, "", "") {
			break
		}
	}
}

// maker makes machines with IDs that are counted, or hashed, so that neighbours lie far apart in every tree.
func maker(hashed bool) func() *machine {
	random := rand.New(rand.NewPCG(1, 2))
	n := 0
	return func() *machine {
		n++
		m := &machine{id: fmt.Sprintf("i-%017x", n), scope: 1}
		if hashed {
			m.id = fmt.Sprintf("i-0%016x", random.Uint64())
		}
		for k, d := range distinct {
			v := n // an address
			if k != 7 {
				v = random.IntN(d)
			}
			m.fields[k] = fmt.Sprintf("subnet-0%d%015x", k, v)
		}
		return m
	}
}

func fill(n int, make func() *machine) (*store.Table[machine], []*machine) {
	t, all := newMachines(), []*machine(nil)
	askAll(t)
	var tx store.Tx
	for range n {
		m := make()
		t.Put(&tx, m)
		all = append(all, m)
	}
	return t, all
}

func BenchmarkInsert(b *testing.B) {
	for _, size := range []int{100, machines} {
		for _, hashed := range []bool{false, true} {
			b.Run(fmt.Sprintf("rows=%d/hashed=%v", size, hashed), func(b *testing.B) {
				next := maker(hashed)
				t, _ := fill(size, next)
				fresh := make([]*machine, max(100, size/10))
				for i := range fresh {
					fresh[i] = next()
				}
				var tx store.Tx
				i := 0
				b.ReportAllocs()
				for b.Loop() {
					if i == len(fresh) { // back to the size that is measured
						b.StopTimer()
						tx.Rollback()
						i = 0
						b.StartTimer()
					}
					t.Put(&tx, fresh[i])
					i++
				}
			})
		}
	}
}

func BenchmarkReplace(b *testing.B) {
	for _, size := range []int{100, machines} {
		b.Run(fmt.Sprintf("rows=%d", size), func(b *testing.B) {
			t, all := fill(size, maker(true))
			var tx store.Tx
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				m := *all[i*7919%size] // a change of state: one value of eight
				m.fields[0] = [...]string{"pending", "running"}[i/size%2]
				t.Put(&tx, &m)
				if i++; tx.Len() == 1000 {
					tx = store.Tx{}
				}
			}
		})
	}
}

func BenchmarkGet(b *testing.B) {
	for _, size := range []int{100, machines} {
		for _, order := range []string{"one", "random"} {
			b.Run(fmt.Sprintf("rows=%d/%s", size, order), func(b *testing.B) {
				t, all := fill(size, maker(true))
				i := 0
				b.ReportAllocs()
				for b.Loop() {
					t.Get(all[i].id)
					if order == "random" {
						i = (i + 7919) % size
					}
				}
			})
		}
	}
}

// BenchmarkFind is what a page of 1,000 rows costs.
func BenchmarkFind(b *testing.B) {
	t, all := fill(machines, maker(true))
	for name, find := range map[string]func(yield func(*machine) bool){
		"All": t.All(1, ""),
		"By":  t.By("field2", 1, all[0].fields[2]),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				for range find {
					if n++; n == 1000 {
						break
					}
				}
				if n < 1000 {
					b.Fatal(n, "rows")
				}
			}
		})
	}
}

var forked any // holds the last fork, lest the compiler leave them out

func BenchmarkFork(b *testing.B) {
	t, _ := fill(machines, maker(true))
	var fork *store.Table[machine]
	b.ReportAllocs()
	for b.Loop() {
		fork = t.Fork()
	}
	forked = fork
}

// BenchmarkForkAndWrite is what a row of a table-driven test pays to have a world of its own.
func BenchmarkForkAndWrite(b *testing.B) {
	for _, size := range []int{100, machines} {
		for _, write := range []string{"insert", "replace"} {
			b.Run(fmt.Sprintf("rows=%d/%s", size, write), func(b *testing.B) {
				next := maker(true)
				t, all := fill(size, next)
				m := next()
				if write == "replace" {
					*m = *all[size/2]
					m.fields[0] = "running"
				}
				b.ReportAllocs()
				for b.Loop() {
					t.Fork().Put(new(store.Tx), m)
				}
			})
		}
	}
}

func BenchmarkInsertAndRollback(b *testing.B) {
	next := maker(true)
	t, _ := fill(machines, next)
	m := next()
	var tx store.Tx
	b.ReportAllocs()
	for b.Loop() {
		t.Put(&tx, m)
		tx.Rollback()
	}
}

// What the first look through all eight indexes costs, once, in a table that was filled without.
func BenchmarkFirstLook(b *testing.B) {
	for _, size := range []int{1000, machines} {
		b.Run(fmt.Sprintf("rows=%d", size), func(b *testing.B) {
			next := maker(false)
			all := make([]*machine, size)
			for i := range all {
				all[i] = next()
			}
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				t := newMachines()
				var tx store.Tx
				for _, m := range all {
					t.Put(&tx, m)
				}
				b.StartTimer()
				askAll(t)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size)/float64(len(distinct)+1), "ns/row/index")
		})
	}
}
