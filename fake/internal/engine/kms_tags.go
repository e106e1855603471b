package engine

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
)

// withKMSTags gives tags with others laid over them, in order of key; what it is given stays as it is. The limits are
// EC2's (https://docs.aws.amazon.com/kms/latest/APIReference/API_TagResource.html).
func withKMSTags(had, add []kmstypes.Tag) ([]kmstypes.Tag, error) {
	tags := slices.Clone(had)
	for _, g := range add {
		key, value := deref(g.TagKey), deref(g.TagValue)
		if key == "" || len([]rune(key)) > maxTagKey || len([]rune(value)) > maxTagValue || strings.HasPrefix(strings.ToLower(key), "aws:") {
			return nil, modelled(&kmstypes.TagException{Message: ptr("The tag '" + key + "' is not valid.")})
		}
		tags = slices.DeleteFunc(tags, func(t kmstypes.Tag) bool { return *t.TagKey == key })
		tags = append(tags, kmstypes.Tag{TagKey: ptr(key), TagValue: ptr(value)})
	}
	if len(tags) > maxTags {
		return nil, modelled(&kmstypes.LimitExceededException{Message: ptr("A key can have " + itoa(maxTags) + " tags.")})
	}
	slices.SortFunc(tags, func(a, b kmstypes.Tag) int { return strings.Compare(*a.TagKey, *b.TagKey) })
	return tags, nil
}

func (t *tx) tagResource(in *kms.TagResourceInput) (*kms.TagResourceOutput, error) {
	k, err := t.changeable(in.KeyId, "TagResource")
	if err != nil {
		return nil, err
	}
	if err := keyPending(k); err != nil {
		return nil, err
	}
	if k.tags, err = withKMSTags(k.tags, in.Tags); err != nil {
		return nil, err
	}
	t.kmsKeys.Put(&t.undo, k)
	return &kms.TagResourceOutput{}, nil
}

func (t *tx) untagResource(in *kms.UntagResourceInput) (*kms.UntagResourceOutput, error) {
	k, err := t.changeable(in.KeyId, "UntagResource")
	if err != nil {
		return nil, err
	}
	if err := keyPending(k); err != nil {
		return nil, err
	}
	k.tags = slices.DeleteFunc(slices.Clone(k.tags), func(g kmstypes.Tag) bool { return slices.Contains(in.TagKeys, *g.TagKey) })
	t.kmsKeys.Put(&t.undo, k)
	return &kms.UntagResourceOutput{}, nil
}

func (v *view) listResourceTags(in *kms.ListResourceTagsInput) (*kms.ListResourceTagsOutput, error) {
	k, err := v.kmsKeyFor(in.KeyId, false)
	if err != nil {
		return nil, err
	}
	if k.arn != v.defaultKey() && k.scope != v.scope {
		return nil, v.keyDenied(k, "ListResourceTags")
	}
	rows, next, err := kmsPage("ListResourceTags", k.tags, func(g kmstypes.Tag) string { return *g.TagKey }, in.Limit, 50, 50, in.Marker)
	if err != nil {
		return nil, err
	}
	out := &kms.ListResourceTagsOutput{NextMarker: next, Truncated: next != nil, Tags: make([]kmstypes.Tag, 0, len(rows))}
	for _, g := range rows {
		out.Tags = append(out.Tags, kmstypes.Tag{TagKey: ptr(*g.TagKey), TagValue: ptr(*g.TagValue)})
	}
	return out, nil
}
