package ami

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/amiclass/amiclass/backend"
)

// look finds the images of the plan and judges them.
func (p *Retirement) look(ctx context.Context) error {
	mine, err := collect(ctx, p.be, backend.ImageQuery{
		Owners: []string{self}, Filters: []backend.Filter{backend.By("name", p.which.pattern)}, IncludeDeprecated: true, IncludeDisabled: true,
	})
	if err != nil {
		return err
	}
	slices.SortFunc(mine, func(a, b backend.Image) int { return compareImages(a, b, time.Time{}) })
	p.Images = make([]Retiree, len(mine))
	for i, im := range mine {
		p.Images[i] = Retiree{Image: im, Stage: p.to, Done: p.isDone(im)}
	}
	p.keepByRule(time.Now())
	if err := p.keepReferred(ctx); err != nil {
		return err
	}
	if err := p.keepShared(ctx); err != nil {
		return err
	}
	return p.keepAncestors(ctx)
}

func (p *Retirement) isDone(im backend.Image) bool {
	switch p.to {
	case Deprecated:
		return deprecated(im, time.Now().Add(2*deprecationLead)) || im.State == backend.ImageDisabled
	case Disabled:
		return im.State == backend.ImageDisabled
	}
	return im.State == backend.ImageDeregistered
}

// keepByRule keeps what the options say, and what can't be retired whatever they say.
func (p *Retirement) keepByRule(now time.Time) {
	seen := map[string]int{}
	for i := range p.Images {
		r := &p.Images[i]
		im := r.Image
		if seen[im.Architecture]++; p.newest != nil && seen[im.Architecture] <= *p.newest {
			r.stays("one of the %d newest for %s", *p.newest, im.Architecture)
		}
		if age := now.Sub(im.Created); age < p.age {
			r.stays("made %s ago", age.Round(time.Second))
		}
		if since := now.Sub(im.LastLaunched); !im.LastLaunched.IsZero() && since < p.launched {
			r.stays("launched %s ago", since.Round(time.Second))
		}
		if slices.ContainsFunc(p.keep, func(keep func(backend.Image) bool) bool { return keep(cloneImage(im)) }) {
			r.stays("by the caller's own rule")
		}
		if im.State == backend.ImagePending {
			r.stays("it is still being made")
		}
		if p.to == Deregistered {
			r.keepProtected(now)
		}
	}
}

// keepProtected keeps what EC2 would refuse to deregister.
func (r *Retiree) keepProtected(now time.Time) {
	switch protection := r.Image.Protection; {
	case strings.HasPrefix(protection, "enabled"):
		r.stays("protected from being deregistered; use Unprotect")
	case strings.HasPrefix(protection, afterCooldown):
		until, err := time.Parse(time.RFC3339, strings.TrimPrefix(protection, afterCooldown))
		if err != nil || until.After(now) {
			r.stays("protected until %s", strings.TrimPrefix(protection, afterCooldown))
		}
	}
}

// What EC2 tells of a protection that was taken away with a cooldown, before the time.
const afterCooldown = "disabled-after-"

func (r *Retiree) stays(format string, args ...any) {
	r.Kept = append(r.Kept, fmt.Sprintf(format, args...))
}

var useOf = map[backend.ReferenceKind]Use{
	backend.InstanceReference:        ByInstances,
	backend.LaunchTemplateReference:  ByLaunchTemplates,
	backend.ParameterReference:       ByParameters,
	backend.ImageRecipeReference:     ByRecipes,
	backend.ContainerRecipeReference: ByRecipes,
}

// keepReferred keeps what resources of the account name.
func (p *Retirement) keepReferred(ctx context.Context) error {
	ids := p.open()
	if len(ids) == 0 {
		return nil
	}
	be, err := backend.Ability[backend.ImageReferences](p.be, "DescribeImageReferences", "")
	if err != nil {
		return err
	}
	uses := map[string][]string{}
	for ref, err := range be.ImageReferences(ctx, ids) {
		if err != nil {
			return err
		}
		if !slices.Contains(p.despite, useOf[ref.Kind]) {
			uses[ref.ImageID] = append(uses[ref.ImageID], resourceOf(ref.ARN))
		}
	}
	for i := range p.Images {
		if by := uses[p.Images[i].Image.ID]; len(by) > shown {
			p.Images[i].stays("used by %s and %d more", strings.Join(by[:shown], ", "), len(by)-shown)
		} else if len(by) > 0 {
			p.Images[i].stays("used by %s", strings.Join(by, ", "))
		}
	}
	return nil
}

// resourceOf is the last part of an ARN, behind region and account.
func resourceOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	return parts[len(parts)-1]
}

// open are the images for which nothing has spoken yet: only these are asked about.
func (p *Retirement) open() []string {
	var ids []string
	for _, r := range p.Images {
		if r.Goes() {
			ids = append(ids, r.Image.ID)
		}
	}
	return ids
}

// keepShared keeps what others may launch.
func (p *Retirement) keepShared(ctx context.Context) error {
	if slices.Contains(p.despite, BySharing) {
		return nil
	}
	for i := range p.Images {
		r := &p.Images[i]
		if !r.Goes() {
			continue
		}
		be, err := backend.Ability[backend.ImageSharing](p.be, "DescribeImageAttribute", r.Image.ID)
		if err != nil {
			return err
		}
		with, err := be.ImagePermissions(ctx, r.Image.ID)
		if err != nil {
			return err
		}
		if len(with) > 0 && p.reports {
			if err := p.keepUsed(ctx, r); err != nil {
				return err
			}
		} else if len(with) > 0 {
			names := make([]string, len(with))
			for n, w := range with {
				names[n] = w.String()
			}
			r.stays("shared with %s", strings.Join(names, ", "))
		}
	}
	return nil
}

// keepAncestors keeps the images from which others descend that stay, until no more are kept for that.
func (p *Retirement) keepAncestors(ctx context.Context) error {
	if slices.Contains(p.despite, ByDescendants) {
		return nil
	}
	all, err := collect(ctx, p.be, backend.ImageQuery{Owners: []string{self}, IncludeDeprecated: true, IncludeDisabled: true})
	if err != nil {
		return err
	}
	at := map[string]int{}
	for i, r := range p.Images {
		at[r.Image.ID] = i
	}
	for again := true; again; {
		again = false
		for _, im := range all {
			i, planned := at[im.ID]
			if planned && p.Images[i].Goes() || im.State == backend.ImageDeregistered {
				continue // it goes too
			}
			parent, ok := at[im.SourceImageID]
			if !ok || im.SourceImageRegion != "" && im.SourceImageRegion != p.Region {
				continue
			}
			r := &p.Images[parent]
			if reason := fmt.Sprintf("%s descends from it", im.ID); !slices.Contains(r.Kept, reason) {
				r.stays("%s", reason)
				again = true
			}
		}
	}
	return nil
}
