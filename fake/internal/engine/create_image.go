package engine

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

const createImageFields = `InstanceId Name Description NoReboot BootModeOverride SnapshotLocation
	BlockDeviceMappings{DeviceName NoDevice VirtualName Ebs{AvailabilityZone AvailabilityZoneId DeleteOnTermination
		EbsCardIndex Encrypted Iops KmsKeyId OutpostArn SnapshotId Throughput VolumeInitializationRate VolumeSize VolumeType}}
	TagSpecifications{ResourceType Tags{Key Value}}`

// createImage makes an image of an instance and snapshots of its volumes. There is no client token: the
// name is what can be had only once. Without NoReboot the instance reboots, and stays running meanwhile.
func (t *tx) createImage(in *ec2.CreateImageInput) (*ec2.CreateImageOutput, error) {
	tags, err := tagSpecifications(in.TagSpecifications, ec2types.ResourceTypeImage, ec2types.ResourceTypeSnapshot)
	if err != nil {
		return nil, err
	}
	i, err := t.imagedInstance(in)
	if err != nil {
		return nil, err
	}
	im, err := t.imageOf(i, in)
	if err != nil {
		return nil, err
	}
	given, err := readMappings(in.BlockDeviceMappings)
	if err != nil {
		return nil, err
	}
	if err := refuseLaunchFields("CreateImage", in.BlockDeviceMappings); err != nil {
		return nil, err
	}
	devices, err := t.imagedDevices(i, given)
	if err != nil {
		return nil, err
	}
	added, err := t.addedMappings(i, given)
	if err != nil {
		return nil, err
	}

	var made []*snapshot
	for _, d := range devices {
		s := t.snapshotOf(d.volume, "Created by CreateImage("+i.id+") for "+im.id)
		im.mappings = append(im.mappings, d.mapping(s))
		made = append(made, s)
	}
	im.mappings = append(im.mappings, added...)
	if err := t.beginImage(im, made, tags, t.options.Delays.Snapshot); err != nil {
		return nil, err
	}
	return &ec2.CreateImageOutput{ImageId: ptr(im.id)}, nil
}

// beginImage puts a pending image and its pending snapshots into the state, where they complete in their
// time.
func (t *tx) beginImage(im *image, snapshots []*snapshot, tags map[ec2types.ResourceType][]ec2types.Tag, takes time.Duration) error {
	ids := make([]string, len(snapshots))
	for i, s := range snapshots {
		s.takes, ids[i] = takes, s.id
		t.snapshots.Put(&t.undo, s)
		if err := t.setTags(ec2types.ResourceTypeSnapshot, s.id, tags[ec2types.ResourceTypeSnapshot]); err != nil {
			return err
		}
	}
	t.images.Put(&t.undo, im)
	t.plan(takes, snapshotCompleted, ids...)
	t.plan(takes, imageCompleted, im.id)
	return t.setTags(ec2types.ResourceTypeImage, im.id, tags[ec2types.ResourceTypeImage])
}

// imagedInstance checks what is said of the image as a whole and gives the instance.
func (t *tx) imagedInstance(in *ec2.CreateImageInput) (*instance, error) {
	if deref(in.InstanceId) == "" {
		return nil, missing("InstanceId")
	}
	if err := t.checkImageName(deref(in.Name)); err != nil {
		return nil, err
	}
	if err := checkImageDescription(deref(in.Description)); err != nil {
		return nil, err
	}
	if in.SnapshotLocation != "" { // all zones here are Availability Zones
		return nil, badValue("SnapshotLocation", in.SnapshotLocation,
			"It is only for instances in Local Zones and on Outposts.")
	}
	i, err := t.instanceByID(*in.InstanceId)
	if err != nil {
		return nil, err
	}
	return i, i.canBeImaged()
}

// checkImageName refuses a name that an image can't have or that one of the account's images in the
// region has. Which characters are allowed is told in two ways; the wider one is followed
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html).
func (v *view) checkImageName(name string) error {
	if name == "" {
		return missing("Name")
	}
	if len(name) < 3 || len(name) > 128 || strings.ContainsFunc(name, notInImageName) {
		return fail("InvalidAMIName.Malformed",
			"AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '[', ']', ' ', '.', '/', '-', ''', '@' and '_'") // the text is (mem)
	}
	if other, ok := first(v.images.By("name", v.scope, name)); ok {
		return fail("InvalidAMIName.Duplicate", "AMI name %s is already in use by AMI %s", name, other.id)
	}
	return nil
}

func notInImageName(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("()[] ./-'@_", r)
}

func checkImageDescription(d string) error {
	if utf8.RuneCountInString(d) > 255 {
		return fail("InvalidParameterValue", "AMI descriptions must be less than 256 characters long") // (mem)
	}
	return nil
}

// canBeImaged wants an instance that runs or is stopped, with its root volume
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/creating-an-ami-ebs.html). The texts are (mem).
func (i *instance) canBeImaged() error {
	if i.state != ec2types.InstanceStateNameRunning && i.state != ec2types.InstanceStateNameStopped {
		return fail("IncorrectInstanceState", "Instance '%s' is not in state 'running' or 'stopped'.", i.id)
	}
	if !slices.ContainsFunc(i.devices, func(d attachedDevice) bool { return d.device == i.rootDevice }) {
		return fail("InvalidParameterValue", "Instance %s does not have a volume attached at root (%s)", i.id, i.rootDevice)
	}
	return nil
}

