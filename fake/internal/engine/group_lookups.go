package engine

import "slices"

// groupByID gives the caller's group, or InvalidGroupId.Malformed or InvalidGroup.NotFound.
func (v *view) groupByID(id string) (*group, error) {
	return owned(v, v.groups, groupSchema.Scope, kindGroup, id)
}

// groupMeant is the group that a request names by ID, or, which can be done in the default VPC only, by name. Codes
// and texts for neither and both are (mem).
func (v *view) groupMeant(id, name *string) (*group, error) {
	switch {
	case deref(id) == "" && deref(name) == "":
		return nil, missing("GroupName or GroupId")
	case deref(id) == "":
		return v.groupInDefaultVPC(*name)
	case deref(name) != "":
		return nil, fail("InvalidParameterCombination", "The parameter GroupName cannot be used with the parameter GroupId")
	}
	return v.groupByID(*id)
}

// groupNamed gives the group of that name, without regard to case, in a VPC.
func (v *view) groupNamed(vpc, name string) (*group, error) {
	if g, ok := first(v.groups.By("title", v.scope, groupTitle(vpc, name))); ok {
		return g, nil
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

// vpcOrDefault is the VPC that a request names, or else the default one.
func (v *view) vpcOrDefault(id string) (*vpc, error) {
	if id != "" {
		return v.vpcByID(id)
	}
	if n, ok := v.defaultVPC(); ok {
		return n, nil
	}
	return nil, noDefaultVPC()
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
