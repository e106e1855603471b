package instance_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
	"github.com/amiclass/amiclass/region"
)

func TestValidate(t *testing.T) {
	t.Parallel()
	spec := instance.Spec{}
	root := spec.WithRootVolume
	data := func(v instance.Volume) instance.Spec { return spec.WithVolume("/dev/sdf", v) }
	const gib = instance.GiB
	for name, tc := range map[string]struct {
		spec instance.Spec
		want string // empty for no fault
	}{
		"the zero spec":                  {spec, ""},
		"a type":                         {spec.WithType("u7in-16tb.224xlarge"), ""},
		"a type without a size":          {spec.WithType("m5"), `spec.type: "m5" is no name of an instance type; expected a name such as m7g.large`},
		"an empty type":                  {spec.WithType(""), `spec.type: "" is no name`},
		"needs with their ends swapped":  {spec.WithHardware(instance.Needs{VCPUs: instance.Between(8, 2)}), "spec.needs.vcpus: is empty: 8 is more than 2"},
		"negative needs":                 {spec.WithHardware(instance.Needs{Memory: instance.AtLeast(-gib)}), "spec.needs.memory: begins at -1 GiB"},
		"needs that nothing is so small": {spec.WithHardware(instance.Needs{VCPUs: instance.AtMost(0)}), "spec.needs.vcpus: is at most 0"},
		"an unknown architecture":        {spec.WithHardware(instance.Needs{Architecture: "amd64"}), `spec.needs.architecture: is "amd64"; use i386, x86_64, arm64, x86_64_mac or arm64_mac`},

		"gp3 at its limits":                {root(instance.GP3(65536 * gib).WithIOPS(80000).WithThroughput(2000)), ""},
		"gp3 over its IOPS":                {data(instance.GP3(100 * gib).WithIOPS(81000)), `spec.volumes["/dev/sdf"].iops: 81,000 is over gp3's 80,000`},
		"gp3 under its IOPS":               {data(instance.GP3(100 * gib).WithIOPS(100)), `spec.volumes["/dev/sdf"].iops: 100 is under gp3's 3,000`},
		"gp3 over its IOPS for the size":   {data(instance.GP3(100 * gib).WithIOPS(64000)), `spec.volumes["/dev/sdf"].iops: 64,000 is over gp3's 50,000 for 100 GiB; provision less, or make the volume 128 GiB`},
		"the smallest gp3 has 3,000 IOPS":  {root(instance.GP3(gib).WithIOPS(3000)), ""},
		"gp3 over its throughput":          {root(instance.GP3(gib).WithThroughput(2001)), "spec.rootVolume.throughput: 2,001 MiB/s is outside gp3's 125 to 2,000"},
		"throughput that needs more IOPS":  {root(instance.GP3(gib).WithThroughput(1000)), "spec.rootVolume.throughput: 1,000 MiB/s is over the 750 that 3,000 IOPS allow; provision less, or 4,000 IOPS"},
		"gp2 with IOPS":                    {root(instance.GP2(gib).WithIOPS(3000)), "spec.rootVolume.iops: can't be said for gp2"},
		"io2 with throughput":              {root(instance.IO2(100*gib, 1000).WithThroughput(200)), "spec.rootVolume.throughput: can't be said for io2; leave it out, or use gp3"},
		"io1 over its IOPS for the size":   {root(instance.IO1(10*gib, 501)), "spec.rootVolume.iops: 501 is over io1's 500 for 10 GiB"},
		"io2 at its limits":                {root(instance.IO2(256*gib, 256000)), ""},
		"io2 that is too small":            {root(instance.IO2(3*gib, 100)), "spec.rootVolume.size: 3 GiB is outside io2's 4 GiB to 64 TiB"},
		"st1 as the root":                  {root(instance.ST1(125 * gib)), "spec.rootVolume.type: is st1, which can't be a root volume"},
		"sc1 for data":                     {data(instance.SC1(125 * gib)), ""},
		"standard that is too large":       {data(instance.Standard(2 * instance.TiB)), "1 GiB to 1 TiB"},
		"a size of no bytes":               {root(instance.GP3(0)), "spec.rootVolume.size: 0 B is outside gp3's"},
		"a size in MiB":                    {root(instance.GP3(1536 * instance.MiB)), "spec.rootVolume.size: is 1,536 MiB; use whole GiB"},
		"nonsense without a type":          {root(instance.Volume{}.WithIOPS(-1)), "spec.rootVolume.iops: is -1"},
		"a snapshot of the wrong shape":    {data(instance.GP3(gib).WithSnapshot("vol-0123456789abcdef0")), `.snapshot: "vol-0123456789abcdef0" is no snapshot ID`},
		"a key by alias":                   {data(instance.GP3(gib).EncryptedWith("alias/aws/ebs")), ""},
		"a key by ARN":                     {data(instance.GP3(gib).EncryptedWith("arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab")), ""},
		"an empty key":                     {data(instance.GP3(gib).EncryptedWith("")), `spec.volumes["/dev/sdf"].key: "" is no KMS key`},
		"a device of Xen's and Windows":    {spec.WithVolume("xvdca", instance.GP3(gib)).WithVolume("/dev/sda15", instance.GP3(gib)), ""},
		"a device as the guest sees it":    {spec.WithVolume("/dev/nvme1n1", instance.GP3(gib)), `spec.volumes["/dev/nvme1n1"]: isn't a device name`},
		"dropping a device of wrong shape": {spec.WithoutVolume("/dev/xvddy"), `spec.volumes["/dev/xvddy"]: isn't a device name`},

		"a subnet of the wrong shape": {spec.WithSubnet("subnet-xyz"), `spec.subnet: "subnet-xyz" is no subnet ID`},
		"a subnet from before 2018":   {spec.WithSubnet("subnet-1234abcd"), ""},
		"upper case in an ID":         {spec.WithSubnet("subnet-1234ABCD"), "is no subnet ID"},
		"a region for a zone":         {spec.WithZone("us-east-1"), `spec.zone: "us-east-1" is no zone`},
		"a zone besides a subnet":     {spec.WithSubnet("subnet-1234abcd").WithZone("us-east-1a"), "spec.zone: is said besides subnet subnet-1234abcd, which is in a zone by itself; use WithoutZone or WithoutSubnet"},
		"a zone after the subnet":     {spec.WithSubnet("subnet-1234abcd").WithZone("us-east-1a").WithoutSubnet(), ""},
		"an IPv6 address":             {spec.WithPrivateIP("::1"), `spec.privateIP: "::1" is no IPv4 address`},
		"a group by name":             {spec.WithGroups("web"), ""},
		"a group that isn't an ID":    {spec.WithGroups("sg-web"), `spec.groups[0]: "sg-web" is no ID of a security group; expected sg- and 17 hexadecimal digits`},
		"a group without a name":      {spec.WithGroups(""), `spec.groups[0]: "" is no name of a security group`},
		"a group twice":               {spec.WithGroups("sg-1234abcd", "sg-1234abcd"), `spec.groups[1]: repeats "sg-1234abcd"`},
		"no key name":                 {spec.WithKeyName(""), `spec.keyName: "" is no name of a key pair`},
		"a key name that is too long": {spec.WithKeyName(strings.Repeat("k", 256)), "spec.keyName:"},
		"a profile by ARN":            {spec.WithInstanceProfile("arn:aws-us-gov:iam::123456789012:instance-profile/apps/web"), ""},
		"a role's ARN":                {spec.WithInstanceProfile("arn:aws:iam::123456789012:role/web"), "spec.instanceProfile:"},
		"user data at the limit":      {spec.WithUserData(instance.Bytes(make([]byte, 16384))), ""},
		"user data over the limit":    {spec.WithUserData(instance.Bytes(make([]byte, 16385))), "spec.userData: has 16,385 bytes; use at most 16,384"},
		"a hop limit over 64":         {spec.WithMetadata(instance.MetadataOptions{HopLimit: 65}), "spec.metadata.hopLimit: is 65; use 1 to 64"},
		"tokens of another kind":      {spec.WithMetadata(instance.MetadataOptions{Tokens: "v2"}), `spec.metadata.tokens: is "v2"; use required or optional`},
		"a shutdown that hibernates":  {spec.WithShutdownBehavior("hibernate"), `spec.shutdownBehavior: is "hibernate"; use stop or terminate`},
		"a tenancy of another kind":   {spec.WithTenancy("shared"), `spec.tenancy: is "shared"; use default, dedicated or host`},

		"a core without threads":           {spec.WithCPU(instance.CPU{Cores: 2}), "spec.cpu: says only one of cores and threads per core; say both, or neither"},
		"three threads":                    {spec.WithCPU(instance.CPU{Cores: 2, ThreadsPerCore: 3}), "spec.cpu: has 2 cores with 3 threads each"},
		"SEV-SNP of another kind":          {spec.WithCPU(instance.CPU{SEVSNP: "on"}), `spec.cpu.sevSNP: is "on"; use enabled or disabled`},
		"credits of another kind":          {spec.WithCredits("endless"), `spec.credits: is "endless"; use standard or unlimited`},
		"hibernation with enclaves":        {spec.WithHibernation(true).WithEnclave(true), "spec.enclave: can't be had together with hibernation"},
		"a price":                          {spec.WithSpot(instance.Spot{MaxPrice: "0.0011"}), ""},
		"a price that is too low":          {spec.WithSpot(instance.Spot{MaxPrice: "0.001"}), `spec.spot.maxPrice: "0.001" is no price of more than 0.001`},
		"a price in words":                 {spec.WithSpot(instance.Spot{MaxPrice: "cheap"}), `spec.spot.maxPrice: "cheap"`},
		"a Spot Instance that hibernates":  {spec.WithSpot(instance.Spot{}).WithHibernation(true), "spec.hibernation: can't be had for a Spot Instance of a one-time request"},
		"a Spot Instance that is proof":    {spec.WithSpot(instance.Spot{}).WithTerminationProtection(true), "spec.terminationProtection: can't be had for a Spot Instance"},
		"a group without a name of groups": {spec.WithPlacementGroup(""), `spec.placementGroup: "" is no name of a placement group`},
		"an eighth partition":              {spec.WithPartition(8), "spec.partition: is 8; use 1 to 7"},
		"a host by name":                   {spec.WithHost("mine"), `spec.host: "mine" is no ID of a Dedicated Host`},
		"a host with shared hardware":      {spec.WithHost("h-0123456789abcdef0").WithTenancy(instance.TenancyShared), "spec.host: is said, but the tenancy is default"},
		"affinity to something else":       {spec.WithAffinity("zone"), `spec.affinity: is "zone"; use host or default`},
		"an instance store volume":         {spec.WithInstanceStore("/dev/sdb", 0), ""},
		"a 25th instance store volume":     {spec.WithInstanceStore("/dev/sdb", 24), `spec.volumes["/dev/sdb"]: "ephemeral24" is no instance store volume`},
		"subnets by tag and zone":          {spec.WithSubnets(instance.SubnetsTagged("tier", "private")).WithZone("us-east-1a"), ""},
		"no subnets":                       {spec.WithSubnets(instance.Subnets{}), "spec.subnet: names no subnet; use SubnetIDs or SubnetsTagged"},
		"the second of subnets":            {spec.WithSubnets(instance.SubnetIDs("subnet-1234abcd", "b")), `spec.subnet[1]: "b" is no subnet ID`},
		"a tag without a key for subnets":  {spec.WithSubnets(instance.SubnetsTagged("", "x")), "spec.subnet: is by a tag without a key"},
		"fewer than no addresses":          {spec.WithSecondaryIPs(-1), "spec.secondaryIPs: are -1; use 0 or more"},
		"an IPv4 address for IPv6":         {spec.WithIPv6("10.0.0.1"), `spec.ipv6[0]: "10.0.0.1" is no IPv6 address`},
		"an existing primary interface":    {spec.WithInterface(0, instance.ExistingInterface("eni-1234abcd")), ""},
		"a primary interface to be made":   {spec.WithInterface(0, instance.Interface{}), "spec.interfaces[0]: is the primary interface, which the spec itself describes"},
		"groups of an existing one":        {spec.WithInterface(0, instance.ExistingInterface("eni-1234abcd")).WithGroups("web"), "spec.groups: is said besides the existing interface eni-1234abcd"},
		"more of an existing interface":    {spec.WithInterface(1, instance.ExistingInterface("eni-1234abcd").WithGroups("web")), "spec.interfaces[1]: says more of eni-1234abcd, which exists already"},
		"a card of an existing interface":  {spec.WithInterface(1, instance.ExistingInterface("eni-1234abcd").WithNetworkCard(1)), ""},
		"an interface by name":             {spec.WithInterface(1, instance.ExistingInterface("one")), `spec.interfaces[1]: "one" is no ID of a network interface`},
		"a negative index":                 {spec.WithInterface(-1, instance.EFA()), "spec.interfaces[-1]: has a negative device index"},
		"a public address beside others":   {spec.WithInterface(1, instance.EFA()).WithPublicIP(true), "spec.publicIP: can't be asked for beside further interfaces"},
		"what is wrong with an interface":  {spec.WithInterface(1, instance.Interface{}.WithPrivateIP("x")), `spec.interfaces[1].privateIP: "x" is no IPv4 address`},
		"ports the wrong way round":        {spec.WithFirewall(instance.Firewall{}.Allow(instance.TCPPorts(90, 80), instance.AnyIPv4)), "spec.firewall.in[0]: has the ports 90 to 80"},
		"a port that is none":              {spec.WithFirewall(instance.Firewall{}.Allow(instance.UDP(65536), instance.AnyIPv4)), "spec.firewall.in[0]: has the ports 65536 to 65536"},
		"traffic from nowhere in range":    {spec.WithFirewall(instance.Firewall{}.Allow(instance.TCP(80), "10.0.0.1")), `spec.firewall.in[0]: "10.0.0.1" is no range of addresses`},
		"a group that is no group":         {spec.WithFirewall(instance.Firewall{}.AllowOut(instance.TCP(80), instance.Group("sg-web"))), `spec.firewall.out[0]: "sg-web" is no ID of a security group`},
		"ICMP of IPv4 from IPv6":           {spec.WithFirewall(instance.Firewall{}.Allow(instance.ICMP(), instance.AnyIPv6)), "spec.firewall.in[0]: is icmp with ::/0; use ICMP for IPv4 and ICMPv6 for IPv6"},
		"an ICMP type that is none":        {spec.WithFirewall(instance.Firewall{}.Allow(instance.ICMPType(256, 0), instance.AnyIPv4)), "spec.firewall.in[0]: has the ICMP type 256 and code 0"},
		"no traffic":                       {spec.WithFirewall(instance.Firewall{}.Allow(instance.Traffic{}, instance.AnyIPv4)), "spec.firewall.in[0]: allows no traffic"},
		"one rule with two descriptions": {spec.WithFirewall(instance.Firewall{}.Allow(instance.TCP(80).Described("a"), instance.AnyIPv4).Allow(instance.TCP(80).Described("b"), instance.AnyIPv4)),
			"spec.firewall.in[1]: tcp 80 0.0.0.0/0 is there twice, with two descriptions"},
		"a description with quotes": {spec.WithFirewall(instance.Firewall{}.Allow(instance.TCP(80).Described(`"`), instance.AnyIPv4)), "spec.firewall.in[0]: is described as"},

		"tags at their limits":           {spec.WithTag(strings.Repeat("ü", 128), strings.Repeat("ü", 256)), ""},
		"a tag's key that is too long":   {spec.WithTag(strings.Repeat("k", 129), ""), "has a key of 129 characters"},
		"a tag's value that is too long": {spec.WithTag("k", strings.Repeat("v", 257)), `spec.tags["k"]: has a value of 257 characters`},
		"AWS's own tags":                 {spec.WithTag("AWS:x", ""), `spec.tags["AWS:x"]: has a key that begins with aws:`},
		"a tag without a key":            {spec.WithTag("", "v"), `spec.tags[""]: has an empty key`},
		"a tag that isn't text":          {spec.WithTag("k", "\xff"), `isn't UTF-8`},
		"too many tags":                  {spec.WithTags(numbered(51)), "spec.tags: are 51; EC2 allows 50"},
		"too many tags, but one is gone": {spec.WithTags(numbered(51)).WithoutTag("7"), ""},
		"volume tags are tags too":       {spec.WithVolumeTags(map[string]string{"aws:x": ""}), `spec.volumeTags["aws:x"]`},
		"keys that metadata can't show":  {spec.WithMetadata(instance.MetadataOptions{Tags: instance.Enabled}).WithTag("my team", ""), `spec.tags["my team"]: has a key that the metadata service can't show`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := tc.spec.Validate()
			if tc.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.want)
			require.ErrorIs(t, err, backend.ErrInvalid)
			require.NotContains(t, err.Error(), "\n", "exactly one fault")
		})
	}
}

