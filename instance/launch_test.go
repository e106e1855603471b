package instance_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

var (
	errLost    = &backend.Error{Op: "RunInstances", Err: errors.New("connection reset")}
	errRefused = &backend.Error{Op: "RunInstances", Code: "InsufficientInstanceCapacity", Kind: backend.ErrCapacity}
	errDenied  = &backend.Error{Op: "DescribeInstances", Code: "UnauthorizedOperation", Kind: backend.ErrDenied}
)

func TestLaunchSendsThePreviewWithAToken(t *testing.T) {
	t.Parallel()
	var sent []backend.RunRequest
	be := &script{run: func(_ context.Context, req backend.RunRequest) ([]backend.Instance, error) {
		sent = append(sent, req)
		return []backend.Instance{{ID: id, State: backend.InstancePending, ImageID: req.ImageID}}, nil
	}}
	for range 2 {
		made, err := instance.Launch(t.Context(), be, linux(), base)
		require.NoError(t, err)
		require.Equal(t, id, made.ID())
		require.Equal(t, backend.InstancePending, made.State())
	}
	want, err := base.Preview(linux())
	require.NoError(t, err)
	require.NotEqual(t, sent[0].ClientToken, sent[1].ClientToken, "each launch is its own")
	for _, req := range sent {
		require.Regexp(t, `^[!-~]{20,64}$`, req.ClientToken)
		req.ClientToken = ""
		require.Equal(t, want, req)
	}
}

func TestLaunchRefusesBeforeAnyCall(t *testing.T) {
	t.Parallel()
	ended, cancel := context.WithCancelCause(t.Context())
	reason := errors.New("closing time")
	cancel(reason)
	for name, tc := range map[string]struct {
		ctx  context.Context
		spec instance.Spec
		kind error
		want []string
	}{
		"a wrong spec": {t.Context(), base.WithRootVolume(instance.GP3(instance.GiB)).WithTag("aws:a", ""), backend.ErrInvalid,
			[]string{"spec.rootVolume.size", `spec.tags["aws:a"]`}},
		"a zone elsewhere":        {t.Context(), base.WithZone("eu-west-1a"), backend.ErrInvalid, []string{"spec.zone: eu-west-1a isn't in us-east-1"}},
		"a context that is ended": {ended, base, reason, []string{imageID}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			be := &script{}
			_, err := instance.Launch(tc.ctx, be, linux(), tc.spec)
			require.ErrorIs(t, err, tc.kind)
			for _, w := range tc.want {
				require.ErrorContains(t, err, w)
			}
			require.Zero(t, be.called("RunInstances"))
			require.Empty(t, backend.Leftovers(err))
		})
	}
	_, err := instance.Launch(t.Context(), nil, linux(), base)
	require.ErrorIs(t, err, backend.ErrInvalid)
}

func TestLaunchTakesATypeThatTheRegionOffers(t *testing.T) {
	t.Parallel()
	var got string
	be := &script{region: region.EUWest3, run: func(_ context.Context, req backend.RunRequest) ([]backend.Instance, error) {
		got = req.Type
		return []backend.Instance{{ID: id}}, nil
	}}
	needs := instance.Needs{VCPUs: instance.AtLeast(2), Memory: instance.AtLeast(4 * instance.GiB)}
	_, err := instance.Launch(t.Context(), be, linux(), instance.Spec{}.WithHardware(needs))
	require.NoError(t, err)
	require.Equal(t, "c7g.large", got, "c8g isn't offered in eu-west-3")
}

