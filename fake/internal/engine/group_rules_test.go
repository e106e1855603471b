package engine

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func groupOf(w *testWorld, id string) ec2types.SecurityGroup {
	w.t.Helper()
	return must[ec2.DescribeSecurityGroupsOutput](w, &ec2.DescribeSecurityGroupsInput{GroupIds: []string{id}}).SecurityGroups[0]
}

func ingress(group string, permissions ...ec2types.IpPermission) *ec2.AuthorizeSecurityGroupIngressInput {
	return &ec2.AuthorizeSecurityGroupIngressInput{GroupId: &group, IpPermissions: permissions}
}

func TestCreateSecurityGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := newGroup(w, "", "Web tier  ")
	g := groupOf(w, id)
	require.Equal(t, "Web tier", *g.GroupName, "spaces at the end are cut")
	require.Empty(t, g.IpPermissions)
	wantEqual(t, []ec2types.IpPermission{{IpProtocol: ptr("-1"), IpRanges: []ec2types.IpRange{{CidrIp: ptr("0.0.0.0/0")}}}}, g.IpPermissionsEgress)
	newGroup(w, newVPC(w, "10.0.0.0/16"), "web tier")
	for name, tc := range map[string]struct {
		name, description, code string
	}{
		"no name":               {"", "d", "MissingParameter"},
		"no description":        {"n", "", "MissingParameter"},
		"the default one":       {"Default", "d", "InvalidGroup.Reserved"},
		"like an ID":            {"SG-web", "d", "InvalidParameterValue"},
		"beyond ASCII":          {"wéb", "d", "InvalidParameterValue"},
		"a character too many":  {"a<b", "d", "InvalidParameterValue"},
		"too long":              {strings.Repeat("n", 256), "d", "InvalidParameterValue"},
		"description beyond it": {"n", "d?", "InvalidParameterValue"},
		"the same name":         {"WEB TIER", "d", "InvalidGroup.Duplicate"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[struct{}](w.forkWithin(t), &ec2.CreateSecurityGroupInput{GroupName: &tc.name, Description: &tc.description}, tc.code)
		})
	}
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html.
func TestDeleteSecurityGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	web, db, byDefault := newGroup(w, "", "web"), newGroup(w, "", "db"), groupNamed(w, "default")
	rule := *allow(w, db, permission("tcp", 5432, 5432, web))[0].SecurityGroupRuleId
	allow(w, web, permission("-1", 0, 0, web))
	must[ec2.CreateTagsOutput](w, &ec2.CreateTagsInput{Resources: []string{rule}, Tags: tags("a", "b")})
	for name, tc := range map[string]struct {
		in            ec2.DeleteSecurityGroupInput
		code, message string
	}{
		"referred to":          {ec2.DeleteSecurityGroupInput{GroupId: &web}, "DependencyViolation", "resource " + web + " has a dependent object"},
		"referred to, by name": {ec2.DeleteSecurityGroupInput{GroupName: ptr("web")}, "InvalidGroup.InUse", "There are active instances using security group 'web'"},
		"the default one":      {ec2.DeleteSecurityGroupInput{GroupId: &byDefault}, "CannotDelete", `the specified group: "` + byDefault + `" name: "default" cannot be deleted by a user`},
		"none said":            {ec2.DeleteSecurityGroupInput{}, "MissingParameter", "The request must contain the parameter GroupName or GroupId"},
		"unknown":              {ec2.DeleteSecurityGroupInput{GroupId: ptr("sg-12345678")}, "InvalidGroup.NotFound", "The security group 'sg-12345678' does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.message, wantNoChange[struct{}](w.forkWithin(t), &tc.in, tc.code).Message)
		})
	}
	t.Run("on an interface", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		require.NoError(t, w.change(func(tx *tx) error {
			_, err := freeInterface(tx, newInterface{groups: []string{db}})
			return err
		}))
		wantNoChange[struct{}](w, &ec2.DeleteSecurityGroupInput{GroupId: &db}, "DependencyViolation")
	})
	t.Run("its rules and their tags go with it", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		must[ec2.DeleteSecurityGroupOutput](w, &ec2.DeleteSecurityGroupInput{GroupId: &db})
		must[ec2.DeleteSecurityGroupOutput](w, &ec2.DeleteSecurityGroupInput{GroupName: ptr("web")})
		require.Len(t, must[ec2.DescribeSecurityGroupRulesOutput](w, &ec2.DescribeSecurityGroupRulesInput{}).SecurityGroupRules, 2, "those of the default group")
		require.Empty(t, described(w))
	})
}

