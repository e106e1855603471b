package engine

import (
	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func (t *tx) modifyInstanceMaintenanceOptions(in *ec2.ModifyInstanceMaintenanceOptionsInput) (*ec2.ModifyInstanceMaintenanceOptionsOutput, error) {
	if deref(in.InstanceId) == "" {
		return nil, missing("InstanceId")
	}
	i, err := t.changeableInstance(*in.InstanceId, false)
	if err != nil {
		return nil, err
	}
	if err := chooseWord(&i.autoRecovery, in.AutoRecovery, "AutoRecovery"); err != nil {
		return nil, err
	}
	if err := chooseWord(&i.rebootMigration, in.RebootMigration, "RebootMigration"); err != nil {
		return nil, err
	}
	t.instances.Put(&t.undo, i)
	return &ec2.ModifyInstanceMaintenanceOptionsOutput{
		AutoRecovery: i.autoRecovery, InstanceId: ptr(i.id), RebootMigration: i.rebootMigration,
	}, nil
}

// modifyInstanceEventStartTime finds no event: nothing is ever scheduled for instances of this cloud.
func (t *tx) modifyInstanceEventStartTime(in *ec2.ModifyInstanceEventStartTimeInput) (*ec2.ModifyInstanceEventStartTimeOutput, error) {
	switch {
	case deref(in.InstanceId) == "":
		return nil, missing("InstanceId")
	case deref(in.InstanceEventId) == "":
		return nil, missing("InstanceEventId")
	case in.NotBefore == nil:
		return nil, missing("NotBefore")
	}
	if _, err := t.instanceByID(*in.InstanceId); err != nil {
		return nil, err
	}
	return nil, fail("InvalidInstanceEventIDNotFound", "The instance event ID '%s' does not exist.", *in.InstanceEventId) // text (mem)
}

// reportInstanceStatus is read by nobody: it changes nothing that DescribeInstanceStatus tells
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReportInstanceStatus.html).
func (v *view) reportInstanceStatus(in *ec2.ReportInstanceStatusInput) (*ec2.ReportInstanceStatusOutput, error) {
	switch {
	case len(in.Instances) == 0:
		return nil, missing("InstanceId")
	case len(in.ReasonCodes) == 0:
		return nil, missing("ReasonCode")
	case in.Status == "":
		return nil, missing("Status")
	}
	if err := checkWord(in.Status, "Status"); err != nil {
		return nil, err
	}
	for _, code := range in.ReasonCodes {
		if err := checkWord(code, "ReasonCode"); err != nil {
			return nil, err
		}
	}
	if in.StartTime != nil && in.EndTime != nil && in.EndTime.Before(*in.StartTime) { // (mem)
		return nil, fail("InvalidParameterCombination", "The end time must not be before the start time.")
	}
	all, err := instanceFilters.findAll(in.Instances, v.instanceByID)
	if err != nil {
		return nil, err
	}
	for _, i := range all {
		if i.state != ec2types.InstanceStateNameRunning { // text (mem)
			return nil, wrongState("The instance '%s' is not in the 'running' state.", i)
		}
	}
	return &ec2.ReportInstanceStatusOutput{}, nil
}

// sendDiagnosticInterrupt makes the system crash and reboot, as systems do that aren't configured otherwise
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/diagnostic-interrupt.html: Nitro types only).
func (t *tx) sendDiagnosticInterrupt(in *ec2.SendDiagnosticInterruptInput) (*ec2.SendDiagnosticInterruptOutput, error) {
	if deref(in.InstanceId) == "" {
		return nil, missing("InstanceId")
	}
	i, err := t.instanceByID(*in.InstanceId)
	if err != nil {
		return nil, err
	}
	if i.state != ec2types.InstanceStateNameRunning { // text (mem)
		return nil, wrongState("The instance '%s' is not in the 'running' state.", i)
	}
	if !i.onNitro() { // code and text (mem)
		return nil, fail("UnsupportedOperation", "The instance type '%s' does not support diagnostic interrupts.", i.typ)
	}
	t.reboot(i)
	return &ec2.SendDiagnosticInterruptOutput{}, nil
}

// onNitro tells whether the instance's type is built on the Nitro System: all such types need NVMe for EBS.
func (i *instance) onNitro() bool {
	typ, ok := catalogue.InstanceType(i.typ)
	return ok && typ.NVMe == string(ec2types.EbsNvmeSupportRequired)
}
