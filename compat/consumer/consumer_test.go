// Package consumer uses the library as a program of somebody else's does: from a module of its own, by its public names only.
package consumer_test

import (
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/backend/awsbackend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

var (
	web = ami.NewClass("web", ami.AmazonLinux2023()).
		WithArchitecture(ami.ARM64).
		WithDefaults(instance.Spec{}.
			WithHardware(instance.Needs{VCPUs: instance.AtLeast(2), Memory: instance.AtLeast(4 * instance.GiB)}).
			WithRootVolume(instance.GP3(30 * instance.GiB)).
			WithFirewall(instance.Firewall{}.Allow(instance.TCP(443), instance.AnyIPv4)).
			WithUserData(instance.Script("#!/bin/sh\ndnf install -y httpd\n")))
	directory = web.Extend("directory").
			WithDefaults(instance.Spec{}.WithVolume("/dev/sdf", instance.GP3(100*instance.GiB).WithIOPS(6000)))
	memory = instance.NewCapacityMemory(3 * time.Minute)
)

func TestTheStory(t *testing.T) {
	t.Parallel()
	ctx, be := t.Context(), fake.NewT(t).Backend(region.USEast1)
	first, err := directory.Instantiate(ctx, be, instance.Spec{}.WithName("directory-1"))
	require.NoError(t, err)
	require.NoError(t, first.WaitRunning(ctx))
	golden, err := ami.FromInstance(ctx, first, "directory-2026-11-24")
	require.NoError(t, err)
	waits := 0
	require.NoError(t, golden.WaitAvailable(ctx, backend.WithProgress(func(backend.Progress) { waits++ })))
	require.Positive(t, waits)
	spec, err := first.Spec(ctx)
	require.NoError(t, err)
	twin, err := golden.Instantiate(ctx, spec.WithName("directory-2"))
	require.NoError(t, err)
	diff, err := twin.Diff(ctx, first)
	require.NoError(t, err)
	require.Len(t, diff, 1, "%s", diff)
	there, err := golden.CopyTo(ctx, region.EUWest1)
	require.NoError(t, err)
	far, err := there.Instantiate(ctx, instance.Spec{}.WithType("m7g.large"))
	require.NoError(t, err)
	require.NotEqual(t, golden.ID(), far.ImageID())
}

// deploy is a tool of the consumer's.
func deploy(ctx context.Context, be backend.Backend, n int, release string) ([]*instance.Instance, error) {
	fleet, err := web.InstantiateN(ctx, be, instance.Spec{}.WithPlan(instance.SpotFirst().Remember(memory)), n, instance.Key(release))
	var le *instance.LaunchError
	if errors.As(err, &le) {
		for _, a := range le.Attempts {
			if a.Err == nil {
				return nil, errors.New("an attempt without an error among those of a failure")
			}
		}
	}
	return fleet, err
}

func TestItsTool(t *testing.T) {
	t.Parallel()
	prepared := fake.NewT(t, fake.Seed(1))
	for name, tc := range map[string]struct {
		faults []fake.Fault
		want   error
	}{
		"enough capacity": {},
		"none at all":     {[]fake.Fault{fake.On("RunInstances").Fail("InsufficientInstanceCapacity")}, backend.ErrCapacity},
		"reply lost once": {[]fake.Fault{fake.On("RunInstances").Times(1).LoseReply()}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := prepared.Fork()
			cloud.Inject(tc.faults...)
			_, err := deploy(t.Context(), cloud.Backend(region.USEast1), 3, "r1")
			if tc.want == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, tc.want)
		})
	}
	fake.FailEachCall(t, fake.NewT(t), func(ctx context.Context, cloud *fake.Cloud) error {
		_, err := deploy(ctx, cloud.Backend(region.USEast1), 3, "r1")
		return err
	})
}

func TestTheLifeOfAClass(t *testing.T) {
	t.Parallel()
	ctx, be := t.Context(), fake.NewT(t).Backend(region.USEast1)
	lock, changes, err := ami.Lock(ctx, be, ami.Lockfile{}, []region.Region{region.USEast1, region.EUWest1}, web, directory)
	require.NoError(t, err)
	require.Len(t, changes, 4)
	first, err := web.Pinned(lock).Instantiate(ctx, be, instance.Spec{})
	require.NoError(t, err)
	golden, err := ami.FromInstance(ctx, first, "directory-1")
	require.NoError(t, err)
	release, err := golden.WithDefaults(instance.Spec{}.WithType("m7g.large")).Publish(ctx, ami.ToRegions(region.USEast1, region.EUWest1).
		Parameter("/golden/web").Tested(func(ctx context.Context, i *instance.Instance) error { return i.WaitStatusOK(ctx) }))
	require.NoError(t, err, "%s", release)
	plan, err := ami.Retire(ctx, be, ami.Own("directory-*"), ami.KeepNewest(5))
	require.NoError(t, err)
	require.NotEmpty(t, plan.String())
	require.NoError(t, plan.Apply(ctx))
	text, err := json.Marshal(directory)
	require.NoError(t, err)
	var read ami.Class
	require.NoError(t, json.Unmarshal(text, &read))
	require.True(t, read.IsA(web))
}

// The clients of the SDK are real ones, and a backend of one's own is made of them.
func TestItsOwnClients(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	client := ec2.NewFromConfig(cloud.Config(region.USEast1))
	be, err := awsbackend.FromClients(region.USEast1, client)
	require.NoError(t, err)
	for _, err := range be.InstanceTypes(t.Context(), backend.Query{IDs: []string{"m7g.large"}}) {
		require.NoError(t, err)
	}
	_, err = be.Parameter(t.Context(), "/golden/web")
	require.ErrorIs(t, err, backend.ErrUnsupported, "there is no client for it")
}

// Who only says what servers are compiles no SDK.
func TestTheModelBringsNoSDK(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "github.com/amiclass/amiclass/ami").Output()
	require.NoError(t, err)
	for dep := range strings.Lines(string(out)) {
		require.NotContains(t, dep, "aws-sdk-go")
		require.NotContains(t, dep, "smithy")
	}
}
