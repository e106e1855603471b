package backend

import (
	"context"
	"iter"

	"github.com/amiclass/amiclass/region"
)

// Backend is where images and instances live: one account in one region of Amazon EC2, or of
// something that behaves like it. It is safe for concurrent use.
type Backend interface {
	// Region is where this backend's resources are.
	Region() region.Region
	// In gives the same account's backend in another region.
	In(region.Region) (Backend, error)

	Instances
	Images
	Storage
	Network
	Offers
	Tags
}

// Instances are the operations on instances.
type Instances interface {
	// RunInstances launches as many instances as the request says, or fails. With a token that was
	// used before for the same request it answers what that call answered and launches nothing.
	RunInstances(ctx context.Context, req RunRequest) ([]Instance, error)
	// Instances lists by ID and filters. An ID that doesn't exist is ErrNotFound.
	Instances(ctx context.Context, q Query) iter.Seq2[Instance, error]
	// InstanceStatuses lists the status checks of the instances asked for, whatever their state.
	InstanceStatuses(ctx context.Context, q Query) iter.Seq2[InstanceStatus, error]
	// InstanceAttribute reads one attribute that Instances doesn't tell. The value is EC2's text:
	// "true" or "false" for a switch, decoded bytes for user data, empty for one that isn't set.
	InstanceAttribute(ctx context.Context, id string, attr InstanceAttribute) (string, error)
	StartInstances(ctx context.Context, ids []string) ([]StateChange, error)
	StopInstances(ctx context.Context, ids []string, opts StopOptions) ([]StateChange, error)
	RebootInstances(ctx context.Context, ids []string) error
	// TerminateInstances is idempotent: a terminated instance is terminated again with success.
	TerminateInstances(ctx context.Context, ids []string) ([]StateChange, error)
}

// Images are the operations on machine images.
type Images interface {
	// Images lists by ID, owner and filters. An ID that doesn't exist is ErrNotFound.
	Images(ctx context.Context, q ImageQuery) iter.Seq2[Image, error]
	// CreateImage begins an image of an instance and gives its ID; the image is pending for a while.
	CreateImage(ctx context.Context, req CreateImageRequest) (id string, err error)
	// CopyImage begins a copy into this backend's region and gives the copy's ID.
	CopyImage(ctx context.Context, req CopyImageRequest) (id string, err error)
	// DeregisterImage takes an image away, with its snapshots if the request says so.
	DeregisterImage(ctx context.Context, req DeregisterImageRequest) ([]SnapshotDeletion, error)
}

// Storage are the operations on volumes and snapshots.
type Storage interface {
	Volumes(ctx context.Context, q Query) iter.Seq2[Volume, error]
	DeleteVolume(ctx context.Context, id string) error
	// Snapshots lists by ID, owner and filters. Without an owner it lists what the account owns.
	Snapshots(ctx context.Context, q SnapshotQuery) iter.Seq2[Snapshot, error]
	DeleteSnapshot(ctx context.Context, id string) error
}

// Network are the look-ups of where an instance is placed.
type Network interface {
	VPCs(ctx context.Context, q Query) iter.Seq2[VPC, error]
	Subnets(ctx context.Context, q Query) iter.Seq2[Subnet, error]
	SecurityGroups(ctx context.Context, q Query) iter.Seq2[SecurityGroup, error]
	Interfaces(ctx context.Context, q Query) iter.Seq2[Interface, error]
	// Zones lists the zones of the region that the account can use.
	Zones(ctx context.Context) ([]Zone, error)
}

// Offers tells which hardware is to be had.
type Offers interface {
	// InstanceTypes lists types; Query.IDs are their names. An unknown name is ErrNotFound.
	InstanceTypes(ctx context.Context, q Query) iter.Seq2[InstanceType, error]
	// Offerings lists which type is offered in which zone of the region; Query.IDs must be empty.
	Offerings(ctx context.Context, q Query) iter.Seq2[Offering, error]
}

