package backendtest

import (
	"context"
	"iter"

	"github.com/amiclass/amiclass/backend"
)

func images() []Behaviour {
	const create = api + "CreateImage.html"
	return []Behaviour{
		{"an image of a running instance is pending, then available", create, func(s *scene) {
			i := s.run()
			id, err := s.Backend.CreateImage(s.ctx, backend.CreateImageRequest{
				InstanceID: i.ID, Name: s.name, Description: "of " + i.ID, ImageTags: s.tagged(), SnapshotTags: s.tagged(),
			})
			s.must(err, "make an image")
			s.made(s.Backend, backend.KindImage, id)
			im := s.available(s.Backend, id) // which takes no other state on the way
			s.equal("the name", im.Name, s.name)
			s.equal("the description", im.Description, "of "+i.ID)
			s.equal("the owner", im.OwnerID, i.OwnerID)
			s.equal("public", im.Public, false)
			s.equal("the architecture", im.Architecture, i.Architecture)
			s.equal("the root device", im.RootDevice, i.RootDevice)
			s.equal("the instance it is of", im.SourceInstanceID, i.ID)
			s.holds(!im.Created.IsZero(), "it has no creation date")
			s.equal("the state of the instance, which was rebooted", s.instance(i.ID).State, backend.InstanceRunning)
		}},
		{"an image of an instance names the image that the instance came from", guide + "ami-ancestry.html", func(s *scene) {
			i := s.run()
			im := s.picture(i.ID)
			s.equal("its source image", im.SourceImageID, i.ImageID)
			s.equal("its source region", im.SourceImageRegion, s.Backend.Region())
		}},
		{"an image of a stopped instance leaves it stopped", create, func(s *scene) {
			i := s.run()
			s.stop(i.ID)
			s.picture(i.ID)
			s.equal("the state", s.instance(i.ID).State, backend.InstanceStopped)
		}},
		{"an image has a snapshot of each volume of its instance", guide + "creating-an-ami-ebs.html", func(s *scene) {
			i := s.run(withVolume(true))
			im := s.picture(i.ID)
			s.holds(len(snapshotsOf(im)) == len(i.Volumes), "%d volumes, but the devices %+v", len(i.Volumes), im.Devices)
			for _, d := range im.Devices {
				if d.EBS == nil {
					continue
				}
				snap, vol := s.snapshot(s.Backend, d.EBS.SnapshotID), s.volume(s.on(i, d.Device))
				s.equal("the volume that the snapshot is of", snap.VolumeID, vol.ID)
				s.equal("the snapshot's size", snap.SizeGiB, vol.SizeGiB)
				s.equal("the mapping's size", d.EBS.SizeGiB, vol.SizeGiB)
			}
		}},
		{"a device can be left out of an image", create, func(s *scene) {
			i := s.run(withVolume(true))
			im := s.picture(i.ID, func(r *backend.CreateImageRequest) {
				r.Devices = []backend.DeviceMapping{{Device: unlikelyDevice, NoDevice: true}}
			})
			for _, d := range im.Devices {
				s.holds(d.Device != unlikelyDevice || d.EBS == nil, "the device is still mapped: %+v", d)
			}
		}},
		{"tags of a new image are on it and on its snapshots", create, func(s *scene) {
			i := s.run()
			im := s.picture(i.ID, func(r *backend.CreateImageRequest) {
				r.ImageTags, r.SnapshotTags = s.tagged("on", "image"), s.tagged("on", "snapshot")
			})
			s.equal("the image's tag", im.Tags["on"], "image")
			for _, id := range snapshotsOf(im) {
				s.equal("the snapshot's tag", s.snapshot(s.Backend, id).Tags["on"], "snapshot")
			}
		}},
		{"the name of an image is unique in the region", create, func(s *scene) {
			i := s.run()
			s.picture(i.ID)
			id, err := s.Backend.CreateImage(s.ctx, backend.CreateImageRequest{InstanceID: i.ID, Name: s.name, NoReboot: true})
			if err == nil {
				s.made(s.Backend, backend.KindImage, id)
			}
			s.refused(err, backend.ErrAlreadyExists, "InvalidAMIName.Duplicate")
		}},
		{"an image's name has at least three characters", create, func(s *scene) {
			id, err := s.Backend.CreateImage(s.ctx, backend.CreateImageRequest{InstanceID: s.run().ID, Name: "ab"})
			if err == nil {
				s.made(s.Backend, backend.KindImage, id)
			}
			s.refused(err, backend.ErrInvalid, "InvalidAMIName.Malformed")
		}},
		{"no image can be made of a terminated instance", errorCodes, func(s *scene) {
			i := s.launch()
			s.terminate(i.ID)
			id, err := s.Backend.CreateImage(s.ctx, backend.CreateImageRequest{InstanceID: i.ID, Name: s.name})
			if err == nil {
				s.made(s.Backend, backend.KindImage, id)
			}
			s.refused(err, backend.ErrState, "IncorrectInstanceState")
		}},
		{"one's own images are found by owner and name", api + "DescribeImages.html", func(s *scene) {
			im := s.picture(s.run().ID)
			found := one(s, "find it", func(ctx context.Context) iter.Seq2[backend.Image, error] {
				return s.Backend.Images(ctx, backend.ImageQuery{Owners: []string{"self"}, Filters: []backend.Filter{backend.By("name", s.name)}})
			})
			s.equal("what is found", found.ID, im.ID)
			others := list(s, "find it among Amazon's", s.Backend.Images(s.ctx, backend.ImageQuery{
				Owners: []string{"amazon"}, Filters: []backend.Filter{backend.By("name", s.name)}}))
			s.holds(len(others) == 0, "it is among Amazon's: %+v", others)
		}},
		{"an instance can be launched of one's own image", guide + "AMIs.html", func(s *scene) {
			im := s.picture(s.run().ID)
			twin := s.run(func(r *backend.RunRequest) { r.ImageID = im.ID })
			s.equal("the image", twin.ImageID, im.ID)
			root := s.volume(s.on(twin, im.RootDevice))
			s.holds(len(snapshotsOf(im)) > 0 && root.SnapshotID == snapshotsOf(im)[0], "its root volume is of %s, not of the image's %v", root.SnapshotID, snapshotsOf(im))
		}},
	}
}

