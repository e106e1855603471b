package ami

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

// The alias of the accounts by which the AWS Marketplace publishes all sellers' images.
const awsMarketplace = "aws-marketplace"

// Marketplace selects the newest image of a product of the AWS Marketplace by its product code, which
// stands in the images (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-marketplace-amis.html);
// it isn't the product's ID. Only images that the Marketplace itself publishes count. To launch one the
// account must have subscribed to the product.
func Marketplace(productCode string) Selector { return marketplace{productCode} }

type marketplace struct{ code string }

func (s marketplace) Resolve(ctx context.Context, be backend.Backend, arch instance.Architecture) (Resolution, error) {
	return resolve(ctx, be, s, arch)
}

func (s marketplace) String() string { return fmt.Sprintf("product %s of %s", s.code, awsMarketplace) }

func (s marketplace) architecture() instance.Architecture { return instance.X8664 }

var productCodeShape = regexp.MustCompile(`^[a-z0-9]{1,64}$`)

func (s marketplace) faults(instance.Architecture) []error {
	if productCodeShape.MatchString(s.code) {
		return nil
	}
	return []error{fault("selector.productCode", fmt.Sprintf("%q is no product code", s.code),
		"give the code of small letters and digits that DescribeImages shows; the product's ID is another thing")}
}

func (s marketplace) find(ctx context.Context, be backend.Backend, _ instance.Architecture) ([]backend.Image, []string, error) {
	images, err := collect(ctx, be, backend.ImageQuery{
		Owners: []string{awsMarketplace}, Filters: []backend.Filter{backend.By("product-code", s.code)}})
	return images, []string{s.String()}, err
}

// Community selects the newest image that one account publishes under a name, in which "*" stands for
// any characters and "?" for one. The owner is the number of an account; nothing else will do, as any
// stranger may use any name.
func Community(owner, namePattern string) Selector { return community{byName{owner, namePattern}} }

type community struct{ byName }

func (s community) Resolve(ctx context.Context, be backend.Backend, arch instance.Architecture) (Resolution, error) {
	return resolve(ctx, be, s, arch)
}

func (s community) faults(arch instance.Architecture) []error {
	errs := s.byName.faults(arch)
	if !accountShape.MatchString(s.owner) {
		errs = append(errs, fault("selector.owner", fmt.Sprintf("%q is no account", s.owner),
			"give the twelve digits of the account that publishes the image; for one's own use Own"))
	}
	return errs
}

// Names have 3 to 128 of these characters
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html).
var patternShape = regexp.MustCompile(`^[A-Za-z0-9()\[\] ./\-'@_*?]+$`)

// checkPattern refuses what no image's name can match.
func checkPattern(pattern string) error {
	fixed := len(pattern) - strings.Count(pattern, "*")
	switch {
	case strings.TrimSpace(pattern) == "":
		return fault("selector.name", "is empty", `give a name or a pattern, such as "web-*"`)
	case !patternShape.MatchString(pattern):
		return fault("selector.name", fmt.Sprintf("%q has characters that no image's name has", pattern),
			"use letters, digits, spaces, ( ) [ ] . / - ' @ _ and the wildcards * and ?")
	case fixed > 128 || len(pattern) > 255: // of a filter's value
		return fault("selector.name", "is longer than an image's name can be", "names have 128 characters at most")
	case fixed < 3 && fixed == len(pattern):
		return fault("selector.name", fmt.Sprintf("%q is shorter than an image's name can be", pattern), "names have 3 characters at least")
	}
	return nil
}
