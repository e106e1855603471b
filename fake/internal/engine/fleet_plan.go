package engine

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/catalogue"
)

const fleetFields = `ClientToken Context ExcessCapacityTerminationPolicy ReplaceUnhealthyInstances TerminateInstancesWithExpiration Type
	ValidFrom ValidUntil
	LaunchTemplateConfigs{LaunchTemplateSpecification{LaunchTemplateId LaunchTemplateName LaunchTemplateSpecificationUserData Version}
		Overrides{AvailabilityZone AvailabilityZoneId BlockDeviceMappings{DeviceName NoDevice VirtualName
			Ebs{DeleteOnTermination Encrypted Iops KmsKeyId SnapshotId Throughput VolumeSize VolumeType}}
			IamInstanceProfile{Arn Name} ImageId InstanceRequirements{` + requirementFields + ` ` + priceFields + `} InstanceType KeyName MaxPrice
			MetadataOptions{HttpEndpoint HttpPutResponseHopLimit HttpTokens}
			Placement{Affinity AvailabilityZone AvailabilityZoneId GroupId GroupName HostId HostResourceGroupArn PartitionNumber Tenancy}
			Priority SubnetId WeightedCapacity}}
	OnDemandOptions{AllocationStrategy CapacityReservationOptions{UsageStrategy} MaxTotalPrice MinTargetCapacity SingleAvailabilityZone SingleInstanceType}
	SpotOptions{AllocationStrategy InstanceInterruptionBehavior InstancePoolsToUseCount MaintenanceStrategies{CapacityRebalance{ReplacementStrategy TerminationDelay}}
		MaxTotalPrice MinTargetCapacity SingleAvailabilityZone SingleInstanceType}
	TagSpecifications{ResourceType Tags{Key Value}}
	TargetCapacitySpecification{DefaultTargetCapacityType OnDemandTargetCapacity SpotTargetCapacity TargetCapacityUnitType TotalTargetCapacity}`

// Limits of https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/fleet-quotas.html.
const (
	maxFleetConfigs  = 50
	maxFleetCapacity = 10_000
	maxFleetMinimum  = 1000
)

// fleetPlan is what a request for a fleet comes to.
type fleetPlan struct {
	pools          []fleetPool
	onDemand, spot fleetShare
	unit           ec2types.TargetCapacityUnitType // empty or units where each instance is one, or its weight
	tags           map[ec2types.ResourceType][]ec2types.Tag
	system         []ec2types.Tag
}

// fleetShare is the part of a fleet that is of one kind.
type fleetShare struct {
	lifecycle         ec2types.InstanceLifecycle
	capacity, minimum float64
	strategy          string
	poolsToUse        int     // over which lowest-price spreads
	maxPrice          float64 // of all an hour; 0 is any
	oneZone, oneType  bool
	interruption      ec2types.InstanceInterruptionBehavior
}

// fleetPool is a template with an override: what instances can be launched as.
type fleetPool struct {
	spec     *ec2types.FleetLaunchTemplateSpecificationRequest
	override *ec2types.FleetLaunchTemplateOverridesRequest // nil if the template alone tells
	version  *templateVersion
	typ      string
	zone     string // "" if EC2 chooses
	weight   float64
	priority float64
	tooDear  map[ec2types.InstanceLifecycle]bool // of what it can't be, of a type that was found by requirements
}

func (t *tx) planFleet(in *ec2.CreateFleetInput) (*fleetPlan, error) {
	if err := t.checkFleetType(in); err != nil {
		return nil, err
	}
	p := &fleetPlan{onDemand: fleetShare{lifecycle: ec2types.InstanceLifecycleOnDemand}, spot: fleetShare{lifecycle: ec2types.InstanceLifecycleSpot}}
	if err := p.readCapacity(in.TargetCapacitySpecification); err != nil {
		return nil, err
	}
	if err := p.onDemand.readOnDemand(in.OnDemandOptions); err != nil {
		return nil, err
	}
	if err := p.spot.readSpot(in.SpotOptions); err != nil {
		return nil, err
	}
	switch n := len(in.LaunchTemplateConfigs); {
	case n == 0:
		return nil, missing("LaunchTemplateConfigs")
	case n > maxFleetConfigs:
		return nil, badValue("LaunchTemplateConfigs", n, "A fleet may have at most %d.", maxFleetConfigs)
	}
	for i := range in.LaunchTemplateConfigs {
		if err := t.planPools(p, &in.LaunchTemplateConfigs[i]); err != nil {
			return nil, err
		}
	}
	var err error
	p.tags, err = tagSpecifications(in.TagSpecifications, ec2types.ResourceTypeFleet, ec2types.ResourceTypeInstance,
		ec2types.ResourceTypeVolume, ec2types.ResourceTypeNetworkInterface)
	return p, err
}

