package engine

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/tooltest"
)

// putInstance puts an instance of an image into the world as a launch would leave it, with the volumes at
// these devices, of which /dev/xvda is the root.
func (w *testWorld) putInstance(imageID string, state ec2types.InstanceStateName, volumes map[string]volume) (id string) {
	w.t.Helper()
	w.alter(func(t *tx) {
		im, _ := t.images.Get(imageID)
		i := &instance{
			id: t.newID(kindInstance), scope: t.scope, image: imageID, typ: "t4g.micro", state: state, launched: t.now, first: t.now,
			architecture: im.architecture, platformDetails: im.platformDetails, usageOperation: im.usageOperation,
			virtualization: im.virtualization, rootDevice: im.rootDevice, rootDeviceType: im.rootDeviceType, bootMode: im.bootMode,
			currentBootMode: ec2types.InstanceBootModeValuesUefi, tpmSupport: "v2.0", enaSupport: im.enaSupport, sriovNetSupport: im.sriovNetSupport,
			productCodes: []ec2types.ProductCode{{ProductCodeId: ptr("abc"), ProductCodeType: ec2types.ProductCodeValuesMarketplace}},
		}
		for _, device := range []string{"/dev/sdf", "/dev/sdg", "/dev/xvda"} {
			vol, ok := volumes[device]
			if !ok {
				continue
			}
			vol.id, vol.scope, vol.state, vol.created = t.newID(kindVolume), t.scope, ec2types.VolumeStateInUse, t.now
			a := volumeAttachment{instance: i.id, device: device, attached: t.now, deleteOnTermination: device != "/dev/sdg", state: ec2types.VolumeAttachmentStateAttached}
			vol.attachments = []volumeAttachment{a}
			i.devices = append(i.devices, attachedDevice{vol.id, a})
			t.volumes.Put(&t.undo, &vol)
		}
		t.instances.Put(&t.undo, i)
		id = i.id
	})
	return id
}

// The volumes of an instance: an encrypted root and two for data.
func threeVolumes() map[string]volume {
	return map[string]volume{
		"/dev/xvda": {size: 30, typ: ec2types.VolumeTypeGp3, iops: 3000, throughput: 125, encrypted: true, kmsKey: keyHas + keyID, content: "an operating system"},
		"/dev/sdf":  {size: 100, typ: ec2types.VolumeTypeGp2, iops: 300, content: "data"},
		"/dev/sdg":  {size: 200, typ: ec2types.VolumeTypeIo2, iops: 6000},
	}
}

func (w *testWorld) running() string {
	w.t.Helper()
	w.haveKey(keyHas + keyID)
	return w.putInstance(al2023ARM, ec2types.InstanceStateNameRunning, threeVolumes())
}

func mapped(device string, ebs *ec2types.EbsBlockDevice) ec2types.BlockDeviceMapping {
	return ec2types.BlockDeviceMapping{DeviceName: ptr(device), Ebs: ebs}
}

func (w *testWorld) image(id string) ec2types.Image {
	w.t.Helper()
	out := must[ec2.DescribeImagesOutput](w, &ec2.DescribeImagesInput{ImageIds: []string{id}})
	require.Len(w.t, out.Images, 1)
	return out.Images[0]
}

func (w *testWorld) snapshotsOf(im ec2types.Image) (out []ec2types.Snapshot) {
	w.t.Helper()
	for _, m := range im.BlockDeviceMappings {
		if m.Ebs != nil && m.Ebs.SnapshotId != nil {
			got := must[ec2.DescribeSnapshotsOutput](w, &ec2.DescribeSnapshotsInput{SnapshotIds: []string{*m.Ebs.SnapshotId}})
			out = append(out, got.Snapshots...)
		}
	}
	return out
}

