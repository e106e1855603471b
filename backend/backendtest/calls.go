package backendtest

import (
	"context"
	"errors"

	"github.com/amiclass/amiclass/backend"
)

// What package backend asks of every call, beyond what EC2 does.
func calls() []Behaviour {
	const contexts = "https://pkg.go.dev/context"
	return []Behaviour{
		{"a call whose context was cancelled says so and does nothing", contexts, func(s *scene) {
			req := s.request(func(r *backend.RunRequest) { r.ClientToken = s.name })
			ctx, cancel := context.WithCancel(s.ctx)
			cancel()
			is, err := s.Backend.RunInstances(ctx, req)
			for _, i := range is {
				s.made(s.Backend, backend.KindInstance, i.ID)
			}
			s.holds(errors.Is(err, context.Canceled), "a launch answers %v", err)
			_, err = all(s.Backend.Instances(ctx, backend.Query{}))
			s.holds(errors.Is(err, context.Canceled), "a listing answers %v", err)
			found := list(s, "list what was launched", s.Backend.Instances(s.ctx, s.mine()))
			s.holds(len(found) == 0, "it launched %+v", found)
		}},
		{"a listing can be left early and walked again", api + "DescribeInstanceTypes.html", func(s *scene) {
			seq := s.Backend.InstanceTypes(s.ctx, backend.Query{})
			var first string
			for t, err := range seq {
				s.must(err, "list types")
				first = t.Name
				break
			}
			s.holds(first != "", "no type is listed")
			s.holds(len(list(s, "list types again", seq)) > 1, "walked again, the listing is shorter")
		}},
		{"what an answer holds is the caller's own", "https://pkg.go.dev/github.com/amiclass/amiclass/backend", func(s *scene) {
			i := s.run()
			s.holds(i.Tags != nil, "it has no tags")
			i.Tags[TagKey], i.Volumes[0].VolumeID = "changed", "changed"
			again := s.instance(i.ID)
			s.equal("the tag", again.Tags[TagKey], s.name)
			s.holds(again.Volumes[0].VolumeID != "changed", "a change of an answer reached the backend")
		}},
	}
}
