package backend_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
)

func TestKindOf(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]error{
		"InvalidAMIID.NotFound":                 backend.ErrNotFound,
		"InvalidPlacementGroup.Unknown":         backend.ErrNotFound,
		"InvalidInstanceType":                   backend.ErrNotFound,
		"ParameterNotFound":                     backend.ErrNotFound,
		"InvalidAMIName.Duplicate":              backend.ErrAlreadyExists,
		"InvalidGroup.Duplicate":                backend.ErrAlreadyExists,
		"InvalidAMIID.Malformed":                backend.ErrInvalid,
		"InvalidParameterValue":                 backend.ErrInvalid,
		"InvalidSubnet.Conflict":                backend.ErrInvalid,
		"InvalidSubnet.Range":                   backend.ErrInvalid,
		"IncorrectInstanceState":                backend.ErrState,
		"InvalidSnapshot.InUse":                 backend.ErrState,
		"InvalidAMIID.Unavailable":              backend.ErrState,
		"InsufficientInstanceCapacity":          backend.ErrCapacity,
		"InsufficientFreeAddressesInSubnet":     backend.ErrCapacity,
		"VcpuLimitExceeded":                     backend.ErrQuota,
		"TagLimitExceeded":                      backend.ErrQuota,
		"RequestLimitExceeded":                  backend.ErrThrottled,
		"SnapshotCreationPerVolumeRateExceeded": backend.ErrThrottled,
		"UnauthorizedOperation":                 backend.ErrDenied,
		"OperationNotPermitted":                 backend.ErrDenied,
		"DryRunOperation":                       backend.ErrDryRun,
		"InvalidAction":                         backend.ErrUnsupported,
		"InternalError":                         nil,
		"":                                      nil,
	} {
		require.Equal(t, want, backend.KindOf(code), code)
	}
}

func TestError(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		err  *backend.Error
		want string
	}{
		"refused by EC2": {
			&backend.Error{Op: "RunInstances", Resource: "ami-1", Code: "InvalidAMIID.NotFound", Message: "The image id '[ami-1]' does not exist"},
			"RunInstances ami-1: InvalidAMIID.NotFound: The image id '[ami-1]' does not exist",
		},
		"a code alone":       {&backend.Error{Op: "X", Code: "InternalError"}, "X: InternalError"},
		"a message alone":    {&backend.Error{Op: "X", Message: "the answer makes no sense"}, "X: the answer makes no sense"},
		"never arrived":      {&backend.Error{Op: "X", Err: io.ErrUnexpectedEOF}, "X: unexpected EOF"},
		"nothing but a kind": {&backend.Error{Op: "X", Kind: backend.ErrUnsupported}, "X: not supported by this backend"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.EqualError(t, tc.err, tc.want)
		})
	}
}

func TestErrorMatchesItsKindAndWhatLiesBelow(t *testing.T) {
	t.Parallel()
	err := fmt.Errorf("deploy: %w", &backend.Error{Op: "X", Kind: backend.ErrCapacity, Err: context.Canceled})
	require.ErrorIs(t, err, backend.ErrCapacity)
	require.ErrorIs(t, err, context.Canceled)
	require.NotErrorIs(t, err, backend.ErrQuota)
	require.NotErrorIs(t, &backend.Error{Op: "X"}, nil)

	var be *backend.Error
	require.True(t, errors.As(err, &be))
	require.Equal(t, "X", be.Op)
}

func ExampleError() {
	var err error = &backend.Error{
		Op: "RunInstances", Code: "InsufficientInstanceCapacity",
		Message: "We currently do not have sufficient m7g.large capacity.",
		Kind:    backend.KindOf("InsufficientInstanceCapacity"),
	}
	fmt.Println(errors.Is(err, backend.ErrCapacity))
	fmt.Println(err)
	// Output:
	// true
	// RunInstances: InsufficientInstanceCapacity: We currently do not have sufficient m7g.large capacity.
}

func TestUntold(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]bool{
		nil: false, errors.New("?"): false, &backend.Error{Kind: backend.ErrNotFound}: false,
		&backend.Error{Kind: backend.ErrDenied}: true, fmt.Errorf("x: %w", backend.Lacks("GetKeyPolicy", "")): true,
	} {
		require.Equal(t, want, backend.Untold(err), "%v", err)
	}
}
