package engine

import (
	"net/netip"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

// privateOf are the private addresses of an interface, the primary one first.
func (w *testWorld) privateOf(eni string) (all []string) {
	w.t.Helper()
	for _, a := range w.eni(eni).PrivateIpAddresses {
		all = append(all, *a.PrivateIpAddress)
	}
	return all
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssignPrivateIpAddresses.html
func TestPrivateAddressesAreAssignedAndUnassigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	net := w.network("10.0.0.0/24", "us-east-1a")
	eni, other := *w.addInterface(net.subnet, nil).NetworkInterfaceId, *w.addInterface(net.subnet, nil).NetworkInterfaceId
	out := must[ec2.AssignPrivateIpAddressesOutput](w, &ec2.AssignPrivateIpAddressesInput{
		NetworkInterfaceId: &eni, PrivateIpAddresses: []string{"10.0.0.50", "10.0.0.40"}, Ipv4PrefixCount: ptr(int32(1)),
	})
	require.Equal(t, eni, *out.NetworkInterfaceId)
	require.Equal(t, "10.0.0.50", *out.AssignedPrivateIpAddresses[0].PrivateIpAddress)
	require.Equal(t, "10.0.0.16/28", *out.AssignedIpv4Prefixes[0].Ipv4Prefix)
	out = must[ec2.AssignPrivateIpAddressesOutput](w, &ec2.AssignPrivateIpAddressesInput{NetworkInterfaceId: &eni, SecondaryPrivateIpAddressCount: ptr(int32(2))})
	require.Len(t, out.AssignedPrivateIpAddresses, 2, "only the new ones")
	require.Equal(t, []string{"10.0.0.4", "10.0.0.50", "10.0.0.40", "10.0.0.6", "10.0.0.7"}, w.privateOf(eni))
	require.Equal(t, 251-6-16, w.available(net.subnet))

	move := &ec2.AssignPrivateIpAddressesInput{NetworkInterfaceId: &other, PrivateIpAddresses: []string{"10.0.0.50", "10.0.0.60"}}
	wantNoChange[ec2.AssignPrivateIpAddressesOutput](w, move, "Resource.AlreadyAssigned")
	move.AllowReassignment = ptr(true)
	must[ec2.AssignPrivateIpAddressesOutput](w, move)
	require.Equal(t, []string{"10.0.0.5", "10.0.0.50", "10.0.0.60"}, w.privateOf(other))
	require.Equal(t, []string{"10.0.0.4", "10.0.0.40", "10.0.0.6", "10.0.0.7"}, w.privateOf(eni))
	require.Empty(t, must[ec2.AssignPrivateIpAddressesOutput](w, move).AssignedPrivateIpAddresses, "are there already")
	require.Len(t, w.privateOf(other), 3)

	must[ec2.UnassignPrivateIpAddressesOutput](w, &ec2.UnassignPrivateIpAddressesInput{
		NetworkInterfaceId: &eni, PrivateIpAddresses: []string{"10.0.0.40", "10.0.0.6", "10.0.0.7"}, Ipv4Prefixes: []string{"10.0.0.16/28"},
	})
	must[ec2.UnassignPrivateIpAddressesOutput](w, &ec2.UnassignPrivateIpAddressesInput{NetworkInterfaceId: &other, PrivateIpAddresses: []string{"10.0.0.50", "10.0.0.60", "10.0.0.60"}})
	require.Equal(t, []string{"10.0.0.4"}, w.privateOf(eni))
	require.Empty(t, w.eni(eni).Ipv4Prefixes)
	require.Equal(t, 251-2, w.available(net.subnet))
}

func TestPrivateAddressesThatCannotBeAssigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	net := w.network("10.0.0.0/24", "us-east-1a")
	eni, other := *w.addInterface(net.subnet, nil).NetworkInterfaceId, *w.addInterface(net.subnet, nil).NetworkInterfaceId
	small := *w.instance(w.launch(func(in *ec2.RunInstancesInput) { in.InstanceType = ec2types.InstanceTypeT4gMicro })).NetworkInterfaces[0].NetworkInterfaceId
	type in = *ec2.AssignPrivateIpAddressesInput
	for name, tc := range map[string]struct {
		id            string
		change        func(in)
		code, message string
	}{
		"no interface": {"", func(in) {}, "MissingParameter", "networkInterfaceId"},
		"nothing":      {eni, func(in) {}, "InvalidParameterCombination", "must contain"},
		"addresses by both": {eni, func(in in) {
			in.PrivateIpAddresses, in.SecondaryPrivateIpAddressCount = []string{"10.0.0.9"}, ptr(int32(1))
		}, "InvalidParameterCombination", "PrivateIpAddresses"},
		"prefixes by both":   {eni, func(in in) { in.Ipv4Prefixes, in.Ipv4PrefixCount = []string{"10.0.0.16/28"}, ptr(int32(1)) }, "InvalidParameterCombination", "Ipv4Prefixes"},
		"no address":         {eni, func(in in) { in.PrivateIpAddresses = []string{"10.0.0.256"} }, "InvalidParameterValue", "Invalid IPv4 address."},
		"outside":            {eni, func(in in) { in.PrivateIpAddresses = []string{"10.0.9.9"} }, "InvalidParameterValue", "does not fall within"},
		"twice":              {eni, func(in in) { in.PrivateIpAddresses = []string{"10.0.0.9", "10.0.0.9"} }, "InvalidIPAddress.InUse", "10.0.0.9"},
		"primary of another": {eni, func(in in) { in.PrivateIpAddresses, in.AllowReassignment = w.privateOf(other), ptr(true) }, "InvalidParameterValue", "primary one of interface " + other},
		"all or none":        {eni, func(in in) { in.PrivateIpAddresses = append([]string{"10.0.0.99"}, w.privateOf(other)...) }, "Resource.AlreadyAssigned", other},
		"too many for type":  {small, func(in in) { in.SecondaryPrivateIpAddressCount = ptr(int32(2)) }, "PrivateIpAddressLimitExceeded", ""},
		"prefixes count":     {small, func(in in) { in.Ipv4PrefixCount = ptr(int32(2)) }, "PrivateIpAddressLimitExceeded", ""},
		"more than free":     {eni, func(in in) { in.SecondaryPrivateIpAddressCount = ptr(int32(250)) }, "InsufficientFreeAddressesInSubnet", net.subnet},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := &ec2.AssignPrivateIpAddressesInput{NetworkInterfaceId: ptr(tc.id)}
			tc.change(in)
			e := wantNoChange[ec2.AssignPrivateIpAddressesOutput](w.forkWithin(t), in, tc.code)
			require.Contains(t, e.Message, tc.message)
		})
	}
	for name, tc := range map[string]struct {
		in      ec2.UnassignPrivateIpAddressesInput
		message string
	}{
		"primary":      {ec2.UnassignPrivateIpAddressesInput{PrivateIpAddresses: w.privateOf(eni)}, "primary"},
		"of another":   {ec2.UnassignPrivateIpAddressesInput{PrivateIpAddresses: w.privateOf(other)}, "not assigned to interface " + eni},
		"other prefix": {ec2.UnassignPrivateIpAddressesInput{Ipv4Prefixes: []string{"10.0.0.16/28"}}, "not assigned to interface " + eni},
	} {
		t.Run("not taken away: "+name, func(t *testing.T) {
			t.Parallel()
			tc.in.NetworkInterfaceId = &eni
			e := wantNoChange[ec2.UnassignPrivateIpAddressesOutput](w.forkWithin(t), &tc.in, "InvalidParameterValue")
			require.Contains(t, e.Message, tc.message)
		})
	}
	wantNoChange[ec2.UnassignPrivateIpAddressesOutput](w, &ec2.UnassignPrivateIpAddressesInput{NetworkInterfaceId: &eni}, "InvalidParameterCombination")
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssignIpv6Addresses.html
func TestIPv6AddressesAreAssignedAndUnassigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	net := w.network("10.0.0.0/24", "us-east-1a")
	eni := *w.addInterface(net.subnet, nil).NetworkInterfaceId
	six := w.six(net.subnet, 5)
	out := must[ec2.AssignIpv6AddressesOutput](w, &ec2.AssignIpv6AddressesInput{
		NetworkInterfaceId: &eni, Ipv6Addresses: []string{six.String()}, Ipv6PrefixCount: ptr(int32(2)),
	})
	require.Equal(t, []string{six.String()}, out.AssignedIpv6Addresses)
	require.Len(t, out.AssignedIpv6Prefixes, 2)
	more := must[ec2.AssignIpv6AddressesOutput](w, &ec2.AssignIpv6AddressesInput{NetworkInterfaceId: &eni, Ipv6AddressCount: ptr(int32(1))})
	require.Len(t, more.AssignedIpv6Addresses, 1)
	require.Len(t, w.eni(eni).Ipv6Addresses, 2)

	inPrefix := netip.MustParsePrefix(out.AssignedIpv6Prefixes[0]).Addr().Next().String()
	for name, tc := range map[string]struct {
		in   ec2.AssignIpv6AddressesInput
		code string
	}{
		"in use":         {ec2.AssignIpv6AddressesInput{Ipv6Addresses: []string{six.String()}}, "InvalidIPAddress.InUse"},
		"in a prefix":    {ec2.AssignIpv6AddressesInput{Ipv6Addresses: []string{inPrefix}}, "InvalidIPAddress.InUse"},
		"prefix in use":  {ec2.AssignIpv6AddressesInput{Ipv6Prefixes: out.AssignedIpv6Prefixes[:1]}, "InvalidIPAddress.InUse"},
		"around another": {ec2.AssignIpv6AddressesInput{Ipv6Prefixes: []string{blockOf(six).String()}}, "InvalidIPAddress.InUse"},
		"outside":        {ec2.AssignIpv6AddressesInput{Ipv6Addresses: []string{"2600::1"}}, "InvalidParameterValue"},
		"prefix outside": {ec2.AssignIpv6AddressesInput{Ipv6Prefixes: []string{"2600::/80"}}, "InvalidParameterValue"},
		"none":           {ec2.AssignIpv6AddressesInput{}, "InvalidParameterCombination"},
		"by both":        {ec2.AssignIpv6AddressesInput{Ipv6Addresses: []string{six.Next().String()}, Ipv6AddressCount: ptr(int32(1))}, "InvalidParameterCombination"},
		"negative":       {ec2.AssignIpv6AddressesInput{Ipv6AddressCount: ptr(int32(-1))}, "InvalidParameterValue"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tc.in.NetworkInterfaceId = &eni
			wantNoChange[ec2.AssignIpv6AddressesOutput](w.forkWithin(t), &tc.in, tc.code)
		})
	}
	t.Run("taken away", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		gone := must[ec2.UnassignIpv6AddressesOutput](w, &ec2.UnassignIpv6AddressesInput{
			NetworkInterfaceId: &eni, Ipv6Addresses: []string{six.String()}, Ipv6Prefixes: out.AssignedIpv6Prefixes,
		})
		require.Equal(t, []string{six.String()}, gone.UnassignedIpv6Addresses)
		require.Equal(t, out.AssignedIpv6Prefixes, gone.UnassignedIpv6Prefixes)
		require.Equal(t, more.AssignedIpv6Addresses[0], *w.eni(eni).Ipv6Address)
		require.Empty(t, w.eni(eni).Ipv6Prefixes)
		wantNoChange[ec2.UnassignIpv6AddressesOutput](w, &ec2.UnassignIpv6AddressesInput{NetworkInterfaceId: &eni, Ipv6Addresses: []string{six.String()}}, "InvalidParameterValue")
		must[ec2.ModifyNetworkInterfaceAttributeOutput](w, &ec2.ModifyNetworkInterfaceAttributeInput{NetworkInterfaceId: &eni, EnablePrimaryIpv6: ptr(true)})
		e := wantNoChange[ec2.UnassignIpv6AddressesOutput](w, &ec2.UnassignIpv6AddressesInput{NetworkInterfaceId: &eni, Ipv6Addresses: more.AssignedIpv6Addresses}, "InvalidParameterValue")
		require.Contains(t, e.Message, "primary")
	})
}
