package engine

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

// network is a VPC with a subnet beside the default ones.
type network struct{ vpc, subnet, group string }

func (w *testWorld) network(cidr, zone string) network {
	w.t.Helper()
	v := must[ec2.CreateVpcOutput](w, &ec2.CreateVpcInput{CidrBlock: ptr(cidr), AmazonProvidedIpv6CidrBlock: ptr(true)}).Vpc
	six := netip.MustParsePrefix(*v.Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock)
	s := must[ec2.CreateSubnetOutput](w, &ec2.CreateSubnetInput{
		VpcId: v.VpcId, CidrBlock: ptr(cidr), AvailabilityZone: ptr(zone), Ipv6CidrBlock: ptr(netip.PrefixFrom(six.Addr(), 64).String()),
	}).Subnet
	g := must[ec2.DescribeSecurityGroupsOutput](w, &ec2.DescribeSecurityGroupsInput{Filters: []ec2types.Filter{filter("vpc-id", *v.VpcId)}}).SecurityGroups[0]
	return network{*v.VpcId, *s.SubnetId, *g.GroupId}
}

// addGroup puts a security group into a VPC, since none can be created yet.
func (w *testWorld) addGroup(vpc, name string) string {
	w.t.Helper()
	w.engine.mu.Lock()
	defer w.engine.mu.Unlock()
	row, ok := w.engine.state.vpcs.Get(vpc)
	require.True(w.t, ok)
	t := &tx{view: view{state: w.engine.state, scope: row.scope}}
	g := &group{id: t.newID(kindGroup), scope: row.scope, vpc: vpc, name: name}
	t.groups.Put(&t.undo, g)
	return g.id
}

func (w *testWorld) defaultNetwork() network {
	w.t.Helper()
	v := must[ec2.DescribeVpcsOutput](w, &ec2.DescribeVpcsInput{Filters: []ec2types.Filter{filter("is-default", "true")}}).Vpcs[0]
	s := must[ec2.DescribeSubnetsOutput](w, &ec2.DescribeSubnetsInput{Filters: []ec2types.Filter{filter("availability-zone", "us-east-1b")}}).Subnets[0]
	g := must[ec2.DescribeSecurityGroupsOutput](w, &ec2.DescribeSecurityGroupsInput{Filters: []ec2types.Filter{filter("vpc-id", *v.VpcId)}}).SecurityGroups[0]
	return network{*v.VpcId, *s.SubnetId, *g.GroupId}
}

// on describes one interface of a launch.
type on = ec2types.InstanceNetworkInterfaceSpecification

func interfaces(all ...on) func(in *ec2.RunInstancesInput) {
	return func(in *ec2.RunInstancesInput) {
		for i := range all {
			if all[i].DeviceIndex == nil {
				all[i].DeviceIndex = ptr(int32(i))
			}
		}
		in.NetworkInterfaces = all
	}
}

func TestTheZoneIsChosenAmongThoseThatOfferTheType(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	require.Equal(t, "us-east-1a", *w.instance(w.launch(nil)).Placement.AvailabilityZone)
	// Not offered in us-east-1a.
	offers := must[ec2.DescribeInstanceTypeOfferingsOutput](w, &ec2.DescribeInstanceTypeOfferingsInput{
		LocationType: ec2types.LocationTypeAvailabilityZone, Filters: []ec2types.Filter{filter("instance-type", "im4gn.large")},
	}).InstanceTypeOfferings
	zones := make([]string, len(offers))
	for i, o := range offers {
		zones[i] = *o.Location
	}
	id := w.launch(func(in *ec2.RunInstancesInput) { in.InstanceType = "im4gn.large" })
	require.Contains(t, zones, *w.instance(id).Placement.AvailabilityZone)
	byID := w.launch(func(in *ec2.RunInstancesInput) {
		in.Placement = &ec2types.Placement{AvailabilityZoneId: w.instance(id).Placement.AvailabilityZoneId}
	})
	require.Equal(t, w.instance(id).Placement, w.instance(byID).Placement)
}

func TestALaunchIntoASubnetOfOnesOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	n := w.network("10.0.0.0/16", "us-east-1c")
	web := w.addGroup(n.vpc, "web")
	i := w.instance(w.launch(func(in *ec2.RunInstancesInput) {
		in.SubnetId = ptr(n.subnet)
		in.SecurityGroupIds = []string{web, n.group, web}
		in.PrivateIpAddress = ptr("10.0.9.9")
		in.Ipv6AddressCount = ptr(int32(2))
		in.PrivateDnsNameOptions = &ec2types.PrivateDnsNameOptionsRequest{
			HostnameType: ec2types.HostnameTypeResourceName, EnableResourceNameDnsARecord: ptr(true), EnableResourceNameDnsAAAARecord: ptr(true),
		}
	}))
	require.Equal(t, n.subnet, *i.SubnetId)
	require.Equal(t, n.vpc, *i.VpcId)
	require.Equal(t, "us-east-1c", *i.Placement.AvailabilityZone)
	require.Equal(t, "10.0.9.9", *i.PrivateIpAddress)
	require.Nil(t, i.PublicIpAddress, "only default subnets give public addresses")
	require.Len(t, i.SecurityGroups, 2)
	require.Equal(t, web, *i.SecurityGroups[0].GroupId)
	require.Len(t, i.NetworkInterfaces[0].Ipv6Addresses, 2)
	require.Equal(t, *i.Ipv6Address, *i.NetworkInterfaces[0].Ipv6Addresses[0].Ipv6Address)
	require.Equal(t, *i.InstanceId+".ec2.internal", *i.PrivateDnsName)
	require.True(t, *i.PrivateDnsNameOptions.EnableResourceNameDnsARecord)
	require.True(t, *i.PrivateDnsNameOptions.EnableResourceNameDnsAAAARecord)

	six := *i.Ipv6Address
	_, err := call[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) {
		in.SubnetId = ptr(n.subnet)
		in.Ipv6Addresses = []ec2types.InstanceIpv6Address{{Ipv6Address: ptr(six)}}
	}))
	wantCode(t, err, "InvalidIPAddress.InUse")
}

func TestGroupsByNameInTheDefaultVPC(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	n := w.defaultNetwork()
	web := w.addGroup(n.vpc, "web")
	i := w.instance(w.launch(func(in *ec2.RunInstancesInput) {
		in.SecurityGroups, in.SecurityGroupIds = []string{"web"}, []string{n.group}
	}))
	require.Len(t, i.SecurityGroups, 2)
	require.Equal(t, web, *i.SecurityGroups[1].GroupId)
}

