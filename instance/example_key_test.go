package instance_test

import (
	"context"
	"fmt"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

func ExampleKey() {
	ctx := context.Background()
	be := fake.New().Backend(region.USEast1)
	image, err := ami.AmazonLinux2023().Resolve(ctx, be, instance.ARM64)
	if err != nil {
		fmt.Println(err)
		return
	}
	spec := instance.Spec{}.WithType("t4g.small").WithName("web")
	first, err := instance.LaunchN(ctx, be, image.Image, spec, 3, instance.Key("release-4711"))
	if err != nil {
		fmt.Println(err)
		return
	}
	again, err := instance.LaunchN(ctx, be, image.Image, spec, 3, instance.Key("release-4711"))
	fmt.Println(len(again), again[0].ID() == first[0].ID(), err)
	// Output: 3 true <nil>
}
