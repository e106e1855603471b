package engine

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/catalogue"
)

type override = ec2types.FleetLaunchTemplateOverridesRequest

// fleetOf asks for an instant fleet of on-demand instances of a template.
func fleetOf(template string, capacity int32, overrides ...override) *ec2.CreateFleetInput {
	return &ec2.CreateFleetInput{
		Type: ec2types.FleetTypeInstant,
		LaunchTemplateConfigs: []ec2types.FleetLaunchTemplateConfigRequest{{
			LaunchTemplateSpecification: &ec2types.FleetLaunchTemplateSpecificationRequest{LaunchTemplateId: &template, Version: ptr("$Latest")},
			Overrides:                   overrides,
		}},
		TargetCapacitySpecification: &ec2types.TargetCapacitySpecificationRequest{
			TotalTargetCapacity: &capacity, DefaultTargetCapacityType: ec2types.DefaultTargetCapacityTypeOnDemand,
		},
	}
}

func spotFleet(template string, capacity int32, strategy ec2types.SpotAllocationStrategy, overrides ...override) *ec2.CreateFleetInput {
	in := fleetOf(template, capacity, overrides...)
	in.TargetCapacitySpecification.DefaultTargetCapacityType = ec2types.DefaultTargetCapacityTypeSpot
	in.SpotOptions = &ec2types.SpotOptionsRequest{AllocationStrategy: strategy}
	return in
}

func ofType(typ string, zone string) override {
	o := override{InstanceType: ec2types.InstanceType(typ)}
	if zone != "" {
		o.AvailabilityZone = &zone
	}
	return o
}

// counts tells how many instances of each type a fleet has.
func counts(out *ec2.CreateFleetOutput) map[string]int {
	all := make(map[string]int)
	for _, i := range out.Instances {
		all[string(i.InstanceType)] += len(i.InstanceIds)
	}
	return all
}

func TestAnInstantFleetLaunchesFromATemplateWithAnOverride(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.template("web", func(d *templateData) {
		d.TagSpecifications = []ec2types.LaunchTemplateTagSpecificationRequest{{ResourceType: ec2types.ResourceTypeInstance, Tags: tags("team", "web")}}
	})
	in := fleetOf(id, 2, ofType("t4g.micro", "us-east-1b"))
	in.ClientToken = ptr("t")
	in.TagSpecifications = append(tagged(ec2types.ResourceTypeInstance, "stage", "test"), tagged(ec2types.ResourceTypeFleet, "of", "web")...)
	out := must[ec2.CreateFleetOutput](w, in)
	require.Empty(t, out.Errors)
	require.Len(t, out.Instances, 1)
	got := out.Instances[0]
	require.Equal(t, []any{ec2types.InstanceType("t4g.micro"), ec2types.InstanceLifecycleOnDemand, "us-east-1b", 2, "us-east-1b", id},
		[]any{got.InstanceType, got.Lifecycle, *got.AvailabilityZone, len(got.InstanceIds),
			*got.LaunchTemplateAndOverrides.Overrides.AvailabilityZone, *got.LaunchTemplateAndOverrides.LaunchTemplateSpecification.LaunchTemplateId})
	i := w.instance(got.InstanceIds[0])
	told := make(map[string]string)
	for _, g := range i.Tags {
		told[*g.Key] = *g.Value
	}
	require.Equal(t, map[string]string{
		"team": "web", "stage": "test", "aws:ec2:fleet-id": *out.FleetId, "aws:ec2launchtemplate:id": id, "aws:ec2launchtemplate:version": "1",
	}, told)
	require.Equal(t, "us-east-1b", *i.Placement.AvailabilityZone)

	require.Equal(t, out.Instances, must[ec2.CreateFleetOutput](w, in).Instances, "the token's fleet again")
	require.Empty(t, must[ec2.DescribeFleetsOutput](w, &ec2.DescribeFleetsInput{}).Fleets, "instant fleets are told by ID only")
	f := must[ec2.DescribeFleetsOutput](w, &ec2.DescribeFleetsInput{
		FleetIds: []string{*out.FleetId}, Filters: []ec2types.Filter{filter("type", "instant"), filter("fleet-state", "active"), filter("tag:of", "web")},
	}).Fleets[0]
	require.Equal(t, []any{ec2types.FleetStateCodeActive, ec2types.FleetActivityStatusFulfilled, ec2types.FleetTypeInstant, 2.0, 2.0, int32(2), 2},
		[]any{f.FleetState, f.ActivityStatus, f.Type, *f.FulfilledCapacity, *f.FulfilledOnDemandCapacity, *f.TargetCapacitySpecification.TotalTargetCapacity, len(f.Instances[0].InstanceIds)})
	require.Equal(t, "us-east-1b", *f.LaunchTemplateConfigs[0].Overrides[0].AvailabilityZone)

	must[ec2.CreateTagsOutput](w, &ec2.CreateTagsInput{Resources: []string{*out.FleetId}, Tags: tags("more", "tags")})
	require.Len(t, must[ec2.DescribeFleetsOutput](w, &ec2.DescribeFleetsInput{FleetIds: []string{*out.FleetId}}).Fleets[0].Tags, 2)

	gone := must[ec2.DeleteFleetsOutput](w, &ec2.DeleteFleetsInput{FleetIds: []string{*out.FleetId}, TerminateInstances: ptr(true)}).SuccessfulFleetDeletions[0]
	require.Equal(t, []any{ec2types.FleetStateCodeActive, ec2types.FleetStateCodeDeletedTerminatingInstances}, []any{gone.PreviousFleetState, gone.CurrentFleetState})
	w.clock.advance(time.Minute)
	require.Equal(t, ec2types.InstanceStateNameTerminated, w.instance(got.InstanceIds[0]).State.Name)
	require.Equal(t, ec2types.FleetStateCodeDeleted, must[ec2.DescribeFleetsOutput](w, &ec2.DescribeFleetsInput{FleetIds: []string{*out.FleetId}}).Fleets[0].FleetState)
	again := must[ec2.DeleteFleetsOutput](w, &ec2.DeleteFleetsInput{
		FleetIds: []string{*out.FleetId, "fleet-1", "fleet-00000000-0000-4000-8000-000000000000"}, TerminateInstances: ptr(true),
	}).UnsuccessfulFleetDeletions
	require.Equal(t, []ec2types.DeleteFleetErrorCode{"fleetNotInDeletableState", "fleetIdMalformed", "fleetIdDoesNotExist"},
		[]ec2types.DeleteFleetErrorCode{again[0].Error.Code, again[1].Error.Code, again[2].Error.Code})
}