func TestInterfacesOfALaunch(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	own := w.network("10.0.0.0/16", "us-east-1b")
	home := w.defaultNetwork()
	id := w.launch(interfaces(
		on{DeviceIndex: ptr(int32(1)), SubnetId: ptr(own.subnet), Groups: []string{own.group}, SecondaryPrivateIpAddressCount: ptr(int32(2)), DeleteOnTermination: ptr(false), Ipv6AddressCount: ptr(int32(1))},
		on{DeviceIndex: ptr(int32(0)), SubnetId: ptr(home.subnet), Description: ptr("front"), PrivateIpAddresses: []ec2types.PrivateIpAddressSpecification{
			{PrivateIpAddress: ptr("172.31.16.20")}, {PrivateIpAddress: ptr("172.31.16.21"), Primary: ptr(true)},
		}, InterfaceType: ptr("interface")},
	))
	i := w.instance(id)
	require.Len(t, i.NetworkInterfaces, 2)
	front, back := i.NetworkInterfaces[0], i.NetworkInterfaces[1]
	require.Equal(t, "front", *front.Description)
	require.Equal(t, "172.31.16.21", *front.PrivateIpAddress)
	require.Equal(t, "172.31.16.21", *i.PrivateIpAddress)
	require.Equal(t, "172.31.16.20", *front.PrivateIpAddresses[1].PrivateIpAddress)
	require.Equal(t, "ip-172-31-16-20.ec2.internal", *front.PrivateIpAddresses[1].PrivateDnsName)
	require.True(t, *front.Attachment.DeleteOnTermination)
	require.Equal(t, home.subnet, *i.SubnetId)
	require.Equal(t, home.vpc, *i.VpcId)
	require.Equal(t, home.group, *i.SecurityGroups[0].GroupId)
	require.Nil(t, i.PublicIpAddress, "not with several interfaces")
	require.Len(t, back.PrivateIpAddresses, 3)
	require.Len(t, back.Ipv6Addresses, 1)
	require.Equal(t, int32(1), *back.Attachment.DeviceIndex)
	require.False(t, *back.Attachment.DeleteOnTermination)
	require.Equal(t, own.vpc, *back.VpcId)

	// No new public address comes at a start where there are several interfaces.
	_, err := w.stop(id)
	require.NoError(t, err)
	_, err = w.start(id)
	require.NoError(t, err)
	require.Nil(t, w.instance(id).PublicIpAddress)
}

func TestWhetherTheOnlyInterfaceGetsAPublicAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	own, home := w.network("10.0.0.0/16", "us-east-1b"), w.defaultNetwork()
	for name, tc := range map[string]struct {
		subnet string
		asked  *bool
		want   bool
	}{
		"default subnet":            {home.subnet, nil, true},
		"default subnet, unwanted":  {home.subnet, ptr(false), false},
		"subnet of one's own":       {own.subnet, nil, false},
		"subnet of own, but wanted": {own.subnet, ptr(true), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			id := w.launch(interfaces(on{SubnetId: ptr(tc.subnet), AssociatePublicIpAddress: tc.asked}))
			require.Equal(t, tc.want, w.instance(id).PublicIpAddress != nil)
			_, err := w.stop(id)
			require.NoError(t, err)
			_, err = w.start(id)
			require.NoError(t, err)
			require.Equal(t, tc.want, w.instance(id).PublicIpAddress != nil)
		})
	}
}

// orphan is an interface that a terminated instance has left.
func (w *testWorld) orphan(subnet string) string {
	w.t.Helper()
	id := w.launch(interfaces(on{SubnetId: ptr(subnet), DeleteOnTermination: ptr(false)}))
	left := *w.instance(id).NetworkInterfaces[0].NetworkInterfaceId
	_, err := w.terminate(id)
	require.NoError(w.t, err)
	w.instanceCount()
	return left
}

func TestAnInterfaceThatExistsIsAttached(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	home := w.defaultNetwork()
	left := w.orphan(home.subnet)
	id := w.launch(interfaces(on{NetworkInterfaceId: ptr(left)}))
	i := w.instance(id)
	require.Equal(t, left, *i.NetworkInterfaces[0].NetworkInterfaceId)
	require.Equal(t, "us-east-1b", *i.Placement.AvailabilityZone)
	require.Nil(t, i.PublicIpAddress)
	require.False(t, *i.NetworkInterfaces[0].Attachment.DeleteOnTermination)
	_, err := w.terminate(id)
	require.NoError(t, err)
	w.instanceCount()

	// Beside a new one, it settles nothing about the zone: that of the new one's subnet must be its own.
	second := interfaces(on{}, on{NetworkInterfaceId: ptr(left)})
	_, err = call[ec2.RunInstancesOutput](w, launchOf(second))
	wantCode(t, err, "InvalidParameterCombination")
	i = w.instance(w.launch(func(in *ec2.RunInstancesInput) { second(in); in.Placement = zone("us-east-1b") }))
	require.Equal(t, left, *i.NetworkInterfaces[1].NetworkInterfaceId)
}

