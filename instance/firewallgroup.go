package instance

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/aftermath"
)

// The tags of groups and key pairs that launches make: what made it, and that a firewall was declared.
const (
	workflowTag = "amiclass:workflow"
	firewallTag = "amiclass:firewall"
)

const firewallDescription = "Firewall rules that the spec of an instance declares"

// ensure gives the ID of the group that has the rules in a VPC, and makes it if there is none.
func (w Firewall) ensure(ctx context.Context, be backend.Backend, vpc string) (string, error) {
	walls, ok := be.(backend.Firewalls)
	if !ok {
		return "", lacking(be, "CreateSecurityGroup", "declares firewall rules: use WithGroups instead")
	}
	name := w.groupName()
	id, err := w.group(ctx, be, walls, vpc, name)
	if err == nil {
		err = w.complete(ctx, walls, id)
	}
	if err != nil {
		return "", fmt.Errorf("security group %s for the firewall of the spec: %w", name, err)
	}
	return id, nil
}

// group finds the group or makes it. What is made is noted before anything else is done.
func (w Firewall) group(ctx context.Context, be backend.Backend, walls backend.Firewalls, vpc, name string) (string, error) {
	found, err := groupsNamed(ctx, be, vpc, name)
	if err != nil || len(found) > 0 {
		return firstID(found), err
	}
	mark := rand.Text()
	id, err := walls.CreateSecurityGroup(ctx, backend.CreateSecurityGroupRequest{
		Name: name, Description: firewallDescription, VPCID: vpc,
		Tags: map[string]string{workflowTag: mark, firewallTag: ""},
	})
	if err == nil {
		backend.Made(ctx, be, backend.KindSecurityGroup, id)
		return id, nil
	}
	// A duplicate is another launch's, or this one's if a reply was lost and the call was made again.
	if !errors.Is(err, backend.ErrAlreadyExists) && !aftermath.Uncertain(err) {
		return "", err
	}
	looked := aftermath.Look(ctx, func(ctx context.Context) (bool, error) {
		var err error
		found, err = groupsNamed(ctx, be, vpc, name)
		return len(found) > 0, err
	})
	switch {
	case looked != nil:
		return "", errors.Join(err, fmt.Errorf("it may exist: looking for it failed: %w", looked))
	case len(found) == 0:
		return "", err
	case found[0].Tags[workflowTag] == mark:
		backend.Made(ctx, be, backend.KindSecurityGroup, found[0].ID)
	}
	if ctx.Err() != nil {
		return "", err
	}
	return found[0].ID, nil
}

// complete adds the rules that the group lacks and refuses those that it has too many. A launch that
// completes the same group at the same time is no trouble: then it begins anew with what is there.
func (w Firewall) complete(ctx context.Context, walls backend.Firewalls, id string) error {
	var last error
	for round := range 5 {
		if errors.Is(last, backend.ErrNotFound) { // a new group isn't known everywhere at once
			select {
			case <-ctx.Done():
				return last
			case <-time.After(time.Duration(round) * time.Second):
			}
		}
		have, err := rulesOf(ctx, walls, id)
		if err != nil {
			return err
		}
		missing, surplus, err := w.compare(id, have)
		if err != nil {
			return err
		}
		if len(missing)+len(surplus) == 0 {
			return nil
		}
		if last = change(ctx, walls, id, missing, surplus); last == nil {
			return nil
		}
		if ctx.Err() != nil || !errors.Is(last, backend.ErrAlreadyExists) && !errors.Is(last, backend.ErrNotFound) && !aftermath.Uncertain(last) {
			return last
		}
	}
	return last
}

// change adds what is missing before it takes away what is too much, so that a group in use never lets
// less through than is declared.
func change(ctx context.Context, walls backend.Firewalls, id string, missing, surplus []backend.SecurityGroupRule) error {
	for _, egress := range []bool{false, true} {
		other := func(r backend.SecurityGroupRule) bool { return r.Egress != egress }
		if add := slices.DeleteFunc(slices.Clone(missing), other); len(add) > 0 {
			if err := walls.AuthorizeSecurityGroup(ctx, id, add); err != nil {
				return err
			}
		}
		if drop := slices.DeleteFunc(slices.Clone(surplus), other); len(drop) > 0 {
			if err := walls.RevokeSecurityGroup(ctx, id, drop); err != nil {
				return err
			}
		}
	}
	return nil
}

// compare finds the rules that a group lacks, and of those that it has too many the ones that EC2 gives
// to every new group. Others are somebody's doing, and an error.
func (w Firewall) compare(id string, have []backend.SecurityGroupRule) (missing, surplus []backend.SecurityGroupRule, err error) {
	there := func(rules []backend.SecurityGroupRule, r backend.SecurityGroupRule) bool {
		return slices.ContainsFunc(rules, func(o backend.SecurityGroupRule) bool {
			return o.Egress == r.Egress && ruleOf(o, id).undescribed() == ruleOf(r, id).undescribed()
		})
	}
	wanted := w.rules(id)
	for _, r := range wanted {
		if !there(have, r) {
			missing = append(missing, r)
		}
	}
	var extra []string
	for _, r := range have {
		one := ruleOf(r, id)
		everything := r.Egress && one.undescribed().traffic == AllTraffic() && (one.peer == AnyIPv4 || one.peer == AnyIPv6)
		switch {
		case there(wanted, r), everything && !w.closed:
		case everything:
			surplus = append(surplus, r)
		default:
			extra = append(extra, fmt.Sprintf("%s (%s %s)", r.ID, one.traffic, one.peer))
		}
	}
	if len(extra) > 0 {
		return nil, nil, &FieldError{
			Path:    "spec.firewall",
			Problem: fmt.Sprintf("was made into %s before, which has rules by now that nobody declared: %s", id, strings.Join(extra, ", ")),
			Remedy:  "take them away, or declare them",
			kind:    backend.ErrState,
		}
	}
	return missing, surplus, nil
}

func rulesOf(ctx context.Context, walls backend.Firewalls, group string) ([]backend.SecurityGroupRule, error) {
	var rules []backend.SecurityGroupRule
	for r, err := range walls.SecurityGroupRules(ctx, backend.Query{Filters: []backend.Filter{backend.By("group-id", group)}}) {
		if err != nil {
			return nil, err
		}
		rules = append(rules, r)
	}
	return rules, nil
}

// groupsNamed finds the groups of a VPC that have one of the names.
func groupsNamed(ctx context.Context, be backend.Backend, vpc string, names ...string) ([]backend.SecurityGroup, error) {
	var found []backend.SecurityGroup
	q := backend.Query{Filters: []backend.Filter{backend.By("vpc-id", vpc), backend.By("group-name", literal(names)...)}}
	for g, err := range be.SecurityGroups(ctx, q) {
		if err != nil {
			return nil, err
		}
		found = append(found, g)
	}
	return found, nil
}

func firstID(groups []backend.SecurityGroup) string {
	if len(groups) == 0 {
		return ""
	}
	return groups[0].ID
}

var wildcards = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`)

// literal are values of a filter that mean themselves.
func literal(values []string) []string {
	escaped := make([]string, len(values))
	for i, v := range values {
		escaped[i] = wildcards.Replace(v)
	}
	return escaped
}

// lacking is the error for a spec that needs what the backend can't do.
func lacking(be backend.Backend, op, spec string) error {
	return &backend.Error{Op: op, Kind: backend.ErrUnsupported,
		Message: fmt.Sprintf("the backend %T lacks this ability, but the spec %s", be, spec)}
}
