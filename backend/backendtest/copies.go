package backendtest

import (
	"slices"

	"github.com/amiclass/amiclass/backend"
)

func copies() []Behaviour {
	const copyImage = api + "CopyImage.html"
	return []Behaviour{
		{"a copy has another ID and names its source", copyImage, func(s *scene) {
			there := s.sister()
			im := s.picture(s.run().ID)
			id, err := s.copyTo(there, im)
			s.must(err, "copy")
			s.holds(id != im.ID, "the copy has the ID of its source")
			c := s.available(there, id)
			s.equal("its source image", c.SourceImageID, im.ID)
			s.equal("its source region", c.SourceImageRegion, s.Backend.Region())
			s.equal("its owner", c.OwnerID, im.OwnerID)
			s.equal("its architecture", c.Architecture, im.Architecture)
			s.equal("its root device", c.RootDevice, im.RootDevice)
		}},
		{"a copy has snapshots of its own", guide + "how-ami-copy-works.html", func(s *scene) {
			there := s.sister()
			im := s.picture(s.run().ID)
			id, err := s.copyTo(there, im)
			s.must(err, "copy")
			own, sources := snapshotsOf(s.available(there, id)), snapshotsOf(im)
			s.holds(len(own) == len(sources), "%d snapshots became %d", len(sources), len(own))
			for _, id := range own {
				s.holds(!slices.Contains(sources, id), "the copy is made of its source's snapshot %s", id)
				s.equal("the snapshot's owner", s.snapshot(there, id).OwnerID, im.OwnerID)
			}
		}},
		{"a copy has its source's tags only if asked to", copyImage, func(s *scene) {
			there := s.sister()
			im := s.picture(s.run().ID, func(r *backend.CreateImageRequest) { r.ImageTags = s.tagged("kept", "yes") })
			plain, err := s.copyTo(there, im)
			s.must(err, "copy")
			with, err := s.copyTo(there, im, func(r *backend.CopyImageRequest) { r.Name, r.CopyTags = s.name+"-tagged", true })
			s.must(err, "copy with tags")
			s.equal("the tag of the plain copy", s.available(there, plain).Tags["kept"], "")
			s.equal("the tag of the other copy", s.available(there, with).Tags["kept"], "yes")
		}},
		{"a copy can be encrypted where its source is not", guide + "AMIEncryption.html", func(s *scene) {
			there := s.sister()
			im := s.picture(s.run().ID)
			id, err := s.copyTo(there, im, func(r *backend.CopyImageRequest) { r.Encrypted = true })
			s.must(err, "copy")
			for _, id := range snapshotsOf(s.available(there, id)) {
				s.equal("the encryption of "+id, s.snapshot(there, id).Encrypted, true)
			}
		}},
		{"the same client token copies nothing twice", idempotency, func(s *scene) {
			there := s.sister()
			im := s.picture(s.run().ID)
			once := func(r *backend.CopyImageRequest) { r.ClientToken = s.name }
			first, err := s.copyTo(there, im, once)
			s.must(err, "copy")
			again, err := s.copyTo(there, im, once)
			s.must(err, "copy again by the same token")
			s.equal("the second call's answer", again, first)
		}},
		{"no copy can be made of an unknown image", errorCodes, func(s *scene) {
			_, err := s.copyTo(s.sister(), backend.Image{ID: s.unknown("ami")})
			s.refused(err, backend.ErrNotFound, "InvalidAMIID.NotFound")
		}},
	}
}

// copyTo begins a copy of an image of the scene's own region.
func (s *scene) copyTo(there backend.Backend, im backend.Image, changes ...func(*backend.CopyImageRequest)) (string, error) {
	req := backend.CopyImageRequest{
		SourceRegion: s.Backend.Region(), SourceImageID: im.ID, Name: s.name,
		ImageTags: s.tagged(), SnapshotTags: s.tagged(),
	}
	for _, change := range changes {
		change(&req)
	}
	id, err := there.CopyImage(s.ctx, req)
	if err == nil {
		s.made(there, backend.KindImage, id)
	}
	return id, err
}
