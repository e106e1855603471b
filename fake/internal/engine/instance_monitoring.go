package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func (t *tx) monitorInstances(in *ec2.MonitorInstancesInput) (*ec2.MonitorInstancesOutput, error) {
	told, err := t.setMonitoring(in.InstanceIds, true)
	if err != nil {
		return nil, err
	}
	return &ec2.MonitorInstancesOutput{InstanceMonitorings: told}, nil
}

func (t *tx) unmonitorInstances(in *ec2.UnmonitorInstancesInput) (*ec2.UnmonitorInstancesOutput, error) {
	told, err := t.setMonitoring(in.InstanceIds, false)
	if err != nil {
		return nil, err
	}
	return &ec2.UnmonitorInstancesOutput{InstanceMonitorings: told}, nil
}

// setMonitoring turns detailed monitoring on or off. The reply tells of what has begun, a description soon
// afterwards of what is.
func (t *tx) setMonitoring(ids []string, on bool) ([]ec2types.InstanceMonitoring, error) {
	all, err := t.subjects(ids)
	if err != nil {
		return nil, err
	}
	told := make([]ec2types.InstanceMonitoring, 0, len(all))
	for _, i := range all {
		if i.ending() { // of one that isn't quite terminated (mem)
			return nil, fail("InvalidState", "The instance '%s' has been terminated.", i.id) // text (mem)
		}
	}
	for _, i := range all {
		state := i.monitoringState()
		switch {
		case on && !i.monitoring:
			state = ec2types.MonitoringStatePending
		case !on && i.monitoring: // (mem)
			state = ec2types.MonitoringStateDisabling
		}
		if i.monitoring != on {
			next := *i
			next.monitoring = on
			t.instances.Put(&t.undo, &next)
		}
		told = append(told, ec2types.InstanceMonitoring{InstanceId: ptr(i.id), Monitoring: &ec2types.Monitoring{State: state}})
	}
	return told, nil
}