// Tags are the operations on the tags of existing resources.
type Tags interface {
	// CreateTags sets tags on all the resources, or on none of them.
	CreateTags(ctx context.Context, ids []string, tags map[string]string) error
	// DeleteTags removes the tags with these keys, whatever their values.
	DeleteTags(ctx context.Context, ids []string, keys []string) error
}

// Parameters is the ability to read Systems Manager parameters, by which AWS publishes the IDs of
// Quick Start images
// (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html).
type Parameters interface {
	// Parameter gives the value of a parameter by its full name. An unknown name is ErrNotFound.
	Parameter(ctx context.Context, name string) (string, error)
}

// ParameterStore is the ability to keep parameters of one's own that name images
// (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-ec2-aliases.html).
type ParameterStore interface {
	// PutImageParameter makes a parameter that has an image's ID as its value, or gives an existing one that value. Systems
	// Manager looks for the image; that there is none shows later.
	PutImageParameter(ctx context.Context, name, imageID string) error
	// DeleteParameter takes a parameter away.
	DeleteParameter(ctx context.Context, name string) error
}

// Identity is the ability to say whose credentials a backend uses.
type Identity interface {
	Account(ctx context.Context) (id string, err error)
}

// Firewalls is the ability to make security groups and to change their rules, for specs that declare
// firewall rules.
type Firewalls interface {
	// CreateSecurityGroup makes a group, whose only rule lets everything out. A name that the VPC has
	// already is ErrAlreadyExists.
	CreateSecurityGroup(ctx context.Context, req CreateSecurityGroupRequest) (id string, err error)
	// DeleteSecurityGroup takes a group away that nothing uses; one in use is ErrState.
	DeleteSecurityGroup(ctx context.Context, id string) error
	// SecurityGroupRules lists rules by their own IDs and by filters such as "group-id".
	SecurityGroupRules(ctx context.Context, q Query) iter.Seq2[SecurityGroupRule, error]
	// AuthorizeSecurityGroup adds rules, all of the same direction, or none of them. A rule that the
	// group has already is ErrAlreadyExists.
	AuthorizeSecurityGroup(ctx context.Context, groupID string, rules []SecurityGroupRule) error
	// RevokeSecurityGroup takes rules away, all of the same direction, by the IDs that they bear.
	RevokeSecurityGroup(ctx context.Context, groupID string, rules []SecurityGroupRule) error
}

// KeyPairs is the ability to import public keys, for specs that say a public key.
type KeyPairs interface {
	// ImportKeyPair brings a public key. A name that is taken is ErrAlreadyExists.
	ImportKeyPair(ctx context.Context, req ImportKeyPairRequest) (id string, err error)
	// KeyPairs lists by ID and filters such as "key-name", with the public keys.
	KeyPairs(ctx context.Context, q Query) iter.Seq2[KeyPair, error]
	// DeleteKeyPair takes a key pair away by its ID. It leaves the keys inside instances untouched.
	DeleteKeyPair(ctx context.Context, id string) error
}

// Credits is the ability to tell how burstable instances use CPU credits.
type Credits interface {
	// InstanceCredits gives "standard" or "unlimited" by the IDs of burstable instances.
	InstanceCredits(ctx context.Context, ids []string) (map[string]string, error)
}

// Query selects resources. Everything that it says must hold; the zero value selects all.
type Query struct {
	IDs     []string
	Filters []Filter
}

// Filter is one of EC2's filters: a name, and values of which one must match. In a value "*" stands
// for any characters and "?" for one
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html).
type Filter struct {
	Name   string
	Values []string
}

// By is a Filter in one line: By("instance-state-name", "running", "pending").
func By(name string, values ...string) Filter { return Filter{Name: name, Values: values} }

// ByTag is the Filter for a tag's key and value.
func ByTag(key string, values ...string) Filter { return Filter{Name: "tag:" + key, Values: values} }
