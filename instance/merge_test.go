package instance_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

func TestMerge(t *testing.T) {
	t.Parallel()
	spec := instance.Spec{}
	for name, tc := range map[string]struct{ base, over, want instance.Spec }{
		"scalars are replaced": {
			spec.WithKeyName("a").WithSubnet("subnet-1"), spec.WithKeyName("b"),
			spec.WithKeyName("b").WithSubnet("subnet-1"),
		},
		"false wins over true": {spec.WithMonitoring(true), spec.WithMonitoring(false), spec.WithMonitoring(false)},
		"tags merge by key": {
			spec.WithTag("a", "1").WithTag("b", "1"), spec.WithTag("b", "2").WithTag("c", "2"),
			spec.WithTags(map[string]string{"a": "1", "b": "2", "c": "2"}),
		},
		"a tag is taken away": {spec.WithTag("a", "1").WithName("x"), spec.WithoutTag("a"), spec.WithName("x").WithoutTag("a")},
		"groups are replaced": {spec.WithGroups("sg-1", "sg-2"), spec.WithGroups("sg-3"), spec.WithGroups("sg-3")},
		"user data is replaced": {
			spec.WithUserData(instance.Script("#!/bin/sh\na")), spec.WithUserData(instance.Script("#!/bin/sh\nb")),
			spec.WithUserData(instance.Script("#!/bin/sh\nb")),
		},
		"a type replaces needs": {
			spec.WithHardware(instance.Needs{VCPUs: instance.AtLeast(2)}), spec.WithType("t3.nano"), spec.WithType("t3.nano"),
		},
		"needs replace a type": {
			spec.WithType("t3.nano"), spec.WithHardware(instance.Needs{VCPUs: instance.AtLeast(2)}),
			spec.WithHardware(instance.Needs{VCPUs: instance.AtLeast(2)}),
		},
		"volumes merge by device and field": {
			spec.WithVolume("/dev/sdf", instance.GP3(10*instance.GiB).WithIOPS(4000)).WithVolume("/dev/sdg", instance.GP2(5*instance.GiB)),
			spec.WithVolume("/dev/sdf", instance.GP3(20*instance.GiB).WithThroughput(200)),
			spec.WithVolume("/dev/sdf", instance.GP3(20*instance.GiB).WithIOPS(4000).WithThroughput(200)).
				WithVolume("/dev/sdg", instance.GP2(5*instance.GiB)),
		},
		"a volume without a type changes only what it says": {
			spec.WithRootVolume(instance.GP3(10 * instance.GiB).WithIOPS(4000)),
			spec.WithRootVolume(instance.Volume{}.WithSize(20 * instance.GiB)),
			spec.WithRootVolume(instance.GP3(20 * instance.GiB).WithIOPS(4000)),
		},
		"metadata options merge field by field": {
			spec.WithMetadata(instance.MetadataOptions{Tokens: instance.TokensOptional, HopLimit: 1}),
			spec.WithMetadata(instance.MetadataOptions{HopLimit: 2}),
			spec.WithMetadata(instance.MetadataOptions{Tokens: instance.TokensOptional, HopLimit: 2}),
		},
		"without unsets": {
			spec.WithSubnet("subnet-1").WithKeyName("k").WithGroups("sg-1"),
			spec.WithoutSubnet().WithoutKeyName().WithoutGroups(),
			spec.WithoutSubnet().WithoutKeyName().WithoutGroups(),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Empty(t, cmp.Diff(tc.want, tc.base.Merge(tc.over)), "want %v\ngot  %v", tc.want, tc.base.Merge(tc.over))
		})
	}
}

func TestMergeLetsNoPerformanceOfAnotherTypeThrough(t *testing.T) {
	t.Parallel()
	base := instance.Spec{}.WithRootVolume(instance.GP3(100 * instance.GiB).WithIOPS(6000).WithThroughput(500).KeepOnTermination())
	got := base.Merge(instance.Spec{}.WithRootVolume(instance.IO2(200*instance.GiB, 10000)))
	require.NoError(t, got.Validate())
	require.Equal(t, "io2 200 GiB, 10,000 IOPS, kept on termination", got.RootVolume().String())
}

