package engine

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/catalogue"
)

// chooseCPU takes the type's cores and threads, or what the request says of them.
func (t *tx) chooseCPU(l *launch) error {
	l.row.cores, l.row.threads = int32(l.typ.Cores), int32(l.typ.ThreadsPerCore)
	in := l.in.CpuOptions
	if in == nil {
		return nil
	}
	if err := l.row.setCPU(in.CoreCount, in.ThreadsPerCore, &l.typ); err != nil {
		return err
	}
	if err := chooseWord(&l.row.amdSevSnp, in.AmdSevSnp, "AmdSevSnp"); err != nil {
		return err
	}
	if err := needsFeature(ec2types.SupportedAdditionalProcessorFeatureAmdSevSnp,
		in.AmdSevSnp == ec2types.AmdSevSnpSpecificationEnabled, &l.typ); err != nil {
		return err
	}
	return l.row.setNestedVirtualization(in.NestedVirtualization, &l.typ)
}

func (i *instance) setCPU(cores, threads *int32, typ *backend.InstanceType) error {
	switch {
	case cores == nil && threads == nil:
		return nil
	case cores == nil || threads == nil: // code and text (mem)
		return fail("InvalidParameterCombination", "CpuOptions require both CoreCount and ThreadsPerCore.")
	}
	i.cores, i.threads = *cores, *threads
	return checkCPU(*cores, *threads, typ)
}

// checkCPU refuses what isn't the type's own or a listed combination
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-cpu-options-rules.html); code and text (mem).
func checkCPU(cores, threads int32, typ *backend.InstanceType) error {
	info := typeInfo(typ.Name).VCpuInfo
	valid := cores == int32(typ.Cores) && threads == int32(typ.ThreadsPerCore) ||
		slices.Contains(info.ValidCores, cores) && slices.Contains(info.ValidThreadsPerCore, threads)
	if !valid || typ.BareMetal {
		return fail("InvalidParameterValue", "The CPU options with %d cores and %d threads per core are not supported for the instance type '%s'.", cores, threads, typ.Name)
	}
	return nil
}

func (i *instance) setNestedVirtualization(asked ec2types.NestedVirtualizationSpecification, typ *backend.InstanceType) error {
	if err := chooseWord(&i.nestedVirtualization, asked, "NestedVirtualization"); err != nil {
		return err
	}
	return needsFeature(ec2types.SupportedAdditionalProcessorFeatureNestedVirtualization,
		asked == ec2types.NestedVirtualizationSpecificationEnabled, typ)
}

// needsFeature refuses a type without a feature of the processor; code and text (mem).
func needsFeature(f ec2types.SupportedAdditionalProcessorFeature, needed bool, typ *backend.InstanceType) error {
	if needed && !slices.Contains(typeInfo(typ.Name).ProcessorInfo.SupportedFeatures, f) {
		return fail("Unsupported", "The instance type '%s' does not support '%s'.", typ.Name, f)
	}
	return nil
}

// hasUsualCPU tells whether the instance has all cores and threads of its type.
func (i *instance) hasUsualCPU() bool {
	typ, ok := catalogue.InstanceType(i.typ)
	return !ok || i.cores == int32(typ.Cores) && i.threads == int32(typ.ThreadsPerCore)
}

// modifyInstanceCpuOptions needs a stopped instance
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceCpuOptions.html).
func (t *tx) modifyInstanceCpuOptions(in *ec2.ModifyInstanceCpuOptionsInput) (*ec2.ModifyInstanceCpuOptionsOutput, error) {
	switch {
	case deref(in.InstanceId) == "":
		return nil, missing("InstanceId")
	case in.CoreCount == nil && in.ThreadsPerCore == nil && in.NestedVirtualization == "":
		return nil, missing("CoreCount")
	}
	i, err := t.changeableInstance(*in.InstanceId, true)
	if err != nil {
		return nil, err
	}
	typ, ok := catalogue.InstanceType(i.typ)
	if !ok {
		return nil, unsupportedConfiguration()
	}
	if err := i.setCPU(in.CoreCount, in.ThreadsPerCore, &typ); err != nil {
		return nil, err
	}
	if err := i.setNestedVirtualization(in.NestedVirtualization, &typ); err != nil {
		return nil, err
	}
	t.instances.Put(&t.undo, i)
	return &ec2.ModifyInstanceCpuOptionsOutput{
		CoreCount:            ptr(i.cores),
		InstanceId:           ptr(i.id),
		NestedVirtualization: i.nestedVirtualization,
		ThreadsPerCore:       ptr(i.threads),
	}, nil
}
