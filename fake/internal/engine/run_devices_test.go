package engine

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// ebs maps a device to a volume.
func ebs(device string, e ec2types.EbsBlockDevice) ec2types.BlockDeviceMapping {
	return ec2types.BlockDeviceMapping{DeviceName: ptr(device), Ebs: &e}
}

func devices(all ...ec2types.BlockDeviceMapping) func(in *ec2.RunInstancesInput) {
	return func(in *ec2.RunInstancesInput) { in.BlockDeviceMappings = all }
}

func size(gib int32) *int32 { return ptr(gib) }

// volumeMade is what became of a volume of a launch.
type volumeMade struct {
	Size             int32
	Type             ec2types.VolumeType
	IOPS, Throughput int32
	Encrypted        bool
	Snapshot, Delete bool
}

func (w *testWorld) madeOf(id string) map[string]volumeMade {
	out := make(map[string]volumeMade)
	for _, v := range w.volumesOf(id) {
		out[*v.Attachments[0].Device] = volumeMade{
			*v.Size, v.VolumeType, deref(v.Iops), deref(v.Throughput), *v.Encrypted, *v.SnapshotId != "", *v.Attachments[0].DeleteOnTermination,
		}
	}
	return out
}

// The root of Amazon Linux 2023, as its image has it.
var usualRoot = volumeMade{8, ec2types.VolumeTypeGp3, 3000, 125, false, true, true}

