package fake_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

// much says as much as goes together.
var much = instance.Spec{}.
	WithType("t3.large").WithCPU(instance.CPU{Cores: 1, ThreadsPerCore: 1}).WithCredits(instance.CreditsStandard).
	WithRootVolume(instance.GP3(30*instance.GiB)).
	WithVolume("/dev/sdf", instance.GP3(100*instance.GiB).WithIOPS(6000).KeepOnTermination()).
	WithPublicIP(false).WithSecondaryIPs(1).
	WithInterface(1, instance.Interface{}.WithDescription("back").WithGroups("default")).
	WithGroups("default").WithFirewall(instance.Firewall{}.Allow(instance.TCP(443), instance.AnyIPv4)).
	WithPublicKey(publicKey).WithInstanceProfile("web").WithUserData(instance.Script("#!/bin/sh\necho one\n")).
	WithMetadata(instance.MetadataOptions{HopLimit: 2}).
	WithShutdownBehavior(instance.ShutdownStops).WithTerminationProtection(true).WithStopProtection(false).
	WithMonitoring(true).WithName("web").WithTag("role", "web").
	WithVolumeTags(map[string]string{"backup": "daily"}).WithInterfaceTags(map[string]string{"net": "back"})

func TestAnInstanceDriftsFromWhatWasSaid(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		said   func(instance.Spec) instance.Spec // instead of much, after the launch
		change func(t *testing.T, client *ec2.Client, i *instance.Instance)
		want   []string // "path: is …, said …", or what that begins with
	}{
		"not at all": {},
		"what isn't said can't": {change: func(t *testing.T, _ *ec2.Client, i *instance.Instance) {
			require.NoError(t, i.Tag(t.Context(), map[string]string{"owner": "me"}))
		}},
		"a tag": {change: func(t *testing.T, _ *ec2.Client, i *instance.Instance) {
			require.NoError(t, i.Tag(t.Context(), map[string]string{"role": "db"}))
			require.NoError(t, i.Untag(t.Context(), "Name"))
		}, want: []string{`tags["Name"]: is none, said "web"`, `tags["role"]: is "db", said "web"`}},
		"its rules": {change: func(t *testing.T, client *ec2.Client, i *instance.Instance) {
			for _, g := range i.Data().Groups {
				if strings.HasPrefix(g.Name, "amiclass-") {
					_, err := client.AuthorizeSecurityGroupIngress(t.Context(), &ec2.AuthorizeSecurityGroupIngressInput{GroupId: aws.String(g.ID),
						IpPermissions: []ec2types.IpPermission{{IpProtocol: aws.String("tcp"), FromPort: aws.Int32(22), ToPort: aws.Int32(22),
							IpRanges: []ec2types.IpRange{{CidrIp: aws.String("0.0.0.0/0")}}}}})
					require.NoError(t, err)
				}
			}
		}, want: []string{"firewall: is "}},
		"its metadata service": {change: func(t *testing.T, _ *ec2.Client, i *instance.Instance) {
			require.NoError(t, i.SetMetadata(t.Context(), instance.MetadataOptions{Tokens: instance.TokensOptional, HopLimit: 3}))
		}, want: []string{"metadata.hopLimit: is 3, said 2", "metadata.tokens: is optional, said required"}},
		"its type and user data": {change: func(t *testing.T, client *ec2.Client, i *instance.Instance) {
			require.NoError(t, i.Stop(t.Context()))
			require.NoError(t, i.WaitStopped(t.Context()))
			require.NoError(t, i.ChangeType(t.Context(), "t3.xlarge"))
			_, err := client.ModifyInstanceAttribute(t.Context(), &ec2.ModifyInstanceAttributeInput{InstanceId: aws.String(i.ID()),
				UserData: &ec2types.SecureBlobAttributeValue{Value: []byte("#!/bin/sh\necho two\n")}})
			require.NoError(t, err)
		}, want: []string{"type: is t3.xlarge, said t3.large", "cpu: is 2 cores, 2 threads each, said 1 core, 1 thread each", "userData: is 19 bytes"}},
		"protection and monitoring": {change: func(t *testing.T, _ *ec2.Client, i *instance.Instance) {
			require.NoError(t, i.SetTerminationProtection(t.Context(), false))
			require.NoError(t, i.SetMonitoring(t.Context(), false))
		}, want: []string{"terminationProtection: is false, said true", "monitoring: is basic, said detailed"}},
		"its volumes": {change: func(t *testing.T, client *ec2.Client, i *instance.Instance) {
			for _, v := range i.Data().Volumes {
				if v.Device == "/dev/sdf" {
					_, err := client.ModifyVolume(t.Context(), &ec2.ModifyVolumeInput{VolumeId: aws.String(v.VolumeID), Size: aws.Int32(200)})
					require.NoError(t, err)
				}
			}
			extra, err := client.CreateVolume(t.Context(), &ec2.CreateVolumeInput{AvailabilityZone: aws.String(string(i.Zone())), Size: aws.Int32(8)})
			require.NoError(t, err)
			_, err = client.AttachVolume(t.Context(), &ec2.AttachVolumeInput{VolumeId: extra.VolumeId, InstanceId: aws.String(i.ID()), Device: aws.String("/dev/sdg")})
			require.NoError(t, err)
		}, want: []string{`volumes["/dev/sdf"].size: is 200 GiB, said 100 GiB`, `volumes["/dev/sdg"]: is `, `volumeTags["backup"]: is none, said "daily"`}},
		"other words": {said: func(s instance.Spec) instance.Spec {
			return s.WithHardware(instance.Needs{VCPUs: instance.AtLeast(4)}).WithoutVolume("/dev/sdf").WithRootVolume(instance.IO2(30*instance.GiB, 3000).Unencrypted()).
				WithInterface(1, instance.Interface{}.WithDescription("front")).WithInterface(2, instance.Interface{}).
				WithGroups("sg-0123456789abcdef0").WithInstanceProfile("db").WithoutUserData().WithSpot(instance.Spot{}).WithTerminationProtection(false).WithSecondaryIPs(3).
				WithShutdownBehavior(instance.ShutdownTerminates).WithCPU(instance.CPU{Cores: 2, ThreadsPerCore: 1}).WithCredits(instance.CreditsUnlimited)
		}, want: []string{"type: is t3.large, said one with ", "cpu: is 1 core, 1 thread each, said 2 cores, 1 thread each", "credits: is standard, said unlimited",
			"spot: is none, said a Spot Instance", "rootVolume.encrypted: is true, said false",
			"rootVolume.type: is gp3, said io2", `volumes["/dev/sdf"]: is gp3`, "secondaryIPs: is 1, said 3",
			"interfaces[1]: is ", "interfaces[2]: is none, said ", "groups: is sg-",
			"instanceProfile: is arn:", "userData: is ", "shutdownBehavior: is stop, said terminate", "terminationProtection: is true, said false"}},
		"a plan of other types": {said: func(s instance.Spec) instance.Spec {
			return s.WithPlan(instance.SpotFirst().WithTypes("m7i.large", "m6i.large"))
		}, want: []string{"type: is t3.large, said m7i.large or m6i.large"}},
		"a plan that has it": {said: func(s instance.Spec) instance.Spec {
			return s.WithPlan(instance.SpotFirst().WithTypes("m7i.large", "t3.large"))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := fake.NewT(t)
			cloud.AddInstanceProfile("web")
			be := cloud.Backend(region.USEast1)
			i, err := web.Instantiate(t.Context(), be, much)
			require.NoError(t, err)
			require.NoError(t, i.WaitRunning(t.Context()))
			if tc.change != nil {
				tc.change(t, ec2.NewFromConfig(cloud.Config(region.USEast1)), i)
			}
			said := much
			if tc.said != nil {
				said = tc.said(much)
			}
			drift, err := web.Drift(t.Context(), i, said)
			require.NoError(t, err)
			require.Len(t, drift, len(tc.want), "%s", drift)
			for n, want := range tc.want {
				require.True(t, strings.HasPrefix(drift[n].String(), want), "%s\nwanted %s", drift, want)
			}
			require.Equal(t, len(tc.want) == 0, drift.Empty())
			require.Equal(t, len(tc.want) == 0, drift.String() == "no drift")
		})
	}
}

