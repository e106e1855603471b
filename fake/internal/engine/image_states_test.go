package engine

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/disable-an-ami.html
func TestDisabledImagesArePrivateAndOfNoUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.ownImages("golden")[0]
	w.changeImage(id, func(im *image) { im.enaSupport = true })
	w.unblockPublicAccess()
	w.share(id, user(someone), public, ec2types.LaunchPermission{OrganizationArn: ptr(organization)})
	launch := launchOf(func(in *ec2.RunInstancesInput) { in.ImageId, in.InstanceType = ptr(id), "m7g.large" })
	running := *must[ec2.RunInstancesOutput](w, launch).Instances[0].InstanceId
	require.Equal(t, ptr(true), must[ec2.DisableImageOutput](w, &ec2.DisableImageInput{ImageId: ptr(id)}).Return)

	require.NotContains(t, describe(w, &ec2.DescribeImagesInput{Owners: []string{"self"}}), id)
	all := must[ec2.DescribeImagesOutput](w, &ec2.DescribeImagesInput{ImageIds: []string{id}, IncludeDisabled: ptr(true)}).Images
	require.Len(t, all, 1)
	require.Equal(t, ec2types.ImageStateDisabled, all[0].State)
	require.Equal(t, ptr(false), all[0].Public)
	e := wantNoChange[ec2.RunInstancesOutput](w, launch, "InvalidAMIID.Unavailable")
	require.Equal(t, "AMI '"+id+"' is disabled, and cannot be run", e.Message)
	wantNoChange[ec2.RunInstancesOutput](w.as(someone), launch, "AuthFailure")
	wantNoChange[ec2.DeleteSnapshotOutput](w, &ec2.DeleteSnapshotInput{SnapshotId: all[0].BlockDeviceMappings[0].Ebs.SnapshotId}, "InvalidSnapshot.InUse")
	wantNoChange[ec2.CopyImageOutput](w, copying("us-east-1", id), "InvalidAMIID.Unavailable")
	must[ec2.StopInstancesOutput](w, &ec2.StopInstancesInput{InstanceIds: []string{running}})
	must[ec2.StartInstancesOutput](w, &ec2.StartInstancesInput{InstanceIds: []string{running}})
	must[ec2.DisableImageOutput](w, &ec2.DisableImageInput{ImageId: ptr(id)})

	for range 2 {
		require.Equal(t, ptr(true), must[ec2.EnableImageOutput](w, &ec2.EnableImageInput{ImageId: ptr(id)}).Return)
	}
	require.Contains(t, describe(w, &ec2.DescribeImagesInput{Owners: []string{"self"}}), id)
	require.Empty(t, w.imageAttribute(id, "launchPermission").LaunchPermissions, "permissions don't come back")
	must[ec2.RunInstancesOutput](w, launch)
	w.share(id, user(someone))
	must[ec2.RunInstancesOutput](w.as(someone), launch)
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableImageDeprecation.html and
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deprecate.html
func TestImageDeprecationKeepsItsLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.ownImages("golden")[0]
	w.unblockPublicAccess()
	created := w.clock.at
	w.clock.advance(100 * day)
	now := w.clock.at
	toPublic := func(w *testWorld) { w.share(id, public) }
	private := func(*testWorld) {}
	deprecate := func(w *testWorld, at time.Time) error {
		_, err := call[ec2.EnableImageDeprecationOutput](w, &ec2.EnableImageDeprecationInput{ImageId: ptr(id), DeprecateAt: ptr(at)})
		return err
	}
	for name, tc := range map[string]struct {
		prepare func(*testWorld)
		at      time.Time
		want    string // "" if refused
	}{
		"now":                               {private, now, "2027-03-04T12:00:00.000Z"},
		"rounded down":                      {private, now.Add(time.Hour + 29*time.Second), "2027-03-04T13:00:00.000Z"},
		"rounded up":                        {private, now.Add(time.Hour + 30*time.Second), "2027-03-04T13:01:00.000Z"},
		"in another zone":                   {private, now.In(time.FixedZone("x", 3600)).Add(time.Hour), "2027-03-04T13:00:00.000Z"},
		"in the past":                       {private, now.Add(-time.Second), ""},
		"ten years ahead":                   {private, now.AddDate(10, 0, 0), "2037-03-04T12:00:00.000Z"},
		"more than ten years ahead":         {private, now.AddDate(10, 0, 0).Add(time.Minute), ""},
		"public, two years from creation":   {toPublic, created.AddDate(2, 0, 0), "2028-11-24T12:00:00.000Z"},
		"public, earlier":                   {toPublic, created.AddDate(1, 0, 0), "2027-11-24T12:00:00.000Z"},
		"public, more than two years ahead": {toPublic, created.AddDate(2, 0, 0).Add(time.Minute), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			tc.prepare(w)
			if tc.want == "" {
				wantNoChange[ec2.EnableImageDeprecationOutput](w, &ec2.EnableImageDeprecationInput{ImageId: ptr(id), DeprecateAt: ptr(tc.at)}, "InvalidParameterValue")
				return
			}
			require.NoError(t, deprecate(w, tc.at))
			require.Equal(t, tc.want, *w.image(id).DeprecationTime)
		})
	}
	t.Run("public images are deprecated by themselves", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		require.NoError(t, deprecate(w, created.AddDate(5, 0, 0)))
		toPublic(w)
		require.Equal(t, "2028-11-24T12:00:00.000Z", *w.image(id).DeprecationTime)
		wantNoChange[ec2.DisableImageDeprecationOutput](w, &ec2.DisableImageDeprecationInput{ImageId: ptr(id)}, "OperationNotPermitted")
		must[ec2.ResetImageAttributeOutput](w, &ec2.ResetImageAttributeInput{ImageId: ptr(id), Attribute: "launchPermission"})
		require.Equal(t, "2028-11-24T12:00:00.000Z", *w.image(id).DeprecationTime)
		require.Equal(t, ptr(true), must[ec2.DisableImageDeprecationOutput](w, &ec2.DisableImageDeprecationInput{ImageId: ptr(id)}).Return)
		require.Nil(t, w.image(id).DeprecationTime)
	})
	t.Run("a public image keeps an earlier date", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		require.NoError(t, deprecate(w, created.AddDate(1, 0, 0)))
		toPublic(w)
		require.Equal(t, "2027-11-24T12:00:00.000Z", *w.image(id).DeprecationTime)
	})
	t.Run("no date", func(t *testing.T) {
		t.Parallel()
		wantNoChange[ec2.EnableImageDeprecationOutput](w.forkWithin(t), &ec2.EnableImageDeprecationInput{ImageId: ptr(id)}, "MissingParameter")
	})
}

