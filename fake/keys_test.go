package fake_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/region"
)

func TestKMSInProcess(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	arn := cloud.AddKey(region.EUWest1, "alias/golden")
	require.Equal(t, arn, cloud.AddKey(region.EUWest1, "alias/golden"))
	require.NotEqual(t, arn, cloud.Account("111122223333").AddKey(region.EUWest1, "alias/golden"))

	client := kms.NewFromConfig(cloud.Config(region.EUWest1))
	key, err := client.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: aws.String("alias/golden")})
	require.NoError(t, err)
	require.Equal(t, arn, *key.KeyMetadata.Arn)
	var names []string
	for pages := kms.NewListAliasesPaginator(client, &kms.ListAliasesInput{Limit: aws.Int32(1)}); pages.HasMorePages(); {
		page, err := pages.NextPage(t.Context())
		require.NoError(t, err)
		names = append(names, *page.Aliases[0].AliasName)
	}
	require.Equal(t, []string{"alias/aws/ebs", "alias/golden"}, names)

	_, err = client.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: aws.String("alias/none")})
	var missing *kmstypes.NotFoundException
	require.ErrorAs(t, err, &missing)

	require.PanicsWithValue(t, `fake: AddKey: ValidationException: Invalid identifier: alias "golden" must begin with "alias/"`,
		func() { cloud.AddKey(region.EUWest1, "golden") })
	require.Panics(t, func() { cloud.AddKey("mars-1", "") })
}
