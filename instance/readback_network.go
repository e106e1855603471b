package instance

import (
	"context"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/catalogue"
)

func (i *Instance) readInterfaces(ctx context.Context, d backend.Instance, s Spec) (Spec, error) {
	if len(d.Interfaces) == 0 {
		return s, nil
	}
	ids := make([]string, len(d.Interfaces))
	for n, itf := range d.Interfaces {
		ids[n] = itf.ID
	}
	var tags []map[string]string
	for itf, err := range i.be.Interfaces(ctx, backend.Query{IDs: ids}) {
		if err != nil {
			return s, err
		}
		tags = append(tags, itf.Tags)
	}
	for _, itf := range d.Interfaces {
		if itf.DeviceIndex == 0 {
			if n := len(itf.SecondaryIPs); n > 0 {
				s = s.WithSecondaryIPs(n)
			}
			if n := len(itf.IPv6); n > 0 {
				s = s.WithIPv6Count(n)
			}
			continue
		}
		s = s.WithInterface(itf.DeviceIndex, interfaceOf(itf, d.SubnetID))
	}
	return s.WithInterfaceTags(common(tags)), nil
}

// interfaceOf describes a further interface as one that a launch makes: the interface itself can't be
// had twice.
func interfaceOf(n backend.InstanceInterface, primarySubnet string) Interface {
	var i Interface
	if n.Type != "" && n.Type != "interface" {
		i.kind = some(n.Type)
	}
	if n.Description != "" {
		i = i.WithDescription(n.Description)
	}
	if n.NetworkCard != 0 {
		i = i.WithNetworkCard(n.NetworkCard)
	}
	if n.SubnetID != primarySubnet {
		i = i.WithSubnet(n.SubnetID)
	}
	if len(n.Groups) > 0 {
		i = i.WithGroups(groupIDs(n.Groups)...)
	}
	if len(n.SecondaryIPs) > 0 {
		i = i.WithSecondaryIPs(len(n.SecondaryIPs))
	}
	if len(n.IPv6) > 0 {
		i = i.WithIPv6Count(len(n.IPv6))
	}
	if !n.DeleteOnTermination {
		i = i.KeepOnTermination()
	}
	return i
}

func groupIDs(groups []backend.GroupRef) []string {
	ids := make([]string, len(groups))
	for n, g := range groups {
		ids[n] = g.ID
	}
	return ids
}

// ownGroups are the groups of the primary interface.
func ownGroups(d backend.Instance) []backend.GroupRef {
	for _, n := range d.Interfaces {
		if n.DeviceIndex == 0 && len(n.Groups) > 0 {
			return n.Groups
		}
	}
	return d.Groups
}

// readGroups tells a group that a launch made for declared rules by its name, which follows from them.
func (i *Instance) readGroups(ctx context.Context, d backend.Instance, s Spec) (Spec, error) {
	var ids []string
	walls, able := i.be.(backend.Firewalls)
	for _, g := range ownGroups(d) {
		if _, read := s.Firewall(); able && !read && strings.HasPrefix(g.Name, firewallPrefix) {
			rules, err := rulesOf(ctx, walls, g.ID)
			if err != nil {
				return s, err
			}
			if w := firewallOf(g.ID, rules); w.groupName() == g.Name {
				s = s.WithFirewall(w)
				continue
			}
		}
		ids = append(ids, g.ID)
	}
	if len(ids) > 0 {
		s = s.WithGroups(ids...)
	}
	return s, nil
}

// readLogin tells a key pair that a launch imported by its name, which follows from the key.
func (i *Instance) readLogin(ctx context.Context, d backend.Instance, s Spec) (Spec, error) {
	if d.KeyName == "" {
		return s, nil
	}
	if keys, able := i.be.(backend.KeyPairs); able && strings.HasPrefix(d.KeyName, keyPrefix) {
		found, ok, err := keyNamed(ctx, keys, d.KeyName)
		if err != nil {
			return s, err
		}
		if k := PublicKey(found.PublicKey); ok && k.KeyName() == d.KeyName {
			return s.WithPublicKey(k), nil
		}
	}
	return s.WithKeyName(d.KeyName), nil
}

func (i *Instance) readCredits(ctx context.Context, d backend.Instance, s Spec) (Spec, error) {
	t, known := catalogue.InstanceType(d.Type)
	be, able := i.be.(backend.Credits)
	if !known || !t.Burstable || !able {
		return s, nil
	}
	var all map[string]string
	err := i.settled(ctx, func(ctx context.Context) (err error) {
		all, err = be.InstanceCredits(ctx, []string{i.id})
		return err
	})
	if c := all[i.id]; c != "" {
		s = s.WithCredits(Credits(c))
	}
	return s, err
}

// chosenCPU is what the instance has otherwise than its type has it by default.
func chosenCPU(d backend.Instance) (CPU, bool) {
	cpu := cpuOf(d.CPU)
	if t, ok := catalogue.InstanceType(d.Type); ok && cpu.Cores == t.Cores && cpu.ThreadsPerCore == t.ThreadsPerCore {
		cpu.Cores, cpu.ThreadsPerCore = 0, 0
	}
	if cpu.SEVSNP == Disabled {
		cpu.SEVSNP = ""
	}
	if cpu.Nested == Disabled {
		cpu.Nested = ""
	}
	return cpu, cpu != CPU{}
}
