package ami

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/amiclass/amiclass/backend"
)

// Deprecate says from when on the image shall be out of date: then it is hidden from others, who may
// still launch it by its ID, and selectors take another one if they can. The time is rounded to the
// minute by EC2; it can't be past, nor more than ten years ahead, for public images two years from their
// creation (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deprecate.html).
func (im Image) Deprecate(ctx context.Context, at time.Time) error {
	if at.IsZero() {
		return fault("at", "is the zero time", "say when, or take the deprecation back with Undeprecate")
	}
	return im.retire(ctx, "EnableImageDeprecation", func(ctx context.Context, be backend.ImageRetirement) error {
		return be.DeprecateImage(ctx, im.seen.id, at)
	})
}

// Undeprecate takes the deprecation back. A public image can't be without one.
func (im Image) Undeprecate(ctx context.Context) error {
	return im.retire(ctx, "DisableImageDeprecation", func(ctx context.Context, be backend.ImageRetirement) error {
		return be.DeprecateImage(ctx, im.seen.id, time.Time{})
	})
}

// Disable keeps the image from being launched by anybody, and takes all launch permissions away, for
// good: [Image.Enable] doesn't bring them back. Instances that run are unaffected
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/disable-an-ami.html).
func (im Image) Disable(ctx context.Context) error {
	return im.retire(ctx, "DisableImage", func(ctx context.Context, be backend.ImageRetirement) error {
		return be.DisableImage(ctx, im.seen.id)
	})
}

// Enable lets a disabled image be launched again, by its owner.
func (im Image) Enable(ctx context.Context) error {
	return im.retire(ctx, "EnableImage", func(ctx context.Context, be backend.ImageRetirement) error {
		return be.EnableImage(ctx, im.seen.id)
	})
}

// ProtectOption says how to protect an image.
type ProtectOption func(*protection)

type protection struct{ cooldown bool }

// WithCooldown keeps the protection for 24 hours after it was taken away, so that nobody deregisters the
// image in haste.
func WithCooldown() ProtectOption { return func(p *protection) { p.cooldown = true } }

// Protect keeps the image from being deregistered, by whomever, until [Image.Unprotect]
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deregistration-protection.html).
func (im Image) Protect(ctx context.Context, opts ...ProtectOption) error {
	var p protection
	for _, o := range opts {
		o(&p)
	}
	return im.retire(ctx, "EnableImageDeregistrationProtection", func(ctx context.Context, be backend.ImageRetirement) error {
		return be.ProtectImage(ctx, im.seen.id, p.cooldown)
	})
}

// Unprotect takes the protection away; one with a cooldown ends 24 hours later.
func (im Image) Unprotect(ctx context.Context) error {
	return im.retire(ctx, "DisableImageDeregistrationProtection", func(ctx context.Context, be backend.ImageRetirement) error {
		return be.UnprotectImage(ctx, im.seen.id)
	})
}

// retire makes a change and looks at the image again, so that its handles tell the new state.
func (im Image) retire(ctx context.Context, op string, change func(context.Context, backend.ImageRetirement) error) error {
	if err := im.check(); err != nil {
		return err
	}
	be, err := backend.Ability[backend.ImageRetirement](im.seen.be, op, im.seen.id)
	if err != nil {
		return err
	}
	if err := change(ctx, be); err != nil {
		if errors.Is(err, backend.ErrNotFound) {
			im.gone()
		}
		return err
	}
	if _, err := im.look(ctx); err != nil {
		return fmt.Errorf("%s of %s is done, but looking at the image again failed: %w", op, im.seen.id, err)
	}
	return nil
}

// LimitTypes lets the image be launched on instance types that match one of the supported patterns, all if there is none, and
// none of the unsupported ones: []string{"m7g.*"}. With neither every type will do again. EC2 holds every launch to that,
// whosever it is ([instance.Compatible] and the choice of a type know it beforehand); Marketplace images can't have it
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceImageInstanceTypeSpecification.html).
func (im Image) LimitTypes(ctx context.Context, supported, unsupported []string) error {
	if err := im.check(); err != nil {
		return err
	}
	be, err := backend.Ability[backend.ImageTypes](im.seen.be, "ReplaceImageInstanceTypeSpecification", im.seen.id)
	if err == nil {
		err = be.LimitImageTypes(ctx, im.seen.id, supported, unsupported)
	}
	if err != nil {
		return fmt.Errorf("limit the types of %s in %s: %w", im.ID(), im.Region(), err)
	}
	_, err = im.look(ctx)
	return err
}