func TestCreateImageTakesOverWhatTheInstanceHas(t *testing.T) {
	t.Parallel()
	for _, state := range []ec2types.InstanceStateName{"running", "stopped"} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Options{Delays: Delays{Snapshot: 100 * time.Second}})
			instanceID := w.putInstance(al2023ARM, state, threeVolumes())
			in := &ec2.CreateImageInput{
				InstanceId: ptr(instanceID), Name: ptr("golden [2026] ('a@b')"), Description: ptr("a golden one"), NoReboot: ptr(true),
				TagSpecifications: append(tagged(ec2types.ResourceTypeImage, "k", "image"), tagged(ec2types.ResourceTypeSnapshot, "k", "snapshot")...),
			}
			id := *must[ec2.CreateImageOutput](w, in).ImageId
			require.True(t, hasShape("ami", id))
			tooltest.Scribble(in)

			got := w.image(id)
			var snaps []string
			for _, m := range got.BlockDeviceMappings {
				snaps = append(snaps, *m.Ebs.SnapshotId)
			}
			require.Len(t, snaps, 3)
			want := ec2types.Image{
				Architecture: "arm64", BootMode: "uefi", CreationDate: ptr("2026-11-24T12:00:00.000Z"), DeregistrationProtection: ptr("disabled"),
				Description: ptr("a golden one"), EnaSupport: ptr(true), FreeTierEligible: ptr(false), Hypervisor: "xen", ImageAllowed: ptr(true),
				ImageId: ptr(id), ImageLocation: ptr(DefaultAccount + "/golden [2026] ('a@b')"), ImageType: "machine", ImdsSupport: "v2.0",
				Name: ptr("golden [2026] ('a@b')"), OwnerId: ptr(DefaultAccount), PlatformDetails: ptr("Linux/UNIX"),
				ProductCodes: []ec2types.ProductCode{{ProductCodeId: ptr("abc"), ProductCodeType: "marketplace"}},
				Public:       ptr(false), RootDeviceName: ptr("/dev/xvda"), RootDeviceType: "ebs",
				SourceImageId: ptr(al2023ARM), SourceImageRegion: ptr("us-east-1"), SourceInstanceId: ptr(instanceID),
				SriovNetSupport: ptr("simple"), State: "pending", Tags: tags("k", "image"), TpmSupport: "v2.0",
				UsageOperation: ptr("RunInstances"), VirtualizationType: "hvm",
				BlockDeviceMappings: []ec2types.BlockDeviceMapping{
					mapped("/dev/xvda", &ec2types.EbsBlockDevice{DeleteOnTermination: ptr(true), Encrypted: ptr(true), SnapshotId: ptr(snaps[0]),
						VolumeSize: ptr(int32(30)), VolumeType: "gp3", Iops: ptr(int32(3000)), Throughput: ptr(int32(125))}),
					mapped("/dev/sdf", &ec2types.EbsBlockDevice{DeleteOnTermination: ptr(true), Encrypted: ptr(false), SnapshotId: ptr(snaps[1]),
						VolumeSize: ptr(int32(100)), VolumeType: "gp2"}),
					mapped("/dev/sdg", &ec2types.EbsBlockDevice{DeleteOnTermination: ptr(false), Encrypted: ptr(false), SnapshotId: ptr(snaps[2]),
						VolumeSize: ptr(int32(200)), VolumeType: "io2", Iops: ptr(int32(6000))}),
				},
			}
			require.Empty(t, cmp.Diff(want, got, ignoreUnexported))
			tooltest.Scribble(&got)
			require.Empty(t, cmp.Diff(want, w.image(id), ignoreUnexported), "what a caller does to an output changes nothing")

			root := w.snapshotsOf(w.image(id))[0]
			row, _ := w.engine.state.snapshots.Get(snaps[0])
			require.Equal(t, content("an operating system"), row.content)
			require.Empty(t, cmp.Diff(ec2types.Snapshot{
				DataEncryptionKeyId: ptr(newDataKey(row.volume)), Description: ptr("Created by CreateImage(" + instanceID + ") for " + id),
				Encrypted: ptr(true), FullSnapshotSizeInBytes: ptr(int64(0)), KmsKeyId: ptr(keyHas + keyID), OwnerId: ptr(DefaultAccount), Progress: ptr("0%"), SnapshotId: ptr(snaps[0]),
				StartTime: ptr(w.clock.at), State: "pending", StorageTier: "standard", Tags: tags("k", "snapshot"),
				VolumeId: ptr(row.volume), VolumeSize: ptr(int32(30)),
			}, root, ignoreUnexported))
		})
	}
}

