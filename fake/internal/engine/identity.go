package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

var identityOperations = []operation{
	writing("RoleArn RoleSessionName DurationSeconds ExternalId SourceIdentity", (*tx).assumeRole),
	reading("AccessKeyId", (*view).getAccessKeyInfo),
	reading("", (*view).getCallerIdentity),
}

// getCallerIdentity answers that the caller is a role that he has assumed, or else the account itself: there are no users.
func (v *view) getCallerIdentity(*sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
	if s, ok := v.sessions.Get(v.accessKey); ok {
		return &sts.GetCallerIdentityOutput{Account: ptr(s.account), Arn: ptr(v.callerARN()), UserId: ptr(s.roleID + ":" + s.name)}, nil
	}
	return &sts.GetCallerIdentityOutput{
		Account: ptr(v.Account),
		Arn:     ptr(v.callerARN()),
		UserId:  ptr(v.Account),
	}, nil
}

// callerARN is the caller's name.
func (v *view) callerARN() string {
	if s, ok := v.sessions.Get(v.accessKey); ok {
		return v.sessionARN(s)
	}
	return v.root()
}
