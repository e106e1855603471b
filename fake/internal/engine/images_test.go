package engine

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

// Two of the seeded images of us-east-1.
const (
	al2023ARM = "ami-08976229d8b10b097"
	al2023X86 = "ami-0e1e769742d1cfb49"
	someone   = "210987654321" // another account
)

// alter changes the state in a way that can't fail.
func (w *testWorld) alter(f func(*tx)) {
	w.t.Helper()
	require.NoError(w.t, w.change(func(t *tx) error { f(t); return nil }))
}

// changeImage changes a row in a way that no operation does yet.
func (w *testWorld) changeImage(id string, f func(*image)) {
	w.t.Helper()
	w.alter(func(t *tx) {
		im, ok := t.images.Get(id)
		require.True(w.t, ok)
		next := *im
		f(&next)
		t.images.Put(&t.undo, &next)
	})
}

func (w *testWorld) changeSnapshot(id string, f func(*snapshot)) {
	w.t.Helper()
	w.alter(func(t *tx) {
		s, ok := t.snapshots.Get(id)
		require.True(w.t, ok)
		next := *s
		f(&next)
		t.snapshots.Put(&t.undo, &next)
	})
}

// ownImages puts available images of those names into the world, each with a snapshot of its own.
func (w *testWorld) ownImages(names ...string) (ids []string) {
	w.t.Helper()
	w.alter(func(t *tx) {
		for _, name := range names {
			s := &snapshot{id: t.newID(kindSnapshot), scope: t.scope, volume: t.newID(kindVolume), size: 8,
				started: t.now, completed: t.now, state: ec2types.SnapshotStateCompleted}
			im := &image{id: t.newID(kindImage), scope: t.scope, name: name, state: ec2types.ImageStateAvailable, created: t.now,
				architecture: ec2types.ArchitectureValuesArm64, virtualization: ec2types.VirtualizationTypeHvm,
				platformDetails: "Linux/UNIX", rootDevice: "/dev/xvda", rootDeviceType: ec2types.DeviceTypeEbs,
				mappings: []mapping{{device: "/dev/xvda", ebs: &ebsMapping{snapshot: s.id, size: 8,
					typ: ec2types.VolumeTypeGp3, iops: 3000, throughput: 125, encrypted: ptr(false), deleteOnTermination: ptr(true)}}}}
			t.snapshots.Put(&t.undo, s)
			t.images.Put(&t.undo, im)
			ids = append(ids, im.id)
		}
	})
	return ids
}

func (w *testWorld) imageRow(id string) *image {
	w.t.Helper()
	w.engine.mu.RLock()
	defer w.engine.mu.RUnlock()
	im, ok := w.engine.state.images.Get(id)
	require.True(w.t, ok)
	return im
}

func imageIDs(images []ec2types.Image) []string {
	ids := []string{}
	for _, im := range images {
		ids = append(ids, *im.ImageId)
	}
	return ids
}

func describe(w *testWorld, in *ec2.DescribeImagesInput) []string {
	w.t.Helper()
	return imageIDs(must[ec2.DescribeImagesOutput](w, in).Images)
}

var ignoreUnexported = cmpopts.IgnoreUnexported(ec2types.Image{}, ec2types.BlockDeviceMapping{}, ec2types.EbsBlockDevice{},
	ec2types.Tag{}, ec2types.Snapshot{}, ec2types.ProductCode{}, ec2types.StateReason{}, ec2types.DeleteSnapshotReturnCode{})

