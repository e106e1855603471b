// Package catalogue holds facts of Amazon EC2 that are the same for every account: the instance
// types, where each is offered, the regions with their zones, and the public images of each region:
// those of Amazon Linux with their real IDs, all others with made-up ones. What is in files comes from
// the API's own answers. All is part of the program, so a choice of hardware needs no call and the cloud
// in memory looks like the real one:
//
//	t, ok := catalogue.InstanceType("m7g.large")
//	zones := catalogue.Offered(region.USEast1, t.Name) // us-east-1a, us-east-1b, …
//	id := catalogue.ImageParameters(region.USEast1)["/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"]
//
// Nothing is unpacked before it is asked for: each file at its first use, an instance type when it is
// named. What was made stays and never changes. It is shared by all callers, who must not change
// slices, maps and bytes that they get from here.
//
// The facts are of one day, [Date]. They cover Availability Zones only (no Local Zones or Wavelength
// Zones) and, for offerings and images, the regions that the account which fetched them could use.
// The command in the directory refresh rewrites the files from a real account:
//
//	go run ./internal/catalogue/refresh
//
// It is no go:generate directive, since it needs credentials and its result changes by the day.
package catalogue
