package instance

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

// settle makes what the request of a choice has by name only, and gives the request with it: groups, the firewall's group,
// the key pair.
func (c choice) settle(ctx context.Context, be backend.Backend) (backend.RunRequest, error) {
	req := c.req
	if err := c.spec.settleGroups(ctx, be, c.subnet, &req); err != nil {
		return backend.RunRequest{}, err
	}
	if k := c.spec.PublicKey(); k != "" {
		return req, k.ensure(ctx, be)
	}
	return req, nil
}

// groupNames are the groups, of the interfaces too, that are said by name.
func (s Spec) groupNames() []string {
	all := s.Groups()
	for _, index := range s.further() {
		all = append(all, s.interfaces[index].value.groups...)
	}
	all = slices.DeleteFunc(all, func(g string) bool { return strings.HasPrefix(g, "sg-") })
	slices.Sort(all)
	return slices.Compact(all)
}

// find gives the subnets in the order in which they are chosen: by zone, then by ID.
func (n Subnets) find(ctx context.Context, be backend.Backend, zone region.Zone) ([]backend.Subnet, error) {
	q := backend.Query{IDs: n.ids}
	for _, k := range slices.Sorted(maps.Keys(n.tags)) {
		q.Filters = append(q.Filters, backend.ByTag(k, wildcards.Replace(n.tags[k])))
	}
	if zone != "" {
		q.Filters = append(q.Filters, backend.By("availability-zone", string(zone)))
	}
	var found []backend.Subnet
	for s, err := range be.Subnets(ctx, q) {
		if err != nil {
			return nil, err
		}
		found = append(found, s)
	}
	slices.SortFunc(found, func(a, b backend.Subnet) int {
		return cmp.Or(cmp.Compare(a.Zone, b.Zone), cmp.Compare(a.ID, b.ID))
	})
	return found, nil
}

// settleGroups puts IDs where the request has the names of groups.
func (s Spec) settleGroups(ctx context.Context, be backend.Backend, subnet backend.Subnet, req *backend.RunRequest) error {
	w, declared := s.firewall.get()
	names := s.groupNames()
	if !declared && len(names) == 0 {
		return nil
	}
	vpc, err := vpcOf(ctx, be, subnet, req.SubnetID)
	if err != nil {
		return err
	}
	ids := map[string]string{}
	if len(names) > 0 {
		found, err := groupsNamed(ctx, be, vpc, names...)
		if err != nil {
			return err
		}
		for _, g := range found {
			ids[g.Name] = g.ID
		}
		var f faults
		for _, name := range names {
			if ids[name] == "" {
				f = append(f, &FieldError{Path: "spec.groups", Problem: fmt.Sprintf("%s has no group of the name %q", vpc, name),
					Remedy: "make it, or name another", kind: backend.ErrNotFound})
			}
		}
		if err := f.join(); err != nil {
			return err
		}
	}
	if declared {
		if ids[w.groupName()], err = w.ensure(ctx, be, vpc); err != nil {
			return err
		}
	}
	req.GroupIDs = settled(req.GroupIDs, ids)
	for i := range req.Interfaces {
		req.Interfaces[i].GroupIDs = settled(req.Interfaces[i].GroupIDs, ids)
	}
	return nil
}

// settled has the ID for each name, and each ID once.
func settled(groups []string, ids map[string]string) []string {
	var all []string
	for _, g := range groups {
		if id, ok := ids[g]; ok {
			g = id
		}
		if !slices.Contains(all, g) {
			all = append(all, g)
		}
	}
	return all
}

// vpcOf is the VPC of a launch: that of its subnet, else the default one.
func vpcOf(ctx context.Context, be backend.Backend, known backend.Subnet, subnet string) (string, error) {
	if known.VPCID != "" {
		return known.VPCID, nil
	}
	if subnet != "" {
		found, ok, err := first(be.Subnets(ctx, backend.Query{IDs: []string{subnet}}))
		if err != nil {
			return "", err
		}
		if !ok {
			return "", &FieldError{Path: "spec.subnet", Problem: subnet + " doesn't exist in " + be.Region().String(), Remedy: "name another", kind: backend.ErrNotFound}
		}
		return found.VPCID, nil
	}
	found, ok, err := first(be.VPCs(ctx, backend.Query{Filters: []backend.Filter{backend.By("is-default", "true")}}))
	if err != nil {
		return "", err
	}
	if !ok {
		return "", &FieldError{Path: "spec.subnet", Problem: fmt.Sprintf("isn't said, and %s has no default VPC", be.Region()), Remedy: "use WithSubnet or WithSubnets", kind: backend.ErrNotFound}
	}
	return found.ID, nil
}