func TestDescribeImagesTellsAllOfAQuickStartImage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	got := must[ec2.DescribeImagesOutput](w, &ec2.DescribeImagesInput{ImageIds: []string{al2023X86}})
	require.Nil(t, got.NextToken)
	want := []ec2types.Image{{
		Architecture: ec2types.ArchitectureValuesX8664,
		BlockDeviceMappings: []ec2types.BlockDeviceMapping{{
			DeviceName: ptr("/dev/xvda"),
			Ebs: &ec2types.EbsBlockDevice{
				DeleteOnTermination: ptr(true), Encrypted: ptr(false), Iops: ptr(int32(3000)), Throughput: ptr(int32(125)),
				SnapshotId: ptr(seededSnapshotID(al2023X86)), VolumeSize: ptr(int32(8)), VolumeType: ec2types.VolumeTypeGp3,
			},
		}},
		BootMode:                 ec2types.BootModeValuesUefiPreferred,
		CreationDate:             ptr("2026-11-21T12:00:00.000Z"),
		DeprecationTime:          ptr("2027-02-19T12:00:00.000Z"),
		DeregistrationProtection: ptr("disabled"),
		Description:              ptr("Amazon Linux 2023 AMI 2023.11.20260427.1 x86_64 HVM kernel-6.18"),
		EnaSupport:               ptr(true),
		FreeTierEligible:         ptr(true),
		Hypervisor:               ec2types.HypervisorTypeXen,
		ImageAllowed:             ptr(true),
		ImageId:                  ptr(al2023X86),
		ImageLocation:            ptr("amazon/al2023-ami-2023.11.20260427.1-kernel-6.18-x86_64"),
		ImageOwnerAlias:          ptr("amazon"),
		ImageType:                ec2types.ImageTypeValuesMachine,
		ImdsSupport:              ec2types.ImdsSupportValuesV20,
		Name:                     ptr("al2023-ami-2023.11.20260427.1-kernel-6.18-x86_64"),
		OwnerId:                  ptr("137112412989"),
		PlatformDetails:          ptr("Linux/UNIX"),
		Public:                   ptr(true),
		PublicSsmParameterName:   ptr("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.18-x86_64"),
		RootDeviceName:           ptr("/dev/xvda"),
		RootDeviceType:           ec2types.DeviceTypeEbs,
		SriovNetSupport:          ptr("simple"),
		State:                    ec2types.ImageStateAvailable,
		UsageOperation:           ptr("RunInstances"),
		VirtualizationType:       ec2types.VirtualizationTypeHvm,
	}}
	require.Empty(t, cmp.Diff(want, got.Images, ignoreUnexported))
}

