package instance_test

import (
	"errors"
	"fmt"
	"log"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

func Example() {
	web := instance.Spec{}.
		WithHardware(instance.Needs{VCPUs: instance.AtLeast(2), Memory: instance.AtLeast(4 * instance.GiB)}).
		WithRootVolume(instance.GP3(30*instance.GiB)).
		WithUserData(instance.Script("#!/bin/sh\ndnf install -y httpd\n")).
		WithTag("role", "web")

	request, err := web.WithName("web-1").Preview(anImage)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(request.Type, request.InstanceTags)
	fmt.Println("IMDSv2:", request.Metadata.HTTPTokens)
	for _, d := range request.Devices {
		fmt.Println(d.Device, d.EBS.Type, d.EBS.SizeGiB, "GiB, encrypted:", *d.EBS.Encrypted)
	}
	// Output:
	// c8g.large map[Name:web-1 role:web]
	// IMDSv2: required
	// /dev/xvda gp3 30 GiB, encrypted: true
}

func ExampleSpec_Merge() {
	class := instance.Spec{}.
		WithType("m7g.large").
		WithRootVolume(instance.GP3(30*instance.GiB).WithIOPS(6000)).
		WithTag("team", "directory").WithTag("stage", "test")
	call := instance.Spec{}.
		WithRootVolume(instance.GP3(200*instance.GiB)).
		WithTag("stage", "live").WithName("directory-1")

	fmt.Println(class.Merge(call))
	// Output:
	// type m7g.large; rootVolume gp3 200 GiB, 6,000 IOPS; tags["Name"] "directory-1"; tags["stage"] "live"; tags["team"] "directory"
}

func ExampleSpec_Validate() {
	err := instance.Spec{}.
		WithVolume("/dev/sdf", instance.GP3(100*instance.GiB).WithIOPS(64000)).
		WithGroups("sg-web").
		WithShutdownBehavior("hibernate").
		Validate()

	fmt.Println(err)
	var first *instance.FieldError
	fmt.Println(errors.Is(err, backend.ErrInvalid), errors.As(err, &first), first.Path)
	// Output:
	// spec.groups[0]: "sg-web" is no ID of a security group; expected sg- and 17 hexadecimal digits
	// spec.shutdownBehavior: is "hibernate"; use stop or terminate
	// spec.volumes["/dev/sdf"].iops: 64,000 is over gp3's 50,000 for 100 GiB; provision less, or make the volume 128 GiB
	// true true spec.groups[0]
}

func ExampleSpec_Preview() {
	_, err := instance.Spec{}.WithType("m7g.large").WithRootVolume(instance.GP3(4 * instance.GiB)).Preview(anImage)
	fmt.Println(err)
	// Output:
	// spec.rootVolume.size: 4 GiB is smaller than the image's 8 GiB; use 8 GiB or more
}

func ExampleFirewall() {
	wall := instance.Firewall{}.
		Allow(instance.TCP(443), instance.AnyIPv4, instance.AnyIPv6).
		Allow(instance.TCP(22).Described("operators"), instance.CIDR("10.8.0.0/16")).
		AllowOut(instance.TCPPorts(80, 443), instance.AnyIPv4)
	fmt.Println(wall)
	// Output:
	// in: tcp 22 from 10.8.0.0/16, tcp 443 from 0.0.0.0/0, tcp 443 from ::/0; out: tcp 80-443 to 0.0.0.0/0
}

func ExampleParts() {
	data := instance.Parts(
		instance.CloudConfig("packages: [httpd]\n"),
		instance.Script("#!/bin/sh\nsystemctl enable --now httpd\n"),
	)
	for _, part := range data.Parts() {
		fmt.Printf("%q\n", part.Bytes())
	}
	// Output:
	// "#cloud-config\npackages: [httpd]\n"
	// "#!/bin/sh\nsystemctl enable --now httpd\n"
}

func ExampleSpec_WithInterface() {
	spec := instance.Spec{}.
		WithSubnets(instance.SubnetsTagged("tier", "public")).
		WithInterface(1, instance.Interface{}.WithGroups("database").WithDescription("replication"))
	fmt.Println(spec)
	// Output:
	// subnet tagged tier=public; interfaces[1] groups database, described as "replication"
}

// Needs are a line of text, for a flag or a file, and tell what ruled a type out.
func ExampleParseNeeds() {
	needs, err := instance.ParseNeeds("vcpus=4 memory=16GiB.. architecture=arm64 burstable=excluded network=1Gbps..")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(needs)
	fmt.Println(needs.Types()[:3])
	for _, miss := range needs.Explain() {
		if miss.Type == "t4g.xlarge" {
			fmt.Println(miss)
		}
	}
	// Output:
	// vCPUs exactly 4, memory at least 16 GiB, arm64, burstable excluded, network at least 1 Gbps
	// [m8g.xlarge m8gb.xlarge m8gd.xlarge]
	// t4g.xlarge misses burstable excluded: it has burstable
}

func ExampleNeeds_Types() {
	needs := instance.Needs{
		VCPUs:        instance.AtLeast(4),
		Memory:       instance.Between(16*instance.GiB, 32*instance.GiB),
		Architecture: instance.ARM64,
	}
	fmt.Println(needs)
	fmt.Println(needs.Types()[:3])
	// Output:
	// vCPUs at least 4, memory 16 GiB to 32 GiB, arm64
	// [m8g.xlarge m8gb.xlarge m8gd.xlarge]
}

func ExampleVolume() {
	data := instance.GP3(100 * instance.GiB).WithIOPS(6000)
	fmt.Println(data)
	fmt.Println(data.WithThroughput(500).EncryptedWith("alias/data").KeepOnTermination())
	// Output:
	// gp3 100 GiB, 6,000 IOPS
	// gp3 100 GiB, 6,000 IOPS, 500 MiB/s, encrypted with alias/data, kept on termination
}

func ExampleDifferences() {
	diff := instance.Differences{{Path: `tags["Name"]`, This: `"directory-2"`, Other: `"directory-1"`}}
	fmt.Println(diff)
	fmt.Println("nothing but the name:", diff.Only(`tags["Name"]`))
	// Output:
	// tags["Name"]: "directory-2", other "directory-1"
	// nothing but the name: true
}

// anImage is Amazon Linux 2023 for arm64, as EC2 tells of it.
var anImage = linux()
