package backend

import "github.com/amiclass/amiclass/region"

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
}

// Offering says that a type is offered in a zone.
type Offering struct {
	Type string
	Zone region.Zone
}
