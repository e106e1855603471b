package engine

import (
	"net/netip"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// networkInterface is an elastic network interface.
type networkInterface struct {
	id              string
	scope           store.Scope
	description     string
	typ             ec2types.NetworkInterfaceType
	vpc, subnet     string
	zone            string
	mac             string
	private         []netip.Addr // the first is the primary one
	public          netip.Addr   // an automatic public IPv4; the zero Addr for none
	ipv6            []netip.Addr
	groups          []string // IDs
	sourceDestCheck bool
	status          ec2types.NetworkInterfaceStatus
	requester       string // who made it, if not the owner by himself
	attachment      *interfaceAttachment
}

type interfaceAttachment struct {
	id                  string
	instance            string
	deviceIndex         int32
	cardIndex           int32
	status              ec2types.AttachmentStatus
	attached            time.Time
	deleteOnTermination bool
}

var interfaceSchema = store.Schema[networkInterface]{
	Name:  "interfaces",
	ID:    func(i *networkInterface) string { return i.id },
	Scope: func(i *networkInterface) store.Scope { return i.scope },
	Indexes: []store.Index[networkInterface]{
		{Name: "instance", Values: func(i *networkInterface, add func(string)) {
			if i.attachment != nil {
				add(i.attachment.instance)
			}
		}},
		{Name: "subnet", Values: func(i *networkInterface, add func(string)) { add(i.subnet) }},
		{Name: "group", Values: func(i *networkInterface, add func(string)) {
			for _, g := range i.groups {
				add(g)
			}
		}},
		{Name: "private", Values: func(i *networkInterface, add func(string)) {
			for _, a := range i.private {
				add(a.String())
			}
		}},
		{Name: "ipv6", Global: true, Values: func(i *networkInterface, add func(string)) {
			for _, a := range i.ipv6 {
				add(a.String())
			}
		}},
	},
}

var interfaceOperations = []operation{
	reading("NetworkInterfaceIds Filters{Name Values} IncludeManagedResources MaxResults NextToken", (*view).describeNetworkInterfaces),
}

// newInterface describes an interface to be made.
type newInterface struct {
	subnet              *subnet
	groups              []string     // the VPC's group "default" if there is none
	private             []netip.Addr // the first is the primary; a free one is taken if there is none
	secondaryCount      int          // further free addresses
	ipv6                []netip.Addr
	ipv6Count           int // further free IPv6 addresses
	public              bool
	typ                 ec2types.NetworkInterfaceType // interface if empty
	description         string
	sourceDestCheck     bool
	requester           string
	instance            string // attached to it at once if not empty
	deviceIndex         int32
	cardIndex           int32
	deleteOnTermination bool
}

// createInterface checks groups and addresses, takes the addresses and makes the interface. Of the subnet
// the state's present row counts, so that many interfaces can be made from one look at it.
func (t *tx) createInterface(n newInterface) (*networkInterface, error) {
	s, ok := t.subnets.Get(n.subnet.id)
	if !ok {
		return nil, notFound(kindSubnet, n.subnet.id)
	}
	groups, err := t.checkGroups(n.groups, s)
	if err != nil {
		return nil, err
	}
	more := n.secondaryCount
	if len(n.private) == 0 {
		more++
	}
	s, private, err := s.takePrivate(n.private, more)
	if err != nil {
		return nil, err
	}
	ipv6, err := t.takeIPv6(s, n.ipv6, n.ipv6Count)
	if err != nil {
		return nil, err
	}
	i := &networkInterface{
		id:              t.newID(kindInterface),
		scope:           t.scope,
		description:     n.description,
		typ:             n.typ,
		vpc:             s.vpc,
		subnet:          s.id,
		zone:            s.zone,
		mac:             t.newMAC(),
		private:         private,
		ipv6:            ipv6,
		groups:          groups,
		sourceDestCheck: n.sourceDestCheck,
		status:          ec2types.NetworkInterfaceStatusAvailable,
		requester:       n.requester,
	}
	if i.typ == "" {
		i.typ = ec2types.NetworkInterfaceTypeInterface
	}
	if n.public {
		i.public = t.newPublicAddress()
	}
	if n.instance != "" {
		i.status = ec2types.NetworkInterfaceStatusInUse
		i.attachment = &interfaceAttachment{
			id:                  t.newID(kindAttachment),
			instance:            n.instance,
			deviceIndex:         n.deviceIndex,
			cardIndex:           n.cardIndex,
			status:              ec2types.AttachmentStatusAttached,
			attached:            t.now,
			deleteOnTermination: n.deleteOnTermination,
		}
	}
	t.subnets.Put(&t.undo, s)
	t.interfaces.Put(&t.undo, i)
	return i, nil
}

// deleteInterface frees its addresses.
func (t *tx) deleteInterface(id string) {
	i, ok := t.interfaces.Get(id)
	if !ok {
		return
	}
	if s, ok := t.subnets.Get(i.subnet); ok {
		t.subnets.Put(&t.undo, s.without(i.private))
	}
	t.dropTags(id)
	t.interfaces.Delete(&t.undo, id)
}

// interfaceByID gives the caller's interface, or InvalidNetworkInterfaceId.Malformed or InvalidNetworkInterfaceID.NotFound.
func (v *view) interfaceByID(id string) (*networkInterface, error) {
	return owned(v, v.interfaces, interfaceSchema.Scope, kindInterface, id)
}

func (v *view) describeNetworkInterfaces(in *ec2.DescribeNetworkInterfacesInput) (*ec2.DescribeNetworkInterfacesOutput, error) {
	pg, err := usualPaging.at("DescribeNetworkInterfaces", in.MaxResults, in.NextToken, len(in.NetworkInterfaceIds), "networkInterfaceIdSet")
	if err != nil {
		return nil, err
	}
	// IncludeManagedResources changes nothing: no service manages resources in this cloud.
	rows, next, err := interfaceFilters.listing(v, in.Filters, in.NetworkInterfaceIds, v.interfaceByID, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeNetworkInterfacesOutput{NextToken: next, NetworkInterfaces: make([]ec2types.NetworkInterface, 0, len(rows))}
	for _, i := range rows {
		out.NetworkInterfaces = append(out.NetworkInterfaces, v.renderInterface(i))
	}
	return out, nil
}

func (v *view) renderInterface(i *networkInterface) ec2types.NetworkInterface {
	out := ec2types.NetworkInterface{
		Association:        v.renderAssociation(i),
		AvailabilityZone:   ptr(i.zone),
		AvailabilityZoneId: ptr(v.zoneID(i.zone)),
		Description:        ptr(i.description),
		InterfaceType:      i.typ,
		MacAddress:         ptr(i.mac),
		NetworkInterfaceId: ptr(i.id),
		Operator:           &ec2types.OperatorResponse{Managed: ptr(false)},
		OwnerId:            ptr(v.Account),
		RequesterManaged:   ptr(false),
		SourceDestCheck:    ptr(i.sourceDestCheck),
		Status:             i.status,
		SubnetId:           ptr(i.subnet),
		TagSet:             v.renderTags(i.id),
		VpcId:              ptr(i.vpc),
	}
	if i.requester != "" {
		out.RequesterId = ptr(i.requester)
	}
	for _, id := range i.groups {
		if g, ok := v.groups.Get(id); ok {
			out.Groups = append(out.Groups, g.identifier())
		}
	}
	for n, a := range i.private {
		address := ec2types.NetworkInterfacePrivateIpAddress{
			Primary:          ptr(n == 0),
			PrivateDnsName:   ptr(v.ipName(a)),
			PrivateIpAddress: ptr(a.String()),
		}
		if n == 0 {
			address.PrivateDnsName = ptr(v.interfaceDNS(i))
			address.Association = v.renderAssociation(i)
			out.PrivateDnsName, out.PrivateIpAddress = ptr(v.interfaceDNS(i)), ptr(a.String())
		}
		out.PrivateIpAddresses = append(out.PrivateIpAddresses, address)
	}
	for n, a := range i.ipv6 {
		if n == 0 {
			out.Ipv6Address = ptr(a.String())
		}
		out.Ipv6Addresses = append(out.Ipv6Addresses, ec2types.NetworkInterfaceIpv6Address{
			Ipv6Address: ptr(a.String()), IsPrimaryIpv6: ptr(false),
		})
	}
	if name := v.publicDNS(i); name != "" {
		out.PublicDnsName = ptr(name)
	}
	if a := i.attachment; a != nil {
		out.Attachment = &ec2types.NetworkInterfaceAttachment{
			AttachTime:          ptr(a.attached.UTC().Truncate(time.Second)),
			AttachmentId:        ptr(a.id),
			DeleteOnTermination: ptr(a.deleteOnTermination),
			DeviceIndex:         ptr(a.deviceIndex),
			InstanceId:          ptr(a.instance),
			InstanceOwnerId:     ptr(v.Account),
			NetworkCardIndex:    ptr(a.cardIndex),
			Status:              v.attachmentStatus(i),
		}
	}
	return out
}

// renderAssociation tells of the automatic public address, which is Amazon's.
func (v *view) renderAssociation(i *networkInterface) *ec2types.NetworkInterfaceAssociation {
	if !i.public.IsValid() {
		return nil
	}
	out := &ec2types.NetworkInterfaceAssociation{IpOwnerId: ptr(amazonOwned), PublicIp: ptr(i.public.String())}
	if name := v.publicDNS(i); name != "" {
		out.PublicDnsName = ptr(name)
	}
	return out
}

const amazonOwned = "amazon"

// interfaceDNS is the private name of an interface, which for one on an instance may be made of the instance's ID.
func (v *view) interfaceDNS(i *networkInterface) string {
	if i.attachment != nil {
		if on, ok := v.instances.Get(i.attachment.instance); ok && i.attachment.deviceIndex == 0 {
			return v.privateDNS(i, on.hostnameType, on.id)
		}
	}
	return v.privateDNS(i, ec2types.HostnameTypeIpName, "")
}

// attachmentStatus is attaching while the instance with which the interface was made is being launched.
func (v *view) attachmentStatus(i *networkInterface) ec2types.AttachmentStatus {
	if i.attachment == nil {
		return ""
	}
	on, ok := v.instances.Get(i.attachment.instance)
	if ok && on.state == ec2types.InstanceStateNamePending && on.launched.Equal(on.first) {
		return ec2types.AttachmentStatusAttaching
	}
	return i.attachment.status
}
