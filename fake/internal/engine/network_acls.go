package engine

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// networkACL is a network ACL of a VPC. Which subnets it is for, they say themselves.
type networkACL struct {
	id        string
	scope     store.Scope
	vpc       string
	isDefault bool
	entries   []aclEntry // in order of direction, then number
}

var aclSchema = store.Schema[networkACL]{
	Name:  "network ACLs",
	ID:    func(a *networkACL) string { return a.id },
	Scope: func(a *networkACL) store.Scope { return a.scope },
	Indexes: []store.Index[networkACL]{
		{Name: "vpc", Values: func(a *networkACL, add func(string)) { add(a.vpc) }},
	},
}

var aclOperations = []operation{
	writing("VpcId ClientToken TagSpecifications{ResourceType Tags{Key Value}}", (*tx).createNetworkACL),
	writing("NetworkAclId", (*tx).deleteNetworkACL),
	reading("NetworkAclIds Filters{Name Values} MaxResults NextToken", (*view).describeNetworkACLs),
	writing("AssociationId NetworkAclId", (*tx).replaceNetworkACLAssociation),
	writing("NetworkAclId "+aclEntryFields, (*tx).createNetworkACLEntry),
	writing("NetworkAclId "+aclEntryFields, (*tx).replaceNetworkACLEntry),
	writing("NetworkAclId Egress RuleNumber", (*tx).deleteNetworkACLEntry),
}

func (t *tx) createNetworkACL(in *ec2.CreateNetworkAclInput) (*ec2.CreateNetworkAclOutput, error) {
	if deref(in.VpcId) == "" {
		return nil, missing("vpcId")
	}
	n, err := t.vpcByID(*in.VpcId)
	if err != nil {
		return nil, err
	}
	tags, err := tagSpecifications(in.TagSpecifications, ec2types.ResourceTypeNetworkAcl)
	if err != nil {
		return nil, err
	}
	id, err := t.once(in, deref(in.ClientToken))
	if err != nil {
		return nil, err
	}
	if id == "" {
		id = t.makeACL(n, false)
		if err := t.setTags(ec2types.ResourceTypeNetworkAcl, id, tags[ec2types.ResourceTypeNetworkAcl]); err != nil {
			return nil, err
		}
		t.remember(in, deref(in.ClientToken), id)
	}
	a, err := t.aclByID(id)
	if err != nil {
		return nil, err
	}
	out := t.renderACL(a)
	return &ec2.CreateNetworkAclOutput{ClientToken: text(deref(in.ClientToken)), NetworkAcl: &out}, nil
}

// makeACL makes one that lets nothing pass, or the one that comes with a VPC and lets everything pass
// (https://docs.aws.amazon.com/vpc/latest/userguide/default-network-acl.html).
func (t *tx) makeACL(n *vpc, isDefault bool) string {
	a := &networkACL{id: t.newID(kindACL), scope: t.scope, vpc: n.id, isDefault: isDefault}
	for _, egress := range []bool{true, false} {
		a.entries = append(a.entries, lastEntries(egress, n.ipv6.cidr.IsValid(), isDefault)...)
	}
	t.acls.Put(&t.undo, a)
	return a.id
}

// deleteNetworkACL: the default one can't go, nor one that a subnet has
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNetworkAcl.html).
func (t *tx) deleteNetworkACL(in *ec2.DeleteNetworkAclInput) (*ec2.DeleteNetworkAclOutput, error) {
	a, err := t.aclMeant(in.NetworkAclId)
	if err != nil {
		return nil, err
	}
	if a.isDefault { // text (mem)
		return nil, fail("InvalidParameterValue", "cannot delete default network ACL %s", a.id)
	}
	for s := range t.subnets.By("vpc", t.scope, a.vpc) {
		if s.acl == a.id {
			return nil, hasDependencies("networkAcl", a.id)
		}
	}
	t.dropACL(a)
	return &ec2.DeleteNetworkAclOutput{}, nil
}