// imageOf is an image with all that it has from the instance but its mappings.
func (t *tx) imageOf(i *instance, in *ec2.CreateImageInput) (*image, error) {
	im := &image{
		id:              t.newID(kindImage),
		scope:           t.scope,
		name:            *in.Name,
		description:     deref(in.Description),
		state:           ec2types.ImageStatePending,
		created:         t.now,
		architecture:    i.architecture,
		platform:        i.platform,
		platformDetails: i.platformDetails,
		usageOperation:  i.usageOperation,
		virtualization:  i.virtualization,
		rootDevice:      i.rootDevice,
		rootDeviceType:  i.rootDeviceType,
		bootMode:        i.bootMode,
		tpmSupport:      ec2types.TpmSupportValues(i.tpmSupport),
		uefiData:        i.uefiData,
		enaSupport:      i.enaSupport,
		sriovNetSupport: i.sriovNetSupport,
		kernel:          i.kernel,
		ramdisk:         i.ramdisk,
		productCodes:    i.productCodes,
		sourceImage:     i.image,
		sourceRegion:    string(t.Region),
		sourceInstance:  i.id,
	}
	if source, ok := t.images.Get(i.image); ok {
		im.imdsSupport = source.imdsSupport
	}
	if source, ok := t.imageOrFormer(i.image); ok {
		im.watermarks = source.watermarks
	}
	switch in.BootModeOverride {
	case "":
	case ec2types.BootModeOverrideValuesUefi:
		if i.currentBootMode != ec2types.InstanceBootModeValuesUefi {
			return nil, fail("InvalidParameterCombination", // the code and the text are (mem)
				"BootModeOverride can be uefi only if the instance boots in uefi mode; '%s' boots in %s mode.", i.id, i.currentBootMode)
		}
		im.bootMode = ec2types.BootModeValuesUefi
	default:
		return nil, badValue("BootModeOverride", in.BootModeOverride, "Expecting uefi.")
	}
	return im, nil
}

// refuseLaunchFields refuses what a block device mapping says only for a launch
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html).
func refuseLaunchFields(op string, in []ec2types.BlockDeviceMapping) error {
	for i := range in {
		e := in[i].Ebs
		if e == nil {
			continue
		}
		name := ""
		switch {
		case e.AvailabilityZone != nil:
			name = "AvailabilityZone"
		case e.AvailabilityZoneId != nil:
			name = "AvailabilityZoneId"
		case e.EbsCardIndex != nil:
			name = "EbsCardIndex"
		case e.KmsKeyId != nil:
			name = "KmsKeyId"
		case e.OutpostArn != nil:
			name = "OutpostArn"
		case e.VolumeInitializationRate != nil:
			name = "VolumeInitializationRate"
		default:
			continue
		}
		return fail("InvalidParameterCombination", "The parameter BlockDeviceMapping.%d.Ebs.%s is not supported for %s.", i+1, name, op) // (mem)
	}
	return nil
}

// imagedDevice is a volume of the instance of which a snapshot goes into the image.
type imagedDevice struct {
	device              string
	volume              *volume
	deleteOnTermination bool
}

// imagedDevices are the instance's volumes, the root first, as the request leaves them.
func (v *view) imagedDevices(i *instance, given []mapping) ([]imagedDevice, error) {
	var out []imagedDevice
	for _, a := range i.devices {
		vol, err := v.volumeByID(a.volume)
		if err != nil {
			return nil, err
		}
		d := imagedDevice{device: a.device, volume: vol, deleteOnTermination: a.deleteOnTermination}
		n := slices.IndexFunc(given, func(m mapping) bool { return m.device == a.device })
		switch {
		case n < 0:
		case given[n].noDevice && a.device == i.rootDevice:
			return nil, badMapping("The root device %s can't be left out of an image", a.device) // (mem)
		case given[n].noDevice:
			continue
		default:
			if err := d.change(&given[n]); err != nil {
				return nil, err
			}
		}
		if a.device == i.rootDevice {
			out = slices.Insert(out, 0, d)
		} else {
			out = append(out, d)
		}
	}
	return out, nil
}

// change follows a mapping for a volume that the instance has: nothing but DeleteOnTermination can be
// other than it is. The code and the texts are (mem).
func (d *imagedDevice) change(m *mapping) error {
	if m.virtualName != "" {
		return badMapping("The device %s of the instance is the volume %s and can't become %s", d.device, d.volume.id, m.virtualName)
	}
	e := m.ebs
	if e == nil {
		return nil
	}
	refuse := func(what string) error {
		return badMapping("%s of the device %s can't be changed when an image is created: it is that of the volume %s", what, d.device, d.volume.id)
	}
	switch vol := d.volume; {
	case e.snapshot != "":
		return refuse("The snapshot")
	case e.size != 0 && e.size != vol.size:
		return refuse("The size")
	case e.typ != "" && e.typ != vol.typ:
		return refuse("The type")
	case e.iops != 0 && e.iops != vol.iops:
		return refuse("The IOPS")
	case e.throughput != 0 && e.throughput != vol.throughput:
		return refuse("The throughput")
	case deref(e.encrypted) && !vol.encrypted:
		return refuse("The encryption")
	}
	if e.deleteOnTermination != nil {
		d.deleteOnTermination = *e.deleteOnTermination
	}
	return nil
}

