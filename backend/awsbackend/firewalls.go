package awsbackend

import (
	"context"
	"errors"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
)

// CreateSecurityGroup makes a group
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html).
func (b *Backend) CreateSecurityGroup(ctx context.Context, req backend.CreateSecurityGroupRequest) (string, error) {
	out, err := call(ctx, b, "CreateSecurityGroup", req.Name, b.ec2.CreateSecurityGroup, &ec2.CreateSecurityGroupInput{
		GroupName:         said(req.Name),
		Description:       said(req.Description),
		VpcId:             said(req.VPCID),
		TagSpecifications: tagSpecifications(tagsFor{types.ResourceTypeSecurityGroup, req.Tags}),
	})
	if err != nil {
		return "", err
	}
	return told(out.GroupId), nil
}

// DeleteSecurityGroup takes a group away that nothing uses
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html).
func (b *Backend) DeleteSecurityGroup(ctx context.Context, id string) error {
	_, err := call(ctx, b, "DeleteSecurityGroup", id, b.ec2.DeleteSecurityGroup, &ec2.DeleteSecurityGroupInput{GroupId: said(id)})
	return err
}

// SecurityGroupRules lists by ID and filters
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroupRules.html).
func (b *Backend) SecurityGroupRules(ctx context.Context, q backend.Query) iter.Seq2[backend.SecurityGroupRule, error] {
	fs := filters(q.Filters)
	return list(ctx, b, q.IDs, listing[ec2.DescribeSecurityGroupRulesOutput, types.SecurityGroupRule, backend.SecurityGroupRule]{
		op: "DescribeSecurityGroupRules", atOnce: pageSize,
		pages: func(ids []string, limit *int32) pager[ec2.DescribeSecurityGroupRulesOutput] {
			return ec2.NewDescribeSecurityGroupRulesPaginator(b.ec2,
				&ec2.DescribeSecurityGroupRulesInput{SecurityGroupRuleIds: ids, Filters: fs, MaxResults: limit})
		},
		items: func(out *ec2.DescribeSecurityGroupRulesOutput) []types.SecurityGroupRule {
			return out.SecurityGroupRules
		},
		convert: sure(groupRule),
	})
}

func groupRule(r *types.SecurityGroupRule) backend.SecurityGroupRule {
	cidr := told(r.CidrIpv4)
	if cidr == "" {
		cidr = told(r.CidrIpv6)
	}
	return backend.SecurityGroupRule{
		ID:           told(r.SecurityGroupRuleId),
		GroupID:      told(r.GroupId),
		Egress:       told(r.IsEgress),
		Protocol:     told(r.IpProtocol),
		FromPort:     int(told(r.FromPort)),
		ToPort:       int(told(r.ToPort)),
		CIDR:         cidr,
		PrefixListID: told(r.PrefixListId),
		PeerGroupID:  told(told(r.ReferencedGroupInfo).GroupId),
		Description:  told(r.Description),
		Tags:         tagMap(r.Tags),
	}
}

// AuthorizeSecurityGroup adds rules of one direction
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html).
func (b *Backend) AuthorizeSecurityGroup(ctx context.Context, groupID string, rules []backend.SecurityGroupRule) (err error) {
	const in, out = "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress"
	egress, err := direction("AuthorizeSecurityGroup", groupID, rules)
	switch {
	case err != nil:
	case egress:
		_, err = call(ctx, b, out, groupID, b.ec2.AuthorizeSecurityGroupEgress,
			&ec2.AuthorizeSecurityGroupEgressInput{GroupId: said(groupID), IpPermissions: each(rules, permission)})
	default:
		_, err = call(ctx, b, in, groupID, b.ec2.AuthorizeSecurityGroupIngress,
			&ec2.AuthorizeSecurityGroupIngressInput{GroupId: said(groupID), IpPermissions: each(rules, permission)})
	}
	return err
}

// RevokeSecurityGroup takes rules of one direction away by their IDs
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RevokeSecurityGroupIngress.html).
func (b *Backend) RevokeSecurityGroup(ctx context.Context, groupID string, rules []backend.SecurityGroupRule) (err error) {
	const in, out = "RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress"
	ids := each(rules, func(r *backend.SecurityGroupRule) string { return r.ID })
	egress, err := direction("RevokeSecurityGroup", groupID, rules)
	switch {
	case err != nil:
	case egress:
		_, err = call(ctx, b, out, groupID, b.ec2.RevokeSecurityGroupEgress,
			&ec2.RevokeSecurityGroupEgressInput{GroupId: said(groupID), SecurityGroupRuleIds: ids})
	default:
		_, err = call(ctx, b, in, groupID, b.ec2.RevokeSecurityGroupIngress,
			&ec2.RevokeSecurityGroupIngressInput{GroupId: said(groupID), SecurityGroupRuleIds: ids})
	}
	return err
}

var errBothDirections = errors.New("rules: some are for what comes in and some for what goes out; give them in two calls")

// direction is that of all rules: EC2 has an operation for each.
func direction(op, groupID string, rules []backend.SecurityGroupRule) (egress bool, err error) {
	for _, r := range rules {
		if r.Egress != rules[0].Egress {
			return false, invalid(op, groupID, errBothDirections)
		}
	}
	return len(rules) > 0 && rules[0].Egress, nil
}

func permission(r *backend.SecurityGroupRule) types.IpPermission {
	p := types.IpPermission{IpProtocol: said(r.Protocol)}
	switch r.Protocol {
	case "tcp", "udp", "icmp", "icmpv6": // 0 is a port's or type's number too
		p.FromPort, p.ToPort = aws.Int32(clamp(r.FromPort)), aws.Int32(clamp(r.ToPort))
	default:
		p.FromPort, p.ToPort = number(r.FromPort), number(r.ToPort)
	}
	description := said(r.Description)
	if strings.Contains(r.CIDR, ":") {
		p.Ipv6Ranges = []types.Ipv6Range{{CidrIpv6: said(r.CIDR), Description: description}}
	} else if r.CIDR != "" {
		p.IpRanges = []types.IpRange{{CidrIp: said(r.CIDR), Description: description}}
	}
	if r.PrefixListID != "" {
		p.PrefixListIds = []types.PrefixListId{{PrefixListId: said(r.PrefixListID), Description: description}}
	}
	if r.PeerGroupID != "" {
		p.UserIdGroupPairs = []types.UserIdGroupPair{{GroupId: said(r.PeerGroupID), Description: description}}
	}
	return p
}
