package instance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

func TestDiff(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change func(*script, *backend.Instance)
		want   string
	}{
		"the same configuration": {
			change: func(_ *script, d *backend.Instance) {
				d.PrivateIP, d.PublicIP, d.SubnetID, d.Zone = "10.0.0.8", "3.9.9.9", "subnet-9999abcd", "us-east-1b"
				d.Groups = []backend.GroupRef{{ID: "sg-9999abcd", Name: "web"}}
			},
			want: "no difference",
		},
		"another name": {
			change: func(_ *script, d *backend.Instance) { d.Tags = map[string]string{"Name": "directory-2"} },
			want:   `tags["Name"]: "directory-1", other "directory-2"`,
		},
		"all kinds of fields": {
			change: func(be *script, d *backend.Instance) {
				d.Type, d.KeyName, d.Tags = "m7g.xlarge", "", map[string]string{"role": "x"}
				d.Groups = []backend.GroupRef{{ID: "sg-1", Name: "web"}, {ID: "sg-2", Name: "db"}}
				d.Metadata.HTTPTokens = "optional"
				be.volumes = []backend.Volume{{ID: "vol-1", SizeGiB: 50, Type: "gp3", IOPS: 4000, ThroughputMiBps: 250}}
				d.Volumes = d.Volumes[:1]
				be.attributes = map[backend.InstanceAttribute]string{
					backend.AttributeUserData: "#!/bin/sh\necho", backend.AttributeDisableAPITermination: "false",
					backend.AttributeDisableAPIStop: "false", backend.AttributeShutdownBehavior: "stop",
				}
			},
			want: `type: m7g.large, other m7g.xlarge
rootVolume.encrypted: true, other false
rootVolume.key: alias/golden, other none
rootVolume.size: 30 GiB, other 50 GiB
volumes["/dev/sdf"]: gp2 100 GiB, unencrypted, kept on termination, other none
groups: web, other db, web
keyName: ops, other none
userData: 10 bytes (sha256 a8076d3d…), other 14 bytes (sha256 7ef6608f…)
metadata.tokens: required, other optional
terminationProtection: true, other false
tags["Name"]: "directory-1", other none
tags["role"]: none, other "x"
volumeTags["team"]: "a", other none`,
		},
		"a public address where the other's subnet decides": {
			change: func(_ *script, d *backend.Instance) { d.State, d.PublicIP = backend.InstanceStopped, "" },
			want:   "no difference",
		},
		"no public address": {
			change: func(_ *script, d *backend.Instance) { d.PublicIP = "" },
			want:   "publicIP: true, other false",
		},
		"an image of another class": {
			change: func(be *script, d *backend.Instance) {
				d.ImageID = "ami-9999abcd"
				be.images["ami-9999abcd"] = linux(bringing(backend.DeviceMapping{Device: "/dev/sdg", EBS: &backend.EBSMapping{SizeGiB: 1}}))
			},
			want: "image: " + imageID + ", other ami-9999abcd",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			diff, err := get(t, server()).Diff(t.Context(), get(t, server(tc.change)))
			require.NoError(t, err)
			require.Equal(t, tc.want, diff.String())
		})
	}
}

func TestDiffComparesTheClassOfImageByAncestry(t *testing.T) {
	t.Parallel()
	// The images of both regions, each with what it descends from.
	type line = map[string]struct {
		source string
		region region.Region
	}
	for name, tc := range map[string]struct {
		here, there line
		other       string // the image of the instance in eu-west-1
		same        bool
	}{
		"a copy": {
			there: line{"ami-copy": {imageID, region.USEast1}}, here: line{imageID: {}}, other: "ami-copy", same: true,
		},
		"a copy of what was made of an instance of it": {
			there: line{"ami-copy": {"ami-golden", region.USEast1}}, here: line{"ami-golden": {source: imageID}, imageID: {}}, other: "ami-copy", same: true,
		},
		"the copy's source is gone": {
			there: line{"ami-copy": {imageID, region.USEast1}}, other: "ami-copy", same: true,
		},
		"both descend from one that is gone": {
			there: line{"ami-copy": {"ami-root", region.USEast1}}, here: line{imageID: {source: "ami-root"}}, other: "ami-copy", same: true,
		},
		"the same ID in another region is another image": {
			there: line{imageID: {}}, here: line{imageID: {}}, other: imageID,
		},
		"no ancestor in common": {
			there: line{"ami-other": {"ami-else", region.EUWest1}}, here: line{imageID: {source: "ami-root"}}, other: "ami-other",
		},
		"an image that is its own ancestor doesn't hang": {
			there: line{"ami-loop": {"ami-loop", region.EUWest1}}, here: line{imageID: {}}, other: "ami-loop",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			images := func(l line) map[string]backend.Image {
				all := map[string]backend.Image{}
				for id, from := range l {
					all[id] = backend.Image{ID: id, SourceImageID: from.source, SourceImageRegion: from.region}
				}
				return all
			}
			here := server(func(be *script, _ *backend.Instance) { be.images = images(tc.here) })
			there := server(func(be *script, d *backend.Instance) {
				be.images, be.region, d.ImageID = images(tc.there), region.EUWest1, tc.other
				be.volumes[1].KMSKeyID = "alias/elsewhere" // keys are a region's own
			})
			sisters := map[region.Region]*script{region.USEast1: here, region.EUWest1: there}
			here.sisters, there.sisters = sisters, sisters
			diff, err := get(t, here).Diff(t.Context(), get(t, there))
			require.NoError(t, err)
			require.True(t, diff.Only("image"), diff)
			require.Equal(t, tc.same, diff.Empty(), diff)
		})
	}
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	d := instance.Differences{{Path: "type", This: "a", Other: "b"}, {Path: `tags["Name"]`, This: "", Other: `"x"`}}
	require.False(t, d.Empty())
	require.False(t, d.Only("type"))
	require.True(t, d.Only("type", `tags["Name"]`))
	require.Equal(t, "type: a, other b", d.Without(`tags["Name"]`).String())
	require.Equal(t, `tags["Name"]: none, other "x"`, d[1].String())
	require.Len(t, d, 2, "Without leaves the receiver alone")
	require.True(t, instance.Differences(nil).Empty())
}

func TestDiffTellsWhichInstanceCouldNotBeRead(t *testing.T) {
	t.Parallel()
	ended := server(func(_ *script, d *backend.Instance) { d.State = backend.InstanceTerminated })
	_, err := get(t, server()).Diff(t.Context(), get(t, ended))
	require.ErrorIs(t, err, backend.ErrState)
}
