package instance_test

import (
	"context"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

// whatEachFieldSays has a row for each field of a Spec. Reasons say why a field isn't read back from an
// instance, or isn't compared between two.
var whatEachFieldSays = map[string]struct {
	say                func(instance.Spec) instance.Spec
	with               instance.Spec // what it needs beside it
	unread, uncompared string
}{
	"hardware":     {say: func(s instance.Spec) instance.Spec { return s.WithType("m7g.xlarge") }},
	"cpu":          {say: func(s instance.Spec) instance.Spec { return s.WithCPU(instance.CPU{Cores: 1, ThreadsPerCore: 1}) }},
	"credits":      {say: func(s instance.Spec) instance.Spec { return s.WithCredits(instance.CreditsStandard) }, with: instance.Spec{}.WithType("t4g.large")},
	"hibernation":  {say: func(s instance.Spec) instance.Spec { return s.WithHibernation(true) }},
	"enclave":      {say: func(s instance.Spec) instance.Spec { return s.WithEnclave(true) }},
	"spot":         {say: func(s instance.Spec) instance.Spec { return s.WithSpot(instance.Spot{MaxPrice: "0.05"}) }},
	"ebsOptimized": {say: func(s instance.Spec) instance.Spec { return s.WithEBSOptimized(true) }},
	"plan": {say: func(s instance.Spec) instance.Spec { return s.WithPlan(instance.SpotFirst()) },
		unread: "nobody knows how an instance was come by", uncompared: "it is how, not what"},
	"root":    {say: func(s instance.Spec) instance.Spec { return s.WithRootVolume(instance.GP3(50 * instance.GiB)) }},
	"volumes": {say: func(s instance.Spec) instance.Spec { return s.WithVolume("/dev/sdf", instance.GP3(50*instance.GiB)) }},
	"subnet":  {say: func(s instance.Spec) instance.Spec { return s.WithSubnet("subnet-1234abcd") }, uncompared: "EC2 may have chosen it"},
	"zone": {say: func(s instance.Spec) instance.Spec { return s.WithZone("us-east-1a") },
		unread: "it follows from the subnet", uncompared: "EC2 may have chosen it"},
	"publicIP": {say: func(s instance.Spec) instance.Spec { return s.WithPublicIP(true) }},
	"privateIP": {say: func(s instance.Spec) instance.Spec { return s.WithPrivateIP("10.0.0.7") },
		unread: "it can't be had twice", uncompared: "it can't be had twice"},
	"secondaryIPs": {say: func(s instance.Spec) instance.Spec { return s.WithSecondaryIPs(2) }},
	"ipv6":         {say: func(s instance.Spec) instance.Spec { return s.WithIPv6Count(2) }},
	"interfaces": {say: func(s instance.Spec) instance.Spec {
		return s.WithInterface(1, instance.Interface{}.WithGroups("sg-1234abcd"))
	}},
	"groups":           {say: func(s instance.Spec) instance.Spec { return s.WithGroups("sg-1234abcd") }},
	"firewall":         {say: func(s instance.Spec) instance.Spec { return s.WithFirewall(wall) }},
	"key":              {say: func(s instance.Spec) instance.Spec { return s.WithPublicKey(ed25519) }},
	"profile":          {say: func(s instance.Spec) instance.Spec { return s.WithInstanceProfile("web") }},
	"userData":         {say: func(s instance.Spec) instance.Spec { return s.WithUserData(instance.Script("echo")) }},
	"metadata":         {say: func(s instance.Spec) instance.Spec { return s.WithMetadata(instance.MetadataOptions{HopLimit: 3}) }},
	"shutdownBehavior": {say: func(s instance.Spec) instance.Spec { return s.WithShutdownBehavior(instance.ShutdownTerminates) }},
	"terminationProof": {say: func(s instance.Spec) instance.Spec { return s.WithTerminationProtection(true) }},
	"stopProof":        {say: func(s instance.Spec) instance.Spec { return s.WithStopProtection(true) }},
	"monitoring":       {say: func(s instance.Spec) instance.Spec { return s.WithMonitoring(true) }},
	"tenancy":          {say: func(s instance.Spec) instance.Spec { return s.WithTenancy(instance.TenancyDedicated) }},
	"placementGroup":   {say: func(s instance.Spec) instance.Spec { return s.WithPlacementGroup("pg") }},
	"partition": {say: func(s instance.Spec) instance.Spec { return s.WithPartition(2) }, with: instance.Spec{}.WithPlacementGroup("pg"),
		uncompared: "EC2 may have chosen it"},
	"host":          {say: func(s instance.Spec) instance.Spec { return s.WithHost("h-0123456789abcdef0") }, uncompared: "an ID, of one region"},
	"affinity":      {say: func(s instance.Spec) instance.Spec { return s.WithAffinity(instance.AffinityHost) }, with: instance.Spec{}.WithTenancy(instance.TenancyHost)},
	"tags":          {say: func(s instance.Spec) instance.Spec { return s.WithTag("a", "b") }},
	"volumeTags":    {say: func(s instance.Spec) instance.Spec { return s.WithVolumeTags(map[string]string{"a": "b"}) }},
	"interfaceTags": {say: func(s instance.Spec) instance.Spec { return s.WithInterfaceTags(map[string]string{"a": "b"}) }},
}

var wall = instance.Firewall{}.Allow(instance.TCP(443), instance.AnyIPv4)

// all is an instance of which EC2 tells something in every respect.
func all(t *testing.T) backend.Backend {
	t.Helper()
	walled, err := base.WithFirewall(wall).Preview(linux())
	require.NoError(t, err)
	s := server(func(be *script, d *backend.Instance) {
		d.Type = "t3.large" // burstable, with two threads per core
		d.CPU = backend.CPUOptions{Cores: 1, ThreadsPerCore: 1, SEVSNP: "disabled"}
		d.Hibernation, d.Enclave, d.Spot, d.Monitoring = true, true, true, true
		d.PlacementGroup, d.Partition, d.HostID, d.Affinity = "pg", 2, "h-0123456789abcdef0", "host"
		d.Tenancy, d.KeyName = "host", ed25519.KeyName()
		d.Groups = []backend.GroupRef{{ID: "sg-1234abcd", Name: "web"}, {ID: "sg-0000abcd", Name: walled.GroupIDs[0]}}
		d.Interfaces = []backend.InstanceInterface{
			{ID: "eni-1234abcd", SecondaryIPs: []string{"10.0.0.8"}, IPv6: []string{"2001:db8::8"}, DeleteOnTermination: true},
			{ID: "eni-5678abcd", DeviceIndex: 1, SubnetID: d.SubnetID, Groups: d.Groups[:1], DeleteOnTermination: true},
		}
		d.Metadata.HopLimit = 3
		be.attributes[backend.AttributeDisableAPIStop] = "true"
	})
	return &able{script: s}
}

// bare is one of which it tells as little as it ever does.
func bare() backend.Backend {
	return server(func(be *script, d *backend.Instance) {
		*d = backend.Instance{ID: d.ID, State: d.State, ImageID: d.ImageID, RootDevice: d.RootDevice}
		be.attributes, be.volumes = nil, nil
	})
}

// able has the abilities that reading a configuration back can use.
type able struct {
	*script
	backend.Firewalls
	keyPairs
}

// keyPairs lets a struct embed the ability under a name that hides none of its methods.
type keyPairs interface{ backend.KeyPairs }

func (a *able) SecurityGroupRules(_ context.Context, q backend.Query) iter.Seq2[backend.SecurityGroupRule, error] {
	return listing([]backend.SecurityGroupRule{
		{ID: "sgr-1", GroupID: "sg-0000abcd", Protocol: "tcp", FromPort: 443, ToPort: 443, CIDR: "0.0.0.0/0"},
		{ID: "sgr-2", GroupID: "sg-0000abcd", Egress: true, Protocol: "-1", FromPort: -1, ToPort: -1, CIDR: "0.0.0.0/0"},
	}, nil)
}

func (a *able) KeyPairs(context.Context, backend.Query) iter.Seq2[backend.KeyPair, error] {
	return listing([]backend.KeyPair{{ID: "key-1", Name: ed25519.KeyName(), PublicKey: string(ed25519)}}, nil)
}

func (a *able) InstanceCredits(context.Context, []string) (map[string]string, error) {
	return map[string]string{id: "standard"}, nil
}

func TestNoFieldOfASpecIsForgotten(t *testing.T) {
	t.Parallel()
	image := linux(func(im *backend.Image) { im.Devices[0].EBS.SizeGiB = 40 })
	read, err := get(t, all(t)).Spec(t.Context())
	require.NoError(t, err)
	diff, err := get(t, all(t)).Diff(t.Context(), get(t, bare()))
	require.NoError(t, err)
	var compared []string
	for _, d := range diff {
		compared = append(compared, firstWord(d.Path))
	}

	fields := reflect.TypeFor[instance.Spec]()
	require.Len(t, whatEachFieldSays, fields.NumField(), "a row for each field")
	for n := range fields.NumField() {
		name := fields.Field(n).Name
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			row, ok := whatEachFieldSays[name]
			require.True(t, ok, "say how the field is said")
			said := row.say(instance.Spec{})
			has := func(s instance.Spec) bool { return !reflect.ValueOf(s).Field(n).IsZero() }

			require.True(t, has(said), "the row says another field")
			require.True(t, said.Equal(said.Merge(instance.Spec{})), "Merge forgets it below")
			require.True(t, said.Equal(instance.Spec{}.Merge(said)), "Merge forgets it above")
			require.NotEqual(t, "empty spec", said.String(), "String forgets it")
			require.NotEmpty(t, said.LogValue().Group(), "LogValue forgets it")

			without, err := base.Merge(row.with).Preview(image)
			require.NoError(t, err)
			sent, err := row.say(base.Merge(row.with)).Preview(image)
			require.NoError(t, err)
			require.NotEqual(t, without, sent, "the request forgets it")

			require.Equal(t, row.unread == "", has(read), "read back: %s", read)
			require.Equal(t, row.uncompared == "", slices.Contains(compared, firstWord(said.String())), "compared: %s", diff)
		})
	}
}

// firstWord is the field that a path leads to, or a text begins with.
func firstWord(s string) string {
	if i := strings.IndexAny(s, " .["); i >= 0 {
		return s[:i]
	}
	return s
}
