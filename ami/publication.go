package ami

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

// Publication says where an image is published, for whom, and what shall point to it: see [Image.Publish]. It is an immutable
// value; each method gives one that says more.
type Publication struct {
	regions    []region.Region
	name       string
	key        string
	keys       map[region.Region]string
	plain      bool
	tags       map[string]string
	watermark  string
	grantees   []Grantee
	parameters []string
	templates  []string
	test       func(context.Context, *instance.Instance) error
	testSpec   instance.Spec
	progress   func(region.Region, backend.Progress)
	journal    io.Writer
	past       io.Reader
}

// ToRegions begins a publication to these regions. The image's own region may be one of them.
func ToRegions(regions ...region.Region) Publication {
	return Publication{regions: slices.Clone(regions)}
}

// Named names the copies; without it they have the image's name. A copy in the image's own region can't: it is named with
// "-published" behind it.
func (p Publication) Named(name string) Publication {
	p.name = name
	return p
}

// EncryptedWith encrypts each region's copy with this key of the region, which an alias such as "alias/golden" can name in all
// of them. In the image's own region that makes a copy too, unless the image is encrypted with that key already.
func (p Publication) EncryptedWith(key string) Publication {
	p.key = key
	return p
}

// EncryptedIn encrypts one region's copy with another key.
func (p Publication) EncryptedIn(r region.Region, key string) Publication {
	p.keys = maps.Clone(p.keys)
	if p.keys == nil {
		p.keys = map[region.Region]string{}
	}
	p.keys[r] = key
	return p
}

// Unencrypted leaves the copies plain, as [Unencrypted] does for one.
func (p Publication) Unencrypted() Publication {
	p.plain = true
	return p
}

// SharedWith lets these accounts launch the published images. That each may use the key is looked at before anything is made.
func (p Publication) SharedWith(accounts ...string) Publication {
	for _, a := range accounts {
		p = p.SharedWithGrantees(Account(a))
	}
	return p
}

// SharedWithGrantees lets organizations and the like launch the published images. Whether these may use the key isn't looked at.
func (p Publication) SharedWithGrantees(whom ...Grantee) Publication {
	p.grantees = append(slices.Clip(p.grantees), whom...)
	return p
}

// Tagged tags the published images, besides the tags that the image has.
func (p Publication) Tagged(tags map[string]string) Publication {
	all := maps.Clone(p.tags)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, tags)
	p.tags = all
	return p
}

// Watermarked marks the published images as the account's own by this name, which whatever is made of them bears too
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-watermark.html).
func (p Publication) Watermarked(name string) Publication {
	p.watermark = name
	return p
}

// Parameter lets a Systems Manager parameter name the published image in each region, such as "/golden/web", by which
// [ByParameter] and "resolve:ssm:/golden/web" find it.
func (p Publication) Parameter(name string) Publication {
	p.parameters = append(slices.Clip(p.parameters), name)
	return p
}

// LaunchTemplate gives a launch template, which exists in each region, a version with the published image, like its default
// version but for that, and makes it the default.
func (p Publication) LaunchTemplate(name string) Publication {
	p.templates = append(slices.Clip(p.templates), name)
	return p
}

// Tested instantiates the image where it is, before anything is copied, waits until the instance runs, and goes on only if the
// check finds nothing wrong. The instance is terminated in any case. The spec, if there is one, goes over the image's defaults.
func (p Publication) Tested(check func(context.Context, *instance.Instance) error, spec ...instance.Spec) Publication {
	p.test, p.testSpec = check, instance.Spec{}
	for _, s := range spec {
		p.testSpec = p.testSpec.Merge(s)
	}
	return p
}

// WithProgress calls f, one call at a time, for each look at a copy and for each step of a region.
func (p Publication) WithProgress(f func(region.Region, backend.Progress)) Publication {
	p.progress = f
	return p
}

// Journal writes an entry, a line of JSON, before and after each step that can't be read off the cloud, so that a publication
// survives the end of its program: see [Publication.Resume]. An entry that can't be written ends the publication.
func (p Publication) Journal(w io.Writer) Publication {
	p.journal = w
	return p
}

