package engine

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// Reasons of https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html. What is told
// of a pending instance is (mem).
const (
	byUser           = "Client.UserInitiatedShutdown"
	byUserMessage    = "Client.UserInitiatedShutdown: User initiated shutdown"
	hibernated       = "Client.UserInitiatedHibernate"
	hibernateMessage = "Client.UserInitiatedHibernate: User initiated hibernate" // (mem)
	pendingReason    = "pending"
)

// maxInstanceIDs is how many a request may name that changes the state of instances
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html).
const maxInstanceIDs = 1000

// subjects are the instances that a request names, in the order in which it does, each once.
func (t *tx) subjects(ids []string) ([]*instance, error) {
	if len(ids) == 0 {
		return nil, missing("InstanceId")
	}
	if len(ids) > maxInstanceIDs {
		return nil, tooMany()
	}
	rows, err := instanceFilters.findAll(ids, t.instanceByID)
	if err != nil {
		return nil, err
	}
	if len(rows) == 1 {
		return rows, nil
	}
	byID := make(map[string]*instance, len(rows))
	for _, i := range rows {
		byID[i.id] = i
	}
	rows = rows[:0]
	for _, id := range ids {
		if i, ok := byID[id]; ok {
			rows = append(rows, i)
			delete(byID, id)
		}
	}
	return rows, nil
}

func tooMany() *Error {
	return fail("ResourceCountExceeded", "You have exceeded the number of resources allowed in a single call of this type")
}

func wrongState(format string, i *instance) *Error {
	return fail("IncorrectInstanceState", format, i.id)
}

func (t *tx) startInstances(in *ec2.StartInstancesInput) (*ec2.StartInstancesOutput, error) {
	all, err := t.subjects(in.InstanceIds)
	if err != nil {
		return nil, err
	}
	for _, i := range all {
		switch i.state {
		case ec2types.InstanceStateNamePending, ec2types.InstanceStateNameRunning, ec2types.InstanceStateNameStopped:
		default:
			return nil, wrongState("The instance '%s' is not in a state from which it can be started.", i)
		}
		if err := i.checkStart(); err != nil {
			return nil, err
		}
	}
	out := &ec2.StartInstancesOutput{}
	var changed []string
	for _, i := range all {
		now := i.state
		if i.state == ec2types.InstanceStateNameStopped {
			if t.roomFor(i.typ, i.zone, marketOf(i.spotRequest != "")) < 1 {
				return nil, fail("InsufficientInstanceCapacity", "Insufficient capacity.")
			}
			t.start(i)
			now, changed = ec2types.InstanceStateNamePending, append(changed, i.id)
		}
		out.StartingInstances = append(out.StartingInstances, stateChange(i, now))
	}
	t.planAll(t.options.Delays.Launch, instanceStarted, changed)
	return out, nil
}

// checkStart refuses to start what can't run for want of a place or of a root volume.
func (i *instance) checkStart() error {
	if i.state != ec2types.InstanceStateNameStopped {
		return nil
	}
	if i.tenancy == ec2types.TenancyHost {
		return noHosts()
	}
	if !slices.ContainsFunc(i.devices, func(d attachedDevice) bool { return d.device == i.rootDevice }) { // code and text (mem)
		return fail("InvalidParameterValue", "Invalid value '%s' for instanceId. Instance does not have a volume attached at root (%s)", i.id, i.rootDevice)
	}
	return i.checkCapacity()
}

// start renews the launch time and the automatic public address.
func (t *tx) start(i *instance) {
	next := *i
	next.launched = t.now
	if !t.now.After(i.first) { // a clock that stands still: a start must not look like the launch
		next.launched = i.first.Add(1)
	}
	next.resumes = i.reasonCode == hibernated
	t.begin(&next, t.now, ec2types.InstanceStateNamePending, pendingReason, pendingReason)
	t.instances.Put(&t.undo, &next)
	t.renewPublicAddress(&next)
}

func (t *tx) stopInstances(in *ec2.StopInstancesInput) (*ec2.StopInstancesOutput, error) {
	all, err := t.subjects(in.InstanceIds)
	if err != nil {
		return nil, err
	}
	for _, i := range all {
		if err := t.checkStop(i, in); err != nil {
			return nil, err
		}
	}
	code, message := byUser, byUserMessage
	if deref(in.Hibernate) {
		code, message = hibernated, hibernateMessage
	}
	out := &ec2.StopInstancesOutput{}
	var changed []string
	for _, i := range all {
		now := i.state
		if i.state == ec2types.InstanceStateNameRunning || i.state == ec2types.InstanceStateNamePending {
			now = ec2types.InstanceStateNameStopping
			t.beginByUser(i, now, code, message)
			changed = append(changed, i.id)
		}
		out.StoppingInstances = append(out.StoppingInstances, stateChange(i, now))
	}
	t.planAll(t.options.Delays.Stop, instanceStopped, changed)
	return out, nil
}

