package awsbackend

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/amiclass/amiclass/backend"
)

// EncryptionKey finds a KMS key by its ID, its ARN, an alias or an alias' ARN
// (https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html).
func (b *Backend) EncryptionKey(ctx context.Context, name string) (backend.EncryptionKey, error) {
	const op = "DescribeKey"
	switch {
	case b.kms == nil:
		return backend.EncryptionKey{}, unsupported(op, name, "the backend has no client for KMS; give it one by awsbackend.WithKMS")
	case b.unusable != nil:
		return backend.EncryptionKey{}, invalid(op, name, b.unusable)
	}
	out, err := b.kms.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: said(name)},
		func(o *kms.Options) { o.Region = string(b.region) })
	if err != nil {
		return backend.EncryptionKey{}, failure(op, name, err)
	}
	k := told(out.KeyMetadata)
	return backend.EncryptionKey{
		ARN:             told(k.Arn),
		CustomerManaged: k.KeyManager == kmstypes.KeyManagerTypeCustomer,
		Enabled:         k.Enabled,
	}, nil
}
