package engine

import (
	"hash/fnv"
	"math"

	"github.com/amiclass/amiclass/backend"
)

// Prices are made up, in USD an hour: they rise with what a type has, as EC2's do, and a Spot price differs from zone to
// zone and stays as it is. They put types in the order that one expects and are no figures to reckon with.
const (
	priceOfCPU     = 0.033
	priceOfGiB     = 0.00375
	burstableShare = 0.5
	lowestSpot     = 0.3 // of the on-demand price
	highestSpot    = 0.5
)

func onDemandPrice(typ *backend.InstanceType) float64 {
	price := float64(typ.VCPUs)*priceOfCPU + float64(typ.MemoryMiB)/1024*priceOfGiB
	if typ.Burstable {
		price *= burstableShare
	}
	return price
}

func spotPrice(typ *backend.InstanceType, zone string) float64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(zone + typ.Name)) // a hash takes everything
	share := lowestSpot + (highestSpot-lowestSpot)*float64(h.Sum32())/math.MaxUint32
	return onDemandPrice(typ) * share
}
