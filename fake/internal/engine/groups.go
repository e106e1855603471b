package engine

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// group is a security group. Its rules are rows of their own.
type group struct {
	id          string
	scope       store.Scope
	name        string
	description string
	vpc         string
}

var groupSchema = store.Schema[group]{
	Name:  "groups",
	ID:    func(g *group) string { return g.id },
	Scope: func(g *group) store.Scope { return g.scope },
	Indexes: []store.Index[group]{
		{Name: "vpc", Values: func(g *group, add func(string)) { add(g.vpc) }},
		{Name: "name", Values: func(g *group, add func(string)) { add(g.name) }},
		{Name: "title", Values: func(g *group, add func(string)) { add(groupTitle(g.vpc, g.name)) }},
	},
}

// groupTitle is what no two groups have in common: the VPC, and the name without regard to case.
func groupTitle(vpc, name string) string { return vpc + " " + strings.ToLower(name) }

func (g *group) identifier() ec2types.GroupIdentifier {
	return ec2types.GroupIdentifier{GroupId: ptr(g.id), GroupName: ptr(g.name)}
}

var groupOperations = []operation{
	writing("GroupName Description VpcId TagSpecifications{ResourceType Tags{Key Value}}", (*tx).createSecurityGroup),
	writing("GroupId GroupName", (*tx).deleteSecurityGroup),
	reading("GroupIds GroupNames Filters{Name Values} MaxResults NextToken", (*view).describeSecurityGroups),
	reading("GroupId", (*view).describeSecurityGroupReferences),
	reading("VpcId MaxResults NextToken", (*view).describeStaleSecurityGroups),
}

// createSecurityGroup makes a group that lets nothing in and everything out
// (https://docs.aws.amazon.com/vpc/latest/userguide/creating-security-groups.html).
func (t *tx) createSecurityGroup(in *ec2.CreateSecurityGroupInput) (*ec2.CreateSecurityGroupOutput, error) {
	name := strings.TrimRight(deref(in.GroupName), " ")
	if err := checkGroupName(name); err != nil {
		return nil, err
	}
	if deref(in.Description) == "" {
		return nil, missing("GroupDescription")
	}
	if !groupText(*in.Description) {
		return nil, fail("InvalidParameterValue", "Invalid security group description. Valid descriptions are strings less than 256 characters from the following set: %s", groupCharacters) // (mem)
	}
	network, err := t.vpcOrDefault(deref(in.VpcId))
	if err != nil {
		return nil, err
	}
	if exists(t.groups.By("title", t.scope, groupTitle(network.id, name))) {
		return nil, fail("InvalidGroup.Duplicate", "The security group '%s' already exists for VPC '%s'", name, network.id)
	}
	tags, err := tagSpecifications(in.TagSpecifications, ec2types.ResourceTypeSecurityGroup)
	if err != nil {
		return nil, err
	}
	g := &group{id: t.newID(kindGroup), scope: t.scope, name: name, description: *in.Description, vpc: network.id}
	t.groups.Put(&t.undo, g)
	t.letOut(g.id, network.ipv6.cidr.IsValid())
	if err := t.setTags(ec2types.ResourceTypeSecurityGroup, g.id, tags[ec2types.ResourceTypeSecurityGroup]); err != nil {
		return nil, err
	}
	return &ec2.CreateSecurityGroupOutput{
		GroupId:          ptr(g.id),
		SecurityGroupArn: ptr(t.ARN("ec2", "security-group/"+g.id)),
		Tags:             t.renderTags(g.id),
	}, nil
}

// groupCharacters are those that names and descriptions of groups, and descriptions of rules, may have.
const groupCharacters = "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"

func groupText(s string) bool {
	return len(s) <= 255 && !strings.ContainsFunc(s, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !letter && !strings.ContainsRune(". _-:/()#,@[]+=&;{}!$*", r)
	})
}

// checkGroupName refuses names that groups can't have; texts (mem).
func checkGroupName(name string) error {
	switch {
	case name == "":
		return missing("GroupName")
	case strings.EqualFold(name, defaultGroupName):
		return fail("InvalidGroup.Reserved", "Cannot use reserved security group name: %s", name)
	case strings.HasPrefix(strings.ToLower(name), kindNames[kindGroup].prefix+"-"):
		return badValue("GroupName", name, "Group names may not be in the format sg-*.")
	case !ascii(name):
		return badValue("GroupName", name, "Character sets beyond ASCII are not supported.")
	case !groupText(name):
		return badValue("GroupName", name, "Valid names are strings less than 256 characters from the following set: %s", groupCharacters)
	}
	return nil
}

// deleteSecurityGroup takes away a group that is on no interface and that no other group's rule refers to.
func (t *tx) deleteSecurityGroup(in *ec2.DeleteSecurityGroupInput) (*ec2.DeleteSecurityGroupOutput, error) {
	g, err := t.groupMeant(in.GroupId, in.GroupName)
	if err != nil {
		return nil, err
	}
	if g.name == defaultGroupName {
		return nil, fail("CannotDelete", `the specified group: "%s" name: "%s" cannot be deleted by a user`, g.id, g.name) // text (mem)
	}
	if t.groupInUse(g) {
		if in.GroupName != nil { // text (mem)
			return nil, fail("InvalidGroup.InUse", "There are active instances using security group '%s'", g.name)
		}
		return nil, fail("DependencyViolation", "resource %s has a dependent object", g.id)
	}
	t.dropGroup(g)
	return &ec2.DeleteSecurityGroupOutput{GroupId: ptr(g.id), Return: ptr(true)}, nil
}

func (v *view) groupInUse(g *group) bool {
	if exists(v.interfaces.By("group", v.scope, g.id)) {
		return true
	}
	for r := range v.rules.By("peer", v.scope, g.id) {
		if r.group != g.id {
			return true
		}
	}
	return false
}

// dropGroup takes a group away with its rules.
func (t *tx) dropGroup(g *group) {
	for _, r := range slices.Collect(t.rules.By("group", t.scope, g.id)) {
		t.dropRule(r)
	}
	t.dropTags(g.id)
	t.groups.Delete(&t.undo, g.id)
}

func (v *view) describeSecurityGroups(in *ec2.DescribeSecurityGroupsInput) (*ec2.DescribeSecurityGroupsOutput, error) {
	pg, err := usualPaging.at("DescribeSecurityGroups", in.MaxResults, in.NextToken, 0, "")
	if err != nil {
		return nil, err
	}
	ids := slices.Clone(in.GroupIds)
	for _, name := range in.GroupNames { // IDs and names together give both (mem)
		g, err := v.groupInDefaultVPC(name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, g.id)
	}
	rows, next, err := groupFilters.listing(v, in.Filters, ids, v.groupByID, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeSecurityGroupsOutput{NextToken: next, SecurityGroups: make([]ec2types.SecurityGroup, 0, len(rows))}
	for _, g := range rows {
		out.SecurityGroups = append(out.SecurityGroups, v.renderGroup(g))
	}
	return out, nil
}

func (v *view) renderGroup(g *group) ec2types.SecurityGroup {
	return ec2types.SecurityGroup{
		Description:         ptr(g.description),
		GroupId:             ptr(g.id),
		GroupName:           ptr(g.name),
		IpPermissions:       v.renderPermissions(v.rulesOf(g, false)),
		IpPermissionsEgress: v.renderPermissions(v.rulesOf(g, true)),
		OwnerId:             ptr(v.Account),
		SecurityGroupArn:    ptr(v.ARN("ec2", "security-group/"+g.id)),
		Tags:                v.renderTags(g.id),
		VpcId:               ptr(g.vpc),
	}
}
