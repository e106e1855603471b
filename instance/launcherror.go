package instance

import (
	"fmt"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/region"
)

// LaunchError says what a launch tried and what came of it. It matches whatever the errors of its
// attempts match.
type LaunchError struct {
	Wanted   int         // how many instances were asked for
	Attempts []Attempt   // in order
	Launched []*Instance // what there is in spite of the error; those of the same [Key] from before count
}

// Attempt is one request of a launch.
type Attempt struct {
	Type     string
	Zone     region.Zone // empty if it was left to EC2
	SubnetID string      // empty if it was left to EC2
	Market   Market
	Asked    int   // for how many instances
	Launched int   // how many there were
	Err      error // nil if it got all that it asked for
}

// Error reads "launched 1 of 3: m7g.large in us-east-1a: RunInstances: InsufficientInstanceCapacity: …".
func (e *LaunchError) Error() string {
	var b strings.Builder
	if e.Wanted == 1 {
		b.WriteString("launch")
	} else {
		fmt.Fprintf(&b, "launched %d of %d", len(e.Launched), e.Wanted)
	}
	for i, a := range e.failed() {
		sep := "; "
		if i == 0 {
			sep = ": "
			if e.Wanted == 1 {
				sep = " of "
			}
		}
		b.WriteString(sep + a.String())
	}
	return b.String()
}

func (e *LaunchError) failed() []Attempt {
	return slices.DeleteFunc(slices.Clone(e.Attempts), func(a Attempt) bool { return a.Err == nil })
}

// String reads "spot m7g.large in us-east-1a: " and the error.
func (a Attempt) String() string {
	s := a.Type
	if a.Market == SpotMarket {
		s = "spot " + s
	}
	switch {
	case a.SubnetID != "":
		s += " in " + a.SubnetID
	case a.Zone != "":
		s += " in " + string(a.Zone)
	}
	if a.Err != nil {
		s += ": " + a.Err.Error()
	}
	return s
}

// Unwrap gives the errors of the attempts.
func (e *LaunchError) Unwrap() []error {
	var errs []error
	for _, a := range e.failed() {
		errs = append(errs, a.Err)
	}
	return errs
}
