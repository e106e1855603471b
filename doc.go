// Package amiclass is the root of a library that models Amazon Machine Images as classes and Amazon
// EC2 instances as objects. It holds no code; the packages below it do:
//
//   - ami: which image is meant (a Selector), what is made of it (a Class), and one image in one
//     region (an Image). Begin here.
//   - instance: what a server is (a Spec: hardware and logical configuration) and one server (an
//     Instance: its state, its life cycle).
//   - backend: where it all happens, and the errors, progress and leftovers of every workflow.
//   - backend/awsbackend: Amazon EC2, through aws-sdk-go-v2.
//   - fake: AWS in memory, for tests; real SDK clients work on it without a socket.
//   - region: names of regions and zones.
//
// A class describes, Instantiate makes an object of it, and an object can become a new class:
//
//	web := ami.NewClass("web", ami.AmazonLinux2023()).WithDefaults(instance.Spec{}.WithType("t3.micro"))
//	server, err := web.Instantiate(ctx, be, instance.Spec{}.WithName("web-1"))
//	image, err := ami.FromInstance(ctx, server, "web-2026-11-24")
//	twin, err := image.Instantiate(ctx, instance.Spec{}.WithName("web-2"))
//
// The same code runs on Amazon EC2 (awsbackend.New(cfg)) and in a unit test
// (fake.NewT(t).Backend(region.USEast1)).
package amiclass
