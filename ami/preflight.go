package ami

import (
	"context"
	"errors"
	"fmt"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

// Preflight is what was found before a launch.
type Preflight struct {
	Image    backend.Image
	Launch   backend.RunRequest // that the launch would send, as far as that is known beforehand
	Warnings []string           // what doesn't keep the launch from succeeding, but should be known
}

// Preflight finds what would keep a launch of the class with this spec from succeeding, and makes and changes nothing: every
// fault of class and spec, whether the image is there and allowed ([backend.AllowedImages]), and all that
// [instance.Preflight] looks at. The error joins all faults, each with both sides and a remedy.
func (c Class) Preflight(ctx context.Context, be backend.Backend, spec instance.Spec) (Preflight, error) {
	spec = c.defaults.Merge(spec)
	if err := errors.Join(c.check(spec), checkBackend(be)); err != nil {
		return Preflight{}, err
	}
	r, err := c.resolve(ctx, be)
	if err != nil {
		return Preflight{}, errors.Join(err, hidden(ctx, be, err))
	}
	return preflight(ctx, be, r.Image, spec, r.Warnings)
}

// Preflight finds what would keep a launch of the image with this spec from succeeding, as [Class.Preflight] does. An image
// that is still pending is a fault, although [Image.Instantiate] would wait for it.
func (im Image) Preflight(ctx context.Context, spec instance.Spec) (Preflight, error) {
	if err := im.check(); err != nil {
		return Preflight{}, err
	}
	spec, err := im.spec(spec)
	if err != nil {
		return Preflight{}, err
	}
	data, err := im.look(ctx)
	if err != nil {
		return Preflight{}, errors.Join(err, hidden(ctx, im.seen.be, err))
	}
	return preflight(ctx, im.seen.be, cloneImage(data), spec, nil)
}

func preflight(ctx context.Context, be backend.Backend, im backend.Image, spec instance.Spec, warnings []string) (Preflight, error) {
	p := Preflight{Image: im, Warnings: warnings}
	state, err := allowedState(ctx, be)
	if err != nil {
		return p, err
	}
	var errs []error
	if im.Allowed != nil && !*im.Allowed {
		switch state {
		case "enabled":
			errs = append(errs, fault("image", im.ID+" isn't allowed by the account's criteria for Allowed AMIs", "use another image, or have the criteria changed"))
		case "audit-mode":
			p.Warnings = append(p.Warnings, im.ID+" isn't allowed by the account's criteria for Allowed AMIs, which are in audit mode: once they are enabled it can't be launched")
		}
	}
	launch, err := instance.Preflight(ctx, be, im, spec)
	if err := errors.Join(append(errs, err)...); err != nil {
		return p, fmt.Errorf("preflight of %s in %s: %w", im.ID, be.Region(), err)
	}
	p.Launch = launch
	return p, nil
}

// hidden tells, where an image wasn't found, that others' images may just be hidden.
func hidden(ctx context.Context, be backend.Backend, err error) error {
	if !errors.Is(err, backend.ErrNotFound) {
		return nil
	}
	if state, err := allowedState(ctx, be); err != nil || state != "enabled" {
		return err
	}
	return fault("image", "may be there: the account's criteria for Allowed AMIs are enabled in "+be.Region().String()+", and hide what they don't allow",
		"use an allowed image, or have the criteria changed")
}

// allowedState is empty where nobody tells.
func allowedState(ctx context.Context, be backend.Backend) (string, error) {
	allowed, ok := be.(backend.AllowedImages)
	if !ok {
		return "", nil
	}
	settings, err := allowed.AllowedImages(ctx)
	if backend.Untold(err) {
		return "", nil
	}
	return settings.State, err
}
