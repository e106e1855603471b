package engine

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

type requirements = ec2types.InstanceRequirementsRequest

// require4to8 asks for four vCPUs and 16 GiB at least, with what the change says.
func require4to8(change func(r *requirements)) *requirements {
	r := &requirements{
		VCpuCount: &ec2types.VCpuCountRangeRequest{Min: ptr(int32(4)), Max: ptr(int32(8))},
		MemoryMiB: &ec2types.MemoryMiBRequest{Min: ptr(int32(16 * 1024))},
	}
	if change != nil {
		change(r)
	}
	return r
}

func requiring(r *requirements, architectures ...ec2types.ArchitectureType) *ec2.GetInstanceTypesFromInstanceRequirementsInput {
	if len(architectures) == 0 {
		architectures = []ec2types.ArchitectureType{"x86_64", "arm64"}
	}
	return &ec2.GetInstanceTypesFromInstanceRequirementsInput{
		ArchitectureTypes: architectures, VirtualizationTypes: []ec2types.VirtualizationType{"hvm"}, InstanceRequirements: r,
	}
}

func (w *testWorld) required(in *ec2.GetInstanceTypesFromInstanceRequirementsInput) []string {
	w.t.Helper()
	all := []string{}
	for {
		out := must[ec2.GetInstanceTypesFromInstanceRequirementsOutput](w, in)
		for _, i := range out.InstanceTypes {
			all = append(all, *i.InstanceType)
		}
		if out.NextToken == nil {
			return all
		}
		in.NextToken = out.NextToken
	}
}

