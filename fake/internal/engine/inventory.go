package engine

import (
	"cmp"
	"slices"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// What isn't EC2's has a type here too.
const (
	resourceTypeParameter = ec2types.ResourceType("parameter")
	resourceTypeKey       = ec2types.ResourceType("key")
)

// Resource is something that an account made.
type Resource struct {
	Place
	Kind  ec2types.ResourceType
	ID    string
	State string
	// Parts of another resource go with it: the volumes and interfaces that are deleted with their
	// instance, the snapshots of an image.
	PartOf string
}

// Inventory lists what the accounts have made and still have, and terminated instances as long as they
// are told of. What a cloud begins with isn't in it.
func (e *Engine) Inventory() []Resource {
	now := e.options.Now()
	e.mu.Lock()
	defer e.mu.Unlock()
	t := &tx{view: view{state: e.state, options: &e.options, now: now}}
	t.advance()
	return t.inventory()
}

func (v *view) inventory() []Resource {
	var all []Resource
	add := func(scope store.Scope, kind ec2types.ResourceType, id, state, partOf string) {
		if v.settled[scope] {
			all = append(all, Resource{Place: v.places[scope], Kind: kind, ID: id, State: state, PartOf: partOf})
		}
	}
	for i := range v.instances.Every() {
		add(i.scope, ec2types.ResourceTypeInstance, i.id, string(i.state), "")
	}
	for i := range v.images.Every() {
		add(i.scope, ec2types.ResourceTypeImage, i.id, string(i.state), "")
	}
	for s := range v.snapshots.Every() {
		owner := ""
		for im := range v.images.By("snapshot", 0, s.id) {
			owner = im.id
		}
		add(s.scope, ec2types.ResourceTypeSnapshot, s.id, string(s.state), owner)
	}
	for o := range v.volumes.Every() {
		owner := ""
		for _, a := range o.attachments {
			if a.deleteOnTermination {
				owner = a.instance
			}
		}
		add(o.scope, ec2types.ResourceTypeVolume, o.id, string(o.state), owner)
	}
	for n := range v.interfaces.Every() {
		owner := ""
		if n.attachment != nil && n.attachment.deleteOnTermination {
			owner = n.attachment.instance
		}
		if n.service != "" {
			owner = n.service
		}
		add(n.scope, ec2types.ResourceTypeNetworkInterface, n.id, string(n.status), owner)
	}
	for e := range v.elastic.Every() {
		add(e.scope, ec2types.ResourceTypeElasticIp, e.id, "", "")
	}
	for g := range v.groups.Every() {
		if g.name != defaultGroupName {
			add(g.scope, ec2types.ResourceTypeSecurityGroup, g.id, "", "")
		}
	}
	for f := range v.fleets.Every() {
		if !f.deleted {
			add(f.scope, ec2types.ResourceTypeFleet, f.id, string(v.fleetState(f)), "")
		}
	}
	for r := range v.imageReports.Every() {
		add(r.scope, ec2types.ResourceTypeImageUsageReport, r.id, r.state, "")
	}
	for p := range v.parameters.Every() {
		place := v.places[p.scope]
		add(p.scope, resourceTypeParameter, place.ownParameterARN(p.name), "", "")
	}
	for k := range v.kmsKeys.Every() {
		add(k.scope, resourceTypeKey, k.arn, string(k.state), "")
	}
	for l := range v.templates.Every() {
		add(l.scope, ec2types.ResourceTypeLaunchTemplate, l.id, "", "")
	}
	for k := range v.keyPairs.Every() {
		add(k.scope, ec2types.ResourceTypeKeyPair, k.id, "", "")
	}
	for r := range v.rules.Every() {
		if !r.seeded {
			add(r.scope, ec2types.ResourceTypeSecurityGroupRule, r.id, "", r.group)
		}
	}
	for g := range v.gateways.Every() {
		if !g.seeded {
			add(g.scope, ec2types.ResourceTypeInternetGateway, g.id, "", "")
		}
	}
	for g := range v.natGateways.Every() {
		if g.state != ec2types.NatGatewayStateDeleted && g.state != ec2types.NatGatewayStateFailed {
			add(g.scope, ec2types.ResourceTypeNatgateway, g.id, string(g.state), "")
		}
	}
	for r := range v.routeTables.Every() {
		if !r.seeded {
			add(r.scope, ec2types.ResourceTypeRouteTable, r.id, "", "")
		}
	}
	for a := range v.acls.Every() {
		if !a.isDefault {
			add(a.scope, ec2types.ResourceTypeNetworkAcl, a.id, "", "")
		}
	}
	for d := range v.dhcp.Every() {
		if !d.seeded {
			add(d.scope, ec2types.ResourceTypeDhcpOptions, d.id, "", "")
		}
	}
	for s := range v.subnets.Every() {
		if !s.defaultForZone {
			add(s.scope, ec2types.ResourceTypeSubnet, s.id, string(s.state), "")
		}
	}
	for c := range v.vpcs.Every() {
		if !c.isDefault {
			add(c.scope, ec2types.ResourceTypeVpc, c.id, string(c.state), "")
		}
	}
	slices.SortFunc(all, func(a, b Resource) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region),
			cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	return all
}

const defaultGroupName = "default"
