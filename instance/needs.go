package instance

import (
	"cmp"
	"fmt"
	"log/slog"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/catalogue"
)

// Architecture is a processor architecture as EC2 names it.
type Architecture string

// The architectures of images and instance types
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Image.html).
const (
	I386     Architecture = "i386"
	X8664    Architecture = "x86_64"
	ARM64    Architecture = "arm64"
	X8664Mac Architecture = "x86_64_mac"
	ARM64Mac Architecture = "arm64_mac"
)

var architectures = []Architecture{I386, X8664, ARM64, X8664Mac, ARM64Mac}

// Needs says what hardware a server needs instead of naming an instance type, in the terms of EC2's instance requirements
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceRequirementsRequest.html) and of more that EC2 tells
// of its types. Everything that is said must hold; what isn't said doesn't matter, but that bare metal, types of former
// generations, and the families of accelerated and high performance computing have to be asked for.
//
// Needs are a line of text as well: see [ParseNeeds].
type Needs struct {
	VCPUs  Range[int]
	Memory Range[Size]
	// Architecture is needed only where no image says it: a launch goes by its image.
	Architecture  Architecture
	MemoryPerVCPU Range[Size]
	CPUMakers     []CPUMaker // any of them
	Burstable     Choice     // Included if empty
	BareMetal     Choice     // Excluded if empty
	Generation    Generation // CurrentGeneration if empty
	Hypervisor    Hypervisor

	Network             Range[Rate] // baseline, of all network cards together
	Interfaces          Range[int]
	EFA                 bool // an Elastic Fabric Adapter
	EncryptionInTransit bool // between instances

	LocalStorage      Choice // instance store; Included if empty
	LocalStorageSize  Range[Size]
	LocalStorageKinds []LocalStorageKind // any of them, where there is instance store
	EBSBandwidth      Range[Rate]        // baseline
	EBSIOPS           Range[int]         // baseline

	Accelerators      Range[int] // of all kinds together
	AcceleratorKinds  []AcceleratorKind
	AcceleratorMakers []string    // any of them, in EC2's words: "nvidia", "amazon-web-services"
	AcceleratorNames  []string    // any of them, in EC2's words: "a10g", "inferentia2"
	AcceleratorMemory Range[Size] // of all of them together

	Hibernation bool
	TPM         bool // NitroTPM
	Enclaves    bool // Nitro Enclaves

	// Allow and Deny are names of types, in which * stands for any characters: "m7g.*", "*.metal".
	Allow, Deny []string

	// MaxPrice is the most that an hour may cost by prices that the caller has: see [PricedBy].
	MaxPrice float64
}

// Choice is what a type may be.
type Choice string

// The choices, as EC2 names them.
const (
	Included Choice = "included"
	Excluded Choice = "excluded"
	Required Choice = "required"
)

// CPUMaker is who makes a processor, as EC2's requirements name him.
type CPUMaker string

// The makers of processors.
const (
	Intel CPUMaker = "intel"
	AMD   CPUMaker = "amd"
	AWS   CPUMaker = "amazon-web-services"
	Apple CPUMaker = "apple"
)

// Generation tells whether types are EC2's current ones.
type Generation string

// The generations.
const (
	CurrentGeneration  Generation = "current"
	PreviousGeneration Generation = "previous"
	AnyGeneration      Generation = "any"
)

// Hypervisor is what types other than bare metal run on.
type Hypervisor string

// The hypervisors.
const (
	Nitro Hypervisor = "nitro"
	Xen   Hypervisor = "xen"
)

// LocalStorageKind is a kind of instance store.
type LocalStorageKind string

// The kinds of instance store.
const (
	SSD LocalStorageKind = "ssd"
	HDD LocalStorageKind = "hdd"
)

// AcceleratorKind is what an accelerator is for.
type AcceleratorKind string

// The kinds of accelerators.
const (
	GPU                  AcceleratorKind = "gpu"
	FPGA                 AcceleratorKind = "fpga"
	InferenceAccelerator AcceleratorKind = "inference"
	MediaAccelerator     AcceleratorKind = "media"
)

// String reads "vCPUs at least 2, memory at least 4 GiB, arm64".
func (n Needs) String() string {
	var parts []string
	for i := range needs {
		if text := needs[i].read(&n); text != "" {
			parts = append(parts, text)
		}
	}
	if len(parts) == 0 {
		return "any hardware"
	}
	return strings.Join(parts, ", ")
}

// LogValue is the needs as a line of text.
func (n Needs) LogValue() slog.Value { return slog.StringValue(n.String()) }

// Types lists the names of the instance types that meet the needs, the best first: fewest vCPUs, then
// least memory, then the newest generation, then the lowest price, if there are prices, then the name. They can be launched on
// demand with HVM images. It asks nobody: the types are those that EC2 had when this module was released.
func (n Needs) Types(opts ...NeedsOption) []string {
	said, all := n.said(), n.among(opts)
	names := make([]string, 0, len(all)/4)
	for _, t := range all {
		if t.usable && n.meets(said, t.InstanceType, t.price) {
			names = append(names, t.Name)
		}
	}
	return names
}

