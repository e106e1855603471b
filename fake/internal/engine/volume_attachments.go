package engine

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/catalogue"
)

// volumeAttachment is a volume's being on an instance. The volume's row has it, and the instance's a copy:
// only onInstance and offInstance change either.
type volumeAttachment struct {
	instance            string
	device              string
	card                int32 // index of the EBS card
	attached            time.Time
	deleteOnTermination bool
	state               ec2types.VolumeAttachmentState // attached from the first moment if made at a launch: see attachmentState
	changes             time.Time                      // when the attaching or detaching that goes on is over
}

// attachedDevice is a volume on an instance, as the instance knows of it.
type attachedDevice struct {
	volume string
	volumeAttachment
}

// onInstance puts a volume on an instance, or changes how it is there, and gives the volume's new row.
func (t *tx) onInstance(o *volume, a volumeAttachment) *volume {
	next := *o
	next.attachments = slices.Clone(o.attachments)
	if had := next.on(a.instance); had != nil {
		*had = a
	} else {
		next.attachments = append(next.attachments, a)
	}
	next.state = ec2types.VolumeStateInUse
	t.volumes.Put(&t.undo, &next)
	if i, ok := t.instances.Get(a.instance); ok {
		t.setDevices(i, append(i.devicesBut(o.id), attachedDevice{o.id, a}))
	}
	return &next
}

// offInstance takes a volume off an instance.
func (t *tx) offInstance(o *volume, instance string) {
	next := *o
	next.attachments = slices.DeleteFunc(slices.Clone(o.attachments), func(a volumeAttachment) bool { return a.instance == instance })
	if len(next.attachments) == 0 {
		next.state = ec2types.VolumeStateAvailable
	}
	t.volumes.Put(&t.undo, &next)
	if i, ok := t.instances.Get(instance); ok {
		t.setDevices(i, i.devicesBut(o.id))
	}
}

func (t *tx) setDevices(i *instance, devices []attachedDevice) {
	next := *i
	slices.SortFunc(devices, func(a, b attachedDevice) int { return strings.Compare(a.device, b.device) })
	next.devices = devices
	t.instances.Put(&t.undo, &next)
}

// devicesBut is a copy of an instance's devices without those of a volume.
func (i *instance) devicesBut(volume string) []attachedDevice {
	return slices.DeleteFunc(slices.Clone(i.devices), func(d attachedDevice) bool { return d.volume == volume })
}

// on is a volume's attachment to an instance; nil if there is none.
func (o *volume) on(instance string) *volumeAttachment {
	for n := range o.attachments {
		if o.attachments[n].instance == instance {
			return &o.attachments[n]
		}
	}
	return nil
}

// maxMultiAttach is how many instances can have a volume
// (https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volumes-multi.html).
const maxMultiAttach = 16

// attachVolume attaches a volume to an instance that runs or is stopped. It stays when the instance is
// terminated, unless the attribute is changed (mem)
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachVolume.html).
func (t *tx) attachVolume(in *ec2.AttachVolumeInput) (*ec2.AttachVolumeOutput, error) {
	for _, p := range []struct {
		name  string
		value *string
	}{{"VolumeId", in.VolumeId}, {"InstanceId", in.InstanceId}, {"Device", in.Device}} {
		if deref(p.value) == "" {
			return nil, missing(p.name)
		}
	}
	o, err := t.volumeByID(*in.VolumeId)
	if err != nil {
		return nil, err
	}
	i, err := t.instanceByID(*in.InstanceId)
	if err != nil {
		return nil, err
	}
	if err := t.attachable(o, i); err != nil {
		return nil, err
	}
	if err := i.canTake(o, *in.Device, deref(in.EbsCardIndex)); err != nil {
		return nil, err
	}
	o = t.onInstance(o, volumeAttachment{
		instance: i.id, device: *in.Device, card: deref(in.EbsCardIndex), attached: t.now,
		state: ec2types.VolumeAttachmentStateAttaching, changes: t.now.Add(t.options.Delays.Volume),
	})
	t.plan(t.options.Delays.Volume, volumeAttached, o.id)
	t.takeProductCodes(i.id, o)
	a := t.renderVolumeAttachment(o, o.on(i.id))
	return &ec2.AttachVolumeOutput{
		AttachTime: a.AttachTime, DeleteOnTermination: a.DeleteOnTermination, Device: a.Device, EbsCardIndex: a.EbsCardIndex,
		InstanceId: a.InstanceId, State: a.State, VolumeId: a.VolumeId,
	}, nil
}

