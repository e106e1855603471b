package awsbackend

import (
	"context"
	"errors"
	"iter"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

// typesAtOnce is how many types DescribeInstanceTypes takes by name and gives in one reply
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html).
const typesAtOnce = 100

// InstanceTypes lists types by name and filters.
func (b *Backend) InstanceTypes(ctx context.Context, q backend.Query) iter.Seq2[backend.InstanceType, error] {
	fs := filters(q.Filters)
	return list(ctx, b, q.IDs, listing[ec2.DescribeInstanceTypesOutput, types.InstanceTypeInfo, backend.InstanceType]{
		op: "DescribeInstanceTypes", atOnce: typesAtOnce,
		pages: func(ids []string, limit *int32) pager[ec2.DescribeInstanceTypesOutput] {
			return ec2.NewDescribeInstanceTypesPaginator(b.ec2, &ec2.DescribeInstanceTypesInput{
				InstanceTypes: each(ids, func(id *string) types.InstanceType { return types.InstanceType(*id) }),
				Filters:       fs, MaxResults: limit,
			})
		},
		items:   func(out *ec2.DescribeInstanceTypesOutput) []types.InstanceTypeInfo { return out.InstanceTypes },
		convert: sure(instanceType),
	})
}

// Offerings lists which type is offered in which zone of the region
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypeOfferings.html).
func (b *Backend) Offerings(ctx context.Context, q backend.Query) iter.Seq2[backend.Offering, error] {
	const op = "DescribeInstanceTypeOfferings"
	if len(q.IDs) > 0 {
		return func(yield func(backend.Offering, error) bool) {
			yield(backend.Offering{}, invalid(op, names(q.IDs), errors.New(
				`Query.IDs: offerings have none; use backend.By("instance-type", …)`)))
		}
	}
	fs := filters(q.Filters)
	return list(ctx, b, nil, listing[ec2.DescribeInstanceTypeOfferingsOutput, types.InstanceTypeOffering, backend.Offering]{
		op: op, atOnce: pageSize,
		pages: func(_ []string, limit *int32) pager[ec2.DescribeInstanceTypeOfferingsOutput] {
			return ec2.NewDescribeInstanceTypeOfferingsPaginator(b.ec2, &ec2.DescribeInstanceTypeOfferingsInput{
				LocationType: types.LocationTypeAvailabilityZone, Filters: fs, MaxResults: limit,
			})
		},
		items: func(out *ec2.DescribeInstanceTypeOfferingsOutput) []types.InstanceTypeOffering {
			return out.InstanceTypeOfferings
		},
		convert: sure(func(o *types.InstanceTypeOffering) backend.Offering {
			return backend.Offering{Type: string(o.InstanceType), Zone: region.Zone(told(o.Location))}
		}),
	})
}

func instanceType(i *types.InstanceTypeInfo) backend.InstanceType {
	cpu, processor, network, ebs := told(i.VCpuInfo), told(i.ProcessorInfo), told(i.NetworkInfo), told(i.EbsInfo)
	return backend.InstanceType{
		Name:               string(i.InstanceType),
		VCPUs:              int(told(cpu.DefaultVCpus)),
		Cores:              int(told(cpu.DefaultCores)),
		ThreadsPerCore:     int(told(cpu.DefaultThreadsPerCore)),
		ValidCores:         each(cpu.ValidCores, func(n *int32) int { return int(*n) }),
		ValidThreads:       each(cpu.ValidThreadsPerCore, func(n *int32) int { return int(*n) }),
		MemoryMiB:          int(told(told(i.MemoryInfo).SizeInMiB)),
		Architectures:      texts(processor.SupportedArchitectures),
		CurrentGeneration:  told(i.CurrentGeneration),
		BareMetal:          told(i.BareMetal),
		Burstable:          told(i.BurstablePerformanceSupported),
		Hypervisor:         string(i.Hypervisor),
		Virtualizations:    texts(i.SupportedVirtualizationTypes),
		RootDeviceTypes:    texts(i.SupportedRootDeviceTypes),
		BootModes:          texts(i.SupportedBootModes),
		UsageClasses:       texts(i.SupportedUsageClasses),
		ENA:                string(network.EnaSupport),
		NVMe:               string(ebs.NvmeSupport),
		EBSOptimized:       string(ebs.EbsOptimizedSupport),
		EBSEncryption:      ebs.EncryptionSupport == types.EbsEncryptionSupportSupported,
		MaxVolumes:         int(told(ebs.MaximumEbsAttachments)),
		MaxInterfaces:      int(told(network.MaximumNetworkInterfaces)),
		IPv4PerInterface:   int(told(network.Ipv4AddressesPerInterface)),
		IPv6:               told(network.Ipv6Supported),
		NetworkPerformance: told(network.NetworkPerformance),
		InstanceStorageGB:  int(told(told(i.InstanceStorageInfo).TotalSizeInGB)),
		Hibernation:        told(i.HibernationSupported),
		TPM:                i.NitroTpmSupport == types.NitroTpmSupportSupported,
		Enclaves:           i.NitroEnclavesSupport == types.NitroEnclavesSupportSupported,
		Manufacturer:       told(processor.Manufacturer),

		NetworkGbps:         networkGbps(network.NetworkCards),
		EFAInterfaces:       int(told(told(network.EfaInfo).MaximumEfaInterfaces)),
		EncryptionInTransit: told(network.EncryptionInTransitSupported),
		EBSMbps:             int(told(told(ebs.EbsOptimizedInfo).BaselineBandwidthInMbps)),
		EBSIOPS:             int(told(told(ebs.EbsOptimizedInfo).BaselineIops)),
		StorageKinds:        each(told(i.InstanceStorageInfo).Disks, func(d *types.DiskInfo) string { return string(d.Type) }),
		Accelerators:        accelerators(i),
	}
}

func networkGbps(cards []types.NetworkCardInfo) (gbps float64) {
	for _, c := range cards {
		gbps += told(c.BaselineBandwidthInGbps)
	}
	return gbps
}

func accelerators(i *types.InstanceTypeInfo) (all []backend.Accelerator) {
	add := func(kind types.AcceleratorType, maker, name *string, count, memory *int32) {
		all = append(all, backend.NewAccelerator(string(kind), told(maker), told(name), int(told(count)), int(told(memory))))
	}
	for _, g := range told(i.GpuInfo).Gpus {
		add(types.AcceleratorTypeGpu, g.Manufacturer, g.Name, g.Count, told(g.MemoryInfo).SizeInMiB)
	}
	for _, f := range told(i.FpgaInfo).Fpgas {
		add(types.AcceleratorTypeFpga, f.Manufacturer, f.Name, f.Count, told(f.MemoryInfo).SizeInMiB)
	}
	for _, m := range told(i.MediaAcceleratorInfo).Accelerators {
		add(types.AcceleratorTypeMedia, m.Manufacturer, m.Name, m.Count, told(m.MemoryInfo).SizeInMiB)
	}
	inference := told(i.InferenceAcceleratorInfo).Accelerators
	for _, a := range inference {
		add(types.AcceleratorTypeInference, a.Manufacturer, a.Name, a.Count, told(a.MemoryInfo).SizeInMiB)
	}
	if len(inference) == 0 { // chips for training are told of as Neuron devices alone
		for _, d := range told(i.NeuronInfo).NeuronDevices {
			add(types.AcceleratorTypeInference, aws.String("AWS"), d.Name, d.Count, told(d.MemoryInfo).SizeInMiB)
		}
	}
	return all
}
