package ami_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

func TestImageTellsWhatWasSeen(t *testing.T) {
	t.Parallel()
	a := newAccount(own(imageID, golden))
	im := get(t, a, imageID)
	require.Equal(t, imageID+` "golden" in us-east-1 (x86_64, available)`, im.String())
	require.Equal(t, golden, im.Name())
	require.Equal(t, ami.X8664, im.Architecture())
	require.Equal(t, backend.Backend(a), im.Backend())

	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("made", "image", im)
	require.Contains(t, log.String(), "image.id="+imageID+" image.name=golden image.region=us-east-1")
}

func TestDataIsTheCallersOwn(t *testing.T) {
	t.Parallel()
	im := get(t, newAccount(own(imageID, golden, tagged("x"))), imageID)
	data := im.Data()
	data.Tags["a"] = "b"
	*data.Devices[0].EBS.Encrypted = false
	data.Devices[0].EBS.SnapshotID = "changed"
	data.Devices[1].Device = "changed"
	if diff := cmp.Diff(own(imageID, golden, tagged("x")), im.Data()); diff != "" {
		t.Error(diff)
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		id   string
		want error
	}{
		"known":     {imageID, nil},
		"disabled":  {copiedID, nil},
		"unknown":   {madeID, backend.ErrNotFound},
		"malformed": {"i-123", backend.ErrInvalid},
	} {
		a := newAccount(own(imageID, golden), own(copiedID, golden+"-2", inState(backend.ImageDisabled, "")))
		im, err := ami.Get(t.Context(), a, tc.id)
		require.ErrorIs(t, err, tc.want, name)
		if tc.want == nil {
			require.Equal(t, tc.id, im.ID())
		}
	}
	_, err := ami.Get(t.Context(), nil, imageID)
	require.ErrorIs(t, err, backend.ErrInvalid)
}

func TestZeroImageFailsButNeverPanics(t *testing.T) {
	t.Parallel()
	var im ami.Image
	require.Equal(t, "no image", im.String())
	require.Empty(t, im.ID())
	require.Empty(t, im.Region())
	require.Nil(t, im.Backend())
	require.Empty(t, im.State())
	require.Equal(t, "no image", im.LogValue().String())
	_, instantiate := im.Instantiate(t.Context(), small)
	_, copied := im.CopyTo(t.Context(), region.EUWest1)
	for name, err := range map[string]error{
		"Refresh": im.Refresh(t.Context()), "WaitAvailable": im.WaitAvailable(t.Context()),
		"Deregister": im.Deregister(t.Context()), "Instantiate": instantiate, "CopyTo": copied,
	} {
		require.ErrorIs(t, err, backend.ErrInvalid, name)
	}
}

func TestRefreshIsSeenByAllCopiesOfTheHandle(t *testing.T) {
	t.Parallel()
	a := newAccount(own(imageID, golden, inState(backend.ImagePending, "")))
	im := get(t, a, imageID)
	other := im.WithDefaults(small)
	a.set(imageID, backend.ImageAvailable, "")
	require.NoError(t, im.Refresh(t.Context()))
	require.Equal(t, backend.ImageAvailable, other.State())

	a.images[region.USEast1] = nil
	require.ErrorIs(t, im.Refresh(t.Context()), backend.ErrNotFound)
	require.Equal(t, backend.ImageDeregistered, other.State())
	require.Equal(t, golden, other.Name())
}

func TestWaitAvailable(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		then    func(*account)
		want    error
		message string
		left    bool
	}{
		"becomes available": {then: func(a *account) { a.set(imageID, backend.ImageAvailable, "") }},
		"fails": {
			then: func(a *account) { a.set(imageID, backend.ImageFailed, "Client.InvalidKey: no key") },
			want: backend.ErrState, message: "it is failed (Client.InvalidKey: no key)", left: true,
		},
		"is disabled": {then: func(a *account) { a.set(imageID, backend.ImageDisabled, "") }, want: backend.ErrState, message: "Enable it first"},
		"disappears":  {then: func(a *account) { a.images[region.USEast1] = nil }, want: backend.ErrNotFound},
		"throttled": {then: func(a *account) {
			a.refuse["DescribeImages"] = []error{refused("RequestLimitExceeded")}
			a.set(imageID, backend.ImageAvailable, "")
		}},
		"denied": {then: func(a *account) { a.refuse["DescribeImages"] = []error{refused("UnauthorizedOperation")} }, want: backend.ErrDenied},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newAccount(own(imageID, golden, inState(backend.ImagePending, "")))
				im := get(t, a, imageID)
				looks := 0
				err := im.WaitAvailable(t.Context(), backend.WithProgress(func(p backend.Progress) {
					if looks++; looks == 2 {
						tc.then(a)
					}
				}))
				require.ErrorIs(t, err, tc.want)
				require.Equal(t, tc.left, len(leftovers(err)) == 1)
				if tc.want == nil {
					require.Equal(t, backend.ImageAvailable, im.State())
					return
				}
				require.ErrorContains(t, err, tc.message)
			})
		})
	}
}

