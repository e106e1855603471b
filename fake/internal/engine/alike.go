package engine

import (
	"reflect"
	"strings"
	"time"
)

// alike makes a value of the fields that have the same names in another type: the SDK has a type of its own for a
// request, for its answer and for a launch where EC2 has one shape. What it makes shares no memory with from.
func alike[T any](from any) *T {
	to := new(T)
	copyAlike(reflect.ValueOf(to).Elem(), reflect.Indirect(reflect.ValueOf(from)))
	return to
}

func copyAlike(to, from reflect.Value) {
	switch {
	case !from.IsValid() || from.Kind() == reflect.Pointer && from.IsNil():
	case to.Kind() == reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		copyAlike(to.Elem(), reflect.Indirect(from))
	case from.Kind() == reflect.Pointer:
		copyAlike(to, from.Elem())
	case to.Type() == reflect.TypeFor[time.Time]():
		to.Set(from)
	case to.Kind() == reflect.Struct:
		for i := range to.NumField() {
			if f := to.Type().Field(i); f.IsExported() {
				copyAlike(to.Field(i), fieldNamed(from, f.Name))
			}
		}
	case to.Kind() == reflect.Slice:
		if from.IsNil() {
			return
		}
		to.Set(reflect.MakeSlice(to.Type(), from.Len(), from.Len()))
		for i := range from.Len() {
			copyAlike(to.Index(i), from.Index(i))
		}
	default:
		to.Set(from.Convert(to.Type())) // words and numbers
	}
}

// fieldNamed finds a field whose name may be capitalized otherwise: RamDiskId is RamdiskId elsewhere.
func fieldNamed(v reflect.Value, name string) reflect.Value {
	if f := v.FieldByName(name); f.IsValid() {
		return f
	}
	return v.FieldByNameFunc(func(other string) bool { return strings.EqualFold(other, name) })
}

// fillIn gives a struct what another of its type has and it hasn't set. They share it.
func fillIn[T any](in, with *T) {
	to, from := reflect.ValueOf(in).Elem(), reflect.ValueOf(with).Elem()
	for i := range to.NumField() {
		if f := to.Field(i); f.CanSet() && unset(f) {
			f.Set(from.Field(i))
		}
	}
}
