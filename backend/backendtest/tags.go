package backendtest

import (
	"context"
	"fmt"
	"maps"

	"github.com/amiclass/amiclass/backend"
)

func tags() []Behaviour {
	const create = api + "CreateTags.html"
	return []Behaviour{
		{"tags are set on several resources at once", create, func(s *scene) {
			i := s.run()
			vol := i.Volumes[0].VolumeID
			s.must(s.Backend.CreateTags(s.ctx, []string{i.ID, vol}, map[string]string{"role": "web", "empty": ""}), "set tags")
			s.wears(i.ID, s.tagged("role", "web", "empty", ""))
			s.equal("the volume's tag", s.volume(vol).Tags["role"], "web")
		}},
		{"tags are set on all resources or on none", create, func(s *scene) {
			i := s.run()
			err := s.Backend.CreateTags(s.ctx, []string{i.ID, s.unknown("vol")}, map[string]string{"role": "web"})
			s.refused(err, backend.ErrNotFound, "InvalidVolume.NotFound", "InvalidID")
			s.wears(i.ID, s.tagged())
		}},
		{"a tag that is set again has its new value", create, func(s *scene) {
			i := s.run()
			for _, role := range []string{"web", "db"} {
				s.must(s.Backend.CreateTags(s.ctx, []string{i.ID}, map[string]string{"role": role}), "set the tag")
				s.wears(i.ID, s.tagged("role", role))
			}
		}},
		{"keys of tags are case-sensitive", guide + "Using_Tags.html", func(s *scene) {
			i := s.run()
			s.must(s.Backend.CreateTags(s.ctx, []string{i.ID}, map[string]string{"role": "web", "Role": "db"}), "set tags")
			s.wears(i.ID, s.tagged("role", "web", "Role", "db"))
		}},
		{"a tag is deleted by its key, whatever its value", api + "DeleteTags.html", func(s *scene) {
			i := s.run()
			s.must(s.Backend.CreateTags(s.ctx, []string{i.ID}, map[string]string{"role": "web", "tier": "front"}), "set tags")
			s.must(s.Backend.DeleteTags(s.ctx, []string{i.ID}, []string{"role", "never-set"}), "delete a tag")
			s.wears(i.ID, s.tagged("tier", "front"))
		}},
		{"keys of tags that begin with aws: are refused", guide + "Using_Tags.html", func(s *scene) {
			i := s.run()
			err := s.Backend.CreateTags(s.ctx, []string{i.ID}, map[string]string{"aws:mine": "yes"})
			s.refused(err, backend.ErrInvalid) // InvalidParameterValue or InvalidTagKey.Malformed: the sources disagree
		}},
		{"tags on an unknown resource are refused", create, func(s *scene) {
			err := s.Backend.CreateTags(s.ctx, []string{s.unknown("i")}, map[string]string{"role": "web"})
			s.refused(err, backend.ErrNotFound, "InvalidInstanceID.NotFound", "InvalidID")
		}},
	}
}

// wears waits until an instance's tags are these.
func (s *scene) wears(id string, want map[string]string) {
	s.Helper()
	s.eventually(func(context.Context) error {
		if got := s.instance(id).Tags; !maps.Equal(got, want) {
			return fmt.Errorf("the tags of %s are %v, not %v", id, got, want)
		}
		return nil
	})
}
