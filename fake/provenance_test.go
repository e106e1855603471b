package fake_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

func TestTrustedOwners(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	be := cloud.Backend(region.USEast1)
	id, err := anImage(t.Context(), cloud.Account(friend).Backend(region.USEast1))
	require.NoError(t, err)
	theirs, err := ami.Get(t.Context(), cloud.Account(friend).Backend(region.USEast1), id)
	require.NoError(t, err)
	account, err := be.(backend.Identity).Account(t.Context())
	require.NoError(t, err)
	require.NoError(t, theirs.Share(t.Context(), ami.Account(account)))
	require.NoError(t, be.(backend.ParameterStore).PutImageParameter(t.Context(), "/golden/web", id))
	lent := ami.NewClass("web", ami.ByParameter("/golden/web")).WithDefaults(plain)
	own, err := anImage(t.Context(), be)
	require.NoError(t, err)

	for name, tc := range map[string]struct {
		class ami.Class
		says  string
	}{
		"nobody is said":         {class: lent},
		"the owner":              {class: lent.TrustingOwners(friend)},
		"the owner among others": {class: lent.TrustingOwners("amazon", friend)},
		"others":                 {class: lent.TrustingOwners("amazon", "self"), says: "its owner " + friend + " isn't among those that the class trusts: amazon, self"},
		"a subclass can't widen": {class: lent.TrustingOwners("amazon").Extend("sub").TrustingOwners(friend), says: "trusts: amazon"},
		"oneself":                {class: ami.NewClass("web", ami.ByID(own)).TrustingOwners("self")},
		"an alias":               {class: ami.NewClass("web", ami.AmazonLinux2023()).TrustingOwners("amazon")},
		"nobody":                 {class: lent.TrustingOwners(), says: "trustedOwners: are none"},
		"no owner":               {class: lent.TrustingOwners("me"), says: `trustedOwners: "me" is no owner`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := tc.class.In(t.Context(), be)
			_, launch := tc.class.Preflight(t.Context(), be, plain)
			if tc.says == "" {
				require.NoError(t, err)
				require.NoError(t, launch)
				return
			}
			require.ErrorContains(t, err, tc.says)
			require.ErrorContains(t, launch, tc.says)
			_, err = tc.class.Instantiate(t.Context(), be, instance.Spec{})
			require.ErrorContains(t, err, tc.says)
		})
	}
}

func TestAFamilyThatNobodyBuildsAnyMoreIsWarnedOf(t *testing.T) {
	t.Parallel()
	now := time.Now()
	cloud := fake.NewT(t, fake.Clock(func() time.Time { return now }))
	class := ami.NewClass("web", ami.AmazonLinux2023())
	r, err := class.WithFreshness(30*24*time.Hour).Resolve(t.Context(), cloud.Backend(region.USEast1))
	require.NoError(t, err)
	require.Empty(t, r.Warnings)
	r, err = class.WithFreshness(time.Hour).Resolve(t.Context(), cloud.Backend(region.USEast1))
	require.NoError(t, err)
	require.Len(t, r.Warnings, 1)
	require.Regexp(t, `^ami-\S+ is \d+ days old, more than 0 days$`, r.Warnings[0])
	require.Contains(t, r.String(), "warning: "+r.Warnings[0])
	_, err = class.WithFreshness(-1).Resolve(t.Context(), cloud.Backend(region.USEast1))
	require.ErrorContains(t, err, "freshness: is negative")
}

// The library's reading of criteria is EC2's.
func TestTheLibraryAndEC2AllowTheSameImages(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	be := cloud.Backend(region.USEast1)
	id, err := anImage(t.Context(), be)
	require.NoError(t, err)
	theirID, err := anImage(t.Context(), cloud.Account(friend).Backend(region.USEast1))
	require.NoError(t, err)
	theirs, err := ami.Get(t.Context(), cloud.Account(friend).Backend(region.USEast1), theirID)
	require.NoError(t, err)
	_, err = theirs.Backend().(backend.ImageWatermarks).AttachImageWatermark(t.Context(), theirID, "golden")
	require.NoError(t, err)
	account, err := be.(backend.Identity).Account(t.Context())
	require.NoError(t, err)
	require.NoError(t, theirs.Share(t.Context(), ami.Account(account)))
	client := ec2.NewFromConfig(cloud.Config(region.USEast1))
	_, err = client.EnableAllowedImagesSettings(t.Context(), &ec2.EnableAllowedImagesSettingsInput{AllowedImagesSettingsState: "audit-mode"})
	require.NoError(t, err)
	allowed, hidden := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		list := func(name string, words ...string) []string {
			if rapid.IntRange(0, 2).Draw(rt, name) > 0 {
				return nil
			}
			return rapid.SliceOfNDistinct(rapid.SampledFrom(words), 1, len(words), rapid.ID[string]).Draw(rt, name)
		}
		days := func(name string) *int32 {
			if rapid.IntRange(0, 2).Draw(rt, name) > 0 {
				return nil
			}
			return aws.Int32(rapid.SampledFrom([]int32{0, 1, 30, 400}).Draw(rt, name))
		}
		var criteria []ec2types.ImageCriterionRequest
		for range rapid.IntRange(0, 3).Draw(rt, "criteria") {
			c := ec2types.ImageCriterionRequest{
				ImageProviders: list("providers", "amazon", "aws-marketplace", friend, "444455556666"), ImageNames: list("names", "golden", "al2023*", "*arm64", "ubuntu?x*"),
				MarketplaceProductCodes: list("codes", "abc"),
			}
			if n := days("age"); n != nil && *n > 0 {
				c.CreationDateCondition = &ec2types.CreationDateConditionRequest{MaximumDaysSinceCreated: n}
			}
			if n := days("deprecated"); n != nil {
				c.DeprecationTimeCondition = &ec2types.DeprecationTimeConditionRequest{MaximumDaysSinceDeprecated: n}
			}
			for _, key := range list("watermarks", friend+":golden", "*:golden", "444455556666:*") {
				c.ImageWatermarks = append(c.ImageWatermarks, ec2types.ImageWatermarkFilterRequest{WatermarkKey: &key, MaximumDaysSinceWatermarkCreated: aws.Int32(1)})
			}
			if len(c.ImageProviders)+len(c.ImageNames)+len(c.MarketplaceProductCodes)+len(c.ImageWatermarks) > 0 || c.CreationDateCondition != nil || c.DeprecationTimeCondition != nil {
				criteria = append(criteria, c)
			}
		}
		_, err := client.ReplaceImageCriteriaInAllowedImagesSettings(t.Context(), &ec2.ReplaceImageCriteriaInAllowedImagesSettingsInput{ImageCriteria: criteria})
		require.NoError(rt, err)
		settings, err := be.(backend.AllowedImages).AllowedImages(t.Context())
		require.NoError(rt, err)
		require.Equal(rt, "audit-mode", settings.State)
		for im, err := range be.Images(t.Context(), backend.ImageQuery{IncludeDeprecated: true}) {
			require.NoError(rt, err)
			why := ami.Disallowed(settings.Criteria, account, im, time.Now())
			require.Equal(rt, *im.Allowed, why == "", "%s %q of %s: %s", im.ID, im.Name, im.OwnerID, why)
			if im.ID == id {
				require.Empty(rt, why, "one's own")
			}
			if why == "" {
				allowed++
			} else {
				hidden++
			}
		}
	})
	require.Positive(t, allowed)
	require.Positive(t, hidden)
}