func TestImagesAndTheirSnapshotsTakeTheirTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: Delays{Snapshot: 100 * time.Second}})
	id := *must[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: ptr(w.running()), Name: ptr("golden")}).ImageId
	for _, step := range []struct {
		after    time.Duration
		image    ec2types.ImageState
		snapshot ec2types.SnapshotState
		progress string
	}{
		{0, "pending", "pending", "0%"},
		{500 * time.Millisecond, "pending", "pending", "0%"},
		{42 * time.Second, "pending", "pending", "42%"},
		{57 * time.Second, "pending", "pending", "99%"},
		{time.Second, "available", "completed", "100%"},
		{time.Hour, "available", "completed", "100%"},
	} {
		w.clock.advance(step.after)
		im := w.image(id)
		require.Equal(t, step.image, im.State)
		for _, s := range w.snapshotsOf(im) {
			require.Equal(t, step.snapshot, s.State)
			require.Equal(t, step.progress, *s.Progress)
			require.Equal(t, step.snapshot == "completed", s.CompletionTime != nil)
			if s.CompletionTime != nil {
				require.Equal(t, s.StartTime.Add(100*time.Second), *s.CompletionTime)
			}
		}
	}
	quick := newWorld(t, Options{})
	id = *must[ec2.CreateImageOutput](quick, &ec2.CreateImageInput{InstanceId: ptr(quick.running()), Name: ptr("golden")}).ImageId
	require.Equal(t, ec2types.ImageStatePending, quick.imageRow(id).state)
	require.Equal(t, ec2types.ImageStateAvailable, quick.image(id).State, "without delays at the next look")
}