func TestMergeAfterADroppedVolumeBeginsAnew(t *testing.T) {
	t.Parallel()
	base := instance.Spec{}.WithVolume("/dev/sdf", instance.GP3(100*instance.GiB).WithIOPS(6000))
	over := instance.Spec{}.WithoutVolume("/dev/sdf").WithVolume("/dev/sdf", instance.GP3(10*instance.GiB))
	require.Equal(t, "gp3 10 GiB", base.Merge(over).Volumes()["/dev/sdf"].String())
	require.Equal(t, []string{"/dev/sdf"}, base.Merge(instance.Spec{}.WithoutVolume("/dev/sdf")).DroppedVolumes())
}

func TestMergeOfZeroIsIdentity(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := specs.Draw(t, "s")
		require.True(t, s.Equal(s.Merge(instance.Spec{})))
		require.True(t, s.Equal(instance.Spec{}.Merge(s)))
	})
}

func TestMergeIsAssociative(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := specs.Draw(t, "a"), specs.Draw(t, "b"), specs.Draw(t, "c")
		left, right := a.Merge(b).Merge(c), a.Merge(b.Merge(c))
		require.True(t, left.Equal(right), "(ab)c %v\na(bc) %v", left, right)
	})
}

// All of three specs for one device, since few of them at random meet in a change of type and back.
func TestMergeOfOneVolumeIsAssociative(t *testing.T) {
	t.Parallel()
	const size = 100 * instance.GiB
	dropped := instance.Spec{}.WithoutVolume("/dev/sdf")
	all := []instance.Spec{{}, dropped, instance.Spec{}.WithInstanceStore("/dev/sdf", 0)}
	for _, v := range []instance.Volume{
		{}, instance.Volume{}.WithSize(size), instance.GP3(size), instance.GP3(size).WithIOPS(4000), instance.GP3(size).WithThroughput(200),
		instance.IO2(size, 500), instance.GP2(size).Encrypted(),
	} {
		all = append(all, instance.Spec{}.WithRootVolume(v).WithVolume("/dev/sdf", v), dropped.WithVolume("/dev/sdf", v))
	}
	for _, a := range all {
		for _, b := range all {
			for _, c := range all {
				left, right := a.Merge(b).Merge(c), a.Merge(b.Merge(c))
				require.True(t, left.Equal(right), "%v\n%v\n%v\n(ab)c %v\na(bc) %v", a, b, c, left, right)
			}
		}
	}
}

func TestMergeIsIdempotent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := specs.Draw(t, "a"), specs.Draw(t, "b")
		require.True(t, a.Merge(b).Equal(a.Merge(b).Merge(b)))
	})
}

func TestSpecsAreNeverChanged(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := specs.Draw(t, "a"), specs.Draw(t, "b")
		merged := a.Merge(b)
		texts := []string{a.String(), b.String(), merged.String()}
		for _, s := range []instance.Spec{a, b, merged} {
			for _, change := range changes {
				change.Draw(t, "change")(s)
			}
			maps.Copy(s.Tags(), map[string]string{"Name": "changed"})
			maps.Copy(s.Volumes(), map[string]instance.Volume{"/dev/sdf": {}})
			for i := range s.Groups() {
				s.Groups()[i] = "changed"
			}
			clear(s.UserData().Bytes())
			clear(s.Interfaces())
			addresses, _ := s.IPv6()
			clear(addresses)
			if w, ok := s.Firewall(); ok {
				w.Allow(instance.UDP(53), instance.AnyIPv4)
			}
			if n, ok := s.Subnets(); ok {
				n.Tagged("tier", "changed")
			}
		}
		require.Equal(t, texts, []string{a.String(), b.String(), merged.String()})
	})
}

func TestSpecKeepsNothingOfTheCaller(t *testing.T) {
	t.Parallel()
	groups, tags, data := []string{"sg-1"}, map[string]string{"a": "1"}, []byte("data")
	s := instance.Spec{}.WithGroups(groups...).WithTags(tags).WithUserData(instance.Bytes(data))
	want := s.String()
	groups[0], tags["a"], data[0] = "sg-2", "2", 'x'
	require.Equal(t, want, s.String())
}

