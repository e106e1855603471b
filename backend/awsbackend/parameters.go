package awsbackend

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// Parameter gives the value of a Systems Manager parameter by its full name
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html).
func (b *Backend) Parameter(ctx context.Context, name string) (string, error) {
	const op = "GetParameter"
	switch {
	case b.ssm == nil:
		return "", unsupported(op, name, "the backend has no client for Systems Manager; give it one by awsbackend.WithSSM")
	case b.unusable != nil:
		return "", invalid(op, name, b.unusable)
	}
	out, err := b.ssm.GetParameter(ctx, &ssm.GetParameterInput{Name: said(name)},
		func(o *ssm.Options) { o.Region = string(b.region) })
	if err != nil {
		return "", failure(op, name, err)
	}
	return told(told(out.Parameter).Value), nil
}

// Account gives the ID of the account whose credentials the backend uses
// (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
func (b *Backend) Account(ctx context.Context) (string, error) {
	const op = "GetCallerIdentity"
	switch {
	case b.sts == nil:
		return "", unsupported(op, "", "the backend has no client for STS; give it one by awsbackend.WithSTS")
	case b.unusable != nil:
		return "", invalid(op, "", b.unusable)
	}
	out, err := b.sts.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{},
		func(o *sts.Options) { o.Region = string(b.region) })
	if err != nil {
		return "", failure(op, "", err)
	}
	return told(out.Account), nil
}
