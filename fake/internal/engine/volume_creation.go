package engine

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

const createVolumeFields = `AvailabilityZone AvailabilityZoneId ClientToken Encrypted Iops KmsKeyId MultiAttachEnabled
	OutpostArn Size SnapshotId TagSpecifications{ResourceType Tags{Key Value}} Throughput VolumeInitializationRate VolumeType`

// newVolume describes a volume to be made: checked and completed.
type newVolume struct {
	zone               string
	snapshot           *snapshot // nil for an empty volume
	source             *volume   // what a copy is of; nil for any other
	size               int32
	typ                ec2types.VolumeType
	iops, throughput   int32
	encrypted          bool
	kmsKey             string
	initializationRate int32
	multiAttach        bool
	attachment         *volumeAttachment // to an instance, at once
}

// createVolume makes a volume that is attached to nothing
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html).
func (t *tx) createVolume(in *ec2.CreateVolumeInput) (*ec2.CreateVolumeOutput, error) {
	made, err := t.once(in, deref(in.ClientToken))
	if err != nil {
		return nil, err
	}
	if made != "" {
		o, err := t.volumeByID(made) // a volume that is gone since then is told as such (mem)
		if err != nil {
			return nil, err
		}
		return t.renderCreatedVolume(o), nil
	}
	tags, err := tagSpecifications(in.TagSpecifications, ec2types.ResourceTypeVolume)
	if err != nil {
		return nil, err
	}
	if in.OutpostArn != nil {
		return nil, noOutpost("OutpostArn", *in.OutpostArn)
	}
	n, err := t.planCreation(in)
	if err != nil {
		return nil, err
	}
	o, err := t.beginVolume(n, tags[ec2types.ResourceTypeVolume])
	if err != nil {
		return nil, err
	}
	t.remember(in, deref(in.ClientToken), o.id)
	return t.renderCreatedVolume(o), nil
}

func noOutpost(parameter, arn string) *Error {
	return badValue(parameter, arn, "The Outpost does not exist.") // code and text (mem)
}

// planCreation checks and completes what a request says of the volume.
func (t *tx) planCreation(in *ec2.CreateVolumeInput) (*newVolume, error) {
	n := &newVolume{multiAttach: deref(in.MultiAttachEnabled), initializationRate: deref(in.VolumeInitializationRate)}
	var err error
	if n.zone, err = t.zoneOfVolume(in.AvailabilityZone, in.AvailabilityZoneId); err != nil {
		return nil, err
	}
	e := &ebsMapping{
		typ: in.VolumeType, size: deref(in.Size), iops: deref(in.Iops), throughput: deref(in.Throughput),
		encrypted: in.Encrypted, kmsKey: deref(in.KmsKeyId),
	}
	if in.SnapshotId != nil {
		if n.snapshot, err = t.snapshotByID(*in.SnapshotId); err != nil {
			return nil, err
		}
		if err := n.snapshot.restorable(); err != nil {
			return nil, err
		}
		if err := e.atLeast(n.snapshot.size, in.Size, "snapshot", n.snapshot.id); err != nil {
			return nil, err
		}
	}
	if e.size == 0 && in.Size == nil {
		return nil, fail("MissingParameter", "The request must contain the parameter size or snapshotId") // (mem)
	}
	if rate := in.VolumeInitializationRate; rate != nil {
		switch {
		case n.snapshot == nil: // code and text (mem)
			return nil, fail("InvalidParameterCombination", "A volume initialization rate needs a snapshot.")
		case *rate < 100 || *rate > 300:
			return nil, badValue("VolumeInitializationRate", *rate, "The rate must be between 100 and 300 MiB/s.")
		}
	}
	if n.encrypted, n.kmsKey, err = t.encryption(n.snapshot, in.Encrypted, deref(in.KmsKeyId)); err != nil {
		return nil, err
	}
	return n, n.complete(e, in.Size)
}

