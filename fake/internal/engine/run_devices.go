package engine

import (
	"slices"
	"strings"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// plannedVolume is a volume of each instance of a launch.
type plannedVolume struct {
	newVolume
	device              string
	deleteOnTermination bool
}

// chooseDevices lays the request's mapping over the image's, device by device and field by field
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-device-mapping-concepts.html).
func (t *tx) chooseDevices(l *launch) error {
	if err := refuseDeviceOptions(l.in.BlockDeviceMappings); err != nil {
		return err
	}
	given, err := readMappings(l.in.BlockDeviceMappings)
	if err != nil {
		return err
	}
	all, err := l.merged(given)
	if err != nil {
		return err
	}
	l.volumes = make([]plannedVolume, 0, len(all))
	for _, m := range all {
		if m.ebs == nil {
			// Instance store volumes that the type has are there without a mapping on Nitro, those that
			// it doesn't have are left out, and nothing tells of either.
			if err := checkMapping(m, m.device == l.image.rootDevice); err != nil {
				return err
			}
			continue
		}
		p, err := t.planVolume(l, m)
		if err != nil {
			return err
		}
		l.volumes = append(l.volumes, p)
	}
	slices.SortFunc(l.volumes, func(a, b plannedVolume) int { return strings.Compare(a.device, b.device) })
	for i := range l.volumes {
		if l.volumes[i].device == l.image.rootDevice {
			l.root = &l.volumes[i]
		}
	}
	return nil
}

// refuseDeviceOptions answers what can't be asked for in this cloud, or at a launch; codes and texts (mem).
func refuseDeviceOptions(in []ec2types.BlockDeviceMapping) error {
	for _, m := range in {
		switch {
		case m.Ebs == nil:
		case deref(m.Ebs.OutpostArn) != "":
			return badValue("OutpostArn", *m.Ebs.OutpostArn, "The Outpost does not exist.")
		case deref(m.Ebs.EbsCardIndex) != 0:
			return badValue("EbsCardIndex", *m.Ebs.EbsCardIndex, "The instance type has one EBS card only.")
		}
	}
	return nil
}

// merged are the image's mappings and the request's. What the image says is copied before it is changed.
func (l *launch) merged(given []mapping) ([]mapping, error) {
	all := slices.Clone(l.image.mappings)
	for _, g := range given {
		root := g.device == l.image.rootDevice
		at := slices.IndexFunc(all, func(m mapping) bool { return m.device == g.device })
		switch {
		case g.noDevice:
			if err := checkMapping(g, root); err != nil {
				return nil, err
			}
			if at >= 0 {
				all = slices.Delete(all, at, at+1)
			}
		case at < 0:
			all = append(all, g)
		case g.ebs == nil || all[at].ebs == nil:
			all[at] = g
		default:
			if root && g.ebs.snapshot != "" && g.ebs.snapshot != all[at].ebs.snapshot {
				return nil, badMapping("snapshotId cannot be modified on root device")
			}
			if g.virtualName != "" { // is refused with both
				all[at].virtualName = g.virtualName
			}
			all[at].ebs = all[at].ebs.over(g.ebs)
		}
	}
	return all, nil
}

// over is the mapping with what another says instead. IOPS and throughput belong to their type.
func (e *ebsMapping) over(g *ebsMapping) *ebsMapping {
	m := *e
	if g.typ != "" && g.typ != e.typ {
		m.typ, m.iops, m.throughput = g.typ, 0, 0
	}
	if g.snapshot != "" {
		m.snapshot = g.snapshot
	}
	if g.size != 0 {
		m.size = g.size
	}
	if g.iops != 0 {
		m.iops = g.iops
	}
	if g.throughput != 0 {
		m.throughput = g.throughput
	}
	if g.encrypted != nil {
		m.encrypted = g.encrypted
	}
	if g.kmsKey != "" {
		m.kmsKey = g.kmsKey
	}
	if g.deleteOnTermination != nil {
		m.deleteOnTermination = g.deleteOnTermination
	}
	if g.initializationRate != 0 {
		m.initializationRate = g.initializationRate
	}
	return &m
}

// planVolume checks and completes a mapping: the size is the snapshot's and the type gp2 where nothing
// says, and the volume is deleted with the instance. For data volumes the sources disagree on that; what is
// followed says so of launches by API
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/preserving-volumes-on-termination.html).
func (t *tx) planVolume(l *launch, m mapping) (plannedVolume, error) {
	p := plannedVolume{device: m.device, deleteOnTermination: true}
	e := *m.ebs
	m.ebs = &e
	if e.typ == "" {
		e.typ = usualVolumeType
	}
	s, err := t.snapshotFor(l, &e)
	if err != nil {
		return p, err
	}
	if err := checkMapping(m, m.device == l.image.rootDevice); err != nil {
		return p, err
	}
	switch {
	case e.size == 0:
		return p, fail("MissingParameter", "The request must contain the parameter size or snapshotId")
	case e.iops == 0 && (e.typ == ec2types.VolumeTypeIo1 || e.typ == ec2types.VolumeTypeIo2):
		return p, fail("MissingParameter", "The parameter iops must be specified for %s volumes.", e.typ) // (mem)
	case s == nil && e.initializationRate != 0: // code and text (mem)
		return p, fail("InvalidParameterCombination", "A volume initialization rate needs a snapshot.")
	case s != nil && e.size < s.size:
		return p, badMapping("Volume of size %dGB is smaller than snapshot '%s', expect size >= %dGB", e.size, s.id, s.size)
	}
	if p.encrypted, p.kmsKey, err = t.encryption(s, e.encrypted, e.kmsKey); err != nil {
		return p, err
	}
	if p.encrypted && !l.typ.EBSEncryption { // text (mem)
		return p, fail("EncryptedVolumesNotSupported", "The instance type '%s' does not support encrypted volumes.", l.typ.Name)
	}
	p.zone, p.snapshot, p.size, p.typ, p.initializationRate = l.row.zone, s, e.size, e.typ, e.initializationRate
	p.iops, p.throughput = e.performance()
	if e.deleteOnTermination != nil {
		p.deleteOnTermination = *e.deleteOnTermination
	}
	return p, nil
}

// snapshotFor gives the snapshot of a mapping, nil if it has none, and its size to a mapping without one.
func (t *tx) snapshotFor(l *launch, e *ebsMapping) (*snapshot, error) {
	if e.snapshot == "" {
		return nil, nil
	}
	s, err := t.restorable(l.image, e.snapshot)
	if err != nil {
		return nil, err
	}
	if err := s.restorable(); err != nil {
		return nil, err
	}
	if e.size == 0 {
		e.size = s.size
	}
	return s, nil
}

// launchVolumes makes the volumes of one instance.
func (t *tx) launchVolumes(l *launch, i *instance) error {
	i.devices = make([]attachedDevice, len(l.volumes))
	for n := range l.volumes {
		p := &l.volumes[n]
		p.attachment = &volumeAttachment{
			instance: i.id, device: p.device, attached: t.now, deleteOnTermination: p.deleteOnTermination,
			state: ec2types.VolumeAttachmentStateAttached,
		}
		o := t.makeVolume(&p.newVolume)
		if err := t.setTags(ec2types.ResourceTypeVolume, o.id, l.tags[ec2types.ResourceTypeVolume]); err != nil {
			return err
		}
		i.devices[n] = attachedDevice{o.id, *p.attachment}
	}
	return nil
}
