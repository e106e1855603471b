package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// modifySecurityGroupRules gives rules other protocols, ports, sources or descriptions. What a rule's new form doesn't
// say, it loses; the sort of its source it keeps (both (mem)).
func (t *tx) modifySecurityGroupRules(in *ec2.ModifySecurityGroupRulesInput) (*ec2.ModifySecurityGroupRulesOutput, error) {
	if deref(in.GroupId) == "" {
		return nil, missing("GroupId")
	}
	g, err := t.groupByID(*in.GroupId)
	if err != nil {
		return nil, err
	}
	if len(in.SecurityGroupRules) == 0 {
		return nil, missing("SecurityGroupRule")
	}
	changed := make(map[string]bool, len(in.SecurityGroupRules))
	for i := range in.SecurityGroupRules {
		old, w, err := t.wantedUpdate(g, &in.SecurityGroupRules[i])
		if err != nil {
			return nil, err
		}
		if changed[old.id] { // (mem)
			return nil, fail("InvalidParameterValue", "The security group rule ID '%s' must not appear multiple times", old.id)
		}
		changed[old.id] = true
		next := *old
		next.traffic, next.description = w.traffic, deref(w.description)
		t.rules.Put(&t.undo, &next)
	}
	for _, egress := range []bool{false, true} { // after all changes, so that two rules can change places
		seen := make(map[traffic]bool)
		for r := range t.rulesOf(g, egress) {
			if seen[r.traffic] {
				return nil, duplicateRule(r.traffic)
			}
			seen[r.traffic] = true
		}
	}
	return &ec2.ModifySecurityGroupRulesOutput{Return: ptr(true)}, nil
}

// wantedUpdate gives the rule that is to change, and what it is to be.
func (v *view) wantedUpdate(g *group, in *ec2types.SecurityGroupRuleUpdate) (*groupRule, *wantedRule, error) {
	if deref(in.SecurityGroupRuleId) == "" {
		return nil, nil, missing("SecurityGroupRuleId")
	}
	old, err := v.ruleByID(*in.SecurityGroupRuleId)
	if err == nil && old.group != g.id {
		err = notFound(kindGroupRule, old.id)
	}
	if err != nil {
		return nil, nil, err
	}
	to := in.SecurityGroupRule
	if to == nil {
		return nil, nil, missing("SecurityGroupRule")
	}
	p := ec2types.IpPermission{IpProtocol: to.IpProtocol, FromPort: to.FromPort, ToPort: to.ToPort}
	sources := 0
	if to.CidrIpv4 != nil {
		sources++
		p.IpRanges = []ec2types.IpRange{{CidrIp: to.CidrIpv4, Description: to.Description}}
	}
	if to.CidrIpv6 != nil {
		sources++
		p.Ipv6Ranges = []ec2types.Ipv6Range{{CidrIpv6: to.CidrIpv6, Description: to.Description}}
	}
	if to.PrefixListId != nil {
		sources++
		p.PrefixListIds = []ec2types.PrefixListId{{PrefixListId: to.PrefixListId, Description: to.Description}}
	}
	if to.ReferencedGroupId != nil {
		sources++
		p.UserIdGroupPairs = []ec2types.UserIdGroupPair{{GroupId: to.ReferencedGroupId, Description: to.Description}}
	}
	if sources > 1 { // (mem)
		return nil, nil, fail("InvalidParameterCombination", "Only one of CidrIpv4, CidrIpv6, PrefixListId and ReferencedGroupId can be specified.")
	}
	wanted, err := v.wantedBy(g, old.egress, &p)
	if err != nil {
		return nil, nil, err
	}
	w := &wanted[0]
	if w.ipv6 != old.ipv6 || (w.peer == "") != (old.peer == "") { // (mem)
		return nil, nil, fail("InvalidParameterValue", "The type of the source or destination of the security group rule '%s' cannot be changed.", old.id)
	}
	return old, w, nil
}

func (t *tx) updateSecurityGroupRuleDescriptionsIngress(in *ec2.UpdateSecurityGroupRuleDescriptionsIngressInput) (*ec2.UpdateSecurityGroupRuleDescriptionsIngressOutput, error) {
	g, err := t.groupMeant(in.GroupId, in.GroupName)
	if err != nil {
		return nil, err
	}
	if err := t.describeRulesAnew(g, false, in.IpPermissions, in.SecurityGroupRuleDescriptions); err != nil {
		return nil, err
	}
	return &ec2.UpdateSecurityGroupRuleDescriptionsIngressOutput{Return: ptr(true)}, nil
}

func (t *tx) updateSecurityGroupRuleDescriptionsEgress(in *ec2.UpdateSecurityGroupRuleDescriptionsEgressInput) (*ec2.UpdateSecurityGroupRuleDescriptionsEgressOutput, error) {
	g, err := t.groupMeant(in.GroupId, in.GroupName)
	if err != nil {
		return nil, err
	}
	if err := t.describeRulesAnew(g, true, in.IpPermissions, in.SecurityGroupRuleDescriptions); err != nil {
		return nil, err
	}
	return &ec2.UpdateSecurityGroupRuleDescriptionsEgressOutput{Return: ptr(true)}, nil
}

// describeRulesAnew replaces the descriptions of rules that are named by ID or by what they let pass. One that isn't
// given is taken away.
func (t *tx) describeRulesAnew(g *group, egress bool, permissions []ec2types.IpPermission, byID []ec2types.SecurityGroupRuleDescription) error {
	anew := func(r *groupRule, description *string) {
		next := *r
		next.description = deref(description)
		t.rules.Put(&t.undo, &next)
	}
	switch {
	case len(permissions) > 0 && len(byID) > 0: // (mem)
		return fail("InvalidParameterCombination", "The parameter ipPermissions cannot be used with the parameter securityGroupRuleDescriptions")
	case len(permissions) == 0 && len(byID) == 0: // (mem)
		return fail("MissingParameter", "Either 'ipPermissions' or 'securityGroupRuleDescriptions' should be provided.")
	}
	for _, in := range byID {
		if deref(in.SecurityGroupRuleId) == "" {
			return missing("SecurityGroupRuleId")
		}
		r, err := t.ruleIn(g, egress, *in.SecurityGroupRuleId)
		if err != nil {
			return err
		}
		if err := checkRuleDescription(in.Description); err != nil {
			return err
		}
		anew(r, in.Description)
	}
	if len(byID) > 0 {
		return nil
	}
	wanted, err := t.wantedRules(g, egress, permissions)
	if err != nil {
		return err
	}
	present := t.present(g, egress)
	for _, w := range wanted {
		r := present[w.traffic]
		if r == nil {
			return noSuchRule()
		}
		anew(r, w.description)
	}
	return nil
}
