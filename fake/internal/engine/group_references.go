package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// describeSecurityGroupReferences tells of VPCs on the other side of peering connections and transit gateways that
// refer to groups. This cloud has neither, so that it tells of none.
func (v *view) describeSecurityGroupReferences(in *ec2.DescribeSecurityGroupReferencesInput) (*ec2.DescribeSecurityGroupReferencesOutput, error) {
	if len(in.GroupId) == 0 {
		return nil, missing("GroupId")
	}
	if _, err := groupFilters.findAll(in.GroupId, v.groupByID); err != nil {
		return nil, err
	}
	return &ec2.DescribeSecurityGroupReferencesOutput{SecurityGroupReferenceSet: []ec2types.SecurityGroupReference{}}, nil
}

// stalePaging is that of DescribeStaleSecurityGroups (range (mem)).
var stalePaging = paging{min: 5, max: 255, badToken: usualPaging.badToken}

// describeStaleSecurityGroups tells of rules that refer to groups that have gone, which can be in other VPCs only:
// a group that one of its own VPC refers to can't be deleted.
func (v *view) describeStaleSecurityGroups(in *ec2.DescribeStaleSecurityGroupsInput) (*ec2.DescribeStaleSecurityGroupsOutput, error) {
	if deref(in.VpcId) == "" {
		return nil, missing("VpcId")
	}
	if _, err := v.vpcByID(*in.VpcId); err != nil {
		return nil, err
	}
	if _, err := stalePaging.at("DescribeStaleSecurityGroups", in.MaxResults, in.NextToken, 0, ""); err != nil {
		return nil, err
	}
	return &ec2.DescribeStaleSecurityGroupsOutput{StaleSecurityGroupSet: []ec2types.StaleSecurityGroup{}}, nil
}
