package ami

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/aftermath"
)

// Position is where a pointer of a release was before.
type Position struct {
	Image   string `json:"image,omitempty"`   // empty if it didn't exist
	Version int    `json:"version,omitempty"` // of a launch template
}

// pointer is what says which image is the current one in a region.
type pointer interface {
	fmt.Stringer
	// at tells where it is; a fault if it can't be moved.
	at(ctx context.Context, be backend.Backend) (Position, error)
	// move tells beside an error whether the pointer may be moved all the same.
	move(ctx context.Context, be backend.Backend, from Position, image string) (perhaps bool, err error)
	back(ctx context.Context, be backend.Backend, to Position) error
}

// parameterPointer is a Systems Manager parameter whose value is an image's ID.
type parameterPointer struct{ name string }

// String reads "parameter /golden/web".
func (p parameterPointer) String() string { return "parameter " + p.name }

func (p parameterPointer) at(ctx context.Context, be backend.Backend) (Position, error) {
	if _, err := backend.Ability[backend.ParameterStore](be, "PutParameter", p.name); err != nil {
		return Position{}, err
	}
	parameters, err := backend.Ability[backend.Parameters](be, "GetParameter", p.name)
	if err != nil {
		return Position{}, err
	}
	value, err := parameters.Parameter(ctx, p.name)
	switch {
	case errors.Is(err, backend.ErrNotFound):
		return Position{}, nil
	case err != nil:
		return Position{}, err
	case !idShape.MatchString(value):
		return Position{}, fault("publication.parameter", fmt.Sprintf("%s in %s holds %q, which is no image", p.name, be.Region(), value), "use another parameter")
	}
	return Position{Image: value}, nil
}

func (p parameterPointer) move(ctx context.Context, be backend.Backend, _ Position, image string) (perhaps bool, err error) {
	store, err := backend.Ability[backend.ParameterStore](be, "PutParameter", p.name)
	if err != nil {
		return false, err
	}
	if err := store.PutImageParameter(ctx, p.name, image); err != nil {
		return aftermath.Uncertain(err), err
	}
	return true, p.taken(ctx, be, image)
}

// taken waits until the parameter has the value: Systems Manager looks for the image after it has answered, and drops the value
// if it doesn't find it
// (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-ec2-aliases.html).
func (p parameterPointer) taken(ctx context.Context, be backend.Backend, image string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, visibleWithin,
		&backend.Error{Op: "PutParameter", Resource: p.name, Kind: backend.ErrState, Message: fmt.Sprintf("it hasn't taken %s within %s: is that image there?", image, visibleWithin)})
	defer cancel()
	return backend.Poll(ctx, func(ctx context.Context) (backend.Progress, bool, error) {
		now, err := p.at(ctx, be)
		return backend.Progress{Resource: p.String(), State: now.Image, Want: image, Percent: -1}, now.Image == image, err
	})
}

func (p parameterPointer) back(ctx context.Context, be backend.Backend, to Position) error {
	if to.Image != "" {
		_, err := p.move(ctx, be, Position{}, to.Image)
		return err
	}
	store, err := backend.Ability[backend.ParameterStore](be, "DeleteParameter", p.name)
	if err != nil {
		return err
	}
	if err := store.DeleteParameter(ctx, p.name); !errors.Is(err, backend.ErrNotFound) {
		return err
	}
	return nil
}

// templatePointer is a launch template, of which the default version says the image.
type templatePointer struct{ name string }

// String reads "launch template web".
func (p templatePointer) String() string { return "launch template " + p.name }

func (p templatePointer) at(ctx context.Context, be backend.Backend) (Position, error) {
	templates, id, err := p.template(ctx, be)
	if err != nil {
		return Position{}, err
	}
	v, err := templateVersion(ctx, templates, id, backend.DefaultVersion)
	return Position{Image: v.Launch.ImageID, Version: v.Number}, err
}

func (p templatePointer) template(ctx context.Context, be backend.Backend) (backend.LaunchTemplates, string, error) {
	templates, l, err := existingTemplate(ctx, be, p.name)
	return templates, l.ID, err
}

// move makes a version like the default one but for the image, unless an earlier call has made it already, and makes it the
// default. The token keeps a repeated call from making another.
func (p templatePointer) move(ctx context.Context, be backend.Backend, from Position, image string) (perhaps bool, err error) {
	templates, id, err := p.template(ctx, be)
	if err != nil {
		return false, err
	}
	latest, err := templateVersion(ctx, templates, id, backend.LatestVersion)
	if err != nil {
		return false, err
	}
	number, description := latest.Number, "published "+image
	if latest.Launch.ImageID != image || latest.Description != description {
		sum := sha256.Sum256([]byte(strings.Join([]string{id, fmt.Sprint(from.Version), image}, "\x00")))
		req := backend.CreateLaunchTemplateVersionRequest{
			TemplateID: id, Source: fmt.Sprint(from.Version), Description: description,
			Launch: backend.RunRequest{ImageID: image}, ClientToken: "amiclass-" + hex.EncodeToString(sum[:20]),
		}
		if number, err = addVersion(ctx, templates, req); err != nil {
			return false, err
		}
	}
	err = templates.SetDefaultLaunchTemplateVersion(ctx, id, number)
	return aftermath.Uncertain(err), err
}

func (p templatePointer) back(ctx context.Context, be backend.Backend, to Position) error {
	templates, id, err := p.template(ctx, be)
	if err != nil {
		return err
	}
	return templates.SetDefaultLaunchTemplateVersion(ctx, id, to.Version)
}
