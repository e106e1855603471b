package engine

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

func TestStopProtection(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(func(in *ec2.RunInstancesInput) { in.DisableApiStop = ptr(true) })
	ids := []string{id}
	e := wantNoChange[ec2.StopInstancesOutput](w, &ec2.StopInstancesInput{InstanceIds: ids}, "OperationNotPermitted")
	require.Equal(t, "The instance '"+id+"' may not be stopped. Update its 'disableApiStop' instance attribute and try again.", e.Message)
	e = wantNoChange[ec2.TerminateInstancesOutput](w, &ec2.TerminateInstancesInput{InstanceIds: ids}, "OperationNotPermitted")
	require.Equal(t, "The instance '"+id+"' may not be terminated. Modify its 'disableApiStop' instance attribute and try again.", e.Message)
}

func TestTerminationProtection(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(func(in *ec2.RunInstancesInput) { in.DisableApiTermination = ptr(true) })
	e := wantNoChange[ec2.TerminateInstancesOutput](w, &ec2.TerminateInstancesInput{InstanceIds: []string{id}}, "OperationNotPermitted")
	require.Equal(t, "The instance '"+id+"' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.", e.Message)
	_, err := w.stop(id)
	require.NoError(t, err, "it doesn't guard against stopping")
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html
func TestTerminationProtectionHoldsByZone(t *testing.T) {
	t.Parallel()
	in := func(zone string, protected bool) func(*ec2.RunInstancesInput) {
		return func(in *ec2.RunInstancesInput) {
			in.Placement = &ec2types.Placement{AvailabilityZone: ptr(zone)}
			in.DisableApiTermination = ptr(protected)
		}
	}
	prepared := newWorld(t, Options{Delays: Delays{Terminate: time.Minute}})
	protected, neighbour := prepared.launch(in("us-east-1a", true)), prepared.launch(in("us-east-1a", false))
	far, farther := prepared.launch(in("us-east-1b", false)), prepared.launch(in("us-east-1c", false))
	request := &ec2.TerminateInstancesInput{InstanceIds: []string{far, neighbour, protected, farther}}

	t.Run("others end although the call fails", func(t *testing.T) {
		t.Parallel()
		w := prepared.forkWithin(t)
		_, err := call[ec2.TerminateInstancesOutput](w, request)
		wantCode(t, err, "OperationNotPermitted")
		for id, want := range map[string][2]ec2types.InstanceStateName{
			protected: {running, running}, neighbour: {running, running}, far: {shuttingDown, terminated}, farther: {shuttingDown, terminated},
		} {
			require.Equal(t, want[0], w.instance(id).State.Name)
		}
		_, err = w.terminate(neighbour) // another event of the same moment
		require.NoError(t, err)
		later := w.clock.now().Add(time.Minute)
		w.engine.options.Now = func() time.Time { return later }
		for id, want := range map[string]ec2types.InstanceStateName{
			protected: running, neighbour: terminated, far: terminated, farther: terminated,
		} {
			require.Equal(t, want, w.instance(id).State.Name)
		}
	})
	t.Run("not in a dry run", func(t *testing.T) {
		t.Parallel()
		dry := *request
		dry.DryRun = ptr(true)
		wantNoChange[ec2.TerminateInstancesOutput](prepared.forkWithin(t), &dry, "OperationNotPermitted")
	})
}

func TestAutomaticPublicAddressesComeAndGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(nil)
	first := w.instance(id)
	require.NotNil(t, first.PublicIpAddress)
	require.Equal(t, first.PublicIpAddress, first.NetworkInterfaces[0].Association.PublicIp)
	private := *first.PrivateIpAddress
	w.clock.advance(time.Hour)
	_, err := w.stop(id)
	require.NoError(t, err)
	i := w.instance(id)
	require.Nil(t, i.PublicIpAddress)
	require.Empty(t, *i.PublicDnsName)
	require.Nil(t, i.NetworkInterfaces[0].Association)
	require.Equal(t, private, *i.PrivateIpAddress)
	require.Equal(t, first.LaunchTime, i.LaunchTime)
	_, err = w.start(id)
	require.NoError(t, err)
	i = w.instance(id)
	require.NotNil(t, i.PublicIpAddress)
	require.NotEqual(t, *first.PublicIpAddress, *i.PublicIpAddress)
	require.Equal(t, private, *i.PrivateIpAddress)
	require.Equal(t, first.LaunchTime.Add(time.Hour), *i.LaunchTime)
	require.Equal(t, first.BlockDeviceMappings, i.BlockDeviceMappings)
	require.Equal(t, first.LaunchTime, i.UsageOperationUpdateTime)
}

func TestARestartAtTheMomentOfTheLaunchIsNoLaunch(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(nil)
	_, err := w.stop(id)
	require.NoError(t, err)
	w.engine.options.Delays.Launch = time.Minute
	_, err = w.start(id)
	require.NoError(t, err)
	i := w.instance(id)
	require.Equal(t, pending, i.State.Name)
	require.Equal(t, ec2types.AttachmentStatusAttached, i.BlockDeviceMappings[0].Ebs.Status)
	require.Equal(t, ec2types.AttachmentStatusAttached, i.NetworkInterfaces[0].Attachment.Status)
}

