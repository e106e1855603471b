package backend

import (
	"time"

	"github.com/amiclass/amiclass/region"
)

// ImageState is the name of a state of an image
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Image.html).
type ImageState string

// The states of an image.
const (
	ImagePending      ImageState = "pending"
	ImageAvailable    ImageState = "available"
	ImageInvalid      ImageState = "invalid"
	ImageDeregistered ImageState = "deregistered"
	ImageTransient    ImageState = "transient"
	ImageFailed       ImageState = "failed"
	ImageError        ImageState = "error"
	ImageDisabled     ImageState = "disabled"
)

// Image is what EC2 tells of an Amazon Machine Image.
type Image struct {
	ID              string
	Name            string
	Description     string
	OwnerID         string
	OwnerAlias      string // "amazon", "aws-marketplace", "aws-backup-vault" or empty
	Public          bool
	State           ImageState
	StateReason     string // as "code: message"; why it failed
	Created         time.Time
	Deprecated      time.Time // when it becomes or became deprecated; zero for never
	Architecture    string
	Platform        string // "windows", else empty
	PlatformDetails string
	RootDevice      string
	RootDeviceType  string
	Devices         []DeviceMapping
	Virtualization  string
	Hypervisor      string
	BootMode        string // uefi, legacy-bios, uefi-preferred or empty
	TPM             string // "v2.0" or empty
	ENA             bool
	SRIOV           string
	// Protection is EC2's word for the protection from being deregistered: "disabled",
	// "enabled-without-cooldown", "enabled-with-cooldown" and the like.
	Protection   string
	LastLaunched time.Time // by EC2's account, which lags by a day; zero for not known
	IMDSSupport  string    // "v2.0": instances need IMDSv2 unless the launch says otherwise
	ProductCodes []string
	// SupportedTypes and UnsupportedTypes are patterns of the instance types that the image may be launched on, and may not,
	// by its owner's word; without any of the former, all that aren't among the latter
	// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceImageInstanceTypeSpecification.html).
	SupportedTypes, UnsupportedTypes []string
	// SourceImageID and SourceImageRegion are what the image was copied from, or what the instance
	// that it was made of came from.
	SourceImageID     string
	SourceImageRegion region.Region
	SourceInstanceID  string
	Watermarks        []Watermark
	// Allowed tells whether it meets the account's criteria for Allowed AMIs, or there are none in force; nil where nobody
	// tells (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-allowed-amis.html).
	Allowed *bool
	Tags    map[string]string
}

// ImageQuery selects images. Everything that it says must hold.
type ImageQuery struct {
	IDs     []string
	Owners  []string // account IDs, "self", "amazon", "aws-marketplace", "aws-backup-vault"
	Filters []Filter
	// Others' deprecated images and disabled images are left out unless asked for.
	IncludeDeprecated, IncludeDisabled bool
}

// CreateImageRequest makes an image of an instance
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html). There is no client
// token: the name is unique in account and region.
type CreateImageRequest struct {
	InstanceID   string
	Name         string
	Description  string
	NoReboot     bool
	Devices      []DeviceMapping
	ImageTags    map[string]string
	SnapshotTags map[string]string
}

// CopyImageRequest copies an image into the region of the backend that is asked
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopyImage.html).
type CopyImageRequest struct {
	SourceRegion  region.Region
	SourceImageID string
	Name          string
	Description   string
	ClientToken   string
	Encrypted     bool
	KMSKeyID      string // in the destination region; needs Encrypted
	CopyTags      bool
	ImageTags     map[string]string
	SnapshotTags  map[string]string
}

// DeregisterImageRequest takes an image away.
type DeregisterImageRequest struct {
	ImageID         string
	DeleteSnapshots bool // those that no other image uses
}

// SnapshotDeletion is what became of one snapshot of a deregistered image: "success", "skipped",
// "missing-permissions", "internal-error", "client-error".
type SnapshotDeletion struct {
	SnapshotID string
	Outcome    string
}
