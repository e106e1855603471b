package backend

import (
	"context"
	"time"

	"github.com/amiclass/amiclass/region"
)

// ImageWatermarks is the ability to mark images as coming from somewhere. What is made of a marked image has the mark too
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-watermark.html).
type ImageWatermarks interface {
	// AttachImageWatermark marks an image of one's own and gives the watermark's key, the account and the name. One that is
	// there already is ErrInvalid.
	AttachImageWatermark(ctx context.Context, imageID, name string) (key string, err error)
	// DetachImageWatermark takes a watermark off this one image.
	DetachImageWatermark(ctx context.Context, imageID, key string) error
}

// Watermark is a sign of where an image comes from.
type Watermark struct {
	Key          string // the account that attached it, a colon and a name
	Attached     time.Time
	SourceID     string // the image to which it was attached
	SourceRegion region.Region
	SourceMade   time.Time
}
