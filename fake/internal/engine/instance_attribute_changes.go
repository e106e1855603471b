package engine

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/catalogue"
)

const modifyInstanceAttributeFields = `InstanceId Attribute Value
	BlockDeviceMappings{DeviceName Ebs{DeleteOnTermination VolumeId} NoDevice VirtualName}
	DisableApiStop{Value} DisableApiTermination{Value} EbsOptimized{Value} EnaSupport{Value} EnclaveOptions{Enabled}
	Groups InstanceInitiatedShutdownBehavior{Value} InstanceType{Value} Kernel{Value} Ramdisk{Value}
	SourceDestCheck{Value} SriovNetSupport{Value} UserData{Value}`

// attributeChange is how one attribute of an instance is modified.
type attributeChange struct {
	name    ec2types.InstanceAttributeName
	stopped bool // only while the instance is stopped; otherwise as long as it isn't ending
	given   func(in *ec2.ModifyInstanceAttributeInput) bool
	// value makes the parameter Value the attribute's own; nil if that may not be used for it.
	value func(in *ec2.ModifyInstanceAttributeInput, value string) error
	// apply changes a copy of the instance's row, and other rows.
	apply func(t *tx, i *instance, in *ec2.ModifyInstanceAttributeInput) error
}

type modifyInstance = ec2.ModifyInstanceAttributeInput

