package awsbackend

import (
	"cmp"
	"context"
	"iter"
	"math"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
)

var _ backend.RequiredTypes = (*Backend)(nil)

// RequiredTypes asks for types by requirements
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetInstanceTypesFromInstanceRequirements.html).
func (b *Backend) RequiredTypes(ctx context.Context, r backend.Requirements) iter.Seq2[string, error] {
	in := &ec2.GetInstanceTypesFromInstanceRequirementsInput{
		ArchitectureTypes:    words[types.ArchitectureType](r.Architectures),
		VirtualizationTypes:  []types.VirtualizationType{types.VirtualizationTypeHvm},
		InstanceRequirements: requirements(&r),
	}
	return list(ctx, b, nil, listing[ec2.GetInstanceTypesFromInstanceRequirementsOutput, types.InstanceTypeInfoFromInstanceRequirements, string]{
		op: "GetInstanceTypesFromInstanceRequirements", atOnce: pageSize,
		pages: func(_ []string, limit *int32) pager[ec2.GetInstanceTypesFromInstanceRequirementsOutput] {
			in.MaxResults = limit
			return ec2.NewGetInstanceTypesFromInstanceRequirementsPaginator(b.ec2, in)
		},
		items: func(out *ec2.GetInstanceTypesFromInstanceRequirementsOutput) []types.InstanceTypeInfoFromInstanceRequirements {
			return out.InstanceTypes
		},
		convert: sure(func(i *types.InstanceTypeInfoFromInstanceRequirements) string { return told(i.InstanceType) }),
	})
}

// requirements writes them as EC2 takes them. Bounds that aren't said are left out, but that EC2 wants a least number of
// vCPUs and of memory, where 0 is none.
func requirements(r *backend.Requirements) *types.InstanceRequirementsRequest {
	out := &types.InstanceRequirementsRequest{
		VCpuCount:                &types.VCpuCountRangeRequest{Min: narrowed(cmp.Or(r.VCPUs.Min, new(int))), Max: narrowed(r.VCPUs.Max)},
		MemoryMiB:                &types.MemoryMiBRequest{Min: narrowed(cmp.Or(r.MemoryMiB.Min, new(int))), Max: narrowed(r.MemoryMiB.Max)},
		AcceleratorManufacturers: words[types.AcceleratorManufacturer](r.AcceleratorMakers),
		AcceleratorNames:         words[types.AcceleratorName](r.AcceleratorNames),
		AcceleratorTypes:         words[types.AcceleratorType](r.AcceleratorKinds),
		AllowedInstanceTypes:     r.AllowedTypes,
		BareMetal:                types.BareMetal(r.BareMetal),
		BurstablePerformance:     types.BurstablePerformance(r.Burstable),
		CpuManufacturers:         words[types.CpuManufacturer](r.CPUMakers),
		ExcludedInstanceTypes:    r.ExcludedTypes,
		InstanceGenerations:      words[types.InstanceGeneration](r.Generations),
		LocalStorage:             types.LocalStorage(r.LocalStorage),
		LocalStorageTypes:        words[types.LocalStorageType](r.LocalStorageKinds),
	}
	if r.EncryptionInTransit {
		out.RequireEncryptionInTransit = aws.Bool(true)
	}
	if r.Hibernation {
		out.RequireHibernateSupport = aws.Bool(true)
	}
	if b := r.MemoryGiBPerVCPU; b.Min != nil || b.Max != nil {
		out.MemoryGiBPerVCpu = &types.MemoryGiBPerVCpuRequest{Min: b.Min, Max: b.Max}
	}
	if b := r.NetworkGbps; b.Min != nil || b.Max != nil {
		out.NetworkBandwidthGbps = &types.NetworkBandwidthGbpsRequest{Min: b.Min, Max: b.Max}
	}
	if b := r.LocalStorageGB; b.Min != nil || b.Max != nil {
		out.TotalLocalStorageGB = &types.TotalLocalStorageGBRequest{Min: b.Min, Max: b.Max}
	}
	if b := r.Interfaces; b.Min != nil || b.Max != nil {
		out.NetworkInterfaceCount = &types.NetworkInterfaceCountRequest{Min: narrowed(b.Min), Max: narrowed(b.Max)}
	}
	if b := r.EBSMbps; b.Min != nil || b.Max != nil {
		out.BaselineEbsBandwidthMbps = &types.BaselineEbsBandwidthMbpsRequest{Min: narrowed(b.Min), Max: narrowed(b.Max)}
	}
	if b := r.Accelerators; b.Min != nil || b.Max != nil {
		out.AcceleratorCount = &types.AcceleratorCountRequest{Min: narrowed(b.Min), Max: narrowed(b.Max)}
	}
	if b := r.AcceleratorMemoryMiB; b.Min != nil || b.Max != nil {
		out.AcceleratorTotalMemoryMiB = &types.AcceleratorTotalMemoryMiBRequest{Min: narrowed(b.Min), Max: narrowed(b.Max)}
	}
	return out
}

// narrowed is a number as the wire has it; one that it can't hold is the nearest that it can.
func narrowed(n *int) *int32 {
	if n == nil {
		return nil
	}
	return aws.Int32(int32(max(math.MinInt32, min(math.MaxInt32, *n))))
}
