package fake_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

// bake makes an image of one's own from a server of another, and gives it when it is available.
func bake(t *testing.T, be backend.Backend, name string) ami.Image {
	t.Helper()
	server, err := ami.NewClass("base", ami.AmazonLinux2023()).Instantiate(t.Context(), be, plain)
	require.NoError(t, err)
	im, err := ami.FromInstance(t.Context(), server, name)
	require.NoError(t, err)
	require.NoError(t, im.WaitAvailable(t.Context()))
	return im
}

func TestAPinnedClassStaysWithItsImage(t *testing.T) {
	t.Parallel()
	be := fake.NewT(t).Backend(region.USEast1)
	class := ami.NewClass("golden", ami.Own("golden-*")).WithDefaults(plain)
	first := bake(t, be, "golden-1")

	lock, changes, err := ami.Lock(t.Context(), be, ami.Lockfile{}, []region.Region{region.USEast1}, class)
	require.NoError(t, err)
	require.Len(t, changes, 1)
	require.True(t, strings.HasSuffix(changes.String(), "(new)"), changes)
	second := bake(t, be, "golden-2")
	pinned := class.Pinned(lock)
	for _, c := range []ami.Class{pinned, pinned.Extend("sub").WithDefaults(instance.Spec{}.WithName("sub")), pinned.Pinned(lock)} {
		made, err := c.Instantiate(t.Context(), be, instance.Spec{})
		require.NoError(t, err)
		require.Equal(t, first.ID(), made.ImageID())
	}

	// A pinned class is locked anew by what it was pinned from.
	newer, changes, err := ami.Lock(t.Context(), be, lock, []region.Region{region.USEast1}, pinned, web)
	require.NoError(t, err)
	require.Len(t, newer.Images(), 2)
	require.Len(t, changes, 2)
	require.Contains(t, changes.String(), first.ID())
	require.Contains(t, changes.String(), "-> "+second.ID())
	locked, ok := newer.Of(class, region.USEast1)
	require.True(t, ok)
	require.Equal(t, second.ID(), locked.ID)

	// What isn't locked anew stays.
	same, changes, err := ami.Lock(t.Context(), be, newer, []region.Region{region.EUWest1}, web)
	require.NoError(t, err)
	require.Len(t, same.Images(), 3)
	require.Len(t, changes, 1)
	same, changes, err = ami.Lock(t.Context(), be, same, []region.Region{region.EUWest1, region.USEast1}, web)
	require.NoError(t, err)
	require.Equal(t, "nothing changes", changes.String())
	require.Len(t, same.Images(), 3)

	there, err := be.In(region.APSoutheast2)
	require.NoError(t, err)
	_, err = pinned.Instantiate(t.Context(), there, instance.Spec{})
	require.ErrorIs(t, err, backend.ErrInvalid)
	require.ErrorContains(t, err, `lockfile: has nothing for "golden" in ap-southeast-2`)

	// One class that can't be resolved, and nothing is locked.
	kept, changes, err := ami.Lock(t.Context(), be, lock, []region.Region{region.USEast1, region.EUWest1}, web, class)
	require.ErrorIs(t, err, backend.ErrNotFound)
	require.ErrorContains(t, err, "golden in eu-west-1")
	require.Equal(t, lock.Images(), kept.Images())
	require.Empty(t, changes)
	_, _, err = ami.Lock(t.Context(), be, lock, []region.Region{region.USEast1, region.USEast1}, class, class)
	require.ErrorContains(t, err, "regions[1]: us-east-1 is said twice")
	require.ErrorContains(t, err, `classes[1]: is the second one named "golden"`)
}

func TestVerifyTellsWhatCantBeReliedOn(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		do     func(t *testing.T, im ami.Image)
		tamper func(text string) string
		want   string
	}{
		"all is well":  {},
		"deregistered": {do: func(t *testing.T, im ami.Image) { require.NoError(t, im.Deregister(t.Context())) }, want: "is gone"},
		"disabled":     {do: func(t *testing.T, im ami.Image) { require.NoError(t, im.Disable(t.Context())) }, want: "is disabled"},
		"deprecated": {do: func(t *testing.T, im ami.Image) {
			require.NoError(t, im.Deprecate(t.Context(), time.Now().Add(time.Minute)))
			time.Sleep(2 * time.Minute)
		}, want: "is deprecated since 20"},
		"another owner": {tamper: func(text string) string {
			return strings.Replace(text, `"owner":"`+fake.DefaultAccount, `"owner":"111122223333`, 1)
		}, want: "is owned by " + fake.DefaultAccount + ", not 111122223333"},
		"another name": {tamper: func(text string) string { return strings.Replace(text, "golden-1", "golden-0", 1) },
			want: "is named golden-1, not golden-0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				be := fake.NewT(t, fake.InBubble()).Backend(region.USEast1)
				class := ami.NewClass("golden", ami.Own("golden-*")).WithDefaults(plain)
				im := bake(t, be, "golden-1")
				lock, _, err := ami.Lock(t.Context(), be, ami.Lockfile{}, []region.Region{region.USEast1}, class, web)
				require.NoError(t, err)
				if tc.do != nil {
					tc.do(t, im)
				}
				if tc.tamper != nil {
					text, err := json.Marshal(lock)
					require.NoError(t, err)
					require.NoError(t, json.Unmarshal([]byte(tc.tamper(string(text))), &lock))
					_, err = class.Pinned(lock).Instantiate(t.Context(), be, instance.Spec{})
					require.ErrorIs(t, err, backend.ErrState)
					require.ErrorContains(t, err, tc.want)
				}
				problems, err := lock.Verify(t.Context(), be)
				require.NoError(t, err)
				if tc.want == "" {
					require.Empty(t, problems)
					return
				}
				require.Len(t, problems, 1)
				require.Equal(t, im.ID(), problems[0].Image.ID)
				require.Contains(t, problems[0].String(), tc.want)
			})
		})
	}
}
