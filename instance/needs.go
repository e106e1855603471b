package instance

import (
	"cmp"
	"fmt"
	"log/slog"
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

// Range is what an amount may be: AtLeast(2), AtMost(16), Between(2, 8), Exactly(4). Both ends belong
// to it. The zero Range is any amount.
type Range[T ~int | ~int64] struct {
	low, high       T
	hasLow, hasHigh bool
}

// AtLeast is n or more.
func AtLeast[T ~int | ~int64](n T) Range[T] { return Range[T]{low: n, hasLow: true} }

// AtMost is n or less.
func AtMost[T ~int | ~int64](n T) Range[T] { return Range[T]{high: n, hasHigh: true} }

// Between is low, high, or anything in between.
func Between[T ~int | ~int64](low, high T) Range[T] {
	return Range[T]{low: low, high: high, hasLow: true, hasHigh: true}
}

// Exactly is n and nothing else.
func Exactly[T ~int | ~int64](n T) Range[T] { return Between(n, n) }

// Contains tells whether n lies in the range.
func (r Range[T]) Contains(n T) bool {
	return (!r.hasLow || n >= r.low) && (!r.hasHigh || n <= r.high)
}

// String reads "at least 2", "at most 16", "2 to 8", "exactly 4" or "any".
func (r Range[T]) String() string {
	switch {
	case r.hasLow && r.hasHigh && r.low == r.high:
		return fmt.Sprintf("exactly %v", r.low)
	case r.hasLow && r.hasHigh:
		return fmt.Sprintf("%v to %v", r.low, r.high)
	case r.hasLow:
		return fmt.Sprintf("at least %v", r.low)
	case r.hasHigh:
		return fmt.Sprintf("at most %v", r.high)
	}
	return "any"
}

// Needs says what hardware a server needs instead of naming an instance type. The zero value is
// met by every type that is considered.
type Needs struct {
	VCPUs  Range[int]
	Memory Range[Size]
	// Architecture is needed only where no image says it: a launch goes by its image.
	Architecture Architecture
}

// String reads "vCPUs at least 2, memory at least 4 GiB, arm64".
func (n Needs) String() string {
	var parts []string
	if n.VCPUs != (Range[int]{}) {
		parts = append(parts, "vCPUs "+n.VCPUs.String())
	}
	if n.Memory != (Range[Size]{}) {
		parts = append(parts, "memory "+n.Memory.String())
	}
	if n.Architecture != "" {
		parts = append(parts, string(n.Architecture))
	}
	if len(parts) == 0 {
		return "any hardware"
	}
	return strings.Join(parts, ", ")
}

// LogValue is the needs as a line of text.
func (n Needs) LogValue() slog.Value { return slog.StringValue(n.String()) }

// Types lists the names of the instance types that meet the needs, the best first: fewest vCPUs, then
// least memory, then the newest generation, then the name. It asks nobody: the types are those that
// EC2 had when this module was released. Considered are types of the current generations that run HVM
// images on demand; bare metal ones and those of the accelerated computing and HPC families, which
// nobody should get who didn't ask for them, have to be named with [Spec.WithType].
func (n Needs) Types() []string {
	var names []string
	for _, t := range considered() {
		if n.metBy(t) {
			names = append(names, t.Name)
		}
	}
	return names
}

// Resolve gives the first of the types that meet the needs and have the architecture. The error, if
// there is none, is a *[FieldError].
func (n Needs) Resolve(arch Architecture) (string, error) {
	if n.Architecture != "" && arch != "" && n.Architecture != arch {
		return "", otherArchitecture(n.Architecture, arch)
	}
	n.Architecture = cmp.Or(n.Architecture, arch)
	names := n.Types()
	if len(names) == 0 {
		return "", unmet(n)
	}
	return names[0], nil
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

// considered are the types among which needs choose, the best first: that order is the same for all
// needs. The slices inside are the catalogue's.
var considered = sync.OnceValue(func() []*backend.InstanceType {
	type ranked struct {
		*backend.InstanceType
		generation int
	}
	var found []ranked
	all := catalogue.InstanceTypes()
	for i := range all {
		t := &all[i]
		if t.CurrentGeneration && !t.BareMetal && slices.Contains(t.Virtualizations, "hvm") &&
			slices.Contains(t.UsageClasses, "on-demand") && !specialised[familyLetters(t.Name)] {
			found = append(found, ranked{t, generation(t.Name)})
		}
	}
	slices.SortFunc(found, func(a, b ranked) int {
		return cmp.Or(
			cmp.Compare(a.VCPUs, b.VCPUs),
			cmp.Compare(a.MemoryMiB, b.MemoryMiB),
			cmp.Compare(b.generation, a.generation),
			cmp.Compare(a.Name, b.Name),
		)
	})
	types := make([]*backend.InstanceType, len(found))
	for i, f := range found {
		types[i] = f.InstanceType
	}
	return types
})

func (n Needs) metBy(t *backend.InstanceType) bool {
	return n.VCPUs.Contains(t.VCPUs) && n.Memory.Contains(Size(t.MemoryMiB)*MiB) &&
		(n.Architecture == "" || slices.Contains(t.Architectures, string(n.Architecture)))
}

// Families of accelerators and of HPC by the letters that their names begin with
// (https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html).
var specialised = map[string]bool{
	"dl": true, "f": true, "g": true, "gr": true, "hpc": true, "inf": true, "p": true, "trn": true, "vt": true,
}

func familyLetters(name string) string {
	if i := strings.IndexAny(name, "0123456789-."); i >= 0 {
		return name[:i]
	}
	return name
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
	checkRange(f, "spec.needs.vcpus", n.VCPUs, 1)
	checkRange(f, "spec.needs.memory", n.Memory, MiB)
	if n.Architecture != "" && !slices.Contains(architectures, n.Architecture) {
		f.add("spec.needs.architecture", fmt.Sprintf("is %q", n.Architecture), "use "+alternatives(architectures))
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
