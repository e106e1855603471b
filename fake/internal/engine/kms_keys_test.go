package engine

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

// addKey declares a key of the world's account in its region.
func (w *testWorld) addKey(alias string) (arn string) {
	w.t.Helper()
	arn, err := w.engine.AddKey(w.account, w.region, alias)
	require.NoError(w.t, err)
	return arn
}

func (w *testWorld) key(name string) kmstypes.KeyMetadata {
	w.t.Helper()
	return *must[kms.DescribeKeyOutput](w, &kms.DescribeKeyInput{KeyId: &name}).KeyMetadata
}

func TestCreateKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	out := must[kms.CreateKeyOutput](w, &kms.CreateKeyInput{
		Description: ptr("for images"), KeySpec: kmstypes.KeySpecSymmetricDefault, KeyUsage: kmstypes.KeyUsageTypeEncryptDecrypt,
		Origin: kmstypes.OriginTypeAwsKms, MultiRegion: ptr(false), Tags: []kmstypes.Tag{{TagKey: ptr("b"), TagValue: ptr("2")}, {TagKey: ptr("a"), TagValue: ptr("1")}},
	}).KeyMetadata
	require.Regexp(t, `^[0-9a-f]{64}$`, *out.CurrentKeyMaterialId)
	want := kmstypes.KeyMetadata{
		AWSAccountId: ptr(DefaultAccount), Arn: ptr(keyHas + *out.KeyId), CreationDate: ptr(w.clock.now()), Description: ptr("for images"),
		//lint:ignore SA1019 KMS still tells it
		CustomerMasterKeySpec: kmstypes.CustomerMasterKeySpecSymmetricDefault, Enabled: true,
		EncryptionAlgorithms: []kmstypes.EncryptionAlgorithmSpec{kmstypes.EncryptionAlgorithmSpecSymmetricDefault},
		KeyId:                out.KeyId, KeyManager: kmstypes.KeyManagerTypeCustomer, KeySpec: kmstypes.KeySpecSymmetricDefault,
		KeyState: kmstypes.KeyStateEnabled, KeyUsage: kmstypes.KeyUsageTypeEncryptDecrypt, MultiRegion: ptr(false), Origin: kmstypes.OriginTypeAwsKms,
		CurrentKeyMaterialId: out.CurrentKeyMaterialId,
	}
	ignore := cmpopts.IgnoreUnexported(kmstypes.KeyMetadata{}, kmstypes.Tag{})
	if diff := cmp.Diff(want, *out, ignore); diff != "" {
		t.Fatal(diff)
	}
	must[kms.CreateAliasOutput](w, &kms.CreateAliasInput{AliasName: ptr("alias/golden"), TargetKeyId: out.KeyId})
	for _, name := range []string{*out.KeyId, *out.Arn, "alias/golden", strings.Replace(*out.Arn, "key/"+*out.KeyId, "alias/golden", 1)} {
		if diff := cmp.Diff(want, w.key(name), ignore); diff != "" {
			t.Fatal(name, diff)
		}
	}
	policy := must[kms.GetKeyPolicyOutput](w, &kms.GetKeyPolicyInput{KeyId: out.KeyId})
	require.Equal(t, "default", *policy.PolicyName)
	require.Contains(t, *policy.Policy, `"arn:aws:iam::`+DefaultAccount+`:root"`)
	require.NoError(t, checkKeyPolicy(*policy.Policy))

	must[kms.TagResourceOutput](w, &kms.TagResourceInput{KeyId: out.KeyId, Tags: []kmstypes.Tag{{TagKey: ptr("c"), TagValue: ptr("3")}, {TagKey: ptr("a"), TagValue: ptr("0")}}})
	must[kms.UntagResourceOutput](w, &kms.UntagResourceInput{KeyId: out.KeyId, TagKeys: []string{"b", "x"}})
	page := must[kms.ListResourceTagsOutput](w, &kms.ListResourceTagsInput{KeyId: out.KeyId, Limit: ptr(int32(1))})
	require.True(t, page.Truncated)
	rest := must[kms.ListResourceTagsOutput](w, &kms.ListResourceTagsInput{KeyId: out.KeyId, Marker: page.NextMarker})
	got := append(page.Tags, rest.Tags...)
	if diff := cmp.Diff([]kmstypes.Tag{{TagKey: ptr("a"), TagValue: ptr("0")}, {TagKey: ptr("c"), TagValue: ptr("3")}}, got, ignore); diff != "" {
		t.Fatal(diff)
	}
}

