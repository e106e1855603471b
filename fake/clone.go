package fake

import (
	"reflect"
	"sync"
)

// clone copies an input all the way down, so that what the caller does to it later isn't in the log.
func clone(in any) any {
	v := reflect.ValueOf(in)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return in
	}
	return detached(v).Interface()
}

// detached gives a pointer to a copy of what a pointer points to.
func detached(p reflect.Value) reflect.Value {
	own := reflect.New(p.Type().Elem())
	own.Elem().Set(p.Elem())
	detach(own.Elem())
	return own
}

// detach copies what a value shares with the one that it is a copy of.
func detach(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			v.Set(detached(v))
		}
	case reflect.Slice:
		if v.IsNil() {
			return
		}
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(own, v)
		v.Set(own)
		if !flat(v.Type().Elem().Kind()) {
			for i := range v.Len() {
				detach(v.Index(i))
			}
		}
	case reflect.Map:
		if v.IsNil() {
			return
		}
		own := reflect.MakeMapWithSize(v.Type(), v.Len())
		for key, value := range v.Seq2() {
			e := reflect.New(value.Type()).Elem()
			e.Set(value)
			detach(e)
			own.SetMapIndex(key, e)
		}
		v.Set(own)
	case reflect.Struct:
		for _, i := range deepFields(v.Type()) {
			detach(v.Field(i))
		}
	}
}

// flat kinds are copied with what holds them.
func flat(k reflect.Kind) bool {
	return k <= reflect.Complex128 || k == reflect.String
}

// deep remembers for each type which of its fields point to something.
var deep sync.Map // reflect.Type to []int

func deepFields(t reflect.Type) []int {
	if known, ok := deep.Load(t); ok {
		return known.([]int)
	}
	var fields []int
	for i := range t.NumField() {
		if f := t.Field(i); f.IsExported() && !flat(f.Type.Kind()) {
			fields = append(fields, i)
		}
	}
	deep.Store(t, fields)
	return fields
}
