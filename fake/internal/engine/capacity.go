package engine

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/internal/glob"
)

// Capacity is how many instances there is room for in each pool that it is about, of all accounts together. A pool is a
// type in a zone, for Spot Instances or for others. Without one there is room for any number.
type Capacity struct {
	Type, Zone string // or patterns with * and ?; empty is any
	Market     Market // empty is either
	Instances  int
}

// Market is what instances are asked for as.
type Market string

// The markets.
const (
	OnDemand Market = "on-demand"
	Spot     Market = "spot"
)

// capacityLimit is a Capacity that can be looked up.
type capacityLimit struct {
	typ, zone glob.Pattern
	market    Market
	instances int
}

// LimitCapacity adds limits. Of several that are about a pool the last counts.
func (e *Engine) LimitCapacity(all ...Capacity) error {
	added := make([]capacityLimit, 0, len(all))
	var errs []error
	for _, c := range all {
		switch {
		case c.Instances < 0:
			errs = append(errs, fmt.Errorf("capacity of %d instances: say 0 for none", c.Instances))
		case c.Market != "" && c.Market != OnDemand && c.Market != Spot:
			errs = append(errs, fmt.Errorf("market %q: it is %s, %s, or empty for both", c.Market, OnDemand, Spot))
		}
		l := capacityLimit{typ: anyUnless(c.Type), zone: anyUnless(c.Zone), market: c.Market, instances: c.Instances}
		if !slices.ContainsFunc(catalogue.InstanceTypeNames(), l.typ.Match) {
			errs = append(errs, fmt.Errorf("instance type %q: none is of that name", c.Type))
		}
		if !zoneMatches(l.zone) {
			errs = append(errs, fmt.Errorf("zone %q: none is of that name", c.Zone))
		}
		added = append(added, l)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.state.capacity = append(slices.Clip(e.state.capacity), added...) // which forks share
	return nil
}

// UnlimitCapacity takes all limits away.
func (e *Engine) UnlimitCapacity() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.state.capacity = nil
}

func anyUnless(text string) glob.Pattern {
	if text == "" {
		text = "*"
	}
	return glob.Compile(text)
}

func zoneMatches(p glob.Pattern) bool {
	for _, r := range catalogue.Regions() {
		for _, z := range r.Zones {
			if p.Match(string(z.Name)) {
				return true
			}
		}
	}
	return false
}

func marketOf(spot bool) Market {
	if spot {
		return Spot
	}
	return OnDemand
}

// roomFor is for how many more instances a pool has room. A dry run looks at permissions and parameters, not at capacity
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html).
func (t *tx) roomFor(typ, zone string, market Market) int {
	if len(t.capacity) == 0 || t.dry {
		return math.MaxInt
	}
	for _, l := range slices.Backward(t.capacity) {
		if l.typ.Match(typ) && l.zone.Match(zone) && (l.market == "" || l.market == market) {
			return max(0, l.instances-t.running(typ, zone, market))
		}
	}
	return math.MaxInt
}

// running counts the instances that take a pool's room.
func (t *tx) running(typ, zone string, market Market) (n int) {
	for i := range t.instances.Every() {
		if i.typ == typ && i.zone == zone && marketOf(i.spotRequest != "") == market &&
			i.state != ec2types.InstanceStateNameStopped && i.state != ec2types.InstanceStateNameTerminated {
			n++
		}
	}
	return n
}

// noCapacity is the answer to a launch for which a pool has no room: documented, but for the text of Spot (mem)
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html#troubleshooting-launch-capacity).
func (t *tx) noCapacity(typ, zone string, market Market) error {
	if market == Spot {
		return fail("InsufficientInstanceCapacity", "There is no Spot capacity available that matches your request.")
	}
	var others []string
	for _, z := range catalogue.Offered(t.Region, typ) {
		if other := string(z); other != zone && t.roomFor(typ, other, market) > 0 {
			others = append(others, other)
		}
	}
	message := fmt.Sprintf("We currently do not have sufficient %s capacity in the Availability Zone you requested (%s). Our system will be working on provisioning additional capacity.", typ, zone)
	if len(others) > 0 {
		message += fmt.Sprintf(" You can currently get %s capacity by not specifying an Availability Zone in your request or choosing %s.", typ, strings.Join(others, ", "))
	}
	return fail("InsufficientInstanceCapacity", "%s", message)
}
