package awsbackend

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/smithy-go"

	"github.com/amiclass/amiclass/backend"
)

// elsewhereRather is the option of calls that need capacity. EC2 reports the lack of it with HTTP
// status 500, which the SDK would retry on the spot.
func elsewhereRather(o *ec2.Options) {
	if r, ok := o.Retryer.(aws.RetryerV2); ok { // as all of the SDK's are
		o.Retryer = capacityIsFinal{r}
	}
}

type capacityIsFinal struct{ aws.RetryerV2 }

// IsErrorRetryable leaves every error but the lack of capacity to the client's own retryer.
func (r capacityIsFinal) IsErrorRetryable(err error) bool {
	var api smithy.APIError
	if errors.As(err, &api) && backend.KindOf(api.ErrorCode()) == backend.ErrCapacity {
		return false
	}
	return r.RetryerV2.IsErrorRetryable(err)
}
