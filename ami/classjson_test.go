package ami_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/ami"
	"github.com/amiclass/amiclass/instance"
)

func classSchema(t *testing.T) func(text []byte) error {
	t.Helper()
	schema, err := ami.ClassSchema()
	require.NoError(t, err)
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("schema.json", doc))
	s, err := c.Compile("schema.json")
	require.NoError(t, err)
	return func(text []byte) error {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		require.NoError(t, err)
		return s.Validate(doc)
	}
}

func TestAClassIsTheSameAfterJSON(t *testing.T) {
	t.Parallel()
	valid := classSchema(t)
	for name, sel := range map[string]ami.Selector{
		"an image": ami.ByID("ami-0123456789abcdef0"), "a parameter": ami.ByParameter("/golden/web"), "own": ami.Own("web-*"),
		"a product": ami.Marketplace("abc"), "community": ami.Community("792107900819", "Rocky-9-*"),
		"Amazon Linux": ami.AmazonLinux2023(), "Amazon Linux 2": ami.AmazonLinux2().Minimal().Kernel("5.10"),
		"Ubuntu": ami.Ubuntu("24.04").Minimal(), "Ubuntu Pro": ami.Ubuntu("24.04").Pro().Minimal(), "Debian": ami.Debian("12"), "RHEL": ami.RHEL("9.4").HighAvailability(),
		"SUSE": ami.SUSE("15-sp7"), "Windows": ami.WindowsServer("2022").Language("Chinese_Simplified").SQLServer("2022", ami.SQLWeb).Core(), "macOS": ami.MacOS("sequoia"),
		"nothing": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := ami.NewClass("base", sel).WithArchitecture(ami.ARM64).WithDefaults(instance.Spec{}.WithType("m7g.large").WithoutZone())
			sub := base.Extend("sub").WithDefaults(instance.Spec{}.WithTag("a", "b")).TrustingOwners("amazon", "self").TrustingOwners("amazon").WithFreshness(720 * time.Hour)
			text, err := json.Marshal(sub)
			require.NoError(t, err)
			require.NoError(t, valid(text), "%s", text)
			var read ami.Class
			require.NoError(t, json.Unmarshal(text, &read))
			require.Equal(t, sub, read)
			require.True(t, read.IsA(base))
			again, err := json.Marshal(read)
			require.NoError(t, err)
			require.Equal(t, string(text), string(again))
		})
	}
	text, err := json.Marshal(ami.NewClass("web", ami.Ubuntu("24.04").Pro()).WithDefaults(instance.Spec{}.WithType("t3.micro")))
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(`{"name":"web","selector":{"family":"ubuntu","release":"24.04","variant":["Pro"]},"defaults":{"type":"t3.micro"}}`, string(text)))
}

func TestJSONThatIsNoClassIsRefused(t *testing.T) {
	t.Parallel()
	valid := classSchema(t)
	for text, says := range map[string]string{
		`{"name": "web", "colour": "red"}`:                              `unknown field "colour"`,
		`{"name": "web", "selector": {}}`:                               "selector: says 0 ways to find an image",
		`{"name": "web", "selector": {"image": "ami-1", "own": "web"}}`: "selector: says 2 ways",
		`{"name": "web", "selector": {"family": "beos"}}`:               `selector.family: "beos" is none; use amazon-linux-2023, amazon-linux-2, ubuntu`,
		`{"name": "web", "selector": {"own": "web", "release": "1"}}`:   "selector: says release, kernel or variant without a family",
		`{"name": "web", "selector": {"owner": "792107900819"}}`:        "selector: says only one of owner and name",
		`{"name": "web", "selector": {"familly": "ubuntu"}}`:            `unknown field "familly"`,
		`{"name": "web", "defaults": {"colour": "red"}}`:                "spec.colour: is no field",
		`{"name": "web", "parent": {"name": 5}}`:                        "class: ",
	} {
		before := ami.NewClass("before", ami.Debian("12"))
		read := before
		require.ErrorContains(t, json.Unmarshal([]byte(text), &read), says, text)
		require.Equal(t, before, read, "it stays as it was")
		require.Error(t, valid([]byte(text)), text)
	}
	// What the schema can't say.
	for text, says := range map[string]string{
		`{"name": "web", "freshness": "a month"}`:                                                    `freshness: "a month" is no duration`,
		`{"name": "web", "selector": {"family": "ubuntu", "release": "24.04", "kernel": "6"}}`:       "selector.kernel: is said of ubuntu",
		`{"name": "web", "selector": {"family": "ubuntu", "release": "24.04", "variant": ["red"]}}`:  `selector.variant: "red" is none that the family has`,
		`{"name": "web", "selector": {"family": "debian", "release": "12", "variant": ["minimal"]}}`: `selector.variant: "minimal" is none`,
		`{"name": "web", "selector": {"family": "amazon-linux-2", "variant": ["red"]}}`:              `selector.variant: "red" is none of amazon-linux-2`,
		`{"name": "web", "selector": {"family": "amazon-linux-2", "release": "2"}}`:                  "selector.release: is said of amazon-linux-2",
	} {
		require.ErrorContains(t, json.Unmarshal([]byte(text), new(ami.Class)), says, text)
	}
	_, err := json.Marshal(ami.NewClass("web", ami.Debian("12")).Pinned(ami.Lockfile{}))
	require.ErrorContains(t, err, "selector: is what the class is pinned to; write the class as it was before")
}

func TestTheClassSchemaInTheRepositoryIsUpToDate(t *testing.T) {
	t.Parallel()
	want, err := ami.ClassSchema()
	require.NoError(t, err)
	text, err := os.ReadFile("../docs/schemas/class.schema.json")
	require.NoError(t, err)
	require.Equal(t, string(want), string(text), "write it anew: go generate ./ami")
}

func FuzzClassJSON(f *testing.F) {
	f.Add(`{"name": "web", "selector": {"family": "windows-server", "release": "2022", "variant": ["Core", "SQL Server 2022 Web"]}, "parent": {"name": "base"}}`)
	f.Add(`{"name": "web", "selector": {"owner": "amazon", "name": "al2023*"}, "freshness": "1h", "trustedOwners": [["self"], []]}`)
	f.Fuzz(func(t *testing.T, text string) {
		var read, again ami.Class
		if json.Unmarshal([]byte(text), &read) != nil {
			return
		}
		written, err := json.Marshal(read)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(written, &again); err != nil {
			t.Fatalf("%s: %v", written, err)
		}
		twice, err := json.Marshal(again)
		if err != nil || string(written) != string(twice) {
			t.Fatalf("%s became %s: %v", written, twice, err)
		}
	})
}