func TestDescribeImagesSelects(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	own := w.ownImages("golden-1", "golden-2", "deprecated", "disabled", "windows")
	w.changeImage(own[2], func(im *image) { im.deprecated = w.clock.at.Add(-time.Hour) })
	w.changeImage(own[3], func(im *image) { im.state = ec2types.ImageStateDisabled })
	w.changeImage(own[4], func(im *image) {
		im.platform = ec2types.PlatformValuesWindows
		im.productCodes = []ec2types.ProductCode{{ProductCodeId: ptr("abc"), ProductCodeType: ec2types.ProductCodeValuesMarketplace}}
		im.users = []string{someone}
		im.reasonCode, im.reasonMessage = "Client.X", "why"
		im.sourceImage, im.sourceRegion, im.sourceInstance = al2023ARM, "us-east-1", "i-0123456789abcdef0"
		im.imdsSupport, im.kernel, im.ramdisk, im.description = "v2.0", "aki-1", "ari-1", "for windows"
	})
	foreign := w.as(someone).ownImages("shared", "public", "private", "old")
	w.changeImage(foreign[0], func(im *image) { im.users = []string{DefaultAccount} })
	w.changeImage(foreign[1], func(im *image) { im.public = true })
	w.changeImage(foreign[3], func(im *image) { im.public, im.deprecated = true, w.clock.at })
	elsewhere := w.in(region.EUWest1).ownImages("golden-1")
	w.alter(func(t *tx) {
		require.NoError(w.t, t.setTags(ec2types.ResourceTypeImage, own[0], tags("tier", "web")))
		require.NoError(w.t, t.setTags(ec2types.ResourceTypeImage, foreign[1], tags("tier", "web")))
		require.NoError(w.t, t.setTags(ec2types.ResourceTypeImage, foreign[2], tags("tier", "web"))) // once seen
	})
	self := []string{"self"}
	for name, tc := range map[string]struct {
		in   ec2.DescribeImagesInput
		want []string
	}{
		"own, with deprecated ones but not disabled ones": {
			ec2.DescribeImagesInput{Owners: self}, []string{own[0], own[1], own[2], own[4]}},
		"own by account ID":               {ec2.DescribeImagesInput{Owners: []string{DefaultAccount}}, []string{own[0], own[1], own[2], own[4]}},
		"disabled ones too":               {ec2.DescribeImagesInput{Owners: self, IncludeDisabled: ptr(true)}, own},
		"disabled ones by ID aren't told": {ec2.DescribeImagesInput{ImageIds: own[3:4]}, nil},
		"another's public and shared ones": {
			ec2.DescribeImagesInput{Owners: []string{someone}}, foreign[:2]},
		"another's deprecated ones if asked for": {
			ec2.DescribeImagesInput{Owners: []string{someone}, IncludeDeprecated: ptr(true)}, []string{foreign[0], foreign[1], foreign[3]}},
		"another's deprecated one by ID": {ec2.DescribeImagesInput{ImageIds: foreign[3:4]}, foreign[3:4]},
		"several owners": {
			ec2.DescribeImagesInput{Owners: []string{"self", someone}}, []string{own[0], own[1], own[2], own[4], foreign[0], foreign[1]}},
		"an owner without images":      {ec2.DescribeImagesInput{Owners: []string{"000000000001"}}, nil},
		"an alias without images":      {ec2.DescribeImagesInput{Owners: []string{"aws-backup-vault", "aws-backup-vault"}}, nil},
		"IDs and an owner that isn't":  {ec2.DescribeImagesInput{ImageIds: own[:1], Owners: []string{someone}}, nil},
		"IDs, each once":               {ec2.DescribeImagesInput{ImageIds: []string{own[1], own[0], own[1]}}, own[:2]},
		"shared with the caller":       {ec2.DescribeImagesInput{ExecutableUsers: self}, foreign[:1]},
		"own ones shared with another": {ec2.DescribeImagesInput{ExecutableUsers: []string{someone}}, own[4:5]},
		"public ones of another":       {ec2.DescribeImagesInput{ExecutableUsers: []string{"all"}, Owners: []string{someone}}, foreign[1:2]},
		"public or shared":             {ec2.DescribeImagesInput{ExecutableUsers: []string{"all", "self"}, Owners: []string{someone}}, foreign[:2]},
		"own by name":                  {ec2.DescribeImagesInput{Owners: self, Filters: []ec2types.Filter{filter("name", "golden-1")}}, own[:1]},
		"own by several names":         {ec2.DescribeImagesInput{Owners: self, Filters: []ec2types.Filter{filter("name", "golden-1", "golden-2", "x")}}, own[:2]},
		"own by pattern":               {ec2.DescribeImagesInput{Owners: self, Filters: []ec2types.Filter{filter("name", "golden-?")}}, own[:2]},
		"all by name":                  {ec2.DescribeImagesInput{Filters: []ec2types.Filter{filter("name", "golden-1", "public")}}, []string{own[0], foreign[1]}},
		"by tag, others' too":          {ec2.DescribeImagesInput{Filters: []ec2types.Filter{filter("tag:tier", "web")}}, []string{own[0], foreign[1]}},
		"own by tag":                   {ec2.DescribeImagesInput{Owners: self, Filters: []ec2types.Filter{filter("tag:tier", "web")}}, own[:1]},
		"by tag key":                   {ec2.DescribeImagesInput{Filters: []ec2types.Filter{filter("tag-key", "tier")}}, []string{own[0], foreign[1]}},
		"by architecture and name": {
			ec2.DescribeImagesInput{Owners: []string{"amazon"}, Filters: []ec2types.Filter{
				filter("architecture", "arm64"), filter("name", "al2023-ami-2023.*-kernel-6.18-*")}},
			[]string{al2023ARM}},
		"by public parameter": {
			ec2.DescribeImagesInput{Filters: []ec2types.Filter{
				filter("public-ssm-parameter-name", "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64")}},
			[]string{al2023ARM}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := slices.Sorted(slices.Values(tc.want))
			require.Equal(t, want, slices.Clip(append([]string(nil), describe(w.within(t), &tc.in)...)))
		})
	}
	for name, value := range map[string]string{
		"platform": "windows", "product-code": "abc", "product-code.type": "marketplace", "state-reason-code": "Client.X",
		"state-reason-message": "why", "source-image-id": al2023ARM, "source-image-region": "us-east-1",
		"source-instance-id": "i-0123456789abcdef0", "kernel-id": "aki-1", "ramdisk-id": "ari-1", "description": "for w*",
		"image-id": own[4], "manifest-location": DefaultAccount + "/windows", "free-tier-eligible": "false",
		"block-device-mapping.snapshot-id": w.imageRow(own[4]).mappings[0].ebs.snapshot,
	} {
		t.Run("by "+name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, own[4:5], describe(w.within(t), &ec2.DescribeImagesInput{Owners: self, Filters: []ec2types.Filter{filter(name, value)}}))
		})
	}
	for name, value := range map[string]string{
		"architecture": "arm64", "block-device-mapping.delete-on-termination": "true", "block-device-mapping.device-name": "/dev/xvda",
		"block-device-mapping.encrypted": "false", "block-device-mapping.volume-size": "8", "block-device-mapping.volume-type": "gp3",
		"creation-date": "2026-11-24T*", "hypervisor": "xen", "image-allowed": "true", "image-type": "machine", "is-public": "false",
		"owner-id": DefaultAccount, "root-device-name": "/dev/xvda", "root-device-type": "ebs", "state": "available",
		"virtualization-type": "hvm", "ena-support": "false",
	} {
		t.Run("all by "+name, func(t *testing.T) {
			t.Parallel()
			w := w.within(t)
			require.Len(t, describe(w, &ec2.DescribeImagesInput{Owners: self, Filters: []ec2types.Filter{filter(name, value)}}), 4)
			require.Empty(t, describe(w, &ec2.DescribeImagesInput{Owners: self, Filters: []ec2types.Filter{filter(name, "other")}}))
		})
	}
	for _, name := range []string{"boot-mode", "owner-alias", "sriov-net-support", "image-watermark.watermark-key",
		"instance-type-specification.supported-instance-type", "scan-result.finding-scan-date"} {
		t.Run("none by "+name, func(t *testing.T) {
			t.Parallel()
			require.Empty(t, describe(w.within(t), &ec2.DescribeImagesInput{Owners: self, Filters: []ec2types.Filter{filter(name, "*")}}))
		})
	}
	t.Run("regions are apart", func(t *testing.T) {
		t.Parallel()
		w := w.within(t).in(region.EUWest1)
		require.Equal(t, elsewhere, describe(w, &ec2.DescribeImagesInput{Owners: self}))
		_, err := call[ec2.DescribeImagesOutput](w, &ec2.DescribeImagesInput{ImageIds: own[:1]})
		wantCode(t, err, "InvalidAMIID.NotFound")
	})
}

func TestDescribeImagesRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	private := w.as(someone).ownImages("private")[0]
	const none = "ami-00000000000000000"
	for name, tc := range map[string]struct {
		in            ec2.DescribeImagesInput
		code, message string
	}{
		"an ID of the wrong shape": {ec2.DescribeImagesInput{ImageIds: []string{al2023ARM, "ami-x"}},
			"InvalidAMIID.Malformed", `Invalid id: "ami-x" (expecting "ami-...")`},
		"an unknown ID": {ec2.DescribeImagesInput{ImageIds: []string{al2023ARM, none}},
			"InvalidAMIID.NotFound", "The image id '[" + none + "]' does not exist"},
		"an ID that the caller may not see": {ec2.DescribeImagesInput{ImageIds: []string{private}},
			"InvalidAMIID.NotFound", "The image id '[" + private + "]' does not exist"},
		"a bad owner":  {ec2.DescribeImagesInput{Owners: []string{"canonical"}}, "InvalidUserID.Malformed", `Invalid user id: "canonical"`},
		"a bad user":   {ec2.DescribeImagesInput{ExecutableUsers: []string{"amazon"}}, "InvalidUserID.Malformed", `Invalid user id: "amazon"`},
		"a bad filter": {ec2.DescribeImagesInput{Filters: []ec2types.Filter{filter("nome", "x")}}, "InvalidParameterValue", "The filter 'nome' is invalid"},
		"a small page": {ec2.DescribeImagesInput{MaxResults: ptr(int32(4))}, "InvalidParameterValue", "Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than or equal to 5."},
		"a large page": {ec2.DescribeImagesInput{MaxResults: ptr(int32(1001))}, "InvalidParameterValue", "Value ( 1001 ) for parameter maxResults is invalid. Expecting a value less than or equal to 1000."},
		"a bad token":  {ec2.DescribeImagesInput{NextToken: ptr("x")}, "InvalidNextToken", "The token 'x' is invalid"},
		"though dry":   {ec2.DescribeImagesInput{DryRun: ptr(true)}, "DryRunOperation", "Request would have succeeded, but DryRun flag is set."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := call[ec2.DescribeImagesOutput](w.within(t), &tc.in)
			require.Equal(t, tc.message, wantCode(t, err, tc.code).Message)
		})
	}
}

func TestDescribeImagesPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	var names []string
	for i := range 23 {
		names = append(names, fmt.Sprintf("golden-%d", i))
	}
	own := w.ownImages(names...)
	whole := describe(w, &ec2.DescribeImagesInput{})
	require.True(t, slices.IsSorted(whole))
	require.Greater(t, len(whole), len(own)+20, "own and Amazon's")
	for name, in := range map[string]ec2.DescribeImagesInput{
		"all": {}, "by ID": {ImageIds: whole}, "by filter": {Filters: []ec2types.Filter{filter("state", "available")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in.MaxResults = ptr(int32(5))
			var got []string
			for {
				out := must[ec2.DescribeImagesOutput](w.within(t), &in)
				require.LessOrEqual(t, len(out.Images), 5)
				got = append(got, imageIDs(out.Images)...)
				if in.NextToken = out.NextToken; in.NextToken == nil {
					break
				}
			}
			require.Equal(t, whole, got)
		})
	}
}

func TestImagesBecomeDeprecated(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	amazons := &ec2.DescribeImagesInput{Owners: []string{"amazon"}, Filters: []ec2types.Filter{filter("name", "al2023-*")}}
	require.Contains(t, describe(w, amazons), al2023ARM)
	w.clock.advance(86 * day)
	require.Contains(t, describe(w, amazons), al2023ARM)
	w.clock.advance(day) // 90 days after its release, which was 3 days before the cloud began
	require.NotContains(t, describe(w, amazons), al2023ARM)
	require.Equal(t, []string{al2023ARM}, describe(w, &ec2.DescribeImagesInput{ImageIds: []string{al2023ARM}}))
	amazons.IncludeDeprecated = ptr(true)
	require.Contains(t, describe(w, amazons), al2023ARM)
}

func TestFittedTellsWhatChecksLookAt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	must[ec2.DescribeImagesOutput](w, &ec2.DescribeImagesInput{ImageIds: []string{al2023ARM}})
	want := &backend.Image{ID: al2023ARM, Architecture: "arm64", BootMode: "uefi", ENA: true, SRIOV: "simple",
		RootDevice: "/dev/xvda", RootDeviceType: "ebs", Virtualization: "hvm"}
	require.Equal(t, want, w.imageRow(al2023ARM).fitted())
}

