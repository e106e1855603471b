package engine

import (
	"fmt"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// groupRule is a rule of a security group.
type groupRule struct {
	id    string
	scope store.Scope
	group string
	traffic
	description string
	seeded      bool // it came with its group
}

// traffic is what a rule lets pass: no two rules of a group have the same. Exactly one of cidr and peer is set.
type traffic struct {
	egress   bool
	protocol string // "-1" is all
	from, to int32  // ports, or type and code of ICMP; -1 and -1 for protocols that have none
	cidr     string // canonical
	ipv6     bool   // cidr is an IPv6 block
	peer     string // a group's ID
}

const allProtocols = "-1"

var ruleSchema = store.Schema[groupRule]{
	Name:  "rules",
	ID:    func(r *groupRule) string { return r.id },
	Scope: func(r *groupRule) store.Scope { return r.scope },
	Indexes: []store.Index[groupRule]{
		{Name: "group", Values: func(r *groupRule, add func(string)) { add(r.group) }},
		{Name: "peer", Values: func(r *groupRule, add func(string)) { addUnlessEmpty(add, r.peer) }},
	},
}

var ruleOperations = []operation{
	writing("GroupId GroupName TagSpecifications{ResourceType Tags{Key Value}} "+permissionFields+flatRuleFields, (*tx).authorizeSecurityGroupIngress),
	writing("GroupId TagSpecifications{ResourceType Tags{Key Value}} "+permissionFields+flatRuleFields, (*tx).authorizeSecurityGroupEgress),
	writing("GroupId GroupName SecurityGroupRuleIds "+permissionFields+flatRuleFields, (*tx).revokeSecurityGroupIngress),
	writing("GroupId SecurityGroupRuleIds "+permissionFields+flatRuleFields, (*tx).revokeSecurityGroupEgress),
	reading("SecurityGroupRuleIds Filters{Name Values} MaxResults NextToken", (*view).describeSecurityGroupRules),
	writing("GroupId SecurityGroupRules{SecurityGroupRuleId SecurityGroupRule{IpProtocol FromPort ToPort CidrIpv4 CidrIpv6 "+
		"PrefixListId ReferencedGroupId Description}}", (*tx).modifySecurityGroupRules),
	writing("GroupId GroupName SecurityGroupRuleDescriptions{SecurityGroupRuleId Description} "+permissionFields, (*tx).updateSecurityGroupRuleDescriptionsIngress),
	writing("GroupId GroupName SecurityGroupRuleDescriptions{SecurityGroupRuleId Description} "+permissionFields, (*tx).updateSecurityGroupRuleDescriptionsEgress),
}

// The fields of permissions, and those of a single rule in a request of the older form.
const (
	permissionFields = "IpPermissions{IpProtocol FromPort ToPort IpRanges{CidrIp Description} Ipv6Ranges{CidrIpv6 Description} " +
		"PrefixListIds{PrefixListId Description} UserIdGroupPairs{GroupId GroupName UserId Description PeeringStatus VpcId VpcPeeringConnectionId}} "
	flatRuleFields = "CidrIp IpProtocol FromPort ToPort SourceSecurityGroupName SourceSecurityGroupOwnerId "
)

// rulesOf are the rules of one direction, in the order in which they were made.
func (v *view) rulesOf(g *group, egress bool) iter.Seq[*groupRule] {
	return func(yield func(*groupRule) bool) {
		for r := range v.rules.By("group", v.scope, g.id) {
			if r.egress == egress && !yield(r) {
				return
			}
		}
	}
}

// ruleByID gives the caller's rule, or InvalidSecurityGroupRuleId.Malformed or .NotFound.
func (v *view) ruleByID(id string) (*groupRule, error) {
	return owned(v, v.rules, ruleSchema.Scope, kindGroupRule, id)
}

// ruleIn is a rule by its ID if the group has it in that direction.
func (v *view) ruleIn(g *group, egress bool, id string) (*groupRule, error) {
	r, err := v.ruleByID(id)
	if err == nil && (r.group != g.id || r.egress != egress) {
		err = notFound(kindGroupRule, id)
	}
	return r, err
}

func (t *tx) dropRule(r *groupRule) {
	t.dropTags(r.id)
	t.rules.Delete(&t.undo, r.id)
}

// letOut lets a group's instances send anything anywhere.
func (t *tx) letOut(group string, ipv6 bool) {
	everywhere := traffic{egress: true, protocol: allProtocols, from: -1, to: -1, cidr: "0.0.0.0/0"}
	t.rules.Put(&t.undo, &groupRule{id: t.newID(kindGroupRule), scope: t.scope, group: group, traffic: everywhere, seeded: true})
	if ipv6 { // (mem)
		everywhere.cidr, everywhere.ipv6 = "::/0", true
		t.rules.Put(&t.undo, &groupRule{id: t.newID(kindGroupRule), scope: t.scope, group: group, traffic: everywhere, seeded: true})
	}
}

func (r *traffic) block(ipv6 bool) string {
	if r.ipv6 != ipv6 {
		return ""
	}
	return r.cidr
}

// ported tells whether the rule is for some ports, or types of ICMP: for other protocols it is for all.
func (r *traffic) ported() bool {
	switch r.protocol {
	case "tcp", "udp", "icmp", "icmpv6":
		return true
	}
	return false
}

func (r *traffic) port(n int32) string {
	if !r.ported() {
		return ""
	}
	return itoa(int(n))
}

// inWords writes a rule as EC2 does in errors. The forms for all and for TCP are recorded, the others (mem).
func (r *traffic) inWords() string {
	what := "ALL"
	switch {
	case r.protocol == "icmp" || r.protocol == "icmpv6":
		what = fmt.Sprintf("%s, type: %d, code: %d", strings.ToUpper(r.protocol), r.from, r.to)
	case r.ported():
		what = fmt.Sprintf("%s, from port: %d, to port: %d", strings.ToUpper(r.protocol), r.from, r.to)
	case r.protocol != allProtocols:
		what = "protocol: " + r.protocol
	}
	return fmt.Sprintf("peer: %s%s, %s, ALLOW", r.cidr, r.peer, what)
}

func (v *view) describeSecurityGroupRules(in *ec2.DescribeSecurityGroupRulesInput) (*ec2.DescribeSecurityGroupRulesOutput, error) {
	pg, err := usualPaging.at("DescribeSecurityGroupRules", in.MaxResults, in.NextToken, 0, "")
	if err != nil {
		return nil, err
	}
	rows, next, err := ruleFilters.listing(v, in.Filters, in.SecurityGroupRuleIds, v.ruleByID, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeSecurityGroupRulesOutput{NextToken: next, SecurityGroupRules: make([]ec2types.SecurityGroupRule, 0, len(rows))}
	for _, r := range rows {
		out.SecurityGroupRules = append(out.SecurityGroupRules, v.renderRule(r))
	}
	return out, nil
}

func (v *view) renderRule(r *groupRule) ec2types.SecurityGroupRule {
	out := ec2types.SecurityGroupRule{
		CidrIpv4:             text(r.block(false)),
		CidrIpv6:             text(r.block(true)),
		Description:          text(r.description),
		FromPort:             ptr(r.from),
		GroupId:              ptr(r.group),
		GroupOwnerId:         ptr(v.Account),
		IpProtocol:           ptr(r.protocol),
		IsEgress:             ptr(r.egress),
		SecurityGroupRuleArn: ptr(v.ARN("ec2", "security-group-rule/"+r.id)),
		SecurityGroupRuleId:  ptr(r.id),
		Tags:                 v.renderTags(r.id),
		ToPort:               ptr(r.to),
	}
	if r.peer != "" {
		out.ReferencedGroupInfo = &ec2types.ReferencedSecurityGroup{GroupId: ptr(r.peer), UserId: ptr(v.ownerOf(r.peer))}
	}
	return out
}
