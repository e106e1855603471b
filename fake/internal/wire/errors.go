package wire

import (
	"fmt"

	"github.com/amiclass/amiclass/fake/internal/engine"
)

// fail is a refusal of a request that never became one of an operation.
func fail(code, format string, args ...any) *engine.Error {
	return &engine.Error{Code: code, Message: fmt.Sprintf(format, args...), Status: engine.Status(code)}
}

// malformed is the answer to a query that can't be read.
func malformed(format string, args ...any) *engine.Error {
	return fail("MalformedQueryString", format, args...)
}

func badParameter(p parameter, format string, args ...any) *engine.Error {
	return fail("InvalidParameterValue", "Value (%.100s) for parameter %s is invalid. %s", p.value, p.name, fmt.Sprintf(format, args...))
}