// checkFleetType refuses what is for other fleets; codes and texts are (mem).
func (t *tx) checkFleetType(in *ec2.CreateFleetInput) error {
	switch in.Type {
	case ec2types.FleetTypeInstant:
	case ec2types.FleetTypeMaintain, ec2types.FleetTypeRequest:
		return t.unmodelled("Type with the value " + string(in.Type))
	case "":
		return t.unmodelled("Type with the value maintain, which is the default")
	default:
		return checkWord(in.Type, "Type")
	}
	for _, other := range []struct {
		name string
		set  bool
	}{
		{"ExcessCapacityTerminationPolicy", in.ExcessCapacityTerminationPolicy != ""},
		{"ReplaceUnhealthyInstances", deref(in.ReplaceUnhealthyInstances)},
		{"TerminateInstancesWithExpiration", deref(in.TerminateInstancesWithExpiration)},
		{"SpotOptions.MaintenanceStrategies", in.SpotOptions != nil && in.SpotOptions.MaintenanceStrategies != nil},
		{"ValidFrom", in.ValidFrom != nil}, {"ValidUntil", in.ValidUntil != nil},
	} {
		if other.set {
			return fail("InvalidParameterCombination", "The parameter %s is not supported for fleets of the type instant.", other.name)
		}
	}
	return nil
}

func (p *fleetPlan) readCapacity(in *ec2types.TargetCapacitySpecificationRequest) error {
	if in == nil || in.TotalTargetCapacity == nil {
		return missing("TargetCapacitySpecification.TotalTargetCapacity")
	}
	total, onDemand, spot := *in.TotalTargetCapacity, deref(in.OnDemandTargetCapacity), deref(in.SpotTargetCapacity)
	switch {
	case total < 1 || total > maxFleetCapacity:
		return badValue("TotalTargetCapacity", total, "It must be between 1 and %d.", maxFleetCapacity)
	case onDemand < 0:
		return badValue("OnDemandTargetCapacity", onDemand, "It must not be negative.")
	case spot < 0:
		return badValue("SpotTargetCapacity", spot, "It must not be negative.")
	case onDemand+spot > total: // code and text (mem)
		return fail("InvalidParameterCombination", "OnDemandTargetCapacity and SpotTargetCapacity are %d together, more than TotalTargetCapacity, %d.", onDemand+spot, total)
	}
	if err := chooseWord(&p.unit, in.TargetCapacityUnitType, "TargetCapacityUnitType"); err != nil {
		return err
	}
	rest := float64(total - onDemand - spot)
	p.onDemand.capacity, p.spot.capacity = float64(onDemand), float64(spot)
	switch in.DefaultTargetCapacityType {
	case ec2types.DefaultTargetCapacityTypeSpot:
		p.spot.capacity += rest
	case ec2types.DefaultTargetCapacityTypeOnDemand, "": // (mem)
		p.onDemand.capacity += rest
	case ec2types.DefaultTargetCapacityTypeCapacityBlock, ec2types.DefaultTargetCapacityTypeReservedCapacity: // code and text (mem)
		return fail("InvalidParameterCombination", "DefaultTargetCapacityType %s needs a launch template with a capacity reservation's ID.", in.DefaultTargetCapacityType)
	default:
		return checkWord(in.DefaultTargetCapacityType, "DefaultTargetCapacityType")
	}
	return nil
}

const lowestPrice = "lowest-price"

func (s *fleetShare) readOnDemand(in *ec2types.OnDemandOptionsRequest) error {
	if s.strategy = lowestPrice; in == nil {
		return nil
	}
	if in.AllocationStrategy != "" {
		if err := checkWord(in.AllocationStrategy, "OnDemandOptions.AllocationStrategy"); err != nil {
			return err
		}
		s.strategy = string(in.AllocationStrategy)
	}
	// There are no capacity reservations to use first, so that the strategy for them changes nothing.
	if r := in.CapacityReservationOptions; r != nil && r.UsageStrategy != "" {
		if err := checkWord(r.UsageStrategy, "CapacityReservationOptions.UsageStrategy"); err != nil {
			return err
		}
	}
	return s.readLimits("OnDemandOptions", in.MaxTotalPrice, in.MinTargetCapacity, in.SingleAvailabilityZone, in.SingleInstanceType)
}

