package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// describeInstanceAttribute tells one attribute. What an instance doesn't have is empty, not absent.
func (v *view) describeInstanceAttribute(in *ec2.DescribeInstanceAttributeInput) (*ec2.DescribeInstanceAttributeOutput, error) {
	switch {
	case deref(in.InstanceId) == "":
		return nil, missing("InstanceId")
	case in.Attribute == "":
		return nil, missing("Attribute")
	}
	tell, ok := instanceAttributes[in.Attribute]
	if !ok {
		if in.Attribute == ec2types.InstanceAttributeNameEnaSupport {
			// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceAttribute.html; code and text (mem)
			return nil, badValue("attribute", in.Attribute, "The enaSupport attribute is not supported.")
		}
		return nil, badValue("attribute", in.Attribute, "Unknown attribute.")
	}
	i, err := v.instanceByID(*in.InstanceId)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeInstanceAttributeOutput{InstanceId: ptr(i.id)}
	tell(v, i, out)
	return out, nil
}

var instanceAttributes = map[ec2types.InstanceAttributeName]func(v *view, i *instance, out *ec2.DescribeInstanceAttributeOutput){
	ec2types.InstanceAttributeNameInstanceType: func(_ *view, i *instance, out *ec2.DescribeInstanceAttributeOutput) {
		out.InstanceType = attribute(i.typ)
	},
	ec2types.InstanceAttributeNameKernel: func(_ *view, i *instance, out *ec2.DescribeInstanceAttributeOutput) {
		out.KernelId = attribute(i.kernel)
	},
	ec2types.InstanceAttributeNameRamdisk: func(_ *view, i *instance, out *ec2.DescribeInstanceAttributeOutput) {
		out.RamdiskId = attribute(i.ramdisk)
	},
	ec2types.InstanceAttributeNameUserData: func(_ *view, i *instance, out *ec2.DescribeInstanceAttributeOutput) {
		out.UserData = attribute(i.userData)
	},
	ec2types.InstanceAttributeNameDisableApiTermination: func(_ *view, i *instance, out *ec2.DescribeInstanceAttributeOutput) {
		out.DisableApiTermination = boolean(i.disableTermination)
	},
	ec2types.InstanceAttributeNameDisableApiStop: func(_ *view, i *instance, out *ec2.DescribeInstanceAttributeOutput) {
		out.DisableApiStop = boolean(i.disableStop)
	},
	ec2types.InstanceAttributeNameInstanceInitiatedShutdownBehavior: func(_ *view, i *instance, out *ec2.DescribeInstanceAttributeOutput) {
		out.InstanceInitiatedShutdownBehavior = attribute(string(i.shutdownBehavior))
	},
	ec2types.InstanceAttributeNameRootDeviceName: func(_ *view, i *instance, out *ec2.DescribeInstanceAttributeOutput) {
		out.RootDeviceName = attribute(i.rootDevice)
	},
	ec2types.InstanceAttributeNameBlockDeviceMapping: func(v *view, i *instance, out *ec2.DescribeInstanceAttributeOutput) {
		out.BlockDeviceMappings = i.renderDevices(newSlab())
	},
	ec2types.InstanceAttributeNameProductCodes: func(_ *view, i *instance, out *ec2.DescribeInstanceAttributeOutput) {
		out.ProductCodes = copyProductCodes(i.productCodes)
	},
	ec2types.InstanceAttributeNameSourceDestCheck: func(v *view, i *instance, out *ec2.DescribeInstanceAttributeOutput) {
		if n := v.primary(i); n != nil {
			out.SourceDestCheck = boolean(n.sourceDestCheck)
		}
	},
	ec2types.InstanceAttributeNameGroupSet: func(v *view, i *instance, out *ec2.DescribeInstanceAttributeOutput) {
		if n := v.primary(i); n != nil {
			out.Groups = v.identifiers(n.groups, newSlab())
		}
	},
	ec2types.InstanceAttributeNameEbsOptimized: func(_ *view, i *instance, out *ec2.DescribeInstanceAttributeOutput) {
		out.EbsOptimized = boolean(i.ebsOptimized)
	},
	ec2types.InstanceAttributeNameSriovNetSupport: func(_ *view, i *instance, out *ec2.DescribeInstanceAttributeOutput) {
		out.SriovNetSupport = attribute(i.sriovNetSupport)
	},
	ec2types.InstanceAttributeNameEnclaveOptions: func(_ *view, i *instance, out *ec2.DescribeInstanceAttributeOutput) {
		out.EnclaveOptions = &ec2types.EnclaveOptions{Enabled: ptr(i.enclave)}
	},
}

func attribute(value string) *ec2types.AttributeValue {
	return &ec2types.AttributeValue{Value: text(value)}
}

func boolean(value bool) *ec2types.AttributeBooleanValue {
	return &ec2types.AttributeBooleanValue{Value: ptr(value)}
}
