package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func (t *tx) authorizeSecurityGroupIngress(in *ec2.AuthorizeSecurityGroupIngressInput) (*ec2.AuthorizeSecurityGroupIngressOutput, error) {
	g, err := t.groupMeant(in.GroupId, in.GroupName)
	if err != nil {
		return nil, err
	}
	flat := flatRule{in.CidrIp, in.IpProtocol, in.SourceSecurityGroupName, in.SourceSecurityGroupOwnerId, in.FromPort, in.ToPort}
	permissions, err := flat.permissions(in.IpPermissions)
	if err != nil {
		return nil, err
	}
	rules, err := t.authorize(g, false, permissions, in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	return &ec2.AuthorizeSecurityGroupIngressOutput{Return: ptr(true), SecurityGroupRules: rules}, nil
}

func (t *tx) authorizeSecurityGroupEgress(in *ec2.AuthorizeSecurityGroupEgressInput) (*ec2.AuthorizeSecurityGroupEgressOutput, error) {
	if deref(in.GroupId) == "" {
		return nil, missing("GroupId")
	}
	g, err := t.groupByID(*in.GroupId)
	if err != nil {
		return nil, err
	}
	flat := flatRule{in.CidrIp, in.IpProtocol, in.SourceSecurityGroupName, in.SourceSecurityGroupOwnerId, in.FromPort, in.ToPort}
	if err := flat.notForEgress(); err != nil {
		return nil, err
	}
	rules, err := t.authorize(g, true, in.IpPermissions, in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	return &ec2.AuthorizeSecurityGroupEgressOutput{Return: ptr(true), SecurityGroupRules: rules}, nil
}

// authorize adds rules to a group, all or none.
func (t *tx) authorize(g *group, egress bool, permissions []ec2types.IpPermission, specs []ec2types.TagSpecification) ([]ec2types.SecurityGroupRule, error) {
	wanted, err := t.wantedRules(g, egress, permissions)
	if err != nil {
		return nil, err
	}
	tags, err := tagSpecifications(specs, ec2types.ResourceTypeSecurityGroupRule)
	if err != nil {
		return nil, err
	}
	present := t.present(g, egress)
	for _, w := range wanted {
		if present[w.traffic] != nil {
			return nil, duplicateRule(w.traffic)
		}
	}
	made := make([]ec2types.SecurityGroupRule, 0, len(wanted))
	for _, w := range wanted {
		r := &groupRule{id: t.newID(kindGroupRule), scope: t.scope, group: g.id, traffic: w.traffic, description: deref(w.description)}
		t.rules.Put(&t.undo, r)
		if err := t.setTags(ec2types.ResourceTypeSecurityGroupRule, r.id, tags[ec2types.ResourceTypeSecurityGroupRule]); err != nil {
			return nil, err
		}
		made = append(made, t.renderRule(r))
	}
	if err := t.checkRuleCount(g, egress); err != nil {
		return nil, err
	}
	return made, nil
}

// present are the rules of a group in one direction, by what they let pass.
func (v *view) present(g *group, egress bool) map[traffic]*groupRule {
	all := make(map[traffic]*groupRule)
	for r := range v.rulesOf(g, egress) {
		all[r.traffic] = r
	}
	return all
}

func duplicateRule(r traffic) error {
	return fail("InvalidPermission.Duplicate", `the specified rule "%s" already exists`, r.inWords())
}

// maxRules is as far as the quota of a group's rules can be raised, for each direction, IPv4 and IPv6 apart; quotas
// themselves aren't enforced (https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html).
const maxRules = 1000

func (v *view) checkRuleCount(g *group, egress bool) error {
	ipv4, ipv6 := 0, 0
	for r := range v.rulesOf(g, egress) {
		if r.peer != "" || !r.ipv6 {
			ipv4++
		}
		if r.peer != "" || r.ipv6 { // a group counts as both (mem)
			ipv6++
		}
	}
	if max(ipv4, ipv6) > maxRules {
		return fail("RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached.")
	}
	return nil
}
