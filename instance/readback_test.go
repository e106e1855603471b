package instance_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

// server is a backend with one running instance, as EC2 tells of it.
func server(changes ...func(*script, *backend.Instance)) *script {
	data := backend.Instance{
		ID: id, State: backend.InstanceRunning, ImageID: imageID, Type: "m7g.large", Zone: "us-east-1a", Tenancy: "default",
		SubnetID: "subnet-1234abcd", PrivateIP: "10.0.0.7", PublicIP: "3.1.2.3", KeyName: "ops",
		InstanceProfile: "arn:aws:iam::123456789012:instance-profile/web",
		Groups:          []backend.GroupRef{{ID: "sg-1234abcd", Name: "web"}},
		Interfaces:      []backend.InstanceInterface{{ID: "eni-1234abcd"}},
		RootDevice:      "/dev/xvda", RootDeviceType: "ebs", EBSOptimized: true,
		Volumes: []backend.InstanceVolume{
			{Device: "/dev/xvda", VolumeID: "vol-1", DeleteOnTermination: true}, {Device: "/dev/sdf", VolumeID: "vol-2"},
		},
		Metadata: backend.MetadataOptions{HTTPTokens: "required", HTTPEndpoint: "enabled", HTTPProtocolIPv6: "disabled", InstanceMetadataTags: "disabled", HopLimit: 2, State: "applied"},
		Tags:     map[string]string{"Name": "directory-1", "aws:autoscaling:x": "y", "amiclass:key": "z"},
	}
	be := &script{
		attributes: map[backend.InstanceAttribute]string{
			backend.AttributeUserData: "#!/bin/sh\n", backend.AttributeDisableAPITermination: "true",
			backend.AttributeDisableAPIStop: "false", backend.AttributeShutdownBehavior: "stop",
		},
		images: map[string]backend.Image{imageID: linux(bringing(backend.DeviceMapping{Device: "/dev/sdg", EBS: &backend.EBSMapping{SizeGiB: 1}}))},
		volumes: []backend.Volume{
			{ID: "vol-2", SizeGiB: 100, Type: "gp2", IOPS: 300, SnapshotID: "snap-1234abcd", Tags: map[string]string{"team": "a", "only": "this"}},
			{ID: "vol-1", SizeGiB: 30, Type: "gp3", IOPS: 4000, ThroughputMiBps: 250, Encrypted: true, KMSKeyID: "alias/golden", SnapshotID: "snap-0123456789abcdef0", Tags: map[string]string{"team": "a", "aws:x": "y"}},
		},
		interfaces: []backend.Interface{{ID: "eni-1234abcd", Tags: map[string]string{"net": "b"}}},
	}
	be.instances = func(context.Context, backend.Query) ([]backend.Instance, error) { return []backend.Instance{data}, nil }
	for _, change := range changes {
		change(be, &data)
	}
	return be
}

func get(t *testing.T, be backend.Backend) *instance.Instance {
	t.Helper()
	i, err := instance.Get(t.Context(), be, id)
	require.NoError(t, err)
	return i
}

func TestSpecReadsAllBack(t *testing.T) {
	t.Parallel()
	got, err := get(t, server()).Spec(t.Context())
	require.NoError(t, err)
	require.NoError(t, got.Validate())
	want := strings.Join([]string{
		"type m7g.large", "hibernation false", "enclave false", "ebsOptimized true",
		"rootVolume gp3 30 GiB, 4,000 IOPS, 250 MiB/s, encrypted with alias/golden, deleted on termination",
		`volumes["/dev/sdf"] gp2 100 GiB, from snap-1234abcd, unencrypted, kept on termination`,
		`volumes["/dev/sdg"] none`,
		"subnet subnet-1234abcd", "publicIP true", "groups sg-1234abcd", "keyName ops",
		"instanceProfile arn:aws:iam::123456789012:instance-profile/web", "userData 10 bytes (sha256 a8076d3d…)",
		"metadata.tokens required", "metadata.endpoint enabled", "metadata.ipv6 disabled", "metadata.tags disabled", "metadata.hopLimit 2",
		"shutdownBehavior stop", "terminationProtection true", "stopProtection false", "monitoring basic", "tenancy default",
		`tags["Name"] "directory-1"`, `volumeTags["team"] "a"`, `interfaceTags["net"] "b"`,
	}, "\n")
	require.Equal(t, want, strings.ReplaceAll(got.String(), "; ", "\n"))
}

