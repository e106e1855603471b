package fake_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

var everywhere = []region.Region{region.USEast1, region.EUWest1, region.APSoutheast2}

// goldenKey makes the key alias/golden of a region, which friend may use.
func goldenKey(t *testing.T, cloud *fake.Cloud, r region.Region) (arn string) {
	t.Helper()
	arn = cloud.AddKey(r, "alias/golden")
	_, err := kms.NewFromConfig(cloud.Config(r)).CreateGrant(t.Context(), &kms.CreateGrantInput{
		KeyId: &arn, GranteePrincipal: aws.String("arn:aws:iam::" + friend + ":root"), Operations: []kmstypes.GrantOperation{
			"CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo",
		},
	})
	require.NoError(t, err)
	return arn
}

// toPublish is an image in us-east-1, and in every region a key, a launch template and a parameter that name another image.
func toPublish(t *testing.T) (cloud *fake.Cloud, golden ami.Image) {
	t.Helper()
	cloud = fake.NewT(t)
	id, err := anImage(t.Context(), cloud.Backend(region.USEast1))
	require.NoError(t, err)
	for _, r := range everywhere {
		goldenKey(t, cloud, r)
		be := cloud.Backend(r)
		require.NoError(t, aTemplate(t.Context(), be))
		require.NoError(t, be.(backend.ParameterStore).PutImageParameter(t.Context(), "/golden/web", formerIn(t, cloud, r)))
	}
	golden, err = ami.Get(t.Context(), cloud.Backend(region.USEast1), id)
	require.NoError(t, err)
	return cloud, golden
}

// formerIn is the image that a region's pointers name before anything is published.
func formerIn(t *testing.T, cloud *fake.Cloud, r region.Region) string {
	t.Helper()
	im, err := ami.NewClass("base", ami.AmazonLinux2023()).In(t.Context(), cloud.Backend(r))
	require.NoError(t, err)
	return im.ID()
}

// aTemplate makes the launch template web.
func aTemplate(ctx context.Context, be backend.Backend) error {
	im, err := ami.NewClass("base", ami.AmazonLinux2023()).In(ctx, be)
	if err != nil {
		return err
	}
	_, err = be.(backend.LaunchTemplates).CreateLaunchTemplate(ctx, backend.CreateLaunchTemplateRequest{
		Name: "web", Launch: backend.RunRequest{ImageID: im.ID(), Type: "t3.micro", InstanceTags: map[string]string{"role": "web"}},
	})
	return err
}

func runs(context.Context, *instance.Instance) error { return nil }

// whole says all that a publication can say.
func whole() ami.Publication {
	return ami.ToRegions(everywhere...).EncryptedWith("alias/golden").SharedWith(friend).Tagged(map[string]string{"release": "1"}).
		Watermarked("golden").Parameter("/golden/web").Parameter("/golden/next").LaunchTemplate("web").
		Tested(runs, instance.Spec{}.WithType("t3.micro"))
}

// pointed tells what points where in a region, by pointer.
func pointed(t *testing.T, cloud *fake.Cloud, r region.Region) map[string]string {
	t.Helper()
	be := cloud.Backend(r)
	now := map[string]string{}
	for _, name := range []string{"/golden/web", "/golden/next"} {
		id, err := be.(backend.Parameters).Parameter(t.Context(), name)
		if !errors.Is(err, backend.ErrNotFound) {
			require.NoError(t, err)
			now[name] = id
		}
	}
	for l, err := range be.(backend.LaunchTemplates).LaunchTemplates(t.Context(), backend.Query{}) {
		require.NoError(t, err)
		for v, err := range be.(backend.LaunchTemplates).LaunchTemplateVersions(t.Context(), l.ID, backend.DefaultVersion) {
			require.NoError(t, err)
			require.Equal(t, "t3.micro", v.Launch.Type, "a new version is like the former one")
			now[l.Name] = v.Launch.ImageID
		}
	}
	return now
}

func allAt(image string) map[string]string {
	return map[string]string{"/golden/web": image, "/golden/next": image, "web": image}
}

// unmoved is what points where in a region before anything is published.
func unmoved(t *testing.T, cloud *fake.Cloud, r region.Region) map[string]string {
	former := formerIn(t, cloud, r)
	return map[string]string{"/golden/web": former, "web": former}
}

