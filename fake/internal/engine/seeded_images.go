package engine

import (
	"hash/fnv"
	"io"
	"slices"
	"time"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

// newestAge is how old the newest Quick Start image is when a cloud begins; all others are as much
// older as they are in truth.
const newestAge = 3 * day

const day = 24 * time.Hour

// seedImages puts the public images of a region and their snapshots into the state. Rows are made in
// few pieces of memory, as there are many of them.
func (t *tx) seedImages(r region.Region) {
	newest := catalogue.Date()
	known := slices.Collect(catalogue.PublicImages(r))
	images, snapshots := make([]image, len(known)), make([]snapshot, len(known))
	roots := make([]ebsMapping, len(known))
	for i := range known {
		k, root := &known[i], &roots[i]
		age := newest.Sub(k.Released) + newestAge
		scope := t.scopeFor(k.OwnerID, r)
		*root = ebsMapping{
			snapshot: seededSnapshotID(k.ID), size: k.Root.SizeGiB, typ: ec2types.VolumeType(k.Root.Type),
			iops: k.Root.IOPS, throughput: k.Root.Throughput, encrypted: &no, deleteOnTermination: &yes,
		}
		images[i] = seededImage(k, root)
		images[i].scope, images[i].age = scope, age
		snapshots[i] = snapshot{
			id: root.snapshot, scope: scope, volume: arbitraryVolume, size: root.size,
			state: ec2types.SnapshotStateCompleted, seeded: true, age: age, written: int64(root.size) << 30,
		}
		t.images.Put(&t.undo, &images[i])
		t.snapshots.Put(&t.undo, &snapshots[i])
	}
}

// Rows are never changed, so that they can share these.
var yes, no = true, false

// seededImage is a public image as the catalogue knows it, without its place and age.
func seededImage(k *catalogue.PublicImage, root *ebsMapping) image {
	im := image{
		id:              k.ID,
		name:            k.Name,
		description:     k.Description,
		state:           ec2types.ImageStateAvailable,
		seeded:          true,
		deprecateAfter:  k.DeprecatedAfter,
		ownerAlias:      k.OwnerAlias,
		architecture:    ec2types.ArchitectureValues(k.Architecture),
		platform:        ec2types.PlatformValues(k.Platform),
		platformDetails: k.PlatformDetails,
		usageOperation:  k.UsageOperation,
		virtualization:  ec2types.VirtualizationType(k.Virtualization),
		rootDevice:      k.RootDevice,
		rootDeviceType:  ec2types.DeviceTypeEbs,
		mappings:        make([]mapping, 1+len(k.InstanceStores)),
		bootMode:        ec2types.BootModeValues(k.BootMode),
		imdsSupport:     ec2types.ImdsSupportValues(k.IMDSSupport),
		enaSupport:      k.ENA,
		sriovNetSupport: k.SRIOV,
		kernel:          k.Kernel,
		public:          true,
	}
	im.mappings[0] = mapping{device: k.RootDevice, ebs: root}
	for i, s := range k.InstanceStores {
		im.mappings[1+i] = mapping{device: s.Device, virtualName: s.Name}
	}
	if k.ProductCode != "" {
		im.productCodes = []ec2types.ProductCode{{ProductCodeId: &k.ProductCode, ProductCodeType: ec2types.ProductCodeValuesMarketplace}}
	}
	return im
}

// A seeded image's snapshot has the same ID in every cloud.
func seededSnapshotID(imageID string) string {
	h := fnv.New64a()
	io.WriteString(h, imageID)
	return catalogue.HexID("snap-0", scramble(h.Sum64()))
}

// imageParameters are the names of the public parameters that lead to an image, its own family's first
// (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html).
func (v *view) imageParameters(im *image) []string {
	if !im.seeded {
		return nil
	}
	return catalogue.ParametersOf(v.places[im.scope].Region, im.id)
}