// attributeChanges are the attributes that can be modified, and what each needs
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html).
var attributeChanges = []attributeChange{
	{
		name: ec2types.InstanceAttributeNameInstanceType, stopped: true,
		given: func(in *modifyInstance) bool { return in.InstanceType != nil },
		apply: func(t *tx, i *instance, in *modifyInstance) error {
			return t.changeType(i, deref(in.InstanceType.Value))
		},
	}, {
		name: ec2types.InstanceAttributeNameKernel, stopped: true,
		given: func(in *modifyInstance) bool { return in.Kernel != nil },
		value: func(in *modifyInstance, value string) error { in.Kernel = attribute(value); return nil },
		apply: func(_ *tx, i *instance, in *modifyInstance) error {
			return checkKernel(deref(in.Kernel.Value), i.kernel)
		},
	}, {
		name: ec2types.InstanceAttributeNameRamdisk, stopped: true,
		given: func(in *modifyInstance) bool { return in.Ramdisk != nil },
		value: func(in *modifyInstance, value string) error { in.Ramdisk = attribute(value); return nil },
		apply: func(_ *tx, i *instance, in *modifyInstance) error {
			return checkRAMDisk(deref(in.Ramdisk.Value), i.ramdisk)
		},
	}, {
		name: ec2types.InstanceAttributeNameUserData, stopped: true,
		given: func(in *modifyInstance) bool { return in.UserData != nil },
		value: func(in *modifyInstance, value string) error {
			raw, err := base64.StdEncoding.DecodeString(value)
			if err != nil {
				return badUserData()
			}
			in.UserData = &ec2types.SecureBlobAttributeValue{Value: raw}
			return nil
		},
		apply: func(_ *tx, i *instance, in *modifyInstance) error {
			// The SDK encodes what it is given, so here it is still raw.
			i.userData = base64.StdEncoding.EncodeToString(in.UserData.Value)
			return checkUserData(i.userData)
		},
	}, {
		name: ec2types.InstanceAttributeNameEbsOptimized, stopped: true,
		given: func(in *modifyInstance) bool { return in.EbsOptimized != nil },
		apply: func(_ *tx, i *instance, in *modifyInstance) error {
			typ, _ := catalogue.InstanceType(i.typ)
			if err := setSwitch(&i.ebsOptimized, in.EbsOptimized, "EbsOptimized"); err != nil {
				return err
			}
			return checkEBSOptimized(i.ebsOptimized, &typ)
		},
	}, {
		name: ec2types.InstanceAttributeNameSriovNetSupport, stopped: true,
		given: func(in *modifyInstance) bool { return in.SriovNetSupport != nil },
		apply: func(_ *tx, i *instance, in *modifyInstance) error {
			if value := deref(in.SriovNetSupport.Value); value != "simple" {
				return badValue("sriovNetSupport", value, "Expecting simple.") // (mem)
			}
			i.sriovNetSupport = "simple"
			return nil
		},
	}, {
		name: ec2types.InstanceAttributeNameEnaSupport, stopped: true,
		given: func(in *modifyInstance) bool { return in.EnaSupport != nil },
		apply: func(_ *tx, i *instance, in *modifyInstance) error {
			if err := setSwitch(&i.enaSupport, in.EnaSupport, "EnaSupport"); err != nil {
				return err
			}
			return i.checkFit() // that the type is looked at here already, not at the next start, is (mem)
		},
	}, {
		name: ec2types.InstanceAttributeNameEnclaveOptions, stopped: true,
		given: func(in *modifyInstance) bool { return in.EnclaveOptions != nil },
		apply: func(_ *tx, i *instance, in *modifyInstance) error {
			typ, _ := catalogue.InstanceType(i.typ)
			if in.EnclaveOptions.Enabled == nil {
				return missing("EnclaveOptions.Enabled")
			}
			i.enclave = *in.EnclaveOptions.Enabled
			return i.checkEnclave(&typ)
		},
	}, {
		name:  ec2types.InstanceAttributeNameDisableApiTermination,
		given: func(in *modifyInstance) bool { return in.DisableApiTermination != nil },
		value: func(in *modifyInstance, value string) error {
			if value != "true" && value != "false" {
				return badValue("value", value, "Expecting true or false.") // (mem)
			}
			in.DisableApiTermination = boolean(value == "true")
			return nil
		},
		apply: func(_ *tx, i *instance, in *modifyInstance) error {
			if err := setSwitch(&i.disableTermination, in.DisableApiTermination, "DisableApiTermination"); err != nil {
				return err
			}
			return i.checkProtection(i.disableTermination, "disableApiTermination")
		},
	}, {
		name:  ec2types.InstanceAttributeNameDisableApiStop,
		given: func(in *modifyInstance) bool { return in.DisableApiStop != nil },
		apply: func(_ *tx, i *instance, in *modifyInstance) error {
			if err := setSwitch(&i.disableStop, in.DisableApiStop, "DisableApiStop"); err != nil {
				return err
			}
			if err := checkStopProtection(i.disableStop, i.rootDeviceType); err != nil {
				return err
			}
			return i.checkProtection(i.disableStop, "disableApiStop")
		},
	}, {
		name:  ec2types.InstanceAttributeNameInstanceInitiatedShutdownBehavior,
		given: func(in *modifyInstance) bool { return in.InstanceInitiatedShutdownBehavior != nil },
		value: func(in *modifyInstance, value string) error {
			in.InstanceInitiatedShutdownBehavior = attribute(value)
			return nil
		},
		apply: func(_ *tx, i *instance, in *modifyInstance) error {
			value := deref(in.InstanceInitiatedShutdownBehavior.Value)
			if value == "" {
				return missing("InstanceInitiatedShutdownBehavior.Value")
			}
			return chooseWord(&i.shutdownBehavior, ec2types.ShutdownBehavior(value), "instanceInitiatedShutdownBehavior")
		},
	}, {
		name:  ec2types.InstanceAttributeNameGroupSet,
		given: func(in *modifyInstance) bool { return len(in.Groups) > 0 },
		apply: func(t *tx, i *instance, in *modifyInstance) error {
			return t.changeOnlyInterface(i, func(n *networkInterface) (err error) {
				n.groups, err = t.checkGroups(in.Groups, &subnet{id: n.subnet, vpc: n.vpc})
				return err
			})
		},
	}, {
		name:  ec2types.InstanceAttributeNameSourceDestCheck,
		given: func(in *modifyInstance) bool { return in.SourceDestCheck != nil },
		apply: func(t *tx, i *instance, in *modifyInstance) error {
			return t.changeOnlyInterface(i, func(n *networkInterface) error {
				return setSwitch(&n.sourceDestCheck, in.SourceDestCheck, "SourceDestCheck")
			})
		},
	}, {
		name:  ec2types.InstanceAttributeNameBlockDeviceMapping,
		given: func(in *modifyInstance) bool { return len(in.BlockDeviceMappings) > 0 },
		apply: func(t *tx, i *instance, in *modifyInstance) error {
			return t.changeMappings(i, in.BlockDeviceMappings)
		},
	},
}