func TestPublish(t *testing.T) {
	t.Parallel()
	cloud, golden := toPublish(t)
	var told []string
	release, err := golden.Publish(t.Context(), whole().WithProgress(func(r region.Region, p backend.Progress) {
		told = append(told, fmt.Sprintf("%s %s", r, p.State))
	}))
	require.NoError(t, err)
	require.Len(t, release.Regions, 3)
	for _, at := range release.Regions {
		require.Equal(t, ami.StepPublished, at.Step)
		require.NoError(t, at.Err)
		require.NotEqual(t, golden.ID(), at.Image.ID(), "plain, so that it is copied at home too")
		require.NoError(t, at.Image.Refresh(t.Context()))
		data, former := at.Image.Data(), formerIn(t, cloud, at.Region)
		require.Equal(t, "1", data.Tags["release"])
		require.Equal(t, data.OwnerID+":golden", data.Watermarks[0].Key)
		require.True(t, *data.Devices[0].EBS.Encrypted)
		with, err := at.Image.SharedWith(t.Context())
		require.NoError(t, err)
		require.Equal(t, []ami.Grantee{ami.Account(friend)}, with)
		require.Empty(t, cmp.Diff(allAt(at.Image.ID()), pointed(t, cloud, at.Region)))
		require.Equal(t, []ami.Former{
			{Pointer: "parameter /golden/web", Position: ami.Position{Image: former}},
			{Pointer: "parameter /golden/next"},
			{Pointer: "launch template web", Position: ami.Position{Image: former, Version: 1}},
		}, at.Former)
		require.Contains(t, told, string(at.Region)+" copied")
		require.Contains(t, told, string(at.Region)+" published")
		theirs, err := ami.Get(t.Context(), cloud.Account(friend).Backend(at.Region), at.Image.ID())
		require.NoError(t, err)
		i, err := theirs.Instantiate(t.Context(), plain.WithRootVolume(instance.Volume{}.Encrypted()))
		require.NoError(t, err)
		require.NoError(t, i.WaitRunning(t.Context()))
	}
	require.Equal(t, "golden-published", release.In(region.USEast1).Image.Name())
	require.Equal(t, "golden", release.In(region.EUWest1).Image.Name())
	require.Zero(t, release.In(region.CACentral1))
	require.Equal(t, fmt.Sprintf(`eu-west-1: published %s "golden" (parameter /golden/web was %s, parameter /golden/next is new, launch template web was %[2]s)`,
		release.In(region.EUWest1).Image.ID(), formerIn(t, cloud, region.EUWest1)), release.In(region.EUWest1).String())
	require.Len(t, strings.Split(release.String(), "\n"), 3)
	require.Len(t, cloud.Calls("RunInstances"), 1+1+3, "one test")

	// Once more it finds everything done, but for the test.
	changes := []string{"CopyImage", "PutParameter", "CreateLaunchTemplateVersion", "ModifyLaunchTemplate", "CreateTags", "AttachImageWatermark"}
	calls := len(cloud.Calls(changes...))
	again, err := golden.Publish(t.Context(), whole())
	require.NoError(t, err)
	for n, at := range again.Regions {
		require.Equal(t, release.Regions[n].Image.ID(), at.Image.ID())
		require.Empty(t, at.Former)
	}
	require.Len(t, cloud.Calls(changes...), calls)
}

func TestPublishAtHomeNeedsNoCopy(t *testing.T) {
	t.Parallel()
	cloud, golden := toPublish(t)
	release, err := golden.Publish(t.Context(), ami.ToRegions(region.USEast1).Tagged(map[string]string{"release": "1"}).SharedWith(friend).Parameter("/golden/next"))
	require.NoError(t, err)
	require.Equal(t, golden.ID(), release.Regions[0].Image.ID())
	require.Empty(t, cloud.Calls("CopyImage"))
	require.NoError(t, golden.Refresh(t.Context()))
	require.Equal(t, "1", golden.Data().Tags["release"])

	cloud.AddKey(region.USEast1, "alias/other")
	sealed, err := golden.CopyTo(t.Context(), region.USEast1, ami.WithName("sealed"), ami.EncryptedWith("alias/golden"))
	require.NoError(t, err)
	for key, name := range map[string]string{"alias/golden": "sealed", "alias/other": "resealed"} {
		release, err := sealed.Publish(t.Context(), ami.ToRegions(region.USEast1).EncryptedWith("alias/other").EncryptedIn(region.USEast1, key).Named(name))
		require.NoError(t, err)
		require.Equal(t, name, release.Regions[0].Image.Name())
	}
}

