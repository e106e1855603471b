package engine

import (
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/catalogue"
)

// figure is a number of a type's that may have to be at least or at most something.
type figure struct {
	name   string
	bounds func(r *ec2types.InstanceRequirementsRequest) (min, max *float64)
	of     func(i *typeDocument) *float64 // nil if a type doesn't have it
}

func float[N int32 | int64 | float64](n *N) *float64 {
	if n == nil {
		return nil
	}
	return ptr(float64(*n))
}

// figures: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceRequirementsRequest.html.
var figures = []figure{
	{"VCpuCount",
		func(r *ec2types.InstanceRequirementsRequest) (min, max *float64) {
			b := deref(r.VCpuCount)
			return float(b.Min), float(b.Max)
		},
		func(i *typeDocument) *float64 { return float(deref(i.VCpuInfo).DefaultVCpus) }},
	{"MemoryMiB",
		func(r *ec2types.InstanceRequirementsRequest) (min, max *float64) {
			b := deref(r.MemoryMiB)
			return float(b.Min), float(b.Max)
		},
		func(i *typeDocument) *float64 { return float(deref(i.MemoryInfo).SizeInMiB) }},
	{"MemoryGiBPerVCpu",
		func(r *ec2types.InstanceRequirementsRequest) (min, max *float64) {
			b := deref(r.MemoryGiBPerVCpu)
			return b.Min, b.Max
		},
		func(i *typeDocument) *float64 {
			return ptr(float64(deref(deref(i.MemoryInfo).SizeInMiB)) / 1024 / float64(deref(deref(i.VCpuInfo).DefaultVCpus)))
		}},
	{"NetworkInterfaceCount",
		func(r *ec2types.InstanceRequirementsRequest) (min, max *float64) {
			b := deref(r.NetworkInterfaceCount)
			return float(b.Min), float(b.Max)
		},
		func(i *typeDocument) *float64 { return float(deref(i.NetworkInfo).MaximumNetworkInterfaces) }},
	{"NetworkBandwidthGbps",
		func(r *ec2types.InstanceRequirementsRequest) (min, max *float64) {
			b := deref(r.NetworkBandwidthGbps)
			return b.Min, b.Max
		},
		func(i *typeDocument) *float64 {
			var sum float64
			for _, card := range deref(i.NetworkInfo).NetworkCards {
				sum += deref(card.BaselineBandwidthInGbps)
			}
			return &sum
		}},
	{"BaselineEbsBandwidthMbps",
		func(r *ec2types.InstanceRequirementsRequest) (min, max *float64) {
			b := deref(r.BaselineEbsBandwidthMbps)
			return float(b.Min), float(b.Max)
		},
		func(i *typeDocument) *float64 { return ptr(float64(deref(optimized(i).BaselineBandwidthInMbps))) }},
	{"TotalLocalStorageGB",
		func(r *ec2types.InstanceRequirementsRequest) (min, max *float64) {
			b := deref(r.TotalLocalStorageGB)
			return b.Min, b.Max
		},
		func(i *typeDocument) *float64 { return ptr(float64(deref(deref(i.InstanceStorageInfo).TotalSizeInGB))) }},
	{"AcceleratorCount",
		func(r *ec2types.InstanceRequirementsRequest) (min, max *float64) {
			b := deref(r.AcceleratorCount)
			return float(b.Min), float(b.Max)
		},
		func(i *typeDocument) *float64 {
			var sum float64
			for _, a := range acceleratorsOf(i) {
				sum += float64(a.Count)
			}
			return &sum
		}},
	{"AcceleratorTotalMemoryMiB",
		func(r *ec2types.InstanceRequirementsRequest) (min, max *float64) {
			b := deref(r.AcceleratorTotalMemoryMiB)
			return float(b.Min), float(b.Max)
		},
		func(i *typeDocument) *float64 {
			var sum float64
			for _, a := range acceleratorsOf(i) {
				sum += float64(a.Count) * float64(a.MemoryMiB)
			}
			return &sum
		}},
}

func (f *figure) check(r *ec2types.InstanceRequirementsRequest) error {
	least, most := f.bounds(r)
	switch {
	case deref(least) < 0:
		return badValue(f.name+".Min", *least, "It must not be negative.")
	case most != nil && *most < deref(least): // code and text (mem)
		return badValue(f.name+".Max", *most, "It must not be less than Min, %v.", deref(least))
	}
	return nil
}

// holds tells whether a type's figure is between the bounds. One that the type doesn't have is between none.
func (f *figure) holds(r *ec2types.InstanceRequirementsRequest, i *typeDocument) bool {
	least, most := f.bounds(r)
	if least == nil && most == nil {
		return true
	}
	n := f.of(i)
	return n != nil && (least == nil || *n >= *least) && (most == nil || *n <= *most)
}

func acceleratorsOf(i *typeDocument) []backend.Accelerator {
	typ, _ := catalogue.InstanceType(string(i.InstanceType))
	return typ.Accelerators
}