// Resume reads what an earlier publication of the same image has written into its journal, and goes on from there: a test that
// has passed isn't run again, the instance of one that was broken off is terminated, and pointers that were about to be moved
// go back to where they were if this publication fails. The end of a journal may be cut off.
//
//	file, err := os.OpenFile("web.journal", os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
//	release, err := golden.Publish(ctx, ami.ToRegions(region.USEast1).Parameter("/golden/web").Resume(file).Journal(file))
func (p Publication) Resume(r io.Reader) Publication {
	p.past = r
	return p
}

func (p Publication) keyIn(r region.Region) string {
	if key, ok := p.keys[r]; ok {
		return key
	}
	return p.key
}

func (p Publication) pointers() []pointer {
	var all []pointer
	for _, name := range p.parameters {
		all = append(all, parameterPointer{name})
	}
	for _, name := range p.templates {
		all = append(all, templatePointer{name})
	}
	return all
}

var (
	parameterShape = regexp.MustCompile(`^/?[a-zA-Z0-9_.-]+(?:/[a-zA-Z0-9_.-]+)*$`)
	templateShape  = regexp.MustCompile(`^[a-zA-Z0-9().\-/_]{3,128}$`)
	watermarkShape = regexp.MustCompile(`^[a-zA-Z0-9()\[\] ./'@_-]{3,128}$`)
)

// check finds what is wrong without asking anybody.
func (p Publication) check(im Image) error {
	var errs []error
	add := func(path, problem, remedy string) { errs = append(errs, fault("publication."+path, problem, remedy)) }
	if len(p.regions) == 0 {
		add("regions", "are none", "name them with ToRegions")
	}
	for i, r := range p.regions {
		if _, err := region.Parse(string(r)); err != nil {
			add("regions", fmt.Sprintf("%q is no region", string(r)), "use one such as region.EUWest1")
		}
		if slices.Contains(p.regions[:i], r) {
			add("regions", r.String()+" is named twice", "leave one out")
		}
		if key := p.keyIn(r); strings.HasPrefix(key, "arn:") && !strings.Contains(key, ":kms:"+string(r)+":") {
			add("key", fmt.Sprintf("%s isn't one of %s", key, r), "name it by an alias that each region has, or with EncryptedIn")
		}
		if p.keyIn(r) == "" && r != im.Region() && !p.plain && len(p.grantees) > 0 {
			add("key", fmt.Sprintf("isn't said, and the default key of %s can't be shared", r), "use EncryptedWith, or Unencrypted")
		}
		if p.keyIn(r) != "" && p.plain {
			add("key", "is named for copies that shall be unencrypted", "leave out EncryptedWith or Unencrypted")
		}
	}
	for _, r := range slices.Sorted(maps.Keys(p.keys)) {
		if !slices.Contains(p.regions, r) {
			add("key", fmt.Sprintf("is said for %s, to which nothing is published", r), "name the region with ToRegions, or leave EncryptedIn out")
		}
		if p.keys[r] == "" {
			add("key", "is empty for "+r.String(), "name one, or leave EncryptedIn out")
		}
	}
	for _, name := range p.parameters {
		if !parameterShape.MatchString(name) || strings.HasPrefix(strings.TrimPrefix(name, "/"), "aws") {
			add("parameter", fmt.Sprintf("%q is no name for a parameter of one's own", name), "use one such as /golden/web")
		}
	}
	for _, name := range p.templates {
		if !templateShape.MatchString(name) {
			add("launchTemplate", fmt.Sprintf("%q is no name of a launch template", name), "use its name of 3 to 128 letters, digits and ( ) . - / _")
		}
	}
	if p.watermark != "" && !watermarkShape.MatchString(p.watermark) {
		add("watermark", fmt.Sprintf("%q is no name for one", p.watermark), "use 3 to 128 letters, digits, spaces and ( ) [ ] . / - ' @ _")
	}
	if p.name != "" {
		errs = append(errs, (&making{name: p.name}).validate())
	}
	errs = append(errs, checkGrantees(p.grantees), (&making{name: "any", tags: p.tags}).validate())
	return errors.Join(errs...)
}
