package instance

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/amiclass/amiclass/backend"
)

// Spec reads the instance's configuration back from EC2, all that it tells: launching the instance's
// image with it, or an image made of the instance, makes an identical server. It takes several calls:
// for the instance, its image, volumes and network interfaces, and for user data, protections and the
// shutdown behaviour.
//
// Left out is what EC2 chose and what can't be had twice: addresses (though not whether there is a
// public one, if the instance runs), and tags that begin with "aws:" or "amiclass:". Tags of volumes and
// interfaces are read as far as all of them agree. A further volume's snapshot counts only for images
// that bring no content for its device. A terminated instance has no configuration any more, which is
// [backend.ErrState].
func (i *Instance) Spec(ctx context.Context) (Spec, error) {
	spec, err := i.readSpec(ctx)
	if err != nil {
		return Spec{}, fmt.Errorf("spec of instance %s: %w", i.id, err)
	}
	return spec, nil
}

func (i *Instance) readSpec(ctx context.Context) (Spec, error) {
	if err := i.Refresh(ctx); err != nil {
		return Spec{}, err
	}
	d := i.Data()
	if d.State == backend.InstanceTerminated || d.State == backend.InstanceShuttingDown {
		return Spec{}, fmt.Errorf("it is %s, so EC2 doesn't tell it any more: %w", d.State, backend.ErrState)
	}
	spec := specOf(d)
	for _, read := range []func(context.Context, backend.Instance, Spec) (Spec, error){
		i.readVolumes, i.readDropped, i.readInterfaces, i.readGroups, i.readLogin, i.readCredits, i.readAttributes,
	} {
		var err error
		if spec, err = read(ctx, d, spec); err != nil {
			return Spec{}, err
		}
	}
	return spec, nil
}

// specOf is what describing the instance tells.
func specOf(d backend.Instance) Spec {
	s := Spec{}.WithType(d.Type).WithHibernation(d.Hibernation).WithEnclave(d.Enclave).
		WithEBSOptimized(d.EBSOptimized).WithMonitoring(d.Monitoring).
		WithTags(ownTags(d.Tags)).WithMetadata(metadataOf(d.Metadata))
	if d.SubnetID != "" {
		s = s.WithSubnet(d.SubnetID)
	} else if d.Zone != "" {
		s = s.WithZone(d.Zone)
	}
	if d.State == backend.InstanceRunning {
		s = s.WithPublicIP(d.PublicIP != "")
	}
	if cpu, ok := chosenCPU(d); ok {
		s = s.WithCPU(cpu)
	}
	if d.Spot {
		s = s.WithSpot(Spot{})
	}
	if d.InstanceProfile != "" {
		s = s.WithInstanceProfile(d.InstanceProfile)
	}
	if d.Tenancy != "" {
		s = s.WithTenancy(Tenancy(d.Tenancy))
	}
	if d.PlacementGroup != "" {
		s = s.WithPlacementGroup(d.PlacementGroup)
	}
	if d.Partition != 0 {
		s = s.WithPartition(d.Partition)
	}
	if d.HostID != "" {
		s = s.WithHost(d.HostID)
	}
	if d.Affinity != "" {
		s = s.WithAffinity(Affinity(d.Affinity))
	}
	return s
}

func (i *Instance) readVolumes(ctx context.Context, d backend.Instance, s Spec) (Spec, error) {
	if len(d.Volumes) == 0 {
		return s, nil
	}
	ids := make([]string, len(d.Volumes))
	for n, v := range d.Volumes {
		ids[n] = v.VolumeID
	}
	found := map[string]backend.Volume{}
	for v, err := range i.be.Volumes(ctx, backend.Query{IDs: ids}) {
		if err != nil {
			return s, err
		}
		found[v.ID] = v
	}
	var tags []map[string]string
	for _, at := range d.Volumes {
		v, ok := found[at.VolumeID]
		if !ok {
			return s, fmt.Errorf("its volume %s: %w", at.VolumeID, backend.ErrNotFound)
		}
		tags = append(tags, v.Tags)
		volume := volumeOf(v, at.DeleteOnTermination)
		if at.Device == d.RootDevice {
			s = s.WithRootVolume(volume)
			continue
		}
		if v.SnapshotID != "" {
			volume.snapshot = some(snapshot{id: v.SnapshotID, fallback: true})
		}
		s = s.WithVolume(at.Device, volume)
	}
	return s.WithVolumeTags(common(tags)), nil
}