// Resolve gives the first of the types that meet the needs and have the architecture. The error, if
// there is none, is a *[FieldError].
func (n Needs) Resolve(arch Architecture, opts ...NeedsOption) (string, error) {
	if n.Architecture != "" && arch != "" && n.Architecture != arch {
		return "", otherArchitecture(n.Architecture, arch)
	}
	n.Architecture = cmp.Or(n.Architecture, arch)
	said := n.said()
	for _, t := range n.among(opts) {
		if t.usable && n.meets(said, t.InstanceType, t.price) {
			return t.Name, nil
		}
	}
	return "", unmet(n)
}

// NeedsOption tells needs more about types than EC2 does.
type NeedsOption func(*needsOptions)

type needsOptions struct {
	prices func(instanceType string) (perHour float64, known bool)
}

// pricesOf gives what an hour of a type costs, infinitely much if that isn't known.
func pricesOf(opts []NeedsOption) func(instanceType string) float64 {
	var o needsOptions
	for _, opt := range opts {
		opt(&o)
	}
	return func(instanceType string) float64 {
		if o.prices != nil {
			if price, known := o.prices(instanceType); known {
				return price
			}
		}
		return math.Inf(1)
	}
}

// PricedBy gives what an hour of a type costs, in any currency. A type whose price isn't known costs more than any
// [Needs.MaxPrice], and comes last among its equals.
func PricedBy(prices func(instanceType string) (perHour float64, known bool)) NeedsOption {
	return func(o *needsOptions) { o.prices = prices }
}

func otherArchitecture(needed, have Architecture) error {
	return &FieldError{
		Path:    "spec.needs.architecture",
		Problem: fmt.Sprintf("is %s, but the image is for %s", needed, have),
		Remedy:  "leave the architecture out of the needs, or use an image for " + string(needed),
	}
}

func unmet(n Needs) error {
	return &FieldError{
		Path:    "spec.needs",
		Problem: fmt.Sprintf("no instance type has %s", n),
		Remedy:  "widen the needs, or name a type with WithType",
	}
}

// candidate is a type with what is known of it beside.
type candidate struct {
	*backend.InstanceType
	generation int
	price      float64 // infinite if it isn't known
	usable     bool    // launches on demand, with images of today
}

// candidates are all types, the best first as long as nothing costs anything: that order is the same for all needs. The
// slices inside are the catalogue's.
var candidates = sync.OnceValue(func() []candidate {
	all := catalogue.InstanceTypes()
	found := make([]candidate, len(all))
	for i := range all {
		found[i] = candidate{InstanceType: &all[i], generation: generation(all[i].Name), price: math.Inf(1), usable: usable(&all[i])}
	}
	slices.SortFunc(found, byFit)
	return found
})

func byFit(a, b candidate) int {
	return cmp.Or(
		cmp.Compare(a.VCPUs, b.VCPUs),
		cmp.Compare(a.MemoryMiB, b.MemoryMiB),
		cmp.Compare(b.generation, a.generation),
		cmp.Compare(a.price, b.price),
		cmp.Compare(a.Name, b.Name),
	)
}

// among are the types to choose from, in order.
func (n Needs) among(opts []NeedsOption) []candidate {
	all := candidates()
	if len(opts) == 0 {
		return all
	}
	price := pricesOf(opts)
	priced := slices.Clone(all)
	for i := range priced {
		priced[i].price = price(priced[i].Name)
	}
	slices.SortFunc(priced, byFit)
	return priced
}

// m7g.large is of generation 7, u-6tb1.112xlarge of 1.
var generationShape = regexp.MustCompile(`^(?:u-\d+tb|[a-z]+)(\d+)`)

func generation(name string) int {
	m := generationShape.FindStringSubmatch(name)
	if m == nil {
		return 0
	}
	// Too many digits for a number give the largest one, which is as good a generation.
	n, _ := strconv.Atoi(m[1])
	return n
}

func (n Needs) check(f *faults) {
	for i := range needs {
		if needs[i].check != nil {
			needs[i].check(&n, f)
		}
	}
}

func checkRange[T ~int | ~int64](f *faults, path string, r Range[T], least T) {
	switch {
	case r.hasLow && r.low < 0:
		f.add(path, fmt.Sprintf("begins at %v", r.low), "leave the lower end out for any amount")
	case r.hasLow && r.hasHigh && r.low > r.high:
		f.add(path, fmt.Sprintf("is empty: %v is more than %v", r.low, r.high), "say the smaller amount first")
	case r.hasHigh && r.high < least:
		f.add(path, fmt.Sprintf("is at most %v, which no type has", r.high), fmt.Sprintf("use %v or more", least))
	}
}
