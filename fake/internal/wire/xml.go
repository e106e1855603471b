package wire

import (
	"encoding/base64"
	"reflect"
	"time"
	"unicode/utf8"
)

// xmlEncoder appends values as elements.
type xmlEncoder struct {
	layout string // of instants
}

// structure appends the fields of a structure; v is addressable.
func (e xmlEncoder) structure(b []byte, s *shape, v reflect.Value) []byte {
	for i := range s.fields {
		f := &s.fields[i]
		fv := v.Field(f.index)
		if f.pointer {
			if fv.IsNil() {
				continue
			}
			fv = fv.Elem()
		}
		b = e.field(b, f, fv)
	}
	return b
}

func (e xmlEncoder) field(b []byte, f *field, v reflect.Value) []byte {
	switch f.shape.kind {
	case text:
		s := v.String()
		if s == "" && !f.pointer { // an enum that isn't set
			return b
		}
		b = append(b, f.open...)
		b = appendText(b, s)
	case list:
		if v.IsNil() {
			return b
		}
		n := v.Len()
		if n == 0 {
			return append(b, f.empty...)
		}
		b = append(b, f.open...)
		for i := range n {
			b = append(b, f.itemOpen...)
			b = e.value(b, f.shape.elem, v.Index(i))
			b = append(b, f.itemEnd...)
		}
	case blob:
		if v.IsNil() {
			return b
		}
		b = append(b, f.open...)
		b = e.value(b, f.shape, v)
	default:
		b = append(b, f.open...)
		b = e.value(b, f.shape, v)
	}
	return append(b, f.shut...)
}

func (e xmlEncoder) value(b []byte, s *shape, v reflect.Value) []byte {
	switch s.kind {
	case structure:
		return e.structure(b, s, v)
	case text:
		return appendText(b, v.String())
	case integer, boolean, decimal:
		return s.appendPlain(b, v)
	case instant:
		return v.Addr().Interface().(*time.Time).UTC().AppendFormat(b, e.layout)
	case blob:
		return base64.StdEncoding.AppendEncode(b, v.Bytes())
	}
	return b
}

// escapes are the entities of bytes that can't stand in an element's text as they are. What XML 1.0 has no way to
// say becomes the replacement character (https://www.w3.org/TR/xml/#charsets).
var escapes = func() (table [256]string) {
	for c := range byte(' ') {
		table[c] = "\uFFFD"
	}
	for c, s := range map[byte]string{
		'\t': "&#x9;", '\n': "&#xA;", '\r': "&#xD;", '&': "&amp;", '<': "&lt;", '>': "&gt;", '"': "&quot;",
	} {
		table[c] = s
	}
	return table
}()

func appendText(b []byte, s string) []byte {
	done := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if escapes[c] != "" {
				b = append(b, s[done:i]...)
				b = append(b, escapes[c]...)
				done = i + 1
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if (r == utf8.RuneError && n == 1) || r == 0xFFFE || r == 0xFFFF {
			b = append(b, s[done:i]...)
			b = append(b, "\uFFFD"...)
			done = i + n
		}
		i += n
	}
	return append(b, s[done:]...)
}
