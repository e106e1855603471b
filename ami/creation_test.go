package ami_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

func TestFromInstanceMakesOneTaggedImage(t *testing.T) {
	t.Parallel()
	a := newAccount()
	im, err := ami.FromInstance(t.Context(), server(a), golden, ami.WithDescription("with httpd"), ami.NoReboot(),
		ami.WithTags(map[string]string{"team": "web"}), ami.WithoutVolume("/dev/sdf"))
	require.NoError(t, err)
	tags := map[string]string{"team": "web", "amiclass:from": instanceID}
	want := []backend.CreateImageRequest{{
		InstanceID: instanceID, Name: golden, Description: "with httpd", NoReboot: true,
		Devices:   []backend.DeviceMapping{{Device: "/dev/sdf", NoDevice: true}},
		ImageTags: tags, SnapshotTags: tags,
	}}
	if diff := cmp.Diff(want, a.created); diff != "" {
		t.Error(diff)
	}
	require.Equal(t, madeID, im.ID())
	require.Equal(t, backend.ImagePending, im.State())
}

func TestCopyToKeepsWhatNoOptionChanges(t *testing.T) {
	t.Parallel()
	source := own(imageID, golden, func(im *backend.Image) {
		im.Description = "with httpd"
		im.Tags = map[string]string{"team": "web", "stage": "test", "amiclass:from": instanceID, "aws:x": "y"}
	})
	for name, tc := range map[string]struct {
		to   region.Region
		opts []ami.CopyOption
		want backend.CopyImageRequest
	}{
		"nothing said": {
			to: region.EUWest1,
			want: backend.CopyImageRequest{Name: golden, Description: "with httpd", Encrypted: true,
				ImageTags: map[string]string{"team": "web", "stage": "test", "amiclass:from": imageID}},
		},
		"all said": {
			to: region.USEast1,
			opts: []ami.CopyOption{ami.WithName("silver"), ami.WithDescription(""), ami.EncryptedWith("alias/golden"),
				ami.WithTags(map[string]string{"stage": "live"})},
			want: backend.CopyImageRequest{Name: "silver", Encrypted: true, KMSKeyID: "alias/golden",
				ImageTags: map[string]string{"team": "web", "stage": "live", "amiclass:from": imageID}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount(source)
			im, err := get(t, a, imageID).WithDefaults(small).CopyTo(t.Context(), tc.to, tc.opts...)
			require.NoError(t, err)
			tc.want.SourceRegion, tc.want.SourceImageID = region.USEast1, imageID
			tc.want.SnapshotTags = tc.want.ImageTags
			require.Len(t, a.copied, 1)
			require.NotEmpty(t, a.copied[0].ClientToken)
			require.LessOrEqual(t, len(a.copied[0].ClientToken), 64)
			a.copied[0].ClientToken = ""
			if diff := cmp.Diff(tc.want, a.copied[0]); diff != "" {
				t.Error(diff)
			}
			require.Equal(t, tc.to, im.Region())
			require.True(t, im.Defaults().Equal(small))
		})
	}
}

func TestUnencryptedCopyOfPlainSnapshotsStaysPlain(t *testing.T) {
	t.Parallel()
	a := newAccount(own(imageID, golden, func(im *backend.Image) { im.Devices = nil }))
	_, err := get(t, a, imageID).CopyTo(t.Context(), region.EUWest1, ami.Unencrypted())
	require.NoError(t, err)
	require.False(t, a.copied[0].Encrypted)
}

func TestCopyToWaitsForPendingSource(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(own(imageID, golden, inState(backend.ImagePending, "")))
		im := get(t, a, imageID)
		var seen []backend.ImageState
		_, err := im.CopyTo(t.Context(), region.EUWest1, ami.WithWait(backend.WithProgress(func(p backend.Progress) {
			seen = append(seen, backend.ImageState(p.State))
			a.set(imageID, backend.ImageAvailable, "")
		})))
		require.NoError(t, err)
		require.Equal(t, []backend.ImageState{backend.ImagePending, backend.ImageAvailable}, seen)
	})
}