func TestBlockDevicesAreLaidOverTheImages(t *testing.T) {
	t.Parallel()
	const (
		gp2, gp3, io1, io2 = ec2types.VolumeTypeGp2, ec2types.VolumeTypeGp3, ec2types.VolumeTypeIo1, ec2types.VolumeTypeIo2
	)
	w := newWorld(t, Options{})
	withData := w.imageLike("arm64", func(im *image) {
		im.mappings = append(im.mappings, mapping{device: "/dev/sdf", ebs: &ebsMapping{
			size: 20, typ: io1, iops: 500, encrypted: ptr(true), deleteOnTermination: ptr(false),
		}}, mapping{device: "/dev/sdg", virtualName: "ephemeral0"})
	})
	for name, tc := range map[string]struct {
		image  string
		change func(in *ec2.RunInstancesInput)
		want   map[string]volumeMade
	}{
		"nothing said":         {"", devices(), map[string]volumeMade{"/dev/xvda": usualRoot}},
		"root size":            {"", devices(ebs("/dev/xvda", ec2types.EbsBlockDevice{VolumeSize: size(30)})), map[string]volumeMade{"/dev/xvda": {30, gp3, 3000, 125, false, true, true}}},
		"root kept":            {"", devices(ebs("/dev/xvda", ec2types.EbsBlockDevice{DeleteOnTermination: ptr(false)})), map[string]volumeMade{"/dev/xvda": {8, gp3, 3000, 125, false, true, false}}},
		"root encrypted":       {"", devices(ebs("/dev/xvda", ec2types.EbsBlockDevice{Encrypted: ptr(true)})), map[string]volumeMade{"/dev/xvda": {8, gp3, 3000, 125, true, true, true}}},
		"root of another type": {"", devices(ebs("/dev/xvda", ec2types.EbsBlockDevice{VolumeType: gp2})), map[string]volumeMade{"/dev/xvda": {8, gp2, 100, 0, false, true, true}}},
		"root faster":          {"", devices(ebs("/dev/xvda", ec2types.EbsBlockDevice{Iops: ptr(int32(4000)), Throughput: ptr(int32(500))})), map[string]volumeMade{"/dev/xvda": {8, gp3, 4000, 500, false, true, true}}},
		"a new device":         {"", devices(ebs("/dev/sdf", ec2types.EbsBlockDevice{VolumeSize: size(100)})), map[string]volumeMade{"/dev/xvda": usualRoot, "/dev/sdf": {100, gp2, 300, 0, false, false, true}}},
		"a new gp3 device":     {"", devices(ebs("/dev/sdf", ec2types.EbsBlockDevice{VolumeSize: size(1), VolumeType: gp3})), map[string]volumeMade{"/dev/xvda": usualRoot, "/dev/sdf": {1, gp3, 3000, 125, false, false, true}}},
		"a new io2 device":     {"", devices(ebs("/dev/sdf", ec2types.EbsBlockDevice{VolumeSize: size(4), VolumeType: io2, Iops: ptr(int32(4000))})), map[string]volumeMade{"/dev/xvda": usualRoot, "/dev/sdf": {4, io2, 4000, 0, false, false, true}}},
		"a large gp2 device":   {"", devices(ebs("/dev/sdf", ec2types.EbsBlockDevice{VolumeSize: size(9000)})), map[string]volumeMade{"/dev/xvda": usualRoot, "/dev/sdf": {9000, gp2, 16000, 0, false, false, true}}},
		"an st1 device":        {"", devices(ebs("/dev/sdf", ec2types.EbsBlockDevice{VolumeSize: size(125), VolumeType: "st1"})), map[string]volumeMade{"/dev/xvda": usualRoot, "/dev/sdf": {125, "st1", 0, 0, false, false, true}}},
		"instance store":       {"", devices(ec2types.BlockDeviceMapping{DeviceName: ptr("/dev/sdf"), VirtualName: ptr("ephemeral0")}), map[string]volumeMade{"/dev/xvda": usualRoot}},
		"the image's own":      {withData, devices(), map[string]volumeMade{"/dev/xvda": usualRoot, "/dev/sdf": {20, io1, 500, 0, true, false, false}}},
		"the image's, changed": {withData, devices(ebs("/dev/sdf", ec2types.EbsBlockDevice{VolumeSize: size(40), DeleteOnTermination: ptr(true)})), map[string]volumeMade{"/dev/xvda": usualRoot, "/dev/sdf": {40, io1, 500, 0, true, false, true}}},
		"the image's, dropped": {withData, devices(ec2types.BlockDeviceMapping{DeviceName: ptr("/dev/sdf"), NoDevice: ptr("")}), map[string]volumeMade{"/dev/xvda": usualRoot}},
		"dropped what isn't":   {"", devices(ec2types.BlockDeviceMapping{DeviceName: ptr("/dev/sdz"), NoDevice: ptr("")}), map[string]volumeMade{"/dev/xvda": usualRoot}},
		"instead of ephemeral": {withData, devices(ebs("/dev/sdg", ec2types.EbsBlockDevice{VolumeSize: size(1)})), map[string]volumeMade{"/dev/xvda": usualRoot, "/dev/sdf": {20, io1, 500, 0, true, false, false}, "/dev/sdg": {1, gp2, 100, 0, false, false, true}}},
		"ephemeral instead":    {withData, devices(ec2types.BlockDeviceMapping{DeviceName: ptr("/dev/sdf"), VirtualName: ptr("ephemeral1")}), map[string]volumeMade{"/dev/xvda": usualRoot}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			id := w.launch(func(in *ec2.RunInstancesInput) {
				tc.change(in)
				if tc.image != "" {
					in.ImageId = ptr(tc.image)
				}
			})
			require.Empty(t, cmp.Diff(tc.want, w.madeOf(id)))
			i := w.instance(id)
			require.Len(t, i.BlockDeviceMappings, len(tc.want))
			for n, d := range i.BlockDeviceMappings {
				require.Equal(t, tc.want[*d.DeviceName].Delete, *d.Ebs.DeleteOnTermination)
				require.True(t, n == 0 || *i.BlockDeviceMappings[n-1].DeviceName < *d.DeviceName, "in order of name")
			}
		})
	}
}

