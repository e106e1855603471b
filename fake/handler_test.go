package fake_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
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
	"github.com/amiclass/amiclass/region"
)

// overHTTP is the config of a client that asks a server of the cloud's handler.
func overHTTP(t testing.TB, c *fake.Cloud, r region.Region) aws.Config {
	t.Helper()
	server := httptest.NewServer(c.Handler())
	t.Cleanup(server.Close)
	inProcess := c.Config(r)
	return aws.Config{HTTPClient: &http.Client{Transport: inOnePiece{}}, Region: inProcess.Region, Credentials: inProcess.Credentials, Retryer: inProcess.Retryer, BaseEndpoint: &server.URL}
}

// inOnePiece sends bodies that net/http knows to be in memory. The SDK's own are closed as soon as a reply's header is
// there, and then say io.EOF to a writer that looks whether there is more of them: with a server as near as this one, now
// and then net/http takes that for a fault of the connection and breaks it while a long reply is being read.
type inOnePiece struct{}

func (inOnePiece) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return http.DefaultTransport.RoundTrip(r)
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