func TestValidateTellsAllFaultsAtOnce(t *testing.T) {
	t.Parallel()
	err := instance.Spec{}.
		WithType("huge").
		WithVolume("/dev/sdf", instance.GP3(100*instance.GiB).WithIOPS(81000)).
		WithGroups("sg-web").
		WithTag("aws:x", "y").
		WithShutdownBehavior("explode").
		Validate()
	var paths []string
	for _, fault := range err.(interface{ Unwrap() []error }).Unwrap() {
		var fe *instance.FieldError
		require.ErrorAs(t, fault, &fe)
		require.NotEmpty(t, fe.Remedy)
		paths = append(paths, fe.Path)
	}
	require.Equal(t, []string{"spec.type", "spec.groups[0]", "spec.shutdownBehavior", `spec.tags["aws:x"]`, `spec.volumes["/dev/sdf"].iops`}, paths)
}

func numbered(n int) map[string]string {
	tags := map[string]string{}
	for i := range n {
		tags[fmt.Sprint(i)] = ""
	}
	return tags
}

func FuzzSpecValidate(f *testing.F) {
	f.Add("m7g.large", "/dev/sdf", int64(instance.GiB), 3000, 125, "subnet-1234abcd", "us-east-1a", "Name", "web", []byte("#!/bin/sh"))
	f.Add("", "", int64(-1), -1, -1, "", "", "", "", []byte(nil))
	f.Add("a.b", "/dev/nvme0n1", int64(1)<<62, 1<<31-1, 1<<31-1, "subnet-", "us-east-1", "aws:", "\xff", make([]byte, 16385))
	f.Fuzz(func(t *testing.T, text, device string, size int64, iops, throughput int, id, zone, key, value string, data []byte) {
		for _, v := range []instance.Volume{
			instance.GP3(instance.Size(size)), instance.IO1(instance.Size(size), iops), instance.Volume{}.WithSize(instance.Size(size)),
		} {
			v = v.WithIOPS(iops).WithThroughput(throughput).WithSnapshot(id).EncryptedWith(text)
			s := instance.Spec{}.WithType(text).WithRootVolume(v).WithVolume(device, v).WithoutVolume(text).
				WithSubnet(id).WithZone(region.Zone(zone)).WithPrivateIP(text).WithGroups(id, text).WithKeyName(text).
				WithInstanceProfile(text).WithUserData(instance.Bytes(data)).WithTag(key, value).
				WithMetadata(instance.MetadataOptions{Tokens: instance.Tokens(text), HopLimit: iops, Tags: instance.Enabled}).
				WithShutdownBehavior(instance.ShutdownBehavior(text)).WithTenancy(instance.Tenancy(text))
			err := s.Validate()
			if again := s.Validate(); fmt.Sprint(err) != fmt.Sprint(again) {
				t.Fatalf("validating twice gave\n%v\nand\n%v", err, again)
			}
			if err != nil && !errors.Is(err, backend.ErrInvalid) {
				t.Fatalf("%v isn't ErrInvalid", err)
			}
			req, err := s.Preview(backend.Image{ID: "ami-1234abcd", State: backend.ImageAvailable, Architecture: "arm64", RootDevice: device})
			if err == nil && len(req.UserData) > 16384 {
				t.Fatal("a preview lets too much user data through")
			}
		}
	})
}
