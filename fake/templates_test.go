package fake_test

import (
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

// launchBy launches an instance by a template, as other tools do.
func launchBy(t *testing.T, cloud *fake.Cloud, made ami.Template) *instance.Instance {
	t.Helper()
	out, err := ec2.NewFromConfig(cloud.Config(region.USEast1)).RunInstances(t.Context(), &ec2.RunInstancesInput{
		MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		LaunchTemplate: &ec2types.LaunchTemplateSpecification{LaunchTemplateName: &made.Name, Version: aws.String(backend.LatestVersion)},
	})
	require.NoError(t, err)
	i, err := instance.Get(t.Context(), cloud.Backend(region.USEast1), *out.Instances[0].InstanceId)
	require.NoError(t, err)
	require.NoError(t, i.WaitRunning(t.Context()))
	return i
}

func TestALaunchByTheTemplateOfAClassIsALaunchOfTheClass(t *testing.T) {
	t.Parallel()
	for name, spec := range map[string]instance.Spec{
		"little": instance.Spec{}.WithType("t3.micro"),
		"storage": instance.Spec{}.WithType("m5d.large").WithRootVolume(instance.GP3(30*instance.GiB).WithIOPS(4000).KeepOnTermination()).
			WithVolume("/dev/sdf", instance.IO2(100*instance.GiB, 6000)).WithEBSOptimized(true),
		"network": instance.Spec{}.WithType("t3.small").WithFirewall(instance.Firewall{}.Allow(instance.TCP(443), instance.AnyIPv4)).
			WithSecondaryIPs(2).WithPublicIP(false).WithPublicKey(publicKey),
		"interfaces": instance.Spec{}.WithType("m5.large").WithZone("us-east-1b").WithInterface(1, instance.Interface{}.WithDescription("data")),
		"configuration": instance.Spec{}.WithType("t3.micro").WithUserData(instance.Script("dnf install -y httpd")).WithCredits(instance.CreditsStandard).
			WithMetadata(instance.MetadataOptions{HopLimit: 3, Tags: instance.Enabled}).WithMonitoring(true).WithTerminationProtection(true).
			WithStopProtection(true).WithShutdownBehavior(instance.ShutdownTerminates).WithTags(map[string]string{"role": "web"}).
			WithVolumeTags(map[string]string{"role": "data"}).WithInterfaceTags(map[string]string{"role": "net"}),
		"hardware": instance.Spec{}.WithType("m5.2xlarge").WithCPU(instance.CPU{Cores: 2, ThreadsPerCore: 2}).WithEnclave(true),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := fake.NewT(t)
			be := cloud.Backend(region.USEast1)
			class := ami.NewClass("web", ami.AmazonLinux2023()).WithDefaults(spec)
			made, err := class.Template(t.Context(), be, "web", instance.Spec{})
			require.NoError(t, err)
			require.Equal(t, 1, made.Version)
			require.True(t, made.Default)

			original, err := class.Instantiate(t.Context(), be, instance.Spec{})
			require.NoError(t, err)
			require.NoError(t, original.WaitRunning(t.Context()))
			diff, err := original.Diff(t.Context(), launchBy(t, cloud, made))
			require.NoError(t, err)
			require.Empty(t, diff, "%s", diff)

			// And back: the class of the template is the class.
			again, beyond, err := ami.FromTemplate(t.Context(), be, "again", "web", backend.DefaultVersion)
			require.NoError(t, err)
			require.Empty(t, beyond)
			twin, err := again.Instantiate(t.Context(), be, instance.Spec{})
			require.NoError(t, err)
			require.NoError(t, twin.WaitRunning(t.Context()))
			diff, err = original.Diff(t.Context(), twin)
			require.NoError(t, err)
			require.Empty(t, diff, "%s", diff)
			same, err := again.Template(t.Context(), be, "web", instance.Spec{})
			require.NoError(t, err)
			require.Equal(t, made, same, "what it says already makes no version")
		})
	}
}