func TestTypesAreFoundByWhatIsRequired(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	for name, tc := range map[string]struct {
		change    func(r *requirements)
		with      []string // some of those that are found
		without   []string // some of those that aren't
		everybody func(i *typeDocument) bool
	}{
		"CPUs and memory": {nil, []string{"m7i.xlarge", "m7g.2xlarge", "r5.xlarge"}, []string{"m7i.large", "c7i.xlarge", "m7i.4xlarge", "t3.xlarge", "m7i.metal-24xl"},
			func(i *typeDocument) bool {
				n := *i.VCpuInfo.DefaultVCpus
				return n >= 4 && n <= 8 && *i.MemoryInfo.SizeInMiB >= 16*1024 && !*i.BareMetal && !*i.BurstablePerformanceSupported
			}},
		"a maker of CPUs":     {func(r *requirements) { r.CpuManufacturers = []ec2types.CpuManufacturer{"amazon-web-services"} }, []string{"m7g.xlarge"}, []string{"m7i.xlarge", "m7a.xlarge"}, nil},
		"burstable too":       {func(r *requirements) { r.BurstablePerformance = "included" }, []string{"t3.xlarge", "m7i.xlarge"}, nil, nil},
		"burstable alone":     {func(r *requirements) { r.BurstablePerformance = "required" }, []string{"t3.xlarge"}, []string{"m7i.xlarge"}, func(i *typeDocument) bool { return *i.BurstablePerformanceSupported }},
		"bare metal alone":    {func(r *requirements) { r.BareMetal, r.VCpuCount.Max = "required", nil }, []string{"m7i.metal-24xl"}, []string{"m7i.24xlarge"}, func(i *typeDocument) bool { return *i.BareMetal }},
		"disks of their own":  {func(r *requirements) { r.LocalStorage = "required" }, []string{"m6id.xlarge"}, []string{"m6i.xlarge"}, func(i *typeDocument) bool { return *i.InstanceStorageSupported }},
		"no disks":            {func(r *requirements) { r.LocalStorage = "excluded" }, []string{"m6i.xlarge"}, []string{"m6id.xlarge"}, nil},
		"no disks that turn":  {func(r *requirements) { r.LocalStorageTypes = []ec2types.LocalStorageType{"ssd"} }, []string{"m6i.xlarge", "m6id.xlarge"}, []string{"d3.2xlarge"}, nil},
		"much on disks":       {func(r *requirements) { r.TotalLocalStorageGB = &ec2types.TotalLocalStorageGBRequest{Min: ptr(1000.0)} }, []string{"i4i.2xlarge"}, []string{"m6id.xlarge"}, nil},
		"the current ones":    {func(r *requirements) { r.InstanceGenerations = []ec2types.InstanceGeneration{"current"} }, []string{"m7i.xlarge"}, []string{"m4.xlarge"}, func(i *typeDocument) bool { return *i.CurrentGeneration }},
		"memory for each CPU": {func(r *requirements) { r.MemoryGiBPerVCpu = &ec2types.MemoryGiBPerVCpuRequest{Min: ptr(8.0)} }, []string{"r7i.xlarge"}, []string{"m7i.xlarge"}, nil},
		"a fast network":      {func(r *requirements) { r.NetworkBandwidthGbps = &ec2types.NetworkBandwidthGbpsRequest{Min: ptr(5.0)} }, []string{"m6in.xlarge"}, []string{"m6i.xlarge"}, nil},
		"interfaces": {func(r *requirements) {
			r.NetworkInterfaceCount = &ec2types.NetworkInterfaceCountRequest{Max: ptr(int32(3))}
		}, nil, []string{"m7i.xlarge"}, nil},
		"a way to volumes": {func(r *requirements) {
			r.BaselineEbsBandwidthMbps = &ec2types.BaselineEbsBandwidthMbpsRequest{Min: ptr(int32(2500))}
		}, []string{"m7i.2xlarge"}, []string{"m5.xlarge"}, nil},
		"no accelerators": {func(r *requirements) { r.AcceleratorCount = &ec2types.AcceleratorCountRequest{Max: ptr(int32(0))} }, []string{"m7i.xlarge"}, []string{"g5.xlarge"}, nil},
		"accelerators":    {func(r *requirements) { r.AcceleratorTypes = []ec2types.AcceleratorType{"gpu"} }, []string{"g5.xlarge", "g4ad.xlarge"}, []string{"inf2.xlarge", "m7i.xlarge"}, nil},
		"one by name":     {func(r *requirements) { r.AcceleratorNames = []ec2types.AcceleratorName{"a10g", "radeon-pro-v520"} }, []string{"g5.xlarge", "g4ad.xlarge"}, []string{"g6.xlarge"}, nil},
		"one by its maker": {func(r *requirements) {
			r.AcceleratorManufacturers = []ec2types.AcceleratorManufacturer{"amazon-web-services"}
		}, []string{"inf2.xlarge", "trn1.2xlarge"}, []string{"g5.xlarge"}, nil},
		"memory on them": {func(r *requirements) {
			r.AcceleratorTotalMemoryMiB = &ec2types.AcceleratorTotalMemoryMiBRequest{Min: ptr(int32(20000))}
		}, []string{"g5.xlarge"}, []string{"g4dn.xlarge", "m7i.xlarge"}, nil},
		"hibernation":          {func(r *requirements) { r.RequireHibernateSupport = ptr(true) }, []string{"m7i.xlarge"}, nil, func(i *typeDocument) bool { return *i.HibernationSupported }},
		"secrecy between them": {func(r *requirements) { r.RequireEncryptionInTransit = ptr(true) }, []string{"m7i.xlarge"}, []string{"m5.xlarge"}, func(i *typeDocument) bool { return *i.NetworkInfo.EncryptionInTransitSupported }},
		"a family":             {func(r *requirements) { r.AllowedInstanceTypes = []string{"m7i.*"} }, []string{"m7i.xlarge"}, []string{"m7i-flex.xlarge", "m7g.xlarge"}, nil},
		"all but a family":     {func(r *requirements) { r.ExcludedInstanceTypes = []string{"m7*"} }, []string{"m6i.xlarge"}, []string{"m7i.xlarge", "m7i-flex.xlarge", "m7g.xlarge"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			found := w.required(requiring(require4to8(tc.change)))
			require.IsIncreasing(t, found)
			require.Subset(t, found, tc.with)
			for _, other := range tc.without {
				require.NotContains(t, found, other)
			}
			for _, name := range found {
				require.True(t, tc.everybody == nil || tc.everybody(typeInfo(name)), name)
			}
		})
	}
	require.NotContains(t, w.required(requiring(require4to8(nil), "arm64")), "m7i.xlarge")
	require.Empty(t, w.required(requiring(require4to8(func(r *requirements) { r.AllowedInstanceTypes = []string{"no.such"} }))))
	paged := requiring(require4to8(nil))
	paged.MaxResults = ptr(int32(7))
	require.Equal(t, w.required(requiring(require4to8(nil))), w.required(paged))
}

func TestRequirementsThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	change := func(f func(r *requirements)) any { return requiring(require4to8(f)) }
	for name, tc := range map[string]struct {
		in            any
		code, message string
	}{
		"no requirements":      {requiring(nil), "MissingParameter", "InstanceRequirements"},
		"no architecture":      {&ec2.GetInstanceTypesFromInstanceRequirementsInput{InstanceRequirements: require4to8(nil)}, "MissingParameter", "ArchitectureTypes"},
		"no virtualization":    {&ec2.GetInstanceTypesFromInstanceRequirementsInput{InstanceRequirements: require4to8(nil), ArchitectureTypes: []ec2types.ArchitectureType{"arm64"}}, "MissingParameter", "VirtualizationTypes"},
		"another architecture": {requiring(require4to8(nil), "z80"), "InvalidParameterValue", "z80"},
		"no CPUs":              {change(func(r *requirements) { r.VCpuCount = nil }), "MissingParameter", "VCpuCount.Min"},
		"no memory":            {change(func(r *requirements) { r.MemoryMiB.Min = nil }), "MissingParameter", "MemoryMiB.Min"},
		"most before least":    {change(func(r *requirements) { r.VCpuCount.Max = ptr(int32(2)) }), "InvalidParameterValue", "VCpuCount.Max"},
		"less than nothing":    {change(func(r *requirements) { r.MemoryMiB.Min = ptr(int32(-1)) }), "InvalidParameterValue", "MemoryMiB.Min"},
		"allowed and excluded": {change(func(r *requirements) {
			r.AllowedInstanceTypes, r.ExcludedInstanceTypes = []string{"m5.*"}, []string{"c5.*"}
		}), "InvalidParameterCombination", "not both"},
		"no pattern": {change(func(r *requirements) { r.AllowedInstanceTypes = []string{"m?.large"} }), "InvalidParameterValue", "m?.large"},
		"no word":    {change(func(r *requirements) { r.BareMetal = "maybe" }), "InvalidParameterValue", "BareMetal"},
		"no maker":   {change(func(r *requirements) { r.CpuManufacturers = []ec2types.CpuManufacturer{"zilog"} }), "InvalidParameterValue", "zilog"},
		"a price":    {change(func(r *requirements) { r.OnDemandMaxPricePercentageOverLowestPrice = ptr(int32(10)) }), "UnknownParameter", "OnDemandMaxPricePercentageOverLowestPrice"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, wantNoChange[struct{}](w.forkWithin(t), tc.in, tc.code).Message, tc.message)
		})
	}
}

// Whatever is asked for more finds no type that less didn't.
func TestMoreRequirementsFindFewerTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	must[ec2.DescribeInstancesOutput](w, &ec2.DescribeInstancesInput{})
	rapid.Check(t, func(rt *rapid.T) {
		w := w.fork()
		r := require4to8(nil)
		r.VCpuCount.Min, r.VCpuCount.Max = ptr(rapid.Int32Range(0, 64).Draw(rt, "CPUs")), nil
		before := w.required(requiring(r))
		switch rapid.IntRange(0, 4).Draw(rt, "more") {
		case 0:
			r.MemoryMiB.Min = ptr(*r.MemoryMiB.Min + rapid.Int32Range(0, 1<<20).Draw(rt, "memory"))
		case 1:
			r.VCpuCount.Max = ptr(*r.VCpuCount.Min + rapid.Int32Range(0, 64).Draw(rt, "most"))
		case 2:
			r.CpuManufacturers = []ec2types.CpuManufacturer{rapid.SampledFrom(ec2types.CpuManufacturer("").Values()).Draw(rt, "maker")}
		case 3:
			r.AcceleratorCount = &ec2types.AcceleratorCountRequest{Min: ptr(rapid.Int32Range(0, 8).Draw(rt, "accelerators"))}
		case 4:
			r.ExcludedInstanceTypes = []string{rapid.StringMatching(`[a-z][0-9]\*`).Draw(rt, "excluded")}
		}
		for _, name := range w.required(requiring(r)) {
			if !slices.Contains(before, name) {
				rt.Fatalf("%s is found with more requirements only", name)
			}
		}
	})
}
