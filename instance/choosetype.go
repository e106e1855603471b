package instance

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/internal/fit"
	"github.com/amiclass/amiclass/region"
)

// Compatible tells every reason why an image can't run on an instance type, nil if it can. The error
// joins a *[FieldError] for each, with both sides and a remedy.
func Compatible(image backend.Image, t backend.InstanceType) error {
	var f faults
	checkFit(&f, "type", image, t)
	return f.join()
}

func checkFit(f *faults, path string, image backend.Image, t backend.InstanceType) {
	for _, m := range fit.Check(&image, &t) {
		f.add(path, strings.TrimSuffix(m.Error(), "; "+m.Remedy), m.Remedy)
	}
}

// chooseType gives the name of the type to launch: the one that is said, else the first that meets the
// needs, is offered in the region, as far as known, and can run the image.
func (s Spec) chooseType(f *faults, image backend.Image, p place) string {
	h, ok := s.hardware.get()
	switch {
	case !ok:
		f.add("spec.type", "neither an instance type nor needs are said", "use WithType or WithHardware")
		return ""
	case h.typed:
		if t, known := catalogue.InstanceType(h.exact); known {
			checkFit(f, "spec.type", image, t)
		}
		return h.exact
	}
	var wrong faults
	if h.needs.check(&wrong); len(wrong) > 0 {
		return "" // which is among the faults already
	}
	return resolve(f, h.needs, image, p)
}

func resolve(f *faults, n Needs, image backend.Image, p place) string {
	arch := Architecture(image.Architecture)
	if n.Architecture != "" && arch != "" && n.Architecture != arch {
		*f = append(*f, otherArchitecture(n.Architecture, arch))
		return ""
	}
	if arch != "" {
		n.Architecture = arch
	}
	for name := range n.fitting(image, p) {
		return name
	}
	if p.region != "" && len(catalogue.OfferedTypes(p.region)) == 0 { // unknown, not without any types
		return resolve(f, n, image, place{})
	}
	*f = append(*f, n.unfit(image, p))
	return ""
}

// fitting gives the types that meet the needs, are offered there and can run the image, the best first.
func (n Needs) fitting(image backend.Image, p place) iter.Seq[string] {
	return func(yield func(string) bool) {
		said := n.said()
		for _, t := range candidates() {
			if t.usable && n.meets(said, t.InstanceType, t.price) && p.offers(t.Name) && len(fit.Check(&image, t.InstanceType)) == 0 && !yield(t.Name) {
				return
			}
		}
	}
}

// unfit tells why no type is fitting, by the first that gets farthest.
func (n Needs) unfit(image backend.Image, p place) error {
	all := n.Types()
	if len(all) == 0 {
		return unmet(n)
	}
	i := slices.IndexFunc(all, p.offers)
	if i < 0 {
		return &FieldError{Path: "spec.needs", Problem: fmt.Sprintf("no instance type that has %s is offered in %s", n, p),
			Remedy: "widen the needs, or go elsewhere"}
	}
	closest, _ := catalogue.InstanceType(all[i])
	var why []string
	for _, m := range fit.Check(&image, &closest) {
		why = append(why, m.Error())
	}
	return &FieldError{Path: "spec.needs", Problem: fmt.Sprintf("no instance type that has %s can run %s; the closest is %s (%s)",
		n, image.ID, closest.Name, strings.Join(why, "; ")), Remedy: "widen the needs, or use another image"}
}

// place is where a type has to be offered.
type place struct {
	region region.Region // empty for anywhere
	zone   region.Zone   // empty if the catalogue doesn't know it, as it knows no Local Zones
}

func (s Spec) place(r region.Region, zone region.Zone) place {
	p := place{region: r}
	if known, ok := catalogue.RegionNamed(r); ok && slices.ContainsFunc(known.Zones, func(z catalogue.Zone) bool { return z.Name == zone }) {
		p.zone = zone
	}
	return p
}

func (p place) offers(name string) bool {
	if p.region == "" {
		return true
	}
	zones := catalogue.Offered(p.region, name)
	return len(zones) > 0 && (p.zone == "" || slices.Contains(zones, p.zone))
}

// mayOffer tells whether the type is offered as far as known: the catalogue doesn't know every zone.
func (p place) mayOffer(name string) bool { return p.zone == "" || p.offers(name) }

func (p place) String() string {
	if p.zone != "" {
		return string(p.zone)
	}
	return string(p.region)
}
