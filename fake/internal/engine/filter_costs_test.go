package engine

import (
	"fmt"
	"iter"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

// crowd is a world in which ten instances differ from all others in everything that an index finds.
type crowd struct {
	*testWorld
	rare ec2types.Instance // one of the ten
}

const rareOnes = 10

func newCrowd(tb testing.TB, n int) crowd {
	tb.Helper()
	w := newWorld(tb, Options{})
	w.account, w.region = DefaultAccount, "us-east-1"
	must[ec2.DescribeRegionsOutput](w, &ec2.DescribeRegionsInput{})
	images := w.quickStarts()
	place := func(zone, cidr string) (subnet, group *string) {
		vpc := must[ec2.CreateVpcOutput](w, &ec2.CreateVpcInput{CidrBlock: &cidr}).Vpc
		sub := must[ec2.CreateSubnetOutput](w, &ec2.CreateSubnetInput{VpcId: vpc.VpcId, CidrBlock: &cidr, AvailabilityZone: &zone}).Subnet
		sg := must[ec2.CreateSecurityGroupOutput](w, &ec2.CreateSecurityGroupInput{VpcId: vpc.VpcId, GroupName: ptr("of " + cidr), Description: ptr("a crowd")})
		return sub.SubnetId, sg.GroupId
	}
	launch := func(image, role string, typ ec2types.InstanceType, volume ec2types.VolumeType, n int, subnet, group *string) []ec2types.Instance {
		count := int32(n)
		return must[ec2.RunInstancesOutput](w, &ec2.RunInstancesInput{
			ImageId: &image, InstanceType: typ, MinCount: &count, MaxCount: &count, SubnetId: subnet, SecurityGroupIds: []string{*group},
			BlockDeviceMappings: []ec2types.BlockDeviceMapping{{DeviceName: ptr("/dev/xvda"), Ebs: &ec2types.EbsBlockDevice{VolumeType: volume}}},
			TagSpecifications: []ec2types.TagSpecification{
				{ResourceType: ec2types.ResourceTypeInstance, Tags: tags("role", role, role, "yes")},
				{ResourceType: ec2types.ResourceTypeVolume, Tags: tags("role", role)},
			},
		}).Instances
	}
	var subnet, group *string
	for made := 0; made < n-rareOnes; {
		if made%60_000 == 0 { // a subnet has 65,536 addresses at most
			subnet, group = place("us-east-1a", fmt.Sprintf("10.%d.0.0/16", made/60_000))
		}
		count := min(1000, n-rareOnes-made)
		launch(images[0], "common", ec2types.InstanceTypeT3Micro, ec2types.VolumeTypeGp3, count, subnet, group)
		made += count
	}
	subnet, group = place("us-east-1b", "10.99.0.0/16")
	rare := launch(images[1], "rare", ec2types.InstanceTypeM7iLarge, ec2types.VolumeTypeGp2, rareOnes, subnet, group)
	ids := make([]string, len(rare))
	for i, one := range rare {
		ids[i] = *one.InstanceId
	}
	must[ec2.DescribeVpcsOutput](w, &ec2.DescribeVpcsInput{}) // they run
	must[ec2.StopInstancesOutput](w, &ec2.StopInstancesInput{InstanceIds: ids})
	for range rareOnes {
		must[ec2.CreateVolumeOutput](w, &ec2.CreateVolumeInput{AvailabilityZone: ptr("us-east-1c"), Size: ptr(int32(1)), VolumeType: ec2types.VolumeTypeGp3})
	}
	must[ec2.DescribeVpcsOutput](w, &ec2.DescribeVpcsInput{})
	for _, r := range must[ec2.DescribeInstancesOutput](w, &ec2.DescribeInstancesInput{InstanceIds: ids[:1]}).Reservations {
		return crowd{w, r.Instances[0]}
	}
	tb.Fatal("the rare instances are gone")
	return crowd{}
}

// find is a filter by an indexed field, and how many it finds in a crowd.
type find struct {
	name string
	want int
	in   any
}

func (c crowd) finds() []find {
	i := c.rare
	eni := i.NetworkInterfaces[0]
	volume := *i.BlockDeviceMappings[0].Ebs.VolumeId
	var all []find
	add := func(resource string, want int, in func([]ec2types.Filter) any, filters ...ec2types.Filter) {
		for _, f := range filters {
			all = append(all, find{resource + " by " + *f.Name, want, in([]ec2types.Filter{f})})
		}
	}
	instances := func(f []ec2types.Filter) any { return &ec2.DescribeInstancesInput{Filters: f} }
	add("instances", rareOnes, instances,
		filter("instance-state-name", "stopped"), filter("instance-state-code", "80"), filter("instance-type", "m7i.large"), filter("image-id", *i.ImageId),
		filter("vpc-id", *i.VpcId), filter("subnet-id", *i.SubnetId), filter("availability-zone", "us-east-1b"), filter("instance.group-id", *i.SecurityGroups[0].GroupId),
		filter("network-interface.group-id", *i.SecurityGroups[0].GroupId), filter("network-interface.subnet-id", *i.SubnetId), filter("network-interface.vpc-id", *i.VpcId),
		filter("tag:role", "rare"), filter("tag-key", "rare"))
	add("instances", 1, instances, filter("instance-id", *i.InstanceId), filter("network-interface.network-interface-id", *eni.NetworkInterfaceId),
		filter("network-interface.attachment.attachment-id", *eni.Attachment.AttachmentId), filter("block-device-mapping.volume-id", volume))
	add("statuses", rareOnes, func(f []ec2types.Filter) any {
		return &ec2.DescribeInstanceStatusInput{Filters: f, IncludeAllInstances: ptr(true)}
	}, filter("instance-state-name", "stopped"), filter("availability-zone", "us-east-1b"))

	volumes := func(f []ec2types.Filter) any { return &ec2.DescribeVolumesInput{Filters: f} }
	add("volumes", rareOnes, volumes, filter("volume-type", "gp2"), filter("availability-zone", "us-east-1b"), filter("status", "available"), filter("tag:role", "rare"))
	add("volumes", 1, volumes, filter("volume-id", volume), filter("attachment.instance-id", *i.InstanceId))

	interfaces := func(f []ec2types.Filter) any { return &ec2.DescribeNetworkInterfacesInput{Filters: f} }
	add("interfaces", rareOnes, interfaces, filter("group-id", *i.SecurityGroups[0].GroupId), filter("subnet-id", *i.SubnetId), filter("vpc-id", *i.VpcId), filter("availability-zone", "us-east-1b"))
	add("interfaces", 1, interfaces, filter("network-interface-id", *eni.NetworkInterfaceId), filter("attachment.instance-id", *i.InstanceId), filter("attachment.attachment-id", *eni.Attachment.AttachmentId))

	add("tags", 2, func(f []ec2types.Filter) any { return &ec2.DescribeTagsInput{Filters: f} }, filter("resource-id", *i.InstanceId))
	add("tags", rareOnes, func(f []ec2types.Filter) any { return &ec2.DescribeTagsInput{Filters: f} }, filter("key", "rare"))
	return all
}

// crowds are made once for all benchmarks of a size.
var crowds sync.Map

func BenchmarkFilter(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(fmt.Sprintf("among=%d", n), func(b *testing.B) {
			made, _ := crowds.LoadOrStore(n, sync.OnceValue(func() crowd { return newCrowd(b, n) }))
			c := made.(func() crowd)()
			w := c.within(b)
			for _, f := range c.finds() {
				b.Run(f.name, func(b *testing.B) {
					foundBy(w, f.in) // the first look makes the index
					b.ReportAllocs()
					for b.Loop() {
						if got := foundBy(w, f.in); got != f.want {
							b.Fatal(got)
						}
					}
				})
			}
		})
	}
}

