package engine

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// volumeModification is the newest one of a volume, and remembers when those before it began.
type volumeModification struct {
	volume           string
	scope            store.Scope
	state            ec2types.VolumeModificationState
	started, ended   time.Time
	takes            time.Duration // from started to ended
	begun            []time.Time   // this one and those of the day before it
	original, target volumeFigures
}

// volumeFigures are what can be modified of a volume.
type volumeFigures struct {
	size             int32
	typ              ec2types.VolumeType
	iops, throughput int32
	multiAttach      bool
}

func (o *volume) figures() volumeFigures {
	return volumeFigures{o.size, o.typ, o.iops, o.throughput, o.multiAttach}
}

var modificationSchema = store.Schema[volumeModification]{
	Name:  "volume modifications",
	ID:    func(m *volumeModification) string { return m.volume },
	Scope: func(m *volumeModification) store.Scope { return m.scope },
}

// maxModifications is how often a volume can be modified in 24 hours
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html).
const (
	maxModifications = 4
	modificationDay  = 24 * time.Hour
)

func (t *tx) modifyVolume(in *ec2.ModifyVolumeInput) (*ec2.ModifyVolumeOutput, error) {
	if deref(in.VolumeId) == "" {
		return nil, missing("VolumeId")
	}
	o, err := t.volumeByID(*in.VolumeId)
	if err != nil {
		return nil, err
	}
	if !o.settled() {
		return nil, wrongVolumeState(o)
	}
	begun, err := t.mayModify(o)
	if err != nil {
		return nil, err
	}
	target, err := o.modified(in)
	if err != nil {
		return nil, err
	}
	m := &volumeModification{
		volume: o.id, scope: o.scope, state: ec2types.VolumeModificationStateModifying,
		started: t.now, takes: t.options.Delays.Modify, begun: append(begun, t.now), original: o.figures(), target: target,
	}
	t.modifications.Put(&t.undo, m)
	t.plan(m.takes/2, volumeModified, o.id)
	return &ec2.ModifyVolumeOutput{VolumeModification: t.renderModification(m)}, nil
}

// mayModify refuses while a modification goes on and beyond the rate, and gives the times of those that
// count. The texts are (mem).
func (t *tx) mayModify(o *volume) ([]time.Time, error) {
	last, ok := t.modifications.Get(o.id)
	if !ok {
		return nil, nil
	}
	if last.ended.IsZero() {
		return nil, fail("IncorrectModificationState", "Volume '%s' cannot be modified in modification state '%s'.", o.id, last.state)
	}
	var begun []time.Time
	for _, at := range last.begun {
		if t.now.Sub(at) < modificationDay {
			begun = append(begun, at)
		}
	}
	if len(begun) >= maxModifications {
		return nil, fail("VolumeModificationRateExceeded",
			"You've reached the maximum modification rate per volume limit: %d in 24 hours. The next modification of '%s' is possible at %s.",
			maxModifications, o.id, begun[0].Add(modificationDay).UTC().Format(time.RFC3339))
	}
	return begun, nil
}

// modified checks what a volume is to be like: IOPS and throughput are kept within a type, and are the
// type's usual ones after a change of it
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolume.html).
func (o *volume) modified(in *ec2.ModifyVolumeInput) (volumeFigures, error) {
	if in.Size == nil && in.VolumeType == "" && in.Iops == nil && in.Throughput == nil && in.MultiAttachEnabled == nil { // (mem)
		return volumeFigures{}, fail("MissingParameter", "The request must contain at least one of the parameters Size, VolumeType, Iops, Throughput and MultiAttachEnabled")
	}
	e := &ebsMapping{typ: o.typ, size: o.size, iops: deref(in.Iops), throughput: deref(in.Throughput)}
	if in.VolumeType != "" {
		e.typ = in.VolumeType
	}
	if in.Size != nil {
		e.size = *in.Size
	}
	if e.size < o.size {
		return volumeFigures{}, fail("InvalidParameterValue", "New size cannot be smaller than existing size")
	}
	limits := volumeTypes[e.typ]
	if in.Iops == nil && limits.maxIOPS > 0 {
		e.iops = usualIOPS
		if e.typ == o.typ {
			e.iops = o.iops
		}
	}
	if in.Throughput == nil && limits.maxThroughput > 0 && e.typ == o.typ {
		e.throughput = o.throughput
	}
	if err := checkVolume(e); err != nil {
		return volumeFigures{}, err
	}
	target := volumeFigures{size: e.size, typ: e.typ, multiAttach: o.multiAttach}
	target.iops, target.throughput = e.performance()
	if in.MultiAttachEnabled != nil {
		target.multiAttach = *in.MultiAttachEnabled
	}
	return target, o.keepsMultiAttach(target)
}

// keepsMultiAttach: io1 volumes have Multi-Attach from the start or never, io2 volumes may change it while
// they are attached to nothing, others never have it
// (https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volumes-multi.html). Codes and texts are (mem).
func (o *volume) keepsMultiAttach(to volumeFigures) error {
	switch {
	case to.multiAttach && to.typ != ec2types.VolumeTypeIo1 && to.typ != ec2types.VolumeTypeIo2:
		return fail("InvalidParameterCombination", "Multi-Attach is not supported for %s volumes.", to.typ)
	case o.typ == ec2types.VolumeTypeIo1 && o.multiAttach && to != o.figures():
		return fail("UnsupportedOperation", "The io1 volume '%s' has Multi-Attach enabled: it can't be modified.", o.id)
	case to.multiAttach == o.multiAttach:
		return nil
	case o.typ == ec2types.VolumeTypeIo1:
		return fail("UnsupportedOperation", "Multi-Attach of the io1 volume '%s' can't be changed after its creation.", o.id)
	case len(o.attachments) > 0:
		return fail("IncorrectState", "Multi-Attach of the volume '%s' can't be changed while it is attached.", o.id)
	}
	return nil
}

