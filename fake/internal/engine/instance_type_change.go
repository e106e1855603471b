package engine

import (
	"slices"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/internal/fit"
)

// changeType gives a stopped instance another type, if all that it is and has fits that type
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resize-limitations.html). Codes and texts are those of
// a launch, or (mem).
func (t *tx) changeType(i *instance, name string) error {
	if name == "" {
		return missing("InstanceType.Value")
	}
	typ, ok := catalogue.InstanceType(name)
	if !ok {
		// As recorded; the documentation of the operation says InvalidInstanceAttributeValue.
		return fail("InvalidParameterValue", "The following supplied instance types do not exist: [%s]", name)
	}
	if err := offeredIn(t.Region, name, i.zone); err != nil {
		return err
	}
	chosenCPU := !i.hasUsualCPU()
	i.typ = typ.Name
	for _, check := range typeChangeChecks {
		if err := check(t, i, &typ); err != nil {
			return err
		}
	}
	i.currentBootMode = ec2types.InstanceBootModeValues(fit.BootMode(i.fitted(), &typ))
	// CPU options are kept if the new type can have them.
	if !chosenCPU || checkCPU(i.cores, i.threads, &typ) != nil {
		i.cores, i.threads = int32(typ.Cores), int32(typ.ThreadsPerCore)
	}
	if typ.Burstable && i.credits == "" {
		i.credits = t.defaultCredits(typ.Name)
	}
	return nil
}

var typeChangeChecks = [...]func(*tx, *instance, *backend.InstanceType) error{
	(*tx).checkResizable,
	func(_ *tx, i *instance, _ *backend.InstanceType) error { return i.checkFit() },
	(*tx).checkFeatures,
	(*tx).checkVolumesOf,
	(*tx).checkInterfacesOf,
}

func (t *tx) checkResizable(i *instance, typ *backend.InstanceType) error {
	switch {
	case i.spotRequest != "":
		return fail("UnsupportedOperation", "The instance type of the Spot Instance '%s' can't be changed.", i.id)
	case i.reasonCode == hibernated:
		// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hibernating-prerequisites.html
		return fail("UnsupportedOperation", "The instance type of the hibernated instance '%s' can't be changed.", i.id)
	case i.tenancy == ec2types.TenancyDedicated && hasFamily(typ.Name, "t2"):
		return unsupportedConfiguration()
	}
	return nil
}

// checkFit refuses what the instance has from its image if that doesn't fit the type.
func (i *instance) checkFit() error {
	typ, ok := catalogue.InstanceType(i.typ)
	if !ok {
		return unsupportedConfiguration()
	}
	for _, m := range fit.Check(i.fitted(), &typ) {
		return misfit(m, typ.Name)
	}
	return nil
}

// fitted is the instance as the checks of package fit see an image: it keeps what its image said, and what
// has been changed since.
func (i *instance) fitted() *backend.Image {
	return &backend.Image{
		ID:             i.image,
		Architecture:   string(i.architecture),
		Platform:       string(i.platform),
		RootDevice:     i.rootDevice,
		RootDeviceType: string(i.rootDeviceType),
		Virtualization: string(i.virtualization),
		BootMode:       string(i.bootMode),
		TPM:            i.tpmSupport,
		ENA:            i.enaSupport,
		SRIOV:          i.sriovNetSupport,
	}
}

// checkFeatures refuses a type without what the instance makes use of.
func (t *tx) checkFeatures(i *instance, typ *backend.InstanceType) error {
	if err := i.checkEnclave(typ); err != nil {
		return err
	}
	if err := checkEBSOptimized(i.ebsOptimized, typ); err != nil {
		return err
	}
	if i.hibernation && !typ.Hibernation {
		return fail("UnsupportedHibernationConfiguration", "The instance '%s' is configured for hibernation, which the instance type '%s' doesn't support.", i.id, typ.Name)
	}
	// The bandwidth's configuration must be the default one first
	// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html).
	if err := checkBandwidth(i.bandwidth, typ); err != nil {
		return err
	}
	if err := needsFeature(ec2types.SupportedAdditionalProcessorFeatureAmdSevSnp, i.amdSevSnp == ec2types.AmdSevSnpSpecificationEnabled, typ); err != nil {
		return err
	}
	return needsFeature(ec2types.SupportedAdditionalProcessorFeatureNestedVirtualization,
		i.nestedVirtualization == ec2types.NestedVirtualizationSpecificationEnabled, typ)
}

func (t *tx) checkVolumesOf(i *instance, typ *backend.InstanceType) error {
	if !i.holds(len(i.devices)) {
		return fail("AttachmentLimitExceeded", "The instance '%s' has more volumes attached than the instance type '%s' supports.", i.id, typ.Name)
	}
	for _, d := range i.devices {
		if o, ok := t.volumes.Get(d.volume); ok && o.encrypted && !typ.EBSEncryption {
			return fail("EncryptedVolumesNotSupported", "The instance type '%s' does not support encrypted volumes.", typ.Name)
		}
	}
	return nil
}

func (t *tx) checkInterfacesOf(i *instance, typ *backend.InstanceType) error {
	if len(i.interfaces) > typ.MaxInterfaces {
		return fail("AttachmentLimitExceeded", "Interface count %d exceeds the limit for %s", len(i.interfaces), typ.Name)
	}
	for _, id := range i.interfaces {
		n, ok := t.interfaces.Get(id)
		switch {
		case !ok:
		case len(n.private) > typ.IPv4PerInterface:
			return fail("PrivateIpAddressLimitExceeded", "Number of private addresses will exceed limit.")
		case len(n.ipv6) > 0 && !typ.IPv6:
			return fail("InvalidParameterCombination", "The instance type '%s' does not support IPv6 addresses, which the interface '%s' has.", typ.Name, id)
		case n.attachment != nil && !hasCard(typ.Name, n.attachment.cardIndex):
			return fail("AttachmentLimitExceeded", "The instance type '%s' has no network card %d, on which the interface '%s' is.", typ.Name, n.attachment.cardIndex, id)
		}
	}
	return nil
}

func hasCard(typ string, index int32) bool {
	return index == 0 || slices.ContainsFunc(typeInfo(typ).NetworkInfo.NetworkCards, func(c ec2types.NetworkCardInfo) bool {
		return deref(c.NetworkCardIndex) == index
	})
}
