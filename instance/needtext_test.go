package instance_test

import (
	"encoding"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/internal/catalogue"
)

var (
	_ encoding.TextMarshaler   = instance.Needs{}
	_ encoding.TextUnmarshaler = (*instance.Needs)(nil)
)

var sameRanges = cmp.Options{
	cmp.AllowUnexported(instance.Range[int]{}, instance.Range[instance.Size]{}, instance.Range[instance.Rate]{}),
}

func TestNeedsAreALineOfText(t *testing.T) {
	t.Parallel()
	for line, tc := range map[string]struct {
		needs  instance.Needs
		people string
	}{
		"":                             {instance.Needs{}, "any hardware"},
		"vcpus=2.. memory=4GiB..16GiB": {instance.Needs{VCPUs: instance.AtLeast(2), Memory: instance.Between(4*instance.GiB, 16*instance.GiB)}, "vCPUs at least 2, memory 4 GiB to 16 GiB"},
		"vcpus=4 architecture=arm64":   {instance.Needs{VCPUs: instance.Exactly(4), Architecture: instance.ARM64}, "vCPUs exactly 4, arm64"},
		"memory-per-vcpu=512MiB.. efa": {instance.Needs{MemoryPerVCPU: instance.AtLeast(512 * instance.MiB), EFA: true}, "memory per vCPU at least 512 MiB, EFA"},
		"cpu=amd,intel bare-metal=required generation=any hypervisor=nitro": {
			instance.Needs{CPUMakers: []instance.CPUMaker{instance.AMD, instance.Intel}, BareMetal: instance.Required, Generation: instance.AnyGeneration, Hypervisor: instance.Nitro},
			"CPU of amd or intel, bare metal required, generation any, hypervisor nitro",
		},
		"network=12500Mbps.. interfaces=4.. encryption-in-transit ebs=..10Gbps ebs-iops=3000..": {
			instance.Needs{
				Network: instance.AtLeast(12500 * instance.Mbps), Interfaces: instance.AtLeast(4), EncryptionInTransit: true,
				EBSBandwidth: instance.AtMost(10 * instance.Gbps), EBSIOPS: instance.AtLeast(3000),
			}, "network at least 12.5 Gbps, network interfaces at least 4, encryption in transit, EBS bandwidth at most 10 Gbps, EBS IOPS at least 3000",
		},
		"local-storage=required local-storage-size=250GB.. local-storage-kind=ssd": {
			instance.Needs{LocalStorage: instance.Required, LocalStorageSize: instance.AtLeast(250 * instance.GB), LocalStorageKinds: []instance.LocalStorageKind{instance.SSD}},
			"local storage required, local storage of at least 250 GB, local storage on ssd",
		},
		"accelerators=1..2 accelerator-kind=gpu accelerator-maker=nvidia accelerator-name=a10g,l4 accelerator-memory=20GiB..": {
			instance.Needs{
				Accelerators: instance.Between(1, 2), AcceleratorKinds: []instance.AcceleratorKind{instance.GPU}, AcceleratorMakers: []string{"nvidia"},
				AcceleratorNames: []string{"a10g", "l4"}, AcceleratorMemory: instance.AtLeast(20 * instance.GiB),
			}, "accelerators 1 to 2, accelerators for gpu, accelerators of nvidia, accelerators named a10g or l4, memory of accelerators at least 20 GiB",
		},
		"hibernation tpm enclaves allow=m7*,c7* deny=*.metal price=..0.25": {
			instance.Needs{Hibernation: true, TPM: true, Enclaves: true, Allow: []string{"m7*", "c7*"}, Deny: []string{"*.metal"}, MaxPrice: 0.25},
			"hibernation, NitroTPM, Nitro Enclaves, of m7* or c7*, not of *.metal, at most 0.25 an hour",
		},
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			text, err := tc.needs.MarshalText()
			require.NoError(t, err)
			require.Equal(t, line, string(text))
			parsed, err := instance.ParseNeeds(line)
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(tc.needs, parsed, sameRanges))
			require.Equal(t, tc.people, parsed.String())
		})
	}
}

func TestNeedsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for line, says := range map[string]string{
		"colour=red":               "needs.colour: is no need",
		"vcpus=2 vcpus=4":          "needs.vcpus: is said twice",
		"vcpus=":                   "needs.vcpus: has no value",
		"vcpus=two":                `needs.vcpus: is "two"`,
		"vcpus=..":                 "needs.vcpus: is no amount",
		"vcpus=4..2":               "spec.needs.vcpus: is empty: 4 is more than 2",
		"memory=4":                 `needs.memory: is "4"`,
		"memory=9999999999999TiB":  "needs.memory",
		"memory=NaNGiB":            "needs.memory",
		"network=10GiB":            `needs.network: is "10GiB"`,
		"architecture=amd64":       `needs.architecture: is "amd64"; use i386`,
		"cpu=zilog":                `needs.cpu: is "zilog"; use intel`,
		"burstable=maybe":          `needs.burstable: is "maybe"; use included`,
		"tpm=no":                   `needs.tpm: is "no"`,
		"price=cheap":              `needs.price: is "cheap"`,
		"price=..-1":               "needs.price",
		"allow=m?.large":           `spec.needs.allow: has "m?.large"`,
		"accelerator-name=a10g,":   "accelerator-name: has an empty word",
		"vcpus=two memory=x tpm=1": "needs.memory",
	} {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			n, err := instance.ParseNeeds(line)
			require.ErrorContains(t, err, says)
			require.ErrorIs(t, err, backend.ErrInvalid)
			require.Empty(t, cmp.Diff(instance.Needs{}, n, sameRanges))
		})
	}
}

