package ami

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/glob"
)

// Disallowed tells why an account's criteria for Allowed AMIs don't allow an image, empty if they do, whether they are in force
// or not: EC2 doesn't show others' images that aren't allowed, so that before the criteria are put in force somebody has to
// know what they would hide. One's own images are always allowed
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-allowed-amis.html). A criterion on the findings of security scans,
// of which an image doesn't tell, counts as not met.
func Disallowed(criteria []backend.ImageCriterion, account string, im backend.Image, at time.Time) string {
	if im.OwnerID == account {
		return ""
	}
	if len(criteria) == 0 {
		return "there is no criterion, and it is another account's"
	}
	var why []string
	for i, c := range criteria {
		reason := unmet(c, im, at)
		if reason == "" {
			return ""
		}
		if len(criteria) > 1 {
			reason = fmt.Sprintf("criterion %d: %s", i+1, reason)
		}
		why = append(why, reason)
	}
	return strings.Join(why, "; ")
}

// unmet tells what an image lacks for a criterion.
func unmet(c backend.ImageCriterion, im backend.Image, at time.Time) string {
	switch {
	case len(c.Providers) > 0 && !slices.Contains(c.Providers, im.OwnerID) && (im.OwnerAlias == "" || !slices.Contains(c.Providers, im.OwnerAlias)):
		return fmt.Sprintf("its owner %s isn't among %s", ownerText(im), strings.Join(c.Providers, ", "))
	case len(c.Names) > 0 && !slices.ContainsFunc(c.Names, func(p string) bool { return glob.Compile(p).Match(im.Name) }):
		return fmt.Sprintf("its name %q is like none of %s", im.Name, strings.Join(c.Names, ", "))
	case len(c.ProductCodes) > 0 && !slices.ContainsFunc(im.ProductCodes, func(code string) bool { return slices.Contains(c.ProductCodes, code) }):
		return "it has none of the product codes " + strings.Join(c.ProductCodes, ", ")
	case len(c.Watermarks) > 0 && !slices.ContainsFunc(im.Watermarks, func(w backend.Watermark) bool {
		return slices.ContainsFunc(c.Watermarks, func(f backend.WatermarkFilter) bool { return marks(w, f, at) })
	}):
		return "it has none of the watermarks"
	case c.Scanned:
		return "what security scans found isn't known"
	case c.MaxAge != nil && at.Sub(im.Created) > *c.MaxAge:
		return fmt.Sprintf("it is %s old, more than %s", daysText(at.Sub(im.Created)), daysText(*c.MaxAge))
	case c.MaxDeprecated != nil && deprecated(im, at) && (*c.MaxDeprecated == 0 || at.Sub(im.Deprecated) > *c.MaxDeprecated):
		return fmt.Sprintf("it is deprecated since %s", im.Deprecated.UTC().Format(time.DateOnly))
	}
	return ""
}

func marks(w backend.Watermark, f backend.WatermarkFilter, at time.Time) bool {
	within := func(since time.Time, most *time.Duration) bool { return most == nil || at.Sub(since) <= *most }
	return (f.Key == "" || glob.Compile(f.Key).Match(w.Key)) && (f.SourceRegion == "" || glob.Compile(string(f.SourceRegion)).Match(string(w.SourceRegion))) &&
		within(w.Attached, f.MaxAge) && within(w.SourceMade, f.MaxSourceAge)
}

func ownerText(im backend.Image) string {
	if im.OwnerAlias != "" {
		return im.OwnerAlias + " (" + im.OwnerID + ")"
	}
	return im.OwnerID
}

func daysText(d time.Duration) string {
	if n := int(d.Hours() / 24); n != 1 {
		return fmt.Sprintf("%d days", n)
	}
	return "1 day"
}
