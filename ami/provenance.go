package ami

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/amiclass/amiclass/backend"
)

// TrustingOwners derives a class that starts from these owners' images only: account IDs, or "amazon", "aws-marketplace" and
// "self", whatever its selector finds. It is for selectors that leave the owner to others, as [ByParameter] leaves him to
// whoever may write the parameter. Subclasses trust the same owners, and their own lists narrow that further.
func (c Class) TrustingOwners(owners ...string) Class {
	c.trusted = append(slices.Clip(c.trusted), slices.Clone(owners))
	return c
}

// WithFreshness derives a class whose resolutions warn where the image is older than that: the newest of a family that nobody
// builds any more is no news. See [Resolution.Warnings].
func (c Class) WithFreshness(most time.Duration) Class {
	c.fresh = most
	return c
}

func (c Class) vetted(ctx context.Context, be backend.Backend, r Resolution) (Resolution, error) {
	account := ""
	if c.trustsSelf() {
		who, err := backend.Ability[backend.Identity](be, "GetCallerIdentity", "")
		if err == nil {
			account, err = who.Account(ctx)
		}
		if err != nil {
			return r, fmt.Errorf("whose images are one's own: %w", err)
		}
	}
	return c.vet(r, account, time.Now())
}

// vet applies the class's own demands to what its selector has found.
func (c Class) vet(r Resolution, account string, now time.Time) (Resolution, error) {
	var kept []backend.Image
	for _, im := range r.Candidates {
		if reason := c.distrusts(im, account); reason != "" {
			r.Refused = append(r.Refused, Refusal{Image: im, Reason: reason})
			continue
		}
		kept = append(kept, im)
	}
	r.Candidates = kept
	if len(kept) == 0 {
		r.Image = backend.Image{}
		return r, &ResolveError{Resolution: r}
	}
	r.Image = kept[0]
	if age := now.Sub(r.Image.Created); c.fresh > 0 && !r.Image.Created.IsZero() && age > c.fresh {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%s is %s old, more than %s", r.Image.ID, daysText(age), daysText(c.fresh)))
	}
	if deprecated(r.Image, now) {
		r.Warnings = append(r.Warnings, fmt.Sprintf("%s is deprecated since %s", r.Image.ID, r.Image.Deprecated.UTC().Format(time.DateOnly)))
	}
	return r, nil
}

func (c Class) distrusts(im backend.Image, account string) string {
	for _, owners := range c.trusted {
		mine := account != "" && im.OwnerID == account && slices.Contains(owners, self)
		if !mine && !slices.Contains(owners, im.OwnerID) && (im.OwnerAlias == "" || !slices.Contains(owners, im.OwnerAlias)) {
			return fmt.Sprintf("its owner %s isn't among those that the class trusts: %s", ownerText(im), strings.Join(owners, ", "))
		}
	}
	return ""
}

// trustsSelf tells whether it matters whose the account is.
func (c Class) trustsSelf() bool {
	return slices.ContainsFunc(c.trusted, func(owners []string) bool { return slices.Contains(owners, self) })
}

func (c Class) trustFaults() []error {
	var errs []error
	for _, owners := range c.trusted {
		if len(owners) == 0 {
			errs = append(errs, fault("trustedOwners", "are none, so that no image will do", "name accounts, amazon, aws-marketplace or self"))
		}
		for _, o := range owners {
			if !accountShape.MatchString(o) && !slices.Contains([]string{self, "amazon", "aws-marketplace", "aws-backup-vault"}, o) {
				errs = append(errs, fault("trustedOwners", fmt.Sprintf("%q is no owner", o), "give the 12 digits of an account, amazon, aws-marketplace or self"))
			}
		}
	}
	if c.fresh < 0 {
		errs = append(errs, fault("freshness", "is negative", "say how old an image may be"))
	}
	return errs
}
