package instance

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/amiclass/amiclass/backend"
)

// need is one of the things that needs can say.
type need struct {
	key   string                             // in the line of text
	read  func(n *Needs) string              // for people; empty if it isn't said
	write func(n *Needs) string              // the line's value; empty if it isn't said
	parse func(n *Needs, value string) error // reads the line's value
	check func(n *Needs, f *faults)          // nil if everything can be said
	holds func(n *Needs, t *backend.InstanceType, price float64) bool
	has   func(t *backend.InstanceType, price float64) string // what a type has instead, for people
	// unsaid is what is to hold even where nothing is said; empty if there is no such thing.
	unsaid string
}

// needs are all of them, in the order in which they are said and looked at.
var needs = []need{
	rangeNeed("vcpus", "vCPUs", 1, plain[int], strconv.Atoi, func(n *Needs) *Range[int] { return &n.VCPUs },
		func(t *backend.InstanceType) int { return t.VCPUs }),
	rangeNeed("memory", "memory", MiB, sizeWord, parseSize, func(n *Needs) *Range[Size] { return &n.Memory },
		func(t *backend.InstanceType) Size { return Size(t.MemoryMiB) * MiB }),
	wordNeed("architecture", "", architectures, func(n *Needs) *Architecture { return &n.Architecture },
		func(t *backend.InstanceType, a Architecture) bool { return slices.Contains(t.Architectures, string(a)) },
		func(t *backend.InstanceType) []Architecture { return words[Architecture](t.Architectures) }),
	rangeNeed("memory-per-vcpu", "memory per vCPU", MiB, sizeWord, parseSize, func(n *Needs) *Range[Size] { return &n.MemoryPerVCPU },
		func(t *backend.InstanceType) Size { return Size(t.MemoryMiB) * MiB / Size(max(1, t.VCPUs)) }),
	listNeed("cpu", "CPU of ", []CPUMaker{Intel, AMD, AWS, Apple}, func(n *Needs) *[]CPUMaker { return &n.CPUMakers },
		func(t *backend.InstanceType, m CPUMaker) bool { return t.Manufacturer == m.told() },
		func(t *backend.InstanceType) []CPUMaker {
			return []CPUMaker{CPUMaker(backend.MakerWord(t.Manufacturer))}
		}),
	choiceNeed("burstable", "burstable", Included, func(n *Needs) *Choice { return &n.Burstable },
		func(t *backend.InstanceType) bool { return t.Burstable }),
	choiceNeed("bare-metal", "bare metal", Excluded, func(n *Needs) *Choice { return &n.BareMetal },
		func(t *backend.InstanceType) bool { return t.BareMetal }),
	generationNeed(),
	wordNeed("hypervisor", "hypervisor ", []Hypervisor{Nitro, Xen}, func(n *Needs) *Hypervisor { return &n.Hypervisor },
		func(t *backend.InstanceType, h Hypervisor) bool { return t.Hypervisor == string(h) },
		func(t *backend.InstanceType) []Hypervisor { return []Hypervisor{Hypervisor(t.Hypervisor)} }),
	rangeNeed("network", "network", 1, rateWord, parseRate, func(n *Needs) *Range[Rate] { return &n.Network },
		func(t *backend.InstanceType) Rate { return Rate(math.Round(t.NetworkGbps * float64(Gbps))) }),
	rangeNeed("interfaces", "network interfaces", 1, plain[int], strconv.Atoi, func(n *Needs) *Range[int] { return &n.Interfaces },
		func(t *backend.InstanceType) int { return t.MaxInterfaces }),
	flagNeed("efa", "EFA", func(n *Needs) *bool { return &n.EFA }, func(t *backend.InstanceType) bool { return t.EFAInterfaces > 0 }),
	flagNeed("encryption-in-transit", "encryption in transit", func(n *Needs) *bool { return &n.EncryptionInTransit },
		func(t *backend.InstanceType) bool { return t.EncryptionInTransit }),
	choiceNeed("local-storage", "local storage", Included, func(n *Needs) *Choice { return &n.LocalStorage },
		func(t *backend.InstanceType) bool { return t.InstanceStorageGB > 0 }),
	rangeNeed("local-storage-size", "local storage of", 0, sizeWord, parseSize, func(n *Needs) *Range[Size] { return &n.LocalStorageSize },
		func(t *backend.InstanceType) Size { return Size(t.InstanceStorageGB) * GB }),
	listNeed("local-storage-kind", "local storage on ", []LocalStorageKind{SSD, HDD}, func(n *Needs) *[]LocalStorageKind { return &n.LocalStorageKinds },
		func(t *backend.InstanceType, k LocalStorageKind) bool { // of the wrong kind a type without any has none
			return t.InstanceStorageGB == 0 || slices.Contains(t.StorageKinds, string(k))
		},
		func(t *backend.InstanceType) []LocalStorageKind { return words[LocalStorageKind](t.StorageKinds) }),
	rangeNeed("ebs", "EBS bandwidth", 1, rateWord, parseRate, func(n *Needs) *Range[Rate] { return &n.EBSBandwidth },
		func(t *backend.InstanceType) Rate { return Rate(t.EBSMbps) * Mbps }),
	rangeNeed("ebs-iops", "EBS IOPS", 1, plain[int], strconv.Atoi, func(n *Needs) *Range[int] { return &n.EBSIOPS },
		func(t *backend.InstanceType) int { return t.EBSIOPS }),
	rangeNeed("accelerators", "accelerators", 0, plain[int], strconv.Atoi, func(n *Needs) *Range[int] { return &n.Accelerators },
		func(t *backend.InstanceType) int { count, _ := accelerators(t); return count }),
	acceleratorNeed("accelerator-kind", "accelerators for ", []AcceleratorKind{GPU, FPGA, InferenceAccelerator, MediaAccelerator}, func(n *Needs) *[]AcceleratorKind { return &n.AcceleratorKinds },
		func(a *backend.Accelerator) AcceleratorKind { return AcceleratorKind(a.Kind) }),
	acceleratorNeed("accelerator-maker", "accelerators of ", nil, func(n *Needs) *[]string { return &n.AcceleratorMakers },
		func(a *backend.Accelerator) string { return a.Maker }),
	acceleratorNeed("accelerator-name", "accelerators named ", nil, func(n *Needs) *[]string { return &n.AcceleratorNames },
		func(a *backend.Accelerator) string { return a.Name }),
	rangeNeed("accelerator-memory", "memory of accelerators", 0, sizeWord, parseSize, func(n *Needs) *Range[Size] { return &n.AcceleratorMemory },
		func(t *backend.InstanceType) Size { _, memory := accelerators(t); return memory }),
	flagNeed("hibernation", "hibernation", func(n *Needs) *bool { return &n.Hibernation }, func(t *backend.InstanceType) bool { return t.Hibernation }),
	flagNeed("tpm", "NitroTPM", func(n *Needs) *bool { return &n.TPM }, func(t *backend.InstanceType) bool { return t.TPM }),
	flagNeed("enclaves", "Nitro Enclaves", func(n *Needs) *bool { return &n.Enclaves }, func(t *backend.InstanceType) bool { return t.Enclaves }),
	patternNeed("allow", "of ", func(n *Needs) *[]string { return &n.Allow }, true),
	patternNeed("deny", "not of ", func(n *Needs) *[]string { return &n.Deny }, false),
	priceNeed(),
	familyNeed(),
}

