package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// formerImageSchema is that of deregistered images, of which EC2 still tells what they were: as ancestors
// of others, and as images of instances.
var formerImageSchema = store.Schema[image]{
	Name:  "former images",
	ID:    imageSchema.ID,
	Scope: imageSchema.Scope,
}

func (t *tx) keepFormer(im *image) {
	former := *im
	former.state = ec2types.ImageStateDeregistered
	former.public, former.users, former.organizations = false, nil, nil
	t.formerImages.Put(&t.undo, &former)
}

// imageOrFormer gives an image whoever may see it, and though it may be deregistered.
func (v *view) imageOrFormer(id string) (*image, bool) {
	if im, ok := v.images.Get(id); ok {
		return im, true
	}
	return v.formerImages.Get(id)
}

// maxAncestry is how many entries an ancestry has at most
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-ancestry.html).
const maxAncestry = 50

// getImageAncestry follows an image to its parents, those that are deregistered, elsewhere or not for the
// caller to see as well, until one is Amazon's or the Marketplace's or has no parent that is known.
func (v *view) getImageAncestry(in *ec2.GetImageAncestryInput) (*ec2.GetImageAncestryOutput, error) {
	id := deref(in.ImageId)
	if id == "" {
		return nil, missing("ImageId")
	}
	im, err := v.imageByID(id)
	if err != nil {
		return nil, err
	}
	out := new(ec2.GetImageAncestryOutput)
	for ok := true; ok && len(out.ImageAncestryEntries) < maxAncestry; im, ok = v.imageOrFormer(im.sourceImage) {
		entry := ec2types.ImageAncestryEntry{
			CreationDate:    ptr(v.imageCreatedAt(im).UTC()),
			ImageId:         ptr(im.id),
			ImageOwnerAlias: text(im.ownerAlias),
		}
		root := im.ownerAlias == amazonAlias || im.ownerAlias == marketplaceAlias
		if !root {
			entry.SourceImageId, entry.SourceImageRegion = text(im.sourceImage), text(im.sourceRegion)
		}
		out.ImageAncestryEntries = append(out.ImageAncestryEntries, entry)
		if root {
			break
		}
	}
	return out, nil
}
