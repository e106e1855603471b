package engine

import (
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

var groupFilters = filterable[group]{
	table:    func(s *state) *store.Table[group] { return s.groups },
	id:       func(g *group) string { return g.id },
	resource: ec2types.ResourceTypeSecurityGroup,
	filters: withRuleFilters(map[string]filterOn[group]{
		"description": one(func(_ *view, g *group) string { return g.description }),
		"group-id":    one(func(_ *view, g *group) string { return g.id }).by(ownID),
		"group-name":  one(func(_ *view, g *group) string { return g.name }).by("name"),
		"owner-id":    one(func(v *view, _ *group) string { return v.Account }),
		"vpc-id":      one(func(_ *view, g *group) string { return g.vpc }).by("vpc"),
	}),
}

// withRuleFilters adds the filters on rules, those of each direction. As the documentation says, any
// combination of a group's rules may match several of them.
func withRuleFilters(filters map[string]filterOn[group]) map[string]filterOn[group] {
	for property, value := range map[string]func(v *view, r *groupRule) string{
		"cidr":           func(_ *view, r *groupRule) string { return r.block(false) },
		"ipv6-cidr":      func(_ *view, r *groupRule) string { return r.block(true) },
		"from-port":      func(_ *view, r *groupRule) string { return r.port(r.from) },
		"to-port":        func(_ *view, r *groupRule) string { return r.port(r.to) },
		"group-id":       func(_ *view, r *groupRule) string { return r.peer },
		"group-name":     func(v *view, r *groupRule) string { return v.groupName(r.peer) },
		"prefix-list-id": func(*view, *groupRule) string { return "" }, // there are no prefix lists
		"protocol":       func(_ *view, r *groupRule) string { return r.protocol },
		"user-id":        func(v *view, r *groupRule) string { return v.ownerOf(r.peer) },
	} {
		for direction, egress := range map[string]bool{"ip-permission.": false, "egress.ip-permission.": true} {
			filters[direction+property] = some(func(v *view, g *group, add func(string)) {
				for r := range v.rulesOf(g, egress) {
					addUnlessEmpty(add, value(v, r))
				}
			})
		}
	}
	return filters
}

var ruleFilters = filterable[groupRule]{
	table:    func(s *state) *store.Table[groupRule] { return s.rules },
	id:       func(r *groupRule) string { return r.id },
	resource: ec2types.ResourceTypeSecurityGroupRule,
	filters: map[string]filterOn[groupRule]{
		"group-id":               one(func(_ *view, r *groupRule) string { return r.group }).by("group"),
		"security-group-rule-id": one(func(_ *view, r *groupRule) string { return r.id }).by(ownID),
	},
}
