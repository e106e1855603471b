package backendtest

import "github.com/amiclass/amiclass/backend"

// published is about images that others publish.
func published() []Behaviour {
	const describe = api + "DescribeImages.html"
	const ubuntu, al2023 = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-*", "al2023-ami-2023.*-kernel-*-x86_64"
	named := func(s *scene, owner, pattern string) []backend.Image {
		return list(s, "list images of "+owner, s.Backend.Images(s.ctx, backend.ImageQuery{
			Owners: []string{owner}, Filters: []backend.Filter{backend.By("name", pattern)}}))
	}
	return []Behaviour{
		{"the alias amazon finds Quick Start images of partners too", guide + "sharing-amis.html", func(s *scene) {
			found := named(s, "amazon", ubuntu)
			s.holds(len(found) > 0, "no image of amazon is named %s", ubuntu)
			for _, im := range found {
				s.equal("the alias of "+im.ID, im.OwnerAlias, "amazon")
				s.equal("public", im.Public, true)
			}
		}},
		{"an owner's alias and his account find the same images", describe, func(s *scene) {
			found := named(s, "amazon", al2023)
			s.holds(len(found) > 0, "no image of amazon is named %s", al2023)
			for _, im := range found {
				same := named(s, im.OwnerID, im.Name)
				s.holds(len(same) == 1 && same[0].ID == im.ID, "account %s has %+v under the name of %s", im.OwnerID, same, im.ID)
			}
		}},
		{"others' deprecated images are left out unless asked for", guide + "ami-deprecate.html", func(s *scene) {
			for _, im := range named(s, "amazon", ubuntu) {
				s.holds(im.Deprecated.IsZero() || im.Deprecated.After(im.Created), "%s is deprecated from %s, before it was made", im.ID, im.Deprecated)
			}
			all := list(s, "list deprecated images too", s.Backend.Images(s.ctx, backend.ImageQuery{
				Owners: []string{"amazon"}, Filters: []backend.Filter{backend.By("name", ubuntu)}, IncludeDeprecated: true}))
			s.holds(len(all) >= len(named(s, "amazon", ubuntu)), "fewer images with deprecated ones than without")
		}},
		{"an image of one's own doesn't answer to an alias, whatever its name", guide + "sharing-amis.html", func(s *scene) {
			im := s.picture(s.run().ID)
			for _, alias := range []string{"amazon", "aws-marketplace"} {
				s.equal("images of "+alias+" under the name", len(named(s, alias, im.Name)), 0)
			}
		}},
		{"an owner that is no account and no alias is refused", errorCodes, func(s *scene) {
			_, err := all(s.Backend.Images(s.ctx, backend.ImageQuery{Owners: []string{"nobody"}}))
			s.refused(err, backend.ErrInvalid, "InvalidUserID.Malformed")
		}},
	}
}
