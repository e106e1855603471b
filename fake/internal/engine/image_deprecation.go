package engine

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

// How far ahead a deprecation may be: for a private image from now, for a public one from its creation
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableImageDeprecation.html).
const (
	privateDeprecationYears = 10
	publicDeprecationYears  = 2
)

// enableImageDeprecation sets when an image becomes deprecated. Codes and texts of the refusals are (mem).
func (t *tx) enableImageDeprecation(in *ec2.EnableImageDeprecationInput) (*ec2.EnableImageDeprecationOutput, error) {
	im, err := t.lastingImage(deref(in.ImageId))
	if err != nil {
		return nil, err
	}
	if in.DeprecateAt == nil {
		return nil, missing("DeprecateAt")
	}
	at := in.DeprecateAt.UTC().Round(time.Minute)
	latest, of := t.now.AddDate(privateDeprecationYears, 0, 0), "10 years from now"
	if im.public {
		latest, of = t.latestPublicDeprecation(im), "2 years from the creation of a public AMI"
	}
	shown := at.Format(time.RFC3339)
	switch {
	case in.DeprecateAt.Before(t.now):
		return nil, badValue("DeprecateAt", shown, "The date can't be in the past.")
	case at.After(latest):
		return nil, badValue("DeprecateAt", shown, "The date can't be later than %s, %s.", of, latest.UTC().Format(time.RFC3339))
	}
	im.deprecateAt(at)
	t.images.Put(&t.undo, im)
	return &ec2.EnableImageDeprecationOutput{Return: ptr(true)}, nil
}

// disableImageDeprecation takes the date away, but not from a public image: that has to be private first
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deprecate.html; the code and the text are (mem)).
func (t *tx) disableImageDeprecation(in *ec2.DisableImageDeprecationInput) (*ec2.DisableImageDeprecationOutput, error) {
	im, err := t.lastingImage(deref(in.ImageId))
	if err != nil {
		return nil, err
	}
	if im.public {
		return nil, fail("OperationNotPermitted", "The deprecation of the public AMI '%s' can't be cancelled. Make the AMI private first.", im.id)
	}
	im.deprecateAt(time.Time{})
	t.images.Put(&t.undo, im)
	return &ec2.DisableImageDeprecationOutput{Return: ptr(true)}, nil
}

func (im *image) deprecateAt(at time.Time) { im.deprecated, im.deprecateAfter = at, 0 }

func (v *view) latestPublicDeprecation(im *image) time.Time {
	return v.imageCreatedAt(im).AddDate(publicDeprecationYears, 0, 0).Round(time.Minute)
}

// deprecatePublic sees to it that an image that becomes public is deprecated two years after its creation
// at the latest (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deprecate.html).
func (v *view) deprecatePublic(im *image) {
	latest := v.latestPublicDeprecation(im)
	if at := v.imageDeprecates(im); at.IsZero() || at.After(latest) {
		im.deprecateAt(latest)
	}
}
