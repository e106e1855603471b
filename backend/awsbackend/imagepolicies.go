package awsbackend

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

var (
	_ backend.AllowedImages = (*Backend)(nil)
	_ backend.ImageTypes    = (*Backend)(nil)
)

// LimitImageTypes says on which types an image may be launched
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceImageInstanceTypeSpecification.html).
func (b *Backend) LimitImageTypes(ctx context.Context, imageID string, supported, unsupported []string) error {
	in := &ec2.ReplaceImageInstanceTypeSpecificationInput{ImageId: said(imageID)}
	if len(supported)+len(unsupported) > 0 {
		in.InstanceTypeSpecification = &types.InstanceTypeSpecificationRequest{SupportedInstanceTypes: texts(supported), UnsupportedInstanceTypes: texts(unsupported)}
	}
	_, err := call(ctx, b, "ReplaceImageInstanceTypeSpecification", imageID, b.ec2.ReplaceImageInstanceTypeSpecification, in)
	return err
}

func typePatterns(items []types.InstanceTypeItem) []string {
	return each(items, func(i *types.InstanceTypeItem) string { return told(i.InstanceType) })
}

// AllowedImages are the account's settings for Allowed AMIs in the region
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetAllowedImagesSettings.html).
func (b *Backend) AllowedImages(ctx context.Context) (backend.AllowedImagesSettings, error) {
	out, err := call(ctx, b, "GetAllowedImagesSettings", "", b.ec2.GetAllowedImagesSettings, &ec2.GetAllowedImagesSettingsInput{})
	if err != nil {
		return backend.AllowedImagesSettings{}, err
	}
	return backend.AllowedImagesSettings{State: told(out.State), ManagedBy: string(out.ManagedBy), Criteria: each(out.ImageCriteria, imageCriterion)}, nil
}

func imageCriterion(c *types.ImageCriterion) backend.ImageCriterion {
	return backend.ImageCriterion{
		Providers: texts(c.ImageProviders), Names: texts(c.ImageNames), ProductCodes: texts(c.MarketplaceProductCodes),
		Watermarks: each(c.ImageWatermarks, func(w *types.ImageWatermarkFilterResponse) backend.WatermarkFilter {
			return backend.WatermarkFilter{
				Key: told(w.WatermarkKey), SourceRegion: region.Region(told(w.SourceImageRegion)),
				MaxAge: days(w.MaximumDaysSinceWatermarkCreated), MaxSourceAge: days(w.MaximumDaysSinceSourceImageCreated),
			}
		}),
		MaxAge:        days(told(c.CreationDateCondition).MaximumDaysSinceCreated),
		MaxDeprecated: days(told(c.DeprecationTimeCondition).MaximumDaysSinceDeprecated),
		Scanned:       c.ScanResultCondition != nil,
	}
}

func days(n *int32) *time.Duration {
	if n == nil {
		return nil
	}
	return new(time.Duration(*n) * 24 * time.Hour)
}
