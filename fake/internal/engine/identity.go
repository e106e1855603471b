package engine

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/sts"
)

var identityOperations = []operation{
	reading("", (*view).getCallerIdentity),
}

// getCallerIdentity answers that the caller is the account itself: there are no users and roles yet.
func (v *view) getCallerIdentity(*sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
	return &sts.GetCallerIdentityOutput{
		Account: ptr(v.Account),
		Arn:     ptr(fmt.Sprintf("arn:%s:iam::%s:root", v.Partition, v.Account)),
		UserId:  ptr(v.Account),
	}, nil
}
