package fake_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

// Workflows of the model other than the story's, each on a cloud that prepare makes ready.
var workflows = map[string]struct {
	prepare func(context.Context, backend.Backend) error
	run     func(context.Context, backend.Backend) error
}{
	"several instances at once": {
		run: func(ctx context.Context, be backend.Backend) error {
			_, err := web.InstantiateN(ctx, be, instance.Spec{}, 3)
			return err
		},
	},
	"several instances of a key": {
		run: func(ctx context.Context, be backend.Backend) error {
			_, err := web.InstantiateN(ctx, be, instance.Spec{}, 3, instance.Key("r1"))
			return err
		},
	},
	"the rest of a key": {
		prepare: func(ctx context.Context, be backend.Backend) error {
			_, err := web.InstantiateN(ctx, be, instance.Spec{}, 2, instance.Key("r1"))
			return err
		},
		run: func(ctx context.Context, be backend.Backend) error {
			_, err := web.InstantiateN(ctx, be, instance.Spec{}, 3, instance.Key("r1"))
			return err
		},
	},
}

func TestWorkflowsNeverLoseTrack(t *testing.T) {
	t.Parallel()
	for name, w := range workflows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud := fake.NewT(t)
			if w.prepare != nil {
				require.NoError(t, w.prepare(t.Context(), cloud.Backend(region.USEast1)))
			}
			fake.FailEachCall(t, cloud, func(ctx context.Context, cloud *fake.Cloud) error {
				return w.run(ctx, cloud.Backend(region.USEast1))
			})
		})
	}
}
