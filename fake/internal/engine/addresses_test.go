package engine

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/amiclass/amiclass/region"
)

// freeInterface makes an interface as a launch would.
func freeInterface(t *tx, n newInterface) (*networkInterface, error) {
	if n.subnet == nil {
		n.subnet, _ = t.defaultSubnet("")
	}
	return t.createInterface(n)
}

func smallSubnet(w *testWorld) string { return newSubnet(w, newVPC(w, "10.0.0.0/16"), "10.0.0.0/28") }

func TestFreeAddressesAreTakenInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := smallSubnet(w)
	var made []*networkInterface
	require.NoError(t, w.change(func(tx *tx) error {
		s, err := tx.subnetByID(id)
		require.NoError(t, err)
		for n := range 11 {
			i, err := tx.createInterface(newInterface{subnet: s})
			require.NoError(t, err)
			require.Equal(t, "10.0.0."+itoa(n+4), i.private[0].String(), "the first four are EC2's")
			made = append(made, i)
		}
		return nil
	}))
	full := must[ec2.DescribeSubnetsOutput](w, &ec2.DescribeSubnetsInput{SubnetIds: []string{id}}).Subnets[0]
	require.Zero(t, *full.AvailableIpAddressCount)

	before := w.made()
	err := w.change(func(tx *tx) error {
		s, _ := tx.subnetByID(id)
		_, err := tx.createInterface(newInterface{subnet: s})
		return err
	})
	e := wantCode(t, err, "InsufficientFreeAddressesInSubnet")
	require.Equal(t, "There are not enough free addresses in subnet '"+id+"' to satisfy the requested number of instances.", e.Message)
	require.Equal(t, before, w.made())

	require.NoError(t, w.change(func(tx *tx) error {
		tx.deleteInterface(made[3].id)
		tx.deleteInterface(made[3].id) // has gone: nothing happens
		s, _ := tx.subnetByID(id)
		i, err := tx.createInterface(newInterface{subnet: s})
		require.NoError(t, err)
		require.Equal(t, made[3].private, i.private, "the search wraps around")
		return nil
	}))
}

func TestAddressesThatAreAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := smallSubnet(w)
	make := func(w *testWorld, n newInterface) (i *networkInterface, err error) {
		err = w.change(func(tx *tx) error {
			n.subnet, err = tx.subnetByID(id)
			require.NoError(t, err)
			i, err = tx.createInterface(n)
			return err
		})
		return i, err
	}
	i, err := make(w, newInterface{private: addrs("10.0.0.9", "10.0.0.5"), secondaryCount: 2})
	require.NoError(t, err)
	require.Equal(t, addrs("10.0.0.9", "10.0.0.5", "10.0.0.4", "10.0.0.6"), i.private)

	for name, tc := range map[string]struct {
		address, code, message string
	}{
		"in use":        {"10.0.0.5", "InvalidIPAddress.InUse", "Address 10.0.0.5 is in use."},
		"outside":       {"10.0.0.16", "InvalidParameterValue", "Address 10.0.0.16 does not fall within the subnet's address range"},
		"IPv6":          {"2600::1", "InvalidParameterValue", "Address 2600::1 does not fall within the subnet's address range"},
		"the router's":  {"10.0.0.1", "InvalidParameterValue", "Address 10.0.0.1 is in subnet's reserved address range"},
		"the network's": {"10.0.0.0", "InvalidParameterValue", "Address 10.0.0.0 is in subnet's reserved address range"},
		"the last":      {"10.0.0.15", "InvalidParameterValue", "Address 10.0.0.15 is in subnet's reserved address range"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := make(w.forkWithin(t), newInterface{private: addrs(tc.address)})
			require.Equal(t, tc.message, wantCode(t, err, tc.code).Message)
		})
	}
	t.Run("twice the same", func(t *testing.T) {
		t.Parallel()
		_, err := make(w.forkWithin(t), newInterface{private: addrs("10.0.0.8", "10.0.0.8")})
		wantCode(t, err, "InvalidIPAddress.InUse")
	})
	t.Run("more than there are", func(t *testing.T) {
		t.Parallel()
		_, err := make(w.forkWithin(t), newInterface{secondaryCount: 7})
		wantCode(t, err, "InsufficientFreeAddressesInSubnet")
	})
	t.Run("IPv6 in a subnet without", func(t *testing.T) {
		t.Parallel()
		_, err := make(w.forkWithin(t), newInterface{ipv6Count: 1})
		wantCode(t, err, "InvalidParameterValue")
	})
	t.Run("an unknown subnet", func(t *testing.T) {
		t.Parallel()
		err := w.forkWithin(t).change(func(tx *tx) error {
			_, err := tx.createInterface(newInterface{subnet: &subnet{id: "subnet-12345678"}})
			return err
		})
		wantCode(t, err, "InvalidSubnetID.NotFound")
	})
}

