package engine

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

const (
	third        = "333333333333" // one more account
	organization = "arn:aws:organizations::123456789012:organization/o-abcdefghij"
	unit         = "arn:aws:organizations::123456789012:ou/o-abcdefghij/ou-ab12-cdefghij"
	otherUnit    = "arn:aws:organizations::123456789012:ou/o-abcdefghij/ou-ab12-zzzzzzzz"
)

func (w *testWorld) share(id string, add ...ec2types.LaunchPermission) {
	w.t.Helper()
	must[ec2.ModifyImageAttributeOutput](w, &ec2.ModifyImageAttributeInput{ImageId: ptr(id),
		LaunchPermission: &ec2types.LaunchPermissionModifications{Add: add}})
}

func (w *testWorld) unblockPublicAccess() {
	w.t.Helper()
	must[ec2.DisableImageBlockPublicAccessOutput](w, &ec2.DisableImageBlockPublicAccessInput{})
}

func user(id string) ec2types.LaunchPermission { return ec2types.LaunchPermission{UserId: ptr(id)} }

var public = ec2types.LaunchPermission{Group: ec2types.PermissionGroupAll}

func TestModifyImageAttributeChangesLaunchPermissions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.ownImages("golden")[0]
	w.unblockPublicAccess()
	w.share(id, user(third), public)
	flat := func(op ec2types.OperationType) ec2.ModifyImageAttributeInput {
		return ec2.ModifyImageAttributeInput{Attribute: ptr("launchPermission"), OperationType: op}
	}
	add := flat("add")
	add.UserIds, add.UserGroups = []string{someone}, []string{"all"}
	add.OrganizationArns, add.OrganizationalUnitArns = []string{organization}, []string{unit}
	remove := flat("remove")
	remove.UserIds, remove.UserGroups = []string{third, someone}, []string{"all"}
	remove.OrganizationArns, remove.OrganizationalUnitArns = []string{organization}, []string{unit}
	for name, tc := range map[string]struct {
		in   ec2.ModifyImageAttributeInput
		want []ec2types.LaunchPermission
	}{
		"typed, both ways": {ec2.ModifyImageAttributeInput{LaunchPermission: &ec2types.LaunchPermissionModifications{
			Add: []ec2types.LaunchPermission{user(someone), {OrganizationArn: ptr(organization)}}, Remove: []ec2types.LaunchPermission{user(third), public}}},
			[]ec2types.LaunchPermission{user(someone), {OrganizationArn: ptr(organization)}}},
		"typed, with the name": {ec2.ModifyImageAttributeInput{Attribute: ptr("launchPermission"),
			LaunchPermission: &ec2types.LaunchPermissionModifications{Remove: []ec2types.LaunchPermission{public}}},
			[]ec2types.LaunchPermission{user(third)}},
		"what is there already": {ec2.ModifyImageAttributeInput{LaunchPermission: &ec2types.LaunchPermissionModifications{
			Add: []ec2types.LaunchPermission{user(third), public}}}, []ec2types.LaunchPermission{public, user(third)}},
		"what isn't there": {ec2.ModifyImageAttributeInput{LaunchPermission: &ec2types.LaunchPermissionModifications{
			Remove: []ec2types.LaunchPermission{user(someone), {OrganizationalUnitArn: ptr(unit)}}}}, []ec2types.LaunchPermission{public, user(third)}},
		"lists to add": {add, []ec2types.LaunchPermission{public, user(third), user(someone),
			{OrganizationArn: ptr(organization)}, {OrganizationalUnitArn: ptr(unit)}}},
		"lists to remove": {remove, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			tc.in.ImageId = ptr(id)
			must[ec2.ModifyImageAttributeOutput](w, &tc.in)
			require.Empty(t, cmp.Diff(tc.want, w.imageAttribute(id, "launchPermission").LaunchPermissions, ignoreAttributes))
			must[ec2.ResetImageAttributeOutput](w, &ec2.ResetImageAttributeInput{ImageId: ptr(id), Attribute: "launchPermission"})
			require.Empty(t, w.imageAttribute(id, "launchPermission").LaunchPermissions)
			require.Equal(t, ptr(false), w.image(id).Public)
		})
	}
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-explicit.html
func TestBadLaunchPermissionsAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.ownImages("golden")[0]
	w.unblockPublicAccess()
	for name, tc := range map[string]struct {
		p             ec2types.LaunchPermission
		code, message string
	}{
		"a bad account":           {user("1234"), "InvalidAMIAttributeItemValue", `Invalid attribute item value "1234" for userId item type.`},
		"self":                    {user("self"), "InvalidAMIAttributeItemValue", ""},
		"a bad group":             {ec2types.LaunchPermission{Group: "everybody"}, "InvalidAMIAttributeItemValue", `Invalid attribute item value "everybody" for userGroup item type.`},
		"an organization's ID":    {ec2types.LaunchPermission{OrganizationArn: ptr("o-abcdefghij")}, "InvalidAMIAttributeItemValue", ""},
		"a unit's ID":             {ec2types.LaunchPermission{OrganizationalUnitArn: ptr("ou-ab12-cdefghij")}, "InvalidAMIAttributeItemValue", ""},
		"a unit as organization":  {ec2types.LaunchPermission{OrganizationArn: ptr(unit)}, "InvalidAMIAttributeItemValue", ""},
		"an organization as unit": {ec2types.LaunchPermission{OrganizationalUnitArn: ptr(organization)}, "InvalidAMIAttributeItemValue", ""},
		"nobody":                  {ec2types.LaunchPermission{}, "InvalidParameterCombination", ""},
		"two at once":             {ec2types.LaunchPermission{UserId: ptr(someone), Group: "all"}, "InvalidParameterCombination", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			for _, change := range []*ec2types.LaunchPermissionModifications{
				{Add: []ec2types.LaunchPermission{user(someone), tc.p}}, {Remove: []ec2types.LaunchPermission{tc.p}},
			} {
				e := wantNoChange[ec2.ModifyImageAttributeOutput](w, &ec2.ModifyImageAttributeInput{ImageId: ptr(id), LaunchPermission: change}, tc.code)
				if tc.message != "" {
					require.Equal(t, tc.message, e.Message)
				}
			}
		})
	}
}

