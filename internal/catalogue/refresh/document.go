package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// document writes an instance type as one line of JSON: members sorted, what isn't said left out,
// and a number that may have a fraction always with one. encoding/json would write null for what
// isn't said and order members as the SDK's version happens to.
func document(t types.InstanceTypeInfo) ([]byte, error) { return appendValue(nil, reflect.ValueOf(t)) }

func appendValue(b []byte, v reflect.Value) ([]byte, error) {
	switch v.Kind() {
	case reflect.Pointer:
		return appendValue(b, v.Elem())
	case reflect.Struct:
		return appendObject(b, v)
	case reflect.Slice:
		return appendArray(b, v)
	case reflect.String:
		text, err := json.Marshal(v.String())
		return append(b, text...), err
	case reflect.Bool:
		return strconv.AppendBool(b, v.Bool()), nil
	case reflect.Int32, reflect.Int64:
		return strconv.AppendInt(b, v.Int(), 10), nil
	case reflect.Float64:
		number := strconv.FormatFloat(v.Float(), 'f', -1, 64)
		if !strings.Contains(number, ".") {
			number += ".0"
		}
		return append(b, number...), nil
	}
	return nil, fmt.Errorf("a value of type %s can't be written", v.Type())
}

func appendObject(b []byte, v reflect.Value) ([]byte, error) {
	var members []reflect.StructField
	for _, f := range reflect.VisibleFields(v.Type()) {
		if f.IsExported() && said(v.FieldByIndex(f.Index)) {
			members = append(members, f)
		}
	}
	slices.SortFunc(members, func(a, b reflect.StructField) int { return strings.Compare(a.Name, b.Name) })
	b = append(b, '{')
	for i, f := range members {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(strconv.AppendQuote(b, f.Name), ':')
		var err error
		if b, err = appendValue(b, v.FieldByIndex(f.Index)); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	return append(b, '}'), nil
}

func appendArray(b []byte, v reflect.Value) ([]byte, error) {
	b = append(b, '[')
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendValue(b, v.Index(i)); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

// said tells a value from none: the SDK has nil pointers and slices and empty strings for none.
func said(v reflect.Value) bool {
	if v.Kind() == reflect.Slice {
		return v.Len() > 0
	}
	return !v.IsZero()
}
