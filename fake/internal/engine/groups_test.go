package engine

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

// newGroup makes a group, in the default VPC if vpc is "".
func newGroup(w *testWorld, vpc, name string) string {
	w.t.Helper()
	return *must[ec2.CreateSecurityGroupOutput](w, &ec2.CreateSecurityGroupInput{
		GroupName: ptr(name), Description: ptr("for " + name), VpcId: text(vpc),
	}).GroupId
}

// permission is one of a protocol and ports from or to blocks and groups.
func permission(protocol string, from, to int32, peers ...string) ec2types.IpPermission {
	p := ec2types.IpPermission{IpProtocol: ptr(protocol), FromPort: ptr(from), ToPort: ptr(to)}
	for _, peer := range peers {
		switch {
		case strings.HasPrefix(peer, "sg-"):
			p.UserIdGroupPairs = append(p.UserIdGroupPairs, ec2types.UserIdGroupPair{GroupId: ptr(peer)})
		case strings.Contains(peer, ":"):
			p.Ipv6Ranges = append(p.Ipv6Ranges, ec2types.Ipv6Range{CidrIpv6: ptr(peer)})
		default:
			p.IpRanges = append(p.IpRanges, ec2types.IpRange{CidrIp: ptr(peer)})
		}
	}
	return p
}

func allow(w *testWorld, group string, permissions ...ec2types.IpPermission) []ec2types.SecurityGroupRule {
	w.t.Helper()
	return must[ec2.AuthorizeSecurityGroupIngressOutput](w, &ec2.AuthorizeSecurityGroupIngressInput{
		GroupId: ptr(group), IpPermissions: permissions,
	}).SecurityGroupRules
}

// putGroup makes a group with rules of every sort in the default VPC, and gives it and its first rule.
func putGroup(w *testWorld, name string) (id, rule string) {
	w.t.Helper()
	id = *must[ec2.CreateSecurityGroupOutput](w, &ec2.CreateSecurityGroupInput{
		GroupName: ptr(name), Description: ptr("for " + name),
		TagSpecifications: []ec2types.TagSpecification{{ResourceType: ec2types.ResourceTypeSecurityGroup, Tags: tags("Name", name)}},
	}).GroupId
	byDefault := must[ec2.DescribeSecurityGroupsOutput](w, &ec2.DescribeSecurityGroupsInput{GroupNames: []string{"default"}}).SecurityGroups[0].GroupId
	office := permission("tcp", 80, 80, "10.0.0.0/8")
	office.IpRanges[0].Description = ptr("office")
	rule = *allow(w, id, office)[0].SecurityGroupRuleId
	allow(w, id, permission("tcp", 443, 444, "0.0.0.0/0"), permission("tcp", 80, 80, "::/0", *byDefault))
	must[ec2.RevokeSecurityGroupEgressOutput](w, &ec2.RevokeSecurityGroupEgressInput{
		GroupId: ptr(id), IpPermissions: []ec2types.IpPermission{permission("-1", 0, 0, "0.0.0.0/0")},
	})
	must[ec2.AuthorizeSecurityGroupEgressOutput](w, &ec2.AuthorizeSecurityGroupEgressInput{
		GroupId: ptr(id), IpPermissions: []ec2types.IpPermission{permission("50", 7, 9, "0.0.0.0/0"), permission("icmp", -1, -1, "0.0.0.0/0")},
	})
	return id, rule
}

func TestDescribeSecurityGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	byDefault := *must[ec2.DescribeSecurityGroupsOutput](w, &ec2.DescribeSecurityGroupsInput{}).SecurityGroups[0].GroupId
	web, _ := putGroup(w, "web")
	other := newVPC(w, "10.0.0.0/16")
	network := *defaultVPCOf(w).VpcId
	elsewhere := *must[ec2.DescribeSecurityGroupsOutput](w, &ec2.DescribeSecurityGroupsInput{
		Filters: []ec2types.Filter{filter("vpc-id", other)},
	}).SecurityGroups[0].GroupId

	got := must[ec2.DescribeSecurityGroupsOutput](w, &ec2.DescribeSecurityGroupsInput{GroupNames: []string{"web"}})
	wantEqual(t, []ec2types.SecurityGroup{{
		Description: ptr("for web"),
		GroupId:     &web,
		GroupName:   ptr("web"),
		IpPermissions: []ec2types.IpPermission{{
			FromPort: ptr(int32(80)), ToPort: ptr(int32(80)), IpProtocol: ptr("tcp"),
			IpRanges:         []ec2types.IpRange{{CidrIp: ptr("10.0.0.0/8"), Description: ptr("office")}},
			Ipv6Ranges:       []ec2types.Ipv6Range{{CidrIpv6: ptr("::/0")}},
			UserIdGroupPairs: []ec2types.UserIdGroupPair{{GroupId: &byDefault, UserId: ptr(DefaultAccount)}},
		}, {
			FromPort: ptr(int32(443)), ToPort: ptr(int32(444)), IpProtocol: ptr("tcp"),
			IpRanges: []ec2types.IpRange{{CidrIp: ptr("0.0.0.0/0")}},
		}},
		IpPermissionsEgress: []ec2types.IpPermission{{
			IpProtocol: ptr("50"), IpRanges: []ec2types.IpRange{{CidrIp: ptr("0.0.0.0/0")}},
		}, {
			FromPort: ptr(int32(-1)), ToPort: ptr(int32(-1)), IpProtocol: ptr("icmp"),
			IpRanges: []ec2types.IpRange{{CidrIp: ptr("0.0.0.0/0")}},
		}},
		OwnerId:          ptr(DefaultAccount),
		SecurityGroupArn: ptr("arn:aws:ec2:us-east-1:123456789012:security-group/" + web),
		Tags:             tags("Name", "web"),
		VpcId:            &network,
	}}, got.SecurityGroups)

	for name, tc := range map[string]struct {
		values []string
		want   []string
	}{
		"description":                         {[]string{"for *"}, []string{web}},
		"group-id":                            {[]string{web}, []string{web}},
		"group-name":                          {[]string{"default"}, []string{byDefault, elsewhere}},
		"owner-id":                            {[]string{DefaultAccount}, []string{byDefault, elsewhere, web}},
		"vpc-id":                              {[]string{network}, []string{byDefault, web}},
		"ip-permission.cidr":                  {[]string{"10.0.0.0/8"}, []string{web}},
		"ip-permission.ipv6-cidr":             {[]string{"::/0"}, []string{web}},
		"ip-permission.from-port":             {[]string{"443"}, []string{web}},
		"ip-permission.to-port":               {[]string{"444"}, []string{web}},
		"ip-permission.protocol":              {[]string{"-1"}, []string{byDefault, elsewhere}},
		"ip-permission.group-id":              {[]string{byDefault}, []string{byDefault, web}},
		"ip-permission.group-name":            {[]string{"default"}, []string{byDefault, elsewhere, web}},
		"ip-permission.user-id":               {[]string{DefaultAccount}, []string{byDefault, elsewhere, web}},
		"ip-permission.prefix-list-id":        {[]string{"*"}, []string{}},
		"egress.ip-permission.cidr":           {[]string{"0.0.0.0/0"}, []string{byDefault, elsewhere, web}},
		"egress.ip-permission.ipv6-cidr":      {[]string{"*"}, []string{}},
		"egress.ip-permission.from-port":      {[]string{"-1"}, []string{web}},
		"egress.ip-permission.to-port":        {[]string{"*"}, []string{web}},
		"egress.ip-permission.protocol":       {[]string{"50"}, []string{web}},
		"egress.ip-permission.group-id":       {[]string{"*"}, []string{}},
		"egress.ip-permission.group-name":     {[]string{"*"}, []string{}},
		"egress.ip-permission.user-id":        {[]string{"*"}, []string{}},
		"egress.ip-permission.prefix-list-id": {[]string{"*"}, []string{}},
		"tag:Name":                            {[]string{"web"}, []string{web}},
		"tag-key":                             {[]string{"Name"}, []string{web}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ids := []string{}
			for _, g := range must[ec2.DescribeSecurityGroupsOutput](w.within(t), &ec2.DescribeSecurityGroupsInput{
				Filters: []ec2types.Filter{filter(name, tc.values...)},
			}).SecurityGroups {
				ids = append(ids, *g.GroupId)
			}
			require.ElementsMatch(t, tc.want, ids)
		})
	}
	t.Run("IDs and names together give both", func(t *testing.T) {
		t.Parallel()
		out := must[ec2.DescribeSecurityGroupsOutput](w.within(t), &ec2.DescribeSecurityGroupsInput{
			GroupIds: []string{elsewhere}, GroupNames: []string{"default", "web"},
		})
		require.Len(t, out.SecurityGroups, 3)
	})
	for name, tc := range map[string]struct {
		in            ec2.DescribeSecurityGroupsInput
		code, message string
	}{
		"malformed":       {ec2.DescribeSecurityGroupsInput{GroupIds: []string{"web"}}, "InvalidGroupId.Malformed", `Invalid id: "web" (expecting "sg-...")`},
		"unknown":         {ec2.DescribeSecurityGroupsInput{GroupIds: []string{"sg-12345678"}}, "InvalidGroup.NotFound", "The security group 'sg-12345678' does not exist"},
		"unknown name":    {ec2.DescribeSecurityGroupsInput{GroupNames: []string{"nobody"}}, "InvalidGroup.NotFound", "The security group 'nobody' does not exist in default VPC '" + network + "'"},
		"too few results": {ec2.DescribeSecurityGroupsInput{MaxResults: ptr(int32(1))}, "InvalidParameterValue", "Value ( 1 ) for parameter maxResults is invalid. Expecting a value greater than or equal to 5."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := wantNoChange[ec2.DescribeSecurityGroupsOutput](w.forkWithin(t), &tc.in, tc.code)
			require.Equal(t, tc.message, e.Message)
		})
	}
	t.Run("a name that only another VPC has", func(t *testing.T) {
		t.Parallel()
		require.NoError(t, w.forkWithin(t).change(func(tx *tx) error {
			_, err := tx.groupNamed(other, "web")
			require.Equal(t, "The security group 'web' does not exist in VPC '"+other+"'", wantCode(t, err, "InvalidGroup.NotFound").Message)
			return nil
		}))
	})
	t.Run("no default VPC", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		require.NoError(t, w.change(func(tx *tx) error {
			tx.vpcs.Delete(&tx.undo, network)
			return nil
		}))
		_, err := call[ec2.DescribeSecurityGroupsOutput](w, &ec2.DescribeSecurityGroupsInput{GroupNames: []string{"default"}})
		require.Equal(t, "No default VPC for this user", wantCode(t, err, "VPCIdNotSpecified").Message)
	})
}
