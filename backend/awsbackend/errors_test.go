package awsbackend_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/backend/awsbackend"
	"github.com/amiclass/amiclass/region"
)

func TestErrors(t *testing.T) {
	t.Parallel()
	for code, tc := range map[string]struct {
		kind error
	}{
		"InvalidAMIID.NotFound":        {backend.ErrNotFound},
		"InvalidAMIID.Malformed":       {backend.ErrInvalid},
		"InvalidAMIName.Duplicate":     {backend.ErrAlreadyExists},
		"IncorrectInstanceState":       {backend.ErrState},
		"InsufficientInstanceCapacity": {backend.ErrCapacity},
		"VcpuLimitExceeded":            {backend.ErrQuota},
		"RequestLimitExceeded":         {backend.ErrThrottled},
		"UnauthorizedOperation":        {backend.ErrDenied},
		"DryRunOperation":              {backend.ErrDryRun},
		"InternalError":                {nil},
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			be, _ := newBackend(t, func(any) (any, error) {
				return nil, &smithy.OperationError{ServiceID: "EC2", OperationName: "RunInstances",
					Err: &smithy.GenericAPIError{Code: code, Message: "so it is", Fault: smithy.FaultClient}}
			})
			_, err := be.RunInstances(t.Context(), backend.RunRequest{ImageID: "ami-1"})
			var e *backend.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, code, e.Code)
			require.Equal(t, tc.kind, e.Kind)
			require.EqualError(t, err, "RunInstances ami-1: "+code+": so it is")
			var api smithy.APIError
			require.ErrorAs(t, err, &api)
			require.Equal(t, smithy.FaultClient, api.ErrorFault())
			if tc.kind != nil {
				require.ErrorIs(t, err, tc.kind)
			}
		})
	}
}

func TestAnErrorNamesAFewOfManyResources(t *testing.T) {
	t.Parallel()
	be, _ := newBackend(t, func(any) (any, error) { return nil, errors.New("no") })
	_, err := be.StartInstances(t.Context(), []string{"i-1", "i-2", "i-3"})
	require.EqualError(t, err, "StartInstances i-1, i-2, i-3: no")
	_, err = be.StartInstances(t.Context(), []string{"i-1", "i-2", "i-3", "i-4", "i-5"})
	require.EqualError(t, err, "StartInstances i-1, i-2, i-3 and 2 more: no")
}

// config is for real clients whose requests go to transport.
func config(transport func(*http.Request) (*http.Response, error)) aws.Config {
	return aws.Config{
		Region:      string(region.USEast1),
		Credentials: credentials.NewStaticCredentialsProvider("AKID", "SECRET", ""),
		HTTPClient:  &http.Client{Transport: roundTripper(transport)},
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func refusal(status int, code string) *http.Response {
	body := "<Response><Errors><Error><Code>" + code + "</Code><Message>so it is</Message></Error></Errors><RequestID>1</RequestID></Response>"
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"text/xml"}}, Body: io.NopCloser(bytes.NewBufferString(body))}
}

