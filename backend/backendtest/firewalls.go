package backendtest

import (
	"context"
	"iter"

	"github.com/amiclass/amiclass/backend"
)

// group makes a security group in the default VPC, with a name of the scene's own and more behind it.
func (s *scene) group(walls backend.Firewalls, suffix string) string {
	s.Helper()
	id, err := walls.CreateSecurityGroup(s.ctx, backend.CreateSecurityGroupRequest{
		Name: s.name + suffix, Description: "conformance", Tags: s.tagged()})
	s.must(err, "create a security group")
	s.made(s.Backend, backend.KindSecurityGroup, id)
	one(s, "describe "+id, func(ctx context.Context) iter.Seq2[backend.SecurityGroup, error] {
		return s.Backend.SecurityGroups(ctx, byID(id))
	})
	return id
}

// rules are the rules of a group in one direction.
func (s *scene) rules(walls backend.Firewalls, group string, egress bool) []backend.SecurityGroupRule {
	s.Helper()
	var found []backend.SecurityGroupRule
	for _, r := range list(s, "list rules", walls.SecurityGroupRules(s.ctx, backend.Query{Filters: []backend.Filter{backend.By("group-id", group)}})) {
		if r.Egress == egress {
			found = append(found, r)
		}
	}
	return found
}

func firewalls() []Behaviour {
	const (
		rulesPage = "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"
		authorize = api + "AuthorizeSecurityGroupIngress.html"
	)
	https := backend.SecurityGroupRule{Protocol: "tcp", FromPort: 443, ToPort: 443, CIDR: "10.0.0.0/8", Description: "web"}
	return []Behaviour{
		{"a new security group lets nothing in and everything out", rulesPage, func(s *scene) {
			walls := s.firewalls()
			id := s.group(walls, "")
			s.holds(len(s.rules(walls, id, false)) == 0, "it has rules for what comes in")
			out := s.rules(walls, id, true)
			s.holds(len(out) > 0, "it has no rule for what goes out")
			s.equal("the protocol", out[0].Protocol, "-1")
		}},
		{"the name of a security group is unique in its VPC", errorCodes, func(s *scene) {
			walls := s.firewalls()
			s.group(walls, "")
			_, err := walls.CreateSecurityGroup(s.ctx, backend.CreateSecurityGroupRequest{Name: s.name, Description: "again"})
			s.refused(err, backend.ErrAlreadyExists, "InvalidGroup.Duplicate")
		}},
		{"a rule of a security group is told as it was asked for", api + "DescribeSecurityGroupRules.html", func(s *scene) {
			walls := s.firewalls()
			id := s.group(walls, "")
			s.must(walls.AuthorizeSecurityGroup(s.ctx, id, []backend.SecurityGroupRule{https}), "add a rule")
			rules := s.rules(walls, id, false)
			s.holds(len(rules) == 1, "the rules are %+v", rules)
			got, want := rules[0], https
			s.holds(got.ID != "", "it has no ID: %+v", got)
			want.ID, want.GroupID, want.Tags = got.ID, id, got.Tags
			s.equal("the rule", got, want)
		}},
		{"a security group may let in what has it", rulesPage, func(s *scene) {
			walls := s.firewalls()
			id := s.group(walls, "")
			s.must(walls.AuthorizeSecurityGroup(s.ctx, id, []backend.SecurityGroupRule{{Protocol: "-1", PeerGroupID: id}}), "add a rule")
			rules := s.rules(walls, id, false)
			s.holds(len(rules) == 1 && rules[0].PeerGroupID == id, "the rules are %+v", rules)
		}},
		{"a rule from an address inside a network is a rule from the network", authorize, func(s *scene) {
			walls := s.firewalls()
			id := s.group(walls, "")
			inside := https
			inside.CIDR = "10.1.2.3/8"
			s.must(walls.AuthorizeSecurityGroup(s.ctx, id, []backend.SecurityGroupRule{inside}), "add a rule")
			s.equal("the range", s.rules(walls, id, false)[0].CIDR, "10.0.0.0/8")
		}},
		{"a rule that a security group has already is InvalidPermission.Duplicate", errorCodes, func(s *scene) {
			walls := s.firewalls()
			id := s.group(walls, "")
			s.must(walls.AuthorizeSecurityGroup(s.ctx, id, []backend.SecurityGroupRule{https}), "add a rule")
			s.refused(walls.AuthorizeSecurityGroup(s.ctx, id, []backend.SecurityGroupRule{https}), backend.ErrAlreadyExists, "InvalidPermission.Duplicate")
		}},
		{"a rule from nowhere in particular is refused", errorCodes, func(s *scene) {
			walls := s.firewalls()
			id := s.group(walls, "")
			bad := https
			bad.CIDR = "10.0.0.0/33"
			s.refused(walls.AuthorizeSecurityGroup(s.ctx, id, []backend.SecurityGroupRule{bad}), backend.ErrInvalid)
		}},
		{"rules are taken away by their IDs", api + "RevokeSecurityGroupIngress.html", func(s *scene) {
			walls := s.firewalls()
			id := s.group(walls, "")
			s.must(walls.AuthorizeSecurityGroup(s.ctx, id, []backend.SecurityGroupRule{https}), "add a rule")
			for _, egress := range []bool{false, true} {
				s.must(walls.RevokeSecurityGroup(s.ctx, id, s.rules(walls, id, egress)), "take the rules away")
				s.holds(len(s.rules(walls, id, egress)) == 0, "rules are left")
			}
		}},
		{"a security group that an instance has can't be deleted", api + "DeleteSecurityGroup.html", func(s *scene) {
			walls := s.firewalls()
			id := s.group(walls, "")
			i := s.launch(func(r *backend.RunRequest) { r.GroupIDs = []string{id} })
			s.equal("the instance's groups", i.Groups, []backend.GroupRef{{ID: id, Name: s.name}})
			s.refused(walls.DeleteSecurityGroup(s.ctx, id), backend.ErrState, "DependencyViolation")
		}},
		{"a security group that another one's rule refers to can't be deleted", api + "DeleteSecurityGroup.html", func(s *scene) {
			walls := s.firewalls()
			peer := s.group(walls, "-peer")
			other := s.group(walls, "-other") // which goes first
			s.must(walls.AuthorizeSecurityGroup(s.ctx, other, []backend.SecurityGroupRule{{Protocol: "-1", PeerGroupID: peer}}), "refer to it")
			s.refused(walls.DeleteSecurityGroup(s.ctx, peer), backend.ErrState, "DependencyViolation")
		}},
		{"an unknown security group can't be deleted", errorCodes, func(s *scene) {
			s.refused(s.firewalls().DeleteSecurityGroup(s.ctx, s.unknown("sg")), backend.ErrNotFound, "InvalidGroup.NotFound")
		}},
	}
}