// What of an image keeps it from being shared: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-intro.html
// and https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-public-access-to-amis.html.
func TestSomeImagesCantBeShared(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.ownImages("golden")[0]
	snap := w.imageRow(id).mappings[0].ebs.snapshot
	const ownKey = "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"
	encrypted := func(key string) func(*testWorld) {
		return func(w *testWorld) {
			w.unblockPublicAccess()
			w.changeSnapshot(snap, func(s *snapshot) { s.encrypted, s.kmsKey = true, key })
		}
	}
	defaultKey := Place{Partition: region.PartitionStandard, Account: DefaultAccount, Region: region.USEast1}.defaultKey()
	for name, tc := range map[string]struct {
		prepare       func(*testWorld)
		p             ec2types.LaunchPermission
		code, message string
	}{
		"publicly, blocked": {func(*testWorld) {}, public, "OperationNotPermitted",
			"You can’t publicly share this image because block public access for AMIs is enabled for this account. To publicly share the image, you must call the DisableImageBlockPublicAccess API."},
		"publicly, not blocked":              {(*testWorld).unblockPublicAccess, public, "", ""},
		"with an account, blocked":           {func(*testWorld) {}, user(someone), "", ""},
		"encrypted under the default key":    {encrypted(defaultKey), user(someone), "InvalidParameter", "Snapshots encrypted with the AWS Managed CMK can't be shared. Specify another snapshot."},
		"the same, with an organization":     {encrypted(defaultKey), ec2types.LaunchPermission{OrganizationArn: ptr(organization)}, "InvalidParameter", ""},
		"the same, publicly":                 {encrypted(defaultKey), public, "InvalidParameter", ""},
		"encrypted under a key of one's own": {encrypted(ownKey), user(someone), "", ""},
		"the same key, publicly":             {encrypted(ownKey), public, "InvalidParameter", ""},
		"with a product code, with an account": {func(w *testWorld) {
			w.changeImage(id, func(im *image) {
				im.productCodes = []ec2types.ProductCode{{ProductCodeId: ptr("abc"), ProductCodeType: "marketplace"}}
			})
		}, user(someone), "", ""},
		"with a product code, publicly": {func(w *testWorld) {
			w.unblockPublicAccess()
			w.changeImage(id, func(im *image) {
				im.productCodes = []ec2types.ProductCode{{ProductCodeId: ptr("abc"), ProductCodeType: "marketplace"}}
			})
		}, public, "OperationNotPermitted", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			tc.prepare(w)
			in := &ec2.ModifyImageAttributeInput{ImageId: ptr(id), LaunchPermission: &ec2types.LaunchPermissionModifications{Add: []ec2types.LaunchPermission{tc.p}}}
			if tc.code == "" {
				must[ec2.ModifyImageAttributeOutput](w, in)
				require.Empty(t, cmp.Diff([]ec2types.LaunchPermission{tc.p}, w.imageAttribute(id, "launchPermission").LaunchPermissions, ignoreAttributes))
				return
			}
			e := wantNoChange[ec2.ModifyImageAttributeOutput](w, in, tc.code)
			if tc.message != "" {
				require.Equal(t, tc.message, e.Message)
			}
		})
	}
}