// told is how DescribeInstanceTypes calls the maker.
func (m CPUMaker) told() string {
	switch m {
	case Intel:
		return "Intel"
	case AMD:
		return "AMD"
	case AWS:
		return "AWS"
	case Apple:
		return "Apple"
	}
	return ""
}

// said are those of the needs that matter, by their place in the table.
func (n *Needs) said() []*need {
	var all []*need
	for i := range needs {
		if needs[i].unsaid != "" || needs[i].read(n) != "" {
			all = append(all, &needs[i])
		}
	}
	return all
}

// meets tells whether everything that is said of a type holds.
func (n *Needs) meets(said []*need, t *backend.InstanceType, price float64) bool {
	for _, one := range said {
		if !one.holds(n, t, price) {
			return false
		}
	}
	return true
}

func rangeNeed[T ~int | ~int64](key, title string, least T, write func(T) string, parse func(string) (T, error), field func(*Needs) *Range[T], of func(*backend.InstanceType) T) need {
	return need{
		key: key,
		read: func(n *Needs) string {
			if r := *field(n); r != (Range[T]{}) {
				return title + " " + r.String()
			}
			return ""
		},
		write: func(n *Needs) string { return rangeWord(*field(n), write) },
		parse: func(n *Needs, value string) (err error) {
			*field(n), err = parseRange(value, parse)
			return err
		},
		check: func(n *Needs, f *faults) { checkRange(f, "spec.needs."+key, *field(n), least) },
		holds: func(n *Needs, t *backend.InstanceType, _ float64) bool { return field(n).Contains(of(t)) },
		has:   func(t *backend.InstanceType, _ float64) string { return fmt.Sprint(of(t)) },
	}
}

