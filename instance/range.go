package instance

import "fmt"

// Range is what an amount may be: AtLeast(2), AtMost(16), Between(2, 8), Exactly(4). Both ends belong
// to it. The zero Range is any amount.
type Range[T ~int | ~int64] struct {
	low, high       T
	hasLow, hasHigh bool
}

// AtLeast is n or more.
func AtLeast[T ~int | ~int64](n T) Range[T] { return Range[T]{low: n, hasLow: true} }

// AtMost is n or less.
func AtMost[T ~int | ~int64](n T) Range[T] { return Range[T]{high: n, hasHigh: true} }

// Between is low, high, or anything in between.
func Between[T ~int | ~int64](low, high T) Range[T] {
	return Range[T]{low: low, high: high, hasLow: true, hasHigh: true}
}

// Exactly is n and nothing else.
func Exactly[T ~int | ~int64](n T) Range[T] { return Between(n, n) }

// Contains tells whether n lies in the range.
func (r Range[T]) Contains(n T) bool {
	return (!r.hasLow || n >= r.low) && (!r.hasHigh || n <= r.high)
}

// String reads "at least 2", "at most 16", "2 to 8", "exactly 4" or "any".
func (r Range[T]) String() string {
	switch {
	case r.hasLow && r.hasHigh && r.low == r.high:
		return fmt.Sprintf("exactly %v", r.low)
	case r.hasLow && r.hasHigh:
		return fmt.Sprintf("%v to %v", r.low, r.high)
	case r.hasLow:
		return fmt.Sprintf("at least %v", r.low)
	case r.hasHigh:
		return fmt.Sprintf("at most %v", r.high)
	}
	return "any"
}
