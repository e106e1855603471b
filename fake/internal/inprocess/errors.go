package inprocess

import (
	"io"
	"net/http"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// ResponseError dresses a refusal as the SDK does one that came by HTTP: status and request ID around
// a smithy.APIError, or around the service's own type for it.
func ResponseError(refusal smithy.APIError, modeled error, status int, requestID string) error {
	inner := modeled
	if inner == nil {
		inner = &smithy.GenericAPIError{
			Code:    refusal.ErrorCode(),
			Message: refusal.ErrorMessage(),
			Fault:   refusal.ErrorFault(),
		}
	}
	return &awshttp.ResponseError{
		RequestID: requestID,
		ResponseError: &smithyhttp.ResponseError{
			Response: &smithyhttp.Response{Response: &http.Response{
				StatusCode: status,
				Status:     http.StatusText(status),
				Header:     http.Header{},
				Body:       http.NoBody,
			}},
			Err: inner,
		},
	}
}

// LostReply is what a client sees when the connection breaks after the request was sent. The SDK
// retries it; a bare io.ErrUnexpectedEOF it doesn't.
func LostReply() error {
	return &smithyhttp.RequestSendError{Err: io.ErrUnexpectedEOF}
}

// Canceled is what a client sees when its context ends during a call.
func Canceled(cause error) error {
	return &smithy.CanceledError{Err: cause}
}
