package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

var uefiOperations = []operation{
	reading("InstanceId", (*view).getInstanceUefiData),
}

// getInstanceUefiData gives the variables that the instance began with, those of its image: nothing that runs here
// changes them. An instance that was booted by a BIOS has none
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetInstanceUefiData.html).
func (v *view) getInstanceUefiData(in *ec2.GetInstanceUefiDataInput) (*ec2.GetInstanceUefiDataOutput, error) {
	if deref(in.InstanceId) == "" {
		return nil, missing("InstanceId")
	}
	i, err := v.instanceByID(*in.InstanceId)
	if err != nil {
		return nil, err
	}
	if i.currentBootMode != ec2types.InstanceBootModeValuesUefi { // (mem)
		return nil, fail("UnsupportedOperation", "The instance '%s' was not booted in the UEFI boot mode.", i.id)
	}
	out := &ec2.GetInstanceUefiDataOutput{InstanceId: ptr(i.id)}
	if i.uefiData != "" {
		out.UefiData = ptr(i.uefiData)
	}
	return out, nil
}