// https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html
func TestEveryAccountHasAWSsKeyForEBS(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	seen := map[string]bool{}
	for _, here := range []*testWorld{w, w.in(region.EUWest1), w.as(someone)} {
		k := here.key("alias/aws/ebs")
		require.Equal(t, kmstypes.KeyManagerTypeAws, k.KeyManager)
		require.True(t, k.Enabled)
		require.False(t, seen[*k.Arn])
		seen[*k.Arn] = true
		require.Len(t, must[kms.ListKeysOutput](here, &kms.ListKeysInput{}).Keys, 1)
		aliases := must[kms.ListAliasesOutput](here, &kms.ListAliasesInput{KeyId: k.KeyId}).Aliases
		require.Len(t, aliases, 1)
		require.Equal(t, "alias/aws/ebs", *aliases[0].AliasName)
		require.Equal(t, *k.KeyId, *aliases[0].TargetKeyId)
		require.NoError(t, checkKeyPolicy(*must[kms.GetKeyPolicyOutput](here, &kms.GetKeyPolicyInput{KeyId: k.KeyId}).Policy))
		wantNoChange[kms.DisableKeyOutput](here, &kms.DisableKeyInput{KeyId: k.KeyId}, "AccessDeniedException")
		wantNoChange[kms.ScheduleKeyDeletionOutput](here, &kms.ScheduleKeyDeletionInput{KeyId: k.KeyId}, "AccessDeniedException")
	}
}

func TestAliases(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	one := w.addKey("alias/one")
	require.Equal(t, one, w.addKey("alias/one"), "declared again it is the same")
	two := w.addKey("")
	require.NotEqual(t, one, two)
	require.NotEqual(t, one, w.in(region.EUWest1).addKey("alias/one"))
	must[kms.UpdateAliasOutput](w, &kms.UpdateAliasInput{AliasName: ptr("alias/one"), TargetKeyId: &two})
	require.Equal(t, two, *w.key("alias/one").Arn)
	require.Empty(t, must[kms.ListAliasesOutput](w, &kms.ListAliasesInput{KeyId: &one}).Aliases)
	page := must[kms.ListAliasesOutput](w, &kms.ListAliasesInput{Limit: ptr(int32(1))})
	require.Equal(t, "alias/aws/ebs", *page.Aliases[0].AliasName)
	page = must[kms.ListAliasesOutput](w, &kms.ListAliasesInput{Marker: page.NextMarker})
	require.Equal(t, "alias/one", *page.Aliases[0].AliasName)
	require.Nil(t, page.NextMarker)
	keys := must[kms.ListKeysOutput](w, &kms.ListKeysInput{Limit: ptr(int32(2))})
	require.True(t, keys.Truncated)
	require.Len(t, must[kms.ListKeysOutput](w, &kms.ListKeysInput{Marker: keys.NextMarker}).Keys, 1)
	must[kms.DeleteAliasOutput](w, &kms.DeleteAliasInput{AliasName: ptr("alias/one")})
	wantNoChange[kms.DescribeKeyOutput](w, &kms.DescribeKeyInput{KeyId: ptr("alias/one")}, "NotFoundException")
}

