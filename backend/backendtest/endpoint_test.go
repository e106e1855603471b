package backendtest_test

import (
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend/awsbackend"
	"github.com/amiclass/amiclass/backend/backendtest"
	"github.com/amiclass/amiclass/region"
)

// TestEndpoint runs the suite on what the environment names, with the credentials that the AWS SDK
// finds. It is skipped where nothing is named.
//
//	AMICLASS_TEST_REGION    region of a real account, which will be charged a little
//	AMICLASS_TEST_ENDPOINT  URL of something that speaks EC2's protocol instead; the region is optional then
//	AMICLASS_TEST_SISTER    second region for copies; us-west-2 or us-east-1 in the standard partition
//	AMICLASS_TEST_IMAGE     image to launch, where the endpoint has no public parameters
func TestEndpoint(t *testing.T) {
	t.Parallel()
	endpoint, r := os.Getenv("AMICLASS_TEST_ENDPOINT"), os.Getenv("AMICLASS_TEST_REGION")
	if endpoint == "" && r == "" {
		t.Skip("neither AMICLASS_TEST_ENDPOINT nor AMICLASS_TEST_REGION is set")
	}
	if r == "" {
		r = region.USEast1.String()
	}
	cfg, err := config.LoadDefaultConfig(t.Context(), config.WithRegion(r))
	require.NoError(t, err)
	if endpoint != "" {
		cfg.BaseEndpoint = aws.String(endpoint)
	}
	sister := region.Region(os.Getenv("AMICLASS_TEST_SISTER"))
	if sister == "" && region.Region(r).Partition() == region.PartitionStandard {
		sister = region.USWest2
		if r == sister.String() {
			sister = region.USEast1
		}
	}
	backendtest.Run(t, func(*testing.T) backendtest.World {
		return backendtest.World{
			Backend: awsbackend.New(cfg), Image: os.Getenv("AMICLASS_TEST_IMAGE"), Sister: sister,
		}
	})
}
