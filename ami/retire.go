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

// Retire plans which of one's own images in be's region can go, and why the others can't:
//
//	plan, err := ami.Retire(ctx, be, ami.Own("directory-*"), ami.KeepNewest(5))
//	fmt.Println(plan)
//	err = plan.Apply(ctx)
//
// The selector is an [Own]; images of all architectures count. Besides what the options keep, a plan keeps every image that
// anything still needs: instances that aren't terminated, launch templates in any of their versions, parameters and recipes
// that name it; other accounts that may launch it; and images of the region that are kept and descend from it. [Despite]
// leaves some of these out. It also keeps an image that is being made, and one that can't be deregistered, now or yet.
//
// Nothing is changed before [Retirement.Apply]. A backend without the abilities is [backend.ErrUnsupported].
func Retire(ctx context.Context, be backend.Backend, images Selector, opts ...RetireOption) (Retirement, error) {
	plan := Retirement{be: be, to: Deregistered}
	for _, o := range opts {
		o(&plan)
	}
	if err := plan.check(images); err != nil {
		return Retirement{}, err
	}
	plan.Region, plan.which = be.Region(), images.(byName)
	if err := plan.look(ctx); err != nil {
		return Retirement{}, fmt.Errorf("plan to retire %s in %s: %w", images, plan.Region, err)
	}
	return plan, nil
}

// RetireOption says what a plan keeps, and how far it goes.
type RetireOption func(*Retirement)

// KeepNewest keeps the newest n of each architecture, by their creation.
func KeepNewest(n int) RetireOption { return func(p *Retirement) { p.newest = &n } }

// KeepYoungerThan keeps those that were made since so long ago.
func KeepYoungerThan(age time.Duration) RetireOption { return func(p *Retirement) { p.age = age } }

// KeepLaunchedWithin keeps those that were launched since so long ago, by EC2's account of it, which lags by a day
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-last-launched-time.html).
func KeepLaunchedWithin(age time.Duration) RetireOption {
	return func(p *Retirement) { p.launched = age }
}

// KeepIf keeps those for which keep holds.
func KeepIf(keep func(backend.Image) bool) RetireOption {
	return func(p *Retirement) { p.keep = append(p.keep, keep) }
}

// Use is why an image is needed.
type Use string

// The uses.
const (
	ByInstances       Use = "instances"
	ByLaunchTemplates Use = "launch templates"
	ByParameters      Use = "parameters"
	ByRecipes         Use = "recipes"
	BySharing         Use = "sharing"
	ByDescendants     Use = "descendants"
)

// Despite lets images go although they are needed like this.
func Despite(uses ...Use) RetireOption {
	return func(p *Retirement) { p.despite = append(p.despite, uses...) }
}

// ByUsageReports has EC2 report on each image that others may launch, waits for the reports, and keeps such an image only if
// others have instances or launch templates that use it. A report may lack the last day's instances and the last few days'
// launch templates (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/your-ec2-ami-usage.html): [KeepLaunchedWithin] makes
// up for some of that. Without it, an image that others may launch stays.
func ByUsageReports(wait ...backend.WaitOption) RetireOption {
	return func(p *Retirement) { p.reports, p.wait = true, wait }
}

// Stage is how far an image is retired.
type Stage string

// The stages. A deprecated image is hidden from others, a disabled one can't be launched, a deregistered one is gone with its
// snapshots.
const (
	Deprecated   Stage = "deprecate"
	Disabled     Stage = "disable"
	Deregistered Stage = "deregister"
)

// RetireTo says how far the images go, so that a fleet can be retired in steps, days apart. By itself they are deregistered.
func RetireTo(s Stage) RetireOption { return func(p *Retirement) { p.to = s } }

// Retirement is a plan for images. Printed, it explains itself.
type Retirement struct {
	Region region.Region
	Images []Retiree // all that were found, the newest first

	be       backend.Backend
	which    byName
	to       Stage
	newest   *int
	age      time.Duration
	launched time.Duration
	keep     []func(backend.Image) bool
	despite  []Use
	reports  bool
	wait     []backend.WaitOption
}

// Retiree is what a plan says of an image.
type Retiree struct {
	Image backend.Image
	Kept  []string // why it stays; empty if it goes
	Stage Stage    // what is done to it if it goes
	Done  bool     // it is as far already
}

