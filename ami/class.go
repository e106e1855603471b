package ami

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

// Architecture is the processor architecture of an image; it is [instance.Architecture].
type Architecture = instance.Architecture

// The architectures (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Image.html).
const (
	I386     = instance.I386
	X8664    = instance.X8664
	ARM64    = instance.ARM64
	X8664Mac = instance.X8664Mac
	ARM64Mac = instance.ARM64Mac
)

//go:generate go run ../internal/writeschemas ../docs/schemas

// Class describes servers without a region, an account or an ID: which image they start from, for
// which architecture, and what a launch says unless it is told otherwise. A Class is an immutable
// value: its methods derive new ones and leave it as it was, so it can be a package variable and be
// shared by goroutines.
type Class struct {
	name     string
	selector Selector
	arch     Architecture
	defaults instance.Spec
	parent   *Class
	trusted  [][]string // owners, each list for itself
	fresh    time.Duration
}

// NewClass names a class and says which image it starts from.
func NewClass(name string, sel Selector) Class { return Class{name: name, selector: sel} }

// Extend derives a subclass, which starts out like its parent and then says what differs. What is
// derived from the parent later doesn't reach it.
func (c Class) Extend(name string) Class {
	sub := c
	sub.name = name
	sub.parent = &c
	return sub
}

// WithArchitecture derives a class for another architecture. Without it a class is for x86_64, or,
// where its selector names one image, for whatever that image is for.
func (c Class) WithArchitecture(a Architecture) Class {
	c.arch = a
	return c
}

// WithDefaults derives a class in which spec is merged over the defaults that are there, by the
// rules of [instance.Spec.Merge].
func (c Class) WithDefaults(spec instance.Spec) Class {
	c.defaults = c.defaults.Merge(spec)
	return c
}

// Name is the class's name.
func (c Class) Name() string { return c.name }

// Selector says which image the class starts from.
func (c Class) Selector() Selector { return c.selector }

// Architecture is what the class is for; empty if the one image that it selects decides.
func (c Class) Architecture() Architecture {
	if c.arch == "" && c.selector != nil {
		return c.selector.architecture()
	}
	return c.arch
}

// Defaults are what a launch says unless it is told otherwise, the parents' included.
func (c Class) Defaults() instance.Spec { return c.defaults }

// Parent is the class that this one extends, as it was then.
func (c Class) Parent() (parent Class, ok bool) {
	if c.parent == nil {
		return Class{}, false
	}
	return *c.parent, true
}

// Ancestry is the class itself, its parent, and so on to the first.
func (c Class) Ancestry() []Class {
	line := []Class{c}
	for p := c.parent; p != nil; p = p.parent {
		line = append(line, *p)
	}
	return line
}

// IsA tells whether the class is the other one or extends it, directly or not. Classes count as the
// same if they and all their parents have the same names, whatever was derived from them by With…
// since.
func (c Class) IsA(other Class) bool {
	mine, theirs := c.path(), other.path()
	return len(mine) >= len(theirs) && slices.Equal(mine[:len(theirs)], theirs)
}

// path is the names from the first ancestor down to the class.
func (c Class) path() []string {
	var names []string
	for _, a := range c.Ancestry() {
		names = append(names, a.name)
	}
	slices.Reverse(names)
	return names
}

// pathText is the class's name in a [Lockfile].
func (c Class) pathText() string { return strings.Join(c.path(), " > ") }

// String reads "server > web: Amazon Linux 2023 of amazon for arm64".
func (c Class) String() string {
	s := c.pathText()
	if c.selector != nil {
		s += ": " + c.selector.String()
	}
	if a := c.Architecture(); a != "" {
		s += " for " + string(a)
	}
	return s
}

// Validate finds every fault of the class that can be found without a call, joined. Each is an
// *instance.FieldError and matches [backend.ErrInvalid].
func (c Class) Validate() error { return c.check(c.defaults) }

// check finds the faults of the class together with the spec of a launch, defaults merged in.
func (c Class) check(spec instance.Spec) error {
	var errs []error
	if strings.TrimSpace(c.name) == "" {
		errs = append(errs, fault("name", "is empty", "give the class a name"))
	}
	if c.selector == nil {
		errs = append(errs, fault("selector", "is missing", "make the class with NewClass and a selector such as AmazonLinux2023()"))
	} else {
		errs = append(errs, c.selector.faults(c.Architecture())...)
	}
	errs = append(errs, c.trustFaults()...)
	errs = append(errs, checkArchitecture(c.arch), checkNeeds(c.Architecture(), "class "+c.name, spec), spec.Validate())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("class %q: %w", c.name, err)
	}
	return nil
}

// Resolve finds the class's image in be's region and explains the choice.
func (c Class) Resolve(ctx context.Context, be backend.Backend) (Resolution, error) {
	if err := errors.Join(c.Validate(), checkBackend(be)); err != nil {
		return Resolution{}, err
	}
	return c.resolve(ctx, be)
}

func (c Class) resolve(ctx context.Context, be backend.Backend) (Resolution, error) {
	r, err := c.selector.Resolve(ctx, be, c.arch)
	if err == nil {
		r, err = c.vetted(ctx, be, r)
	}
	if err != nil {
		return r, fmt.Errorf("class %q: %w", c.name, err)
	}
	return r, nil
}

// In finds the class's image in be's region. The image keeps the class's defaults.
func (c Class) In(ctx context.Context, be backend.Backend) (Image, error) {
	r, err := c.Resolve(ctx, be)
	if err != nil {
		return Image{}, err
	}
	return newImage(be, r.Image).WithDefaults(c.defaults), nil
}
