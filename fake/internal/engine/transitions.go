package engine

import (
	"time"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// changing gives an instance whose transition from a state is over, and makes its place the tx's: nobody
// in particular looks when transitions happen. Call back when done.
func (t *tx) changing(at time.Time, id string, from ec2types.InstanceStateName) (next *instance, back func()) {
	i, ok := t.instances.Get(id)
	if !ok || i.state != from || at.Before(i.changes) { // another transition has come in between
		return nil, func() {}
	}
	was := t.view
	t.view = *t.at(i.scope)
	row := *i
	return &row, func() { t.view = was }
}

func (t *tx) instanceStarted(at time.Time, id string) {
	i, back := t.changing(at, id, ec2types.InstanceStateNamePending)
	defer back()
	if i == nil {
		return
	}
	if code, message := t.cannotRun(i); code != "" {
		t.giveUp(i, at, code, code+": "+message)
		return
	}
	i.state, i.reasonCode, i.reasonMessage, i.transitionReason = ec2types.InstanceStateNameRunning, "", "", ""
	i.running = at
	if !i.resumes {
		i.booted = at
	}
	i.resumes, i.metadataWaits = false, false
	t.instances.Put(&t.undo, i)
}

// giveUp ends an instance that can't run: one that has just been launched, with what it had, and one that was started
// again as it was before (mem).
func (t *tx) giveUp(i *instance, at time.Time, code, message string) {
	state, delay, then := ec2types.InstanceStateNameShuttingDown, t.options.Delays.Terminate, instanceTerminated
	if !i.launching() {
		state, delay, then = ec2types.InstanceStateNameStopping, t.options.Delays.Stop, instanceStopped
	}
	t.begin(i, at, state, code, message)
	t.instances.Put(&t.undo, i)
	t.planFrom(at, delay, then, i.id)
}

func (t *tx) instanceStopped(at time.Time, id string) {
	i, back := t.changing(at, id, ec2types.InstanceStateNameStopping)
	defer back()
	if i == nil {
		return
	}
	i.state = ec2types.InstanceStateNameStopped
	t.instances.Put(&t.undo, i)
	for _, id := range i.interfaces {
		t.setPublicAddress(id, false)
	}
}

func (t *tx) instanceTerminated(at time.Time, id string) {
	i, back := t.changing(at, id, ec2types.InstanceStateNameShuttingDown)
	defer back()
	if i == nil {
		return
	}
	t.releaseVolumes(i)
	t.releaseInterfaces(i)
	t.dropProfileAssociation(i)
	// What a terminated instance no longer tells of is (mem).
	i.state = ec2types.InstanceStateNameTerminated
	i.interfaces, i.devices, i.vpc, i.subnet = nil, nil, "", ""
	t.instances.Put(&t.undo, i)
	t.planFrom(at, t.options.Delays.Terminated, instanceForgotten, id)
}

func (t *tx) instanceForgotten(at time.Time, id string) {
	i, back := t.changing(at, id, ec2types.InstanceStateNameTerminated)
	defer back()
	if i != nil {
		t.dropTags(id)
		t.instances.Delete(&t.undo, id)
	}
}

// planFrom plans what follows on a transition, which may have been due before now.
func (t *tx) planFrom(at time.Time, delay time.Duration, what transition, on ...string) {
	t.plan(at.Add(delay).Sub(t.now), what, on...)
}

// begin makes a row that isn't in the table yet enter a state that it leaves by itself.
func (t *tx) begin(i *instance, at time.Time, state ec2types.InstanceStateName, code, message string) {
	i.state, i.reasonCode, i.reasonMessage = state, code, message
	i.running, i.transitionReason = time.Time{}, ""
	switch state {
	case ec2types.InstanceStateNamePending:
		i.changes = at.Add(t.options.Delays.Launch)
	case ec2types.InstanceStateNameStopping:
		i.changes = at.Add(t.options.Delays.Stop)
	case ec2types.InstanceStateNameShuttingDown:
		i.changes = at.Add(t.options.Delays.Terminate)
	}
}

// releaseVolumes deletes the volumes of an instance that end with it, unless other instances have them too,
// and frees the others
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/preserving-volumes-on-termination.html).
func (t *tx) releaseVolumes(i *instance) {
	for _, d := range i.devices {
		o, ok := t.volumes.Get(d.volume)
		switch {
		case !ok:
		case d.deleteOnTermination && d.state != ec2types.VolumeAttachmentStateDetaching && len(o.attachments) == 1:
			t.deleteVolumeRow(d.volume)
		default:
			t.offInstance(o, i.id)
		}
	}
}

func (t *tx) releaseInterfaces(i *instance) {
	for _, id := range i.interfaces {
		n, ok := t.interfaces.Get(id)
		switch {
		case !ok || n.attachment == nil:
		case n.attachment.deleteOnTermination:
			t.deleteInterface(id)
		default:
			t.detach(n)
		}
	}
}

// cannotRun is why an instance that EC2 has accepted terminates itself instead of running
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html); the first text is (mem).
func (t *tx) cannotRun(i *instance) (code, message string) {
	// EC2 finds out while it launches (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/volume_limits.html).
	if !i.holds(len(i.devices)) {
		return "Client.VolumeLimitExceeded", "Volume limit exceeded"
	}
	for _, d := range i.devices {
		o, ok := t.volumes.Get(d.volume)
		if !ok {
			continue
		}
		// What a volume is made of is read once, when its instance starts for the first time.
		from, ok := t.snapshots.Get(o.snapshot)
		if o.encrypted && !t.keyUsable(o.kmsKey) || ok && i.launched.Equal(i.first) && !t.readable(from) {
			return "Client.InternalError", "Client error on launch"
		}
	}
	return "", ""
}
