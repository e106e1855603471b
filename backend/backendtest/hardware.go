package backendtest

import (
	"slices"

	"github.com/amiclass/amiclass/backend"
)

// typed is what EC2 tells of the type that instances are launched of.
func (s *scene) typed() backend.InstanceType {
	s.Helper()
	name := s.request().Type
	types := list(s, "describe "+name, s.Backend.InstanceTypes(s.ctx, byID(name)))
	s.holds(len(types) == 1, "type %s is listed %d times", name, len(types))
	return types[0]
}

func hardware() []Behaviour {
	return []Behaviour{
		{"an instance has its type's cores and threads unless its launch says otherwise", guide + "instance-optimize-cpu.html", func(s *scene) {
			t := s.typed()
			i := s.launch()
			s.equal("the cores", i.CPU.Cores, t.Cores)
			s.equal("the threads per core", i.CPU.ThreadsPerCore, t.ThreadsPerCore)
		}},
		{"a launch can cut the processor down", guide + "instance-cpu-options-rules.html", func(s *scene) {
			t := s.typed()
			if len(t.ValidCores) == 0 || len(t.ValidThreads) == 0 {
				s.Skipf("%s can't be cut down", t.Name)
			}
			asked := backend.CPUOptions{Cores: slices.Min(t.ValidCores), ThreadsPerCore: slices.Min(t.ValidThreads)}
			got := s.launch(func(r *backend.RunRequest) { r.CPU = asked }).CPU
			s.equal("the cores", got.Cores, asked.Cores)
			s.equal("the threads per core", got.ThreadsPerCore, asked.ThreadsPerCore)
		}},
		{"a burstable instance has the credit option of its launch", guide + "burstable-performance-instances-unlimited-mode.html", func(s *scene) {
			credits := s.credits()
			if t := s.typed(); !t.Burstable {
				s.Skipf("%s isn't burstable", t.Name)
			}
			for _, option := range []string{"standard", "unlimited"} {
				i := s.run(func(r *backend.RunRequest) { r.Credits = option })
				got, err := credits.InstanceCredits(s.ctx, []string{i.ID})
				s.must(err, "read the credit option")
				s.equal("the credit option", got[i.ID], option)
			}
		}},
		{"a Spot Instance says that it is one", guide + "using-spot-instances.html", func(s *scene) {
			s.equal("Spot of an instance on demand", s.launch().Spot, false)
			s.equal("Spot", s.launch(func(r *backend.RunRequest) { r.Spot = &backend.SpotOptions{} }).Spot, true)
		}},
		{"an instance that shall hibernate says so", guide + "hibernating-prerequisites.html", func(s *scene) {
			t, image := s.typed(), s.image()
			if !t.Hibernation {
				s.Skipf("%s can't hibernate", t.Name)
			}
			i := s.launch(func(r *backend.RunRequest) {
				r.Hibernation = true
				r.Devices = []backend.DeviceMapping{{Device: image.RootDevice, EBS: &backend.EBSMapping{SizeGiB: 20, Type: "gp3", Encrypted: new(true)}}}
			})
			s.equal("Hibernation", i.Hibernation, true)
		}},
		{"a launch can have further interfaces and addresses", guide + "using-eni.html", func(s *scene) {
			if t := s.typed(); t.MaxInterfaces < 2 || t.IPv4PerInterface < 2 {
				s.Skipf("%s has room for one interface and address", t.Name)
			}
			subnet := s.launch().SubnetID
			i := s.launch(func(r *backend.RunRequest) {
				r.SubnetID, r.SecondaryIPs = subnet, 1
				r.Interfaces = []backend.InterfaceRequest{{DeviceIndex: 1, SubnetID: subnet, Description: "second", DeleteOnTermination: new(true)}}
			})
			s.holds(len(i.Interfaces) == 2, "it has the interfaces %+v", i.Interfaces)
			slices.SortFunc(i.Interfaces, func(a, b backend.InstanceInterface) int { return a.DeviceIndex - b.DeviceIndex })
			s.equal("the number of secondary addresses", len(i.Interfaces[0].SecondaryIPs), 1)
			s.equal("the second's index", i.Interfaces[1].DeviceIndex, 1)
			s.equal("the second's description", i.Interfaces[1].Description, "second")
			s.equal("the second goes with the instance", i.Interfaces[1].DeleteOnTermination, true)
		}},
		{"a placement group that doesn't exist is InvalidPlacementGroup.Unknown", errorCodes, func(s *scene) {
			_, err := s.try(s.request(func(r *backend.RunRequest) { r.PlacementGroup = s.name }))
			s.refused(err, backend.ErrNotFound, "InvalidPlacementGroup.Unknown")
		}},
	}
}
