package ami_test

import (
	"encoding/json"
	"fmt"
	"log"
	"strings"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/instance"
)

func ExampleNewClass() {
	web := ami.NewClass("web", ami.AmazonLinux2023()).
		WithArchitecture(ami.ARM64).
		WithDefaults(instance.Spec{}.WithType("t4g.small").WithTag("role", "web"))

	fmt.Println(web)
	fmt.Println(web.Defaults().Type(), web.Defaults().Tags()["role"])
	// Output:
	// web: Amazon Linux 2023 of amazon for arm64
	// t4g.small web
}

// A subclass says what differs; its parent stays as it was.
func ExampleClass_Extend() {
	web := ami.NewClass("web", ami.AmazonLinux2023()).
		WithDefaults(instance.Spec{}.WithType("t3.small").WithTag("role", "web"))
	directory := web.Extend("directory").
		WithDefaults(instance.Spec{}.WithType("m7i.large"))

	fmt.Println(directory)
	fmt.Println(directory.Defaults().Type(), directory.Defaults().Tags()["role"])
	fmt.Println(web.Defaults().Type())
	fmt.Println(directory.IsA(web), web.IsA(directory))
	// Output:
	// web > directory: Amazon Linux 2023 of amazon for x86_64
	// m7i.large web
	// t3.small
	// true false
}

// Every fault is found before any call, each with the path of its field and what to do about it.
func ExampleClass_Validate() {
	err := ami.NewClass("web", ami.AmazonLinux2023().Kernel("newest")).
		WithDefaults(instance.Spec{}.WithHardware(instance.Needs{Architecture: ami.ARM64})).
		Validate()
	fmt.Println(err)
	// Output:
	// class "web": selector.kernel: "newest" is no kernel version; give major and minor, such as "6.1"
	// spec.needs.architecture: is arm64, but class web is for x86_64; leave it out of the needs, or use one for arm64
}

// Selectors say whose image may answer.
func ExampleSelector() {
	for _, s := range []ami.Selector{
		ami.AmazonLinux2023(),
		ami.AmazonLinux2023().Minimal().Kernel("6.1"),
		ami.AmazonLinux2(),
		ami.Own("web-*"),
		ami.ByParameter("resolve:ssm:/golden/web"),
		ami.ByID("ami-0123456789abcdef0"),
	} {
		fmt.Println(s)
	}
	// Output:
	// Amazon Linux 2023 of amazon
	// Amazon Linux 2023 (minimal, kernel 6.1) of amazon
	// Amazon Linux 2 of amazon
	// own images named "web-*"
	// the image in parameter /golden/web
	// image ami-0123456789abcdef0
}

// A class can stand in a file beside the code; docs/schemas/class.schema.json helps to write it.
func ExampleClass_UnmarshalJSON() {
	const file = `{
		"name": "web",
		"selector": {"family": "ubuntu", "release": "24.04", "variant": ["minimal"]},
		"architecture": "arm64",
		"defaults": {
			"needs": "vcpus=2.. memory=4GiB..",
			"rootVolume": {"type": "gp3", "size": "30GiB"},
			"tags": {"role": "web"}
		}
	}`
	var web ami.Class
	if err := json.Unmarshal([]byte(file), &web); err != nil {
		log.Fatal(err)
	}
	fmt.Println(web.Selector(), web.Architecture())
	fmt.Println(web.Defaults())

	err := json.Unmarshal([]byte(`{"name": "web", "defaults": {"rootVolume": {"size": "30"}, "colour": "red"}}`), &web)
	fmt.Println(strings.Split(err.Error(), "; use")[0])
	// Output:
	// Ubuntu 24.04 (minimal) of amazon arm64
	// needs vCPUs at least 2, memory at least 4 GiB; rootVolume gp3 30 GiB; tags["role"] "web"
	// class: spec.rootVolume: "30" is no size: write it as 30GiB; see the schema that SpecSchema gives
	// spec.colour: is no field
}
