package awsbackend

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/amiclass/amiclass/backend"
)

var (
	_ backend.Parameters     = (*Backend)(nil)
	_ backend.ParameterStore = (*Backend)(nil)
)

// Parameter gives the value of a Systems Manager parameter by its full name
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html).
func (b *Backend) Parameter(ctx context.Context, name string) (string, error) {
	out, err := askSSM(ctx, b, "GetParameter", name, SSM.GetParameter, &ssm.GetParameterInput{Name: said(name)})
	if err != nil {
		return "", err
	}
	return told(told(out.Parameter).Value), nil
}

// PutImageParameter gives a parameter an image's ID as its value
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html).
func (b *Backend) PutImageParameter(ctx context.Context, name, imageID string) error {
	_, err := askSSM(ctx, b, "PutParameter", name, SSM.PutParameter, &ssm.PutParameterInput{
		Name: said(name), Value: said(imageID), Type: ssmtypes.ParameterTypeString, DataType: aws.String("aws:ec2:image"), Overwrite: aws.Bool(true),
	})
	return err
}

// DeleteParameter takes a parameter away
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html).
func (b *Backend) DeleteParameter(ctx context.Context, name string) error {
	_, err := askSSM(ctx, b, "DeleteParameter", name, SSM.DeleteParameter, &ssm.DeleteParameterInput{Name: said(name)})
	return err
}

// askSSM makes one call to Systems Manager and maps its error.
func askSSM[In, Out any](ctx context.Context, b *Backend, op, resource string,
	do func(SSM, context.Context, *In, ...func(*ssm.Options)) (*Out, error), in *In,
) (*Out, error) {
	switch {
	case b.ssm == nil:
		return nil, unsupported(op, resource, "the backend has no client for Systems Manager; give it one by awsbackend.WithSSM")
	case b.unusable != nil:
		return nil, invalid(op, resource, b.unusable)
	}
	out, err := do(b.ssm, ctx, in, func(o *ssm.Options) { o.Region = string(b.region) })
	if err != nil {
		return nil, failure(op, resource, err)
	}
	return out, nil
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
