package engine

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

// completedSnapshot puts one of 8 GiB into the world.
func (w *testWorld) completedSnapshot(changes ...func(*snapshot)) (id string) {
	w.t.Helper()
	w.alter(func(t *tx) {
		s := &snapshot{id: t.newID(kindSnapshot), scope: t.scope, volume: t.newID(kindVolume), size: 8,
			started: t.now, completed: t.now, state: ec2types.SnapshotStateCompleted}
		for _, change := range changes {
			change(s)
		}
		t.snapshots.Put(&t.undo, s)
		id = s.id
	})
	return id
}

func registering(snap string, changes ...func(*ec2.RegisterImageInput)) *ec2.RegisterImageInput {
	in := &ec2.RegisterImageInput{
		Name: ptr("registered"), Architecture: "x86_64", VirtualizationType: ptr("hvm"), RootDeviceName: ptr("/dev/xvda"),
		BlockDeviceMappings: []ec2types.BlockDeviceMapping{mapped("/dev/xvda", &ec2types.EbsBlockDevice{SnapshotId: ptr(snap)})},
	}
	for _, change := range changes {
		change(in)
	}
	return in
}

func TestRegisterImageMakesAnImageOfASnapshot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	root, data := w.completedSnapshot(), w.completedSnapshot(func(s *snapshot) { s.encrypted, s.kmsKey = true, "arn:aws:kms:us-east-1:123456789012:key/k" })
	id := *must[ec2.RegisterImageOutput](w, registering(root, func(in *ec2.RegisterImageInput) {
		in.Architecture, in.BootMode, in.TpmSupport, in.ImdsSupport = "arm64", "uefi", "v2.0", "v2.0"
		in.Description, in.EnaSupport, in.SriovNetSupport, in.UefiData = ptr("by hand"), ptr(true), ptr("simple"), ptr("AAAA")
		in.BlockDeviceMappings = append(in.BlockDeviceMappings,
			mapped("/dev/sdf", &ec2types.EbsBlockDevice{SnapshotId: ptr(data), VolumeType: "gp3", VolumeSize: ptr(int32(20)), DeleteOnTermination: ptr(false)}),
			mapped("/dev/sdg", &ec2types.EbsBlockDevice{VolumeSize: ptr(int32(1)), Encrypted: ptr(true)}),
			ec2types.BlockDeviceMapping{DeviceName: ptr("/dev/sdh"), VirtualName: ptr("ephemeral0")})
		in.TagSpecifications = tagged(ec2types.ResourceTypeImage, "k", "v")
	})).ImageId
	want := ec2types.Image{
		Architecture: "arm64", BootMode: "uefi", CreationDate: ptr("2026-11-24T12:00:00.000Z"), DeregistrationProtection: ptr("disabled"),
		BlockDeviceMappings: []ec2types.BlockDeviceMapping{
			mapped("/dev/xvda", &ec2types.EbsBlockDevice{SnapshotId: ptr(root), VolumeSize: ptr(int32(8)), VolumeType: "gp2", Encrypted: ptr(false), DeleteOnTermination: ptr(true)}),
			mapped("/dev/sdf", &ec2types.EbsBlockDevice{SnapshotId: ptr(data), VolumeSize: ptr(int32(20)), VolumeType: "gp3", Iops: ptr(int32(3000)),
				Throughput: ptr(int32(125)), Encrypted: ptr(true), DeleteOnTermination: ptr(false)}),
			mapped("/dev/sdg", &ec2types.EbsBlockDevice{VolumeSize: ptr(int32(1)), VolumeType: "gp2", Encrypted: ptr(true), DeleteOnTermination: ptr(true)}),
			{DeviceName: ptr("/dev/sdh"), VirtualName: ptr("ephemeral0")},
		},
		Description: ptr("by hand"), EnaSupport: ptr(true), FreeTierEligible: ptr(true), Hypervisor: "xen", ImageAllowed: ptr(true),
		ImageId: ptr(id), ImageLocation: ptr(DefaultAccount + "/registered"), ImageType: "machine", ImdsSupport: "v2.0", Name: ptr("registered"),
		OwnerId: ptr(DefaultAccount), PlatformDetails: ptr("Linux/UNIX"), Public: ptr(false), RootDeviceName: ptr("/dev/xvda"), RootDeviceType: "ebs",
		SriovNetSupport: ptr("simple"), State: "available", Tags: tags("k", "v"), TpmSupport: "v2.0", UsageOperation: ptr("RunInstances"), VirtualizationType: "hvm",
	}
	require.Empty(t, cmp.Diff(want, w.image(id), ignoreUnexported))
	require.Equal(t, "AAAA", *w.imageAttribute(id, "uefiData").UefiData.Value)
	wantNoChange[ec2.DeleteSnapshotOutput](w, &ec2.DeleteSnapshotInput{SnapshotId: ptr(root)}, "InvalidSnapshot.InUse")
	must[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) { in.ImageId, in.InstanceType = ptr(id), "m7g.large" }))
}

