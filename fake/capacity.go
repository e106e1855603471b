package fake

import "github.com/amiclass/amiclass/fake/internal/engine"

// Capacity is how many instances there is room for in each pool that it is about, of all accounts together. A pool is a
// type in a zone, for Spot Instances or for others.
type Capacity struct {
	InstanceType string // or a pattern such as "m7g.*"; empty is any
	Zone         string // or a pattern such as "us-east-1?"; empty is any
	Market       Market // empty is either, each for itself
	Instances    int
}

// Market is what instances are asked for as.
type Market string

// The markets.
const (
	OnDemand = Market(engine.OnDemand)
	Spot     = Market(engine.Spot)
)

// LimitCapacity limits the room of pools, which by itself has no end. Instances that run already take theirs. A launch for
// which a pool has no room gets as many instances as there is room for, from MinCount on, or InsufficientInstanceCapacity;
// so does a start, and a fleet goes on to its next pool. Of several limits that are about a pool the last counts;
// [Cloud.UnlimitCapacity] takes all of them away.
//
//	cloud.LimitCapacity(fake.Capacity{InstanceType: "m7g.large", Zone: "us-east-1a"})       // none is left
//	cloud.LimitCapacity(fake.Capacity{InstanceType: "m7g.*", Market: fake.Spot, Instances: 2})
//
// A limit that is about no pool, or of fewer instances than none, is a mistake in the test: LimitCapacity panics.
func (c *Cloud) LimitCapacity(all ...Capacity) {
	limits := make([]engine.Capacity, len(all))
	for i, one := range all {
		limits[i] = engine.Capacity{Type: one.InstanceType, Zone: one.Zone, Market: engine.Market(one.Market), Instances: one.Instances}
	}
	if err := c.engine.LimitCapacity(limits...); err != nil {
		panic("fake: LimitCapacity: " + err.Error())
	}
}

// UnlimitCapacity lets every pool have room for any number of instances again.
func (c *Cloud) UnlimitCapacity() { c.engine.UnlimitCapacity() }
