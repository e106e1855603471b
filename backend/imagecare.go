package backend

import (
	"context"
	"iter"
	"time"

	"github.com/amiclass/amiclass/region"
)

// ImageSharing is the ability to say who may launch an image
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharing-amis.html).
type ImageSharing interface {
	// ImagePermissions lists who may launch an image of one's own, besides its owner.
	ImagePermissions(ctx context.Context, imageID string) ([]LaunchPermission, error)
	// ModifyImagePermissions gives and takes permissions, all of them or none. To give what is there,
	// or to take what isn't, is no error.
	ModifyImagePermissions(ctx context.Context, imageID string, add, remove []LaunchPermission) error
}

// LaunchPermission is who may launch an image. One of its fields is set.
type LaunchPermission struct {
	AccountID             string
	OrganizationARN       string
	OrganizationalUnitARN string
	Everyone              bool
}

// String reads "account 111122223333", "everyone", or the ARN.
func (p LaunchPermission) String() string {
	switch {
	case p.AccountID != "":
		return "account " + p.AccountID
	case p.OrganizationARN != "":
		return p.OrganizationARN
	case p.OrganizationalUnitARN != "":
		return p.OrganizationalUnitARN
	case p.Everyone:
		return "everyone"
	}
	return "nobody"
}

// ImageRetirement is the ability to take images out of use step by step, and to keep them from it.
type ImageRetirement interface {
	// DeprecateImage says from when on an image shall be hidden from others; the zero time takes that
	// back (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deprecate.html).
	DeprecateImage(ctx context.Context, imageID string, at time.Time) error
	// DisableImage keeps an image from being launched and takes all launch permissions away; EnableImage
	// undoes the first of these (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/disable-an-ami.html).
	DisableImage(ctx context.Context, imageID string) error
	EnableImage(ctx context.Context, imageID string) error
	// ProtectImage keeps an image from being deregistered, with a cooldown for 24 hours after the
	// protection has been taken away
	// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deregistration-protection.html).
	ProtectImage(ctx context.Context, imageID string, cooldown bool) error
	UnprotectImage(ctx context.Context, imageID string) error
}

// ImageAncestry is the ability to tell what an image descends from.
type ImageAncestry interface {
	// ImageAncestry lists the image itself, what it was made of, and so on to the first that EC2 tells
	// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetImageAncestry.html).
	ImageAncestry(ctx context.Context, imageID string) ([]ImageAncestor, error)
}

// ImageAncestor is one image in a line of descent.
type ImageAncestor struct {
	ID           string
	OwnerAlias   string
	Created      time.Time // zero where it isn't known any more
	SourceID     string    // what it was made of; empty for the first
	SourceRegion region.Region
}

// EncryptionKeys is the ability to look a KMS key up, for telling whether what it encrypts can be
// shared: that needs a customer managed key.
type EncryptionKeys interface {
	// EncryptionKey finds a key by its ID, its ARN, an alias or an alias' ARN. An unknown one is
	// ErrNotFound.
	EncryptionKey(ctx context.Context, name string) (EncryptionKey, error)
}

// KeyAccess is the ability to tell which accounts may use a key of one's own, by its policy and by grants
// (https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html#share-kms-key).
type KeyAccess interface {
	// KeyPolicy is the key's policy, in JSON.
	KeyPolicy(ctx context.Context, keyARN string) (string, error)
	// KeyGrants lists the key's grants.
	KeyGrants(ctx context.Context, keyARN string) iter.Seq2[KeyGrant, error]
}

// KeyGrant lets a principal use a key
// (https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantListEntry.html).
type KeyGrant struct {
	ID          string
	Grantee     string   // its ARN
	Operations  []string // such as "Decrypt"
	Constrained bool     // it holds for some encryption contexts only
}

// EncryptionKey is a KMS key
// (https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html).
type EncryptionKey struct {
	ARN             string
	CustomerManaged bool // not one that AWS manages for a service, whose policy can't be changed
	Enabled         bool
}
