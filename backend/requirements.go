package backend

import (
	"context"
	"iter"
)

// Requirements are those by which EC2 chooses instance types, in its own terms
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceRequirementsRequest.html). What is left out is as EC2
// says: no bare metal and nothing burstable, of any generation, and anything else.
type Requirements struct {
	Architectures []string // one at least

	VCPUs, MemoryMiB                              Bounds[int]
	MemoryGiBPerVCPU, NetworkGbps, LocalStorageGB Bounds[float64]
	Interfaces, EBSMbps                           Bounds[int]
	Accelerators, AcceleratorMemoryMiB            Bounds[int]
	CPUMakers, Generations, LocalStorageKinds     []string
	AcceleratorKinds, AcceleratorMakers           []string
	AcceleratorNames                              []string
	BareMetal, Burstable, LocalStorage            string // included, excluded or required
	EncryptionInTransit, Hibernation              bool
	AllowedTypes, ExcludedTypes                   []string // patterns with *
}

// Bounds are the least and the most; nil for none.
type Bounds[N int | float64] struct{ Min, Max *N }

// RequiredTypes is a backend that finds types by requirements, as EC2's GetInstanceTypesFromInstanceRequirements does.
type RequiredTypes interface {
	// RequiredTypes lists the names of types offered in the region that meet the requirements, whether there is capacity
	// or not.
	RequiredTypes(ctx context.Context, r Requirements) iter.Seq2[string, error]
}