func addrs(texts ...string) []netip.Addr {
	var out []netip.Addr
	for _, s := range texts {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

func TestIPv6Addresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	network := must[ec2.CreateVpcOutput](w, &ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16"), AmazonProvidedIpv6CidrBlock: ptr(true)}).Vpc
	block := netip.MustParsePrefix(*network.Ipv6CidrBlockAssociationSet[0].Ipv6CidrBlock)
	block = netip.PrefixFrom(block.Addr(), 64)
	id := *must[ec2.CreateSubnetOutput](w, &ec2.CreateSubnetInput{
		VpcId: network.VpcId, CidrBlock: ptr("10.0.0.0/24"), Ipv6CidrBlock: ptr(block.String()),
	}).Subnet.SubnetId
	require.NoError(t, w.change(func(tx *tx) error {
		s, _ := tx.subnetByID(id)
		asked := block.Addr().Next()
		i, err := tx.createInterface(newInterface{subnet: s, ipv6: []netip.Addr{asked}, ipv6Count: 2})
		require.NoError(t, err)
		require.Len(t, i.ipv6, 3)
		require.Equal(t, asked, i.ipv6[0])
		for _, a := range i.ipv6 {
			require.True(t, block.Contains(a))
		}
		_, err = tx.createInterface(newInterface{subnet: s, ipv6: []netip.Addr{asked}})
		require.True(t, isError(err, "InvalidIPAddress.InUse"))
		_, err = tx.createInterface(newInterface{subnet: s, ipv6: addrs("2600::1")})
		require.True(t, isError(err, "InvalidParameterValue"))
		return nil
	}))
	asked := block.Addr().Next().String()
	out := must[ec2.DescribeNetworkInterfacesOutput](w, &ec2.DescribeNetworkInterfacesInput{
		Filters: []ec2types.Filter{filter("ipv6-addresses.ipv6-address", asked)},
	})
	require.Len(t, out.NetworkInterfaces, 1)
	require.Equal(t, asked, *out.NetworkInterfaces[0].Ipv6Address)
	require.Len(t, out.NetworkInterfaces[0].Ipv6Addresses, 3)
}

// The set of addresses does what a map does, whatever happens to it.
func TestAddressesAreASet(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.SampledFrom([]int{16, 64, 5000, 65536}).Draw(t, "limit")
		model := make(map[int]bool)
		var set addresses
		t.Repeat(map[string]func(*rapid.T){
			"toggle": func(t *rapid.T) {
				n := rapid.IntRange(0, limit-1).Draw(t, "n")
				before := set
				had := set.has(n)
				set = set.with(n, !had)
				if model[n] != had || before.has(n) != had || set.has(n) == had {
					t.Fatalf("%d: %t, %t", n, had, set.has(n))
				}
				model[n] = !had
			},
			"fill": func(t *rapid.T) {
				from := rapid.IntRange(0, limit-1).Draw(t, "from")
				for n := from; n < min(limit, from+3000); n++ {
					if !set.has(n) {
						set = set.with(n, true)
						model[n] = true
					}
				}
			},
			"": func(t *rapid.T) {
				from := rapid.IntRange(0, limit-1).Draw(t, "from")
				want := from
				for want < limit && model[want] {
					want++
				}
				got, ok := set.free(from, limit)
				if ok != (want < limit) || ok && got != want {
					t.Fatalf("free from %d: %d %t, want %d", from, got, ok, want)
				}
				taken := 0
				for _, is := range model {
					if is {
						taken++
					}
				}
				if set.taken != taken {
					t.Fatalf("%d taken, want %d", set.taken, taken)
				}
			},
		})
	})
}

func TestPublicAddressesAndMACsAreUniqueAndDeterministic(t *testing.T) {
	t.Parallel()
	draw := func(seed uint64) (out []string) {
		w := newWorld(t, Options{Seed: seed})
		seen := make(map[string]bool)
		require.NoError(t, w.change(func(tx *tx) error {
			for range 500 {
				i, err := freeInterface(tx, newInterface{public: true})
				require.NoError(t, err)
				require.False(t, seen[i.mac] || seen[i.public.String()])
				seen[i.mac], seen[i.public.String()] = true, true
				require.Regexp(t, `^[01][26ae](:[0-9a-f]{2}){5}$`, i.mac)
				require.False(t, i.public.IsPrivate())
				out = append(out, i.mac, i.public.String(), i.id)
			}
			return nil
		}))
		return out
	}
	require.Equal(t, draw(7), draw(7))
	require.NotEqual(t, draw(7), draw(8))
}

