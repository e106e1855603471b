package fit_test

import (
	"fmt"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/internal/fit"
)

func ExampleCheck() {
	image := backend.Image{Architecture: "arm64", Virtualization: "hvm", RootDeviceType: "ebs", BootMode: "uefi", ENA: true}
	for _, name := range []string{"m7g.large", "m4.large"} {
		t, _ := catalogue.InstanceType(name)
		fmt.Println(name, len(fit.Check(&image, &t)) == 0)
		for _, m := range fit.Check(&image, &t) {
			fmt.Println("-", m)
		}
	}
	// Output:
	// m7g.large true
	// m4.large false
	// - architecture: image arm64, instance type x86_64; choose an instance type with arm64 or an image for x86_64
	// - boot mode: image uefi, instance type legacy-bios; choose an instance type that boots uefi or an image with legacy-bios
}

func ExampleBootMode() {
	image := backend.Image{BootMode: "uefi-preferred"}
	for _, name := range []string{"m5.large", "m4.large"} {
		t, _ := catalogue.InstanceType(name)
		fmt.Println(name, fit.BootMode(&image, &t))
	}
	// Output:
	// m5.large uefi
	// m4.large legacy-bios
}
