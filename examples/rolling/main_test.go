package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

// serving counts the running instances of each release.
func serving(t *testing.T, be backend.Backend) map[string]int {
	t.Helper()
	count := map[string]int{}
	for i, err := range instance.List(t.Context(), be, instance.Tagged("service", "web"), instance.InState(backend.InstanceRunning)) {
		require.NoError(t, err)
		count[i.Tags()["release"]]++
	}
	return count
}

func TestRolling(t *testing.T) {
	t.Parallel()
	be := fake.NewT(t).Backend(region.USEast1)
	var out strings.Builder
	require.NoError(t, run(t.Context(), be, &out))
	require.Equal(t, "2 of release 2 serve, 2 old ones went\n2 of release 2 serve, 2 old ones went\n1 of release 2 serve, 1 old ones went\n", out.String())
	require.Equal(t, map[string]int{"2": 5}, serving(t, be))
}

func TestAReplacementThatFailsLeavesTheServiceWhole(t *testing.T) {
	t.Parallel()
	cloud := fake.NewT(t)
	be := cloud.Backend(region.USEast1)
	cloud.Inject(fake.On("RunInstances").After(2).Fail("InsufficientInstanceCapacity")) // the second step
	var out strings.Builder
	err := run(t.Context(), be, &out)
	require.ErrorIs(t, err, backend.ErrCapacity)
	require.Equal(t, map[string]int{"1": 3, "2": 2}, serving(t, be))
	cloud.ClearFaults()
	out.Reset()
	require.NoError(t, replace(t.Context(), be, newer, "2", 2, &out), "called again it goes on")
	require.Equal(t, "2 of release 2 serve, 2 old ones went\n1 of release 2 serve, 1 old ones went\n", out.String())
	require.Equal(t, map[string]int{"2": 5}, serving(t, be))
}
