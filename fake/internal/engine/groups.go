package engine

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// group is a security group with its rules.
type group struct {
	id          string
	scope       store.Scope
	name        string
	description string
	vpc         string
	rules       []groupRule
}

// groupRule lets traffic pass. Exactly one of cidr and peer is set.
type groupRule struct {
	id          string
	egress      bool
	protocol    string // "-1" is all
	from, to    int32
	cidr        string
	ipv6        bool   // cidr is an IPv6 block
	peer        string // a group's ID
	description string
}

const allProtocols = "-1"

var groupSchema = store.Schema[group]{
	Name:  "groups",
	ID:    func(g *group) string { return g.id },
	Scope: func(g *group) store.Scope { return g.scope },
	Indexes: []store.Index[group]{
		{Name: "vpc", Values: func(g *group, add func(string)) { add(g.vpc) }},
		{Name: "name", Values: func(g *group, add func(string)) { add(g.name) }},
		{Name: "rule", Values: func(g *group, add func(string)) {
			for _, r := range g.rules {
				add(r.id)
			}
		}},
	},
}

func (g *group) identifier() ec2types.GroupIdentifier {
	return ec2types.GroupIdentifier{GroupId: ptr(g.id), GroupName: ptr(g.name)}
}

var groupOperations = []operation{
	reading("GroupIds GroupNames Filters{Name Values} MaxResults NextToken", (*view).describeSecurityGroups),
}

var groupFilters = filterable[group]{
	table:    func(s *state) *store.Table[group] { return s.groups },
	id:       func(g *group) string { return g.id },
	resource: ec2types.ResourceTypeSecurityGroup,
	filters: withRuleFilters(map[string]filterOn[group]{
		"description": one(func(_ *view, g *group) string { return g.description }),
		"group-id":    one(func(_ *view, g *group) string { return g.id }),
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
				for i := range g.rules {
					if r := &g.rules[i]; r.egress == egress {
						if s := value(v, r); s != "" {
							add(s)
						}
					}
				}
			})
		}
	}
	return filters
}

func (r *groupRule) block(ipv6 bool) string {
	if r.ipv6 != ipv6 {
		return ""
	}
	return r.cidr
}

// ported tells whether the rule is for some ports, or types of ICMP: for other protocols it is for all.
func (r *groupRule) ported() bool {
	switch r.protocol {
	case "tcp", "udp", "icmp", "icmpv6":
		return true
	}
	return false
}

func (r *groupRule) port(n int32) string {
	if !r.ported() {
		return ""
	}
	return itoa(int(n))
}

func (v *view) groupName(id string) string {
	if g, ok := v.groups.Get(id); ok {
		return g.name
	}
	return ""
}

func (v *view) ownerOf(group string) string {
	if g, ok := v.groups.Get(group); ok {
		return v.places[g.scope].Account
	}
	return ""
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
		IpPermissions:       v.renderRules(g, false),
		IpPermissionsEgress: v.renderRules(g, true),
		OwnerId:             ptr(v.Account),
		SecurityGroupArn:    ptr(v.ARN("ec2", "security-group/"+g.id)),
		Tags:                v.renderTags(g.id),
		VpcId:               ptr(g.vpc),
	}
}

// renderRules gives the rules of one direction; those of the same protocol and ports are one permission.
func (v *view) renderRules(g *group, egress bool) []ec2types.IpPermission {
	var out []ec2types.IpPermission
	type about struct {
		protocol string
		from, to int32
	}
	at := make(map[about]int)
	for i := range g.rules {
		r := &g.rules[i]
		if r.egress != egress {
			continue
		}
		key := about{r.protocol, r.from, r.to}
		n, ok := at[key]
		if !ok {
			n = len(out)
			at[key] = n
			p := ec2types.IpPermission{IpProtocol: ptr(r.protocol)}
			if r.ported() {
				p.FromPort, p.ToPort = ptr(r.from), ptr(r.to)
			}
			out = append(out, p)
		}
		v.addRule(&out[n], r)
	}
	return out
}

func (v *view) addRule(p *ec2types.IpPermission, r *groupRule) {
	var description *string
	if r.description != "" {
		description = ptr(r.description)
	}
	switch {
	case r.peer != "":
		p.UserIdGroupPairs = append(p.UserIdGroupPairs, ec2types.UserIdGroupPair{
			Description: description, GroupId: ptr(r.peer), UserId: ptr(v.ownerOf(r.peer)),
		})
	case r.ipv6:
		p.Ipv6Ranges = append(p.Ipv6Ranges, ec2types.Ipv6Range{CidrIpv6: ptr(r.cidr), Description: description})
	default:
		p.IpRanges = append(p.IpRanges, ec2types.IpRange{CidrIp: ptr(r.cidr), Description: description})
	}
}

// groupByID gives the caller's group, or InvalidGroupId.Malformed or InvalidGroup.NotFound.
func (v *view) groupByID(id string) (*group, error) {
	return owned(v, v.groups, groupSchema.Scope, kindGroup, id)
}

// groupNamed gives the group of that name in a VPC.
func (v *view) groupNamed(vpc, name string) (*group, error) {
	for g := range v.groups.By("name", v.scope, name) {
		if g.vpc == vpc {
			return g, nil
		}
	}
	where := "VPC"
	if n, ok := v.vpcs.Get(vpc); ok && n.isDefault {
		where = "default VPC"
	}
	return nil, fail("InvalidGroup.NotFound", "The security group '%s' does not exist in %s '%s'", name, where, vpc)
}

func (v *view) groupInDefaultVPC(name string) (*group, error) {
	n, ok := v.defaultVPC()
	if !ok {
		return nil, noDefaultVPC()
	}
	return v.groupNamed(n.id, name)
}

// noDefaultVPC is the answer where something is to be found, or put, in the default VPC and there is none.
func noDefaultVPC() *Error { return fail("VPCIdNotSpecified", "No default VPC for this user") }

// checkGroups resolves the IDs of the groups of an interface in a VPC: its group "default" if there are none.
func (v *view) checkGroups(ids []string, in *subnet) ([]string, error) {
	if len(ids) == 0 {
		network, ok := v.vpcs.Get(in.vpc)
		if !ok {
			return nil, notFound(kindVPC, in.vpc)
		}
		return []string{network.defaultGroup}, nil
	}
	checked := make([]string, 0, len(ids))
	for _, id := range ids {
		g, err := v.groupByID(id)
		if err != nil {
			return nil, err
		}
		if g.vpc != in.vpc {
			return nil, fail("InvalidParameter", "Security group %s and subnet %s belong to different networks.", g.id, in.id)
		}
		if !slices.Contains(checked, g.id) {
			checked = append(checked, g.id)
		}
	}
	if len(checked) > maxGroups {
		return nil, fail("SecurityGroupsPerInterfaceLimitExceeded",
			"You have exceeded the maximum number of security groups allowed per network interface.") // text (mem)
	}
	return checked, nil
}

// maxGroups is as far as the quota of groups per interface can be raised; quotas themselves aren't enforced
// (https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html).
const maxGroups = 16
