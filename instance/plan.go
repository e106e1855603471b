package instance

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/region"
)

// Plan says how a launch gets the capacity that it needs: which instance types, zones and subnets it tries, one after the
// other, and whether as Spot Instances. Where EC2 has no capacity for a choice, or doesn't support it, the launch goes on
// to the next; anything else that EC2 refuses, such as a quota that is used up, ends it at once. It is an immutable value.
// The zero Plan tries all types that meet the spec's needs in all subnets among which the spec lets it choose, in the
// market that the spec says.
//
// The order is: all choices of a market before the next market, all zones and subnets of a type before the next type. EC2 is
// asked for as many instances as are missing, 100 at a time
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html advises batches), and takes what it gives.
// A launch that is throttled waits and tries again.
//
// If there are fewer instances than were asked for in the end, those that there are stand in [LaunchError.Launched], unless
// [Plan.AllOrNothing] or [Plan.AtLeast] says otherwise.
type Plan struct {
	spotFirst bool
	onDemand  int // how many are on demand in any case
	types     []string
	upTo      int // 0 is mostTypes
	zones     []region.Zone
	least     int // 0 is all
	whole     bool
	memory    *CapacityMemory
}

const (
	mostTypes = 10  // of those that meet the needs, unless the plan says more
	batch     = 100 // instances in one request
)

// SpotFirst tries Spot Instances, and what can't be had as such on demand. The spec's [Spot] says the price, if there is one.
func SpotFirst() Plan { return Plan{spotFirst: true} }

// WithOnDemand says how many of the instances shall be on demand in any case, for a mix of both markets.
func (p Plan) WithOnDemand(n int) Plan { p.onDemand = n; return p }

// WithTypes says the instance types, the preferred one first, instead of what the spec says of its hardware.
func (p Plan) WithTypes(names ...string) Plan { p.types = slices.Clone(names); return p }

// UpTo says how many of the types that meet the spec's needs are tried at most: 10 unless it is said.
func (p Plan) UpTo(types int) Plan { p.upTo = types; return p }

// WithZones says the zones, the preferred one first. Of the subnets that the spec says only those in these zones are tried;
// if it says none, the zones' default subnets. Without zones and subnets EC2 chooses.
func (p Plan) WithZones(zones ...region.Zone) Plan { p.zones = slices.Clone(zones); return p }

// AtLeast says with how many instances a launch is content if it can't have all.
func (p Plan) AtLeast(n int) Plan { p.least = n; return p }

// AllOrNothing says that instances are terminated again if a launch can't have as many as it needs. A [Key] is used up then.
func (p Plan) AllOrNothing() Plan { p.whole = true; return p }

// Remember shares what had no capacity lately with other launches: it is tried last.
func (p Plan) Remember(m *CapacityMemory) Plan { p.memory = m; return p }

// String reads "spot first, 2 on demand, types m7g.large, m6g.large, zones us-east-1a".
func (p Plan) String() string {
	var parts []string
	add := func(on bool, format string, args ...any) {
		if on {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(p.spotFirst, "spot first")
	add(p.onDemand > 0, "%d on demand", p.onDemand)
	add(len(p.types) > 0, "types %s", strings.Join(p.types, ", "))
	add(p.upTo > 0, "up to %d types", p.upTo)
	add(len(p.zones) > 0, "zones %s", strings.Join(texts(p.zones), ", "))
	add(p.least > 0, "at least %d", p.least)
	add(p.whole, "all or nothing")
	add(p.memory != nil, "remembering what had no capacity")
	if len(parts) == 0 {
		return "whatever meets the needs"
	}
	return strings.Join(parts, ", ")
}

// LogValue is the plan as a line of text.
func (p Plan) LogValue() slog.Value { return slog.StringValue(p.String()) }

// WithPlan says how a launch gets the capacity that it needs. Without a plan it tries once: the first type that meets the
// needs, in the first subnet that will do, all instances or none.
func (s Spec) WithPlan(p Plan) Spec { s.plan = some(p); return s }

// WithoutPlan says that a launch shall try once.
func (s Spec) WithoutPlan() Spec { s.plan = noneOf[Plan](); return s }

// Plan is how a launch gets the capacity that it needs; ok is false if the spec says none.
func (s Spec) Plan() (p Plan, ok bool) { return s.plan.get() }

func (s Spec) checkPlan(f *faults) {
	p, ok := s.plan.get()
	if !ok {
		return
	}
	for _, n := range []struct {
		path string
		n    int
	}{{"onDemand", p.onDemand}, {"upTo", p.upTo}, {"atLeast", p.least}} {
		if n.n < 0 {
			f.add("spec.plan."+n.path, fmt.Sprintf("is %d", n.n), "say a number from 0 on")
		}
	}
	for i, name := range p.types {
		path := fmt.Sprintf("spec.plan.types[%d]", i)
		if !typeShape.MatchString(name) {
			f.add(path, fmt.Sprintf("%q is no instance type", name), `expected a name such as "m7g.large"`)
		}
		if slices.Contains(p.types[:i], name) {
			f.add(path, fmt.Sprintf("%q is said twice", name), "leave one out")
		}
	}
	for i, z := range p.zones {
		path := fmt.Sprintf("spec.plan.zones[%d]", i)
		if z.Region() == "" {
			f.add(path, fmt.Sprintf("%q is no zone", z), `expected a name such as "us-east-1a"`)
		}
		if slices.Contains(p.zones[:i], z) {
			f.add(path, fmt.Sprintf("%q is said twice", z), "leave one out")
		}
	}
	if len(p.zones) > 0 && s.Zone() != "" {
		f.add("spec.plan.zones", "are said beside spec.zone", "use WithoutZone")
	}
	if p.least > 0 && p.whole {
		f.add("spec.plan.atLeast", "contradicts all or nothing", "say one of them")
	}
}