// Goes tells whether applying the plan changes the image.
func (r Retiree) Goes() bool { return len(r.Kept) == 0 && !r.Done }

// String reads `deregister ami-… "web-1" of 2026-11-01`, or `keep ami-… "web-2" of 2026-11-02: used by instance/i-…`.
func (r Retiree) String() string {
	switch {
	case len(r.Kept) > 0:
		return fmt.Sprintf("keep %s: %s", describeImage(r.Image), strings.Join(r.Kept, "; "))
	case r.Done:
		return fmt.Sprintf("leave %s, which is %sd already", describeImage(r.Image), r.Stage)
	}
	return fmt.Sprintf("%s %s", r.Stage, describeImage(r.Image))
}

// Going are the images that applying the plan changes.
func (p Retirement) Going() []Retiree {
	return slices.DeleteFunc(slices.Clone(p.Images), func(r Retiree) bool { return !r.Goes() })
}

// String has a line for each image.
func (p Retirement) String() string {
	return lines.Of(p.Images, fmt.Sprintf("no images in %s", p.Region))
}

func (p *Retirement) check(images Selector) error {
	errs := []error{checkBackend(p.be)}
	own, ok := images.(byName)
	switch {
	case !ok || own.owner != self:
		errs = append(errs, fault("selector", "isn't of one's own images", "use Own, since nobody can retire others' images"))
	default:
		errs = append(errs, own.faults("")...)
	}
	if p.newest != nil && *p.newest < 0 {
		errs = append(errs, fault("keepNewest", fmt.Sprintf("is %d", *p.newest), "keep none or more"))
	}
	if p.age < 0 || p.launched < 0 {
		errs = append(errs, fault("keepYoungerThan", "is before now", "say how long ago"))
	}
	if !slices.Contains([]Stage{Deprecated, Disabled, Deregistered}, p.to) {
		errs = append(errs, fault("retireTo", fmt.Sprintf("is %q", string(p.to)), "use Deprecated, Disabled or Deregistered"))
	}
	for _, u := range p.despite {
		if !slices.Contains([]Use{ByInstances, ByLaunchTemplates, ByParameters, ByRecipes, BySharing, ByDescendants}, u) {
			errs = append(errs, fault("despite", fmt.Sprintf("has %q", string(u)), "use ByInstances and the like"))
		}
	}
	return errors.Join(errs...)
}

// Apply makes the plan true. Each image is looked at again first: one that has come to be needed since stays, and is an error
// that matches [backend.ErrState] and says why. It goes on after a failure; the error joins all of them, and its leftovers
// name what a deregistered image has left behind. What has gone already is fine.
func (p Retirement) Apply(ctx context.Context) error {
	if p.be == nil {
		return fault("plan", "is the zero Retirement", "get one from Retire")
	}
	going := p.Going()
	if len(going) == 0 {
		return nil
	}
	now := p
	if err := now.look(ctx); err != nil {
		return fmt.Errorf("look at the images again: %w", err)
	}
	var errs []error
	for _, r := range going {
		at := slices.IndexFunc(now.Images, func(n Retiree) bool { return n.Image.ID == r.Image.ID })
		switch {
		case at < 0:
		case len(now.Images[at].Kept) > 0:
			errs = append(errs, needed(string(r.Stage), r.Image.ID, now.Images[at].Kept))
		case !now.Images[at].Done:
			errs = append(errs, p.apply(ctx, newImage(p.be, now.Images[at].Image)))
		}
	}
	return errors.Join(errs...)
}

// needed is the error of a plan for what has come to be needed since.
func needed(op, id string, kept []string) error {
	return &backend.Error{Op: op, Resource: id, Kind: backend.ErrState, Message: "it can't go any more: " + strings.Join(kept, "; ")}
}

func (p Retirement) apply(ctx context.Context, im Image) error {
	switch p.to {
	case Deprecated:
		return im.Deprecate(ctx, time.Now().Add(deprecationLead))
	case Disabled:
		return im.Disable(ctx)
	}
	return im.Deregister(ctx)
}

// EC2 takes no date that is past when the call arrives, and rounds to the minute.
const deprecationLead = time.Minute
