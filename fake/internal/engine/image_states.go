package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

var imageStateOperations = []operation{
	writing("ImageId", (*tx).disableImage),
	writing("ImageId", (*tx).enableImage),
	writing("ImageId DeprecateAt", (*tx).enableImageDeprecation),
	writing("ImageId", (*tx).disableImageDeprecation),
	writing("ImageId WithCooldown", (*tx).enableImageDeregistrationProtection),
	writing("ImageId", (*tx).disableImageDeregistrationProtection),
}

// lastingImage gives a copy, to be changed, of an image of the caller's that is made: available or disabled.
func (t *tx) lastingImage(id string) (*image, error) {
	im, err := t.ownImage(id)
	if err != nil {
		return nil, err
	}
	if im.state != ec2types.ImageStateAvailable && im.state != ec2types.ImageStateDisabled {
		return nil, unavailable(im)
	}
	next := *im
	return &next, nil
}

// disableImage makes an image private and no good for launches. Instances made from it go on, and its
// snapshots can't be deleted (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/disable-an-ami.html).
// To disable a disabled image changes nothing, nor to enable one that isn't disabled (both (mem)).
func (t *tx) disableImage(in *ec2.DisableImageInput) (*ec2.DisableImageOutput, error) {
	im, err := t.lastingImage(deref(in.ImageId))
	if err != nil {
		return nil, err
	}
	im.state = ec2types.ImageStateDisabled
	im.public, im.users, im.organizations = false, nil, nil
	t.images.Put(&t.undo, im)
	return &ec2.DisableImageOutput{Return: ptr(true)}, nil
}

// enableImage makes a disabled image available again. Its launch permissions don't come back.
func (t *tx) enableImage(in *ec2.EnableImageInput) (*ec2.EnableImageOutput, error) {
	im, err := t.lastingImage(deref(in.ImageId))
	if err != nil {
		return nil, err
	}
	im.state = ec2types.ImageStateAvailable
	t.images.Put(&t.undo, im)
	return &ec2.EnableImageOutput{Return: ptr(true)}, nil
}