// wordNeed is one of some words, which a type may have several of.
func wordNeed[W ~string](key, title string, known []W, field func(*Needs) *W, is func(*backend.InstanceType, W) bool, all func(*backend.InstanceType) []W) need {
	return need{
		key: key,
		read: func(n *Needs) string {
			if w := *field(n); w != "" {
				return title + string(w)
			}
			return ""
		},
		write: func(n *Needs) string { return string(*field(n)) },
		parse: func(n *Needs, value string) error {
			*field(n) = W(value)
			return knownWord(W(value), known)
		},
		check: func(n *Needs, f *faults) { checkNeedWord(f, key, *field(n), known) },
		holds: func(n *Needs, t *backend.InstanceType, _ float64) bool {
			w := *field(n)
			return w == "" || is(t, w)
		},
		has: func(t *backend.InstanceType, _ float64) string { return orNone(joined(all(t))) },
	}
}

// listNeed is any of some words; without known ones any can be said that EC2 may have.
func listNeed[W ~string](key, title string, known []W, field func(*Needs) *[]W, is func(*backend.InstanceType, W) bool, all func(*backend.InstanceType) []W) need {
	return need{
		key: key,
		read: func(n *Needs) string {
			if len(*field(n)) > 0 {
				return title + alternatives(*field(n))
			}
			return ""
		},
		write: func(n *Needs) string { return joined(*field(n)) },
		parse: func(n *Needs, value string) error {
			*field(n) = words[W](strings.Split(value, ","))
			for _, w := range *field(n) {
				if err := knownWord(w, known); err != nil {
					return err
				}
			}
			return nil
		},
		check: func(n *Needs, f *faults) {
			for _, w := range *field(n) {
				if w == "" && known == nil {
					f.add("spec.needs."+key, "has an empty word", "leave it out")
				}
				checkNeedWord(f, key, w, known)
			}
		},
		holds: func(n *Needs, t *backend.InstanceType, _ float64) bool {
			asked := *field(n)
			for _, w := range asked {
				if is(t, w) {
					return true
				}
			}
			return len(asked) == 0
		},
		has: func(t *backend.InstanceType, _ float64) string { return orNone(joined(all(t))) },
	}
}

func acceleratorNeed[W ~string](key, title string, known []W, field func(*Needs) *[]W, of func(*backend.Accelerator) W) need {
	return listNeed(key, title, known, field,
		func(t *backend.InstanceType, w W) bool {
			return slices.ContainsFunc(t.Accelerators, func(a backend.Accelerator) bool { return of(&a) == w })
		},
		func(t *backend.InstanceType) []W {
			all := make([]W, len(t.Accelerators))
			for i := range t.Accelerators {
				all[i] = of(&t.Accelerators[i])
			}
			return all
		})
}

