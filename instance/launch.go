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

type launching struct {
	wait []backend.WaitOption
	key  *string
}

// WithWait says how to wait, and what to tell meanwhile, where a launch has to wait first: for an
// image that is still pending, when it is launched through package ami.
func WithWait(opts ...backend.WaitOption) LaunchOption {
	return func(l *launching) { l.wait = append(l.wait, opts...) }
}

// WaitOptions gives what [WithWait] says among the options. It is for packages that build on this one
// and wait for something before they launch.
func WaitOptions(opts ...LaunchOption) []backend.WaitOption { return options(opts).wait }

func options(opts []LaunchOption) launching {
	var l launching
	for _, o := range opts {
		o(&l)
	}
	return l
}

// Launch makes an instance of an image, exactly one, and returns while it is still pending: [LaunchN]
// of one.
func Launch(ctx context.Context, be backend.Backend, image backend.Image, spec Spec, opts ...LaunchOption) (*Instance, error) {
	made, err := LaunchN(ctx, be, image, spec, 1, opts...)
	if err != nil {
		return nil, err
	}
	return made[0], nil
}

// LaunchN makes n instances of an image that differ in nothing, and returns while they are still
// pending. The image is one of be's region as EC2 tells it; LaunchN itself waits for nothing, so it has
// to be available.
//
// What the spec leaves open is completed at last by safe defaults: the metadata service requires
// IMDSv2, and the root volume and every other EBS volume that the launch makes are encrypted. All
// that can be checked without a call is checked first, and every fault is in the one error; then
// nothing was launched.
//
// Without a [Plan] EC2 launches all of them or none. A launch happens at most once, whatever is lost on the way: where
// it isn't certain that EC2 refused, the instances are looked for by the launch's client token. Found,
// they are returned, or, if ctx has ended, are among [backend.Leftovers] of the error. With a [Key] that
// also holds over several calls, and what the key has already counts.
//
// Where EC2 refused, the error is a [*LaunchError]. With a [Plan] that isn't all or nothing it stands for fewer instances than
// were asked for, which it has.
func LaunchN(ctx context.Context, be backend.Backend, image backend.Image, spec Spec, n int, opts ...LaunchOption) ([]*Instance, error) {
	if be == nil {
		return nil, errNoBackend
	}
	l := options(opts)
	choices, err := spec.named(image, be.Region())
	if err := errors.Join(err, l.check(spec, n)); err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("launch of %s: %w", image.ID, context.Cause(ctx))
	}
	ctx, journal := backend.Track(ctx)
	made, err := l.launch(ctx, be, image, spec, choices, n)
	if err != nil {
		return nil, journal.Wrap(err)
	}
	return made, nil
}

// check finds what is wrong with the number and the key of a launch.
func (l launching) check(spec Spec, n int) error {
	var f faults
	if n < 1 {
		f.add("n", fmt.Sprintf("is %d", n), "ask for at least one instance")
	}
	if n > 1 {
		spec.checkSingle(&f, n)
	}
	if l.key != nil {
		checkKey(&f, *l.key)
		if tags := len(spec.Tags()); tags+2 > maxTags {
			f.add("spec.tags", fmt.Sprintf("are %d, and a key takes two more", tags), fmt.Sprintf("EC2 allows %d", maxTags))
		}
	}
	return f.join()
}

// launch makes what isn't there yet.
func (l launching) launch(ctx context.Context, be backend.Backend, image backend.Image, spec Spec, choices []choice, n int) ([]*Instance, error) {
	attempts := &attempting{be: be, wait: l.wait, key: rand.Text(), wanted: n}
	attempts.plan, attempts.planned = spec.plan.get()
	if l.key != nil {
		attempts.key, attempts.asked = *l.key, fingerprint(choices[0].req)
		found, err := ofKey(ctx, be, *l.key)
		if err != nil {
			return nil, err
		}
		if err := checkUse(ctx, be, *l.key, found, n, image, spec, attempts.asked); err != nil {
			return nil, err
		}
		for _, f := range found {
			attempts.there = append(attempts.there, New(be, f))
		}
		if len(found) == n {
			return attempts.there, nil
		}
	}
	choices, err := spec.placed(ctx, be, image, choices)
	if err != nil {
		return nil, err
	}
	return attempts.all(ctx, spec, choices)
}

// run makes the call, and finds out what became of it where that isn't certain.
func run(ctx context.Context, be backend.Backend, req backend.RunRequest) ([]*Instance, error) {
	made, lost := be.RunInstances(ctx, req)
	note(ctx, be, made)
	err := lost
	if aftermath.Uncertain(lost) {
		made, err = lookFor(ctx, be, req.ClientToken, lost)
	}
	switch {
	case err != nil:
		return nil, err
	case len(made) < req.MinCount || len(made) > req.MaxCount:
		return nil, errors.Join(fmt.Errorf("asked for %d, got %d: %s", req.MaxCount, len(made), ids(made)), lost)
	}
	all := make([]*Instance, len(made))
	for i, m := range made {
		all[i] = launched(be, m)
	}
	return all, nil
}

// lookFor finds out what became of a launch whose reply was lost.
func lookFor(ctx context.Context, be backend.Backend, token string, lost error) ([]backend.Instance, error) {
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
	}
	return found, nil
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