func TestKeysGoAfterTheirWaitingPeriod(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	arn := w.addKey("alias/golden")
	out := must[kms.ScheduleKeyDeletionOutput](w, &kms.ScheduleKeyDeletionInput{KeyId: &arn, PendingWindowInDays: ptr(int32(7))})
	require.Equal(t, w.clock.now().Add(7*24*time.Hour), *out.DeletionDate)
	require.Equal(t, kmstypes.KeyStatePendingDeletion, w.key("alias/golden").KeyState)
	wantNoChange[kms.EnableKeyOutput](w, &kms.EnableKeyInput{KeyId: &arn}, "KMSInvalidStateException")
	must[kms.CancelKeyDeletionOutput](w, &kms.CancelKeyDeletionInput{KeyId: &arn})
	w.clock.advance(8 * 24 * time.Hour)
	require.Equal(t, kmstypes.KeyStateDisabled, w.key(arn).KeyState)
	must[kms.EnableKeyOutput](w, &kms.EnableKeyInput{KeyId: &arn})
	must[kms.ScheduleKeyDeletionOutput](w, &kms.ScheduleKeyDeletionInput{KeyId: &arn})
	w.clock.advance(30*24*time.Hour - 1)
	require.NotNil(t, w.key(arn).DeletionDate)
	w.clock.advance(1)
	wantNoChange[kms.DescribeKeyOutput](w, &kms.DescribeKeyInput{KeyId: &arn}, "NotFoundException")
	wantNoChange[kms.DescribeKeyOutput](w, &kms.DescribeKeyInput{KeyId: ptr("alias/golden")}, "NotFoundException")
}

func TestKMSRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	arn := w.addKey("alias/golden")
	theirs := w.as(someone).addKey("alias/theirs")
	for name, tc := range map[string]struct {
		in      any
		code    string
		modeled any
	}{
		"signing keys":               {&kms.CreateKeyInput{KeyUsage: kmstypes.KeyUsageTypeSignVerify}, "UnsupportedOperationException", &kmstypes.UnsupportedOperationException{}},
		"RSA keys":                   {&kms.CreateKeyInput{KeySpec: kmstypes.KeySpecRsa2048}, "UnsupportedOperationException", &kmstypes.UnsupportedOperationException{}},
		"external material":          {&kms.CreateKeyInput{Origin: kmstypes.OriginTypeExternal}, "UnsupportedOperationException", &kmstypes.UnsupportedOperationException{}},
		"multi-region keys":          {&kms.CreateKeyInput{MultiRegion: ptr(true)}, "UnsupportedOperationException", &kmstypes.UnsupportedOperationException{}},
		"a key store":                {&kms.CreateKeyInput{CustomKeyStoreId: ptr("cks-1")}, "CustomKeyStoreNotFoundException", &kmstypes.CustomKeyStoreNotFoundException{}},
		"an external key":            {&kms.CreateKeyInput{XksKeyId: ptr("x")}, "ValidationException", nil},
		"a policy that is none":      {&kms.CreateKeyInput{Policy: ptr("{")}, "MalformedPolicyDocumentException", &kmstypes.MalformedPolicyDocumentException{}},
		"a policy without statement": {&kms.PutKeyPolicyInput{KeyId: &arn, Policy: ptr("{}")}, "MalformedPolicyDocumentException", &kmstypes.MalformedPolicyDocumentException{}},
		"another policy":             {&kms.GetKeyPolicyInput{KeyId: &arn, PolicyName: ptr("x")}, "NotFoundException", &kmstypes.NotFoundException{}},
		"a reserved tag":             {&kms.CreateKeyInput{Tags: []kmstypes.Tag{{TagKey: ptr("aws:x"), TagValue: ptr("")}}}, "TagException", &kmstypes.TagException{}},
		"no key":                     {&kms.DescribeKeyInput{}, "ValidationException", nil},
		"a malformed key":            {&kms.DescribeKeyInput{KeyId: ptr("golden")}, "NotFoundException", &kmstypes.NotFoundException{}},
		"a malformed ARN":            {&kms.DescribeKeyInput{KeyId: ptr("arn:aws:kms")}, "InvalidArnException", &kmstypes.InvalidArnException{}},
		"an unknown key":             {&kms.DescribeKeyInput{KeyId: ptr(keyID)}, "NotFoundException", &kmstypes.NotFoundException{}},
		"another region's key":       {&kms.DescribeKeyInput{KeyId: ptr(strings.Replace(arn, "us-east-1", "eu-west-1", 1))}, "NotFoundException", &kmstypes.NotFoundException{}},
		"another account's key":      {&kms.DescribeKeyInput{KeyId: &theirs}, "AccessDeniedException", nil},
		"to disable another's key":   {&kms.DisableKeyInput{KeyId: &theirs}, "AccessDeniedException", nil},
		"another's policy":           {&kms.GetKeyPolicyInput{KeyId: &theirs}, "AccessDeniedException", nil},
		"another's tags":             {&kms.ListResourceTagsInput{KeyId: &theirs}, "AccessDeniedException", nil},
		"an alias where none may be": {&kms.DisableKeyInput{KeyId: ptr("alias/golden")}, "NotFoundException", &kmstypes.NotFoundException{}},
		"an unknown grant":           {&kms.DescribeKeyInput{KeyId: &arn, GrantTokens: []string{"x"}}, "InvalidGrantTokenException", &kmstypes.InvalidGrantTokenException{}},
		"a short waiting period":     {&kms.ScheduleKeyDeletionInput{KeyId: &arn, PendingWindowInDays: ptr(int32(6))}, "ValidationException", nil},
		"nothing to cancel":          {&kms.CancelKeyDeletionInput{KeyId: &arn}, "KMSInvalidStateException", &kmstypes.KMSInvalidStateException{}},
		"a taken alias":              {&kms.CreateAliasInput{AliasName: ptr("alias/golden"), TargetKeyId: &arn}, "AlreadyExistsException", &kmstypes.AlreadyExistsException{}},
		"AWS's alias":                {&kms.CreateAliasInput{AliasName: ptr("alias/aws/x"), TargetKeyId: &arn}, "InvalidAliasNameException", &kmstypes.InvalidAliasNameException{}},
		"an alias without its start": {&kms.CreateAliasInput{AliasName: ptr("x"), TargetKeyId: &arn}, "ValidationException", nil},
		"no alias":                   {&kms.DeleteAliasInput{}, "ValidationException", nil},
		"an unknown alias":           {&kms.UpdateAliasInput{AliasName: ptr("alias/x"), TargetKeyId: &arn}, "NotFoundException", &kmstypes.NotFoundException{}},
		"a limit of none":            {&kms.ListKeysInput{Limit: ptr(int32(0))}, "ValidationException", nil},
		"a marker that is none":      {&kms.ListAliasesInput{Marker: ptr("x")}, "InvalidMarkerException", &kmstypes.InvalidMarkerException{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			before := w.made()
			_, err := w.engine.Call(Call{Region: w.region, Input: tc.in})
			e := wantCode(t, err, tc.code)
			require.IsType(t, tc.modeled, e.Modeled)
			require.NotEmpty(t, e.Message)
			require.Equal(t, before, w.made())
		})
	}
	_, err := w.engine.AddKey(DefaultAccount, region.USEast1, "golden")
	require.Error(t, err)
	_, err = w.engine.AddKey(DefaultAccount, "mars-1", "alias/golden")
	wantCode(t, err, "InvalidRegion")
}

