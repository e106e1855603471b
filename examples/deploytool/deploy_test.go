package deploytool_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/examples/deploytool"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/region"
)

func TestDeploy(t *testing.T) {
	t.Parallel()
	prepared := fake.NewT(t, fake.Seed(1))
	_, err := deploytool.Deploy(t.Context(), prepared.Backend(region.USEast1), 2, "r0") // what runs already
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		faults  []fake.Fault
		want    error
		running int // of r1, afterwards
	}{
		"enough capacity":        {running: 3},
		"none at all":            {[]fake.Fault{fake.On("RunInstances").Fail("InsufficientInstanceCapacity")}, backend.ErrCapacity, 0},
		"the quota is exhausted": {[]fake.Fault{fake.On("RunInstances").Fail("VcpuLimitExceeded")}, backend.ErrQuota, 0},
		"throttled for a moment": {[]fake.Fault{fake.On("RunInstances").Times(1).Fail("RequestLimitExceeded")}, nil, 3},
		"the reply is lost":      {[]fake.Fault{fake.On("RunInstances").Times(1).LoseReply()}, nil, 3},
		"no permission":          {[]fake.Fault{fake.Deny("ec2:RunInstances", "*")}, backend.ErrDenied, 0},
		"nobody tells the state": {[]fake.Fault{fake.On("DescribeInstanceStatus").Fail("UnauthorizedOperation")}, backend.ErrDenied, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := prepared.Fork()
			be := cloud.Backend(region.USEast1)
			cloud.Inject(tc.faults...)
			_, err := deploytool.Deploy(t.Context(), be, 3, "r1")
			if tc.want != nil {
				require.ErrorIs(t, err, tc.want)
			} else {
				require.NoError(t, err)
			}
			cloud.ClearFaults()
			n, err := deploytool.Undeploy(t.Context(), be, "r1")
			require.NoError(t, err)
			require.Equal(t, tc.running, n)
			n, err = deploytool.Undeploy(t.Context(), be, "r0")
			require.NoError(t, err)
			require.Equal(t, 2, n, "the other release is as it was")
		})
	}
}

func TestToDeployAgainLaunchesNothingTwice(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	be := cloud.Backend(region.USEast1)
	first, err := deploytool.Deploy(t.Context(), be, 2, "r1")
	require.NoError(t, err)
	more, err := deploytool.Deploy(t.Context(), be, 3, "r1")
	require.NoError(t, err)
	require.Len(t, more, 3)
	require.Equal(t, first[0].ID(), more[0].ID())
	n, err := deploytool.Undeploy(t.Context(), be, "r1")
	require.NoError(t, err)
	require.Equal(t, 3, n)
}

// Every call fails once, in every way: nothing is launched twice, and no error hides what there is.
func TestDeployNeverLosesTrack(t *testing.T) {
	t.Parallel()
	fake.FailEachCall(t, fake.NewT(t), func(ctx context.Context, cloud *fake.Cloud) error {
		_, err := deploytool.Deploy(ctx, cloud.Backend(region.USEast1), 2, "r1")
		return err
	})
}
