package engine

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
)

// withSSMTags gives tags with others laid over them, in order of key; what it is given stays as it is
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Tag.html).
func withSSMTags(had, add []ssmtypes.Tag) ([]ssmtypes.Tag, error) {
	tags := slices.Clone(had)
	for _, g := range add {
		key, value := deref(g.Key), deref(g.Value)
		if key == "" || len([]rune(key)) > maxTagKey || len([]rune(value)) > maxTagValue || strings.HasPrefix(strings.ToLower(key), "aws:") {
			return nil, invalidRequest("The tag '%s' is not valid.", key)
		}
		tags = slices.DeleteFunc(tags, func(t ssmtypes.Tag) bool { return *t.Key == key })
		tags = append(tags, ssmtypes.Tag{Key: ptr(key), Value: ptr(value)})
	}
	if len(tags) > maxTags {
		return nil, modelled(&ssmtypes.TooManyTagsError{Message: ptr("A parameter can have " + itoa(maxTags) + " tags.")})
	}
	slices.SortFunc(tags, func(a, b ssmtypes.Tag) int { return strings.Compare(*a.Key, *b.Key) })
	return tags, nil
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
	next.tags = slices.DeleteFunc(slices.Clone(p.tags), func(g ssmtypes.Tag) bool { return slices.Contains(in.TagKeys, *g.Key) })
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
		out.TagList = append(out.TagList, ssmtypes.Tag{Key: ptr(*g.Key), Value: ptr(*g.Value)})
	}
	return out, nil
}