func (t *tx) dropACL(a *networkACL) {
	t.dropTags(a.id)
	t.acls.Delete(&t.undo, a.id)
}

// replaceNetworkACLAssociation gives a subnet another ACL; the association gets another ID.
func (t *tx) replaceNetworkACLAssociation(in *ec2.ReplaceNetworkAclAssociationInput) (*ec2.ReplaceNetworkAclAssociationOutput, error) {
	id := deref(in.AssociationId)
	if id == "" {
		return nil, missing("associationId")
	}
	a, err := t.aclMeant(in.NetworkAclId)
	if err != nil {
		return nil, err
	}
	for s := range t.subnets.All(t.scope, "") {
		if s.aclAssociation != id {
			continue
		}
		if s.vpc != a.vpc { // text (mem)
			return nil, fail("InvalidParameterValue", "network ACL %s and subnet %s belong to different networks", a.id, s.id)
		}
		next := *s
		next.acl, next.aclAssociation = a.id, t.newID(kindACLAssociation)
		t.subnets.Put(&t.undo, &next)
		return &ec2.ReplaceNetworkAclAssociationOutput{NewAssociationId: ptr(next.aclAssociation)}, nil
	}
	return nil, fail("InvalidAssociationID.NotFound", "The association ID '%s' does not exist", id)
}

// aclByID gives the caller's ACL, or InvalidNetworkAclId.Malformed or InvalidNetworkAclID.NotFound.
func (v *view) aclByID(id string) (*networkACL, error) {
	return owned(v, v.acls, aclSchema.Scope, kindACL, id)
}

func (v *view) aclMeant(id *string) (*networkACL, error) {
	if deref(id) == "" {
		return nil, missing("networkAclId")
	}
	return v.aclByID(*id)
}

// defaultACL is the ID of the ACL that a VPC's new subnets have.
func (v *view) defaultACL(vpc string) string {
	for a := range v.acls.By("vpc", v.scope, vpc) {
		if a.isDefault {
			return a.id
		}
	}
	return ""
}

func (v *view) describeNetworkACLs(in *ec2.DescribeNetworkAclsInput) (*ec2.DescribeNetworkAclsOutput, error) {
	pg, err := usualPaging.at("DescribeNetworkAcls", in.MaxResults, in.NextToken, 0, "")
	if err != nil {
		return nil, err
	}
	rows, next, err := aclFilters.listing(v, in.Filters, in.NetworkAclIds, v.aclByID, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeNetworkAclsOutput{NextToken: next, NetworkAcls: make([]ec2types.NetworkAcl, 0, len(rows))}
	for _, a := range rows {
		out.NetworkAcls = append(out.NetworkAcls, v.renderACL(a))
	}
	return out, nil
}

func (v *view) renderACL(a *networkACL) ec2types.NetworkAcl {
	out := ec2types.NetworkAcl{
		IsDefault: ptr(a.isDefault), NetworkAclId: ptr(a.id), OwnerId: ptr(v.Account), Tags: v.renderTags(a.id), VpcId: ptr(a.vpc),
	}
	for s := range v.subnets.By("vpc", v.scope, a.vpc) {
		if s.acl == a.id {
			out.Associations = append(out.Associations, ec2types.NetworkAclAssociation{
				NetworkAclAssociationId: ptr(s.aclAssociation), NetworkAclId: ptr(a.id), SubnetId: ptr(s.id),
			})
		}
	}
	for i := range a.entries {
		out.Entries = append(out.Entries, a.entries[i].render())
	}
	return out
}

// changeEntries puts an ACL with other entries, in order of direction, then number.
func (t *tx) changeEntries(a *networkACL, entries []aclEntry) {
	slices.SortFunc(entries, compareEntries)
	next := *a
	next.entries = entries
	t.acls.Put(&t.undo, &next)
}
