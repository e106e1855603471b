package backend_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

// keyPairs lets a struct embed the ability under a name that hides none of its methods.
type keyPairs interface{ backend.KeyPairs }

// house is a backend that holds a few things and notes in which order they are removed.
type house struct {
	backend.Backend
	backend.Firewalls
	keyPairs
	instances map[string][]backend.InstanceState // what looks show, the last one for ever
	images    map[string][]backend.ImageState
	outcomes  []backend.SnapshotDeletion
	fail      map[string]error // by operation
	removed   []string
}

func (*house) Region() region.Region { return region.USEast1 }

func gone(op, id string) error {
	return &backend.Error{Op: op, Resource: id, Code: "X.NotFound", Kind: backend.ErrNotFound}
}

func next[S any](m map[string][]S, id string) (s S, ok bool) {
	states, ok := m[id]
	if !ok {
		return s, false
	}
	if len(states) > 1 {
		m[id] = states[1:]
	}
	return states[0], true
}

func (h *house) TerminateInstances(_ context.Context, ids []string) ([]backend.StateChange, error) {
	if _, ok := h.instances[ids[0]]; !ok {
		return nil, gone("TerminateInstances", ids[0])
	}
	h.removed = append(h.removed, ids...)
	return nil, h.fail["TerminateInstances"]
}

func (h *house) Instances(_ context.Context, q backend.Query) iter.Seq2[backend.Instance, error] {
	return func(yield func(backend.Instance, error) bool) {
		s, ok := next(h.instances, q.IDs[0])
		if !ok {
			yield(backend.Instance{}, gone("DescribeInstances", q.IDs[0]))
			return
		}
		yield(backend.Instance{ID: q.IDs[0], State: s}, nil)
	}
}

func (h *house) Images(_ context.Context, q backend.ImageQuery) iter.Seq2[backend.Image, error] {
	return func(yield func(backend.Image, error) bool) {
		if s, ok := next(h.images, q.IDs[0]); ok {
			yield(backend.Image{ID: q.IDs[0], State: s}, nil)
		}
	}
}

func (h *house) DeregisterImage(_ context.Context, req backend.DeregisterImageRequest) ([]backend.SnapshotDeletion, error) {
	if _, ok := h.images[req.ImageID]; !ok {
		return nil, &backend.Error{Op: "DeregisterImage", Code: "InvalidAMIID.Unavailable", Kind: backend.ErrState}
	}
	h.removed = append(h.removed, req.ImageID)
	return h.outcomes, h.fail["DeregisterImage"]
}

func (h *house) DeleteSnapshot(_ context.Context, id string) error {
	h.removed = append(h.removed, id)
	return h.fail["DeleteSnapshot"]
}

func (h *house) DeleteVolume(_ context.Context, id string) error {
	h.removed = append(h.removed, id)
	return h.fail["DeleteVolume"]
}

func (h *house) DeleteSecurityGroup(_ context.Context, id string) error {
	h.removed = append(h.removed, id)
	return h.fail["DeleteSecurityGroup"]
}

func (h *house) DeleteKeyPair(_ context.Context, id string) error {
	h.removed = append(h.removed, id)
	return h.fail["DeleteKeyPair"]
}

func TestCleanup(t *testing.T) {
	t.Parallel()
	denied := &backend.Error{Op: "DeleteSnapshot", Code: "UnauthorizedOperation", Kind: backend.ErrDenied}
	for name, tc := range map[string]struct {
		house   *house
		left    []string // "kind id"
		removed []string
		want    error
		still   []string
	}{
		"instances go first, and images before what their snapshots hold": {
			house: &house{
				instances: map[string][]backend.InstanceState{"i-1": {"shutting-down", "terminated"}},
				images:    map[string][]backend.ImageState{"ami-1": {"available"}},
			},
			left:    []string{"volume vol-1", "snapshot snap-1", "image ami-1", "instance i-1"},
			removed: []string{"i-1", "ami-1", "snap-1", "vol-1"},
		},
		"a pending image is waited for": {
			house:   &house{images: map[string][]backend.ImageState{"ami-1": {"pending", "pending", "available"}}},
			left:    []string{"image ami-1"},
			removed: []string{"ami-1"},
		},
		"what has gone already is fine": {
			house: &house{},
			left:  []string{"instance i-1", "image ami-1"},
		},
		"it goes on after a failure and names what still exists": {
			house:   &house{fail: map[string]error{"DeleteSnapshot": denied}},
			left:    []string{"snapshot snap-1", "volume vol-1"},
			removed: []string{"snap-1", "vol-1"},
			want:    backend.ErrDenied,
			still:   []string{"snapshot snap-1 in us-east-1"},
		},
		"security groups and key pairs go after the instances": {
			house:   &house{instances: map[string][]backend.InstanceState{"i-1": {"terminated"}}},
			left:    []string{"key-pair key-1", "security-group sg-1", "instance i-1"},
			removed: []string{"i-1", "sg-1", "key-1"},
		},
		"a security group that others use by now stays without complaint": {
			house:   &house{fail: map[string]error{"DeleteSecurityGroup": &backend.Error{Code: "DependencyViolation", Kind: backend.ErrState}}},
			left:    []string{"security-group sg-1"},
			removed: []string{"sg-1"},
		},
		"a security group that may not be removed is still there": {
			house:   &house{fail: map[string]error{"DeleteSecurityGroup": denied}},
			left:    []string{"security-group sg-1"},
			removed: []string{"sg-1"},
			want:    backend.ErrDenied,
			still:   []string{"security-group sg-1 in us-east-1"},
		},
		"a snapshot that stays behind is named by itself": {
			house: &house{
				images:   map[string][]backend.ImageState{"ami-1": {"available"}},
				outcomes: []backend.SnapshotDeletion{{SnapshotID: "snap-1", Outcome: "success"}, {SnapshotID: "snap-2", Outcome: "internal-error"}},
			},
			left:    []string{"image ami-1"},
			removed: []string{"ami-1"},
			still:   []string{"snapshot snap-2 in us-east-1", "image ami-1 in us-east-1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var left backend.Remains
				for _, l := range tc.left {
					var kind, id string
					_, err := fmt.Sscan(l, &kind, &id)
					require.NoError(t, err)
					left = append(left, backend.NewLeftover(tc.house, backend.ResourceKind(kind), id))
				}
				err := left.Cleanup(t.Context())
				if tc.want == nil && tc.still == nil {
					require.NoError(t, err)
				} else {
					require.Error(t, err)
				}
				if tc.want != nil {
					require.ErrorIs(t, err, tc.want)
				}
				if diff := cmp.Diff(tc.removed, tc.house.removed, cmpopts.EquateEmpty()); diff != "" {
					t.Error("removed:", diff)
				}
				var still []string
				for _, l := range backend.Leftovers(err) {
					still = append(still, l.String())
				}
				if diff := cmp.Diff(tc.still, still, cmpopts.EquateEmpty(), cmpopts.SortSlices(func(a, b string) bool { return a < b })); diff != "" {
					t.Error("still there:", diff)
				}
			})
		})
	}
}

