package engine

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstancePlacement.html
func TestModifyInstancePlacement(t *testing.T) {
	t.Parallel()
	prepared := newWorld(t, Options{})
	shared, runs := prepared.stoppedOf(nil), prepared.launch(nil)
	dedicated := prepared.stoppedOf(typed("m5.large", "x86_64", func(in *ec2.RunInstancesInput) {
		in.Placement = &ec2types.Placement{Tenancy: "dedicated"}
	}))
	type placement = ec2.ModifyInstancePlacementInput
	for name, tc := range map[string]struct {
		in   placement
		code string
	}{
		"out of no group":           {placement{InstanceId: ptr(shared), GroupName: ptr("")}, ""},
		"its own tenancy":           {placement{InstanceId: ptr(shared), Tenancy: "default"}, ""},
		"affinity to none, running": {placement{InstanceId: ptr(runs), Affinity: "default"}, ""},
		"to a host":                 {placement{InstanceId: ptr(dedicated), Tenancy: "host", Affinity: "host"}, ""},
		"no instance":               {placement{Tenancy: "default"}, "MissingParameter"},
		"nothing":                   {placement{InstanceId: ptr(shared)}, "InvalidParameterCombination"},
		"running":                   {placement{InstanceId: ptr(runs), Tenancy: "default"}, "IncorrectInstanceState"},
		"shared to dedicated":       {placement{InstanceId: ptr(shared), Tenancy: "dedicated"}, "InvalidRequest"},
		"dedicated to shared":       {placement{InstanceId: ptr(dedicated), Tenancy: "default"}, "InvalidRequest"},
		"unknown tenancy":           {placement{InstanceId: ptr(shared), Tenancy: "x"}, "InvalidParameterValue"},
		"unknown affinity":          {placement{InstanceId: ptr(shared), Affinity: "x"}, "InvalidParameterValue"},
		"affinity without a host":   {placement{InstanceId: ptr(shared), Affinity: "host"}, "InvalidParameterCombination"},
		"unknown group":             {placement{InstanceId: ptr(shared), GroupName: ptr("g")}, "InvalidPlacementGroup.Unknown"},
		"malformed group":           {placement{InstanceId: ptr(shared), GroupId: ptr("g")}, "InvalidPlacementGroupId.Malformed"},
		"partition of no group":     {placement{InstanceId: ptr(shared), PartitionNumber: ptr(int32(1))}, "InvalidParameterCombination"},
		"unknown host":              {placement{InstanceId: ptr(shared), HostId: ptr("h-01234567")}, "InvalidHostID.NotFound"},
		"unknown group of hosts":    {placement{InstanceId: ptr(shared), HostResourceGroupArn: ptr("arn")}, "InvalidParameterValue"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := prepared.forkWithin(t)
			if tc.code != "" {
				wantNoChange[ec2.ModifyInstancePlacementOutput](w, &tc.in, tc.code)
				return
			}
			require.True(t, *must[ec2.ModifyInstancePlacementOutput](w, &tc.in).Return)
			p := w.instance(*tc.in.InstanceId).Placement
			require.Equal(t, string(tc.in.Affinity), deref(p.Affinity))
			if tc.in.Tenancy != "" {
				require.Equal(t, string(tc.in.Tenancy), string(p.Tenancy))
			}
			if tc.in.Affinity != "" {
				require.Equal(t, []string{*tc.in.InstanceId}, w.found(filter("affinity", string(tc.in.Affinity))))
			}
			if tc.in.Tenancy == "host" {
				_, err := w.start(*tc.in.InstanceId)
				wantCode(t, err, "UnavailableHostRequirements")
			}
		})
	}
}