// volumeModified gives a volume its new figures: what follows is optimizing, which ends in volumeOptimized
// (https://docs.aws.amazon.com/ebs/latest/userguide/monitoring-volume-modifications.html).
func (t *tx) volumeModified(at time.Time, id string) {
	m, ok := t.modifications.Get(id)
	o, there := t.volumes.Get(id)
	if !ok || !there || m.state != ec2types.VolumeModificationStateModifying {
		return
	}
	next, changed := *m, *o
	next.state = ec2types.VolumeModificationStateOptimizing
	changed.size, changed.typ, changed.multiAttach = m.target.size, m.target.typ, m.target.multiAttach
	changed.iops, changed.throughput = m.target.iops, m.target.throughput
	t.modifications.Put(&t.undo, &next)
	t.volumes.Put(&t.undo, &changed)
	t.planFrom(at, m.takes-m.takes/2, volumeOptimized, id)
}

func (t *tx) volumeOptimized(at time.Time, id string) {
	m, ok := t.modifications.Get(id)
	if !ok || m.state != ec2types.VolumeModificationStateOptimizing {
		return
	}
	next := *m
	next.state, next.ended = ec2types.VolumeModificationStateCompleted, at
	t.modifications.Put(&t.undo, &next)
}

// More than 500 are answered with 500 (mem).
var modificationPaging = paging{min: 1, max: 500, clamps: true, badToken: usualPaging.badToken}

var modificationFilters = filterable[volumeModification]{
	table: func(s *state) *store.Table[volumeModification] { return s.modifications },
	id:    func(m *volumeModification) string { return m.volume },
	filters: map[string]filterOn[volumeModification]{
		"modification-state":         one(func(_ *view, m *volumeModification) string { return string(m.state) }),
		"original-iops":              one(func(_ *view, m *volumeModification) string { return itoa(int(m.original.iops)) }),
		"original-size":              one(func(_ *view, m *volumeModification) string { return itoa(int(m.original.size)) }),
		"original-volume-type":       one(func(_ *view, m *volumeModification) string { return string(m.original.typ) }),
		"originalMultiAttachEnabled": one(func(_ *view, m *volumeModification) string { return boolText(m.original.multiAttach) }),
		"start-time":                 one(func(_ *view, m *volumeModification) string { return m.started.UTC().Format(filterTime) }),
		"target-iops":                one(func(_ *view, m *volumeModification) string { return itoa(int(m.target.iops)) }),
		"target-size":                one(func(_ *view, m *volumeModification) string { return itoa(int(m.target.size)) }),
		"target-volume-type":         one(func(_ *view, m *volumeModification) string { return string(m.target.typ) }),
		"targetMultiAttachEnabled":   one(func(_ *view, m *volumeModification) string { return boolText(m.target.multiAttach) }),
		"volume-id":                  one(func(_ *view, m *volumeModification) string { return m.volume }).by(ownID),
	},
}

func (v *view) describeVolumesModifications(in *ec2.DescribeVolumesModificationsInput) (*ec2.DescribeVolumesModificationsOutput, error) {
	pg, err := modificationPaging.at("DescribeVolumesModifications", in.MaxResults, in.NextToken, len(in.VolumeIds), "volumeSet")
	if err != nil {
		return nil, err
	}
	rows, next, err := modificationFilters.listing(v, in.Filters, in.VolumeIds, v.modificationOf, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeVolumesModificationsOutput{NextToken: next, VolumesModifications: make([]ec2types.VolumeModification, len(rows))}
	for i, m := range rows {
		out.VolumesModifications[i] = *v.renderModification(m)
	}
	return out, nil
}

// modificationOf is that of one of the caller's volumes. The refusal of one never modified is (mem).
func (v *view) modificationOf(id string) (*volumeModification, error) {
	if _, err := v.volumeByID(id); err != nil {
		return nil, err
	}
	m, ok := v.modifications.Get(id)
	if !ok {
		return nil, fail("InvalidVolumeModification.NotFound", "Modification for volume '%s' does not exist.", id)
	}
	return m, nil
}

func (v *view) renderModification(m *volumeModification) *ec2types.VolumeModification {
	out := &ec2types.VolumeModification{
		ModificationState:          m.state,
		Operator:                   &ec2types.OperatorResponse{Managed: ptr(false)},
		OriginalIops:               number(m.original.iops),
		OriginalMultiAttachEnabled: ptr(m.original.multiAttach),
		OriginalSize:               ptr(m.original.size),
		OriginalThroughput:         number(m.original.throughput),
		OriginalVolumeType:         m.original.typ,
		Progress:                   ptr(v.modificationProgress(m)),
		StartTime:                  ptr(m.started.UTC().Truncate(time.Second)),
		TargetIops:                 number(m.target.iops),
		TargetMultiAttachEnabled:   ptr(m.target.multiAttach),
		TargetSize:                 ptr(m.target.size),
		TargetThroughput:           number(m.target.throughput),
		TargetVolumeType:           m.target.typ,
		VolumeId:                   ptr(m.volume),
	}
	if !m.ended.IsZero() {
		out.EndTime = ptr(m.ended.UTC().Truncate(time.Second))
	}
	return out
}

// modificationProgress goes evenly from 0 to 99 percent until the modification is completed.
func (v *view) modificationProgress(m *volumeModification) int64 {
	switch {
	case !m.ended.IsZero():
		return 100
	case m.takes <= 0:
		return 0
	}
	return min(max(int64(100*float64(v.now.Sub(m.started))/float64(m.takes)), 0), 99)
}