// makers are the two ways to make an image of a name, which must behave the same.
var makers = map[string]struct {
	op, id, from string
	at           region.Region
	source       []backend.Image
	make         func(*testing.T, context.Context, *account) (ami.Image, error)
	calls        int // when every reply is lost and nothing is found
}{
	"FromInstance": {
		op: "CreateImage", id: madeID, from: instanceID, at: region.USEast1, calls: 1,
		make: func(_ *testing.T, ctx context.Context, a *account) (ami.Image, error) {
			return ami.FromInstance(ctx, server(a), golden)
		},
	},
	"CopyTo": {
		op: "CopyImage", id: copiedID, from: imageID, at: region.EUWest1, calls: 2,
		source: []backend.Image{own(imageID, golden)},
		make: func(t *testing.T, ctx context.Context, a *account) (ami.Image, error) {
			return get(t, a, imageID).CopyTo(ctx, region.EUWest1)
		},
	},
}

func TestMakingAgain(t *testing.T) {
	t.Parallel()
	for how, m := range makers {
		for name, tc := range map[string]struct {
			there   backend.Image
			want    error
			message []string
			left    bool
		}{
			"pending one of the same source is adopted":   {there: own(m.id, golden, tagged(m.from), inState(backend.ImagePending, ""))},
			"available one of the same source is adopted": {there: own(m.id, golden, tagged(m.from))},
			"failed one of the same source can't be used": {
				there: own(m.id, golden, tagged(m.from), inState(backend.ImageFailed, "Client.InvalidKey: no key")),
				want:  backend.ErrState, message: []string{m.id, "Client.InvalidKey: no key", "deregister it"}, left: true,
			},
			"disabled one of the same source has to be enabled": {
				there: own(m.id, golden, tagged(m.from), inState(backend.ImageDisabled, "")),
				want:  backend.ErrState, message: []string{m.id, "Enable it first"},
			},
			"one of another source isn't adopted": {
				there: own(m.id, golden, tagged("i-0000000000000000f")),
				want:  backend.ErrAlreadyExists, message: []string{m.id, golden, "i-0000000000000000f", m.from},
			},
			"one of another workflow isn't adopted": {
				there: own(m.id, golden), want: backend.ErrAlreadyExists, message: []string{m.id, golden, "wasn't made by this workflow"},
			},
		} {
			t.Run(how+"/"+name, func(t *testing.T) {
				t.Parallel()
				a := newAccount(m.source...)
				a.in(m.at).add(tc.there)
				ctx, journal := backend.Track(t.Context())
				im, err := m.make(t, ctx, a)
				require.Zero(t, a.count(m.op))
				require.Empty(t, journal.Leftovers(), "an adopted image isn't made")
				if tc.want == nil {
					require.NoError(t, err)
					require.Equal(t, m.id, im.ID())
					return
				}
				require.ErrorIs(t, err, tc.want)
				for _, part := range tc.message {
					require.ErrorContains(t, err, part)
				}
				require.Equal(t, tc.left, len(leftovers(err)) == 1)
			})
		}
	}
}

