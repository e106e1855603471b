package aftermath_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/aftermath"
)

func TestUncertain(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err  error
		want bool
	}{
		"no error":              {nil, false},
		"refused":               {&backend.Error{Code: "InvalidAMIID.NotFound"}, false},
		"throttled":             {fmt.Errorf("x: %w", &backend.Error{Code: "RequestLimitExceeded"}), false},
		"no capacity, a 500":    {&backend.Error{Code: "InsufficientInstanceCapacity"}, false},
		"the server failed":     {&backend.Error{Code: "InternalError"}, true},
		"unavailable":           {&backend.Error{Code: "ServiceUnavailable"}, true},
		"the reply was lost":    {&backend.Error{Err: io.ErrUnexpectedEOF}, true},
		"the context ended":     {&backend.Error{Err: context.Canceled}, true},
		"not a backend's error": {errors.New("?"), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, aftermath.Uncertain(tc.err))
		})
	}
}

func TestLook(t *testing.T) {
	t.Parallel()
	broken := errors.New("the look failed")
	for name, tc := range map[string]struct {
		foundAt int // 0 never
		failAt  int
		looks   int
		takes   time.Duration
		want    error
	}{
		"found at once":                 {foundAt: 1, looks: 1},
		"found when it became visible":  {foundAt: 2, looks: 2, takes: time.Second},
		"nothing there":                 {looks: 3, takes: 3 * time.Second},
		"a failing look isn't repeated": {failAt: 1, looks: 1, want: broken},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				cancelled, cancel := context.WithCancel(t.Context())
				cancel() // a look goes on although the caller has given up
				start, looks := time.Now(), 0
				err := aftermath.Look(cancelled, func(ctx context.Context) (bool, error) {
					require.NoError(t, ctx.Err())
					_, bounded := ctx.Deadline()
					require.True(t, bounded, "a look must end some time")
					looks++
					if looks == tc.failAt {
						return false, broken
					}
					return looks == tc.foundAt, nil
				})
				require.ErrorIs(t, err, tc.want)
				require.Equal(t, tc.looks, looks)
				require.Equal(t, tc.takes, time.Since(start))
			})
		})
	}
}
