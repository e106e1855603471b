package instance

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

// Preflight finds what would keep a launch of the image with this spec from succeeding, and makes and changes nothing: besides
// all that a launch checks by itself it looks whether the type is offered where it is wanted and takes the image, whether
// subnets have free addresses, whether groups, key pair, interfaces, snapshots and encryption keys are there and can be used,
// and asks EC2 whether the caller may launch that, by a dry run. The error joins all faults, each a *[FieldError] or EC2's own.
//
// It gives the request that the launch would send, as [Spec.Preview] does. What the caller may not look at is left to EC2; and
// whether there is capacity shows at the launch only.
func Preflight(ctx context.Context, be backend.Backend, image backend.Image, spec Spec) (backend.RunRequest, error) {
	if be == nil {
		return backend.RunRequest{}, errNoBackend
	}
	p := &preflight{be: be, image: image, spec: spec}
	choices, err := spec.named(image, be.Region())
	if err != nil {
		p.f = append(p.f, err)
		choices = nil
	}
	p.choices = choices
	for _, look := range []func(context.Context) error{p.places, p.types, p.groups, p.login, p.attached, p.storage, p.permission} {
		if err := look(ctx); err != nil && !backend.Untold(err) {
			return backend.RunRequest{}, err
		}
	}
	if err := p.f.join(); err != nil {
		return backend.RunRequest{}, err
	}
	return p.choices[0].req, nil
}

type preflight struct {
	be      backend.Backend
	image   backend.Image
	spec    Spec
	choices []choice // none if the spec has faults already
	zones   []region.Zone
	vpc     string
	f       faults
}

func (p *preflight) missing(path, problem, remedy string) {
	p.f = append(p.f, &FieldError{Path: path, Problem: problem, Remedy: remedy, kind: backend.ErrNotFound})
}

// places finds the subnets, and with them the VPC and the zones.
func (p *preflight) places(ctx context.Context) error {
	n, said := p.spec.subnet.get()
	switch {
	case !said && p.spec.Zone() != "":
		return p.zone(ctx, p.spec.Zone())
	case !said:
		vpc, err := vpcOf(ctx, p.be, backend.Subnet{}, "")
		p.vpc = vpc
		return p.fault(err)
	}
	for _, id := range n.ids {
		_, found, err := first(p.be.Subnets(ctx, backend.Query{IDs: []string{id}}))
		if err != nil {
			return err
		}
		if !found {
			p.missing("spec.subnet", fmt.Sprintf("%s doesn't exist in %s", id, p.be.Region()), "name another")
			return nil
		}
	}
	found, err := n.find(ctx, p.be, p.spec.Zone())
	if err != nil {
		return err
	}
	free := slices.DeleteFunc(slices.Clone(found), func(s backend.Subnet) bool {
		return s.AvailableAddresses == 0 || s.State != "" && s.State != "available"
	})
	switch {
	case len(found) == 0:
		p.missing("spec.subnet", fmt.Sprintf("is %s, and there are none", n), "name other subnets, or tag one")
	case len(free) == 0:
		p.f.add("spec.subnet", fmt.Sprintf("is %s, and none of them is available and has a free address", n), "name other subnets")
	}
	for _, s := range found {
		p.vpc = s.VPCID
		p.zones = append(p.zones, s.Zone)
	}
	return nil
}

