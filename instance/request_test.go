package instance_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

func linux(changes ...func(*backend.Image)) backend.Image {
	im := backend.Image{
		ID: imageID, State: backend.ImageAvailable, Architecture: "arm64", Virtualization: "hvm", ENA: true, BootMode: "uefi",
		RootDevice: "/dev/xvda", RootDeviceType: "ebs",
		Devices: []backend.DeviceMapping{{Device: "/dev/xvda", EBS: &backend.EBSMapping{
			SnapshotID: "snap-0123456789abcdef0", SizeGiB: 8, Type: "gp3", IOPS: 3000, ThroughputMiBps: 125, DeleteOnTermination: new(true), Encrypted: new(false),
		}}},
	}
	for _, change := range changes {
		change(&im)
	}
	return im
}

func bringing(more ...backend.DeviceMapping) func(*backend.Image) {
	return func(im *backend.Image) { im.Devices = append(im.Devices, more...) }
}

func encryptedRoot(im *backend.Image) { im.Devices[0].EBS.Encrypted = new(true) }

var base = instance.Spec{}.WithType("m7g.large")

func TestPreviewOfLittleIsSafe(t *testing.T) {
	t.Parallel()
	got, err := base.Preview(linux())
	require.NoError(t, err)
	want := backend.RunRequest{
		ImageID: imageID, Type: "m7g.large", MinCount: 1, MaxCount: 1,
		Metadata: backend.MetadataOptions{HTTPTokens: "required"},
		Devices:  []backend.DeviceMapping{{Device: "/dev/xvda", EBS: &backend.EBSMapping{Encrypted: new(true)}}},
	}
	require.Empty(t, cmp.Diff(want, got, cmpopts.EquateEmpty()))
}

func TestPreviewOfEverything(t *testing.T) {
	t.Parallel()
	spec := base.WithEBSOptimized(true).
		WithRootVolume(instance.GP3(30*instance.GiB).WithIOPS(4000).WithThroughput(500).EncryptedWith("alias/golden").KeepOnTermination()).
		WithVolume("/dev/sdf", instance.IO2(100*instance.GiB, 5000).WithSnapshot("snap-1234abcd").Unencrypted()).
		WithSubnet("subnet-1234abcd").WithPublicIP(false).WithPrivateIP("10.0.0.7").WithGroups("sg-1234abcd", "sg-1234abce").
		WithKeyName("ops").WithInstanceProfile("web").WithUserData(instance.Script("#!/bin/sh\n")).
		WithMetadata(instance.MetadataOptions{Tokens: instance.TokensOptional, Endpoint: instance.Enabled, IPv6: instance.Enabled, Tags: instance.Disabled, HopLimit: 2}).
		WithShutdownBehavior(instance.ShutdownTerminates).WithTerminationProtection(true).WithStopProtection(true).
		WithMonitoring(true).WithTenancy(instance.TenancyDedicated).
		WithName("web-1").WithVolumeTags(map[string]string{"a": "1"}).WithInterfaceTags(map[string]string{"b": "2"})
	got, err := spec.Preview(linux())
	require.NoError(t, err)
	want := backend.RunRequest{
		ImageID: imageID, Type: "m7g.large", MinCount: 1, MaxCount: 1, EBSOptimized: new(true),
		Devices: []backend.DeviceMapping{
			{Device: "/dev/xvda", EBS: &backend.EBSMapping{SizeGiB: 30, Type: "gp3", IOPS: 4000, ThroughputMiBps: 500,
				Encrypted: new(true), KMSKeyID: "alias/golden", DeleteOnTermination: new(false)}},
			{Device: "/dev/sdf", EBS: &backend.EBSMapping{SnapshotID: "snap-1234abcd", SizeGiB: 100, Type: "io2", IOPS: 5000,
				Encrypted: new(false), DeleteOnTermination: new(true)}},
		},
		SubnetID: "subnet-1234abcd", PublicIP: new(false), PrivateIP: "10.0.0.7", GroupIDs: []string{"sg-1234abcd", "sg-1234abce"},
		KeyName: "ops", InstanceProfile: "web", UserData: []byte("#!/bin/sh\n"),
		Metadata: backend.MetadataOptions{HTTPTokens: "optional", HTTPEndpoint: "enabled", HTTPProtocolIPv6: "enabled",
			InstanceMetadataTags: "disabled", HopLimit: 2},
		ShutdownBehavior: "terminate", TerminationProtected: true, StopProtected: true, Monitoring: true, Tenancy: "dedicated",
		InstanceTags: map[string]string{"Name": "web-1"}, VolumeTags: map[string]string{"a": "1"}, InterfaceTags: map[string]string{"b": "2"},
	}
	require.Empty(t, cmp.Diff(want, got))
}

