package fake_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

// tagged tags the default subnets of the zones and gives their IDs by zone.
func tagged(t *testing.T, be backend.Backend, zones ...string) map[region.Zone]string {
	t.Helper()
	ids := map[region.Zone]string{}
	for s, err := range be.Subnets(t.Context(), backend.Query{Filters: []backend.Filter{backend.By("availability-zone", zones...)}}) {
		require.NoError(t, err)
		ids[s.Zone] = s.ID
		require.NoError(t, be.CreateTags(t.Context(), []string{s.ID}, map[string]string{"tier": "private"}))
	}
	require.Len(t, ids, len(zones))
	return ids
}

func TestALaunchChoosesAmongSubnets(t *testing.T) {
	t.Parallel()
	be := fake.NewT(t).Backend(region.USEast1)
	ids := tagged(t, be, "us-east-1c", "us-east-1b")
	private := instance.SubnetsTagged("tier", "private")
	for name, tc := range map[string]struct {
		spec instance.Spec
		want region.Zone
		says string // of the error
	}{
		"the first by zone":      {instance.Spec{}.WithSubnets(private), "us-east-1b", ""},
		"that of the zone":       {instance.Spec{}.WithSubnets(private).WithZone("us-east-1c"), "us-east-1c", ""},
		"the first by ID's zone": {instance.Spec{}.WithSubnets(instance.SubnetIDs(ids["us-east-1c"], ids["us-east-1b"])), "us-east-1b", ""},
		"with needs":             {instance.Spec{}.WithSubnets(private).WithHardware(instance.Needs{VCPUs: instance.AtLeast(2), Architecture: instance.X8664}), "us-east-1b", ""},
		"none in the zone":       {instance.Spec{}.WithSubnets(private).WithZone("us-east-1a"), "", "spec.subnet: is tagged tier=private, and there are none; name other subnets"},
		"none has both tags":     {instance.Spec{}.WithSubnets(private.Tagged("stage", "live")), "", "is tagged stage=live, tagged tier=private, and there are none"},
		"an unknown one":         {instance.Spec{}.WithSubnets(instance.SubnetIDs(ids["us-east-1b"], "subnet-0123456789abcdef0")), "", "InvalidSubnetID.NotFound"},
	} {
		t.Run(name, func(t *testing.T) {
			i, err := web.Instantiate(t.Context(), be, tc.spec)
			if tc.says != "" {
				require.ErrorIs(t, err, backend.ErrNotFound)
				require.ErrorContains(t, err, tc.says)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, i.Data().Zone)
			require.Equal(t, ids[tc.want], i.Data().SubnetID)
		})
	}
}

func TestALaunchFindsGroupsByName(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	be := cloud.Backend(region.USEast1)
	id, err := be.(backend.Firewalls).CreateSecurityGroup(t.Context(), backend.CreateSecurityGroupRequest{Name: "web", Description: "web"})
	require.NoError(t, err)
	i, err := web.Instantiate(t.Context(), be, instance.Spec{}.WithGroups("web", id, "default").
		WithInterface(1, instance.Interface{}.WithGroups("web").WithSecondaryIPs(1)))
	require.NoError(t, err)
	data := i.Data()
	require.Len(t, data.Interfaces, 2)
	require.Len(t, data.Interfaces[0].Groups, 2, "each group once")
	require.Equal(t, []backend.GroupRef{{ID: id, Name: "web"}}, data.Interfaces[1].Groups)
	require.Len(t, data.Interfaces[1].SecondaryIPs, 1)
	require.Equal(t, data.SubnetID, data.Interfaces[1].SubnetID)

	_, err = web.Instantiate(t.Context(), be, instance.Spec{}.WithGroups("nobody", "web"))
	require.ErrorIs(t, err, backend.ErrNotFound)
	require.ErrorContains(t, err, `has no group of the name "nobody"; make it, or name another`)
}

func TestAFirewallIsOfTheSubnetsVPC(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	be := cloud.Backend(region.USEast1)
	client := ec2.NewFromConfig(cloud.Config(region.USEast1))
	vpc, err := client.CreateVpc(t.Context(), &ec2.CreateVpcInput{CidrBlock: aws.String("10.0.0.0/16")})
	require.NoError(t, err)
	subnet, err := client.CreateSubnet(t.Context(), &ec2.CreateSubnetInput{VpcId: vpc.Vpc.VpcId, CidrBlock: aws.String("10.0.1.0/24")})
	require.NoError(t, err)
	there, err := web.Instantiate(t.Context(), be, walled.WithSubnet(*subnet.Subnet.SubnetId))
	require.NoError(t, err)
	here, err := web.Instantiate(t.Context(), be, walled)
	require.NoError(t, err)
	require.Equal(t, *vpc.Vpc.VpcId, there.Data().VPCID)
	require.NotEqual(t, groupOf(t, here), groupOf(t, there), "each VPC has its own")
	require.Equal(t, here.Data().Groups[0].Name, there.Data().Groups[0].Name)
}

func TestAnInstanceOfEverythingIsReadBack(t *testing.T) {
	t.Parallel()
	be := fake.NewT(t).Backend(region.USEast1)
	spec := walled.
		WithType("m5.xlarge").
		WithCPU(instance.CPU{Cores: 2, ThreadsPerCore: 1}).
		WithSpot(instance.Spot{MaxPrice: "0.2"}).
		WithEnclave(true).
		WithSecondaryIPs(2).
		WithUserData(instance.Parts(instance.Script("#!/bin/sh\necho one"), instance.CloudConfig("packages: [httpd]\n"))).
		WithInterface(1, instance.Interface{}.WithDescription("data").KeepOnTermination())
	one, err := web.Instantiate(t.Context(), be, spec)
	require.NoError(t, err)
	require.NoError(t, one.WaitRunning(t.Context()))
	read, err := one.Spec(t.Context())
	require.NoError(t, err)
	require.Equal(t, spec.CPU(), read.CPU())
	require.Equal(t, 2, read.SecondaryIPs())
	require.Len(t, read.UserData().Parts(), 2)
	_, spot := read.Spot()
	require.True(t, spot)
	require.Contains(t, read.Interfaces()[1].String(), `described as "data", kept on termination`)

	two, err := web.Instantiate(t.Context(), be, read)
	require.NoError(t, err)
	require.NoError(t, two.WaitRunning(t.Context()))
	diff, err := one.Diff(t.Context(), two)
	require.NoError(t, err)
	require.True(t, diff.Empty(), diff)

	burstable, err := web.Instantiate(t.Context(), be, instance.Spec{}.WithCredits(instance.CreditsStandard))
	require.NoError(t, err)
	read, err = burstable.Spec(t.Context())
	require.NoError(t, err)
	require.Equal(t, instance.CreditsStandard, read.Credits())

	asleep, err := web.Instantiate(t.Context(), be, instance.Spec{}.WithType("m5.large").WithHibernation(true).WithRootVolume(instance.GP3(20*instance.GiB)))
	require.NoError(t, err)
	read, err = asleep.Spec(t.Context())
	require.NoError(t, err)
	on, _ := read.Hibernation()
	require.True(t, on)
}
