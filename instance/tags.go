package instance

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// tagSet is what a spec says of tags, by key.
type tagSet map[string]setting[string]

const nameTag = "Name"

// WithTag tags the instance.
func (s Spec) WithTag(key, value string) Spec { s.tags = with(s.tags, key, some(value)); return s }

// WithTags tags the instance with all of these, besides what it is tagged with already.
func (s Spec) WithTags(tags map[string]string) Spec { s.tags = s.tags.plus(tags); return s }

// WithoutTag takes a tag away that this spec or one below has.
func (s Spec) WithoutTag(key string) Spec { s.tags = with(s.tags, key, noneOf[string]()); return s }

// WithName names the instance: that is its tag Name, which consoles show.
func (s Spec) WithName(name string) Spec { return s.WithTag(nameTag, name) }

// WithVolumeTags tags every volume that the launch makes with these, besides what they are tagged
// with already.
func (s Spec) WithVolumeTags(tags map[string]string) Spec {
	s.volumeTags = s.volumeTags.plus(tags)
	return s
}

// WithoutVolumeTag takes a tag away that this spec or one below has for volumes.
func (s Spec) WithoutVolumeTag(key string) Spec {
	s.volumeTags = with(s.volumeTags, key, noneOf[string]())
	return s
}

// WithInterfaceTags tags the network interface that the launch makes with these, besides what it is
// tagged with already.
func (s Spec) WithInterfaceTags(tags map[string]string) Spec {
	s.interfaceTags = s.interfaceTags.plus(tags)
	return s
}

// WithoutInterfaceTag takes a tag away that this spec or one below has for the network interface.
func (s Spec) WithoutInterfaceTag(key string) Spec {
	s.interfaceTags = with(s.interfaceTags, key, noneOf[string]())
	return s
}

// Tags are the instance's tags.
func (s Spec) Tags() map[string]string { return s.tags.all() }

// Name is the instance's name; empty for none.
func (s Spec) Name() string { return s.tags[nameTag].value }

// VolumeTags are the tags of every volume that the launch makes.
func (s Spec) VolumeTags() map[string]string { return s.volumeTags.all() }

// InterfaceTags are the tags of the network interface that the launch makes.
func (s Spec) InterfaceTags() map[string]string { return s.interfaceTags.all() }

func (t tagSet) plus(tags map[string]string) tagSet {
	if len(tags) == 0 {
		return t
	}
	all := make(tagSet, len(t)+len(tags))
	maps.Copy(all, t)
	for k, v := range tags {
		all[k] = some(v)
	}
	return all
}

func (t tagSet) all() map[string]string {
	all := map[string]string{}
	for k, v := range t {
		if value, ok := v.get(); ok {
			all[k] = value
		}
	}
	return all
}

// The limits of tags (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html).
const (
	maxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256
)

// metadataKey is what a key has to look like to be shown by the metadata service.
var metadataKey = regexp.MustCompile(`^[\pL\pN+\-=.,_:@]+$`)

func checkTags(f *faults, path string, tags map[string]string) {
	if len(tags) > maxTags {
		f.add(path, fmt.Sprintf("are %d", len(tags)), fmt.Sprintf("EC2 allows %d", maxTags))
	}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		at := fmt.Sprintf("%s[%q]", path, key)
		switch n := utf8.RuneCountInString(key); {
		case n == 0:
			f.add(at, "has an empty key", "name the key")
		case n > maxTagKey:
			f.add(at, fmt.Sprintf("has a key of %d characters", n), fmt.Sprintf("use at most %d", maxTagKey))
		}
		if len(key) >= 4 && strings.EqualFold(key[:4], "aws:") {
			f.add(at, "has a key that begins with aws:", "use another key: that prefix is reserved for AWS")
		}
		if n := utf8.RuneCountInString(tags[key]); n > maxTagValue {
			f.add(at, fmt.Sprintf("has a value of %d characters", n), fmt.Sprintf("use at most %d", maxTagValue))
		}
		if !utf8.ValidString(key) || !utf8.ValidString(tags[key]) {
			f.add(at, "isn't UTF-8", "use Unicode text")
		}
	}
}

// checkMetadataTags refuses keys that would make EC2 refuse to show the tags in the metadata.
func checkMetadataTags(f *faults, tags map[string]string) {
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if key != "" && (!metadataKey.MatchString(key) || key == "." || key == ".." || key == "_index") {
			f.add(fmt.Sprintf("spec.tags[%q]", key), "has a key that the metadata service can't show",
				`use letters, digits and + - = . , _ : @ only, or leave the metadata option Tags out`)
		}
	}
}