func TestThroughRealClients(t *testing.T) {
	t.Parallel()
	t.Run("a cancelled context is found in the error", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		be := awsbackend.New(config(func(r *http.Request) (*http.Response, error) { return nil, r.Context().Err() }))
		for op, do := range operations {
			_, err := do(ctx, be)
			require.ErrorIs(t, err, context.Canceled, op)
			var e *backend.Error
			require.ErrorAs(t, err, &e, op)
		}
	})
	t.Run("what the SDK refuses to send is invalid", func(t *testing.T) {
		t.Parallel()
		be := awsbackend.New(config(func(*http.Request) (*http.Response, error) { return nil, errors.New("sent") }))
		_, err := be.StartInstances(t.Context(), nil)
		require.ErrorIs(t, err, backend.ErrInvalid)
		require.ErrorContains(t, err, "InstanceIds")
	})
	t.Run("a launch without capacity isn't tried again in place", func(t *testing.T) {
		t.Parallel()
		calls := 0
		be := awsbackend.New(config(func(*http.Request) (*http.Response, error) {
			calls++
			return refusal(http.StatusInternalServerError, "InsufficientInstanceCapacity"), nil
		}))
		_, err := be.RunInstances(t.Context(), backend.RunRequest{MinCount: 1, MaxCount: 1})
		require.ErrorIs(t, err, backend.ErrCapacity)
		_, err = be.StartInstances(t.Context(), []string{"i-1"})
		require.ErrorIs(t, err, backend.ErrCapacity)
		require.Equal(t, 2, calls)
	})
	t.Run("everything else is retried as the client says", func(t *testing.T) {
		t.Parallel()
		calls := 0
		cfg := config(func(*http.Request) (*http.Response, error) {
			calls++
			return refusal(http.StatusServiceUnavailable, "RequestLimitExceeded"), nil
		})
		cfg.Retryer = func() aws.Retryer { return twice{} }
		be := awsbackend.New(cfg)
		_, err := be.RunInstances(t.Context(), backend.RunRequest{MinCount: 1, MaxCount: 1})
		require.ErrorIs(t, err, backend.ErrThrottled)
		require.Equal(t, 2, calls)
	})
	t.Run("one client serves every region", func(t *testing.T) {
		t.Parallel()
		var hosts []string
		be, err := awsbackend.FromClients(region.EUWest1, ec2.NewFromConfig(config(func(r *http.Request) (*http.Response, error) {
			hosts = append(hosts, r.URL.Host)
			return refusal(http.StatusBadRequest, "InvalidVolume.NotFound"), nil
		})))
		require.NoError(t, err)
		require.ErrorIs(t, be.DeleteVolume(t.Context(), "vol-1"), backend.ErrNotFound)
		there, err := be.In(region.CNNorth1)
		require.NoError(t, err)
		require.ErrorIs(t, there.DeleteVolume(t.Context(), "vol-1"), backend.ErrNotFound)
		require.Equal(t, []string{"ec2.eu-west-1.amazonaws.com", "ec2.cn-north-1.amazonaws.com.cn"}, hosts)
	})
}

// twice tries a second time at once.
type twice struct{ aws.NopRetryer }

func (twice) IsErrorRetryable(error) bool { return true }
func (twice) MaxAttempts() int            { return 2 }

func (twice) RetryDelay(int, error) (delay time.Duration, err error) { return 0, nil }

func TestRegions(t *testing.T) {
	t.Parallel()
	t.Run("a sister is the same account elsewhere", func(t *testing.T) {
		t.Parallel()
		be, _ := newBackend(t, nil)
		there, err := be.In(region.APSoutheast7)
		require.NoError(t, err)
		require.Equal(t, region.APSoutheast7, there.Region())
		require.Equal(t, region.USEast1, be.Region())
	})
	t.Run("a malformed name is refused", func(t *testing.T) {
		t.Parallel()
		be, _ := newBackend(t, nil)
		_, err := be.In("us-east-1a")
		require.ErrorIs(t, err, backend.ErrInvalid)
		require.ErrorIs(t, err, region.ErrMalformed)
		_, err = awsbackend.FromClients("", &client{})
		require.ErrorIs(t, err, region.ErrMalformed)
	})
	t.Run("no client is refused", func(t *testing.T) {
		t.Parallel()
		_, err := awsbackend.FromClients(region.USEast1, nil)
		require.ErrorIs(t, err, backend.ErrInvalid)
		require.ErrorContains(t, err, "client is nil")
	})
	t.Run("a configuration without a region is refused by every call, until a region is chosen", func(t *testing.T) {
		t.Parallel()
		cfg := config(func(*http.Request) (*http.Response, error) { return refusal(400, "InvalidVolume.NotFound"), nil })
		cfg.Region = ""
		be := awsbackend.New(cfg)
		for op, do := range operations {
			_, err := do(t.Context(), be)
			require.ErrorIs(t, err, backend.ErrInvalid, op)
			require.ErrorContains(t, err, "aws.Config.Region", op)
		}
		there, err := be.In(region.USEast1)
		require.NoError(t, err)
		require.ErrorIs(t, there.DeleteVolume(t.Context(), "vol-1"), backend.ErrNotFound)
	})
}
