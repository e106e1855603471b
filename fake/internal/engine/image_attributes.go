package engine

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

const modifyImageFields = `ImageId Attribute Description{Value} ImdsSupport{Value}
	LaunchPermission{Add{Group OrganizationArn OrganizationalUnitArn UserId} Remove{Group OrganizationArn OrganizationalUnitArn UserId}}
	OperationType OrganizationArns OrganizationalUnitArns ProductCodes UserGroups UserIds Value`

var imageAttributeOperations = []operation{
	reading("ImageId Attribute", (*view).describeImageAttribute),
	writing(modifyImageFields, (*tx).modifyImageAttribute),
	writing("ImageId Attribute", (*tx).resetImageAttribute),
	writing("ImageId", (*tx).cancelImageLaunchPermission),
}

// describeImageAttribute tells the owner one attribute. What an image doesn't have is empty, not absent.
func (v *view) describeImageAttribute(in *ec2.DescribeImageAttributeInput) (*ec2.DescribeImageAttributeOutput, error) {
	im, err := v.ownImage(deref(in.ImageId))
	switch {
	case err != nil:
		return nil, err
	case in.Attribute == "":
		return nil, missing("Attribute")
	case in.Attribute == ec2types.ImageAttributeNameBlockDeviceMapping:
		// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImageAttribute.html; the text is (mem)
		return nil, fail("AuthFailure", "Unauthorized attempt to access restricted resource")
	}
	tell, ok := imageAttributes[in.Attribute]
	if !ok {
		return nil, badValue("attribute", in.Attribute, "Unknown attribute.")
	}
	out := &ec2.DescribeImageAttributeOutput{ImageId: ptr(im.id)}
	tell(v, im, out)
	return out, nil
}

var imageAttributes = map[ec2types.ImageAttributeName]func(v *view, im *image, out *ec2.DescribeImageAttributeOutput){
	ec2types.ImageAttributeNameBootMode: func(_ *view, im *image, out *ec2.DescribeImageAttributeOutput) {
		out.BootMode = attribute(string(im.bootMode))
	},
	ec2types.ImageAttributeNameDeregistrationProtection: func(v *view, im *image, out *ec2.DescribeImageAttributeOutput) {
		out.DeregistrationProtection = attribute(im.protection.at(v.now))
	},
	ec2types.ImageAttributeNameDescription: func(_ *view, im *image, out *ec2.DescribeImageAttributeOutput) {
		out.Description = attribute(im.description)
	},
	ec2types.ImageAttributeNameImdsSupport: func(_ *view, im *image, out *ec2.DescribeImageAttributeOutput) {
		out.ImdsSupport = attribute(string(im.imdsSupport))
	},
	ec2types.ImageAttributeNameKernel: func(_ *view, im *image, out *ec2.DescribeImageAttributeOutput) {
		out.KernelId = attribute(im.kernel)
	},
	ec2types.ImageAttributeNameLastLaunchedTime: func(v *view, im *image, out *ec2.DescribeImageAttributeOutput) {
		out.LastLaunchedTime = attribute(v.lastLaunched(im))
	},
	ec2types.ImageAttributeNameLaunchPermission: func(_ *view, im *image, out *ec2.DescribeImageAttributeOutput) {
		out.LaunchPermissions = im.launchPermissions()
	},
	ec2types.ImageAttributeNameProductCodes: func(_ *view, im *image, out *ec2.DescribeImageAttributeOutput) {
		out.ProductCodes = copyProductCodes(im.productCodes)
	},
	ec2types.ImageAttributeNameRamdisk: func(_ *view, im *image, out *ec2.DescribeImageAttributeOutput) {
		out.RamdiskId = attribute(im.ramdisk)
	},
	ec2types.ImageAttributeNameSriovNetSupport: func(_ *view, im *image, out *ec2.DescribeImageAttributeOutput) {
		out.SriovNetSupport = attribute(im.sriovNetSupport)
	},
	ec2types.ImageAttributeNameTpmSupport: func(_ *view, im *image, out *ec2.DescribeImageAttributeOutput) {
		out.TpmSupport = attribute(string(im.tpmSupport))
	},
	ec2types.ImageAttributeNameUefiData: func(_ *view, im *image, out *ec2.DescribeImageAttributeOutput) {
		out.UefiData = attribute(im.uefiData)
	},
}

// The attributes that can be modified, one at a time
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyImageAttribute.html).
const (
	descriptionAttribute      = string(ec2types.ImageAttributeNameDescription)
	imdsSupportAttribute      = string(ec2types.ImageAttributeNameImdsSupport)
	launchPermissionAttribute = string(ec2types.ImageAttributeNameLaunchPermission)
)

