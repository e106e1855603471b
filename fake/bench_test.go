package fake_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/fake/internal/inprocess"
	"github.com/amiclass/amiclass/region"
)

// The figures of docs/performance.md are ratios of these, measured in one run:
//
//	go test -run '^$' -bench . -count 6 ./fake/

// empty answers every call with nothing: what a call costs at this door before the engine does anything.
type empty struct{}

func (empty) Serve(_ context.Context, i *inprocess.Invocation) inprocess.Reply {
	switch i.Input.(type) {
	case *ec2.RunInstancesInput:
		return inprocess.Reply{Output: &ec2.RunInstancesOutput{}}
	default:
		return inprocess.Reply{Output: &ec2.DescribeInstancesOutput{}}
	}
}

func floorClient() *ec2.Client {
	cfg := fake.New().Config(region.USEast1)
	cfg.APIOptions, cfg.ServiceOptions = nil, nil
	inprocess.Attach(&cfg, empty{})
	return ec2.NewFromConfig(cfg)
}

// First what shall not share the process with a hundred thousand instances.
func BenchmarkNewCloud(b *testing.B) {
	b.Run("first in the process", func(b *testing.B) {
		var took time.Duration
		for b.Loop() {
			took += firstInProcess(b)
		}
		b.ReportMetric(float64(took.Microseconds())/float64(b.N)/1000, "ms/first")
	})
	b.Run("next", func(b *testing.B) {
		firstCall(b)
		b.ReportAllocs()
		for b.Loop() {
			firstCall(b)
		}
	})
}

