package instance_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

// schemaOf compiles a JSON Schema.
func schemaOf(t *testing.T, text []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("schema.json", doc))
	s, err := c.Compile("schema.json")
	require.NoError(t, err)
	return s
}

func valid(s *jsonschema.Schema, text []byte) error {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return err
	}
	return s.Validate(doc)
}

func TestASpecIsTheSameAfterJSON(t *testing.T) {
	t.Parallel()
	s := schemaOf(t, instance.SpecSchema())
	rapid.Check(t, func(t *rapid.T) {
		said := specs.Draw(t, "spec")
		text, err := json.Marshal(said)
		require.NoError(t, err)
		require.NoError(t, valid(s, text), "%s", text)
		var read instance.Spec
		require.NoError(t, json.Unmarshal(text, &read))
		require.True(t, said.Equal(read), "%s\n%s\n%s", said, read, text)
		again, err := json.Marshal(read)
		require.NoError(t, err)
		require.Equal(t, string(text), string(again), "the same spec makes the same text")
	})
}

func TestNoFieldOfASpecIsForgottenInJSON(t *testing.T) {
	t.Parallel()
	s := schemaOf(t, instance.SpecSchema())
	for name, row := range whatEachFieldSays {
		said := row.say(instance.Spec{})
		text, err := json.Marshal(said)
		require.NoError(t, err, name)
		require.NotEqual(t, "{}", string(text), name)
		require.NoError(t, valid(s, text), name)
		var read instance.Spec
		require.NoError(t, json.Unmarshal(text, &read), name)
		require.True(t, said.Equal(read), name)
	}
	text, err := json.Marshal(instance.Spec{})
	require.NoError(t, err)
	require.Equal(t, "{}", string(text))
}

func TestTheJSONOfASpec(t *testing.T) {
	t.Parallel()
	said := instance.Spec{}.
		WithHardware(instance.Needs{VCPUs: instance.AtLeast(2), Memory: instance.AtLeast(4 * instance.GiB)}).
		WithRootVolume(instance.GP3(30*instance.GiB).EncryptedWith("alias/golden")).
		WithVolume("/dev/sdf", instance.IO2(100*instance.GiB, 6000).KeepOnTermination()).WithInstanceStore("/dev/sdg", 1).WithoutVolume("/dev/sdh").
		WithSubnets(instance.SubnetsTagged("tier", "private")).WithoutZone().
		WithFirewall(instance.Firewall{}.Allow(instance.TCP(443).Described("pages"), instance.AnyIPv4)).
		WithUserData(instance.Script("#!/bin/sh\n")).WithMetadata(instance.MetadataOptions{HopLimit: 2}).
		WithPlan(instance.SpotFirst().WithTypes("m7g.large").AtLeast(2)).
		WithTag("role", "web").WithoutTag("Name")
	text, err := json.MarshalIndent(said, "", "  ")
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(`{
  "needs": "vcpus=2.. memory=4GiB..",
  "plan": {
    "spotFirst": true,
    "types": [
      "m7g.large"
    ],
    "atLeast": 2
  },
  "rootVolume": {
    "type": "gp3",
    "size": "30GiB",
    "encrypted": true,
    "kmsKey": "alias/golden"
  },
  "volumes": {
    "/dev/sdf": {
      "type": "io2",
      "size": "100GiB",
      "iops": 6000,
      "deleteOnTermination": false
    },
    "/dev/sdg": {
      "instanceStore": "ephemeral1"
    },
    "/dev/sdh": null
  },
  "subnets": {
    "tags": {
      "tier": "private"
    }
  },
  "zone": null,
  "firewall": {
    "in": [
      {
        "protocol": "tcp",
        "from": 443,
        "to": 443,
        "peer": "0.0.0.0/0",
        "description": "pages"
      }
    ]
  },
  "userData": "#!/bin/sh\n",
  "metadata": {
    "hopLimit": 2
  },
  "tags": {
    "Name": null,
    "role": "web"
  }
}`, string(text)))
}

func TestUserDataThatIsNoTextSurvivesJSON(t *testing.T) {
	t.Parallel()
	said := instance.Spec{}.WithUserData(instance.Bytes([]byte{0x1f, 0x8b, 0xff}))
	text, err := json.Marshal(said)
	require.NoError(t, err)
	require.JSONEq(t, `{"userData": {"base64": "H4v/"}}`, string(text))
	var read instance.Spec
	require.NoError(t, json.Unmarshal(text, &read))
	require.True(t, said.Equal(read))
}

