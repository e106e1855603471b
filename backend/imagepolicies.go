package backend

import (
	"context"
	"time"

	"github.com/amiclass/amiclass/region"
)

// ImageTypes is the ability to say on which instance types an image may be launched.
type ImageTypes interface {
	// LimitImageTypes lets an image of one's own be launched on the types that match one of the supported patterns, all if
	// there is none, and none of the unsupported ones; with neither every type will do again. In a pattern "*" stands for any
	// characters
	// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceImageInstanceTypeSpecification.html).
	LimitImageTypes(ctx context.Context, imageID string, supported, unsupported []string) error
}

// AllowedImages is the ability to tell by which criteria an account allows others' images
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-allowed-amis.html).
type AllowedImages interface {
	AllowedImages(ctx context.Context) (AllowedImagesSettings, error)
}

// AllowedImagesSettings are an account's settings for Allowed AMIs in a region. An image is allowed if it is the account's own,
// or meets one of the criteria.
type AllowedImagesSettings struct {
	State     string // "enabled", "audit-mode": images are only marked, or "disabled"
	ManagedBy string // "account" or "declarative-policy"
	Criteria  []ImageCriterion
}

// ImageCriterion is one of the criteria. All that it says must hold; of several values one must.
type ImageCriterion struct {
	Providers     []string // account IDs, "amazon", "aws-marketplace", "aws-backup-vault", or only "none"
	Names         []string // with * and ?
	ProductCodes  []string
	Watermarks    []WatermarkFilter
	MaxAge        *time.Duration // since the image was made
	MaxDeprecated *time.Duration // since it became deprecated; 0 allows no deprecated image
	Scanned       bool           // it says something of the findings of security scans
}

// WatermarkFilter is what a watermark must be like. All that it says must hold.
type WatermarkFilter struct {
	Key          string // with * and ?
	SourceRegion region.Region
	MaxAge       *time.Duration // since it was attached
	MaxSourceAge *time.Duration // since the image was made to which it was attached
}

// DryRuns is the ability to ask whether a launch would be permitted, without launching anything
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html).
type DryRuns interface {
	// DryRunInstances is nil if the launch would be permitted.
	DryRunInstances(ctx context.Context, req RunRequest) error
}
