package engine

import (
	"encoding/base64"
	"slices"
	"strings"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/internal/fit"
	"github.com/amiclass/amiclass/region"
)

// usualType is what is launched when the request names no type (mem).
const usualType = "m1.small"

func (t *tx) chooseImage(l *launch) error {
	if deref(l.in.ImageId) == "" {
		return missing("ImageId")
	}
	id, err := t.resolveImage(*l.in.ImageId)
	if err != nil {
		return err
	}
	im, err := t.launchableImage(id)
	if err != nil {
		return err
	}
	if im.state != ec2types.ImageStateAvailable { // the form of recorded refusals of pending images; for others (mem)
		return fail("InvalidAMIID.Unavailable", "AMI '%s' is %s, and cannot be run", im.id, im.state)
	}
	if im.platform == ec2types.PlatformValuesWindows && l.keyType == ec2types.KeyTypeEd25519 { // code and text (mem)
		return fail("InvalidParameterCombination", "ED25519 key pairs are not supported with Windows AMIs.")
	}
	l.image = im
	r := l.row
	r.image, r.architecture, r.platform, r.platformDetails = im.id, im.architecture, im.platform, im.platformDetails
	r.usageOperation, r.virtualization, r.bootMode = im.usageOperation, im.virtualization, im.bootMode
	r.rootDevice, r.rootDeviceType, r.tpmSupport, r.uefiData = im.rootDevice, im.rootDeviceType, string(im.tpmSupport), im.uefiData
	r.enaSupport, r.sriovNetSupport, r.productCodes = im.enaSupport, im.sriovNetSupport, im.productCodes
	r.kernel, r.ramdisk = im.kernel, im.ramdisk
	return nil
}

func (t *tx) chooseType(l *launch) error {
	name := string(l.in.InstanceType)
	if name == "" {
		name = usualType
	}
	typ, ok := catalogue.InstanceType(name)
	if !ok {
		return fail("InvalidParameterValue", "Invalid value '%s' for InstanceType.", name) // text (mem)
	}
	if !t.offered(name) {
		return unsupportedConfiguration()
	}
	fitted := l.image.fitted()
	for _, m := range fit.Check(fitted, &typ) {
		return misfit(m, name)
	}
	l.typ = typ
	l.row.typ = typ.Name
	l.row.currentBootMode = ec2types.InstanceBootModeValues(fit.BootMode(fitted, &typ))
	return l.checkSpotType()
}

// offeredIn refuses a type that isn't offered in a zone.
func offeredIn(r region.Region, typ, zone string) error {
	zones := catalogue.Offered(r, typ)
	if slices.Contains(zones, region.Zone(zone)) {
		return nil
	}
	if len(zones) == 0 {
		return unsupportedConfiguration()
	}
	names := make([]string, len(zones))
	for i, z := range zones {
		names[i] = string(z)
	}
	return fail("Unsupported", "Your requested instance type (%s) is not supported in your requested Availability Zone (%s). Please retry your request by not specifying an Availability Zone or choosing %s.",
		typ, zone, strings.Join(names, ", "))
}

// unsupportedConfiguration is what EC2 says when it doesn't want to say more.
func unsupportedConfiguration() *Error {
	return fail("Unsupported", "The requested configuration is currently not supported. Please check the documentation for supported configurations.")
}

