package catalogue_test

import (
	"encoding/json"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/catalogue"
)

func TestInstanceType(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]backend.InstanceType{
		"m7g.large": {
			Name: "m7g.large", VCPUs: 2, Cores: 2, ThreadsPerCore: 1, MemoryMiB: 8192,
			ValidCores: []int{1, 2}, ValidThreads: []int{1},
			Architectures: []string{"arm64"}, CurrentGeneration: true, Hypervisor: "nitro",
			Virtualizations: []string{"hvm"}, RootDeviceTypes: []string{"ebs"}, BootModes: []string{"uefi"},
			UsageClasses: []string{"on-demand", "spot"}, ENA: "required", NVMe: "required",
			EBSOptimized: "default", EBSEncryption: true, MaxVolumes: 27, MaxInterfaces: 3,
			IPv4PerInterface: 10, IPv6: true, NetworkPerformance: "Up to 12.5 Gigabit",
			Hibernation: true, TPM: true, Enclaves: true, Manufacturer: "AWS",
			NetworkGbps: 0.937, EncryptionInTransit: true, EBSMbps: 630, EBSIOPS: 3600,
		},
		"m1.small": {
			Name: "m1.small", VCPUs: 1, Cores: 1, ThreadsPerCore: 1, MemoryMiB: 1740,
			Architectures: []string{"i386", "x86_64"}, Hypervisor: "xen",
			Virtualizations: []string{"hvm", "paravirtual"}, RootDeviceTypes: []string{"ebs", "instance-store"},
			BootModes: []string{"legacy-bios"}, UsageClasses: []string{"on-demand", "spot"},
			ENA: "unsupported", NVMe: "unsupported", EBSOptimized: "unsupported", EBSEncryption: true,
			MaxVolumes: 39, MaxInterfaces: 2, IPv4PerInterface: 4, NetworkPerformance: "Low",
			InstanceStorageGB: 160, Manufacturer: "Intel", NetworkGbps: 0.3, StorageKinds: []string{"hdd"},
		},
		"g5.xlarge": {
			Name: "g5.xlarge", VCPUs: 4, Cores: 2, ThreadsPerCore: 2, MemoryMiB: 16384,
			Architectures: []string{"x86_64"}, CurrentGeneration: true, Hypervisor: "nitro",
			Virtualizations: []string{"hvm"}, RootDeviceTypes: []string{"ebs"}, BootModes: []string{"legacy-bios", "uefi"},
			UsageClasses: []string{"on-demand", "spot"}, ENA: "required", NVMe: "required",
			EBSOptimized: "default", EBSEncryption: true, MaxVolumes: 25, MaxInterfaces: 4,
			IPv4PerInterface: 15, IPv6: true, NetworkPerformance: "Up to 10 Gigabit",
			InstanceStorageGB: 250, TPM: true, Enclaves: true, Manufacturer: "AMD",
			NetworkGbps: 2.5, EncryptionInTransit: true, EBSMbps: 700, EBSIOPS: 3000, StorageKinds: []string{"ssd"},
			Accelerators: []backend.Accelerator{{Kind: "gpu", Maker: "nvidia", Name: "a10g", Count: 1, MemoryMiB: 22888}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := catalogue.InstanceType(name)
			require.True(t, ok)
			require.Empty(t, cmp.Diff(want, got))
		})
	}
}

func TestUnknownInstanceType(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "m7g", "m7g.large ", "M7G.LARGE", "m7g.enormous"} {
		_, ok := catalogue.InstanceType(name)
		require.False(t, ok, name)
		_, ok = catalogue.InstanceTypeDocument(name)
		require.False(t, ok, name)
	}
}

func TestAllInstanceTypesAgreeWithTheirNames(t *testing.T) {
	t.Parallel()
	names, all := catalogue.InstanceTypeNames(), catalogue.InstanceTypes()
	require.GreaterOrEqual(t, len(names), 1263)
	require.Len(t, all, len(names))
	require.True(t, slices.IsSorted(names))
	for i, typ := range all {
		require.Equal(t, names[i], typ.Name)
		one, ok := catalogue.InstanceType(typ.Name)
		require.True(t, ok)
		require.Empty(t, cmp.Diff(typ, one))
	}
}

// What a choice of hardware or a check goes by is told for every type, in the words of EC2.
func TestEveryInstanceTypeIsWhole(t *testing.T) {
	t.Parallel()
	words := map[string][]string{
		"architecture":   {"i386", "x86_64", "arm64", "x86_64_mac", "arm64_mac"},
		"virtualization": {"hvm", "paravirtual"},
		"root device":    {"ebs", "instance-store"},
		"boot mode":      {"legacy-bios", "uefi"},
		"usage class":    {"on-demand", "spot", "capacity-block"},
		"ena":            {"required", "supported", "unsupported"},
		"optimized":      {"default", "supported", "unsupported"},
	}
	for _, typ := range catalogue.InstanceTypes() {
		for what, have := range map[string][]string{
			"architecture": typ.Architectures, "virtualization": typ.Virtualizations,
			"root device": typ.RootDeviceTypes, "boot mode": typ.BootModes, "usage class": typ.UsageClasses,
			"ena": {typ.ENA, typ.NVMe}, "optimized": {typ.EBSOptimized},
		} {
			require.NotEmpty(t, have, "%s of %s", what, typ.Name)
			require.Subset(t, words[what], have, "%s of %s", what, typ.Name)
		}
		require.Positive(t, min(typ.VCPUs, typ.Cores, typ.ThreadsPerCore, typ.MemoryMiB), typ.Name)
		require.Positive(t, min(typ.MaxVolumes, typ.MaxInterfaces, typ.IPv4PerInterface), typ.Name)
		require.Equal(t, typ.VCPUs, typ.Cores*typ.ThreadsPerCore, typ.Name)
		require.Equal(t, typ.BareMetal, typ.Hypervisor == "", typ.Name)
		require.NotEmpty(t, typ.Manufacturer, typ.Name)
		require.NotEmpty(t, typ.NetworkPerformance, typ.Name)
	}
}

func TestInstanceTypeDocumentIsOneObject(t *testing.T) {
	t.Parallel()
	doc, ok := catalogue.InstanceTypeDocument("t3.micro")
	require.True(t, ok)
	var object map[string]any
	require.NoError(t, json.Unmarshal(doc, &object))
	require.Equal(t, "t3.micro", object["InstanceType"])
	require.Equal(t, true, object["BurstablePerformanceSupported"])
	require.Equal(t, len(doc), cap(doc), "appending to it must not reach the next document")
}

func TestInstanceTypesFromManyGoroutines(t *testing.T) {
	t.Parallel()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for _, name := range catalogue.InstanceTypeNames()[:200] {
				if typ, ok := catalogue.InstanceType(name); !ok || typ.Name != name {
					t.Errorf("%s: got %q, %t", name, typ.Name, ok)
				}
			}
		})
	}
	group.Wait()
}