func TestWaitTellsHowMuchOfTheSnapshotsIsDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(own(imageID, golden, inState(backend.ImagePending, "")))
		a.percent = 40
		var seen []string
		err := get(t, a, imageID).WaitAvailable(t.Context(), backend.WithProgress(func(p backend.Progress) {
			switch seen = append(seen, p.String()); len(seen) {
			case 1:
				a.refuse["DescribeSnapshots"] = []error{refused("UnauthorizedOperation")}
			case 2:
				a.set(imageID, backend.ImageAvailable, "")
			}
		}))
		require.NoError(t, err)
		require.Equal(t, []string{
			"image " + imageID + ": pending, 40% (0s)",
			"image " + imageID + ": pending (1s)",
			"image " + imageID + ": available, 100% (3s)",
		}, seen)
	})
}

func TestCancelledWaitNamesOnlyAnImageThatThisProgramMade(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount()
		made, err := ami.FromInstance(t.Context(), server(a), golden)
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err = made.WaitAvailable(ctx)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, []string{"image " + madeID + " in us-east-1"}, leftovers(err))
		require.Empty(t, leftovers(get(t, a, madeID).WaitAvailable(ctx)))

		a.set(madeID, backend.ImageAvailable, "")
		require.NoError(t, made.WaitAvailable(t.Context()))
		require.Empty(t, leftovers(made.WaitAvailable(ctx)), "a finished image is kept")
	})
}

func TestInstantiateWaitsForPendingImageAndSeesItsDevices(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(own(imageID, golden, inState(backend.ImagePending, ""), func(im *backend.Image) { im.Devices = nil }))
		im := get(t, a, imageID).WithDefaults(small.WithTag("level", "class"))
		_, err := im.Instantiate(t.Context(), instance.Spec{}.WithTag("level", "call"), instance.WithWait(backend.WithProgress(func(p backend.Progress) {
			a.images[region.USEast1][0].Devices = []backend.DeviceMapping{{Device: "/dev/sda", EBS: &backend.EBSMapping{SnapshotID: "snap-root"}}}
			a.set(imageID, backend.ImageAvailable, "")
		})))
		require.NoError(t, err)
		require.Equal(t, "call", a.launched[0].InstanceTags["level"])
		require.NotEmpty(t, im.Data().Devices)
		require.Len(t, a.launched[0].Devices, 1, "the mapping that appeared meanwhile is overlaid, to encrypt the root volume")
	})
}

func TestInstantiateFindsFaultsBeforeAnyCall(t *testing.T) {
	t.Parallel()
	a := newAccount(own(imageID, golden))
	im := get(t, a, imageID)
	_, err := im.Instantiate(t.Context(), instance.Spec{}.WithHardware(instance.Needs{Architecture: ami.ARM64}).WithTag("", "x"))
	require.Equal(t, []string{"spec.needs.architecture", `spec.tags[""]`}, paths(err))
	require.ErrorContains(t, err, "is arm64, but image "+imageID+" is for x86_64")
	require.Equal(t, []string{"DescribeImages"}, a.calls, "that of Get")
}

func TestInstantiateRefusesFailedImage(t *testing.T) {
	t.Parallel()
	a := newAccount(own(imageID, golden, inState(backend.ImageFailed, "")))
	_, err := get(t, a, imageID).Instantiate(t.Context(), small)
	require.ErrorIs(t, err, backend.ErrState)
	require.Empty(t, a.launched)
}
