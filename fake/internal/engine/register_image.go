package engine

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/catalogue"
)

const registerImageFields = `Name Description Architecture BillingProducts BootMode EnaSupport ImageLocation ImdsSupport
	KernelId RamdiskId RootDeviceName SriovNetSupport TpmSupport UefiData VirtualizationType
	BlockDeviceMappings{DeviceName NoDevice VirtualName Ebs{AvailabilityZone AvailabilityZoneId DeleteOnTermination
		EbsCardIndex Encrypted Iops KmsKeyId OutpostArn SnapshotId Throughput VolumeInitializationRate VolumeSize VolumeType}}
	TagSpecifications{ResourceType Tags{Key Value}}`

// registerImage makes an image of snapshots that exist. It is available at once. There is no client token:
// the name is what can be had only once
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RegisterImage.html).
func (t *tx) registerImage(in *ec2.RegisterImageInput) (*ec2.RegisterImageOutput, error) {
	tags, err := tagSpecifications(in.TagSpecifications, ec2types.ResourceTypeImage)
	if err != nil {
		return nil, err
	}
	if err := t.checkImageName(deref(in.Name)); err != nil {
		return nil, err
	}
	if err := checkImageDescription(deref(in.Description)); err != nil {
		return nil, err
	}
	im := &image{
		name:            *in.Name,
		description:     deref(in.Description),
		state:           ec2types.ImageStateAvailable,
		created:         t.now,
		architecture:    in.Architecture,
		virtualization:  ec2types.VirtualizationType(deref(in.VirtualizationType)),
		bootMode:        in.BootMode,
		enaSupport:      deref(in.EnaSupport),
		sriovNetSupport: deref(in.SriovNetSupport),
		imdsSupport:     in.ImdsSupport,
		tpmSupport:      in.TpmSupport,
		uefiData:        deref(in.UefiData),
		kernel:          deref(in.KernelId),
		ramdisk:         deref(in.RamdiskId),
		rootDevice:      deref(in.RootDeviceName),
		rootDeviceType:  ec2types.DeviceTypeEbs,
	}
	for _, check := range []func() error{
		im.completeRegistered, im.checkBoot, func() error { return t.checkKernel(im) },
		func() error { return t.mapRegistered(im, in) },
	} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	im.id, im.scope = t.newID(kindImage), t.scope
	t.images.Put(&t.undo, im)
	return &ec2.RegisterImageOutput{ImageId: ptr(im.id)}, t.setTags(ec2types.ResourceTypeImage, im.id, tags[ec2types.ResourceTypeImage])
}

// completeRegistered checks the words of a request and fills in its defaults, old as they are
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RegisterImage.html).
func (im *image) completeRegistered() error {
	if im.architecture == "" {
		im.architecture = ec2types.ArchitectureValuesI386
	}
	if im.virtualization == "" {
		im.virtualization = ec2types.VirtualizationTypeParavirtual
	}
	switch {
	case !slices.Contains(im.architecture.Values(), im.architecture):
		return badValue("architecture", im.architecture, "Unknown architecture.")
	case !slices.Contains(im.virtualization.Values(), im.virtualization):
		return badValue("virtualizationType", im.virtualization, "Expecting hvm or paravirtual.")
	case im.bootMode != "" && !slices.Contains(im.bootMode.Values(), im.bootMode):
		return badValue("bootMode", im.bootMode, "Expecting legacy-bios, uefi or uefi-preferred.")
	case im.sriovNetSupport != "" && im.sriovNetSupport != "simple":
		return badValue("sriovNetSupport", im.sriovNetSupport, "Expecting simple.")
	case im.tpmSupport != "" && im.tpmSupport != ec2types.TpmSupportValuesV20:
		return badValue("tpmSupport", im.tpmSupport, "Expecting %s.", ec2types.TpmSupportValuesV20)
	case im.imdsSupport != "":
		return checkIMDSSupport(im.imdsSupport)
	}
	return nil
}

