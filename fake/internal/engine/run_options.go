package engine

import (
	"slices"
	"strings"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// choosePlainOptions takes what needs little or no check.
func (t *tx) choosePlainOptions(l *launch) error {
	in, r := l.in, &l.row
	r.disableTermination, r.disableStop = deref(in.DisableApiTermination), deref(in.DisableApiStop)
	instanceStore := l.image.rootDeviceType == ec2types.DeviceTypeInstanceStore
	if r.disableStop && instanceStore {
		// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-stop-protection.html; code and text (mem)
		return fail("UnsupportedOperation", "Stop protection is not supported for instances with an instance store root device.")
	}
	if in.Monitoring != nil {
		if in.Monitoring.Enabled == nil {
			return missing("Monitoring.Enabled")
		}
		r.monitoring = *in.Monitoring.Enabled
	}
	r.ebsOptimized = deref(in.EbsOptimized)
	if r.ebsOptimized && l.typ.EBSOptimized == string(ec2types.EbsOptimizedSupportUnsupported) { // text (mem)
		return fail("Unsupported", "EBS-optimized instances are not supported for your requested configuration. Please check the documentation for supported configurations.")
	}
	r.enclave = in.EnclaveOptions != nil && deref(in.EnclaveOptions.Enabled)
	if r.enclave && !l.typ.Enclaves { // code and text (mem)
		return fail("Unsupported", "The instance type '%s' does not support Nitro Enclaves.", l.typ.Name)
	}
	r.shutdownBehavior = ec2types.ShutdownBehaviorStop
	if instanceStore { // such an instance can't be stopped
		r.shutdownBehavior = ec2types.ShutdownBehaviorTerminate
	}
	if err := chooseWord(&r.shutdownBehavior, in.InstanceInitiatedShutdownBehavior, "InstanceInitiatedShutdownBehavior"); err != nil {
		return err
	}
	r.autoRecovery = ec2types.InstanceAutoRecoveryStateDefault
	if in.MaintenanceOptions != nil {
		if err := chooseWord(&r.autoRecovery, in.MaintenanceOptions.AutoRecovery, "AutoRecovery"); err != nil {
			return err
		}
	}
	r.bandwidth = ec2types.InstanceBandwidthWeightingDefault
	if in.NetworkPerformanceOptions != nil {
		if err := l.chooseBandwidth(in.NetworkPerformanceOptions.BandwidthWeighting); err != nil {
			return err
		}
	}
	var err error
	r.metadata, err = chooseMetadata(in.MetadataOptions, l.image)
	return err
}

func (l *launch) chooseBandwidth(asked ec2types.InstanceBandwidthWeighting) error {
	if err := chooseWord(&l.row.bandwidth, asked, "BandwidthWeighting"); err != nil {
		return err
	}
	supported := typeInfo(l.typ.Name).NetworkInfo.BandwidthWeightings
	if asked != "" && asked != ec2types.InstanceBandwidthWeightingDefault &&
		!slices.Contains(supported, ec2types.BandwidthWeightingType(asked)) { // code and text (mem)
		return fail("Unsupported", "The instance type '%s' does not support the bandwidth weighting '%s'.", l.typ.Name, asked)
	}
	return nil
}

// chooseCPU takes the type's cores and threads, or what the request says of them
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-cpu-options-rules.html); codes and texts (mem).
func (t *tx) chooseCPU(l *launch) error {
	l.row.cores, l.row.threads = int32(l.typ.Cores), int32(l.typ.ThreadsPerCore)
	in := l.in.CpuOptions
	if in == nil {
		return nil
	}
	info := typeInfo(l.typ.Name)
	if in.CoreCount != nil || in.ThreadsPerCore != nil {
		if in.CoreCount == nil || in.ThreadsPerCore == nil {
			return fail("InvalidParameterCombination", "CpuOptions require both CoreCount and ThreadsPerCore.")
		}
		cores, threads := *in.CoreCount, *in.ThreadsPerCore
		valid := cores == l.row.cores && threads == l.row.threads ||
			slices.Contains(info.VCpuInfo.ValidCores, cores) && slices.Contains(info.VCpuInfo.ValidThreadsPerCore, threads)
		if !valid || l.typ.BareMetal {
			return fail("InvalidParameterValue", "The CPU options with %d cores and %d threads per core are not supported for the instance type '%s'.", cores, threads, l.typ.Name)
		}
		l.row.cores, l.row.threads = cores, threads
	}
	if err := chooseWord(&l.row.amdSevSnp, in.AmdSevSnp, "AmdSevSnp"); err != nil {
		return err
	}
	if err := chooseWord(&l.row.nestedVirtualization, in.NestedVirtualization, "NestedVirtualization"); err != nil {
		return err
	}
	if err := l.needsFeature(ec2types.SupportedAdditionalProcessorFeatureAmdSevSnp,
		in.AmdSevSnp == ec2types.AmdSevSnpSpecificationEnabled); err != nil {
		return err
	}
	return l.needsFeature(ec2types.SupportedAdditionalProcessorFeatureNestedVirtualization,
		in.NestedVirtualization == ec2types.NestedVirtualizationSpecificationEnabled)
}

