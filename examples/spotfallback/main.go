// Command spotfallback launches a fleet on Spot capacity as far as there is any, over several types and zones, and the rest on
// demand. It runs on a cloud in memory in which most of the Spot capacity is sold out.
//
//	go run ./examples/spotfallback
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

func main() {
	cloud := fake.New(fake.Seed(1))
	cloud.LimitCapacity(
		fake.Capacity{InstanceType: "*", Market: fake.Spot},
		fake.Capacity{InstanceType: "m6g.large", Zone: "us-east-1b", Market: fake.Spot, Instances: 4},
	)
	if err := run(context.Background(), cloud.Backend(region.USEast1), workers(instance.NewCapacityMemory(3*time.Minute)), 6, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "spotfallback:", err)
		os.Exit(1)
	}
}

// workers are launched by a plan. What had no capacity is tried last for a while, by every launch that shares the memory.
func workers(memory *instance.CapacityMemory) ami.Class {
	return ami.NewClass("worker", ami.AmazonLinux2023()).WithArchitecture(ami.ARM64).
		WithDefaults(instance.Spec{}.WithPlan(instance.SpotFirst().
			WithTypes("m7g.large", "m6g.large").WithZones("us-east-1a", "us-east-1b").AtLeast(2).Remember(memory)))
}

func run(ctx context.Context, be backend.Backend, class ami.Class, n int, out io.Writer) error {
	fleet, err := class.InstantiateN(ctx, be, instance.Spec{}, n)
	var partly *instance.LaunchError
	if errors.As(err, &partly) {
		for _, a := range partly.Attempts {
			fmt.Fprintf(out, "  %s: %d of %d\n", a, a.Launched, a.Asked)
		}
	}
	if err != nil {
		return err
	}
	count := map[string]int{}
	for _, i := range fleet {
		market := instance.OnDemandMarket
		if i.Data().Spot {
			market = instance.SpotMarket
		}
		count[fmt.Sprintf("%s %s in %s", market, i.Type(), i.Zone())]++
	}
	fmt.Fprintf(out, "%d of %d run:\n", len(fleet), n)
	for _, what := range slices.Sorted(maps.Keys(count)) {
		fmt.Fprintf(out, "  %d × %s\n", count[what], what)
	}
	return nil
}
