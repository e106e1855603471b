package ami

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/internal/strictjson"
)

// selectorJSON is the form of every selector: the first field that is said tells which.
type selectorJSON struct {
	Image       string   `json:"image,omitempty"`
	Parameter   string   `json:"parameter,omitempty"`
	Own         string   `json:"own,omitempty"`
	ProductCode string   `json:"productCode,omitempty"`
	Owner       string   `json:"owner,omitempty"`
	Name        string   `json:"name,omitempty"` // of the owner's
	Family      string   `json:"family,omitempty"`
	Release     string   `json:"release,omitempty"`
	Kernel      string   `json:"kernel,omitempty"`
	Variant     []string `json:"variant,omitempty"`
}

const (
	al2023  = "amazon-linux-2023"
	al2     = "amazon-linux-2"
	minimal = "minimal"
)

type namedFamily struct {
	name   string
	family *quickStartFamily
	make   func(release string) Selector
}

// The Quick Start families besides Amazon Linux, by what JSON calls them.
var families = []namedFamily{
	{"ubuntu", ubuntuFamily, func(r string) Selector { return Ubuntu(r) }},
	{"debian", debianFamily, Debian},
	{"rhel", rhelFamily, func(r string) Selector { return RHEL(r) }},
	{"suse", suseFamily, SUSE},
	{"windows-server", windowsFamily, func(r string) Selector { return WindowsServer(r) }},
	{"macos", macOSFamily, MacOS},
}

// selectorForm is the JSON form of a selector.
func selectorForm(s Selector) (selectorJSON, error) {
	switch s := s.(type) {
	case byID:
		return selectorJSON{Image: s.id}, nil
	case byParameter:
		return selectorJSON{Parameter: s.name}, nil
	case byName:
		if s.owner != self {
			return selectorJSON{Owner: s.owner, Name: s.pattern}, nil
		}
		return selectorJSON{Own: s.pattern}, nil
	case community:
		return selectorJSON{Owner: s.owner, Name: s.pattern}, nil
	case marketplace:
		return selectorJSON{ProductCode: s.code}, nil
	case AmazonLinux:
		j := selectorJSON{Family: al2023, Kernel: s.kernel}
		if s.two {
			j.Family = al2
		}
		if s.minimal {
			j.Variant = []string{minimal}
		}
		return j, nil
	case pinned:
		return selectorJSON{}, fault("selector", "is what the class is pinned to", "write the class as it was before, and its lockfile beside it")
	case UbuntuRelease:
		return s.form(), nil
	case RHELRelease:
		return s.form(), nil
	case WindowsServerRelease:
		return s.form(), nil
	case quickStart:
		return s.form(), nil
	}
	return selectorJSON{}, fault("selector", fmt.Sprintf("%T has no JSON form", s), "use one of this package")
}

func (s quickStart) form() selectorJSON {
	i := slices.IndexFunc(families, func(f namedFamily) bool { return f.family == s.family })
	j := selectorJSON{Family: families[i].name, Release: s.release}
	if s.title != "" {
		j.Variant = strings.Split(s.title, ", ")
	}
	return j
}

// selector is what the form says.
func (j selectorJSON) selector() (Selector, error) {
	said := 0
	for _, s := range []string{j.Image, j.Parameter, j.Own, j.ProductCode, j.Owner + j.Name, j.Family} {
		if s != "" {
			said++
		}
	}
	switch {
	case said != 1:
		return nil, fault("selector", fmt.Sprintf("says %d ways to find an image", said), "say one of image, parameter, own, productCode, owner with name, and family")
	case j.Family == "" && (j.Release != "" || j.Kernel != "" || j.Variant != nil):
		return nil, fault("selector", "says release, kernel or variant without a family", "leave them out")
	case j.Image != "":
		return ByID(j.Image), nil
	case j.Parameter != "":
		return ByParameter(j.Parameter), nil
	case j.Own != "":
		return Own(j.Own), nil
	case j.ProductCode != "":
		return Marketplace(j.ProductCode), nil
	case j.Family == "":
		return j.ofOwner()
	case j.Family == al2023 || j.Family == al2:
		return j.amazonLinux()
	}
	return j.quickStart()
}

// ofOwner reads both a community's image and the family of an image that a class was made of, which an alias may own.
func (j selectorJSON) ofOwner() (Selector, error) {
	if j.Owner == "" || j.Name == "" {
		return nil, fault("selector", "says only one of owner and name", "say both")
	}
	if accountShape.MatchString(j.Owner) {
		return Community(j.Owner, j.Name), nil
	}
	return byName{owner: j.Owner, pattern: j.Name}, nil
}

func (j selectorJSON) amazonLinux() (Selector, error) {
	s := AmazonLinux{two: j.Family == al2, kernel: j.Kernel}
	if j.Release != "" {
		return nil, fault("selector.release", "is said of "+j.Family+", which has none", "leave it out")
	}
	for _, v := range j.Variant {
		if v != minimal {
			return nil, fault("selector.variant", fmt.Sprintf("%q is none of %s", v, j.Family), `use "minimal"`)
		}
		s = s.Minimal()
	}
	return s, nil
}

func (j selectorJSON) quickStart() (Selector, error) {
	var names []string
	for _, f := range families {
		names = append(names, f.name)
		if f.name != j.Family {
			continue
		}
		if j.Kernel != "" {
			return nil, fault("selector.kernel", "is said of "+j.Family, "leave it out")
		}
		s := f.make(j.Release)
		for _, v := range j.Variant {
			var err error
			if s, err = variant(s, v); err != nil {
				return nil, err
			}
		}
		return s, nil
	}
	return nil, fault("selector.family", fmt.Sprintf("%q is none", j.Family), "use "+al2023+", "+al2+", "+strings.Join(names, ", "))
}

// variant is the selector of a variant, by the name that selectors print.
func variant(s Selector, name string) (Selector, error) {
	switch s := s.(type) {
	case UbuntuRelease:
		switch name {
		case minimal:
			return s.Minimal(), nil
		case "Pro":
			return s.Pro(), nil
		}
	case RHELRelease:
		if name == "High Availability" {
			return s.HighAvailability(), nil
		}
	case WindowsServerRelease:
		if name == "Core" {
			return s.Core(), nil
		}
		if sql, ok := strings.CutPrefix(name, "SQL Server "); ok {
			release, edition, _ := strings.Cut(sql, " ")
			return s.SQLServer(release, SQLEdition(edition)), nil
		}
		return s.Language(name), nil
	}
	return nil, fault("selector.variant", fmt.Sprintf("%q is none that the family has", name), "leave it out")
}

func readSelector(raw json.RawMessage) (Selector, error) {
	var j selectorJSON
	if err := strictjson.Decode(raw, &j); err != nil {
		return nil, fault("selector", err.Error(), "see the schema that ClassSchema gives")
	}
	return j.selector()
}
