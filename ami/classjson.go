package ami

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/internal/strictjson"
)

type classJSON struct {
	Name         string                `json:"name"`
	Selector     json.RawMessage       `json:"selector,omitempty"`
	Architecture instance.Architecture `json:"architecture,omitempty"`
	Defaults     *instance.Spec        `json:"defaults,omitempty"`
	Trusted      [][]string            `json:"trustedOwners,omitempty"`
	Freshness    string                `json:"freshness,omitempty"`
	Parent       *Class                `json:"parent,omitempty"`
}

// MarshalJSON writes the class with its parents, always in the same order. A class that is pinned can't be written: write the
// one that it was pinned from, and the lockfile beside it.
func (c Class) MarshalJSON() ([]byte, error) {
	j := classJSON{Name: c.name, Architecture: c.arch, Trusted: c.trusted, Parent: c.parent}
	if c.selector != nil {
		form, err := selectorForm(c.selector)
		if err != nil {
			return nil, fmt.Errorf("class %q: %w", c.name, err)
		}
		if j.Selector, err = json.Marshal(form); err != nil {
			return nil, fmt.Errorf("class %q: %w", c.name, err)
		}
	}
	if !c.defaults.Equal(instance.Spec{}) {
		j.Defaults = &c.defaults
	}
	if c.fresh != 0 {
		j.Freshness = c.fresh.String()
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what [Class.MarshalJSON] writes, and people write by hand; [ClassSchema] describes it for editors. On an
// error the class stays as it was. Whether the class makes sense [Class.Validate] tells.
func (c *Class) UnmarshalJSON(text []byte) error {
	var j classJSON
	if err := strictjson.Decode(text, &j); err != nil {
		return fmt.Errorf("class: %w", err)
	}
	read := Class{name: j.Name, arch: j.Architecture, trusted: j.Trusted, parent: j.Parent}
	var errs []error
	if j.Selector != nil {
		var err error
		read.selector, err = readSelector(j.Selector)
		errs = append(errs, err)
	}
	if j.Defaults != nil {
		read.defaults = *j.Defaults
	}
	if j.Freshness != "" {
		var err error
		if read.fresh, err = time.ParseDuration(j.Freshness); err != nil {
			errs = append(errs, fault("freshness", fmt.Sprintf("%q is no duration", j.Freshness), `write it as "720h"`))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("class %q: %w", j.Name, err)
	}
	*c = read
	return nil
}

// ClassSchema describes the JSON form of a [Class] as a JSON Schema (https://json-schema.org/draft/2020-12), for editors and
// checks in a repository; the same is in docs/schemas/class.schema.json.
func ClassSchema() ([]byte, error) {
	var spec map[string]any
	if err := json.Unmarshal(instance.SpecSchema(), &spec); err != nil {
		return nil, err
	}
	delete(spec, "$schema")
	delete(spec, "$id")
	type object = map[string]any
	text := func(example string) object { return object{"type": "string", "examples": []string{example}} }
	names := []string{al2023, al2}
	for _, f := range families {
		names = append(names, f.name)
	}
	one := func(required []string, properties object) object {
		return object{"type": "object", "additionalProperties": false, "properties": properties, "required": required}
	}
	list := func(items object) object { return object{"type": "array", "items": items} }
	schema, err := json.MarshalIndent(object{
		"$schema": "https://json-schema.org/draft/2020-12/schema",
		"$id":     "https://github.com/amiclass/amiclass/docs/schemas/class.schema.json",
		"title":   "A class of servers",
		"$ref":    "#/$defs/class",
		"$defs": object{
			"spec": spec,
			"class": one([]string{"name"}, object{
				"name":          text("web"),
				"selector":      object{"$ref": "#/$defs/selector"},
				"architecture":  object{"type": "string", "enum": []Architecture{I386, X8664, ARM64, X8664Mac, ARM64Mac}},
				"defaults":      object{"$ref": "#/$defs/spec"},
				"trustedOwners": list(list(text("amazon"))),
				"freshness":     text("720h"),
				"parent":        object{"$ref": "#/$defs/class"},
			}),
			"selector": object{"oneOf": []object{
				one([]string{"image"}, object{"image": text("ami-0123456789abcdef0")}),
				one([]string{"parameter"}, object{"parameter": text("/golden/web")}),
				one([]string{"own"}, object{"own": text("web-*")}),
				one([]string{"productCode"}, object{"productCode": text("8x7g33qb2jdtzwqqvmd2y1d4k")}),
				one([]string{"owner", "name"}, object{"owner": text("792107900819"), "name": text("Rocky-9-*")}),
				one([]string{"family"}, object{
					"family": object{"type": "string", "enum": names}, "release": text("24.04"), "kernel": text("6.1"), "variant": list(text(minimal)),
				}),
			}},
		},
	}, "", "  ")
	return append(schema, '\n'), err
}