func TestOptionsOfAnExistingInstance(t *testing.T) {
	t.Parallel()
	prepared := newWorld(t, Options{})
	id, runs := prepared.stoppedOf(nil), prepared.launch(nil)
	m8g := prepared.stoppedOf(typed("m8g.large", "arm64", nil))
	t.Run("maintenance", func(t *testing.T) {
		t.Parallel()
		w := prepared.forkWithin(t)
		out := must[ec2.ModifyInstanceMaintenanceOptionsOutput](w, &ec2.ModifyInstanceMaintenanceOptionsInput{InstanceId: ptr(runs), AutoRecovery: "disabled", RebootMigration: "disabled"})
		require.Equal(t, []string{"disabled", "disabled"}, []string{string(out.AutoRecovery), string(out.RebootMigration)})
		m := w.instance(runs).MaintenanceOptions
		require.Equal(t, []string{"disabled", "disabled"}, []string{string(m.AutoRecovery), string(m.RebootMigration)})
		wantNoChange[ec2.ModifyInstanceMaintenanceOptionsOutput](w, &ec2.ModifyInstanceMaintenanceOptionsInput{InstanceId: ptr(runs), AutoRecovery: "x"}, "InvalidParameterValue")
		wantNoChange[ec2.ModifyInstanceMaintenanceOptionsOutput](w, &ec2.ModifyInstanceMaintenanceOptionsInput{InstanceId: ptr(runs), RebootMigration: "x"}, "InvalidParameterValue")
		wantNoChange[ec2.ModifyInstanceMaintenanceOptionsOutput](w, &ec2.ModifyInstanceMaintenanceOptionsInput{}, "MissingParameter")
	})
	// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hostname-types.html
	t.Run("names", func(t *testing.T) {
		t.Parallel()
		w := prepared.forkWithin(t)
		type names = ec2.ModifyPrivateDnsNameOptionsInput
		require.True(t, *must[ec2.ModifyPrivateDnsNameOptionsOutput](w, &names{InstanceId: ptr(runs), EnableResourceNameDnsARecord: ptr(true), EnableResourceNameDnsAAAARecord: ptr(true)}).Return)
		o := w.instance(runs).PrivateDnsNameOptions
		require.Equal(t, []bool{true, true}, []bool{*o.EnableResourceNameDnsARecord, *o.EnableResourceNameDnsAAAARecord})
		wantNoChange[ec2.ModifyPrivateDnsNameOptionsOutput](w, &names{InstanceId: ptr(runs), PrivateDnsHostnameType: "resource-name"}, "IncorrectInstanceState")
		must[ec2.ModifyPrivateDnsNameOptionsOutput](w, &names{InstanceId: ptr(id), PrivateDnsHostnameType: "resource-name"})
		require.Equal(t, id+".ec2.internal", *w.instance(id).PrivateDnsName)
		wantNoChange[ec2.ModifyPrivateDnsNameOptionsOutput](w, &names{InstanceId: ptr(id), PrivateDnsHostnameType: "x"}, "InvalidParameterValue")
		wantNoChange[ec2.ModifyPrivateDnsNameOptionsOutput](w, &names{InstanceId: ptr(id)}, "MissingParameter")
		wantNoChange[ec2.ModifyPrivateDnsNameOptionsOutput](w, &names{}, "MissingParameter")
	})
	// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceCapacityReservationAttributes.html
	t.Run("capacity reservations", func(t *testing.T) {
		t.Parallel()
		w := prepared.forkWithin(t)
		set := func(id string, preference ec2types.CapacityReservationPreference, target string) *ec2.ModifyInstanceCapacityReservationAttributesInput {
			in := &ec2.ModifyInstanceCapacityReservationAttributesInput{InstanceId: text(id), CapacityReservationSpecification: &ec2types.CapacityReservationSpecification{CapacityReservationPreference: preference}}
			if target != "" {
				in.CapacityReservationSpecification.CapacityReservationTarget = &ec2types.CapacityReservationTarget{CapacityReservationId: ptr(target)}
			}
			return in
		}
		require.True(t, *must[ec2.ModifyInstanceCapacityReservationAttributesOutput](w, set(id, "capacity-reservations-only", "")).Return)
		require.Equal(t, "capacity-reservations-only", string(w.instance(id).CapacityReservationSpecification.CapacityReservationPreference))
		_, err := w.start(id)
		wantCode(t, err, "InsufficientInstanceCapacity")
		must[ec2.ModifyInstanceCapacityReservationAttributesOutput](w, set(id, "none", ""))
		_, err = w.start(id)
		require.NoError(t, err)
		wantNoChange[ec2.ModifyInstanceCapacityReservationAttributesOutput](w, set(runs, "none", ""), "IncorrectInstanceState")
		wantNoChange[ec2.ModifyInstanceCapacityReservationAttributesOutput](w, set(m8g, "none", "cr-01234567"), "InvalidCapacityReservationId.NotFound")
		wantNoChange[ec2.ModifyInstanceCapacityReservationAttributesOutput](w, set("", "none", ""), "MissingParameter")
		wantNoChange[ec2.ModifyInstanceCapacityReservationAttributesOutput](w, &ec2.ModifyInstanceCapacityReservationAttributesInput{InstanceId: ptr(m8g)}, "MissingParameter")
	})
	t.Run("bandwidth", func(t *testing.T) {
		t.Parallel()
		w := prepared.forkWithin(t)
		type weighting = ec2.ModifyInstanceNetworkPerformanceOptionsInput
		out := must[ec2.ModifyInstanceNetworkPerformanceOptionsOutput](w, &weighting{InstanceId: ptr(m8g), BandwidthWeighting: "ebs-1"})
		require.Equal(t, "ebs-1", string(out.BandwidthWeighting))
		require.Equal(t, "ebs-1", string(w.instance(m8g).NetworkPerformanceOptions.BandwidthWeighting))
		wantNoChange[ec2.ModifyInstanceNetworkPerformanceOptionsOutput](w, &weighting{InstanceId: ptr(id), BandwidthWeighting: "ebs-1"}, "Unsupported")
		wantNoChange[ec2.ModifyInstanceNetworkPerformanceOptionsOutput](w, &weighting{InstanceId: ptr(runs), BandwidthWeighting: "default"}, "IncorrectInstanceState")
		wantNoChange[ec2.ModifyInstanceNetworkPerformanceOptionsOutput](w, &weighting{InstanceId: ptr(m8g), BandwidthWeighting: "x"}, "InvalidParameterValue")
		wantNoChange[ec2.ModifyInstanceNetworkPerformanceOptionsOutput](w, &weighting{InstanceId: ptr(m8g)}, "MissingParameter")
		wantNoChange[ec2.ModifyInstanceNetworkPerformanceOptionsOutput](w, &weighting{}, "MissingParameter")
	})
}