// atLeast gives the size of a source to a volume of which nothing is said, and refuses a smaller one (text (mem)).
func (e *ebsMapping) atLeast(size int32, given *int32, what, id string) error {
	if given == nil {
		e.size = size
	}
	if e.size < size {
		return fail("InvalidParameterValue", "Volume of size %dGB is smaller than %s '%s', expect size >= %dGB", e.size, what, id, size)
	}
	return nil
}

// complete checks the type, size and performance that are asked for, and fills in those that aren't.
func (n *newVolume) complete(e *ebsMapping, given *int32) error {
	if e.typ == "" {
		e.typ = usualVolumeType
	}
	if given != nil && *given <= 0 {
		return fail("InvalidParameterValue", "Volume of %dGiB is too small; minimum is 1GiB.", *given)
	}
	if err := checkVolume(e); err != nil {
		return err
	}
	switch provisioned := e.typ == ec2types.VolumeTypeIo1 || e.typ == ec2types.VolumeTypeIo2; {
	case provisioned && e.iops == 0:
		return fail("MissingParameter", "The parameter iops must be specified for %s volumes.", e.typ) // (mem)
	case n.multiAttach && !provisioned:
		return fail("InvalidParameterCombination", "The parameter multiAttachEnabled is not supported for %s volumes.", e.typ) // (mem)
	}
	n.size, n.typ = e.size, e.typ
	n.iops, n.throughput = e.performance()
	return nil
}

// zoneOfVolume gives the zone that a request has to name in one of two ways.
func (v *view) zoneOfVolume(name, id *string) (string, error) {
	switch {
	case name != nil && id != nil: // code and text (mem)
		return "", fail("InvalidParameterCombination", "The parameter AvailabilityZone cannot be used with the parameter AvailabilityZoneId")
	case name == nil && id == nil:
		return "", missing("AvailabilityZone")
	}
	for _, z := range v.zones() {
		if name != nil && string(z.Name) == *name || id != nil && z.ID == *id {
			return string(z.Name), nil
		}
	}
	return "", fail("InvalidZone.NotFound", "The zone '%s' does not exist.", deref(name)+deref(id)) // text (mem)
}

// beginVolume makes a volume that is available in its time. Its key is looked for only then.
func (t *tx) beginVolume(n *newVolume, tags []ec2types.Tag) (*volume, error) {
	o := t.makeVolume(n)
	t.plan(t.options.Delays.Volume, volumeCreated, o.id)
	return o, t.setTags(ec2types.ResourceTypeVolume, o.id, tags)
}

// makeVolume puts a volume into the state: in use if it is for an instance, else on its way to be available.
func (t *tx) makeVolume(n *newVolume) *volume {
	o := &volume{
		id: t.newID(kindVolume), scope: t.scope, zone: n.zone,
		size: n.size, typ: n.typ, iops: n.iops, throughput: n.throughput,
		encrypted: n.encrypted, kmsKey: n.kmsKey, initializationRate: n.initializationRate, multiAttach: n.multiAttach,
		created: t.now, state: ec2types.VolumeStateCreating,
	}
	switch s, c := n.snapshot, n.source; {
	case s != nil:
		o.snapshot, o.written, o.content = s.id, s.written, s.content
	case c != nil:
		o.source, o.written, o.content = c.id, c.written, c.content
	}
	if n.attachment != nil {
		o.attachments, o.state = []volumeAttachment{*n.attachment}, ec2types.VolumeStateInUse
	}
	t.volumes.Put(&t.undo, o)
	return o
}

// volumeCreated ends a volume's making. That its key can't be used comes out only now
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html).
func (t *tx) volumeCreated(_ time.Time, id string) {
	o, ok := t.volumes.Get(id)
	if !ok || o.state != ec2types.VolumeStateCreating {
		return
	}
	next := *o
	next.state = ec2types.VolumeStateAvailable
	from, ok := t.snapshots.Get(o.snapshot)
	if v := t.at(o.scope); o.encrypted && !v.keyUsable(o.kmsKey) || ok && !v.readable(from) {
		next.state = ec2types.VolumeStateError
	}
	t.volumes.Put(&t.undo, &next)
}

