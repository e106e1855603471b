package instance

import (
	"math"
	"slices"

	"github.com/amiclass/amiclass/backend"
)

// Requirements are the needs in EC2's own language of instance requirements, for types with the architecture. The error
// joins a *[FieldError] for each need that the language can't say.
func (n Needs) Requirements(arch Architecture) (backend.Requirements, error) {
	var f faults
	n.check(&f)
	if n.Architecture != "" && arch != "" && n.Architecture != arch {
		f = append(f, otherArchitecture(n.Architecture, arch))
	}
	if arch == "" {
		arch = n.Architecture
	}
	if arch == "" {
		f.add("spec.needs.architecture", "is missing", "say one: EC2 chooses types for an architecture")
	}
	for _, unsayable := range []struct {
		key  string
		said bool
	}{
		{"hypervisor", n.Hypervisor != ""}, {"efa", n.EFA}, {"ebs-iops", n.EBSIOPS != Range[int]{}}, {"tpm", n.TPM}, {"enclaves", n.Enclaves},
		{"price", n.MaxPrice != 0}, {"deny", len(n.Allow) > 0 && len(n.Deny) > 0},
	} {
		if unsayable.said {
			f.add("spec.needs."+unsayable.key, "is nothing that EC2's instance requirements can say beside the others", "leave it out, or use the types that Types lists")
		}
	}
	if err := f.join(); err != nil {
		return backend.Requirements{}, err
	}
	r := backend.Requirements{
		Architectures: []string{string(arch)},
		VCPUs:         boundsOf(n.VCPUs, 1, whole), MemoryMiB: boundsOf(n.Memory, MiB, whole),
		MemoryGiBPerVCPU: boundsOf(n.MemoryPerVCPU, GiB, exact),
		NetworkGbps:      boundsOf(n.Network, Gbps, exact),
		LocalStorageGB:   boundsOf(n.LocalStorageSize, GB, exact),
		Interfaces:       boundsOf(n.Interfaces, 1, whole), EBSMbps: boundsOf(n.EBSBandwidth, Mbps, whole),
		Accelerators: boundsOf(n.Accelerators, 1, whole), AcceleratorMemoryMiB: boundsOf(n.AcceleratorMemory, MiB, whole),
		CPUMakers: texts(n.CPUMakers), LocalStorageKinds: texts(n.LocalStorageKinds),
		AcceleratorKinds: texts(n.AcceleratorKinds), AcceleratorMakers: slices.Clone(n.AcceleratorMakers), AcceleratorNames: slices.Clone(n.AcceleratorNames),
		BareMetal: string(n.BareMetal), Burstable: string(n.Burstable), LocalStorage: string(n.LocalStorage),
		EncryptionInTransit: n.EncryptionInTransit, Hibernation: n.Hibernation,
		AllowedTypes: slices.Clone(n.Allow), ExcludedTypes: slices.Clone(n.Deny),
	}
	if r.Burstable == "" { // what needs leave unsaid isn't what EC2 takes for unsaid
		r.Burstable = string(Included)
	}
	switch n.Generation {
	case "", CurrentGeneration:
		r.Generations = []string{string(CurrentGeneration)}
	case PreviousGeneration:
		r.Generations = []string{string(PreviousGeneration)}
	}
	if len(n.Allow) == 0 {
		r.ExcludedTypes = append(r.ExcludedTypes, hpcTypes)
		if !n.wantsAccelerators() {
			r.Accelerators.Max = new(int)
		}
	}
	return r, nil
}

const hpcTypes = hpc + "*"

// boundsOf gives the bounds in a unit; what isn't a whole number of it is rounded so that no other types are between them.
func boundsOf[T ~int | ~int64, N int | float64](r Range[T], unit T, in func(n float64, up bool) N) (b backend.Bounds[N]) {
	if r.hasLow {
		n := in(float64(r.low)/float64(unit), true)
		b.Min = &n
	}
	if r.hasHigh {
		n := in(float64(r.high)/float64(unit), false)
		b.Max = &n
	}
	return b
}

func whole(n float64, up bool) int {
	if up {
		return int(math.Ceil(n))
	}
	return int(math.Floor(n))
}

func exact(n float64, _ bool) float64 { return n }
