// Package alike copies between types that the SDK has for one shape of EC2.
package alike

import (
	"reflect"
	"strings"
	"time"
)

// To makes a value of the fields that have the same names in another type: the SDK has a type of its own for a
// request, for its answer and for a launch where EC2 has one shape. What it makes shares no memory with from.
func To[T any](from any) *T {
	to := new(T)
	copyFields(reflect.ValueOf(to).Elem(), reflect.Indirect(reflect.ValueOf(from)))
	return to
}

func copyFields(to, from reflect.Value) {
	switch {
	case !from.IsValid() || from.Kind() == reflect.Pointer && from.IsNil():
	case to.Kind() == reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		copyFields(to.Elem(), reflect.Indirect(from))
	case from.Kind() == reflect.Pointer:
		copyFields(to, from.Elem())
	case to.Type() == reflect.TypeFor[time.Time]():
		to.Set(from)
	case to.Kind() == reflect.Struct:
		for i := range to.NumField() {
			if f := to.Type().Field(i); f.IsExported() {
				copyFields(to.Field(i), fieldNamed(from, f.Name))
			}
		}
	case to.Kind() == reflect.Slice:
		if from.IsNil() {
			return
		}
		to.Set(reflect.MakeSlice(to.Type(), from.Len(), from.Len()))
		for i := range from.Len() {
			copyFields(to.Index(i), from.Index(i))
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
