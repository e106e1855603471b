package backendtest

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/amiclass/amiclass/backend"
)

func imageCare() []Behaviour {
	const (
		share     = guide + "sharingamis-explicit.html"
		deprecate = guide + "ami-deprecate.html"
		disable   = guide + "disable-an-ami.html"
		protect   = guide + "ami-deregistration-protection.html"
	)
	return []Behaviour{
		{"a new image is shared with nobody", share, func(s *scene) {
			sharing := s.sharing()
			s.sharedWith(sharing, s.picture(s.run().ID).ID)
		}},
		{"an image that is shared with an account says so until that is taken back", share, func(s *scene) {
			sharing := s.sharing()
			im := s.picture(s.run().ID)
			s.must(sharing.ModifyImagePermissions(s.ctx, im.ID, s.stranger(), nil), "share")
			s.sharedWith(sharing, im.ID, s.stranger()...)
			s.must(sharing.ModifyImagePermissions(s.ctx, im.ID, nil, s.stranger()), "unshare")
			s.sharedWith(sharing, im.ID)
		}},
		{"sharing what is shared already changes nothing", api + "ModifyImageAttribute.html", func(s *scene) {
			sharing := s.sharing()
			im := s.picture(s.run().ID)
			for range 2 {
				s.must(sharing.ModifyImagePermissions(s.ctx, im.ID, s.stranger(), nil), "share")
			}
			s.sharedWith(sharing, im.ID, s.stranger()...)
		}},
		{"unsharing what isn't shared changes nothing", api + "ModifyImageAttribute.html", func(s *scene) {
			sharing := s.sharing()
			im := s.picture(s.run().ID)
			s.must(sharing.ModifyImagePermissions(s.ctx, im.ID, nil, s.stranger()), "unshare")
			s.sharedWith(sharing, im.ID)
		}},
		{"an unknown image can't be shared", errorCodes, func(s *scene) {
			err := s.sharing().ModifyImagePermissions(s.ctx, s.unknown("ami"), s.stranger(), nil)
			s.refused(err, backend.ErrNotFound, "InvalidAMIID.NotFound")
		}},
		{"the permissions of an unknown image can't be read", errorCodes, func(s *scene) {
			_, err := s.sharing().ImagePermissions(s.ctx, s.unknown("ami"))
			s.refused(err, backend.ErrNotFound, "InvalidAMIID.NotFound")
		}},
		{"an image can be deprecated, and that taken back", deprecate, func(s *scene) {
			retirement := s.retirement()
			im := s.picture(s.run().ID)
			deprecated := func(want bool) {
				s.eventually(func(context.Context) error {
					if at := s.imageOf(s.Backend, im.ID).Deprecated; at.IsZero() == want {
						return fmt.Errorf("its deprecation time is %s", at)
					}
					return nil
				})
			}
			s.must(retirement.DeprecateImage(s.ctx, im.ID, time.Now().Add(30*24*time.Hour)), "deprecate")
			deprecated(true)
			s.must(retirement.DeprecateImage(s.ctx, im.ID, time.Time{}), "take the deprecation back")
			deprecated(false)
		}},
		{"an unknown image can't be deprecated", errorCodes, func(s *scene) {
			err := s.retirement().DeprecateImage(s.ctx, s.unknown("ami"), time.Now().Add(30*24*time.Hour))
			s.refused(err, backend.ErrNotFound, "InvalidAMIID.NotFound")
		}},
		{"a disabled image can't be launched until it is enabled", disable, func(s *scene) {
			retirement := s.retirement()
			im := s.picture(s.run().ID)
			s.must(retirement.DisableImage(s.ctx, im.ID), "disable")
			of := func(r *backend.RunRequest) { r.ImageID = im.ID }
			_, err := s.try(s.request(of))
			s.refused(err, backend.ErrState, "InvalidAMIID.Unavailable")
			s.must(retirement.EnableImage(s.ctx, im.ID), "enable")
			s.equal("the image of an instance", s.run(of).ImageID, im.ID)
		}},
		{"disabling an image takes its launch permissions away for good", disable, func(s *scene) {
			sharing, retirement := s.sharing(), s.retirement()
			im := s.picture(s.run().ID)
			s.must(sharing.ModifyImagePermissions(s.ctx, im.ID, s.stranger(), nil), "share")
			s.must(retirement.DisableImage(s.ctx, im.ID), "disable")
			s.must(retirement.EnableImage(s.ctx, im.ID), "enable")
			s.sharedWith(sharing, im.ID)
		}},
		{"an unknown image can't be disabled", errorCodes, func(s *scene) {
			s.refused(s.retirement().DisableImage(s.ctx, s.unknown("ami")), backend.ErrNotFound, "InvalidAMIID.NotFound")
		}},
		{"a protected image can't be deregistered until that is taken back", protect, func(s *scene) {
			retirement := s.retirement()
			im := s.picture(s.run().ID)
			s.must(retirement.ProtectImage(s.ctx, im.ID, false), "protect")
			_, err := s.Backend.DeregisterImage(s.ctx, backend.DeregisterImageRequest{ImageID: im.ID})
			s.must(retirement.UnprotectImage(s.ctx, im.ID), "unprotect") // before anything can end the behaviour
			s.refused(err, backend.ErrDenied, "OperationNotPermitted")   // (mem)
		}},
		{"an image's ancestry begins with itself and goes on with what it was made of", guide + "ami-ancestry.html", func(s *scene) {
			ancestry := ability[backend.ImageAncestry](s, "ImageAncestry")
			im := s.picture(s.run().ID)
			line, err := ancestry.ImageAncestry(s.ctx, im.ID)
			s.must(err, "ask for the ancestry")
			s.holds(len(line) >= 2, "the line of descent is %+v", line)
			s.equal("the first", line[0].ID, im.ID)
			s.equal("the source of the first", line[0].SourceID, line[1].ID)
			s.equal("the second", line[1].ID, im.SourceImageID)
		}},
		{"an instance refers to its image as long as it isn't terminated", guide + "ec2-ami-references.html", func(s *scene) {
			references := ability[backend.ImageReferences](s, "ImageReferences")
			im := s.picture(s.run().ID)
			of := func() (arns []string) {
				for r, err := range references.ImageReferences(s.ctx, []string{im.ID}) {
					s.must(err, "ask for references")
					s.equal("the image", r.ImageID, im.ID)
					s.equal("the kind", r.Kind, backend.InstanceReference)
					arns = append(arns, r.ARN)
				}
				return arns
			}
			s.holds(len(of()) == 0, "a new image is referred to by %v", of())
			i := s.run(func(req *backend.RunRequest) { req.ImageID = im.ID })
			s.holds(len(of()) == 1 && strings.HasSuffix(of()[0], "instance/"+i.ID), "%s is referred to by %v", im.ID, of())
			s.terminate(i.ID)
			s.holds(len(of()) == 0, "%s is still referred to by %v", im.ID, of())
		}},
		{"an unknown image has no ancestry", errorCodes, func(s *scene) {
			_, err := ability[backend.ImageAncestry](s, "ImageAncestry").ImageAncestry(s.ctx, s.unknown("ami"))
			s.refused(err, backend.ErrNotFound, "InvalidAMIID.NotFound")
		}},
	}
}

// sharedWith wants an image to be shared with these, and nobody else.
func (s *scene) sharedWith(sharing backend.ImageSharing, id string, want ...backend.LaunchPermission) {
	s.Helper()
	got, err := sharing.ImagePermissions(s.ctx, id)
	s.must(err, "read the permissions")
	s.holds(len(got) == len(want), "it is shared with %v, not with %v", got, want)
	for i := range want {
		s.equal("whom it is shared with", got[i], want[i])
	}
}
