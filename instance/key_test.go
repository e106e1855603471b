package instance_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

// house is a script whose launches are kept, so that they are found by their tags.
func house() (*script, *[]backend.Instance, *[]backend.RunRequest) {
	kept, sent := &[]backend.Instance{}, &[]backend.RunRequest{}
	return &script{
		run: func(_ context.Context, req backend.RunRequest) ([]backend.Instance, error) {
			*sent = append(*sent, req)
			for n := range req.MaxCount {
				*kept = append(*kept, backend.Instance{
					ID: fmt.Sprintf("i-%017x", len(*kept)+1), LaunchIndex: n, Type: req.Type, ImageID: req.ImageID,
					State: backend.InstancePending, ClientToken: req.ClientToken, Tags: req.InstanceTags,
				})
			}
			return (*kept)[len(*kept)-req.MaxCount:], nil
		},
		instances: func(_ context.Context, q backend.Query) ([]backend.Instance, error) {
			return slices.DeleteFunc(slices.Clone(*kept), func(i backend.Instance) bool {
				if len(q.IDs) > 0 {
					return !slices.Contains(q.IDs, i.ID)
				}
				f := q.Filters[0]
				return i.Tags[strings.TrimPrefix(f.Name, "tag:")] != unescaped.Replace(f.Values[0])
			}), nil
		},
		images: map[string]backend.Image{imageID: linux()},
	}, kept, sent
}

