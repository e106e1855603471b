package ami

import (
	"context"
	"errors"
	"fmt"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

// Drift tells in what an instance isn't what instantiating the class with this spec would make now: its image, if the class
// resolves to another one in the instance's region, and all that the class's defaults and the spec say
// ([instance.Instance.Drift]).
func (c Class) Drift(ctx context.Context, i *instance.Instance, spec instance.Spec) (instance.Drift, error) {
	if i == nil {
		return nil, fault("instance", "is nil", "give one from Get, List or Instantiate")
	}
	spec = c.defaults.Merge(spec)
	if err := c.check(spec); err != nil {
		return nil, err
	}
	drift, err := i.Drift(ctx, spec)
	if err != nil {
		return nil, err
	}
	r, err := c.resolve(ctx, i.Backend())
	if err != nil {
		return nil, err
	}
	if r.Image.ID == i.ImageID() {
		return drift, nil
	}
	is := i.ImageID()
	had, err := describe(ctx, i.Backend(), is)
	switch {
	case err == nil:
		is = describeImage(had)
	case errors.Is(err, backend.ErrNotFound):
		is += ", which is gone"
	default:
		return nil, fmt.Errorf("the image of instance %s: %w", i.ID(), err)
	}
	return append(instance.Drift{{Path: "image", Said: describeImage(r.Image), Is: is}}, drift...), nil
}