func TestMakingWithLostRepliesNeverLosesNorDoublesAnImage(t *testing.T) {
	t.Parallel()
	for how, m := range makers {
		for name, tc := range map[string]struct {
			prepare func(*account, context.CancelFunc)
			want    error
			calls   int
			left    bool
			message string
		}{
			"refused for good": {
				prepare: func(a *account, _ context.CancelFunc) { a.refuse[m.op] = []error{refused("UnauthorizedOperation")} },
				want:    backend.ErrDenied, calls: 1,
			},
			"reply lost after the deed": {
				prepare: func(a *account, _ context.CancelFunc) { a.lose[m.op] = []error{lost()} },
				calls:   1,
			},
			"server failed after the deed": {
				prepare: func(a *account, _ context.CancelFunc) { a.lose[m.op] = []error{refused("InternalError")} },
				calls:   1,
			},
			"the SDK's own repetition found the name taken": {
				prepare: func(a *account, _ context.CancelFunc) { a.lose[m.op] = []error{refused("InvalidAMIName.Duplicate")} },
				calls:   1,
			},
			"request never arrived": {
				prepare: func(a *account, _ context.CancelFunc) { a.refuse[m.op] = []error{lost(), lost(), lost()} },
				want:    context.DeadlineExceeded, calls: m.calls,
			},
			"name is blocked by an image just deregistered": {
				prepare: func(a *account, _ context.CancelFunc) {
					a.refuse[m.op] = []error{refused("InvalidAMIName.Duplicate"), refused("InvalidAMIName.Duplicate")}
				},
				want: backend.ErrAlreadyExists, calls: 1,
			},
			"somebody else took the name meanwhile": {
				prepare: func(a *account, _ context.CancelFunc) {
					a.during[m.op] = func() { a.in(m.at).add(own("ami-0000000000000000f", golden)) }
					a.refuse[m.op] = []error{refused("InvalidAMIName.Duplicate")}
				},
				want: backend.ErrAlreadyExists, calls: 1, message: "ami-0000000000000000f",
			},
			"cancelled after the deed": {
				prepare: func(a *account, cancel context.CancelFunc) {
					a.lose[m.op] = []error{context.Canceled}
					a.during["DescribeImages"] = func() {
						if a.count(m.op) > 0 {
							cancel()
						}
					}
				},
				want: context.Canceled, calls: 1, left: true,
			},
			"looking for it fails too": {
				prepare: func(a *account, _ context.CancelFunc) {
					a.lose[m.op] = []error{lost()}
					a.during[m.op] = func() { a.refuse["DescribeImages"] = []error{refused("UnauthorizedOperation")} }
				},
				want: backend.ErrDenied, calls: 1, message: "is unknown",
			},
			"made, but describing it fails": {
				prepare: func(a *account, _ context.CancelFunc) {
					a.during[m.op] = func() { a.refuse["DescribeImages"] = []error{refused("UnauthorizedOperation")} }
				},
				want: backend.ErrDenied, calls: 1, left: true,
			},
			"made, but not visible for a while": {
				prepare: func(a *account, _ context.CancelFunc) {
					a.during[m.op] = func() { a.hidden = 3 }
				},
				calls: 1,
			},
			"made, but never visible": {
				prepare: func(a *account, _ context.CancelFunc) {
					a.during[m.op] = func() { a.hidden = 1000 }
				},
				want: backend.ErrNotFound, calls: 1, left: true, message: "not visible",
			},
		} {
			t.Run(how+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					a := newAccount(m.source...)
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					tc.prepare(a, cancel)
					ctx, journal := backend.Track(ctx)
					im, err := m.make(t, ctx, a)
					require.Equal(t, tc.calls, a.count(m.op))
					if tc.want == nil {
						require.NoError(t, err)
						require.Equal(t, m.id, im.ID())
						require.Len(t, journal.Leftovers(), 1)
						return
					}
					require.ErrorIs(t, err, tc.want)
					require.ErrorContains(t, err, tc.message)
					var want []string
					if tc.left {
						want = []string{"image " + m.id + " in " + m.at.String()}
					}
					require.Equal(t, want, leftovers(err))
				})
			})
		}
	}
}

func TestSecondTryOfCopyUsesTheSameToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount(own(imageID, golden))
		var tokens []string
		a.refuse["CopyImage"] = []error{lost()}
		be := tokenWatcher{a, &tokens}
		im, err := ami.Get(t.Context(), be, imageID)
		require.NoError(t, err)
		_, err = im.CopyTo(t.Context(), region.EUWest1)
		require.NoError(t, err)
		require.Len(t, tokens, 2)
		require.Equal(t, tokens[0], tokens[1])
	})
}

// tokenWatcher sees the tokens of requests that don't arrive, too.
type tokenWatcher struct {
	*account
	tokens *[]string
}

func (w tokenWatcher) In(r region.Region) (backend.Backend, error) {
	return tokenWatcher{w.in(r), w.tokens}, nil
}

func (w tokenWatcher) CopyImage(ctx context.Context, req backend.CopyImageRequest) (string, error) {
	*w.tokens = append(*w.tokens, req.ClientToken)
	return w.account.CopyImage(ctx, req)
}
