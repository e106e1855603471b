package engine

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func (t *tx) revokeSecurityGroupIngress(in *ec2.RevokeSecurityGroupIngressInput) (*ec2.RevokeSecurityGroupIngressOutput, error) {
	g, err := t.groupMeant(in.GroupId, in.GroupName)
	if err != nil {
		return nil, err
	}
	if in.SourceSecurityGroupOwnerId != nil { // documented as not supported; code and text (mem)
		return nil, fail("UnsupportedOperation", "The parameter sourceSecurityGroupOwnerId is not supported; use ipPermissions.")
	}
	flat := flatRule{in.CidrIp, in.IpProtocol, in.SourceSecurityGroupName, nil, in.FromPort, in.ToPort}
	permissions, err := flat.permissions(in.IpPermissions)
	if err != nil {
		return nil, err
	}
	revoked, unknown, err := t.revoke(g, false, permissions, in.SecurityGroupRuleIds)
	if err != nil {
		return nil, err
	}
	return &ec2.RevokeSecurityGroupIngressOutput{Return: ptr(true), RevokedSecurityGroupRules: revoked, UnknownIpPermissions: unknown}, nil
}

func (t *tx) revokeSecurityGroupEgress(in *ec2.RevokeSecurityGroupEgressInput) (*ec2.RevokeSecurityGroupEgressOutput, error) {
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
	revoked, unknown, err := t.revoke(g, true, in.IpPermissions, in.SecurityGroupRuleIds)
	if err != nil {
		return nil, err
	}
	return &ec2.RevokeSecurityGroupEgressOutput{Return: ptr(true), RevokedSecurityGroupRules: revoked, UnknownIpPermissions: unknown}, nil
}

// revoke takes rules away that are named by ID or by what they let pass. In a default VPC it tells of permissions that
// the group doesn't have; elsewhere they make it fail
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RevokeSecurityGroupIngress.html).
func (t *tx) revoke(g *group, egress bool, permissions []ec2types.IpPermission, ids []string) (revoked []ec2types.RevokedSecurityGroupRule, unknown []ec2types.IpPermission, err error) {
	var going []*groupRule
	switch {
	case len(ids) > 0 && len(permissions) > 0: // (mem)
		return nil, nil, fail("InvalidParameterCombination", "The parameter securityGroupRuleIds cannot be used with the parameter ipPermissions")
	case len(ids) > 0:
		going, err = t.rulesByID(g, egress, ids)
	case len(permissions) > 0:
		going, unknown, err = t.rulesByTraffic(g, egress, permissions)
	default:
		err = fail("MissingParameter", "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.")
	}
	if err != nil {
		return nil, nil, err
	}
	for _, r := range going {
		t.dropRule(r)
		revoked = append(revoked, ec2types.RevokedSecurityGroupRule{
			CidrIpv4:            text(r.block(false)),
			CidrIpv6:            text(r.block(true)),
			Description:         text(r.description),
			FromPort:            ptr(r.from),
			GroupId:             ptr(r.group),
			IpProtocol:          ptr(r.protocol),
			IsEgress:            ptr(r.egress),
			ReferencedGroupId:   text(r.peer),
			SecurityGroupRuleId: ptr(r.id),
			ToPort:              ptr(r.to),
		})
	}
	return revoked, unknown, nil
}

// rulesByID gives a group's rules of one direction, each once.
func (v *view) rulesByID(g *group, egress bool, ids []string) ([]*groupRule, error) {
	return ruleFilters.findAll(ids, func(id string) (*groupRule, error) { return v.ruleIn(g, egress, id) })
}

// rulesByTraffic gives a group's rules that are as the permissions say, whatever their descriptions, and, in a default
// VPC, the permissions that it doesn't have.
func (v *view) rulesByTraffic(g *group, egress bool, permissions []ec2types.IpPermission) (rules []*groupRule, unknown []ec2types.IpPermission, err error) {
	wanted, err := v.wantedRules(g, egress, permissions)
	if err != nil {
		return nil, nil, err
	}
	present := v.present(g, egress)
	var absent []*groupRule
	for _, w := range wanted {
		if r := present[w.traffic]; r != nil {
			rules = append(rules, r)
		} else {
			absent = append(absent, &groupRule{traffic: w.traffic, description: deref(w.description)})
		}
	}
	if len(absent) == 0 {
		return rules, nil, nil
	}
	if network, ok := v.vpcs.Get(g.vpc); !ok || !network.isDefault {
		return nil, nil, noSuchRule()
	}
	return rules, v.renderPermissions(slices.Values(absent)), nil
}

func noSuchRule() error {
	return fail("InvalidPermission.NotFound", "The specified rule does not exist in this security group.") // text (mem)
}