// A key is looked for when it comes to be used, not when it is named
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopyImage.html).
func TestKeysMustBeUsableWhenTheyAreUsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	arn := w.addKey("alias/golden")
	other := w.as(someone).addKey("alias/theirs")
	source := *must[ec2.DescribeImagesOutput](w, &ec2.DescribeImagesInput{Owners: []string{"amazon"}, MaxResults: ptr(int32(5))}).Images[0].ImageId
	disable := func(w *testWorld, key string) { must[kms.DisableKeyOutput](w, &kms.DisableKeyInput{KeyId: &key}) }
	policy := func(w *testWorld, key, text string) {
		must[kms.PutKeyPolicyOutput](w, &kms.PutKeyPolicyInput{KeyId: &key, Policy: &text})
	}
	share := `{"Statement": {"Effect": "Allow", "Principal": {"AWS": "` + DefaultAccount + `"}, "Action": "kms:*", "Resource": "*"`
	for name, tc := range map[string]struct {
		key     string
		change  func(w *testWorld)
		useable bool
	}{
		"a key":                {arn, nil, true},
		"an alias":             {"alias/golden", nil, true},
		"a disabled key":       {arn, func(w *testWorld) { disable(w, arn) }, false},
		"a key to be deleted":  {arn, func(w *testWorld) { must[kms.ScheduleKeyDeletionOutput](w, &kms.ScheduleKeyDeletionInput{KeyId: &arn}) }, false},
		"an unknown key":       {keyID, nil, false},
		"an unknown alias":     {"alias/none", nil, false},
		"another region's key": {strings.Replace(arn, "us-east-1", "eu-west-1", 1), nil, false},
		"another's key":        {other, nil, false},
		"another's shared key": {other, func(w *testWorld) { policy(w.as(someone), other, share+"}}") }, true},
		"another's key, condition": {other, func(w *testWorld) {
			policy(w.as(someone), other, share+`, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}}`)
		}, false},
		"another's default key":     {Place{region.PartitionStandard, someone, region.USEast1}.defaultKey(), nil, false},
		"the default key":           {"alias/aws/ebs", nil, true},
		"denied by one's own alone": {arn, func(w *testWorld) { policy(w, arn, strings.Replace(share, "Allow", "Deny", 1)+"}}") }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			if tc.change != nil {
				tc.change(w)
			}
			image := must[ec2.CopyImageOutput](w, &ec2.CopyImageInput{
				Name: ptr("copy"), SourceImageId: &source, SourceRegion: ptr(string(w.region)), Encrypted: ptr(true), KmsKeyId: &tc.key,
			})
			launched := w.launch(func(in *ec2.RunInstancesInput) {
				in.BlockDeviceMappings = []ec2types.BlockDeviceMapping{ebs("/dev/xvda", ec2types.EbsBlockDevice{Encrypted: ptr(true), KmsKeyId: &tc.key})}
			})
			im := must[ec2.DescribeImagesOutput](w, &ec2.DescribeImagesInput{ImageIds: []string{*image.ImageId}}).Images[0]
			i := w.instance(launched)
			if tc.useable {
				require.Equal(t, ec2types.ImageStateAvailable, im.State)
				require.Equal(t, ec2types.InstanceStateNameRunning, i.State.Name)
				return
			}
			require.Equal(t, ec2types.ImageStateFailed, im.State)
			require.NotNil(t, im.StateReason)
			require.Equal(t, "Client.InternalError", *i.StateReason.Code)
			require.Equal(t, "Client.InternalError: Client error on launch", *i.StateReason.Message)
		})
	}
}

