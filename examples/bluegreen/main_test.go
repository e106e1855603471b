package main

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

func TestBlueGreen(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, run(t.Context(), fake.NewT(t).Backend(region.USEast1), &out))
	require.Equal(t, "blue serves with 3 instances\ngreen serves with 3 instances\nblue is gone with 3 instances\n", out.String())
}

func TestGreenThatFailsGoesAndBlueServesOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("it serves no pages")
	for name, tc := range map[string]struct {
		fault []fake.Fault
		check func(context.Context, *instance.Instance) error
		want  error
		says  string
	}{
		"no capacity":  {[]fake.Fault{fake.On("RunInstances").Fail("InsufficientInstanceCapacity")}, healthy, backend.ErrCapacity, "green failed, blue serves on; 0 instances of it go\n"},
		"a bad server": {nil, func(context.Context, *instance.Instance) error { return broken }, broken, "green failed, blue serves on; 3 instances of it go\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := fake.NewT(t)
			be := cloud.Backend(region.USEast1)
			var r router
			var out strings.Builder
			require.NoError(t, deploy(t.Context(), be, &r, "blue", 3, healthy, &out))
			out.Reset()
			cloud.Inject(tc.fault...)
			require.ErrorIs(t, deploy(t.Context(), be, &r, "green", 3, tc.check, &out), tc.want)
			require.Equal(t, tc.says, out.String())
			require.Equal(t, "blue", r.live)
			for i, err := range instance.List(t.Context(), be, instance.InState(backend.InstanceRunning)) {
				require.NoError(t, err)
				require.Equal(t, "blue", i.Tags()["colour"])
			}
		})
	}
}