func TestPreviewOfVolumes(t *testing.T) {
	t.Parallel()
	data := backend.DeviceMapping{Device: "/dev/sdf", EBS: &backend.EBSMapping{SnapshotID: "snap-1234abcd", SizeGiB: 100, Type: "gp2"}}
	ephemeral := backend.DeviceMapping{Device: "/dev/sdb", VirtualName: "ephemeral0"}
	type mappings = []backend.DeviceMapping
	ebs := func(device string, m backend.EBSMapping) backend.DeviceMapping {
		return backend.DeviceMapping{Device: device, EBS: &m}
	}
	plainRoot := ebs("/dev/xvda", backend.EBSMapping{Encrypted: new(true)})
	for name, tc := range map[string]struct {
		image backend.Image
		spec  instance.Spec
		want  mappings
	}{
		"a root that is encrypted already is left alone":   {linux(encryptedRoot), base, nil},
		"a root may stay plain":                            {linux(), base.WithRootVolume(instance.Volume{}.Unencrypted()), mappings{ebs("/dev/xvda", backend.EBSMapping{Encrypted: new(false)})}},
		"the image's volumes are encrypted too":            {linux(bringing(data)), base, mappings{plainRoot, ebs("/dev/sdf", backend.EBSMapping{Encrypted: new(true)})}},
		"the image's volume gets what is said":             {linux(bringing(data)), base.WithVolume("/dev/sdf", instance.Volume{}.WithSize(200*instance.GiB)), mappings{plainRoot, ebs("/dev/sdf", backend.EBSMapping{SizeGiB: 200, Encrypted: new(true)})}},
		"the image's volume is dropped":                    {linux(bringing(data)), base.WithoutVolume("/dev/sdf"), mappings{plainRoot, {Device: "/dev/sdf", NoDevice: true}}},
		"an instance store volume is dropped":              {linux(bringing(ephemeral)), base.WithoutVolume("/dev/sdb"), mappings{plainRoot, {Device: "/dev/sdb", NoDevice: true}}},
		"what the image doesn't bring needs no dropping":   {linux(), base.WithoutVolume("/dev/sdf"), mappings{plainRoot}},
		"instance store volumes are left alone":            {linux(bringing(ephemeral)), base, mappings{plainRoot}},
		"a further volume is encrypted and goes with it":   {linux(), base.WithVolume("/dev/sdf", instance.GP3(10*instance.GiB)), mappings{plainRoot, ebs("/dev/sdf", backend.EBSMapping{SizeGiB: 10, Type: "gp3", Encrypted: new(true), DeleteOnTermination: new(true)})}},
		"a further volume may be of a snapshot's size":     {linux(), base.WithVolume("/dev/sdf", instance.Volume{}.WithSnapshot("snap-1234abcd")), mappings{plainRoot, ebs("/dev/sdf", backend.EBSMapping{SnapshotID: "snap-1234abcd", Encrypted: new(true), DeleteOnTermination: new(true)})}},
		"volumes come in the order of their devices":       {linux(), base.WithVolume("/dev/sdg", instance.GP3(instance.GiB).KeepOnTermination()).WithVolume("/dev/sdf", instance.GP3(instance.GiB).KeepOnTermination()), mappings{plainRoot, ebs("/dev/sdf", backend.EBSMapping{SizeGiB: 1, Type: "gp3", Encrypted: new(true), DeleteOnTermination: new(false)}), ebs("/dev/sdg", backend.EBSMapping{SizeGiB: 1, Type: "gp3", Encrypted: new(true), DeleteOnTermination: new(false)})}},
		"the image's IOPS count for the throughput's sake": {linux(func(im *backend.Image) { im.Devices[0].EBS.IOPS = 8000; im.Devices[0].EBS.SizeGiB = 16 }), base.WithRootVolume(instance.Volume{}.WithThroughput(2000)), mappings{ebs("/dev/xvda", backend.EBSMapping{ThroughputMiBps: 2000, Encrypted: new(true)})}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.spec.Preview(tc.image)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(tc.want, got.Devices, cmpopts.EquateEmpty()))
		})
	}
}

