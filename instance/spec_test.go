package instance_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

func TestSpecTellsWhatItWasTold(t *testing.T) {
	t.Parallel()
	needs := instance.Needs{VCPUs: instance.AtLeast(2), Memory: instance.Between(4*instance.GiB, 16*instance.GiB), Architecture: instance.ARM64}
	s := instance.Spec{}.WithType("m7g.large").WithEBSOptimized(false).
		WithRootVolume(instance.GP3(30*instance.GiB)).WithVolume("/dev/sdf", instance.ST1(125*instance.GiB)).
		WithSubnet("subnet-1").WithPublicIP(true).WithPrivateIP("10.0.0.7").WithGroups("sg-1", "sg-2").WithKeyName("k").
		WithInstanceProfile("p").WithUserData(instance.Script("#!/bin/sh\n")).WithMetadata(instance.MetadataOptions{HopLimit: 2}).
		WithShutdownBehavior(instance.ShutdownTerminates).WithTerminationProtection(true).WithStopProtection(false).
		WithMonitoring(true).WithTenancy(instance.TenancyHost).WithName("web").WithTag("a", "1").
		WithVolumeTags(map[string]string{"v": "1"}).WithInterfaceTags(map[string]string{"i": "1"})
	type switched struct{ on, said bool }
	of := func(on, said bool) switched { return switched{on, said} }

	require.Equal(t, "m7g.large", s.Type())
	_, ok := s.Needs()
	require.False(t, ok)
	require.Equal(t, switched{false, true}, of(s.EBSOptimized()))
	require.Equal(t, instance.GP3(30*instance.GiB), s.RootVolume())
	require.Equal(t, map[string]instance.Volume{"/dev/sdf": instance.ST1(125 * instance.GiB)}, s.Volumes())
	require.Equal(t, "subnet-1", s.Subnet())
	require.Empty(t, s.Zone())
	require.Equal(t, switched{true, true}, of(s.PublicIP()))
	require.Equal(t, "10.0.0.7", s.PrivateIP())
	require.Equal(t, []string{"sg-1", "sg-2"}, s.Groups())
	require.Equal(t, "k", s.KeyName())
	require.Equal(t, "p", s.InstanceProfile())
	require.Equal(t, "#!/bin/sh\n", string(s.UserData().Bytes()))
	require.Equal(t, instance.MetadataOptions{HopLimit: 2}, s.Metadata())
	require.Equal(t, instance.ShutdownTerminates, s.ShutdownBehavior())
	require.Equal(t, switched{true, true}, of(s.TerminationProtection()))
	require.Equal(t, switched{false, true}, of(s.StopProtection()))
	require.Equal(t, switched{true, true}, of(s.Monitoring()))
	require.Equal(t, instance.TenancyHost, s.Tenancy())
	require.Equal(t, map[string]string{"Name": "web", "a": "1"}, s.Tags())
	require.Equal(t, "web", s.Name())
	require.Equal(t, map[string]string{"v": "1"}, s.VolumeTags())
	require.Equal(t, map[string]string{"i": "1"}, s.InterfaceTags())

	got, ok := s.WithHardware(needs).Needs()
	require.True(t, ok)
	require.Equal(t, needs, got)
	require.Empty(t, s.WithHardware(needs).Type())
	require.Empty(t, s.WithoutTag("Name").Name())
	require.Empty(t, s.WithGroups().Groups())
}

func TestVolumeTellsWhatItWasTold(t *testing.T) {
	t.Parallel()
	v := instance.IO2(100*instance.GiB, 5000).WithSnapshot("snap-1").EncryptedWith("alias/k").KeepOnTermination()
	require.Equal(t, "io2", v.Type())
	require.Equal(t, 100*instance.GiB, v.Size())
	require.Equal(t, 5000, v.IOPS())
	require.Zero(t, v.Throughput())
	require.Equal(t, "snap-1", v.Snapshot())
	on, key, said := v.Encryption()
	require.True(t, on && said && key == "alias/k")
	deleted, said := v.OnTermination()
	require.True(t, said && !deleted)
	require.Equal(t, "io2 100 GiB, 5,000 IOPS, from snap-1, encrypted with alias/k, kept on termination", v.String())
	require.Equal(t, "as the image says", instance.Volume{}.String())
	require.Equal(t, "standard 1 GiB, encrypted, deleted on termination", instance.Standard(instance.GiB).Encrypted().DeleteOnTermination().String())
}

func TestSpecReadsWell(t *testing.T) {
	t.Parallel()
	require.Equal(t, "empty spec", instance.Spec{}.String())
	s := instance.Spec{}.
		WithHardware(instance.Needs{VCPUs: instance.AtLeast(2), Memory: instance.AtLeast(4 * instance.GiB)}).
		WithRootVolume(instance.GP3(30 * instance.GiB)).WithoutVolume("/dev/sdf").WithoutSubnet().WithName("web")
	require.Equal(t, `needs vCPUs at least 2, memory at least 4 GiB; rootVolume gp3 30 GiB; volumes["/dev/sdf"] none; subnet none; tags["Name"] "web"`, s.String())

	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("launch", "spec", s)
	require.Contains(t, log.String(), `spec.rootVolume="gp3 30 GiB"`)
	require.Equal(t, "any hardware", instance.Needs{}.String())
	require.Equal(t, "any hardware", instance.Needs{}.LogValue().String())
	require.Equal(t, "gp3 30 GiB", s.RootVolume().LogValue().String())
}

func TestCompatible(t *testing.T) {
	t.Parallel()
	arm := backend.InstanceType{Name: "m7g.large", Architectures: []string{"arm64"}, Virtualizations: []string{"hvm"}, RootDeviceTypes: []string{"ebs"}, BootModes: []string{"uefi"}, ENA: "required"}
	require.NoError(t, instance.Compatible(linux(), arm))
	err := instance.Compatible(linux(func(im *backend.Image) { im.Architecture, im.BootMode = "x86_64", "legacy-bios" }), arm)
	require.ErrorIs(t, err, backend.ErrInvalid)
	require.Len(t, err.(interface{ Unwrap() []error }).Unwrap(), 2)
	var fault *instance.FieldError
	require.ErrorAs(t, err, &fault)
	require.NotEmpty(t, fault.Remedy)
}

func BenchmarkMerge(b *testing.B) {
	class := instance.Spec{}.WithType("m7g.large").WithRootVolume(instance.GP3(30 * instance.GiB)).WithTags(map[string]string{"a": "1", "b": "2"})
	call := instance.Spec{}.WithName("web-1").WithVolume("/dev/sdf", instance.GP3(100*instance.GiB))
	b.ReportAllocs()
	for b.Loop() {
		class.Merge(call)
	}
}

func BenchmarkPreview(b *testing.B) {
	for name, s := range map[string]instance.Spec{
		"type":  base.WithName("web-1").WithVolume("/dev/sdf", instance.GP3(100*instance.GiB)),
		"needs": instance.Spec{}.WithHardware(instance.Needs{VCPUs: instance.AtLeast(2), Memory: instance.AtLeast(4 * instance.GiB)}),
	} {
		b.Run(name, func(b *testing.B) {
			image := linux()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Preview(image); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
