package instance

import (
	"errors"
	"fmt"

	"github.com/amiclass/amiclass/backend"
)

// FieldError is one fault of a spec or of what it is used with. It matches [backend.ErrInvalid]; for
// an image that can't be launched in its present state it matches [backend.ErrState] instead. Several
// come joined: errors.As finds the first, and the joined error's Unwrap() []error lists them all.
type FieldError struct {
	Path    string // the field: spec.volumes["/dev/sdf"].iops
	Problem string // what is wrong with it
	Remedy  string // what to do about it; may be empty

	kind error // nil stands for backend.ErrInvalid
}

// Error reads `spec.keyName: is 300 characters long; use at most 255`.
func (e *FieldError) Error() string {
	if e.Remedy == "" {
		return fmt.Sprintf("%s: %s", e.Path, e.Problem)
	}
	return fmt.Sprintf("%s: %s; %s", e.Path, e.Problem, e.Remedy)
}

// Is matches the kind of error.
func (e *FieldError) Is(target error) bool {
	if e.kind != nil {
		return target == e.kind
	}
	return target == backend.ErrInvalid
}

var errNoBackend error = &FieldError{Path: "backend", Problem: "is nil", Remedy: "give the backend of the region that is meant"}

// faults collects what is wrong, so that all of it can be told at once.
type faults []error

func (f *faults) add(path, problem, remedy string) {
	*f = append(*f, &FieldError{Path: path, Problem: problem, Remedy: remedy})
}

func (f faults) join() error { return errors.Join(f...) }
