package engine

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

// deleteVPC takes a VPC away with its default group, main route table and default network ACL. Everything else in it
// has to go before (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html).
func (t *tx) deleteVPC(in *ec2.DeleteVpcInput) (*ec2.DeleteVpcOutput, error) {
	if deref(in.VpcId) == "" {
		return nil, missing("vpcId")
	}
	n, err := t.vpcByID(*in.VpcId)
	if err != nil {
		return nil, err
	}
	if t.vpcInUse(n) {
		return nil, hasDependencies("vpc", n.id)
	}
	for _, g := range slices.Collect(t.groups.By("vpc", t.scope, n.id)) {
		t.dropGroup(g)
	}
	for _, r := range slices.Collect(t.routeTables.By("vpc", t.scope, n.id)) {
		t.dropRouteTable(r)
	}
	for _, a := range slices.Collect(t.acls.By("vpc", t.scope, n.id)) {
		t.dropACL(a)
	}
	t.dropTags(n.id)
	t.vpcs.Delete(&t.undo, n.id)
	return &ec2.DeleteVpcOutput{}, nil
}

func (v *view) vpcInUse(n *vpc) bool {
	if exists(v.subnets.By("vpc", v.scope, n.id)) || v.reachable(n.id) {
		return true
	}
	for g := range v.groups.By("vpc", v.scope, n.id) {
		if g.id != n.defaultGroup {
			return true
		}
	}
	for r := range v.routeTables.By("vpc", v.scope, n.id) {
		if r.main == "" {
			return true
		}
	}
	for a := range v.acls.By("vpc", v.scope, n.id) {
		if !a.isDefault {
			return true
		}
	}
	return false
}

// deleteSubnet takes a subnet away in which no interface is
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSubnet.html).
func (t *tx) deleteSubnet(in *ec2.DeleteSubnetInput) (*ec2.DeleteSubnetOutput, error) {
	if deref(in.SubnetId) == "" {
		return nil, missing("subnetId")
	}
	s, err := t.subnetByID(*in.SubnetId)
	if err != nil {
		return nil, err
	}
	if exists(t.interfaces.By("subnet", t.scope, s.id)) {
		return nil, hasDependencies("subnet", s.id)
	}
	for _, a := range slices.Collect(t.routing.By("target", t.scope, s.id)) {
		t.routing.Delete(&t.undo, a.id)
	}
	t.dropTags(s.id)
	t.subnets.Delete(&t.undo, s.id)
	return &ec2.DeleteSubnetOutput{}, nil
}
