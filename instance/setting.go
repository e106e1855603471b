package instance

// setting is one scalar of a spec: not said, said, or said to be none. The zero value is not said.
type setting[T any] struct {
	value T
	state settingState
}

type settingState uint8

const (
	unsaid settingState = iota
	said
	none
)

func some[T any](v T) setting[T] { return setting[T]{value: v, state: said} }

func noneOf[T any]() setting[T] { return setting[T]{state: none} }

// merge lets over win wherever it says anything, even that there is none.
func (s setting[T]) merge(over setting[T]) setting[T] {
	if over.state == unsaid {
		return s
	}
	return over
}

// get gives the value and whether there is one.
func (s setting[T]) get() (T, bool) { return s.value, s.state == said }

// or gives the value, or another where there is none.
func (s setting[T]) or(other T) T {
	if s.state == said {
		return s.value
	}
	return other
}

// pointer is the value as requests carry it: nil where there is none.
func (s setting[T]) pointer() *T {
	if s.state != said {
		return nil
	}
	v := s.value
	return &v
}