// What a launch does when its call fails, by what was done and what looking tells.
func TestLaunchUncertainty(t *testing.T) {
	t.Parallel()
	made := backend.Instance{ID: id, State: backend.InstancePending}
	for name, tc := range map[string]struct {
		run     error
		found   [][]backend.Instance // look by look
		look    error
		cancel  bool // during the call
		success bool
		left    bool
		is      []error
		says    string
		looks   int
	}{
		"a refusal is returned as it is": {run: errRefused, is: []error{backend.ErrCapacity}},
		"a lost reply whose deed is found at once is a success": {
			run: errLost, found: [][]backend.Instance{{made}}, success: true, looks: 1,
		},
		"a lost reply whose deed is found later is a success": {
			run: errLost, found: [][]backend.Instance{nil, nil, {made}}, success: true, looks: 3,
		},
		"a lost call that did nothing": {
			run: errLost, found: [][]backend.Instance{nil}, is: []error{errLost}, says: "no instance had the client token amiclass-", looks: 3,
		},
		"a server that failed may have done it": {
			run:   &backend.Error{Op: "RunInstances", Code: "InternalError"},
			found: [][]backend.Instance{{made}}, success: true, looks: 1,
		},
		"cancelled after the deed": {
			run: context.Canceled, cancel: true, found: [][]backend.Instance{{made}}, left: true,
			is: []error{context.Canceled}, says: "launched " + id, looks: 1,
		},
		"cancelled before the deed": {
			run: context.Canceled, cancel: true, found: [][]backend.Instance{nil}, is: []error{context.Canceled}, looks: 3,
		},
		"looking fails": {
			run: errLost, look: errDenied, is: []error{errLost, backend.ErrDenied}, says: "may exist: looking for it failed", looks: 1,
		},
		"the deed was done twice": {
			run: errLost, found: [][]backend.Instance{{made, {ID: "i-1234abcd"}}}, left: true, is: []error{errLost}, says: "i-1234abcd", looks: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var token string
				looks := 0
				be := &script{}
				be.run = func(_ context.Context, req backend.RunRequest) ([]backend.Instance, error) {
					token = req.ClientToken
					if tc.cancel {
						cancel()
					}
					return nil, tc.run
				}
				be.instances = func(ctx context.Context, q backend.Query) ([]backend.Instance, error) {
					require.NoError(t, ctx.Err(), "a look must not die with the launch")
					require.Equal(t, []backend.Filter{backend.By("client-token", token)}, q.Filters)
					found := tc.found[:min(len(tc.found), looks+1)]
					looks++
					if len(found) == 0 {
						return nil, tc.look
					}
					return found[len(found)-1], nil
				}
				got, err := instance.Launch(ctx, be, linux(), base)
				require.Equal(t, 1, be.called("RunInstances"), "never launch twice")
				require.Equal(t, tc.looks, looks)
				if tc.success {
					require.NoError(t, err)
					require.Equal(t, id, got.ID())
					return
				}
				require.Error(t, err)
				for _, want := range tc.is {
					require.ErrorIs(t, err, want)
				}
				require.ErrorContains(t, err, tc.says)
				require.Equal(t, tc.left, len(backend.Leftovers(err)) > 0)
			})
		})
	}
}

func TestLaunchTellsTheJournalAround(t *testing.T) {
	t.Parallel()
	be := &script{run: func(context.Context, backend.RunRequest) ([]backend.Instance, error) {
		return []backend.Instance{{ID: id}}, nil
	}}
	ctx, journal := backend.Track(t.Context())
	_, err := instance.Launch(ctx, be, linux(), base)
	require.NoError(t, err)
	require.Equal(t, "instance "+id+" in us-east-1", journal.Leftovers()[0].String())
}

func TestLaunchOfABackendThatCantCount(t *testing.T) {
	t.Parallel()
	be := &script{run: func(context.Context, backend.RunRequest) ([]backend.Instance, error) {
		return []backend.Instance{{ID: id}, {ID: "i-1234abcd"}}, nil
	}}
	_, err := instance.Launch(t.Context(), be, linux(), base)
	require.ErrorContains(t, err, "asked for 1, got 2")
	require.Len(t, backend.Leftovers(err), 2)
}

func TestWaitOptions(t *testing.T) {
	t.Parallel()
	opts := instance.WaitOptions(instance.WithWait(backend.WithInterval(time.Second)), instance.WithWait(backend.WithProgress(nil)))
	require.Len(t, opts, 2)
}
