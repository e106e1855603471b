package ami

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

// Resolution is what a selector found in one region, and why. Printed, it explains itself.
//
// Only an image in state available and of the architecture asked for is a candidate. Among
// candidates the order is total, so that the same images always give the same answer:
//
//  1. one that isn't deprecated before one that is,
//  2. the newer before the older, by creation,
//  3. the greater name before the smaller, byte by byte, since names end in versions and dates,
//  4. the greater ID before the smaller.
type Resolution struct {
	Selector     Selector
	Region       region.Region
	Architecture instance.Architecture // what was asked for; empty if the image decided
	Image        backend.Image         // the first candidate
	Candidates   []backend.Image       // all that could be used, the best first
	Refused      []Refusal             // what was found and may not be used, in the same order
	Looked       []string              // where was looked, in this order
	Warnings     []string              // what should be known of the image: that it is deprecated, or older than the class wants
}

// Refusal is an image that a selector found and didn't take.
type Refusal struct {
	Image  backend.Image
	Reason string
}

// ResolveError says that a selector found no image that may be used. It matches
// [backend.ErrNotFound]; its resolution has no Image.
type ResolveError struct{ Resolution Resolution }

// Error says what was looked for, where, and what was refused and why.
func (e *ResolveError) Error() string { return e.Resolution.text("; ") }

// Is matches backend.ErrNotFound.
func (e *ResolveError) Is(target error) bool { return target == backend.ErrNotFound }

func resolve(ctx context.Context, be backend.Backend, s Selector, arch instance.Architecture) (Resolution, error) {
	if arch == "" {
		arch = s.architecture()
	}
	r := Resolution{Selector: s, Architecture: arch}
	errs := append(s.faults(arch), checkArchitecture(arch), checkBackend(be))
	if err := errors.Join(errs...); err != nil {
		return r, err
	}
	r.Region = be.Region()
	images, looked, err := s.find(ctx, be, arch)
	r.Looked = looked
	if err != nil {
		return r, fmt.Errorf("resolve %s in %s: %w", s, r.Region, err)
	}
	r.judge(images, time.Now())
	if len(r.Candidates) == 0 {
		return r, &ResolveError{Resolution: r}
	}
	r.Image = r.Candidates[0]
	return r, nil
}

// judge parts candidates from the rest and puts both in order.
func (r *Resolution) judge(images []backend.Image, now time.Time) {
	slices.SortFunc(images, func(a, b backend.Image) int { return compareImages(a, b, now) })
	for _, im := range images {
		if reason := refuse(im, r.Architecture); reason != "" {
			r.Refused = append(r.Refused, Refusal{Image: im, Reason: reason})
			continue
		}
		r.Candidates = append(r.Candidates, im)
	}
}

func refuse(im backend.Image, arch instance.Architecture) string {
	var reasons []string
	if im.State != backend.ImageAvailable {
		reason := fmt.Sprintf("it is %s", im.State)
		if im.StateReason != "" {
			reason += fmt.Sprintf(" (%s)", im.StateReason)
		}
		reasons = append(reasons, reason)
	}
	if arch != "" && im.Architecture != string(arch) {
		reasons = append(reasons, fmt.Sprintf("its architecture is %s, not %s", im.Architecture, arch))
	}
	return strings.Join(reasons, "; ")
}

func compareImages(a, b backend.Image, now time.Time) int {
	return cmp.Or(
		compareBool(deprecated(a, now), deprecated(b, now)),
		-a.Created.Compare(b.Created),
		-strings.Compare(a.Name, b.Name),
		-strings.Compare(a.ID, b.ID),
	)
}

// compareBool has false before true.
func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func deprecated(im backend.Image, now time.Time) bool {
	return !im.Deprecated.IsZero() && !im.Deprecated.After(now)
}

// More than these of a kind only bury what matters.
const shown = 10

// String says what was chosen or that nothing was, from where, from among what, and why not the rest.
func (r Resolution) String() string { return r.text("\n  ") }

func (r Resolution) text(separator string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%v", r.Selector)
	if r.Architecture != "" {
		fmt.Fprintf(&b, " for %s", r.Architecture)
	}
	fmt.Fprintf(&b, " in %s: ", r.Region)
	if r.Image.ID == "" {
		b.WriteString(backend.ErrNotFound.Error())
	} else {
		b.WriteString(describeImage(r.Image))
	}
	list(&b, separator+"warning: ", r.Warnings, func(s string) string { return s })
	list(&b, separator+"looked for ", r.Looked, func(s string) string { return s })
	if len(r.Candidates) > 1 {
		list(&b, separator+"passed over ", r.Candidates[1:], describeImage)
	}
	list(&b, separator+"refused ", r.Refused, func(f Refusal) string { return describeImage(f.Image) + ": " + f.Reason })
	return b.String()
}

func list[T any](b *strings.Builder, lead string, items []T, text func(T) string) {
	for i, item := range items {
		if i == shown {
			fmt.Fprintf(b, "%s%d more", lead, len(items)-shown)
			return
		}
		b.WriteString(lead + text(item))
	}
}

func describeImage(im backend.Image) string {
	s := im.ID
	if im.Name != "" {
		s += fmt.Sprintf(" %q", im.Name)
	}
	if !im.Created.IsZero() {
		s += " of " + im.Created.UTC().Format(time.DateOnly)
	}
	if !im.Deprecated.IsZero() {
		s += ", deprecated from " + im.Deprecated.UTC().Format(time.DateOnly)
	}
	return s
}
