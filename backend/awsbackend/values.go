package awsbackend

import "math"

// The SDK says "not said" by nil, package backend by the zero value.

// said is a pointer to a value that was said, nil for the zero value.
func said[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// number keeps what doesn't fit the wire's 32 bits out of every range that EC2 accepts, rather than
// letting it wrap into one.
func number(n int) *int32 { return said(clamp(n)) }

func clamp(n int) int32 { return int32(min(max(n, math.MinInt32), math.MaxInt32)) }

// switched copies an optional switch, so that request and caller share nothing.
func switched(p *bool) *bool {
	if p == nil {
		return nil
	}
	return new(*p)
}

// told is what a reply says, the zero value where it is silent.
func told[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// each converts a list; an empty one becomes nil.
func each[S, T any](in []S, f func(*S) T) []T {
	if len(in) == 0 {
		return nil
	}
	out := make([]T, len(in))
	for i := range in {
		out[i] = f(&in[i])
	}
	return out
}

// texts copies a list of texts, such as the SDK's enumerations; an empty one becomes nil.
func texts[S ~string](in []S) []string {
	return each(in, func(s *S) string { return string(*s) })
}

// words gives texts as the SDK's enumerations; an empty list becomes nil.
func words[S ~string](in []string) []S {
	return each(in, func(text *string) S { return S(*text) })
}