func TestAFleetTellsWhatItCouldNotLaunch(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.template("web", nil)
	out := must[ec2.CreateFleetOutput](w, spotFleet(id, 2, ec2types.SpotAllocationStrategyCapacityOptimizedPrioritized,
		override{InstanceType: "no.such", Priority: ptr(0.0)},
		override{InstanceType: "t3.micro", Priority: ptr(1.0)}, // isn't of the image's architecture
		override{InstanceType: "t4g.micro", Priority: ptr(2.0)},
		override{InstanceType: "t4g.small"},
	))
	require.Equal(t, map[string]int{"t4g.micro": 2}, counts(out))
	var codes []string
	for _, e := range out.Errors {
		codes = append(codes, string(e.LaunchTemplateAndOverrides.Overrides.InstanceType)+" "+*e.ErrorCode)
		require.Equal(t, ec2types.InstanceLifecycleSpot, e.Lifecycle)
	}
	require.Equal(t, []string{"no.such InvalidParameterValue", "t3.micro InvalidParameterValue"}, codes)
	require.Equal(t, ec2types.InstanceLifecycleTypeSpot, w.instance(out.Instances[0].InstanceIds[0]).InstanceLifecycle)
	told := must[ec2.DescribeFleetsOutput](w, &ec2.DescribeFleetsInput{FleetIds: []string{*out.FleetId}}).Fleets[0]
	require.Len(t, told.Errors, 2)
	require.Equal(t, []float64{2, 0}, []float64{*told.FulfilledCapacity, *told.FulfilledOnDemandCapacity})

	none := must[ec2.CreateFleetOutput](w, fleetOf(id, 1, ofType("no.such", "")))
	require.Empty(t, none.Instances)
	require.Len(t, none.Errors, 1)
	require.NotEmpty(t, *none.FleetId)
}

func TestAFleetThatFindsLittleRoomTakesWhatThereIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.template("web", nil)
	vpc := *must[ec2.CreateVpcOutput](w, &ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/24")}).Vpc.VpcId
	subnet := *must[ec2.CreateSubnetOutput](w, &ec2.CreateSubnetInput{VpcId: &vpc, CidrBlock: ptr("10.0.0.0/28")}).Subnet.SubnetId
	out := must[ec2.CreateFleetOutput](w, fleetOf(id, 20, override{SubnetId: &subnet, InstanceType: "t4g.micro"}))
	require.Equal(t, map[string]int{"t4g.micro": 11}, counts(out), "a /28 has eleven addresses to give")
	require.Equal(t, "InsufficientFreeAddressesInSubnet", *out.Errors[0].ErrorCode)
	require.Equal(t, subnet, *out.Instances[0].SubnetId)
	require.Zero(t, w.available(subnet))
}

