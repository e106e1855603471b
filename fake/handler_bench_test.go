package fake_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/region"
)

// through is a transport that asks a handler without a socket.
type through struct{ http.Handler }

func (t through) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	t.ServeHTTP(recorder, r)
	response := recorder.Result()
	response.Request = r
	return response, nil
}

// canned is a handler that answers with what another answered once.
func canned(h http.Handler, r *http.Request) http.Handler {
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, r)
	body := recorder.Body.Bytes()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/xml;charset=UTF-8")
		_, _ = io.Copy(w, bytes.NewReader(body))
	})
}

// clientOf asks through a transport.
func clientOf(c *fake.Cloud, transport http.RoundTripper, url string) *ec2.Client {
	inProcess := c.Config(region.USEast1)
	return ec2.NewFromConfig(aws.Config{
		Region: inProcess.Region, Credentials: inProcess.Credentials, Retryer: inProcess.Retryer,
		HTTPClient: &http.Client{Transport: transport}, BaseEndpoint: &url,
	})
}

// BenchmarkHandler is a call of the SDK's client through the handler without a socket, beside the same call answered
// with canned bytes: what the SDK itself costs.
func BenchmarkHandler(b *testing.B) {
	const url = "http://127.0.0.1:1"
	cloud := fake.New()
	image := imageID(b, cloud, region.USEast1)
	launch := &ec2.RunInstancesInput{ImageId: &image, InstanceType: ec2types.InstanceTypeT3Micro, MinCount: aws.Int32(1), MaxCount: aws.Int32(1)}
	launched, err := client(cloud).RunInstances(context.Background(), launch)
	if err != nil {
		b.Fatal(err)
	}
	find := &ec2.DescribeInstancesInput{InstanceIds: []string{*launched.Instances[0].InstanceId}}
	for _, operation := range []struct {
		name string
		call func(*ec2.Client) error
	}{
		{"DescribeInstances of one", func(c *ec2.Client) error { _, err := c.DescribeInstances(context.Background(), find); return err }},
		{"RunInstances of one", func(c *ec2.Client) error {
			launch.ClientToken = nil
			_, err := c.RunInstances(context.Background(), launch)
			return err
		}},
	} {
		var asked *http.Request
		_ = operation.call(clientOf(cloud, roundTrip(func(r *http.Request) (*http.Response, error) {
			asked = r.Clone(context.Background())
			body, err := io.ReadAll(r.Body)
			asked.Body = io.NopCloser(bytes.NewReader(body))
			return nil, err
		}), url))
		if asked == nil {
			b.Fatal("nothing was asked")
		}
		floor := canned(cloud.Handler(), asked)
		for _, side := range []struct {
			name    string
			handler func() http.Handler
		}{
			{"floor", func() http.Handler { return floor }},
			{"handler", func() http.Handler { return cloud.Fork().Handler() }},
		} {
			b.Run(operation.name+"/"+side.name, func(b *testing.B) {
				c, n := clientOf(cloud, through{side.handler()}, url), 0
				b.ReportAllocs()
				for b.Loop() {
					if n++; n%4000 == 0 { // before the default subnet is full
						b.StopTimer()
						c = clientOf(cloud, through{side.handler()}, url)
						b.StartTimer()
					}
					if err := operation.call(c); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