func TestPreviewRefusesAKeyOfAnotherRegion(t *testing.T) {
	t.Parallel()
	v := instance.GP3(10 * instance.GiB).EncryptedWith("arn:aws:kms:us-east-1:123456789012:key/1234abcd")
	_, err := base.WithZone("eu-west-1a").WithRootVolume(v).WithVolume("/dev/sdf", v).Preview(linux())
	require.ErrorContains(t, err, "spec.rootVolume.key: is a key of us-east-1, but the launch is in eu-west-1; name a key of that region")
	require.ErrorContains(t, err, `spec.volumes["/dev/sdf"].key:`)
	_, err = base.WithZone("us-east-1a").WithRootVolume(v).Preview(linux())
	require.NoError(t, err)
}

func TestPreviewRefuses(t *testing.T) {
	t.Parallel()
	data := backend.DeviceMapping{Device: "/dev/sdf", EBS: &backend.EBSMapping{SnapshotID: "snap-1234abcd", SizeGiB: 100, Type: "gp2", Encrypted: new(true)}}
	state := func(s backend.ImageState) backend.Image {
		return linux(func(im *backend.Image) { im.State, im.StateReason = s, "why" })
	}
	storeBacked := linux(func(im *backend.Image) {
		im.Architecture, im.BootMode, im.ENA = "x86_64", "", false
		im.RootDeviceType, im.RootDevice, im.Devices = "instance-store", "/dev/sda1", nil
	})
	for name, tc := range map[string]struct {
		image backend.Image
		spec  instance.Spec
		want  string
		kind  error // ErrInvalid unless said
	}{
		"an image without an ID":                           {linux(func(im *backend.Image) { im.ID = "" }), base, "image: has no ID", nil},
		"a pending image":                                  {state(backend.ImagePending), base, "image: " + imageID + " is pending (why); wait until it is available", backend.ErrState},
		"a failed image":                                   {state(backend.ImageFailed), base, "is failed (why); use another image", backend.ErrState},
		"neither a type nor needs":                         {linux(), instance.Spec{}, "spec.type: neither an instance type nor needs are said", nil},
		"a type of another architecture":                   {linux(), base.WithType("m5.large"), "spec.type: architecture", nil},
		"needs of another architecture":                    {linux(), instance.Spec{}.WithHardware(instance.Needs{Architecture: instance.X8664}), "spec.needs.architecture: is x86_64, but the image is for arm64", nil},
		"needs that nothing meets":                         {linux(), instance.Spec{}.WithHardware(instance.Needs{VCPUs: instance.AtLeast(10000)}), "spec.needs: no instance type has vCPUs at least 10000, arm64", nil},
		"needs that nothing meets there":                   {linux(), instance.Spec{}.WithZone("us-east-1e").WithHardware(instance.Needs{VCPUs: instance.AtLeast(192)}), "is offered in us-east-1e", nil},
		"needs that say nonsense":                          {linux(), instance.Spec{}.WithHardware(instance.Needs{VCPUs: instance.Between(4, 2)}), "spec.needs.vcpus: is empty", nil},
		"a root smaller than the image's":                  {linux(), base.WithRootVolume(instance.GP3(4 * instance.GiB)), "spec.rootVolume.size: 4 GiB is smaller than the image's 8 GiB; use 8 GiB or more", nil},
		"a volume smaller than the image's":                {linux(bringing(data)), base.WithVolume("/dev/sdf", instance.GP3(4*instance.GiB)), `spec.volumes["/dev/sdf"].size: 4 GiB is smaller than the image's 100 GiB`, nil},
		"a root of another snapshot":                       {linux(), base.WithRootVolume(instance.Volume{}.WithSnapshot("snap-1234abcd")), "spec.rootVolume.snapshot: can't be chosen", nil},
		"a volume under the root device":                   {linux(), base.WithVolume("/dev/xvda", instance.GP3(10*instance.GiB)), `spec.volumes["/dev/xvda"]: is the image's root device; use WithRootVolume`, nil},
		"an image without its root":                        {linux(), base.WithoutVolume("/dev/xvda"), `spec.volumes["/dev/xvda"]: is the image's root device`, nil},
		"a device name of paravirtual images":              {linux(), base.WithVolume("/dev/sdf1", instance.GP3(10*instance.GiB)), `spec.volumes["/dev/sdf1"]: isn't a device name for HVM images`, nil},
		"a further volume without size":                    {linux(), base.WithVolume("/dev/sdf", instance.Volume{}), `spec.volumes["/dev/sdf"].size: isn't said, and neither is a snapshot`, nil},
		"plain from an encrypted snapshot":                 {linux(encryptedRoot), base.WithRootVolume(instance.Volume{}.Unencrypted()), "spec.rootVolume.encrypted: can't be false", nil},
		"IOPS over what the image's size allows":           {linux(), base.WithRootVolume(instance.Volume{}.WithIOPS(5000)), "spec.rootVolume.iops: 5,000 is over gp3's 4,000 for 8 GiB", nil},
		"IOPS for a type of the image without them":        {linux(bringing(data)), base.WithVolume("/dev/sdf", instance.Volume{}.WithIOPS(5000)), `spec.volumes["/dev/sdf"].iops: can't be said for gp2`, nil},
		"a root volume on an instance store":               {storeBacked, base.WithType("m3.medium").WithRootVolume(instance.GP3(10 * instance.GiB)), "spec.rootVolume: " + imageID + " has no EBS volume as its root", nil},
		"stop protection on an instance store":             {storeBacked, base.WithType("m3.medium").WithStopProtection(true), "spec.stopProtection: instances whose root is an instance store", nil},
		"an IPv6 endpoint on Xen":                          {linux(func(im *backend.Image) { im.Architecture, im.BootMode = "x86_64", "" }), base.WithType("m4.large").WithMetadata(instance.MetadataOptions{IPv6: instance.Enabled}), "spec.metadata.ipv6: m4.large runs on Xen", nil},
		"EBS optimization where there is none":             {linux(func(im *backend.Image) { im.Architecture, im.BootMode = "x86_64", "" }), base.WithType("t2.micro").WithEBSOptimized(true), "spec.ebsOptimized: t2.micro has no dedicated bandwidth", nil},
		"needs that nothing with the image's driver meets": {linux(func(im *backend.Image) { im.ENA = false }), instance.Spec{}.WithHardware(instance.Needs{}), "the closest is c8g.medium (enhanced networking", nil},
		"a negative amount of IOPS":                        {linux(), base.WithVolume("/dev/sdf", instance.IO1(10*instance.GiB, -5)), "-5 is under io1's 100", nil},
		"more volumes than the type takes":                 {linux(), manyVolumes(40), "spec.volumes: with those of the image are 41, but m7g.large takes", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := tc.spec.Preview(tc.image)
			require.ErrorContains(t, err, tc.want)
			if tc.kind == nil {
				tc.kind = backend.ErrInvalid
			}
			require.ErrorIs(t, err, tc.kind)
			require.NotContains(t, err.Error(), "\n", "exactly one fault")
		})
	}
}

func manyVolumes(n int) instance.Spec {
	s := base
	for i := range n {
		s = s.WithVolume("/dev/xvd"+string(rune('b'+i/26))+string(rune('a'+i%26)), instance.GP3(instance.GiB))
	}
	return s
}

func TestPreviewResolvesNeedsByTheImage(t *testing.T) {
	t.Parallel()
	needs := instance.Spec{}.WithHardware(instance.Needs{VCPUs: instance.AtLeast(2), Memory: instance.AtLeast(4 * instance.GiB)})
	for name, tc := range map[string]struct {
		spec  instance.Spec
		image backend.Image
		want  string
	}{
		"its architecture":  {needs, linux(), "c8g.large"},
		"what it can drive": {needs, linux(func(im *backend.Image) { im.Architecture, im.BootMode, im.ENA = "x86_64", "", false }), "t2.medium"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.spec.Preview(tc.image)
			require.NoError(t, err)
			require.Equal(t, tc.want, got.Type)
		})
	}
}
