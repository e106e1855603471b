package engine

import (
	"crypto/sha256"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
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
	if f.covers(in) {
		return nil
	}
	return f.outside(in, "")
}

// covers tells whether all that is set is served: the usual case, and so without the cost of paths.
func (f *fields) covers(v reflect.Value) bool {
	for i, name := range f.names {
		if name == "" || unset(v.Field(i)) {
			continue
		}
		nested, served := f.served[i]
		if !served || nested != nil && !each(v.Field(i), func(_ int, s reflect.Value) bool { return nested.covers(s) }) {
			return false
		}
	}
	return true
}

func (f *fields) outside(v reflect.Value, path string) (paths []string) {
	for i, name := range f.names {
		if name == "" || unset(v.Field(i)) {
			continue
		}
		nested, served := f.served[i]
		if !served {
			paths = append(paths, path+name)
			continue
		}
		if nested != nil {
			each(v.Field(i), func(n int, s reflect.Value) bool {
				at := path + name
				if n >= 0 {
					at = fmt.Sprintf("%s[%d]", at, n)
				}
				paths = append(paths, nested.outside(s, at+".")...)
				return true
			})
		}
	}
	return paths
}

// unset tells what a request doesn't say; on the wire an empty list can't be told from none.
func unset(v reflect.Value) bool {
	return v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0
}

// each visits the structs that a field holds, with their place in a list or -1, as long as visit says so.
func each(v reflect.Value, visit func(n int, s reflect.Value) bool) bool {
	switch v.Kind() {
	case reflect.Pointer:
		return v.IsNil() || each(v.Elem(), visit)
	case reflect.Slice:
		for n := range v.Len() {
			if !each(v.Index(n), func(_ int, s reflect.Value) bool { return visit(n, s) }) {
				return false
			}
		}
		return true
	}
	return visit(-1, v)
}

// fingerprint is equal for requests that say the same, whatever their token, and for others different.
func (f *fields) fingerprint(in reflect.Value) [32]byte {
	return sha256.Sum256(f.encode(make([]byte, 0, 512), in))
}

// encode writes what is set so that nothing else has the same form: every value has its kind and size.
func (f *fields) encode(b []byte, v reflect.Value) []byte {
	b = append(b, '{')
	for i, name := range f.names {
		if name == "" || name == "ClientToken" || name == "DryRun" || unset(v.Field(i)) {
			continue
		}
		b = strconv.AppendInt(b, int64(i), 10)
		b = encodeValue(b, f.served[i], v.Field(i))
	}
	return append(b, '}')
}

func encodeValue(b []byte, f *fields, v reflect.Value) []byte {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return append(b, '-')
		}
		return encodeValue(b, f, v.Elem())
	case reflect.Slice:
		b = strconv.AppendInt(append(b, '['), int64(v.Len()), 10)
		for n := range v.Len() {
			b = encodeValue(b, f, v.Index(n))
		}
		return append(b, ']')
	case reflect.String:
		b = strconv.AppendInt(append(b, '"'), int64(v.Len()), 10)
		return append(append(b, ':'), v.String()...)
	case reflect.Struct:
		if f != nil {
			return f.encode(b, v)
		}
		if at, ok := v.Interface().(time.Time); ok { // whatever its clock and zone
			return append(strconv.AppendInt(append(b, 't'), at.UnixNano(), 10), ';')
		}
	case reflect.Bool:
		return strconv.AppendBool(append(b, '='), v.Bool())
	case reflect.Int32, reflect.Int64:
		return append(strconv.AppendInt(append(b, '='), v.Int(), 10), ';')
	case reflect.Map: // fmt sorts by key
		return fmt.Appendf(append(b, 'm'), "%q", v.Interface())
	}
	return fmt.Appendf(append(b, '='), "%v;", v.Interface()) // other numbers
}

// unlisted are the paths of all fields of an input that aren't served.
func (f *fields) unlisted(of reflect.Type, path string) (paths []string) {
	for i, name := range f.names {
		nested, served := f.served[i]
		switch {
		case name == "":
		case !served:
			paths = append(paths, path+name)
		case nested != nil:
			paths = append(paths, nested.unlisted(elem(of.Field(i).Type), path+name+".")...)
		}
	}
	return paths
}