func (s *fleetShare) readSpot(in *ec2types.SpotOptionsRequest) error {
	if s.strategy = lowestPrice; in == nil {
		return nil
	}
	if in.AllocationStrategy != "" {
		if err := checkWord(in.AllocationStrategy, "SpotOptions.AllocationStrategy"); err != nil {
			return err
		}
		s.strategy = string(in.AllocationStrategy)
	}
	if in.InstanceInterruptionBehavior != "" {
		if err := checkWord(in.InstanceInterruptionBehavior, "SpotOptions.InstanceInterruptionBehavior"); err != nil {
			return err
		}
		s.interruption = ec2types.InstanceInterruptionBehavior(in.InstanceInterruptionBehavior)
	}
	if n := in.InstancePoolsToUseCount; n != nil {
		switch {
		case *n < 1:
			return badValue("InstancePoolsToUseCount", *n, "It must be at least 1.")
		case s.strategy != lowestPrice: // text (mem)
			return fail("InvalidParameterCombination", "InstancePoolsToUseCount is supported for the allocation strategy lowest-price only.")
		}
		s.poolsToUse = int(*n)
	}
	return s.readLimits("SpotOptions", in.MaxTotalPrice, in.MinTargetCapacity, in.SingleAvailabilityZone, in.SingleInstanceType)
}

func (s *fleetShare) readLimits(of string, maxPrice *string, minimum *int32, oneZone, oneType *bool) error {
	s.oneZone, s.oneType = deref(oneZone), deref(oneType)
	if maxPrice != nil {
		var err error
		if s.maxPrice, err = strconv.ParseFloat(*maxPrice, 64); err != nil || !(s.maxPrice > 0) || math.IsInf(s.maxPrice, 0) {
			return badValue(of+".MaxTotalPrice", *maxPrice, "It must be a number greater than 0.")
		}
	}
	if minimum != nil {
		switch {
		case *minimum < 0 || *minimum > maxFleetMinimum:
			return badValue(of+".MinTargetCapacity", *minimum, "It must be between 0 and %d.", maxFleetMinimum)
		case !s.oneZone && !s.oneType: // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_OnDemandOptionsRequest.html; code (mem)
			return fail("InvalidParameterCombination", "%s.MinTargetCapacity needs SingleAvailabilityZone or SingleInstanceType.", of)
		}
		s.minimum = float64(*minimum)
	}
	return nil
}

// planPools makes the pools of a template and its overrides.
func (t *tx) planPools(p *fleetPlan, in *ec2types.FleetLaunchTemplateConfigRequest) error {
	spec := in.LaunchTemplateSpecification
	if spec == nil {
		return missing("LaunchTemplateConfigs.LaunchTemplateSpecification")
	}
	l, err := t.template(spec.LaunchTemplateId, spec.LaunchTemplateName)
	if err != nil {
		return err
	}
	if deref(spec.Version) == "" {
		return missing("LaunchTemplateConfigs.LaunchTemplateSpecification.Version")
	}
	v, err := t.templateVersion(l, *spec.Version)
	if err != nil {
		return err
	}
	if v.data.InstanceMarketOptions != nil { // code and text (mem)
		return fail("InvalidParameterCombination", "The launch template '%s' has InstanceMarketOptions, which a fleet chooses itself.", l.id)
	}
	if err := checkUserData(deref(spec.LaunchTemplateSpecificationUserData)); err != nil {
		return err
	}
	if len(in.Overrides) == 0 {
		if err := t.planPool(p, spec, v, nil); err != nil {
			return err
		}
	}
	for i := range in.Overrides {
		o := &in.Overrides[i]
		switch {
		case o.WeightedCapacity != nil && !(*o.WeightedCapacity > 0):
			return badValue("WeightedCapacity", *o.WeightedCapacity, "It must be greater than 0.")
		case o.Priority != nil && !(*o.Priority >= 0): // whole numbers, says the reference; autoscalers give prices, which EC2 takes
			return badValue("Priority", *o.Priority, "It must be a number from 0 on.")
		case strings.Contains(deref(o.SubnetId), ","): // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FleetLaunchTemplateOverridesRequest.html
			return badValue("SubnetId", *o.SubnetId, "An override of an instant fleet has one subnet.")
		}
		if err := t.planPool(p, spec, v, o); err != nil {
			return err
		}
	}
	return nil
}

