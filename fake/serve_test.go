package fake_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/region"
)

func TestServePointsTheEnvironmentAtTheCloud(t *testing.T) {
	cloud := fake.New()
	fake.Serve(t, cloud, region.EUWest3)
	cfg, err := config.LoadDefaultConfig(t.Context())
	require.NoError(t, err)
	zones, err := ec2.NewFromConfig(cfg).DescribeAvailabilityZones(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, "eu-west-3a", *zones.AvailabilityZones[0].ZoneName)
	me, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, fake.DefaultAccount, *me.Account)
}

func TestALogThatIsBoundedKeepsTheLast(t *testing.T) {
	t.Parallel()
	cloud := fake.New(fake.KeepCalls(100))
	c := ec2.NewFromConfig(cloud.Config(region.USEast1))
	for range 1000 {
		_, err := c.DescribeRegions(t.Context(), nil)
		require.NoError(t, err)
	}
	calls := cloud.Calls()
	require.GreaterOrEqual(t, len(calls), 100)
	require.Less(t, len(calls), 300)
	require.Equal(t, 999, calls[len(calls)-1].Invocation)
}

func TestFaultsThatAreLeftAreListed(t *testing.T) {
	t.Parallel()
	cloud := fake.New()
	cloud.Inject(fake.On("DescribeRegions").Times(1).Fail("InvalidParameterValue"), fake.On("RunInstances").Fail("Unsupported"))
	_, err := ec2.NewFromConfig(cloud.Config(region.USEast1)).DescribeRegions(t.Context(), nil)
	require.Error(t, err)
	require.Equal(t, "[RunInstances fails with Unsupported]", fmt.Sprint(cloud.Faults()))
	require.Error(t, fake.On("Dance").Fail("Unsupported").Err())
}

func TestDelaysCanChange(t *testing.T) {
	t.Parallel()
	now := time.Now()
	cloud := fake.New(fake.Clock(func() time.Time { return now }))
	cloud.SetDelays(fake.Delays{Launch: time.Minute})
	id := launchOne(t, cloud)
	require.Equal(t, "pending", stateOf(t, cloud, id))
	now = now.Add(time.Minute)
	require.Equal(t, "running", stateOf(t, cloud, id))
}

func launchOne(t *testing.T, cloud *fake.Cloud) string {
	t.Helper()
	server, err := web.Instantiate(t.Context(), cloud.Backend(region.USEast1), plain)
	require.NoError(t, err)
	return server.ID()
}

func stateOf(t *testing.T, cloud *fake.Cloud, id string) string {
	t.Helper()
	out, err := ec2.NewFromConfig(cloud.Config(region.USEast1)).DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	require.NoError(t, err)
	return string(out.Reservations[0].Instances[0].State.Name)
}
