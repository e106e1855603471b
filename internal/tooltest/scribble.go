package tooltest

import "reflect"

// Scribble overwrites everything that can be reached from a pointer without touching what it points to
// by another way: strings, numbers, elements of slices.
func Scribble(v any) { scribbleValue(reflect.ValueOf(v)) }

func scribbleValue(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			scribbleValue(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			scribbleValue(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				scribbleValue(v.Field(i))
			}
		}
	default:
		if !v.CanSet() {
			return
		}
		switch v.Kind() {
		case reflect.String:
			v.SetString("scribbled")
		case reflect.Int, reflect.Int32, reflect.Int64:
			v.SetInt(-4711)
		case reflect.Bool:
			v.SetBool(!v.Bool())
		}
	}
}
