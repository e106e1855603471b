package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

// facts is what the files hold.
type facts struct {
	documents map[string][]byte // by instance type
	offers    map[region.Region]map[string][]region.Zone
	regions   []catalogue.Region // sorted by name
	images    []catalogue.Image  // sorted by region and ID
}

// embedded gives what the files held when this command was built.
func embedded() facts {
	f := facts{documents: map[string][]byte{}, offers: map[region.Region]map[string][]region.Zone{}}
	for _, name := range catalogue.InstanceTypeNames() {
		f.documents[name], _ = catalogue.InstanceTypeDocument(name)
	}
	f.regions = slices.Clone(catalogue.Regions())
	for _, r := range f.regions {
		f.images = append(f.images, catalogue.AmazonLinuxImages(r.Name)...)
		for _, name := range catalogue.OfferedTypes(r.Name) {
			f.offer(r.Name, name, catalogue.Offered(r.Name, name))
		}
	}
	return f
}

func (f *facts) offer(r region.Region, name string, zones []region.Zone) {
	if f.offers[r] == nil {
		f.offers[r] = map[string][]region.Zone{}
	}
	f.offers[r][name] = zones
}

// merge puts the answers in the place of what was known of their regions. A type's document is that
// of the first region, by name, that has it; types that are offered in no zone are left out.
func merge(known facts, answers []answer) (facts, error) {
	answered := map[region.Region]*answer{}
	for i := range answers {
		answered[answers[i].region.Name] = &answers[i]
	}
	now := facts{documents: map[string][]byte{}, offers: map[region.Region]map[string][]region.Zone{}}
	for _, r := range known.regions {
		a := answered[r.Name]
		if a != nil && a.reached {
			continue
		}
		delete(answered, r.Name)
		now.regions = append(now.regions, r)
		for name, zones := range known.offers[r.Name] {
			now.offer(r.Name, name, zones)
		}
	}
	for _, im := range known.images {
		if a := answered[im.Region]; a == nil || !a.reached {
			now.images = append(now.images, im)
		}
	}
	for name, a := range answered {
		now.regions = append(now.regions, a.region)
		now.images = append(now.images, a.images...)
		for typ, zones := range a.offers {
			now.offer(name, typ, zones)
		}
	}
	slices.SortFunc(now.regions, func(a, b catalogue.Region) int { return compare(a.Name, b.Name) })
	slices.SortFunc(now.images, func(a, b catalogue.Image) int {
		return cmp.Or(compare(a.Region, b.Region), compare(a.ID, b.ID))
	})
	return now, now.describe(known, answers)
}

func (f *facts) describe(known facts, answers []answer) error {
	for r, types := range f.offers {
		for name := range types {
			if f.documents[name] != nil {
				continue
			}
			doc := known.documents[name]
			if i := slices.IndexFunc(answers, func(a answer) bool { return a.documents[name] != nil }); i >= 0 {
				doc = answers[i].documents[name]
			}
			if doc == nil {
				return fmt.Errorf("%s is offered in %s, but no region describes it", name, r)
			}
			f.documents[name] = doc
		}
	}
	return nil
}

// keptRegions are those of which the files say what they said before.
func keptRegions(now facts, answers []answer) []region.Region {
	var kept []region.Region
	for _, r := range now.regions {
		if !slices.ContainsFunc(answers, func(a answer) bool { return a.reached && a.region.Name == r.Name }) {
			kept = append(kept, r.Name)
		}
	}
	return kept
}

func compare[T ~string](a, b T) int { return cmp.Compare(a, b) }
