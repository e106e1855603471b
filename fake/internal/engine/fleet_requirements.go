package engine

import (
	"regexp"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/catalogue"
)

// Usual thresholds of prices, in percent
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceRequirementsRequest.html).
const (
	usualOnDemandOver = 20
	usualSpotOver     = 100
)

// poolsRequired makes a pool of each type that fits the requirements and the image. Those that cost too much beside the
// others are left out of the share whose prices they are.
func (t *tx) poolsRequired(p *fleetPlan, like fleetPool, r *ec2types.InstanceRequirementsRequest) error {
	id := deref(like.version.data.ImageId)
	if like.override != nil && deref(like.override.ImageId) != "" {
		id = *like.override.ImageId
	}
	id, err := t.resolveImage(id)
	if err != nil {
		return err
	}
	im, err := t.imageByID(id)
	if err != nil {
		return err
	}
	var pools []fleetPool
	for _, name := range t.typesRequired(r, []ec2types.ArchitectureType{ec2types.ArchitectureType(im.architecture)}, []ec2types.VirtualizationType{im.virtualization}) {
		one := like
		one.typ, one.tooDear = name, map[ec2types.InstanceLifecycle]bool{}
		switch typ, _ := catalogue.InstanceType(name); p.unit {
		case ec2types.TargetCapacityUnitTypeVcpu:
			one.weight = float64(typ.VCPUs)
		case ec2types.TargetCapacityUnitTypeMemoryMib:
			one.weight = float64(typ.MemoryMiB)
		}
		pools = append(pools, one)
	}
	if len(pools) == 0 { // code and text (mem)
		return fail("InvalidParameterValue", "No instance type that is offered in %s has the attributes in InstanceRequirements.", t.Region)
	}
	onDemand, spot := lowestIdentified(pools, ec2types.InstanceLifecycleOnDemand), lowestIdentified(pools, ec2types.InstanceLifecycleSpot)
	most := map[ec2types.InstanceLifecycle]float64{
		ec2types.InstanceLifecycleOnDemand: over(onDemand, r.OnDemandMaxPricePercentageOverLowestPrice, usualOnDemandOver),
		ec2types.InstanceLifecycleSpot:     over(spot, r.SpotMaxPricePercentageOverLowestPrice, usualSpotOver),
	}
	if of := r.MaxSpotPriceAsPercentageOfOptimalOnDemandPrice; of != nil {
		most[ec2types.InstanceLifecycleSpot] = onDemand * float64(*of) / 100
	}
	for i := range pools {
		for lifecycle, price := range most {
			pools[i].tooDear[lifecycle] = pools[i].price(lifecycle)/pools[i].weight > price
		}
	}
	p.pools = append(p.pools, pools...)
	return nil
}

func over(lowest float64, percent *int32, usual int32) float64 {
	if percent == nil {
		percent = &usual
	}
	return lowest * (1 + float64(*percent)/100)
}

var ofFamilies = regexp.MustCompile(`^[cmr]\d`)

// lowestIdentified is the lowest price of a unit among types of the current generation of C, M and R, or else of the
// current generation, or else of all.
func lowestIdentified(pools []fleetPool, lifecycle ec2types.InstanceLifecycle) float64 {
	var lowest [3]float64
	for i := range pools {
		info := typeInfo(pools[i].typ)
		kind := 2
		switch current := deref(info.CurrentGeneration); {
		case current && ofFamilies.MatchString(pools[i].typ):
			kind = 0
		case current:
			kind = 1
		}
		if price := pools[i].price(lifecycle) / pools[i].weight; lowest[kind] == 0 || price < lowest[kind] {
			lowest[kind] = price
		}
	}
	for _, price := range lowest {
		if price > 0 {
			return price
		}
	}
	return 0
}