func (t *tx) modifyImageAttribute(in *ec2.ModifyImageAttributeInput) (*ec2.ModifyImageAttributeOutput, error) {
	im, err := t.ownImage(deref(in.ImageId))
	if err != nil {
		return nil, err
	}
	name, err := modifiedAttribute(in)
	if err != nil {
		return nil, err
	}
	if err := im.usable(); err != nil {
		return nil, err
	}
	next := *im
	switch name {
	case descriptionAttribute:
		err = next.describe(in)
	case imdsSupportAttribute:
		err = next.requireTokens(in)
	default:
		err = t.changePermissions(&next, in)
	}
	if err != nil {
		return nil, err
	}
	t.images.Put(&t.undo, &next)
	return &ec2.ModifyImageAttributeOutput{}, nil
}

// modifiedAttribute tells which attribute a request is about: by name, by its own parameter, or by both.
// Codes and texts of the refusals are (mem).
func modifiedAttribute(in *ec2.ModifyImageAttributeInput) (string, error) {
	named := deref(in.Attribute)
	var names []string
	for _, p := range []struct {
		name string
		set  bool
	}{
		{named, named != ""},
		{descriptionAttribute, in.Description != nil && named != descriptionAttribute},
		{imdsSupportAttribute, in.ImdsSupport != nil && named != imdsSupportAttribute},
		{launchPermissionAttribute, in.LaunchPermission != nil && named != launchPermissionAttribute},
	} {
		if p.set {
			names = append(names, p.name)
		}
	}
	switch {
	case len(in.ProductCodes) > 0: // "Not supported", says the documentation
		return "", fail("UnsupportedOperation", "The product codes of an AMI can't be modified.")
	case len(names) == 0:
		return "", fail("InvalidParameterCombination", "No attributes specified.")
	case len(names) > 1:
		return "", fail("InvalidParameterCombination", "Fields for multiple attribute types specified: %s", strings.Join(names, ", "))
	}
	flat := in.OperationType != "" || len(in.UserIds)+len(in.UserGroups)+len(in.OrganizationArns)+len(in.OrganizationalUnitArns) > 0
	switch name := names[0]; name {
	case descriptionAttribute, imdsSupportAttribute:
		if flat {
			return "", fail("InvalidParameterCombination", "OperationType, UserId, UserGroup, OrganizationArn and OrganizationalUnitArn can be used only for the attribute launchPermission, not for %s.", name)
		}
		return name, nil
	case launchPermissionAttribute:
		switch {
		case in.Value != nil:
			return "", fail("InvalidParameterCombination", "Value can be used only for the attributes description and imdsSupport.")
		case flat && in.LaunchPermission != nil:
			return "", fail("InvalidParameterCombination", "Launch permissions can be given by LaunchPermission or by OperationType and lists, not by both.")
		case flat && named == "":
			return "", fail("InvalidParameterCombination", "OperationType and lists of users can be used only if Attribute is launchPermission.")
		}
		return name, nil
	default:
		return "", badValue("attribute", name, "Expecting description, imdsSupport or launchPermission.")
	}
}

// attributeValue is the value by either of its parameters.
func attributeValue(typed *ec2types.AttributeValue, flat *string) (string, error) {
	switch {
	case typed != nil && typed.Value != nil && flat != nil:
		return "", fail("InvalidParameterCombination", "The value is specified more than once.") // (mem)
	case typed != nil && typed.Value != nil:
		return *typed.Value, nil
	case flat != nil:
		return *flat, nil
	}
	return "", missing("Value")
}

func (im *image) describe(in *ec2.ModifyImageAttributeInput) error {
	d, err := attributeValue(in.Description, in.Value)
	if err != nil {
		return err
	}
	im.description = d
	return checkImageDescription(d)
}

// requireTokens makes instances of the image require IMDSv2. There is no way back.
func (im *image) requireTokens(in *ec2.ModifyImageAttributeInput) error {
	value, err := attributeValue(in.ImdsSupport, in.Value)
	if err != nil {
		return err
	}
	im.imdsSupport = ec2types.ImdsSupportValues(value)
	return checkIMDSSupport(im.imdsSupport)
}

func checkIMDSSupport(value ec2types.ImdsSupportValues) error {
	if value != ec2types.ImdsSupportValuesV20 {
		return badValue("imdsSupport", value, "Expecting %s.", ec2types.ImdsSupportValuesV20)
	}
	return nil
}

// resetImageAttribute makes an image private: the launch permissions are all that can be reset
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ResetImageAttribute.html).
func (t *tx) resetImageAttribute(in *ec2.ResetImageAttributeInput) (*ec2.ResetImageAttributeOutput, error) {
	im, err := t.ownImage(deref(in.ImageId))
	switch {
	case err != nil:
		return nil, err
	case in.Attribute == "":
		return nil, missing("Attribute")
	case in.Attribute != ec2types.ResetImageAttributeNameLaunchPermission:
		return nil, badValue("attribute", in.Attribute, "Expecting launchPermission.")
	}
	if err := im.usable(); err != nil {
		return nil, err
	}
	next := *im
	next.public, next.users, next.organizations = false, nil, nil
	t.images.Put(&t.undo, &next)
	return &ec2.ResetImageAttributeOutput{}, nil
}
