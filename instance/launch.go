package instance

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/aftermath"
)

// LaunchOption changes how a launch goes about its work; what it launches is the spec's business.
type LaunchOption func(*launching)

type launching struct{ wait []backend.WaitOption }

// WithWait says how to wait, and what to tell meanwhile, where a launch has to wait first: for an
// image that is still pending, when it is launched through package ami.
func WithWait(opts ...backend.WaitOption) LaunchOption {
	return func(l *launching) { l.wait = append(l.wait, opts...) }
}

// WaitOptions gives what [WithWait] says among the options. It is for packages that build on this one
// and wait for something before they launch.
func WaitOptions(opts ...LaunchOption) []backend.WaitOption {
	var l launching
	for _, o := range opts {
		o(&l)
	}
	return l.wait
}

// Launch makes an instance of an image, exactly one, and returns while it is still pending. The image
// is one of be's region as EC2 tells it; Launch itself waits for nothing, so it has to be available.
//
// What the spec leaves open is completed at last by safe defaults: the metadata service requires
// IMDSv2, and the root volume and every other EBS volume that the launch makes are encrypted. All
// that can be checked without a call is checked first, and every fault is in the one error; then
// nothing was launched.
//
// A launch happens at most once, whatever is lost on the way: where it isn't certain that EC2 refused,
// the instance is looked for by the launch's client token. Found, it is returned, or, if ctx has ended,
// is among [backend.Leftovers] of the error.
func Launch(ctx context.Context, be backend.Backend, image backend.Image, spec Spec, opts ...LaunchOption) (*Instance, error) {
	if be == nil {
		return nil, errNoBackend
	}
	req, err := spec.request(image, be.Region())
	if err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("launch of %s: %w", image.ID, context.Cause(ctx))
	}
	ctx, journal := backend.Track(ctx)
	made, err := launch(ctx, be, req)
	if err != nil {
		return nil, journal.Wrap(err)
	}
	return made, nil
}

func launch(ctx context.Context, be backend.Backend, req backend.RunRequest) (*Instance, error) {
	req.ClientToken = "amiclass-" + rand.Text()
	made, err := be.RunInstances(ctx, req)
	note(ctx, be, made)
	switch {
	case err == nil && len(made) == 1:
		return launched(be, made[0]), nil
	case err == nil:
		return nil, fmt.Errorf("launch of %s: asked for one instance, got %d", req.ImageID, len(made))
	case aftermath.Uncertain(err):
		return lookFor(ctx, be, req.ClientToken, err)
	}
	return nil, err
}

// lookFor finds out what became of a launch whose reply was lost.
func lookFor(ctx context.Context, be backend.Backend, token string, lost error) (*Instance, error) {
	var found []backend.Instance
	err := aftermath.Look(ctx, func(ctx context.Context) (bool, error) {
		found = found[:0]
		for inst, err := range be.Instances(ctx, backend.Query{Filters: []backend.Filter{backend.By("client-token", token)}}) {
			if err != nil {
				return false, err
			}
			found = append(found, inst)
		}
		return len(found) > 0, nil
	})
	note(ctx, be, found)
	switch {
	case err != nil:
		return nil, errors.Join(lost, fmt.Errorf("an instance with the client token %s may exist: looking for it failed: %w", token, err))
	case len(found) == 0:
		return nil, fmt.Errorf("%w (afterwards no instance had the client token %s)", lost, token)
	case ctx.Err() != nil:
		return nil, fmt.Errorf("launched %s, but %w: %w", ids(found), context.Cause(ctx), lost)
	case len(found) > 1:
		return nil, fmt.Errorf("launched %s where one was asked for: %w", ids(found), lost)
	}
	return launched(be, found[0]), nil
}

func note(ctx context.Context, be backend.Backend, made []backend.Instance) {
	for _, m := range made {
		backend.Made(ctx, be, backend.KindInstance, m.ID)
	}
}

func ids(all []backend.Instance) string {
	names := make([]string, len(all))
	for i, inst := range all {
		names[i] = inst.ID
	}
	return strings.Join(names, ", ")
}