func TestNetworksThatALaunchCannotHave(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	own, home := w.network("10.0.0.0/16", "us-east-1c"), w.defaultNetwork()
	w.addGroup(own.vpc, "web")
	left := w.orphan(home.subnet)
	used := *w.instance(w.launch(nil)).NetworkInterfaces[0].NetworkInterfaceId
	set := func(change func(in *ec2.RunInstancesInput)) func(in *ec2.RunInstancesInput) { return change }
	existing := func(n on) func(in *ec2.RunInstancesInput) {
		n.NetworkInterfaceId = ptr(left)
		return interfaces(n)
	}
	both := func(change func(in *ec2.RunInstancesInput)) func(in *ec2.RunInstancesInput) {
		return func(in *ec2.RunInstancesInput) { interfaces(on{})(in); change(in) }
	}
	addresses := func(primary ...bool) (all []ec2types.PrivateIpAddressSpecification) {
		for i, p := range primary {
			all = append(all, ec2types.PrivateIpAddressSpecification{Primary: ptr(p), PrivateIpAddress: ptr("172.31.0.1" + itoa(i))})
		}
		return all
	}
	two := func(in *ec2.RunInstancesInput) { in.MaxCount = ptr(int32(2)) }
	after := func(changes ...func(in *ec2.RunInstancesInput)) func(in *ec2.RunInstancesInput) {
		return func(in *ec2.RunInstancesInput) {
			for _, c := range changes {
				c(in)
			}
		}
	}
	for name, tc := range map[string]struct {
		change  func(in *ec2.RunInstancesInput)
		code    string
		message string
	}{
		"unknown subnet":   {set(func(in *ec2.RunInstancesInput) { in.SubnetId = ptr("subnet-0123456789abcdef0") }), "InvalidSubnetID.NotFound", "The subnet ID 'subnet-0123456789abcdef0' does not exist"},
		"malformed subnet": {set(func(in *ec2.RunInstancesInput) { in.SubnetId = ptr("subnet-1") }), "InvalidSubnetID.Malformed", `Invalid id: "subnet-1"`},
		"unknown zone":     {set(func(in *ec2.RunInstancesInput) { in.Placement = zone("us-east-1z") }), "InvalidParameterValue", "Invalid availability zone: [us-east-1z]"},
		"another's zone ID": {set(func(in *ec2.RunInstancesInput) {
			in.Placement = &ec2types.Placement{AvailabilityZoneId: ptr("euw1-az1")}
		}), "InvalidParameterValue", "Invalid availability zone: [euw1-az1]"},
		"zone twice": {set(func(in *ec2.RunInstancesInput) {
			in.Placement = &ec2types.Placement{AvailabilityZone: ptr("us-east-1a"), AvailabilityZoneId: ptr("use1-az6")}
		}), "InvalidParameterCombination", "cannot be used with"},
		"zone and subnet":    {set(func(in *ec2.RunInstancesInput) { in.SubnetId, in.Placement = ptr(own.subnet), zone("us-east-1a") }), "InvalidParameterValue", "The availability zone 'us-east-1a' is not that of the subnet '" + own.subnet + "', which is in us-east-1c."},
		"unknown group":      {set(func(in *ec2.RunInstancesInput) { in.SecurityGroupIds = []string{"sg-0123456789abcdef0"} }), "InvalidGroup.NotFound", "The security group 'sg-0123456789abcdef0' does not exist"},
		"group elsewhere":    {set(func(in *ec2.RunInstancesInput) { in.SecurityGroupIds = []string{own.group} }), "InvalidParameter", "Security group " + own.group + " and subnet subnet-"},
		"unknown group name": {set(func(in *ec2.RunInstancesInput) { in.SecurityGroups = []string{"web"} }), "InvalidGroup.NotFound", "The security group 'web' does not exist in default VPC '" + home.vpc + "'"},
		"group name and subnet": {set(func(in *ec2.RunInstancesInput) { in.SubnetId, in.SecurityGroups = ptr(own.subnet), []string{"web"} }), "InvalidParameterCombination",
			"The parameter groupName cannot be used with the parameter subnet"},
		"not an address":    {set(func(in *ec2.RunInstancesInput) { in.PrivateIpAddress = ptr("x") }), "InvalidParameterValue", "Value (x) for parameter address is invalid."},
		"address elsewhere": {set(func(in *ec2.RunInstancesInput) { in.PrivateIpAddress = ptr("10.0.0.9") }), "InvalidParameterValue", "10.0.0.9"},
		"address of EC2":    {set(func(in *ec2.RunInstancesInput) { in.PrivateIpAddress = ptr("172.31.0.1") }), "InvalidParameterValue", "172.31.0.1"},
		"address in use":    {set(func(in *ec2.RunInstancesInput) { in.PrivateIpAddress = ptr("172.31.0.4") }), "InvalidIPAddress.InUse", "172.31.0.4"},
		"address for two":   {after(two, func(in *ec2.RunInstancesInput) { in.PrivateIpAddress = ptr("172.31.0.9") }), "InvalidParameterCombination", "may not be specified when launching more than one instance"},
		"IPv6 for two": {after(two, func(in *ec2.RunInstancesInput) {
			in.Ipv6Addresses = []ec2types.InstanceIpv6Address{{Ipv6Address: ptr("::1")}}
		}), "InvalidParameterCombination", "Ipv6Addresses"},
		"IPv6 twice": {set(func(in *ec2.RunInstancesInput) {
			in.Ipv6AddressCount, in.Ipv6Addresses = ptr(int32(1)), []ec2types.InstanceIpv6Address{{}}
		}), "InvalidParameterCombination", "Either a number"},
		"not IPv6": {set(func(in *ec2.RunInstancesInput) {
			in.Ipv6Addresses = []ec2types.InstanceIpv6Address{{Ipv6Address: ptr("10.0.0.9")}}
		}), "InvalidParameterValue", "Invalid IPv6 address."},
		"negative IPv6":      {set(func(in *ec2.RunInstancesInput) { in.Ipv6AddressCount = ptr(int32(-1)) }), "InvalidParameterValue", "Value (-1) for parameter Ipv6AddressCount"},
		"much IPv6":          {set(func(in *ec2.RunInstancesInput) { in.Ipv6AddressCount = ptr(int32(100)) }), "InvalidInterface.IpAddressLimitExceeded", "limit"},
		"IPv6 without block": {set(func(in *ec2.RunInstancesInput) { in.Ipv6AddressCount = ptr(int32(1)) }), "InvalidParameterValue", "IPv6 CIDR block"},
		"IPv6 on an old type": {set(func(in *ec2.RunInstancesInput) {
			in.ImageId, in.InstanceType, in.Ipv6AddressCount = ptr(linux+"x86_64"), "m1.small", ptr(int32(1))
		}), "Unsupported", "does not support IPv6"},
		"primary IPv6": {set(func(in *ec2.RunInstancesInput) { in.EnablePrimaryIpv6 = ptr(true) }), "InvalidParameterValue", "no IPv6 address"},
		"host names of no kind": {set(func(in *ec2.RunInstancesInput) {
			in.PrivateDnsNameOptions = &ec2types.PrivateDnsNameOptionsRequest{HostnameType: "x"}
		}), "InvalidParameterValue", "Value (x) for parameter HostnameType is invalid."},
		"interfaces and subnet":  {both(func(in *ec2.RunInstancesInput) { in.SubnetId = ptr(own.subnet) }), "InvalidParameterCombination", "Network interfaces and an instance-level subnet ID may not be specified on the same request"},
		"interfaces and groups":  {both(func(in *ec2.RunInstancesInput) { in.SecurityGroupIds = []string{own.group} }), "InvalidParameterCombination", "Network interfaces and an instance-level security groups may not be specified on the same request"},
		"interfaces and names":   {both(func(in *ec2.RunInstancesInput) { in.SecurityGroups = []string{"web"} }), "InvalidParameterCombination", "security groups"},
		"interfaces and address": {both(func(in *ec2.RunInstancesInput) { in.PrivateIpAddress = ptr("172.31.0.9") }), "InvalidParameterCombination", "private address"},
		"interfaces and IPv6":    {both(func(in *ec2.RunInstancesInput) { in.Ipv6AddressCount = ptr(int32(1)) }), "InvalidParameterCombination", "IPv6 address"},
		"interfaces and primary": {both(func(in *ec2.RunInstancesInput) { in.EnablePrimaryIpv6 = ptr(true) }), "InvalidParameterCombination", "primary IPv6 address"},
		"no device index":        {set(func(in *ec2.RunInstancesInput) { in.NetworkInterfaces = []on{{Description: ptr("d")}} }), "MissingParameter", "NetworkInterface.DeviceIndex"},
		"negative device index":  {interfaces(on{DeviceIndex: ptr(int32(-1))}), "InvalidParameterValue", "Value (-1) for parameter DeviceIndex"},
		"no primary interface":   {interfaces(on{DeviceIndex: ptr(int32(1))}), "InvalidParameterValue", "device index 0"},
		"device index twice":     {interfaces(on{}, on{DeviceIndex: ptr(int32(0))}), "InvalidParameterValue", "0 is used twice"},
		"several zones":          {interfaces(on{SubnetId: ptr(home.subnet)}, on{SubnetId: ptr(own.subnet)}), "InvalidParameterCombination", "must be in the same Availability Zone"},
		"carrier address":        {interfaces(on{AssociateCarrierIpAddress: ptr(true)}), "InvalidParameterCombination", "Wavelength Zone"},
		"public with several":    {interfaces(on{AssociatePublicIpAddress: ptr(true)}, on{}), "InvalidParameterCombination", "The associatePublicIPAddress parameter cannot be specified when launching with multiple network interfaces."},
		"kind of interface":      {interfaces(on{InterfaceType: ptr("x")}), "InvalidParameterValue", "Expecting one of interface, efa, efa-only."},
		"no EFA":                 {interfaces(on{InterfaceType: ptr("efa")}), "Unsupported", "The instance type 't4g.small' does not support EFA."},
		"EFA without addresses":  {after(interfaces(on{InterfaceType: ptr("efa-only")}), func(in *ec2.RunInstancesInput) { in.InstanceType = "c7gn.16xlarge" }), "InvalidParameterCombination", "must not be of the type efa-only"},
		"addresses for two":      {after(two, interfaces(on{PrivateIpAddress: ptr("172.31.0.9")})), "InvalidParameterCombination", "more than one instance"},
		"two primary addresses":  {interfaces(on{PrivateIpAddresses: addresses(true, true)}), "InvalidParameterCombination", "Only one private IP address can be designated as primary."},
		"primary address twice":  {interfaces(on{PrivateIpAddress: ptr("172.31.0.9"), PrivateIpAddresses: addresses(true)}), "InvalidParameterCombination", "Only one private IP address"},
		"secondary twice":        {interfaces(on{PrivateIpAddresses: addresses(true, false), SecondaryPrivateIpAddressCount: ptr(int32(1))}), "InvalidParameterCombination", "Either a number of secondary"},
		"negative secondary":     {interfaces(on{SecondaryPrivateIpAddressCount: ptr(int32(-1))}), "InvalidParameterValue", "Value (-1) for parameter SecondaryPrivateIpAddressCount"},
		"too many addresses":     {interfaces(on{SecondaryPrivateIpAddressCount: ptr(int32(4))}), "PrivateIpAddressLimitExceeded", "Number of private addresses will exceed limit."},
		"too many interfaces":    {interfaces(on{}, on{}, on{}, on{}), "AttachmentLimitExceeded", "Interface count 4 exceeds the limit for t4g.small"},
		"no such card":           {interfaces(on{}, on{NetworkCardIndex: ptr(int32(1))}), "InvalidParameterValue", "Value (1) for parameter NetworkCardIndex"},
		"existing: unknown":      {interfaces(on{NetworkInterfaceId: ptr("eni-0123456789abcdef0")}), "InvalidNetworkInterfaceID.NotFound", "does not exist"},
		"existing: malformed":    {interfaces(on{NetworkInterfaceId: ptr("eni-1")}), "InvalidNetworkInterfaceId.Malformed", `Invalid id: "eni-1"`},
		"existing: in use":       {interfaces(on{NetworkInterfaceId: ptr(used)}), "InvalidNetworkInterface.InUse", "Interface: [" + used + "] in use."},
		"existing: twice":        {interfaces(on{NetworkInterfaceId: ptr(left)}, on{NetworkInterfaceId: ptr(left)}), "InvalidNetworkInterface.InUse", "Interface: [" + left + "] in use."},
		"existing: for two":      {after(two, existing(on{})), "InvalidParameterCombination", "more than one instance"},
		"existing: subnet":       {existing(on{SubnetId: ptr(own.subnet)}), "InvalidParameterCombination", "A network interface may not specify both a network interface ID and a subnet"},
		"existing: groups":       {existing(on{Groups: []string{home.group}}), "InvalidParameterCombination", "security group"},
		"existing: description":  {existing(on{Description: ptr("d")}), "InvalidParameterCombination", "description"},
		"existing: address":      {existing(on{PrivateIpAddress: ptr("172.31.0.9")}), "InvalidParameterCombination", "private IP address"},
		"existing: IPv6":         {existing(on{Ipv6AddressCount: ptr(int32(1))}), "InvalidParameterCombination", "IPv6 address"},
		"existing: public":       {existing(on{AssociatePublicIpAddress: ptr(true)}), "InvalidParameterCombination", "public IP address"},
		"existing: type":         {existing(on{InterfaceType: ptr("interface")}), "InvalidParameterCombination", "interface type"},
		"existing: to be lost":   {existing(on{DeleteOnTermination: ptr(true)}), "InvalidParameterCombination", "deletion on termination"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := call[ec2.RunInstancesOutput](w.forkWithin(t), launchOf(tc.change))
			require.Contains(t, wantCode(t, err, tc.code).Message, tc.message)
		})
	}
}

