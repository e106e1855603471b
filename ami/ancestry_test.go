package ami_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

func TestAncestryGoesBackToTheFirstImage(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	golden := plainImage(t, cloud)
	first, err := ami.AmazonLinux2023().Resolve(t.Context(), cloud.Backend(region.USEast1), instance.X8664)
	require.NoError(t, err)
	there, err := golden.CopyTo(t.Context(), region.EUWest1)
	require.NoError(t, err)
	require.NoError(t, there.WaitAvailable(t.Context()))
	line, err := there.Ancestry(t.Context())
	require.NoError(t, err)
	var ids []string
	for _, a := range line {
		ids = append(ids, a.ID)
	}
	require.Equal(t, []string{there.ID(), golden.ID(), first.Image.ID}, ids)
	require.Equal(t, "amazon", line[2].OwnerAlias)
}
