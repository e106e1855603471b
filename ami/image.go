package ami

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

// Image is one machine image in one region. It is a small handle: copies of it share what was last
// seen of the image, so that [Image.State] is right everywhere after a wait, and they are safe for
// concurrent use. It also carries the defaults of the class that it came from, which don't change.
//
// The zero Image is no image: it tells nothing, and its calls fail with [backend.ErrInvalid].
type Image struct {
	seen     *sighting
	defaults instance.Spec
}

// sighting is what was last seen of an image.
type sighting struct {
	be   backend.Backend
	id   string
	mu   sync.Mutex
	data backend.Image

	unfinished bool // this program made it and hasn't seen it available
}

func newImage(be backend.Backend, data backend.Image) Image {
	return Image{seen: &sighting{be: be, id: data.ID, data: data}}
}

// Get finds an image by its ID in be's region. An unknown ID is [backend.ErrNotFound].
func Get(ctx context.Context, be backend.Backend, id string) (Image, error) {
	if err := errors.Join(checkBackend(be), checkID("id", id)); err != nil {
		return Image{}, err
	}
	data, err := describe(ctx, be, id)
	if err != nil {
		return Image{}, err
	}
	return newImage(be, data), nil
}

// describe looks an image up. A deregistered image is for a while described by an empty list
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html).
func describe(ctx context.Context, be backend.Backend, id string) (backend.Image, error) {
	images, err := known(ctx, be, id)
	if err != nil {
		return backend.Image{}, err
	}
	if len(images) == 0 {
		return backend.Image{}, &backend.Error{Op: "DescribeImages", Resource: id, Kind: backend.ErrNotFound,
			Message: fmt.Sprintf("there is no such image in %s (any more)", be.Region())}
	}
	return images[0], nil
}

// ID is the image's ID.
func (im Image) ID() string {
	if im.seen == nil {
		return ""
	}
	return im.seen.id
}

// Backend is where the image is.
func (im Image) Backend() backend.Backend {
	if im.seen == nil {
		return nil
	}
	return im.seen.be
}

// Region is where the image is.
func (im Image) Region() region.Region {
	if im.seen == nil {
		return ""
	}
	return im.seen.be.Region()
}

// Name is the image's name, unique in its account and region.
func (im Image) Name() string { return im.last().Name }

// Architecture is what the image runs on.
func (im Image) Architecture() Architecture { return Architecture(im.last().Architecture) }

// State is the state in which the image was last seen; [Image.Refresh] and [Image.WaitAvailable] look.
func (im Image) State() backend.ImageState { return im.last().State }

// Defaults are what a launch says unless it is told otherwise: those of the class.
func (im Image) Defaults() instance.Spec { return im.defaults }

// WithDefaults gives the same image with spec merged over the defaults that it carries.
func (im Image) WithDefaults(spec instance.Spec) Image {
	im.defaults = im.defaults.Merge(spec)
	return im
}

// Data is all that was last seen of the image. It is the caller's own.
func (im Image) Data() backend.Image { return cloneImage(im.last()) }

// Class makes a class of the image: its selector means the image of this name and owner, so that the
// class also works wherever the image was copied under its name; its architecture and its defaults
// are the image's.
func (im Image) Class(name string) Class {
	data := im.last()
	return NewClass(name, byName{owner: owner(data), pattern: data.Name}).
		WithArchitecture(Architecture(data.Architecture)).
		WithDefaults(im.defaults)
}

// owner is an alias where there is one, since behind it different accounts stand in different regions.
func owner(data backend.Image) string {
	switch {
	case data.OwnerAlias != "":
		return data.OwnerAlias
	case data.OwnerID != "":
		return data.OwnerID
	}
	return self
}

// Refresh looks at the image again. If it doesn't exist any more the error matches
// [backend.ErrNotFound] and its state is deregistered.
func (im Image) Refresh(ctx context.Context) error {
	if err := im.check(); err != nil {
		return err
	}
	_, err := im.look(ctx)
	return err
}

// look refreshes what is seen and returns it.
func (im Image) look(ctx context.Context) (backend.Image, error) {
	data, err := describe(ctx, im.seen.be, im.seen.id)
	switch {
	case err == nil:
		im.seen.mu.Lock()
		im.seen.data = data
		im.seen.unfinished = im.seen.unfinished && data.State != backend.ImageAvailable
		im.seen.mu.Unlock()
	case errors.Is(err, backend.ErrNotFound):
		im.gone()
	}
	return data, err
}

// gone notes that the image doesn't exist any more, and keeps the rest of what was known of it.
func (im Image) gone() {
	im.seen.mu.Lock()
	defer im.seen.mu.Unlock()
	im.seen.data.State = backend.ImageDeregistered
}

// last is what was last seen; its slices and maps are shared and never written.
func (im Image) last() backend.Image {
	if im.seen == nil {
		return backend.Image{}
	}
	im.seen.mu.Lock()
	defer im.seen.mu.Unlock()
	return im.seen.data
}

func (im Image) check() error {
	if im.seen == nil {
		return fault("image", "is the zero Image", "get one from Get, FromInstance, CopyTo or a class's In")
	}
	return nil
}

// String reads `ami-0123456789abcdef0 "web-1" in us-east-1 (arm64, available)`.
func (im Image) String() string {
	if im.seen == nil {
		return "no image"
	}
	data := im.last()
	return fmt.Sprintf("%s %q in %s (%s, %s)", data.ID, data.Name, im.Region(), data.Architecture, data.State)
}

// LogValue implements [slog.LogValuer].
func (im Image) LogValue() slog.Value {
	if im.seen == nil {
		return slog.StringValue("no image")
	}
	data := im.last()
	return slog.GroupValue(
		slog.String("id", data.ID),
		slog.String("name", data.Name),
		slog.String("region", im.Region().String()),
		slog.String("architecture", data.Architecture),
		slog.String("state", string(data.State)),
	)
}

func cloneImage(data backend.Image) backend.Image {
	data.ProductCodes = slices.Clone(data.ProductCodes)
	data.Tags = maps.Clone(data.Tags)
	data.Devices = slices.Clone(data.Devices)
	for i, d := range data.Devices {
		if d.EBS != nil {
			ebs := *d.EBS
			ebs.Encrypted = clonePointer(ebs.Encrypted)
			ebs.DeleteOnTermination = clonePointer(ebs.DeleteOnTermination)
			data.Devices[i].EBS = &ebs
		}
	}
	return data
}

func clonePointer[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}
