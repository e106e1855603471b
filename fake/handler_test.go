package fake_test

import (
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend/awsbackend"
	"github.com/amiclass/amiclass/backend/backendtest"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/internal/tooltest"
	"github.com/amiclass/amiclass/region"
)

// overHTTP is the config of a client that asks a server of the cloud's handler.
func overHTTP(t testing.TB, c *fake.Cloud, r region.Region) aws.Config {
	t.Helper()
	url, httpClient := tooltest.OverHTTP(t, c.Handler())
	inProcess := c.Config(r)
	return aws.Config{HTTPClient: httpClient, Region: inProcess.Region, Credentials: inProcess.Credentials, Retryer: inProcess.Retryer, BaseEndpoint: &url}
}

func TestHandlerShowsTheSameCloudAsTheDoorInProcess(t *testing.T) {
	t.Parallel()
	cloud := fake.New()
	be := awsbackend.New(overHTTP(t, cloud, region.EUCentral1))
	server, err := ami.NewClass("web", ami.AmazonLinux2023()).Instantiate(t.Context(), be, instance.Spec{}.WithType("m7i.large").WithName("web-1").WithTag("a<b", "&"))
	require.NoError(t, err)

	in := &ec2.DescribeInstancesInput{InstanceIds: []string{server.ID()}}
	byHTTP, err := ec2.NewFromConfig(overHTTP(t, cloud, region.EUCentral1)).DescribeInstances(t.Context(), in)
	require.NoError(t, err)
	inProcess, err := ec2.NewFromConfig(cloud.Config(region.EUCentral1)).DescribeInstances(t.Context(), in)
	require.NoError(t, err)
	if diff := cmp.Diff(inProcess.Reservations, byHTTP.Reservations, cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
		t.Errorf("the instance looks different over HTTP (-in process +by HTTP):\n%s", diff)
	}
}

func TestConformanceOverHTTP(t *testing.T) {
	t.Parallel()
	backendtest.Run(t, func(t *testing.T) backendtest.World {
		return backendtest.World{
			Backend: awsbackend.New(overHTTP(t, fake.NewT(t), region.USEast1)),
			Sister:  region.EUWest1, OtherAccount: "111122223333",
		}
	})
}
