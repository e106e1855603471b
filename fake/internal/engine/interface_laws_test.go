package engine

import (
	"net/netip"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Whatever is done to interfaces and elastic addresses: both ends of attachments and associations agree, no address is
// had twice, and subnets count what is taken.
func TestInterfacesAndAddressesAgreeFromBothEnds(t *testing.T) {
	t.Parallel()
	prepared := newWorld(t, Options{})
	subnet := *must[ec2.DescribeSubnetsOutput](prepared, &ec2.DescribeSubnetsInput{
		Filters: []ec2types.Filter{filter("availability-zone", "us-east-1a")},
	}).Subnets[0].SubnetId
	for range 2 {
		prepared.launch(func(in *ec2.RunInstancesInput) { in.SubnetId = ptr(subnet) })
	}
	free := prepared.available(subnet) + 2
	rapid.Check(t, func(r *rapid.T) {
		w := prepared.fork()
		for range 30 {
			w.randomStep(r, subnet)
			w.checkAddressing(r, subnet, free)
		}
	})
}

// randomStep does something to the interfaces of a subnet; refusals are part of the game.
func (w *testWorld) randomStep(r *rapid.T, subnet string) {
	var instances, enis, attachments, associations []string
	private := []string{"172.31.0.30", "172.31.0.31", "172.31.0.32"}
	for _, res := range must[ec2.DescribeInstancesOutput](w, &ec2.DescribeInstancesInput{}).Reservations {
		instances = append(instances, *res.Instances[0].InstanceId)
	}
	for _, n := range must[ec2.DescribeNetworkInterfacesOutput](w, &ec2.DescribeNetworkInterfacesInput{}).NetworkInterfaces {
		enis = append(enis, *n.NetworkInterfaceId)
		if n.Attachment != nil {
			attachments = append(attachments, *n.Attachment.AttachmentId)
		}
		for _, a := range n.PrivateIpAddresses {
			private = append(private, *a.PrivateIpAddress)
		}
	}
	allocations := []string{"eipalloc-12345678"}
	for _, e := range must[ec2.DescribeAddressesOutput](w, &ec2.DescribeAddressesInput{}).Addresses {
		allocations = append(allocations, *e.AllocationId)
		if e.AssociationId != nil {
			associations = append(associations, *e.AssociationId)
		}
	}
	one := func(what string, of []string) *string {
		if len(of) == 0 {
			return ptr("")
		}
		return ptr(rapid.SampledFrom(of).Draw(r, what))
	}
	count := func(what string) *int32 { return ptr(rapid.Int32Range(0, 2).Draw(r, what)) }
	switch rapid.IntRange(0, 11).Draw(r, "step") {
	case 0:
		_, _ = call[ec2.CreateNetworkInterfaceOutput](w, &ec2.CreateNetworkInterfaceInput{SubnetId: &subnet, SecondaryPrivateIpAddressCount: count("secondary")})
	case 1:
		_, _ = call[ec2.CreateNetworkInterfaceOutput](w, &ec2.CreateNetworkInterfaceInput{SubnetId: &subnet, Ipv4PrefixCount: count("prefixes")})
	case 2:
		_, _ = call[ec2.DeleteNetworkInterfaceOutput](w, &ec2.DeleteNetworkInterfaceInput{NetworkInterfaceId: one("eni", enis)})
	case 3:
		_, _ = call[ec2.AttachNetworkInterfaceOutput](w, attach(*one("instance", instances), *one("eni", enis), *count("index")))
	case 4:
		_, _ = call[ec2.DetachNetworkInterfaceOutput](w, &ec2.DetachNetworkInterfaceInput{AttachmentId: one("attachment", attachments)})
	case 5:
		_, _ = call[ec2.AssignPrivateIpAddressesOutput](w, &ec2.AssignPrivateIpAddressesInput{
			NetworkInterfaceId: one("eni", enis), PrivateIpAddresses: []string{*one("private", private)}, AllowReassignment: ptr(true),
		})
	case 6:
		_, _ = call[ec2.UnassignPrivateIpAddressesOutput](w, &ec2.UnassignPrivateIpAddressesInput{
			NetworkInterfaceId: one("eni", enis), PrivateIpAddresses: []string{*one("private", private)},
		})
	case 7:
		w.elastic()
	case 8:
		_, _ = call[ec2.AssociateAddressOutput](w, &ec2.AssociateAddressInput{AllocationId: one("allocation", allocations), NetworkInterfaceId: one("eni", enis), PrivateIpAddress: one("private", private)})
	case 9:
		_, _ = call[ec2.DisassociateAddressOutput](w, &ec2.DisassociateAddressInput{AssociationId: one("association", associations)})
	case 10:
		_, _ = call[ec2.ReleaseAddressOutput](w, &ec2.ReleaseAddressInput{AllocationId: one("allocation", allocations)})
	case 11:
		if rapid.Bool().Draw(r, "stop") {
			_, _ = w.stop(*one("instance", instances))
		} else {
			_, _ = w.start(*one("instance", instances))
		}
	}
}

func (w *testWorld) checkAddressing(r *rapid.T, subnet string, free int) {
	v := &view{state: w.engine.state, options: &w.engine.options, scope: 1, now: w.clock.now()}
	taken := make(map[netip.Addr]string)
	public := make(map[netip.Addr]bool)
	count := 0
	for n := range v.interfaces.Every() {
		for _, a := range n.private {
			require.Empty(r, taken[a], "%s is had twice", a)
			taken[a] = n.id
			for _, p := range n.prefixes {
				require.False(r, p.Contains(a))
			}
		}
		count += len(n.private) + prefixSize*len(n.prefixes)
		for _, id := range n.elastic {
			e, ok := v.elastic.Get(id)
			require.True(r, ok)
			require.Equal(r, n.id, e.iface)
			require.Contains(r, n.private, e.private)
		}
		require.Equal(r, n.attachment != nil || n.service != "", n.status == ec2types.NetworkInterfaceStatusInUse)
		if n.attachment != nil {
			i, ok := v.instances.Get(n.attachment.instance)
			require.True(r, ok)
			require.Contains(r, i.interfaces, n.id)
		}
		v.publics(n, func(p publicIPv4) {
			require.False(r, public[p.addr], "%s is had twice", p.addr)
			public[p.addr] = true
		})
	}
	for e := range v.elastic.Every() {
		require.Equal(r, e.association != "", e.iface != "")
		require.Equal(r, e.iface != "", e.private.IsValid())
		if n, ok := v.interfaces.Get(e.iface); ok {
			require.Contains(r, n.elastic, e.id)
		} else {
			require.Empty(r, e.iface)
		}
	}
	for i := range v.instances.Every() {
		order := -1
		for _, id := range i.interfaces {
			n, ok := v.interfaces.Get(id)
			require.True(r, ok)
			require.Equal(r, i.id, n.attachment.instance)
			at := deviceOrder(n.attachment.cardIndex, n.attachment.deviceIndex)
			require.Greater(r, at, order)
			order = at
		}
	}
	require.Equal(r, free-count, w.available(subnet))
}