func (l *launch) needsFeature(f ec2types.SupportedAdditionalProcessorFeature, needed bool) error {
	if needed && !slices.Contains(typeInfo(l.typ.Name).ProcessorInfo.SupportedFeatures, f) {
		return fail("Unsupported", "The instance type '%s' does not support '%s'.", l.typ.Name, f)
	}
	return nil
}

// The credit options of burstable types
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances.html).
const (
	standardCredits  = "standard"
	unlimitedCredits = "unlimited"
)

func (t *tx) chooseCredits(l *launch) error {
	if l.typ.Burstable {
		l.row.credits = unlimitedCredits
		if strings.HasPrefix(l.typ.Name, "t2.") {
			l.row.credits = standardCredits
		}
	}
	in := l.in.CreditSpecification
	if in == nil {
		return nil
	}
	switch credits := deref(in.CpuCredits); {
	case credits == "":
		return missing("CreditSpecification.CpuCredits")
	case credits != standardCredits && credits != unlimitedCredits:
		return fail("InvalidCpuCredits", "The CPU credit option '%s' is not valid: expecting standard or unlimited.", credits) // text (mem)
	case !l.typ.Burstable: // text (mem)
		return fail("InstanceCreditSpecification.NotSupported", "The instance type '%s' does not support CPU credits.", l.typ.Name)
	default:
		l.row.credits = credits
	}
	return nil
}

// How much memory can be hibernated
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hibernating-prerequisites.html).
const (
	maxHibernated        = 150 << 10 // MiB, less than
	maxHibernatedWindows = 16 << 10
)

func (t *tx) chooseHibernation(l *launch) error {
	if l.in.HibernationOptions == nil || !deref(l.in.HibernationOptions.Configured) {
		return nil
	}
	l.row.hibernation = true
	if l.row.enclave { // code and text (mem)
		return fail("InvalidParameterCombination", "Hibernation and Nitro Enclaves can't be enabled on the same instance.")
	}
	if why := l.cannotHibernate(); why != "" {
		return fail("UnsupportedHibernationConfiguration", "Hibernation is not supported: %s", why) // texts (mem)
	}
	return nil
}

func (l *launch) cannotHibernate() string {
	memory := l.typ.MemoryMiB
	switch windows := strings.EqualFold(string(l.image.platform), string(ec2types.PlatformValuesWindows)); {
	case !l.typ.Hibernation || l.typ.BareMetal:
		return "the instance type '" + l.typ.Name + "' doesn't support it."
	case windows && memory > maxHibernatedWindows || memory >= maxHibernated:
		return "the instance type '" + l.typ.Name + "' has too much memory."
	case l.image.virtualization != ec2types.VirtualizationTypeHvm:
		return "the image must be an HVM image."
	case l.spot: // needs a persistent request
		return "a one-time Spot Instance can't hibernate."
	case l.root == nil:
		return "the root device must be an EBS volume."
	case !l.root.encrypted:
		return "the root volume must be encrypted."
	case int(l.root.size)<<10 < memory:
		return "the root volume is smaller than the memory."
	}
	switch l.root.typ {
	case ec2types.VolumeTypeGp2, ec2types.VolumeTypeGp3, ec2types.VolumeTypeIo1, ec2types.VolumeTypeIo2:
		return ""
	}
	return "the root volume must be of type gp2, gp3, io1 or io2."
}
