package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/amiclass/amiclass/internal/catalogue"
)

// modifyInstanceCapacityReservationAttributes says where a stopped instance runs when it is started next: here
// that there is no reservation is found out
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceCapacityReservationAttributes.html).
func (t *tx) modifyInstanceCapacityReservationAttributes(in *ec2.ModifyInstanceCapacityReservationAttributesInput) (*ec2.ModifyInstanceCapacityReservationAttributesOutput, error) {
	switch {
	case deref(in.InstanceId) == "":
		return nil, missing("InstanceId")
	case in.CapacityReservationSpecification == nil:
		return nil, missing("CapacityReservationSpecification")
	}
	i, err := t.changeableInstance(*in.InstanceId, true)
	if err != nil {
		return nil, err
	}
	if err := i.setCapacityReservation(in.CapacityReservationSpecification); err != nil {
		return nil, err
	}
	t.instances.Put(&t.undo, i)
	return &ec2.ModifyInstanceCapacityReservationAttributesOutput{Return: ptr(true)}, nil
}

// modifyInstanceNetworkPerformanceOptions needs a stopped instance
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configure-bandwidth-weighting.html).
func (t *tx) modifyInstanceNetworkPerformanceOptions(in *ec2.ModifyInstanceNetworkPerformanceOptionsInput) (*ec2.ModifyInstanceNetworkPerformanceOptionsOutput, error) {
	switch {
	case deref(in.InstanceId) == "":
		return nil, missing("InstanceId")
	case in.BandwidthWeighting == "":
		return nil, missing("BandwidthWeighting")
	}
	i, err := t.changeableInstance(*in.InstanceId, true)
	if err != nil {
		return nil, err
	}
	typ, ok := catalogue.InstanceType(i.typ)
	if !ok {
		return nil, unsupportedConfiguration()
	}
	if err := chooseWord(&i.bandwidth, in.BandwidthWeighting, "BandwidthWeighting"); err != nil {
		return nil, err
	}
	if err := checkBandwidth(i.bandwidth, &typ); err != nil {
		return nil, err
	}
	t.instances.Put(&t.undo, i)
	return &ec2.ModifyInstanceNetworkPerformanceOptionsOutput{BandwidthWeighting: i.bandwidth, InstanceId: ptr(i.id)}, nil
}
