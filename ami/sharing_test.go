package ami_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

const other = "111122223333"

// plainImage is an image of one's own whose snapshots aren't encrypted.
func plainImage(t *testing.T, cloud *fake.Cloud) ami.Image {
	t.Helper()
	be := cloud.Backend(region.USEast1)
	i, err := ami.NewClass("plain", ami.AmazonLinux2023()).Instantiate(t.Context(), be,
		instance.Spec{}.WithType("t3.micro").WithRootVolume(instance.GP3(8*instance.GiB).Unencrypted()))
	require.NoError(t, err)
	require.NoError(t, i.WaitRunning(t.Context()))
	golden, err := ami.FromInstance(t.Context(), i, "golden")
	require.NoError(t, err)
	require.NoError(t, golden.WaitAvailable(t.Context()))
	return golden
}

func TestASharedImageCanBeLaunchedByThoseWhoItIsSharedWith(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	golden := plainImage(t, cloud)
	theirs := cloud.Account(other).Backend(region.USEast1)
	launch := func() error {
		_, err := ami.NewClass("theirs", ami.ByID(golden.ID())).Instantiate(t.Context(), theirs, instance.Spec{}.WithType("t3.micro"))
		return err
	}
	require.ErrorIs(t, launch(), backend.ErrNotFound)
	require.NoError(t, golden.Share(t.Context(), ami.Account(other)))
	require.NoError(t, golden.Share(t.Context(), ami.Account(other)), "again")
	with, err := golden.SharedWith(t.Context())
	require.NoError(t, err)
	require.Equal(t, []ami.Grantee{ami.Account(other)}, with)
	require.NoError(t, launch())

	require.NoError(t, golden.Unshare(t.Context(), ami.Account(other)))
	require.NoError(t, golden.Unshare(t.Context(), ami.Account(other)), "again")
	require.ErrorIs(t, launch(), backend.ErrNotFound)
}

func TestGranteesAreCheckedBeforeAnyCall(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	golden := plainImage(t, cloud)
	for name, tc := range map[string]struct {
		whom []ami.Grantee
		says []string
	}{
		"no account":              {[]ami.Grantee{ami.Account("123")}, []string{`grantees[0]: "123" is no account ID; give its twelve digits`}},
		"an organization's ID":    {[]ami.Grantee{ami.Organization("o-exampleorg1")}, []string{"is no ARN of an organization"}},
		"a unit's ID":             {[]ami.Grantee{ami.OrganizationalUnit("ou-ex1a-example2")}, []string{"is no ARN of an organizational unit"}},
		"nobody":                  {[]ami.Grantee{{}}, []string{"grantees[0]: names 0 grantees"}},
		"two in one":              {[]ami.Grantee{{AccountID: other, Everyone: true}}, []string{"names 2 grantees"}},
		"every fault of them all": {[]ami.Grantee{ami.Account("1"), ami.Account(other), ami.Account("3")}, []string{"grantees[0]", "grantees[2]"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := cloud.Fork()
			golden, err := ami.Get(t.Context(), cloud.Backend(region.USEast1), golden.ID())
			require.NoError(t, err)
			before := len(cloud.Calls())
			for _, err := range []error{golden.Share(t.Context(), tc.whom...), golden.Unshare(t.Context(), tc.whom...)} {
				require.ErrorIs(t, err, backend.ErrInvalid)
				for _, says := range tc.says {
					require.ErrorContains(t, err, says)
				}
			}
			require.Len(t, cloud.Calls(), before)
		})
	}
	require.NoError(t, golden.Share(t.Context()), "with nobody")
}

func TestAnEncryptedImageCannotBePublic(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	golden := plainImage(t, cloud)
	copied, err := golden.CopyTo(t.Context(), region.EUWest1)
	require.NoError(t, err)
	err = copied.Share(t.Context(), ami.Everyone())
	require.ErrorIs(t, err, backend.ErrInvalid)
	require.ErrorContains(t, err, "encrypted images can't be public")
	require.Empty(t, cloud.Calls("ModifyImageAttribute"), "refused before any change")
}

