package catalogue_test

import (
	"fmt"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

func ExampleInstanceType() {
	t, ok := catalogue.InstanceType("t4g.small")
	fmt.Println(ok, t.VCPUs, t.MemoryMiB, t.Architectures, t.BootModes)
	// Output: true 2 2048 [arm64] [uefi]
}

func ExampleOffered() {
	fmt.Println(catalogue.Offered(region.EUWest1, "a1.large"))
	// Output: [eu-west-1b eu-west-1c]
}

func ExampleImageParameters() {
	id := catalogue.ImageParameters(region.USEast1)["/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"]
	fmt.Println(id)
	// Output: ami-08976229d8b10b097
}
