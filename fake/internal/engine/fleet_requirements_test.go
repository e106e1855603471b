package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/catalogue"
)

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-fleet-attribute-based-instance-type-selection.html
func TestAFleetFindsTypesByWhatIsRequired(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.template("web", nil) // of an image for arm64
	needing := func(change func(r *requirements)) override {
		return override{InstanceRequirements: require4to8(change)}
	}
	untyped := w.template("untyped", func(d *templateData) { d.InstanceType, d.InstanceRequirements = "", require4to8(nil) })
	for name, tc := range map[string]struct {
		in *ec2.CreateFleetInput
		n  int
	}{
		"on demand":                  {fleetOf(id, 2, needing(nil)), 2},
		"Spot":                       {spotFleet(id, 3, ec2types.SpotAllocationStrategyPriceCapacityOptimized, needing(nil)), 3},
		"of the template":            {fleetOf(untyped, 2), 2},
		"a type over the template's": {fleetOf(untyped, 1, ofType("t4g.micro", "")), 1},
		// Cheapest for each CPU is one of eight.
		"counted in CPUs": {func() *ec2.CreateFleetInput {
			in := fleetOf(id, 9, needing(nil))
			in.TargetCapacitySpecification.TargetCapacityUnitType = "vcpu"
			return in
		}(), 2},
		"spread over what is cheap": {spotFleet(id, 4, ec2types.SpotAllocationStrategyDiversified, needing(func(r *requirements) { r.AllowedInstanceTypes = []string{"m7g.*", "m6g.*", "r6g.*"} })), 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			out := must[ec2.CreateFleetOutput](w, tc.in)
			require.Empty(t, out.Errors)
			n := 0
			for typ, count := range counts(out) {
				info := typeInfo(typ)
				require.Contains(t, info.ProcessorInfo.SupportedArchitectures, ec2types.ArchitectureType("arm64"), typ)
				require.True(t, typ == "t4g.micro" || *info.VCpuInfo.DefaultVCpus >= 4, typ)
				n += count
			}
			require.Equal(t, tc.n, n)
		})
	}
	require.Greater(t, len(counts(must[ec2.CreateFleetOutput](w.fork(), spotFleet(id, 4, ec2types.SpotAllocationStrategyDiversified, needing(nil))))), 3)

	told := must[ec2.CreateFleetOutput](w.fork(), fleetOf(id, 1, needing(nil))).Instances[0]
	require.Equal(t, int32(4), *told.LaunchTemplateAndOverrides.Overrides.InstanceRequirements.VCpuCount.Min)
	require.Equal(t, told.InstanceType, told.LaunchTemplateAndOverrides.Overrides.InstanceType)

	for name, tc := range map[string]struct {
		in            any
		code, message string
	}{
		"a type beside them":   {fleetOf(id, 1, override{InstanceType: "t4g.micro", InstanceRequirements: require4to8(nil)}), "InvalidParameterCombination", "not both"},
		"a weight beside them": {fleetOf(id, 1, override{WeightedCapacity: ptr(2.0), InstanceRequirements: require4to8(nil)}), "InvalidParameterCombination", "WeightedCapacity"},
		"what no type has":     {fleetOf(id, 1, needing(func(r *requirements) { r.AllowedInstanceTypes = []string{"m7i.*"} })), "InvalidParameterValue", "No instance type"},
		"bad ones":             {fleetOf(id, 1, needing(func(r *requirements) { r.MemoryMiB = nil })), "MissingParameter", "MemoryMiB"},
		"two limits for Spot": {fleetOf(id, 1, needing(func(r *requirements) {
			r.SpotMaxPricePercentageOverLowestPrice, r.MaxSpotPriceAsPercentageOfOptimalOnDemandPrice = ptr(int32(1)), ptr(int32(1))
		})), "InvalidParameterCombination", "not both"},
		"CPUs of a type": {func() any {
			in := fleetOf(id, 9, ofType("t4g.micro", ""))
			in.TargetCapacitySpecification.TargetCapacityUnitType = "vcpu"
			return in
		}(), "InvalidParameterCombination", "InstanceRequirements"},
		"a launch without a type": {&ec2.RunInstancesInput{MinCount: ptr(int32(1)), MaxCount: ptr(int32(1)), LaunchTemplate: &ec2types.LaunchTemplateSpecification{LaunchTemplateId: &untyped}}, "InvalidParameterCombination", "InstanceRequirements"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, wantNoChange[struct{}](w.forkWithin(t), tc.in, tc.code).Message, tc.message)
		})
	}
}

// Types that are much dearer than the cheapest one aren't taken, however they are asked for.
func TestAFleetIsProtectedFromPrices(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.template("web", nil)
	spread := func() *ec2.CreateFleetInput {
		return spotFleet(id, 40, ec2types.SpotAllocationStrategyDiversified, override{AvailabilityZone: ptr("us-east-1a"), InstanceRequirements: &requirements{
			VCpuCount: &ec2types.VCpuCountRangeRequest{Min: ptr(int32(1))}, MemoryMiB: &ec2types.MemoryMiBRequest{Min: ptr(int32(1))},
			AllowedInstanceTypes: []string{"m7g.*"},
		}})
	}
	dearest := func(in *ec2.CreateFleetInput) (most float64) {
		for typ := range counts(must[ec2.CreateFleetOutput](w.fork(), in)) {
			facts, ok := catalogue.InstanceType(typ)
			require.True(t, ok)
			most = max(most, spotPrice(&facts, "us-east-1a"))
		}
		return most
	}
	lowest, _ := catalogue.InstanceType("m7g.medium")
	usual := spread()
	require.LessOrEqual(t, dearest(usual), 2*spotPrice(&lowest, "us-east-1a")*1.001)
	whatever := spread()
	whatever.LaunchTemplateConfigs[0].Overrides[0].InstanceRequirements.SpotMaxPricePercentageOverLowestPrice = ptr(int32(999999))
	require.Greater(t, dearest(whatever), 10*spotPrice(&lowest, "us-east-1a"))
	least := spread()
	least.LaunchTemplateConfigs[0].Overrides[0].InstanceRequirements.MaxSpotPriceAsPercentageOfOptimalOnDemandPrice = ptr(int32(100))
	require.LessOrEqual(t, dearest(least), onDemandPrice(&lowest)*1.001)
}
