package engine

import (
	"slices"
	"strings"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
)

// choosePlainOptions takes what needs little or no check.
func (t *tx) choosePlainOptions(l *launch) error {
	in, r := l.in, l.row
	r.disableTermination, r.disableStop = deref(in.DisableApiTermination), deref(in.DisableApiStop)
	instanceStore := l.image.rootDeviceType == ec2types.DeviceTypeInstanceStore
	if err := checkStopProtection(r.disableStop, l.image.rootDeviceType); err != nil {
		return err
	}
	if in.Monitoring != nil {
		if in.Monitoring.Enabled == nil {
			return missing("Monitoring.Enabled")
		}
		r.monitoring = *in.Monitoring.Enabled
	}
	r.ebsOptimized = deref(in.EbsOptimized)
	if err := checkEBSOptimized(r.ebsOptimized, &l.typ); err != nil {
		return err
	}
	r.enclave = in.EnclaveOptions != nil && deref(in.EnclaveOptions.Enabled)
	r.hibernation = in.HibernationOptions != nil && deref(in.HibernationOptions.Configured)
	if err := r.checkEnclave(&l.typ); err != nil {
		return err
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
	r.rebootMigration = ec2types.InstanceRebootMigrationStateDefault
	r.bandwidth = ec2types.InstanceBandwidthWeightingDefault
	if in.NetworkPerformanceOptions != nil {
		if err := l.chooseBandwidth(in.NetworkPerformanceOptions.BandwidthWeighting); err != nil {
			return err
		}
	}
	var err error
	r.metadata, err = t.chooseMetadata(in.MetadataOptions, l.image)
	return err
}

// checkStopProtection: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-stop-protection.html; code and text (mem)
func checkStopProtection(on bool, root ec2types.DeviceType) error {
	if on && root == ec2types.DeviceTypeInstanceStore {
		return fail("UnsupportedOperation", "Stop protection is not supported for instances with an instance store root device.")
	}
	return nil
}

func checkEBSOptimized(on bool, typ *backend.InstanceType) error {
	if on && typ.EBSOptimized == string(ec2types.EbsOptimizedSupportUnsupported) { // text (mem)
		return fail("Unsupported", "EBS-optimized instances are not supported for your requested configuration. Please check the documentation for supported configurations.")
	}
	return nil
}

// checkEnclave refuses enclaves where the type has none, and beside hibernation
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html); codes and texts (mem).
func (i *instance) checkEnclave(typ *backend.InstanceType) error {
	switch {
	case i.enclave && !typ.Enclaves:
		return fail("Unsupported", "The instance type '%s' does not support Nitro Enclaves.", typ.Name)
	case i.enclave && i.hibernation:
		return fail("InvalidParameterCombination", "Hibernation and Nitro Enclaves can't be enabled on the same instance.")
	}
	return nil
}

func (l *launch) chooseBandwidth(asked ec2types.InstanceBandwidthWeighting) error {
	if err := chooseWord(&l.row.bandwidth, asked, "BandwidthWeighting"); err != nil {
		return err
	}
	return checkBandwidth(l.row.bandwidth, &l.typ)
}

func checkBandwidth(w ec2types.InstanceBandwidthWeighting, typ *backend.InstanceType) error {
	if w == ec2types.InstanceBandwidthWeightingDefault {
		return nil
	}
	supported := typeInfo(typ.Name).NetworkInfo.BandwidthWeightings
	if !slices.Contains(supported, ec2types.BandwidthWeightingType(w)) { // code and text (mem)
		return fail("Unsupported", "The instance type '%s' does not support the bandwidth weighting '%s'.", typ.Name, w)
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
	if !l.row.hibernation {
		return nil
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
