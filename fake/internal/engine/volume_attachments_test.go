package engine

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func (w *testWorld) attach(volume, instance, device string) (*ec2.AttachVolumeOutput, error) {
	return call[ec2.AttachVolumeOutput](w, &ec2.AttachVolumeInput{VolumeId: &volume, InstanceId: &instance, Device: &device})
}

// at finds what an instance tells of a device; nil if it has none there.
func (w *testWorld) at(instance, device string) *ec2types.EbsInstanceBlockDevice {
	w.t.Helper()
	for _, m := range w.instance(instance).BlockDeviceMappings {
		if *m.DeviceName == device {
			return m.Ebs
		}
	}
	return nil
}

// https://docs.aws.amazon.com/ebs/latest/userguide/ebs-attaching-volume.html
func TestAttachAndDetachVolume(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: Delays{Volume: time.Minute}})
	i, o := w.launch(nil), w.newVolume(nil)
	w.clock.advance(time.Minute)
	out, err := w.attach(o, i, "/dev/sdf")
	require.NoError(t, err)
	require.Equal(t, ec2types.VolumeAttachmentStateAttaching, out.State)
	require.False(t, *out.DeleteOnTermination)
	require.Equal(t, ec2types.VolumeStateInUse, w.volume(o).State)
	require.Equal(t, ec2types.AttachmentStatusAttaching, w.at(i, "/dev/sdf").Status)
	w.clock.advance(time.Minute)
	require.Equal(t, ec2types.AttachmentStatusAttached, w.at(i, "/dev/sdf").Status)
	require.Equal(t, o, *w.at(i, "/dev/sdf").VolumeId)
	require.Equal(t, []string{i}, w.found(filter("block-device-mapping.volume-id", o)))

	gone := must[ec2.DetachVolumeOutput](w, &ec2.DetachVolumeInput{VolumeId: &o})
	require.Equal(t, ec2types.VolumeAttachmentStateDetaching, gone.State)
	require.Equal(t, i, *gone.InstanceId)
	require.Equal(t, ec2types.AttachmentStatusDetaching, w.at(i, "/dev/sdf").Status)
	require.Equal(t, ec2types.VolumeStateInUse, w.volume(o).State)
	wantNoChange[ec2.DetachVolumeOutput](w, &ec2.DetachVolumeInput{VolumeId: &o}, "IncorrectState")
	must[ec2.DetachVolumeOutput](w, &ec2.DetachVolumeInput{VolumeId: &o, Force: ptr(true)})
	require.Nil(t, w.at(i, "/dev/sdf"), "by force it takes no time")
	require.Equal(t, ec2types.VolumeStateAvailable, w.volume(o).State)
	require.Empty(t, w.volume(o).Attachments)

	_, err = w.attach(o, i, "/dev/sdf")
	require.NoError(t, err, "volume and device are free again")
	require.Equal(t, ec2types.VolumeAttachmentStateAttaching, w.volume(o).Attachments[0].State)
}

func TestAttachVolumeRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	i := w.launch(nil)
	used := *w.volumesOf(i)[0].VolumeId
	other := w.launch(nil)
	o := w.newVolume(nil)
	far := w.newVolume(func(in *ec2.CreateVolumeInput) { in.AvailabilityZone = ptr("us-east-1b") })
	broken := w.newVolume(func(in *ec2.CreateVolumeInput) {
		in.Encrypted, in.KmsKeyId = ptr(true), ptr("arn:aws:kms:eu-west-1:"+DefaultAccount+":key/"+keyID)
	})
	ended := w.launch(nil)
	_, err := w.terminate(ended)
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		volume, instance, device string
		code, message            string
	}{
		"no volume":             {"", i, "/dev/sdf", "MissingParameter", "VolumeId"},
		"no instance":           {o, "", "/dev/sdf", "MissingParameter", "InstanceId"},
		"no device":             {o, i, "", "MissingParameter", "Device"},
		"an unknown volume":     {"vol-01234567", i, "/dev/sdf", "InvalidVolume.NotFound", "vol-01234567"},
		"an unknown instance":   {o, "i-01234567", "/dev/sdf", "InvalidInstanceID.NotFound", "i-01234567"},
		"a terminated instance": {o, ended, "/dev/sdf", "IncorrectState", "Instance '" + ended + "' is not 'running'."},
		"another zone":          {far, i, "/dev/sdf", "InvalidVolume.ZoneMismatch", "The volume '" + far + "' is not in the same availability zone as instance '" + i + "'"},
		"attached elsewhere":    {used, other, "/dev/sdf", "VolumeInUse", used + " is already attached to an instance"},
		"a broken volume":       {broken, i, "/dev/sdf", "IncorrectState", "available"},
		"a device that is used": {o, i, "/dev/xvda", "InvalidParameterValue", "Invalid value '/dev/xvda' for unixDevice. Attachment point /dev/xvda is already in use"},
		"a bad device":          {o, i, "/dev/nvme1n1", "InvalidParameterValue", "Value (/dev/nvme1n1) for parameter device is invalid."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := &ec2.AttachVolumeInput{VolumeId: &tc.volume, InstanceId: &tc.instance, Device: &tc.device}
			require.Contains(t, wantNoChange[ec2.AttachVolumeOutput](w.forkWithin(t), in, tc.code).Message, tc.message)
		})
	}
	wantNoChange[ec2.AttachVolumeOutput](w, &ec2.AttachVolumeInput{VolumeId: &o, InstanceId: &i, Device: ptr("/dev/sdf"), EbsCardIndex: size(1)}, "InvalidParameterValue")
	wantNoChange[ec2.AttachVolumeOutput](w, &ec2.AttachVolumeInput{VolumeId: &o, InstanceId: &i, Device: ptr("/dev/sdf"), DryRun: ptr(true)}, "DryRunOperation")
}

