package fake_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

func TestPruneSnapshots(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cloud := fake.NewT(t, fake.InBubble())
		be := cloud.Backend(region.USEast1)
		all := releases(t, be, 5)
		snapshot := map[string]string{} // by the name of the image
		for _, im := range all {
			snapshot[im.Name()] = im.Data().Devices[0].EBS.SnapshotID
		}
		copied, err := all[0].CopyTo(t.Context(), region.USEast1, ami.WithName("copy"), ami.Unencrypted())
		require.NoError(t, err)
		require.NoError(t, copied.WaitAvailable(t.Context()))
		snapshot["copy"] = copied.Data().Devices[0].EBS.SnapshotID
		for _, im := range []ami.Image{all[0], all[1], all[2], all[4], copied} {
			require.NoError(t, im.Deregister(t.Context(), ami.KeepSnapshots()))
		}
		_, err = ami.NewClass("web", ami.ByID(all[3].ID())).Template(t.Context(), be, "web", plain.WithVolume("/dev/sdf", instance.Volume{}.WithSnapshot(snapshot["release-1"])))
		require.NoError(t, err)

		plan, err := ami.PruneSnapshots(t.Context(), be, time.Hour)
		require.NoError(t, err)
		judged := map[string]string{}
		for _, o := range plan.Snapshots {
			judged[o.Snapshot.ID] = fmt.Sprint(o.Kept)
		}
		template := plan.Snapshots[1].Kept[0]
		require.Regexp(t, `^used by lt-[0-9a-f]{17}$`, template)
		require.Empty(t, cmp.Diff(map[string]string{
			snapshot["release-0"]: "[]", snapshot["release-1"]: "[" + template + "]", snapshot["release-2"]: "[]",
			snapshot["release-4"]: "[made 0s ago]", snapshot["copy"]: "[made 0s ago]",
		}, judged))
		require.Regexp(t, `^delete snap-\S+ of ami-\S+, 8 GiB of \d{4}-\d\d-\d\d\nkeep snap-\S+ of ami-\S+, 8 GiB of \d{4}-\d\d-\d\d: used by lt-`, plan.String())

		// One of them has come to be used since.
		_, err = ami.NewClass("web", ami.ByID(all[3].ID())).Template(t.Context(), be, "other", plain.WithVolume("/dev/sdf", instance.Volume{}.WithSnapshot(snapshot["release-2"])))
		require.NoError(t, err)
		err = plan.Apply(t.Context())
		require.ErrorIs(t, err, backend.ErrState)
		require.ErrorContains(t, err, "DeleteSnapshot "+snapshot["release-2"]+": it can't go any more: used by lt-")
		var left []string
		for s, err := range be.Snapshots(t.Context(), backend.SnapshotQuery{}) {
			require.NoError(t, err)
			left = append(left, s.ID)
		}
		require.NotContains(t, left, snapshot["release-0"])
		require.Contains(t, left, snapshot["release-2"])
		require.Contains(t, left, snapshot["release-3"], "its image is there")
	})
	_, err := ami.PruneSnapshots(t.Context(), fake.NewT(t).Backend(region.USEast1), -1)
	require.ErrorIs(t, err, backend.ErrInvalid)
	require.ErrorIs(t, ami.SnapshotPruning{}.Apply(t.Context()), backend.ErrInvalid)
}
