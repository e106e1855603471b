package engine

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"
)

// Error is a refusal as the service gives it: the code, message and HTTP status of
// https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html.
type Error struct {
	Code    string
	Message string
	Status  int
	// Modeled is the SDK's own type for this error, for services that model their errors.
	Modeled error
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// ErrorCode, ErrorMessage and ErrorFault make it a smithy.APIError.
func (e *Error) ErrorCode() string    { return e.Code }
func (e *Error) ErrorMessage() string { return e.Message }

// ErrorFault follows the HTTP status.
func (e *Error) ErrorFault() smithy.ErrorFault {
	if e.Status >= 500 {
		return smithy.FaultServer
	}
	return smithy.FaultClient
}

func fail(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Status: Status(code)}
}

// UnknownParameters is the answer to parameters that an operation doesn't have. The text is (mem).
func UnknownParameters(names []string) *Error {
	if len(names) == 1 {
		return fail("UnknownParameter", "The parameter %s is not recognized", names[0])
	}
	return fail("UnknownParameter", "The parameters %s are not recognized", strings.Join(names, ", "))
}

// AsError gives an engine's error as what it is: a refusal, or else a fault of the engine's own.
func AsError(err error) *Error {
	var refusal *Error
	if errors.As(err, &refusal) {
		return refusal
	}
	return fail("InternalError", "%v", err)
}

// modelled is a refusal in the SDK's own type for it, as services have that model their errors.
func modelled(e smithy.APIError) *Error {
	return &Error{Code: e.ErrorCode(), Message: e.ErrorMessage(), Status: 400, Modeled: e}
}

// invalidRequest is the answer of the services of JSON to a request that isn't well-formed.
func invalidRequest(format string, args ...any) *Error {
	return fail("ValidationException", format, args...)
}

// Status is the HTTP status with which EC2 answers a code. The error page tells only the class of
// most codes; 400 was recorded wherever a client error was recorded, but for those listed here.
func Status(code string) int {
	if s, ok := statuses[code]; ok {
		return s
	}
	return 400
}

var statuses = map[string]int{
	"UnauthorizedOperation":                403,
	"DryRunOperation":                      412,
	"OptInRequired":                        401,
	"RequestLimitExceeded":                 503,
	"ServiceUnavailable":                   503,
	"Unavailable":                          503,
	"InternalError":                        500,
	"InternalFailure":                      500,
	"ServerInternal":                       500,
	"BandwidthLimitExceeded":               503,
	"InsufficientInstanceCapacity":         500,
	"InsufficientHostCapacity":             500, // (mem)
	"InsufficientCapacity":                 500, // (mem)
	"InsufficientVolumeCapacity":           500, // (mem)
	"InsufficientAddressCapacity":          500, // (mem)
	"InsufficientReservedInstanceCapacity": 500, // (mem)
}

// missing is the answer to a request without a required parameter. The text is (mem).
func missing(parameter string) *Error {
	return fail("MissingParameter", "The request must contain the parameter %s", parameter)
}

func badValue(parameter string, value any, format string, args ...any) *Error {
	return fail("InvalidParameterValue", "Value (%v) for parameter %s is invalid. %s", value, parameter, fmt.Sprintf(format, args...))
}
