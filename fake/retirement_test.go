package fake_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/region"
)

// releases are the images release-0 to release-(n-1), a day apart, the last one just made.
func releases(t *testing.T, be backend.Backend, n int) []ami.Image {
	t.Helper()
	server, err := ami.NewClass("base", ami.AmazonLinux2023()).Instantiate(t.Context(), be, plain)
	require.NoError(t, err)
	var all []ami.Image
	for i := range n {
		if i > 0 {
			time.Sleep(24 * time.Hour)
		}
		im, err := ami.FromInstance(t.Context(), server, "release-"+string(rune('0'+i)))
		require.NoError(t, err)
		require.NoError(t, im.WaitAvailable(t.Context()))
		all = append(all, im)
	}
	return all
}

// judged says of each image, by name, that it goes ("deregister"), or why it stays.
func judged(plan ami.Retirement) map[string]string {
	all := map[string]string{}
	for _, r := range plan.Images {
		all[r.Image.Name] = string(r.Stage)
		if len(r.Kept) > 0 {
			all[r.Image.Name] = strings.Join(r.Kept, "; ")
		}
	}
	return all
}

func TestRetireKeepsWhatIsNeeded(t *testing.T) {
	t.Parallel()
	const gone = "deregister"
	for name, tc := range map[string]struct {
		use  func(t *testing.T, cloud *fake.Cloud, be backend.Backend, old ami.Image) (reason string)
		opts []ami.RetireOption
		want string // of release-0, if it isn't the reason that use gives
	}{
		"nothing needs it":  {want: gone},
		"one of the newest": {opts: []ami.RetireOption{ami.KeepNewest(3)}, want: "one of the 3 newest for x86_64"},
		"too young":         {opts: []ami.RetireOption{ami.KeepYoungerThan(72 * time.Hour)}, want: "made 48h0m"},
		"the caller's rule": {opts: []ami.RetireOption{ami.KeepIf(func(im backend.Image) bool { return im.Name == "release-0" })}, want: "by the caller's own rule"},
		"an instance": {use: func(t *testing.T, _ *fake.Cloud, _ backend.Backend, old ami.Image) string {
			i, err := old.Instantiate(t.Context(), plain)
			require.NoError(t, err)
			return "used by instance/" + i.ID()
		}},
		"an instance, and so what": {use: func(t *testing.T, _ *fake.Cloud, _ backend.Backend, old ami.Image) string {
			_, err := old.Instantiate(t.Context(), plain)
			require.NoError(t, err)
			return gone
		}, opts: []ami.RetireOption{ami.Despite(ami.ByInstances)}},
		"an instance that was": {use: func(t *testing.T, _ *fake.Cloud, _ backend.Backend, old ami.Image) string {
			i, err := old.Instantiate(t.Context(), plain)
			require.NoError(t, err)
			require.NoError(t, i.Terminate(t.Context()))
			require.NoError(t, i.WaitTerminated(t.Context()))
			return gone
		}},
		"an old version of a launch template": {use: func(t *testing.T, cloud *fake.Cloud, _ backend.Backend, old ami.Image) string {
			client := ec2.NewFromConfig(cloud.Config(region.USEast1))
			made, err := client.CreateLaunchTemplate(t.Context(), &ec2.CreateLaunchTemplateInput{LaunchTemplateName: aws.String("web"),
				LaunchTemplateData: &ec2types.RequestLaunchTemplateData{ImageId: aws.String(old.ID())}})
			require.NoError(t, err)
			for range 12 {
				_, err := client.CreateLaunchTemplateVersion(t.Context(), &ec2.CreateLaunchTemplateVersionInput{LaunchTemplateName: aws.String("web"),
					LaunchTemplateData: &ec2types.RequestLaunchTemplateData{InstanceType: "t3.micro"}})
				require.NoError(t, err)
			}
			return "used by launch-template/" + *made.LaunchTemplate.LaunchTemplateId
		}},
		"a parameter": {use: func(t *testing.T, cloud *fake.Cloud, _ backend.Backend, old ami.Image) string {
			_, err := ssm.NewFromConfig(cloud.Config(region.USEast1)).PutParameter(t.Context(), &ssm.PutParameterInput{
				Name: aws.String("/golden/web"), Value: aws.String(old.ID()), Type: ssmtypes.ParameterTypeString, DataType: aws.String("aws:ec2:image")})
			require.NoError(t, err)
			return "used by parameter/golden/web"
		}},
		"another account": {use: func(t *testing.T, _ *fake.Cloud, _ backend.Backend, old ami.Image) string {
			require.NoError(t, old.Share(t.Context(), ami.Account(friend)))
			return "shared with account " + friend
		}},
		"another account, and so what": {use: func(t *testing.T, _ *fake.Cloud, _ backend.Backend, old ami.Image) string {
			require.NoError(t, old.Share(t.Context(), ami.Account(friend)))
			return gone
		}, opts: []ami.RetireOption{ami.Despite(ami.BySharing)}},
		"another account, which uses it": {use: func(t *testing.T, cloud *fake.Cloud, _ backend.Backend, old ami.Image) string {
			require.NoError(t, old.Share(t.Context(), ami.Account(friend)))
			theirs, err := ami.Get(t.Context(), cloud.Account(friend).Backend(region.USEast1), old.ID())
			require.NoError(t, err)
			_, err = theirs.Instantiate(t.Context(), plain)
			require.NoError(t, err)
			return "used by account " + friend + " (1 ec2:Instance)"
		}, opts: []ami.RetireOption{ami.ByUsageReports()}},
		"another account, which doesn't": {use: func(t *testing.T, _ *fake.Cloud, _ backend.Backend, old ami.Image) string {
			require.NoError(t, old.Share(t.Context(), ami.Account(friend)))
			return gone
		}, opts: []ami.RetireOption{ami.ByUsageReports()}},
		"a descendant that stays": {use: func(t *testing.T, _ *fake.Cloud, be backend.Backend, old ami.Image) string {
			return child(t, be, old, "another").ID() + " descends from it"
		}},
		"a descendant that goes too": {use: func(t *testing.T, _ *fake.Cloud, be backend.Backend, old ami.Image) string {
			child(t, be, old, "release-9")
			return gone
		}, opts: []ami.RetireOption{ami.KeepNewest(0)}},
		"its protection": {use: func(t *testing.T, _ *fake.Cloud, _ backend.Backend, old ami.Image) string {
			require.NoError(t, old.Protect(t.Context()))
			return "protected from being deregistered; use Unprotect"
		}},
		"the cooldown of its protection": {use: func(t *testing.T, _ *fake.Cloud, _ backend.Backend, old ami.Image) string {
			require.NoError(t, old.Protect(t.Context(), ami.WithCooldown()))
			require.NoError(t, old.Unprotect(t.Context()))
			return "protected until 20"
		}},
		"a cooldown that is over": {use: func(t *testing.T, _ *fake.Cloud, _ backend.Backend, old ami.Image) string {
			require.NoError(t, old.Protect(t.Context(), ami.WithCooldown()))
			require.NoError(t, old.Unprotect(t.Context()))
			time.Sleep(25 * time.Hour)
			return gone
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cloud := fake.NewT(t, fake.InBubble())
				be := cloud.Backend(region.USEast1)
				old := releases(t, be, 3)[0]
				want := tc.want
				if tc.use != nil {
					want = tc.use(t, cloud, be, old)
				}
				plan, err := ami.Retire(t.Context(), be, ami.Own("release-*"), append([]ami.RetireOption{ami.KeepNewest(1)}, tc.opts...)...)
				require.NoError(t, err)
				require.True(t, strings.HasPrefix(judged(plan)["release-0"], want), "%s\nwanted: %s", plan, want)
				require.NoError(t, plan.Apply(t.Context()))
				err = old.Refresh(t.Context())
				if want == gone {
					require.ErrorIs(t, err, backend.ErrNotFound)
				} else {
					require.NoError(t, err)
				}
			})
		})
	}
}