func TestTemplate(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	be := cloud.Backend(region.USEast1)
	one, err := web.Template(t.Context(), be, "web", instance.Spec{})
	require.NoError(t, err)
	same, err := web.Template(t.Context(), be, "web", instance.Spec{})
	require.NoError(t, err)
	require.Equal(t, one, same)
	two, err := web.Template(t.Context(), be, "web", instance.Spec{}.WithMonitoring(true))
	require.NoError(t, err)
	require.Equal(t, ami.Template{ID: one.ID, Name: "web", Version: 2}, two)
	three, err := web.Template(t.Context(), be, "web", instance.Spec{}.WithMonitoring(true), ami.AsDefault())
	require.NoError(t, err)
	require.Equal(t, ami.Template{ID: one.ID, Name: "web", Version: 2, Default: true}, three)
	require.Equal(t, "version 2 of "+one.ID+" (web)", three.String())

	t.Run("of a parameter", func(t *testing.T) {
		golden, _, err := ami.FromTemplate(t.Context(), be, "golden", "web", "1")
		require.NoError(t, err)
		im, err := golden.In(t.Context(), be)
		require.NoError(t, err)
		require.NoError(t, be.(backend.ParameterStore).PutImageParameter(t.Context(), "/golden/web", im.ID()))
		byName := ami.NewClass("web", ami.ByParameter("/golden/web")).WithArchitecture(im.Architecture()).WithDefaults(golden.Defaults())
		made, err := byName.Template(t.Context(), be, "golden", instance.Spec{})
		require.NoError(t, err)
		require.Equal(t, im.ID(), launchBy(t, cloud, made).ImageID())
		again, beyond, err := ami.FromTemplate(t.Context(), be, "again", "golden", backend.LatestVersion)
		require.NoError(t, err)
		require.Empty(t, beyond)
		require.Equal(t, byName.String(), ami.NewClass("web", again.Selector()).WithArchitecture(again.Architecture()).WithDefaults(again.Defaults()).String())
	})

	t.Run("by need", func(t *testing.T) {
		needs := instance.Needs{VCPUs: instance.Between(2, 4), Memory: instance.AtLeast(4 * instance.GiB), Deny: []string{"t3.*"}}
		class := ami.NewClass("web", ami.AmazonLinux2023()).WithDefaults(instance.Spec{}.WithHardware(needs))
		_, err := class.Template(t.Context(), be, "needs", instance.Spec{})
		require.NoError(t, err)
		again, beyond, err := ami.FromTemplate(t.Context(), be, "again", "needs", backend.LatestVersion)
		require.NoError(t, err)
		require.Empty(t, beyond)
		read, ok := again.Defaults().Needs()
		require.True(t, ok)
		require.Equal(t, needs, read)
		fleet, err := ec2.NewFromConfig(cloud.Config(region.USEast1)).CreateFleet(t.Context(), &ec2.CreateFleetInput{
			Type: ec2types.FleetTypeInstant, TargetCapacitySpecification: &ec2types.TargetCapacitySpecificationRequest{
				TotalTargetCapacity: aws.Int32(1), DefaultTargetCapacityType: ec2types.DefaultTargetCapacityTypeOnDemand},
			LaunchTemplateConfigs: []ec2types.FleetLaunchTemplateConfigRequest{{LaunchTemplateSpecification: &ec2types.FleetLaunchTemplateSpecificationRequest{
				LaunchTemplateName: aws.String("needs"), Version: aws.String(backend.LatestVersion)}}},
		})
		require.NoError(t, err)
		require.Empty(t, fleet.Errors)
		require.Len(t, fleet.Instances, 1)
	})

	t.Run("refused", func(t *testing.T) {
		for says, try := range map[string]func() error{
			`template: "?" is no name`: func() error { _, err := web.Template(t.Context(), be, "?", instance.Spec{}); return err },
			"spec.plan: is how to launch": func() error {
				_, err := web.Template(t.Context(), be, "web", instance.Spec{}.WithPlan(instance.SpotFirst()))
				return err
			},
			"spec.needs.tpm: is nothing that EC2's": func() error {
				_, err := web.Template(t.Context(), be, "web", instance.Spec{}.WithHardware(instance.Needs{TPM: true}))
				return err
			},
			"there is no such launch template in us-east-1": func() error { _, _, err := ami.FromTemplate(t.Context(), be, "x", "none", "1"); return err },
			"InvalidLaunchTemplateId.VersionNotFound":       func() error { _, _, err := ami.FromTemplate(t.Context(), be, "x", "web", "7"); return err },
			"version 1 says no image": func() error {
				_, err := be.(backend.LaunchTemplates).CreateLaunchTemplate(t.Context(), backend.CreateLaunchTemplateRequest{Name: "bare", Launch: backend.RunRequest{Type: "t3.micro"}})
				require.NoError(t, err)
				_, _, err = ami.FromTemplate(t.Context(), be, "x", "bare", "1")
				return err
			},
		} {
			require.ErrorContains(t, try(), says)
		}
	})
}
