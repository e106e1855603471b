package engine

import (
	"slices"
	"strconv"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// minSpotPrice is the lowest maximum price in USD an hour
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SpotMarketOptions.html).
const minSpotPrice = 0.001

// checkMarket reads whether Spot Instances are wanted. They run whatever the maximum price is, since they are never interrupted.
// Codes and texts are (mem) unless the documentation has them.
func (t *tx) checkMarket(l *launch) error {
	in := l.in.InstanceMarketOptions
	if in == nil {
		return nil
	}
	switch in.MarketType {
	case ec2types.MarketTypeSpot:
	case ec2types.MarketTypeOnDemand, "":
		if in.SpotOptions != nil {
			return fail("InvalidParameterCombination", "SpotOptions need the market type spot.")
		}
		return nil
	case ec2types.MarketTypeCapacityBlock, ec2types.MarketTypeInterruptibleCapacityReservation:
		// A target that is named was refused before.
		return fail("InvalidParameterCombination", "The market type %s needs CapacityReservationSpecification with the target's ID.", in.MarketType)
	default:
		return checkWord(in.MarketType, "MarketType")
	}
	l.spot = true
	if deref(l.in.DisableApiTermination) || deref(l.in.DisableApiStop) {
		// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingDisableAPITermination.html
		return fail("InvalidParameterCombination", "Termination protection and stop protection are not supported for Spot Instances.")
	}
	if in.SpotOptions == nil {
		return nil
	}
	return t.checkSpotOptions(in.SpotOptions)
}

func (t *tx) checkSpotOptions(in *ec2types.SpotMarketOptions) error {
	if in.BlockDurationMinutes != nil {
		return fail("Unsupported", "Spot Instances with a defined duration are no longer available.")
	}
	if in.MaxPrice != nil {
		if price, err := strconv.ParseFloat(*in.MaxPrice, 64); err != nil || price <= minSpotPrice {
			return badValue("MaxPrice", *in.MaxPrice, "The maximum price must be a number greater than %v.", minSpotPrice)
		}
	}
	switch in.SpotInstanceType {
	case ec2types.SpotInstanceTypeOneTime, "":
	case ec2types.SpotInstanceTypePersistent:
		// Such a request launches again after an interruption, and when the instance is terminated.
		return t.unmodelled("InstanceMarketOptions.SpotOptions.SpotInstanceType with the value persistent")
	default:
		return checkWord(in.SpotInstanceType, "SpotInstanceType")
	}
	switch in.InstanceInterruptionBehavior {
	case ec2types.InstanceInterruptionBehaviorTerminate, "":
	case ec2types.InstanceInterruptionBehaviorStop, ec2types.InstanceInterruptionBehaviorHibernate:
		return fail("InvalidParameterCombination", "The interruption behavior %s needs a persistent Spot Instance request.", in.InstanceInterruptionBehavior)
	default:
		return checkWord(in.InstanceInterruptionBehavior, "InstanceInterruptionBehavior")
	}
	if in.ValidUntil != nil {
		return fail("InvalidParameterCombination", "ValidUntil is supported for persistent Spot Instance requests only.")
	}
	return nil
}

// checkSpotType refuses types that aren't sold as Spot Instances.
func (l *launch) checkSpotType() error {
	if l.spot && !slices.Contains(l.typ.UsageClasses, string(ec2types.UsageClassTypeSpot)) {
		return fail("Unsupported", "The instance type '%s' is not supported for Spot Instances.", l.typ.Name)
	}
	return nil
}

// unmodelled refuses a value of a parameter as the engine refuses parameters that aren't served.
func (t *tx) unmodelled(what string) error {
	return fail("UnknownParameter", "%s: this cloud doesn't model the parameter %s.", t.op.name, what)
}
