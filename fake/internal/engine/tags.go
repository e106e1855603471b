package engine

import (
	"iter"
	"slices"
	"strings"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// Limits of https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html.
const (
	maxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256
)

// tag is one tag of one resource, as one account sees it: tags on others' resources are one's own
// view only, so the scope is that of who tagged.
type tag struct {
	id         string // resource and key
	scope      store.Scope
	resourceID string
	resource   ec2types.ResourceType
	key, value string
}

var tagSchema = store.Schema[tag]{
	Name:  "tags",
	ID:    func(t *tag) string { return t.id },
	Scope: func(t *tag) store.Scope { return t.scope },
	Indexes: []store.Index[tag]{
		{Name: "value", Values: func(t *tag, add func(string)) { add(tagValueIndex(t.resource, t.key, t.value)) }},
		{Name: "resource", Values: func(t *tag, add func(string)) { add(t.resourceID) }},
	},
}

func tagValueIndex(resource ec2types.ResourceType, key, value string) string {
	return string(resource) + "\x00" + key + "\x00" + value
}

// tagsOf are the tags that the caller sees on a resource, in order of key: neighbours in the table.
func (v *view) tagsOf(id string) iter.Seq[*tag] {
	return func(yield func(*tag) bool) {
		for t := range v.tags.All(v.scope, id+"\x00") {
			if t.resourceID != id || !yield(t) {
				return
			}
		}
	}
}

// renderTags gives the tags of a resource as an output has them, nil if there are none.
func (v *view) renderTags(id string) []ec2types.Tag {
	var out []ec2types.Tag
	for t := range v.tagsOf(id) {
		out = append(out, ec2types.Tag{Key: ptr(t.key), Value: ptr(t.value)})
	}
	return out
}

// setTags puts checked tags on a resource.
func (t *tx) setTags(resource ec2types.ResourceType, id string, tags []ec2types.Tag) error {
	for _, g := range tags {
		key := deref(g.Key)
		t.tags.Put(&t.undo, &tag{
			id:    tagID(t.scope, id, key),
			scope: t.scope, resourceID: id, resource: resource,
			key: key, value: deref(g.Value),
		})
	}
	n := 0
	for g := range t.tagsOf(id) {
		if !strings.HasPrefix(g.key, "aws:") {
			n++
		}
	}
	if n > maxTags {
		return fail("TagLimitExceeded", "You have reached the maximum number of tags: a resource can have %d, '%s' would have %d.", maxTags, id, n)
	}
	return nil
}

func tagID(scope store.Scope, resourceID, key string) string {
	return resourceID + "\x00" + itoa(int(scope)) + "\x00" + key
}

// dropTags takes all of the caller's tags off a resource, as happens when it goes.
func (t *tx) dropTags(id string) {
	for _, g := range slices.Collect(t.tagsOf(id)) {
		t.tags.Delete(&t.undo, g.id)
	}
}

// dropAllTags takes everybody's tags off a resource that others too may have tagged.
func (t *tx) dropAllTags(id string) {
	for scope := range t.places {
		for _, g := range slices.Collect(t.tags.By("resource", store.Scope(scope), id)) {
			t.tags.Delete(&t.undo, g.id)
		}
	}
}

// checkTags refuses tags that EC2 would refuse.
func checkTags(tags []ec2types.Tag) error {
	seen := make(map[string]bool, len(tags))
	for _, g := range tags {
		key, value := deref(g.Key), deref(g.Value)
		switch {
		case key == "":
			return fail("InvalidParameterValue", "Tag key cannot be empty") // (mem)
		case len([]rune(key)) > maxTagKey:
			return fail("InvalidParameterValue", "Tag key exceeds the maximum length of %d characters", maxTagKey) // (mem)
		case len([]rune(value)) > maxTagValue:
			return fail("InvalidParameterValue", "Tag value exceeds the maximum length of %d characters", maxTagValue) // (mem)
		case len(key) >= 4 && strings.EqualFold(key[:4], "aws:"):
			return fail("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use")
		case seen[key]:
			return fail("InvalidParameterValue", "Duplicate tag key '%s' specified.", key) // (mem)
		}
		seen[key] = true
	}
	return nil
}

// tagSpecifications checks the TagSpecifications of a request that makes resources of the allowed
// types and gives the tags by type.
func tagSpecifications(specs []ec2types.TagSpecification, allowed ...ec2types.ResourceType) (map[ec2types.ResourceType][]ec2types.Tag, error) {
	if len(specs) == 0 {
		return nil, nil
	}
	byType := make(map[ec2types.ResourceType][]ec2types.Tag, len(specs))
	for _, s := range specs {
		if s.ResourceType == "" {
			return nil, missing("TagSpecification.ResourceType")
		}
		if !slices.Contains(allowed, s.ResourceType) {
			return nil, fail("InvalidParameterValue", "'%s' is not a valid taggable resource type for this operation.", s.ResourceType) // (mem)
		}
		byType[s.ResourceType] = append(byType[s.ResourceType], s.Tags...)
	}
	for _, tags := range byType {
		if err := checkTags(tags); err != nil {
			return nil, err
		}
	}
	return byType, nil
}

func ptr[T any](v T) *T { return &v }
