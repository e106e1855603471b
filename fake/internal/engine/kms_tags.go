package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
)

func withKMSTags(had []label, add []kmstypes.Tag) ([]label, error) {
	return withLabels(had, add,
		func(g kmstypes.Tag) label { return label{deref(g.TagKey), deref(g.TagValue)} },
		func(message string) error { return modelled(&kmstypes.TagException{Message: &message}) },
		func(message string) error { return modelled(&kmstypes.LimitExceededException{Message: &message}) })
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
	k.tags = withoutLabels(k.tags, in.TagKeys)
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
	rows, next, err := kmsPage("ListResourceTags", k.tags, func(l label) string { return l.key }, in.Limit, 50, 50, in.Marker)
	if err != nil {
		return nil, err
	}
	out := &kms.ListResourceTagsOutput{NextMarker: next, Truncated: next != nil, Tags: make([]kmstypes.Tag, 0, len(rows))}
	for _, g := range rows {
		out.Tags = append(out.Tags, kmstypes.Tag{TagKey: ptr(g.key), TagValue: ptr(g.value)})
	}
	return out, nil
}