func choiceNeed(key, title string, usual Choice, field func(*Needs) *Choice, has func(*backend.InstanceType) bool) need {
	all := []Choice{Included, Excluded, Required}
	n := wordNeed(key, title+" ", all, field, nil, nil)
	if usual == Excluded {
		n.unsaid = "no " + title
	}
	n.holds = func(n *Needs, t *backend.InstanceType, _ float64) bool {
		choice := *field(n)
		if choice == "" {
			choice = usual
		}
		return choice == Included || (choice == Required) == has(t)
	}
	n.has = func(t *backend.InstanceType, _ float64) string { return orNo(title, has(t)) }
	return n
}

func flagNeed(key, title string, field func(*Needs) *bool, has func(*backend.InstanceType) bool) need {
	return need{
		key: key,
		read: func(n *Needs) string {
			if *field(n) {
				return title
			}
			return ""
		},
		write: func(n *Needs) string {
			if *field(n) {
				return yes
			}
			return ""
		},
		parse: func(n *Needs, value string) error {
			if value != yes {
				return fmt.Errorf("is %q: say the key alone, or leave it out", value)
			}
			*field(n) = true
			return nil
		},
		holds: func(n *Needs, t *backend.InstanceType, _ float64) bool { return !*field(n) || has(t) },
		has:   func(t *backend.InstanceType, _ float64) string { return orNo(title, has(t)) },
	}
}

func generationNeed() need {
	all := []Generation{CurrentGeneration, PreviousGeneration, AnyGeneration}
	n := wordNeed("generation", "generation ", all, func(n *Needs) *Generation { return &n.Generation }, nil, nil)
	n.unsaid = "generation current"
	n.holds = func(n *Needs, t *backend.InstanceType, _ float64) bool {
		return n.Generation == AnyGeneration || t.CurrentGeneration == (n.Generation != PreviousGeneration)
	}
	n.has = func(t *backend.InstanceType, _ float64) string {
		if t.CurrentGeneration {
			return string(CurrentGeneration)
		}
		return string(PreviousGeneration)
	}
	return n
}

// namePattern is what EC2's requirements take
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceRequirementsRequest.html).
var namePattern = regexp.MustCompile(`^[a-zA-Z0-9.*-]{1,30}$`)

func patternNeed(key, title string, field func(*Needs) *[]string, allows bool) need {
	n := listNeed(key, title, nil, field, nil, nil)
	n.check = func(n *Needs, f *faults) {
		for _, p := range *field(n) {
			if !namePattern.MatchString(p) {
				f.add("spec.needs."+key, fmt.Sprintf("has %q", p), "use names of types, in which * may stand for characters")
			}
		}
	}
	n.holds = func(n *Needs, t *backend.InstanceType, _ float64) bool {
		patterns := *field(n)
		return len(patterns) == 0 || slices.ContainsFunc(patterns, func(p string) bool { return matchName(p, t.Name) }) == allows
	}
	n.has = func(t *backend.InstanceType, _ float64) string { return "that name" }
	return n
}

// matchName tells whether a name fits a pattern in which * stands for any characters.
func matchName(pattern, name string) bool {
	first, rest, wild := strings.Cut(pattern, "*")
	if !wild {
		return name == pattern
	}
	if !strings.HasPrefix(name, first) {
		return false
	}
	name = name[len(first):]
	parts := strings.Split(rest, "*")
	for _, part := range parts[:len(parts)-1] {
		i := strings.Index(name, part)
		if i < 0 {
			return false
		}
		name = name[i+len(part):]
	}
	return strings.HasSuffix(name, parts[len(parts)-1])
}