func BenchmarkRunInstances(b *testing.B) {
	run := func(b *testing.B, c *ec2.Client, image string, n int32) {
		in := &ec2.RunInstancesInput{ImageId: &image, InstanceType: ec2types.InstanceTypeT3Micro, MinCount: &n, MaxCount: &n}
		b.ReportAllocs()
		for b.Loop() {
			in.ClientToken = nil
			if _, err := c.RunInstances(context.Background(), in); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.Run("floor", func(b *testing.B) { run(b, floorClient(), "ami-0123456789abcdef0", 1) })
	b.Run("one", func(b *testing.B) {
		prepared := fake.New()
		image := imageID(b, prepared, region.USEast1)
		in := &ec2.RunInstancesInput{ImageId: &image, InstanceType: ec2types.InstanceTypeT3Micro, MinCount: aws.Int32(1), MaxCount: aws.Int32(1)}
		c, n := client(prepared.Fork()), 0
		b.ReportAllocs()
		for b.Loop() {
			if n++; n%4000 == 0 { // before the default subnet is full
				b.StopTimer()
				c = client(prepared.Fork())
				b.StartTimer()
			}
			in.ClientToken = nil // the SDK writes one into it, and the next call would be the same one
			if _, err := c.RunInstances(context.Background(), in); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("thousand", func(b *testing.B) {
		prepared := fake.New()
		image := imageID(b, prepared, region.USEast1)
		in := &ec2.RunInstancesInput{ImageId: &image, InstanceType: ec2types.InstanceTypeT3Micro, MinCount: aws.Int32(1000), MaxCount: aws.Int32(1000)}
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			c := client(prepared.Fork())
			b.StartTimer()
			if _, err := c.RunInstances(context.Background(), in); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "µs/instance")
	})
}

// crowded are clouds with many instances, of which ten have the tag role=rare.
var crowded sync.Map

func crowd(b *testing.B, n int) *fake.Cloud {
	b.Helper()
	made, _ := crowded.LoadOrStore(n, sync.OnceValue(func() *fake.Cloud { return populate(b, n) }))
	return made.(func() *fake.Cloud)().Fork()
}

func populate(b *testing.B, n int) *fake.Cloud {
	cloud := fake.New(fake.Seed(1))
	c, ctx := client(cloud), context.Background()
	image := imageID(b, cloud, region.USEast1)
	launch := func(subnet *string, count int, role string) {
		_, err := c.RunInstances(ctx, &ec2.RunInstancesInput{
			ImageId: &image, InstanceType: ec2types.InstanceTypeT3Micro, SubnetId: subnet,
			MinCount: aws.Int32(int32(count)), MaxCount: aws.Int32(int32(count)),
			TagSpecifications: []ec2types.TagSpecification{{ResourceType: ec2types.ResourceTypeInstance,
				Tags: []ec2types.Tag{{Key: aws.String("role"), Value: &role}}}},
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	var subnet *string
	for made := 0; made < n-10; {
		if made%60_000 == 0 { // a subnet of 65,536 addresses at most
			v, err := c.CreateVpc(ctx, &ec2.CreateVpcInput{CidrBlock: aws.String("10.0.0.0/16")})
			if err != nil {
				b.Fatal(err)
			}
			s, err := c.CreateSubnet(ctx, &ec2.CreateSubnetInput{VpcId: v.Vpc.VpcId, CidrBlock: aws.String("10.0.0.0/16"), AvailabilityZone: aws.String("us-east-1a")})
			if err != nil {
				b.Fatal(err)
			}
			subnet = s.Subnet.SubnetId
		}
		count := min(1000, n-10-made)
		launch(subnet, count, "common")
		made += count
	}
	launch(subnet, 10, "rare")
	if _, err := c.DescribeVpcs(ctx, nil); err != nil { // lets the pending ones run
		b.Fatal(err)
	}
	return cloud
}

func BenchmarkDescribeOne(b *testing.B) {
	describeOne := func(b *testing.B, c *ec2.Client, id string) {
		in := &ec2.DescribeInstancesInput{InstanceIds: []string{id}}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.DescribeInstances(context.Background(), in); err != nil {
				b.Fatal(err)
			}
		}
	}
	for _, n := range []int{1000, 100_000} {
		b.Run(fmt.Sprintf("among=%d", n), func(b *testing.B) {
			cloud := crowd(b, n)
			id := launch(b, cloud, 1)[0]
			// The floor with as much in memory: the garbage collector's part is the same for both.
			b.Run("floor", func(b *testing.B) { describeOne(b, floorClient(), id) })
			b.Run("engine", func(b *testing.B) { describeOne(b, client(cloud), id) })
		})
	}
}

func BenchmarkTagFilter(b *testing.B) {
	for _, n := range []int{1000, 100_000} {
		b.Run(fmt.Sprintf("among=%d", n), func(b *testing.B) {
			c := client(crowd(b, n))
			in := &ec2.DescribeInstancesInput{Filters: []ec2types.Filter{{Name: aws.String("tag:role"), Values: []string{"rare"}}}}
			b.ReportAllocs()
			for b.Loop() {
				out, err := c.DescribeInstances(context.Background(), in)
				if err != nil || len(out.Reservations) != 1 || len(out.Reservations[0].Instances) != 10 {
					b.Fatal(len(out.Reservations), err)
				}
			}
		})
	}
}

// firstCall makes a cloud and asks it something.
func firstCall(tb testing.TB) {
	if _, err := client(fake.New()).DescribeVpcs(context.Background(), nil); err != nil {
		tb.Fatal(err)
	}
}

const firstInProcessEnv = "AMICLASS_FIRST_IN_PROCESS"

// firstInProcess runs this test binary again and gives how long its first cloud took there.
func firstInProcess(b *testing.B) time.Duration {
	cmd := exec.Command(os.Args[0], "-test.run", "^TestFirstInProcess$", "-test.v")
	cmd.Env = append(os.Environ(), firstInProcessEnv+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatal(err, string(out))
	}
	var took time.Duration
	for line := range strings.Lines(string(out)) {
		var ns int64
		if n, _ := fmt.Sscanf(line, "first: %d", &ns); n == 1 {
			took = time.Duration(ns)
		}
	}
	return took
}

func TestFirstInProcess(t *testing.T) {
	if os.Getenv(firstInProcessEnv) == "" {
		t.Skip("only the benchmark of a process's first cloud runs this, in a process of its own")
	}
	start := time.Now()
	firstCall(t)
	fmt.Printf("first: %d\n", time.Since(start).Nanoseconds())
}

func BenchmarkFork(b *testing.B) {
	cloud := crowd(b, 100_000)
	b.ReportAllocs()
	for b.Loop() {
		cloud.Fork()
	}
}
