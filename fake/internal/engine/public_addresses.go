package engine

import (
	"net/netip"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// publicIPv4 is what one of an interface's private addresses is from outside: an automatic address, which is
// Amazon's, or an elastic one.
type publicIPv4 struct {
	addr    netip.Addr
	elastic *elasticAddress // nil for an automatic one
}

// publicOf gives the public address of a private one; the zero value if it has none.
func (v *view) publicOf(i *networkInterface, index int) publicIPv4 {
	for _, id := range i.elastic {
		if e, ok := v.elastic.Get(id); ok && e.private == i.private[index] {
			return publicIPv4{e.public, e}
		}
	}
	if index == 0 {
		return publicIPv4{addr: i.public}
	}
	return publicIPv4{}
}

// publics visits all public addresses of an interface.
func (v *view) publics(i *networkInterface, visit func(publicIPv4)) {
	if len(i.elastic) == 0 && !i.public.IsValid() {
		return
	}
	for index := range i.private {
		if p := v.publicOf(i, index); p.addr.IsValid() {
			visit(p)
		}
	}
}

const amazonOwned = "amazon"

// owner is whose address it is.
func (v *view) ownerOfPublic(p publicIPv4) string {
	if p.elastic == nil {
		return amazonOwned
	}
	return v.places[p.elastic.scope].Account
}

func (p publicIPv4) allocation() string {
	if p.elastic == nil {
		return ""
	}
	return p.elastic.id
}

func (p publicIPv4) association() string {
	if p.elastic == nil {
		return ""
	}
	return p.elastic.association
}

func (v *view) renderPublic(i *networkInterface, p publicIPv4) *ec2types.NetworkInterfaceAssociation {
	if !p.addr.IsValid() {
		return nil
	}
	return &ec2types.NetworkInterfaceAssociation{
		AllocationId:  text(p.allocation()),
		AssociationId: text(p.association()),
		IpOwnerId:     ptr(v.ownerOfPublic(p)),
		PublicDnsName: text(v.publicDNS(i.vpc, p.addr)),
		PublicIp:      ptr(p.addr.String()),
	}
}

// setPublicAddress gives an interface an automatic public IPv4, or takes it away.
func (t *tx) setPublicAddress(id string, public bool) {
	n, ok := t.interfaces.Get(id)
	if !ok || n.public.IsValid() == public {
		return
	}
	next := *n
	if public {
		next.public = t.newPublicAddress()
	} else {
		next.public = netip.Addr{}
	}
	t.interfaces.Put(&t.undo, &next)
}

// renewPublicAddress gives an instance an automatic public address where it gets one: when it starts, or loses an
// elastic one. It gets none that has a second interface, or an elastic address, were it that of a secondary one
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html#concepts-public-addresses).
func (t *tx) renewPublicAddress(i *instance) {
	if i.state != ec2types.InstanceStateNamePending && i.state != ec2types.InstanceStateNameRunning || len(i.interfaces) != 1 {
		return
	}
	n, ok := t.interfaces.Get(i.interfaces[0])
	if ok && n.associatePublic && len(n.elastic) == 0 {
		t.setPublicAddress(n.id, true)
	}
}