// mapping is the device's in the image, over a snapshot of its volume.
func (d imagedDevice) mapping(s *snapshot) mapping {
	e := &ebsMapping{
		snapshot:            s.id,
		size:                d.volume.size,
		typ:                 d.volume.typ,
		throughput:          d.volume.throughput,
		encrypted:           ptr(d.volume.encrypted),
		deleteOnTermination: ptr(d.deleteOnTermination),
	}
	if volumeTypes[e.typ].maxIOPS > 0 { // the baseline of the others isn't part of a mapping
		e.iops = d.volume.iops
	}
	return mapping{device: d.device, ebs: e}
}

// snapshotOf begins a snapshot of a volume as it is now, encrypted as the volume is.
func (t *tx) snapshotOf(vol *volume, description string) *snapshot {
	s := &snapshot{
		id:          t.newID(kindSnapshot),
		scope:       t.scope,
		volume:      vol.id,
		size:        vol.size,
		description: description,
		started:     t.now,
		state:       ec2types.SnapshotStatePending,
		encrypted:   vol.encrypted,
		kmsKey:      vol.kmsKey,
		content:     vol.content,
		billing:     t.billingOfVolume(vol),
		written:     vol.written,
	}
	if vol.encrypted {
		s.dataKey = t.dataKeyOf(vol)
	}
	return s
}

// dataKeyOf is the data key of an encrypted volume: that of the snapshot it was made of, if it kept the
// snapshot's key.
func (v *view) dataKeyOf(vol *volume) string {
	if s, ok := v.snapshots.Get(vol.snapshot); ok && s.encrypted && s.kmsKey == vol.kmsKey {
		return s.dataKey
	}
	return newDataKey(vol.id)
}

// newDataKey begins a lineage with a volume or snapshot.
func newDataKey(id string) string { return uuid("data key", id) }

// addedMappings are the image's mappings beyond the instance's volumes: instance store volumes of the
// instance's own image, and what the request names.
func (v *view) addedMappings(i *instance, given []mapping) ([]mapping, error) {
	attached := func(device string) bool {
		return slices.ContainsFunc(i.devices, func(a attachedDevice) bool { return a.device == device })
	}
	var added []mapping
	if source, ok := v.images.Get(i.image); ok {
		for _, m := range source.mappings {
			named := slices.ContainsFunc(given, func(g mapping) bool { return g.device == m.device })
			if m.virtualName != "" && !attached(m.device) && !named {
				added = append(added, m)
			}
		}
	}
	for _, m := range given {
		if m.noDevice || attached(m.device) {
			continue
		}
		m, err := v.newMapping(m)
		if err != nil {
			return nil, err
		}
		added = append(added, m)
	}
	return added, nil
}

// newMapping checks and completes the mapping of a volume that the instance doesn't have: an instance
// store volume, an empty volume or one of a snapshot.
func (v *view) newMapping(m mapping) (mapping, error) {
	if err := checkMapping(m, false); err != nil || m.ebs == nil {
		return m, err
	}
	e := *m.ebs
	m.ebs = &e
	switch {
	case e.snapshot != "":
		if e.encrypted != nil {
			return m, fail("InvalidParameterCombination", // (mem)
				"the encrypted flag cannot be specified since device %s has a snapshot specified.", m.device)
		}
		s, err := v.snapshotByID(e.snapshot)
		if err != nil {
			return m, err
		}
		if e.size == 0 {
			e.size = s.size
		}
		if e.size < s.size {
			return m, badMapping("Volume of size %dGB is smaller than snapshot '%s', expect size >= %dGB", e.size, s.id, s.size)
		}
		e.encrypted = ptr(s.encrypted)
	case e.size == 0:
		return m, fail("MissingParameter", "The request must contain the parameter size or snapshotId") // (mem)
	case e.encrypted == nil:
		e.encrypted = ptr(false)
	}
	if e.typ == "" {
		e.typ = usualVolumeType
	}
	if e.deleteOnTermination == nil {
		e.deleteOnTermination = ptr(true) // as at a launch by the API (mem)
	}
	if (e.typ == ec2types.VolumeTypeIo1 || e.typ == ec2types.VolumeTypeIo2) && e.iops == 0 {
		return m, fail("MissingParameter", "The parameter iops must be specified for %s volumes.", e.typ) // (mem)
	}
	if err := checkVolume(&e); err != nil {
		return m, err
	}
	if e.typ == ec2types.VolumeTypeGp3 { // the defaults are part of a mapping, the baseline of gp2 isn't
		e.iops, e.throughput = e.performance()
	}
	return m, nil
}
