package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

func TestGetCallerIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	for name, tc := range map[string]struct {
		w            *testWorld
		account, arn string
	}{
		"the default account": {w, DefaultAccount, "arn:aws:iam::123456789012:root"},
		"another":             {w.as("000000000042"), "000000000042", "arn:aws:iam::000000000042:root"},
		"in China":            {w.in(region.CNNorth1), DefaultAccount, "arn:aws-cn:iam::123456789012:root"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := must[sts.GetCallerIdentityOutput](tc.w.within(t), &sts.GetCallerIdentityInput{})
			require.Equal(t, tc.account, *out.Account)
			require.Equal(t, tc.account, *out.UserId)
			require.Equal(t, tc.arn, *out.Arn)
		})
	}
}
