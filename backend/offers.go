package backend

import (
	"strings"

	"github.com/amiclass/amiclass/region"
)

// InstanceType is what EC2 tells of an instance type, as far as choosing one and fitting an image to
// it needs (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceTypeInfo.html).
type InstanceType struct {
	Name               string
	VCPUs              int
	Cores              int
	ThreadsPerCore     int
	ValidCores         []int // to which the cores can be cut down; empty if to no other number
	ValidThreads       []int // per core
	MemoryMiB          int
	Architectures      []string // of i386, x86_64, arm64, x86_64_mac, arm64_mac
	CurrentGeneration  bool
	BareMetal          bool
	Burstable          bool
	Hypervisor         string   // "nitro", "xen" or empty for bare metal
	Virtualizations    []string // of hvm, paravirtual
	RootDeviceTypes    []string // of ebs, instance-store
	BootModes          []string // of legacy-bios, uefi
	UsageClasses       []string // of on-demand, spot, capacity-block
	ENA                string   // required, supported or unsupported
	NVMe               string   // of EBS: required, supported or unsupported
	EBSOptimized       string   // default, supported or unsupported
	EBSEncryption      bool
	MaxVolumes         int
	MaxInterfaces      int
	IPv4PerInterface   int
	IPv6               bool
	NetworkPerformance string
	InstanceStorageGB  int // 0 without instance store
	Hibernation        bool
	TPM                bool
	Enclaves           bool
	Manufacturer       string

	NetworkGbps         float64  // baseline, of all network cards together
	EFAInterfaces       int      // 0 without EFA
	EncryptionInTransit bool     // between instances
	EBSMbps             int      // baseline
	EBSIOPS             int      // baseline
	StorageKinds        []string // of the instance store: ssd, hdd
	Accelerators        []Accelerator
}

// Accelerator is one sort of them that a type has, in the words of EC2's instance requirements
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceRequirementsRequest.html).
type Accelerator struct {
	Kind      string // gpu, fpga, inference or media
	Maker     string // such as nvidia or amazon-web-services
	Name      string // such as a10g or inferentia2
	Count     int
	MemoryMiB int // of each
}

// NewAccelerator puts what DescribeInstanceTypes tells of an accelerator into the words of requirements. A part of one, as
// some types have, counts as one.
func NewAccelerator(kind, maker, name string, count, memoryMiB int) Accelerator {
	// "Virtex UltraScale+ (VU47P)" has its short name in parentheses.
	if _, short, ok := strings.Cut(name, "("); ok {
		name = strings.TrimSuffix(short, ")")
	}
	return Accelerator{Kind: kind, Maker: MakerWord(maker), Name: strings.ReplaceAll(strings.ToLower(name), " ", "-"), Count: max(1, count), MemoryMiB: memoryMiB}
}

// MakerWord is the word of requirements for a maker of processors or accelerators, whom DescribeInstanceTypes calls
// "Intel" or "AWS".
func MakerWord(maker string) string {
	if maker == "AWS" {
		return "amazon-web-services"
	}
	return strings.ToLower(maker)
}

// Offering says that a type is offered in a zone.
type Offering struct {
	Type string
	Zone region.Zone
}
