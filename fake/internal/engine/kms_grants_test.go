package engine

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

// forEBS is a grant of all that an account needs to use a key for EBS.
func forEBS(key, account string) *kms.CreateGrantInput {
	return &kms.CreateGrantInput{
		KeyId: &key, GranteePrincipal: ptr("arn:aws:iam::" + account + ":root"),
		Operations: []kmstypes.GrantOperation{"CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo"},
	}
}

func TestGrants(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	them := w.as(someone)
	key := w.addKey("alias/golden")
	wantNoChange[kms.DescribeKeyOutput](them, &kms.DescribeKeyInput{KeyId: &key}, "AccessDeniedException")
	in := forEBS(key, someone)
	in.Name, in.RetiringPrincipal = ptr("images"), ptr("arn:aws:iam::"+someone+":role/ops")
	made := must[kms.CreateGrantOutput](w, in)
	require.Regexp(t, `^[0-9a-f]{64}$`, *made.GrantId)
	again := must[kms.CreateGrantOutput](w, in)
	require.Equal(t, *made.GrantId, *again.GrantId, "a named grant isn't made twice")
	unnamed := forEBS(key, "444455556666")
	unnamed.Constraints = &kmstypes.GrantConstraints{EncryptionContextEquals: map[string]string{"a": "b"}}
	require.NotEqual(t, *must[kms.CreateGrantOutput](w, unnamed).GrantId, *must[kms.CreateGrantOutput](w, unnamed).GrantId)

	require.Equal(t, key, *must[kms.DescribeKeyOutput](them, &kms.DescribeKeyInput{KeyId: &key, GrantTokens: []string{*made.GrantToken}}).KeyMetadata.Arn)
	wantNoChange[kms.DescribeKeyOutput](w.as("444455556666"), &kms.DescribeKeyInput{KeyId: &key}, "AccessDeniedException")
	listed := must[kms.ListGrantsOutput](w, &kms.ListGrantsInput{KeyId: &key, GranteePrincipal: in.GranteePrincipal}).Grants
	want := []kmstypes.GrantListEntry{{
		CreationDate: listed[0].CreationDate, GrantId: made.GrantId, GranteePrincipal: in.GranteePrincipal, IssuingAccount: ptr("arn:aws:iam::" + DefaultAccount + ":root"),
		KeyId: &key, Name: ptr("images"), Operations: in.Operations, RetiringPrincipal: in.RetiringPrincipal,
	}}
	require.Empty(t, cmp.Diff(want, listed, cmpopts.IgnoreUnexported(kmstypes.GrantListEntry{})))
	page := must[kms.ListGrantsOutput](w, &kms.ListGrantsInput{KeyId: &key, Limit: ptr(int32(2))})
	require.True(t, page.Truncated)
	require.Len(t, must[kms.ListGrantsOutput](w, &kms.ListGrantsInput{KeyId: &key, Marker: page.NextMarker}).Grants, 1)
	require.Len(t, must[kms.ListRetirableGrantsOutput](them, &kms.ListRetirableGrantsInput{RetiringPrincipal: in.RetiringPrincipal}).Grants, 1)
	require.Empty(t, must[kms.ListRetirableGrantsOutput](w, &kms.ListRetirableGrantsInput{RetiringPrincipal: in.RetiringPrincipal}).Grants)

	// Who may create grants by a grant may; so do those who may retire one.
	theirs := must[kms.CreateGrantOutput](them, forEBS(key, "444455556666"))
	must[kms.DescribeKeyOutput](w.as("444455556666"), &kms.DescribeKeyInput{KeyId: &key})
	wantNoChange[kms.RetireGrantOutput](them, &kms.RetireGrantInput{KeyId: &key, GrantId: theirs.GrantId}, "AccessDeniedException")
	must[kms.RevokeGrantOutput](w, &kms.RevokeGrantInput{KeyId: &key, GrantId: theirs.GrantId})
	wantNoChange[kms.DescribeKeyOutput](w.as("444455556666"), &kms.DescribeKeyInput{KeyId: &key}, "AccessDeniedException")
	must[kms.RetireGrantOutput](them, &kms.RetireGrantInput{GrantToken: made.GrantToken})
	wantNoChange[kms.RetireGrantOutput](them, &kms.RetireGrantInput{GrantToken: made.GrantToken}, "InvalidGrantTokenException")
}

func TestGrantRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	key, off, going := w.addKey(""), w.addKey(""), w.addKey("")
	must[kms.DisableKeyOutput](w, &kms.DisableKeyInput{KeyId: &off})
	must[kms.ScheduleKeyDeletionOutput](w, &kms.ScheduleKeyDeletionInput{KeyId: &going})
	theirs := w.as(someone).addKey("")
	id := must[kms.CreateGrantOutput](w, forEBS(key, someone)).GrantId
	with := func(change func(*kms.CreateGrantInput)) *kms.CreateGrantInput {
		in := forEBS(key, someone)
		change(in)
		return in
	}
	for name, tc := range map[string]struct {
		in   any
		code string
	}{
		"another's key":              {forEBS(theirs, DefaultAccount), "AccessDeniedException"},
		"AWS's key":                  {forEBS(Place{region.PartitionStandard, DefaultAccount, region.USEast1}.defaultKey(), someone), "AccessDeniedException"},
		"an unknown key":             {forEBS(keyID, someone), "NotFoundException"},
		"a disabled key":             {forEBS(off, someone), "DisabledException"},
		"a key that goes":            {forEBS(going, someone), "KMSInvalidStateException"},
		"no grantee":                 {with(func(in *kms.CreateGrantInput) { in.GranteePrincipal = nil }), "ValidationException"},
		"a grantee that is none":     {with(func(in *kms.CreateGrantInput) { in.GranteePrincipal = ptr("me") }), "InvalidArnException"},
		"a retirer that is none":     {with(func(in *kms.CreateGrantInput) { in.RetiringPrincipal = ptr("me") }), "InvalidArnException"},
		"no operations":              {with(func(in *kms.CreateGrantInput) { in.Operations = nil }), "ValidationException"},
		"an operation of other keys": {with(func(in *kms.CreateGrantInput) { in.Operations = []kmstypes.GrantOperation{"Sign"} }), "ValidationException"},
		"a name that is none":        {with(func(in *kms.CreateGrantInput) { in.Name = ptr("a b") }), "ValidationException"},
		"an unknown token":           {with(func(in *kms.CreateGrantInput) { in.GrantTokens = []string{"x"} }), "InvalidGrantTokenException"},
		"a dry run":                  {with(func(in *kms.CreateGrantInput) { in.DryRun = ptr(true) }), "DryRunOperationException"},
		"a dry run of revoking":      {&kms.RevokeGrantInput{KeyId: &key, GrantId: id, DryRun: ptr(true)}, "DryRunOperationException"},
		"a dry run of retiring":      {&kms.RetireGrantInput{KeyId: &key, GrantId: id, DryRun: ptr(true)}, "DryRunOperationException"},
		"to revoke nothing":          {&kms.RevokeGrantInput{KeyId: &key}, "ValidationException"},
		"to revoke what there isn't": {&kms.RevokeGrantInput{KeyId: &key, GrantId: ptr("x")}, "NotFoundException"},
		"to revoke another key's":    {&kms.RevokeGrantInput{KeyId: &off, GrantId: id}, "NotFoundException"},
		"to retire nothing":          {&kms.RetireGrantInput{KeyId: &key}, "ValidationException"},
		"another's grants":           {&kms.ListGrantsInput{KeyId: &theirs}, "AccessDeniedException"},
		"nobody's grants":            {&kms.ListRetirableGrantsInput{}, "InvalidArnException"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			before := w.made()
			_, err := w.engine.Call(Call{Region: w.region, Input: tc.in})
			wantCode(t, err, tc.code)
			require.Equal(t, before, w.made())
		})
	}
}

