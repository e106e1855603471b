package fake_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/fake"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

// What needs find in the catalogue is what EC2's own instance requirements find, as far as they can say the needs.
func TestNeedsFindWhatRequirementsFind(t *testing.T) {
	t.Parallel()
	be, err := backend.Ability[backend.RequiredTypes](fake.NewT(t).Backend(region.USEast1), "RequiredTypes", "")
	require.NoError(t, err)
	found := 0
	rapid.Check(t, func(rt *rapid.T) {
		n := someNeeds(rt)
		r, err := n.Requirements("")
		require.NoError(rt, err, "%s", n)
		var theirs []string
		for name, err := range be.RequiredTypes(t.Context(), r) {
			require.NoError(rt, err)
			if typ, _ := catalogue.InstanceType(name); slices.Contains(typ.UsageClasses, "on-demand") { // which requirements can't say
				theirs = append(theirs, name)
			}
		}
		var ours []string
		for _, name := range n.Types() {
			if len(catalogue.Offered(region.USEast1, name)) > 0 {
				ours = append(ours, name)
			}
		}
		slices.Sort(ours)
		if diff := cmp.Diff(theirs, ours); diff != "" {
			rt.Fatalf("%s\n-requirements +needs\n%s", n, diff)
		}
		found += len(ours)
	})
	require.NotZero(t, found)
}

// What a backend has now is what the catalogue has, on a cloud that begins with it; in a zone it is what is offered there.
func TestNeedsFindWhatABackendHas(t *testing.T) {
	t.Parallel()
	be := fake.NewT(t).Backend(region.USEast1)
	n := instance.Needs{VCPUs: instance.Between(2, 4), Memory: instance.AtLeast(16 * instance.GiB), Architecture: instance.ARM64}
	var offered, inZone []string
	const zone = region.Zone("us-east-1e") // which has few of the newer types
	for _, name := range n.Types() {
		zones := catalogue.Offered(region.USEast1, name)
		if len(zones) > 0 {
			offered = append(offered, name)
		}
		if slices.Contains(zones, zone) {
			inZone = append(inZone, name)
		}
	}
	got, err := n.TypesOn(t.Context(), be, nil)
	require.NoError(t, err)
	require.Equal(t, offered, got)
	got, err = n.TypesOn(t.Context(), be, []region.Zone{zone})
	require.NoError(t, err)
	require.ElementsMatch(t, inZone, got)
	require.Less(t, len(inZone), len(offered))

	denied := fake.NewT(t)
	denied.Inject(fake.Deny("ec2:DescribeInstanceTypes", "*"))
	_, err = n.TypesOn(t.Context(), denied.Backend(region.USEast1), nil)
	require.ErrorIs(t, err, backend.ErrDenied)
}

// someNeeds are what EC2 can say of types that there are.
func someNeeds(t *rapid.T) instance.Needs {
	like := rapid.SampledFrom(catalogue.InstanceTypes()).Draw(t, "type")
	n := instance.Needs{Architecture: instance.Architecture(like.Architectures[len(like.Architectures)-1])}
	sometimes := func(what string, then func()) {
		if rapid.IntRange(0, 3).Draw(t, what) == 0 {
			then()
		}
	}
	choice := rapid.SampledFrom([]instance.Choice{instance.Included, instance.Excluded, instance.Required})
	sometimes("vCPUs", func() { n.VCPUs = instance.AtLeast(like.VCPUs) })
	sometimes("most vCPUs", func() { n.VCPUs = instance.Between(like.VCPUs/2, like.VCPUs) })
	sometimes("memory", func() { n.Memory = instance.AtMost(instance.Size(like.MemoryMiB) * instance.MiB) })
	sometimes("memory per vCPU", func() { n.MemoryPerVCPU = instance.AtLeast(instance.Size(like.MemoryMiB/like.VCPUs) * instance.MiB) })
	sometimes("makers", func() { n.CPUMakers = []instance.CPUMaker{instance.CPUMaker(backend.MakerWord(like.Manufacturer))} })
	sometimes("burstable", func() { n.Burstable = choice.Draw(t, "is burstable") })
	sometimes("bare metal", func() { n.BareMetal = choice.Draw(t, "is bare metal") })
	sometimes("generation", func() {
		n.Generation = rapid.SampledFrom([]instance.Generation{instance.AnyGeneration, instance.PreviousGeneration, instance.CurrentGeneration}).Draw(t, "is of")
	})
	sometimes("network", func() { n.Network = instance.AtLeast(instance.Rate(like.NetworkGbps * 1e9)) })
	sometimes("interfaces", func() { n.Interfaces = instance.AtLeast(like.MaxInterfaces) })
	sometimes("secrecy", func() { n.EncryptionInTransit = true })
	sometimes("local storage", func() { n.LocalStorage = choice.Draw(t, "has local storage") })
	sometimes("local storage size", func() { n.LocalStorageSize = instance.AtLeast(instance.Size(like.InstanceStorageGB) * instance.GB) })
	sometimes("local storage kind", func() { n.LocalStorageKinds = []instance.LocalStorageKind{instance.SSD} })
	sometimes("EBS", func() { n.EBSBandwidth = instance.AtLeast(instance.Rate(like.EBSMbps) * instance.Mbps) })
	sometimes("hibernation", func() { n.Hibernation = true })
	if len(like.Accelerators) > 0 {
		one := like.Accelerators[0]
		sometimes("accelerators", func() { n.Accelerators = instance.AtLeast(one.Count) })
		sometimes("accelerator kinds", func() { n.AcceleratorKinds = []instance.AcceleratorKind{instance.AcceleratorKind(one.Kind)} })
		sometimes("accelerator memory", func() { n.AcceleratorMemory = instance.AtLeast(instance.Size(one.MemoryMiB) * instance.MiB) })
	}
	family, _, _ := strings.Cut(like.Name, ".")
	switch rapid.IntRange(0, 3).Draw(t, "patterns") {
	case 0:
		n.Allow = []string{family + ".*", "m7*"}
	case 1:
		n.Deny = []string{family + ".*", "*.large"}
	}
	return n
}