// A type is always among those that are like it.
func TestATypeIsLikeItself(t *testing.T) {
	t.Parallel()
	n := 0
	for _, typ := range catalogue.InstanceTypes() {
		like, err := instance.Like(typ.Name)
		require.NoError(t, err)
		for _, m := range like.Explain() {
			if m.Type == typ.Name {
				require.Contains(t, []string{"launches on demand", "a family for everything"}, m.Need, m)
				n++
			}
		}
		line, err := like.MarshalText()
		require.NoError(t, err)
		again, err := instance.ParseNeeds(string(line))
		require.NoError(t, err, typ.Name)
		require.Empty(t, cmp.Diff(like, again, sameRanges))
	}
	require.Less(t, n, 60)
	_, err := instance.Like("m99.large")
	require.ErrorContains(t, err, `"m99.large" is no instance type`)
}

func TestNeedsExplainThemselves(t *testing.T) {
	t.Parallel()
	n := instance.Needs{VCPUs: instance.AtLeast(2), Memory: instance.AtLeast(16 * instance.GiB), Architecture: instance.ARM64}
	all := n.Explain()
	require.Len(t, all, len(catalogue.InstanceTypes())-len(n.Types()))
	reasons := map[string]string{}
	for i, m := range all {
		reasons[m.Type] = m.String()
		require.True(t, i == 0 || all[i-1].More <= m.More, "the nearest misses come first")
	}
	require.Equal(t, "m7g.large misses memory at least 16 GiB: it has 8 GiB", reasons["m7g.large"])
	require.Equal(t, "m7i.xlarge misses arm64: it has x86_64", reasons["m7i.xlarge"])
	require.Equal(t, "m7g.metal misses no bare metal: it has bare metal", reasons["m7g.metal"])
	require.Equal(t, "g5g.2xlarge misses a family for everything: it has accelerators", reasons["g5g.2xlarge"])
	require.Contains(t, reasons["m1.small"], "and 3 more")
}

func TestPricesChooseAmongEquals(t *testing.T) {
	t.Parallel()
	prices := instance.PricedBy(func(name string) (float64, bool) {
		price, known := map[string]float64{"c7g.large": 0.07, "m7g.large": 0.08, "c6g.large": 0.06}[name]
		return price, known
	})
	n := instance.Needs{VCPUs: instance.Exactly(2), Architecture: instance.ARM64, Allow: []string{"c6g.*", "c7g.*", "m7g.*"}, MaxPrice: 0.075}
	require.Equal(t, []string{"c7g.large", "c6g.large"}, n.Types(prices))
	require.Empty(t, n.Types(), "without prices none is known to be low enough")
	require.Contains(t, n.Explain(prices)[0].String()+n.Explain(prices)[1].String(), "0.08 an hour")
}

func FuzzParseNeeds(f *testing.F) {
	f.Add("vcpus=2.. memory=4GiB..16GiB architecture=arm64 tpm price=..0.5 allow=m7*")
	f.Fuzz(func(t *testing.T, line string) {
		n, err := instance.ParseNeeds(line)
		if err != nil {
			return
		}
		text, err := n.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		again, err := instance.ParseNeeds(string(text))
		if err != nil {
			t.Fatalf("%q became %q, which can't be read: %v", line, text, err)
		}
		if diff := cmp.Diff(n, again, sameRanges); diff != "" {
			t.Fatal(diff)
		}
	})
}

func BenchmarkNeeds(b *testing.B) {
	n := instance.Needs{VCPUs: instance.AtLeast(4), Memory: instance.AtLeast(16 * instance.GiB), Network: instance.AtLeast(5 * instance.Gbps), CPUMakers: []instance.CPUMaker{instance.Intel}}
	n.Types() // decodes the catalogue
	b.ReportAllocs()
	for b.Loop() {
		if len(n.Types()) == 0 {
			b.Fatal("none")
		}
	}
}

func TestRatesReadInTheirUnits(t *testing.T) {
	t.Parallel()
	for rate, want := range map[instance.Rate]string{
		0: "0 bps", 999: "999 bps", 630 * instance.Mbps: "630 Mbps", 12500 * instance.Mbps: "12.5 Gbps", 100 * instance.Gbps: "100 Gbps",
	} {
		require.Equal(t, want, rate.String())
	}
	rapid.Check(t, func(rt *rapid.T) {
		r := instance.AtLeast(instance.Rate(rapid.Int64Range(0, 1<<50).Draw(rt, "rate")))
		line, err := instance.Needs{Network: r}.MarshalText()
		require.NoError(rt, err)
		again, err := instance.ParseNeeds(string(line))
		require.NoError(rt, err)
		require.Equal(rt, r, again.Network)
	})
}
