package instance

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/amiclass/amiclass/backend"
)

// Key names the intent of a launch: the same key means the same instances. A launch first looks for the
// instances that its key has already, counts them, and launches only what is missing, so that a call
// that is repeated, by this program or the next one, launches nothing twice.
//
// A key is 1 to 128 printable ASCII characters. Its instances carry it in a tag. What they were launched
// with can't be changed under a key, and an instance of it that was terminated isn't replaced: both are
// errors, since nobody can tell what is meant. Use another key for another intent.
func Key(key string) LaunchOption {
	return func(l *launching) { l.key = &key }
}

const (
	keyTag  = "amiclass:key"
	specTag = "amiclass:spec" // the fingerprint of what was asked for under the key
	maxKey  = 128
)

func checkKey(f *faults, key string) {
	switch {
	case key == "":
		f.add("key", "is empty", "name the intent, such as the release, or leave the key out")
	case len(key) > maxKey:
		f.add("key", fmt.Sprintf("has %d characters", len(key)), fmt.Sprintf("use at most %d", maxKey))
	case strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' }):
		f.add("key", fmt.Sprintf("%q has characters that aren't printable ASCII", key), "use letters, digits and punctuation")
	case strings.TrimSpace(key) != key:
		f.add("key", fmt.Sprintf("%q begins or ends with a space", key), "leave it out")
	}
}

// tokenOf is the client token of a keyed launch: of the instances from the ordinal on, counted from 0, and
// of one choice of type, place and market, since that is another request.
func tokenOf(key string, ordinal int, choice string) string {
	sum := sha256.Sum256([]byte(key + "\x00" + strconv.Itoa(ordinal) + "\x00" + choice))
	return "amiclass-" + hex.EncodeToString(sum[:20])
}

// ofKey finds the instances of a key, in the order in which they were launched.
func ofKey(ctx context.Context, be backend.Backend, key string) ([]backend.Instance, error) {
	var found []backend.Instance
	for i, err := range be.Instances(ctx, backend.Query{Filters: []backend.Filter{OfKey(key)}}) {
		if err != nil {
			return nil, fmt.Errorf("look for the instances of the key %q: %w", key, err)
		}
		found = append(found, i)
	}
	slices.SortFunc(found, func(a, b backend.Instance) int {
		return cmp.Or(a.LaunchTime.Compare(b.LaunchTime), cmp.Compare(a.LaunchIndex, b.LaunchIndex), cmp.Compare(a.ID, b.ID))
	})
	return found, nil
}

// checkUse tells why the instances that a key has aren't what is asked for under it now.
func checkUse(ctx context.Context, be backend.Backend, key string, found []backend.Instance, n int, image backend.Image, spec Spec, fingerprint string) error {
	if ended := slices.DeleteFunc(slices.Clone(found), alive); len(ended) > 0 {
		return &FieldError{Path: "key", Problem: fmt.Sprintf("%q had %s, terminated since", key, ids(ended)),
			Remedy: "use another key to launch anew", kind: backend.ErrState}
	}
	for _, i := range found {
		if i.Tags[specTag] != fingerprint {
			return changedUse(ctx, be, key, i, spec)
		}
	}
	if len(found) > n {
		return &FieldError{Path: "n", Problem: fmt.Sprintf("is %d, but the key %q has %d already: %s", n, key, len(found), ids(found)),
			Remedy: "ask for as many, or use another key"}
	}
	if len(found) > 0 && len(found) < n && found[0].ImageID != image.ID {
		return &FieldError{Path: "image", Problem: fmt.Sprintf("is %s, but %s of the key %q is of %s", image.ID, found[0].ID, key, found[0].ImageID),
			Remedy: "launch what is missing from that image, or use another key"}
	}
	return nil
}

func alive(i backend.Instance) bool {
	return i.State != backend.InstanceTerminated && i.State != backend.InstanceShuttingDown
}

// changedUse says what is asked for now and what the instance of the key has, as far as EC2 tells it.
func changedUse(ctx context.Context, be backend.Backend, key string, i backend.Instance, spec Spec) error {
	problem := fmt.Sprintf("%q was used for %s with another spec", key, i.ID)
	if then, err := New(be, i).Spec(ctx); err == nil {
		had := make(map[string]string)
		for _, f := range then.fields() {
			had[f.path] = f.value
		}
		for _, f := range spec.fields() {
			if was := cmp.Or(had[f.path], nothing); was != f.value && f.path != "needs" {
				problem += fmt.Sprintf("; %s is %s now, %s there", f.path, f.value, was)
			}
		}
	}
	return &FieldError{Path: "key", Problem: problem, Remedy: "ask for the same, or use another key"}
}

// fingerprint is equal for requests that ask for the same, but for how many, of which image and under
// which token. Fields that a request doesn't set don't count, so that it stays the same when there are
// more of them some day.
func fingerprint(req backend.RunRequest) string {
	req.ClientToken, req.ImageID, req.MinCount, req.MaxCount = "", "", 0, 0
	var b strings.Builder
	writeSet(&b, reflect.ValueOf(req))
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:16])
}

func writeSet(b *strings.Builder, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			writeSet(b, v.Elem())
		}
	case reflect.Struct:
		if at, ok := v.Interface().(time.Time); ok {
			fmt.Fprintf(b, "%d;", at.UnixNano())
			return
		}
		b.WriteByte('{')
		for i := range v.NumField() {
			if f := v.Field(i); !f.IsZero() {
				b.WriteString(v.Type().Field(i).Name + "=")
				writeSet(b, f)
			}
		}
		b.WriteByte('}')
	case reflect.Slice:
		fmt.Fprintf(b, "[%d:", v.Len())
		for i := range v.Len() {
			writeSet(b, v.Index(i))
		}
		b.WriteByte(']')
	default: // fmt sorts the keys of a map
		fmt.Fprintf(b, "%#v;", v.Interface())
	}
}
