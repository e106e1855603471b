package engine

import (
	"maps"
	"math"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/alike"
)

// fulfil launches what a fleet asks for, as far as it can be had: what can't is told in the fleet's errors.
func (t *tx) fulfil(p *fleetPlan, f *fleet) {
	for _, share := range []*fleetShare{&p.onDemand, &p.spot} {
		if share.capacity > 0 {
			t.fulfilShare(p, share, f)
		}
	}
}

func (t *tx) fulfilShare(p *fleetPlan, s *fleetShare, f *fleet) {
	mark, counters := t.undo.Len(), t.counters
	undo := func() {
		t.undo.RollbackTo(mark)
		t.counters = counters
	}
	sets := s.candidates(s.order(p.pools))
	var best *attempt
	for _, pools := range sets {
		a := t.attempt(p, s, pools)
		if best == nil || a.fulfilled > best.fulfilled {
			best = a
		}
		if a.fulfilled >= s.capacity {
			break
		}
		undo() // another set may give all of it
	}
	if best.fulfilled < s.capacity && best.fulfilled >= s.minimum {
		best = t.attempt(p, s, best.pools) // what was undone, again
	}
	if best.fulfilled >= s.minimum {
		f.launched = append(f.launched, best.launched...)
	}
	f.errors = append(f.errors, best.errors...)
}

// candidates are the sets of pools of which one alone is to be used: those of a zone, of a type, or all.
func (s *fleetShare) candidates(ordered []fleetPool) [][]fleetPool {
	if !s.oneZone && !s.oneType {
		return [][]fleetPool{ordered}
	}
	type set struct{ zone, typ string }
	var sets []set
	in := make(map[set][]fleetPool)
	for _, p := range ordered {
		var k set
		if s.oneZone {
			k.zone = p.zone
		}
		if s.oneType {
			k.typ = p.typ
		}
		if _, ok := in[k]; !ok {
			sets = append(sets, k)
		}
		in[k] = append(in[k], p)
	}
	all := make([][]fleetPool, len(sets))
	for i, k := range sets {
		all[i] = in[k]
	}
	return all
}

// attempt fulfils a share of a fleet from some pools.
type attempt struct {
	*tx
	plan      *fleetPlan
	share     *fleetShare
	pools     []fleetPool
	failed    map[int]bool // pools that have no more to give
	parts     map[int]int  // where in launched a pool is
	fulfilled float64
	spent     float64 // USD an hour
	launched  []fleetPart
	errors    []ec2types.CreateFleetError
}

func (t *tx) attempt(p *fleetPlan, s *fleetShare, pools []fleetPool) *attempt {
	a := &attempt{tx: t, plan: p, share: s, pools: pools, failed: make(map[int]bool), parts: make(map[int]int)}
	n := s.spread(len(pools))
	for i := range n {
		a.take(i, (s.capacity-a.fulfilled)/float64(n-i))
	}
	for i := range pools { // what some of them couldn't give
		a.take(i, s.capacity-a.fulfilled)
	}
	return a
}

// take launches as much from a pool as is wanted, and notes why if it can't.
func (a *attempt) take(i int, units float64) {
	pool := &a.pools[i]
	n := int(math.Ceil(units / pool.weight))
	price := pool.price(a.share.lifecycle)
	if a.share.maxPrice > 0 && price > 0 {
		n = min(n, int((a.share.maxPrice-a.spent)/price))
	}
	if n <= 0 || a.failed[i] {
		return
	}
	mark, counters := a.undo.Len(), a.counters
	rows, err := a.launchFrom(pool, n)
	if err != nil {
		a.undo.RollbackTo(mark)
		a.counters = counters
		a.failed[i] = true
		e := AsError(err)
		a.errors = append(a.errors, ec2types.CreateFleetError{
			ErrorCode: ptr(e.Code), ErrorMessage: ptr(e.Message), Lifecycle: a.share.lifecycle, LaunchTemplateAndOverrides: pool.told(),
		})
		return
	}
	a.fulfilled += float64(len(rows)) * pool.weight
	a.spent += float64(len(rows)) * price
	a.note(i, rows)
	a.take(i, units-float64(len(rows))*pool.weight) // there may have been room for some of them only
}

