package backend

import (
	"time"

	"github.com/amiclass/amiclass/region"
)

// Volume is what EC2 tells of an EBS volume.
type Volume struct {
	ID              string
	State           string // creating, available, in-use, deleting, deleted, error
	Zone            region.Zone
	SizeGiB         int
	Type            string
	IOPS            int
	ThroughputMiBps int
	Encrypted       bool
	KMSKeyID        string
	SnapshotID      string
	Created         time.Time
	Attachments     []VolumeAttachment
	Tags            map[string]string
}

// VolumeAttachment says where a volume is attached.
type VolumeAttachment struct {
	InstanceID          string
	Device              string
	State               string // attaching, attached, detaching, detached, busy
	DeleteOnTermination bool
}

// Snapshot is what EC2 tells of an EBS snapshot.
type Snapshot struct {
	ID          string
	State       string // pending, completed, error, recoverable, recovering
	Percent     int    // how much is done, 0 to 100
	OwnerID     string
	OwnerAlias  string
	VolumeID    string
	SizeGiB     int
	Encrypted   bool
	KMSKeyID    string
	Description string
	Started     time.Time
	Tags        map[string]string
}

// SnapshotQuery selects snapshots. Everything that it says must hold.
type SnapshotQuery struct {
	IDs     []string
	Owners  []string // account IDs, "self" or "amazon"; "self" where IDs and Owners are empty
	Filters []Filter
}