// t4g.small shares 28 slots with its interfaces: 27 volumes beside one interface
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/volume_limits.html).
func TestAttachVolumeUpToTheTypesLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	i := w.launch(nil)
	var err error
	n := 1
	for ; n < 40 && err == nil; n++ {
		_, err = w.attach(w.newVolume(nil), i, "/dev/xvdb"+string(rune('a'+n%26))) // the second round takes names of its own
		if n > 25 && isError(err, "InvalidParameterValue") {
			_, err = w.attach(w.newVolume(nil), i, "/dev/xvdc"+string(rune('a'+n%26)))
		}
	}
	wantCode(t, err, "AttachmentLimitExceeded")
	require.Len(t, w.instance(i).BlockDeviceMappings, 27)
}

// https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volumes-multi.html
func TestMultiAttach(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	o := w.newVolume(func(in *ec2.CreateVolumeInput) {
		in.VolumeType, in.Iops, in.MultiAttachEnabled = "io2", size(100), ptr(true)
	})
	one, two := w.launch(nil), w.launch(nil)
	for _, i := range []string{one, two} {
		_, err := w.attach(o, i, "/dev/sdf")
		require.NoError(t, err)
	}
	require.Len(t, w.volume(o).Attachments, 2)
	_, err := w.attach(o, one, "/dev/sdg")
	wantCode(t, err, "VolumeInUse")
	old := w.launch(func(in *ec2.RunInstancesInput) { in.InstanceType, in.ImageId = "t2.micro", ptr(linux+"x86_64") })
	_, err = w.attach(o, old, "/dev/sdf")
	wantCode(t, err, "UnsupportedOperation")
	wantNoChange[ec2.DetachVolumeOutput](w, &ec2.DetachVolumeInput{VolumeId: &o}, "MissingParameter")

	_, err = w.terminate(one)
	require.NoError(t, err)
	require.Equal(t, ec2types.VolumeStateInUse, w.volume(o).State)
	must[ec2.DetachVolumeOutput](w, &ec2.DetachVolumeInput{VolumeId: &o, InstanceId: &two})
	require.Equal(t, ec2types.VolumeStateAvailable, w.volume(o).State)
}

// https://docs.aws.amazon.com/ebs/latest/userguide/ebs-detaching-volume.html
func TestDetachVolumeRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	i, other, free := w.launch(nil), w.launch(nil), w.newVolume(nil)
	root := *w.volumesOf(i)[0].VolumeId
	for name, tc := range map[string]struct {
		in            ec2.DetachVolumeInput
		code, message string
	}{
		"the root of a running instance": {ec2.DetachVolumeInput{VolumeId: &root, Force: ptr(true)}, "IncorrectState", "Unable to detach root volume '" + root + "' from instance '" + i + "'"},
		"a free volume":                  {ec2.DetachVolumeInput{VolumeId: &free}, "IncorrectState", "Volume '" + free + "'is in the 'available' state."},
		"the wrong instance":             {ec2.DetachVolumeInput{VolumeId: &root, InstanceId: &other}, "InvalidAttachment.NotFound", other},
		"the wrong device":               {ec2.DetachVolumeInput{VolumeId: &root, Device: ptr("/dev/sdf")}, "InvalidAttachment.NotFound", "/dev/sdf"},
		"an unknown instance":            {ec2.DetachVolumeInput{VolumeId: &root, InstanceId: ptr("i-01234567")}, "InvalidInstanceID.NotFound", "i-01234567"},
		"no volume":                      {ec2.DetachVolumeInput{}, "MissingParameter", "VolumeId"},
		"an unknown volume":              {ec2.DetachVolumeInput{VolumeId: ptr("vol-01234567")}, "InvalidVolume.NotFound", "vol-01234567"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, wantNoChange[ec2.DetachVolumeOutput](w.forkWithin(t), &tc.in, tc.code).Message, tc.message)
		})
	}
}

