package engine

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// content is what is on a volume: one opaque value that never changes, handed on by snapshot, image
// and copy. Empty volumes have none.
type content any

// volume is an EBS volume.
type volume struct {
	id                 string
	scope              store.Scope
	zone               string
	size               int32 // GiB
	typ                ec2types.VolumeType
	iops, throughput   int32 // as told by DescribeVolumes; 0 where the type has none
	encrypted          bool
	kmsKey             string // ARN, if encrypted
	snapshot           string
	source             string // ID of the volume that it is a copy of
	created            time.Time
	state              ec2types.VolumeState
	attachments        []volumeAttachment
	multiAttach        bool
	initializationRate int32
	autoEnableIO       bool
	written            int64 // bytes of the blocks that were written, as far as this cloud knows of any
	content            content
}

var volumeSchema = store.Schema[volume]{
	Name:  "volumes",
	ID:    func(o *volume) string { return o.id },
	Scope: func(o *volume) store.Scope { return o.scope },
	Indexes: []store.Index[volume]{
		{Name: "snapshot", Values: func(o *volume, add func(string)) { addUnlessEmpty(add, o.snapshot) }},
		{Name: "free", Values: func(o *volume, add func(string)) { // by state and zone, of those that are on no instance
			if len(o.attachments) == 0 {
				add(freeEntry(o.state, o.zone))
			}
		}},
		{Name: "type", Values: func(o *volume, add func(string)) { add(string(o.typ)) }},
		{Name: "instance", Values: func(o *volume, add func(string)) {
			for _, a := range o.attachments {
				add(a.instance)
			}
		}},
	},
}

var volumeOperations = []operation{
	reading("VolumeIds Filters{Name Values} IncludeManagedResources MaxResults NextToken", (*view).describeVolumes),
	writing(createVolumeFields, (*tx).createVolume),
	writing(copyVolumesFields, (*tx).copyVolumes),
	writing("VolumeId", (*tx).deleteVolume),
	writing("Iops MultiAttachEnabled Size Throughput VolumeId VolumeType", (*tx).modifyVolume),
	reading("VolumeIds Filters{Name Values} IncludeManagedResources MaxResults NextToken", (*view).describeVolumesModifications),
	writing("Device EbsCardIndex InstanceId VolumeId", (*tx).attachVolume),
	writing("Device Force InstanceId VolumeId", (*tx).detachVolume),
}

// volumePaging clamps and goes without IDs as the documentation of DescribeVolumes said as long as it had figures (mem).
var volumePaging = paging{min: 5, max: 1000, clamps: true, badToken: "InvalidNextToken"}

var (
	volumeZone   = one(func(_ *view, o *volume) string { return o.zone }).throughMany(volumesInZone)
	volumeZoneID = one(func(v *view, o *volume) string { return v.zoneID(o.zone) }).throughMany(func(v *view, id string, add func(string)) {
		if zone, ok := v.zoneOfID(id); ok {
			volumesInZone(v, zone, add)
		}
	})
)

// volumesInState finds those in use by their instances: an index of all states would cost each launch one more entry.
func volumesInState(v *view, state string, add func(string)) {
	if state == string(ec2types.VolumeStateInUse) {
		for _, o := range v.volumes.Walk("instance", v.scope, "", "") {
			add(o.id)
		}
		return
	}
	for o := range v.volumes.Prefix("free", v.scope, freeEntry(ec2types.VolumeState(state), "")) {
		add(o.id)
	}
}

// volumesInZone finds those that are on instances by these, which are in the same zone.
func volumesInZone(v *view, zone string, add func(string)) {
	instancesInZone(v, zone, func(id string) {
		for o := range v.volumes.By("instance", v.scope, id) {
			add(o.id)
		}
	})
	for _, state := range ec2types.VolumeState("").Values() {
		for o := range v.volumes.By("free", v.scope, freeEntry(state, zone)) {
			add(o.id)
		}
	}
}

func freeEntry(state ec2types.VolumeState, zone string) string { return string(state) + "\x00" + zone }