func TestAPublicationThatFailsLeavesTheFormerReleaseInPlace(t *testing.T) {
	t.Parallel()
	broken := errors.New("it serves no pages")
	for name, tc := range map[string]struct {
		fault  []fake.Fault
		test   error
		says   string
		steps  []ami.Step // by region; nil if not all of them are certain
		fixed  func(*fake.Cloud)
		copies bool // some of the regions have one
	}{
		"the test fails":                   {test: broken, says: "test: it serves no pages", steps: []ami.Step{"", "", ""}},
		"the test can't be launched":       {fault: []fake.Fault{fake.On("RunInstances").Fail("InsufficientInstanceCapacity")}, says: "InsufficientInstanceCapacity", steps: []ami.Step{"", "", ""}},
		"no copy":                          {fault: []fake.Fault{fake.On("CopyImage").Fail("ResourceLimitExceeded")}, says: "ResourceLimitExceeded", steps: []ami.Step{"", "", ""}},
		"one copy less":                    {fault: []fake.Fault{fake.On("CopyImage").After(2).Fail("ResourceLimitExceeded")}, says: "ResourceLimitExceeded", copies: true},
		"it can't be marked":               {fault: []fake.Fault{fake.On("AttachImageWatermark").Fail("OperationNotPermitted")}, says: "OperationNotPermitted", steps: []ami.Step{"copied", "copied", "copied"}, copies: true},
		"it can't be shared":               {fault: []fake.Fault{fake.On("ModifyImageAttribute").Fail("OperationNotPermitted")}, says: "OperationNotPermitted", steps: []ami.Step{"copied", "copied", "copied"}, copies: true},
		"a parameter":                      {fault: []fake.Fault{fake.On("PutParameter").After(3).Times(1).Fail("InternalServerError")}, says: "eu-west-1: parameter /golden/next: PutParameter", steps: []ami.Step{"ready", "ready", "ready"}, copies: true},
		"a template gets no version":       {fault: []fake.Fault{fake.On("CreateLaunchTemplateVersion").After(2).Fail("LaunchTemplateVersionLimitExceeded")}, says: "ap-southeast-2: launch template web", steps: []ami.Step{"ready", "ready", "ready"}, copies: true},
		"a template keeps its version":     {fault: []fake.Fault{fake.On("ModifyLaunchTemplate").After(1).Times(1).Fail("UnauthorizedOperation")}, says: "eu-west-1: launch template web", steps: []ami.Step{"ready", "ready", "ready"}, copies: true},
		"nobody knows whether a parameter": {fault: []fake.Fault{fake.On("PutParameter").After(3).Times(3).LoseReply()}, says: "eu-west-1: parameter /golden/next", steps: []ami.Step{"ready", "ready", "ready"}, copies: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud, golden := toPublish(t)
			cloud.Inject(tc.fault...)
			test := runs
			if tc.test != nil {
				test = func(context.Context, *instance.Instance) error { return tc.test }
			}
			release, err := golden.Publish(t.Context(), whole().Tested(test, instance.Spec{}.WithType("t3.micro")))
			require.ErrorContains(t, err, tc.says)
			if tc.test != nil {
				require.ErrorIs(t, err, tc.test)
			}
			left := map[region.Region]string{}
			for _, l := range backend.Leftovers(err) {
				require.Equal(t, backend.KindImage, l.Kind, "the instance of the test is gone")
				left[l.Region] = l.ID
			}
			require.Equal(t, tc.copies, len(left) > 0)
			for n, r := range everywhere {
				require.Empty(t, cmp.Diff(unmoved(t, cloud, r), pointed(t, cloud, r)), "%s", r)
				if tc.steps != nil {
					require.Equal(t, tc.steps[n], release.Regions[n].Step, "%s", release)
				}
				require.Empty(t, release.Regions[n].Former)
				require.Equal(t, left[r], release.Regions[n].Image.ID())
			}
			cloud.ClearFaults()
			again, err := golden.Publish(t.Context(), whole())
			require.NoError(t, err)
			for _, at := range again.Regions {
				require.Empty(t, cmp.Diff(allAt(at.Image.ID()), pointed(t, cloud, at.Region)))
				if left[at.Region] != "" {
					require.Equal(t, left[at.Region], at.Image.ID(), "it goes on with the copy that is there")
				}
			}
			require.NoError(t, backend.Leftovers(err).Cleanup(t.Context()))
		})
	}
}

