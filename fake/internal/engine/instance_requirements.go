package engine

import (
	"cmp"
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/internal/glob"
)

// requirementFields is what may be required of a type, but for prices.
const requirementFields = `AcceleratorCount{Max Min} AcceleratorManufacturers AcceleratorNames AcceleratorTotalMemoryMiB{Max Min}
	AcceleratorTypes AllowedInstanceTypes BareMetal BaselineEbsBandwidthMbps{Max Min} BurstablePerformance CpuManufacturers
	ExcludedInstanceTypes InstanceGenerations LocalStorage LocalStorageTypes MemoryGiBPerVCpu{Max Min} MemoryMiB{Max Min}
	NetworkBandwidthGbps{Max Min} NetworkInterfaceCount{Max Min} RequireEncryptionInTransit RequireHibernateSupport
	TotalLocalStorageGB{Max Min} VCpuCount{Max Min}`

// priceFields are its limits of prices, relative to others.
const priceFields = `MaxSpotPriceAsPercentageOfOptimalOnDemandPrice OnDemandMaxPricePercentageOverLowestPrice SpotMaxPricePercentageOverLowestPrice`

var requirementOperations = []operation{
	reading("ArchitectureTypes Context InstanceRequirements{"+requirementFields+"} MaxResults NextToken VirtualizationTypes",
		(*view).getInstanceTypesFromInstanceRequirements),
}

// requirementPaging: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetInstanceTypesFromInstanceRequirements.html.
var requirementPaging = paging{min: 1, max: 1000, badToken: usualPaging.badToken}

// maxTypePatterns is how many types may be allowed or excluded, each in thirty characters
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceRequirementsRequest.html).
const maxTypePatterns = 400

var typePattern = regexp.MustCompile(`^[a-zA-Z0-9.*-]{1,30}$`)

// getInstanceTypesFromInstanceRequirements doesn't look at capacity, nor at prices.
func (v *view) getInstanceTypesFromInstanceRequirements(in *ec2.GetInstanceTypesFromInstanceRequirementsInput) (*ec2.GetInstanceTypesFromInstanceRequirementsOutput, error) {
	pg, err := requirementPaging.at("GetInstanceTypesFromInstanceRequirements", in.MaxResults, in.NextToken, 0, "")
	if err != nil {
		return nil, err
	}
	switch {
	case len(in.ArchitectureTypes) == 0:
		return nil, missing("ArchitectureTypes")
	case len(in.VirtualizationTypes) == 0:
		return nil, missing("VirtualizationTypes")
	case in.InstanceRequirements == nil:
		return nil, missing("InstanceRequirements")
	}
	if err := checkWords(in.ArchitectureTypes, "ArchitectureTypes"); err != nil {
		return nil, err
	}
	if err := checkWords(in.VirtualizationTypes, "VirtualizationTypes"); err != nil {
		return nil, err
	}
	if err := checkRequirements(in.InstanceRequirements); err != nil {
		return nil, err
	}
	found := v.typesRequired(in.InstanceRequirements, in.ArchitectureTypes, in.VirtualizationTypes)
	rest, next := cut(pg, func(yield func(*string) bool) {
		for i := range found {
			if found[i] > pg.after && !yield(&found[i]) {
				return
			}
		}
	}, func(name *string) string { return *name })
	out := &ec2.GetInstanceTypesFromInstanceRequirementsOutput{NextToken: next, InstanceTypes: make([]ec2types.InstanceTypeInfoFromInstanceRequirements, 0, len(rest))}
	for _, name := range rest {
		out.InstanceTypes = append(out.InstanceTypes, ec2types.InstanceTypeInfoFromInstanceRequirements{InstanceType: name})
	}
	return out, nil
}

func checkWords[W interface {
	~string
	Values() []W
}](asked []W, parameter string) error {
	for _, word := range asked {
		if err := checkWord(word, parameter); err != nil {
			return err
		}
	}
	return nil
}

