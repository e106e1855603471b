package engine

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/tooltest"
	"github.com/amiclass/amiclass/region"
)

func copying(r region.Region, id string, changes ...func(*ec2.CopyImageInput)) *ec2.CopyImageInput {
	in := &ec2.CopyImageInput{SourceRegion: ptr(string(r)), SourceImageId: ptr(id), Name: ptr("copy")}
	for _, change := range changes {
		change(in)
	}
	return in
}

// golden makes an image of an instance with three volumes and waits until it is available.
func (w *testWorld) golden() string {
	w.t.Helper()
	id := *must[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: ptr(w.running()), Name: ptr("golden"), Description: ptr("a golden one")}).ImageId
	w.clock.advance(w.engine.options.Delays.Snapshot)
	require.Equal(w.t, ec2types.ImageStateAvailable, w.image(id).State)
	return id
}

func TestCopyImageKeepsWhatMattersInAnotherRegion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: Delays{Copy: time.Minute}})
	id := w.golden()
	source := w.image(id)
	there := w.in(region.EUWest1)
	in := copying(region.USEast1, id, func(in *ec2.CopyImageInput) {
		in.TagSpecifications = append(tagged("image", "a", "b"), tagged("snapshot", "c", "d")...)
	})
	made := *must[ec2.CopyImageOutput](there, in).ImageId
	tooltest.Scribble(in)
	require.NotEqual(t, id, made)

	got := there.image(made)
	want := source
	want.ImageId, want.Name, want.ImageLocation, want.Description = ptr(made), ptr("copy"), ptr(DefaultAccount+"/copy"), nil
	want.State, want.Tags = ec2types.ImageStatePending, tags("a", "b")
	want.SourceImageId, want.SourceImageRegion, want.SourceInstanceId = ptr(id), ptr("us-east-1"), nil
	want.BlockDeviceMappings = nil
	for i, m := range source.BlockDeviceMappings {
		e := *m.Ebs
		e.SnapshotId = got.BlockDeviceMappings[i].Ebs.SnapshotId
		require.NotEqual(t, m.Ebs.SnapshotId, e.SnapshotId)
		want.BlockDeviceMappings = append(want.BlockDeviceMappings, mapped(*m.DeviceName, &e))
	}
	require.Empty(t, cmp.Diff(want, got, ignoreUnexported))

	snaps := there.snapshotsOf(got)
	root := snaps[0]
	require.Empty(t, cmp.Diff(ec2types.Snapshot{
		DataEncryptionKeyId: ptr(newDataKey(*root.SnapshotId)),
		Description: ptr("Copied for DestinationAmi " + made + " from SourceAmi " + id + " for SourceSnapshot " +
			*source.BlockDeviceMappings[0].Ebs.SnapshotId + ". Task created on 1,795,521,600,000."),
		FullSnapshotSizeInBytes: ptr(int64(0)), Encrypted: ptr(true), KmsKeyId: ptr(Place{region.PartitionStandard, DefaultAccount, region.EUWest1}.defaultKey()),
		OwnerId: ptr(DefaultAccount), Progress: ptr("0%"), SnapshotId: root.SnapshotId, StartTime: ptr(w.clock.at), State: "pending",
		StorageTier: "standard", Tags: tags("c", "d"), TransferType: "standard", VolumeId: ptr("vol-ffffffff"), VolumeSize: ptr(int32(30)),
	}, root, ignoreUnexported))
	require.False(t, *snaps[1].Encrypted)
	row, _ := w.engine.state.snapshots.Get(*root.SnapshotId)
	require.Equal(t, content("an operating system"), row.content)

	w.clock.advance(30 * time.Second)
	require.Equal(t, "50%", *there.snapshotsOf(got)[0].Progress)
	w.clock.advance(30 * time.Second)
	require.Equal(t, ec2types.ImageStateAvailable, there.image(made).State)
	require.Equal(t, ec2types.SnapshotStateCompleted, there.snapshotsOf(got)[0].State)
	require.Empty(t, cmp.Diff(source, w.image(id), ignoreUnexported), "the source is as it was")
}

