package ami

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/lines"
	"github.com/amiclass/amiclass/region"
)

// Lock resolves classes in regions, and gives the lockfile with what they resolve to and what that changes in an old one,
// which may be zero. What the old one has of other classes and regions stays. The account is be's; a class that is pinned
// already is resolved by what it was pinned from.
//
// A class that can't be resolved somewhere is an error that names each class and region; then the lockfile is the old one.
func Lock(ctx context.Context, be backend.Backend, old Lockfile, regions []region.Region, classes ...Class) (Lockfile, LockChanges, error) {
	if err := checkLocking(be, regions, classes); err != nil {
		return old, nil, err
	}
	found := make([]LockedImage, len(regions)*len(classes))
	err := inRegions(ctx, be, regions, func(ctx context.Context, be backend.Backend, n int) error {
		var errs []error
		for i, c := range classes {
			r, err := c.unpinned().Resolve(ctx, be)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s in %s: %w", c.pathText(), be.Region(), err))
				continue
			}
			im := r.Image
			found[n*len(classes)+i] = LockedImage{
				Region: be.Region(), Class: c.pathText(), Architecture: Architecture(im.Architecture),
				ID: im.ID, Name: im.Name, Owner: im.OwnerID, Created: im.Created.UTC(),
			}
		}
		return errors.Join(errs...)
	})
	if err != nil {
		return old, nil, fmt.Errorf("lock: %w", err)
	}
	locked := old.with(found)
	return locked, changes(old, locked), nil
}

func checkLocking(be backend.Backend, regions []region.Region, classes []Class) error {
	errs := []error{checkBackend(be)}
	if len(regions) == 0 {
		errs = append(errs, fault("regions", "are none", "name those in which the classes shall be locked"))
	}
	if len(classes) == 0 {
		errs = append(errs, fault("classes", "are none", "give those that shall be locked"))
	}
	for i, r := range regions {
		if slices.Contains(regions[:i], r) {
			errs = append(errs, fault(fmt.Sprintf("regions[%d]", i), r.String()+" is said twice", "leave one out"))
		}
	}
	for i, c := range classes {
		errs = append(errs, c.Validate())
		if slices.ContainsFunc(classes[:i], func(other Class) bool { return other.pathText() == c.pathText() }) {
			errs = append(errs, fault(fmt.Sprintf("classes[%d]", i), fmt.Sprintf("is the second one named %q", c.pathText()), "rename one of them"))
		}
	}
	return errors.Join(errs...)
}

// with is the lockfile with these images over those that it has.
func (l Lockfile) with(found []LockedImage) Lockfile {
	all := slices.Clone(found)
	for _, im := range l.images {
		if !slices.ContainsFunc(found, func(f LockedImage) bool { return byPlace(f, im) == 0 }) {
			all = append(all, im)
		}
	}
	slices.SortFunc(all, byPlace)
	return Lockfile{images: all}
}

// LockChanges are what differs between two lockfiles, in the order of regions and classes.
type LockChanges []LockChange

// LockChange is another image for a class in a region.
type LockChange struct {
	Old LockedImage // zero if nothing was locked
	New LockedImage
}

// String reads `web in us-east-1: ami-1… "al2023-…" of 2026-11-01, owned by 137112412989 -> ami-2… …`.
func (c LockChange) String() string {
	if c.Old.ID == "" {
		return c.New.String() + " (new)"
	}
	return c.Old.String() + " -> " + c.New.image()
}

// String is a line for each change.
func (c LockChanges) String() string { return lines.Of(c, "nothing changes") }

func changes(old, locked Lockfile) LockChanges {
	var all LockChanges
	for _, im := range locked.images {
		if was, _ := old.of(im.Class, im.Region); was != im {
			all = append(all, LockChange{Old: was, New: im})
		}
	}
	return all
}

// LockProblem is why a locked image can't be relied on.
type LockProblem struct {
	Image   LockedImage
	Problem string // "is gone", "is disabled", "is deprecated since 2026-11-01", "is owned by 111122223333, not 137112412989"
}

// String reads "web in us-east-1: ami-…: is gone".
func (p LockProblem) String() string {
	return fmt.Sprintf("%s in %s: %s %s", p.Image.Class, p.Image.Region, p.Image.ID, p.Problem)
}