func TestSpecReadBackLaunchesTheSameFromWhatWasMadeOfIt(t *testing.T) {
	t.Parallel()
	spec, err := get(t, server()).Spec(t.Context())
	require.NoError(t, err)
	golden := linux(bringing(backend.DeviceMapping{Device: "/dev/sdf", EBS: &backend.EBSMapping{SnapshotID: "snap-9999abcd", SizeGiB: 100, Type: "gp2"}}))
	ofGolden, err := spec.Preview(golden)
	require.NoError(t, err)
	sdf := backend.DeviceMapping{Device: "/dev/sdf", EBS: &backend.EBSMapping{SizeGiB: 100, Type: "gp2", Encrypted: new(false), DeleteOnTermination: new(false)}}
	require.Empty(t, cmp.Diff(sdf, ofGolden.Devices[1]), "the golden image brings the content")

	ofOriginal, err := spec.Preview(linux())
	require.NoError(t, err)
	sdf.EBS.SnapshotID = "snap-1234abcd"
	require.Empty(t, cmp.Diff(sdf, ofOriginal.Devices[1]), "the original image doesn't")
}

func TestSpecOfOtherInstances(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*script, *backend.Instance)
		check  func(*testing.T, instance.Spec)
		kind   error
	}{
		"a stopped one doesn't tell whether it gets a public address": {
			change: func(_ *script, d *backend.Instance) { d.State, d.PublicIP = backend.InstanceStopped, "" },
			check: func(t *testing.T, s instance.Spec) {
				_, said := s.PublicIP()
				require.False(t, said)
			},
		},
		"one whose image is gone": {
			change: func(be *script, _ *backend.Instance) { be.images = nil },
			check:  func(t *testing.T, s instance.Spec) { require.Empty(t, s.DroppedVolumes()) },
		},
		"one without volumes and interfaces": {
			change: func(_ *script, d *backend.Instance) { d.Volumes, d.Interfaces = nil, nil },
			check: func(t *testing.T, s instance.Spec) {
				require.Empty(t, s.Volumes())
				require.Empty(t, s.VolumeTags())
			},
		},
		"one without user data": {
			change: func(be *script, _ *backend.Instance) { be.attributes = nil },
			check: func(t *testing.T, s instance.Spec) {
				require.Zero(t, s.UserData().Len())
				_, said := s.TerminationProtection()
				require.False(t, said)
			},
		},
		"a terminated one": {
			change: func(_ *script, d *backend.Instance) { d.State = backend.InstanceTerminated },
			kind:   backend.ErrState,
		},
		"one whose volume has gone meanwhile": {
			change: func(be *script, _ *backend.Instance) { be.volumes = be.volumes[:1] },
			kind:   backend.ErrNotFound,
		},
		"one whose attributes may not be read": {
			change: func(be *script, _ *backend.Instance) { be.attribute = errDenied },
			kind:   backend.ErrDenied,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := get(t, server(tc.change)).Spec(t.Context())
			if tc.kind != nil {
				require.ErrorIs(t, err, tc.kind)
				require.ErrorContains(t, err, "spec of instance "+id)
				return
			}
			require.NoError(t, err)
			tc.check(t, s)
		})
	}
}

func TestSpecOfAnInstanceIsStable(t *testing.T) {
	t.Parallel()
	i := get(t, server())
	a, err := i.Spec(t.Context())
	require.NoError(t, err)
	b, err := i.Spec(t.Context())
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(a, b, cmpopts.EquateEmpty()))
}
