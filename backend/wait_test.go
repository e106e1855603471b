package backend_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
)

func TestPollLooksAtOnceAndThenEverLessOften(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var looks []time.Duration
		err := backend.Poll(t.Context(), func(context.Context) (backend.Progress, bool, error) {
			looks = append(looks, time.Since(start))
			return backend.Progress{}, len(looks) == 12, nil
		})
		require.NoError(t, err)
		require.Equal(t, []time.Duration{0, time.Second, 2500 * time.Millisecond}, looks[:3])
		require.Equal(t, 15*time.Second, looks[11]-looks[10])
	})
}

func TestPollTellsItsProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		states := []string{"pending", "pending", "available"}
		n := 0
		var told []backend.Progress
		err := backend.Poll(t.Context(), func(context.Context) (backend.Progress, bool, error) {
			s := states[n]
			n++
			return backend.Progress{Resource: "image ami-1", State: s, Want: "available", Percent: -1}, s == "available", nil
		}, backend.WithInterval(4*time.Second), backend.WithProgress(func(p backend.Progress) { told = append(told, p) }))
		require.NoError(t, err)
		want := []backend.Progress{
			{Resource: "image ami-1", State: "pending", Want: "available", Percent: -1},
			{Resource: "image ami-1", State: "pending", Want: "available", Percent: -1, Elapsed: 4 * time.Second},
			{Resource: "image ami-1", State: "available", Want: "available", Percent: -1, Elapsed: 8 * time.Second},
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Error(diff)
		}
	})
}

func TestPollSurvivesBeingThrottled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		err := backend.Poll(t.Context(), func(context.Context) (backend.Progress, bool, error) {
			n++
			if n == 1 {
				return backend.Progress{}, false, &backend.Error{Op: "DescribeImages", Kind: backend.ErrThrottled}
			}
			return backend.Progress{}, true, nil
		})
		require.NoError(t, err)
		require.Equal(t, 2, n)
	})
}

func TestPollEnds(t *testing.T) {
	t.Parallel()
	cause := errors.New("the deployment was called off")
	for name, tc := range map[string]struct {
		look func(ctx context.Context, cancel context.CancelCauseFunc) error
		want error
	}{
		"with the error of a look": {func(context.Context, context.CancelCauseFunc) error { return backend.ErrNotFound }, backend.ErrNotFound},
		"with the context's cause": {func(_ context.Context, cancel context.CancelCauseFunc) error { cancel(cause); return nil }, cause},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				err := backend.Poll(ctx, func(ctx context.Context) (backend.Progress, bool, error) {
					return backend.Progress{Resource: "instance i-1", State: "pending"}, false, tc.look(ctx, cancel)
				})
				require.ErrorIs(t, err, tc.want)
			})
		})
	}
}

func TestProgressReadsWell(t *testing.T) {
	t.Parallel()
	p := backend.Progress{Resource: "image ami-1", State: "pending", Percent: 40, Elapsed: 12345 * time.Millisecond}
	require.Equal(t, "image ami-1: pending, 40% (12s)", p.String())
	p.Percent = -1
	require.Equal(t, "image ami-1: pending (12s)", p.String())
}
