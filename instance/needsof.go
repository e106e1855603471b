package instance

import (
	"math"
	"slices"

	"github.com/amiclass/amiclass/backend"
)

// needsOf are the needs that requirements say, and what these say that needs can't.
func needsOf(r backend.Requirements) (n Needs, beyond []string) {
	n = Needs{
		VCPUs: rangeOf(r.VCPUs, 1), Memory: rangeOf(r.MemoryMiB, MiB), MemoryPerVCPU: rangeOf(r.MemoryGiBPerVCPU, GiB), Network: rangeOf(r.NetworkGbps, Gbps),
		Interfaces: rangeOf(r.Interfaces, 1), EBSBandwidth: rangeOf(r.EBSMbps, Mbps), LocalStorageSize: rangeOf(r.LocalStorageGB, GB),
		Accelerators: rangeOf(r.Accelerators, 1), AcceleratorMemory: rangeOf(r.AcceleratorMemoryMiB, MiB),
		CPUMakers: named[CPUMaker](r.CPUMakers), LocalStorageKinds: named[LocalStorageKind](r.LocalStorageKinds), AcceleratorKinds: named[AcceleratorKind](r.AcceleratorKinds),
		AcceleratorMakers: slices.Clone(r.AcceleratorMakers), AcceleratorNames: slices.Clone(r.AcceleratorNames),
		BareMetal: Choice(r.BareMetal), Burstable: Choice(r.Burstable), LocalStorage: Choice(r.LocalStorage),
		EncryptionInTransit: r.EncryptionInTransit, Hibernation: r.Hibernation, Allow: slices.Clone(r.AllowedTypes), Deny: slices.Clone(r.ExcludedTypes),
	}
	// EC2 wants a least number of these, where 0 is none.
	if n.VCPUs == AtLeast(0) {
		n.VCPUs = Range[int]{}
	}
	if n.Memory == AtLeast(Size(0)) {
		n.Memory = Range[Size]{}
	}
	switch n.Burstable { // what EC2 takes for unsaid isn't what needs leave unsaid
	case "":
		n.Burstable = Excluded
	case Included:
		n.Burstable = ""
	}
	current, previous := slices.Contains(r.Generations, string(CurrentGeneration)), slices.Contains(r.Generations, string(PreviousGeneration))
	switch {
	case current == previous:
		n.Generation = AnyGeneration
	case previous:
		n.Generation = PreviousGeneration
	}
	if len(n.Allow) > 0 {
		return n, nil
	}
	// Without types that are allowed, needs exclude what isn't asked for.
	if i := slices.Index(n.Deny, hpcTypes); i >= 0 {
		n.Deny = slices.Delete(n.Deny, i, i+1)
	} else {
		beyond = append(beyond, "types for high performance computing among others")
	}
	if len(n.Deny) == 0 {
		n.Deny = nil
	}
	switch {
	case n.Accelerators == AtMost(0):
		n.Accelerators = Range[int]{}
	case !n.wantsAccelerators():
		n.Accelerators = AtLeast(0)
	}
	return n, beyond
}

func rangeOf[T ~int | ~int64, N int | float64](b backend.Bounds[N], unit T) (r Range[T]) {
	if b.Min != nil {
		r.low, r.hasLow = T(math.Round(float64(*b.Min)*float64(unit))), true
	}
	if b.Max != nil {
		r.high, r.hasHigh = T(math.Round(float64(*b.Max)*float64(unit))), true
	}
	return r
}

func named[T ~string](words []string) []T {
	if len(words) == 0 {
		return nil
	}
	all := make([]T, len(words))
	for i, w := range words {
		all[i] = T(w)
	}
	return all
}