func (p *preflight) zone(ctx context.Context, zone region.Zone) error {
	zones, err := p.be.Zones(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(zones, func(z backend.Zone) bool { return z.Name == zone }) {
		p.missing("spec.zone", fmt.Sprintf("%s isn't one that the account can use in %s", zone, p.be.Region()), "name another")
	}
	p.zones = []region.Zone{zone}
	vpc, err := vpcOf(ctx, p.be, backend.Subnet{}, "")
	p.vpc = vpc
	return p.fault(err)
}

// fault keeps a fault, and gives what is none.
func (p *preflight) fault(err error) error {
	var f *FieldError
	if errors.As(err, &f) {
		p.f = append(p.f, err)
		return nil
	}
	return err
}

// types looks at the types themselves, where the catalogue doesn't know them, and where they are offered. Of those of a plan
// one has to do.
func (p *preflight) types(ctx context.Context) error {
	var names []string
	for _, c := range p.choices {
		if !slices.Contains(names, c.req.Type) {
			names = append(names, c.req.Type)
		}
	}
	if t := p.spec.Type(); len(names) == 0 && typeShape.MatchString(t) {
		names = []string{t}
	}
	var wrong faults
	for _, name := range names {
		var f faults
		if err := p.typeNamed(ctx, &f, name); err != nil {
			return err
		}
		if len(f) == 0 {
			return nil
		}
		wrong = append(wrong, f...)
	}
	p.f = append(p.f, wrong...)
	return nil
}

func (p *preflight) typeNamed(ctx context.Context, f *faults, name string) error {
	t, found, err := first(p.be.InstanceTypes(ctx, backend.Query{IDs: []string{name}}))
	if err != nil {
		return err
	}
	if !found {
		*f = append(*f, &FieldError{Path: "spec.type", Problem: fmt.Sprintf("%s doesn't exist in %s", name, p.be.Region()), Remedy: "name another", kind: backend.ErrNotFound})
		return nil
	}
	if _, known := catalogue.InstanceType(name); !known {
		checkFit(f, "spec.type", p.image, t)
		p.spec.checkAbilities(f, 0, t)
	}
	var offered []region.Zone
	for o, err := range p.be.Offerings(ctx, backend.Query{Filters: []backend.Filter{backend.By("instance-type", name)}}) {
		if err != nil {
			return err
		}
		offered = append(offered, o.Zone)
	}
	wanted := p.zones
	if plan, _ := p.spec.plan.get(); len(wanted) == 0 && len(plan.zones) > 0 {
		wanted = plan.zones
	}
	switch {
	case len(offered) == 0:
		f.add("spec.type", fmt.Sprintf("%s isn't offered in %s", name, p.be.Region()), "use another type or region")
	case len(wanted) > 0 && !slices.ContainsFunc(wanted, func(z region.Zone) bool { return slices.Contains(offered, z) }):
		f.add("spec.type", fmt.Sprintf("%s isn't offered in %s, only in %s", name, strings.Join(texts(wanted), ", "), strings.Join(texts(offered), ", ")),
			"use another type, or a subnet or zone among those")
	}
	return nil
}

// groups looks for those that are said by name or ID; that of a declared firewall is made by the launch.
func (p *preflight) groups(ctx context.Context) error {
	names := p.spec.groupNames()
	var ids []string
	for _, g := range p.spec.Groups() {
		if isID("sg", g) {
			ids = append(ids, g)
		}
	}
	for _, index := range p.spec.further() {
		for _, g := range p.spec.interfaces[index].value.groups {
			if isID("sg", g) && !slices.Contains(ids, g) {
				ids = append(ids, g)
			}
		}
	}
	for _, id := range ids {
		g, found, err := first(p.be.SecurityGroups(ctx, backend.Query{IDs: []string{id}}))
		switch {
		case err != nil:
			return err
		case !found:
			p.missing("spec.groups", fmt.Sprintf("%s doesn't exist in %s", id, p.be.Region()), "name another")
		case p.vpc != "" && g.VPCID != p.vpc:
			p.f.add("spec.groups", fmt.Sprintf("%s is in %s, the instance in %s", id, g.VPCID, p.vpc), "name one of the same VPC")
		}
	}
	if len(names) == 0 || p.vpc == "" {
		return nil
	}
	found, err := groupsNamed(ctx, p.be, p.vpc, names...)
	if err != nil {
		return err
	}
	for _, name := range names {
		if !slices.ContainsFunc(found, func(g backend.SecurityGroup) bool { return g.Name == name }) {
			p.missing("spec.groups", fmt.Sprintf("%s has no group of the name %q", p.vpc, name), "make it, or name another")
		}
	}
	return nil
}

// login looks for the key pair, unless a launch imports it.
func (p *preflight) login(ctx context.Context) error {
	k, ok := p.spec.key.get()
	if !ok || k.name == "" {
		return nil
	}
	keys, err := backend.Ability[backend.KeyPairs](p.be, "DescribeKeyPairs", k.name)
	if err != nil {
		return err
	}
	_, found, err := keyNamed(ctx, keys, k.name)
	if err == nil && !found {
		p.missing("spec.keyName", fmt.Sprintf("there is no key pair %q in %s", k.name, p.be.Region()), "import it, or use WithPublicKey")
	}
	return err
}

// attached looks at interfaces that exist already.
func (p *preflight) attached(ctx context.Context) error {
	all := p.spec.Interfaces()
	for _, index := range slices.Sorted(maps.Keys(all)) {
		id := all[index].id
		if !isID("eni", id) {
			continue
		}
		i, found, err := first(p.be.Interfaces(ctx, backend.Query{IDs: []string{id}}))
		path := "spec." + interfacePath(index)
		switch {
		case err != nil:
			return err
		case !found:
			p.missing(path, fmt.Sprintf("%s doesn't exist in %s", id, p.be.Region()), "name another")
		case i.Status != "" && i.Status != "available":
			p.f.add(path, fmt.Sprintf("%s is %s", id, i.Status), "detach it first, or name another")
		}
	}
	return nil
}

// storage looks at snapshots and encryption keys.
func (p *preflight) storage(ctx context.Context) error {
	volumes := map[string]Volume{rootPath: p.spec.root}
	for device, v := range p.spec.Volumes() {
		volumes[devicePath(device)] = v
	}
	for _, path := range slices.Sorted(maps.Keys(volumes)) {
		v := volumes[path]
		if s, ok := v.snapshot.get(); ok && isID("snap", s.id) && !s.fallback {
			if err := p.snapshot(ctx, "spec."+path, s.id, v.Size()); err != nil {
				return err
			}
		}
		if e, ok := v.encryption.get(); ok && e.key != "" {
			if err := p.key(ctx, "spec."+path, e.key); err != nil && !backend.Untold(err) {
				return err
			}
		}
	}
	return nil
}

func (p *preflight) snapshot(ctx context.Context, path, id string, size Size) error {
	s, found, err := first(p.be.Snapshots(ctx, backend.SnapshotQuery{IDs: []string{id}}))
	switch least := Size(s.SizeGiB) * GiB; {
	case err != nil:
		return err
	case !found:
		p.missing(path+".snapshot", fmt.Sprintf("%s doesn't exist in %s", id, p.be.Region()), "name another")
	case s.State != "" && s.State != "completed":
		p.f.add(path+".snapshot", fmt.Sprintf("%s is %s", id, s.State), "wait until it is completed, or name another")
	case size > 0 && size < least:
		p.f.add(path+".size", fmt.Sprintf("%s is smaller than the %s of %s", size, least, id), fmt.Sprintf("use %s or more", least))
	}
	return nil
}

func (p *preflight) key(ctx context.Context, path, name string) error {
	keys, err := backend.Ability[backend.EncryptionKeys](p.be, "DescribeKey", name)
	if err != nil {
		return err
	}
	k, err := keys.EncryptionKey(ctx, name)
	switch {
	case errors.Is(err, backend.ErrNotFound):
		p.missing(path+".encrypted", fmt.Sprintf("there is no key %s in %s", name, p.be.Region()), "name another")
	case err == nil && !k.Enabled:
		p.f.add(path+".encrypted", fmt.Sprintf("the key %s isn't enabled", name), "enable it, or name another")
	case err != nil:
		return err
	}
	return nil
}

// permission asks EC2, if nothing is wrong so far, whether it would launch that. What the launch would make first can't be in
// the question.
func (p *preflight) permission(ctx context.Context) error {
	if len(p.f) > 0 {
		return nil
	}
	dry, err := backend.Ability[backend.DryRuns](p.be, "RunInstances", p.image.ID)
	if err != nil {
		return err
	}
	// What the caller may not look at here keeps the launch itself from succeeding.
	choices, err := p.spec.placed(ctx, p.be, p.image, p.choices)
	if err != nil {
		p.f = append(p.f, err)
		return nil
	}
	p.choices = choices
	c := choices[0]
	c.spec.firewall = setting[Firewall]{}
	req := c.req
	if w, ok := p.spec.firewall.get(); ok {
		req.GroupIDs = slices.DeleteFunc(slices.Clone(req.GroupIDs), func(g string) bool { return g == w.groupName() })
	}
	req.Interfaces = slices.Clone(req.Interfaces)
	if err := c.spec.settleGroups(ctx, p.be, c.subnet, &req); err != nil {
		p.f = append(p.f, err)
		return nil
	}
	if p.spec.PublicKey() != "" {
		req.KeyName = ""
	}
	if err := dry.DryRunInstances(ctx, req); err != nil {
		p.f = append(p.f, fmt.Errorf("EC2 would refuse the launch: %w", err))
	}
	return nil
}
