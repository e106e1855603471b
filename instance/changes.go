package instance

import (
	"context"
	"fmt"

	"github.com/amiclass/amiclass/backend"
)

// ChangeType gives a stopped instance another type: more CPU and memory, and whatever else goes with it.
// The type must exist and be able to run the instance's image; every reason why it can't is in the error,
// and nothing was changed. An instance that isn't stopped is [backend.ErrState]: Stop it and wait for that
// first (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/change-instance-type-of-ebs-backed-instance.html).
func (i *Instance) ChangeType(ctx context.Context, to string) error {
	if !typeShape.MatchString(to) {
		return &FieldError{Path: "type", Problem: fmt.Sprintf("%q is no instance type", to), Remedy: `name one such as "m7g.large"`}
	}
	be, err := backend.Ability[backend.InstanceChanges](i.be, "ModifyInstanceAttribute", i.id)
	if err != nil {
		return err
	}
	if err := i.Refresh(ctx); err != nil {
		return err
	}
	d := i.seen()
	switch {
	case d.State != backend.InstanceStopped:
		return &FieldError{Path: "instance", Problem: fmt.Sprintf("%s is %s", i.id, d.State), Remedy: "Stop it, and WaitStopped, before you change its type", kind: backend.ErrState}
	case d.Type == to:
		return nil
	}
	if err := i.checkType(ctx, to); err != nil {
		return fmt.Errorf("change %s from %s to %s: %w", i.id, d.Type, to, err)
	}
	if err := be.ModifyInstance(ctx, i.id, backend.InstanceChange{Type: to}); err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.data.Type = to
	return nil
}

// checkType finds the reasons why the instance's image can't run on a type. Where the image is gone, EC2
// alone can tell.
func (i *Instance) checkType(ctx context.Context, to string) error {
	t, ok, err := first(i.be.InstanceTypes(ctx, backend.Query{IDs: []string{to}}))
	if err != nil {
		return err
	}
	if !ok {
		return &FieldError{Path: "type", Problem: to + " doesn't exist in " + i.be.Region().String(), Remedy: "use another type", kind: backend.ErrNotFound}
	}
	image, ok, err := findImage(ctx, i.be, i.seen().ImageID)
	if err != nil || !ok {
		return err
	}
	return Compatible(image, t)
}

// SetTerminationProtection switches whether the instance can be terminated by API calls
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingDisableAPITermination.html).
func (i *Instance) SetTerminationProtection(ctx context.Context, on bool) error {
	return i.modify(ctx, backend.InstanceChange{TerminationProtected: &on})
}

// SetStopProtection switches whether the instance can be stopped, and so terminated, by API calls
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-stop-protection.html).
func (i *Instance) SetStopProtection(ctx context.Context, on bool) error {
	return i.modify(ctx, backend.InstanceChange{StopProtected: &on})
}

// SetShutdownBehavior says what a shutdown by the operating system does.
func (i *Instance) SetShutdownBehavior(ctx context.Context, b ShutdownBehavior) error {
	var f faults
	if checkOneOf(&f, "shutdownBehavior", b, ShutdownStops, ShutdownTerminates); b == "" {
		f.add("shutdownBehavior", "is empty", "use stop or terminate")
	}
	if err := f.join(); err != nil {
		return err
	}
	return i.modify(ctx, backend.InstanceChange{ShutdownBehavior: string(b)})
}

// SetMonitoring switches detailed monitoring, of every minute
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/manage-detailed-monitoring.html).
func (i *Instance) SetMonitoring(ctx context.Context, detailed bool) error {
	be, err := backend.Ability[backend.InstanceChanges](i.be, "MonitorInstances", i.id)
	if err != nil {
		return err
	}
	err = i.settled(ctx, func(ctx context.Context) error { return be.SetMonitoring(ctx, []string{i.id}, detailed) })
	if err != nil {
		return err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.data.Monitoring = detailed
	return nil
}

// SetMetadata changes those options of the metadata service that are said
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-IMDS-existing-instances.html).
func (i *Instance) SetMetadata(ctx context.Context, o MetadataOptions) error {
	var f faults
	o.check(&f, "metadata")
	if err := f.join(); err != nil || o == (MetadataOptions{}) {
		return err
	}
	be, err := backend.Ability[backend.InstanceChanges](i.be, "ModifyInstanceMetadataOptions", i.id)
	if err != nil {
		return err
	}
	return i.settled(ctx, func(ctx context.Context) error {
		return be.ModifyMetadataOptions(ctx, i.id, o.plain())
	})
}

func (i *Instance) modify(ctx context.Context, change backend.InstanceChange) error {
	be, err := backend.Ability[backend.InstanceChanges](i.be, "ModifyInstanceAttribute", i.id)
	if err != nil {
		return err
	}
	return i.settled(ctx, func(ctx context.Context) error { return be.ModifyInstance(ctx, i.id, change) })
}