func TestBlockDevicesThatALaunchCannotHave(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	root := func(e ec2types.EbsBlockDevice) func(in *ec2.RunInstancesInput) { return devices(ebs("/dev/xvda", e)) }
	data := func(e ec2types.EbsBlockDevice) func(in *ec2.RunInstancesInput) { return devices(ebs("/dev/sdf", e)) }
	snapshotOf := *w.volumesOf(w.launch(nil))[0].SnapshotId
	for name, tc := range map[string]struct {
		change  func(in *ec2.RunInstancesInput)
		code    string
		message string
	}{
		"smaller than its snapshot":   {root(ec2types.EbsBlockDevice{VolumeSize: size(4)}), "InvalidBlockDeviceMapping", "Volume of size 4GB is smaller than snapshot '" + snapshotOf + "', expect size >= 8GB"},
		"device twice":                {devices(ebs("/dev/sdf", ec2types.EbsBlockDevice{VolumeSize: size(1)}), ebs("/dev/sdf", ec2types.EbsBlockDevice{VolumeSize: size(1)})), "InvalidBlockDeviceMapping", "'/dev/sdf'"},
		"no device name":              {devices(ec2types.BlockDeviceMapping{NoDevice: ptr("")}), "MissingParameter", "DeviceName"},
		"bad device name":             {devices(ebs("/dev/nvme1n1", ec2types.EbsBlockDevice{VolumeSize: size(1)})), "InvalidBlockDeviceMapping", "Invalid device name /dev/nvme1n1"},
		"nothing on the device":       {devices(ec2types.BlockDeviceMapping{DeviceName: ptr("/dev/sdf")}), "InvalidBlockDeviceMapping", "neither ebs nor virtualName nor noDevice"},
		"two things on the device":    {devices(ec2types.BlockDeviceMapping{DeviceName: ptr("/dev/sdf"), VirtualName: ptr("ephemeral0"), Ebs: &ec2types.EbsBlockDevice{VolumeSize: size(1)}}), "InvalidBlockDeviceMapping", "both ebs and virtualName"},
		"and on the root device":      {devices(ec2types.BlockDeviceMapping{DeviceName: ptr("/dev/xvda"), VirtualName: ptr("ephemeral0"), Ebs: &ec2types.EbsBlockDevice{VolumeSize: size(9)}}), "InvalidBlockDeviceMapping", "both ebs and virtualName"},
		"no such virtual name":        {devices(ec2types.BlockDeviceMapping{DeviceName: ptr("/dev/sdf"), VirtualName: ptr("ephemeral24")}), "InvalidBlockDeviceMapping", "ephemeral0 to ephemeral23"},
		"instance store root":         {devices(ec2types.BlockDeviceMapping{DeviceName: ptr("/dev/xvda"), VirtualName: ptr("ephemeral0")}), "InvalidBlockDeviceMapping", "The root device '/dev/xvda'"},
		"no root":                     {devices(ec2types.BlockDeviceMapping{DeviceName: ptr("/dev/xvda"), NoDevice: ptr("")}), "InvalidBlockDeviceMapping", "The root device '/dev/xvda' can't be left out."},
		"another root snapshot":       {root(ec2types.EbsBlockDevice{SnapshotId: ptr("snap-0123456789abcdef0")}), "InvalidBlockDeviceMapping", "snapshotId cannot be modified on root device"},
		"unknown snapshot":            {data(ec2types.EbsBlockDevice{SnapshotId: ptr("snap-0123456789abcdef0")}), "InvalidSnapshot.NotFound", "The snapshot 'snap-0123456789abcdef0' does not exist."},
		"malformed snapshot":          {data(ec2types.EbsBlockDevice{SnapshotId: ptr("snap-1")}), "InvalidSnapshotID.Malformed", `"snap-1"`},
		"neither size nor snapshot":   {data(ec2types.EbsBlockDevice{VolumeType: "gp3"}), "MissingParameter", "size or snapshotId"},
		"st1 to boot from":            {root(ec2types.EbsBlockDevice{VolumeType: "st1", VolumeSize: size(125)}), "BootForVolumeTypeUnsupported", "'st1'"},
		"sc1 to boot from":            {root(ec2types.EbsBlockDevice{VolumeType: "sc1", VolumeSize: size(125)}), "BootForVolumeTypeUnsupported", "'sc1'"},
		"unknown type":                {data(ec2types.EbsBlockDevice{VolumeType: "gp4", VolumeSize: size(1)}), "UnknownVolumeType", "'gp4'"},
		"negative size":               {data(ec2types.EbsBlockDevice{VolumeSize: size(-1)}), "InvalidParameterValue", "Volume of -1GiB is too small"},
		"io1 without IOPS":            {data(ec2types.EbsBlockDevice{VolumeType: "io1", VolumeSize: size(4)}), "MissingParameter", "The parameter iops must be specified for io1 volumes."},
		"key without encryption":      {root(ec2types.EbsBlockDevice{KmsKeyId: ptr("alias/mine")}), "InvalidParameterDependency", "The parameter KmsKeyId requires the parameter Encrypted to be set."},
		"malformed key":               {root(ec2types.EbsBlockDevice{KmsKeyId: ptr("mine"), Encrypted: ptr(true)}), "InvalidParameterValue", "Value (mine) for parameter KmsKeyId"},
		"slow initialization":         {root(ec2types.EbsBlockDevice{VolumeInitializationRate: ptr(int32(99))}), "InvalidParameterValue", "Value (99) for parameter VolumeInitializationRate"},
		"initialization of nothing":   {data(ec2types.EbsBlockDevice{VolumeInitializationRate: ptr(int32(100)), VolumeSize: size(1)}), "InvalidParameterCombination", "needs a snapshot"},
		"on an Outpost":               {data(ec2types.EbsBlockDevice{OutpostArn: ptr("arn"), VolumeSize: size(1)}), "InvalidParameterValue", "The Outpost does not exist."},
		"on another card":             {data(ec2types.EbsBlockDevice{EbsCardIndex: ptr(int32(1)), VolumeSize: size(1)}), "InvalidParameterValue", "Value (1) for parameter EbsCardIndex"},
		"zone of the volume":          {data(ec2types.EbsBlockDevice{AvailabilityZone: ptr("us-east-1a"), VolumeSize: size(1)}), "UnknownParameter", "BlockDeviceMappings[0].Ebs.AvailabilityZone"},
		"IOPS of the old, new is gp2": {root(ec2types.EbsBlockDevice{VolumeType: "gp2", Iops: ptr(int32(3000))}), "InvalidParameterCombination", "The parameter iops is not supported for gp2 volumes."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			_, err := call[ec2.RunInstancesOutput](w, launchOf(tc.change))
			require.Contains(t, wantCode(t, err, tc.code).Message, tc.message)
		})
	}
}

