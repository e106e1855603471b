package engine

import "time"

// slab holds the values that the pointers of one output point to, in a few pieces of memory instead of
// one for each: rendering is most of what a Describe costs. What it holds belongs to the output.
type slab struct {
	strings []string
	bools   []bool
	numbers []int32
	times   []time.Time
}

// newSlab makes room for what an instance with one interface, a public address and two volumes has. A slab that is full
// goes on in new memory; what it gave away stays where it is.
func newSlab() *slab {
	var s struct {
		slab
		strings [56]string
		bools   [16]bool
		numbers [12]int32
		times   [5]time.Time
	}
	s.slab = slab{s.strings[:0], s.bools[:0], s.numbers[:0], s.times[:0]}
	return &s.slab
}

func put[T any](in *[]T, v T) *T {
	*in = append(*in, v)
	return &(*in)[len(*in)-1]
}

func (s *slab) string(v string) *string     { return put(&s.strings, v) }
func (s *slab) bool(v bool) *bool           { return put(&s.bools, v) }
func (s *slab) number(v int32) *int32       { return put(&s.numbers, v) }
func (s *slab) time(v time.Time) *time.Time { return put(&s.times, v.UTC().Truncate(time.Second)) }

// text is nil for "", as EC2 leaves out what isn't there.
func (s *slab) text(v string) *string {
	if v == "" {
		return nil
	}
	return s.string(v)
}
