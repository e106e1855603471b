// Package awsbackend is Amazon EC2 as a [backend.Backend], through aws-sdk-go-v2.
//
// Three lines are what most programs need:
//
//	cfg, err := config.LoadDefaultConfig(ctx) // credentials and region, as every AWS tool finds them
//	be := awsbackend.New(cfg)
//	golden, err := ami.Get(ctx, be, "ami-0123456789abcdef0")
//
// A backend works in the region of its configuration; [Backend.In] is the same account in another
// one. The clients below are ordinary ones, so whatever a configuration says about credentials,
// endpoints, retries, logging and tracing holds here too.
//
// # What it adds to the SDK, and what not
//
// It turns the plain data of package backend into requests and replies into plain data, walks pages,
// splits lists of IDs where EC2 takes only so many at once, and makes of every error a
// [backend.Error] whose kind errors.Is matches and below which errors.As still finds the SDK's own:
//
//	var api smithy.APIError
//	if errors.As(err, &api) { log.Println(api.ErrorCode(), api.ErrorFault()) }
//
// Defaults, client tokens, waiting and looking again stand above it, in packages instance and ami. Of
// the SDK's retries it takes back one: a launch that finds no capacity isn't tried again in place,
// since another type or zone is the better answer.
//
// # Clients of one's own
//
// [FromClients] takes any value with the methods of [EC2]: a client with its own middleware, or a
// recorder in a test. Each call says its region in the options that it passes, so one client serves
// all regions.
//
// # Request fields that the model lacks
//
// EC2 has more request fields than package instance has words. [WithRunInstances], [WithCreateImage]
// and [WithCopyImage] reach them: the function sees each request just before it is sent.
//
//	be := awsbackend.New(cfg, awsbackend.WithRunInstances(func(in *ec2.RunInstancesInput) {
//		in.LicenseSpecifications = licences
//	}))
package awsbackend