func TestCleanupRefusesWhatItCannotRemove(t *testing.T) {
	t.Parallel()
	err := backend.Remains{{Kind: backend.KindVolume, ID: "vol-1"}}.Cleanup(t.Context())
	require.ErrorIs(t, err, backend.ErrUnsupported)
	for _, kind := range []backend.ResourceKind{backend.KindSecurityGroup, backend.KindKeyPair} {
		plain := struct{ backend.Backend }{&house{}} // without the abilities
		require.ErrorIs(t, backend.Remains{backend.NewLeftover(plain, kind, "x")}.Cleanup(t.Context()), backend.ErrUnsupported)
	}
	err = backend.Remains{backend.NewLeftover(&house{}, "castle", "x")}.Cleanup(t.Context())
	require.ErrorContains(t, err, `kind "castle"`)
}

func TestLeftoversAreFoundAnywhereInAnErrorsTreeEachOnce(t *testing.T) {
	t.Parallel()
	be := &house{}
	one, two := backend.NewLeftover(be, backend.KindInstance, "i-1"), backend.NewLeftover(be, backend.KindImage, "ami-1")
	err := fmt.Errorf("deploy: %w", errors.Join(
		backend.Leave(errors.New("a"), one),
		fmt.Errorf("b: %w", backend.Leave(context.Canceled, two, one)),
	))
	got := backend.Leftovers(err)
	require.Len(t, got, 2)
	require.Equal(t, "instance i-1 in us-east-1", got[0].String())
	require.Equal(t, "image ami-1 in us-east-1", got[1].String())
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorContains(t, err, "left: image ami-1 in us-east-1")

	require.Empty(t, backend.Leftovers(nil))
	require.NoError(t, backend.Leave(nil, one))
	plain := errors.New("plain")
	require.Equal(t, plain, backend.Leave(plain))
}

func TestJournalsNest(t *testing.T) {
	t.Parallel()
	be := &house{}
	outer, all := backend.Track(t.Context())
	backend.Made(outer, be, backend.KindInstance, "i-1")
	inner, part := backend.Track(outer)
	backend.Made(inner, be, backend.KindImage, "ami-1")
	backend.Made(inner, be, backend.KindImage, "ami-1")

	require.Len(t, part.Leftovers(), 1)
	require.Len(t, all.Leftovers(), 2)

	backend.Removed(inner, be, backend.KindInstance, "i-1")
	require.Len(t, all.Leftovers(), 1)
	require.Equal(t, "ami-1", all.Leftovers()[0].ID)

	require.NoError(t, all.Wrap(nil))
	require.Len(t, backend.Leftovers(all.Wrap(errors.New("x"))), 1)
	backend.Made(t.Context(), be, backend.KindImage, "nobody keeps account")
}

func ExampleTrack() {
	deploy := func(ctx context.Context, be backend.Backend) (err error) {
		ctx, journal := backend.Track(ctx)
		defer func() { err = journal.Wrap(err) }()

		backend.Made(ctx, be, backend.KindInstance, "i-0123456789abcdef0") // what Instantiate does
		return errors.New("the second step failed")
	}
	fmt.Println(deploy(context.Background(), &house{}))
	// Output: the second step failed (left: instance i-0123456789abcdef0 in us-east-1)
}
