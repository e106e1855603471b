package engine

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// free counts the free addresses of all subnets of a world.
func (w *testWorld) free() int {
	n := 0
	for _, s := range must[ec2.DescribeSubnetsOutput](w, &ec2.DescribeSubnetsInput{}).Subnets {
		n += int(*s.AvailableIpAddressCount)
	}
	return n
}

// Whatever is done to instances in between: when all are terminated and forgotten, nothing is left of
// them but what was to be kept, and every address is free again.
func TestWhatIsLaunchedAndTerminatedIsGivenBack(t *testing.T) {
	t.Parallel()
	prepared := newWorld(t, Options{Delays: slow})
	free := prepared.free()
	rapid.Check(t, func(r *rapid.T) {
		w := prepared.fork()
		w.clock = &clock{at: prepared.clock.now()}
		w.engine.options.Now = w.clock.now
		var ids []string
		kept := 0
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			switch rapid.SampledFrom([]string{"launch", "wait", "deed", "deed"}).Draw(r, "step") {
			case "launch":
				n, keep := rapid.Int32Range(1, 3).Draw(r, "count"), rapid.Bool().Draw(r, "keep")
				out := must[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) {
					in.MinCount, in.MaxCount = ptr(n), ptr(n)
					in.BlockDeviceMappings = []ec2types.BlockDeviceMapping{ebs("/dev/sdf", ec2types.EbsBlockDevice{VolumeSize: size(1), DeleteOnTermination: ptr(!keep)})}
					in.NetworkInterfaces = []on{{DeviceIndex: ptr(int32(0)), SecondaryPrivateIpAddressCount: ptr(int32(1))}}
				}))
				for _, i := range out.Instances {
					ids = append(ids, *i.InstanceId)
					if keep {
						kept++
					}
				}
			case "wait":
				w.clock.advance(time.Duration(rapid.IntRange(1, 90).Draw(r, "seconds")) * time.Second)
			default:
				if len(ids) == 0 {
					continue
				}
				// Refusals are part of the game.
				some := []string{rapid.SampledFrom(ids).Draw(r, "one"), rapid.SampledFrom(ids).Draw(r, "another")}
				switch rapid.SampledFrom([]string{"stop", "start", "reboot", "terminate"}).Draw(r, "deed") {
				case "stop":
					_, _ = call[ec2.StopInstancesOutput](w, &ec2.StopInstancesInput{InstanceIds: some, Force: ptr(rapid.Bool().Draw(r, "force"))})
				case "start":
					_, _ = w.start(some...)
				case "reboot":
					_, _ = call[ec2.RebootInstancesOutput](w, &ec2.RebootInstancesInput{InstanceIds: some})
				case "terminate":
					_, _ = w.terminate(some...)
				}
			}
		}
		for _, id := range ids {
			if _, err := w.terminate(id); err != nil && !isError(err, "InvalidInstanceID.NotFound") {
				r.Fatal(err)
			}
		}
		w.clock.advance(slow.Terminate + slow.Terminated)
		require.Zero(r, w.instanceCount())
		require.Empty(r, must[ec2.DescribeNetworkInterfacesOutput](w, &ec2.DescribeNetworkInterfacesInput{}).NetworkInterfaces)
		left := must[ec2.DescribeVolumesOutput](w, &ec2.DescribeVolumesInput{}).Volumes
		require.Len(r, left, kept)
		for _, v := range left {
			require.Equal(r, ec2types.VolumeStateAvailable, v.State)
		}
		require.Equal(r, free, w.free())
		require.Zero(r, w.engine.state.due.Len(), "and nothing is due any more")
	})
}