func TestFleetsAllocateByStrategy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.template("web", nil)
	cheapest, dear := ofType("t4g.nano", ""), ofType("m7g.large", "")
	middle := ofType("t4g.small", "")
	weighted := func(o override, weight, priority float64) override {
		o.WeightedCapacity, o.Priority = &weight, &priority
		return o
	}
	for name, tc := range map[string]struct {
		in   *ec2.CreateFleetInput
		want map[string]int
	}{
		"the lowest price":         {fleetOf(id, 3, dear, cheapest, middle), map[string]int{"t4g.nano": 3}},
		"the lowest price a unit":  {fleetOf(id, 9, weighted(cheapest, 1, 0), weighted(dear, 100, 0)), map[string]int{"m7g.large": 1}},
		"the highest priority":     {onDemand(fleetOf(id, 3, weighted(cheapest, 1, 5), weighted(dear, 1, 2)), func(o *ec2types.OnDemandOptionsRequest) { o.AllocationStrategy = "prioritized" }), map[string]int{"m7g.large": 3}},
		"none has no priority":     {onDemand(fleetOf(id, 1, cheapest, weighted(dear, 1, 7)), func(o *ec2types.OnDemandOptionsRequest) { o.AllocationStrategy = "prioritized" }), map[string]int{"m7g.large": 1}},
		"weights are rounded up":   {fleetOf(id, 5, weighted(middle, 2, 0)), map[string]int{"t4g.small": 3}},
		"spot by price":            {spotFleet(id, 3, "price-capacity-optimized", dear, cheapest), map[string]int{"t4g.nano": 3}},
		"spot by capacity":         {spotFleet(id, 3, "capacity-optimized", dear, cheapest), map[string]int{"m7g.large": 3}},
		"diversified":              {spotFleet(id, 10, "diversified", dear, cheapest, middle), map[string]int{"m7g.large": 4, "t4g.nano": 3, "t4g.small": 3}},
		"diversified past a wrong": {spotFleet(id, 9, "diversified", ofType("no.such", ""), cheapest, middle), map[string]int{"t4g.nano": 5, "t4g.small": 4}},
		"the two cheapest": {func() *ec2.CreateFleetInput {
			in := spotFleet(id, 4, "lowest-price", dear, cheapest, middle)
			in.SpotOptions.InstancePoolsToUseCount = ptr(int32(2))
			return in
		}(), map[string]int{"t4g.nano": 2, "t4g.small": 2}},
		"both kinds": {func() *ec2.CreateFleetInput {
			in := spotFleet(id, 5, "capacity-optimized", dear, cheapest)
			in.TargetCapacitySpecification.OnDemandTargetCapacity = ptr(int32(2))
			return in
		}(), map[string]int{"t4g.nano": 2, "m7g.large": 3}},
		"as much as the price allows": {onDemand(fleetOf(id, 5, dear), func(o *ec2types.OnDemandOptionsRequest) { o.MaxTotalPrice = ptr("0.2") }), map[string]int{"m7g.large": 2}},
		"one type that gives all": {onDemand(fleetOf(id, 2, ofType("no.such", ""), cheapest, middle), func(o *ec2types.OnDemandOptionsRequest) {
			o.SingleInstanceType, o.MinTargetCapacity = ptr(true), ptr(int32(2))
		}), map[string]int{"t4g.nano": 2}},
		"no type that gives enough": {onDemand(fleetOf(id, 2, ofType("no.such", "")), func(o *ec2types.OnDemandOptionsRequest) {
			o.SingleInstanceType, o.MinTargetCapacity = ptr(true), ptr(int32(2))
		}), map[string]int{}},
		"a template alone": {fleetOf(id, 1), map[string]int{"t4g.small": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			out := must[ec2.CreateFleetOutput](w, tc.in)
			require.Equal(t, tc.want, counts(out))
			n := 0
			for c := range maps.Values(tc.want) {
				n += c
			}
			require.Len(t, w.found(), n, "what was tried and given up is gone")
		})
	}
}

func onDemand(in *ec2.CreateFleetInput, change func(o *ec2types.OnDemandOptionsRequest)) *ec2.CreateFleetInput {
	in.OnDemandOptions = &ec2types.OnDemandOptionsRequest{}
	change(in.OnDemandOptions)
	return in
}

