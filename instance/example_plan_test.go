package instance_test

import (
	"fmt"
	"time"

	"github.com/amiclass/amiclass/instance"
)

// A plan goes on to the next choice where EC2 has no capacity.
func ExamplePlan() {
	memory := instance.NewCapacityMemory(3 * time.Minute) // one for the whole program

	spec := instance.Spec{}.
		WithSubnets(instance.SubnetsTagged("tier", "private")).
		WithPlan(instance.SpotFirst().
			WithTypes("m7g.large", "m6g.large").
			WithOnDemand(1).
			AtLeast(2).
			Remember(memory))
	plan, _ := spec.Plan()
	fmt.Println(plan)
	fmt.Println(spec.Validate())
	// Output:
	// spot first, 1 on demand, types m7g.large, m6g.large, at least 2, remembering what had no capacity
	// <nil>
}
