package engine

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/catalogue"
)

// attachNetworkInterface attaches to an instance that runs or is stopped
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/network-interface-attachments.html). An interface that isn't made
// by the launch stays when the instance is terminated, unless ModifyNetworkInterfaceAttribute says otherwise.
func (t *tx) attachNetworkInterface(in *ec2.AttachNetworkInterfaceInput) (*ec2.AttachNetworkInterfaceOutput, error) {
	switch {
	case deref(in.InstanceId) == "":
		return nil, missing("instanceId")
	case in.DeviceIndex == nil:
		return nil, missing("deviceIndex")
	}
	n, err := t.ownInterface(in.NetworkInterfaceId)
	if err != nil {
		return nil, err
	}
	i, err := t.instanceByID(*in.InstanceId)
	if err != nil {
		return nil, err
	}
	at := newInterface{
		instance: i.id, deviceIndex: *in.DeviceIndex, cardIndex: deref(in.NetworkCardIndex), queues: deref(in.EnaQueueCount),
	}
	if at.srd, err = expressOf(i.typ, in.EnaSrdSpecification, nil); err != nil {
		return nil, err
	}
	if err := t.checkAttach(n, i, &at); err != nil {
		return nil, err
	}
	next := *n
	t.attach(&next, &at)
	t.interfaces.Put(&t.undo, &next)
	on := *i
	on.interfaces = t.inOrder(append(slices.Clone(i.interfaces), n.id))
	t.instances.Put(&t.undo, &on)
	return &ec2.AttachNetworkInterfaceOutput{AttachmentId: ptr(next.attachment.id), NetworkCardIndex: ptr(at.cardIndex)}, nil
}

// inOrder sorts interfaces by card and device index.
func (t *tx) inOrder(ids []string) []string {
	place := func(id string) int {
		n, ok := t.interfaces.Get(id)
		if !ok || n.attachment == nil {
			return 0
		}
		return deviceOrder(n.attachment.cardIndex, n.attachment.deviceIndex)
	}
	slices.SortStableFunc(ids, func(a, b string) int { return place(a) - place(b) })
	return ids
}

func deviceOrder(card, device int32) int { return int(card)<<16 + int(device) }

func (t *tx) checkAttach(n *networkInterface, i *instance, at *newInterface) error {
	switch {
	case n.attachment != nil:
		return fail("InvalidNetworkInterface.InUse", "Interface: [%s] in use.", n.id)
	case i.state != ec2types.InstanceStateNameRunning && i.state != ec2types.InstanceStateNameStopped: // text (mem)
		return wrongState("The instance '%s' is not in a state in which a network interface can be attached.", i)
	case n.zone != i.zone: // code and text (mem)
		return fail("InvalidParameterCombination", "You may not attach a network interface to an instance if they are not in the same availability zone")
	case at.deviceIndex < 0 || at.cardIndex < 0:
		return badValue("DeviceIndex", at.deviceIndex, "Device and network card indexes must not be negative.")
	}
	var queues []int32 // of the interfaces that are on the card already
	for _, id := range i.interfaces {
		other, ok := t.interfaces.Get(id)
		if !ok || other.attachment.cardIndex != at.cardIndex {
			continue
		}
		if other.attachment.deviceIndex == at.deviceIndex {
			return fail("InvalidParameterValue", "Instance '%s' already has an interface attached at device index '%d'.", i.id, at.deviceIndex)
		}
		queues = append(queues, other.attachment.queues)
	}
	typ, ok := catalogue.InstanceType(i.typ)
	if !ok {
		return unsupportedConfiguration()
	}
	if err := checkInterfaceCount(&typ, len(i.interfaces)+1, at.cardIndex, int32(len(queues))+1); err != nil {
		return err
	}
	if err := checkFabric(n.typ, i.typ); err != nil {
		return err
	}
	if fabric(n.typ) && i.state != ec2types.InstanceStateNameStopped {
		return stoppedOnly(i)
	}
	v4, v6 := n.slots()
	if err := checkSlots(&typ, v4, v6); err != nil {
		return err
	}
	return checkQueues(i.typ, at.cardIndex, at.queues, queues)
}