func TestNetworkCards(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	x86 := func(c func(in *ec2.RunInstancesInput)) func(in *ec2.RunInstancesInput) {
		return func(in *ec2.RunInstancesInput) {
			c(in)
			in.ImageId, in.InstanceType = ptr(linux+"x86_64"), "p4d.24xlarge"
		}
	}
	efa := ptr("efa")
	i := w.instance(w.launch(x86(interfaces(
		on{InterfaceType: efa, NetworkCardIndex: ptr(int32(0)), DeviceIndex: ptr(int32(0))},
		on{InterfaceType: efa, NetworkCardIndex: ptr(int32(3)), DeviceIndex: ptr(int32(1))},
		on{InterfaceType: efa, NetworkCardIndex: ptr(int32(1)), DeviceIndex: ptr(int32(1))},
	))))
	require.Len(t, i.NetworkInterfaces, 3)
	for n, card := range []int32{0, 1, 3} {
		require.Equal(t, card, *i.NetworkInterfaces[n].Attachment.NetworkCardIndex)
		require.Equal(t, "efa", *i.NetworkInterfaces[n].InterfaceType)
	}
	var many []on
	for n := range int32(16) {
		many = append(many, on{NetworkCardIndex: ptr(int32(0)), DeviceIndex: ptr(n)})
	}
	_, err := call[ec2.RunInstancesOutput](w, launchOf(x86(interfaces(many...))))
	require.Contains(t, wantCode(t, err, "AttachmentLimitExceeded").Message, "network card 0 of p4d.24xlarge")
}

