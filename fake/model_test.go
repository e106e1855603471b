package fake_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

func TestAWrongSpecIsRefusedBeforeAnyCallWithEveryFault(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	wrong := instance.Spec{}.
		WithVolume("/dev/sdf", instance.GP3(100*instance.GiB).WithIOPS(100_000)).
		WithVolume("/dev/sdg", instance.ST1(10*instance.GiB)).
		WithSubnet("subnet-7").
		WithTag("aws:mine", "x").
		WithMetadata(instance.MetadataOptions{HopLimit: 65})
	_, err := web.Instantiate(t.Context(), cloud.Backend(region.USEast1), wrong)
	require.ErrorIs(t, err, backend.ErrInvalid)
	for _, path := range []string{`volumes["/dev/sdf"].iops`, `volumes["/dev/sdg"].size`, "subnet", `tags["aws:mine"]`, "metadata.hopLimit"} {
		require.ErrorContains(t, err, path)
	}
	var fault *instance.FieldError
	require.ErrorAs(t, err, &fault)
	require.NotEmpty(t, fault.Remedy)
	require.Empty(t, cloud.Calls())
}

func TestAnImageThatDoesNotFitTheTypeIsRefusedBeforeTheLaunch(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	_, err := web.WithArchitecture(ami.ARM64).Instantiate(t.Context(), cloud.Backend(region.USEast1), instance.Spec{})
	require.ErrorIs(t, err, backend.ErrInvalid)
	require.ErrorContains(t, err, "arm64")
	require.ErrorContains(t, err, "x86_64")
	require.Empty(t, cloud.Calls("RunInstances"))
}

func TestTwinsDifferInTheirNamesOnly(t *testing.T) {
	t.Parallel()
	ctx, be := t.Context(), fake.NewT(t).Backend(region.USEast1)
	first, err := web.Instantiate(ctx, be, instance.Spec{}.WithName("one").
		WithUserData(instance.Script("#!/bin/sh\necho hello\n")).
		WithTerminationProtection(false).
		WithShutdownBehavior(instance.ShutdownTerminates).
		WithVolumeTags(map[string]string{"backup": "daily"}))
	require.NoError(t, err)
	require.NoError(t, first.WaitRunning(ctx))
	golden, err := ami.FromInstance(ctx, first, "golden")
	require.NoError(t, err)
	spec, err := first.Spec(ctx)
	require.NoError(t, err)
	require.Equal(t, "#!/bin/sh\necho hello\n", string(spec.UserData().Bytes()))

	twin, err := golden.Instantiate(ctx, spec.WithName("two"))
	require.NoError(t, err)
	diff, err := twin.Diff(ctx, first)
	require.NoError(t, err)
	require.True(t, diff.Only(`tags["Name"]`), diff)

	there, err := golden.CopyTo(ctx, region.EUWest1)
	require.NoError(t, err)
	require.NotEqual(t, golden.ID(), there.ID())
	far, err := there.Instantiate(ctx, instance.Spec{}.WithType("t3.small"))
	require.NoError(t, err)
	diff, err = far.Diff(ctx, first)
	require.NoError(t, err)
	require.Contains(t, diff.String(), "type: t3.small, other t3.micro")
	require.NotContains(t, diff.String(), "image", "the copy descends from the same image")
}

func TestAskingAgainAdoptsTheImage(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	ctx, be := t.Context(), cloud.Backend(region.USEast1)
	server, err := web.Instantiate(ctx, be, instance.Spec{})
	require.NoError(t, err)
	require.NoError(t, server.WaitRunning(ctx))
	once, err := ami.FromInstance(ctx, server, "golden")
	require.NoError(t, err)
	again, err := ami.FromInstance(ctx, server, "golden")
	require.NoError(t, err)
	require.Equal(t, once.ID(), again.ID())
	require.Len(t, cloud.Calls("CreateImage"), 1)

	other, err := web.Instantiate(ctx, be, instance.Spec{})
	require.NoError(t, err)
	require.NoError(t, other.WaitRunning(ctx))
	_, err = ami.FromInstance(ctx, other, "golden")
	require.ErrorIs(t, err, backend.ErrAlreadyExists)
	require.ErrorContains(t, err, once.ID())
}

func TestSelectorsOnTheCloud(t *testing.T) {
	t.Parallel()
	be := fake.NewT(t).Backend(region.USEast1)
	for name, tc := range map[string]struct {
		selector ami.Selector
		arch     ami.Architecture
		want     string
		err      error
	}{
		"amazon linux 2023":              {ami.AmazonLinux2023(), ami.X8664, "al2023-ami-2023.11.20260427.1-kernel-6.18-x86_64", nil},
		"its minimal one":                {ami.AmazonLinux2023().Minimal(), ami.ARM64, "al2023-ami-minimal-2023.11.20260427.1-kernel-6.18-arm64", nil},
		"one kernel":                     {ami.AmazonLinux2023().Kernel("6.1"), ami.ARM64, "al2023-ami-2023.11.20260427.1-kernel-6.1-arm64", nil},
		"amazon linux 2":                 {ami.AmazonLinux2(), ami.X8664, "amzn2-ami-hvm-2.0.20260427.1-x86_64-gp2", nil},
		"by ID":                          {ami.ByID("ami-08976229d8b10b097"), "", "al2023-ami-2023.11.20260427.1-kernel-6.18-arm64", nil},
		"by parameter":                   {ami.ByParameter(newestAL2023), "", "al2023-ami-2023.11.20260427.1-kernel-6.18-x86_64", nil},
		"an ID of another region":        {ami.ByID("ami-005e92d008f490e78"), "", "", backend.ErrNotFound},
		"one's own, where there is none": {ami.Own("directory-*"), ami.X8664, "", backend.ErrNotFound},
		"a parameter that isn't there":   {ami.ByParameter("/golden/web"), "", "", backend.ErrNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := tc.selector.Resolve(t.Context(), be, tc.arch)
			if tc.err != nil {
				require.True(t, errors.Is(err, tc.err), "%v", err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, r.Image.Name)
		})
	}
}
