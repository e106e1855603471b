package instance

import (
	"cmp"
	"fmt"
	"slices"
)

// Miss is an instance type that doesn't meet needs.
type Miss struct {
	Type string
	Need string // the first that it misses, as needs are read: "memory at least 16 GiB"
	Has  string // what it has instead: "8 GiB"
	More int    // how many needs it misses besides
}

// String reads "m7i.large misses memory at least 16 GiB: it has 8 GiB, and 1 more".
func (m Miss) String() string {
	s := fmt.Sprintf("%s misses %s: it has %s", m.Type, m.Need, m.Has)
	if m.More > 0 {
		s += fmt.Sprintf(", and %d more", m.More)
	}
	return s
}

// Explain tells why each type that doesn't meet the needs doesn't, the nearest misses first: those that miss the fewest
// needs, among them in the order of [Needs.Types].
func (n Needs) Explain(opts ...NeedsOption) []Miss {
	var all []Miss
	said := append(n.said(), &usageNeed)
	for _, t := range n.among(opts) {
		var m Miss
		for _, one := range said {
			switch {
			case one.holds(&n, t.InstanceType, t.price):
			case m.Type != "":
				m.More++
			default:
				m = Miss{Type: t.Name, Need: cmp.Or(one.read(&n), one.unsaid), Has: one.has(t.InstanceType, t.price)}
			}
		}
		if m.Type != "" {
			all = append(all, m)
		}
	}
	slices.SortStableFunc(all, func(a, b Miss) int { return cmp.Compare(a.More, b.More) })
	return all
}
