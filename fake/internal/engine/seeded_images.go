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
	volumes := 0
	for i := range known {
		volumes += 1 + len(known[i].Data)
	}
	images, snapshots, mapped := make([]image, len(known)), make([]snapshot, volumes), make([]ebsMapping, volumes)
	for i := range known {
		k, n := &known[i], 1+len(known[i].Data)
		images[i] = seededImage(k)
		images[i].scope, images[i].age = t.scopeFor(k.OwnerID, r), newest.Sub(k.Released)+newestAge
		for at := range n {
			images[i].mappings[at].ebs = t.seedVolume(k, at, &images[i], &mapped[at], &snapshots[at])
		}
		snapshots, mapped = snapshots[n:], mapped[n:]
		t.images.Put(&t.undo, &images[i])
	}
}

// seedVolume fills in the mapping of an image's root volume, 0, or of one of its others, and its snapshot.
func (t *tx) seedVolume(k *catalogue.PublicImage, at int, im *image, m *ebsMapping, s *snapshot) *ebsMapping {
	volume, name := k.Root, k.ID
	if at > 0 {
		volume, name = k.Data[at-1].RootVolume, k.ID+k.Data[at-1].Device
	}
	*m = ebsMapping{
		snapshot: seededSnapshotID(name), size: volume.SizeGiB, typ: ec2types.VolumeType(volume.Type),
		iops: volume.IOPS, throughput: volume.Throughput, encrypted: &no, deleteOnTermination: &yes,
	}
	*s = snapshot{
		id: m.snapshot, scope: im.scope, volume: arbitraryVolume, size: m.size,
		state: ec2types.SnapshotStateCompleted, alias: im.ownerAlias, seeded: true, age: im.age, written: int64(m.size) << 30,
	}
	t.snapshots.Put(&t.undo, s)
	return m
}

// Rows are never changed, so that they can share these.
var yes, no = true, false

// seededImage is a public image as the catalogue knows it, without its place, its age and what is on its volumes.
func seededImage(k *catalogue.PublicImage) image {
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
		mappings:        make([]mapping, 1+len(k.Data)+len(k.InstanceStores)),
		bootMode:        ec2types.BootModeValues(k.BootMode),
		imdsSupport:     ec2types.ImdsSupportValues(k.IMDSSupport),
		enaSupport:      k.ENA,
		sriovNetSupport: k.SRIOV,
		kernel:          k.Kernel,
		public:          true,
	}
	im.mappings[0].device = k.RootDevice
	for i, d := range k.Data {
		im.mappings[1+i].device = d.Device
	}
	for i, s := range k.InstanceStores {
		im.mappings[1+len(k.Data)+i] = mapping{device: s.Device, virtualName: s.Name}
	}
	if k.ProductCode != "" {
		im.productCodes = []ec2types.ProductCode{{ProductCodeId: &k.ProductCode, ProductCodeType: ec2types.ProductCodeValuesMarketplace}}
	}
	return im
}

// The snapshots of a seeded image have the same IDs in every cloud: the name is the image's, and a device's behind it.
func seededSnapshotID(name string) string {
	h := fnv.New64a()
	io.WriteString(h, name)
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
