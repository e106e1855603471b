package engine

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// modifyNetworkInterfaceAttribute changes one attribute: several at a time are refused
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyNetworkInterfaceAttribute.html).
func (t *tx) modifyNetworkInterfaceAttribute(in *ec2.ModifyNetworkInterfaceAttributeInput) (*ec2.ModifyNetworkInterfaceAttributeOutput, error) {
	n, err := t.ownInterface(in.NetworkInterfaceId)
	if err != nil {
		return nil, err
	}
	change, err := interfaceChange(in)
	if err != nil {
		return nil, err
	}
	next := *n
	if err := change(t, &next, in); err != nil {
		return nil, err
	}
	t.interfaces.Put(&t.undo, &next)
	if in.AssociatePublicIpAddress != nil {
		t.followAssociatePublic(&next)
	}
	return &ec2.ModifyNetworkInterfaceAttributeOutput{}, nil
}

// interfaceModification is one of the attributes that can be changed: whether a request tells of it, and the change of a
// row that isn't in the table yet.
type interfaceModification struct {
	name   string
	set    func(in *ec2.ModifyNetworkInterfaceAttributeInput) bool
	change func(t *tx, n *networkInterface, in *ec2.ModifyNetworkInterfaceAttributeInput) error
}

var interfaceModifications = []interfaceModification{
	{"associatePublicIpAddress", func(in *ec2.ModifyNetworkInterfaceAttributeInput) bool { return in.AssociatePublicIpAddress != nil }, (*tx).modifyAssociatePublic},
	{"attachment", func(in *ec2.ModifyNetworkInterfaceAttributeInput) bool { return in.Attachment != nil }, (*tx).modifyAttachment},
	{"connectionTrackingSpecification", func(in *ec2.ModifyNetworkInterfaceAttributeInput) bool {
		return in.ConnectionTrackingSpecification != nil
	}, (*tx).modifyTracking},
	{"description", func(in *ec2.ModifyNetworkInterfaceAttributeInput) bool { return in.Description != nil }, (*tx).modifyDescription},
	{"enablePrimaryIpv6", func(in *ec2.ModifyNetworkInterfaceAttributeInput) bool { return in.EnablePrimaryIpv6 != nil }, (*tx).modifyPrimaryIPv6},
	{"enaSrdSpecification", func(in *ec2.ModifyNetworkInterfaceAttributeInput) bool { return in.EnaSrdSpecification != nil }, (*tx).modifyExpress},
	{"groupSet", func(in *ec2.ModifyNetworkInterfaceAttributeInput) bool { return len(in.Groups) > 0 }, (*tx).modifyInterfaceGroups},
	{"sourceDestCheck", func(in *ec2.ModifyNetworkInterfaceAttributeInput) bool { return in.SourceDestCheck != nil }, (*tx).modifySourceDestCheck},
}

// interfaceChange is the one change that the request asks for; texts (mem).
func interfaceChange(in *ec2.ModifyNetworkInterfaceAttributeInput) (func(*tx, *networkInterface, *ec2.ModifyNetworkInterfaceAttributeInput) error, error) {
	var names []string
	var change func(*tx, *networkInterface, *ec2.ModifyNetworkInterfaceAttributeInput) error
	for _, m := range interfaceModifications {
		if m.set(in) {
			names, change = append(names, m.name), m.change
		}
	}
	switch len(names) {
	case 0:
		return nil, noAttributes()
	case 1:
		return change, nil
	}
	return nil, fail("InvalidParameterCombination", "Fields for multiple attribute types specified: %s", strings.Join(names, ", "))
}

func noAttributes() error {
	return fail("InvalidParameterCombination", "No attributes specified.")
}

func (t *tx) modifyAssociatePublic(n *networkInterface, in *ec2.ModifyNetworkInterfaceAttributeInput) error {
	if *in.AssociatePublicIpAddress && len(n.private) == 0 { // code and text (mem)
		return fail("InvalidParameterCombination", "A network interface of the type %s can't have IP addresses.", n.typ)
	}
	n.associatePublic = *in.AssociatePublicIpAddress
	return nil
}

// followAssociatePublic gives the primary interface of a running instance its address at once, or takes it away (mem).
func (t *tx) followAssociatePublic(n *networkInterface) {
	if !n.associatePublic {
		t.setPublicAddress(n.id, false)
		return
	}
	if n.attachment != nil {
		if i, ok := t.instances.Get(n.attachment.instance); ok && n.attachment.isPrimary() {
			t.renewPublicAddress(i)
		}
	}
}

// modifyAttachment changes what the attachment says; it must be named.
func (t *tx) modifyAttachment(n *networkInterface, in *ec2.ModifyNetworkInterfaceAttributeInput) error {
	a := in.Attachment
	if deref(a.AttachmentId) == "" {
		return missing("attachment.attachmentId")
	}
	if err := checkID(kindAttachment, *a.AttachmentId); err != nil {
		return err
	}
	if n.attachment == nil || n.attachment.id != *a.AttachmentId {
		return notFound(kindAttachment, *a.AttachmentId)
	}
	if a.DeleteOnTermination == nil && a.EnaQueueCount == nil && a.DefaultEnaQueueCount == nil {
		return noAttributes()
	}
	next := *n.attachment
	if a.DeleteOnTermination != nil {
		next.deleteOnTermination = *a.DeleteOnTermination
	}
	if a.EnaQueueCount != nil || a.DefaultEnaQueueCount != nil {
		if err := t.modifyQueues(n, &next, a); err != nil {
			return err
		}
	}
	n.attachment = &next
	return nil
}

