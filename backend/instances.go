package backend

import (
	"time"

	"github.com/amiclass/amiclass/region"
)

// InstanceState is the name of a state of an instance
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html).
type InstanceState string

// The states of an instance.
const (
	InstancePending      InstanceState = "pending"
	InstanceRunning      InstanceState = "running"
	InstanceShuttingDown InstanceState = "shutting-down"
	InstanceTerminated   InstanceState = "terminated"
	InstanceStopping     InstanceState = "stopping"
	InstanceStopped      InstanceState = "stopped"
)

// Instance is what EC2 tells of an instance.
type Instance struct {
	ID            string
	ReservationID string
	LaunchIndex   int
	OwnerID       string
	ClientToken   string
	ImageID       string
	Type          string
	Architecture  string
	Platform      string // "windows", else empty
	State         InstanceState
	// StateReason is why the instance is in its state, as "code: message"; empty while it runs.
	StateReason     string
	LaunchTime      time.Time
	Zone            region.Zone
	Tenancy         string
	PlacementGroup  string
	Partition       int
	HostID          string
	Affinity        string
	VPCID           string
	SubnetID        string
	PrivateIP       string
	PublicIP        string
	PrivateDNS      string
	PublicDNS       string
	Groups          []GroupRef
	Interfaces      []InstanceInterface
	KeyName         string
	InstanceProfile string // its ARN
	RootDevice      string
	RootDeviceType  string // "ebs" or "instance-store"
	Volumes         []InstanceVolume
	CPU             CPUOptions
	Spot            bool // launched as a Spot Instance
	Hibernation     bool // it was launched so that it can hibernate
	Enclave         bool
	EBSOptimized    bool
	Monitoring      bool // detailed monitoring is on
	Hypervisor      string
	Virtualization  string
	BootMode        string
	Metadata        MetadataOptions
	Tags            map[string]string
}

// GroupRef names a security group.
type GroupRef struct {
	ID   string
	Name string
}

// InstanceInterface is a network interface as its instance shows it.
type InstanceInterface struct {
	ID                  string
	DeviceIndex         int
	NetworkCard         int
	Type                string // "interface", "efa", …
	Description         string
	SubnetID            string
	PrivateIP           string
	SecondaryIPs        []string
	IPv6                []string
	PublicIP            string
	Groups              []GroupRef
	DeleteOnTermination bool
}

// InstanceVolume is a volume as its instance shows it.
type InstanceVolume struct {
	Device              string
	VolumeID            string
	DeleteOnTermination bool
	Status              string // attaching, attached, detaching, detached
}

// MetadataOptions configure the instance metadata service
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html).
// In a request an empty value leaves the choice to account, image and EC2, in that order.
type MetadataOptions struct {
	HTTPTokens   string // "required" (IMDSv2 only) or "optional"
	HTTPEndpoint string // "enabled" or "disabled"
	HTTPProtocolIPv6,
	InstanceMetadataTags string // "enabled" or "disabled"
	HopLimit int    // 1 to 64
	State    string // "pending" or "applied"; told, never asked for
}

// CPUOptions say how much of an instance type's processor an instance uses, and which of its features
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-optimize-cpu.html). Zero fields of a
// request aren't sent.
type CPUOptions struct {
	Cores, ThreadsPerCore int
	SEVSNP                string // "enabled" or "disabled"
	NestedVirtualization  string // "enabled" or "disabled"
}

// InstanceAttribute names what [Instances.InstanceAttribute] reads, as EC2 spells it.
type InstanceAttribute string

// The attributes of an instance that only a call of their own tells.
const (
	AttributeUserData              InstanceAttribute = "userData"
	AttributeDisableAPITermination InstanceAttribute = "disableApiTermination"
	AttributeDisableAPIStop        InstanceAttribute = "disableApiStop"
	AttributeShutdownBehavior      InstanceAttribute = "instanceInitiatedShutdownBehavior"
)

// InstanceStatus is the outcome of EC2's status checks of an instance
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-system-instance-status-check.html).
type InstanceStatus struct {
	InstanceID string
	Zone       region.Zone
	State      InstanceState
	// Each is ok, impaired, initializing, insufficient-data or not-applicable.
	Instance, System, EBS string
}

// StateChange is what starting, stopping or terminating did to one instance.
type StateChange struct {
	InstanceID        string
	Previous, Current InstanceState
}

// StopOptions say how to stop.
type StopOptions struct {
	Force          bool // don't wait for file systems to be flushed
	Hibernate      bool
	SkipOSShutdown bool
}

// RunRequest is one launch
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html). Zero values are
// not sent, so EC2's own defaults hold for them.
type RunRequest struct {
	ImageID              string
	Type                 string
	MinCount, MaxCount   int
	ClientToken          string // at most 64 ASCII characters
	CPU                  CPUOptions
	Credits              string // "standard" or "unlimited", for burstable types
	Hibernation          bool   // configured for it
	Enclave              bool
	Spot                 *SpotOptions // nil launches on demand
	Zone                 region.Zone
	Tenancy              string
	PlacementGroup       string
	Partition            int // of a partition placement group, from 1
	HostID               string
	Affinity             string // "default" or "host"
	SubnetID             string
	GroupIDs             []string
	PrivateIP            string
	SecondaryIPs         int // how many further private IPv4 addresses EC2 shall choose
	IPv6Count            int // how many IPv6 addresses EC2 shall choose
	IPv6                 []string
	PublicIP             *bool  // whether the primary interface gets a public IPv4; nil leaves it to the subnet
	PrimaryInterface     string // the ID of an existing interface that becomes the primary one
	Interfaces           []InterfaceRequest
	KeyName              string
	InstanceProfile      string // name or ARN
	UserData             []byte // raw, not base64
	Devices              []DeviceMapping
	EBSOptimized         *bool
	Monitoring           bool
	Metadata             MetadataOptions
	ShutdownBehavior     string // "stop" or "terminate"
	TerminationProtected bool
	StopProtected        bool
	InstanceTags         map[string]string
	VolumeTags           map[string]string
	InterfaceTags        map[string]string
}

// SpotOptions ask for a Spot Instance by a one-time request
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-instances.html).
type SpotOptions struct {
	MaxPrice     string // US dollars an hour, such as "0.05"; empty is the on-demand price
	Interruption string // "terminate", "stop" or "hibernate"; empty is terminate
}

// InterfaceRequest is a further network interface of a launch: one to be made, or, with an ID, one
// that exists.
type InterfaceRequest struct {
	DeviceIndex         int // from 1: 0 is the primary interface
	NetworkCard         int
	ID                  string
	Type                string // "interface", "efa" or "efa-only"; empty is interface
	Description         string
	SubnetID            string
	GroupIDs            []string
	PrivateIP           string
	SecondaryIPs        int
	IPv6Count           int
	IPv6                []string
	DeleteOnTermination *bool
}

// DeviceMapping puts storage under a device name: in an image, in a launch, in CreateImage.
type DeviceMapping struct {
	Device string
	// NoDevice drops the mapping of that device which the image brings.
	NoDevice    bool
	VirtualName string // "ephemeral0", …: an instance store volume
	EBS         *EBSMapping
}

// EBSMapping describes a volume to be made. Zero values are not said.
type EBSMapping struct {
	SnapshotID          string
	SizeGiB             int
	Type                string // gp3, gp2, io2, io1, st1, sc1, standard
	IOPS                int
	ThroughputMiBps     int // gp3 only
	Encrypted           *bool
	KMSKeyID            string
	DeleteOnTermination *bool
}
