package engine

import (
	"net/netip"
	"time"

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
	private         []netip.Addr   // the first is the primary one; none on EFA without addresses
	prefixes        []netip.Prefix // delegated to it, /28
	public          netip.Addr     // an automatic public IPv4 of the primary one; the zero Addr for none
	associatePublic bool           // it gets an automatic one while it is the only interface of an instance that runs
	elastic         []string       // allocation IDs of the elastic addresses of its private ones
	ipv6            []netip.Addr
	ipv6Prefixes    []netip.Prefix // delegated to it, /80
	primaryIPv6     bool           // the first of ipv6 is to stay
	groups          []string       // IDs
	sourceDestCheck bool
	status          ec2types.NetworkInterfaceStatus
	requester       string // who made it, if not the owner by himself
	service         string // ID of the NAT gateway that uses it; "" if the account itself does
	tracking        connectionTracking
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
	srd                 *enaExpress // nil if nobody has told
	queues              int32       // 0 is as many as the type has
}

// isPrimary tells whether the instance's primary interface is attached by it.
func (a *interfaceAttachment) isPrimary() bool { return a.deviceIndex == 0 && a.cardIndex == 0 }

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
		{Name: "attachment", Values: func(i *networkInterface, add func(string)) {
			if i.attachment != nil {
				add(i.attachment.id)
			}
		}},
		{Name: "free", Values: func(i *networkInterface, add func(string)) { // by status, of those that are on no instance
			if i.attachment == nil {
				add(string(i.status))
			}
		}},
		{Name: "special", Values: func(i *networkInterface, add func(string)) { // by type, but of the usual one
			if i.typ != ec2types.NetworkInterfaceTypeInterface {
				add(string(i.typ))
			}
		}},
		{Name: "subnet", Values: func(i *networkInterface, add func(string)) { add(i.subnet) }},
		{Name: "group", Values: func(i *networkInterface, add func(string)) {
			for _, g := range i.groups {
				add(g)
			}
		}},
		{Name: "private", Values: func(i *networkInterface, add func(string)) {
			addAddresses(add, i.private)
		}},
		{Name: "ipv6", Global: true, Values: func(i *networkInterface, add func(string)) {
			for _, a := range i.ipv6 {
				add(a.String())
				add(blockOf(a).String())
			}
			for _, p := range i.ipv6Prefixes {
				add(p.String())
			}
		}},
	},
}

var interfaceOperations = []operation{
	reading("NetworkInterfaceIds Filters{Name Values} IncludeManagedResources MaxResults NextToken", (*view).describeNetworkInterfaces),
	writing("SubnetId ClientToken ConnectionTrackingSpecification{TcpEstablishedTimeout UdpStreamTimeout UdpTimeout} Description "+
		"EnablePrimaryIpv6 Groups InterfaceType Ipv4PrefixCount Ipv4Prefixes{Ipv4Prefix} Ipv6AddressCount "+
		"Ipv6Addresses{Ipv6Address IsPrimaryIpv6} Ipv6PrefixCount Ipv6Prefixes{Ipv6Prefix} PrivateIpAddress "+
		"PrivateIpAddresses{Primary PrivateIpAddress} SecondaryPrivateIpAddressCount TagSpecifications{ResourceType Tags{Key Value}}",
		(*tx).createNetworkInterface),
	writing("NetworkInterfaceId", (*tx).deleteNetworkInterface),
	writing("DeviceIndex InstanceId NetworkInterfaceId EnaQueueCount NetworkCardIndex "+
		"EnaSrdSpecification{EnaSrdEnabled EnaSrdUdpSpecification{EnaSrdUdpEnabled}}", (*tx).attachNetworkInterface),
	writing("AttachmentId Force", (*tx).detachNetworkInterface),
	writing("NetworkInterfaceId AssociatePublicIpAddress Attachment{AttachmentId DefaultEnaQueueCount DeleteOnTermination EnaQueueCount} "+
		"ConnectionTrackingSpecification{TcpEstablishedTimeout UdpStreamTimeout UdpTimeout} Description{Value} EnablePrimaryIpv6 "+
		"EnaSrdSpecification{EnaSrdEnabled EnaSrdUdpSpecification{EnaSrdUdpEnabled}} Groups SourceDestCheck{Value}",
		(*tx).modifyNetworkInterfaceAttribute),
	reading("NetworkInterfaceId Attribute", (*view).describeNetworkInterfaceAttribute),
	writing("NetworkInterfaceId SourceDestCheck", (*tx).resetNetworkInterfaceAttribute),
	writing("NetworkInterfaceId AllowReassignment Ipv4PrefixCount Ipv4Prefixes PrivateIpAddresses SecondaryPrivateIpAddressCount",
		(*tx).assignPrivateIPAddresses),
	writing("NetworkInterfaceId Ipv4Prefixes PrivateIpAddresses", (*tx).unassignPrivateIPAddresses),
	writing("NetworkInterfaceId Ipv6AddressCount Ipv6Addresses Ipv6PrefixCount Ipv6Prefixes", (*tx).assignIPv6Addresses),
	writing("NetworkInterfaceId Ipv6Addresses Ipv6Prefixes", (*tx).unassignIPv6Addresses),
}

