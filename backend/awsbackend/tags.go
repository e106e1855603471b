package awsbackend

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// CreateTags sets tags on all the resources, or on none of them.
func (b *Backend) CreateTags(ctx context.Context, ids []string, tags map[string]string) error {
	_, err := call(ctx, b, "CreateTags", names(ids), b.ec2.CreateTags,
		&ec2.CreateTagsInput{Resources: texts(ids), Tags: tagList(tags)})
	return err
}

// DeleteTags removes the tags with these keys, whatever their values. Without keys it is refused:
// EC2 would remove every tag (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTags.html).
func (b *Backend) DeleteTags(ctx context.Context, ids []string, keys []string) error {
	const op = "DeleteTags"
	if len(keys) == 0 {
		return invalid(op, names(ids), errors.New("keys: none given, and EC2 takes that for every tag; name the keys"))
	}
	_, err := call(ctx, b, op, names(ids), b.ec2.DeleteTags, &ec2.DeleteTagsInput{
		Resources: texts(ids),
		Tags:      each(keys, func(k *string) types.Tag { return types.Tag{Key: aws.String(*k)} }),
	})
	return err
}

// tagList is in the order of the keys, so that equal requests are equal on the wire.
func tagList(tags map[string]string) []types.Tag {
	keys := slices.Sorted(maps.Keys(tags))
	return each(keys, func(k *string) types.Tag {
		return types.Tag{Key: aws.String(*k), Value: aws.String(tags[*k])}
	})
}

func tagMap(tags []types.Tag) map[string]string {
	if len(tags) == 0 {
		return nil
	}
	m := make(map[string]string, len(tags))
	for _, t := range tags {
		m[told(t.Key)] = told(t.Value)
	}
	return m
}

// tagsFor is the tags that a resource of one kind gets when a request makes it.
type tagsFor struct {
	kind types.ResourceType
	tags map[string]string
}

// tagSpecifications leaves out kinds without tags, which EC2 refuses.
func tagSpecifications(all ...tagsFor) []types.TagSpecification {
	var specs []types.TagSpecification
	for _, a := range all {
		if len(a.tags) > 0 {
			specs = append(specs, types.TagSpecification{ResourceType: a.kind, Tags: tagList(a.tags)})
		}
	}
	return specs
}