// Terraform's provider sends an empty location for images that have none.
func TestRegisterImageTakesAnEmptyLocationForNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := *must[ec2.RegisterImageOutput](w, registering(w.completedSnapshot(), func(in *ec2.RegisterImageInput) { in.ImageLocation = ptr("") })).ImageId
	require.Equal(t, DefaultAccount+"/registered", *w.image(id).ImageLocation)
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RegisterImage.html
func TestRegisterImageHasOldDefaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	kernel := catalogue.BootLoader(region.USEast1, "x86_64")
	id := *must[ec2.RegisterImageOutput](w, registering(w.completedSnapshot(), func(in *ec2.RegisterImageInput) {
		in.Architecture, in.VirtualizationType, in.KernelId = "", nil, ptr(kernel)
	})).ImageId
	im := w.image(id)
	require.Equal(t, ec2types.ArchitectureValuesI386, im.Architecture)
	require.Equal(t, ec2types.VirtualizationTypeParavirtual, im.VirtualizationType)
	require.Equal(t, kernel, *im.KernelId)
	require.Equal(t, ptr(false), im.EnaSupport)
	require.Nil(t, im.SourceImageId)
}

// What a snapshot is billed for goes into the image, from wherever the snapshot has it
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RegisterImage.html).
func TestRegisterImageTakesOverTheBilling(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	windows := w.ownImages("windows")[0]
	w.changeImage(windows, func(im *image) {
		im.platform, im.platformDetails, im.usageOperation = ec2types.PlatformValuesWindows, "Windows", "RunInstances:0002"
		im.productCodes = []ec2types.ProductCode{{ProductCodeId: ptr("abc"), ProductCodeType: "marketplace"}}
	})
	copied := *must[ec2.CopyImageOutput](w, copying("us-east-1", windows)).ImageId
	copiedSnap := w.imageRow(copied).mappings[0].ebs.snapshot
	w.image(copied) // it completes
	must[ec2.DeregisterImageOutput](w, &ec2.DeregisterImageInput{ImageId: ptr(copied)})
	data := w.completedSnapshot(func(s *snapshot) {
		s.billing = &billing{platformDetails: "x", usageOperation: "y", productCodes: []ec2types.ProductCode{{ProductCodeId: ptr("of-data")}}}
	})
	for name, tc := range map[string]struct {
		snap, platform, operation string
		codes                     []string
	}{
		"of an image's snapshot":        {w.imageRow(windows).mappings[0].ebs.snapshot, "Windows", "RunInstances:0002", []string{"abc", "of-data"}},
		"of the copy of one":            {copiedSnap, "Windows", "RunInstances:0002", []string{"abc", "of-data"}},
		"of a copy of the snapshot":     {w.completedSnapshot(func(s *snapshot) { s.source = copiedSnap }), "Windows", "RunInstances:0002", []string{"abc", "of-data"}},
		"of one that came from nothing": {w.completedSnapshot(), "Linux/UNIX", "RunInstances", []string{"of-data"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			im := w.image(*must[ec2.RegisterImageOutput](w, registering(tc.snap, func(in *ec2.RegisterImageInput) {
				in.BlockDeviceMappings = append(in.BlockDeviceMappings, mapped("/dev/sdf", &ec2types.EbsBlockDevice{SnapshotId: ptr(data)}))
			})).ImageId)
			require.Equal(t, tc.platform, *im.PlatformDetails)
			require.Equal(t, tc.operation, *im.UsageOperation)
			require.Equal(t, tc.platform == "Windows", im.Platform == ec2types.PlatformValuesWindows)
			var codes []string
			for _, c := range im.ProductCodes {
				codes = append(codes, *c.ProductCodeId)
			}
			require.Equal(t, tc.codes, codes)
		})
	}
}

func TestRegisterImageRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: Delays{Snapshot: time.Hour}})
	snap := w.completedSnapshot()
	taken := w.ownImages("taken")[0]
	theirs := w.as(someone).completedSnapshot()
	pending := w.completedSnapshot(func(s *snapshot) { s.state = ec2types.SnapshotStatePending })
	root := func(e ec2types.EbsBlockDevice) func(*ec2.RegisterImageInput) {
		return func(in *ec2.RegisterImageInput) {
			if e.SnapshotId == nil {
				e.SnapshotId = ptr(snap)
			}
			in.BlockDeviceMappings = []ec2types.BlockDeviceMapping{mapped("/dev/xvda", &e)}
		}
	}
	also := func(m ec2types.BlockDeviceMapping) func(*ec2.RegisterImageInput) {
		return func(in *ec2.RegisterImageInput) { in.BlockDeviceMappings = append(in.BlockDeviceMappings, m) }
	}
	for name, tc := range map[string]struct {
		change        func(*ec2.RegisterImageInput)
		code, message string
	}{
		"no name":            {func(in *ec2.RegisterImageInput) { in.Name = nil }, "MissingParameter", ""},
		"a bad name":         {func(in *ec2.RegisterImageInput) { in.Name = ptr("a*b") }, "InvalidAMIName.Malformed", ""},
		"a taken name":       {func(in *ec2.RegisterImageInput) { in.Name = ptr("taken") }, "InvalidAMIName.Duplicate", "AMI name taken is already in use by AMI " + taken},
		"a long description": {func(in *ec2.RegisterImageInput) { in.Description = ptr(string(make([]byte, 256))) }, "InvalidParameterValue", ""},
		"tags of snapshots": {func(in *ec2.RegisterImageInput) {
			in.TagSpecifications = tagged(ec2types.ResourceTypeSnapshot, "k", "v")
		}, "InvalidParameterValue", ""},
		"too many tags": {func(in *ec2.RegisterImageInput) {
			in.TagSpecifications = tagged(ec2types.ResourceTypeImage, manyTags(51)...)
		}, "TagLimitExceeded", ""},
		"an unknown architecture":   {func(in *ec2.RegisterImageInput) { in.Architecture = "sparc" }, "InvalidParameterValue", ""},
		"an unknown virtualization": {func(in *ec2.RegisterImageInput) { in.VirtualizationType = ptr("kvm") }, "InvalidParameterValue", ""},
		"an unknown boot mode":      {func(in *ec2.RegisterImageInput) { in.BootMode = "grub" }, "InvalidParameterValue", ""},
		"unknown networking":        {func(in *ec2.RegisterImageInput) { in.SriovNetSupport = ptr("double") }, "InvalidParameterValue", ""},
		"an unknown TPM":            {func(in *ec2.RegisterImageInput) { in.TpmSupport = "v1.2" }, "InvalidParameterValue", ""},
		"an unknown IMDS":           {func(in *ec2.RegisterImageInput) { in.ImdsSupport = "v1.0" }, "InvalidParameterValue", ""},
		"ARM, paravirtual":          {func(in *ec2.RegisterImageInput) { in.Architecture, in.VirtualizationType = "arm64", nil }, "InvalidParameterCombination", ""},
		"macOS, paravirtual": {func(in *ec2.RegisterImageInput) {
			in.Architecture, in.VirtualizationType = "x86_64_mac", ptr("paravirtual")
		}, "InvalidParameterCombination", ""},
		"UEFI, paravirtual": {func(in *ec2.RegisterImageInput) {
			in.BootMode, in.VirtualizationType = "uefi-preferred", ptr("paravirtual")
		}, "InvalidParameterCombination", ""},
		"ARM by a legacy BIOS":        {func(in *ec2.RegisterImageInput) { in.Architecture, in.BootMode = "arm64", "legacy-bios" }, "InvalidParameterCombination", ""},
		"32 bits by UEFI":             {func(in *ec2.RegisterImageInput) { in.Architecture, in.BootMode = "i386", "uefi" }, "InvalidParameterCombination", ""},
		"a TPM without a boot mode":   {func(in *ec2.RegisterImageInput) { in.TpmSupport = "v2.0" }, "InvalidParameterCombination", "TpmSupport requires the boot mode uefi."},
		"a TPM, UEFI preferred":       {func(in *ec2.RegisterImageInput) { in.TpmSupport, in.BootMode = "v2.0", "uefi-preferred" }, "InvalidParameterCombination", ""},
		"UEFI data by a legacy BIOS":  {func(in *ec2.RegisterImageInput) { in.UefiData, in.BootMode = ptr("AAAA"), "legacy-bios" }, "InvalidParameterCombination", ""},
		"UEFI data that isn't base64": {func(in *ec2.RegisterImageInput) { in.UefiData, in.BootMode = ptr("!"), "uefi" }, "InvalidParameterValue", ""},
		"a kernel, HVM":               {func(in *ec2.RegisterImageInput) { in.KernelId = ptr("aki-919dcaf8") }, "InvalidParameterCombination", ""},
		"a malformed kernel":          {func(in *ec2.RegisterImageInput) { in.VirtualizationType, in.KernelId = nil, ptr("x") }, "InvalidKernelId.Malformed", ""},
		"an unknown kernel":           {func(in *ec2.RegisterImageInput) { in.VirtualizationType, in.KernelId = nil, ptr("aki-12345678") }, "InvalidAMIID.NotFound", ""},
		"a malformed RAM disk":        {func(in *ec2.RegisterImageInput) { in.VirtualizationType, in.RamdiskId = nil, ptr("x") }, "InvalidRamDiskId.Malformed", ""},
		"an unknown RAM disk":         {func(in *ec2.RegisterImageInput) { in.VirtualizationType, in.RamdiskId = nil, ptr("ari-12345678") }, "InvalidAMIID.NotFound", ""},
		"billing products":            {func(in *ec2.RegisterImageInput) { in.BillingProducts = []string{"bp-1"} }, "AuthFailure", ""},
		"a manifest in S3":            {func(in *ec2.RegisterImageInput) { in.ImageLocation = ptr("bucket/image.manifest.xml") }, "InvalidManifest", ""},
		"no root device":              {func(in *ec2.RegisterImageInput) { in.RootDeviceName = nil }, "MissingParameter", ""},
		"no mappings":                 {func(in *ec2.RegisterImageInput) { in.BlockDeviceMappings = nil }, "InvalidBlockDeviceMapping", "No root snapshot specified in device mapping."},
		"another root device":         {func(in *ec2.RegisterImageInput) { in.RootDeviceName = ptr("/dev/sda1") }, "InvalidBlockDeviceMapping", ""},
		"an empty root": {func(in *ec2.RegisterImageInput) {
			in.BlockDeviceMappings = []ec2types.BlockDeviceMapping{mapped("/dev/xvda", &ec2types.EbsBlockDevice{VolumeSize: ptr(int32(8))})}
		}, "InvalidBlockDeviceMapping", ""},
		"a root on a cold disk":            {root(ec2types.EbsBlockDevice{VolumeType: "sc1", VolumeSize: ptr(int32(125))}), "BootForVolumeTypeUnsupported", ""},
		"an encrypted root":                {root(ec2types.EbsBlockDevice{Encrypted: ptr(true)}), "InvalidParameterCombination", ""},
		"a root with a key":                {root(ec2types.EbsBlockDevice{KmsKeyId: ptr("alias/x"), Encrypted: ptr(true)}), "InvalidParameterCombination", ""},
		"a root in a zone":                 {root(ec2types.EbsBlockDevice{AvailabilityZone: ptr("us-east-1a")}), "InvalidParameterCombination", "The parameter BlockDeviceMapping.1.Ebs.AvailabilityZone is not supported for RegisterImage."},
		"a root smaller than its snapshot": {root(ec2types.EbsBlockDevice{VolumeSize: ptr(int32(7))}), "InvalidBlockDeviceMapping", ""},
		"a malformed snapshot":             {root(ec2types.EbsBlockDevice{SnapshotId: ptr("x")}), "InvalidSnapshotID.Malformed", ""},
		"an unknown snapshot":              {root(ec2types.EbsBlockDevice{SnapshotId: ptr("snap-00000000")}), "InvalidSnapshot.NotFound", ""},
		"another's snapshot":               {root(ec2types.EbsBlockDevice{SnapshotId: ptr(theirs)}), "InvalidSnapshot.NotFound", ""},
		"a pending snapshot":               {root(ec2types.EbsBlockDevice{SnapshotId: ptr(pending)}), "IncorrectState", ""},
		"a device twice":                   {also(mapped("/dev/xvda", &ec2types.EbsBlockDevice{SnapshotId: ptr(snap)})), "InvalidBlockDeviceMapping", ""},
		"a device left out":                {also(ec2types.BlockDeviceMapping{DeviceName: ptr("/dev/sdf"), NoDevice: ptr("")}), "InvalidBlockDeviceMapping", ""},
		"a bad device name":                {also(mapped("x!", &ec2types.EbsBlockDevice{VolumeSize: ptr(int32(1))})), "InvalidBlockDeviceMapping", ""},
		"though dry":                       {func(in *ec2.RegisterImageInput) { in.DryRun = ptr(true) }, "DryRunOperation", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := wantNoChange[ec2.RegisterImageOutput](w.forkWithin(t), registering(snap, tc.change), tc.code)
			if tc.message != "" {
				require.Equal(t, tc.message, e.Message)
			}
		})
	}
	t.Run("a snapshot that is shared will do", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		w.changeSnapshot(theirs, func(s *snapshot) { s.users = []string{DefaultAccount} })
		must[ec2.RegisterImageOutput](w, registering(theirs))
	})
}
