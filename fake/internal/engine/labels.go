package engine

import (
	"slices"
	"strings"
)

// label is a tag of Systems Manager or KMS, whose resources keep theirs in their rows. The limits are EC2's
// (https://docs.aws.amazon.com/kms/latest/APIReference/API_TagResource.html,
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Tag.html).
type label struct{ key, value string }

// withLabels gives labels with others laid over them, in order of key; what it is given stays as it is.
func withLabels[T any](had []label, add []T, read func(T) label, invalid, tooMany func(string) error) ([]label, error) {
	labels := slices.Clone(had)
	for _, tag := range add {
		l := read(tag)
		if l.key == "" || len([]rune(l.key)) > maxTagKey || len([]rune(l.value)) > maxTagValue || strings.HasPrefix(strings.ToLower(l.key), "aws:") {
			return nil, invalid("The tag '" + l.key + "' is not valid.")
		}
		labels = append(withoutLabels(labels, []string{l.key}), l)
	}
	if len(labels) > maxTags {
		return nil, tooMany("A resource can have " + itoa(maxTags) + " tags.")
	}
	slices.SortFunc(labels, func(a, b label) int { return strings.Compare(a.key, b.key) })
	return labels, nil
}

func withoutLabels(had []label, keys []string) []label {
	return slices.DeleteFunc(slices.Clone(had), func(l label) bool { return slices.Contains(keys, l.key) })
}
