package fake_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/region"
)

func TestAccountsOfAnOrganizationSeeWhatIsSharedWithIt(t *testing.T) {
	t.Parallel()
	const organization = "arn:aws:organizations::123456789012:organization/o-abcdefghij"
	cloud := fake.NewT(t)
	member := cloud.Account("111122223333")
	require.ErrorContains(t, member.JoinOrganization("o-abcdefghij"), "arn:aws:organizations")
	require.NoError(t, member.JoinOrganization(organization))
	owner := client(cloud)
	made, err := owner.CreateImage(t.Context(), &ec2.CreateImageInput{InstanceId: aws.String(launch(t, cloud, 1)[0]), Name: aws.String("golden")})
	require.NoError(t, err)
	_, err = owner.DescribeImages(t.Context(), &ec2.DescribeImagesInput{ImageIds: []string{*made.ImageId}}) // it completes
	require.NoError(t, err)
	_, err = owner.ModifyImageAttribute(t.Context(), &ec2.ModifyImageAttributeInput{ImageId: made.ImageId,
		LaunchPermission: &ec2types.LaunchPermissionModifications{Add: []ec2types.LaunchPermission{{OrganizationArn: aws.String(organization)}}}})
	require.NoError(t, err)
	for account, want := range map[fake.Account]int{member: 1, cloud.Account("444455556666"): 0} {
		out, err := ec2.NewFromConfig(account.Config(region.USEast1)).DescribeImages(t.Context(), &ec2.DescribeImagesInput{ExecutableUsers: []string{"self"}})
		require.NoError(t, err)
		require.Len(t, out.Images, want, account.ID())
	}
}

func TestAccountsSubscribeToProducts(t *testing.T) {
	t.Parallel()
	account := fake.NewT(t).Account("111122223333")
	require.NoError(t, account.Subscribe("abc123"))
	require.ErrorContains(t, account.Subscribe("abc-123"), "product code")
}
