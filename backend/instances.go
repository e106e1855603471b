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
	SubnetID            string
	PrivateIP           string
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
	Zone                 region.Zone
	Tenancy              string
	SubnetID             string
	GroupIDs             []string
	PrivateIP            string
	PublicIP             *bool // whether the primary interface gets a public IPv4; nil leaves it to the subnet
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
