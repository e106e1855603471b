package engine

import (
	"strconv"
	"strings"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

type typeDocument = ec2types.InstanceTypeInfo

// typeFilters are all the documented ones. A document lacks what a type doesn't have: then there is no value.
var typeFilters = filterable[offeredType]{
	id: func(o *offeredType) string { return o.name },
	filters: map[string]filterOn[offeredType]{
		"instance-type": one(func(_ *view, o *offeredType) string { return o.name }),

		"auto-recovery-supported":           flag(func(i *typeDocument) *bool { return i.AutoRecoverySupported }),
		"bare-metal":                        flag(func(i *typeDocument) *bool { return i.BareMetal }),
		"burstable-performance-supported":   flag(func(i *typeDocument) *bool { return i.BurstablePerformanceSupported }),
		"current-generation":                flag(func(i *typeDocument) *bool { return i.CurrentGeneration }),
		"dedicated-hosts-supported":         flag(func(i *typeDocument) *bool { return i.DedicatedHostsSupported }),
		"free-tier-eligible":                flag(func(i *typeDocument) *bool { return i.FreeTierEligible }),
		"hibernation-supported":             flag(func(i *typeDocument) *bool { return i.HibernationSupported }),
		"hypervisor":                        word(func(i *typeDocument) ec2types.InstanceTypeHypervisor { return i.Hypervisor }),
		"memory-info.size-in-mib":           amount(func(i *typeDocument) *int64 { return deref(i.MemoryInfo).SizeInMiB }),
		"nitro-enclaves-support":            word(func(i *typeDocument) ec2types.NitroEnclavesSupport { return i.NitroEnclavesSupport }),
		"nitro-tpm-support":                 word(func(i *typeDocument) ec2types.NitroTpmSupport { return i.NitroTpmSupport }),
		"nitro-tpm-info.supported-versions": words(func(i *typeDocument) []string { return deref(i.NitroTpmInfo).SupportedVersions }),
		"reboot-migration-support":          word(func(i *typeDocument) ec2types.RebootMigrationSupport { return i.RebootMigrationSupport }),
		"supported-boot-mode":               words(func(i *typeDocument) []ec2types.BootModeType { return i.SupportedBootModes }),
		"supported-root-device-type":        words(func(i *typeDocument) []ec2types.RootDeviceType { return i.SupportedRootDeviceTypes }),
		"supported-usage-class":             words(func(i *typeDocument) []ec2types.UsageClassType { return i.SupportedUsageClasses }),
		"supported-virtualization-type":     words(func(i *typeDocument) []ec2types.VirtualizationType { return i.SupportedVirtualizationTypes }),

		"ebs-info.attachment-limit-type":                          word(func(i *typeDocument) ec2types.AttachmentLimitType { return deref(i.EbsInfo).AttachmentLimitType }),
		"ebs-info.ebs-optimized-support":                          word(func(i *typeDocument) ec2types.EbsOptimizedSupport { return deref(i.EbsInfo).EbsOptimizedSupport }),
		"ebs-info.encryption-support":                             word(func(i *typeDocument) ec2types.EbsEncryptionSupport { return deref(i.EbsInfo).EncryptionSupport }),
		"ebs-info.maximum-ebs-attachments":                        amount(func(i *typeDocument) *int32 { return deref(i.EbsInfo).MaximumEbsAttachments }),
		"ebs-info.nvme-support":                                   word(func(i *typeDocument) ec2types.EbsNvmeSupport { return deref(i.EbsInfo).NvmeSupport }),
		"ebs-info.ebs-optimized-info.baseline-bandwidth-in-mbps":  amount(func(i *typeDocument) *int32 { return optimized(i).BaselineBandwidthInMbps }),
		"ebs-info.ebs-optimized-info.baseline-iops":               amount(func(i *typeDocument) *int32 { return optimized(i).BaselineIops }),
		"ebs-info.ebs-optimized-info.baseline-throughput-in-mbps": fraction(func(i *typeDocument) *float64 { return optimized(i).BaselineThroughputInMBps }),
		"ebs-info.ebs-optimized-info.maximum-bandwidth-in-mbps":   amount(func(i *typeDocument) *int32 { return optimized(i).MaximumBandwidthInMbps }),
		"ebs-info.ebs-optimized-info.maximum-iops":                amount(func(i *typeDocument) *int32 { return optimized(i).MaximumIops }),
		"ebs-info.ebs-optimized-info.maximum-throughput-in-mbps":  fraction(func(i *typeDocument) *float64 { return optimized(i).MaximumThroughputInMBps }),

		"instance-storage-supported": flag(func(i *typeDocument) *bool { return i.InstanceStorageSupported }),
		"instance-storage-info.encryption-support": word(func(i *typeDocument) ec2types.InstanceStorageEncryptionSupport {
			return deref(i.InstanceStorageInfo).EncryptionSupport
		}),
		"instance-storage-info.nvme-support":     word(func(i *typeDocument) ec2types.EphemeralNvmeSupport { return deref(i.InstanceStorageInfo).NvmeSupport }),
		"instance-storage-info.total-size-in-gb": amount(func(i *typeDocument) *int64 { return deref(i.InstanceStorageInfo).TotalSizeInGB }),
		"instance-storage-info.disk.count":       disks(func(d ec2types.DiskInfo) string { return itoa(int(deref(d.Count))) }),
		"instance-storage-info.disk.size-in-gb":  disks(func(d ec2types.DiskInfo) string { return itoa(int(deref(d.SizeInGB))) }),
		"instance-storage-info.disk.type":        disks(func(d ec2types.DiskInfo) string { return string(d.Type) }),

		"network-info.bandwidth-weightings": words(func(i *typeDocument) []ec2types.BandwidthWeightingType {
			return deref(i.NetworkInfo).BandwidthWeightings
		}),
		"network-info.efa-info.maximum-efa-interfaces": amount(func(i *typeDocument) *int32 { return deref(deref(i.NetworkInfo).EfaInfo).MaximumEfaInterfaces }),
		"network-info.efa-supported":                   flag(func(i *typeDocument) *bool { return deref(i.NetworkInfo).EfaSupported }),
		"network-info.ena-support":                     word(func(i *typeDocument) ec2types.EnaSupport { return deref(i.NetworkInfo).EnaSupport }),
		"network-info.flexible-ena-queues-support": word(func(i *typeDocument) ec2types.FlexibleEnaQueuesSupport {
			return deref(i.NetworkInfo).FlexibleEnaQueuesSupport
		}),
		"network-info.encryption-in-transit-supported": flag(func(i *typeDocument) *bool { return deref(i.NetworkInfo).EncryptionInTransitSupported }),
		"network-info.ipv4-addresses-per-interface":    amount(func(i *typeDocument) *int32 { return deref(i.NetworkInfo).Ipv4AddressesPerInterface }),
		"network-info.ipv6-addresses-per-interface":    amount(func(i *typeDocument) *int32 { return deref(i.NetworkInfo).Ipv6AddressesPerInterface }),
		"network-info.ipv6-supported":                  flag(func(i *typeDocument) *bool { return deref(i.NetworkInfo).Ipv6Supported }),
		"network-info.maximum-network-cards":           amount(func(i *typeDocument) *int32 { return deref(i.NetworkInfo).MaximumNetworkCards }),
		"network-info.maximum-network-interfaces":      amount(func(i *typeDocument) *int32 { return deref(i.NetworkInfo).MaximumNetworkInterfaces }),
		"network-info.network-performance":             word(func(i *typeDocument) string { return deref(deref(i.NetworkInfo).NetworkPerformance) }),

		"processor-info.supported-architecture": words(func(i *typeDocument) []ec2types.ArchitectureType {
			return deref(i.ProcessorInfo).SupportedArchitectures
		}),
		"processor-info.supported-features": words(func(i *typeDocument) []ec2types.SupportedAdditionalProcessorFeature {
			return deref(i.ProcessorInfo).SupportedFeatures
		}),
		"processor-info.sustained-clock-speed-in-ghz": fraction(func(i *typeDocument) *float64 { return deref(i.ProcessorInfo).SustainedClockSpeedInGhz }),

		"vcpu-info.default-cores":            amount(func(i *typeDocument) *int32 { return deref(i.VCpuInfo).DefaultCores }),
		"vcpu-info.default-threads-per-core": amount(func(i *typeDocument) *int32 { return deref(i.VCpuInfo).DefaultThreadsPerCore }),
		"vcpu-info.default-vcpus":            amount(func(i *typeDocument) *int32 { return deref(i.VCpuInfo).DefaultVCpus }),
		"vcpu-info.valid-cores":              amounts(func(i *typeDocument) []int32 { return deref(i.VCpuInfo).ValidCores }),
		"vcpu-info.valid-threads-per-core":   amounts(func(i *typeDocument) []int32 { return deref(i.VCpuInfo).ValidThreadsPerCore }),
	},
}

func optimized(i *typeDocument) ec2types.EbsOptimizedInfo {
	return deref(deref(i.EbsInfo).EbsOptimizedInfo)
}

// onDocument is a filter on any number of values in a type's document.
func onDocument(values func(i *typeDocument, add func(string))) filterOn[offeredType] {
	return some(func(_ *view, o *offeredType, add func(string)) { values(o.info(), add) })
}

func flag(value func(i *typeDocument) *bool) filterOn[offeredType] {
	return onDocument(func(i *typeDocument, add func(string)) {
		if b := value(i); b != nil {
			add(boolText(*b))
		}
	})
}

func word[S ~string](value func(i *typeDocument) S) filterOn[offeredType] {
	return onDocument(func(i *typeDocument, add func(string)) {
		if s := value(i); s != "" {
			add(string(s))
		}
	})
}

func words[S ~string](values func(i *typeDocument) []S) filterOn[offeredType] {
	return onDocument(func(i *typeDocument, add func(string)) {
		for _, s := range values(i) {
			add(string(s))
		}
	})
}

func amount[N int32 | int64](value func(i *typeDocument) *N) filterOn[offeredType] {
	return onDocument(func(i *typeDocument, add func(string)) {
		if n := value(i); n != nil {
			add(strconv.FormatInt(int64(*n), 10))
		}
	})
}

// amounts can be asked for one by one, or, as the documentation does, all at once: "1,2".
func amounts(values func(i *typeDocument) []int32) filterOn[offeredType] {
	return onDocument(func(i *typeDocument, add func(string)) {
		var all []string
		for _, n := range values(i) {
			all = append(all, itoa(int(n)))
			add(itoa(int(n)))
		}
		if len(all) > 1 {
			add(strings.Join(all, ","))
		}
	})
}

// fraction can be asked for as replies write it, "1250.0", and without the useless zero.
func fraction(value func(i *typeDocument) *float64) filterOn[offeredType] {
	return onDocument(func(i *typeDocument, add func(string)) {
		if f := value(i); f != nil {
			s := strconv.FormatFloat(*f, 'f', -1, 64)
			add(s)
			if !strings.Contains(s, ".") {
				add(s + ".0")
			}
		}
	})
}

func disks(value func(d ec2types.DiskInfo) string) filterOn[offeredType] {
	return onDocument(func(i *typeDocument, add func(string)) {
		for _, d := range deref(i.InstanceStorageInfo).Disks {
			add(value(d))
		}
	})
}
