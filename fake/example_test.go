package fake_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/backend/awsbackend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

// A real client of the SDK on a cloud in memory.
func ExampleCloud_Config() {
	cloud := fake.New()
	client := ec2.NewFromConfig(cloud.Config(region.USEast1))

	out, err := client.DescribeImages(context.Background(), &ec2.DescribeImagesInput{
		Owners:  []string{"amazon"},
		Filters: []ec2types.Filter{{Name: aws.String("name"), Values: []string{"al2023-ami-2023.*-kernel-6.18-arm64"}}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*out.Images[0].ImageId, *out.Images[0].RootDeviceName)
	// Output: ami-08976229d8b10b097 /dev/xvda
}

// Code that is written against package backend gets the adapter that production runs.
func ExampleCloud_Backend() {
	ctx := context.Background()
	be := fake.New(fake.Seed(1)).Backend(region.USEast1)

	web := ami.NewClass("web", ami.AmazonLinux2023()).WithDefaults(instance.Spec{}.WithType("t3.micro"))
	server, err := web.Instantiate(ctx, be, instance.Spec{}.WithName("web-1"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(server.Name(), server.State())
	if err := server.WaitRunning(ctx); err != nil {
		log.Fatal(err)
	}
	fmt.Println(server.Name(), server.State(), server.PrivateIP())
	// Output:
	// web-1 pending
	// web-1 running 172.31.0.4
}

// What Spec lacks can still be said in EC2's own words, on the cloud in memory as on the real one.
func ExampleCloud_Config_escapeHatch() {
	ctx := context.Background()
	be := awsbackend.New(fake.New().Config(region.USEast1), awsbackend.WithRunInstances(func(in *ec2.RunInstancesInput) {
		in.CpuOptions = &ec2types.CpuOptionsRequest{CoreCount: aws.Int32(1), ThreadsPerCore: aws.Int32(1)}
	}))
	web := ami.NewClass("web", ami.AmazonLinux2023())
	server, err := web.Instantiate(ctx, be, instance.Spec{}.WithType("m5.large"))
	fmt.Println(server.Type(), err)
	// Output: m5.large <nil>
}

// A prepared world is copied at once for each test that changes it.
func ExampleCloud_Fork() {
	ctx := context.Background()
	prepared := fake.New()
	web := ami.NewClass("web", ami.AmazonLinux2023()).WithDefaults(instance.Spec{}.WithType("t3.micro"))
	if _, err := web.Instantiate(ctx, prepared.Backend(region.USEast1), instance.Spec{}); err != nil {
		log.Fatal(err)
	}
	for range 2 {
		cloud := prepared.Fork()
		if _, err := web.Instantiate(ctx, cloud.Backend(region.USEast1), instance.Spec{}); err != nil {
			log.Fatal(err)
		}
		n := 0
		for range instance.List(ctx, cloud.Backend(region.USEast1)) {
			n++
		}
		fmt.Println(n, "instances")
	}
	// Output:
	// 2 instances
	// 2 instances
}

// Faults are data.
func ExampleCloud_Inject() {
	ctx := context.Background()
	cloud := fake.New()
	cloud.Inject(
		fake.On("RunInstances").Times(1).LoseReply(),
		fake.On("CreateImage").Fail("UnauthorizedOperation"),
	)
	web := ami.NewClass("web", ami.AmazonLinux2023()).WithDefaults(instance.Spec{}.WithType("t3.micro"))
	server, err := web.Instantiate(ctx, cloud.Backend(region.USEast1), instance.Spec{})
	fmt.Println("a lost reply is no problem:", err)
	_, err = ami.FromInstance(ctx, server, "web-image")
	fmt.Println("denied:", errors.Is(err, backend.ErrDenied))
	for _, call := range cloud.Calls("RunInstances", "CreateImage") {
		fmt.Println(call)
	}
	// Output:
	// a lost reply is no problem: <nil>
	// denied: true
	// EC2 RunInstances in us-east-1: reply lost
	// EC2 RunInstances in us-east-1 (attempt 2)
	// EC2 CreateImage in us-east-1: UnauthorizedOperation
}

// A type can be sold out in a zone, for everybody who asks there.
func ExampleCloud_LimitCapacity() {
	ctx := context.Background()
	cloud := fake.New()
	cloud.LimitCapacity(fake.Capacity{InstanceType: "t3.micro", Zone: "us-east-1a"})
	web := ami.NewClass("web", ami.AmazonLinux2023()).WithDefaults(instance.Spec{}.WithType("t3.micro"))

	_, err := web.Instantiate(ctx, cloud.Backend(region.USEast1), instance.Spec{}.WithZone("us-east-1a"))
	fmt.Println("in the zone:", errors.Is(err, backend.ErrCapacity))
	server, err := web.Instantiate(ctx, cloud.Backend(region.USEast1), instance.Spec{})
	fmt.Println("anywhere:", server.Zone(), err)
	// Output:
	// in the zone: true
	// anywhere: us-east-1b <nil>
}

// Transitions take as long as a test wants to see them.
func ExampleWithDelays() {
	ctx := context.Background()
	cloud := fake.New(fake.WithDelays(fake.Delays{Launch: time.Hour}))
	web := ami.NewClass("web", ami.AmazonLinux2023()).WithDefaults(instance.Spec{}.WithType("t3.micro"))
	server, err := web.Instantiate(ctx, cloud.Backend(region.USEast1), instance.Spec{})
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Millisecond)
	defer cancel()
	err = server.WaitRunning(ctx)
	fmt.Println(errors.Is(err, context.DeadlineExceeded), len(backend.Leftovers(err)))
	// Output: true 1
}