// haveKey puts a key of a given ARN into the cloud.
func (w *testWorld) haveKey(arn string) {
	w.t.Helper()
	place, _, ok := keyPlace(arn)
	require.True(w.t, ok)
	require.NoError(w.t, w.as(place.Account).in(place.Region).change(func(t *tx) error {
		t.kmsKeys.Put(&t.undo, &kmsKey{arn: arn, scope: t.scope, state: kmstypes.KeyStateEnabled, policy: defaultKeyPolicy(t.Place)})
		return nil
	}))
}

// An instance that can't decrypt its disk when it is started again is stopped as before, with all that it has (mem).
func TestAStartWithADisabledKeyStopsAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	key := w.key(w.addKey("alias/golden"))
	id := w.launch(func(in *ec2.RunInstancesInput) {
		in.BlockDeviceMappings = []ec2types.BlockDeviceMapping{ebs("/dev/xvda", ec2types.EbsBlockDevice{Encrypted: ptr(true), KmsKeyId: key.Arn})}
	})
	_, err := w.stop(id)
	require.NoError(t, err)
	must[kms.DisableKeyOutput](w, &kms.DisableKeyInput{KeyId: key.KeyId})
	_, err = w.start(id)
	require.NoError(t, err)
	i := w.instance(id)
	require.Equal(t, ec2types.InstanceStateNameStopped, i.State.Name)
	require.Equal(t, "Client.InternalError", *i.StateReason.Code)
	require.Len(t, w.volumesOf(id), 1)
	must[kms.EnableKeyOutput](w, &kms.EnableKeyInput{KeyId: key.KeyId})
	_, err = w.start(id)
	require.NoError(t, err)
	require.Equal(t, ec2types.InstanceStateNameRunning, w.instance(id).State.Name)
}