func groupNamed(w *testWorld, name string) string {
	w.t.Helper()
	return *must[ec2.DescribeSecurityGroupsOutput](w, &ec2.DescribeSecurityGroupsInput{GroupNames: []string{name}}).SecurityGroups[0].GroupId
}

func TestRulesAreResources(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	web, byDefault := newGroup(w, "", "web"), groupNamed(w, "default")
	out := must[ec2.AuthorizeSecurityGroupIngressOutput](w, &ec2.AuthorizeSecurityGroupIngressInput{
		GroupId:           &web,
		IpPermissions:     []ec2types.IpPermission{permission("6", 80, 81, "100.68.0.18/18", byDefault)},
		TagSpecifications: []ec2types.TagSpecification{{ResourceType: ec2types.ResourceTypeSecurityGroupRule, Tags: tags("a", "b")}},
	})
	require.Len(t, out.SecurityGroupRules, 2)
	first := out.SecurityGroupRules[0].SecurityGroupRuleId
	want := ec2types.SecurityGroupRule{
		CidrIpv4: ptr("100.68.0.0/18"), FromPort: ptr(int32(80)), ToPort: ptr(int32(81)), IpProtocol: ptr("tcp"),
		GroupId: &web, GroupOwnerId: ptr(DefaultAccount), IsEgress: ptr(false), SecurityGroupRuleId: first,
		SecurityGroupRuleArn: ptr("arn:aws:ec2:us-east-1:123456789012:security-group-rule/" + *first), Tags: tags("a", "b"),
	}
	wantEqual(t, want, out.SecurityGroupRules[0])
	wantEqual(t, &ec2types.ReferencedSecurityGroup{GroupId: &byDefault, UserId: ptr(DefaultAccount)}, out.SecurityGroupRules[1].ReferencedGroupInfo)
	wantEqual(t, []ec2types.SecurityGroupRule{want}, must[ec2.DescribeSecurityGroupRulesOutput](w, &ec2.DescribeSecurityGroupRulesInput{SecurityGroupRuleIds: []string{*first}}).SecurityGroupRules)
	for name, n := range map[string]int{"group-id=" + web: 3, "security-group-rule-id=" + *first: 1, "tag:a=b": 2, "group-id=sg-x": 0} {
		key, value, _ := strings.Cut(name, "=")
		require.Len(t, must[ec2.DescribeSecurityGroupRulesOutput](w, &ec2.DescribeSecurityGroupRulesInput{Filters: []ec2types.Filter{filter(key, value)}}).SecurityGroupRules, n, name)
	}
	wantNoChange[ec2.DescribeSecurityGroupRulesOutput](w, &ec2.DescribeSecurityGroupRulesInput{SecurityGroupRuleIds: []string{"sgr-12345678"}}, "InvalidSecurityGroupRuleId.NotFound")
	wantNoChange[ec2.DescribeSecurityGroupRulesOutput](w, &ec2.DescribeSecurityGroupRulesInput{SecurityGroupRuleIds: []string{"80"}}, "InvalidSecurityGroupRuleId.Malformed")
}

func TestRulesThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	web := newGroup(w, "", "web")
	elsewhere := newGroup(w, newVPC(w, "10.0.0.0/16"), "web")
	theirs := newGroup(w.as("111122223333"), "", "web")
	allow(w, web, permission("tcp", 80, 80, "0.0.0.0/0", web), permission("-1", 0, 0, web))
	foreign := permission("tcp", 1, 1, theirs)
	foreign.UserIdGroupPairs[0].UserId = ptr("111122223333")
	described := permission("tcp", 1, 1, "10.0.0.0/8")
	described.IpRanges[0].Description = ptr("what?")
	noPorts := ec2types.IpPermission{IpProtocol: ptr("tcp"), IpRanges: []ec2types.IpRange{{CidrIp: ptr("0.0.0.0/0")}}}
	list := ec2types.IpPermission{IpProtocol: ptr("-1"), PrefixListIds: []ec2types.PrefixListId{{PrefixListId: ptr("pl-12345678")}}}
	for name, tc := range map[string]struct {
		in            any
		code, message string
	}{
		"a rule twice":                 {ingress(web, permission("tcp", 80, 80, "0.0.0.0/0")), "InvalidPermission.Duplicate", `the specified rule "peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW" already exists`},
		"its uncanonical twin":         {ingress(web, permission("tcp", 80, 80, "1.2.3.4/0")), "InvalidPermission.Duplicate", ""},
		"a group's rule twice":         {ingress(web, permission("-1", 7, 9, web)), "InvalidPermission.Duplicate", `the specified rule "peer: ` + web + `, ALL, ALLOW" already exists`},
		"twice in a request":           {ingress(web, permission("tcp", 1, 1, "10.0.0.0/8", "10.1.0.0/8")), "InvalidParameterValue", "The same permission must not appear multiple times"},
		"one of two":                   {ingress(web, permission("tcp", 1, 1, "10.0.0.0/8"), permission("tcp", 80, 80, "0.0.0.0/0")), "InvalidPermission.Duplicate", ""},
		"nothing":                      {ingress(web), "MissingParameter", ""},
		"no source":                    {ingress(web, permission("tcp", 1, 1)), "InvalidPermission.Malformed", ""},
		"no protocol":                  {ingress(web, permission("", 1, 1, "10.0.0.0/8")), "MissingParameter", ""},
		"unknown protocol":             {ingress(web, permission("http", 1, 1, "10.0.0.0/8")), "InvalidParameterValue", "Invalid value 'http' for IP protocol. Unknown protocol."},
		"protocol number too high":     {ingress(web, permission("256", 1, 1, "10.0.0.0/8")), "InvalidParameterValue", ""},
		"no ports":                     {ingress(web, noPorts), "InvalidParameterValue", "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange."},
		"ports the wrong way":          {ingress(web, permission("udp", 9, 7, "10.0.0.0/8")), "InvalidParameterValue", ""},
		"port too high":                {ingress(web, permission("tcp", 1, 65536, "10.0.0.0/8")), "InvalidParameterValue", ""},
		"ICMP type too high":           {ingress(web, permission("icmp", 256, 0, "10.0.0.0/8")), "InvalidParameterValue", ""},
		"code without type":            {ingress(web, permission("icmp", -1, 3, "10.0.0.0/8")), "InvalidParameterValue", ""},
		"not a block":                  {ingress(web, permission("tcp", 1, 1, "10.0.0.0")), "InvalidParameterValue", "CIDR block 10.0.0.0 is malformed"},
		"an IPv6 block of IPv4":        {ingress(web, permission("tcp", 1, 1, "::ffff:10.0.0.0/104")), "InvalidParameterValue", ""},
		"a description of any sort":    {ingress(web, described), "InvalidParameterValue", ""},
		"no prefix lists":              {ingress(web, list), "InvalidPrefixListID.NotFound", "The prefix list ID 'pl-12345678' does not exist"},
		"unknown peer":                 {ingress(web, permission("tcp", 1, 1, "sg-12345678")), "InvalidGroup.NotFound", "The security group 'sg-12345678' does not exist"},
		"malformed peer":               {ingress(web, permission("tcp", 1, 1, "sg-web")), "InvalidGroupId.Malformed", ""},
		"a peer of another VPC":        {ingress(web, permission("tcp", 1, 1, elsewhere)), "InvalidGroup.NotFound", "You have specified two resources that belong to different networks."},
		"a peer of another account":    {ingress(web, foreign), "InvalidGroup.NotFound", "You have specified two resources that belong to different networks."},
		"another's, as if one's own":   {ingress(web, permission("tcp", 1, 1, theirs)), "InvalidGroup.NotFound", "The security group '" + theirs + "' does not exist"},
		"both forms":                   {&ec2.AuthorizeSecurityGroupIngressInput{GroupId: &web, CidrIp: ptr("10.0.0.0/8"), IpPermissions: []ec2types.IpPermission{permission("-1", 0, 0, "10.0.0.0/8")}}, "InvalidParameterCombination", ""},
		"source group with a protocol": {&ec2.AuthorizeSecurityGroupIngressInput{GroupId: &web, SourceSecurityGroupName: ptr("web"), IpProtocol: ptr("tcp")}, "InvalidParameterCombination", ""},
		"outbound in the older form":   {&ec2.AuthorizeSecurityGroupEgressInput{GroupId: &web, CidrIp: ptr("10.0.0.0/8")}, "UnsupportedOperation", ""},
		"no group":                     {&ec2.AuthorizeSecurityGroupEgressInput{}, "MissingParameter", ""},
		"tags of something else": {&ec2.AuthorizeSecurityGroupIngressInput{GroupId: &web, IpPermissions: []ec2types.IpPermission{permission("-1", 0, 0, "10.0.0.0/8")},
			TagSpecifications: []ec2types.TagSpecification{{ResourceType: ec2types.ResourceTypeVpc, Tags: tags("a", "b")}}}, "InvalidParameterValue", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := wantNoChange[struct{}](w.forkWithin(t), tc.in, tc.code)
			if tc.message != "" {
				require.Equal(t, tc.message, e.Message)
			}
		})
	}
}

func TestRulesInTheOlderForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	web := newGroup(w, "", "web")
	must[ec2.AuthorizeSecurityGroupIngressOutput](w, &ec2.AuthorizeSecurityGroupIngressInput{
		GroupName: ptr("web"), IpProtocol: ptr("TCP"), FromPort: ptr(int32(22)), ToPort: ptr(int32(22)), CidrIp: ptr("10.1.2.3/8"),
	})
	wantEqual(t, []ec2types.IpPermission{permission("tcp", 22, 22, "10.0.0.0/8")}, groupOf(w, web).IpPermissions)
	must[ec2.RevokeSecurityGroupIngressOutput](w, &ec2.RevokeSecurityGroupIngressInput{
		GroupId: &web, IpProtocol: ptr("6"), FromPort: ptr(int32(22)), ToPort: ptr(int32(22)), CidrIp: ptr("10.0.0.0/8"),
	})
	require.Len(t, must[ec2.AuthorizeSecurityGroupIngressOutput](w, &ec2.AuthorizeSecurityGroupIngressInput{
		GroupId: &web, SourceSecurityGroupName: ptr("default"), SourceSecurityGroupOwnerId: ptr(DefaultAccount),
	}).SecurityGroupRules, 3, "ICMP, TCP and UDP")
	must[ec2.RevokeSecurityGroupIngressOutput](w, &ec2.RevokeSecurityGroupIngressInput{GroupId: &web, SourceSecurityGroupName: ptr("default")})
	require.Empty(t, groupOf(w, web).IpPermissions)
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RevokeSecurityGroupIngress.html.
func TestRevokingWhatIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	web, other := newGroup(w, "", "web"), newGroup(w, newVPC(w, "10.0.0.0/16"), "web")
	both := []ec2types.IpPermission{permission("tcp", 80, 80, "10.0.0.0/8"), permission("tcp", 81, 81, "10.0.0.0/8")}
	allow(w, web, both[0])
	rule := allow(w, other, both[0])[0].SecurityGroupRuleId
	out := must[ec2.RevokeSecurityGroupIngressOutput](w, &ec2.RevokeSecurityGroupIngressInput{GroupId: &web, IpPermissions: both})
	require.Len(t, out.RevokedSecurityGroupRules, 1)
	wantEqual(t, both[1:], out.UnknownIpPermissions)
	for name, tc := range map[string]struct {
		in   any
		code string
	}{
		"in another VPC":        {&ec2.RevokeSecurityGroupIngressInput{GroupId: &other, IpPermissions: both}, "InvalidPermission.NotFound"},
		"neither form":          {&ec2.RevokeSecurityGroupIngressInput{GroupId: &other}, "MissingParameter"},
		"both forms":            {&ec2.RevokeSecurityGroupIngressInput{GroupId: &other, IpPermissions: both[:1], SecurityGroupRuleIds: []string{*rule}}, "InvalidParameterCombination"},
		"another group's rule":  {&ec2.RevokeSecurityGroupIngressInput{GroupId: &web, SecurityGroupRuleIds: []string{*rule}}, "InvalidSecurityGroupRuleId.NotFound"},
		"the wrong direction":   {&ec2.RevokeSecurityGroupEgressInput{GroupId: &other, SecurityGroupRuleIds: []string{*rule}}, "InvalidSecurityGroupRuleId.NotFound"},
		"an owner of the group": {&ec2.RevokeSecurityGroupIngressInput{GroupId: &web, SourceSecurityGroupOwnerId: ptr(DefaultAccount)}, "UnsupportedOperation"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[struct{}](w.forkWithin(t), tc.in, tc.code)
		})
	}
	t.Run("a rule by its ID, each once", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		revoked := must[ec2.RevokeSecurityGroupIngressOutput](w, &ec2.RevokeSecurityGroupIngressInput{GroupId: &other, SecurityGroupRuleIds: []string{*rule, *rule}})
		wantEqual(t, []ec2types.RevokedSecurityGroupRule{{
			CidrIpv4: ptr("10.0.0.0/8"), FromPort: ptr(int32(80)), ToPort: ptr(int32(80)), GroupId: &other, IpProtocol: ptr("tcp"),
			IsEgress: ptr(false), SecurityGroupRuleId: rule,
		}}, revoked.RevokedSecurityGroupRules)
	})
}

func TestRulesChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	web := newGroup(w, "", "web")
	rules := allow(w, web, permission("tcp", 80, 80, "10.0.0.0/8"), permission("tcp", 81, 81, "10.0.0.0/8"))
	a, b := rules[0].SecurityGroupRuleId, rules[1].SecurityGroupRuleId
	to := func(port int32, cidr string) *ec2types.SecurityGroupRuleRequest {
		return &ec2types.SecurityGroupRuleRequest{IpProtocol: ptr("tcp"), FromPort: &port, ToPort: &port, CidrIpv4: &cidr, Description: ptr("new")}
	}
	modify := func(updates ...ec2types.SecurityGroupRuleUpdate) *ec2.ModifySecurityGroupRulesInput {
		return &ec2.ModifySecurityGroupRulesInput{GroupId: &web, SecurityGroupRules: updates}
	}
	t.Run("two rules change places", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		must[ec2.ModifySecurityGroupRulesOutput](w, modify(
			ec2types.SecurityGroupRuleUpdate{SecurityGroupRuleId: a, SecurityGroupRule: to(81, "10.0.0.0/8")},
			ec2types.SecurityGroupRuleUpdate{SecurityGroupRuleId: b, SecurityGroupRule: to(80, "10.0.0.0/8")},
		))
		got := must[ec2.DescribeSecurityGroupRulesOutput](w, &ec2.DescribeSecurityGroupRulesInput{SecurityGroupRuleIds: []string{*a}}).SecurityGroupRules[0]
		require.Equal(t, int32(81), *got.FromPort)
		require.Equal(t, "new", *got.Description)
	})
	t.Run("descriptions come and go", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		one := permission("tcp", 80, 80, "10.0.0.0/8")
		one.IpRanges[0].Description = ptr("office")
		must[ec2.UpdateSecurityGroupRuleDescriptionsIngressOutput](w, &ec2.UpdateSecurityGroupRuleDescriptionsIngressInput{GroupName: ptr("web"), IpPermissions: []ec2types.IpPermission{one}})
		require.Equal(t, "office", *groupOf(w, web).IpPermissions[0].IpRanges[0].Description)
		must[ec2.UpdateSecurityGroupRuleDescriptionsIngressOutput](w, &ec2.UpdateSecurityGroupRuleDescriptionsIngressInput{
			GroupId: &web, SecurityGroupRuleDescriptions: []ec2types.SecurityGroupRuleDescription{{SecurityGroupRuleId: a}},
		})
		require.Nil(t, groupOf(w, web).IpPermissions[0].IpRanges[0].Description)
	})
	for name, tc := range map[string]struct {
		in   any
		code string
	}{
		"to what there is":        {modify(ec2types.SecurityGroupRuleUpdate{SecurityGroupRuleId: a, SecurityGroupRule: to(81, "10.0.0.0/8")}), "InvalidPermission.Duplicate"},
		"to another sort of peer": {modify(ec2types.SecurityGroupRuleUpdate{SecurityGroupRuleId: a, SecurityGroupRule: &ec2types.SecurityGroupRuleRequest{IpProtocol: ptr("-1"), ReferencedGroupId: &web}}), "InvalidParameterValue"},
		"to two peers":            {modify(ec2types.SecurityGroupRuleUpdate{SecurityGroupRuleId: a, SecurityGroupRule: &ec2types.SecurityGroupRuleRequest{IpProtocol: ptr("-1"), CidrIpv4: ptr("10.0.0.0/8"), CidrIpv6: ptr("::/0")}}), "InvalidParameterCombination"},
		"the same rule twice":     {modify(ec2types.SecurityGroupRuleUpdate{SecurityGroupRuleId: a, SecurityGroupRule: to(1, "10.0.0.0/8")}, ec2types.SecurityGroupRuleUpdate{SecurityGroupRuleId: a, SecurityGroupRule: to(2, "10.0.0.0/8")}), "InvalidParameterValue"},
		"an unknown rule":         {modify(ec2types.SecurityGroupRuleUpdate{SecurityGroupRuleId: ptr("sgr-12345678"), SecurityGroupRule: to(1, "10.0.0.0/8")}), "InvalidSecurityGroupRuleId.NotFound"},
		"to nothing":              {modify(ec2types.SecurityGroupRuleUpdate{SecurityGroupRuleId: a}), "MissingParameter"},
		"none":                    {modify(), "MissingParameter"},
		"description of no rule":  {&ec2.UpdateSecurityGroupRuleDescriptionsEgressInput{GroupId: &web, IpPermissions: []ec2types.IpPermission{permission("tcp", 80, 80, "10.0.0.0/8")}}, "InvalidPermission.NotFound"},
		"description of nothing":  {&ec2.UpdateSecurityGroupRuleDescriptionsIngressInput{GroupId: &web}, "MissingParameter"},
		"references of nobody":    {&ec2.DescribeSecurityGroupReferencesInput{GroupId: []string{"sg-12345678"}}, "InvalidGroup.NotFound"},
		"stale in no VPC":         {&ec2.DescribeStaleSecurityGroupsInput{VpcId: ptr("vpc-12345678")}, "InvalidVpcID.NotFound"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[struct{}](w.forkWithin(t), tc.in, tc.code)
		})
	}
	require.Empty(t, must[ec2.DescribeSecurityGroupReferencesOutput](w, &ec2.DescribeSecurityGroupReferencesInput{GroupId: []string{web}}).SecurityGroupReferenceSet)
	require.Empty(t, must[ec2.DescribeStaleSecurityGroupsOutput](w, &ec2.DescribeStaleSecurityGroupsInput{VpcId: defaultVPCOf(w).VpcId}).StaleSecurityGroupSet)
}

func TestAGroupHasSoManyRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	web := newGroup(w, "", "web")
	blocks := make([]string, maxRules)
	for i := range blocks {
		blocks[i] = plus(netip.MustParseAddr("10.0.0.0"), i).String() + "/32"
	}
	allow(w, web, permission("tcp", 1, 1, blocks...))
	allow(w, web, permission("tcp", 1, 1, "::/0"))
	wantNoChange[struct{}](w, ingress(web, permission("tcp", 2, 2, "10.0.0.0/8")), "RulesPerSecurityGroupLimitExceeded")
	wantNoChange[struct{}](w, ingress(web, permission("tcp", 2, 2, web)), "RulesPerSecurityGroupLimitExceeded")
}

func TestWhatIsAuthorizedCanBeRevokedAsDescribed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	web := newGroup(w, newVPC(w, "10.0.0.0/16"), "web")
	before := groupOf(w, web)
	rapid.Check(t, func(rt *rapid.T) {
		w := w.fork()
		protocol := rapid.SampledFrom([]string{"tcp", "udp", "icmp", "icmpv6", "-1", "6", "50", "1"}).Draw(rt, "protocol")
		from := rapid.Int32Range(0, 200).Draw(rt, "from")
		p := permission(protocol, from, from+rapid.Int32Range(0, 50).Draw(rt, "more"))
		for _, peer := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"10.1.2.3/8", "0.0.0.0/0", "10.0.0.1/32", "::/0", "fd00::1/64", web}), 1, 6, rapid.ID[string]).Draw(rt, "peers") {
			one := permission(protocol, 0, 0, peer)
			p.IpRanges, p.Ipv6Ranges = slices.Concat(p.IpRanges, one.IpRanges), slices.Concat(p.Ipv6Ranges, one.Ipv6Ranges)
			p.UserIdGroupPairs = slices.Concat(p.UserIdGroupPairs, one.UserIdGroupPairs)
		}
		must[ec2.AuthorizeSecurityGroupIngressOutput](w, ingress(web, p))
		shown := groupOf(w, web).IpPermissions
		must[ec2.RevokeSecurityGroupIngressOutput](w, &ec2.RevokeSecurityGroupIngressInput{GroupId: &web, IpPermissions: shown})
		wantEqual(t, before, groupOf(w, web))
	})
}