// note adds what was launched to what the pool gave before.
func (a *attempt) note(i int, rows []*instance) {
	at, ok := a.parts[i]
	if !ok {
		at = len(a.launched)
		a.parts[i] = at
		a.launched = append(a.launched, fleetPart{told: ec2types.CreateFleetInstance{
			AvailabilityZone: ptr(rows[0].zone), AvailabilityZoneId: ptr(a.zoneID(rows[0].zone)), InstanceType: ec2types.InstanceType(rows[0].typ),
			LaunchTemplateAndOverrides: a.pools[i].told(), Lifecycle: a.share.lifecycle, Platform: rows[0].platform, SubnetId: ptr(rows[0].subnet),
		}})
	}
	part := &a.launched[at]
	part.fulfilled += float64(len(rows)) * a.pools[i].weight
	for _, r := range rows {
		part.told.InstanceIds = append(part.told.InstanceIds, r.id)
	}
}

// told is how EC2 names the pool.
func (p *fleetPool) told() *ec2types.LaunchTemplateAndOverridesResponse {
	out := &ec2types.LaunchTemplateAndOverridesResponse{
		LaunchTemplateSpecification: alike.To[ec2types.FleetLaunchTemplateSpecification](p.spec),
		Overrides:                   &ec2types.FleetLaunchTemplateOverrides{},
	}
	out.LaunchTemplateSpecification.LaunchTemplateId = ptr(p.version.template)
	if p.override != nil {
		out.Overrides = alike.To[ec2types.FleetLaunchTemplateOverrides](p.override)
	}
	out.Overrides.InstanceType = ec2types.InstanceType(p.typ)
	return out
}

// launchFrom launches up to n instances from a pool.
func (a *attempt) launchFrom(p *fleetPool, n int) ([]*instance, error) {
	in := &ec2.RunInstancesInput{MinCount: ptr(int32(1)), MaxCount: ptr(int32(n))}
	zone, zoneID := "", ""
	if o := p.override; o != nil {
		fillIn(in, alike.To[ec2.RunInstancesInput](o))
		zone, zoneID = deref(o.AvailabilityZone), deref(o.AvailabilityZoneId)
	}
	if zone != "" || zoneID != "" {
		in.Placement = alike.To[ec2types.Placement](orZero(in.Placement))
		if zone != "" {
			in.Placement.AvailabilityZone = &zone
		}
		if zoneID != "" {
			in.Placement.AvailabilityZoneId = &zoneID
		}
	}
	in.InstanceType = ec2types.InstanceType(p.typ)
	if data := deref(p.spec.LaunchTemplateSpecificationUserData); data != "" {
		in.UserData = &data
	}
	for _, kind := range slices.Sorted(maps.Keys(a.plan.tags)) {
		if kind != ec2types.ResourceTypeFleet {
			in.TagSpecifications = append(in.TagSpecifications, ec2types.TagSpecification{ResourceType: kind, Tags: a.plan.tags[kind]})
		}
	}
	if a.share.lifecycle == ec2types.InstanceLifecycleSpot {
		in.InstanceMarketOptions = &ec2types.InstanceMarketOptionsRequest{MarketType: ec2types.MarketTypeSpot}
		options := &ec2types.SpotMarketOptions{InstanceInterruptionBehavior: a.share.interruption}
		if p.override != nil {
			options.MaxPrice = p.override.MaxPrice
		}
		in.InstanceMarketOptions.SpotOptions = options
	}
	in = withTemplate(in, p.version.data)
	if in.SubnetId != nil && len(in.NetworkInterfaces) > 0 { // an override's subnet is the primary interface's
		in.NetworkInterfaces = slices.Clone(in.NetworkInterfaces)
		for i, n := range in.NetworkInterfaces {
			if deref(n.DeviceIndex) == 0 && deref(n.NetworkCardIndex) == 0 {
				in.NetworkInterfaces[i].SubnetId, in.SubnetId = in.SubnetId, nil
			}
		}
	}
	return a.checkAndLaunch(&launch{in: in, system: slices.Concat(p.version.systemTags(), a.plan.system)})
}
