package wire

import (
	"cmp"
	"encoding/base64"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	smithytime "github.com/aws/smithy-go/time"

	"github.com/amiclass/amiclass/fake/internal/engine"
)

// parameter is one of a query: "Filter.1.Value.2" and what it is set to.
type parameter struct{ name, value string }

// parameters takes a query apart and sorts it so that what belongs to one structure or list stands together, lists
// in the order of their numbers. Those of the protocol itself are handed to protocol instead.
func parameters(query string, protocol func(name, value string) bool) ([]parameter, *engine.Error) {
	all := make([]parameter, 0, strings.Count(query, "&")+1)
	for len(query) > 0 {
		var one string
		one, query, _ = strings.Cut(query, "&")
		if one == "" {
			continue
		}
		n, v, _ := strings.Cut(one, "=")
		name, err := unescape(n)
		if err != nil {
			return nil, err
		}
		value, err := unescape(v)
		if err != nil {
			return nil, err
		}
		if !protocol(name, value) {
			all = append(all, parameter{name, value})
		}
	}
	ordered := func(a, b parameter) int { return compareNames(a.name, b.name) }
	if !slices.IsSortedFunc(all, ordered) {
		slices.SortFunc(all, ordered)
	}
	for i := 1; i < len(all); i++ {
		if all[i].name == all[i-1].name {
			return nil, malformed("The parameter %s is there twice: give it once.", all[i].name)
		}
	}
	return all, nil
}

func unescape(s string) (string, *engine.Error) {
	plain := s
	if strings.ContainsAny(s, "%+") {
		var err error
		if plain, err = url.QueryUnescape(s); err != nil {
			return "", malformed("The query isn't escaped as a form is: %v.", err)
		}
	}
	if !utf8.ValidString(plain) {
		return "", malformed("The query isn't in UTF-8 at %.40q.", plain)
	}
	return plain, nil
}

// compareNames orders names segment by segment, numbers by what they count.
func compareNames(a, b string) int {
	for {
		sa, ra, moreA := strings.Cut(a, ".")
		sb, rb, moreB := strings.Cut(b, ".")
		if sa != sb {
			if number(sa) && number(sb) {
				return cmp.Or(cmp.Compare(len(sa), len(sb)), cmp.Compare(sa, sb))
			}
			return cmp.Compare(sa, sb)
		}
		if !moreA || !moreB {
			return cmp.Compare(len(a), len(b))
		}
		a, b = ra, rb
	}
}

func number(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// queryDecoder fills an input from parameters.
type queryDecoder struct {
	// unknown are the names that the input doesn't have.
	unknown []string
}

// structure fills v from parameters whose names go on with a field's name behind the first at bytes.
func (d *queryDecoder) structure(s *shape, all []parameter, at int, v reflect.Value) *engine.Error {
	for len(all) > 0 {
		segment, n := together(all, at)
		if f, ok := s.byName[segment]; ok {
			if err := d.value(f.shape, all[:n], at+len(segment), settable(v.Field(f.index))); err != nil {
				return err
			}
		} else if !s.hidden[segment] {
			d.refuse(all[:n])
		}
		all = all[n:]
	}
	return nil
}

// together counts the parameters that share the next segment of the name with the first.
func together(all []parameter, at int) (segment string, n int) {
	if at > len(all[0].name) {
		return "", 1
	}
	segment, _, _ = strings.Cut(all[0].name[at:], ".")
	end := at + len(segment)
	for n = 1; n < len(all); n++ {
		name := all[n].name
		if len(name) < end || name[at:end] != segment || (len(name) > end && name[end] != '.') {
			break
		}
	}
	return segment, n
}

func (d *queryDecoder) refuse(all []parameter) {
	for _, p := range all {
		d.unknown = append(d.unknown, p.name)
	}
}

// settable is the value itself or what a pointer is made to point to.
func settable(v reflect.Value) reflect.Value {
	if v.Kind() != reflect.Pointer {
		return v
	}
	v.Set(reflect.New(v.Type().Elem()))
	return v.Elem()
}

// value fills v from parameters that share their names' first end bytes.
func (d *queryDecoder) value(s *shape, all []parameter, end int, v reflect.Value) *engine.Error {
	switch s.kind {
	case structure:
		if len(all[0].name) == end { // a structure has no value of its own
			d.refuse(all[:1])
			all = all[1:]
		}
		return d.structure(s, all, end+1, v)
	case list:
		return d.list(s, all, end, v)
	}
	if len(all[0].name) != end {
		d.refuse(all)
		return nil
	}
	d.refuse(all[1:])
	return fill(s, all[0], v)
}

func (d *queryDecoder) list(s *shape, all []parameter, end int, v reflect.Value) *engine.Error {
	if len(all[0].name) == end {
		if all[0].value != "" {
			return malformed("The list %s has a value: its elements are named %s.1, %s.2 and so on.", all[0].name, all[0].name, all[0].name)
		}
		v.Set(reflect.MakeSlice(s.typ, 0, 0)) // how query protocols say an empty list
		all = all[1:]
	}
	at := end + 1
	if s.item != "" && len(all) > 0 {
		segment, n := together(all, at)
		d.refuse(all[n:])
		if segment != s.item {
			d.refuse(all[:n])
			return nil
		}
		all, at = all[:n], at+len(segment)+1
	}
	for i := 1; len(all) > 0; i++ {
		segment, n := together(all, at)
		if segment != strconv.Itoa(i) {
			if !number(segment) {
				d.refuse(all)
				return nil
			}
			return malformed("The list %s has an element %.20s and none numbered %d: elements are numbered 1, 2, 3 and so on.", all[0].name[:at-1], segment, i)
		}
		elem := reflect.New(s.typ.Elem()).Elem()
		if err := d.value(s.elem, all[:n], at+len(segment), settable(elem)); err != nil {
			return err
		}
		v.Set(reflect.Append(v, elem))
		all = all[n:]
	}
	return nil
}

// fill sets a value that is one parameter.
func fill(s *shape, p parameter, v reflect.Value) *engine.Error {
	switch s.kind {
	case text:
		v.SetString(p.value)
	case boolean:
		b, ok := truth(p.value)
		if !ok {
			return badParameter(p, "It must be true or false.")
		}
		v.SetBool(b)
	case integer:
		n, err := strconv.ParseInt(p.value, 10, s.typ.Bits())
		if err != nil {
			return badParameter(p, "It must be an integer of %d bits.", s.typ.Bits())
		}
		v.SetInt(n)
	case decimal:
		f, err := strconv.ParseFloat(p.value, s.typ.Bits())
		if err != nil {
			return badParameter(p, "It must be a number.")
		}
		v.SetFloat(f)
	case instant:
		t, err := smithytime.ParseDateTime(p.value)
		if err != nil {
			return badParameter(p, "It must be a time such as 2026-01-02T15:04:05Z.")
		}
		v.Set(reflect.ValueOf(t))
	case blob:
		b, err := base64.StdEncoding.DecodeString(p.value)
		if err != nil {
			return badParameter(p, "It must be encoded in base64.")
		}
		v.SetBytes(b)
	}
	return nil
}

// truth reads a boolean: SDKs write it small, some clients as their language does.
func truth(s string) (value, ok bool) {
	switch strings.ToLower(s) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return false, false
}
