package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

func TestAnAccountFindsADefaultVPCInEachRegion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	seen := make(map[string]bool)
	for _, r := range catalogue.Regions() {
		at := w.in(r.Name)
		network := defaultVPCOf(at)
		require.Equal(t, "172.31.0.0/16", *network.CidrBlock)
		require.True(t, *network.IsDefault)
		require.False(t, seen[*network.VpcId], "each has its own")
		seen[*network.VpcId] = true

		subnets := must[ec2.DescribeSubnetsOutput](at, &ec2.DescribeSubnetsInput{
			Filters: []ec2types.Filter{filter("vpc-id", *network.VpcId)},
		}).Subnets
		require.Len(t, subnets, len(r.Zones), r.Name)
		zones := make(map[string]string)
		for _, s := range subnets {
			require.True(t, *s.DefaultForAz)
			require.True(t, *s.MapPublicIpOnLaunch)
			require.Equal(t, int32(4091), *s.AvailableIpAddressCount)
			zones[*s.AvailabilityZone] = *s.CidrBlock
		}
		for i, z := range r.Zones {
			require.Equal(t, "172.31."+itoa(16*i)+".0/20", zones[string(z.Name)], "blocks follow the zones' names")
		}
	}
}

func TestAccountsHaveDefaultVPCsOfTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	mine, theirs := defaultVPCOf(w), defaultVPCOf(w.as("111122223333"))
	require.NotEqual(t, mine.VpcId, theirs.VpcId)
	require.NotEqual(t, mine.DhcpOptionsId, theirs.DhcpOptionsId)
	require.Equal(t, "111122223333", *theirs.OwnerId)
	require.Equal(t, mine, defaultVPCOf(w), "it is made once")
}

func TestDefaultGroup(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	groups := must[ec2.DescribeSecurityGroupsOutput](w, &ec2.DescribeSecurityGroupsInput{}).SecurityGroups
	require.Len(t, groups, 1)
	id := groups[0].GroupId
	wantEqual(t, ec2types.SecurityGroup{
		Description: ptr("default VPC security group"),
		GroupId:     id,
		GroupName:   ptr("default"),
		IpPermissions: []ec2types.IpPermission{{
			IpProtocol:       ptr("-1"),
			UserIdGroupPairs: []ec2types.UserIdGroupPair{{GroupId: id, UserId: ptr(DefaultAccount)}},
		}},
		IpPermissionsEgress: []ec2types.IpPermission{{
			IpProtocol: ptr("-1"),
			IpRanges:   []ec2types.IpRange{{CidrIp: ptr("0.0.0.0/0")}},
		}},
		OwnerId:          ptr(DefaultAccount),
		SecurityGroupArn: ptr("arn:aws:ec2:us-east-1:123456789012:security-group/" + *id),
		VpcId:            defaultVPCOf(w).VpcId,
	}, groups[0])
}

func TestARegionThatDoesNotExist(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{}).in(region.Region("eu-middle-7"))
	wantNoChange[ec2.DescribeVpcsOutput](w, &ec2.DescribeVpcsInput{}, "InvalidRegion")
	wantNoChange[ec2.CreateVpcOutput](w, &ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16")}, "InvalidRegion")
}

func TestDefaultSubnet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	require.NoError(t, w.change(func(tx *tx) error {
		s, ok := tx.defaultSubnet("")
		require.True(t, ok)
		require.Equal(t, "us-east-1a", s.zone, "the first zone's if none is named")
		s, ok = tx.defaultSubnet("us-east-1d")
		require.True(t, ok)
		require.Equal(t, "us-east-1d", s.zone)
		_, ok = tx.defaultSubnet("us-east-1z")
		require.False(t, ok)
		return nil
	}))
}

func BenchmarkNewWorldAndFirstCall(b *testing.B) {
	New(Options{}) // what is made once in a process
	key, err := AccessKey(DefaultAccount)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		e := New(Options{})
		if _, err := e.Call(Call{Operation: "DescribeVpcs", Region: region.USEast1, AccessKey: key, Input: &ec2.DescribeVpcsInput{}}); err != nil {
			b.Fatal(err)
		}
	}
}
