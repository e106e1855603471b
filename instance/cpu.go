package instance

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/backend"
)

// CPU says how much of its type's processor an instance uses and which of the processor's features.
// Fewer cores or threads cost the same and save licences that are paid by core. A zero field leaves
// the choice to EC2; cores and threads are said together
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-cpu-options-rules.html).
type CPU struct {
	Cores          int    `json:"cores,omitempty"`
	ThreadsPerCore int    `json:"threadsPerCore,omitempty"` // 1 switches multithreading off
	SEVSNP         Switch `json:"sevSNP,omitempty"`         // AMD's encryption of memory
	Nested         Switch `json:"nested,omitempty"`         // virtual machines inside the instance
}

// String reads "4 cores, 1 thread each, SEV-SNP enabled".
func (c CPU) String() string {
	var parts []string
	if c.Cores != 0 || c.ThreadsPerCore != 0 {
		parts = append(parts, counted(c.Cores, "core")+", "+counted(c.ThreadsPerCore, "thread")+" each")
	}
	if c.SEVSNP != "" {
		parts = append(parts, "SEV-SNP "+string(c.SEVSNP))
	}
	if c.Nested != "" {
		parts = append(parts, "nested virtualization "+string(c.Nested))
	}
	if len(parts) == 0 {
		return "as the type says"
	}
	return strings.Join(parts, ", ")
}

// LogValue is the options as a line of text.
func (c CPU) LogValue() slog.Value { return slog.StringValue(c.String()) }

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// Credits say what a burstable instance does when its CPU credits are spent.
type Credits string

// The ways to go on without credits: at the baseline, or as before for money. EC2's default is standard
// for t2 and unlimited for later families
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances.html).
const (
	CreditsStandard  Credits = "standard"
	CreditsUnlimited Credits = "unlimited"
)

// WithCPU says how much of the processor the instance uses. It replaces what was said before.
func (s Spec) WithCPU(c CPU) Spec { s.cpu = some(c); return s }

// WithoutCPU leaves the processor as the type has it.
func (s Spec) WithoutCPU() Spec { s.cpu = noneOf[CPU](); return s }

// WithCredits says what a burstable instance does when its CPU credits are spent. Other types have none.
func (s Spec) WithCredits(c Credits) Spec { s.credits = some(c); return s }

// WithoutCredits leaves that to EC2, so that the instance may be of a type that isn't burstable.
func (s Spec) WithoutCredits() Spec { s.credits = noneOf[Credits](); return s }

// CPU is what the spec says of the processor; the zero CPU if nothing.
func (s Spec) CPU() CPU { return s.cpu.value }

// Credits is what the spec says of CPU credits; empty if nothing.
func (s Spec) Credits() Credits { return s.credits.value }

func (c CPU) request() backend.CPUOptions {
	return backend.CPUOptions{
		Cores:                c.Cores,
		ThreadsPerCore:       c.ThreadsPerCore,
		SEVSNP:               string(c.SEVSNP),
		NestedVirtualization: string(c.Nested),
	}
}

func cpuOf(o backend.CPUOptions) CPU {
	return CPU{
		Cores:          o.Cores,
		ThreadsPerCore: o.ThreadsPerCore,
		SEVSNP:         Switch(o.SEVSNP),
		Nested:         Switch(o.NestedVirtualization),
	}
}

func (c CPU) check(f *faults) {
	if c.Cores < 0 || c.ThreadsPerCore < 0 || c.ThreadsPerCore > 2 {
		f.add("spec.cpu", fmt.Sprintf("has %s with %s each", counted(c.Cores, "core"), counted(c.ThreadsPerCore, "thread")),
			"use 1 core or more, and 1 or 2 threads")
	} else if (c.Cores == 0) != (c.ThreadsPerCore == 0) {
		f.add("spec.cpu", "says only one of cores and threads per core", "say both, or neither")
	}
	checkOneOf(f, "spec.cpu.sevSNP", c.SEVSNP, Enabled, Disabled)
	checkOneOf(f, "spec.cpu.nested", c.Nested, Enabled, Disabled)
}

// checkFor finds what the type's processor can't do.
func (c CPU) checkFor(f *faults, t backend.InstanceType) {
	if c.Cores == 0 {
		return
	}
	cores, threads := t.ValidCores, t.ValidThreads
	switch {
	case t.BareMetal:
		f.add("spec.cpu", t.Name+" is bare metal, whose processors can't be cut down", "leave it out, or use another type")
	case c.Cores == t.Cores && c.ThreadsPerCore == t.ThreadsPerCore:
	case !slices.Contains(cores, c.Cores):
		f.add("spec.cpu.cores", fmt.Sprintf("are %d, which %s can't be cut down to", c.Cores, t.Name), "use one of "+numbers(cores, t.Cores))
	case !slices.Contains(threads, c.ThreadsPerCore):
		f.add("spec.cpu.threadsPerCore", fmt.Sprintf("are %d, which %s doesn't have", c.ThreadsPerCore, t.Name), "use "+numbers(threads, t.ThreadsPerCore))
	}
}

// numbers reads "1, 2, 4"; where there are none, the only one is what the type has.
func numbers(all []int, only int) string {
	if len(all) == 0 {
		all = []int{only}
	}
	texts := make([]string, len(all))
	for i, n := range all {
		texts[i] = fmt.Sprint(n)
	}
	return strings.Join(texts, ", ")
}
