package engine

import (
	"fmt"
	"hash/fnv"
	"reflect"
	"sort"
	"strings"
)

// fields says which fields of a type are served, down to the last one. It serves two ends: to name a
// field that is set but not served, and to tell whether two requests say the same.
type fields struct {
	of     reflect.Type
	served map[int]*fields // by index of the field; nil for one without fields of its own
	names  []string        // by index; empty for what isn't exported
}

// parseFields reads "A B{C D} E". It panics on a name that the type doesn't have, and on a struct
// whose fields aren't listed: both are mistakes in an operation's table.
func parseFields(t reflect.Type, served string) *fields {
	words := strings.Fields(strings.NewReplacer("{", " { ", "}", " } ").Replace(served))
	f, rest := readFields(t, words)
	if len(rest) != 0 {
		panic(fmt.Sprintf("%s: unbalanced braces before %v", t, rest))
	}
	if sf, ok := t.FieldByName("DryRun"); ok { // the engine serves it for every operation
		f.served[sf.Index[0]] = nil
	}
	return f
}

func readFields(t reflect.Type, words []string) (*fields, []string) {
	f := &fields{of: t, served: make(map[int]*fields), names: make([]string, t.NumField())}
	for i := range t.NumField() {
		if sf := t.Field(i); sf.IsExported() && sf.Name != "ResultMetadata" {
			f.names[i] = sf.Name
		}
	}
	for len(words) > 0 && words[0] != "}" {
		name := words[0]
		words = words[1:]
		sf, ok := t.FieldByName(name)
		if !ok {
			panic(fmt.Sprintf("%s has no field %s", t, name))
		}
		var nested *fields
		if len(words) > 0 && words[0] == "{" {
			nested, words = readFields(elem(sf.Type), words[1:])
			if len(words) == 0 {
				panic(fmt.Sprintf("%s.%s: missing brace", t, name))
			}
			words = words[1:]
		}
		if nested == nil && elem(sf.Type).Kind() == reflect.Struct && elem(sf.Type).PkgPath() != "time" {
			panic(fmt.Sprintf("%s.%s: its fields must be listed", t, name))
		}
		f.served[sf.Index[0]] = nested
	}
	return f, words
}

// elem is what a pointer or slice is of, however deep.
func elem(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t
}

// unserved names the fields that are set but not served, by their paths.
func (f *fields) unserved(in reflect.Value) []string {
	var paths []string
	f.visit(in, "", func(path string, _ reflect.Value, served bool) {
		if !served {
			paths = append(paths, path)
		}
	})
	return paths
}

// fingerprint is equal for requests that say the same, whatever their token, and for others different.
func (f *fields) fingerprint(in reflect.Value) [16]byte {
	h := fnv.New128a()
	f.visit(in, "", func(path string, v reflect.Value, _ bool) {
		if path == "ClientToken" || path == "DryRun" {
			return
		}
		text := fmt.Sprint(v.Interface())
		fmt.Fprintf(h, "%d %s %d %s", len(path), path, len(text), text)
	})
	return [16]byte(h.Sum(nil))
}

// visit calls see for every leaf that is set, and for every unserved field that is set.
func (f *fields) visit(v reflect.Value, path string, see func(path string, v reflect.Value, served bool)) {
	for i, name := range f.names {
		if name == "" {
			continue
		}
		fv := v.Field(i)
		if fv.IsZero() || fv.Kind() == reflect.Slice && fv.Len() == 0 {
			continue
		}
		nested, served := f.served[i]
		at := name
		if path != "" {
			at = path + "." + name
		}
		if !served {
			see(at, fv, false)
			continue
		}
		visitValue(nested, fv, at, see)
	}
}

func visitValue(f *fields, v reflect.Value, path string, see func(string, reflect.Value, bool)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			visitValue(f, v.Elem(), path, see)
		}
	case reflect.Slice:
		for i := range v.Len() {
			at := path
			if f != nil || v.Len() > 1 {
				at = fmt.Sprintf("%s[%d]", path, i)
			}
			visitValue(f, v.Index(i), at, see)
		}
	case reflect.Map:
		keys := v.MapKeys()
		sort.Slice(keys, func(i, j int) bool { return fmt.Sprint(keys[i]) < fmt.Sprint(keys[j]) })
		for _, k := range keys {
			visitValue(f, v.MapIndex(k), fmt.Sprintf("%s[%v]", path, k), see)
		}
	case reflect.Struct:
		if f == nil { // a time
			see(path, v, true)
			return
		}
		if f.empty(v) { // that it is there says something too
			see(path, reflect.ValueOf("{}"), true)
			return
		}
		f.visit(v, path, see)
	default:
		see(path, v, true)
	}
}

// empty tells a struct that is there but says nothing.
func (f *fields) empty(v reflect.Value) bool {
	for i, name := range f.names {
		if name != "" && !v.Field(i).IsZero() {
			return false
		}
	}
	return true
}
