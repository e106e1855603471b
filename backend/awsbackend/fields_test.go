package awsbackend_test

import (
	"encoding/base64"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go/middleware"
	"pgregory.net/rapid"
)

// filled draws a value in which no field is zero. Fields whose text has a form get that form, and
// enumerations that mean "yes" or "no" get their yes.
func filled[T any](t *rapid.T) *T {
	v := new(T)
	fill(t, reflect.ValueOf(v).Elem(), "")
	return v
}

var meansYes = map[reflect.Type]string{
	reflect.TypeFor[types.MonitoringState]():       string(types.MonitoringStateEnabled),
	reflect.TypeFor[types.InstanceLifecycleType](): string(types.InstanceLifecycleTypeSpot),
	reflect.TypeFor[types.EbsEncryptionSupport]():  string(types.EbsEncryptionSupportSupported),
	reflect.TypeFor[types.PermissionGroup]():       string(types.PermissionGroupAll),
	reflect.TypeFor[kmstypes.KeyManagerType]():     string(kmstypes.KeyManagerTypeCustomer),
	reflect.TypeFor[types.NitroTpmSupport]():       string(types.NitroTpmSupportSupported),
	reflect.TypeFor[types.NitroEnclavesSupport]():  string(types.NitroEnclavesSupportSupported),
}

func fill(t *rapid.T, v reflect.Value, field string) {
	switch v.Type() {
	case reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Unix(rapid.Int64Range(1, 4e9).Draw(t, "second"), 0)))
		return
	case reflect.TypeFor[middleware.Metadata]():
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if field == "NextToken" {
			return // else there is no last page
		}
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), field)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				fill(t, v.Field(i), f.Name)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(1, 2).Draw(t, "length"), 2))
		for i := range v.Len() {
			fill(t, v.Index(i), field)
		}
	case reflect.String:
		v.SetString(text(t, v.Type(), field))
	case reflect.Bool:
		v.SetBool(field != "Primary" && field != "Truncated") // else there is no secondary address, or no last page
	case reflect.Int32, reflect.Int64:
		v.SetInt(rapid.Int64Range(1, 1e6).Draw(t, field))
	case reflect.Float64:
		v.SetFloat(1)
	case reflect.Map:
		v.Set(other(v.Type()))
	default:
		panic(fmt.Sprintf("field %s: fill doesn't know %s", field, v.Type()))
	}
}

func text(t *rapid.T, enum reflect.Type, field string) string {
	if yes, ok := meansYes[enum]; ok {
		return yes
	}
	switch field {
	case "Output", "PasswordData":
		return base64.StdEncoding.EncodeToString([]byte(rapid.StringMatching(`[a-z]{1,12}`).Draw(t, field)))
	case "CreationDate", "DeprecationTime", "LastLaunchedTime":
		return time.Unix(rapid.Int64Range(1, 4e9).Draw(t, field), 0).UTC().Format("2006-01-02T15:04:05.000Z")
	case "Progress":
		return fmt.Sprintf("%d%%", rapid.IntRange(1, 100).Draw(t, field))
	}
	return rapid.StringMatching(`[a-z]{1,12}`).Draw(t, field)
}

// fullness fails for every field of v, or of what v holds, that is zero.
func fullness(t *rapid.T, v reflect.Value, path string) {
	t.Helper()
	if v.IsZero() {
		t.Errorf("%s stays zero: convert it from the reply", path)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		fullness(t, v.Elem(), path)
	case reflect.Slice:
		if v.Len() == 0 {
			t.Errorf("%s stays empty: convert it from the reply", path)
		}
		for i := range v.Len() {
			fullness(t, v.Index(i), fmt.Sprintf("%s[%d]", path, i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				fullness(t, v.Field(i), path+"."+f.Name)
			}
		}
	}
}

// oneByOne calls f with copies of base that differ from it in one field each, whatever the depth.
// Lists of structs need an element in base for their fields to be reached.
func oneByOne[T any](t *testing.T, base func() T, f func(path string, changed T)) {
	t.Helper()
	v := base()
	count := 0
	change(reflect.ValueOf(&v).Elem(), "", func(string, func()) { count++ })
	for i := range count {
		v, n := base(), 0
		change(reflect.ValueOf(&v).Elem(), "", func(path string, apply func()) {
			if n == i {
				apply()
				f(path, v)
			}
			n++
		})
	}
}

// change offers a change of each leaf below v.
func change(v reflect.Value, path string, offer func(path string, apply func())) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			change(v.Field(i), path+"."+v.Type().Field(i).Name, offer)
		}
	case reflect.Pointer:
		if v.IsNil() {
			offer(path, func() { v.Set(reflect.New(v.Type().Elem())) })
			return
		}
		change(v.Elem(), path, offer)
	case reflect.Slice:
		offer(path, func() { v.Set(reflect.Append(v, other(v.Type().Elem()))) })
		for i := range v.Len() {
			if v.Index(i).Kind() == reflect.Struct {
				change(v.Index(i), fmt.Sprintf("%s[%d]", path, i), offer)
			}
		}
	default:
		offer(path, func() { v.Set(other(v.Type())) })
	}
}

// other is a value that isn't zero.
func other(t reflect.Type) reflect.Value {
	v := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.String:
		v.SetString("changed")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(7)
	case reflect.Uint8:
		v.SetUint(7)
	case reflect.Map:
		v.Set(reflect.MakeMap(t))
		v.SetMapIndex(other(t.Key()), other(t.Elem()))
	case reflect.Struct:
		v.Field(0).Set(other(t.Field(0).Type))
	default:
		panic(fmt.Sprintf("no other value of %s is known", t))
	}
	return v
}
