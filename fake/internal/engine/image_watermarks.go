package engine

import (
	"regexp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/glob"
)

// maxWatermarks is how many an image can have
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-watermark.html).
const maxWatermarks = 5

// The letters of https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachImageWatermark.html.
var watermarkName = regexp.MustCompile(`^[a-zA-Z0-9()\[\] ./'@_-]{3,128}$`)

// watermark is a sign of where an image comes from, which all that is made of the image bears too.
type watermark struct {
	key           string // account:name
	image         string // to which it was attached at first
	region        string
	imageCreated  time.Time
	attachedSince time.Time
}

var watermarkOperations = []operation{
	writing("ImageId WatermarkName", (*tx).attachImageWatermark),
	writing("ImageId WatermarkKey", (*tx).detachImageWatermark),
}

// attachImageWatermark marks an image of the caller's that isn't public. To attach what is there is an error (code and texts
// (mem)).
func (t *tx) attachImageWatermark(in *ec2.AttachImageWatermarkInput) (*ec2.AttachImageWatermarkOutput, error) {
	im, err := t.lastingImage(deref(in.ImageId))
	if err != nil {
		return nil, err
	}
	name := deref(in.WatermarkName)
	key := t.Account + ":" + name
	switch {
	case name == "":
		return nil, missing("WatermarkName")
	case !watermarkName.MatchString(name):
		return nil, badValue("WatermarkName", name, "Expecting 3 to 128 letters, digits and ( ) [ ] . / - ' @ _ and spaces.")
	case im.public:
		return nil, fail("OperationNotPermitted", "A watermark can't be attached to the public image '%s'.", im.id)
	case slices.ContainsFunc(im.watermarks, func(w watermark) bool { return w.key == key }):
		return nil, badValue("WatermarkName", name, "The image '%s' has it already.", im.id)
	case len(im.watermarks) == maxWatermarks:
		return nil, fail("ImageWatermarkLimitExceeded", "An image can have %d watermarks at most.", maxWatermarks)
	}
	im.watermarks = append(slices.Clone(im.watermarks), watermark{
		key: key, image: im.id, region: string(t.Region), imageCreated: t.imageCreatedAt(im), attachedSince: t.now,
	})
	t.images.Put(&t.undo, im)
	return &ec2.AttachImageWatermarkOutput{WatermarkKey: ptr(key)}, nil
}

// detachImageWatermark takes a watermark off this one image.
func (t *tx) detachImageWatermark(in *ec2.DetachImageWatermarkInput) (*ec2.DetachImageWatermarkOutput, error) {
	im, err := t.lastingImage(deref(in.ImageId))
	if err != nil {
		return nil, err
	}
	key := deref(in.WatermarkKey)
	at := slices.IndexFunc(im.watermarks, func(w watermark) bool { return w.key == key })
	switch {
	case key == "":
		return nil, missing("WatermarkKey")
	case at < 0: // code and text (mem)
		return nil, fail("InvalidImageWatermark.NotFound", "The image '%s' has no watermark '%s'.", im.id, key)
	}
	im.watermarks = slices.Delete(slices.Clone(im.watermarks), at, at+1)
	t.images.Put(&t.undo, im)
	return &ec2.DetachImageWatermarkOutput{Return: ptr(true)}, nil
}

func (im *image) renderWatermarks() []ec2types.ImageWatermark {
	var out []ec2types.ImageWatermark
	for _, w := range im.watermarks {
		out = append(out, ec2types.ImageWatermark{
			SourceImageCreationTime: ptr(w.imageCreated), SourceImageId: ptr(w.image), SourceImageRegion: ptr(w.region),
			WatermarkCreationTime: ptr(w.attachedSince), WatermarkKey: ptr(w.key),
		})
	}
	return out
}

// meets tells whether one watermark is as a criterion for Allowed AMIs says
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ImageWatermarkFilterRequest.html).
func (w *watermark) meets(now time.Time, f *ec2types.ImageWatermarkFilterResponse) bool {
	within := func(since time.Time, days *int32) bool {
		return days == nil || now.Sub(since) <= time.Duration(*days)*day
	}
	matches := func(value string, of *string) bool { return of == nil || glob.Compile(*of).Match(value) }
	return within(w.imageCreated, f.MaximumDaysSinceSourceImageCreated) && within(w.attachedSince, f.MaximumDaysSinceWatermarkCreated) &&
		matches(w.region, f.SourceImageRegion) && matches(w.key, f.WatermarkKey)
}

func onWatermarks(value func(*watermark) string) filterOn[image] {
	return some(func(_ *view, im *image, add func(string)) {
		for i := range im.watermarks {
			add(value(&im.watermarks[i]))
		}
	})
}