func TestTerminationReleasesWhatTheInstanceHad(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(func(in *ec2.RunInstancesInput) {
		in.BlockDeviceMappings = []ec2types.BlockDeviceMapping{
			{DeviceName: ptr("/dev/sdf"), Ebs: &ec2types.EbsBlockDevice{VolumeSize: ptr(int32(1))}},
			{DeviceName: ptr("/dev/sdg"), Ebs: &ec2types.EbsBlockDevice{VolumeSize: ptr(int32(2)), DeleteOnTermination: ptr(false)}},
		}
		in.NetworkInterfaces = []ec2types.InstanceNetworkInterfaceSpecification{
			{DeviceIndex: ptr(int32(0))}, {DeviceIndex: ptr(int32(1)), DeleteOnTermination: ptr(false)},
		}
		in.TagSpecifications = append(tagged(ec2types.ResourceTypeVolume, "k", "v"), tagged(ec2types.ResourceTypeInstance, "k", "v")...)
	})
	before := w.instance(id)
	require.Len(t, w.volumesOf(id), 3)
	_, err := w.terminate(id)
	require.NoError(t, err)

	i := w.instance(id)
	require.Equal(t, terminated, i.State.Name)
	require.Empty(t, i.BlockDeviceMappings)
	require.Empty(t, i.NetworkInterfaces)
	require.Empty(t, i.SecurityGroups)
	for _, gone := range []*string{i.PrivateIpAddress, i.PublicIpAddress, i.SubnetId, i.VpcId} {
		require.Nil(t, gone)
	}
	require.Empty(t, *i.PrivateDnsName+*i.PublicDnsName)
	require.Len(t, i.Tags, 1)
	require.Empty(t, w.volumesOf(id))

	all := must[ec2.DescribeVolumesOutput](w, &ec2.DescribeVolumesInput{}).Volumes
	require.Len(t, all, 1)
	require.Equal(t, int32(2), *all[0].Size)
	require.Equal(t, ec2types.VolumeStateAvailable, all[0].State)
	require.Empty(t, all[0].Attachments)
	require.Len(t, all[0].Tags, 1)

	interfaces := must[ec2.DescribeNetworkInterfacesOutput](w, &ec2.DescribeNetworkInterfacesInput{}).NetworkInterfaces
	require.Len(t, interfaces, 1)
	require.Equal(t, *before.NetworkInterfaces[1].NetworkInterfaceId, *interfaces[0].NetworkInterfaceId)
	require.Equal(t, ec2types.NetworkInterfaceStatusAvailable, interfaces[0].Status)
	require.Nil(t, interfaces[0].Attachment)

	w.clock.advance(time.Hour)
	w.engine.Inventory() // looks
	require.NotContains(t, w.dump(), id)
}

func TestTransitionsKnowWhereTheirInstancesAre(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: slow})
	there := w.in(region.EUWest1)
	id := there.launch(func(in *ec2.RunInstancesInput) {
		in.TagSpecifications = append(tagged(ec2types.ResourceTypeVolume, "k", "v"), tagged(ec2types.ResourceTypeInstance, "k", "v")...)
	})
	_, err := there.terminate(id)
	require.NoError(t, err)
	w.clock.advance(slow.Terminate + slow.Terminated)
	w.launch(nil) // somebody looks from elsewhere
	require.NotContains(t, w.dump(), "key:k ")
	require.NotContains(t, w.dump(), id)
}

func TestSpotInstancesOfOneTimeRequestsCannotBeStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(func(in *ec2.RunInstancesInput) {
		in.InstanceMarketOptions = &ec2types.InstanceMarketOptionsRequest{MarketType: ec2types.MarketTypeSpot}
	})
	e := wantNoChange[ec2.StopInstancesOutput](w, &ec2.StopInstancesInput{InstanceIds: []string{id}}, "UnsupportedOperation")
	require.Contains(t, e.Message, "You can't stop the Spot Instance '"+id+"' because it is associated with a one-time Spot Instance request.")
	_, err := w.terminate(id)
	require.NoError(t, err)
}

func TestHibernation(t *testing.T) {
	t.Parallel()
	hibernate := func(id string) *ec2.StopInstancesInput {
		return &ec2.StopInstancesInput{InstanceIds: []string{id}, Hibernate: ptr(true)}
	}
	w := newWorld(t, Options{Delays: slow})
	plain := w.instanceIn(running, nil)
	id := w.instanceIn(running, func(in *ec2.RunInstancesInput) {
		in.InstanceType = ec2types.InstanceTypeM7gLarge
		in.HibernationOptions = &ec2types.HibernationOptionsRequest{Configured: ptr(true)}
		in.BlockDeviceMappings = []ec2types.BlockDeviceMapping{{
			DeviceName: ptr("/dev/xvda"), Ebs: &ec2types.EbsBlockDevice{Encrypted: ptr(true), VolumeSize: ptr(int32(20))},
		}}
	})
	wantNoChange[ec2.StopInstancesOutput](w, hibernate(plain), "UnsupportedHibernationConfiguration")
	wantNoChange[ec2.StopInstancesOutput](w, hibernate(id), "UnsupportedOperation") // too early
	w.clock.advance(slow.Checks)
	must[ec2.StopInstancesOutput](w, hibernate(id))
	i := w.instance(id)
	require.Equal(t, stopping, i.State.Name)
	require.Equal(t, "Client.UserInitiatedHibernate", *i.StateReason.Code)
	require.True(t, *i.HibernationOptions.Configured)
}