// child makes an image of an instance of another image, and terminates the instance.
func child(t *testing.T, be backend.Backend, parent ami.Image, name string) ami.Image {
	t.Helper()
	server, err := parent.Instantiate(t.Context(), plain)
	require.NoError(t, err)
	im, err := ami.FromInstance(t.Context(), server, name)
	require.NoError(t, err)
	require.NoError(t, im.WaitAvailable(t.Context()))
	require.NoError(t, server.Terminate(t.Context()))
	require.NoError(t, server.WaitTerminated(t.Context()))
	require.Equal(t, be.Region(), im.Region())
	return im
}

func TestRetirementGoesInStages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		be := fake.NewT(t, fake.InBubble()).Backend(region.USEast1)
		all := releases(t, be, 3)
		retire := func(to ami.Stage) ami.Retirement {
			plan, err := ami.Retire(t.Context(), be, ami.Own("release-*"), ami.KeepNewest(1), ami.RetireTo(to))
			require.NoError(t, err)
			return plan
		}
		for _, stage := range []ami.Stage{ami.Deprecated, ami.Disabled, ami.Deregistered} {
			plan := retire(stage)
			require.Len(t, plan.Going(), 2, plan)
			require.NoError(t, plan.Apply(t.Context()))
			require.NoError(t, plan.Apply(t.Context()), "again changes nothing")
			again := retire(stage)
			require.Empty(t, again.Going(), again)
			if stage == ami.Disabled {
				require.Contains(t, again.String(), `leave `+all[1].ID()+` "release-1"`)
				require.NoError(t, all[0].Refresh(t.Context()))
				require.Equal(t, backend.ImageDisabled, all[0].State())
			}
		}
		require.Empty(t, cmp.Diff(map[string]string{"release-2": "one of the 1 newest for x86_64"}, judged(retire(ami.Deregistered))))
	})
}

