package awsbackend

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/amiclass/amiclass/backend"
)

// failure makes a backend's error of the SDK's. The kind follows from EC2's code; an error that is
// none of EC2's (a cancelled context, no network, no credentials) has neither code nor kind.
func failure(op, resource string, err error) error {
	e := &backend.Error{Op: op, Resource: resource, Err: err}
	var (
		api  smithy.APIError
		args smithy.InvalidParamsError
	)
	switch {
	case errors.As(err, &api):
		e.Code, e.Message, e.Kind = api.ErrorCode(), api.ErrorMessage(), backend.KindOf(api.ErrorCode())
	case errors.As(err, &args): // the SDK refused to send it: a required field is missing
		e.Kind = backend.ErrInvalid
	}
	return e
}

// invalid is the error for what this package itself refuses to send.
func invalid(op, resource string, err error) error {
	return &backend.Error{Op: op, Resource: resource, Message: err.Error(), Kind: backend.ErrInvalid, Err: err}
}

// unsupported is the error for an ability whose client wasn't given.
func unsupported(op, resource, remedy string) error {
	return &backend.Error{Op: op, Resource: resource, Message: remedy, Kind: backend.ErrUnsupported}
}

// names is how an error speaks of several resources without filling the page.
func names(ids []string) string {
	const shown = 3
	if len(ids) <= shown {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:shown], ", "), len(ids)-shown)
}