// volumes are of a type, as Merge asks for to be associative, or say neither IOPS nor throughput.
var volumes = rapid.Custom(func(t *rapid.T) instance.Volume {
	size := instance.Size(rapid.IntRange(1, 4).Draw(t, "GiB")) * instance.GiB
	v := rapid.SampledFrom([]instance.Volume{
		{}, instance.Volume{}.WithSize(size), instance.GP3(size), instance.GP3(size).WithIOPS(4000), instance.GP3(size).WithThroughput(200),
		instance.GP2(size), instance.IO2(size, 500), instance.ST1(size),
	}).Draw(t, "volume")
	return rapid.SampledFrom([]func() instance.Volume{
		func() instance.Volume { return v }, v.Encrypted, v.Unencrypted, v.KeepOnTermination, v.DeleteOnTermination,
		func() instance.Volume { return v.EncryptedWith("alias/k") },
		func() instance.Volume { return v.WithSnapshot("snap-1") },
	}).Draw(t, "more")()
})

var devices = rapid.SampledFrom([]string{"/dev/sdf", "/dev/sdg"})

type change = func(instance.Spec) instance.Spec

// changes are all the ways in which a spec is made to say something.
var changes = []*rapid.Generator[change]{
	stringly(instance.Spec.WithType, "m7g.large", "t3.nano"),
	rapid.Custom(func(t *rapid.T) change {
		n := instance.Needs{VCPUs: instance.AtLeast(rapid.IntRange(1, 3).Draw(t, "vCPUs"))}
		return func(s instance.Spec) instance.Spec { return s.WithHardware(n) }
	}),
	boolean(instance.Spec.WithEBSOptimized),
	rapid.Custom(func(t *rapid.T) change {
		v := volumes.Draw(t, "root")
		return func(s instance.Spec) instance.Spec { return s.WithRootVolume(v) }
	}),
	rapid.Custom(func(t *rapid.T) change {
		d, v := devices.Draw(t, "device"), volumes.Draw(t, "volume")
		return func(s instance.Spec) instance.Spec { return s.WithVolume(d, v) }
	}),
	rapid.Custom(func(t *rapid.T) change {
		d := devices.Draw(t, "device")
		return func(s instance.Spec) instance.Spec { return s.WithoutVolume(d) }
	}),
	rapid.Custom(func(t *rapid.T) change {
		c := instance.CPU{Cores: rapid.IntRange(1, 2).Draw(t, "cores"), ThreadsPerCore: 1}
		return func(s instance.Spec) instance.Spec { return s.WithCPU(c) }
	}),
	plain(instance.Spec.WithoutCPU),
	stringly(instance.Spec.WithCredits, instance.CreditsStandard, instance.CreditsUnlimited),
	plain(instance.Spec.WithoutCredits),
	boolean(instance.Spec.WithHibernation),
	boolean(instance.Spec.WithEnclave),
	stringly(func(s instance.Spec, price string) instance.Spec { return s.WithSpot(instance.Spot{MaxPrice: price}) }, "", "0.05"),
	plain(instance.Spec.WithoutSpot),
	stringly(func(s instance.Spec, d string) instance.Spec { return s.WithInstanceStore(d, 0) }, "/dev/sdf", "/dev/sdg"),
	stringly(func(s instance.Spec, tier string) instance.Spec {
		return s.WithSubnets(instance.SubnetsTagged("tier", tier))
	}, "a", "b"),
	stringly(instance.Spec.WithSubnet, "subnet-1", "subnet-2"),
	counting(instance.Spec.WithSecondaryIPs),
	counting(instance.Spec.WithIPv6Count),
	stringly(func(s instance.Spec, a string) instance.Spec { return s.WithIPv6(a) }, "2001:db8::1", "2001:db8::2"),
	plain(instance.Spec.WithoutIPv6),
	stringly(func(s instance.Spec, id string) instance.Spec {
		return s.WithInterface(1, instance.Interface{}.WithSubnet(id))
	}, "subnet-1", "subnet-2"),
	stringly(func(s instance.Spec, id string) instance.Spec {
		return s.WithInterface(2, instance.ExistingInterface(id))
	}, "eni-1", "eni-2"),
	plain(func(s instance.Spec) instance.Spec { return s.WithoutInterface(1) }),
	stringly(func(s instance.Spec, p instance.Peer) instance.Spec {
		return s.WithFirewall(instance.Firewall{}.Allow(instance.TCP(443), p))
	}, instance.AnyIPv4, instance.AnyIPv6),
	plain(instance.Spec.WithoutFirewall),
	stringly(instance.Spec.WithPublicKey, ed25519),
	stringly(instance.Spec.WithPlacementGroup, "a", "b"),
	plain(instance.Spec.WithoutPlacementGroup),
	counting(instance.Spec.WithPartition),
	stringly(instance.Spec.WithHost, "h-1", "h-2"),
	plain(instance.Spec.WithoutHost),
	stringly(instance.Spec.WithAffinity, instance.AffinityHost, instance.AffinityNone),
	plain(instance.Spec.WithoutSubnet),
	rapid.Custom(func(t *rapid.T) change {
		z := region.Zone(rapid.SampledFrom([]string{"us-east-1a", "us-east-1b"}).Draw(t, "zone"))
		return func(s instance.Spec) instance.Spec { return s.WithZone(z) }
	}),
	plain(instance.Spec.WithoutZone),
	boolean(instance.Spec.WithPublicIP),
	stringly(instance.Spec.WithPrivateIP, "10.0.0.7"),
	plain(instance.Spec.WithoutPrivateIP),
	stringly(func(s instance.Spec, id string) instance.Spec { return s.WithGroups(id) }, "sg-1", "sg-2"),
	plain(instance.Spec.WithoutGroups),
	stringly(instance.Spec.WithKeyName, "k"),
	plain(instance.Spec.WithoutKeyName),
	stringly(instance.Spec.WithInstanceProfile, "p"),
	plain(instance.Spec.WithoutInstanceProfile),
	stringly(func(s instance.Spec, script string) instance.Spec { return s.WithUserData(instance.Script(script)) }, "a", "b"),
	plain(instance.Spec.WithoutUserData),
	rapid.Custom(func(t *rapid.T) change {
		o := rapid.SampledFrom([]instance.MetadataOptions{
			{Tokens: instance.TokensOptional}, {Endpoint: instance.Disabled}, {IPv6: instance.Enabled}, {Tags: instance.Enabled}, {HopLimit: 2},
		}).Draw(t, "metadata")
		return func(s instance.Spec) instance.Spec { return s.WithMetadata(o) }
	}),
	stringly(instance.Spec.WithShutdownBehavior, instance.ShutdownStops, instance.ShutdownTerminates),
	boolean(instance.Spec.WithTerminationProtection),
	boolean(instance.Spec.WithStopProtection),
	boolean(instance.Spec.WithMonitoring),
	stringly(instance.Spec.WithTenancy, instance.TenancyDedicated, instance.TenancyShared),
	stringly(instance.Spec.WithName, "a", "b"),
	stringly(instance.Spec.WithoutTag, "Name", "x"),
	stringly(func(s instance.Spec, v string) instance.Spec { return s.WithVolumeTags(map[string]string{"x": v}) }, "1", "2"),
	stringly(instance.Spec.WithoutVolumeTag, "x"),
	stringly(func(s instance.Spec, v string) instance.Spec { return s.WithInterfaceTags(map[string]string{"x": v}) }, "1", "2"),
	stringly(instance.Spec.WithoutInterfaceTag, "x"),
}

