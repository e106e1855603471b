package awsbackend

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// InstanceCredits gives the credit options of burstable instances
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceCreditSpecifications.html).
func (b *Backend) InstanceCredits(ctx context.Context, ids []string) (map[string]string, error) {
	all := map[string]string{}
	specs := list(ctx, b, ids, listing[ec2.DescribeInstanceCreditSpecificationsOutput, types.InstanceCreditSpecification, types.InstanceCreditSpecification]{
		op: "DescribeInstanceCreditSpecifications", atOnce: pageSize,
		pages: func(ids []string, limit *int32) pager[ec2.DescribeInstanceCreditSpecificationsOutput] {
			return ec2.NewDescribeInstanceCreditSpecificationsPaginator(b.ec2,
				&ec2.DescribeInstanceCreditSpecificationsInput{InstanceIds: ids, MaxResults: limit})
		},
		items: func(out *ec2.DescribeInstanceCreditSpecificationsOutput) []types.InstanceCreditSpecification {
			return out.InstanceCreditSpecifications
		},
		convert: func(s *types.InstanceCreditSpecification) (types.InstanceCreditSpecification, error) { return *s, nil },
	})
	for s, err := range specs {
		if err != nil {
			return nil, err
		}
		all[told(s.InstanceId)] = told(s.CpuCredits)
	}
	return all, nil
}