func TestCopyImageEncrypts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.golden()
	here := Place{region.PartitionStandard, DefaultAccount, region.USEast1}
	there := Place{region.PartitionStandard, DefaultAccount, region.EUWest1}
	own := there.ARN("kms", "key/"+keyID)
	w.haveKey(own)
	for name, tc := range map[string]struct {
		to          region.Region
		encrypted   *bool
		key         string
		root, plain string // the keys afterwards
	}{
		"in the region":             {region.USEast1, nil, "", keyHas + keyID, ""},
		"in the region, encrypted":  {region.USEast1, ptr(true), "", keyHas + keyID, here.defaultKey()},
		"elsewhere":                 {region.EUWest1, nil, "", there.defaultKey(), ""},
		"elsewhere, not encrypted":  {region.EUWest1, ptr(false), "", there.defaultKey(), ""},
		"elsewhere, encrypted":      {region.EUWest1, ptr(true), "", there.defaultKey(), there.defaultKey()},
		"elsewhere, by key":         {region.EUWest1, ptr(true), keyID, own, own},
		"elsewhere, by default key": {region.EUWest1, ptr(true), "alias/aws/ebs", there.defaultKey(), there.defaultKey()},
		"elsewhere, by a key's ARN": {region.EUWest1, ptr(true), own, own, own},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t).in(tc.to)
			made := *must[ec2.CopyImageOutput](w, copying(region.USEast1, id, func(in *ec2.CopyImageInput) {
				if in.Encrypted = tc.encrypted; tc.key != "" {
					in.KmsKeyId = ptr(tc.key)
				}
			})).ImageId
			im := w.image(made)
			require.Equal(t, ec2types.ImageStateAvailable, im.State)
			snaps := w.snapshotsOf(im)
			require.Equal(t, tc.root, deref(snaps[0].KmsKeyId))
			require.Equal(t, tc.plain, deref(snaps[1].KmsKeyId))
			for i, s := range snaps {
				require.Equal(t, s.KmsKeyId != nil, *s.Encrypted)
				require.Equal(t, *s.Encrypted, *im.BlockDeviceMappings[i].Ebs.Encrypted)
				require.Equal(t, *s.Encrypted, s.DataEncryptionKeyId != nil)
			}
		})
	}
}

func TestCopyImageFailsLaterIfTheKeyIsNotOfTheRegion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.golden()
	there := w.in(region.EUWest1)
	made := *must[ec2.CopyImageOutput](there, copying(region.USEast1, id, func(in *ec2.CopyImageInput) {
		in.Encrypted, in.KmsKeyId = ptr(true), ptr(keyHas+keyID)
	})).ImageId
	im := there.image(made)
	require.Equal(t, ec2types.ImageStateFailed, im.State)
	require.Equal(t, "Client.InternalError", *im.StateReason.Code)
	for _, s := range there.snapshotsOf(im) {
		require.Equal(t, ec2types.SnapshotStateError, s.State)
		require.Equal(t, "Given key ID is not accessible", *s.StateMessage)
		require.Nil(t, s.CompletionTime)
	}
	must[ec2.DeregisterImageOutput](there, &ec2.DeregisterImageInput{ImageId: ptr(made), DeleteAssociatedSnapshots: ptr(true)})
}

func TestCopyImageOfAmazonsIsOnesOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	made := *must[ec2.CopyImageOutput](w, copying(region.USEast1, al2023ARM, func(in *ec2.CopyImageInput) { in.Encrypted = ptr(true) })).ImageId
	im := w.image(made)
	require.Equal(t, DefaultAccount, *im.OwnerId)
	require.Nil(t, im.ImageOwnerAlias)
	require.Nil(t, im.DeprecationTime)
	require.Nil(t, im.PublicSsmParameterName)
	require.False(t, *im.Public)
	require.Equal(t, "2026-11-24T12:00:00.000Z", *im.CreationDate)
	require.True(t, *w.snapshotsOf(im)[0].Encrypted)
	require.Equal(t, []string{made}, describe(w, &ec2.DescribeImagesInput{Owners: []string{"self"}}))
	w.clock.advance(1000 * day)
	require.Equal(t, []string{made}, describe(w, &ec2.DescribeImagesInput{Owners: []string{"self"}}))
}

func TestCopyImageCopiesTagsIfAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.golden()
	w.alter(func(tx *tx) {
		require.NoError(t, tx.setTags(ec2types.ResourceTypeImage, id, tags("a", "1", "b", "2", "aws:x", "y")))
	})
	there := w.in(region.EUWest1)
	tagsOf := func(change func(*ec2.CopyImageInput)) []ec2types.Tag {
		there := there.fork()
		return there.image(*must[ec2.CopyImageOutput](there, copying(region.USEast1, id, change)).ImageId).Tags
	}
	for name, tc := range map[string]struct {
		change func(*ec2.CopyImageInput)
		want   []ec2types.Tag
	}{
		"not asked": {func(*ec2.CopyImageInput) {}, nil},
		"asked":     {func(in *ec2.CopyImageInput) { in.CopyImageTags = ptr(true) }, tags("a", "1", "b", "2")},
		"and others said": {func(in *ec2.CopyImageInput) {
			in.CopyImageTags, in.TagSpecifications = ptr(true), tagged("image", "b", "3", "c", "4")
		}, tags("a", "1", "b", "3", "c", "4")},
	} {
		require.Empty(t, cmp.Diff(tc.want, tagsOf(tc.change), ignoreUnexported), name)
	}
}

func TestCopyImageInTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: Delays{Copy: time.Hour}})
	id := w.golden()
	made := *must[ec2.CopyImageOutput](w, copying(region.USEast1, id, func(in *ec2.CopyImageInput) {
		in.SnapshotCopyCompletionDurationMinutes = ptr(int64(30))
	})).ImageId
	s := w.snapshotsOf(w.image(made))[0]
	require.Equal(t, ec2types.TransferTypeTimeBased, s.TransferType)
	require.Equal(t, ptr(int32(30)), s.CompletionDurationMinutes)
	w.clock.advance(30 * time.Minute)
	require.Equal(t, ec2types.ImageStateAvailable, w.image(made).State)
}

func TestCopyImageByTokenHappensOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.golden()
	token := func(in *ec2.CopyImageInput) { in.ClientToken = ptr("t1") }
	first := *must[ec2.CopyImageOutput](w, copying(region.USEast1, id, token)).ImageId
	before := w.dump()
	require.Equal(t, first, *must[ec2.CopyImageOutput](w, copying(region.USEast1, id, token)).ImageId)
	w.image(first) // what was due has happened
	require.NotEmpty(t, before)
	require.Len(t, describe(w, &ec2.DescribeImagesInput{Owners: []string{"self"}}), 2)
	e := wantNoChange[ec2.CopyImageOutput](w, copying(region.USEast1, id, token, func(in *ec2.CopyImageInput) { in.Description = ptr("x") }), "IdempotentParameterMismatch")
	require.Contains(t, e.Message, "different parameters")
	elsewhere := *must[ec2.CopyImageOutput](w.in(region.EUWest1), copying(region.USEast1, id, token)).ImageId
	require.NotEqual(t, first, elsewhere, "tokens are the region's")
	wantNoChange[ec2.CopyImageOutput](w, copying(region.USEast1, id, func(in *ec2.CopyImageInput) {
		in.ClientToken = ptr(strings.Repeat("x", 65))
	}), "InvalidClientToken")
}

func TestCopyImageOfAnothersNeedsHisSnapshots(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.as(someone).ownImages("shared")[0]
	snap := w.imageRow(id).mappings[0].ebs.snapshot
	w.changeSnapshot(snap, func(s *snapshot) { s.encrypted, s.kmsKey = true, "arn:aws:kms:us-east-1:"+someone+":key/"+keyID })
	wantNoChange[ec2.CopyImageOutput](w, copying(region.USEast1, id), "InvalidAMIID.NotFound")
	w.changeImage(id, func(im *image) { im.users = []string{DefaultAccount} })
	e := wantNoChange[ec2.CopyImageOutput](w, copying(region.USEast1, id), "InvalidRequest")
	require.Equal(t, "You do not have permission to access the storage of this ami", e.Message)
	w.changeSnapshot(snap, func(s *snapshot) { s.users = []string{DefaultAccount} })
	im := w.image(*must[ec2.CopyImageOutput](w, copying(region.USEast1, id)).ImageId)
	require.Equal(t, Place{region.PartitionStandard, DefaultAccount, region.USEast1}.defaultKey(), *w.snapshotsOf(im)[0].KmsKeyId)
	require.Empty(t, w.imageRow(*im.ImageId).users)
}

func TestCopyImageRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: Delays{Snapshot: time.Minute}})
	id := w.golden()
	w.ownImages("taken")
	pending := *must[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: ptr(w.running()), Name: ptr("pending")}).ImageId
	disabled := w.ownImages("disabled")[0]
	w.changeImage(disabled, func(im *image) { im.state = "disabled" })
	with := func(change func(*ec2.CopyImageInput)) *ec2.CopyImageInput { return copying(region.USEast1, id, change) }
	for name, tc := range map[string]struct {
		in            *ec2.CopyImageInput
		code, message string
	}{
		"no source region":              {copying("", id), "MissingParameter", "The request must contain the parameter SourceRegion"},
		"no source image":               {copying(region.USEast1, ""), "MissingParameter", "The request must contain the parameter SourceImageId"},
		"no name":                       {with(func(in *ec2.CopyImageInput) { in.Name = nil }), "MissingParameter", "The request must contain the parameter Name"},
		"an unknown region":             {copying("us-east-9", id), "InvalidRegion", "The region 'us-east-9' does not exist."},
		"a region of another partition": {copying(region.CNNorth1, id), "InvalidRegion", "The region 'cn-north-1' does not exist."},
		"another region's image":        {copying(region.EUWest1, id), "InvalidAMIID.NotFound", "The image id '[" + id + "]' does not exist"},
		"a malformed image":             {copying(region.USEast1, "ami-x"), "InvalidAMIID.Malformed", ""},
		"an image still being made":     {copying(region.USEast1, pending), "InvalidAMIID.Unavailable", "The AMI ID '" + pending + "' is currently pending and may not be used for this operation"},
		"a disabled image":              {copying(region.USEast1, disabled), "InvalidAMIID.Unavailable", "The AMI ID '" + disabled + "' is currently disabled and may not be used for this operation"},
		"a name that is taken":          {with(func(in *ec2.CopyImageInput) { in.Name = ptr("taken") }), "InvalidAMIName.Duplicate", ""},
		"a bad name":                    {with(func(in *ec2.CopyImageInput) { in.Name = ptr("a:b") }), "InvalidAMIName.Malformed", ""},
		"a long description":            {with(func(in *ec2.CopyImageInput) { in.Description = ptr(strings.Repeat("x", 256)) }), "InvalidParameterValue", ""},
		"a key without encryption":      {with(func(in *ec2.CopyImageInput) { in.KmsKeyId = ptr(keyID) }), "InvalidParameterDependency", ""},
		"a key and no encryption":       {with(func(in *ec2.CopyImageInput) { in.KmsKeyId, in.Encrypted = ptr(keyID), ptr(false) }), "InvalidParameterDependency", ""},
		"a malformed key":               {with(func(in *ec2.CopyImageInput) { in.KmsKeyId, in.Encrypted = ptr("x"), ptr(true) }), "InvalidParameterValue", ""},
		"tags of another type":          {with(func(in *ec2.CopyImageInput) { in.TagSpecifications = tagged("instance", "a", "b") }), "InvalidParameterValue", ""},
		"too little time":               {with(func(in *ec2.CopyImageInput) { in.SnapshotCopyCompletionDurationMinutes = ptr(int64(0)) }), "InvalidParameterValue", ""},
		"too much time":                 {with(func(in *ec2.CopyImageInput) { in.SnapshotCopyCompletionDurationMinutes = ptr(int64(2895)) }), "InvalidParameterValue", ""},
		"time between the steps":        {with(func(in *ec2.CopyImageInput) { in.SnapshotCopyCompletionDurationMinutes = ptr(int64(20)) }), "InvalidParameterValue", "Value (20) for parameter SnapshotCopyCompletionDurationMinutes is invalid. Expecting a multiple of 15 between 15 and 2880."},
		"an Outpost": {with(func(in *ec2.CopyImageInput) {
			in.DestinationOutpostArn = ptr("arn:aws:outposts:us-east-1:123456789012:outpost/op-1")
		}), "InvalidParameterValue", ""},
		"an Availability Zone": {with(func(in *ec2.CopyImageInput) { in.DestinationAvailabilityZone = ptr("us-east-1a") }), "InvalidParameterValue", "The zone 'us-east-1a' is not a Local Zone."},
		"an unknown zone":      {with(func(in *ec2.CopyImageInput) { in.DestinationAvailabilityZoneId = ptr("use1-az99") }), "InvalidZone.NotFound", ""},
		"two destinations": {with(func(in *ec2.CopyImageInput) {
			in.DestinationAvailabilityZone, in.DestinationOutpostArn = ptr("a"), ptr("b")
		}), "InvalidParameterCombination", ""},
		"an Outpost in time": {with(func(in *ec2.CopyImageInput) {
			in.DestinationOutpostArn, in.SnapshotCopyCompletionDurationMinutes = ptr("b"), ptr(int64(15))
		}), "InvalidParameterCombination", ""},
		"though dry":    {with(func(in *ec2.CopyImageInput) { in.DryRun = ptr(true) }), "DryRunOperation", ""},
		"too many tags": {with(func(in *ec2.CopyImageInput) { in.TagSpecifications = tagged("snapshot", manyTags(51)...) }), "TagLimitExceeded", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := wantNoChange[ec2.CopyImageOutput](w.forkWithin(t), tc.in, tc.code)
			if tc.message != "" {
				require.Equal(t, tc.message, e.Message)
			}
		})
	}
}

