package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

func aclOf(w *testWorld, filters ...ec2types.Filter) ec2types.NetworkAcl {
	w.t.Helper()
	all := must[ec2.DescribeNetworkAclsOutput](w, &ec2.DescribeNetworkAclsInput{Filters: filters}).NetworkAcls
	require.Len(w.t, all, 1)
	return all[0]
}

// https://docs.aws.amazon.com/vpc/latest/userguide/default-network-acl.html.
func TestTheDefaultACLLetsEverythingPass(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	a := aclOf(w)
	require.True(t, *a.IsDefault)
	require.Len(t, a.Associations, 6)
	entry := func(egress bool, number int32, action ec2types.RuleAction) ec2types.NetworkAclEntry {
		return ec2types.NetworkAclEntry{CidrBlock: ptr("0.0.0.0/0"), Egress: &egress, Protocol: ptr("-1"), RuleAction: action, RuleNumber: &number}
	}
	wantEqual(t, []ec2types.NetworkAclEntry{
		entry(true, 100, "allow"), entry(true, 32767, "deny"), entry(false, 100, "allow"), entry(false, 32767, "deny"),
	}, a.Entries)
}

func TestNetworkACLs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	mine, other := newVPC(w, "10.0.0.0/16"), newVPC(w, "10.1.0.0/16")
	subnet := newSubnet(w, mine, "10.0.0.0/24")
	byDefault, far := aclOf(w, filter("vpc-id", mine), filter("default", "true")), aclOf(w, filter("vpc-id", other))
	id := must[ec2.CreateNetworkAclOutput](w, &ec2.CreateNetworkAclInput{VpcId: &mine}).NetworkAcl.NetworkAclId
	association := aclOf(w, filter("association.subnet-id", subnet)).Associations[0].NetworkAclAssociationId
	create := func(number int32, protocol, cidr string) *ec2.CreateNetworkAclEntryInput {
		return &ec2.CreateNetworkAclEntryInput{NetworkAclId: id, Egress: ptr(false), RuleNumber: &number, Protocol: &protocol, RuleAction: "allow", CidrBlock: &cidr}
	}
	web := create(200, "tcp", "10.2.3.4/8")
	web.PortRange = &ec2types.PortRange{From: ptr(int32(80)), To: ptr(int32(81))}
	must[ec2.CreateNetworkAclEntryOutput](w, web)
	ping := create(90, "1", "0.0.0.0/0")
	ping.IcmpTypeCode = &ec2types.IcmpTypeCode{Type: ptr(int32(8)), Code: ptr(int32(-1))}
	must[ec2.CreateNetworkAclEntryOutput](w, ping)
	a := aclOf(w, filter("entry.port-range.from", "80"), filter("entry.protocol", "tcp"), filter("entry.icmp.type", "8"))
	require.Equal(t, id, a.NetworkAclId)
	require.Equal(t, int32(90), *a.Entries[1].RuleNumber, "in order of number")
	wantEqual(t, ec2types.NetworkAclEntry{
		CidrBlock: ptr("10.0.0.0/8"), Egress: ptr(false), Protocol: ptr("6"), RuleAction: "allow", RuleNumber: ptr(int32(200)), PortRange: web.PortRange,
	}, a.Entries[2])

	for name, tc := range map[string]struct {
		in   any
		code string
	}{
		"a number twice":           {web, "NetworkAclEntryAlreadyExists"},
		"a number too high":        {create(32767, "-1", "0.0.0.0/0"), "InvalidParameterValue"},
		"no ports":                 {create(1, "udp", "0.0.0.0/0"), "MissingParameter"},
		"no type of ICMP":          {create(1, "icmp", "0.0.0.0/0"), "MissingParameter"},
		"not a block":              {create(1, "-1", "x"), "InvalidParameterValue"},
		"no such entry":            {&ec2.DeleteNetworkAclEntryInput{NetworkAclId: id, Egress: ptr(true), RuleNumber: ptr(int32(90))}, "InvalidNetworkAclEntry.NotFound"},
		"no such ACL":              {&ec2.DeleteNetworkAclInput{NetworkAclId: ptr("acl-12345678")}, "InvalidNetworkAclID.NotFound"},
		"the default one":          {&ec2.DeleteNetworkAclInput{NetworkAclId: byDefault.NetworkAclId}, "InvalidParameterValue"},
		"one of another VPC":       {&ec2.ReplaceNetworkAclAssociationInput{AssociationId: association, NetworkAclId: far.NetworkAclId}, "InvalidParameterValue"},
		"no such association":      {&ec2.ReplaceNetworkAclAssociationInput{AssociationId: ptr("aclassoc-12345678"), NetworkAclId: id}, "InvalidAssociationID.NotFound"},
		"its VPC can't be deleted": {&ec2.DeleteVpcInput{VpcId: &mine}, "DependencyViolation"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[struct{}](w.forkWithin(t), tc.in, tc.code)
		})
	}
	t.Run("changed, given to a subnet, and deleted", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		must[ec2.ReplaceNetworkAclEntryOutput](w, &ec2.ReplaceNetworkAclEntryInput{NetworkAclId: id, Egress: ptr(false), RuleNumber: ptr(int32(90)), Protocol: ptr("-1"), RuleAction: "deny", Ipv6CidrBlock: ptr("::/0")})
		must[ec2.DeleteNetworkAclEntryOutput](w, &ec2.DeleteNetworkAclEntryInput{NetworkAclId: id, Egress: ptr(false), RuleNumber: ptr(int32(200))})
		require.Len(t, aclOf(w, filter("network-acl-id", *id), filter("entry.ipv6-cidr", "::/0")).Entries, 3)
		// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNetworkAcl.html
		next := must[ec2.ReplaceNetworkAclAssociationOutput](w, &ec2.ReplaceNetworkAclAssociationInput{AssociationId: association, NetworkAclId: id}).NewAssociationId
		wantNoChange[struct{}](w, &ec2.DeleteNetworkAclInput{NetworkAclId: id}, "DependencyViolation")
		must[ec2.ReplaceNetworkAclAssociationOutput](w, &ec2.ReplaceNetworkAclAssociationInput{AssociationId: next, NetworkAclId: byDefault.NetworkAclId})
		must[ec2.DeleteNetworkAclOutput](w, &ec2.DeleteNetworkAclInput{NetworkAclId: id})
	})
}