// What an index or the owner tells comes to the same as a look at each image.
func TestImagesAreFoundByIndexedFiltersAsByPatterns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	own := w.ownImages("golden", "other", "broken")
	w.changeImage(own[2], func(im *image) { im.state = ec2types.ImageStateFailed })
	theirs := w.as(someone).ownImages("golden", "hidden")
	w.changeImage(theirs[0], func(im *image) { im.users = []string{DefaultAccount} })
	amazons := *w.image(al2023ARM).Name
	for name, tc := range map[string]struct {
		filters []ec2types.Filter
		want    []string
	}{
		"name":                 {[]ec2types.Filter{filter("name", "golden")}, []string{own[0], theirs[0]}},
		"names":                {[]ec2types.Filter{filter("name", "golden", "other", "hidden")}, []string{own[0], own[1], theirs[0]}},
		"Amazon's name":        {[]ec2types.Filter{filter("name", amazons)}, []string{al2023ARM}},
		"ID":                   {[]ec2types.Filter{filter("image-id", own[1])}, own[1:2]},
		"another's ID":         {[]ec2types.Filter{filter("image-id", theirs[0])}, theirs[:1]},
		"a hidden ID":          {[]ec2types.Filter{filter("image-id", theirs[1])}, nil},
		"IDs and a name":       {[]ec2types.Filter{filter("image-id", own[0], theirs[0], al2023ARM), filter("name", "golden")}, []string{own[0], theirs[0]}},
		"state":                {[]ec2types.Filter{filter("state", "failed")}, own[2:]},
		"state, then name":     {[]ec2types.Filter{filter("state", "available"), filter("name", "golden")}, []string{own[0], theirs[0]}},
		"owner":                {[]ec2types.Filter{filter("owner-id", DefaultAccount)}, own},
		"another owner":        {[]ec2types.Filter{filter("owner-id", someone)}, theirs[:1]},
		"owners":               {[]ec2types.Filter{filter("owner-id", someone, DefaultAccount), filter("state", "available")}, []string{own[0], own[1], theirs[0]}},
		"a pattern of owners":  {[]ec2types.Filter{filter("owner-id", "21*")}, theirs[:1]},
		"an owner without any": {[]ec2types.Filter{filter("owner-id", third)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.within(t)
			want := append([]string(nil), slices.Sorted(slices.Values(tc.want))...)
			in := &ec2.DescribeImagesInput{Filters: tc.filters}
			require.Equal(t, want, append([]string(nil), describe(w, in)...))
			var patterns []ec2types.Filter
			for _, f := range tc.filters {
				var values []string
				for _, v := range f.Values { // no index knows what a wildcard means
					values = append(values, v+"*")
				}
				patterns = append(patterns, filter(*f.Name, values...))
			}
			require.Equal(t, want, append([]string(nil), describe(w, &ec2.DescribeImagesInput{Filters: patterns})...))
		})
	}
}

// To find 10 of 100,000 has to cost at most 3 times of 10 of 1,000.
func BenchmarkFindTenImages(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		w := newWorld(b, Options{})
		var names []string
		for i := range n {
			names = append(names, fmt.Sprint("golden-", i))
		}
		ids := w.ownImages(names...)
		for _, id := range ids[:10] {
			w.changeImage(id, func(im *image) { im.state = ec2types.ImageStateFailed })
		}
		theirs := w.as(someone).ownImages(names[:10]...)
		for _, id := range theirs {
			w.changeImage(id, func(im *image) { im.users = []string{DefaultAccount} })
		}
		for name, in := range map[string]*ec2.DescribeImagesInput{
			"ID":       {ImageIds: ids[:10]},
			"image-id": {Filters: []ec2types.Filter{filter("image-id", ids[:10]...)}},
			"name":     {Owners: []string{"self"}, Filters: []ec2types.Filter{filter("name", names[:10]...)}},
			"state":    {Owners: []string{"self"}, Filters: []ec2types.Filter{filter("state", "failed")}},
			"owner-id": {Filters: []ec2types.Filter{filter("owner-id", someone)}},
			"Owners":   {Owners: []string{someone}},
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if out, err := call[ec2.DescribeImagesOutput](w, in); err != nil || len(out.Images) != 10 {
						b.Fatal(err, len(out.Images))
					}
				}
			})
		}
	}
}

func BenchmarkDescribeImagesByOwnName(b *testing.B) {
	w := newWorld(b, Options{})
	var names []string
	for i := range 10_000 {
		names = append(names, fmt.Sprintf("golden-%d", i))
	}
	w.ownImages(names...)
	in := &ec2.DescribeImagesInput{Owners: []string{"self"}, Filters: []ec2types.Filter{filter("name", "golden-4711")}}
	b.ReportAllocs()
	for b.Loop() {
		if out, err := call[ec2.DescribeImagesOutput](w, in); err != nil || len(out.Images) != 1 {
			b.Fatal(err)
		}
	}
}

func BenchmarkDescribeImagesOfAmazon(b *testing.B) {
	w := newWorld(b, Options{})
	in := &ec2.DescribeImagesInput{Owners: []string{"amazon"}, Filters: []ec2types.Filter{filter("name", "al2023-ami-2023.*-kernel-6.1-arm64")}}
	b.ReportAllocs()
	for b.Loop() {
		if out, err := call[ec2.DescribeImagesOutput](w, in); err != nil || len(out.Images) != 1 {
			b.Fatal(err)
		}
	}
}
