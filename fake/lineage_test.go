package fake_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/region"
)

func TestLineage(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	be, theirs := cloud.Backend(region.USEast1), cloud.Account(friend).Backend(region.USEast1)
	id, err := anImage(t.Context(), be)
	require.NoError(t, err)
	golden, err := ami.Get(t.Context(), be, id)
	require.NoError(t, err)
	base := golden.Data().SourceImageID
	abroad, err := golden.CopyTo(t.Context(), region.EUWest1)
	require.NoError(t, err)
	far, err := abroad.Instantiate(t.Context(), plain.WithRootVolume(plain.RootVolume().Encrypted()))
	require.NoError(t, err)
	next, err := ami.FromInstance(t.Context(), far, "next")
	require.NoError(t, err)
	require.NoError(t, golden.Share(t.Context(), ami.Account(friend)))
	shared, err := ami.Get(t.Context(), theirs, id)
	require.NoError(t, err)
	lent, err := shared.Instantiate(t.Context(), plain)
	require.NoError(t, err)
	copied, err := ami.FromInstance(t.Context(), lent, "theirs")
	require.NoError(t, err)
	gone, err := shared.Instantiate(t.Context(), plain)
	require.NoError(t, err)
	require.NoError(t, gone.Terminate(t.Context()))

	for name, tc := range map[string]struct {
		of        ami.Image
		where     []backend.Backend
		images    []string // IDs, each with its parent
		instances []string
	}{
		"from the middle, here": {golden, nil, []string{base + "<", id + "<" + base}, []string{golden.Data().SourceInstanceID}},
		"from the middle, everywhere": {golden, []backend.Backend{abroad.Backend(), theirs, be}, []string{
			base + "<", id + "<" + base, abroad.ID() + "<" + id, copied.ID() + "<" + id, next.ID() + "<" + abroad.ID(),
		}, []string{golden.Data().SourceInstanceID, far.ID(), lent.ID()}},
		"from the end": {next, nil, []string{base + "<", id + "<" + base, abroad.ID() + "<" + id, next.ID() + "<" + abroad.ID()}, []string{far.ID()}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, err := tc.of.Lineage(t.Context(), tc.where...)
			require.NoError(t, err)
			var images, instances []string
			for _, im := range g.Images {
				images = append(images, im.ID+"<"+im.Parent)
				require.True(t, im.Known)
			}
			for _, i := range g.Instances {
				instances = append(instances, i.ID)
			}
			require.Empty(t, cmp.Diff(tc.images, images))
			require.Empty(t, cmp.Diff(tc.instances, instances))
			require.Contains(t, g.Mermaid(), g.Images[1].Name)
		})
	}
	_, err = golden.Lineage(t.Context(), nil)
	require.ErrorIs(t, err, backend.ErrInvalid)
	_, err = ami.Image{}.Lineage(t.Context())
	require.ErrorIs(t, err, backend.ErrInvalid)
}

func TestLineageTellsAncestorsThatAreGone(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	be := cloud.Backend(region.USEast1)
	id, err := anImage(t.Context(), be)
	require.NoError(t, err)
	golden, err := ami.Get(t.Context(), be, id)
	require.NoError(t, err)
	abroad, err := golden.CopyTo(t.Context(), region.EUWest1)
	require.NoError(t, err)
	require.NoError(t, abroad.WaitAvailable(t.Context()))
	require.NoError(t, golden.Deregister(t.Context()))
	g, err := abroad.Lineage(t.Context())
	require.NoError(t, err)
	require.Len(t, g.Images, 3)
	require.Equal(t, id, g.Images[1].ID)
	require.False(t, g.Images[1].Known)
	require.Equal(t, region.USEast1, g.Images[1].Region)
	require.True(t, g.Images[2].Copied())
	require.Contains(t, g.Mermaid(), "not to be seen any more")

	// Without ancestry a family begins with the image.
	bare, err := ami.Get(t.Context(), struct{ backend.Backend }{abroad.Backend()}, abroad.ID())
	require.NoError(t, err)
	g, err = bare.Lineage(t.Context())
	require.NoError(t, err)
	require.Len(t, g.Images, 1)
}