func TestDeprecatedImagesAreHiddenFromOthersOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.ownImages("golden")[0]
	w.changeImage(id, func(im *image) { im.enaSupport = true })
	w.share(id, user(someone))
	must[ec2.EnableImageDeprecationOutput](w, &ec2.EnableImageDeprecationInput{ImageId: ptr(id), DeprecateAt: ptr(w.clock.at)})
	theirs := w.as(someone)
	require.Contains(t, describe(w, &ec2.DescribeImagesInput{Owners: []string{"self"}}), id)
	require.NotContains(t, describe(theirs, &ec2.DescribeImagesInput{}), id)
	require.Contains(t, describe(theirs, &ec2.DescribeImagesInput{IncludeDeprecated: ptr(true)}), id)
	require.Contains(t, describe(theirs, &ec2.DescribeImagesInput{ImageIds: []string{id}}), id)
	must[ec2.RunInstancesOutput](theirs, launchOf(func(in *ec2.RunInstancesInput) { in.ImageId, in.InstanceType = ptr(id), "m7g.large" }))
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deregistration-protection.html
func TestProtectedImagesAreNotDeregistered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.ownImages("golden")[0]
	enable := func(w *testWorld, cooldown *bool) {
		out := must[ec2.EnableImageDeregistrationProtectionOutput](w, &ec2.EnableImageDeregistrationProtectionInput{ImageId: ptr(id), WithCooldown: cooldown})
		require.Equal(w.t, ptr("true"), out.Return)
	}
	disable := func(w *testWorld) {
		out := must[ec2.DisableImageDeregistrationProtectionOutput](w, &ec2.DisableImageDeregistrationProtectionInput{ImageId: ptr(id)})
		require.Equal(w.t, ptr("true"), out.Return)
	}
	refused := func(w *testWorld, state string) {
		w.t.Helper()
		wantNoChange[ec2.DeregisterImageOutput](w, &ec2.DeregisterImageInput{ImageId: ptr(id)}, "OperationNotPermitted")
		require.Equal(w.t, state, *w.image(id).DeregistrationProtection)
		require.Equal(w.t, state, *w.imageAttribute(id, "deregistrationProtection").DeregistrationProtection.Value)
	}
	for _, tc := range []struct {
		name string
		live func(w *testWorld)
	}{
		{"without a cooldown", func(w *testWorld) {
			enable(w, nil)
			refused(w, "enabled-without-cooldown")
			disable(w)
		}},
		{"with a cooldown", func(w *testWorld) {
			enable(w, ptr(true))
			refused(w, "enabled-with-cooldown")
			disable(w)
			refused(w, "disabled-after-2026-11-25T12:00:00.000Z")
			w.clock.advance(day - time.Second)
			disable(w) // again, which doesn't begin it anew
			refused(w, "disabled-after-2026-11-25T12:00:00.000Z")
			w.clock.advance(time.Second)
		}},
		{"again during the cooldown", func(w *testWorld) {
			enable(w, ptr(true))
			disable(w)
			enable(w, ptr(false))
			w.clock.advance(2 * day)
			refused(w, "enabled-without-cooldown")
			disable(w)
		}},
		{"never protected", func(w *testWorld) { disable(w) }},
		{"copied", func(w *testWorld) {
			enable(w, nil)
			copied := *must[ec2.CopyImageOutput](w, copying("us-east-1", id)).ImageId
			require.Equal(w.t, "disabled", *w.image(copied).DeregistrationProtection)
			disable(w)
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Options{})
			require.Equal(t, id, w.ownImages("golden")[0])
			tc.live(w)
			require.Equal(t, "disabled", *w.image(id).DeregistrationProtection)
			must[ec2.DeregisterImageOutput](w, &ec2.DeregisterImageInput{ImageId: ptr(id)})
		})
	}
}