// misfit says in EC2's words why an image and a type don't fit. Texts are (mem) but for architecture and ENA.
func misfit(m fit.Mismatch, typ string) *Error {
	switch m.Kind {
	case fit.KindArchitecture:
		return fail("InvalidParameterValue", "The architecture '%s' of the specified instance type does not match the architecture '%s' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the architecture of the instance type or AMI.",
			strings.ReplaceAll(m.Type, ", ", ","), m.Image)
	case fit.KindVirtualization:
		return fail("InvalidParameterCombination", "Non-Windows instances with a virtualization type of '%s' are currently not supported for this instance type : %s", m.Image, typ)
	case fit.KindRootDevice:
		return fail("InvalidParameterCombination", "The instance type '%s' does not support an AMI with root device type '%s'.", typ, m.Image)
	case fit.KindBootMode:
		return fail("InvalidParameterCombination", "The instance type '%s' does not support the boot mode '%s' of the specified AMI; it supports %s.", typ, m.Image, m.Type)
	case fit.KindENA:
		return fail("InvalidParameterCombination", "Enhanced networking with the Elastic Network Adapter (ENA) is required for the '%s' instance type. Ensure that you are using an AMI that is enabled for ENA.", typ)
	case fit.KindSpecification:
		return fail("InvalidParameterCombination", "The instance type '%s' is not compatible with the instance type specification of the specified AMI.", typ)
	case fit.KindTPM:
		return fail("InvalidParameterCombination", "The instance type '%s' does not support the specified AMI with NitroTPM: %s.", typ, m.Type)
	}
	return fail("InvalidParameterCombination", "The instance type '%s' does not fit the specified AMI: %s", typ, m)
}

// chooseKernel takes the image's kernel: there are no others to choose from. A wrong kernel is answered as
// a wrong image is (https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html).
func (t *tx) chooseKernel(l *launch) error {
	if err := checkKernel(deref(l.in.KernelId), l.image.kernel); err != nil {
		return err
	}
	return checkRAMDisk(deref(l.in.RamdiskId), l.image.ramdisk)
}

func checkKernel(id, images string) error {
	switch {
	case id == "" || id == images:
		return nil
	case !hasShape("aki", id):
		return fail("InvalidKernelId.Malformed", "Invalid id: %q (expecting \"aki-...\")", id)
	}
	return notFound(kindImage, id)
}

func checkRAMDisk(id, images string) error {
	switch {
	case id == "" || id == images:
		return nil
	case !hasShape("ari", id):
		return fail("InvalidRamDiskId.Malformed", "Invalid id: %q (expecting \"ari-...\")", id)
	}
	return notFound(kindImage, id)
}

// maxUserData is before encoding (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html).
const maxUserData = 16384

func (t *tx) chooseUserData(l *launch) error {
	l.row.userData = deref(l.in.UserData)
	return checkUserData(l.row.userData)
}

func checkUserData(encoded string) error {
	raw, err := base64.StdEncoding.DecodeString(encoded)
	switch {
	case err != nil:
		return badUserData()
	case len(raw) > maxUserData:
		return fail("InvalidParameterValue", "User data is limited to %d bytes", maxUserData)
	}
	return nil
}

func badUserData() *Error {
	return fail("InvalidParameterValue", "Invalid BASE64 encoding of user data") // (mem)
}

func (t *tx) chooseProfile(l *launch) error {
	p, err := t.profileFor(l.in.IamInstanceProfile)
	if p != nil {
		l.row.profile = p.id
	}
	return err
}

func (t *tx) chooseTags(l *launch) error {
	tags, err := tagSpecifications(l.in.TagSpecifications, ec2types.ResourceTypeInstance, ec2types.ResourceTypeVolume,
		ec2types.ResourceTypeNetworkInterface, ec2types.ResourceTypeSpotInstancesRequest)
	if err != nil {
		return err
	}
	if _, ok := tags[ec2types.ResourceTypeSpotInstancesRequest]; ok && !l.spot { // text (mem)
		return fail("InvalidParameterCombination", "Tags for spot-instances-request need InstanceMarketOptions with the market type spot.")
	}
	if err := l.row.metadata.checkTags(tags[ec2types.ResourceTypeInstance]); err != nil {
		return err
	}
	l.tags = tags
	if len(l.system) > 0 {
		if l.tags == nil {
			l.tags = make(map[ec2types.ResourceType][]ec2types.Tag, 1)
		}
		l.tags[ec2types.ResourceTypeInstance] = slices.Concat(l.tags[ec2types.ResourceTypeInstance], l.system)
	}
	return nil
}
