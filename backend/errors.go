package backend

import (
	"errors"
	"fmt"
	"strings"
)

// The kinds of errors. Every error that a backend or a workflow returns for a reason that EC2 gave
// matches one of them with errors.Is, or none where EC2's code says nothing more general.
var (
	ErrNotFound      = errors.New("not found")
	ErrAlreadyExists = errors.New("already exists")
	ErrInvalid       = errors.New("invalid request")
	ErrState         = errors.New("not possible in this state")
	ErrCapacity      = errors.New("no capacity")
	ErrQuota         = errors.New("quota exceeded")
	ErrThrottled     = errors.New("throttled")
	ErrDenied        = errors.New("not permitted")
	// ErrDryRun says that a dry run would have succeeded.
	ErrDryRun = errors.New("dry run would have succeeded")
	// ErrUnsupported says that the backend lacks an ability that the call needs.
	ErrUnsupported = errors.New("not supported by this backend")
)

// Error is an error with what programs need to act on it. errors.Is matches its Kind, errors.As
// reaches the error below: for Amazon EC2 and for the cloud in memory a smithy.APIError.
type Error struct {
	Op       string // the operation, such as "RunInstances"
	Resource string // the ID or name that it was about, if there is one
	Code     string // EC2's code, such as "InvalidAMIID.NotFound"; empty if the call never arrived
	Message  string // EC2's message
	Kind     error  // one of the kinds above, or nil
	Err      error  // what lies below
}

// Error reads "RunInstances ami-1234: InvalidAMIID.NotFound: The image id '[ami-1234]' does not exist".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	if e.Resource != "" {
		b.WriteString(" " + e.Resource)
	}
	b.WriteString(": ")
	switch {
	case e.Code != "" && e.Message != "":
		fmt.Fprintf(&b, "%s: %s", e.Code, e.Message)
	case e.Code != "":
		b.WriteString(e.Code)
	case e.Message != "":
		b.WriteString(e.Message)
	case e.Err != nil:
		b.WriteString(e.Err.Error())
	case e.Kind != nil:
		b.WriteString(e.Kind.Error())
	}
	return b.String()
}

// Untold tells an error that only says that nobody tells: the caller may not ask, or the backend can't answer. Who wanted to
// know something beforehand can do without.
func Untold(err error) bool { return errors.Is(err, ErrDenied) || errors.Is(err, ErrUnsupported) }

// Unwrap gives what lies below.
func (e *Error) Unwrap() error { return e.Err }

// Is matches the error's kind.
func (e *Error) Is(target error) bool { return e.Kind != nil && target == e.Kind }

// KindOf gives the kind for one of EC2's error codes, nil if the code says nothing more general. The
// codes are those of https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html.
func KindOf(code string) error {
	if kind, ok := kinds[code]; ok {
		return kind
	}
	for _, s := range suffixKinds {
		if strings.HasSuffix(code, s.suffix) {
			return s.kind
		}
	}
	return nil
}

