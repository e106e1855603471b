package backendtest

import (
	"context"
	"fmt"
	"slices"

	"github.com/amiclass/amiclass/backend"
)

func filters() []Behaviour {
	const filtering = guide + "Using_Filtering.html"
	return []Behaviour{
		{"the values of a filter are alternatives", filtering, func(s *scene) {
			web, db := s.pair("web", "db")
			s.finds([]string{web}, s.mine(backend.ByTag("role", "web")))
			s.finds([]string{web, db}, s.mine(backend.ByTag("role", "web", "db", "none")))
		}},
		{"all filters must match", filtering, func(s *scene) {
			web, db := s.pair("web", "db")
			s.finds([]string{web}, s.mine(backend.ByTag("role", "web"), backend.By("instance-type", s.InstanceType)))
			s.finds(nil, s.mine(backend.ByTag("role", "web"), backend.By("instance-id", db)))
		}},
		{"in a filter * stands for any characters and ? for one", filtering, func(s *scene) {
			short, long := s.pair("web-1", "web-12")
			s.finds([]string{short, long}, s.mine(backend.ByTag("role", "web*")))
			s.finds([]string{short, long}, s.mine(backend.ByTag("role", "*b-1*")))
			s.finds([]string{short}, s.mine(backend.ByTag("role", "web-?")))
			s.finds([]string{long}, s.mine(backend.ByTag("role", "w?b-?2")))
			s.finds(nil, s.mine(backend.ByTag("role", "web")))
		}},
		{"values of filters are case-sensitive", filtering, func(s *scene) {
			lower, upper := s.pair("web", "Web")
			s.finds([]string{lower}, s.mine(backend.ByTag("role", "web")))
			s.finds([]string{upper}, s.mine(backend.ByTag("role", "Web")))
		}},
		{"the filter tag-key asks for a tag whatever its value", api + "DescribeInstances.html", func(s *scene) {
			web, db := s.pair("web", "db")
			s.must(s.Backend.CreateTags(s.ctx, []string{web}, map[string]string{"extra": ""}), "set a tag")
			s.finds([]string{web}, s.mine(backend.By("tag-key", "extra")))
			s.finds([]string{web, db}, s.mine(backend.By("tag-key", "extra", "role")))
			s.finds([]string{web}, s.mine(backend.ByTag("extra", "")))
		}},
		{"IDs and filters must both match", api + "DescribeInstances.html", func(s *scene) {
			web, db := s.pair("web", "db")
			q := s.mine(backend.ByTag("role", "web"))
			q.IDs = []string{web, db}
			s.finds([]string{web}, q)
		}},
		{"a filter that matches nothing finds nothing, without an error", filtering, func(s *scene) {
			found := list(s, "list", s.Backend.Instances(s.ctx, s.mine()))
			s.holds(len(found) == 0, "a tag that nothing has finds %d instances", len(found))
		}},
		// The error page names InvalidFilter for this; recorded replies are InvalidParameterValue.
		{"a filter that doesn't exist is refused", errorCodes, func(s *scene) {
			q := backend.Query{Filters: []backend.Filter{backend.By("no-such-filter", "x")}}
			for what, list := range map[string]func() error{
				"instances": func() error { _, err := all(s.Backend.Instances(s.ctx, q)); return err },
				"images": func() error {
					_, err := all(s.Backend.Images(s.ctx, backend.ImageQuery{Owners: []string{"self"}, Filters: q.Filters}))
					return err
				},
				"volumes": func() error { _, err := all(s.Backend.Volumes(s.ctx, q)); return err },
				"subnets": func() error { _, err := all(s.Backend.Subnets(s.ctx, q)); return err },
			} {
				s.Logf("list %s by a filter that doesn't exist", what)
				s.refused(list(), backend.ErrInvalid, "InvalidParameterValue", "InvalidFilter")
			}
		}},
	}
}

// pair launches two instances at once whose tag "role" differs.
func (s *scene) pair(first, second string) (string, string) {
	s.Helper()
	is, err := s.try(s.request(func(r *backend.RunRequest) { r.MinCount, r.MaxCount = 2, 2 }))
	s.must(err, "launch two")
	for n, role := range []string{first, second} {
		s.eventually(func(ctx context.Context) error {
			return s.Backend.CreateTags(ctx, []string{is[n].ID}, map[string]string{"role": role})
		})
	}
	return is[0].ID, is[1].ID
}

// finds waits until a query finds these instances and no other.
func (s *scene) finds(want []string, q backend.Query) {
	s.Helper()
	want = slices.Sorted(slices.Values(want))
	s.eventually(func(ctx context.Context) error {
		found, err := all(s.Backend.Instances(ctx, q))
		if err != nil {
			return err
		}
		var got []string
		for _, i := range found {
			got = append(got, i.ID)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			return fmt.Errorf("%+v finds %v, not %v", q, got, want)
		}
		return nil
	})
}