// A data volume can be made of a snapshot of one's own, once that is completed.
func TestVolumesOfSnapshotsOfOnesOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: Delays{Snapshot: time.Minute}})
	id := w.launch(nil)
	im := must[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: ptr(id), Name: ptr("golden")})
	s := must[ec2.DescribeSnapshotsOutput](w, &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}}).Snapshots[0].SnapshotId
	data := devices(ebs("/dev/sdf", ec2types.EbsBlockDevice{SnapshotId: s, VolumeInitializationRate: ptr(int32(100))}))
	_, err := call[ec2.RunInstancesOutput](w, launchOf(data))
	require.Equal(t, "Snapshot '"+*s+"' is in the 'pending' state.", wantCode(t, err, "IncorrectState").Message)
	w.clock.advance(time.Minute)
	made := w.madeOf(w.launch(data))
	require.Equal(t, volumeMade{8, ec2types.VolumeTypeGp2, 100, 0, false, true, true}, made["/dev/sdf"])
	twin := w.instance(w.launch(func(in *ec2.RunInstancesInput) { in.ImageId = im.ImageId }))
	require.Equal(t, *im.ImageId, *twin.ImageId)
	require.Equal(t, map[string]volumeMade{"/dev/xvda": usualRoot}, w.madeOf(*twin.InstanceId))
}

