package awsbackend

import (
	"context"
	"iter"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
)

// ImportKeyPair brings a public key under a name
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ImportKeyPair.html).
func (b *Backend) ImportKeyPair(ctx context.Context, req backend.ImportKeyPairRequest) (string, error) {
	out, err := call(ctx, b, "ImportKeyPair", req.Name, b.ec2.ImportKeyPair, &ec2.ImportKeyPairInput{
		KeyName:           said(req.Name),
		PublicKeyMaterial: []byte(req.PublicKey),
		TagSpecifications: tagSpecifications(tagsFor{types.ResourceTypeKeyPair, req.Tags}),
	})
	if err != nil {
		return "", err
	}
	return told(out.KeyPairId), nil
}

// KeyPairs lists by ID and filters, with the public keys; EC2 doesn't page them
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeKeyPairs.html).
func (b *Backend) KeyPairs(ctx context.Context, q backend.Query) iter.Seq2[backend.KeyPair, error] {
	in := ec2.DescribeKeyPairsInput{KeyPairIds: texts(q.IDs), Filters: filters(q.Filters), IncludePublicKey: aws.Bool(true)}
	return func(yield func(backend.KeyPair, error) bool) {
		asked := in
		out, err := call(ctx, b, "DescribeKeyPairs", names(in.KeyPairIds), b.ec2.DescribeKeyPairs, &asked)
		if err != nil {
			yield(backend.KeyPair{}, err)
			return
		}
		for i := range out.KeyPairs {
			if !yield(keyPair(&out.KeyPairs[i]), nil) {
				return
			}
		}
	}
}

func keyPair(k *types.KeyPairInfo) backend.KeyPair {
	return backend.KeyPair{
		ID:          told(k.KeyPairId),
		Name:        told(k.KeyName),
		Type:        string(k.KeyType),
		Fingerprint: told(k.KeyFingerprint),
		PublicKey:   strings.TrimSpace(told(k.PublicKey)),
		Created:     told(k.CreateTime),
		Tags:        tagMap(k.Tags),
	}
}

// DeleteKeyPair takes a key pair away by its ID
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteKeyPair.html).
func (b *Backend) DeleteKeyPair(ctx context.Context, id string) error {
	_, err := call(ctx, b, "DeleteKeyPair", id, b.ec2.DeleteKeyPair, &ec2.DeleteKeyPairInput{KeyPairId: said(id)})
	return err
}
