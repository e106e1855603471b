package engine

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

func (w *testWorld) statuses(in *ec2.DescribeInstanceStatusInput) []ec2types.InstanceStatus {
	w.t.Helper()
	return must[ec2.DescribeInstanceStatusOutput](w, in).InstanceStatuses
}

func TestStatusChecksPassAfterAWhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: Delays{Checks: time.Minute}})
	id := w.launch(nil)
	summary := func(s ec2types.SummaryStatus, r ec2types.StatusType) *ec2types.InstanceStatusSummary {
		return &ec2types.InstanceStatusSummary{Status: s, Details: []ec2types.InstanceStatusDetails{{Name: "reachability", Status: r}}}
	}
	want := ec2types.InstanceStatus{
		AttachedEbsStatus: &ec2types.EbsStatusSummary{Status: "initializing", Details: []ec2types.EbsStatusDetails{{Name: "reachability", Status: "initializing"}}},
		AvailabilityZone:  ptr("us-east-1a"), AvailabilityZoneId: ptr("use1-az6"), InstanceId: ptr(id),
		InstanceState:  &ec2types.InstanceState{Code: ptr(int32(16)), Name: running},
		InstanceStatus: summary("initializing", "initializing"), SystemStatus: summary("initializing", "initializing"),
		Operator: &ec2types.OperatorResponse{Managed: ptr(false)},
	}
	require.Empty(t, cmp.Diff([]ec2types.InstanceStatus{want}, w.statuses(&ec2.DescribeInstanceStatusInput{}), unexported))
	w.clock.advance(time.Minute - 1)
	require.Empty(t, cmp.Diff([]ec2types.InstanceStatus{want}, w.statuses(&ec2.DescribeInstanceStatusInput{}), unexported))
	w.clock.advance(1)
	want.InstanceStatus, want.SystemStatus = summary("ok", "passed"), summary("ok", "passed")
	want.AttachedEbsStatus = &ec2types.EbsStatusSummary{Status: "ok", Details: []ec2types.EbsStatusDetails{{Name: "reachability", Status: "passed"}}}
	require.Empty(t, cmp.Diff([]ec2types.InstanceStatus{want}, w.statuses(&ec2.DescribeInstanceStatusInput{}), unexported))
}

func TestVolumesAreWatchedOnNitroOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	w.launch(typed("t2.micro", "x86_64", nil))
	s := w.statuses(&ec2.DescribeInstanceStatusInput{})[0]
	require.Equal(t, ec2types.SummaryStatusNotApplicable, s.AttachedEbsStatus.Status)
	require.Empty(t, s.AttachedEbsStatus.Details)
	require.Equal(t, ec2types.SummaryStatusOk, s.InstanceStatus.Status)
}

func TestOnlyRunningInstancesHaveAStatusUnlessAllAreAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: slow})
	runs := w.instanceIn(running, nil)
	halted := w.instanceIn(stopped, nil)
	w.launch(nil)
	require.Len(t, w.statuses(&ec2.DescribeInstanceStatusInput{}), 1)
	require.Empty(t, w.statuses(&ec2.DescribeInstanceStatusInput{InstanceIds: []string{halted}}))
	require.Len(t, w.statuses(&ec2.DescribeInstanceStatusInput{InstanceIds: []string{halted, runs}}), 1)
	all := w.statuses(&ec2.DescribeInstanceStatusInput{IncludeAllInstances: ptr(true)})
	require.Len(t, all, 3)
	for _, s := range all {
		if *s.InstanceId == halted {
			require.Equal(t, stopped, s.InstanceState.Name)
			require.Equal(t, ec2types.SummaryStatusNotApplicable, s.InstanceStatus.Status)
			require.Empty(t, s.InstanceStatus.Details)
		}
	}
}

func TestFiltersOfStatuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: Delays{Checks: time.Minute}})
	young := w.launch(nil)
	for name, values := range map[string][2]string{ // before and after the checks have passed
		"attached-ebs-status.status": {"initializing", "ok"}, "instance-status.status": {"initializing", "ok"},
		"system-status.status": {"initializing", "ok"}, "instance-status.reachability": {"initializing", "passed"},
		"system-status.reachability": {"initializing", "passed"}, "availability-zone": {"us-east-1a", "us-east-1a"},
		"availability-zone-id": {"use1-az6", "use1-az6"}, "instance-state-code": {"16", "16"},
		"instance-state-name": {"running", "running"}, "operator.managed": {"false", "false"},
	} {
		for n, value := range values {
			w := w.fork()
			later := w.clock.now().Add(time.Duration(n) * time.Minute)
			w.engine.options.Now = func() time.Time { return later }
			got := w.statuses(&ec2.DescribeInstanceStatusInput{Filters: []ec2types.Filter{filter(name, value)}})
			require.Len(t, got, 1, name)
			require.Equal(t, young, *got[0].InstanceId)
			require.Empty(t, w.statuses(&ec2.DescribeInstanceStatusInput{Filters: []ec2types.Filter{filter(name, value+"!")}}), name)
		}
	}
	for _, name := range []string{"event.code", "event.description", "application-status.status", "operator.principal"} {
		require.Empty(t, w.statuses(&ec2.DescribeInstanceStatusInput{Filters: []ec2types.Filter{filter(name, "*")}}), name)
	}
}

func TestDescribeInstanceStatusRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(nil)
	for name, tc := range map[string]struct {
		in   ec2.DescribeInstanceStatusInput
		code string
	}{
		"101 IDs":          {ec2.DescribeInstanceStatusInput{InstanceIds: make([]string, 101)}, "ResourceCountExceeded"},
		"malformed ID":     {ec2.DescribeInstanceStatusInput{InstanceIds: []string{"x"}}, "InvalidInstanceID.Malformed"},
		"unknown ID":       {ec2.DescribeInstanceStatusInput{InstanceIds: []string{id, "i-01234567"}}, "InvalidInstanceID.NotFound"},
		"pages of IDs":     {ec2.DescribeInstanceStatusInput{InstanceIds: []string{id}, MaxResults: ptr(int32(5))}, "InvalidParameterCombination"},
		"small pages":      {ec2.DescribeInstanceStatusInput{MaxResults: ptr(int32(4))}, "InvalidParameterValue"},
		"filters of tags":  {ec2.DescribeInstanceStatusInput{Filters: []ec2types.Filter{filter("tag:k", "v")}}, "InvalidParameterValue"},
		"dry run":          {ec2.DescribeInstanceStatusInput{DryRun: ptr(true)}, "DryRunOperation"},
		"another's tokens": {ec2.DescribeInstanceStatusInput{NextToken: (page{op: "DescribeInstances"}).token(id)}, "InvalidParameterValue"},
	} {
		_, err := call[ec2.DescribeInstanceStatusOutput](w, &tc.in)
		require.True(t, isError(err, tc.code), "%s: %v", name, err)
	}
}

func TestPagesOfStatuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	must[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) { in.MaxCount = ptr(int32(7)) }))
	first := must[ec2.DescribeInstanceStatusOutput](w, &ec2.DescribeInstanceStatusInput{MaxResults: ptr(int32(5))})
	require.Len(t, first.InstanceStatuses, 5)
	rest := must[ec2.DescribeInstanceStatusOutput](w, &ec2.DescribeInstanceStatusInput{MaxResults: ptr(int32(5)), NextToken: first.NextToken})
	require.Len(t, rest.InstanceStatuses, 2)
	require.Nil(t, rest.NextToken)
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
func TestStatusTakesAllTheFiltersAllowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	w.launch(nil)
	filters := make([]ec2types.Filter, maxFilters)
	for n := range filters {
		filters[n] = filter("instance-status.status", "ok")
	}
	require.Len(t, w.statuses(&ec2.DescribeInstanceStatusInput{Filters: filters}), 1)
	_, err := call[ec2.DescribeInstanceStatusOutput](w, &ec2.DescribeInstanceStatusInput{Filters: append(filters, filters[0])})
	wantCode(t, err, "FilterLimitExceeded")
}

func TestARebootBeginsTheStatusChecksAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: Delays{Checks: time.Minute}})
	id := w.launch(nil)
	status := func() ec2types.SummaryStatus {
		return w.statuses(&ec2.DescribeInstanceStatusInput{InstanceIds: []string{id}})[0].InstanceStatus.Status
	}
	w.clock.advance(time.Minute)
	require.Equal(t, ec2types.SummaryStatusOk, status())
	must[ec2.RebootInstancesOutput](w, &ec2.RebootInstancesInput{InstanceIds: []string{id}})
	require.Equal(t, ec2types.SummaryStatusInitializing, status())
	w.clock.advance(time.Minute)
	require.Equal(t, ec2types.SummaryStatusOk, status())
}
