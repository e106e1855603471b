package engine

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

func (w *testWorld) snapshotIDs(in *ec2.DescribeSnapshotsInput) []string {
	w.t.Helper()
	ids := []string{}
	for _, s := range must[ec2.DescribeSnapshotsOutput](w, in).Snapshots {
		ids = append(ids, *s.SnapshotId)
	}
	return ids
}

// ownSnapshots makes snapshots that no image uses.
func (w *testWorld) ownSnapshots(n int) (ids []string) {
	w.t.Helper()
	w.alter(func(t *tx) {
		for range n {
			s := &snapshot{id: t.newID(kindSnapshot), scope: t.scope, volume: t.newID(kindVolume), size: 8,
				started: t.now, completed: t.now, state: ec2types.SnapshotStateCompleted}
			t.snapshots.Put(&t.undo, s)
			ids = append(ids, s.id)
		}
	})
	return ids
}

func TestDescribeSnapshotsSelects(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	own := w.ownSnapshots(4)
	w.changeSnapshot(own[1], func(s *snapshot) {
		s.description, s.encrypted, s.kmsKey, s.size, s.volume = "special", true, keyHas+keyID, 99, "vol-0123456789abcdef0"
		s.state, s.completed, s.source, s.duration = "error", s.completed.Add(0), "snap-0", 15
	})
	w.changeSnapshot(own[2], func(s *snapshot) { s.users = []string{someone} })
	w.changeSnapshot(own[3], func(s *snapshot) { s.public = true })
	foreign := w.as(someone).ownSnapshots(3)
	w.changeSnapshot(foreign[0], func(s *snapshot) { s.users = []string{DefaultAccount} })
	w.changeSnapshot(foreign[1], func(s *snapshot) { s.public = true })
	w.alter(func(t *tx) {
		require.NoError(w.t, t.setTags(ec2types.ResourceTypeSnapshot, own[1], tags("tier", "web")))
	})
	w.in(region.EUWest1).ownSnapshots(1)
	amazons := seededSnapshotID(al2023ARM)
	self := []string{"self"}
	for name, tc := range map[string]struct {
		in   ec2.DescribeSnapshotsInput
		want []string
	}{
		"all that may be used":           {ec2.DescribeSnapshotsInput{}, slices.Concat(own, foreign[:2])},
		"own":                            {ec2.DescribeSnapshotsInput{OwnerIds: self}, own},
		"another's":                      {ec2.DescribeSnapshotsInput{OwnerIds: []string{someone}}, foreign[:2]},
		"Amazon's can't be used alone":   {ec2.DescribeSnapshotsInput{OwnerIds: []string{"amazon"}}, nil},
		"usable by all":                  {ec2.DescribeSnapshotsInput{RestorableByUserIds: []string{"all"}}, []string{own[3], foreign[1]}},
		"usable by the caller":           {ec2.DescribeSnapshotsInput{RestorableByUserIds: self}, slices.Concat(own, foreign[:1])},
		"usable by another":              {ec2.DescribeSnapshotsInput{RestorableByUserIds: []string{someone}}, own[2:3]},
		"by ID":                          {ec2.DescribeSnapshotsInput{SnapshotIds: []string{own[1], own[0], own[1]}}, own[:2]},
		"by ID, without those of others": {ec2.DescribeSnapshotsInput{SnapshotIds: []string{own[0], foreign[2], amazons}}, own[:1]},
		"by ID and owner":                {ec2.DescribeSnapshotsInput{SnapshotIds: []string{own[0], foreign[0]}, OwnerIds: []string{someone}}, foreign[:1]},
		"by tag":                         {ec2.DescribeSnapshotsInput{Filters: []ec2types.Filter{filter("tag:tier", "web")}}, own[1:2]},
		"by ID and filter":               {ec2.DescribeSnapshotsInput{SnapshotIds: own, Filters: []ec2types.Filter{filter("volume-size", "99")}}, own[1:2]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ElementsMatch(t, tc.want, w.within(t).snapshotIDs(&tc.in))
		})
	}
	for name, value := range map[string]string{
		"description": "spec*", "encrypted": "true", "snapshot-id": own[1], "status": "error", "volume-id": "vol-0123456789abcdef0",
		"volume-size": "99", "transfer-type": "time-based", "progress": "0%",
	} {
		t.Run("by "+name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, own[1:2], w.within(t).snapshotIDs(&ec2.DescribeSnapshotsInput{Filters: []ec2types.Filter{filter(name, value)}}))
		})
	}
	for name, value := range map[string]string{"owner-id": DefaultAccount, "start-time": "2026-11-24T12:00:00.000Z", "storage-tier": "standard"} {
		t.Run("own by "+name, func(t *testing.T) {
			t.Parallel()
			require.ElementsMatch(t, own, w.within(t).snapshotIDs(&ec2.DescribeSnapshotsInput{OwnerIds: self, Filters: []ec2types.Filter{filter(name, value)}}))
			require.Empty(t, w.within(t).snapshotIDs(&ec2.DescribeSnapshotsInput{OwnerIds: self, Filters: []ec2types.Filter{filter(name, "other")}}))
		})
	}
	require.Empty(t, w.snapshotIDs(&ec2.DescribeSnapshotsInput{Filters: []ec2types.Filter{filter("owner-alias", "amazon")}}))
}

func TestDescribeSnapshotsRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	own := w.ownSnapshots(1)
	elsewhere := w.in(region.EUWest1).ownSnapshots(1)[0]
	for name, tc := range map[string]struct {
		in            ec2.DescribeSnapshotsInput
		code, message string
	}{
		"an ID of the wrong shape": {ec2.DescribeSnapshotsInput{SnapshotIds: []string{own[0], "snap-x"}}, "InvalidSnapshotID.Malformed", `Invalid id: "snap-x" (expecting "snap-...")`},
		"an unknown ID":            {ec2.DescribeSnapshotsInput{SnapshotIds: []string{own[0], "snap-00000000"}}, "InvalidSnapshot.NotFound", "The snapshot 'snap-00000000' does not exist."},
		"an ID of another region":  {ec2.DescribeSnapshotsInput{SnapshotIds: []string{elsewhere}}, "InvalidSnapshot.NotFound", "The snapshot '" + elsewhere + "' does not exist."},
		"a bad owner":              {ec2.DescribeSnapshotsInput{OwnerIds: []string{"aws-marketplace"}}, "InvalidUserID.Malformed", `Invalid user id: "aws-marketplace"`},
		"a bad user":               {ec2.DescribeSnapshotsInput{RestorableByUserIds: []string{"1"}}, "InvalidUserID.Malformed", `Invalid user id: "1"`},
		"an unknown filter":        {ec2.DescribeSnapshotsInput{Filters: []ec2types.Filter{filter("state", "x")}}, "InvalidParameterValue", "The filter 'state' is invalid"},
		"pages with IDs":           {ec2.DescribeSnapshotsInput{SnapshotIds: own, MaxResults: ptr(int32(5))}, "InvalidParameterCombination", "The parameter snapshotSet cannot be used with the parameter maxResults"},
		"a small page":             {ec2.DescribeSnapshotsInput{MaxResults: ptr(int32(1))}, "InvalidParameterValue", "Value ( 1 ) for parameter maxResults is invalid. Expecting a value greater than or equal to 5."},
		"though dry":               {ec2.DescribeSnapshotsInput{DryRun: ptr(true)}, "DryRunOperation", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := call[ec2.DescribeSnapshotsOutput](w.within(t), &tc.in)
			if e := wantCode(t, err, tc.code); tc.message != "" {
				require.Equal(t, tc.message, e.Message)
			}
		})
	}
}

func TestDescribeSnapshotsPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	w.ownSnapshots(12)
	for _, id := range w.as(someone).ownSnapshots(8) {
		w.changeSnapshot(id, func(s *snapshot) { s.public = true })
	}
	whole := w.snapshotIDs(&ec2.DescribeSnapshotsInput{MaxResults: ptr(int32(5000))})
	require.Len(t, whole, 20)
	require.True(t, slices.IsSorted(whole))
	in := &ec2.DescribeSnapshotsInput{MaxResults: ptr(int32(6))}
	var got []string
	for range 4 {
		out := must[ec2.DescribeSnapshotsOutput](w, in)
		for _, s := range out.Snapshots {
			got = append(got, *s.SnapshotId)
		}
		in.NextToken = out.NextToken
	}
	require.Nil(t, in.NextToken)
	require.Equal(t, whole, got)
}

func TestDeleteSnapshot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	free := w.ownSnapshots(1)[0]
	im := w.ownImages("golden")[0]
	used := w.imageRow(im).mappings[0].ebs.snapshot
	foreign := w.as(someone).ownSnapshots(2)
	w.changeSnapshot(foreign[0], func(s *snapshot) { s.users = []string{DefaultAccount} })
	for name, tc := range map[string]struct {
		id            string
		code, message string
	}{
		"none":              {"", "MissingParameter", "The request must contain the parameter SnapshotId"},
		"a malformed one":   {"snap-x", "InvalidSnapshotID.Malformed", `Invalid id: "snap-x" (expecting "snap-...")`},
		"an unknown one":    {"snap-00000000", "InvalidSnapshot.NotFound", "The snapshot 'snap-00000000' does not exist."},
		"another's":         {foreign[1], "InvalidSnapshot.NotFound", "The snapshot '" + foreign[1] + "' does not exist."},
		"another's, shared": {foreign[0], "AuthFailure", "Not authorized for snapshot:" + foreign[0]},
		"an image's":        {used, "InvalidSnapshot.InUse", "The snapshot " + used + " is currently in use by " + im},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := wantNoChange[ec2.DeleteSnapshotOutput](w.forkWithin(t), &ec2.DeleteSnapshotInput{SnapshotId: ptr(tc.id)}, tc.code)
			require.Equal(t, tc.message, e.Message)
		})
	}
	t.Run("one that is free", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		w.alter(func(tx *tx) { require.NoError(t, tx.setTags(ec2types.ResourceTypeSnapshot, free, tags("a", "b"))) })
		wantNoChange[ec2.DeleteSnapshotOutput](w, &ec2.DeleteSnapshotInput{SnapshotId: ptr(free), DryRun: ptr(true)}, "DryRunOperation")
		must[ec2.DeleteSnapshotOutput](w, &ec2.DeleteSnapshotInput{SnapshotId: ptr(free)})
		wantNoChange[ec2.DeleteSnapshotOutput](w, &ec2.DeleteSnapshotInput{SnapshotId: ptr(free)}, "InvalidSnapshot.NotFound")
		require.Zero(t, w.engine.state.tags.Len())
	})
	t.Run("an image's that is disabled", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		w.changeImage(im, func(im *image) { im.state = "disabled" })
		wantNoChange[ec2.DeleteSnapshotOutput](w, &ec2.DeleteSnapshotInput{SnapshotId: ptr(used)}, "InvalidSnapshot.InUse")
	})
	t.Run("an image's that is gone", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		must[ec2.DeregisterImageOutput](w, &ec2.DeregisterImageInput{ImageId: ptr(im)})
		must[ec2.DeleteSnapshotOutput](w, &ec2.DeleteSnapshotInput{SnapshotId: ptr(used)})
	})
}

func TestRestorableNeedsNoSharingForAnImagesOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	other := w.as(someone).ownSnapshots(1)[0]
	w.here(func(v *view) {
		im, err := v.imageByID(al2023ARM)
		require.NoError(t, err)
		s, err := v.restorable(im, seededSnapshotID(al2023ARM))
		require.NoError(t, err)
		require.Equal(t, seededSnapshotID(al2023ARM), s.id)
		for id, code := range map[string]string{
			seededSnapshotID(al2023X86): "InvalidSnapshot.NotFound", other: "InvalidSnapshot.NotFound", "x": "InvalidSnapshotID.Malformed",
		} {
			_, err := v.restorable(im, id)
			wantCode(t, err, code)
		}
	})
}