func TestAnInstanceDriftsWhenItsImageIsSuperseded(t *testing.T) {
	t.Parallel()
	be := fake.NewT(t).Backend(region.USEast1)
	class := ami.NewClass("golden", ami.Own("golden-*")).WithDefaults(plain)
	first := bake(t, be, "golden-1")
	i, err := class.Instantiate(t.Context(), be, instance.Spec{})
	require.NoError(t, err)
	lock, _, err := ami.Lock(t.Context(), be, ami.Lockfile{}, []region.Region{region.USEast1}, class)
	require.NoError(t, err)
	second := bake(t, be, "golden-2")
	drift, err := class.Drift(t.Context(), i, instance.Spec{})
	require.NoError(t, err)
	require.Len(t, drift, 1, "%s", drift)
	require.Equal(t, "image", drift[0].Path)
	require.Contains(t, drift[0].Is, first.ID()+` "golden-1"`)
	require.Contains(t, drift[0].Said, second.ID()+` "golden-2"`)
	drift, err = class.Pinned(lock).Drift(t.Context(), i, instance.Spec{})
	require.NoError(t, err)
	require.True(t, drift.Empty(), "%s", drift)

	require.NoError(t, first.Deregister(t.Context()))
	drift, err = class.Drift(t.Context(), i, instance.Spec{})
	require.NoError(t, err)
	require.Contains(t, drift[0].Is, "gone")

	_, err = class.Drift(t.Context(), nil, instance.Spec{})
	require.ErrorIs(t, err, backend.ErrInvalid)
	_, err = class.Drift(t.Context(), i, instance.Spec{}.WithType("large"))
	require.ErrorIs(t, err, backend.ErrInvalid)
	require.NoError(t, i.Terminate(t.Context()))
	_, err = class.Drift(t.Context(), i, instance.Spec{})
	require.ErrorIs(t, err, backend.ErrState)
}
