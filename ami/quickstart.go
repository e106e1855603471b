package ami

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/internal/catalogue"
)

// quickStart selects the newest image of a line that its publisher keeps up to date: by the public
// parameter where one is documented and can be read, else by the alias "amazon" and the name, so that
// nobody who borrows a name can answer and no account ID is involved.
type quickStart struct {
	family  *quickStartFamily
	release string
	variant string // the family's own words for what differs, in pairs "word=value" between commas
	title   string // of the variant, for people
}

// quickStartFamily is what differs between the families.
type quickStartFamily struct {
	title    string
	naming   *catalogue.Naming
	usual    Architecture // what the empty architecture stands for
	shape    *regexp.Regexp
	remedy   string
	words    func(release string) []string   // of parameters and names, in pairs
	patterns func(release string) [][]string // words of names in which patterns stand; one pattern of images for each
}

func (s quickStart) with(title string, words ...string) quickStart {
	for i := 0; i < len(words); i += 2 {
		s.variant += words[i] + "=" + words[i+1] + ","
	}
	if s.title != "" {
		title = s.title + ", " + title
	}
	s.title = title
	return s
}

// String reads "Ubuntu 24.04 (minimal) of amazon".
func (s quickStart) String() string {
	name := s.family.title + " " + s.release
	if s.title != "" {
		name += " (" + s.title + ")"
	}
	return name + " of " + amazon
}

func (s quickStart) Resolve(ctx context.Context, be backend.Backend, arch instance.Architecture) (Resolution, error) {
	return resolve(ctx, be, s, arch)
}

func (s quickStart) architecture() instance.Architecture { return s.family.usual }

// Words of a variant that stand in names are letters, digits, - and _; nothing else may become a pattern.
var wordShape = regexp.MustCompile(`^([a-z0-9]+=[A-Za-z0-9_-]*,)*$`)

func (s quickStart) faults(arch instance.Architecture) []error {
	var errs []error
	if !s.family.shape.MatchString(s.release) {
		errs = append(errs, fault("selector.release", fmt.Sprintf("%q is no release of %s", s.release, s.family.title), s.family.remedy))
	}
	if !wordShape.MatchString(s.variant) {
		errs = append(errs, fault("selector.variant", fmt.Sprintf("%q has characters that no image's name has", s.title), "use letters, digits and _"))
	}
	var words []string
	for pair := range strings.SplitSeq(s.variant, ",") {
		word, _, _ := strings.Cut(pair, "=")
		if word != "" && slices.Contains(words, word) {
			errs = append(errs, fault("selector.variant", fmt.Sprintf("%q can't all be had together", s.title), "leave some out"))
			break
		}
		words = append(words, word)
	}
	if _, ok := s.family.naming.Arch[string(arch)]; arch != "" && !ok {
		var have []string
		for a := range s.family.naming.Arch {
			have = append(have, a)
		}
		slices.Sort(have)
		errs = append(errs, fault("architecture", fmt.Sprintf("%s isn't published for %s", s.family.title, arch), "choose "+strings.Join(have, " or ")))
	}
	return errs
}

// fill puts the variant's words before the family's.
func (s quickStart) fill(template string, arch instance.Architecture, words []string) string {
	var all []string
	for pair := range strings.SplitSeq(strings.TrimSuffix(s.variant, ","), ",") {
		if word, value, ok := strings.Cut(pair, "="); ok {
			all = append(all, word, value)
		}
	}
	all = append(all, words...)
	return catalogue.Fill(template, append(all, "release", s.release, "arch", s.family.naming.Arch[string(arch)], "ec2arch", string(arch))...)
}

func (s quickStart) find(ctx context.Context, be backend.Backend, arch instance.Architecture) ([]backend.Image, []string, error) {
	var looked []string
	if s.family.naming.Parameter != "" {
		name := s.fill(s.family.naming.Parameter, arch, s.family.words(s.release))
		images, how, err := fromPublicParameter(ctx, be, name)
		if err == nil || !unavailable(err) {
			return images, how, err
		}
		looked = how
	}
	var images []backend.Image
	for _, words := range s.family.patterns(s.release) {
		pattern := s.fill(s.family.naming.Image, arch, append(words, s.family.words(s.release)...))
		found, how, err := byName{owner: amazon, pattern: pattern}.find(ctx, be, arch)
		images, looked = append(images, found...), append(looked, how...)
		if err != nil {
			return images, looked, err
		}
	}
	return images, looked, nil
}

// fromPublicParameter finds the image that a public parameter names, and says how if it can't be asked.
func fromPublicParameter(ctx context.Context, be backend.Backend, name string) ([]backend.Image, []string, error) {
	ps, ok := be.(backend.Parameters)
	if !ok {
		return nil, []string{fmt.Sprintf("parameter %s: the backend reads no parameters", name)}, backend.ErrUnsupported
	}
	return fromParameter(ctx, be, ps, name)
}

// unavailable tells whether there is no asking, as opposed to its failing now.
func unavailable(err error) bool {
	return errors.Is(err, backend.ErrNotFound) || backend.Untold(err)
}
