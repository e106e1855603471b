package main

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

func TestSpotWithFallBack(t *testing.T) {
	t.Parallel()
	sold := fake.Capacity{InstanceType: "*", Market: fake.Spot}
	for name, tc := range map[string]struct {
		limits []fake.Capacity
		want   error
		says   string
	}{
		"some Spot capacity": {[]fake.Capacity{sold, {InstanceType: "m6g.large", Zone: "us-east-1b", Market: fake.Spot, Instances: 4}}, nil,
			"6 of 6 run:\n  2 × on-demand m7g.large in us-east-1a\n  4 × spot m6g.large in us-east-1b\n"},
		"none":             {[]fake.Capacity{sold}, nil, "6 of 6 run:\n  6 × on-demand m7g.large in us-east-1a\n"},
		"none of anything": {[]fake.Capacity{{InstanceType: "*"}}, backend.ErrCapacity, "  spot m7g.large in us-east-1a: "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := fake.NewT(t)
			cloud.LimitCapacity(tc.limits...)
			var out strings.Builder
			err := run(t.Context(), cloud.Backend(region.USEast1), workers(instance.NewCapacityMemory(time.Minute)), 6, &out)
			if tc.want != nil {
				require.ErrorIs(t, err, tc.want)
				require.Contains(t, out.String(), tc.says)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.says, out.String())
		})
	}
}
