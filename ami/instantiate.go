package ami

import (
	"context"
	"errors"
	"fmt"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

// Instantiate launches one instance of the image. What spec says goes before the defaults of the
// class, these before what the image says. Faults of the spec are found before any call and reported
// at once. The image is looked at again before the launch; if it is still pending it is waited for,
// as [instance.WithWait] says. An error carries what was made and exists ([backend.Leftovers]).
func (im Image) Instantiate(ctx context.Context, spec instance.Spec, opts ...instance.LaunchOption) (*instance.Instance, error) {
	return only(im.InstantiateN(ctx, spec, 1, opts...))
}

// InstantiateN launches n instances of the image, as [Image.Instantiate] does, all of them or none
// ([instance.LaunchN]). With an [instance.Key] a repeated call launches nothing twice.
func (im Image) InstantiateN(ctx context.Context, spec instance.Spec, n int, opts ...instance.LaunchOption) ([]*instance.Instance, error) {
	if err := im.check(); err != nil {
		return nil, err
	}
	spec, err := im.spec(spec)
	if err != nil {
		return nil, err
	}
	if err := im.WaitAvailable(ctx, instance.WaitOptions(opts...)...); err != nil {
		return nil, err
	}
	return instance.LaunchN(ctx, im.seen.be, im.Data(), spec, n, opts...)
}

// spec is what a launch of the image says, checked as far as that goes without a call.
func (im Image) spec(spec instance.Spec) (instance.Spec, error) {
	spec = im.defaults.Merge(spec)
	if err := errors.Join(checkNeeds(im.Architecture(), "image "+im.ID(), spec), spec.Validate()); err != nil {
		return spec, fmt.Errorf("image %s: %w", im.ID(), err)
	}
	return spec, nil
}

// Instantiate launches one instance of the class in be's region. What spec says goes before the
// class's defaults, these before what the image says. Every fault of class and spec is found before
// any call and reported at once. An error carries what was made and exists ([backend.Leftovers]).
func (c Class) Instantiate(ctx context.Context, be backend.Backend, spec instance.Spec, opts ...instance.LaunchOption) (*instance.Instance, error) {
	return only(c.InstantiateN(ctx, be, spec, 1, opts...))
}

// InstantiateN launches n instances of the class in be's region, as [Class.Instantiate] does, all of
// them or none ([instance.LaunchN]). With an [instance.Key] a repeated call launches nothing twice.
func (c Class) InstantiateN(ctx context.Context, be backend.Backend, spec instance.Spec, n int, opts ...instance.LaunchOption) ([]*instance.Instance, error) {
	spec = c.defaults.Merge(spec)
	if err := errors.Join(c.check(spec), checkBackend(be)); err != nil {
		return nil, err
	}
	r, err := c.resolve(ctx, be)
	if err != nil {
		return nil, err
	}
	return instance.LaunchN(ctx, be, r.Image, spec, n, opts...)
}

func only(made []*instance.Instance, err error) (*instance.Instance, error) {
	if err != nil {
		return nil, err
	}
	return made[0], nil
}