// planPool makes the pool of a template with an override, or those of all types that have what is required of them.
func (t *tx) planPool(p *fleetPlan, spec *ec2types.FleetLaunchTemplateSpecificationRequest, v *templateVersion, o *ec2types.FleetLaunchTemplateOverridesRequest) error {
	one := t.pool(spec, v, o)
	required := v.data.InstanceRequirements
	if o != nil && o.InstanceRequirements != nil {
		required = o.InstanceRequirements
	}
	switch {
	case o != nil && o.InstanceRequirements != nil && o.InstanceType != "": // code and text (mem)
		return fail("InvalidParameterCombination", "An override may have InstanceType or InstanceRequirements, but not both.")
	case required == nil || o != nil && o.InstanceType != "":
		if p.unit != "" && p.unit != ec2types.TargetCapacityUnitTypeUnits { // code and text (mem)
			return fail("InvalidParameterCombination", "TargetCapacityUnitType %s needs InstanceRequirements.", p.unit)
		}
		p.pools = append(p.pools, one)
		return nil
	case required.BaselinePerformanceFactors != nil:
		return t.unmodelled("InstanceRequirements.BaselinePerformanceFactors")
	case o != nil && o.WeightedCapacity != nil: // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FleetLaunchTemplateOverridesRequest.html
		return fail("InvalidParameterCombination", "WeightedCapacity cannot be specified with InstanceRequirements: use TargetCapacityUnitType.")
	}
	if err := checkRequirements(required); err != nil {
		return err
	}
	return t.poolsRequired(p, one, required)
}

func (t *tx) pool(spec *ec2types.FleetLaunchTemplateSpecificationRequest, v *templateVersion, o *ec2types.FleetLaunchTemplateOverridesRequest) fleetPool {
	p := fleetPool{spec: spec, version: v, override: o, typ: string(v.data.InstanceType), weight: 1, priority: math.Inf(1)}
	subnet, placement := "", orZero(v.data.Placement)
	p.zone = deref(placement.AvailabilityZone)
	if id := deref(placement.AvailabilityZoneId); id != "" {
		p.zone, _ = t.zoneOfID(id) // a launch refuses one that isn't
	}
	if n := v.data.NetworkInterfaces; len(n) > 0 {
		subnet = deref(n[0].SubnetId)
	}
	if o != nil {
		if o.InstanceType != "" {
			p.typ = string(o.InstanceType)
		}
		if o.WeightedCapacity != nil {
			p.weight = *o.WeightedCapacity
		}
		if o.Priority != nil {
			p.priority = *o.Priority
		}
		if zone := t.zoneOfOverride(o); zone != "" {
			p.zone = zone
		}
		if deref(o.SubnetId) != "" {
			subnet = *o.SubnetId
		}
	}
	if s, ok := t.subnets.Get(subnet); ok {
		p.zone = s.zone
	}
	return p
}

func (v *view) zoneOfOverride(o *ec2types.FleetLaunchTemplateOverridesRequest) string {
	if id := deref(o.AvailabilityZoneId); id != "" {
		zone, _ := v.zoneOfID(id)
		return zone
	}
	if zone := deref(o.AvailabilityZone); zone != "" {
		return zone
	}
	return deref(orZero(o.Placement).AvailabilityZone)
}

// price is that of an instance of the pool, of no known type 0.
func (p *fleetPool) price(lifecycle ec2types.InstanceLifecycle) float64 {
	typ, ok := catalogue.InstanceType(p.typ)
	switch {
	case !ok:
		return 0
	case lifecycle == ec2types.InstanceLifecycleSpot:
		return spotPrice(&typ, p.zone)
	}
	return onDemandPrice(&typ)
}

// order sorts the pools as the strategy takes them. All have capacity, so that strategies that look for it first go by
// what they look at next: the price, the priority, or else the order of the request
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-fleet-allocation-strategy.html).
func (s *fleetShare) order(pools []fleetPool) []fleetPool {
	byPrice := func(a, b fleetPool) int {
		return cmp.Compare(a.price(s.lifecycle)/a.weight, b.price(s.lifecycle)/b.weight)
	}
	ordered := slices.DeleteFunc(slices.Clone(pools), func(p fleetPool) bool { return p.tooDear[s.lifecycle] })
	switch s.strategy {
	case string(ec2types.FleetOnDemandAllocationStrategyPrioritized):
		slices.SortStableFunc(ordered, byPrice)
		slices.SortStableFunc(ordered, func(a, b fleetPool) int { return cmp.Compare(a.priority, b.priority) })
	case string(ec2types.SpotAllocationStrategyCapacityOptimizedPrioritized):
		slices.SortStableFunc(ordered, func(a, b fleetPool) int { return cmp.Compare(a.priority, b.priority) })
	case lowestPrice, string(ec2types.SpotAllocationStrategyPriceCapacityOptimized):
		slices.SortStableFunc(ordered, byPrice)
	}
	return ordered
}

// spread is over how many of the pools the capacity is divided evenly; 1 takes one after the other.
func (s *fleetShare) spread(pools int) int {
	switch {
	case s.strategy == string(ec2types.SpotAllocationStrategyDiversified):
		return pools
	case s.poolsToUse > 0:
		return min(s.poolsToUse, pools)
	}
	return 1
}
