package wire

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"io"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/amiclass/amiclass/fake/internal/engine"
)

// jsonDecoder fills an input from a document of JSON.
type jsonDecoder struct {
	unknown []string
}

func (d *jsonDecoder) decode(s *shape, body []byte, v reflect.Value) *engine.Error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil // as good as {}
	}
	reader := json.NewDecoder(bytes.NewReader(body))
	reader.UseNumber()
	var document any
	if err := reader.Decode(&document); err != nil {
		return unreadable("The body isn't JSON: %v.", err)
	}
	if _, err := reader.Token(); err != io.EOF {
		return unreadable("The body goes on behind its JSON document.")
	}
	return d.value(s, document, "", v)
}

// unreadable is how services of JSON answer a body that doesn't fit the operation
// (https://docs.aws.amazon.com/awssupport/latest/APIReference/CommonErrors.html names none for it: mem).
func unreadable(format string, args ...any) *engine.Error {
	return fail("SerializationException", format, args...)
}

func (d *jsonDecoder) value(s *shape, in any, path string, v reflect.Value) *engine.Error {
	unfit := func(wanted string) *engine.Error {
		return unreadable("%s must be %s.", cmp.Or(strings.TrimPrefix(path, "."), "The body"), wanted)
	}
	switch s.kind {
	case structure:
		object, ok := in.(map[string]any)
		if !ok {
			return unfit("an object")
		}
		return d.structure(s, object, path, v)
	case list:
		elements, ok := in.([]any)
		if !ok {
			return unfit("a list")
		}
		v.Set(reflect.MakeSlice(s.typ, len(elements), len(elements)))
		for i, e := range elements {
			if e == nil {
				return unreadable("%s.%d must not be null.", path[1:], i+1)
			}
			if err := d.value(s.elem, e, path+"."+strconv.Itoa(i+1), settable(v.Index(i))); err != nil {
				return err
			}
		}
	case dictionary:
		object, ok := in.(map[string]any)
		if !ok {
			return unfit("an object")
		}
		v.Set(reflect.MakeMapWithSize(s.typ, len(object)))
		for key, e := range object {
			elem := reflect.New(s.typ.Elem()).Elem()
			if err := d.value(s.elem, e, path+"."+key, settable(elem)); err != nil {
				return err
			}
			v.SetMapIndex(reflect.ValueOf(key).Convert(s.typ.Key()), elem)
		}
	case text:
		t, ok := in.(string)
		if !ok {
			return unfit("a string")
		}
		v.SetString(t)
	case boolean:
		b, ok := in.(bool)
		if !ok {
			return unfit("true or false")
		}
		v.SetBool(b)
	case blob:
		t, ok := in.(string)
		if !ok {
			return unfit("a string in base64")
		}
		raw, err := base64.StdEncoding.DecodeString(t)
		if err != nil {
			return unfit("a string in base64")
		}
		v.SetBytes(raw)
	default:
		n, ok := in.(json.Number)
		if !ok || !setNumber(s, n.String(), v) {
			return unfit("a number that fits")
		}
	}
	return nil
}

func (d *jsonDecoder) structure(s *shape, object map[string]any, path string, v reflect.Value) *engine.Error {
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names) // so that the first fault is always the same
	for _, name := range names {
		f, ok := s.byName[name]
		if !ok {
			d.unknown = append(d.unknown, strings.TrimPrefix(path+"."+name, "."))
			continue
		}
		if object[name] == nil {
			continue
		}
		if err := d.value(f.shape, object[name], path+"."+name, settable(v.Field(f.index))); err != nil {
			return err
		}
	}
	return nil
}

func setNumber(s *shape, n string, v reflect.Value) bool {
	switch s.kind {
	case integer:
		i, err := strconv.ParseInt(n, 10, s.typ.Bits())
		if err != nil {
			return false
		}
		v.SetInt(i)
	case decimal:
		f, err := strconv.ParseFloat(n, s.typ.Bits())
		if err != nil {
			return false
		}
		v.SetFloat(f)
	case instant:
		f, err := strconv.ParseFloat(n, 64)
		if err != nil || math.Abs(f) > maxEpoch {
			return false
		}
		v.Set(reflect.ValueOf(time.UnixMilli(int64(math.Round(f * 1000))).UTC()))
	}
	return true
}

// maxEpoch are the seconds until the year 9999, behind which times have no text.
const maxEpoch = 253402300799

// jsonEncoder appends values as JSON, instants as seconds since 1970.
type jsonEncoder struct{}

func (e jsonEncoder) structure(b []byte, s *shape, v reflect.Value) []byte {
	b = append(b, '{')
	first := true
	for i := range s.fields {
		f := &s.fields[i]
		fv := v.Field(f.index)
		if absent(f, fv) {
			continue
		}
		if f.pointer {
			fv = fv.Elem()
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(appendQuoted(b, f.name), ':')
		b = e.value(b, f.shape, fv)
	}
	return append(b, '}')
}

// absent tells whether a field isn't set: a nil, or an enum without a value.
func absent(f *field, v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return v.IsNil()
	case reflect.String:
		return v.Len() == 0
	}
	return false
}

func (e jsonEncoder) value(b []byte, s *shape, v reflect.Value) []byte {
	switch s.kind {
	case structure:
		return e.structure(b, s, v)
	case list:
		b = append(b, '[')
		for i := range v.Len() {
			if i > 0 {
				b = append(b, ',')
			}
			b = e.value(b, s.elem, v.Index(i))
		}
		return append(b, ']')
	case dictionary:
		keys := make([]string, 0, v.Len())
		for _, k := range v.MapKeys() {
			keys = append(keys, k.String())
		}
		slices.Sort(keys)
		b = append(b, '{')
		for i, k := range keys {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendQuoted(b, k), ':')
			elem := reflect.New(s.typ.Elem()).Elem()
			elem.Set(v.MapIndex(reflect.ValueOf(k).Convert(s.typ.Key())))
			b = e.value(b, s.elem, elem)
		}
		return append(b, '}')
	case text:
		return appendQuoted(b, v.String())
	case integer, boolean, decimal:
		return s.appendPlain(b, v)
	case instant:
		millis := v.Addr().Interface().(*time.Time).UnixMilli()
		return strconv.AppendFloat(b, float64(millis)/1000, 'f', -1, 64)
	case blob:
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, v.Bytes())
		return append(b, '"')
	}
	return b
}

func appendQuoted(b []byte, s string) []byte {
	quoted, _ := json.Marshal(s) // a string always can be
	return append(b, quoted...)
}