func foundBy(w *testWorld, in any) int {
	switch in := in.(type) {
	case *ec2.DescribeInstancesInput:
		n := 0
		for _, r := range must[ec2.DescribeInstancesOutput](w, in).Reservations {
			n += len(r.Instances)
		}
		return n
	case *ec2.DescribeInstanceStatusInput:
		return len(must[ec2.DescribeInstanceStatusOutput](w, in).InstanceStatuses)
	case *ec2.DescribeVolumesInput:
		return len(must[ec2.DescribeVolumesOutput](w, in).Volumes)
	case *ec2.DescribeNetworkInterfacesInput:
		return len(must[ec2.DescribeNetworkInterfacesOutput](w, in).NetworkInterfaces)
	case *ec2.DescribeTagsInput:
		return len(must[ec2.DescribeTagsOutput](w, in).Tags)
	}
	w.t.Fatalf("nothing counts %T", in)
	return 0
}

func TestAFilterByAnIndexedFieldLooksAtLittleMoreThanItFinds(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 300)
	for _, f := range c.finds() {
		require.Equal(t, f.want, foundBy(c.testWorld, f.in), f.name)
		require.LessOrEqual(t, c.lookedAt(f.in), 2*f.want, f.name)
	}
}

// A filter whose values have many rows leaves the search to another, whichever stands first.
func TestTheFilterThatFindsFewIsSearchedBy(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, 300)
	usual := must[ec2.DescribeInstancesOutput](c.testWorld, &ec2.DescribeInstancesInput{MaxResults: ptr(int32(5))}).Reservations[0].Instances[0]
	for _, many := range []ec2types.Filter{
		filter("instance-state-name", "running"), filter("instance-state-code", "16"), filter("instance-type", "t3.micro"), filter("vpc-id", *usual.VpcId),
		filter("availability-zone", "us-east-1a"), filter("network-interface.vpc-id", *usual.VpcId), filter("network-interface.availability-zone", "us-east-1a"),
	} {
		in := &ec2.DescribeInstancesInput{Filters: []ec2types.Filter{many, filter("tag:role", "rare")}}
		require.LessOrEqual(t, c.lookedAt(in), rareOnes, *many.Name)
	}
	for _, many := range []ec2types.Filter{filter("status", "in-use"), filter("volume-type", "gp3"), filter("availability-zone", "us-east-1a")} {
		in := &ec2.DescribeVolumesInput{Filters: []ec2types.Filter{many, filter("tag:role", "rare")}}
		require.LessOrEqual(t, c.lookedAt(in), rareOnes, *many.Name)
	}
	for _, many := range []ec2types.Filter{filter("status", "in-use"), filter("vpc-id", *usual.VpcId), filter("availability-zone", "us-east-1a")} {
		in := &ec2.DescribeNetworkInterfacesInput{Filters: []ec2types.Filter{many, filter("group-id", *c.rare.SecurityGroups[0].GroupId)}}
		require.LessOrEqual(t, c.lookedAt(in), rareOnes, *many.Name)
	}
}

