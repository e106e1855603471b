package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_MonitorInstances.html
func TestMonitoringIsTurnedOnAndOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	a, b := w.launch(nil), w.launch(nil)
	monitor := func() (told []ec2types.MonitoringState) {
		for _, m := range must[ec2.MonitorInstancesOutput](w, &ec2.MonitorInstancesInput{InstanceIds: []string{b, a}}).InstanceMonitorings {
			told = append(told, m.Monitoring.State)
		}
		return told
	}
	unmonitor := func() ec2types.MonitoringState {
		all := must[ec2.UnmonitorInstancesOutput](w, &ec2.UnmonitorInstancesInput{InstanceIds: []string{a}}).InstanceMonitorings
		require.Equal(t, a, *all[0].InstanceId)
		return all[0].Monitoring.State
	}
	require.Equal(t, []ec2types.MonitoringState{"pending", "pending"}, monitor())
	require.Equal(t, ec2types.MonitoringStateEnabled, w.instance(a).Monitoring.State)
	require.Equal(t, []ec2types.MonitoringState{"enabled", "enabled"}, monitor())
	require.Equal(t, ec2types.MonitoringStateDisabling, unmonitor())
	require.Equal(t, ec2types.MonitoringStateDisabled, w.instance(a).Monitoring.State)
	require.Equal(t, ec2types.MonitoringStateDisabled, unmonitor())
	require.Equal(t, ec2types.MonitoringStateEnabled, w.instance(b).Monitoring.State)
}

func TestMonitorInstancesRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id, gone := w.launch(nil), w.launch(nil)
	_, err := w.terminate(gone)
	require.NoError(t, err)
	wantNoChange[ec2.MonitorInstancesOutput](w, &ec2.MonitorInstancesInput{}, "MissingParameter")
	wantNoChange[ec2.MonitorInstancesOutput](w, &ec2.MonitorInstancesInput{InstanceIds: []string{id, "i-01234567"}}, "InvalidInstanceID.NotFound")
	wantNoChange[ec2.MonitorInstancesOutput](w, &ec2.MonitorInstancesInput{InstanceIds: []string{id, gone}}, "InvalidState")
	wantNoChange[ec2.UnmonitorInstancesOutput](w, &ec2.UnmonitorInstancesInput{InstanceIds: []string{gone}}, "InvalidState")
	wantNoChange[ec2.MonitorInstancesOutput](w, &ec2.MonitorInstancesInput{InstanceIds: []string{id}, DryRun: ptr(true)}, "DryRunOperation")
}