func TestOnlyOwnersChangeTheStatesOfImages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: Delays{Snapshot: time.Minute}})
	shared := w.as(someone).ownImages("shared")[0]
	w.changeImage(shared, func(im *image) { im.users = []string{DefaultAccount} })
	pending := *must[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: ptr(w.running()), Name: ptr("new")}).ImageId
	own := w.ownImages("golden")[0]
	for name, tc := range map[string]struct {
		id, code string
		dry      bool
	}{
		"none":           {"", "MissingParameter", false},
		"malformed":      {"ami-1", "InvalidAMIID.Malformed", false},
		"unknown":        {"ami-00000000", "InvalidAMIID.NotFound", false},
		"another's":      {shared, "AuthFailure", false},
		"being made yet": {pending, "InvalidAMIID.Unavailable", false},
		"though dry":     {own, "DryRunOperation", true},
	} {
		id, dry, later := ptr(tc.id), ptr(tc.dry), ptr(w.clock.at.Add(day))
		for operation, try := range map[string]func(w *testWorld){
			"DisableImage": func(w *testWorld) {
				wantNoChange[ec2.DisableImageOutput](w, &ec2.DisableImageInput{ImageId: id, DryRun: dry}, tc.code)
			},
			"EnableImage": func(w *testWorld) {
				wantNoChange[ec2.EnableImageOutput](w, &ec2.EnableImageInput{ImageId: id, DryRun: dry}, tc.code)
			},
			"EnableImageDeprecation": func(w *testWorld) {
				wantNoChange[ec2.EnableImageDeprecationOutput](w, &ec2.EnableImageDeprecationInput{ImageId: id, DryRun: dry, DeprecateAt: later}, tc.code)
			},
			"DisableImageDeprecation": func(w *testWorld) {
				wantNoChange[ec2.DisableImageDeprecationOutput](w, &ec2.DisableImageDeprecationInput{ImageId: id, DryRun: dry}, tc.code)
			},
			"EnableImageDeregistrationProtection": func(w *testWorld) {
				wantNoChange[ec2.EnableImageDeregistrationProtectionOutput](w, &ec2.EnableImageDeregistrationProtectionInput{ImageId: id, DryRun: dry}, tc.code)
			},
			"DisableImageDeregistrationProtection": func(w *testWorld) {
				wantNoChange[ec2.DisableImageDeregistrationProtectionOutput](w, &ec2.DisableImageDeregistrationProtectionInput{ImageId: id, DryRun: dry}, tc.code)
			},
		} {
			t.Run(operation+" "+name, func(t *testing.T) {
				t.Parallel()
				try(w.forkWithin(t))
			})
		}
	}
}