func TestWhatWouldGoWrongIsFoundBeforeAnythingIsMade(t *testing.T) {
	t.Parallel()
	cloud, golden := toPublish(t)
	stranger := "444455556666"
	lacks := "the account " + stranger + " lacks kms:CreateGrant, kms:Decrypt, kms:DescribeKey, kms:GenerateDataKeyWithoutPlaintext, kms:ReEncryptFrom, kms:ReEncryptTo on the key "
	for name, tc := range map[string]struct {
		p    ami.Publication
		says []string
	}{
		"nowhere":                      {ami.Publication{}, []string{"publication.regions: are none"}},
		"nowhere on earth":             {ami.ToRegions("mars"), []string{`publication.regions: "mars" is no region`}},
		"twice":                        {ami.ToRegions(region.EUWest1, region.EUWest1), []string{"eu-west-1 is named twice"}},
		"no shareable key":             {ami.ToRegions(region.USEast1, region.EUWest1).SharedWith(friend), []string{"the default key of eu-west-1 can't be shared; use EncryptedWith, or Unencrypted"}},
		"a key of another region":      {ami.ToRegions(everywhere...).EncryptedWith("arn:aws:kms:us-east-1:123456789012:key/x"), []string{"isn't one of eu-west-1", "isn't one of ap-southeast-2"}},
		"a key for nothing":            {ami.ToRegions(region.USEast1).EncryptedIn(region.EUWest1, "alias/golden"), []string{"eu-west-1, to which nothing is published"}},
		"an empty key":                 {ami.ToRegions(region.USEast1).EncryptedIn(region.USEast1, ""), []string{"publication.key: is empty for us-east-1"}},
		"a key for what is plain":      {ami.ToRegions(region.EUWest1).EncryptedWith("alias/golden").Unencrypted(), []string{"publication.key: is named for copies that shall be unencrypted"}},
		"names that are none":          {ami.ToRegions(region.EUWest1).Named("?").Parameter("/aws/x").LaunchTemplate("?").Watermarked("?").SharedWith("me").Unencrypted().Tagged(map[string]string{"amiclass:x": ""}), []string{`"?" is no name for an image`, `publication.parameter: "/aws/x"`, `publication.launchTemplate: "?"`, `publication.watermark: "?"`, `"me" is no account`, `tags["amiclass:x"]`}},
		"a key that there isn't":       {ami.ToRegions(everywhere...).EncryptedWith("alias/none"), []string{"us-east-1: publication.key: alias/none doesn't exist in us-east-1", "eu-west-1: publication.key: alias/none"}},
		"AWS's key":                    {ami.ToRegions(region.EUWest1).EncryptedWith("alias/aws/ebs").SharedWith(friend), []string{"alias/aws/ebs in eu-west-1 is AWS's, and nobody can share it"}},
		"accounts that lack the key":   {ami.ToRegions(everywhere...).EncryptedWith("alias/golden").SharedWith(friend, stranger), []string{"us-east-1: publication.key: " + lacks + "arn:aws:kms:us-east-1", "eu-west-1: publication.key: " + lacks + "arn:aws:kms:eu-west-1"}},
		"a template that there isn't":  {ami.ToRegions(region.EUWest1, region.APSoutheast2).LaunchTemplate("none"), []string{"there is no such launch template in eu-west-1: make it first", "in ap-southeast-2"}},
		"a parameter of other content": {ami.ToRegions(region.EUWest1).Parameter("/motd"), []string{`/motd in eu-west-1 holds "hello", which is no image`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := cloud.Fork()
			be := cloud.Backend(region.EUWest1)
			putText(t, cloud, "/motd", "hello")
			golden, err := ami.Get(t.Context(), cloud.Backend(region.USEast1), golden.ID())
			require.NoError(t, err)
			_, err = golden.Publish(t.Context(), tc.p.Tested(runs))
			for _, says := range tc.says {
				require.ErrorContains(t, err, says)
			}
			require.NotContains(t, err.Error(), friend+" lacks")
			require.Empty(t, backend.Leftovers(err))
			require.Empty(t, cloud.Calls("CopyImage", "RunInstances", "ModifyImageAttribute"))
			require.Equal(t, formerIn(t, cloud, be.Region()), pointed(t, cloud, be.Region())["web"])
		})
	}
	_, err := ami.Image{}.Publish(t.Context(), whole())
	require.ErrorIs(t, err, backend.ErrInvalid)
}