// newInterface describes an interface to be made.
type newInterface struct {
	subnet              *subnet
	groups              []string     // the VPC's group "default" if there is none
	private             []netip.Addr // the first is the primary; a free one is taken if there is none
	secondaryCount      int          // further free addresses
	prefixes            []netip.Prefix
	prefixCount         int // further free prefixes
	ipv6                []netip.Addr
	ipv6Count           int // further free IPv6 addresses
	ipv6Prefixes        []netip.Prefix
	ipv6PrefixCount     int
	primaryIPv6         bool
	public              bool
	typ                 ec2types.NetworkInterfaceType // interface if empty
	description         string
	sourceDestCheck     bool
	requester           string
	service             string // which uses it at once, if not empty
	instance            string // attached to it at once if not empty
	deviceIndex         int32
	cardIndex           int32
	deleteOnTermination bool
	tracking            connectionTracking
	srd                 *enaExpress
	queues              int32
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
	if s.assignIPv6 && len(n.ipv6) == 0 && n.ipv6Count == 0 && n.typ != ec2types.NetworkInterfaceTypeEfaOnly {
		n.ipv6Count = 1
	}
	var taken addressesTaken
	if s, taken, err = t.takeAddresses(s, &n); err != nil {
		return nil, err
	}
	if n.primaryIPv6 && len(taken.ipv6) == 0 { // code and text (mem)
		return nil, fail("InvalidParameterValue", "The network interface has no IPv6 address that could be the primary one.")
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
		private:         taken.private,
		prefixes:        taken.prefixes,
		associatePublic: n.public,
		ipv6:            taken.ipv6,
		ipv6Prefixes:    taken.ipv6Prefixes,
		primaryIPv6:     n.primaryIPv6,
		groups:          groups,
		sourceDestCheck: n.sourceDestCheck,
		status:          ec2types.NetworkInterfaceStatusAvailable,
		requester:       n.requester,
		tracking:        n.tracking,
	}
	if i.typ == "" {
		i.typ = ec2types.NetworkInterfaceTypeInterface
	}
	if n.service != "" {
		i.service, i.groups, i.status = n.service, nil, ec2types.NetworkInterfaceStatusInUse
	}
	if n.public {
		i.public = t.newPublicAddress()
	}
	if n.instance != "" {
		t.attach(i, &n)
	}
	t.subnets.Put(&t.undo, s)
	t.interfaces.Put(&t.undo, i)
	return i, nil
}

// attach makes a row that isn't in the table yet that of an interface on an instance.
func (t *tx) attach(i *networkInterface, at *newInterface) {
	i.status = ec2types.NetworkInterfaceStatusInUse
	i.attachment = &interfaceAttachment{
		id:                  t.newID(kindAttachment),
		instance:            at.instance,
		deviceIndex:         at.deviceIndex,
		cardIndex:           at.cardIndex,
		status:              ec2types.AttachmentStatusAttached,
		attached:            t.now,
		deleteOnTermination: at.deleteOnTermination,
		srd:                 at.srd,
		queues:              at.queues,
	}
}

// deleteInterface frees its addresses; elastic ones stay allocated.
func (t *tx) deleteInterface(id string) {
	i, ok := t.interfaces.Get(id)
	if !ok {
		return
	}
	for _, e := range i.elastic {
		t.forgetAssociation(e)
	}
	if s, ok := t.subnets.Get(i.subnet); ok {
		t.subnets.Put(&t.undo, s.without(i.private).withoutPrefixes(i.prefixes))
	}
	t.dropTags(id)
	t.interfaces.Delete(&t.undo, id)
}

// interfaceByID gives the caller's interface, or InvalidNetworkInterfaceId.Malformed or InvalidNetworkInterfaceID.NotFound.
func (v *view) interfaceByID(id string) (*networkInterface, error) {
	return owned(v, v.interfaces, interfaceSchema.Scope, kindInterface, id)
}