func TestCreateImageChangesMappings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	instanceID := w.running()
	own := w.ownImages("other")[0]
	snap := w.imageRow(own).mappings[0].ebs.snapshot
	type devices map[string]string // what comes of each: size, type, encryption, DeleteOnTermination; or the virtual name
	asItWas := devices{"/dev/xvda": "30 gp3 true true", "/dev/sdf": "100 gp2 false true", "/dev/sdg": "200 io2 false false"}
	but := func(changes devices) devices {
		all := devices{}
		for _, from := range []devices{asItWas, changes} {
			for d, s := range from {
				all[d] = s
				if s == "" {
					delete(all, d)
				}
			}
		}
		return all
	}
	for name, tc := range map[string]struct {
		in   ec2types.BlockDeviceMapping
		want devices
	}{
		"root kept at termination":       {mapped("/dev/xvda", &ec2types.EbsBlockDevice{DeleteOnTermination: ptr(false)}), but(devices{"/dev/xvda": "30 gp3 true false"})},
		"data deleted at termination":    {mapped("/dev/sdg", &ec2types.EbsBlockDevice{DeleteOnTermination: ptr(true)}), but(devices{"/dev/sdg": "200 io2 false true"})},
		"what is already so":             {mapped("/dev/xvda", &ec2types.EbsBlockDevice{VolumeSize: ptr(int32(30)), VolumeType: "gp3", Iops: ptr(int32(3000)), Throughput: ptr(int32(125)), Encrypted: ptr(true)}), asItWas},
		"not encrypted, for a plain one": {mapped("/dev/sdf", &ec2types.EbsBlockDevice{Encrypted: ptr(false)}), asItWas},
		"not encrypted has no effect":    {mapped("/dev/xvda", &ec2types.EbsBlockDevice{Encrypted: ptr(false)}), asItWas},
		"a volume left out":              {ec2types.BlockDeviceMapping{DeviceName: ptr("/dev/sdf"), NoDevice: ptr("")}, but(devices{"/dev/sdf": ""})},
		"nothing left out":               {ec2types.BlockDeviceMapping{DeviceName: ptr("/dev/sdz"), NoDevice: ptr("")}, asItWas},
		"an instance store volume":       {ec2types.BlockDeviceMapping{DeviceName: ptr("/dev/sdb"), VirtualName: ptr("ephemeral0")}, but(devices{"/dev/sdb": "ephemeral0"})},
		"an empty volume":                {mapped("/dev/sdh", &ec2types.EbsBlockDevice{VolumeSize: ptr(int32(5))}), but(devices{"/dev/sdh": "5 gp2 false true"})},
		"an empty encrypted volume": {mapped("/dev/sdh", &ec2types.EbsBlockDevice{VolumeSize: ptr(int32(5)), VolumeType: "gp3", Encrypted: ptr(true), DeleteOnTermination: ptr(false)}),
			but(devices{"/dev/sdh": "5 gp3 true false"})},
		"a volume of a snapshot":        {mapped("/dev/sdh", &ec2types.EbsBlockDevice{SnapshotId: ptr(snap)}), but(devices{"/dev/sdh": "8 gp2 false true"})},
		"a larger volume of a snapshot": {mapped("/dev/sdh", &ec2types.EbsBlockDevice{SnapshotId: ptr(snap), VolumeSize: ptr(int32(9))}), but(devices{"/dev/sdh": "9 gp2 false true"})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			id := *must[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: ptr(instanceID), Name: ptr("golden"), BlockDeviceMappings: []ec2types.BlockDeviceMapping{tc.in}}).ImageId
			got := devices{}
			im := w.image(id)
			for _, m := range im.BlockDeviceMappings {
				got[*m.DeviceName] = deref(m.VirtualName)
				if e := m.Ebs; e != nil {
					got[*m.DeviceName] = strings.Join([]string{itoa(int(*e.VolumeSize)), string(e.VolumeType), boolText(*e.Encrypted), boolText(*e.DeleteOnTermination)}, " ")
				}
			}
			require.Equal(t, tc.want, got)
			for _, m := range im.BlockDeviceMappings {
				if m.Ebs != nil && m.Ebs.VolumeType == ec2types.VolumeTypeGp3 {
					require.Equal(t, []int32{3000, 125}, []int32{deref(m.Ebs.Iops), deref(m.Ebs.Throughput)}, "the defaults of gp3")
				}
			}
			require.Equal(t, "/dev/xvda", *im.BlockDeviceMappings[0].DeviceName, "the root comes first")
			made := must[ec2.DescribeSnapshotsOutput](w, &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}, Filters: []ec2types.Filter{filter("description", "*"+id)}})
			require.Len(t, made.Snapshots, 3-boolInt(name == "a volume left out"), "one for each volume of the instance that isn't left out")
		})
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestCreateImageHandsOnInstanceStoreVolumes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	source := w.ownImages("ubuntu")[0]
	w.changeImage(source, func(im *image) {
		im.mappings = append(im.mappings[:1:1], mapping{device: "/dev/sdb", virtualName: "ephemeral0"}, mapping{device: "/dev/sdf", virtualName: "ephemeral1"})
	})
	i := w.putInstance(source, "running", threeVolumes())
	names := func(in ...ec2types.BlockDeviceMapping) (out []string) {
		w := w.fork()
		id := *must[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: ptr(i), Name: ptr("golden"), BlockDeviceMappings: in}).ImageId
		for _, m := range w.image(id).BlockDeviceMappings {
			if m.VirtualName != nil {
				out = append(out, *m.DeviceName+" "+*m.VirtualName)
			}
		}
		return out
	}
	require.Equal(t, []string{"/dev/sdb ephemeral0"}, names(), "unless a volume is there")
	require.Empty(t, names(ec2types.BlockDeviceMapping{DeviceName: ptr("/dev/sdb"), NoDevice: ptr("")}))
	require.Equal(t, []string{"/dev/sdb ephemeral3"}, names(ec2types.BlockDeviceMapping{DeviceName: ptr("/dev/sdb"), VirtualName: ptr("ephemeral3")}))
}