// attachable refuses a volume that can't be attached to the instance wherever there. Texts without a
// source are (mem).
func (v *view) attachable(o *volume, i *instance) error {
	switch {
	case i.state == ec2types.InstanceStateNameRunning, i.state == ec2types.InstanceStateNameStopped:
	default:
		return fail("IncorrectState", "Instance '%s' is not 'running'.", i.id)
	}
	switch {
	case !o.settled():
		return fail("IncorrectState", "%s is not 'available'.", o.id)
	case len(o.attachments) > 0 && !o.multiAttach, o.on(i.id) != nil:
		return fail("VolumeInUse", "%s is already attached to an instance", o.id)
	case len(o.attachments) >= maxMultiAttach:
		return fail("AttachmentLimitExceeded", "The volume '%s' is attached to %d instances, the most that is possible.", o.id, maxMultiAttach)
	case o.zone != i.zone:
		return fail("InvalidVolume.ZoneMismatch", "The volume '%s' is not in the same availability zone as instance '%s'", o.id, i.id)
	case len(v.productCodesOf(o)) > 0 && i.state != ec2types.InstanceStateNameStopped:
		return fail("IncorrectState", "The volume '%s' has product codes: it can be attached to a stopped instance only.", o.id)
	}
	return nil
}

// canTake refuses a volume that the instance has no place for. Texts without a source are (mem).
func (i *instance) canTake(o *volume, device string, card int32) error {
	if !isDeviceName(device) {
		return badValue("device", device, "%s is not a valid EBS device name.", device)
	}
	if slices.ContainsFunc(i.devices, func(d attachedDevice) bool { return d.device == device }) {
		return fail("InvalidParameterValue", "Invalid value '%s' for unixDevice. Attachment point %s is already in use", device, device)
	}
	typ, ok := catalogue.InstanceType(i.typ)
	if !ok {
		return fail("InternalError", "The instance type '%s' isn't known.", i.typ)
	}
	if cards := max(deref(typeInfo(i.typ).EbsInfo.MaximumEbsCards), 1); card < 0 || card >= cards {
		return badValue("EbsCardIndex", card, "The instance type '%s' has %d EBS card(s).", i.typ, cards)
	}
	switch {
	case o.encrypted && !typ.EBSEncryption:
		return fail("EncryptedVolumesNotSupported", "The instance type '%s' does not support encrypted volumes.", i.typ)
	case o.multiAttach && typ.Hypervisor != string(ec2types.InstanceTypeHypervisorNitro) && !typ.BareMetal:
		return fail("UnsupportedOperation", "The instance type '%s' does not support Multi-Attach: it is not built on the Nitro System.", i.typ)
	case !i.holds(len(i.devices) + 1):
		return fail("AttachmentLimitExceeded", "The instance '%s' has as many volumes as the instance type '%s' can have.", i.id, i.typ)
	}
	return nil
}

// holds tells whether the instance can have so many volumes by its type's limit
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/volume_limits.html).
func (i *instance) holds(volumes int) bool {
	typ, ok := catalogue.InstanceType(i.typ)
	if !ok || volumes+len(i.interfaces)-1 <= typ.MaxVolumes {
		return true
	}
	// Where volumes share their slots with interfaces, the type's figure is what one interface leaves.
	return typeInfo(i.typ).EbsInfo.AttachmentLimitType != ec2types.AttachmentLimitTypeShared && volumes <= typ.MaxVolumes
}

// detachVolume takes a volume off an instance; the root volume only while the instance is stopped. Nothing
// in this cloud keeps a device busy, so that Force differs in taking no time
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DetachVolume.html).
func (t *tx) detachVolume(in *ec2.DetachVolumeInput) (*ec2.DetachVolumeOutput, error) {
	if deref(in.VolumeId) == "" {
		return nil, missing("VolumeId")
	}
	o, err := t.volumeByID(*in.VolumeId)
	if err != nil {
		return nil, err
	}
	found, err := t.attachmentToEnd(o, in)
	if err != nil {
		return nil, err
	}
	i, err := t.instanceByID(found.instance)
	if err != nil {
		return nil, err
	}
	if found.device == i.rootDevice && i.state != ec2types.InstanceStateNameStopped {
		return nil, fail("IncorrectState", "Unable to detach root volume '%s' from instance '%s'", o.id, i.id)
	}
	delay := t.options.Delays.Volume
	if deref(in.Force) {
		delay = 0
	}
	next := *found
	next.state, next.changes = ec2types.VolumeAttachmentStateDetaching, t.now.Add(delay)
	o = t.onInstance(o, next)
	t.plan(delay, volumeDetached, o.id)
	a := t.renderVolumeAttachment(o, &next)
	return &ec2.DetachVolumeOutput{
		AttachTime: a.AttachTime, DeleteOnTermination: a.DeleteOnTermination, Device: a.Device, EbsCardIndex: a.EbsCardIndex,
		InstanceId: a.InstanceId, State: a.State, VolumeId: a.VolumeId,
	}, nil
}

