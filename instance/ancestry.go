package instance

import (
	"context"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

// imageRef is an image wherever it is; its ID is unique only there.
type imageRef struct {
	region region.Region
	id     string
}

// As many generations as EC2 itself tells at most
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-ancestry.html).
const maxAncestors = 50

// ancestry is an image followed by what it descends from: what it was copied from or what the instance
// it was made of came from. An ancestor that is gone or can't be seen is the last one, since only its
// children tell of it.
func ancestry(ctx context.Context, be backend.Backend, id string) ([]imageRef, error) {
	var line []imageRef
	seen := map[imageRef]bool{}
	at := imageRef{be.Region(), id}
	for at.id != "" && !seen[at] && len(line) < maxAncestors {
		seen[at] = true
		line = append(line, at)
		if at.region != be.Region() {
			sister, err := be.In(at.region)
			if err != nil {
				return nil, err
			}
			be = sister
		}
		image, ok, err := findImage(ctx, be, at.id)
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		at = imageRef{at.region, image.SourceImageID}
		if image.SourceImageRegion != "" {
			at.region = image.SourceImageRegion
		}
	}
	return line, nil
}

// related tells whether two images are of one class: the same, one descending from the other, or both
// descending from one that may be gone.
func related(ctx context.Context, be backend.Backend, id string, otherBackend backend.Backend, otherID string) (bool, error) {
	if be.Region() == otherBackend.Region() && id == otherID {
		return true, nil
	}
	line, err := ancestry(ctx, be, id)
	if err != nil {
		return false, err
	}
	others, err := ancestry(ctx, otherBackend, otherID)
	if err != nil {
		return false, err
	}
	known := map[imageRef]bool{}
	for _, a := range line {
		known[a] = true
	}
	for _, b := range others {
		if known[b] {
			return true, nil
		}
	}
	return false, nil
}