// renderCreatedVolume leaves out what CreateVolume doesn't return.
func (v *view) renderCreatedVolume(o *volume) *ec2.CreateVolumeOutput {
	r := v.renderVolume(o)
	return &ec2.CreateVolumeOutput{
		AvailabilityZone: r.AvailabilityZone, AvailabilityZoneId: r.AvailabilityZoneId, CreateTime: r.CreateTime,
		Encrypted: r.Encrypted, Iops: r.Iops, KmsKeyId: r.KmsKeyId, MultiAttachEnabled: r.MultiAttachEnabled,
		Operator: r.Operator, OwnerId: r.OwnerId, Size: r.Size, SnapshotId: r.SnapshotId, SourceVolumeId: r.SourceVolumeId,
		State: r.State, Tags: r.Tags, Throughput: r.Throughput, VolumeArn: r.VolumeArn, VolumeId: r.VolumeId,
		VolumeInitializationRate: r.VolumeInitializationRate, VolumeType: r.VolumeType,
	}
}

const copyVolumesFields = `SourceVolumeId ClientToken Encrypted Iops KmsKeyId MultiAttachEnabled Size
	TagSpecifications{ResourceType Tags{Key Value}} Throughput VolumeType`

// copyVolumes makes a copy of a volume in its zone, as it is at this moment
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopyVolumes.html).
func (t *tx) copyVolumes(in *ec2.CopyVolumesInput) (*ec2.CopyVolumesOutput, error) {
	made, err := t.once(in, deref(in.ClientToken))
	if err != nil {
		return nil, err
	}
	if made != "" {
		o, err := t.volumeByID(made)
		if err != nil {
			return nil, err
		}
		return &ec2.CopyVolumesOutput{Volumes: []ec2types.Volume{t.renderVolume(o)}}, nil
	}
	tags, err := tagSpecifications(in.TagSpecifications, ec2types.ResourceTypeVolume)
	if err != nil {
		return nil, err
	}
	if deref(in.SourceVolumeId) == "" {
		return nil, missing("SourceVolumeId")
	}
	source, err := t.volumeByID(*in.SourceVolumeId)
	if err != nil {
		return nil, err
	}
	if !source.settled() {
		return nil, wrongVolumeState(source)
	}
	n := &newVolume{zone: source.zone, source: source, multiAttach: deref(in.MultiAttachEnabled)}
	e := &ebsMapping{typ: in.VolumeType, size: deref(in.Size), iops: deref(in.Iops), throughput: deref(in.Throughput)}
	if err := e.atLeast(source.size, in.Size, "volume", source.id); err != nil {
		return nil, err
	}
	// The copy of an encrypted volume is encrypted as one of its snapshot would be.
	as := &snapshot{scope: source.scope, encrypted: source.encrypted, kmsKey: source.kmsKey}
	if n.encrypted, n.kmsKey, err = t.encryption(as, in.Encrypted, deref(in.KmsKeyId)); err != nil {
		return nil, err
	}
	if err := n.complete(e, in.Size); err != nil {
		return nil, err
	}
	o, err := t.beginVolume(n, tags[ec2types.ResourceTypeVolume])
	if err != nil {
		return nil, err
	}
	t.remember(in, deref(in.ClientToken), o.id)
	return &ec2.CopyVolumesOutput{Volumes: []ec2types.Volume{t.renderVolume(o)}}, nil
}

// settled tells whether a volume is there to be worked with: neither still being made nor broken.
func (o *volume) settled() bool {
	return o.state == ec2types.VolumeStateAvailable || o.state == ec2types.VolumeStateInUse
}

func wrongVolumeState(o *volume) *Error {
	return fail("IncorrectState", "Volume '%s' is in the '%s' state.", o.id, o.state) // text (mem)
}
