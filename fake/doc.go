// Package fake is AWS in memory: accounts and regions with Amazon EC2's images, instances and all that
// they need, KMS' keys, the public parameters of Systems Manager, and STS. The SDK's own clients, with their
// paginators, waiters, validation and retries, can't tell it from the real thing:
//
//	cloud := fake.New()
//	client := ec2.NewFromConfig(cloud.Config(region.USEast1)) // a real *ec2.Client, no socket
//
// Code that is written against package backend gets the very adapter that production runs:
//
//	be := cloud.Backend(region.USEast1)
//
// # What every region has
//
// A default VPC with a public subnet in each zone, and public images: the Quick Start families with their
// Systems Manager parameters (those of Amazon Linux with their real IDs), Marketplace products that an
// account subscribes to ([Account.Subscribe]), images of the community, and impostors among them. Every
// account may work in every region. What IAM, Organizations and KMS would say is declared:
// [Cloud.AddInstanceProfile], [Account.JoinOrganization], [Cloud.AddKey].
//
// # Trust
//
// A field of a request that the cloud doesn't model is refused by name, never ignored ([Lenient] notes
// it instead). Codes, messages and HTTP statuses of errors, states, filters, pages, dry runs and client
// tokens are those of Amazon EC2. The same seed and the same calls give the same IDs and addresses.
//
// # Time
//
// Transitions are due at a time and happen when somebody looks. By default they take no time: the
// reply of RunInstances shows a pending instance, the next call sees it running. [Delays] makes them
// take time by the clock. In a testing/synctest bubble that clock is virtual; a cloud for one is made
// with [InBubble], so that its calls take a nanosecond and an SDK waiter that never sees its state runs
// into its own limit instead of spinning.
//
// # Worlds as values
//
// [Cloud.Fork] copies a prepared world at once, so that every row of a table-driven test has its own.
// [Cloud.Inject] makes calls fail by plan ([On]) or denies them as IAM does ([Deny]),
// [Cloud.LimitCapacity] lets types be sold out in zones, [Cloud.Calls] tells what was asked, [Cloud.Dump] writes the world as text for a golden test, and [FailEachCall] proves that a
// workflow never loses track of what it made: it fails every call in every way, once.
//
// # What differs from a client over HTTP
//
// http.Client.Timeout and middleware of your own in the Build and Deserialize steps don't act in
// process. Retries happen, but without pauses between attempts ([RealBackoff] brings them back).
// Presigned URLs are made, but nothing serves them.
package fake

//go:generate go run ./internal/document ..
