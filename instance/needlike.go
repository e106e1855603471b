package instance

import (
	"fmt"
	"math"

	"github.com/amiclass/amiclass/internal/catalogue"
)

// Like gives the needs that a type with that name meets just so: as many vCPUs, and at least as much of all else that it
// has. It is for finding others that can take its place. The error, at a name that no type has, is a *[FieldError].
func Like(name string) (Needs, error) {
	t, ok := catalogue.InstanceType(name)
	if !ok {
		return Needs{}, &FieldError{Path: "type", Problem: fmt.Sprintf("%q is no instance type of the catalogue", name), Remedy: "use a name such as m7g.large"}
	}
	n := Needs{
		VCPUs:               Exactly(t.VCPUs),
		Memory:              AtLeast(Size(t.MemoryMiB) * MiB),
		Architecture:        Architecture(t.Architectures[len(t.Architectures)-1]), // i386 stands before x86_64
		Burstable:           choiceOf(t.Burstable),
		BareMetal:           choiceOf(t.BareMetal),
		Network:             AtLeast(Rate(math.Round(t.NetworkGbps * float64(Gbps)))),
		EncryptionInTransit: t.EncryptionInTransit,
		EFA:                 t.EFAInterfaces > 0,
		Interfaces:          AtLeast(t.MaxInterfaces),
		EBSBandwidth:        AtLeast(Rate(t.EBSMbps) * Mbps),
		EBSIOPS:             AtLeast(t.EBSIOPS),
		Hibernation:         t.Hibernation,
		TPM:                 t.TPM,
		Enclaves:            t.Enclaves,
	}
	if !t.CurrentGeneration {
		n.Generation = AnyGeneration
	}
	if t.InstanceStorageGB > 0 {
		n.LocalStorage, n.LocalStorageSize = Required, AtLeast(Size(t.InstanceStorageGB)*GB)
		n.LocalStorageKinds = words[LocalStorageKind](t.StorageKinds)
	}
	if len(t.Accelerators) > 0 {
		count, memory := accelerators(&t)
		n.Accelerators, n.AcceleratorMemory = AtLeast(count), AtLeast(memory)
		for _, a := range t.Accelerators {
			n.AcceleratorKinds = append(n.AcceleratorKinds, AcceleratorKind(a.Kind))
		}
	}
	return n, nil
}

func choiceOf(has bool) Choice {
	if has {
		return Required
	}
	return Excluded
}