// checkInterfaceCount refuses more interfaces than the type can have, all together or on a network card
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AvailableIpPerENI.html).
func checkInterfaceCount(typ *backend.InstanceType, all int, card, onCard int32) error {
	if all > typ.MaxInterfaces {
		return fail("AttachmentLimitExceeded", "Interface count %d exceeds the limit for %s", all, typ.Name)
	}
	for _, c := range typeInfo(typ.Name).NetworkInfo.NetworkCards {
		if deref(c.NetworkCardIndex) != card {
			continue
		}
		if onCard > deref(c.MaximumNetworkInterfaces) { // text (mem)
			return fail("AttachmentLimitExceeded", "Interface count %d exceeds the limit for network card %d of %s", onCard, card, typ.Name)
		}
		return nil
	}
	return badValue("NetworkCardIndex", card, "The instance type '%s' has no such network card.", typ.Name) // text (mem)
}

// fabric tells whether the interface is an Elastic Fabric Adapter.
func fabric(typ ec2types.NetworkInterfaceType) bool {
	return typ == ec2types.NetworkInterfaceTypeEfa || typ == ec2types.NetworkInterfaceTypeEfaOnly
}

// checkFabric refuses an Elastic Fabric Adapter where there can't be one; text (mem).
func checkFabric(typ ec2types.NetworkInterfaceType, instanceType string) error {
	if fabric(typ) && !deref(typeInfo(instanceType).NetworkInfo.EfaSupported) {
		return fail("Unsupported", "The instance type '%s' does not support EFA.", instanceType)
	}
	return nil
}

// stoppedOnly: adapters are attached and detached while the instance is stopped
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa.html); code and text (mem).
func stoppedOnly(i *instance) error {
	return wrongState("An Elastic Fabric Adapter can be attached to or detached from a stopped instance only; '%s' is not stopped.", i)
}

// detachNetworkInterface detaches at once: Force, for instances that don't answer, changes nothing here.
func (t *tx) detachNetworkInterface(in *ec2.DetachNetworkInterfaceInput) (*ec2.DetachNetworkInterfaceOutput, error) {
	if deref(in.AttachmentId) == "" {
		return nil, missing("attachmentId")
	}
	n, err := t.attachedBy(*in.AttachmentId)
	if err != nil {
		return nil, err
	}
	if n.attachment.isPrimary() {
		return nil, fail("OperationNotPermitted", "The network interface at device index 0 cannot be detached.")
	}
	i, ok := t.instances.Get(n.attachment.instance)
	if !ok {
		return nil, notFound(kindInstance, n.attachment.instance)
	}
	if i.ending() { // it takes them along or lets them go itself; text (mem)
		return nil, wrongState("The instance '%s' is not in a state in which a network interface can be detached.", i)
	}
	if fabric(n.typ) && i.state != ec2types.InstanceStateNameStopped {
		return nil, stoppedOnly(i)
	}
	on := *i
	on.interfaces = slices.DeleteFunc(slices.Clone(i.interfaces), func(id string) bool { return id == n.id })
	t.instances.Put(&t.undo, &on)
	t.detach(n)
	return &ec2.DetachNetworkInterfaceOutput{}, nil
}

// detach makes an interface available. What it has it keeps, but an automatic public address, and the promise that its
// first IPv6 address stays (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyNetworkInterfaceAttribute.html).
func (t *tx) detach(n *networkInterface) {
	next := *n
	next.attachment = nil
	next.status = ec2types.NetworkInterfaceStatusAvailable
	next.primaryIPv6 = false
	t.interfaces.Put(&t.undo, &next)
	t.setPublicAddress(n.id, false)
}

// attachedBy gives the interface of an attachment, or InvalidNetworkInterfaceAttachmentId.Malformed or
// InvalidAttachmentID.NotFound.
func (v *view) attachedBy(attachment string) (*networkInterface, error) {
	if err := checkID(kindAttachment, attachment); err != nil {
		return nil, err
	}
	n, ok := first(v.interfaces.By("attachment", v.scope, attachment))
	if !ok {
		return nil, notFound(kindAttachment, attachment)
	}
	return n, nil
}