// modifyInstanceAttribute changes one attribute of an instance.
func (t *tx) modifyInstanceAttribute(in *ec2.ModifyInstanceAttributeInput) (*ec2.ModifyInstanceAttributeOutput, error) {
	if deref(in.InstanceId) == "" {
		return nil, missing("InstanceId")
	}
	asked := *in
	change, err := changeAsked(&asked)
	if err != nil {
		return nil, err
	}
	i, err := t.changeableInstance(*in.InstanceId, change.stopped)
	if err != nil {
		return nil, err
	}
	if err := change.apply(t, i, &asked); err != nil {
		return nil, err
	}
	t.instances.Put(&t.undo, i)
	return &ec2.ModifyInstanceAttributeOutput{}, nil
}

// changeAsked is the one attribute that a request names, which may be by Attribute and Value; these are made
// the attribute's own parameter. Codes and texts of the refusals are (mem).
func changeAsked(in *ec2.ModifyInstanceAttributeInput) (*attributeChange, error) {
	if in.Value != nil {
		if in.Attribute == "" {
			return nil, missing("Attribute")
		}
		at := slices.IndexFunc(attributeChanges, func(c attributeChange) bool { return c.name == in.Attribute })
		if at < 0 {
			return nil, unknownAttribute(in.Attribute)
		}
		change := &attributeChanges[at]
		switch {
		case change.value == nil:
			return nil, fail("InvalidParameterCombination", "The parameter value may not be used with the attribute %s.", in.Attribute)
		case change.given(in):
			return nil, fail("InvalidParameterCombination", "The attribute %s is given twice, by value and by its own parameter.", in.Attribute)
		}
		if err := change.value(in, *in.Value); err != nil {
			return nil, err
		}
	}
	var found *attributeChange
	for n := range attributeChanges {
		c := &attributeChanges[n]
		if !c.given(in) {
			continue
		}
		if found != nil {
			return nil, fail("InvalidParameterCombination", "Fields for multiple attribute types specified: %s, %s", found.name, c.name)
		}
		found = c
	}
	switch {
	case found == nil && in.Attribute != "" && !slices.ContainsFunc(attributeChanges, func(c attributeChange) bool { return c.name == in.Attribute }):
		return nil, unknownAttribute(in.Attribute)
	case found == nil:
		return nil, fail("InvalidParameterCombination", "No attributes specified.")
	case in.Attribute != "" && in.Attribute != found.name:
		return nil, fail("InvalidParameterCombination", "Fields for multiple attribute types specified: %s, %s", in.Attribute, found.name)
	}
	return found, nil
}

func unknownAttribute(name ec2types.InstanceAttributeName) *Error {
	if slices.Contains(name.Values(), name) {
		return fail("UnsupportedInstanceAttribute", "The attribute '%s' can't be modified.", name) // text (mem)
	}
	return badValue("attribute", name, "Unknown attribute.")
}

// resetInstanceAttribute gives an attribute its value at launch. Kernel and RAM disk have it still: no others
// can be chosen in this cloud.
func (t *tx) resetInstanceAttribute(in *ec2.ResetInstanceAttributeInput) (*ec2.ResetInstanceAttributeOutput, error) {
	switch {
	case deref(in.InstanceId) == "":
		return nil, missing("InstanceId")
	case in.Attribute == "":
		return nil, missing("Attribute")
	}
	var stopped bool
	switch in.Attribute {
	case ec2types.InstanceAttributeNameKernel, ec2types.InstanceAttributeNameRamdisk:
		stopped = true
	case ec2types.InstanceAttributeNameSourceDestCheck:
	default:
		return nil, badValue("attribute", in.Attribute, "Expecting one of [kernel ramdisk sourceDestCheck].") // (mem)
	}
	i, err := t.changeableInstance(*in.InstanceId, stopped)
	if err != nil {
		return nil, err
	}
	if !stopped {
		err = t.changeOnlyInterface(i, func(n *networkInterface) error { n.sourceDestCheck = true; return nil })
	}
	if err != nil {
		return nil, err
	}
	return &ec2.ResetInstanceAttributeOutput{}, nil
}

