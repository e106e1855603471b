package engine

import (
	"net/netip"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

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
		AvailabilityZone:   ptr(i.zone),
		AvailabilityZoneId: ptr(v.zoneID(i.zone)),
		Description:        ptr(i.description),

		ConnectionTrackingConfiguration: i.tracking.onInterface(),

		InterfaceType:      i.typ,
		MacAddress:         ptr(i.mac),
		NetworkInterfaceId: ptr(i.id),
		Operator:           &ec2types.OperatorResponse{Managed: ptr(false)},
		OwnerId:            ptr(v.Account),
		RequesterManaged:   ptr(i.service != ""),
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
	v.renderAddresses(i, &out)
	switch {
	case i.attachment != nil:
		out.Attachment = v.renderAttachment(i)
	case i.service != "": // (mem)
		out.Attachment = &ec2types.NetworkInterfaceAttachment{
			DeleteOnTermination: ptr(false), DeviceIndex: ptr(int32(1)), InstanceOwnerId: ptr("amazon-aws"), Status: ec2types.AttachmentStatusAttached,
		}
	}
	return out
}

// renderAddresses fills in the addresses of an interface, from inside and from outside.
func (v *view) renderAddresses(i *networkInterface, out *ec2types.NetworkInterface) {
	for n, a := range i.private {
		p := v.publicOf(i, n)
		address := ec2types.NetworkInterfacePrivateIpAddress{
			Association:      v.renderPublic(i, p),
			Primary:          ptr(n == 0),
			PrivateDnsName:   ptr(v.ipName(a)),
			PrivateIpAddress: ptr(a.String()),
		}
		if n == 0 {
			address.PrivateDnsName = ptr(v.interfaceDNS(i))
			out.Association = v.renderPublic(i, p)
			out.PrivateDnsName, out.PrivateIpAddress = ptr(v.interfaceDNS(i)), ptr(a.String())
			out.PublicDnsName = text(v.publicDNS(i.vpc, p.addr))
		}
		out.PrivateIpAddresses = append(out.PrivateIpAddresses, address)
	}
	for n, a := range i.ipv6 {
		if n == 0 {
			out.Ipv6Address = ptr(a.String())
		}
		out.Ipv6Addresses = append(out.Ipv6Addresses, ec2types.NetworkInterfaceIpv6Address{
			Ipv6Address: ptr(a.String()), IsPrimaryIpv6: ptr(i.primaryIPv6 && n == 0),
		})
	}
	out.Ipv4Prefixes, out.Ipv6Prefixes = renderPrefixes(i.prefixes), renderIPv6Prefixes(i.ipv6Prefixes)
}

func renderPrefixes(all []netip.Prefix) (out []ec2types.Ipv4PrefixSpecification) {
	for _, p := range all {
		out = append(out, ec2types.Ipv4PrefixSpecification{Ipv4Prefix: ptr(p.String())})
	}
	return out
}

func renderIPv6Prefixes(all []netip.Prefix) (out []ec2types.Ipv6PrefixSpecification) {
	for _, p := range all {
		out = append(out, ec2types.Ipv6PrefixSpecification{Ipv6Prefix: ptr(p.String())})
	}
	return out
}

// renderAttachment tells of the attachment of an interface that has one.
func (v *view) renderAttachment(i *networkInterface) *ec2types.NetworkInterfaceAttachment {
	a := i.attachment
	return &ec2types.NetworkInterfaceAttachment{
		AttachTime:          ptr(a.attached.UTC().Truncate(time.Second)),
		AttachmentId:        ptr(a.id),
		DeleteOnTermination: ptr(a.deleteOnTermination),
		DeviceIndex:         ptr(a.deviceIndex),
		EnaQueueCount:       told(a.queues),
		EnaSrdSpecification: a.srd.onInterface(),
		InstanceId:          ptr(a.instance),
		InstanceOwnerId:     ptr(v.Account),
		NetworkCardIndex:    ptr(a.cardIndex),
		Status:              v.attachmentStatus(i),
	}
}

// interfaceDNS is the private name of an interface, which for one on an instance may be made of the instance's ID.
func (v *view) interfaceDNS(i *networkInterface) string {
	if i.attachment != nil {
		if on, ok := v.instances.Get(i.attachment.instance); ok && i.attachment.isPrimary() {
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
