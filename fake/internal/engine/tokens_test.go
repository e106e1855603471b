package engine

import (
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

// Any request with a token will do; the operations have tests of their own.
func launchWith(image, token string) *ec2.RunInstancesInput {
	return &ec2.RunInstancesInput{ImageId: &image, MinCount: ptr(int32(1)), MaxCount: ptr(int32(1)), ClientToken: &token}
}

func once(w *testWorld, in any, token string) (made string, err error) {
	w.t.Helper()
	_ = w.change(func(tx *tx) error {
		op := operations[reflect.TypeOf(in)]
		tx.op = op
		made, err = tx.once(in, token)
		return nil
	})
	return made, err
}

func remember(w *testWorld, in any, token, made string) {
	w.t.Helper()
	require.NoError(w.t, w.change(func(tx *tx) error {
		op := operations[reflect.TypeOf(in)]
		tx.op = op
		tx.remember(in, token, made)
		return nil
	}))
}

func TestClientTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	remember(w, launchWith("ami-1", "token"), "token", "r-1")
	copying := &ec2.CopyImageInput{Name: ptr("x"), ClientToken: ptr("token")}
	for name, tc := range map[string]struct {
		w     *testWorld
		in    any
		token string
		made  string
		code  string
	}{
		"the same again":          {w, launchWith("ami-1", "token"), "token", "r-1", ""},
		"other parameters":        {w, launchWith("ami-2", "token"), "token", "", "IdempotentParameterMismatch"},
		"another token":           {w, launchWith("ami-2", "token2"), "token2", "", ""},
		"case counts":             {w, launchWith("ami-2", "Token"), "Token", "", ""},
		"none":                    {w, launchWith("ami-2", ""), "", "", ""},
		"in another region":       {w.in(region.EUWest1), launchWith("ami-2", "token"), "token", "", ""},
		"another account's":       {w.as("111122223333"), launchWith("ami-2", "token"), "token", "", ""},
		"of another operation":    {w, copying, "token", "", ""},
		"in a fork":               {w.fork(), launchWith("ami-1", "token"), "token", "r-1", ""},
		"64 characters":           {w, launchWith("ami-1", ""), strings.Repeat("x", 64), "", ""},
		"65 characters":           {w, launchWith("ami-1", ""), strings.Repeat("x", 65), "", "InvalidClientToken"},
		"characters beyond ASCII": {w, launchWith("ami-1", ""), "tökèn", "", "InvalidClientToken"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			made, err := once(tc.w.forkWithin(t), tc.in, tc.token)
			require.Equal(t, tc.made, made)
			if tc.code == "" {
				require.NoError(t, err)
				return
			}
			wantCode(t, err, tc.code)
		})
	}
}

func TestATokenOfAFailedRequestIsForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	in := launchWith("ami-1", "token")
	require.Error(t, w.change(func(tx *tx) error {
		op := operations[reflect.TypeOf(in)]
		tx.op = op
		tx.remember(in, "token", "r-1")
		return fail("InternalError", "undone")
	}))
	made, err := once(w, launchWith("ami-2", "token"), "token")
	require.NoError(t, err)
	require.Empty(t, made)
}
