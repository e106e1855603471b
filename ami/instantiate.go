package ami

import (
	"context"
	"errors"
	"fmt"

	"github.com/amiclass/amiclass/instance"
)

// Instantiate launches one instance of the image. What spec says goes before the defaults of the
// class, these before what the image says. Faults of the spec are found before any call and reported
// at once. The image is looked at again before the launch; if it is still pending it is waited for,
// as [instance.WithWait] says. An error carries what was made and exists ([backend.Leftovers]).
func (im Image) Instantiate(ctx context.Context, spec instance.Spec, opts ...instance.LaunchOption) (*instance.Instance, error) {
	if err := im.check(); err != nil {
		return nil, err
	}
	spec = im.defaults.Merge(spec)
	if err := errors.Join(checkNeeds(im.Architecture(), "image "+im.ID(), spec), spec.Validate()); err != nil {
		return nil, fmt.Errorf("image %s: %w", im.ID(), err)
	}
	if err := im.WaitAvailable(ctx, instance.WaitOptions(opts...)...); err != nil {
		return nil, err
	}
	return instance.Launch(ctx, im.seen.be, im.Data(), spec, opts...)
}
