package instance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/internal/strictjson"
	"github.com/amiclass/amiclass/region"
)

// jsonField is a field of a spec's JSON form.
type jsonField struct {
	name   string
	write  func(*Spec) (value any, said bool) // nil says that there shall be none
	read   func(*Spec, json.RawMessage) error
	schema schema
}

// settingField is a field that is null where a spec says that there shall be none.
func settingField[T any](name string, at func(*Spec) *setting[T], form schema) jsonField {
	return jsonField{
		name: name,
		write: func(s *Spec) (any, bool) {
			switch f := at(s); f.state {
			case said:
				return f.value, true
			case none:
				return nil, true
			}
			return nil, false
		},
		read: func(s *Spec, raw json.RawMessage) error {
			if strictjson.IsNull(raw) {
				*at(s) = noneOf[T]()
				return nil
			}
			var v T
			if err := strictjson.Decode(raw, &v); err != nil {
				return err
			}
			*at(s) = some(v)
			return nil
		},
		schema: orNull(form),
	}
}

// tagsField is an object of tags, of which null takes one away.
func tagsField(name string, at func(*Spec) *tagSet) jsonField {
	return jsonField{
		name: name,
		write: func(s *Spec) (any, bool) {
			if len(*at(s)) == 0 {
				return nil, false
			}
			tags := map[string]*string{}
			for key, v := range *at(s) {
				tags[key] = v.pointer()
			}
			return tags, true
		},
		read: func(s *Spec, raw json.RawMessage) error {
			var tags map[string]*string
			if err := strictjson.Decode(raw, &tags); err != nil {
				return err
			}
			for key, v := range tags {
				if v == nil {
					*at(s) = with(*at(s), key, noneOf[string]())
				} else {
					*at(s) = with(*at(s), key, some(*v))
				}
			}
			return nil
		},
		schema: schema{"type": "object", "additionalProperties": schema{"type": []string{"string", "null"}}},
	}
}