func TestWithoutADefaultVPC(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	w.instanceCount()
	drop := func(w *testWorld, network bool, zones ...string) {
		w.engine.mu.Lock()
		defer w.engine.mu.Unlock()
		s := w.engine.state
		t := &tx{view: view{state: s}}
		for _, row := range slices.Collect(s.subnets.Every()) {
			if zones == nil || strings.Contains(strings.Join(zones, " "), row.zone) {
				s.subnets.Delete(&t.undo, row.id)
			}
		}
		if network {
			for _, row := range slices.Collect(s.vpcs.Every()) {
				s.vpcs.Delete(&t.undo, row.id)
			}
		}
	}
	for name, tc := range map[string]struct {
		network bool
		zones   []string
		change  func(in *ec2.RunInstancesInput)
		code    string
		message string
	}{
		"no VPC":             {true, nil, nil, "VPCIdNotSpecified", "No default VPC for this user"},
		"no subnets":         {false, nil, nil, "MissingInput", "No subnets found for the default VPC 'vpc-"},
		"no subnet in zone":  {false, []string{"us-east-1b"}, func(in *ec2.RunInstancesInput) { in.Placement = zone("us-east-1b") }, "MissingInput", "No default subnet for availability zone: 'us-east-1b'."},
		"subnets elsewhere":  {false, []string{"us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d", "us-east-1f"}, nil, "Unsupported", "Availability Zone (us-east-1e)"},
		"first zone is gone": {false, []string{"us-east-1a"}, nil, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			drop(w, tc.network, tc.zones...)
			out, err := call[ec2.RunInstancesOutput](w, launchOf(tc.change))
			if tc.code == "" {
				require.NoError(t, err)
				require.Equal(t, "us-east-1b", *out.Instances[0].Placement.AvailabilityZone)
				return
			}
			require.Contains(t, wantCode(t, err, tc.code).Message, tc.message)
		})
	}
}

