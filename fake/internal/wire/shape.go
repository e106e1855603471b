package wire

import (
	"fmt"
	"go/token"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"time"
	"unicode"
)

// kind is what a value looks like on the wire.
type kind uint8

const (
	text kind = iota
	integer
	decimal
	boolean
	instant
	blob
	list
	dictionary
	structure
)

// shape is how values of a Go type look on the wire.
type shape struct {
	kind   kind
	typ    reflect.Type // what a pointer, if there is one, points to
	elem   *shape       // of a list's elements, of a dictionary's values
	item   string       // what a list's elements are called; empty in requests where they have only their number
	fields []field
	byName map[string]*field
	// hidden are names whose Go field is unexported: what the SDK itself adds so that a presigned URL is valid.
	hidden map[string]bool
}

// field is one of a structure.
type field struct {
	index   int
	name    string // on the wire
	pointer bool
	shape   *shape

	open, shut, empty string // its XML tags
	itemOpen, itemEnd string // those of a list's elements
}

// name is what a field is called on the wire, and its elements if it is a list.
type name struct{ field, item string }

// naming tells the names of a structure's fields, by Go's names.
type naming interface {
	fields(t reflect.Type) (map[string]name, error)
}

// shapes compiles shapes and remembers them.
type shapes struct {
	naming       naming
	dictionaries bool     // the format has them
	known        sync.Map // reflect.Type of a structure to *shape
	mu           sync.Mutex
}

// of is the shape of a structure, given by its own type or that of a pointer to it.
func (s *shapes) of(t reflect.Type) (*shape, error) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if known, ok := s.known.Load(t); ok {
		return known.(*shape), nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	made := make(map[reflect.Type]*shape)
	compiled, err := s.structure(t, made)
	if err != nil {
		return nil, err
	}
	for t, one := range made {
		s.known.Store(t, one)
	}
	return compiled, nil
}

// structure compiles a struct; made has those begun, so that a type may contain itself.
func (s *shapes) structure(t reflect.Type, made map[reflect.Type]*shape) (*shape, error) {
	if known, ok := s.known.Load(t); ok {
		return known.(*shape), nil
	}
	if begun, ok := made[t]; ok {
		return begun, nil
	}
	compiled := &shape{kind: structure, typ: t, byName: make(map[string]*field), hidden: make(map[string]bool)}
	made[t] = compiled
	if !slices.ContainsFunc(reflect.VisibleFields(t), onWire) {
		return compiled, nil // an output that says nothing needs no names
	}
	names, err := s.naming.fields(t)
	if err != nil {
		return nil, err
	}
	for i := range t.NumField() {
		f := t.Field(i)
		if !onWire(f) {
			continue
		}
		n, ok := names[f.Name]
		if !ok {
			return nil, fmt.Errorf("%s.%s has no name on the wire", t, f.Name)
		}
		inner, err := s.value(f.Type, n.item, made)
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t, f.Name, err)
		}
		compiled.fields = append(compiled.fields, newField(i, n, f.Type, inner))
	}
	for goName, n := range names {
		if !token.IsExported(goName) {
			compiled.hidden[n.field] = true
		}
	}
	for i := range compiled.fields {
		f := &compiled.fields[i]
		compiled.byName[f.name] = f
	}
	return compiled, nil
}

// onWire tells whether a field is part of the message: unexported ones and the SDK's metadata aren't.
func onWire(f reflect.StructField) bool {
	return f.IsExported() && f.Name != "ResultMetadata"
}

func newField(index int, n name, t reflect.Type, s *shape) field {
	return field{
		index: index, name: n.field, pointer: t.Kind() == reflect.Pointer, shape: s,
		open: "<" + n.field + ">", shut: "</" + n.field + ">", empty: "<" + n.field + "/>",
		itemOpen: "<" + n.item + ">", itemEnd: "</" + n.item + ">",
	}
}

var instantType = reflect.TypeFor[time.Time]()

func (s *shapes) value(t reflect.Type, item string, made map[reflect.Type]*shape) (*shape, error) {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == instantType {
		return &shape{kind: instant, typ: t}, nil
	}
	switch t.Kind() {
	case reflect.String:
		return &shape{kind: text, typ: t}, nil
	case reflect.Bool:
		return &shape{kind: boolean, typ: t}, nil
	case reflect.Int32, reflect.Int64:
		return &shape{kind: integer, typ: t}, nil
	case reflect.Float32, reflect.Float64:
		return &shape{kind: decimal, typ: t}, nil
	case reflect.Struct:
		return s.structure(t, made)
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return &shape{kind: blob, typ: t}, nil
		}
		elem, err := s.value(t.Elem(), item, made)
		return &shape{kind: list, typ: t, elem: elem, item: item}, err
	case reflect.Map:
		if !s.dictionaries {
			break
		}
		elem, err := s.value(t.Elem(), item, made)
		return &shape{kind: dictionary, typ: t, elem: elem}, err
	}
	return nil, fmt.Errorf("%s isn't known on this wire", t)
}

// appendPlain appends a number or a truth value, which XML and JSON write alike.
func (s *shape) appendPlain(b []byte, v reflect.Value) []byte {
	switch s.kind {
	case integer:
		return strconv.AppendInt(b, v.Int(), 10)
	case boolean:
		return strconv.AppendBool(b, v.Bool())
	}
	return strconv.AppendFloat(b, v.Float(), 'f', -1, s.typ.Bits())
}

// lowered is a Go name with a small initial.
func lowered(name string) string {
	for i, r := range name {
		return string(unicode.ToLower(r)) + name[i+len(string(r)):]
	}
	return name
}