// changeableInstance is a copy of an instance's row, if the instance is in a state in which it can be changed.
func (t *tx) changeableInstance(id string, stopped bool) (*instance, error) {
	i, err := t.instanceByID(id)
	if err != nil {
		return nil, err
	}
	switch {
	case stopped && i.state != ec2types.InstanceStateNameStopped:
		return nil, wrongState("The instance '%s' is not in the 'stopped' state.", i)
	case i.ending():
		return nil, wrongState("The instance '%s' must be in a 'running', 'pending', 'stopping' or 'stopped' state for this operation.", i)
	}
	next := *i
	return &next, nil
}

func setSwitch(to *bool, asked *ec2types.AttributeBooleanValue, parameter string) error {
	if asked.Value == nil {
		return missing(parameter + ".Value")
	}
	*to = *asked.Value
	return nil
}

// checkProtection refuses what Spot Instances can't have
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingDisableAPITermination.html); code and text (mem).
func (i *instance) checkProtection(on bool, attribute string) error {
	if on && i.spotRequest != "" {
		return fail("UnsupportedOperation", "Modifying '%s' is not supported for Spot Instances.", attribute)
	}
	return nil
}

// changeOnlyInterface changes the interface of an instance that has one. Those of others must be named
// (https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html, InvalidInstanceID; text (mem)).
func (t *tx) changeOnlyInterface(i *instance, change func(n *networkInterface) error) error {
	if len(i.interfaces) != 1 {
		return fail("InvalidInstanceID", "There are multiple interfaces attached to instance '%s'. Please specify an interface ID for the operation instead.", i.id)
	}
	n, ok := t.interfaces.Get(i.interfaces[0])
	if !ok {
		return notFound(kindInterface, i.interfaces[0])
	}
	next := *n
	if err := change(&next); err != nil {
		return err
	}
	t.interfaces.Put(&t.undo, &next)
	return nil
}

// changeMappings says which volumes are deleted with the instance: nothing else can be changed of them here.
// Texts are (mem).
func (t *tx) changeMappings(i *instance, in []ec2types.InstanceBlockDeviceMappingSpecification) error {
	i.devices = slices.Clone(i.devices)
	for _, m := range in {
		device := deref(m.DeviceName)
		at := slices.IndexFunc(i.devices, func(d attachedDevice) bool { return d.device == device })
		switch {
		case device == "":
			return missing("BlockDeviceMapping.DeviceName")
		case m.NoDevice != nil || m.VirtualName != nil:
			return fail("InvalidParameterCombination", "The mapping of device '%s' can't be changed: only DeleteOnTermination of a volume can.", device)
		case at < 0:
			return fail("InvalidInstanceAttributeValue", "No device is currently mapped at %s", device)
		case m.Ebs == nil:
			return missing("BlockDeviceMapping.Ebs")
		}
		d := &i.devices[at]
		if volume := deref(m.Ebs.VolumeId); volume != "" && volume != d.volume {
			return fail("InvalidInstanceAttributeValue", "The volume '%s' is not mapped at %s", volume, device)
		}
		d.deleteOnTermination = m.Ebs.DeleteOnTermination == nil || *m.Ebs.DeleteOnTermination
		t.changeAttachment(d, i.id)
	}
	return nil
}

// changeAttachment makes a volume tell of its attachment as the instance does.
func (t *tx) changeAttachment(d *attachedDevice, instance string) {
	o, ok := t.volumes.Get(d.volume)
	if !ok {
		return
	}
	next := *o
	next.attachments = slices.Clone(o.attachments)
	for n := range next.attachments {
		if next.attachments[n].instance == instance {
			next.attachments[n].deleteOnTermination = d.deleteOnTermination
		}
	}
	t.volumes.Put(&t.undo, &next)
}

// hasFamily tells whether a type is of a family: "t2" of "t2.micro".
func hasFamily(typ, family string) bool { return strings.HasPrefix(typ, family+".") }