// checkBoot refuses what can't boot together
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-boot.html; codes and texts are (mem)).
func (im *image) checkBoot() error {
	refuse := func(format string, args ...any) error { return fail("InvalidParameterCombination", format, args...) }
	paravirtual := im.virtualization == ec2types.VirtualizationTypeParavirtual
	intel := im.architecture == ec2types.ArchitectureValuesI386 || im.architecture == ec2types.ArchitectureValuesX8664
	uefi := im.bootMode == ec2types.BootModeValuesUefi
	switch {
	case paravirtual && !intel:
		return refuse("The architecture '%s' requires the virtualization type hvm.", im.architecture)
	case paravirtual && im.bootMode != "" && im.bootMode != ec2types.BootModeValuesLegacyBios:
		return refuse("The boot mode '%s' requires the virtualization type hvm.", im.bootMode)
	case im.architecture == ec2types.ArchitectureValuesArm64 && im.bootMode != "" && !uefi:
		return refuse("The architecture arm64 requires the boot mode uefi, not '%s'.", im.bootMode)
	case im.architecture == ec2types.ArchitectureValuesI386 && im.bootMode != "" && im.bootMode != ec2types.BootModeValuesLegacyBios:
		return refuse("The architecture i386 requires the boot mode legacy-bios, not '%s'.", im.bootMode)
	case im.tpmSupport != "" && !uefi:
		// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/enable-nitrotpm-support-on-ami.html
		return refuse("TpmSupport requires the boot mode uefi.")
	case im.uefiData != "" && !uefi && im.bootMode != ec2types.BootModeValuesUefiPreferred:
		return refuse("UefiData requires the boot mode uefi or uefi-preferred.")
	case !paravirtual && im.kernel+im.ramdisk != "":
		return refuse("A kernel or RAM disk can be specified only for the virtualization type paravirtual.")
	}
	if _, err := base64.StdEncoding.DecodeString(im.uefiData); err != nil {
		return fail("InvalidParameterValue", "Invalid BASE64 encoding of UefiData")
	}
	return nil
}

// checkKernel wants the region's boot loader: there are no other kernels here, and no RAM disks.
func (v *view) checkKernel(im *image) error {
	switch {
	case im.kernel != "" && !hasShape("aki", im.kernel):
		return fail("InvalidKernelId.Malformed", "Invalid id: %q (expecting \"aki-...\")", im.kernel)
	case im.kernel != "" && !slices.Contains([]string{catalogue.BootLoader(v.Region, "x86_64"), catalogue.BootLoader(v.Region, "i386")}, im.kernel):
		return notFound(kindImage, im.kernel)
	case im.ramdisk != "" && !hasShape("ari", im.ramdisk):
		return fail("InvalidRamDiskId.Malformed", "Invalid id: %q (expecting \"ari-...\")", im.ramdisk)
	case im.ramdisk != "":
		return notFound(kindImage, im.ramdisk)
	}
	return nil
}

// mapRegistered checks the mappings, one of which must be the root device's, of a snapshot that is
// complete, and takes over what that one is billed for. Codes and texts are (mem).
func (t *tx) mapRegistered(im *image, in *ec2.RegisterImageInput) error {
	if len(in.BillingProducts) > 0 {
		return fail("AuthFailure", "The account %s is not authorized to specify billing products.", t.Account)
	}
	if deref(in.ImageLocation) != "" { // there are no manifests: there is no S3
		return fail("InvalidManifest", "HTTP 404 (Not Found) response for URL https://s3.amazonaws.com/%s: check that the manifest exists and can be read by Amazon EC2.",
			strings.TrimPrefix(*in.ImageLocation, "/"))
	}
	if im.rootDevice == "" {
		return missing("RootDeviceName")
	}
	given, err := readMappings(in.BlockDeviceMappings)
	if err != nil {
		return err
	}
	if err := refuseLaunchFields("RegisterImage", in.BlockDeviceMappings); err != nil {
		return err
	}
	for _, m := range given {
		if m.noDevice {
			return badMapping("NoDevice can't be specified for a device of an image that is registered: %s.", m.device)
		}
		if m.device == im.rootDevice {
			if err := checkMapping(m, true); err != nil {
				return err
			}
		}
		if m, err = t.newMapping(m); err != nil {
			return err
		}
		im.mappings = append(im.mappings, m)
		if m.ebs == nil || m.ebs.snapshot == "" {
			continue
		}
		s, _ := t.snapshots.Get(m.ebs.snapshot)
		if s.state != ec2types.SnapshotStateCompleted {
			return fail("IncorrectState", "The snapshot '%s' is %s: an AMI can be registered of completed snapshots only.", s.id, s.state)
		}
		if err := s.checkTier(); err != nil {
			return err
		}
		if m.device == im.rootDevice {
			im.bill(t.billingOf(s))
		} else if b := t.billingOf(s); len(b.productCodes) > 0 {
			im.addProductCodes(b.productCodes)
		}
	}
	if im.rootSnapshot() == "" {
		return badMapping("No root snapshot specified in device mapping.")
	}
	return nil
}

func (im *image) bill(b *billing) {
	im.platform, im.platformDetails, im.usageOperation = b.platform, b.platformDetails, b.usageOperation
	im.addProductCodes(b.productCodes)
}

func (im *image) addProductCodes(codes []ec2types.ProductCode) {
	for _, c := range codes {
		if !slices.ContainsFunc(im.productCodes, func(o ec2types.ProductCode) bool { return deref(o.ProductCodeId) == deref(c.ProductCodeId) }) {
			im.productCodes = append(slices.Clip(im.productCodes), c)
		}
	}
}