func TestCreateImageKeepsTheDataKeyOfTheLineage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	own := w.ownImages("x")[0]
	from := w.imageRow(own).mappings[0].ebs.snapshot
	w.changeSnapshot(from, func(s *snapshot) { s.encrypted, s.kmsKey, s.dataKey = true, keyHas+keyID, "lineage" })
	for key, want := range map[string]bool{keyHas + keyID: true, keyHas + "other": false} {
		w := w.fork()
		i := w.putInstance(own, "running", map[string]volume{"/dev/xvda": {size: 8, typ: "gp3", encrypted: true, kmsKey: key, snapshot: from}})
		id := *must[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: ptr(i), Name: ptr("golden")}).ImageId
		require.Equal(t, want, *w.snapshotsOf(w.image(id))[0].DataEncryptionKeyId == "lineage")
	}
}

func TestCreateImageOverridesTheBootMode(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	i := w.running()
	id := *must[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: ptr(i), Name: ptr("golden"), BootModeOverride: "uefi"}).ImageId
	require.Equal(t, ec2types.BootModeValuesUefi, w.image(id).BootMode)
	w.alter(func(t *tx) {
		row, _ := t.instances.Get(i)
		next := *row
		next.currentBootMode = ec2types.InstanceBootModeValuesLegacyBios
		t.instances.Put(&t.undo, &next)
	})
	wantNoChange[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: ptr(i), Name: ptr("golden2"), BootModeOverride: "uefi"}, "InvalidParameterCombination")
	wantNoChange[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: ptr(i), Name: ptr("golden2"), BootModeOverride: "legacy-bios"}, "InvalidParameterValue")
}

func TestCreateImageRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	i := w.running()
	taken := w.ownImages("taken")[0]
	theirs := w.imageRow(w.as(someone).ownImages("x")[0]).mappings[0].ebs.snapshot
	own := w.imageRow(taken).mappings[0].ebs.snapshot
	rootless := w.putInstance(al2023ARM, "running", map[string]volume{"/dev/sdf": {size: 1}})
	in := func(change func(*ec2.CreateImageInput)) *ec2.CreateImageInput {
		in := &ec2.CreateImageInput{InstanceId: ptr(i), Name: ptr("golden")}
		change(in)
		return in
	}
	mappings := func(ms ...ec2types.BlockDeviceMapping) *ec2.CreateImageInput {
		return in(func(in *ec2.CreateImageInput) { in.BlockDeviceMappings = ms })
	}
	ebs := func(device string, e ec2types.EbsBlockDevice) *ec2.CreateImageInput {
		return mappings(mapped(device, &e))
	}
	for name, tc := range map[string]struct {
		in            *ec2.CreateImageInput
		code, message string
	}{
		"no instance":            {in(func(in *ec2.CreateImageInput) { in.InstanceId = nil }), "MissingParameter", "The request must contain the parameter InstanceId"},
		"no name":                {in(func(in *ec2.CreateImageInput) { in.Name = nil }), "MissingParameter", "The request must contain the parameter Name"},
		"a malformed instance":   {in(func(in *ec2.CreateImageInput) { in.InstanceId = ptr("i-x") }), "InvalidInstanceID.Malformed", ""},
		"an unknown instance":    {in(func(in *ec2.CreateImageInput) { in.InstanceId = ptr("i-00000000000000000") }), "InvalidInstanceID.NotFound", ""},
		"a short name":           {in(func(in *ec2.CreateImageInput) { in.Name = ptr("ab") }), "InvalidAMIName.Malformed", ""},
		"a long name":            {in(func(in *ec2.CreateImageInput) { in.Name = ptr(strings.Repeat("a", 129)) }), "InvalidAMIName.Malformed", ""},
		"a name with a colon":    {in(func(in *ec2.CreateImageInput) { in.Name = ptr("a:b:c") }), "InvalidAMIName.Malformed", ""},
		"a name with an umlaut":  {in(func(in *ec2.CreateImageInput) { in.Name = ptr("böse") }), "InvalidAMIName.Malformed", ""},
		"a name that is taken":   {in(func(in *ec2.CreateImageInput) { in.Name = ptr("taken") }), "InvalidAMIName.Duplicate", "AMI name taken is already in use by AMI " + taken},
		"a long description":     {in(func(in *ec2.CreateImageInput) { in.Description = ptr(strings.Repeat("ä", 256)) }), "InvalidParameterValue", ""},
		"a snapshot location":    {in(func(in *ec2.CreateImageInput) { in.SnapshotLocation = "local" }), "InvalidParameterValue", ""},
		"tags of another type":   {in(func(in *ec2.CreateImageInput) { in.TagSpecifications = tagged("volume", "a", "b") }), "InvalidParameterValue", ""},
		"no root volume":         {in(func(in *ec2.CreateImageInput) { in.InstanceId = ptr(rootless) }), "InvalidParameterValue", "Instance " + rootless + " does not have a volume attached at root (/dev/xvda)"},
		"a device without name":  {mappings(ec2types.BlockDeviceMapping{NoDevice: ptr("")}), "MissingParameter", "The request must contain the parameter BlockDeviceMapping.1.DeviceName"},
		"a device twice":         {mappings(mapped("/dev/sdf", nil), mapped("/dev/sdf", nil)), "InvalidBlockDeviceMapping", ""},
		"the root left out":      {mappings(ec2types.BlockDeviceMapping{DeviceName: ptr("/dev/xvda"), NoDevice: ptr("")}), "InvalidBlockDeviceMapping", ""},
		"a volume made virtual":  {mappings(ec2types.BlockDeviceMapping{DeviceName: ptr("/dev/sdf"), VirtualName: ptr("ephemeral0")}), "InvalidBlockDeviceMapping", ""},
		"another size":           {ebs("/dev/sdf", ec2types.EbsBlockDevice{VolumeSize: ptr(int32(101))}), "InvalidBlockDeviceMapping", ""},
		"another type":           {ebs("/dev/sdf", ec2types.EbsBlockDevice{VolumeType: "gp3"}), "InvalidBlockDeviceMapping", ""},
		"other IOPS":             {ebs("/dev/sdg", ec2types.EbsBlockDevice{Iops: ptr(int32(1))}), "InvalidBlockDeviceMapping", ""},
		"other throughput":       {ebs("/dev/xvda", ec2types.EbsBlockDevice{Throughput: ptr(int32(1))}), "InvalidBlockDeviceMapping", ""},
		"another snapshot":       {ebs("/dev/sdf", ec2types.EbsBlockDevice{SnapshotId: ptr(own)}), "InvalidBlockDeviceMapping", ""},
		"a plain one encrypted":  {ebs("/dev/sdf", ec2types.EbsBlockDevice{Encrypted: ptr(true)}), "InvalidBlockDeviceMapping", ""},
		"nothing at the device":  {mappings(mapped("/dev/sdh", nil)), "InvalidBlockDeviceMapping", ""},
		"both at the device":     {mappings(ec2types.BlockDeviceMapping{DeviceName: ptr("/dev/sdh"), VirtualName: ptr("ephemeral0"), Ebs: &ec2types.EbsBlockDevice{}}), "InvalidBlockDeviceMapping", ""},
		"a bad virtual name":     {mappings(ec2types.BlockDeviceMapping{DeviceName: ptr("/dev/sdh"), VirtualName: ptr("ephemeral24")}), "InvalidBlockDeviceMapping", ""},
		"a volume of no size":    {ebs("/dev/sdh", ec2types.EbsBlockDevice{VolumeType: "gp3"}), "MissingParameter", ""},
		"less than the snapshot": {ebs("/dev/sdh", ec2types.EbsBlockDevice{SnapshotId: ptr(own), VolumeSize: ptr(int32(7))}), "InvalidBlockDeviceMapping", "Volume of size 7GB is smaller than snapshot '" + own + "', expect size >= 8GB"},
		"a snapshot encrypted":   {ebs("/dev/sdh", ec2types.EbsBlockDevice{SnapshotId: ptr(own), Encrypted: ptr(false)}), "InvalidParameterCombination", ""},
		"another's snapshot":     {ebs("/dev/sdh", ec2types.EbsBlockDevice{SnapshotId: ptr(theirs)}), "InvalidSnapshot.NotFound", "The snapshot '" + theirs + "' does not exist."},
		"Amazon's snapshot":      {ebs("/dev/sdh", ec2types.EbsBlockDevice{SnapshotId: ptr(seededSnapshotID(al2023ARM))}), "InvalidSnapshot.NotFound", ""},
		"a malformed snapshot":   {ebs("/dev/sdh", ec2types.EbsBlockDevice{SnapshotId: ptr("snap-x")}), "InvalidSnapshotID.Malformed", ""},
		"io1 without IOPS":       {ebs("/dev/sdh", ec2types.EbsBlockDevice{VolumeSize: ptr(int32(10)), VolumeType: "io1"}), "MissingParameter", ""},
		"too large for gp2":      {ebs("/dev/sdh", ec2types.EbsBlockDevice{VolumeSize: ptr(int32(16385))}), "InvalidParameterValue", ""},
		"an unknown type":        {ebs("/dev/sdh", ec2types.EbsBlockDevice{VolumeSize: ptr(int32(1)), VolumeType: "gp9"}), "UnknownVolumeType", ""},
		"a bad device":           {ebs("/etc/passwd", ec2types.EbsBlockDevice{VolumeSize: ptr(int32(1))}), "InvalidBlockDeviceMapping", ""},
		"a key":                  {ebs("/dev/sdh", ec2types.EbsBlockDevice{VolumeSize: ptr(int32(1)), KmsKeyId: ptr(keyID)}), "InvalidParameterCombination", "The parameter BlockDeviceMapping.1.Ebs.KmsKeyId is not supported for CreateImage."},
		"a zone":                 {ebs("/dev/sdh", ec2types.EbsBlockDevice{AvailabilityZone: ptr("us-east-1a")}), "InvalidParameterCombination", ""},
		"a zone's ID":            {ebs("/dev/sdh", ec2types.EbsBlockDevice{AvailabilityZoneId: ptr("use1-az1")}), "InvalidParameterCombination", ""},
		"an EBS card":            {ebs("/dev/sdh", ec2types.EbsBlockDevice{EbsCardIndex: ptr(int32(0))}), "InvalidParameterCombination", ""},
		"an Outpost":             {ebs("/dev/sdh", ec2types.EbsBlockDevice{OutpostArn: ptr("arn:")}), "InvalidParameterCombination", ""},
		"an initialization rate": {ebs("/dev/sdh", ec2types.EbsBlockDevice{VolumeInitializationRate: ptr(int32(100))}), "InvalidParameterCombination", ""},
		"though dry":             {in(func(in *ec2.CreateImageInput) { in.DryRun = ptr(true) }), "DryRunOperation", ""},
		"too many tags":          {in(func(in *ec2.CreateImageInput) { in.TagSpecifications = tagged("image", manyTags(51)...) }), "TagLimitExceeded", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := wantNoChange[ec2.CreateImageOutput](w.forkWithin(t), tc.in, tc.code)
			if tc.message != "" {
				require.Equal(t, tc.message, e.Message)
			}
		})
	}
	for _, state := range []ec2types.InstanceStateName{"pending", "stopping", "shutting-down", "terminated"} {
		t.Run("an instance that is "+string(state), func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			i := w.putInstance(al2023ARM, state, threeVolumes())
			e := wantNoChange[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: ptr(i), Name: ptr("golden")}, "IncorrectInstanceState")
			require.Equal(t, "Instance '"+i+"' is not in state 'running' or 'stopped'.", e.Message)
		})
	}
}

func manyTags(n int) (pairs []string) {
	for i := range n {
		pairs = append(pairs, itoa(i), "")
	}
	return pairs
}