// modifyQueues changes the number of queues, of a stopped instance only; codes and texts (mem).
func (t *tx) modifyQueues(n *networkInterface, next *interfaceAttachment, a *ec2types.NetworkInterfaceAttachmentChanges) error {
	i, err := t.instanceByID(next.instance)
	if err != nil {
		return err
	}
	queues := deref(a.EnaQueueCount)
	switch {
	case a.EnaQueueCount != nil && a.DefaultEnaQueueCount != nil:
		return fail("InvalidParameterCombination", "Either a number of ENA queues or the default one may be given, not both.")
	case a.EnaQueueCount != nil && queues < 1:
		return badValue("EnaQueueCount", queues, "Expecting a value greater than or equal to 1.")
	case a.DefaultEnaQueueCount != nil && !*a.DefaultEnaQueueCount:
		return badValue("DefaultEnaQueueCount", false, "Name the number of queues by EnaQueueCount instead.")
	case i.state != ec2types.InstanceStateNameStopped:
		return wrongState("The number of ENA queues can be changed while the instance is stopped only; '%s' is not.", i)
	}
	var others []int32
	for _, id := range i.interfaces {
		other, ok := t.interfaces.Get(id)
		if ok && other.id != n.id && other.attachment.cardIndex == next.cardIndex {
			others = append(others, other.attachment.queues)
		}
	}
	next.queues = queues
	return checkQueues(i.typ, next.cardIndex, queues, others)
}

func (t *tx) modifyTracking(n *networkInterface, in *ec2.ModifyNetworkInterfaceAttributeInput) (err error) {
	n.tracking, err = n.tracking.with(in.ConnectionTrackingSpecification)
	return err
}

func (t *tx) modifyDescription(n *networkInterface, in *ec2.ModifyNetworkInterfaceAttributeInput) error {
	n.description = deref(in.Description.Value)
	return nil
}

// modifyPrimaryIPv6 makes the first IPv6 address the primary one. That can't be taken back; code and text (mem).
func (t *tx) modifyPrimaryIPv6(n *networkInterface, in *ec2.ModifyNetworkInterfaceAttributeInput) error {
	switch {
	case !*in.EnablePrimaryIpv6 && n.primaryIPv6:
		return fail("InvalidParameterValue", "Interface %s has a primary IPv6 address, which can't be disabled.", n.id)
	case *in.EnablePrimaryIpv6 && len(n.ipv6) == 0:
		return fail("InvalidParameterValue", "Interface %s has no IPv6 address that could be the primary one.", n.id)
	}
	n.primaryIPv6 = *in.EnablePrimaryIpv6
	return nil
}

// modifyExpress changes ENA Express, which is a matter of the attachment; code and text (mem).
func (t *tx) modifyExpress(n *networkInterface, in *ec2.ModifyNetworkInterfaceAttributeInput) error {
	if n.attachment == nil {
		return fail("InvalidParameterValue", "Interface %s is not attached to an instance.", n.id)
	}
	i, err := t.instanceByID(n.attachment.instance)
	if err != nil {
		return err
	}
	next := *n.attachment
	if next.srd, err = expressOf(i.typ, in.EnaSrdSpecification, next.srd); err != nil {
		return err
	}
	n.attachment = &next
	return nil
}

func (t *tx) modifyInterfaceGroups(n *networkInterface, in *ec2.ModifyNetworkInterfaceAttributeInput) error {
	s, ok := t.subnets.Get(n.subnet)
	if !ok {
		return notFound(kindSubnet, n.subnet)
	}
	groups, err := t.checkGroups(in.Groups, s)
	n.groups = groups
	return err
}

func (t *tx) modifySourceDestCheck(n *networkInterface, in *ec2.ModifyNetworkInterfaceAttributeInput) error {
	if in.SourceDestCheck.Value == nil {
		return missing("sourceDestCheck.value")
	}
	n.sourceDestCheck = *in.SourceDestCheck.Value
	return nil
}

func (v *view) describeNetworkInterfaceAttribute(in *ec2.DescribeNetworkInterfaceAttributeInput) (*ec2.DescribeNetworkInterfaceAttributeOutput, error) {
	n, err := v.namedInterface(in.NetworkInterfaceId)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeNetworkInterfaceAttributeOutput{NetworkInterfaceId: ptr(n.id)}
	switch in.Attribute {
	case "":
		return nil, missing("attribute")
	case ec2types.NetworkInterfaceAttributeDescription:
		out.Description = attribute(n.description)
	case ec2types.NetworkInterfaceAttributeGroupSet:
		out.Groups = v.identifiers(n.groups, newSlab())
	case ec2types.NetworkInterfaceAttributeSourceDestCheck:
		out.SourceDestCheck = boolean(n.sourceDestCheck)
	case ec2types.NetworkInterfaceAttributeAttachment:
		if n.attachment != nil {
			out.Attachment = v.renderAttachment(n)
		}
	case ec2types.NetworkInterfaceAttributeAssociatePublicIpAddress:
		out.AssociatePublicIpAddress = ptr(n.associatePublic)
	default:
		return nil, badValue("attribute", in.Attribute, "Unknown attribute.") // text (mem)
	}
	return out, nil
}

// resetNetworkInterfaceAttribute resets the one attribute that can be: source/destination checking goes on.
func (t *tx) resetNetworkInterfaceAttribute(in *ec2.ResetNetworkInterfaceAttributeInput) (*ec2.ResetNetworkInterfaceAttributeOutput, error) {
	n, err := t.ownInterface(in.NetworkInterfaceId)
	if err != nil {
		return nil, err
	}
	if in.SourceDestCheck == nil {
		return nil, noAttributes()
	}
	next := *n
	next.sourceDestCheck = true
	t.interfaces.Put(&t.undo, &next)
	return &ec2.ResetNetworkInterfaceAttributeOutput{}, nil
}