// checkRequirements: codes and texts are (mem).
func checkRequirements(r *ec2types.InstanceRequirementsRequest) error {
	switch {
	case r.VCpuCount == nil || r.VCpuCount.Min == nil:
		return missing("InstanceRequirements.VCpuCount.Min")
	case r.MemoryMiB == nil || r.MemoryMiB.Min == nil:
		return missing("InstanceRequirements.MemoryMiB.Min")
	case len(r.AllowedInstanceTypes) > 0 && len(r.ExcludedInstanceTypes) > 0:
		return fail("InvalidParameterCombination", "You can specify AllowedInstanceTypes or ExcludedInstanceTypes, but not both.")
	case r.SpotMaxPricePercentageOverLowestPrice != nil && r.MaxSpotPriceAsPercentageOfOptimalOnDemandPrice != nil:
		return fail("InvalidParameterCombination",
			"You can specify SpotMaxPricePercentageOverLowestPrice or MaxSpotPriceAsPercentageOfOptimalOnDemandPrice, but not both.")
	}
	for name, patterns := range map[string][]string{"AllowedInstanceTypes": r.AllowedInstanceTypes, "ExcludedInstanceTypes": r.ExcludedInstanceTypes} {
		if len(patterns) > maxTypePatterns {
			return badValue(name, len(patterns), "At most %d may be given.", maxTypePatterns)
		}
		for _, p := range patterns {
			if !typePattern.MatchString(p) {
				return badValue(name, p, "Expecting an instance type, in which * may stand for characters.")
			}
		}
	}
	var errs []error
	for i := range figures {
		errs = append(errs, figures[i].check(r))
	}
	errs = append(errs,
		checkWords(r.AcceleratorManufacturers, "AcceleratorManufacturers"), checkWords(r.AcceleratorNames, "AcceleratorNames"),
		checkWords(r.AcceleratorTypes, "AcceleratorTypes"), checkWords(r.CpuManufacturers, "CpuManufacturers"),
		checkWords(r.InstanceGenerations, "InstanceGenerations"), checkWords(r.LocalStorageTypes, "LocalStorageTypes"),
		chooseWord(new(ec2types.BareMetal), r.BareMetal, "BareMetal"),
		chooseWord(new(ec2types.BurstablePerformance), r.BurstablePerformance, "BurstablePerformance"),
		chooseWord(new(ec2types.LocalStorage), r.LocalStorage, "LocalStorage"),
	)
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// typesRequired are the types offered in the region that fit, in order of name.
func (v *view) typesRequired(r *ec2types.InstanceRequirementsRequest, architectures []ec2types.ArchitectureType, virtualizations []ec2types.VirtualizationType) []string {
	allowed, excluded := compilePatterns(r.AllowedInstanceTypes), compilePatterns(r.ExcludedInstanceTypes)
	var found []string
	for _, name := range catalogue.OfferedTypes(v.Region) {
		i := typeInfo(name)
		switch {
		case len(allowed) > 0 && !matchesAny(allowed, name), matchesAny(excluded, name):
		case !overlap(deref(i.ProcessorInfo).SupportedArchitectures, architectures), !overlap(i.SupportedVirtualizationTypes, virtualizations):
		case fits(r, i):
			found = append(found, name)
		}
	}
	return found
}

func compilePatterns(texts []string) []glob.Pattern {
	all := make([]glob.Pattern, len(texts))
	for i, text := range texts {
		all[i] = glob.Compile(text)
	}
	return all
}

func matchesAny(patterns []glob.Pattern, name string) bool {
	return slices.ContainsFunc(patterns, func(p glob.Pattern) bool { return p.Match(name) })
}

func overlap[W comparable](has, asked []W) bool {
	return slices.ContainsFunc(has, func(w W) bool { return slices.Contains(asked, w) })
}

// fits tells whether a type is as is required. What a request leaves out is as the reference says: neither bare metal nor
// burstable, and anything else.
func fits(r *ec2types.InstanceRequirementsRequest, i *typeDocument) bool {
	for n := range figures {
		if !figures[n].holds(r, i) {
			return false
		}
	}
	generation := ec2types.InstanceGenerationPrevious
	if deref(i.CurrentGeneration) {
		generation = ec2types.InstanceGenerationCurrent
	}
	accelerators := acceleratorsOf(i)
	return wanted(string(r.BareMetal), excludedWord, deref(i.BareMetal)) &&
		wanted(string(r.BurstablePerformance), excludedWord, deref(i.BurstablePerformanceSupported)) &&
		wanted(string(r.LocalStorage), includedWord, deref(i.InstanceStorageSupported)) &&
		(!deref(r.RequireHibernateSupport) || deref(i.HibernationSupported)) &&
		(!deref(r.RequireEncryptionInTransit) || deref(deref(i.NetworkInfo).EncryptionInTransitSupported)) &&
		anyOf(r.CpuManufacturers, ec2types.CpuManufacturer(backend.MakerWord(deref(deref(i.ProcessorInfo).Manufacturer)))) &&
		anyOf(r.InstanceGenerations, generation) &&
		anyOf(r.AcceleratorTypes, ofEach(accelerators, func(a backend.Accelerator) ec2types.AcceleratorType { return ec2types.AcceleratorType(a.Kind) })...) &&
		anyOf(r.AcceleratorManufacturers, ofEach(accelerators, func(a backend.Accelerator) ec2types.AcceleratorManufacturer {
			return ec2types.AcceleratorManufacturer(a.Maker)
		})...) &&
		anyOf(r.AcceleratorNames, ofEach(accelerators, func(a backend.Accelerator) ec2types.AcceleratorName { return ec2types.AcceleratorName(a.Name) })...) &&
		// A type without disks has none of the wrong sort (mem).
		(!deref(i.InstanceStorageSupported) || anyOf(r.LocalStorageTypes, ofEach(deref(i.InstanceStorageInfo).Disks, func(d ec2types.DiskInfo) ec2types.LocalStorageType {
			return ec2types.LocalStorageType(d.Type)
		})...))
}

// The words for what a type may be, may not be, or must be.
const (
	includedWord = string(ec2types.BareMetalIncluded)
	excludedWord = string(ec2types.BareMetalExcluded)
)

func wanted(asked, usual string, has bool) bool {
	switch cmp.Or(asked, usual) {
	case includedWord:
		return true
	case excludedWord:
		return !has
	}
	return has
}

// anyOf tells whether a type has one of what is asked for, or nothing is.
func anyOf[W comparable](asked []W, has ...W) bool { return len(asked) == 0 || overlap(has, asked) }

func ofEach[T, W any](all []T, of func(T) W) []W {
	out := make([]W, len(all))
	for i, one := range all {
		out[i] = of(one)
	}
	return out
}