// The fields in the order in which they are written.
var jsonFields = []jsonField{
	{
		name: "type", schema: textSchema("m7g.large"),
		write: func(s *Spec) (any, bool) {
			return s.hardware.value.exact, s.hardware.state == said && s.hardware.value.typed
		},
		read: func(s *Spec, raw json.RawMessage) error {
			var name string
			err := strictjson.Decode(raw, &name)
			*s = s.WithType(name)
			return err
		},
	},
	{
		name: "needs", schema: textSchema("vcpus=2.. memory=4GiB.."),
		write: func(s *Spec) (any, bool) { n, ok := s.Needs(); return n, ok },
		read: func(s *Spec, raw json.RawMessage) error {
			if s.hardware.state == said {
				return errors.New("are said besides a type")
			}
			var n Needs
			err := strictjson.Decode(raw, &n)
			*s = s.WithHardware(n)
			return err
		},
	},
	settingField("cpu", func(s *Spec) *setting[CPU] { return &s.cpu }, cpuSchema),
	settingField("credits", func(s *Spec) *setting[Credits] { return &s.credits }, oneOf(CreditsStandard, CreditsUnlimited)),
	settingField("hibernation", func(s *Spec) *setting[bool] { return &s.hibernation }, boolSchema),
	settingField("enclave", func(s *Spec) *setting[bool] { return &s.enclave }, boolSchema),
	settingField("spot", func(s *Spec) *setting[Spot] { return &s.spot }, spotSchema),
	settingField("ebsOptimized", func(s *Spec) *setting[bool] { return &s.ebsOptimized }, boolSchema),
	settingField("plan", func(s *Spec) *setting[Plan] { return &s.plan }, planSchema),
	{
		name: "rootVolume", schema: volumeSchema,
		write: func(s *Spec) (any, bool) { return s.root, s.root != (Volume{}) },
		read:  func(s *Spec, raw json.RawMessage) error { return strictjson.Decode(raw, &s.root) },
	},
	{
		name: "volumes", schema: schema{"type": "object", "additionalProperties": orNull(entrySchema)},
		write: func(s *Spec) (any, bool) { return s.volumes, len(s.volumes) > 0 },
		read: func(s *Spec, raw json.RawMessage) error {
			var all map[string]json.RawMessage
			if err := strictjson.Decode(raw, &all); err != nil {
				return err
			}
			for device, one := range all {
				var e volumeEntry
				if err := e.UnmarshalJSON(one); err != nil {
					return fmt.Errorf("%s: %w", device, err)
				}
				s.volumes = with(s.volumes, device, e)
			}
			return nil
		},
	},
	settingField("subnets", func(s *Spec) *setting[Subnets] { return &s.subnet }, subnetsSchema),
	settingField("zone", func(s *Spec) *setting[region.Zone] { return &s.zone }, textSchema("us-east-1a")),
	settingField("publicIP", func(s *Spec) *setting[bool] { return &s.publicIP }, boolSchema),
	settingField("privateIP", func(s *Spec) *setting[string] { return &s.privateIP }, textSchema("10.0.0.7")),
	settingField("secondaryIPs", func(s *Spec) *setting[int] { return &s.secondaryIPs }, countSchema),
	settingField("ipv6", func(s *Spec) *setting[ipv6] { return &s.ipv6 }, ipv6Schema),
	{
		name: "interfaces", schema: schema{"type": "object", "propertyNames": schema{"pattern": "^[0-9]+$"}, "additionalProperties": orNull(interfaceSchema)},
		write: func(s *Spec) (any, bool) {
			all := map[int]*Interface{}
			for index, i := range s.interfaces {
				all[index] = i.pointer()
			}
			return all, len(all) > 0
		},
		read: func(s *Spec, raw json.RawMessage) error {
			var all map[int]*Interface
			if err := strictjson.Decode(raw, &all); err != nil {
				return err
			}
			for index, i := range all {
				if i == nil {
					*s = s.WithoutInterface(index)
				} else {
					*s = s.WithInterface(index, *i)
				}
			}
			return nil
		},
	},
	settingField("groups", func(s *Spec) *setting[[]string] { return &s.groups }, textsSchema("web", "sg-0123456789abcdef0")),
	settingField("firewall", func(s *Spec) *setting[Firewall] { return &s.firewall }, firewallSchema),
	{
		name: "keyName", schema: orNull(textSchema("ops")),
		write: func(s *Spec) (any, bool) {
			if s.key.state == none {
				return nil, true
			}
			return s.key.value.name, s.key.state == said && s.key.value.public == ""
		},
		read: func(s *Spec, raw json.RawMessage) error {
			if strictjson.IsNull(raw) {
				*s = s.WithoutKeyName()
				return nil
			}
			var name string
			err := strictjson.Decode(raw, &name)
			*s = s.WithKeyName(name)
			return err
		},
	},
	{
		name: "publicKey", schema: textSchema("ssh-ed25519 AAAA… ops"),
		write: func(s *Spec) (any, bool) { return s.key.value.public, s.key.value.public != "" },
		read: func(s *Spec, raw json.RawMessage) error {
			if s.key.state == said {
				return errors.New("is said besides a key pair's name")
			}
			var k PublicKey
			err := strictjson.Decode(raw, &k)
			*s = s.WithPublicKey(k)
			return err
		},
	},
	settingField("instanceProfile", func(s *Spec) *setting[string] { return &s.profile }, textSchema("web")),
	settingField("userData", func(s *Spec) *setting[UserData] { return &s.userData }, userDataSchema),
	{
		name: "metadata", schema: metadataSchema,
		write: func(s *Spec) (any, bool) { return s.metadata, s.metadata != (MetadataOptions{}) },
		read:  func(s *Spec, raw json.RawMessage) error { return strictjson.Decode(raw, &s.metadata) },
	},
	settingField("shutdownBehavior", func(s *Spec) *setting[ShutdownBehavior] { return &s.shutdownBehavior }, oneOf(ShutdownStops, ShutdownTerminates)),
	settingField("terminationProtection", func(s *Spec) *setting[bool] { return &s.terminationProof }, boolSchema),
	settingField("stopProtection", func(s *Spec) *setting[bool] { return &s.stopProof }, boolSchema),
	settingField("monitoring", func(s *Spec) *setting[bool] { return &s.monitoring }, boolSchema),
	settingField("tenancy", func(s *Spec) *setting[Tenancy] { return &s.tenancy }, oneOf(TenancyShared, TenancyDedicated, TenancyHost)),
	settingField("placementGroup", func(s *Spec) *setting[string] { return &s.placementGroup }, textSchema("cluster")),
	settingField("partition", func(s *Spec) *setting[int] { return &s.partition }, countSchema),
	settingField("host", func(s *Spec) *setting[string] { return &s.host }, textSchema("h-0123456789abcdef0")),
	settingField("affinity", func(s *Spec) *setting[Affinity] { return &s.affinity }, oneOf(AffinityHost, AffinityNone)),
	tagsField("tags", func(s *Spec) *tagSet { return &s.tags }),
	tagsField("volumeTags", func(s *Spec) *tagSet { return &s.volumeTags }),
	tagsField("interfaceTags", func(s *Spec) *tagSet { return &s.interfaceTags }),
}

// MarshalJSON writes what the spec says, always in the same order: what it doesn't say is left out, and what it says with
// Without… is null. [Spec.UnmarshalJSON] reads the same spec. A [CapacityMemory] isn't written: it is a process's own.
func (s Spec) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for _, f := range jsonFields {
		v, said := f.write(&s)
		if !said {
			continue
		}
		text, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("spec.%s: %w", f.name, err)
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%q:%s", f.name, text)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads what [Spec.MarshalJSON] writes, and people write by hand; [SpecSchema] describes it for editors. Every
// field that it doesn't know or can't read is in the one error, and then the spec stays as it was. Whether the spec makes
// sense [Spec.Validate] tells.
func (s *Spec) UnmarshalJSON(text []byte) error {
	var raw map[string]json.RawMessage
	if err := strictjson.Decode(text, &raw); err != nil {
		return fmt.Errorf("spec: %w", err)
	}
	var read Spec
	var f faults
	for _, field := range jsonFields {
		one, said := raw[field.name]
		if !said {
			continue
		}
		delete(raw, field.name)
		if err := field.read(&read, one); err != nil {
			f.add("spec."+field.name, err.Error(), "see the schema that SpecSchema gives")
		}
	}
	var unknown []string
	for name := range raw {
		unknown = append(unknown, name)
	}
	slices.Sort(unknown)
	for _, name := range unknown {
		f.add("spec."+name, "is no field", "use "+strings.Join(jsonNames(), ", "))
	}
	if err := f.join(); err != nil {
		return err
	}
	*s = read
	return nil
}

func jsonNames() []string {
	names := make([]string, len(jsonFields))
	for i, f := range jsonFields {
		names[i] = f.name
	}
	return names
}
