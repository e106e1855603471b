package ami

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

// Selector says which image is meant without tying it to a region. It always says whose image may
// answer: a search by name alone would let any stranger who publishes an image of that name into
// one's servers, so no selector can be built without an owner. A known ID needs none.
//
// Selectors are [AmazonLinux2023], [AmazonLinux2], [Ubuntu], [Debian], [RHEL], [SUSE], [WindowsServer],
// [MacOS], [Marketplace], [Own], [Community], [ByID], [ByParameter] and what
// [Image.Class] and [Class.Pinned] make. They are immutable, print themselves, and can be compared with ==.
type Selector interface {
	// Resolve finds the image in be's region. The empty architecture stands for x86_64, arm64_mac for [MacOS], or for the
	// image's own where the selector names one image (ByID, ByParameter). Where nothing may be used
	// the error is a *ResolveError, which matches backend.ErrNotFound and says what was looked for,
	// where, and what was refused and why.
	Resolve(ctx context.Context, be backend.Backend, arch instance.Architecture) (Resolution, error)
	// String names what is looked for and whose it may be.
	String() string

	// faults are what is wrong with the selector for this architecture, found without any call.
	faults(arch instance.Architecture) []error
	// architecture is what the empty architecture stands for; empty if the image decides.
	architecture() instance.Architecture
	// find lists every image that may be meant, in any state, and tells how it looked.
	find(ctx context.Context, be backend.Backend, arch instance.Architecture) (images []backend.Image, looked []string, err error)
}

// ByID selects one known image. A class that uses it works in that image's region only.
func ByID(id string) Selector { return byID{id} }

type byID struct{ id string }

func (s byID) Resolve(ctx context.Context, be backend.Backend, arch instance.Architecture) (Resolution, error) {
	return resolve(ctx, be, s, arch)
}

func (s byID) String() string { return "image " + s.id }

func (s byID) architecture() instance.Architecture { return "" }

func (s byID) faults(instance.Architecture) []error {
	if err := checkID("selector.id", s.id); err != nil {
		return []error{err}
	}
	return nil
}

func (s byID) find(ctx context.Context, be backend.Backend, _ instance.Architecture) ([]backend.Image, []string, error) {
	images, err := known(ctx, be, s.id)
	return images, []string{"image " + s.id}, err
}

// ByParameter selects the image whose ID a Systems Manager parameter holds, such as
// "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id" or one of the
// account's own. A version may follow ("/golden/web:3"), and the form that launches take is
// understood too ("resolve:ssm:/golden/web"), see
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-systems-manager-parameter-to-find-AMI.html.
//
// Whoever may write the parameter decides whose image answers. A backend that can't read parameters
// gives an error that matches [backend.ErrUnsupported].
func ByParameter(name string) Selector {
	return byParameter{strings.TrimPrefix(name, "resolve:ssm:")}
}

type byParameter struct{ name string }

func (s byParameter) Resolve(ctx context.Context, be backend.Backend, arch instance.Architecture) (Resolution, error) {
	return resolve(ctx, be, s, arch)
}

func (s byParameter) String() string { return "the image in parameter " + s.name }

func (s byParameter) architecture() instance.Architecture { return "" }

func (s byParameter) faults(instance.Architecture) []error {
	if strings.TrimSpace(s.name) == "" {
		return []error{fault("selector.parameter", "has no name", "give the full name of a parameter, such as /golden/web")}
	}
	return nil
}

func (s byParameter) find(ctx context.Context, be backend.Backend, _ instance.Architecture) ([]backend.Image, []string, error) {
	ps, ok := be.(backend.Parameters)
	if !ok {
		return nil, nil, fmt.Errorf("parameter %s: %w: it reads no parameters; name the image by ID or by owner and name",
			s.name, backend.ErrUnsupported)
	}
	return fromParameter(ctx, be, ps, s.name)
}

// fromParameter finds the image that a parameter names.
func fromParameter(ctx context.Context, be backend.Backend, ps backend.Parameters, name string) ([]backend.Image, []string, error) {
	id, err := ps.Parameter(ctx, name)
	if err != nil {
		return nil, []string{fmt.Sprintf("parameter %s: %v", name, err)}, err
	}
	id = strings.TrimSpace(id)
	looked := []string{fmt.Sprintf("parameter %s, which says %s", name, id)}
	if !idShape.MatchString(id) {
		return nil, looked, &backend.Error{Op: "GetParameter", Resource: name, Kind: backend.ErrInvalid,
			Message: fmt.Sprintf("its value %q is no image ID", id)}
	}
	images, err := known(ctx, be, id)
	if err != nil {
		err = fmt.Errorf("parameter %s: %w", name, err)
	}
	return images, looked, err
}

// Own selects the newest of the account's own images with this name. In the pattern "*" stands for
// any characters and "?" for one. An architecture that isn't said is x86_64.
func Own(namePattern string) Selector { return byName{owner: self, pattern: namePattern} }

// EC2's word for the account that asks
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html).
const self = "self"

// byName selects by owner (an account, "self" or an alias such as "amazon") and name.
type byName struct{ owner, pattern string }

func (s byName) Resolve(ctx context.Context, be backend.Backend, arch instance.Architecture) (Resolution, error) {
	return resolve(ctx, be, s, arch)
}

func (s byName) String() string {
	if s.owner == self {
		return fmt.Sprintf("own images named %q", s.pattern)
	}
	return fmt.Sprintf("images of %s named %q", s.owner, s.pattern)
}

func (s byName) architecture() instance.Architecture { return instance.X8664 }

func (s byName) faults(instance.Architecture) []error {
	if err := checkPattern(s.pattern); err != nil {
		return []error{err}
	}
	return nil
}

func (s byName) find(ctx context.Context, be backend.Backend, _ instance.Architecture) ([]backend.Image, []string, error) {
	// State and architecture are judged here and not by filters, so that a resolution can say why
	// an image of the right name was refused.
	images, err := collect(ctx, be, backend.ImageQuery{
		Owners:  []string{s.owner},
		Filters: []backend.Filter{backend.By("name", s.pattern)},
		// A whole name means that one image, deprecated or not.
		IncludeDeprecated: !strings.ContainsAny(s.pattern, "*?"),
		IncludeDisabled:   s.owner == self, // others' disabled images can't be seen
	})
	return images, []string{s.String()}, err
}

// known looks up the image of an ID, in whatever state it is.
func known(ctx context.Context, be backend.Backend, id string) ([]backend.Image, error) {
	return collect(ctx, be, backend.ImageQuery{IDs: []string{id}, IncludeDeprecated: true, IncludeDisabled: true})
}

func collect(ctx context.Context, be backend.Backend, q backend.ImageQuery) ([]backend.Image, error) {
	var images []backend.Image
	for im, err := range be.Images(ctx, q) {
		if err != nil {
			return nil, err
		}
		images = append(images, im)
	}
	return images, nil
}

// The shape of an image's ID: 17 hexadecimal digits, 8 in those made before 2018
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html).
var idShape = regexp.MustCompile(`^ami-(?:[0-9a-f]{8}|[0-9a-f]{17})$`)

func checkID(path, id string) error {
	if idShape.MatchString(id) {
		return nil
	}
	return fault(path, fmt.Sprintf("%q is no image ID", id), "give ami- and 17 (or 8) hexadecimal digits")
}