func volumeOf(v backend.Volume, deleted bool) Volume {
	made := volume(v.Type, Size(v.SizeGiB)*GiB)
	limits := limitsOfVolumes[v.Type]
	if limits.maxIOPS > 0 && v.IOPS > 0 { // elsewhere EC2 tells what follows from the size
		made = made.WithIOPS(v.IOPS)
	}
	if limits.maxMiBps > 0 && v.ThroughputMiBps > 0 {
		made = made.WithThroughput(v.ThroughputMiBps)
	}
	switch {
	case !v.Encrypted:
		made = made.Unencrypted()
	case v.KMSKeyID == "":
		made = made.Encrypted()
	default:
		made = made.EncryptedWith(v.KMSKeyID)
	}
	if deleted {
		return made.DeleteOnTermination()
	}
	return made.KeepOnTermination()
}

// readDropped finds the volumes that the image brings and the instance doesn't have. An image that is
// gone doesn't tell, and nothing can be launched from it.
func (i *Instance) readDropped(ctx context.Context, d backend.Instance, s Spec) (Spec, error) {
	image, ok, err := findImage(ctx, i.be, d.ImageID)
	if err != nil || !ok {
		return s, err
	}
	for _, m := range image.Devices {
		has := func(v backend.InstanceVolume) bool { return v.Device == m.Device }
		if m.EBS != nil && m.Device != d.RootDevice && !slices.ContainsFunc(d.Volumes, has) {
			s = s.WithoutVolume(m.Device)
		}
	}
	return s, nil
}

func (i *Instance) readAttributes(ctx context.Context, _ backend.Instance, s Spec) (Spec, error) {
	for _, a := range []struct {
		name backend.InstanceAttribute
		set  func(Spec, string) (Spec, error)
	}{
		{backend.AttributeUserData, func(s Spec, v string) (Spec, error) {
			if v == "" {
				return s, nil
			}
			return s.WithUserData(fromWire(v)), nil
		}},
		{backend.AttributeShutdownBehavior, func(s Spec, v string) (Spec, error) {
			if v == "" {
				return s, nil
			}
			return s.WithShutdownBehavior(ShutdownBehavior(v)), nil
		}},
		{backend.AttributeDisableAPITermination, switched(Spec.WithTerminationProtection)},
		{backend.AttributeDisableAPIStop, switched(Spec.WithStopProtection)},
	} {
		var value string
		err := i.settled(ctx, func(ctx context.Context) (err error) {
			value, err = i.be.InstanceAttribute(ctx, i.id, a.name)
			return err
		})
		if err != nil {
			return s, err
		}
		if s, err = a.set(s, value); err != nil {
			return s, fmt.Errorf("attribute %s: %w", a.name, err)
		}
	}
	return s, nil
}

func switched(set func(Spec, bool) Spec) func(Spec, string) (Spec, error) {
	return func(s Spec, v string) (Spec, error) {
		if v == "" {
			return s, nil
		}
		on, err := strconv.ParseBool(v)
		if err != nil {
			return s, err
		}
		return set(s, on), nil
	}
}

// ownTags leaves out tags that nobody chose: AWS's and this module's.
func ownTags(tags map[string]string) map[string]string {
	own := maps.Clone(tags)
	maps.DeleteFunc(own, func(k, _ string) bool {
		return strings.HasPrefix(strings.ToLower(k), "aws:") || strings.HasPrefix(k, "amiclass:")
	})
	return own
}

// common are the tags on which all agree.
func common(all []map[string]string) map[string]string {
	if len(all) == 0 {
		return nil
	}
	shared := ownTags(all[0])
	for _, tags := range all[1:] {
		maps.DeleteFunc(shared, func(k, v string) bool {
			other, ok := tags[k]
			return !ok || other != v
		})
	}
	return shared
}

// findImage looks an image up that may be deprecated, disabled or gone.
func findImage(ctx context.Context, be backend.Backend, id string) (backend.Image, bool, error) {
	q := backend.ImageQuery{IDs: []string{id}, IncludeDeprecated: true, IncludeDisabled: true}
	return first(be.Images(ctx, q))
}

// first gives the first of a listing; that there is none is no error.
func first[T any](list iter.Seq2[T, error]) (v T, ok bool, err error) {
	for v, err := range list {
		if errors.Is(err, backend.ErrNotFound) {
			break
		}
		return v, err == nil, err
	}
	return v, false, nil
}
