package engine

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

// testWorld is a cloud under test as one account sees it in one region, with a clock that the test sets.
type testWorld struct {
	t       testing.TB
	engine  *Engine
	clock   *clock
	account string
	region  region.Region
}

// newWorld makes a cloud as DefaultAccount sees it in us-east-1.
func newWorld(t testing.TB, o Options) *testWorld {
	t.Helper()
	c := &clock{at: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)}
	if o.Now == nil {
		o.Now = c.now
	}
	return &testWorld{t: t, engine: New(o), clock: c, account: DefaultAccount, region: region.USEast1}
}

// in is the same cloud in another region, as another account, and as a fork that goes its own way.
func (w *testWorld) in(r region.Region) *testWorld { other := *w; other.region = r; return &other }
func (w *testWorld) as(account string) *testWorld {
	other := *w
	other.account = account
	return &other
}
func (w *testWorld) fork() *testWorld                   { other := *w; other.engine = w.engine.Fork(); return &other }
func (w *testWorld) within(t testing.TB) *testWorld     { other := *w; other.t = t; return &other }
func (w *testWorld) forkWithin(t testing.TB) *testWorld { return w.fork().within(t) }

// clock stands still until a test sets it forward.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// call carries a request out and gives its output: call[ec2.DescribeVpcsOutput](w, &ec2.DescribeVpcsInput{}).
func call[Out any](w *testWorld, in any) (*Out, error) {
	w.t.Helper()
	key, err := AccessKey(w.account)
	require.NoError(w.t, err)
	name := reflect.TypeOf(in).Elem().Name()
	out, err := w.engine.Call(Call{
		Operation: strings.TrimSuffix(name, "Input"), Region: w.region, AccessKey: key, Input: in,
	})
	if err != nil {
		require.Nil(w.t, out, "an output beside an error")
		return nil, err
	}
	typed, ok := out.(*Out)
	require.True(w.t, ok, "%s answered with %T", name, out)
	return typed, nil
}

// must is call for a request that has to succeed.
func must[Out any](w *testWorld, in any) *Out {
	w.t.Helper()
	out, err := call[Out](w, in)
	require.NoError(w.t, err)
	return out
}

// wantCode requires an *Error of that code and gives it.
func wantCode(t testing.TB, err error, code string) *Error {
	t.Helper()
	var e *Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, code, e.Code, e.Message)
	return e
}

// wantNoChange requires a request to fail with the code and to leave the state as it was.
func wantNoChange[Out any](w *testWorld, in any, code string) *Error {
	w.t.Helper()
	if _, err := call[Out](w, in); err == nil { // it may have settled the account and let happen what was due
		require.Fail(w.t, "expected "+code, "%T succeeded", in)
	}
	before := w.made()
	_, err := call[Out](w, in)
	e := wantCode(w.t, err, code)
	if diff := cmp.Diff(strings.Split(before, "\n"), strings.Split(w.made(), "\n")); diff != "" {
		require.Fail(w.t, "a failed operation changed the state", diff)
	}
	return e
}

// change lets a test do to the state what no operation does yet, and undoes it if it fails.
func (w *testWorld) change(f func(t *tx) error) error {
	w.t.Helper()
	key, err := AccessKey(w.account)
	require.NoError(w.t, err)
	c, now := Call{Region: w.region, AccessKey: key}, w.engine.options.Now()
	w.engine.mu.Lock()
	defer w.engine.mu.Unlock()
	require.NoError(w.t, w.engine.prepareLocked(c, now))
	v, _ := w.engine.view(c, now)
	t := &tx{view: v}
	counters := t.counters
	if err := f(t); err != nil {
		t.undo.Rollback()
		t.state.counters = counters
		return err
	}
	return nil
}

func filter(name string, values ...string) ec2types.Filter {
	return ec2types.Filter{Name: ptr(name), Values: values}
}

func tagged(resource ec2types.ResourceType, pairs ...string) []ec2types.TagSpecification {
	return []ec2types.TagSpecification{{ResourceType: resource, Tags: tags(pairs...)}}
}

// tags makes tags of keys and values in turn.
func tags(pairs ...string) []ec2types.Tag {
	var out []ec2types.Tag
	for pair := range slices.Chunk(pairs, 2) {
		out = append(out, ec2types.Tag{Key: ptr(pair[0]), Value: ptr(pair[1])})
	}
	return out
}

// dump writes down the whole state, so that any two can be compared, whatever rows share. made leaves out
// what was there before anybody did anything, which is most of it.
func (w *testWorld) dump() string { return w.dumpBut(func(any) bool { return false }) }
func (w *testWorld) made() string { return w.dumpBut(isSeeded) }

func (w *testWorld) dumpBut(left func(row any) bool) string {
	w.engine.mu.RLock()
	defer w.engine.mu.RUnlock()
	s := w.engine.state
	var b strings.Builder
	fmt.Fprintln(&b, "seed:", s.seed, "start:", s.start, "counters:", s.counters)
	fmt.Fprintln(&b, "scopes:", s.scopes, "places:", s.places, "settled:", s.settled)
	for _, table := range tableList {
		fmt.Fprintf(&b, "%s:\n", table.name)
		for row := range table.rows(&s.tables) {
			if !left(row) {
				b.WriteString("  ")
				dumpValue(&b, reflect.ValueOf(row))
				b.WriteString("\n")
			}
		}
	}
	return b.String()
}

// isSeeded tells what was there before anybody did anything.
func isSeeded(row any) bool {
	switch row := row.(type) {
	case *image:
		return row.seeded
	case *snapshot:
		return row.seeded
	}
	return false
}

// readable lifts the protection of an unexported field.
func readable(v reflect.Value) reflect.Value {
	return reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
}

func dumpValue(b *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			b.WriteString("nil")
			return
		}
		dumpValue(b, v.Elem())
	case reflect.Slice, reflect.Array:
		b.WriteString("[")
		for i := range v.Len() {
			dumpValue(b, v.Index(i))
			b.WriteString(" ")
		}
		b.WriteString("]")
	case reflect.Struct:
		if _, ok := v.Type().MethodByName("String"); ok && v.CanAddr() { // times and addresses
			fmt.Fprint(b, readable(v).Interface())
			return
		}
		b.WriteString("{")
		for i := range v.NumField() {
			fmt.Fprintf(b, "%s:", v.Type().Field(i).Name)
			dumpValue(b, v.Field(i))
			b.WriteString(" ")
		}
		b.WriteString("}")
	default: // strings, numbers; fmt sorts the keys of a map
		fmt.Fprint(b, v)
	}
}

// isError tells whether an error is an *Error of a code.
func isError(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}