// As many instances come as there are addresses for, but no fewer than the least that are wanted.
func TestTheRoomInASubnet(t *testing.T) {
	t.Parallel()
	prepared := newWorld(t, Options{})
	v := must[ec2.CreateVpcOutput](prepared, &ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/24")}).Vpc
	s := must[ec2.CreateSubnetOutput](prepared, &ec2.CreateSubnetInput{VpcId: v.VpcId, CidrBlock: ptr("10.0.0.0/28")}).Subnet // 11 addresses
	for name, tc := range map[string]struct {
		min, max, secondary int32
		want                int
	}{
		"enough":                      {1, 11, 0, 11},
		"fewer than the most":         {1, 100, 0, 11},
		"fewer than the least":        {12, 100, 0, 0},
		"several addresses each":      {1, 100, 2, 3},
		"several addresses, too many": {4, 100, 2, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := prepared.forkWithin(t)
			out, err := call[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) {
				in.MinCount, in.MaxCount = ptr(tc.min), ptr(tc.max)
				in.NetworkInterfaces = []on{{DeviceIndex: ptr(int32(0)), SubnetId: s.SubnetId, SecondaryPrivateIpAddressCount: ptr(tc.secondary)}}
			}))
			if tc.want == 0 {
				e := wantCode(t, err, "InsufficientFreeAddressesInSubnet")
				require.Equal(t, "There are not enough free addresses in subnet '"+*s.SubnetId+"' to satisfy the requested number of instances.", e.Message)
				return
			}
			require.NoError(t, err)
			require.Len(t, out.Instances, tc.want)
		})
	}
}

func TestNamesInOtherRegions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{}).in(region.EUWest1)
	i := w.instance(w.launch(nil))
	require.Equal(t, "ip-172-31-0-4.eu-west-1.compute.internal", *i.PrivateDnsName)
	require.True(t, strings.HasSuffix(*i.PublicDnsName, ".eu-west-1.compute.amazonaws.com"))
}
