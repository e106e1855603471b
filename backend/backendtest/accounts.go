package backendtest

import (
	"context"
	"errors"
	"iter"
	"regexp"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/region"
)

var accountID = regexp.MustCompile(`^\d{12}$`)

// What an account has in its regions, and the abilities that not every backend has.
func accounts() []Behaviour {
	return []Behaviour{
		{"a sister region is another place of the same account", guide + "using-regions-availability-zones.html", func(s *scene) {
			there := s.sister()
			s.equal("its region", there.Region(), s.Sister)
			back, err := there.In(s.Backend.Region())
			s.must(err, "come back")
			i := s.launch()
			found := one(s, "describe it from there and back", func(ctx context.Context) iter.Seq2[backend.Instance, error] {
				return back.Instances(ctx, byID(i.ID))
			})
			s.equal("its owner", found.OwnerID, i.OwnerID)
		}},
		{"an instance is known in its own region only", guide + "resources.html", func(s *scene) {
			there := s.sister()
			_, err := all(there.Instances(s.ctx, byID(s.launch().ID)))
			s.refused(err, backend.ErrNotFound, "InvalidInstanceID.NotFound")
		}},
		{"an image is known in its own region only", guide + "resources.html", func(s *scene) {
			there := s.sister()
			_, err := all(there.Images(s.ctx, backend.ImageQuery{IDs: []string{s.image().ID}}))
			s.refused(err, backend.ErrNotFound, "InvalidAMIID.NotFound")
		}},
		{"a malformed region has no backend", guide + "using-regions-availability-zones.html", func(s *scene) {
			for _, r := range []region.Region{"", "us-east-1a", "nowhere"} {
				be, err := s.Backend.In(r)
				s.holds(err != nil, "region %q has the backend %v", r, be)
			}
		}},
		{"a public parameter names an image of Amazon's", "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html", func(s *scene) {
			id, err := s.parameters().Parameter(s.ctx, amazonLinux+x86)
			s.must(err, "read the parameter")
			im := s.imageOf(s.Backend, id)
			s.equal("its owner's alias", im.OwnerAlias, "amazon")
			s.equal("its architecture", im.Architecture, x86)
			s.equal("public", im.Public, true)
			s.equal("its state", im.State, backend.ImageAvailable)
		}},
		{"an unknown parameter is ParameterNotFound", "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html", func(s *scene) {
			_, err := s.parameters().Parameter(s.ctx, "/"+s.name)
			s.refused(err, backend.ErrNotFound, "ParameterNotFound")
		}},
		{"an account has a number of twelve digits, which owns what it launches", "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html", func(s *scene) {
			identity, ok := s.Backend.(backend.Identity)
			if !ok {
				s.Skipf("%T has no backend.Identity", s.Backend)
			}
			id, err := identity.Account(s.ctx)
			if errors.Is(err, backend.ErrUnsupported) {
				s.Skipf("%v", err)
			}
			s.must(err, "ask for the account")
			s.holds(accountID.MatchString(id), "the account is %q", id)
			s.equal("the owner of an instance", s.launch().OwnerID, id)
		}},
	}
}

// parameters is the ability to read parameters; without it the behaviour is skipped.
func (s *scene) parameters() backend.Parameters {
	s.Helper()
	params, ok := s.Backend.(backend.Parameters)
	if !ok {
		s.Skipf("%T has no backend.Parameters", s.Backend)
	}
	if _, err := params.Parameter(s.ctx, amazonLinux+x86); errors.Is(err, backend.ErrUnsupported) {
		s.Skipf("%v", err)
	}
	return params
}
