package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// Whole calls: they have to be 25 µs at most for one instance, 20 µs for each of 1,000, and 7 µs to describe one.
func BenchmarkRunInstances(b *testing.B) {
	for name, n := range map[string]int32{"1": 1, "1000": 1000} {
		b.Run(name, func(b *testing.B) {
			prepared := newWorld(b, Options{})
			vpc := must[ec2.CreateVpcOutput](prepared, &ec2.CreateVpcInput{CidrBlock: ptr("10.0.0.0/16")}).Vpc
			sub := must[ec2.CreateSubnetOutput](prepared, &ec2.CreateSubnetInput{VpcId: vpc.VpcId, CidrBlock: ptr("10.0.0.0/16")}).Subnet
			w := prepared.fork()
			b.ReportAllocs()
			left := 60000
			for b.Loop() {
				if left -= int(n); left < 0 {
					b.StopTimer()
					w, left = prepared.fork(), 60000-int(n)
					b.StartTimer()
				}
				must[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) {
					in.MinCount, in.MaxCount = ptr(n), ptr(n)
					in.SubnetId = sub.SubnetId
					in.TagSpecifications = tagged(ec2types.ResourceTypeInstance, "Name", "bench")
				}))
			}
		})
	}
}

func BenchmarkDescribeOneInstance(b *testing.B) {
	w := newWorld(b, Options{})
	id := w.launch(nil)
	must[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) { in.MaxCount = ptr(int32(4000)) }))
	in := &ec2.DescribeInstancesInput{InstanceIds: []string{id}}
	must[ec2.DescribeInstancesOutput](w, in)
	b.ReportAllocs()
	for b.Loop() {
		must[ec2.DescribeInstancesOutput](w, in)
	}
}