func TestFleetsRefuse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.template("web", nil)
	spotted := w.template("spotted", func(d *templateData) {
		d.InstanceMarketOptions = &ec2types.LaunchTemplateInstanceMarketOptionsRequest{MarketType: "spot"}
	})
	change := func(f func(in *ec2.CreateFleetInput)) any {
		in := fleetOf(id, 2)
		f(in)
		return in
	}
	for name, tc := range map[string]struct {
		in            any
		code, message string
	}{
		"other types":       {change(func(in *ec2.CreateFleetInput) { in.Type = "" }), "UnknownParameter", "maintain"},
		"a type that isn't": {change(func(in *ec2.CreateFleetInput) { in.Type = "soon" }), "InvalidParameterValue", "soon"},
		"no configuration":  {change(func(in *ec2.CreateFleetInput) { in.LaunchTemplateConfigs = nil }), "MissingParameter", "LaunchTemplateConfigs"},
		"no template":       {change(func(in *ec2.CreateFleetInput) { in.LaunchTemplateConfigs[0].LaunchTemplateSpecification = nil }), "MissingParameter", "LaunchTemplateSpecification"},
		"no version":        {change(func(in *ec2.CreateFleetInput) { in.LaunchTemplateConfigs[0].LaunchTemplateSpecification.Version = nil }), "MissingParameter", "Version"},
		"a version that isn't": {change(func(in *ec2.CreateFleetInput) {
			in.LaunchTemplateConfigs[0].LaunchTemplateSpecification.Version = ptr("8")
		}), "InvalidLaunchTemplateId.VersionNotFound", "8"},
		"a template that isn't": {change(func(in *ec2.CreateFleetInput) {
			in.LaunchTemplateConfigs[0].LaunchTemplateSpecification.LaunchTemplateId = ptr("lt-0123456789abcdef0")
		}), "InvalidLaunchTemplateId.NotFound", "lt-0123456789abcdef0"},
		"a template for Spot":   {fleetOf(spotted, 1), "InvalidParameterCombination", "InstanceMarketOptions"},
		"no capacity":           {change(func(in *ec2.CreateFleetInput) { in.TargetCapacitySpecification = nil }), "MissingParameter", "TotalTargetCapacity"},
		"a capacity of nothing": {fleetOf(id, 0), "InvalidParameterValue", "TotalTargetCapacity"},
		"more parts than all":   {change(func(in *ec2.CreateFleetInput) { in.TargetCapacitySpecification.SpotTargetCapacity = ptr(int32(3)) }), "InvalidParameterCombination", "SpotTargetCapacity"},
		"many subnets":          {fleetOf(id, 1, override{SubnetId: ptr("subnet-1,subnet-2")}), "InvalidParameterValue", "one subnet"},
		"a weight of nothing":   {fleetOf(id, 1, override{WeightedCapacity: ptr(0.0)}), "InvalidParameterValue", "WeightedCapacity"},
		"less than no priority": {fleetOf(id, 1, override{Priority: ptr(-1.0)}), "InvalidParameterValue", "Priority"},
		"a minimum of any":      {onDemand(fleetOf(id, 1), func(o *ec2types.OnDemandOptionsRequest) { o.MinTargetCapacity = ptr(int32(1)) }), "InvalidParameterCombination", "SingleAvailabilityZone"},
		"a price of nothing":    {onDemand(fleetOf(id, 1), func(o *ec2types.OnDemandOptionsRequest) { o.MaxTotalPrice = ptr("0") }), "InvalidParameterValue", "MaxTotalPrice"},
		"a strategy that isn't": {spotFleet(id, 1, "cheap"), "InvalidParameterValue", "cheap"},
		"pools of a strategy without": {func() any {
			in := spotFleet(id, 1, "diversified")
			in.SpotOptions.InstancePoolsToUseCount = ptr(int32(2))
			return in
		}(), "InvalidParameterCombination", "InstancePoolsToUseCount"},
		"what others can":       {change(func(in *ec2.CreateFleetInput) { in.ReplaceUnhealthyInstances = ptr(true) }), "InvalidParameterCombination", "ReplaceUnhealthyInstances"},
		"tags of others":        {change(func(in *ec2.CreateFleetInput) { in.TagSpecifications = tagged(ec2types.ResourceTypeVpc, "a", "b") }), "InvalidParameterValue", "taggable"},
		"to keep the instances": {&ec2.DeleteFleetsInput{FleetIds: []string{"fleet-1"}, TerminateInstances: ptr(false)}, "InvalidParameterCombination", "TerminateInstances"},
		"to delete nothing":     {&ec2.DeleteFleetsInput{TerminateInstances: ptr(true)}, "MissingParameter", "FleetId"},
		"a fleet that isn't":    {&ec2.DescribeFleetsInput{FleetIds: []string{"fleet-00000000-0000-4000-8000-000000000000"}}, "InvalidFleetId.NotFound", "does not exist"},
		"no fleet's ID":         {&ec2.DescribeFleetsInput{FleetIds: []string{"fleet-1"}}, "InvalidFleetId.Malformed", "fleet-1"},
		"instances of no fleet": {&ec2.DescribeFleetInstancesInput{}, "MissingParameter", "FleetId"},
		"two names of a zone":   {&ec2.DescribeSpotPriceHistoryInput{AvailabilityZone: ptr("us-east-1a"), AvailabilityZoneId: ptr("use1-az1")}, "InvalidParameterCombination", "availabilityZoneId"},
		"prices of no zone":     {&ec2.DescribeSpotPriceHistoryInput{AvailabilityZone: ptr("us-west-2a")}, "InvalidParameterValue", "us-west-2a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, wantNoChange[struct{}](w.forkWithin(t), tc.in, tc.code).Message, tc.message)
		})
	}
	dry := fleetOf(id, 1)
	dry.DryRun = ptr(true)
	wantNoChange[ec2.CreateFleetOutput](w, dry, "DryRunOperation")
	out := must[ec2.CreateFleetOutput](w, fleetOf(id, 1))
	_, err := call[ec2.DescribeFleetInstancesOutput](w, &ec2.DescribeFleetInstancesInput{FleetId: out.FleetId})
	require.Contains(t, wantCode(t, err, "InvalidParameterValue").Message, "DescribeFleets")
}