func plain(f change) *rapid.Generator[change] { return rapid.Just(f) }

func boolean(f func(instance.Spec, bool) instance.Spec) *rapid.Generator[change] {
	return rapid.Custom(func(t *rapid.T) change {
		on := rapid.Bool().Draw(t, "on")
		return func(s instance.Spec) instance.Spec { return f(s, on) }
	})
}

func counting(f func(instance.Spec, int) instance.Spec) *rapid.Generator[change] {
	return rapid.Custom(func(t *rapid.T) change {
		n := rapid.IntRange(1, 3).Draw(t, "n")
		return func(s instance.Spec) instance.Spec { return f(s, n) }
	})
}

func stringly[T ~string](f func(instance.Spec, T) instance.Spec, values ...T) *rapid.Generator[change] {
	return rapid.Custom(func(t *rapid.T) change {
		v := rapid.SampledFrom(values).Draw(t, fmt.Sprintf("%T", values))
		return func(s instance.Spec) instance.Spec { return f(s, v) }
	})
}

var specs = rapid.Custom(func(t *rapid.T) instance.Spec {
	var s instance.Spec
	for range rapid.IntRange(0, 8).Draw(t, "changes") {
		s = rapid.SampledFrom(changes).Draw(t, "which").Draw(t, "change")(s)
	}
	return s
})