func TestWhatIsOnAVolumeGoesAlongWithImageAndCopy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	launch := func(w *testWorld, image string) ec2types.Instance {
		w.t.Helper()
		return must[ec2.RunInstancesOutput](w, &ec2.RunInstancesInput{ImageId: ptr(image), InstanceType: "t4g.micro",
			MinCount: ptr(int32(1)), MaxCount: ptr(int32(1)), BlockDeviceMappings: []ec2types.BlockDeviceMapping{
				mapped("/dev/xvda", &ec2types.EbsBlockDevice{Encrypted: ptr(true)})}}).Instances[0]
	}
	rootOf := func(t *tx, instanceID string) *volume {
		i, _ := t.instances.Get(instanceID)
		o, _ := t.volumes.Get(i.devices[0].volume)
		return o
	}
	write := func(instanceID, what string) {
		w.alter(func(t *tx) {
			next := *rootOf(t, instanceID)
			next.content = what
			t.volumes.Put(&t.undo, &next)
		})
	}
	first := *launch(w, al2023ARM).InstanceId
	write(first, "written by hand")
	golden := *must[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: ptr(first), Name: ptr("golden")}).ImageId
	write(first, "written afterwards")
	there := w.in(region.EUWest1)
	far := *must[ec2.CopyImageOutput](there, copying(region.USEast1, golden)).ImageId
	for _, at := range []struct {
		w     *testWorld
		image string
	}{{w, golden}, {there, far}} {
		i := *launch(at.w, at.image).InstanceId
		var o *volume
		at.w.alter(func(t *tx) { o = rootOf(t, i) })
		require.Equal(t, content("written by hand"), o.content)
		require.True(t, o.encrypted)
		require.Equal(t, Place{region.PartitionStandard, DefaultAccount, at.w.region}.defaultKey(), o.kmsKey)
		out := must[ec2.DeregisterImageOutput](at.w, &ec2.DeregisterImageInput{ImageId: ptr(at.image), DeleteAssociatedSnapshots: ptr(true)})
		require.Len(t, out.DeleteSnapshotResults, 1)
		require.Empty(t, at.w.snapshotIDs(&ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}}))
		require.Empty(t, describe(at.w, &ec2.DescribeImagesInput{ImageIds: []string{at.image}}), "its instance lives on")
	}
}