// Who may launch an image needs its key's permission too, unless its key's owner is himself
// (https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html#share-kms-key).
func TestASharedEncryptedImageNeedsItsKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	them := w.as(someone)
	key := w.addKey("alias/golden")
	source := *must[ec2.DescribeImagesOutput](w, &ec2.DescribeImagesInput{
		Owners: []string{"amazon"}, Filters: []ec2types.Filter{{Name: ptr("architecture"), Values: []string{"x86_64"}}, {Name: ptr("name"), Values: []string{"al2023-*"}}},
	}).Images[0].ImageId
	image := must[ec2.CopyImageOutput](w, &ec2.CopyImageInput{
		Name: ptr("golden"), SourceImageId: &source, SourceRegion: ptr(string(w.region)), Encrypted: ptr(true), KmsKeyId: &key,
	}).ImageId
	im := must[ec2.DescribeImagesOutput](w, &ec2.DescribeImagesInput{ImageIds: []string{*image}}).Images[0]
	snap := im.BlockDeviceMappings[0].Ebs.SnapshotId
	must[ec2.ModifyImageAttributeOutput](w, &ec2.ModifyImageAttributeInput{ImageId: image, LaunchPermission: &ec2types.LaunchPermissionModifications{
		Add: []ec2types.LaunchPermission{{UserId: ptr(someone)}},
	}})
	must[ec2.ModifySnapshotAttributeOutput](w, &ec2.ModifySnapshotAttributeInput{SnapshotId: snap, CreateVolumePermission: &ec2types.CreateVolumePermissionModifications{
		Add: []ec2types.CreateVolumePermission{{UserId: ptr(someone)}},
	}})
	for name, tc := range map[string]struct {
		allow func(w *testWorld)
		can   bool
	}{
		"nothing": {func(*testWorld) {}, false},
		"a grant": {func(w *testWorld) { must[kms.CreateGrantOutput](w, forEBS(key, someone)) }, true},
		"part of a grant": {func(w *testWorld) {
			in := forEBS(key, someone)
			in.Operations = in.Operations[1:]
			must[kms.CreateGrantOutput](w, in)
		}, false},
		"a policy, and a grant of the rest": {func(w *testWorld) {
			must[kms.PutKeyPolicyOutput](w, &kms.PutKeyPolicyInput{KeyId: &key, Policy: ptr(`{"Statement": {"Effect": "Allow", "Principal": {"AWS": "` + someone + `"},
				"Action": ["kms:Decrypt", "kms:DescribeKey", "kms:ReEncrypt*", "kms:GenerateDataKey*"]}}`)})
			in := forEBS(key, someone)
			in.Operations = in.Operations[:1]
			must[kms.CreateGrantOutput](w, in)
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			them := w.as(them.account)
			tc.allow(w)
			i := them.instance(them.launch(func(in *ec2.RunInstancesInput) { in.ImageId, in.InstanceType = image, "t3.micro" }))
			copied := must[ec2.CopySnapshotOutput](them, &ec2.CopySnapshotInput{SourceSnapshotId: snap, SourceRegion: ptr(string(w.region))}).SnapshotId
			there := must[ec2.CopyImageOutput](them.in(region.EUWest1), &ec2.CopyImageInput{Name: ptr("golden"), SourceImageId: image, SourceRegion: ptr(string(w.region))}).ImageId
			volume := must[ec2.CreateVolumeOutput](them, &ec2.CreateVolumeInput{SnapshotId: snap, AvailabilityZone: ptr("us-east-1a")}).VolumeId
			states := []string{
				string(i.State.Name),
				string(must[ec2.DescribeSnapshotsOutput](them, &ec2.DescribeSnapshotsInput{SnapshotIds: []string{*copied}}).Snapshots[0].State),
				string(must[ec2.DescribeImagesOutput](them.in(region.EUWest1), &ec2.DescribeImagesInput{ImageIds: []string{*there}}).Images[0].State),
				string(must[ec2.DescribeVolumesOutput](them, &ec2.DescribeVolumesInput{VolumeIds: []string{*volume}}).Volumes[0].State),
			}
			want := "running completed available available"
			if !tc.can {
				want = "terminated error failed error"
				require.Equal(t, "Client.InternalError: Client error on launch", *i.StateReason.Message)
			}
			require.Equal(t, want, strings.Join(states, " "))
			require.Equal(t, ec2types.InstanceStateNameRunning, w.instance(w.launch(func(in *ec2.RunInstancesInput) { in.ImageId, in.InstanceType = image, "t3.micro" })).State.Name)
		})
	}
}
