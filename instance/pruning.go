package instance

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/lines"
	"github.com/amiclass/amiclass/region"
)

// FirewallGroup is a security group that a launch made for declared rules.
type FirewallGroup struct {
	ID, Name, VPCID string
	UsedBy          []string // interfaces and security groups, by ID; empty if nothing uses it
}

// Unused tells whether nothing uses the group.
func (g FirewallGroup) Unused() bool { return len(g.UsedBy) == 0 }

// String reads "sg-… (amiclass-…): unused" or "… used by eni-…".
func (g FirewallGroup) String() string {
	use := "unused"
	if !g.Unused() {
		use = "used by " + strings.Join(g.UsedBy, ", ")
	}
	return fmt.Sprintf("%s (%s): %s", g.ID, g.Name, use)
}

// FirewallPruning is a plan: which of the groups that launches made for declared firewalls are unused.
// It changes nothing until it is applied.
type FirewallPruning struct {
	Region region.Region
	Groups []FirewallGroup // all of them, sorted by ID

	walls backend.Firewalls
}

// PruneFirewalls looks for security groups in be's region that launches made for declared firewalls, and
// plans to remove those that nothing uses:
//
//	plan, err := instance.PruneFirewalls(ctx, be)
//	fmt.Println(plan)
//	err = plan.Apply(ctx)
func PruneFirewalls(ctx context.Context, be backend.Backend) (FirewallPruning, error) {
	if be == nil {
		return FirewallPruning{}, errNoBackend
	}
	walls, err := backend.Ability[backend.Firewalls](be, "DeleteSecurityGroup", "")
	if err != nil {
		return FirewallPruning{}, err
	}
	plan := FirewallPruning{Region: be.Region(), walls: walls}
	for g, err := range be.SecurityGroups(ctx, backend.Query{Filters: []backend.Filter{backend.By("tag-key", firewallTag)}}) {
		if err != nil {
			return FirewallPruning{}, err
		}
		if !strings.HasPrefix(g.Name, firewallPrefix) {
			continue // copied tags make no firewall
		}
		plan.Groups = append(plan.Groups, FirewallGroup{ID: g.ID, Name: g.Name, VPCID: g.VPCID})
	}
	slices.SortFunc(plan.Groups, func(a, b FirewallGroup) int { return strings.Compare(a.ID, b.ID) })
	return plan, plan.findUses(ctx, be)
}

// A request takes 200 values in its filters
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html).
const filterValues = 200

func (p FirewallPruning) findUses(ctx context.Context, be backend.Backend) error {
	for batch := range slices.Chunk(p.Groups, filterValues) {
		ids := make([]string, len(batch))
		for i, g := range batch {
			ids[i] = g.ID
		}
		for n, err := range be.Interfaces(ctx, backend.Query{Filters: []backend.Filter{backend.By("group-id", ids...)}}) {
			if err != nil {
				return err
			}
			for _, g := range n.Groups {
				noteUse(batch, g.ID, n.ID)
			}
		}
		for _, name := range []string{"ip-permission.group-id", "egress.ip-permission.group-id"} {
			for g, err := range be.SecurityGroups(ctx, backend.Query{Filters: []backend.Filter{backend.By(name, ids...)}}) {
				if err != nil {
					return err
				}
				if err := p.findPeers(ctx, batch, g.ID); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// findPeers notes what the rules of a group refer to. That a group refers to itself is no use.
func (p FirewallPruning) findPeers(ctx context.Context, batch []FirewallGroup, group string) error {
	rules, err := rulesOf(ctx, p.walls, group)
	for _, r := range rules {
		if r.PeerGroupID != group {
			noteUse(batch, r.PeerGroupID, group)
		}
	}
	return err
}

func noteUse(groups []FirewallGroup, id, user string) {
	for i := range groups {
		if g := &groups[i]; g.ID == id && !slices.Contains(g.UsedBy, user) {
			g.UsedBy = append(g.UsedBy, user)
		}
	}
}

// Unused are the groups that [FirewallPruning.Apply] removes.
func (p FirewallPruning) Unused() []FirewallGroup {
	return slices.DeleteFunc(slices.Clone(p.Groups), func(g FirewallGroup) bool { return !g.Unused() })
}

// String has a line for each group.
func (p FirewallPruning) String() string {
	return lines.Of(p.Groups, fmt.Sprintf("no firewalls in %s", p.Region))
}

// Apply removes the groups that were unused. One that has come to be used since, or that has gone, is
// fine. It goes on after a failure; the error joins all of them.
func (p FirewallPruning) Apply(ctx context.Context) error {
	var errs []error
	for _, g := range p.Unused() {
		err := p.walls.DeleteSecurityGroup(ctx, g.ID)
		if err != nil && !errors.Is(err, backend.ErrState) && !errors.Is(err, backend.ErrNotFound) {
			errs = append(errs, fmt.Errorf("remove the firewall %s: %w", g.ID, err))
		}
	}
	return errors.Join(errs...)
}