func TestKeysAndRatesOfVolumes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	w.haveKey(keyHas + keyID)
	id := w.launch(devices(
		ebs("/dev/xvda", ec2types.EbsBlockDevice{Encrypted: ptr(true), VolumeInitializationRate: ptr(int32(200))}),
		ebs("/dev/sdf", ec2types.EbsBlockDevice{Encrypted: ptr(true), KmsKeyId: ptr("1234abcd-12ab-34cd-56ef-1234567890ab"), VolumeSize: size(1), EbsCardIndex: ptr(int32(0))}),
	))
	keys := map[string]string{}
	for _, v := range w.volumesOf(id) {
		keys[*v.Attachments[0].Device] = *v.KmsKeyId
		require.Equal(t, *v.Attachments[0].Device == "/dev/xvda", deref(v.VolumeInitializationRate) == 200)
	}
	require.Equal(t, map[string]string{
		"/dev/xvda": Place{Partition: "aws", Account: DefaultAccount, Region: w.region}.defaultKey(),
		"/dev/sdf":  "arn:aws:kms:us-east-1:" + DefaultAccount + ":key/1234abcd-12ab-34cd-56ef-1234567890ab",
	}, keys)
}

// A key of another region is found out about after the launch has been accepted.
func TestAKeyThatCannotBeUsedEndsTheInstance(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: slow})
	id := w.launch(devices(ebs("/dev/xvda", ec2types.EbsBlockDevice{
		Encrypted: ptr(true), KmsKeyId: ptr("arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
	})))
	w.clock.advance(slow.Launch)
	i := w.instance(id)
	require.Equal(t, shuttingDown, i.State.Name)
	require.Equal(t, "Client.InternalError", *i.StateReason.Code)
	require.Equal(t, "Client.InternalError: Client error on launch", *i.StateReason.Message)
	require.Empty(t, *i.StateTransitionReason)
	w.clock.advance(slow.Terminate)
	require.Equal(t, terminated, w.instance(id).State.Name)
	require.Empty(t, must[ec2.DescribeVolumesOutput](w, &ec2.DescribeVolumesInput{}).Volumes)
}

// More volumes than the type can have are found out about likewise.
func TestTooManyVolumesEndTheInstance(t *testing.T) {
	t.Parallel()
	many := func(n int) func(in *ec2.RunInstancesInput) {
		return func(in *ec2.RunInstancesInput) {
			for i := range n - 1 { // besides the root
				in.BlockDeviceMappings = append(in.BlockDeviceMappings,
					ebs("/dev/xvd"+string([]byte{'b' + byte(i/26), 'a' + byte(i%26)}), ec2types.EbsBlockDevice{VolumeSize: size(1)}))
			}
		}
	}
	second := []on{{DeviceIndex: ptr(int32(0))}, {DeviceIndex: ptr(int32(1))}}
	for name, tc := range map[string]struct {
		typ        ec2types.InstanceType
		volumes    int
		interfaces []on
		want       ec2types.InstanceStateName
	}{
		"shared slots, full":             {"t4g.small", 27, nil, running},
		"shared slots, one too many":     {"t4g.small", 28, nil, terminated},
		"shared slots, also by the card": {"t4g.small", 27, second, terminated},
		"dedicated slots, full":          {"m8g.large", 32, second, running},
		"dedicated slots, one too many":  {"m8g.large", 33, nil, terminated},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Options{Delays: Delays{Terminated: time.Hour}})
			id := w.launch(func(in *ec2.RunInstancesInput) {
				many(tc.volumes)(in)
				in.InstanceType, in.NetworkInterfaces = tc.typ, tc.interfaces
			})
			i := w.instance(id)
			require.Equal(t, tc.want, i.State.Name)
			if tc.want == terminated {
				require.Equal(t, "Client.VolumeLimitExceeded: Volume limit exceeded", *i.StateReason.Message)
			}
		})
	}
}
