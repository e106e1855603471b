package backendtest

import (
	"context"
	"errors"
	"fmt"

	"github.com/amiclass/amiclass/backend"
)

func volumes() []Behaviour {
	const kept = guide + "preserving-volumes-on-termination.html"
	return []Behaviour{
		{"a volume tells its instance and is in its zone", api + "DescribeVolumes.html", func(s *scene) {
			i := s.run()
			v := s.volume(i.Volumes[0].VolumeID)
			s.equal("its state", v.State, "in-use")
			s.equal("its zone", v.Zone, i.Zone)
			s.holds(len(v.Attachments) == 1, "it has the attachments %+v", v.Attachments)
			s.equal("its instance", v.Attachments[0].InstanceID, i.ID)
			s.equal("its device", v.Attachments[0].Device, i.Volumes[0].Device)
		}},
		{"a volume with delete-on-termination goes with its instance", kept, func(s *scene) {
			i := s.run(withVolume(true))
			data := s.on(i, unlikelyDevice)
			s.terminate(i.ID)
			s.eventually(func(ctx context.Context) error {
				found, err := all(s.Backend.Volumes(ctx, byID(data)))
				if err == nil {
					return fmt.Errorf("volume %s is still listed: %+v", data, found)
				}
				if !errors.Is(err, backend.ErrNotFound) {
					return err
				}
				return nil
			})
		}},
		{"a volume without delete-on-termination stays and becomes available", kept, func(s *scene) {
			i := s.run(withVolume(false))
			data := s.on(i, unlikelyDevice)
			s.made(s.Backend, backend.KindVolume, data)
			s.terminate(i.ID)
			s.eventually(func(context.Context) error {
				if v := s.volume(data); v.State != "available" || len(v.Attachments) > 0 {
					return fmt.Errorf("volume %s is %s, attached to %+v", data, v.State, v.Attachments)
				}
				return nil
			})
			s.must(s.Backend.DeleteVolume(s.ctx, data), "delete it")
		}},
		{"an attached volume can't be deleted", api + "DeleteVolume.html", func(s *scene) {
			i := s.run()
			s.refused(s.Backend.DeleteVolume(s.ctx, i.Volumes[0].VolumeID), backend.ErrState, "VolumeInUse")
		}},
		{"an unknown volume is InvalidVolume.NotFound", errorCodes, func(s *scene) {
			_, err := all(s.Backend.Volumes(s.ctx, byID(s.unknown("vol"))))
			s.refused(err, backend.ErrNotFound, "InvalidVolume.NotFound")
			s.refused(s.Backend.DeleteVolume(s.ctx, s.unknown("vol")), backend.ErrNotFound, "InvalidVolume.NotFound")
		}},
		{"an unknown snapshot is InvalidSnapshot.NotFound", errorCodes, func(s *scene) {
			_, err := all(s.Backend.Snapshots(s.ctx, backend.SnapshotQuery{IDs: []string{s.unknown("snap")}}))
			s.refused(err, backend.ErrNotFound, "InvalidSnapshot.NotFound")
			s.refused(s.Backend.DeleteSnapshot(s.ctx, s.unknown("snap")), backend.ErrNotFound, "InvalidSnapshot.NotFound")
		}},
	}
}
