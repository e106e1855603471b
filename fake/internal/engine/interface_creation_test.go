package engine

import (
	"net/netip"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

// addInterface makes an interface as CreateNetworkInterface does.
func (w *testWorld) addInterface(subnet string, change func(in *ec2.CreateNetworkInterfaceInput)) ec2types.NetworkInterface {
	w.t.Helper()
	in := &ec2.CreateNetworkInterfaceInput{SubnetId: ptr(subnet)}
	if change != nil {
		change(in)
	}
	return *must[ec2.CreateNetworkInterfaceOutput](w, in).NetworkInterface
}

// eni is an interface as DescribeNetworkInterfaces tells of it.
func (w *testWorld) eni(id string) ec2types.NetworkInterface {
	w.t.Helper()
	all := must[ec2.DescribeNetworkInterfacesOutput](w, &ec2.DescribeNetworkInterfacesInput{NetworkInterfaceIds: []string{id}}).NetworkInterfaces
	require.Len(w.t, all, 1)
	return all[0]
}

func (w *testWorld) available(subnet string) int {
	w.t.Helper()
	return int(*must[ec2.DescribeSubnetsOutput](w, &ec2.DescribeSubnetsInput{SubnetIds: []string{subnet}}).Subnets[0].AvailableIpAddressCount)
}

// six is an IPv6 address of a subnet of testWorld.network, by its last number.
func (w *testWorld) six(subnet string, last byte) netip.Addr {
	w.t.Helper()
	s := must[ec2.DescribeSubnetsOutput](w, &ec2.DescribeSubnetsInput{SubnetIds: []string{subnet}}).Subnets[0]
	b := netip.MustParsePrefix(*s.Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock).Addr().As16()
	b[15] = last
	return netip.AddrFrom16(b)
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkInterface.html
func TestCreateNetworkInterface(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	net := w.network("10.0.0.0/16", "us-east-1b")
	before := w.available(net.subnet)
	web := w.addGroup(net.vpc, "web")
	six := w.six(net.subnet, 9)
	made := w.addInterface(net.subnet, func(in *ec2.CreateNetworkInterfaceInput) {
		in.Description = ptr("front")
		in.Groups = []string{web}
		in.PrivateIpAddresses = []ec2types.PrivateIpAddressSpecification{
			{PrivateIpAddress: ptr("10.0.0.20")}, {PrivateIpAddress: ptr("10.0.0.21"), Primary: ptr(true)},
		}
		in.Ipv6Addresses = []ec2types.InstanceIpv6Address{{Ipv6Address: ptr(six.Next().String())}, {Ipv6Address: ptr(six.String()), IsPrimaryIpv6: ptr(true)}}
		in.ConnectionTrackingSpecification = &ec2types.ConnectionTrackingSpecificationRequest{UdpTimeout: ptr(int32(45))}
		in.TagSpecifications = tagged(ec2types.ResourceTypeNetworkInterface, "Name", "spare")
	})
	wantEqual(t, ec2types.NetworkInterface{
		AvailabilityZone:                ptr("us-east-1b"),
		AvailabilityZoneId:              ptr("use1-az1"),
		ConnectionTrackingConfiguration: &ec2types.ConnectionTrackingConfiguration{UdpTimeout: ptr(int32(45))},
		Description:                     ptr("front"),
		Groups:                          []ec2types.GroupIdentifier{{GroupId: &web, GroupName: ptr("web")}},
		InterfaceType:                   ec2types.NetworkInterfaceTypeInterface,
		Ipv6Address:                     ptr(six.String()),
		Ipv6Addresses: []ec2types.NetworkInterfaceIpv6Address{
			{Ipv6Address: ptr(six.String()), IsPrimaryIpv6: ptr(true)}, {Ipv6Address: ptr(six.Next().String()), IsPrimaryIpv6: ptr(false)},
		},
		MacAddress:         made.MacAddress,
		NetworkInterfaceId: made.NetworkInterfaceId,
		Operator:           &ec2types.OperatorResponse{Managed: ptr(false)},
		OwnerId:            ptr(DefaultAccount),
		PrivateDnsName:     ptr("ip-10-0-0-21.ec2.internal"),
		PrivateIpAddress:   ptr("10.0.0.21"),
		PrivateIpAddresses: []ec2types.NetworkInterfacePrivateIpAddress{
			{Primary: ptr(true), PrivateDnsName: ptr("ip-10-0-0-21.ec2.internal"), PrivateIpAddress: ptr("10.0.0.21")},
			{Primary: ptr(false), PrivateDnsName: ptr("ip-10-0-0-20.ec2.internal"), PrivateIpAddress: ptr("10.0.0.20")},
		},
		RequesterManaged: ptr(false),
		SourceDestCheck:  ptr(true),
		Status:           ec2types.NetworkInterfaceStatusAvailable,
		SubnetId:         &net.subnet,
		TagSet:           tags("Name", "spare"),
		VpcId:            &net.vpc,
	}, made)
	wantEqual(t, made, w.eni(*made.NetworkInterfaceId))
	require.Equal(t, before-2, w.available(net.subnet))

	must[ec2.DeleteNetworkInterfaceOutput](w, &ec2.DeleteNetworkInterfaceInput{NetworkInterfaceId: made.NetworkInterfaceId})
	require.Equal(t, before, w.available(net.subnet))
	require.NotContains(t, w.dump(), "key:Name")
	w.addInterface(net.subnet, func(in *ec2.CreateNetworkInterfaceInput) {
		in.PrivateIpAddress, in.Ipv6Addresses = ptr("10.0.0.21"), []ec2types.InstanceIpv6Address{{Ipv6Address: ptr(six.String())}}
	})
}

func TestWhatAnInterfaceIsMadeWithByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	net := w.network("10.0.0.0/16", "us-east-1b")
	made := w.addInterface(net.subnet, nil)
	require.Equal(t, net.group, *made.Groups[0].GroupId)
	require.Equal(t, "10.0.0.4", *made.PrivateIpAddress)
	require.Empty(t, made.Ipv6Addresses)
	require.Empty(t, *made.Description)
	require.Nil(t, made.Association, "only a launch gives public addresses")
	in := w.addInterface(*w.instance(w.launch(nil)).SubnetId, nil)
	require.Nil(t, in.Association, "in a default subnet too")
}

// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
func TestAnInterfaceIsMadeOnceForAToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	net := w.network("10.0.0.0/16", "us-east-1b")
	token := func(in *ec2.CreateNetworkInterfaceInput) { in.ClientToken = ptr("t") }
	made := w.addInterface(net.subnet, token)
	require.Equal(t, made.NetworkInterfaceId, w.addInterface(net.subnet, token).NetworkInterfaceId)
	wantNoChange[ec2.CreateNetworkInterfaceOutput](w, &ec2.CreateNetworkInterfaceInput{
		SubnetId: &net.subnet, ClientToken: ptr("t"), Description: ptr("other"),
	}, "IdempotentParameterMismatch")
	must[ec2.DeleteNetworkInterfaceOutput](w, &ec2.DeleteNetworkInterfaceInput{NetworkInterfaceId: made.NetworkInterfaceId})
	wantNoChange[ec2.CreateNetworkInterfaceOutput](w, &ec2.CreateNetworkInterfaceInput{SubnetId: &net.subnet, ClientToken: ptr("t")}, "InvalidNetworkInterfaceID.NotFound")
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-prefix-eni.html
func TestDelegatedPrefixes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	net := w.network("10.0.0.0/24", "us-east-1b")
	first := w.addInterface(net.subnet, func(in *ec2.CreateNetworkInterfaceInput) {
		in.Ipv4PrefixCount, in.Ipv6PrefixCount = ptr(int32(2)), ptr(int32(1))
	})
	require.Equal(t, []ec2types.Ipv4PrefixSpecification{{Ipv4Prefix: ptr("10.0.0.16/28")}, {Ipv4Prefix: ptr("10.0.0.32/28")}}, first.Ipv4Prefixes)
	require.Len(t, first.Ipv6Prefixes, 1)
	require.Equal(t, 80, netip.MustParsePrefix(*first.Ipv6Prefixes[0].Ipv6Prefix).Bits())
	require.Equal(t, 251-1-32, w.available(net.subnet))
	named := w.addInterface(net.subnet, func(in *ec2.CreateNetworkInterfaceInput) {
		in.PrivateIpAddress = ptr("10.0.0.100")
		in.Ipv4Prefixes = []ec2types.Ipv4PrefixSpecificationRequest{{Ipv4Prefix: ptr("10.0.0.48/28")}}
	})
	require.Equal(t, "10.0.0.48/28", *named.Ipv4Prefixes[0].Ipv4Prefix)

	id := w.launch(func(in *ec2.RunInstancesInput) {
		in.NetworkInterfaces = []on{{DeviceIndex: ptr(int32(0)), SubnetId: &net.subnet, Ipv4PrefixCount: ptr(int32(1)), Ipv6PrefixCount: ptr(int32(1))}}
	})
	n := w.instance(id).NetworkInterfaces[0]
	require.Equal(t, "10.0.0.64/28", *n.Ipv4Prefixes[0].Ipv4Prefix)
	require.Equal(t, w.eni(*n.NetworkInterfaceId).Ipv6Prefixes[0].Ipv6Prefix, n.Ipv6Prefixes[0].Ipv6Prefix)
	require.Equal(t, []string{id}, w.found(filter("network-interface.ipv4-prefixes.ipv4-prefix", "10.0.0.64/28")))
	require.Equal(t, []string{id}, w.found(filter("network-interface.ipv6-prefixes.ipv6-prefix", *n.Ipv6Prefixes[0].Ipv6Prefix)))

	must[ec2.DeleteNetworkInterfaceOutput](w, &ec2.DeleteNetworkInterfaceInput{NetworkInterfaceId: first.NetworkInterfaceId})
	require.Equal(t, 251-2-32, w.available(net.subnet))
	again := w.addInterface(net.subnet, func(in *ec2.CreateNetworkInterfaceInput) { in.Ipv4PrefixCount = ptr(int32(1)) })
	require.Equal(t, "10.0.0.16/28", *again.Ipv4Prefixes[0].Ipv4Prefix)
}

func TestInterfacesThatCannotBeMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	net, small := w.network("10.0.0.0/24", "us-east-1b"), w.network("10.1.0.0/27", "us-east-1b")
	other := w.network("10.2.0.0/24", "us-east-1b")
	plain := newSubnet(w, newVPC(w, "10.3.0.0/16"), "10.3.0.0/24")
	taken := w.addInterface(net.subnet, func(in *ec2.CreateNetworkInterfaceInput) {
		in.PrivateIpAddress, in.Ipv6Addresses = ptr("10.0.0.20"), []ec2types.InstanceIpv6Address{{Ipv6Address: ptr(w.six(net.subnet, 1).String())}}
	})
	w.addInterface(small.subnet, func(in *ec2.CreateNetworkInterfaceInput) { in.PrivateIpAddress = ptr("10.1.0.20") })
	full := w.network("10.4.0.0/28", "us-east-1b")
	type in = *ec2.CreateNetworkInterfaceInput
	prefixes := func(all ...string) (out []ec2types.Ipv4PrefixSpecificationRequest) {
		for _, p := range all {
			out = append(out, ec2types.Ipv4PrefixSpecificationRequest{Ipv4Prefix: ptr(p)})
		}
		return out
	}
	six := func(all ...string) (out []ec2types.InstanceIpv6Address) {
		for _, a := range all {
			out = append(out, ec2types.InstanceIpv6Address{Ipv6Address: ptr(a)})
		}
		return out
	}
	for name, tc := range map[string]struct {
		change        func(in)
		code, message string
	}{
		"no subnet":         {func(in in) { in.SubnetId = nil }, "MissingParameter", "subnetId"},
		"unknown subnet":    {func(in in) { in.SubnetId = ptr("subnet-12345678") }, "InvalidSubnetID.NotFound", "subnet-12345678"},
		"foreign group":     {func(in in) { in.Groups = []string{other.group} }, "InvalidParameter", "belong to different networks"},
		"type":              {func(in in) { in.InterfaceType = "branch" }, "InvalidParameterValue", "branch"},
		"efa-only address":  {func(in in) { in.InterfaceType, in.PrivateIpAddress = "efa-only", ptr("10.0.0.9") }, "InvalidParameterCombination", "efa-only"},
		"efa-only prefix":   {func(in in) { in.InterfaceType, in.Ipv4PrefixCount = "efa-only", ptr(int32(1)) }, "InvalidParameterCombination", "efa-only"},
		"efa-only IPv6":     {func(in in) { in.InterfaceType, in.Ipv6AddressCount = "efa-only", ptr(int32(1)) }, "InvalidParameterCombination", "efa-only"},
		"address in use":    {func(in in) { in.PrivateIpAddress = taken.PrivateIpAddress }, "InvalidIPAddress.InUse", "10.0.0.20"},
		"no address":        {func(in in) { in.PrivateIpAddress = ptr("10.0.0") }, "InvalidParameterValue", "Invalid IPv4 address."},
		"negative count":    {func(in in) { in.SecondaryPrivateIpAddressCount = ptr(int32(-1)) }, "InvalidParameterValue", "SecondaryPrivateIpAddressCount"},
		"prefix in use":     {func(in in) { in.Ipv4Prefixes = prefixes("10.0.0.16/28") }, "InvalidIPAddress.InUse", "10.0.0.16/28"},
		"prefix twice":      {func(in in) { in.Ipv4Prefixes = prefixes("10.0.0.48/28", "10.0.0.48/28") }, "InvalidIPAddress.InUse", "10.0.0.48/28"},
		"first prefix":      {func(in in) { in.Ipv4Prefixes = prefixes("10.0.0.0/28") }, "InvalidParameterValue", "reserved"},
		"last prefix":       {func(in in) { in.Ipv4Prefixes = prefixes("10.0.0.240/28") }, "InvalidParameterValue", "reserved"},
		"prefix outside":    {func(in in) { in.Ipv4Prefixes = prefixes("10.9.0.0/28") }, "InvalidParameterValue", "does not fall within"},
		"prefix of no size": {func(in in) { in.Ipv4Prefixes = prefixes("10.0.0.64/27") }, "InvalidParameterValue", "/28"},
		"prefixes and count": {func(in in) { in.Ipv4Prefixes, in.Ipv4PrefixCount = prefixes("10.0.0.48/28"), ptr(int32(1)) },
			"InvalidParameterCombination", "Either a number of IPv4 prefixes or the prefixes"},
		"prefixes and addresses": {func(in in) { in.SecondaryPrivateIpAddressCount, in.Ipv4PrefixCount = ptr(int32(1)), ptr(int32(1)) },
			"InvalidParameterCombination", "Either IPv4 prefixes or private IP addresses"},
		"no block free":     {func(in in) { in.SubnetId, in.Ipv4PrefixCount = &small.subnet, ptr(int32(1)) }, "InsufficientCidrBlocks", "free cidr blocks"},
		"no addresses free": {func(in in) { in.SubnetId, in.Ipv4PrefixCount = &full.subnet, ptr(int32(1)) }, "InvalidParameterValue", "There aren't sufficient free Ipv4 addresses or prefixes"},
		"IPv6 without":      {func(in in) { in.SubnetId, in.Ipv6AddressCount = &plain, ptr(int32(1)) }, "InvalidParameterValue", "has no IPv6 CIDR block"},
		"prefix without":    {func(in in) { in.SubnetId, in.Ipv6PrefixCount = &plain, ptr(int32(1)) }, "InvalidParameterValue", "has no IPv6 CIDR block"},
		"IPv6 in use":       {func(in in) { in.Ipv6Addresses = six(*taken.Ipv6Address) }, "InvalidIPAddress.InUse", *taken.Ipv6Address},
		"no IPv6":           {func(in in) { in.Ipv6Addresses = six("10.0.0.9") }, "InvalidParameterValue", "Invalid IPv6 address."},
		"IPv6 and count":    {func(in in) { in.Ipv6Addresses, in.Ipv6AddressCount = six("2600::1"), ptr(int32(1)) }, "InvalidParameterCombination", "Either a number of IPv6 addresses"},
		"IPv6 and prefixes": {func(in in) { in.Ipv6AddressCount, in.Ipv6PrefixCount = ptr(int32(1)), ptr(int32(1)) }, "InvalidParameterCombination", "Either IPv6 prefixes or IPv6 addresses"},
		"two primary IPv6": {func(in in) {
			in.Ipv6Addresses = []ec2types.InstanceIpv6Address{
				{Ipv6Address: ptr("2600::1"), IsPrimaryIpv6: ptr(true)}, {Ipv6Address: ptr("2600::2"), IsPrimaryIpv6: ptr(true)},
			}
		}, "InvalidParameterCombination", "Only one IPv6 address"},
		"primary IPv6 of none": {func(in in) { in.EnablePrimaryIpv6 = ptr(true) }, "InvalidParameterValue", "no IPv6 address"},
		"IPv6 prefix in use": {func(in in) {
			in.Ipv6Prefixes = []ec2types.Ipv6PrefixSpecificationRequest{{Ipv6Prefix: ptr(blockOf(netip.MustParseAddr(*taken.Ipv6Address)).String())}}
		}, "InvalidIPAddress.InUse", "/80"},
		"IPv6 prefix of no size": {func(in in) {
			in.Ipv6Prefixes = []ec2types.Ipv6PrefixSpecificationRequest{{Ipv6Prefix: ptr("2600::/64")}}
		}, "InvalidParameterValue", "/80"},
		"timeout": {func(in in) {
			in.ConnectionTrackingSpecification = &ec2types.ConnectionTrackingSpecificationRequest{TcpEstablishedTimeout: ptr(int32(59))}
		}, "InvalidParameterValue", "from 60 to 432000 seconds"},
		"tags of others": {func(in in) { in.TagSpecifications = tagged(ec2types.ResourceTypeVpc, "k", "v") }, "InvalidParameterValue", "vpc"},
		"dry run":        {func(in in) { in.DryRun = ptr(true) }, "DryRunOperation", "would have succeeded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := &ec2.CreateNetworkInterfaceInput{SubnetId: ptr(net.subnet)}
			tc.change(in)
			e := wantNoChange[ec2.CreateNetworkInterfaceOutput](w.forkWithin(t), in, tc.code)
			require.Contains(t, e.Message, tc.message)
		})
	}
}

func TestInterfacesThatCannotBeDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	n := w.instance(w.launch(nil)).NetworkInterfaces[0].NetworkInterfaceId
	e := wantNoChange[ec2.DeleteNetworkInterfaceOutput](w, &ec2.DeleteNetworkInterfaceInput{NetworkInterfaceId: n}, "InvalidParameterValue")
	require.Equal(t, "Network interface '"+*n+"' is currently in use.", e.Message)
	wantNoChange[ec2.DeleteNetworkInterfaceOutput](w, &ec2.DeleteNetworkInterfaceInput{}, "MissingParameter")
	wantNoChange[ec2.DeleteNetworkInterfaceOutput](w, &ec2.DeleteNetworkInterfaceInput{NetworkInterfaceId: ptr("eni-x")}, "InvalidNetworkInterfaceId.Malformed")
	wantNoChange[ec2.DeleteNetworkInterfaceOutput](w.as("111122223333"), &ec2.DeleteNetworkInterfaceInput{NetworkInterfaceId: n}, "InvalidNetworkInterfaceID.NotFound")
}
