package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

var volumeStatusOperations = []operation{
	reading("Filters{Name Values} IncludeManagedResources MaxResults NextToken VolumeIds", (*view).describeVolumeStatus),
	reading("Attribute VolumeId", (*view).describeVolumeAttribute),
	writing("VolumeId AutoEnableIO{Value}", (*tx).modifyVolumeAttribute),
	writing("VolumeId", (*tx).enableVolumeIO),
}

// volumeStatusFilters: the volumes of this cloud are well, so that there are no events and nothing to be done.
var volumeStatusFilters = filterable[volume]{
	table: func(s *state) *store.Table[volume] { return s.volumes },
	id:    func(o *volume) string { return o.id },
	filters: map[string]filterOn[volume]{
		"action.code":                  never[volume](),
		"action.description":           never[volume](),
		"action.event-id":              never[volume](),
		"availability-zone":            volumeZone,
		"event.description":            never[volume](),
		"event.event-id":               never[volume](),
		"event.event-type":             never[volume](),
		"event.not-after":              never[volume](),
		"event.not-before":             never[volume](),
		"volume-status.details-name":   ofDetails(func(d ec2types.VolumeStatusDetails) string { return string(d.Name) }),
		"volume-status.details-status": ofDetails(func(d ec2types.VolumeStatusDetails) string { return *d.Status }),
		"volume-status.status":         one(func(*view, *volume) string { return string(ec2types.VolumeStatusInfoStatusOk) }),
	},
}

func ofDetails(value func(d ec2types.VolumeStatusDetails) string) filterOn[volume] {
	return some(func(_ *view, o *volume, add func(string)) {
		for _, d := range o.statusDetails() {
			add(value(d))
		}
	})
}

func (v *view) describeVolumeStatus(in *ec2.DescribeVolumeStatusInput) (*ec2.DescribeVolumeStatusOutput, error) {
	pg, err := volumePaging.at("DescribeVolumeStatus", in.MaxResults, in.NextToken, len(in.VolumeIds), "volumesSet")
	if err != nil {
		return nil, err
	}
	rows, next, err := volumeStatusFilters.listing(v, in.Filters, in.VolumeIds, v.volumeByID, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeVolumeStatusOutput{NextToken: next, VolumeStatuses: make([]ec2types.VolumeStatusItem, 0, len(rows))}
	for _, o := range rows {
		out.VolumeStatuses = append(out.VolumeStatuses, v.renderVolumeStatus(o))
	}
	return out, nil
}

func (v *view) renderVolumeStatus(o *volume) ec2types.VolumeStatusItem {
	out := ec2types.VolumeStatusItem{
		Actions:            []ec2types.VolumeStatusAction{},
		AttachmentStatuses: []ec2types.VolumeStatusAttachmentStatus{},
		AvailabilityZone:   ptr(o.zone),
		AvailabilityZoneId: ptr(v.zoneID(o.zone)),
		Events:             []ec2types.VolumeStatusEvent{},
		Operator:           &ec2types.OperatorResponse{Managed: ptr(false)},
		VolumeId:           ptr(o.id),
		VolumeStatus:       &ec2types.VolumeStatusInfo{Details: o.statusDetails(), Status: ec2types.VolumeStatusInfoStatusOk},
	}
	for _, a := range o.attachments {
		out.AttachmentStatuses = append(out.AttachmentStatuses, ec2types.VolumeStatusAttachmentStatus{InstanceId: ptr(a.instance)})
	}
	if kind := o.initialization(); kind != "" { // in this cloud it is done at once
		out.InitializationStatusDetails = &ec2types.InitializationStatusDetails{InitializationType: kind, Progress: ptr(int64(100))}
		if kind == ec2types.InitializationTypeProvisionedRate {
			out.InitializationStatusDetails.EstimatedTimeToCompleteInSeconds = ptr(int64(0))
		}
	}
	return out
}

// initialization is how the blocks of a volume come to it; "" for one that was made empty.
func (o *volume) initialization() ec2types.InitializationType {
	switch {
	case o.source != "":
		return ec2types.InitializationTypeVolumeCopy
	case o.snapshot == "":
		return ""
	case o.initializationRate != 0:
		return ec2types.InitializationTypeProvisionedRate
	}
	return ec2types.InitializationTypeDefault
}

// statusDetails: only volumes with provisioned IOPS have checks of their performance
// (https://docs.aws.amazon.com/ebs/latest/userguide/monitoring-volume-checks.html). What is told of others, and of
// initialization, is (mem).
func (o *volume) statusDetails() []ec2types.VolumeStatusDetails {
	performance, initialization := "not-applicable", "not-applicable"
	switch o.typ {
	case ec2types.VolumeTypeIo1, ec2types.VolumeTypeIo2, ec2types.VolumeTypeGp3:
		performance = "normal"
	}
	if o.initialization() != "" {
		initialization = "completed"
	}
	return []ec2types.VolumeStatusDetails{
		{Name: ec2types.VolumeStatusNameIoEnabled, Status: ptr("passed")},
		{Name: ec2types.VolumeStatusNameIoPerformance, Status: ptr(performance)},
		{Name: ec2types.VolumeStatusNameInitializationState, Status: ptr(initialization)},
	}
}

func (v *view) describeVolumeAttribute(in *ec2.DescribeVolumeAttributeInput) (*ec2.DescribeVolumeAttributeOutput, error) {
	o, err := v.namedVolume(in.VolumeId)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeVolumeAttributeOutput{VolumeId: ptr(o.id)}
	switch in.Attribute {
	case ec2types.VolumeAttributeNameAutoEnableIO:
		out.AutoEnableIO = &ec2types.AttributeBooleanValue{Value: ptr(o.autoEnableIO)}
	case ec2types.VolumeAttributeNameProductCodes:
		out.ProductCodes = append([]ec2types.ProductCode{}, copyProductCodes(v.productCodesOf(o))...)
	case "":
		return nil, missing("Attribute")
	default:
		return nil, badValue("attribute", in.Attribute, "Unknown attribute.") // text (mem)
	}
	return out, nil
}

func (t *tx) modifyVolumeAttribute(in *ec2.ModifyVolumeAttributeInput) (*ec2.ModifyVolumeAttributeOutput, error) {
	o, err := t.namedVolume(in.VolumeId)
	if err != nil {
		return nil, err
	}
	if in.AutoEnableIO == nil || in.AutoEnableIO.Value == nil {
		return nil, missing("AutoEnableIO")
	}
	next := *o
	next.autoEnableIO = *in.AutoEnableIO.Value
	t.volumes.Put(&t.undo, &next)
	return &ec2.ModifyVolumeAttributeOutput{}, nil
}

// enableVolumeIO has nothing to do: I/O of a volume is never disabled in this cloud.
func (t *tx) enableVolumeIO(in *ec2.EnableVolumeIOInput) (*ec2.EnableVolumeIOOutput, error) {
	if _, err := t.namedVolume(in.VolumeId); err != nil {
		return nil, err
	}
	return &ec2.EnableVolumeIOOutput{}, nil
}

// namedVolume is the volume that a request must name.
func (v *view) namedVolume(id *string) (*volume, error) {
	if deref(id) == "" {
		return nil, missing("VolumeId")
	}
	return v.volumeByID(*id)
}