// A program that ends in the middle leaves pointers half moved: the journal knows where they were.
func TestAPublicationGoesOnByItsJournal(t *testing.T) {
	t.Parallel()
	cloud, golden := toPublish(t)
	var journal bytes.Buffer
	// As if the program had ended: of the five pointers that were moved none can be moved back.
	cloud.Inject(fake.On("PutParameter").After(4).Fail("InternalServerError"), fake.On("DeleteParameter").Fail("InternalServerError"),
		fake.On("ModifyLaunchTemplate").After(1).Fail("InternalError"))
	release, err := golden.Publish(t.Context(), whole().Journal(&journal))
	require.ErrorContains(t, err, "move parameter /golden/web back")
	require.Len(t, release.Regions[0].Former, 3)
	require.Empty(t, cmp.Diff(allAt(release.Regions[0].Image.ID()), pointed(t, cloud, region.USEast1)))
	for _, l := range backend.Leftovers(err) {
		require.NotEqual(t, region.USEast1, l.Region, "to clean up what something points to would break it")
	}
	cloud.ClearFaults()
	written := journal.String()
	require.Contains(t, written, `"event":"tested"`)

	// Wherever the journal is cut off, the next one goes on, or goes back to where all began.
	for cut := 0; cut <= len(written); cut += 7 {
		there := cloud.Fork()
		image, err := ami.Get(t.Context(), there.Backend(region.USEast1), golden.ID())
		require.NoError(t, err)
		after := bytes.NewBufferString(written[:cut])
		past := strings.NewReader(written[:cut])
		tests := len(there.Calls("RunInstances"))
		if cut%2 == 0 {
			again, err := image.Publish(t.Context(), whole().Resume(past).Journal(after))
			require.NoError(t, err, "cut at %d", cut)
			for _, at := range again.Regions {
				require.Empty(t, cmp.Diff(allAt(at.Image.ID()), pointed(t, there, at.Region)))
			}
			if strings.Contains(written[:cut], `"event":"tested"}`) {
				require.Len(t, there.Calls("RunInstances"), tests, "tested already")
			}
		} else {
			there.Inject(fake.On("CreateLaunchTemplateVersion").Fail("LaunchTemplateVersionLimitExceeded"))
			_, err := image.Publish(t.Context(), whole().Resume(past).Journal(after))
			require.Error(t, err)
			if cut == len(written) || cut == len(written)-1 {
				for _, r := range everywhere {
					require.Empty(t, cmp.Diff(unmoved(t, there, r), pointed(t, there, r)), "%s", r)
				}
			}
		}
		// What is written behind the cut can be read again.
		_, err = image.Publish(t.Context(), ami.ToRegions(region.USEast1).EncryptedWith("alias/golden").Resume(after))
		require.NoError(t, err)
	}

	_, err = release.Regions[1].Image.Publish(t.Context(), ami.ToRegions(region.EUWest1).Resume(strings.NewReader(written)))
	require.ErrorContains(t, err, "publication.resume: is the journal of "+golden.ID()+" in us-east-1")
	_, err = golden.Publish(t.Context(), whole().Journal(full{}))
	require.ErrorContains(t, err, "journal: disk full")
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestTheInstanceOfABrokenOffTestIsTerminated(t *testing.T) {
	t.Parallel()
	cloud, golden := toPublish(t)
	var journal bytes.Buffer
	cloud.Inject(fake.On("TerminateInstances").Fail("InternalError"))
	_, err := golden.Publish(t.Context(), whole().Journal(&journal))
	require.ErrorContains(t, err, "TerminateInstances")
	left := backend.Leftovers(err)
	require.Len(t, left, 1)
	cloud.ClearFaults()
	_, err = golden.Publish(t.Context(), whole().Resume(strings.NewReader(journal.String())))
	require.NoError(t, err)
	i, err := instance.Get(t.Context(), cloud.Backend(region.USEast1), left[0].ID)
	require.NoError(t, err)
	require.NoError(t, i.WaitTerminated(t.Context()))
}

// putText makes a parameter of eu-west-1 that names no image.
func putText(t *testing.T, cloud *fake.Cloud, name, value string) {
	t.Helper()
	_, err := ssm.NewFromConfig(cloud.Config(region.EUWest1)).PutParameter(t.Context(), &ssm.PutParameterInput{
		Name: &name, Value: &value, Type: ssmtypes.ParameterTypeString,
	})
	require.NoError(t, err)
}

func TestWhatIsSharedAtHomeIsLookedAtFirst(t *testing.T) {
	t.Parallel()
	cloud, golden := toPublish(t)
	sealed, err := golden.CopyTo(t.Context(), region.USEast1, ami.WithName("sealed")) // with the default key
	require.NoError(t, err)
	copies := len(cloud.Calls("CopyImage"))
	_, err = sealed.Publish(t.Context(), ami.ToRegions(region.USEast1, region.EUWest1).EncryptedIn(region.EUWest1, "alias/golden").SharedWith(friend))
	require.ErrorContains(t, err, "which AWS manages and nobody can share")
	require.Len(t, cloud.Calls("CopyImage"), copies)
}