var kinds = map[string]error{
	"DryRunOperation":                       ErrDryRun,
	"UnauthorizedOperation":                 ErrDenied,
	"AccessDenied":                          ErrDenied,
	"AccessDeniedException":                 ErrDenied,
	"AuthFailure":                           ErrDenied,
	"Blocked":                               ErrDenied,
	"OptInRequired":                         ErrDenied,
	"PendingVerification":                   ErrDenied,
	"OperationNotPermitted":                 ErrDenied,
	"RequestLimitExceeded":                  ErrThrottled,
	"Throttling":                            ErrThrottled,
	"ThrottlingException":                   ErrThrottled,
	"EC2ThrottledException":                 ErrThrottled,
	"BandwidthLimitExceeded":                ErrThrottled,
	"SnapshotCreationPerVolumeRateExceeded": ErrThrottled,
	"InsufficientInstanceCapacity":          ErrCapacity,
	"InsufficientHostCapacity":              ErrCapacity,
	"InsufficientCapacity":                  ErrCapacity,
	"InsufficientCapacityOnHost":            ErrCapacity,
	"InsufficientVolumeCapacity":            ErrCapacity,
	"InsufficientAddressCapacity":           ErrCapacity,
	"InsufficientReservedInstanceCapacity":  ErrCapacity,
	"InsufficientFreeAddressesInSubnet":     ErrCapacity,
	"UnfulfillableCapacity":                 ErrCapacity,
	"ReservationCapacityExceeded":           ErrCapacity,
	"SpotMaxPriceTooLow":                    ErrCapacity,
	"ResourceCountExceeded":                 ErrQuota,
	"InvalidAMIID.Unavailable":              ErrState,
	"IncorrectInstanceState":                ErrState,
	"IncorrectState":                        ErrState,
	"InvalidState":                          ErrState,
	"InvalidInstanceState":                  ErrState,
	"IncorrectModificationState":            ErrState,
	"VolumeInUse":                           ErrState,
	"DependencyViolation":                   ErrState,
	"IdempotentInstanceTerminated":          ErrState,
	"InvalidAMIName.Duplicate":              ErrAlreadyExists,
	"DefaultVpcAlreadyExists":               ErrAlreadyExists,
	"VPCIdNotSpecified":                     ErrNotFound,
	"DefaultVpcDoesNotExist":                ErrNotFound,
	"ParameterNotFound":                     ErrNotFound,
	"InvalidInstanceType":                   ErrNotFound,
	"NotFoundException":                     ErrNotFound, // of KMS
	"InvalidArnException":                   ErrInvalid,
	"UnknownParameter":                      ErrInvalid,
	"MissingParameter":                      ErrInvalid,
	"MissingInput":                          ErrInvalid,
	"Unsupported":                           ErrInvalid,
	"UnsupportedOperation":                  ErrInvalid,
	"IdempotentParameterMismatch":           ErrInvalid,
	"FilterLimitExceeded":                   ErrInvalid,
	"ValidationException":                   ErrInvalid,
	"ValidationError":                       ErrInvalid,
	"BootForVolumeTypeUnsupported":          ErrInvalid,
	"UnknownVolumeType":                     ErrInvalid,
	"UnsupportedHibernationConfiguration":   ErrInvalid,
	"InvalidParameter":                      ErrInvalid,
	"InvalidParameterValue":                 ErrInvalid,
	"InvalidParameterCombination":           ErrInvalid,
	"InvalidParameterDependency":            ErrInvalid,
	"InvalidBlockDeviceMapping":             ErrInvalid,
	"InvalidFilter":                         ErrInvalid,
	"InvalidNextToken":                      ErrInvalid,
	"InvalidPaginationToken":                ErrInvalid,
	"InvalidMaxResults":                     ErrInvalid,
	"InvalidRegion":                         ErrInvalid,
	"InvalidID":                             ErrInvalid,
	"InvalidAction":                         ErrUnsupported,
}

// Tried in this order: the more telling endings come first.
var suffixKinds = []struct {
	suffix string
	kind   error
}{
	{".NotFound", ErrNotFound},
	{".NotFoundException", ErrNotFound},
	{"NotFound", ErrNotFound},
	{".Unknown", ErrNotFound},
	{".Duplicate", ErrAlreadyExists},
	{".AlreadyExistsException", ErrAlreadyExists},
	{".InUse", ErrState},
	{"LimitExceeded", ErrQuota},
	{"RateExceeded", ErrThrottled},
	{".Malformed", ErrInvalid},
	{".MalformedException", ErrInvalid},
	{".Format", ErrInvalid},
	{".NotSupported", ErrInvalid},
	{".Reserved", ErrInvalid},
	{".Conflict", ErrInvalid},
	{".Range", ErrInvalid},
	{"Exceeded", ErrQuota},
}