func TestNamesOfHosts(t *testing.T) {
	t.Parallel()
	const id = "i-0123456789abcdef0"
	for name, tc := range map[string]struct {
		region          region.Region
		hostname        ec2types.HostnameType
		instance        string
		private, public string
	}{
		"us-east-1":         {region.USEast1, ec2types.HostnameTypeIpName, id, "ip-172-31-0-4.ec2.internal", "ec2-52-1-2-3.compute-1.amazonaws.com"},
		"elsewhere":         {region.EUWest1, ec2types.HostnameTypeIpName, id, "ip-172-31-0-4.eu-west-1.compute.internal", "ec2-52-1-2-3.eu-west-1.compute.amazonaws.com"},
		"China":             {region.CNNorth1, ec2types.HostnameTypeIpName, id, "ip-172-31-0-4.cn-north-1.compute.internal", "ec2-52-1-2-3.cn-north-1.compute.amazonaws.com.cn"},
		"by ID":             {region.USEast1, ec2types.HostnameTypeResourceName, id, id + ".ec2.internal", "ec2-52-1-2-3.compute-1.amazonaws.com"},
		"by ID, elsewhere":  {region.EUWest1, ec2types.HostnameTypeResourceName, id, id + ".eu-west-1.compute.internal", "ec2-52-1-2-3.eu-west-1.compute.amazonaws.com"},
		"by ID, not on any": {region.USEast1, ec2types.HostnameTypeResourceName, "", "ip-172-31-0-4.ec2.internal", "ec2-52-1-2-3.compute-1.amazonaws.com"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Options{}).in(tc.region)
			require.NoError(t, w.change(func(tx *tx) error {
				made, err := freeInterface(tx, newInterface{public: true})
				require.NoError(t, err)
				i := *made
				i.public = netip.MustParseAddr("52.1.2.3")
				require.Equal(t, tc.private, tx.privateDNS(&i, tc.hostname, tc.instance))
				require.Equal(t, tc.public, tx.publicDNS(i.vpc, i.public))
				i.public, i.private = netip.Addr{}, nil
				require.Empty(t, tx.publicDNS(i.vpc, i.public))
				require.Empty(t, tx.privateDNS(&i, ec2types.HostnameTypeIpName, tc.instance))
				return nil
			}))
		})
	}
	t.Run("a VPC without host names", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, Options{})
		id := smallSubnet(w)
		require.NoError(t, w.change(func(tx *tx) error {
			s, _ := tx.subnetByID(id)
			i, err := tx.createInterface(newInterface{subnet: s, public: true})
			require.NoError(t, err)
			require.True(t, i.public.IsValid())
			require.Empty(t, tx.publicDNS(i.vpc, i.public))
			require.Equal(t, "ip-10-0-0-4.ec2.internal", tx.privateDNS(i, s.hostnameType, ""))
			return nil
		}))
	})
}

// Steps of the stride reach every public address once, and each is in a block of Amazon's.
func TestPublicAddressesAreAPermutation(t *testing.T) {
	t.Parallel()
	require.NotZero(t, publicAddresses%stride)
	seen := make([]bool, publicAddresses)
	for n := range publicAddresses {
		at := n * stride % publicAddresses
		if seen[at] {
			t.Fatalf("%d comes twice", at)
		}
		seen[at] = true
	}
	rapid.Check(t, func(t *rapid.T) {
		n, m := rapid.Uint64Range(0, publicAddresses-1).Draw(t, "n"), rapid.Uint64Range(0, publicAddresses-1).Draw(t, "m")
		a, b := publicAddress(n), publicAddress(m)
		if (a == b) != (n == m) {
			t.Fatalf("%d and %d are %s and %s", n, m, a, b)
		}
	})
	require.Panics(t, func() { publicAddress(publicAddresses) })
}

// A nearly full subnet must not make the next address dearer than an empty one does.
func BenchmarkTakeAddress(b *testing.B) {
	for name, taken := range map[string]int{"empty": 0, "60000 taken": 60_000, "all but one taken": 65_530} {
		b.Run(strings.ReplaceAll(name, " ", "-"), func(b *testing.B) {
			s := &subnet{cidr: netip.MustParsePrefix("10.0.0.0/16")}
			for range taken {
				s, _, _ = s.takeAny()
			}
			b.ReportAllocs()
			for b.Loop() {
				taken, a, err := s.takeAny()
				if err != nil {
					b.Fatal(err)
				}
				s = taken.without([]netip.Addr{a})
			}
		})
	}
}