func priceNeed() need {
	return need{
		key: "price",
		read: func(n *Needs) string {
			if n.MaxPrice != 0 {
				return "at most " + number(n.MaxPrice) + " an hour"
			}
			return ""
		},
		write: func(n *Needs) string {
			if n.MaxPrice != 0 {
				return ".." + number(n.MaxPrice)
			}
			return ""
		},
		parse: func(n *Needs, value string) error {
			text, ok := strings.CutPrefix(value, "..")
			price, err := strconv.ParseFloat(text, 64)
			if !ok || err != nil || !(price > 0) || math.IsInf(price, 0) {
				return fmt.Errorf("is %q: say the most that an hour may cost, such as ..0.25", value)
			}
			n.MaxPrice = price
			return nil
		},
		check: func(n *Needs, f *faults) {
			if n.MaxPrice < 0 || math.IsNaN(n.MaxPrice) || math.IsInf(n.MaxPrice, 0) {
				f.add("spec.needs.price", "is at most "+number(n.MaxPrice), "use a positive number, or leave it out")
			}
		},
		holds: func(n *Needs, _ *backend.InstanceType, price float64) bool {
			return n.MaxPrice == 0 || price <= n.MaxPrice
		},
		has: func(_ *backend.InstanceType, price float64) string {
			if math.IsInf(price, 1) {
				return "an unknown price"
			}
			return number(price) + " an hour"
		},
	}
}

func number(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func silent(*Needs) string { return "" }

// familyNeed keeps types away that nobody should get who didn't ask: with accelerators, and of high performance computing
// (https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html).
func familyNeed() need {
	return need{
		key: "family", read: silent, write: silent, unsaid: "a family for everything",
		holds: func(n *Needs, t *backend.InstanceType, _ float64) bool {
			// Whoever allows types by name has asked.
			return len(n.Allow) > 0 || !strings.HasPrefix(t.Name, hpc) && (len(t.Accelerators) == 0 || n.wantsAccelerators())
		},
		has: func(t *backend.InstanceType, _ float64) string {
			if strings.HasPrefix(t.Name, hpc) {
				return "high performance computing"
			}
			return "accelerators"
		},
	}
}

const hpc = "hpc"

func (n *Needs) wantsAccelerators() bool {
	return n.Accelerators != Range[int]{} || n.AcceleratorMemory != Range[Size]{} ||
		len(n.AcceleratorKinds) > 0 || len(n.AcceleratorMakers) > 0 || len(n.AcceleratorNames) > 0
}

// usageNeed holds types to what nobody says: it isn't in the table, since it is the same for all needs and found out once.
var usageNeed = need{
	key: "usage", read: silent, write: silent, unsaid: "launches on demand",
	holds: func(_ *Needs, t *backend.InstanceType, _ float64) bool { return usable(t) },
	has:   func(t *backend.InstanceType, _ float64) string { return strings.Join(t.UsageClasses, ", ") + " only" },
}

// usable tells whether a type can be launched on demand with images of today.
func usable(t *backend.InstanceType) bool {
	return slices.Contains(t.Virtualizations, "hvm") && slices.Contains(t.UsageClasses, "on-demand")
}

// accelerators are how many a type has of all kinds, and the memory of all of them.
func accelerators(t *backend.InstanceType) (count int, memory Size) {
	for _, a := range t.Accelerators {
		count += a.Count
		memory += Size(a.Count) * Size(a.MemoryMiB) * MiB
	}
	return count, memory
}

func words[W ~string](texts []string) []W {
	all := make([]W, len(texts))
	for i, text := range texts {
		all[i] = W(text)
	}
	return all
}

func texts[W ~string](all []W) []string {
	var out []string
	for _, w := range all {
		out = append(out, string(w))
	}
	return out
}

func joined[W ~string](all []W) string { return strings.Join(texts(all), ",") }

func orNo(title string, has bool) string {
	if has {
		return title
	}
	return "no " + title
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

func knownWord[W ~string](w W, known []W) error {
	if known != nil && !slices.Contains(known, w) {
		return fmt.Errorf("is %q: use %s", w, alternatives(known))
	}
	return nil
}

func checkNeedWord[W ~string](f *faults, key string, w W, known []W) {
	if w != "" {
		if err := knownWord(w, known); err != nil {
			problem, remedy, _ := strings.Cut(err.Error(), ": ")
			f.add("spec.needs."+key, problem, remedy)
		}
	}
}
