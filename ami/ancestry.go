package ami

import (
	"context"
	"fmt"

	"github.com/amiclass/amiclass/backend"
)

// Ancestor is one image in a line of descent. It may be gone, or of another account.
type Ancestor = backend.ImageAncestor

// Ancestry lists the image itself, then what it was copied from or the image of the instance that it was
// made of, and so on, as far as EC2 knows: for images made in recent years, up to 50 generations
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-ancestry.html).
func (im Image) Ancestry(ctx context.Context) ([]Ancestor, error) {
	if err := im.check(); err != nil {
		return nil, err
	}
	be, err := backend.Ability[backend.ImageAncestry](im.seen.be, "GetImageAncestry", im.seen.id)
	if err != nil {
		return nil, err
	}
	line, err := be.ImageAncestry(ctx, im.seen.id)
	if err != nil {
		return nil, fmt.Errorf("ancestry of %s in %s: %w", im.ID(), im.Region(), err)
	}
	return line, nil
}