// Who sees and launches an image that is shared, and how: the snapshots needn't be
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-explicit.html).
func TestSharedImagesAreSeenAndLaunched(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.ownImages("golden")[0]
	w.changeImage(id, func(im *image) { im.enaSupport = true })
	w.unblockPublicAccess()
	require.NoError(t, w.engine.JoinOrganization(someone, organization, unit))
	for name, tc := range map[string]struct {
		p               ec2types.LaunchPermission
		someone         bool
		self, byID, all bool // whether ExecutableUsers with those tells it to someone
	}{
		"with the account":      {user(someone), true, true, true, false},
		"with another account":  {user(third), false, false, false, false},
		"with everybody":        {public, true, false, false, true},
		"with the organization": {ec2types.LaunchPermission{OrganizationArn: ptr(organization)}, true, true, true, false},
		"with its unit":         {ec2types.LaunchPermission{OrganizationalUnitArn: ptr(unit)}, true, true, true, false},
		"with another unit":     {ec2types.LaunchPermission{OrganizationalUnitArn: ptr(otherUnit)}, false, false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			w.share(id, tc.p)
			theirs := w.as(someone)
			seen := func(ok bool, in ec2.DescribeImagesInput) {
				t.Helper()
				require.Equal(t, ok, slices.Contains(describe(theirs, &in), id))
			}
			seen(tc.someone, ec2.DescribeImagesInput{})
			seen(tc.someone, ec2.DescribeImagesInput{Owners: []string{DefaultAccount}})
			seen(tc.self, ec2.DescribeImagesInput{ExecutableUsers: []string{"self"}})
			seen(tc.byID, ec2.DescribeImagesInput{ExecutableUsers: []string{someone}})
			seen(tc.all, ec2.DescribeImagesInput{ExecutableUsers: []string{"all"}})
			launch := launchOf(func(in *ec2.RunInstancesInput) { in.ImageId, in.InstanceType = ptr(id), "m7g.large" })
			if !tc.someone {
				wantNoChange[ec2.RunInstancesOutput](theirs, launch, "AuthFailure")
				_, err := call[ec2.DescribeImagesOutput](theirs, &ec2.DescribeImagesInput{ImageIds: []string{id}})
				wantCode(t, err, "InvalidAMIID.NotFound")
				return
			}
			im := theirs.image(id)
			require.Equal(t, DefaultAccount, *im.OwnerId)
			require.Nil(t, im.ImageOwnerAlias)
			out := must[ec2.RunInstancesOutput](theirs, launch)
			require.Equal(t, id, *out.Instances[0].ImageId)

			// Tags are everybody's own view.
			must[ec2.CreateTagsOutput](theirs, &ec2.CreateTagsInput{Resources: []string{id}, Tags: tags("who", "someone")})
			require.Len(t, theirs.image(id).Tags, 1)
			require.Empty(t, w.image(id).Tags)

			must[ec2.ResetImageAttributeOutput](w, &ec2.ResetImageAttributeInput{ImageId: ptr(id), Attribute: "launchPermission"})
			seen(false, ec2.DescribeImagesInput{})
			wantNoChange[ec2.RunInstancesOutput](theirs, launch, "AuthFailure")
			must[ec2.DeregisterImageOutput](w, &ec2.DeregisterImageInput{ImageId: ptr(id)})
			require.Zero(t, w.engine.state.tags.Len(), "the tags of others go too")
		})
	}
	t.Run("not in another region", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		w.share(id, public, user(someone), ec2types.LaunchPermission{OrganizationArn: ptr(organization)})
		there := w.as(someone).in(region.EUWest1)
		require.NotContains(t, describe(there, &ec2.DescribeImagesInput{}), id)
		wantNoChange[ec2.RunInstancesOutput](there, launchOf(func(in *ec2.RunInstancesInput) { in.ImageId = ptr(id) }), "InvalidAMIID.NotFound")
	})
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/cancel-sharing-an-AMI.html
func TestCancelImageLaunchPermissionLeavesAShare(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	ids := w.ownImages("by account", "by organization", "public", "own")
	w.unblockPublicAccess()
	require.NoError(t, w.engine.JoinOrganization(someone, organization))
	w.share(ids[0], user(someone), user(third))
	w.share(ids[1], ec2types.LaunchPermission{OrganizationArn: ptr(organization)})
	w.share(ids[2], public)
	theirs := w.as(someone)
	for name, tc := range map[string]struct{ id, code string }{
		"none":                      {"", "MissingParameter"},
		"an unknown one":            {"ami-00000000000000000", "InvalidAMIID.NotFound"},
		"one that isn't shared":     {ids[3], "InvalidAMIID.NotFound"},
		"one of one's organization": {ids[1], "OperationNotPermitted"},
		"a public one":              {ids[2], "OperationNotPermitted"},
		"one's own":                 {theirs.ownImages("mine")[0], "OperationNotPermitted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[ec2.CancelImageLaunchPermissionOutput](theirs.forkWithin(t), &ec2.CancelImageLaunchPermissionInput{ImageId: ptr(tc.id)}, tc.code)
		})
	}
	t.Run("one that is shared with the account", func(t *testing.T) {
		t.Parallel()
		theirs := theirs.forkWithin(t)
		in := &ec2.CancelImageLaunchPermissionInput{ImageId: ptr(ids[0])}
		require.Equal(t, ptr(true), must[ec2.CancelImageLaunchPermissionOutput](theirs, in).Return)
		require.NotContains(t, describe(theirs, &ec2.DescribeImagesInput{}), ids[0])
		require.Contains(t, describe(theirs.as(third), &ec2.DescribeImagesInput{}), ids[0], "others keep it")
		wantNoChange[ec2.CancelImageLaunchPermissionOutput](theirs, in, "InvalidAMIID.NotFound")
	})
}

func TestJoinOrganizationChecksARNs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	require.Error(t, w.engine.JoinOrganization(someone, "o-abcdefghij"))
	require.Error(t, w.engine.JoinOrganization(someone, organization, "ou-ab12-cdefghij"))
	require.ErrorContains(t, w.engine.JoinOrganization(someone, "arn:aws:organizations::123456789012:organization/o-zzzzzzzzzz", unit), "o-zzzzzzzzzz")
	require.NoError(t, w.engine.JoinOrganization(someone, organization, unit, otherUnit))
}