func (t *tx) checkStop(i *instance, in *ec2.StopInstancesInput) error {
	const cannot = "This instance '%s' is not in a state from which it can be stopped."
	switch i.state {
	case ec2types.InstanceStateNameStopping, ec2types.InstanceStateNameStopped:
		return nil
	case ec2types.InstanceStateNameShuttingDown, ec2types.InstanceStateNameTerminated:
		return wrongState(cannot, i)
	case ec2types.InstanceStateNamePending:
		// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/TroubleshootingInstancesStopping.html
		if !deref(in.Force) {
			return wrongState(cannot, i)
		}
	}
	switch {
	case i.rootDeviceType != ec2types.DeviceTypeEbs:
		return fail("UnsupportedOperation", "The instance '%s' does not have an 'ebs' root device type and cannot be stopped.", i.id)
	case i.spotRequest != "":
		return fail("UnsupportedOperation", "You can't stop the Spot Instance '%s' because it is associated with a one-time Spot Instance request. You can only stop Spot Instances associated with persistent Spot Instance requests.", i.id)
	case i.disableStop:
		return fail("OperationNotPermitted", "The instance '%s' may not be stopped. Update its 'disableApiStop' instance attribute and try again.", i.id)
	case !deref(in.Hibernate):
		return nil
	case !i.hibernation:
		return fail("UnsupportedHibernationConfiguration", "The instance '%s' is not configured for hibernation.", i.id) // text (mem)
	case !t.checked(i):
		// EC2 says about two minutes, Windows five; here it is until the status checks have passed. Code and text (mem).
		return fail("UnsupportedOperation", "Instance '%s' is not ready to hibernate yet. Please try again in a few minutes.", i.id)
	}
	return nil
}

// rebootInstances keeps state, addresses and volumes: the console alone tells of a reboot.
func (t *tx) rebootInstances(in *ec2.RebootInstancesInput) (*ec2.RebootInstancesOutput, error) {
	all, err := t.subjects(in.InstanceIds)
	if err != nil {
		return nil, err
	}
	for _, i := range all {
		switch i.state {
		case ec2types.InstanceStateNamePending, ec2types.InstanceStateNameRunning, ec2types.InstanceStateNameTerminated:
		default:
			return nil, wrongState("The instance '%s' is not in a state from which it can be rebooted.", i) // text (mem)
		}
	}
	for _, i := range all {
		if i.state == ec2types.InstanceStateNameRunning {
			t.reboot(i)
		}
	}
	return &ec2.RebootInstancesOutput{}, nil
}

func (t *tx) reboot(i *instance) {
	next := *i
	next.booted = t.now
	t.instances.Put(&t.undo, &next)
}

func (t *tx) terminateInstances(in *ec2.TerminateInstancesInput) (*ec2.TerminateInstancesOutput, error) {
	all, err := t.subjects(in.InstanceIds)
	if err != nil {
		return nil, err
	}
	// Of several instances, those in the zones of protected ones are kept and the request fails, but the
	// others are terminated (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html).
	var kept *instance
	var keptZones []string
	for _, i := range all {
		if i.protected() {
			if kept == nil {
				kept = i
			}
			keptZones = append(keptZones, i.zone)
		}
	}
	out := &ec2.TerminateInstancesOutput{}
	var changed []string
	for _, i := range all {
		if slices.Contains(keptZones, i.zone) {
			continue
		}
		now := i.state
		if !i.ending() {
			now = ec2types.InstanceStateNameShuttingDown
			t.beginByUser(i, now, byUser, byUserMessage)
			changed = append(changed, i.id)
		}
		out.TerminatingInstances = append(out.TerminatingInstances, stateChange(i, now))
	}
	t.planAll(t.options.Delays.Terminate, instanceTerminated, changed)
	if kept == nil {
		return out, nil
	}
	t.kept = !deref(in.DryRun) // what has begun goes on although the call fails
	attribute := "disableApiTermination"
	if !kept.disableTermination {
		attribute = "disableApiStop"
	}
	return nil, fail("OperationNotPermitted", "The instance '%s' may not be terminated. Modify its '%s' instance attribute and try again.", kept.id, attribute)
}

// protected tells whether the API may not terminate the instance. Stop protection guards against that too
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-stop-protection.html).
func (i *instance) protected() bool {
	return (i.disableTermination || i.disableStop) && !i.ending()
}

func (i *instance) ending() bool {
	return i.state == ec2types.InstanceStateNameShuttingDown || i.state == ec2types.InstanceStateNameTerminated
}

func (t *tx) beginByUser(i *instance, state ec2types.InstanceStateName, code, message string) {
	next := *i
	t.begin(&next, t.now, state, code, message)
	next.transitionReason = "User initiated (" + t.now.UTC().Format("2006-01-02 15:04:05") + " GMT)"
	t.instances.Put(&t.undo, &next)
}

func (t *tx) planAll(delay time.Duration, what transition, ids []string) {
	if len(ids) > 0 {
		t.plan(delay, what, ids...)
	}
}

func stateChange(i *instance, now ec2types.InstanceStateName) ec2types.InstanceStateChange {
	return ec2types.InstanceStateChange{
		CurrentState:  renderState(now),
		InstanceId:    ptr(i.id),
		PreviousState: renderState(i.state),
	}
}