// A plan that is old doesn't take away what has come to be needed since.
func TestARetirementIsCheckedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		be := fake.NewT(t, fake.InBubble()).Backend(region.USEast1)
		all := releases(t, be, 4)
		plan, err := ami.Retire(t.Context(), be, ami.Own("release-*"), ami.KeepNewest(1))
		require.NoError(t, err)
		require.Len(t, plan.Going(), 3)
		server, err := all[0].Instantiate(t.Context(), plain)
		require.NoError(t, err)
		require.NoError(t, all[1].Deregister(t.Context()))
		err = plan.Apply(t.Context())
		require.ErrorIs(t, err, backend.ErrState)
		require.ErrorContains(t, err, all[0].ID()+": it can't go any more: used by instance/"+server.ID())
		require.NoError(t, all[0].Refresh(t.Context()))
		require.ErrorIs(t, all[2].Refresh(t.Context()), backend.ErrNotFound, "the others went")
		require.NoError(t, all[3].Refresh(t.Context()))
	})
}

func TestRetirementsThatCannotBe(t *testing.T) {
	t.Parallel()
	be := fake.NewT(t).Backend(region.USEast1)
	for name, tc := range map[string]struct {
		be   backend.Backend
		of   ami.Selector
		opts []ami.RetireOption
		want string
	}{
		"others' images":   {be, ami.Community("792107900819", "Rocky-*"), nil, "selector: isn't of one's own images; use Own"},
		"no selector":      {be, nil, nil, "selector: isn't of one's own images"},
		"no backend":       {nil, ami.Own("a*"), nil, "backend: is nil"},
		"fewer than none":  {be, ami.Own("a*"), []ami.RetireOption{ami.KeepNewest(-1)}, "keepNewest: is -1"},
		"younger than now": {be, ami.Own("a*"), []ami.RetireOption{ami.KeepYoungerThan(-1)}, "keepYoungerThan: is before now"},
		"no stage":         {be, ami.Own("a*"), []ami.RetireOption{ami.RetireTo("forget")}, `retireTo: is "forget"`},
		"no use":           {be, ami.Own("a*"), []ami.RetireOption{ami.Despite("love")}, `despite: has "love"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ami.Retire(t.Context(), tc.be, tc.of, tc.opts...)
			require.ErrorIs(t, err, backend.ErrInvalid)
			require.ErrorContains(t, err, tc.want)
		})
	}
	require.ErrorIs(t, ami.Retirement{}.Apply(t.Context()), backend.ErrInvalid)
	plan, err := ami.Retire(t.Context(), be, ami.Own("a*"))
	require.NoError(t, err)
	require.Equal(t, "no images in us-east-1", plan.String())
	require.NoError(t, plan.Apply(t.Context()))
}
