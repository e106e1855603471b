package ami_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

func TestDeregister(t *testing.T) {
	t.Parallel()
	const image, root, data = "image " + imageID + " in us-east-1", "snapshot snap-root in us-east-1", "snapshot snap-data in us-east-1"
	says := func(outcome string) func(string) string {
		return func(id string) string {
			if id == "snap-data" {
				return outcome
			}
			return "success"
		}
	}
	for name, tc := range map[string]struct {
		prepare   func(*account, context.CancelFunc)
		opts      []ami.DeregisterOption
		want      error
		left      []string
		snapshots []string // that exist afterwards
		remains   bool     // the image
	}{
		"with its snapshots": {},
		"without its snapshots": {
			opts: []ami.DeregisterOption{ami.KeepSnapshots(), nil}, snapshots: []string{"snap-data", "snap-root"},
		},
		"snapshot used elsewhere stays, by EC2's word": {
			prepare:   func(a *account, _ context.CancelFunc) { a.outcome = says("skipped") },
			snapshots: []string{"snap-data"},
		},
		"snapshot used elsewhere stays, though EC2 says nothing": {
			prepare: func(a *account, _ context.CancelFunc) {
				a.outcome = says("")
				a.add(own(madeID, "other", func(im *backend.Image) { im.Devices = devices("snap-data") }))
			},
			snapshots: []string{"snap-data"},
		},
		"backend that deletes no snapshots": {
			prepare: func(a *account, _ context.CancelFunc) { a.outcome = func(string) string { return "" } },
		},
		"snapshot that couldn't be deleted is tried again": {
			prepare: func(a *account, _ context.CancelFunc) { a.outcome = says("internal-error") },
		},
		"snapshot that can't be deleted is left": {
			prepare: func(a *account, _ context.CancelFunc) {
				a.outcome = says("missing-permissions")
				a.refuse["DeleteSnapshot"] = []error{refused("UnauthorizedOperation")}
			},
			want: backend.ErrDenied, left: []string{data}, snapshots: []string{"snap-data"},
		},
		"reply of a snapshot's deletion lost": {
			prepare: func(a *account, _ context.CancelFunc) {
				a.outcome = says("internal-error")
				a.lose["DeleteSnapshot"] = []error{lost()}
			},
		},
		"deletion of a snapshot never arrived": {
			prepare: func(a *account, _ context.CancelFunc) {
				a.outcome = says("internal-error")
				a.refuse["DeleteSnapshot"] = []error{lost()}
			},
			want: context.DeadlineExceeded, left: []string{data}, snapshots: []string{"snap-data"},
		},
		"which snapshots remain can't be told": {
			prepare: func(a *account, _ context.CancelFunc) {
				a.outcome = func(string) string { return "" }
				a.refuse["DescribeSnapshots"] = []error{refused("UnauthorizedOperation")}
			},
			want: backend.ErrDenied, left: []string{root, data}, snapshots: []string{"snap-data", "snap-root"},
		},
		"refused": {
			prepare: func(a *account, _ context.CancelFunc) {
				a.refuse["DeregisterImage"] = []error{refused("OperationNotPermitted")}
			},
			want: backend.ErrDenied, left: []string{image}, snapshots: []string{"snap-data", "snap-root"}, remains: true,
		},
		"refused, and the snapshots are to be kept": {
			opts: []ami.DeregisterOption{ami.KeepSnapshots()},
			prepare: func(a *account, _ context.CancelFunc) {
				a.refuse["DeregisterImage"] = []error{refused("OperationNotPermitted")}
			},
			want: backend.ErrDenied, snapshots: []string{"snap-data", "snap-root"}, remains: true,
		},
		"refused in this state": {
			prepare: func(a *account, _ context.CancelFunc) {
				a.refuse["DeregisterImage"] = []error{refused("InvalidAMIID.Unavailable")}
			},
			want: backend.ErrState, left: []string{image}, snapshots: []string{"snap-data", "snap-root"}, remains: true,
		},
		"reply lost": {
			prepare: func(a *account, _ context.CancelFunc) { a.lose["DeregisterImage"] = []error{lost()} },
		},
		"reply lost, snapshots undone": {
			prepare: func(a *account, _ context.CancelFunc) {
				a.lose["DeregisterImage"] = []error{lost()}
				a.outcome = says("internal-error")
			},
		},
		"never arrived": {
			prepare: func(a *account, _ context.CancelFunc) { a.refuse["DeregisterImage"] = []error{lost()} },
			want:    context.DeadlineExceeded, left: []string{image}, snapshots: []string{"snap-data", "snap-root"}, remains: true,
		},
		"gone before": {
			prepare: func(a *account, _ context.CancelFunc) { a.images[region.USEast1] = nil },
		},
		"gone meanwhile": {
			prepare: func(a *account, _ context.CancelFunc) {
				a.during["DeregisterImage"] = func() { a.images[region.USEast1] = nil }
				a.refuse["DeregisterImage"] = []error{refused("InvalidAMIID.Unavailable")}
			},
		},
		"failed image": {
			prepare: func(a *account, _ context.CancelFunc) { a.set(imageID, backend.ImageFailed, "") },
		},
		"cancelled before": {
			prepare: func(_ *account, cancel context.CancelFunc) { cancel() },
			want:    context.Canceled, left: []string{image}, snapshots: []string{"snap-data", "snap-root"}, remains: true,
		},
		"cancelled after the deed, all done": {
			prepare: func(a *account, cancel context.CancelFunc) {
				a.lose["DeregisterImage"] = []error{context.Canceled}
				a.during["DescribeSnapshots"] = cancel
			},
		},
		"cancelled after the deed, a snapshot remains": {
			prepare: func(a *account, cancel context.CancelFunc) {
				a.lose["DeregisterImage"] = []error{context.Canceled}
				a.outcome = says("internal-error")
				a.during["DescribeSnapshots"] = cancel
			},
			want: context.Canceled, left: []string{data}, snapshots: []string{"snap-data"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newAccount(own(imageID, golden))
				im := get(t, a, imageID)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if tc.prepare != nil {
					tc.prepare(a, cancel)
				}
				ctx, journal := backend.Track(ctx)
				backend.Made(ctx, a, backend.KindImage, imageID)
				err := im.Deregister(ctx, tc.opts...)
				require.ErrorIs(t, err, tc.want)
				require.Equal(t, tc.left, leftovers(err))
				require.Equal(t, tc.snapshots, slices.Sorted(maps.Keys(a.snapshots)))
				if tc.remains {
					require.Equal(t, []string{image}, leftovers(journal.Wrap(refused("x"))))
				} else {
					require.Equal(t, tc.left, leftovers(journal.Wrap(refused("x"))), "the image is struck out")
					require.Equal(t, backend.ImageDeregistered, im.State())
				}
			})
		})
	}
}

func TestDeregisterWaitsForPendingImage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(own(imageID, golden, inState(backend.ImagePending, "")))
		im := get(t, a, imageID)
		err := im.Deregister(t.Context(), ami.WithWait(backend.WithProgress(func(backend.Progress) {
			a.set(imageID, backend.ImageAvailable, "")
		})))
		require.NoError(t, err)
		require.Equal(t, []backend.DeregisterImageRequest{{ImageID: imageID, DeleteSnapshots: true}}, a.gone)
		require.NoError(t, im.Deregister(t.Context()), "again")
	})
}
