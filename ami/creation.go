package ami

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/aftermath"
)

// fromTag marks an image and its snapshots as made by a workflow of this package, from the instance
// or image with the ID that is its value.
const fromTag = "amiclass:from"

// creation is one image to be made under a name by CreateImage or CopyImage. Neither can be repeated
// blindly, so the name, which is unique in account and region, and the workflow's tag are its key.
type creation struct {
	be    backend.Backend // where the image is made
	op    string
	name  string
	from  string // the instance or image that it is made of
	tries int    // how often call may be made in all
	call  func(context.Context) (id string, err error)
}

// run gives the image of that name if this workflow made it before, or makes it. What is made is
// noted in the journals of ctx, and its error carries it.
func (c creation) run(ctx context.Context) (_ Image, err error) {
	ctx, journal := backend.Track(ctx)
	defer func() { err = journal.Wrap(err) }()
	existing, found, err := c.existing(ctx)
	if err != nil {
		return Image{}, err
	}
	if found {
		return c.adopt(existing)
	}
	id, err := c.make(ctx)
	if err != nil {
		return Image{}, err
	}
	data, err := appear(ctx, c.be, id)
	if err != nil {
		return Image{}, err
	}
	made := newImage(c.be, data)
	made.seen.unfinished = data.State != backend.ImageAvailable
	return made, nil
}

// existing looks for the account's own image of that name. The name needs no escaping: what EC2
// allows in one has no meaning in a filter.
func (c creation) existing(ctx context.Context) (backend.Image, bool, error) {
	images, err := collect(ctx, c.be, backend.ImageQuery{
		Owners:          []string{self},
		Filters:         []backend.Filter{backend.By("name", c.name)},
		IncludeDisabled: true,
	})
	for _, im := range images {
		if im.Name == c.name && im.State != backend.ImageDeregistered {
			return im, true, nil
		}
	}
	return backend.Image{}, false, err
}

func (c creation) adopt(data backend.Image) (Image, error) {
	if data.Tags[fromTag] != c.from {
		return Image{}, c.taken(data)
	}
	im := newImage(c.be, data)
	switch data.State {
	case backend.ImagePending, backend.ImageTransient, backend.ImageAvailable:
		return im, nil
	}
	return Image{}, im.left(unusable(c.op, data))
}

func (c creation) taken(data backend.Image) error {
	origin := "wasn't made by this workflow"
	if from := data.Tags[fromTag]; from != "" {
		origin = "was made from " + from
	}
	return &backend.Error{Op: c.op, Resource: c.name, Kind: backend.ErrAlreadyExists,
		Message: fmt.Sprintf("the name belongs to %s in %s, which %s and not from %s: choose another name, or deregister that image",
			data.ID, c.be.Region(), origin, c.from)}
}

// make makes the call, and finds out what it did where its error leaves that open.
func (c creation) make(ctx context.Context) (string, error) {
	for try := 1; ; try++ {
		id, err := c.call(ctx)
		if err == nil {
			backend.Made(ctx, c.be, backend.KindImage, id)
			return id, nil
		}
		duplicate := errors.Is(err, backend.ErrAlreadyExists)
		if !duplicate && !aftermath.Uncertain(err) {
			return "", err
		}
		var made backend.Image
		var found bool
		lookErr := aftermath.Look(ctx, func(ctx context.Context) (_ bool, err error) {
			made, found, err = c.existing(ctx)
			return found, err
		})
		switch {
		case lookErr != nil:
			return "", errors.Join(err, fmt.Errorf("whether %s exists in %s now is unknown: %w", c.name, c.be.Region(), lookErr))
		case found && made.Tags[fromTag] != c.from:
			return "", errors.Join(c.taken(made), err)
		case found:
			backend.Made(ctx, c.be, backend.KindImage, made.ID)
			if ctx.Err() != nil {
				return "", err
			}
			return made.ID, nil
		case duplicate, ctx.Err() != nil, try >= c.tries:
			return "", err
		}
	}
}

// A new ID may be unknown to EC2 for a moment
// (https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html). A minute is what tools
// commonly allow for it; AWS names no figure.
const visibleWithin = time.Minute

// appear waits until a new image can be described.
func appear(ctx context.Context, be backend.Backend, id string) (data backend.Image, err error) {
	limited, cancel := context.WithTimeoutCause(ctx, visibleWithin,
		fmt.Errorf("not visible %s after it was made: %w", visibleWithin, backend.ErrNotFound))
	defer cancel()
	err = backend.Poll(limited, func(ctx context.Context) (backend.Progress, bool, error) {
		data, err = describe(ctx, be, id)
		if errors.Is(err, backend.ErrNotFound) {
			return backend.Progress{Resource: string(backend.KindImage) + " " + id, State: "not visible", Percent: -1}, false, nil
		}
		return backend.Progress{}, err == nil, err
	})
	return data, err
}
