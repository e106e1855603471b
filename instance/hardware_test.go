package instance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

func TestPreviewRefusesWhatTheTypeCannotDo(t *testing.T) {
	t.Parallel()
	intel := func(im *backend.Image) { im.Architecture, im.BootMode = "x86_64", "" }
	store := func(im *backend.Image) { im.RootDeviceType, im.RootDevice, im.Devices = "instance-store", "", nil }
	big := func(im *backend.Image) { im.Devices[0].EBS.SizeGiB = 64 }
	for name, tc := range map[string]struct {
		image backend.Image
		spec  instance.Spec
		want  string // empty if it is taken
	}{
		"fewer cores":                     {linux(), base.WithCPU(instance.CPU{Cores: 1, ThreadsPerCore: 1}), ""},
		"more cores than the type has":    {linux(), base.WithCPU(instance.CPU{Cores: 4, ThreadsPerCore: 1}), "spec.cpu.cores: are 4, which m7g.large can't be cut down to; use one of 1, 2"},
		"threads that the type lacks":     {linux(), base.WithCPU(instance.CPU{Cores: 1, ThreadsPerCore: 2}), "spec.cpu.threadsPerCore: are 2, which m7g.large doesn't have; use 1"},
		"a part of bare metal":            {linux(), base.WithType("m7g.metal").WithCPU(instance.CPU{Cores: 1, ThreadsPerCore: 1}), "spec.cpu: m7g.metal is bare metal"},
		"credits that run out":            {linux(), base.WithType("t4g.large").WithCredits(instance.CreditsStandard), ""},
		"credits of what has none":        {linux(), base.WithCredits(instance.CreditsStandard), "spec.credits: m7g.large isn't burstable, so it has no CPU credits; use WithoutCredits"},
		"no credits of what has none":     {linux(), base.WithCredits(instance.CreditsStandard).WithoutCredits(), ""},
		"enclaves on a small type":        {linux(), base.WithType("t4g.nano").WithEnclave(true), "spec.enclave: t4g.nano can't run enclaves"},
		"a Mac on spare capacity":         {linux(func(im *backend.Image) { im.Architecture = "arm64_mac" }), base.WithType("mac2.metal").WithSpot(instance.Spot{}), "spec.spot: mac2.metal isn't to be had as a Spot Instance"},
		"too many interfaces":             {linux(), base.WithInterface(1, instance.Interface{}).WithInterface(2, instance.Interface{}).WithInterface(3, instance.Interface{}), "spec.interfaces: with the primary one are 4, but m7g.large takes 3"},
		"too many addresses":              {linux(), base.WithSecondaryIPs(10), "spec.secondaryIPs: with the primary one are 11, but an interface of m7g.large takes 10"},
		"IPv6 on an old type":             {linux(intel, func(im *backend.Image) { im.ENA = false }), base.WithType("m1.small").WithIPv6Count(1), "spec.ipv6: m1.small has no IPv6"},
		"a partition of nothing":          {linux(), base.WithPartition(1), "spec.partition: is said without a placement group; use WithPlacementGroup"},
		"affinity to no host":             {linux(), base.WithAffinity(instance.AffinityHost), "spec.affinity: is to a host, but the tenancy isn't"},
		"hibernation":                     {linux(big), base.WithHibernation(true), ""},
		"hibernation of a type without":   {linux(big), base.WithType("m7g.metal").WithHibernation(true), "spec.hibernation: m7g.metal can't hibernate"},
		"hibernation to too small a root": {linux(), base.WithType("m7g.xlarge").WithHibernation(true), "spec.hibernation: takes the 16 GiB of memory to a root volume of 8 GiB; use a larger root volume"},
		"hibernation to a plain root":     {linux(big), base.WithHibernation(true).WithRootVolume(instance.Volume{}.Unencrypted()), "spec.hibernation: needs an encrypted root volume"},
		"hibernation to magnetic disks":   {linux(big), base.WithHibernation(true).WithRootVolume(instance.Standard(64 * instance.GiB)), "spec.hibernation: needs a root volume of another type than standard"},
		"hibernation to nowhere":          {linux(intel, store, func(im *backend.Image) { im.ENA = false }), instance.Spec{}.WithType("m3.large").WithHibernation(true), "spec.hibernation: " + imageID + " has no EBS volume as its root"},
		"an instance store volume":        {linux(), base.WithInstanceStore("/dev/sdb", 1), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := tc.spec.Preview(tc.image)
			if tc.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, backend.ErrInvalid)
			require.ErrorContains(t, err, tc.want)
		})
	}
}

func TestSeveralInstancesCannotShareWhatIsOne(t *testing.T) {
	t.Parallel()
	spec := base.WithPrivateIP("10.0.0.7").WithIPv6("2001:db8::7").
		WithInterface(1, instance.ExistingInterface("eni-1234abcd")).
		WithInterface(2, instance.Interface{}.WithPrivateIP("10.0.0.8").WithIPv6("2001:db8::8"))
	_, err := instance.LaunchN(t.Context(), &script{region: region.USEast1}, linux(), spec, 2)
	for _, want := range []string{
		"spec.privateIP: is one address for 2 instances", "spec.ipv6: are the addresses of one for 2 instances",
		"spec.interfaces[1]: is eni-1234abcd, one interface for 2 instances", "spec.interfaces[2].privateIP:", "spec.interfaces[2].ipv6:",
	} {
		require.ErrorContains(t, err, want)
	}
}

func TestALaunchSaysWhatTheBackendLacks(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		spec instance.Spec
		says string
	}{
		"firewalls": {base.WithFirewall(wall).WithSubnet("subnet-1234abcd"), "the spec declares firewall rules: use WithGroups instead"},
		"key pairs": {base.WithPublicKey(ed25519), "the spec has a public key: use WithKeyName instead"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			be := &script{subnets: []backend.Subnet{{ID: "subnet-1234abcd", VPCID: "vpc-1234abcd"}}}
			_, err := instance.Launch(t.Context(), be, linux(), tc.spec)
			require.ErrorIs(t, err, backend.ErrUnsupported)
			require.ErrorContains(t, err, tc.says)
			require.Zero(t, be.called("RunInstances"))
		})
	}
	_, err := instance.PruneFirewalls(t.Context(), &script{})
	require.ErrorIs(t, err, backend.ErrUnsupported)
	_, err = instance.PruneFirewalls(t.Context(), nil)
	require.ErrorIs(t, err, backend.ErrInvalid)
}