func TestJSONThatIsNoSpecIsRefused(t *testing.T) {
	t.Parallel()
	s := schemaOf(t, instance.SpecSchema())
	for text, says := range map[string]string{
		`[]`:                "spec: ",
		`{"colour": "red"}`: "spec.colour: is no field; use type, needs, cpu",
		`{"type": 5}`:       "spec.type: ",
		`{"type": "m7g.large", "needs": "vcpus=2"}`:                                  "spec.needs: are said besides a type",
		`{"keyName": "ops", "publicKey": "ssh-rsa AA"}`:                              "spec.publicKey: is said besides a key pair's name",
		`{"needs": "much"}`:                                                          "spec.needs: ",
		`{"rootVolume": {"size": "30"}}`:                                             `spec.rootVolume: "30" is no size: write it as 30GiB`,
		`{"rootVolume": {"siez": "30GiB"}}`:                                          `spec.rootVolume: json: unknown field "siez"`,
		`{"rootVolume": {"kmsKey": "x", "encrypted": false}}`:                        "spec.rootVolume: kmsKey is said, and encrypted is false",
		`{"rootVolume": {"snapshot": "x", "fallbackSnapshot": "y"}}`:                 "leave one out",
		`{"volumes": {"/dev/sdf": {"instanceStore": "ephemeral0", "size": "1GiB"}}}`: "spec.volumes: /dev/sdf: instanceStore is said, and an EBS volume too",
		`{"volumes": {"/dev/sdf": 5}}`:                                               "spec.volumes: /dev/sdf: ",
		`{"firewall": {"in": [{"port": 443}]}}`:                                      "spec.firewall: ",
		`{"plan": {"memory": {}}}`:                                                   `spec.plan: json: unknown field "memory"`,
		`{"userData": {"base64": "?"}}`:                                              "spec.userData: ",
		`{"userData": {}}`:                                                           "spec.userData: is neither text nor an object with base64",
		`{"interfaces": {"one": {}}}`:                                                "spec.interfaces: ",
		`{"tags": {"a": 1}}`:                                                         "spec.tags: ",
		`{"monitoring": "yes"} {}`:                                                   "",
	} {
		before := instance.Spec{}.WithType("t3.micro")
		read := before
		err := json.Unmarshal([]byte(text), &read)
		require.ErrorContains(t, err, says, text)
		require.True(t, before.Equal(read), "it stays as it was")
	}
	for _, text := range []string{`[]`, `{"colour": "red"}`, `{"type": 5}`, `{"rootVolume": {"size": "30"}}`, `{"rootVolume": {"siez": "30GiB"}}`, `{"firewall": {"in": [{"port": 443}]}}`, `{"plan": {"memory": {}}}`, `{"interfaces": {"one": {}}}`, `{"tags": {"a": 1}}`, `{"userData": {}}`, `{"tenancy": "mine"}`} {
		require.Error(t, valid(s, []byte(text)), text)
	}
	// All of them at once.
	err := json.Unmarshal([]byte(`{"type": 5, "colour": "red", "monitoring": "yes"}`), new(instance.Spec))
	for _, path := range []string{"spec.type", "spec.colour", "spec.monitoring"} {
		require.ErrorContains(t, err, path)
	}
	require.ErrorIs(t, err, backend.ErrInvalid)
}

func TestTheSchemaInTheRepositoryIsUpToDate(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../docs/schemas/spec.schema.json")
	require.NoError(t, err)
	require.Equal(t, string(instance.SpecSchema()), string(text), "write SpecSchema's to docs/schemas/spec.schema.json: go generate ./ami")
}

func FuzzSpecJSON(f *testing.F) {
	f.Add(`{"needs": "vcpus=2..", "volumes": {"/dev/sdf": {"size": "9GiB"}, "/dev/sdg": null}, "tags": {"a": null}, "zone": null}`)
	f.Add(`{"userData": {"base64": "H4v/"}, "firewall": {"in": [{"protocol": "tcp", "from": 1, "to": 2, "peer": "::/0"}], "closed": true}}`)
	f.Fuzz(func(t *testing.T, text string) {
		var read, again instance.Spec
		if json.Unmarshal([]byte(text), &read) != nil {
			return
		}
		written, err := json.Marshal(read)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(written, &again); err != nil || !read.Equal(again) {
			t.Fatalf("%s is another spec: %v", written, err)
		}
	})
}
