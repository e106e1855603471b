// Package kumo_test measures the cloud in memory over real sockets, side by side with other emulators of EC2 and with a
// handler that does nothing, behind the same client.
package kumo_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/sivchari/kumo"

	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/internal/tooltest"
)

// server is something that speaks EC2's protocol.
type server struct {
	name  string
	start func(b *testing.B) (url string)
}

func servers() []server {
	return []server{
		{"empty", func(b *testing.B) string {
			return serve(b, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
		}},
		{"canned", func(b *testing.B) string { return serve(b, &canned{of: fake.New().Handler()}) }},
		{"fake", func(b *testing.B) string { return serve(b, fake.New().Handler()) }},
		{"kumo", func(b *testing.B) string {
			s := kumo.NewServer()
			b.Cleanup(s.Close)
			return s.URL
		}},
		{"moto", func(b *testing.B) string { return tooltest.Moto(b) }},
	}
}

// canned answers what another handler has answered to the first request of the kind: what a client costs that reads
// whole replies, and a server that does nothing.
type canned struct {
	of      http.Handler
	replies sync.Map // by action and whether something is filtered
}

func (c *canned) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	key := form.Get("Action") + form.Get("Filter.1.Name") + form.Get("MaxCount")
	reply, ok := c.replies.Load(key)
	if !ok {
		recorder := httptest.NewRecorder()
		r.Body = io.NopCloser(bytes.NewReader(body))
		c.of.ServeHTTP(recorder, r)
		reply, _ = c.replies.LoadOrStore(key, recorder)
	}
	recorder := reply.(*httptest.ResponseRecorder)
	maps.Copy(w.Header(), recorder.Header())
	w.WriteHeader(recorder.Code)
	_, _ = w.Write(recorder.Body.Bytes()) // a client that is gone has no use for the error
}

func serve(b *testing.B, h http.Handler) string {
	s := httptest.NewServer(h)
	b.Cleanup(s.Close)
	return s.URL
}

// population is how many servers there are, and marked how many of them have the tag that is looked for.
const population, marked = 1000, 10

// place is a server with its population.
type place struct {
	*ec2.Client
	launch *ec2.RunInstancesInput
	one    string // ID of an instance
	images int    // made so far
}

func inhabit(b *testing.B, s server) *place {
	b.Helper()
	ctx := b.Context()
	address := s.start(b)
	p := &place{
		Client: ec2.NewFromConfig(aws.Config{
			Region: "us-east-1", BaseEndpoint: &address, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
			HTTPClient: &http.Client{Transport: tooltest.InOnePiece{}},
			Retryer:    func() aws.Retryer { return retry.AddWithMaxAttempts(retry.NewStandard(), 1) },
		}),
		launch: &ec2.RunInstancesInput{InstanceType: ec2types.InstanceTypeT3Micro, MinCount: aws.Int32(1), MaxCount: aws.Int32(1), ImageId: aws.String("ami-0123456789abcdef0")},
		one:    "i-0123456789abcdef0",
	}
	if s.name == "empty" {
		return p
	}
	found, err := p.DescribeImages(ctx, &ec2.DescribeImagesInput{Owners: []string{"amazon"}, Filters: []ec2types.Filter{{Name: aws.String("architecture"), Values: []string{"x86_64"}}, {Name: aws.String("root-device-type"), Values: []string{"ebs"}}, {Name: aws.String("name"), Values: []string{"a*"}}}})
	if err == nil && len(found.Images) > 0 {
		p.launch.ImageId = found.Images[0].ImageId
	}
	many := *p.launch
	for _, group := range []struct {
		n   int32
		tag string
	}{{population - marked, "other"}, {marked, "marked"}} {
		many.MinCount, many.MaxCount, many.ClientToken = &group.n, &group.n, nil
		many.TagSpecifications = []ec2types.TagSpecification{{ResourceType: ec2types.ResourceTypeInstance, Tags: []ec2types.Tag{{Key: aws.String("group"), Value: &group.tag}}}}
		launched, err := p.RunInstances(ctx, &many)
		if err != nil {
			b.Fatalf("%s: launch %d instances: %v", s.name, group.n, err)
		}
		p.one = *launched.Instances[0].InstanceId
	}
	return p
}

// operations are what is asked; each holds the answer to what was wanted, as far as the server isn't empty.
var operations = []struct {
	name string
	call func(ctx context.Context, p *place) (got int, err error)
	want int
}{
	{"DescribeInstances of one", func(ctx context.Context, p *place) (int, error) {
		out, err := p.DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{p.one}})
		return instances(out), err
	}, 1},
	{"DescribeInstances by a tag", func(ctx context.Context, p *place) (int, error) {
		out, err := p.DescribeInstances(ctx, &ec2.DescribeInstancesInput{Filters: []ec2types.Filter{{Name: aws.String("tag:group"), Values: []string{"marked"}}}})
		return instances(out), err
	}, marked},
	{"RunInstances of one", func(ctx context.Context, p *place) (int, error) {
		p.launch.ClientToken = nil // which the client writes into the request that it is given
		out, err := p.RunInstances(ctx, p.launch)
		if err != nil {
			return 0, err
		}
		return len(out.Instances), nil
	}, 1},
	{"CreateImage", func(ctx context.Context, p *place) (int, error) {
		p.images++
		_, err := p.CreateImage(ctx, &ec2.CreateImageInput{InstanceId: &p.one, Name: aws.String(fmt.Sprintf("golden-%d", p.images)), NoReboot: aws.Bool(true)})
		return 1, err
	}, 1},
}

func instances(out *ec2.DescribeInstancesOutput) (n int) {
	if out == nil {
		return 0
	}
	for _, r := range out.Reservations {
		n += len(r.Instances)
	}
	return n
}

func BenchmarkSockets(b *testing.B) {
	for _, s := range servers() {
		b.Run(s.name, func(b *testing.B) {
			p := inhabit(b, s)
			for _, op := range operations {
				b.Run(op.name, func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						got, err := op.call(b.Context(), p)
						if err != nil {
							b.Skipf("%s: %v", s.name, err)
						}
						if got != op.want && s.name != "empty" {
							b.Skipf("%s answers %d of them, not %d", s.name, got, op.want)
						}
					}
				})
			}
		})
	}
}