// Verify looks the locked images up, and gives those that are gone, disabled or otherwise not available, deprecated, or
// of another owner, name or architecture than the one that was locked. Others' disabled images look as if they were gone.
func (l Lockfile) Verify(ctx context.Context, be backend.Backend) ([]LockProblem, error) {
	if err := checkBackend(be); err != nil {
		return nil, err
	}
	var regions []region.Region
	for _, im := range l.images {
		if !slices.Contains(regions, im.Region) {
			regions = append(regions, im.Region)
		}
	}
	found := make([][]LockProblem, len(regions))
	err := inRegions(ctx, be, regions, func(ctx context.Context, be backend.Backend, n int) error {
		there := slices.DeleteFunc(slices.Clone(l.images), func(im LockedImage) bool { return im.Region != be.Region() })
		var err error
		found[n], err = verify(ctx, be, there)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("verify: %w", err)
	}
	return slices.Concat(found...), nil
}

// An image that doesn't exist fails a look-up by its ID, of all others with it; a filter just doesn't find it.
func verify(ctx context.Context, be backend.Backend, locked []LockedImage) ([]LockProblem, error) {
	var problems []LockProblem
	for some := range slices.Chunk(locked, mostFiltered) {
		ids := make([]string, len(some))
		for i, im := range some {
			ids[i] = im.ID
		}
		images, err := collect(ctx, be, backend.ImageQuery{
			Filters: []backend.Filter{backend.By("image-id", ids...)}, IncludeDeprecated: true, IncludeDisabled: true,
		})
		if err != nil {
			return nil, fmt.Errorf("%s: %w", be.Region(), err)
		}
		for _, im := range some {
			for _, problem := range im.problems(images, time.Now()) {
				problems = append(problems, LockProblem{Image: im, Problem: problem})
			}
		}
	}
	return problems, nil
}

// problems tells how the image differs from what was locked.
func (l LockedImage) problems(images []backend.Image, now time.Time) []string {
	i := slices.IndexFunc(images, func(im backend.Image) bool { return im.ID == l.ID })
	if i < 0 || images[i].State == backend.ImageDeregistered {
		return []string{"is gone"}
	}
	im := images[i]
	problems := l.other(im)
	if im.State != backend.ImageAvailable {
		problems = append(problems, fmt.Sprintf("is %s", im.State))
	}
	if deprecated(im, now) {
		problems = append(problems, "is deprecated since "+im.Deprecated.UTC().Format(time.DateOnly))
	}
	return problems
}

// other tells what makes the image another one than was locked.
func (l LockedImage) other(im backend.Image) []string {
	var problems []string
	for _, f := range []struct{ what, locked, now string }{
		{"owned by", l.Owner, im.OwnerID},
		{"named", l.Name, im.Name},
		{"for", string(l.Architecture), im.Architecture},
	} {
		if f.locked != f.now {
			problems = append(problems, fmt.Sprintf("is %s %s, not %s", f.what, f.now, f.locked))
		}
	}
	return problems
}

// Pinned derives a class that starts from the images that it, or the class that it was pinned from, is locked to, and never
// searches for another. Where nothing is locked for it, or the image has become another one's, it resolves to an error. Its
// subclasses are pinned to the same images.
func (c Class) Pinned(l Lockfile) Class {
	free := c.unpinned()
	c.selector = pinned{free: free.selector, class: free.pathText(), images: &l}
	return c
}

// unpinned is the class as it was before it was pinned.
func (c Class) unpinned() Class {
	if p, ok := c.selector.(pinned); ok {
		c.selector = p.free
	}
	return c
}

// pinned selects what is locked for a class.
type pinned struct {
	free   Selector
	class  string
	images *Lockfile
}

func (s pinned) Resolve(ctx context.Context, be backend.Backend, arch Architecture) (Resolution, error) {
	return resolve(ctx, be, s, arch)
}

func (s pinned) String() string { return fmt.Sprintf("what %q is locked to", s.class) }

func (s pinned) architecture() Architecture { return s.free.architecture() }

func (s pinned) faults(arch Architecture) []error {
	if s.free == nil {
		return nil // which the class tells
	}
	return s.free.faults(arch)
}

func (s pinned) find(ctx context.Context, be backend.Backend, _ Architecture) ([]backend.Image, []string, error) {
	locked, ok := s.images.of(s.class, be.Region())
	if !ok {
		return nil, nil, fault("lockfile", fmt.Sprintf("has nothing for %q in %s", s.class, be.Region()), "lock the class there with Lock")
	}
	looked := []string{fmt.Sprintf("the lockfile, which says %s", locked.image())}
	images, err := known(ctx, be, locked.ID)
	if err != nil {
		return nil, looked, err
	}
	for _, im := range images {
		if other := locked.other(im); len(other) > 0 {
			return nil, looked, &backend.Error{Op: "DescribeImages", Resource: im.ID, Kind: backend.ErrState, Message: "the locked image " + strings.Join(other, " and ")}
		}
	}
	return images, looked, nil
}
