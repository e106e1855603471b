package backend

import (
	"context"
	"iter"
)

// ImageUsage is the ability to tell how other accounts use an image
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/your-ec2-ami-usage.html).
type ImageUsage interface {
	// CreateImageUsageReport begins a report on an image of one's own: on the instances and launch templates of all other
	// accounts. With a token that was used before it answers what it answered then.
	CreateImageUsageReport(ctx context.Context, imageID, token string) (id string, err error)
	// ImageUsageReport gives a report's state, "pending", "available" or "error", and why it is in error.
	ImageUsageReport(ctx context.Context, id string) (state, reason string, err error)
	// ImageUsageReportEntries lists what an available report says.
	ImageUsageReportEntries(ctx context.Context, id string) iter.Seq2[ImageUse, error]
	// DeleteImageUsageReport takes a report away; EC2 does by itself after 30 days.
	DeleteImageUsageReport(ctx context.Context, id string) error
}

// ImageUse is how many resources of a sort another account has that use an image.
type ImageUse struct {
	AccountID string
	Kind      ReferenceKind // InstanceReference or LaunchTemplateReference
	Count     int
}
