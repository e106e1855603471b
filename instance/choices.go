package instance

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

// choice is one way to launch what a spec says: a type, a market and a place.
type choice struct {
	spec   Spec // which says this choice only
	market Market
	subnet backend.Subnet     // one that was looked up, else zero
	req    backend.RunRequest // with what has to be looked up or made as the spec names it
}

// named gives the choices of a spec in order, as far as they are known without a call: the first has the request that the
// spec would send by itself. There is one at least, unless there is an error.
func (s Spec) named(image backend.Image, r region.Region) ([]choice, error) {
	plan, planned := s.plan.get()
	if !planned {
		one, err := s.one(image, s.place(r, s.Zone()))
		return []choice{one}, err
	}
	var wrong faults
	if s.checkPlan(&wrong); len(wrong) > 0 {
		return nil, s.Validate()
	}
	var all []choice
	for _, market := range plan.markets(s) {
		found, err := s.in(market).WithoutPlan().planned(image, r, plan)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	if len(all) == 0 {
		return nil, &FieldError{Path: "spec.plan", Problem: fmt.Sprintf("has no choice: none of its types is offered in %s", strings.Join(texts(plan.zones), ", ")),
			Remedy: "name other types or zones"}
	}
	return all, nil
}

// planned gives a plan's choices in the spec's market. A type that the plan names has to do; of those that only meet the
// needs one has to.
func (s Spec) planned(image backend.Image, r region.Region, plan Plan) ([]choice, error) {
	types, err := s.plannedTypes(image, r, plan)
	if err != nil {
		return nil, err
	}
	var all []choice
	var first error
	for _, t := range types {
		for _, there := range s.WithType(t).plannedZones(plan) {
			p := there.place(r, there.Zone())
			one, err := there.one(image, p)
			switch {
			case err != nil && len(plan.types) > 0:
				return nil, fmt.Errorf("spec.plan.types: %s: %w", t, err)
			case err != nil:
				first = cmp.Or(first, err)
			case p.mayOffer(t):
				all = append(all, one)
			}
		}
	}
	if len(all) == 0 {
		return nil, first
	}
	return all, nil
}

func (s Spec) one(image backend.Image, p place) (choice, error) {
	req, err := s.requestIn(image, p)
	return choice{spec: s, market: s.market(), req: req}, err
}

func (s Spec) market() Market {
	if s.spot.state == said {
		return SpotMarket
	}
	return OnDemandMarket
}

// in is the spec in another market.
func (s Spec) in(m Market) Spec {
	if m == OnDemandMarket {
		return s.WithoutSpot()
	}
	return s.WithSpot(s.spot.value)
}

// markets are those that a launch may need. Where some instances are on demand in any case, that is one of them.
func (p Plan) markets(s Spec) []Market {
	if p.spotFirst || p.onDemand > 0 && s.market() == SpotMarket {
		return []Market{SpotMarket, OnDemandMarket}
	}
	return []Market{s.market()}
}

// plannedTypes are the types to try: those of the plan, else the spec's, else those that meet its needs.
func (s Spec) plannedTypes(image backend.Image, r region.Region, p Plan) ([]string, error) {
	if len(p.types) > 0 {
		return p.types, nil
	}
	first, err := s.requestIn(image, s.place(r, s.Zone()))
	if err != nil {
		return nil, err
	}
	n, ok := s.Needs()
	if !ok {
		return []string{first.Type}, nil
	}
	types := []string{first.Type}
	n.Architecture = Architecture(image.Architecture)
	most := p.upTo
	if most == 0 {
		most = mostTypes
	}
	for t := range n.fitting(image, s.place(r, s.Zone())) {
		if len(types) == most {
			break
		}
		if t != first.Type {
			types = append(types, t)
		}
	}
	return types, nil
}

// plannedZones is the spec for each of the plan's zones. Where there are subnets to choose from, these tell the zones.
func (s Spec) plannedZones(p Plan) []Spec {
	if len(p.zones) == 0 || s.subnet.state == said {
		return []Spec{s}
	}
	all := make([]Spec, len(p.zones))
	for i, z := range p.zones {
		all[i] = s.WithZone(z)
	}
	return all
}

// placed puts the subnets that will do, which it looks up, into the choices. Without a plan only the first of them is one.
func (s Spec) placed(ctx context.Context, be backend.Backend, image backend.Image, choices []choice) ([]choice, error) {
	plan, planned := s.plan.get()
	n, ok := s.subnet.get()
	if _, plain := n.only(); !ok || plain && len(plan.zones) == 0 {
		return choices, nil
	}
	found, err := n.find(ctx, be, s.Zone())
	if err != nil {
		return nil, fmt.Errorf("subnets %s: %w", n, err)
	}
	if len(plan.zones) > 0 {
		found = inOrder(found, plan.zones)
	}
	var all []choice
	var why []string
	for _, c := range choices {
		for _, one := range found {
			there, reason := c.at(image, be.Region(), one)
			if reason != "" {
				if !slices.Contains(why, reason) {
					why = append(why, reason)
				}
				continue
			}
			all = append(all, there)
			if !planned {
				return all, nil
			}
		}
	}
	if len(all) > 0 {
		return all, nil
	}
	problem := fmt.Sprintf("is %s, and there are none", n)
	if len(plan.zones) > 0 {
		problem += " in " + strings.Join(texts(plan.zones), ", ")
	}
	if len(why) > 0 {
		problem = fmt.Sprintf("is %s, of which none will do: %s", n, strings.Join(why, "; "))
	}
	return nil, &FieldError{Path: "spec.subnet", Problem: problem, Remedy: "name other subnets, or tag one", kind: backend.ErrNotFound}
}

// inOrder are the subnets in these zones, in their order.
func inOrder(subnets []backend.Subnet, zones []region.Zone) []backend.Subnet {
	var all []backend.Subnet
	for _, z := range zones {
		for _, s := range subnets {
			if s.Zone == z {
				all = append(all, s)
			}
		}
	}
	return all
}

// at is the choice in a subnet, or why it can't be there.
func (c choice) at(image backend.Image, r region.Region, subnet backend.Subnet) (there choice, why string) {
	p := c.spec.place(r, subnet.Zone)
	there, err := c.spec.WithSubnet(subnet.ID).WithoutZone().one(image, p)
	there.subnet = subnet
	switch {
	case subnet.State != "" && subnet.State != "available":
		return there, fmt.Sprintf("%s is %s", subnet.ID, subnet.State)
	case subnet.AvailableAddresses == 0:
		return there, subnet.ID + " has no free address"
	case err != nil:
		return there, fmt.Sprintf("%s: %v", subnet.ID, err)
	case !p.mayOffer(there.req.Type):
		return there, fmt.Sprintf("%s is in %s, where %s isn't offered", subnet.ID, subnet.Zone, there.req.Type)
	}
	return there, ""
}

// pool is where the choice needs capacity.
func (c choice) pool(r region.Region) Pool {
	p := Pool{Region: r, Type: c.req.Type, Zone: c.req.Zone, Market: c.market}
	switch {
	case c.subnet.ID != "":
		p.Zone = c.subnet.Zone
	case c.req.SubnetID != "":
		p.SubnetID = c.req.SubnetID
	}
	return p
}