// Prices are made up, but they put types into the order that one expects, Spot below on-demand.
func TestPricesRiseWithWhatATypeHas(t *testing.T) {
	t.Parallel()
	last := 0.0
	for _, name := range []string{"t4g.nano", "t4g.micro", "t4g.small", "c7g.large", "m7g.large", "r7g.large", "m7g.xlarge", "m7g.metal"} {
		typ, ok := catalogue.InstanceType(name)
		require.True(t, ok, name)
		price := onDemandPrice(&typ)
		require.Greater(t, price, last, name)
		last = price
		for _, zone := range []string{"", "us-east-1a", "us-east-1b"} {
			require.Less(t, spotPrice(&typ, zone), price*highestSpot*1.001)
			require.Greater(t, spotPrice(&typ, zone), price*lowestSpot*0.999)
		}
	}
}

func TestSpotPricesAreTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	in := &ec2.DescribeSpotPriceHistoryInput{
		InstanceTypes: []ec2types.InstanceType{"t4g.nano", "m7g.large"}, ProductDescriptions: []string{"Linux/UNIX"}, AvailabilityZoneId: ptr("use1-az1"),
		Filters: []ec2types.Filter{filter("spot-price", "0.0*")},
	}
	out := must[ec2.DescribeSpotPriceHistoryOutput](w, in).SpotPriceHistory
	require.Len(t, out, 2)
	require.Equal(t, []string{"m7g.large", "t4g.nano"}, []string{string(out[0].InstanceType), string(out[1].InstanceType)})
	require.Regexp(t, `^0\.0\d{5}$`, *out[0].SpotPrice)
	require.True(t, strings.HasPrefix(*out[0].AvailabilityZone, "us-east-1"))

	var all, pages int
	in = &ec2.DescribeSpotPriceHistoryInput{AvailabilityZone: ptr("us-east-1a"), MaxResults: ptr(int32(500))}
	seen := make(map[string]bool)
	for {
		out := must[ec2.DescribeSpotPriceHistoryOutput](w, in)
		for _, p := range out.SpotPriceHistory {
			seen[string(p.InstanceType)+string(p.ProductDescription)] = true
			all++
		}
		pages++
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	require.Len(t, seen, all, "none twice")
	require.Equal(t, all/500+1, pages)
	early := must[ec2.DescribeSpotPriceHistoryOutput](w, &ec2.DescribeSpotPriceHistoryInput{EndTime: ptr(w.clock.now().Add(-48 * time.Hour))})
	require.Empty(t, slices.Collect(slices.Values(early.SpotPriceHistory)))
}
