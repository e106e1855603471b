package backendtest

import (
	"slices"

	"github.com/amiclass/amiclass/backend"
)

func offers() []Behaviour {
	const describe = api + "DescribeInstanceTypes.html"
	return []Behaviour{
		{"an unknown instance type is InvalidInstanceType", errorCodes, func(s *scene) {
			_, err := all(s.Backend.InstanceTypes(s.ctx, byID("t1.nosuch")))
			s.refused(err, backend.ErrNotFound, "InvalidInstanceType")
		}},
		{"an instance type tells its hardware", describe, func(s *scene) {
			found := list(s, "describe "+typeX86, s.Backend.InstanceTypes(s.ctx, byID(typeX86)))
			s.holds(len(found) == 1, "%s is listed %d times", typeX86, len(found))
			t := found[0]
			s.equal("the name", t.Name, typeX86)
			s.equal("vCPUs", t.VCPUs, 2)
			s.equal("MiB of memory", t.MemoryMiB, 1024)
			s.equal("the architectures", t.Architectures, []string{x86})
			s.equal("burstable", t.Burstable, true)
			s.equal("the hypervisor", t.Hypervisor, "nitro")
			s.equal("ENA", t.ENA, "required")
		}},
		{"all instance types are listed, each once", describe, func(s *scene) {
			found := list(s, "list types", s.Backend.InstanceTypes(s.ctx, backend.Query{}))
			seen := map[string]bool{}
			for _, t := range found {
				s.holds(!seen[t.Name], "%s is listed twice", t.Name)
				seen[t.Name] = true
			}
			s.holds(seen[typeX86] && len(found) > 100, "only %d types are listed, among them %s: %v", len(found), typeX86, seen[typeX86])
		}},
		{"instance types are found by what they have", describe, func(s *scene) {
			found := list(s, "list types", s.Backend.InstanceTypes(s.ctx, backend.Query{Filters: []backend.Filter{
				backend.By("processor-info.supported-architecture", arm), backend.By("instance-type", "t4g.*")}}))
			s.holds(len(found) > 0, "there is none")
			for _, t := range found {
				s.holds(slices.Contains(t.Architectures, arm), "%s is of %v", t.Name, t.Architectures)
			}
		}},
		{"offerings are told per zone of the region", api + "DescribeInstanceTypeOfferings.html", func(s *scene) {
			zones, err := s.Backend.Zones(s.ctx)
			s.must(err, "list zones")
			found := list(s, "list offerings", s.Backend.Offerings(s.ctx, backend.Query{Filters: []backend.Filter{backend.By("instance-type", typeX86)}}))
			s.holds(len(found) > 0, "%s is offered nowhere", typeX86)
			for _, o := range found {
				s.equal("the type", o.Type, typeX86)
				s.holds(slices.ContainsFunc(zones, func(z backend.Zone) bool { return z.Name == o.Zone }),
					"it is offered in %s, which is no zone of the region", o.Zone)
			}
		}},
	}
}
