package fake_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/region"
)

func dump(t testing.TB, c *fake.Cloud) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, c.Dump(&b))
	return b.String()
}

func TestDumpIsTheSameForTheSameSeedAndCalls(t *testing.T) {
	t.Parallel()
	world := func(seed uint64) *fake.Cloud {
		cloud := fake.NewT(t, fake.Seed(seed))
		require.NoError(t, tale(t.Context(), cloud.Backend(region.USEast1), 6))
		return cloud
	}
	one := world(1)
	text := dump(t, one)
	require.Empty(t, cmp.Diff(text, dump(t, world(1))))
	require.False(t, text == dump(t, world(2)))
	require.Empty(t, cmp.Diff(text, dump(t, one.Fork())))
	require.Len(t, one.Fork().Calls(), 0)

	require.True(t, strings.HasPrefix(text, "account 123456789012 in eu-west-1\n"), text)
	require.Contains(t, text, "account 123456789012 in us-east-1\n")
	for _, r := range one.Inventory() {
		require.Contains(t, text, "  "+r.Kind+" "+r.ID+"\n")
	}
	require.Contains(t, text, "    InstanceType: t3.micro\n")
	require.NotRegexp(t, `\d{4}-\d\d-\d\d[T ]\d\d:`, text, "no times")
}

func TestDumpShowsWhatChanged(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	ids := launch(t, cloud, 1)
	before := dump(t, cloud)
	_, err := client(cloud).StopInstances(t.Context(), &ec2.StopInstancesInput{InstanceIds: ids})
	require.NoError(t, err)
	after := dump(t, cloud)
	require.Contains(t, before, "      Name: running\n")
	require.Contains(t, after, "      Name: stopped\n")
	require.Contains(t, after, "    StateTransitionReason: User initiated (…)\n")
	require.Empty(t, dump(t, fake.New()))
}

func TestTheInventoryHasParametersAndKeys(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	be := cloud.Backend(region.USEast1)
	im, err := ami.NewClass("web", ami.AmazonLinux2023()).In(t.Context(), be)
	require.NoError(t, err)
	before := cloud.Inventory()
	require.NoError(t, be.(backend.ParameterStore).PutImageParameter(t.Context(), "/golden/web", im.ID()))
	key := cloud.AddKey(region.USEast1, "alias/golden")
	kinds := map[string]string{}
	for _, r := range cloud.Inventory() {
		kinds[r.Kind] = r.ID
	}
	require.Equal(t, key, kinds["key"])
	require.Regexp(t, `^arn:aws:ssm:us-east-1:\d{12}:parameter/golden/web$`, kinds["parameter"])
	var dump strings.Builder
	require.NoError(t, cloud.Dump(&dump))
	require.Contains(t, dump.String(), "  parameter "+kinds["parameter"]+"\n")
	require.NoError(t, be.(backend.ParameterStore).DeleteParameter(t.Context(), "/golden/web"))
	require.Len(t, cloud.Inventory(), len(before)+1)
}
