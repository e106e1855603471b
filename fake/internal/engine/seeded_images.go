package engine

import (
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

// newestAge is how old the newest Quick Start image is when a cloud begins; all others are as much
// older as they are in truth.
const newestAge = 3 * day

const day = 24 * time.Hour

// seedImages puts the Quick Start images of all regions and their snapshots into the world.
func (t *tx) seedImages() {
	newest := catalogue.Date()
	for _, r := range catalogue.Regions() {
		for _, known := range catalogue.AmazonLinuxImages(r.Name) {
			im, s := seededImage(known, newest.Sub(known.Released)+newestAge)
			im.scope = t.scopeFor(known.OwnerID, r.Name)
			t.images.Put(&t.undo, im)
			if s != nil {
				s.scope = im.scope
				t.snapshots.Put(&t.undo, s)
			}
		}
	}
}

// seededImage tells of an image what its family has in common
// (https://docs.aws.amazon.com/linux/al2023/ug/ec2.html and pages of the EC2 User Guide; sizes of
// minimal images and all of Amazon Linux 2's storage are (mem)).
func seededImage(known catalogue.Image, age time.Duration) (*image, *snapshot) {
	arm := known.Architecture == string(ec2types.ArchitectureValuesArm64)
	im := &image{
		id:              known.ID,
		name:            known.Name,
		description:     known.Description,
		state:           ec2types.ImageStateAvailable,
		seeded:          true,
		age:             age,
		deprecateAfter:  90 * day,
		ownerAlias:      amazonAlias,
		architecture:    ec2types.ArchitectureValues(known.Architecture),
		platformDetails: "Linux/UNIX",
		usageOperation:  "RunInstances",
		virtualization:  ec2types.VirtualizationType(known.Virtualization),
		rootDevice:      known.RootDevice,
		rootDeviceType:  ec2types.DeviceTypeEbs,
		enaSupport:      true,
		sriovNetSupport: "simple",
		public:          true,
	}
	root := ebsMapping{size: 8, typ: ec2types.VolumeTypeGp2, encrypted: ptr(false), deleteOnTermination: ptr(true)}
	if strings.Contains(known.Family, "-minimal-") {
		root.size = 2
	}
	if arm {
		im.bootMode = ec2types.BootModeValuesUefi // Graviton boots nothing else
	}
	switch {
	case strings.HasPrefix(known.Family, "al2023-"):
		im.imdsSupport = ec2types.ImdsSupportValuesV20
		root.typ, root.iops, root.throughput = ec2types.VolumeTypeGp3, 3000, 125
		if !arm {
			im.bootMode = ec2types.BootModeValuesUefiPreferred
		}
	case strings.HasPrefix(known.Family, "amzn-"): // Amazon Linux 1: nothing but what every public image has
		im.deprecateAfter = publicImageLife
	}
	if im.virtualization == ec2types.VirtualizationTypeParavirtual {
		im.enaSupport, im.sriovNetSupport = false, ""
		im.kernel = bootLoaders[known.Region]
	}
	if strings.HasSuffix(known.Family, "-ebs") {
		root.typ = ec2types.VolumeTypeStandard
	}
	root.snapshot = seededSnapshotID(known.ID)
	im.mappings = []mapping{{device: known.RootDevice, ebs: &root}}
	return im, &snapshot{
		id:     root.snapshot,
		volume: arbitraryVolume,
		size:   root.size,
		state:  ec2types.SnapshotStateCompleted,
		seeded: true,
		age:    age,
	}
}

// publicImageLife is after how long a public image is deprecated by itself
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deprecate.html).
const publicImageLife = 2 * 365 * day

// The kernels of paravirtual images: PV-GRUB 1.04 for x86_64 (mem).
var bootLoaders = map[region.Region]string{
	region.APNortheast1: "aki-176bf516",
	region.EUWest1:      "aki-52a34525",
	region.USEast1:      "aki-919dcaf8",
	region.USWest2:      "aki-fc8f11cc",
}

// A seeded image's snapshot has the same ID in every cloud.
func seededSnapshotID(imageID string) string {
	h := fnv.New64a()
	io.WriteString(h, imageID)
	return fmt.Sprintf("snap-0%016x", scramble(h.Sum64()))
}

// publicParameters are the names of the public parameters that name an image, its own family's first
// (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html).
func publicParameters(imageID string) []string { return parametersByImage()[imageID] }

var parametersByImage = sync.OnceValue(func() map[string][]string {
	names := make(map[string][]string)
	for _, r := range catalogue.Regions() {
		for name, id := range catalogue.ImageParameters(r.Name) {
			names[id] = append(names[id], name)
		}
	}
	for _, all := range names { // "kernel-6.18" comes before "kernel-default"
		slices.Sort(all)
	}
	return names
})
