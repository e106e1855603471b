package engine

import (
	"cmp"
	"strings"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// accelerator is one kind of them that a type has, in the words of requirements.
type accelerator struct {
	typ              ec2types.AcceleratorType
	maker, name      string
	count, memoryMiB int32
}

// acceleratorMakers are the words for them where they aren't the same in small letters.
var acceleratorMakers = map[string]string{"aws": string(ec2types.AcceleratorManufacturerAmazonWebServices)}

func newAccelerator(typ ec2types.AcceleratorType, maker, name *string, count, memory *int32) accelerator {
	m := strings.ToLower(deref(maker))
	n := deref(name) // "Radeon Pro V520", or with the short name in parentheses
	if _, short, ok := strings.Cut(n, "("); ok {
		n = strings.TrimSuffix(short, ")")
	}
	return accelerator{typ, cmp.Or(acceleratorMakers[m], m), strings.ReplaceAll(strings.ToLower(n), " ", "-"), deref(count), deref(memory)}
}

func acceleratorsOf(i *typeDocument) []accelerator {
	var all []accelerator
	for _, g := range deref(i.GpuInfo).Gpus {
		all = append(all, newAccelerator(ec2types.AcceleratorTypeGpu, g.Manufacturer, g.Name, g.Count, deref(g.MemoryInfo).SizeInMiB))
	}
	for _, f := range deref(i.FpgaInfo).Fpgas {
		all = append(all, newAccelerator(ec2types.AcceleratorTypeFpga, f.Manufacturer, f.Name, f.Count, deref(f.MemoryInfo).SizeInMiB))
	}
	for _, m := range deref(i.MediaAcceleratorInfo).Accelerators {
		all = append(all, newAccelerator(ec2types.AcceleratorTypeMedia, m.Manufacturer, m.Name, m.Count, deref(m.MemoryInfo).SizeInMiB))
	}
	inference := deref(i.InferenceAcceleratorInfo).Accelerators
	for _, a := range inference {
		all = append(all, newAccelerator(ec2types.AcceleratorTypeInference, a.Manufacturer, a.Name, a.Count, deref(a.MemoryInfo).SizeInMiB))
	}
	if len(inference) == 0 { // chips for training are told of as Neuron devices alone; that they count as inference is (mem)
		for _, d := range deref(i.NeuronInfo).NeuronDevices {
			all = append(all, newAccelerator(ec2types.AcceleratorTypeInference, ptr("AWS"), d.Name, d.Count, deref(d.MemoryInfo).SizeInMiB))
		}
	}
	return all
}
