package engine

import "reflect"

// fillIn gives a struct what another of its type has and it hasn't set. They share it.
func fillIn[T any](in, with *T) {
	to, from := reflect.ValueOf(in).Elem(), reflect.ValueOf(with).Elem()
	for i := range to.NumField() {
		if f := to.Field(i); f.CanSet() && unset(f) {
			f.Set(from.Field(i))
		}
	}
}