func TestEventsReportsAndInterrupts(t *testing.T) {
	t.Parallel()
	prepared := newWorld(t, Options{})
	halted, xen := prepared.stoppedOf(nil), prepared.launch(typed("t2.micro", "x86_64", nil))
	runs := prepared.launch(nil)
	t.Run("no event is scheduled", func(t *testing.T) {
		t.Parallel()
		w := prepared.forkWithin(t)
		type event = ec2.ModifyInstanceEventStartTimeInput
		at := ptr(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
		wantNoChange[ec2.ModifyInstanceEventStartTimeOutput](w, &event{InstanceId: ptr(runs), InstanceEventId: ptr("instance-event-0123456789abcdef0"), NotBefore: at}, "InvalidInstanceEventIDNotFound")
		wantNoChange[ec2.ModifyInstanceEventStartTimeOutput](w, &event{InstanceId: ptr("i-01234567"), InstanceEventId: ptr("instance-event-0123456789abcdef0"), NotBefore: at}, "InvalidInstanceID.NotFound")
		wantNoChange[ec2.ModifyInstanceEventStartTimeOutput](w, &event{InstanceEventId: ptr("e"), NotBefore: at}, "MissingParameter")
		wantNoChange[ec2.ModifyInstanceEventStartTimeOutput](w, &event{InstanceId: ptr(runs), NotBefore: at}, "MissingParameter")
		wantNoChange[ec2.ModifyInstanceEventStartTimeOutput](w, &event{InstanceId: ptr(runs), InstanceEventId: ptr("e")}, "MissingParameter")
	})
	// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReportInstanceStatus.html
	t.Run("reports change nothing", func(t *testing.T) {
		t.Parallel()
		w := prepared.forkWithin(t)
		report := func(change func(in *ec2.ReportInstanceStatusInput)) *ec2.ReportInstanceStatusInput {
			in := &ec2.ReportInstanceStatusInput{Instances: []string{runs}, ReasonCodes: []ec2types.ReportInstanceReasonCodes{"unresponsive"}, Status: "impaired"}
			if change != nil {
				change(in)
			}
			return in
		}
		w.instanceCount()
		before := w.dump()
		must[ec2.ReportInstanceStatusOutput](w, report(nil))
		require.Equal(t, before, w.dump())
		early, late := ptr(time.Unix(1, 0)), ptr(time.Unix(2, 0))
		for code, change := range map[string]func(in *ec2.ReportInstanceStatusInput){
			"MissingParameter":            func(in *ec2.ReportInstanceStatusInput) { in.Instances = nil },
			"InvalidParameterValue":       func(in *ec2.ReportInstanceStatusInput) { in.ReasonCodes[0] = "tired" },
			"InvalidInstanceID.NotFound":  func(in *ec2.ReportInstanceStatusInput) { in.Instances[0] = "i-01234567" },
			"IncorrectInstanceState":      func(in *ec2.ReportInstanceStatusInput) { in.Instances[0] = halted },
			"InvalidParameterCombination": func(in *ec2.ReportInstanceStatusInput) { in.StartTime, in.EndTime = late, early },
		} {
			wantNoChange[ec2.ReportInstanceStatusOutput](w, report(change), code)
		}
		wantNoChange[ec2.ReportInstanceStatusOutput](w, report(func(in *ec2.ReportInstanceStatusInput) { in.ReasonCodes = nil }), "MissingParameter")
		wantNoChange[ec2.ReportInstanceStatusOutput](w, report(func(in *ec2.ReportInstanceStatusInput) { in.Status = "" }), "MissingParameter")
		wantNoChange[ec2.ReportInstanceStatusOutput](w, report(func(in *ec2.ReportInstanceStatusInput) { in.Status = "x" }), "InvalidParameterValue")
	})
	// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/diagnostic-interrupt.html
	t.Run("an interrupt makes the system boot again", func(t *testing.T) {
		t.Parallel()
		w := prepared.forkWithin(t)
		first := w.consoleOf(runs, false)
		w.clock.advance(time.Hour)
		must[ec2.SendDiagnosticInterruptOutput](w, &ec2.SendDiagnosticInterruptInput{InstanceId: ptr(runs)})
		require.NotEqual(t, first, w.consoleOf(runs, false))
		require.Equal(t, running, w.instance(runs).State.Name)
		wantNoChange[ec2.SendDiagnosticInterruptOutput](w, &ec2.SendDiagnosticInterruptInput{}, "MissingParameter")
		wantNoChange[ec2.SendDiagnosticInterruptOutput](w, &ec2.SendDiagnosticInterruptInput{InstanceId: ptr(halted)}, "IncorrectInstanceState")
		wantNoChange[ec2.SendDiagnosticInterruptOutput](w, &ec2.SendDiagnosticInterruptInput{InstanceId: ptr(xen)}, "UnsupportedOperation")
	})
}

// The text is that of the console; code (mem).
func TestAnInstanceWithoutItsRootVolumeCanNotBeStarted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.stoppedOf(nil)
	require.NoError(t, w.change(func(t *tx) error {
		i, err := t.instanceByID(id)
		if err != nil {
			return err
		}
		next := *i
		next.devices = nil
		t.instances.Put(&t.undo, &next)
		return nil
	}))
	e := wantNoChange[ec2.StartInstancesOutput](w, &ec2.StartInstancesInput{InstanceIds: []string{id}}, "InvalidParameterValue")
	require.Equal(t, "Invalid value '"+id+"' for instanceId. Instance does not have a volume attached at root (/dev/xvda)", e.Message)
}
