package instance_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

// What a spec makes of a launch says all that the spec does: read back, it makes the same launch.
func TestALaunchReadBackAsASpecIsTheSameLaunch(t *testing.T) {
	t.Parallel()
	image := linux()
	valid := 0
	rapid.Check(t, func(t *rapid.T) {
		s := specs.Draw(t, "spec")
		if s.Type() == "" {
			s = s.WithType("m7g.large")
		}
		request, err := s.WithoutPlan().Preview(image)
		if err != nil || strings.HasPrefix(request.SubnetID, "tagged") {
			t.Skip("no launch, or only after a look at the subnets")
		}
		valid++
		read, beyond := instance.FromTemplate(backend.LaunchTemplateVersion{Launch: request}, image)
		require.Empty(t, beyond)
		again, err := read.Preview(image)
		require.NoError(t, err, "%s", read)
		require.Empty(t, cmp.Diff(request, again, cmpopts.EquateEmpty()))
	})
	require.Positive(t, valid)
}

func TestEveryFieldOfASpecSurvivesATemplate(t *testing.T) {
	t.Parallel()
	image := linux(func(im *backend.Image) { im.Devices[0].EBS.SizeGiB = 40 })
	for name, row := range whatEachFieldSays {
		if name == "plan" { // no template says it
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			request, err := row.say(base.Merge(row.with)).Preview(image)
			require.NoError(t, err)
			read, beyond := instance.FromTemplate(backend.LaunchTemplateVersion{Launch: request}, image)
			require.Empty(t, beyond)
			again, err := read.Preview(image)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(request, again, cmpopts.EquateEmpty()))
		})
	}
}

func TestNeedsSurviveBeingRequirements(t *testing.T) {
	t.Parallel()
	read := func(r backend.Requirements) (instance.Needs, []string) {
		s, beyond := instance.FromTemplate(backend.LaunchTemplateVersion{Requirements: &r}, linux())
		n, ok := s.Needs()
		require.True(t, ok)
		return n, beyond
	}
	for _, text := range []string{
		"vcpus=2..8 memory=4GiB..", "memory-per-vcpu=..8GiB generation=any burstable=excluded", "network=10Gbps.. interfaces=4.. ebs=1Gbps..",
		"local-storage=required local-storage-size=100GB.. local-storage-kind=ssd", "accelerators=1.. accelerator-kind=gpu accelerator-memory=16GiB..",
		"accelerators=0..", "cpu=amazon-web-services,intel bare-metal=included", "allow=m7g.*,c7g.*", "deny=t4g.*", "generation=previous", "hibernation encryption-in-transit",
		"burstable=required", "accelerators=..4 accelerator-maker=nvidia accelerator-name=a10g,t4",
	} {
		n, err := instance.ParseNeeds(text)
		require.NoError(t, err, text)
		r, err := n.Requirements(instance.ARM64)
		require.NoError(t, err, text)
		got, beyond := read(r)
		require.Empty(t, beyond, text)
		require.Empty(t, cmp.Diff(n.String(), got.String()), text)
		again, err := got.Requirements(instance.ARM64)
		require.NoError(t, err, text)
		require.Empty(t, cmp.Diff(r, again), text)
	}
	// What other tools leave unsaid isn't what needs leave unsaid.
	n, beyond := read(backend.Requirements{VCPUs: backend.Bounds[int]{Min: new(2)}, MemoryMiB: backend.Bounds[int]{Min: new(0)}})
	require.Equal(t, []string{"types for high performance computing among others"}, beyond)
	require.Equal(t, instance.Needs{VCPUs: instance.AtLeast(2), Burstable: instance.Excluded, Generation: instance.AnyGeneration, Accelerators: instance.AtLeast(0)}, n)
}

func TestWhatASpecCannotSayIsTold(t *testing.T) {
	t.Parallel()
	read, beyond := instance.FromTemplate(backend.LaunchTemplateVersion{Unread: []string{"RamDiskId"}, Launch: backend.RunRequest{
		Type: "m7g.large", SubnetID: "subnet-0123456789abcdef0", Zone: "us-east-1a", Spot: &backend.SpotOptions{Interruption: "stop"},
		Devices: []backend.DeviceMapping{{Device: "/dev/sdf", VirtualName: "disk"}, {Device: "/dev/sdg", VirtualName: "ephemeral1"}, {Device: "/dev/sdh"}},
	}}, linux())
	require.Equal(t, []string{"RamDiskId", "the virtual name disk of /dev/sdf", "the behaviour on interruption stop", "the zone us-east-1a besides a subnet"}, beyond)
	require.Equal(t, map[string]string{"/dev/sdg": "ephemeral1"}, read.InstanceStores())
}
