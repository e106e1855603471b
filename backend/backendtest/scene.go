package backendtest

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/amiclass/amiclass/backend"
)

// TagKey is the key of the tag that everything made by the suite bears. Its value differs by
// behaviour and run.
const TagKey = "amiclass:conformance"

const (
	timeLimit = 20 * time.Minute // of one behaviour, and of its cleaning up
	patience  = time.Minute      // with eventual consistency
)

// The places where the pages are.
const (
	api        = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_"
	guide      = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/"
	devguide   = "https://docs.aws.amazon.com/ec2/latest/devguide/"
	errorCodes = devguide + "errors-overview.html"
)

// scene is where one behaviour is tried.
type scene struct {
	testing.TB
	World
	ctx       context.Context
	behaviour Behaviour
	name      string // that no other scene has
}

func newScene(ctx context.Context, tb testing.TB, b Behaviour, w World) *scene {
	return &scene{TB: tb, World: w, ctx: ctx, behaviour: b, name: "amiclass-" + strings.ToLower(rand.Text()[:16])}
}

// violated ends the behaviour: the backend isn't like EC2.
func (s *scene) violated(format string, args ...any) {
	s.Helper()
	s.Fatalf("%s\n\tOn Amazon EC2: %s.\n\tSee %s", fmt.Sprintf(format, args...), s.behaviour.Name, s.behaviour.Page)
}

// skipUnsupported ends a behaviour of something that the backend says it doesn't have.
func (s *scene) skipUnsupported(err error) {
	s.Helper()
	if errors.Is(err, backend.ErrUnsupported) {
		s.Skipf("%v", err)
	}
}

func (s *scene) must(err error, doing string) {
	s.Helper()
	s.skipUnsupported(err)
	if err != nil {
		s.violated("%s: %v", doing, err)
	}
}

func (s *scene) equal(what string, got, want any) {
	s.Helper()
	if !reflect.DeepEqual(got, want) {
		s.violated("%s is %#v, not %#v", what, got, want)
	}
}

func (s *scene) holds(ok bool, format string, args ...any) {
	s.Helper()
	if !ok {
		s.violated(format, args...)
	}
}

// refused wants an error of a kind, and if codes are given with one of these.
func (s *scene) refused(err error, kind error, codes ...string) {
	s.Helper()
	s.skipUnsupported(err)
	var e *backend.Error
	switch {
	case err == nil:
		s.violated("it was accepted; EC2 refuses it: %v %v", kind, codes)
	case !errors.As(err, &e):
		s.violated("the error is no *backend.Error: %v", err)
	case len(codes) > 0 && !slices.Contains(codes, e.Code):
		s.violated("the code is %q, not one of %q: %v", e.Code, codes, err)
	case kind != nil && !errors.Is(err, kind):
		s.violated("the error is not %q to errors.Is: %v", kind, err)
	}
}

// eventually looks until nothing is wrong, for as long as eventual consistency may take.
func (s *scene) eventually(look func(ctx context.Context) error) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, cmp.Or(s.Patience, patience))
	defer cancel()
	var wrong error
	err := backend.Poll(ctx, func(ctx context.Context) (backend.Progress, bool, error) {
		wrong = look(ctx)
		return backend.Progress{Resource: s.behaviour.Name, State: fmt.Sprint(wrong), Percent: -1}, wrong == nil || errors.Is(wrong, backend.ErrUnsupported), nil
	}, s.Wait...)
	s.skipUnsupported(wrong)
	if err != nil {
		s.violated("%v", wrong)
	}
}

// all drains a listing.
func all[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var found []T
	for v, err := range seq {
		if err != nil {
			return found, err
		}
		found = append(found, v)
	}
	return found, nil
}

// list drains a listing that must not fail.
func list[T any](s *scene, what string, seq iter.Seq2[T, error]) []T {
	s.Helper()
	found, err := all(seq)
	s.must(err, what)
	return found
}

// one is what a listing shows of one resource, once it shows it.
func one[T any](s *scene, what string, look func(ctx context.Context) iter.Seq2[T, error]) T {
	s.Helper()
	var found []T
	s.eventually(func(ctx context.Context) (err error) {
		if found, err = all(look(ctx)); err == nil && len(found) != 1 {
			err = fmt.Errorf("%d are listed", len(found))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		return nil
	})
	return found[0]
}

// byID selects by ID.
func byID(ids ...string) backend.Query { return backend.Query{IDs: ids} }

// mine adds the filter for what this scene has made.
func (s *scene) mine(filters ...backend.Filter) backend.Query {
	return backend.Query{Filters: append(filters, backend.ByTag(TagKey, s.name))}
}

// tagged is the tag that this scene puts on what it makes, with more tags.
func (s *scene) tagged(more ...string) map[string]string {
	tags := map[string]string{TagKey: s.name}
	for i := 0; i < len(more); i += 2 {
		tags[more[i]] = more[i+1]
	}
	return tags
}

// unknown is an ID of the right shape that nothing has.
func (s *scene) unknown(prefix string) string {
	const digits = "0123456789abcdef"
	random := make([]byte, 17)
	rand.Read(random)
	for i := range random {
		random[i] = digits[random[i]%16]
	}
	return prefix + "-" + string(random)
}

// made sees to it that a resource is gone when the behaviour has been tried.
func (s *scene) made(be backend.Backend, kind backend.ResourceKind, id string) {
	s.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), timeLimit)
		defer cancel()
		if err := (backend.Remains{backend.NewLeftover(be, kind, id)}).Cleanup(ctx); err != nil {
			s.Errorf("cleaning up: %v\n\tIt bears the tag %s = %s.", err, TagKey, s.name)
		}
	})
}
