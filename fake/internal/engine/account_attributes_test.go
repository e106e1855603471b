package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

func TestAccountAttributesTellTheDefaultVPCAndQuotas(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	told := func(names ...ec2types.AccountAttributeName) map[string]string {
		all := map[string]string{}
		for _, a := range must[ec2.DescribeAccountAttributesOutput](w, &ec2.DescribeAccountAttributesInput{AttributeNames: names}).AccountAttributes {
			require.Len(t, a.AttributeValues, 1)
			all[*a.AttributeName] = *a.AttributeValues[0].AttributeValue
		}
		return all
	}
	vpc := *must[ec2.DescribeVpcsOutput](w, &ec2.DescribeVpcsInput{}).Vpcs[0].VpcId
	require.Equal(t, map[string]string{
		"supported-platforms": "VPC", "default-vpc": vpc, "max-elastic-ips": "5", "max-instances": "20",
		"vpc-max-elastic-ips": "5", "vpc-max-security-groups-per-interface": "5",
	}, told())
	require.Equal(t, map[string]string{"default-vpc": vpc}, told(ec2types.AccountAttributeNameDefaultVpc))
	wantNoChange[ec2.DescribeAccountAttributesOutput](w, &ec2.DescribeAccountAttributesInput{AttributeNames: []ec2types.AccountAttributeName{"colour"}}, "InvalidParameterValue")
}