func deregistration() []Behaviour {
	const deregister = api + "DeregisterImage.html"
	return []Behaviour{
		{"a snapshot of a registered image can't be deleted", api + "DeleteSnapshot.html", func(s *scene) {
			im := s.picture(s.run().ID)
			for _, id := range snapshotsOf(im) {
				s.refused(s.Backend.DeleteSnapshot(s.ctx, id), backend.ErrState, "InvalidSnapshot.InUse")
			}
		}},
		{"deregistering with snapshots removes them", deregister, func(s *scene) {
			im := s.picture(s.run().ID)
			gone, err := s.Backend.DeregisterImage(s.ctx, backend.DeregisterImageRequest{ImageID: im.ID, DeleteSnapshots: true})
			s.must(err, "deregister")
			s.holds(len(gone) == len(snapshotsOf(im)), "of the snapshots %v it tells %+v", snapshotsOf(im), gone)
			for _, g := range gone {
				s.equal("what became of "+g.SnapshotID, g.Outcome, "success")
				s.snapshotGone(g.SnapshotID)
			}
		}},
		{"deregistering alone leaves the snapshots", deregister, func(s *scene) {
			im := s.picture(s.run().ID)
			for _, id := range snapshotsOf(im) {
				s.made(s.Backend, backend.KindSnapshot, id)
			}
			_, err := s.Backend.DeregisterImage(s.ctx, backend.DeregisterImageRequest{ImageID: im.ID})
			s.must(err, "deregister")
			for _, id := range snapshotsOf(im) {
				s.equal("the state of the snapshot", s.snapshot(s.Backend, id).State, "completed")
				s.eventually(func(ctx context.Context) error { return s.Backend.DeleteSnapshot(ctx, id) })
				s.snapshotGone(id)
			}
		}},
		{"a deregistered image can't be launched", deregister, func(s *scene) {
			im := s.picture(s.run().ID)
			_, err := s.Backend.DeregisterImage(s.ctx, backend.DeregisterImageRequest{ImageID: im.ID, DeleteSnapshots: true})
			s.must(err, "deregister")
			_, err = s.try(s.request(func(r *backend.RunRequest) { r.ImageID = im.ID }))
			s.refused(err, nil, "InvalidAMIID.Unavailable", "InvalidAMIID.NotFound")
		}},
		{"an image that doesn't exist can't be deregistered", errorCodes, func(s *scene) {
			_, err := s.Backend.DeregisterImage(s.ctx, backend.DeregisterImageRequest{ImageID: s.unknown("ami")})
			s.refused(err, backend.ErrNotFound, "InvalidAMIID.NotFound")
		}},
		{"an unknown image is InvalidAMIID.NotFound to those who ask for it by ID", errorCodes, func(s *scene) {
			_, err := all(s.Backend.Images(s.ctx, backend.ImageQuery{IDs: []string{s.unknown("ami")}}))
			s.refused(err, backend.ErrNotFound, "InvalidAMIID.NotFound")
		}},
	}
}

// snapshotsOf lists the snapshots that an image is made of.
func snapshotsOf(im backend.Image) []string {
	var ids []string
	for _, d := range im.Devices {
		if d.EBS != nil && d.EBS.SnapshotID != "" {
			ids = append(ids, d.EBS.SnapshotID)
		}
	}
	return ids
}
