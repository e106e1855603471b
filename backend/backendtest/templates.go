package backendtest

import (
	"strings"

	"github.com/amiclass/amiclass/backend"
)

// template makes a launch template of a launch of the world's image, without counts and token.
func (s *scene) template(templates backend.LaunchTemplates, changes ...func(*backend.RunRequest)) backend.LaunchTemplate {
	s.Helper()
	launch := s.request(changes...)
	launch.MinCount, launch.MaxCount, launch.ClientToken = 0, 0, ""
	l, err := templates.CreateLaunchTemplate(s.ctx, backend.CreateLaunchTemplateRequest{Name: s.name, Description: "first", Launch: launch, Tags: s.tagged()})
	s.must(err, "create a launch template")
	s.made(s.Backend, backend.KindLaunchTemplate, l.ID)
	return l
}

// versionOf is one version of a template.
func (s *scene) versionOf(templates backend.LaunchTemplates, id, which string) backend.LaunchTemplateVersion {
	s.Helper()
	found := list(s, "list version "+which, templates.LaunchTemplateVersions(s.ctx, id, which))
	s.holds(len(found) == 1, "%d versions are %s", len(found), which)
	return found[0]
}

func launchTemplates() []Behaviour {
	const (
		page    = guide + "create-launch-template.html"
		version = api + "CreateLaunchTemplateVersion.html"
	)
	able := func(s *scene) backend.LaunchTemplates { return ability[backend.LaunchTemplates](s, "LaunchTemplates") }
	return []Behaviour{
		{"a launch template says what it was made of, in its first version", page, func(s *scene) {
			templates := able(s)
			l := s.template(templates, func(r *backend.RunRequest) { r.ShutdownBehavior = "terminate" })
			s.equal("the name", l.Name, s.name)
			s.equal("the default version", l.Default, 1)
			v := s.versionOf(templates, l.ID, backend.DefaultVersion)
			s.equal("the number", v.Number, 1)
			s.equal("the description", v.Description, "first")
			s.equal("the image", v.Launch.ImageID, s.image().ID)
			s.equal("the shutdown behaviour", v.Launch.ShutdownBehavior, "terminate")
			s.holds(v.Default, "it isn't the default version")
			s.holds(len(v.Unread) == 0, "it says %s besides", strings.Join(v.Unread, ", "))
		}},
		{"a version takes over from another what it doesn't say", version, func(s *scene) {
			templates := able(s)
			l := s.template(templates)
			n, err := templates.CreateLaunchTemplateVersion(s.ctx, backend.CreateLaunchTemplateVersionRequest{
				TemplateID: l.ID, Source: "1", Launch: backend.RunRequest{ShutdownBehavior: "terminate"},
			})
			s.must(err, "create a version")
			s.equal("the number", n, 2)
			v := s.versionOf(templates, l.ID, backend.LatestVersion)
			s.equal("the image", v.Launch.ImageID, s.image().ID)
			s.equal("the shutdown behaviour", v.Launch.ShutdownBehavior, "terminate")
			s.holds(!v.Default, "it has become the default by itself")
		}},
		{"the default version of a launch template is the one that is set", api + "ModifyLaunchTemplate.html", func(s *scene) {
			templates := able(s)
			l := s.template(templates)
			n, err := templates.CreateLaunchTemplateVersion(s.ctx, backend.CreateLaunchTemplateVersionRequest{TemplateID: l.ID, Source: "1", Launch: backend.RunRequest{ShutdownBehavior: "stop"}})
			s.must(err, "create a version")
			s.must(templates.SetDefaultLaunchTemplateVersion(s.ctx, l.ID, n), "set the default")
			s.equal("the default", s.versionOf(templates, l.ID, backend.DefaultVersion).Number, n)
			s.must(templates.SetDefaultLaunchTemplateVersion(s.ctx, l.ID, 1), "set it back")
			s.equal("the default", s.versionOf(templates, l.ID, backend.DefaultVersion).Number, 1)
		}},
		{"a version with a token is made once", version, func(s *scene) {
			templates := able(s)
			l := s.template(templates)
			req := backend.CreateLaunchTemplateVersionRequest{TemplateID: l.ID, Source: "1", Launch: backend.RunRequest{ShutdownBehavior: "stop"}, ClientToken: s.name}
			for range 2 {
				n, err := templates.CreateLaunchTemplateVersion(s.ctx, req)
				s.must(err, "create a version")
				s.equal("the number", n, 2)
			}
			s.equal("how many there are", len(list(s, "list all", templates.LaunchTemplateVersions(s.ctx, l.ID))), 2)
		}},
		{"the name of a launch template is taken once", errorCodes, func(s *scene) {
			templates := able(s)
			s.template(templates)
			_, err := templates.CreateLaunchTemplate(s.ctx, backend.CreateLaunchTemplateRequest{Name: s.name, Launch: backend.RunRequest{Type: "t3.micro"}})
			s.refused(err, backend.ErrAlreadyExists, "InvalidLaunchTemplateName.AlreadyExistsException")
		}},
		{"a deleted launch template is gone with its versions", api + "DeleteLaunchTemplate.html", func(s *scene) {
			templates := able(s)
			l := s.template(templates)
			s.must(templates.DeleteLaunchTemplate(s.ctx, l.ID), "delete it")
			for _, err := range templates.LaunchTemplateVersions(s.ctx, l.ID, backend.DefaultVersion) {
				s.refused(err, backend.ErrNotFound, "InvalidLaunchTemplateId.NotFound")
			}
		}},
	}
}