// Without its root volume an instance can't be started; with another one it can.
func TestRootVolumeOfAStoppedInstanceIsReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	i := w.launch(nil)
	root := *w.volumesOf(i)[0].VolumeId
	_, err := w.stop(i)
	require.NoError(t, err)
	must[ec2.DetachVolumeOutput](w, &ec2.DetachVolumeInput{VolumeId: &root})
	_, err = w.start(i)
	require.Contains(t, wantCode(t, err, "InvalidParameterValue").Message, "does not have a volume attached at root (/dev/xvda)")
	_, err = w.attach(w.newVolume(nil), i, "/dev/xvda")
	require.NoError(t, err)
	_, err = w.start(i)
	require.NoError(t, err)
	require.Equal(t, running, w.instance(i).State.Name)
}

// A volume with product codes goes on a stopped instance only, and takes them along
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachVolume.html).
func TestProductCodesGoWithTheVolume(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	s, i := w.ownSnapshots(1)[0], w.launch(nil)
	w.changeSnapshot(s, func(s *snapshot) {
		s.billing = &billing{productCodes: []ec2types.ProductCode{{ProductCodeId: ptr("code"), ProductCodeType: "marketplace"}}}
	})
	o := w.newVolume(func(in *ec2.CreateVolumeInput) { in.SnapshotId = &s })
	_, err := w.attach(o, i, "/dev/sdf")
	wantCode(t, err, "IncorrectState")
	_, err = w.stop(i)
	require.NoError(t, err)
	_, err = w.attach(o, i, "/dev/sdf")
	require.NoError(t, err)
	require.Equal(t, "code", *w.instance(i).ProductCodes[0].ProductCodeId)
	must[ec2.DetachVolumeOutput](w, &ec2.DetachVolumeInput{VolumeId: &o})
	require.Empty(t, w.instance(i).ProductCodes)
}

// Whatever is attached, detached, stopped and terminated: both ends tell the same.
func TestAttachmentsAgreeFromBothEnds(t *testing.T) {
	t.Parallel()
	prepared := newWorld(t, Options{Delays: Delays{Volume: time.Minute, Stop: time.Minute, Terminate: time.Minute}})
	instances := []string{prepared.launch(nil), prepared.launch(nil)}
	volumes := []string{prepared.newVolume(nil), prepared.newVolume(nil), *prepared.volumesOf(instances[0])[0].VolumeId}
	rapid.Check(t, func(r *rapid.T) {
		w := prepared.fork()
		w.clock = &clock{at: prepared.clock.now()}
		w.engine.options.Now = w.clock.now
		for range rapid.IntRange(1, 15).Draw(r, "steps") {
			o, i := rapid.SampledFrom(volumes).Draw(r, "volume"), rapid.SampledFrom(instances).Draw(r, "instance")
			switch rapid.SampledFrom([]string{"attach", "attach", "detach", "wait", "stop", "terminate"}).Draw(r, "deed") { // refusals are part of the game
			case "attach":
				_, _ = w.attach(o, i, rapid.SampledFrom([]string{"/dev/sdf", "/dev/sdg", "/dev/xvda"}).Draw(r, "device"))
			case "detach":
				_, _ = call[ec2.DetachVolumeOutput](w, &ec2.DetachVolumeInput{VolumeId: &o, Force: ptr(rapid.Bool().Draw(r, "force"))})
			case "wait":
				w.clock.advance(time.Duration(rapid.IntRange(1, 90).Draw(r, "seconds")) * time.Second)
			case "stop":
				_, _ = w.stop(i)
			case "terminate":
				_, _ = w.terminate(i)
			}
			w.here(func(v *view) {
				fromVolumes, fromInstances := []attachedDevice{}, []attachedDevice{}
				for o := range v.volumes.Every() {
					for _, a := range o.attachments {
						fromVolumes = append(fromVolumes, attachedDevice{o.id, a})
					}
					require.Equal(r, len(o.attachments) > 0, o.state == ec2types.VolumeStateInUse)
				}
				for i := range v.instances.Every() {
					require.True(r, slices.IsSortedFunc(i.devices, func(a, b attachedDevice) int { return strings.Compare(a.device, b.device) }))
					fromInstances = append(fromInstances, i.devices...)
				}
				require.ElementsMatch(r, fromVolumes, fromInstances)
			})
		}
	})
}
