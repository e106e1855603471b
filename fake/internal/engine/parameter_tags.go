package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

func withSSMTags(had []label, add []ssmtypes.Tag) ([]label, error) {
	return withLabels(had, add,
		func(g ssmtypes.Tag) label { return label{deref(g.Key), deref(g.Value)} },
		func(message string) error { return invalidRequest("%s", message) },
		func(message string) error { return modelled(&ssmtypes.TooManyTagsError{Message: &message}) })
}

// taggedParameter finds what a request for tags names. Only parameters are served of what Systems Manager can tag.
func (v *view) taggedParameter(typ ssmtypes.ResourceTypeForTagging, id *string) (*ownParameter, error) {
	if typ != ssmtypes.ResourceTypeForTaggingParameter {
		return nil, modelled(&ssmtypes.InvalidResourceType{Message: ptr("The resource type " + string(typ) + " isn't valid: this cloud has parameters only.")})
	}
	p, ok := v.ownParameter(deref(id))
	if !ok {
		return nil, modelled(&ssmtypes.InvalidResourceId{Message: ptr("The resource ID " + deref(id) + " isn't valid. Verify that you entered the correct ID and try again.")})
	}
	return p, nil
}

func (t *tx) addTagsToResource(in *ssm.AddTagsToResourceInput) (*ssm.AddTagsToResourceOutput, error) {
	p, err := t.taggedParameter(in.ResourceType, in.ResourceId)
	if err != nil {
		return nil, err
	}
	next := *p
	if next.tags, err = withSSMTags(p.tags, in.Tags); err != nil {
		return nil, err
	}
	t.parameters.Put(&t.undo, &next)
	return &ssm.AddTagsToResourceOutput{}, nil
}

func (t *tx) removeTagsFromResource(in *ssm.RemoveTagsFromResourceInput) (*ssm.RemoveTagsFromResourceOutput, error) {
	p, err := t.taggedParameter(in.ResourceType, in.ResourceId)
	if err != nil {
		return nil, err
	}
	next := *p
	next.tags = withoutLabels(p.tags, in.TagKeys)
	t.parameters.Put(&t.undo, &next)
	return &ssm.RemoveTagsFromResourceOutput{}, nil
}

func (v *view) listTagsForResource(in *ssm.ListTagsForResourceInput) (*ssm.ListTagsForResourceOutput, error) {
	p, err := v.taggedParameter(in.ResourceType, in.ResourceId)
	if err != nil {
		return nil, err
	}
	out := &ssm.ListTagsForResourceOutput{TagList: make([]ssmtypes.Tag, 0, len(p.tags))}
	for _, g := range p.tags {
		out.TagList = append(out.TagList, ssmtypes.Tag{Key: ptr(g.key), Value: ptr(g.value)})
	}
	return out, nil
}