func TestWhatTheDefaultKeyEncryptsCannotBeShared(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	golden := plainImage(t, cloud)
	copied, err := golden.CopyTo(t.Context(), region.EUWest1)
	require.NoError(t, err)
	err = copied.Share(t.Context(), ami.Account(other))
	require.ErrorIs(t, err, backend.ErrInvalid)
	require.ErrorContains(t, err, "which AWS manages and nobody can share; share a copy made with EncryptedWith")
	require.Empty(t, cloud.Calls("ModifyImageAttribute"), "refused before any change")

	key := cloud.AddKey(region.EUWest1, "alias/golden")
	shareable, err := golden.CopyTo(t.Context(), region.EUWest1, ami.EncryptedWith("alias/golden"), ami.WithName("shareable"))
	require.NoError(t, err)
	err = shareable.Share(t.Context(), ami.Account(other))
	require.ErrorIs(t, err, backend.ErrInvalid)
	require.ErrorContains(t, err, "the account "+other+" lacks kms:CreateGrant, ")
	require.Empty(t, cloud.Calls("ModifyImageAttribute"), "refused before any change")
	client := kms.NewFromConfig(cloud.Config(region.EUWest1))
	_, err = client.CreateGrant(t.Context(), &kms.CreateGrantInput{
		KeyId: &key, GranteePrincipal: aws.String("arn:aws:iam::" + other + ":root"), Operations: []kmstypes.GrantOperation{
			"CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo",
		},
	})
	require.NoError(t, err)
	require.NoError(t, shareable.Share(t.Context(), ami.Account(other)))

	// Whoever may not look at keys leaves it to EC2.
	cloud.Inject(fake.Deny("kms:DescribeKey", "*"), fake.Deny("kms:GetKeyPolicy", "*"))
	require.Error(t, copied.Share(t.Context(), ami.Account(other)))
	require.Len(t, cloud.Calls("ModifyImageAttribute"), 2)
	require.NoError(t, shareable.Share(t.Context(), ami.Account("444455556666")))
}

func TestRetirement(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	golden := plainImage(t, cloud)
	at := time.Now().Add(24 * time.Hour).UTC().Truncate(time.Minute)

	require.NoError(t, golden.Deprecate(t.Context(), at))
	require.Equal(t, at, golden.Data().Deprecated.UTC())
	require.NoError(t, golden.Undeprecate(t.Context()))
	require.Zero(t, golden.Data().Deprecated)
	require.ErrorIs(t, golden.Deprecate(t.Context(), time.Time{}), backend.ErrInvalid)
	require.ErrorIs(t, golden.Deprecate(t.Context(), time.Now().Add(-time.Hour)), backend.ErrInvalid, "not in the past")

	require.NoError(t, golden.Share(t.Context(), ami.Account(other)))
	require.NoError(t, golden.Disable(t.Context()))
	require.Equal(t, backend.ImageDisabled, golden.State())
	_, err := golden.Instantiate(t.Context(), instance.Spec{}.WithType("t3.micro"))
	require.ErrorIs(t, err, backend.ErrState)
	require.NoError(t, golden.Enable(t.Context()))
	require.Equal(t, backend.ImageAvailable, golden.State())
	with, err := golden.SharedWith(t.Context())
	require.NoError(t, err)
	require.Empty(t, with, "permissions don't come back")

	require.NoError(t, golden.Protect(t.Context()))
	require.Equal(t, "enabled-without-cooldown", golden.Data().Protection)
	require.Error(t, golden.Deregister(t.Context()))
	require.NoError(t, golden.Unprotect(t.Context()))
	require.NoError(t, golden.Protect(t.Context(), ami.WithCooldown()))
	require.Equal(t, "enabled-with-cooldown", golden.Data().Protection)
	require.NoError(t, golden.Unprotect(t.Context()))
	require.ErrorIs(t, golden.Deregister(t.Context()), backend.ErrDenied, "the cooldown holds for a day")
}

func TestAnAbilityThatABackendLacksIsNamed(t *testing.T) {
	t.Parallel()
	golden := plainImage(t, fake.NewT(t))
	bare, err := ami.Get(t.Context(), struct{ backend.Backend }{golden.Backend()}, golden.ID())
	require.NoError(t, err)
	_, permissions := bare.SharedWith(t.Context())
	_, ancestry := bare.Ancestry(t.Context())
	for _, err := range []error{
		permissions, ancestry, bare.Share(t.Context(), ami.Account(other)), bare.Unshare(t.Context(), ami.Account(other)),
		bare.Disable(t.Context()), bare.Protect(t.Context()), bare.Undeprecate(t.Context()),
	} {
		require.ErrorIs(t, err, backend.ErrUnsupported)
	}
}
