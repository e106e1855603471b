package awsbackend

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

var _ backend.ImageWatermarks = (*Backend)(nil)

// AttachImageWatermark marks an image
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachImageWatermark.html).
func (b *Backend) AttachImageWatermark(ctx context.Context, imageID, name string) (string, error) {
	out, err := call(ctx, b, "AttachImageWatermark", imageID, b.ec2.AttachImageWatermark, &ec2.AttachImageWatermarkInput{ImageId: said(imageID), WatermarkName: said(name)})
	if err != nil {
		return "", err
	}
	return told(out.WatermarkKey), nil
}

// DetachImageWatermark takes a watermark off an image
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DetachImageWatermark.html).
func (b *Backend) DetachImageWatermark(ctx context.Context, imageID, key string) error {
	_, err := call(ctx, b, "DetachImageWatermark", imageID, b.ec2.DetachImageWatermark, &ec2.DetachImageWatermarkInput{ImageId: said(imageID), WatermarkKey: said(key)})
	return err
}

func watermark(w *types.ImageWatermark) backend.Watermark {
	return backend.Watermark{
		Key: told(w.WatermarkKey), Attached: told(w.WatermarkCreationTime),
		SourceID: told(w.SourceImageId), SourceRegion: region.Region(told(w.SourceImageRegion)), SourceMade: told(w.SourceImageCreationTime),
	}
}