var unescaped = strings.NewReplacer(`\\`, `\`, `\*`, `*`, `\?`, `?`)

func names(all []*instance.Instance) []string {
	var ids []string
	for _, i := range all {
		ids = append(ids, i.ID())
	}
	return ids
}

func TestTheSameKeyMeansTheSameInstances(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"release-4711", `odd *?\ key`, strings.Repeat("k", 128)} {
		be, kept, sent := house()
		first, err := instance.LaunchN(t.Context(), be, linux(), base, 3, instance.Key(key))
		require.NoError(t, err)
		again, err := instance.LaunchN(t.Context(), be, linux(), base, 3, instance.Key(key))
		require.NoError(t, err)
		require.Equal(t, names(first), names(again))
		require.Len(t, *kept, 3)

		more, err := instance.LaunchN(t.Context(), be, linux(), base, 5, instance.Key(key))
		require.NoError(t, err)
		require.Equal(t, names(first), names(more)[:3], "what exists counts")
		require.Len(t, *kept, 5)
		require.Len(t, *sent, 2)
		require.NotEqual(t, (*sent)[0].ClientToken, (*sent)[1].ClientToken, "other ordinals are another request")
		require.Regexp(t, `^[!-~]{20,64}$`, (*sent)[0].ClientToken)

		other, err := instance.LaunchN(t.Context(), be, linux(), base, 1, instance.Key("another"))
		require.NoError(t, err)
		require.NotContains(t, names(more), other[0].ID())
	}
}

// Whoever launches first, or both at once: the token is the same, so that EC2 launches once.
func TestTheTokenOfAKeyedLaunchFollowsFromKeyAndOrdinal(t *testing.T) {
	t.Parallel()
	var tokens []string
	for range 2 {
		be, _, sent := house()
		_, err := instance.LaunchN(t.Context(), be, linux(), base, 2, instance.Key("k"))
		require.NoError(t, err)
		tokens = append(tokens, (*sent)[0].ClientToken)
	}
	require.Equal(t, tokens[0], tokens[1])
}

func TestAKeyIsForOneIntent(t *testing.T) {
	t.Parallel()
	elsewhere := linux()
	elsewhere.ID = "ami-0fedcba9876543210"
	for name, tc := range map[string]struct {
		image  backend.Image
		spec   instance.Spec
		n      int
		change func(*backend.Instance)
		kind   error
		says   []string
	}{
		"another spec shows both":     {linux(), base.WithTag("role", "db"), 2, nil, backend.ErrInvalid, []string{`"k" was used for i-00000000000000001 with another spec`, `tags["role"] is "db" now, none there`}},
		"another type":                {linux(), base.WithType("m7g.xlarge"), 2, nil, backend.ErrInvalid, []string{"type is m7g.xlarge now, m7g.large there"}},
		"fewer than there are":        {linux(), base, 1, nil, backend.ErrInvalid, []string{"n: is 1, but the key \"k\" has 2 already"}},
		"one that was terminated":     {linux(), base, 2, func(i *backend.Instance) { i.State = backend.InstanceTerminated }, backend.ErrState, []string{"terminated since", "use another key"}},
		"one that is shutting down":   {linux(), base, 3, func(i *backend.Instance) { i.State = backend.InstanceShuttingDown }, backend.ErrState, []string{"terminated since"}},
		"the rest of another image":   {elsewhere, base, 3, nil, backend.ErrInvalid, []string{"image: is ami-0fedcba9876543210", imageID}},
		"no key":                      {linux(), base, 2, nil, nil, nil},
		"another image, all is there": {elsewhere, base, 2, nil, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			be, kept, _ := house()
			_, err := instance.LaunchN(t.Context(), be, linux(), base, 2, instance.Key("k"))
			require.NoError(t, err)
			for i := range *kept {
				(*kept)[i].State = backend.InstanceRunning
			}
			if tc.change != nil {
				tc.change(&(*kept)[1])
			}
			opts := []instance.LaunchOption{instance.Key("k")}
			if name == "no key" {
				opts = nil
			}
			_, err = instance.LaunchN(t.Context(), be, tc.image, tc.spec, tc.n, opts...)
			if tc.kind == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, tc.kind)
			for _, says := range tc.says {
				require.ErrorContains(t, err, says)
			}
			require.Len(t, *kept, 2, "nothing was launched")
		})
	}
}

func TestLaunchNRefusesBeforeAnyCall(t *testing.T) {
	t.Parallel()
	tags := map[string]string{}
	for n := range 49 {
		tags[fmt.Sprint(n)] = ""
	}
	for name, tc := range map[string]struct {
		n    int
		spec instance.Spec
		key  string
		want string
	}{
		"no instance":                       {0, base, "k", "n: is 0"},
		"fewer than none":                   {-1, base, "k", "n: is -1"},
		"one address for many":              {2, base.WithSubnet("subnet-0123456789abcdef0").WithPrivateIP("10.0.0.9"), "k", "spec.privateIP: is one address for 2"},
		"an empty key":                      {1, base, "", "key: is empty"},
		"a long key":                        {1, base, strings.Repeat("k", 129), "key: has 129 characters"},
		"a key beyond ASCII":                {1, base, "schlüssel", "key: "},
		"a key with a space at the end":     {1, base, "k ", "key: "},
		"more tags than the key leaves":     {1, base.WithTags(tags), "k", "spec.tags: are 49"},
		"all faults of the spec come along": {0, base.WithTag("aws:a", ""), "", `spec.tags["aws:a"]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := instance.LaunchN(t.Context(), &script{}, linux(), tc.spec, tc.n, instance.Key(tc.key))
			require.ErrorIs(t, err, backend.ErrInvalid)
			require.ErrorContains(t, err, tc.want)
		})
	}
}

func TestLaunchErrorTellsWhatWasTriedAndWhatRuns(t *testing.T) {
	t.Parallel()
	be, _, _ := house()
	_, err := instance.LaunchN(t.Context(), be, linux(), base, 2, instance.Key("k"))
	require.NoError(t, err)
	be.run = func(context.Context, backend.RunRequest) ([]backend.Instance, error) { return nil, errRefused }
	_, err = instance.LaunchN(t.Context(), be, linux(), base.WithZone("us-east-1a"), 3, instance.Key("other"))
	var le *instance.LaunchError
	require.ErrorAs(t, err, &le)
	require.ErrorIs(t, err, backend.ErrCapacity)
	require.Empty(t, le.Launched)
	require.Contains(t, err.Error(), "launched 0 of 3: ")
	require.Contains(t, err.Error(), " in us-east-1a: RunInstances: InsufficientInstanceCapacity")

	_, err = instance.LaunchN(t.Context(), be, linux(), base, 3, instance.Key("k"))
	require.True(t, errors.As(err, &le))
	require.Len(t, le.Launched, 2)
	require.Equal(t, 3, le.Wanted)
	require.Empty(t, backend.Leftovers(err), "what the key had before isn't this launch's to remove")
}
