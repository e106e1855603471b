package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/catalogue"
)

// maxStatusIDs is how many instances a request for their status may name
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceStatus.html); the code is (mem).
const maxStatusIDs = 100

// statusFilters are those of DescribeInstanceStatus, which has none for tags. Nothing is scheduled for
// instances, and nobody watches applications.
var statusFilters = filterable[instance]{
	table: instanceFilters.table,
	id:    instanceID,
	filters: map[string]filterOn[instance]{
		"application-status.status":    never[instance](),
		"attached-ebs-status.status":   one(func(v *view, i *instance) string { return string(v.ebsStatus(i)) }),
		"availability-zone":            instanceZone,
		"availability-zone-id":         instanceZoneID,
		"event.code":                   never[instance](),
		"event.description":            never[instance](),
		"event.instance-event-id":      never[instance](),
		"event.not-after":              never[instance](),
		"event.not-before":             never[instance](),
		"event.not-before-deadline":    never[instance](),
		"instance-state-code":          instanceStateCode,
		"instance-state-name":          instanceStateName,
		"instance-status.reachability": reachability,
		"instance-status.status":       checkStatus,
		"operator.managed":             one(func(*view, *instance) string { return "false" }),
		"operator.principal":           never[instance](),
		"system-status.reachability":   reachability,
		"system-status.status":         checkStatus,
	},
}

var (
	checkStatus  = one(func(v *view, i *instance) string { return string(v.status(i)) })
	reachability = some(func(v *view, i *instance, add func(string)) {
		for _, d := range v.renderChecks(i).Details {
			add(string(d.Status))
		}
	})
)

func (v *view) describeInstanceStatus(in *ec2.DescribeInstanceStatusInput) (*ec2.DescribeInstanceStatusOutput, error) {
	if len(in.InstanceIds) > maxStatusIDs {
		return nil, tooMany()
	}
	pg, err := instancePaging.at("DescribeInstanceStatus", in.MaxResults, in.NextToken, len(in.InstanceIds), "instancesSet")
	if err != nil {
		return nil, err
	}
	told := func(i *instance) bool {
		return deref(in.IncludeAllInstances) || i.state == ec2types.InstanceStateNameRunning
	}
	rows, next, err := statusFilters.listingOf(told, v, in.Filters, in.InstanceIds, v.instanceByID, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeInstanceStatusOutput{NextToken: next, InstanceStatuses: make([]ec2types.InstanceStatus, 0, len(rows))}
	for _, i := range rows {
		out.InstanceStatuses = append(out.InstanceStatuses, v.renderStatus(i))
	}
	return out, nil
}

func (v *view) renderStatus(i *instance) ec2types.InstanceStatus {
	out := ec2types.InstanceStatus{
		AvailabilityZone:   ptr(i.zone),
		AvailabilityZoneId: ptr(v.zoneID(i.zone)),
		InstanceId:         ptr(i.id),
		InstanceState:      renderState(i.state),
		InstanceStatus:     v.renderChecks(i),
		Operator:           &ec2types.OperatorResponse{Managed: ptr(false)},
		SystemStatus:       v.renderChecks(i),
		AttachedEbsStatus:  &ec2types.EbsStatusSummary{Status: v.ebsStatus(i)},
	}
	if out.AttachedEbsStatus.Status != ec2types.SummaryStatusNotApplicable {
		out.AttachedEbsStatus.Details = []ec2types.EbsStatusDetails{{Name: ec2types.StatusNameReachability, Status: v.reached(i)}}
	}
	return out
}

func (v *view) renderChecks(i *instance) *ec2types.InstanceStatusSummary {
	out := &ec2types.InstanceStatusSummary{Status: v.status(i)}
	if out.Status != ec2types.SummaryStatusNotApplicable {
		out.Details = []ec2types.InstanceStatusDetails{{Name: ec2types.StatusNameReachability, Status: v.reached(i)}}
	}
	return out
}

// checked tells whether the instance's system runs so long that its status checks have passed: a reboot begins them
// anew (mem).
func (v *view) checked(i *instance) bool {
	since := i.running
	if i.booted.After(since) {
		since = i.booted
	}
	return i.state == ec2types.InstanceStateNameRunning && !v.now.Before(since.Add(v.options.Delays.Checks))
}

// status is the outcome of either check
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-system-instance-status-check.html).
func (v *view) status(i *instance) ec2types.SummaryStatus {
	switch {
	case i.state != ec2types.InstanceStateNameRunning:
		return ec2types.SummaryStatusNotApplicable
	case v.checked(i):
		return ec2types.SummaryStatusOk
	}
	return ec2types.SummaryStatusInitializing
}

func (v *view) reached(i *instance) ec2types.StatusType {
	if v.checked(i) {
		return ec2types.StatusTypePassed
	}
	return ec2types.StatusTypeInitializing
}

// Attached volumes are watched on Nitro only
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-system-instance-status-check.html#attached-ebs-status-checks).
func (v *view) ebsStatus(i *instance) ec2types.SummaryStatus {
	if typ, ok := catalogue.InstanceType(i.typ); !ok || typ.NVMe != "required" {
		return ec2types.SummaryStatusNotApplicable
	}
	return v.status(i)
}