var volumeFilters = filterable[volume]{
	table:    func(s *state) *store.Table[volume] { return s.volumes },
	id:       func(o *volume) string { return o.id },
	resource: ec2types.ResourceTypeVolume,
	filters: map[string]filterOn[volume]{
		"attachment.attach-time": ofAttachments(func(_ *view, a *volumeAttachment) string {
			return a.attached.UTC().Truncate(time.Second).Format(filterTime)
		}),
		"attachment.delete-on-termination": ofAttachments(func(_ *view, a *volumeAttachment) string { return boolText(a.deleteOnTermination) }),
		"attachment.device":                ofAttachments(func(_ *view, a *volumeAttachment) string { return a.device }),
		"attachment.instance-id":           ofAttachments(func(_ *view, a *volumeAttachment) string { return a.instance }).by("instance"),
		"attachment.status":                ofAttachments(func(v *view, a *volumeAttachment) string { return string(v.attachmentState(a)) }),
		"availability-zone":                volumeZone,
		"availability-zone-id":             volumeZoneID,
		"create-time":                      one(func(_ *view, o *volume) string { return o.created.UTC().Format(filterTime) }),
		"encrypted":                        one(func(_ *view, o *volume) string { return boolText(o.encrypted) }),
		"fast-restored":                    one(func(*view, *volume) string { return "false" }),
		"multi-attach-enabled":             one(func(_ *view, o *volume) string { return boolText(o.multiAttach) }),
		"operator.managed":                 one(func(*view, *volume) string { return "false" }),
		"operator.principal":               some(func(*view, *volume, func(string)) {}),
		"size":                             one(func(_ *view, o *volume) string { return itoa(int(o.size)) }),
		"snapshot-id":                      some(func(_ *view, o *volume, add func(string)) { addUnlessEmpty(add, o.snapshot) }).by("snapshot"),
		"status":                           one(func(_ *view, o *volume) string { return string(o.state) }).throughMany(volumesInState),
		"volume-id":                        one(func(_ *view, o *volume) string { return o.id }).by(ownID),
		"volume-type":                      one(func(_ *view, o *volume) string { return string(o.typ) }).byMany("type"),
	},
}

func ofAttachments(value func(v *view, a *volumeAttachment) string) filterOn[volume] {
	return some(func(v *view, o *volume, add func(string)) {
		for i := range o.attachments {
			add(value(v, &o.attachments[i]))
		}
	})
}

func (v *view) describeVolumes(in *ec2.DescribeVolumesInput) (*ec2.DescribeVolumesOutput, error) {
	pg, err := volumePaging.at("DescribeVolumes", in.MaxResults, in.NextToken, len(in.VolumeIds), "volumesSet")
	if err != nil {
		return nil, err
	}
	rows, next, err := volumeFilters.listing(v, in.Filters, in.VolumeIds, v.volumeByID, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeVolumesOutput{NextToken: next, Volumes: make([]ec2types.Volume, 0, len(rows))}
	for _, o := range rows {
		out.Volumes = append(out.Volumes, v.renderVolume(o))
	}
	return out, nil
}

func (v *view) renderVolume(o *volume) ec2types.Volume {
	out := ec2types.Volume{
		Attachments:        make([]ec2types.VolumeAttachment, 0, len(o.attachments)),
		AvailabilityZone:   ptr(o.zone),
		AvailabilityZoneId: ptr(v.zoneID(o.zone)),
		CreateTime:         ptr(o.created.UTC().Truncate(time.Millisecond)), // unlike most times, with milliseconds
		Encrypted:          ptr(o.encrypted),
		FastRestored:       ptr(false),
		MultiAttachEnabled: ptr(o.multiAttach),
		Operator:           &ec2types.OperatorResponse{Managed: ptr(false)},
		OwnerId:            ptr(v.Account),
		Size:               ptr(o.size),
		SnapshotId:         ptr(o.snapshot), // empty for a volume that was made empty
		SourceVolumeId:     text(o.source),
		State:              o.state,
		Tags:               v.renderTags(o.id),
		VolumeArn:          ptr(v.ARN("ec2", "volume/"+o.id)),
		VolumeId:           ptr(o.id),
		VolumeType:         o.typ,
	}
	if o.iops != 0 {
		out.Iops = ptr(o.iops)
	}
	if o.throughput != 0 {
		out.Throughput = ptr(o.throughput)
	}
	if o.initializationRate != 0 {
		out.VolumeInitializationRate = ptr(o.initializationRate)
	}
	if o.encrypted {
		out.KmsKeyId = ptr(o.kmsKey)
	}
	for i := range o.attachments {
		out.Attachments = append(out.Attachments, v.renderVolumeAttachment(o, &o.attachments[i]))
	}
	return out
}

func (t *tx) deleteVolume(in *ec2.DeleteVolumeInput) (*ec2.DeleteVolumeOutput, error) {
	if deref(in.VolumeId) == "" {
		return nil, missing("VolumeId")
	}
	o, err := t.volumeByID(*in.VolumeId)
	if err != nil {
		return nil, err
	}
	if len(o.attachments) > 0 {
		return nil, fail("VolumeInUse", "Volume %s is currently attached to %s", o.id, o.attachments[0].instance)
	}
	if o.state == ec2types.VolumeStateCreating {
		return nil, wrongVolumeState(o)
	}
	t.deleteVolumeRow(o.id)
	return &ec2.DeleteVolumeOutput{}, nil
}

// deleteVolumeRow lets a volume go at once; EC2 may show it as deleting for minutes.
func (t *tx) deleteVolumeRow(id string) {
	t.dropTags(id)
	t.modifications.Delete(&t.undo, id)
	t.volumes.Delete(&t.undo, id)
}

// volumeByID gives the caller's volume, or InvalidVolumeID.Malformed or InvalidVolume.NotFound.
func (v *view) volumeByID(id string) (*volume, error) {
	return owned(v, v.volumes, volumeSchema.Scope, kindVolume, id)
}
