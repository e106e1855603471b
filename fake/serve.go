package fake

import (
	"net/http/httptest"
	"os"
	"testing"

	"github.com/amiclass/amiclass/fake/internal/engine"
	"github.com/amiclass/amiclass/region"
)

// Serve starts a server of the cloud on a free port of the loopback interface and points the process's environment at
// it, for code that builds its own clients: those that read their configuration as AWS's SDKs do reach the cloud, in the
// default account and the region. It gives the server's URL. Both end with the test.
//
//	fake.Serve(t, cloud, region.USEast1)
//	cfg, err := config.LoadDefaultConfig(ctx)
//
// The environment belongs to the whole process, so that a test that calls Serve can't be parallel: such tests start a
// server of [Cloud.Handler] themselves and hand its URL on (config.WithBaseEndpoint).
func Serve(t testing.TB, c *Cloud, r region.Region) (url string) {
	t.Helper()
	server := httptest.NewServer(c.Handler())
	t.Cleanup(server.Close)
	for _, variable := range Environment(server.URL, r) {
		t.Setenv(variable[0], variable[1])
	}
	for _, other := range []string{"AWS_SESSION_TOKEN", "AWS_PROFILE"} { // of somebody's real account
		t.Setenv(other, "") // which sees to it that it comes back
		if err := os.Unsetenv(other); err != nil {
			t.Fatal(err)
		}
	}
	return server.URL
}

// Environment are the variables, each with its value, by which AWS's SDKs, its command line and terraform reach a server
// of a cloud at a URL, in the default account.
func Environment(url string, r region.Region) [][2]string {
	key, err := engine.AccessKey(DefaultAccount)
	if err != nil {
		panic("fake: " + err.Error()) // the default account is one
	}
	return [][2]string{
		{"AWS_ENDPOINT_URL", url},
		{"AWS_ACCESS_KEY_ID", key},
		{"AWS_SECRET_ACCESS_KEY", "fake"},
		{"AWS_REGION", string(r)},
		{"AWS_DEFAULT_REGION", string(r)},
		{"AWS_EC2_METADATA_DISABLED", "true"},
	}
}