// attachmentToEnd finds the attachment that a request means. Texts without a source are (mem).
func (v *view) attachmentToEnd(o *volume, in *ec2.DetachVolumeInput) (*volumeAttachment, error) {
	if in.InstanceId != nil {
		if _, err := v.instanceByID(*in.InstanceId); err != nil {
			return nil, err
		}
	}
	if len(o.attachments) == 0 {
		return nil, fail("IncorrectState", "Volume '%s'is in the '%s' state.", o.id, o.state) // sic
	}
	a := &o.attachments[0]
	switch {
	case in.InstanceId != nil:
		a = o.on(*in.InstanceId)
	case o.multiAttach:
		return nil, missing("InstanceId")
	}
	switch {
	case a == nil:
		return nil, fail("InvalidAttachment.NotFound", "The volume '%s' is not attached to instance '%s'", o.id, *in.InstanceId)
	case in.Device != nil && *in.Device != a.device:
		return nil, fail("InvalidAttachment.NotFound", "The volume '%s' is not attached to instance '%s' as device '%s'", o.id, a.instance, *in.Device)
	case a.state == ec2types.VolumeAttachmentStateDetaching && !deref(in.Force):
		return nil, fail("IncorrectState", "The volume '%s' is already being detached from instance '%s'.", o.id, a.instance)
	}
	return a, nil
}

// volumeAttached and volumeDetached end what goes on with a volume's attachments and is due.
func (t *tx) volumeAttached(at time.Time, id string) {
	o, ok := t.volumes.Get(id)
	if !ok {
		return
	}
	for _, a := range o.attachments {
		if a.state == ec2types.VolumeAttachmentStateAttaching && !a.changes.After(at) {
			a.state = ec2types.VolumeAttachmentStateAttached
			o = t.onInstance(o, a)
		}
	}
}

func (t *tx) volumeDetached(at time.Time, id string) {
	o, ok := t.volumes.Get(id)
	if !ok {
		return
	}
	for _, a := range o.attachments {
		if a.state != ec2types.VolumeAttachmentStateDetaching || a.changes.After(at) {
			continue
		}
		t.offInstance(o, a.instance)
		t.dropProductCodes(a.instance, o)
		o, _ = t.volumes.Get(id)
	}
}

// productCodesOf are those that a volume has from the snapshot that it was made of.
func (v *view) productCodesOf(o *volume) []ec2types.ProductCode {
	if s, ok := v.snapshots.Get(o.snapshot); ok {
		return v.billingOf(s).productCodes
	}
	if from, ok := v.volumes.Get(o.source); ok {
		return v.productCodesOf(from)
	}
	return nil
}

// takeProductCodes copies a volume's product codes to an instance.
func (t *tx) takeProductCodes(instance string, o *volume) {
	codes := t.productCodesOf(o)
	i, ok := t.instances.Get(instance)
	if !ok || len(codes) == 0 {
		return
	}
	next := *i
	next.productCodes = slices.Clone(i.productCodes)
	for _, c := range codes {
		if !hasProductCode(next.productCodes, c) {
			next.productCodes = append(next.productCodes, c)
		}
	}
	t.instances.Put(&t.undo, &next)
}

// dropProductCodes takes the codes that came with a volume from an instance, unless another one has them too.
func (t *tx) dropProductCodes(instance string, o *volume) {
	codes := t.productCodesOf(o)
	i, ok := t.instances.Get(instance)
	if !ok || len(codes) == 0 {
		return
	}
	next := *i
	next.productCodes = slices.DeleteFunc(slices.Clone(i.productCodes), func(c ec2types.ProductCode) bool {
		if !hasProductCode(codes, c) {
			return false
		}
		return !slices.ContainsFunc(i.devices, func(d attachedDevice) bool {
			other, ok := t.volumes.Get(d.volume)
			return ok && hasProductCode(t.productCodesOf(other), c)
		})
	})
	t.instances.Put(&t.undo, &next)
}

func hasProductCode(all []ec2types.ProductCode, code ec2types.ProductCode) bool {
	return slices.ContainsFunc(all, func(c ec2types.ProductCode) bool { return deref(c.ProductCodeId) == deref(code.ProductCodeId) })
}

func (v *view) renderVolumeAttachment(o *volume, a *volumeAttachment) ec2types.VolumeAttachment {
	return ec2types.VolumeAttachment{
		AttachTime:          ptr(a.attached.UTC().Truncate(time.Second)),
		DeleteOnTermination: ptr(a.deleteOnTermination),
		Device:              ptr(a.device),
		EbsCardIndex:        ptr(a.card),
		InstanceId:          ptr(a.instance),
		State:               v.attachmentState(a),
		VolumeId:            ptr(o.id),
	}
}

// attachmentState tells that a volume of a launch is being attached as long as the instance launches.
func (v *view) attachmentState(a *volumeAttachment) ec2types.VolumeAttachmentState {
	if i, ok := v.instances.Get(a.instance); ok {
		return i.deviceState(a)
	}
	return a.state
}

func (i *instance) deviceState(a *volumeAttachment) ec2types.VolumeAttachmentState {
	if a.state == ec2types.VolumeAttachmentStateAttached && i.launching() {
		return ec2types.VolumeAttachmentStateAttaching
	}
	return a.state
}
