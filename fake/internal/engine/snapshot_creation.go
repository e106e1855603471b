package engine

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// createSnapshot begins a snapshot of a volume as it is now, whether or not it is in use
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshot.html). There is no client token.
func (t *tx) createSnapshot(in *ec2.CreateSnapshotInput) (*ec2.CreateSnapshotOutput, error) {
	tags, err := tagSpecifications(in.TagSpecifications, ec2types.ResourceTypeSnapshot)
	if err != nil {
		return nil, err
	}
	if err := checkSnapshotPlace(in.Location, in.OutpostArn); err != nil {
		return nil, err
	}
	if err := checkSnapshotDescription(deref(in.Description)); err != nil {
		return nil, err
	}
	if deref(in.VolumeId) == "" {
		return nil, missing("VolumeId")
	}
	o, err := t.volumeByID(*in.VolumeId)
	if err != nil {
		return nil, err
	}
	if !o.settled() {
		return nil, wrongVolumeState(o)
	}
	s, err := t.beginSnapshot(t.snapshotOf(o, deref(in.Description)), tags[ec2types.ResourceTypeSnapshot])
	if err != nil {
		return nil, err
	}
	r := t.renderSnapshot(s)
	return &ec2.CreateSnapshotOutput{ // the data key is told by DescribeSnapshots only
		Description: r.Description, Encrypted: r.Encrypted, FullSnapshotSizeInBytes: r.FullSnapshotSizeInBytes, KmsKeyId: r.KmsKeyId,
		OwnerId: r.OwnerId, Progress: ptr(""), SnapshotId: r.SnapshotId, StartTime: r.StartTime, State: r.State,
		StorageTier: r.StorageTier, Tags: r.Tags, VolumeId: r.VolumeId, VolumeSize: r.VolumeSize,
	}, nil
}

// beginSnapshot puts a pending snapshot into the state, where it completes in its time.
func (t *tx) beginSnapshot(s *snapshot, tags []ec2types.Tag) (*snapshot, error) {
	s.takes = t.options.Delays.Snapshot
	t.snapshots.Put(&t.undo, s)
	t.plan(s.takes, snapshotCompleted, s.id)
	return s, t.setTags(ec2types.ResourceTypeSnapshot, s.id, tags)
}

// checkSnapshotPlace answers for places beyond the region: there are neither Local Zones nor Outposts here.
func checkSnapshotPlace(location ec2types.SnapshotLocationEnum, outpost *string) error {
	switch {
	case outpost != nil:
		return noOutpost("OutpostArn", *outpost)
	case location != "": // code and text (mem)
		return badValue("Location", location, "It is only for volumes in Local Zones.")
	}
	return nil
}

// checkSnapshotDescription: 255 characters are the most (code and text (mem)).
func checkSnapshotDescription(d string) error {
	if utf8.RuneCountInString(d) > 255 {
		return fail("InvalidParameterValue", "Snapshot descriptions must be less than 256 characters long")
	}
	return nil
}

const createSnapshotsFields = `InstanceSpecification{InstanceId ExcludeBootVolume ExcludeDataVolumeIds} CopyTagsFromSource
	Description Location OutpostArn TagSpecifications{ResourceType Tags{Key Value}}`

// createSnapshots begins snapshots of an instance's volumes, all as they are at this moment
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshots.html).
func (t *tx) createSnapshots(in *ec2.CreateSnapshotsInput) (*ec2.CreateSnapshotsOutput, error) {
	tags, err := tagSpecifications(in.TagSpecifications, ec2types.ResourceTypeSnapshot)
	if err != nil {
		return nil, err
	}
	if err := checkSnapshotPlace(in.Location, in.OutpostArn); err != nil {
		return nil, err
	}
	if err := checkSnapshotDescription(deref(in.Description)); err != nil {
		return nil, err
	}
	if in.CopyTagsFromSource != "" && in.CopyTagsFromSource != ec2types.CopyTagsFromSourceVolume {
		return nil, badValue("CopyTagsFromSource", in.CopyTagsFromSource, "Expecting %s.", ec2types.CopyTagsFromSourceVolume)
	}
	volumes, err := t.volumesForSnapshots(in.InstanceSpecification)
	if err != nil {
		return nil, err
	}
	out := &ec2.CreateSnapshotsOutput{}
	for _, o := range volumes {
		its := tags[ec2types.ResourceTypeSnapshot]
		if in.CopyTagsFromSource != "" {
			its = append(t.tagsToCopy(o.id, its), its...)
		}
		s, err := t.beginSnapshot(t.snapshotOf(o, deref(in.Description)), its)
		if err != nil {
			return nil, err
		}
		r := t.renderSnapshot(s)
		out.Snapshots = append(out.Snapshots, ec2types.SnapshotInfo{
			Description: r.Description, Encrypted: r.Encrypted, OwnerId: r.OwnerId, Progress: ptr(""), SnapshotId: r.SnapshotId,
			StartTime: r.StartTime, State: r.State, Tags: r.Tags, VolumeId: r.VolumeId, VolumeSize: r.VolumeSize,
		})
	}
	return out, nil
}

// tagsToCopy are a resource's tags but those of AWS and those whose keys a request gives itself.
func (v *view) tagsToCopy(id string, given []ec2types.Tag) []ec2types.Tag {
	return slices.DeleteFunc(v.renderTags(id), func(g ec2types.Tag) bool {
		return strings.HasPrefix(*g.Key, "aws:") ||
			slices.ContainsFunc(given, func(o ec2types.Tag) bool { return deref(o.Key) == *g.Key })
	})
}

// maxExcluded is how many volumes a request may leave out
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceSpecification.html).
const maxExcluded = 40

// volumesForSnapshots are those of the instance that aren't left out, in order of device. Codes and texts of
// the refusals are (mem).
func (v *view) volumesForSnapshots(in *ec2types.InstanceSpecification) ([]*volume, error) {
	if in == nil || deref(in.InstanceId) == "" {
		return nil, missing("InstanceSpecification.InstanceId")
	}
	i, err := v.instanceByID(*in.InstanceId)
	if err != nil {
		return nil, err
	}
	if i.state != ec2types.InstanceStateNameRunning && i.state != ec2types.InstanceStateNameStopped {
		return nil, fail("IncorrectInstanceState", "Instance '%s' is not in state 'running' or 'stopped'.", i.id)
	}
	if len(in.ExcludeDataVolumeIds) > maxExcluded {
		return nil, fail("InvalidParameterValue", "The request excludes %d volumes; the maximum is %d.", len(in.ExcludeDataVolumeIds), maxExcluded)
	}
	for _, id := range in.ExcludeDataVolumeIds {
		o, err := v.volumeByID(id)
		if err != nil {
			return nil, err
		}
		switch a := o.on(i.id); {
		case a == nil:
			return nil, fail("InvalidParameterValue", "The volume '%s' is not attached to instance '%s'.", id, i.id)
		case a.device == i.rootDevice:
			return nil, fail("InvalidParameterValue", "The volume '%s' is the root volume of instance '%s'. To exclude it, use ExcludeBootVolume.", id, i.id)
		}
	}
	var volumes []*volume
	for _, d := range i.devices {
		if d.device == i.rootDevice && deref(in.ExcludeBootVolume) || slices.Contains(in.ExcludeDataVolumeIds, d.volume) {
			continue
		}
		o, err := v.volumeByID(d.volume)
		if err != nil {
			return nil, err
		}
		volumes = append(volumes, o)
	}
	if len(volumes) == 0 {
		return nil, fail("InvalidParameterCombination", "The instance '%s' has no volume that isn't excluded.", i.id)
	}
	return volumes, nil
}
