package engine

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

func TestDeregisterImageTakesItAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.ownImages("golden")[0]
	snap := w.imageRow(id).mappings[0].ebs.snapshot
	w.alter(func(tx *tx) { require.NoError(t, tx.setTags(ec2types.ResourceTypeImage, id, tags("a", "b"))) })
	out := must[ec2.DeregisterImageOutput](w, &ec2.DeregisterImageInput{ImageId: ptr(id)})
	require.Equal(t, ptr(true), out.Return)
	require.Empty(t, out.DeleteSnapshotResults)
	_, err := call[ec2.DescribeImagesOutput](w, &ec2.DescribeImagesInput{ImageIds: []string{id}})
	wantCode(t, err, "InvalidAMIID.NotFound")
	require.Zero(t, w.engine.state.tags.Len())
	require.Len(t, must[ec2.DescribeSnapshotsOutput](w, &ec2.DescribeSnapshotsInput{SnapshotIds: []string{snap}}).Snapshots, 1, "snapshots stay")
	again := w.ownImages("golden")[0]
	require.NotEqual(t, id, again, "the name is free")
}

func TestDeregisterImageDeletesItsSnapshotsIfAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	ids := w.ownImages("golden", "other")
	theirs := w.imageRow(w.as(someone).ownImages("x")[0]).mappings[0].ebs.snapshot
	ownSnap, sharedSnap := w.imageRow(ids[0]).mappings[0].ebs.snapshot, w.imageRow(ids[1]).mappings[0].ebs.snapshot
	w.alter(func(t *tx) { // the one of x is used by nobody else any more
		for im := range t.images.By("snapshot", 0, theirs) {
			t.images.Delete(&t.undo, im.id)
			break
		}
		require.NoError(w.t, t.setTags(ec2types.ResourceTypeSnapshot, ownSnap, tags("a", "b")))
	})
	w.changeImage(ids[0], func(im *image) {
		for device, snap := range map[string]string{"/dev/sdf": sharedSnap, "/dev/sdg": theirs, "/dev/sdh": ownSnap} {
			im.mappings = append(im.mappings[:len(im.mappings):len(im.mappings)], mapping{device: device, ebs: &ebsMapping{snapshot: snap}})
		}
		im.mappings = append(im.mappings, mapping{device: "/dev/sdb", virtualName: "ephemeral0"}, mapping{device: "/dev/sdi", ebs: &ebsMapping{size: 1}})
	})
	out := must[ec2.DeregisterImageOutput](w, &ec2.DeregisterImageInput{ImageId: ptr(ids[0]), DeleteAssociatedSnapshots: ptr(true)})
	got := map[string]ec2types.SnapshotReturnCodes{}
	for _, r := range out.DeleteSnapshotResults {
		got[*r.SnapshotId] = r.ReturnCode
	}
	require.Len(t, out.DeleteSnapshotResults, 3, "each once")
	require.Empty(t, cmp.Diff(map[string]ec2types.SnapshotReturnCodes{
		ownSnap: "success", sharedSnap: "skipped", theirs: "missing-permissions",
	}, got))
	left := must[ec2.DescribeSnapshotsOutput](w, &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}})
	require.Len(t, left.Snapshots, 1)
	require.Equal(t, sharedSnap, *left.Snapshots[0].SnapshotId)
	require.Zero(t, w.engine.state.tags.Len())
}

func TestInstancesOutliveTheirImage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.ownImages("golden")[0]
	i := w.putInstance(id, "running", threeVolumes())
	must[ec2.DeregisterImageOutput](w, &ec2.DeregisterImageInput{ImageId: ptr(id)})
	require.Empty(t, describe(w, &ec2.DescribeImagesInput{ImageIds: []string{id}}), "an instance still refers to it")
	require.Equal(t, []string{al2023ARM}, describe(w, &ec2.DescribeImagesInput{ImageIds: []string{id, al2023ARM}}))
	e := wantNoChange[ec2.DeregisterImageOutput](w, &ec2.DeregisterImageInput{ImageId: ptr(id)}, "InvalidAMIID.Unavailable")
	require.Equal(t, "The image ID '"+id+"' is no longer available", e.Message)
	made := *must[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: ptr(i), Name: ptr("golden")}).ImageId
	require.Equal(t, id, *w.image(made).SourceImageId)
	w.alter(func(t *tx) { t.instances.Delete(&t.undo, i) })
	_, err := call[ec2.DescribeImagesOutput](w, &ec2.DescribeImagesInput{ImageIds: []string{id}})
	wantCode(t, err, "InvalidAMIID.NotFound")
	wantNoChange[ec2.DeregisterImageOutput](w, &ec2.DeregisterImageInput{ImageId: ptr(id)}, "InvalidAMIID.NotFound")
}

func TestDeregisterImageRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: Delays{Snapshot: time.Minute}})
	foreign := w.as(someone).ownImages("shared", "private")
	w.changeImage(foreign[0], func(im *image) { im.users = []string{DefaultAccount} })
	elsewhere := w.in(region.EUWest1).ownImages("golden")[0]
	own := w.ownImages("golden")[0]
	pending := *must[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: ptr(w.running()), Name: ptr("new")}).ImageId
	for name, tc := range map[string]struct {
		id            string
		code, message string
	}{
		"none":                         {"", "MissingParameter", "The request must contain the parameter ImageId"},
		"a malformed one":              {"ami-1", "InvalidAMIID.Malformed", `Invalid id: "ami-1" (expecting "ami-...")`},
		"an unknown one":               {"ami-00000000", "InvalidAMIID.NotFound", "The image id '[ami-00000000]' does not exist"},
		"one of another region":        {elsewhere, "InvalidAMIID.NotFound", ""},
		"another's private one":        {foreign[1], "InvalidAMIID.NotFound", ""},
		"another's shared one":         {foreign[0], "AuthFailure", "Not authorized for image:" + foreign[0]},
		"Amazon's":                     {al2023ARM, "AuthFailure", "Not authorized for image:" + al2023ARM},
		"one that is still being made": {pending, "InvalidAMIID.Unavailable", "The AMI ID '" + pending + "' is currently pending and may not be used for this operation"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := wantNoChange[ec2.DeregisterImageOutput](w.forkWithin(t), &ec2.DeregisterImageInput{ImageId: ptr(tc.id), DeleteAssociatedSnapshots: ptr(true)}, tc.code)
			if tc.message != "" {
				require.Equal(t, tc.message, e.Message)
			}
		})
	}
	t.Run("though dry", func(t *testing.T) {
		t.Parallel()
		wantNoChange[ec2.DeregisterImageOutput](w.forkWithin(t), &ec2.DeregisterImageInput{ImageId: ptr(own), DryRun: ptr(true), DeleteAssociatedSnapshots: ptr(true)}, "DryRunOperation")
	})
	for _, state := range []ec2types.ImageState{"available", "disabled", "failed", "error"} {
		t.Run("not one that is "+string(state), func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			w.changeImage(own, func(im *image) { im.state = state })
			must[ec2.DeregisterImageOutput](w, &ec2.DeregisterImageInput{ImageId: ptr(own)})
		})
	}
}
