package awsbackend

import (
	"context"
	"iter"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/amiclass/amiclass/backend"
)

var (
	_ backend.EncryptionKeys = (*Backend)(nil)
	_ backend.KeyAccess      = (*Backend)(nil)
)

// EncryptionKey finds a KMS key by its ID, its ARN, an alias or an alias' ARN
// (https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html).
func (b *Backend) EncryptionKey(ctx context.Context, name string) (backend.EncryptionKey, error) {
	out, err := askKMS(ctx, b, "DescribeKey", name, KMS.DescribeKey, &kms.DescribeKeyInput{KeyId: said(name)})
	if err != nil {
		return backend.EncryptionKey{}, err
	}
	k := told(out.KeyMetadata)
	return backend.EncryptionKey{
		ARN:             told(k.Arn),
		CustomerManaged: k.KeyManager == kmstypes.KeyManagerTypeCustomer,
		Enabled:         k.Enabled,
	}, nil
}

// KeyPolicy is the key's policy
// (https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html).
func (b *Backend) KeyPolicy(ctx context.Context, keyARN string) (string, error) {
	out, err := askKMS(ctx, b, "GetKeyPolicy", keyARN, KMS.GetKeyPolicy, &kms.GetKeyPolicyInput{KeyId: said(keyARN)})
	if err != nil {
		return "", err
	}
	return told(out.Policy), nil
}

// KeyGrants lists the key's grants
// (https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html).
func (b *Backend) KeyGrants(ctx context.Context, keyARN string) iter.Seq2[backend.KeyGrant, error] {
	return func(yield func(backend.KeyGrant, error) bool) {
		in := &kms.ListGrantsInput{KeyId: said(keyARN)}
		for more := true; more; {
			out, err := askKMS(ctx, b, "ListGrants", keyARN, KMS.ListGrants, in)
			if err != nil {
				yield(backend.KeyGrant{}, err)
				return
			}
			for _, g := range out.Grants {
				if !yield(backend.KeyGrant{
					ID: told(g.GrantId), Grantee: told(g.GranteePrincipal), Operations: texts(g.Operations), Constrained: g.Constraints != nil,
				}, nil) {
					return
				}
			}
			in.Marker, more = out.NextMarker, out.Truncated
		}
	}
}

// askKMS makes one call to KMS and maps its error.
func askKMS[In, Out any](ctx context.Context, b *Backend, op, resource string,
	do func(KMS, context.Context, *In, ...func(*kms.Options)) (*Out, error), in *In,
) (*Out, error) {
	switch {
	case b.kms == nil:
		return nil, unsupported(op, resource, "the backend has no client for KMS; give it one by awsbackend.WithKMS")
	case b.unusable != nil:
		return nil, invalid(op, resource, b.unusable)
	}
	out, err := do(b.kms, ctx, in, func(o *kms.Options) { o.Region = string(b.region) })
	if err != nil {
		return nil, failure(op, resource, err)
	}
	return out, nil
}