// lookedAt counts the rows that a request's filters are tried on.
func (c crowd) lookedAt(in any) int {
	v, _ := c.engine.view(Call{Region: c.region, AccessKey: "AKIA"}, c.clock.now())
	switch in := in.(type) {
	case *ec2.DescribeInstancesInput:
		return triedOn(c.t, &v, &instanceFilters, in.Filters)
	case *ec2.DescribeInstanceStatusInput:
		return triedOn(c.t, &v, &statusFilters, in.Filters)
	case *ec2.DescribeVolumesInput:
		return triedOn(c.t, &v, &volumeFilters, in.Filters)
	case *ec2.DescribeNetworkInterfacesInput:
		return triedOn(c.t, &v, &interfaceFilters, in.Filters)
	case *ec2.DescribeTagsInput:
		return triedOn(c.t, &v, tagFiltersFor(in.Filters), in.Filters)
	}
	return -1
}

func triedOn[R any](t testing.TB, v *view, f *filterable[R], filters []ec2types.Filter) int {
	s, err := f.parse(filters)
	require.NoError(t, err)
	return length(s.candidates(v, ""))
}

func length[R any](rows iter.Seq[R]) (n int) {
	for range rows {
		n++
	}
	return n
}

// Every resource is found by its own ID without a look at the others.
func TestEveryResourceIsFoundByItsID(t *testing.T) {
	t.Parallel()
	rows := map[string]string{
		"dhcp-options-id": dhcpFilters.filters["dhcp-options-id"].index, "group-id": groupFilters.filters["group-id"].index,
		"security-group-rule-id": ruleFilters.filters["security-group-rule-id"].index, "internet-gateway-id": gatewayFilters.filters["internet-gateway-id"].index,
		"key-pair-id": keyPairFilters.filters["key-pair-id"].index, "network-acl-id": aclFilters.filters["network-acl-id"].index,
		"route-table-id": routeTableFilters.filters["route-table-id"].index, "snapshot-id": snapshotListing.filters["snapshot-id"].index,
		"image-id": imageListing.filters["image-id"].index, "subnet-id": subnetFilters.filters["subnet-id"].index, "vpc-id": vpcFilters.filters["vpc-id"].index,
		"allocation-id": elasticFilters.filters["allocation-id"].index, "volume-id": modificationFilters.filters["volume-id"].index,
	}
	for name, index := range rows {
		require.Equal(t, ownID, index, name)
	}
}
