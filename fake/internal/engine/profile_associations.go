package engine

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// profileAssociation says since when an instance has its instance profile; which one is in the instance's row.
type profileAssociation struct {
	id       string
	scope    store.Scope
	instance string
	at       time.Time
}

var profileAssociationSchema = store.Schema[profileAssociation]{
	Name:  "instance profile associations",
	ID:    func(a *profileAssociation) string { return a.id },
	Scope: func(a *profileAssociation) store.Scope { return a.scope },
	Indexes: []store.Index[profileAssociation]{
		{Name: "instance", Values: func(a *profileAssociation, add func(string)) { add(a.instance) }},
	},
}

var profileOperations = []operation{
	writing("IamInstanceProfile{Arn Name} InstanceId", (*tx).associateIamInstanceProfile),
	reading("AssociationIds Filters{Name Values} MaxResults NextToken", (*view).describeIamInstanceProfileAssociations),
	writing("AssociationId", (*tx).disassociateIamInstanceProfile),
	writing("AssociationId IamInstanceProfile{Arn Name}", (*tx).replaceIamInstanceProfileAssociation),
}

var profileAssociationFilters = filterable[profileAssociation]{
	table: func(s *state) *store.Table[profileAssociation] { return s.profileAssociations },
	id:    func(a *profileAssociation) string { return a.id },
	filters: map[string]filterOn[profileAssociation]{
		"instance-id": one(func(_ *view, a *profileAssociation) string { return a.instance }).by("instance"),
		"state": one(func(*view, *profileAssociation) string {
			return string(ec2types.IamInstanceProfileAssociationStateAssociated)
		}),
	},
}

func (v *view) profileAssociationByID(id string) (*profileAssociation, error) {
	return owned(v, v.profileAssociations, func(a *profileAssociation) store.Scope { return a.scope }, kindProfileAssociation, id)
}

// profiled is the instance that a request wants to change the profile of, as a copy to be changed.
func (t *tx) profiled(id string) (*instance, error) {
	i, err := t.instanceByID(id)
	if err != nil {
		return nil, err
	}
	switch i.state {
	case ec2types.InstanceStateNameRunning, ec2types.InstanceStateNameStopped, ec2types.InstanceStateNamePending, ec2types.InstanceStateNameStopping:
	default: // code and text (mem)
		return nil, fail("IncorrectInstanceState", "The instance '%s' is not in a state in which its IAM instance profile can be changed.", i.id)
	}
	next := *i
	return &next, nil
}

func (t *tx) wantedProfile(in *ec2types.IamInstanceProfileSpecification) (*instanceProfile, error) {
	p, err := t.profileFor(in)
	if err == nil && p == nil {
		err = missing("IamInstanceProfile")
	}
	return p, err
}

// associateIamInstanceProfile gives a profile to an instance that has none. That takes no time to be seen, only the
// reply says that it has just begun (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateIamInstanceProfile.html).
func (t *tx) associateIamInstanceProfile(in *ec2.AssociateIamInstanceProfileInput) (*ec2.AssociateIamInstanceProfileOutput, error) {
	if deref(in.InstanceId) == "" {
		return nil, missing("InstanceId")
	}
	i, err := t.profiled(*in.InstanceId)
	if err != nil {
		return nil, err
	}
	p, err := t.wantedProfile(in.IamInstanceProfile)
	if err != nil {
		return nil, err
	}
	if i.profile != "" {
		return nil, fail("IncorrectState", "There is an existing association for instance %s", i.id)
	}
	i.profile = p.id
	t.instances.Put(&t.undo, i)
	a := t.associateProfile(i.id)
	return &ec2.AssociateIamInstanceProfileOutput{
		IamInstanceProfileAssociation: t.renderProfileAssociation(a, p.id, ec2types.IamInstanceProfileAssociationStateAssociating),
	}, nil
}

// associateProfile notes that an instance has got its profile.
func (t *tx) associateProfile(instance string) *profileAssociation {
	a := &profileAssociation{id: t.newID(kindProfileAssociation), scope: t.scope, instance: instance, at: t.now}
	t.profileAssociations.Put(&t.undo, a)
	return a
}

// dropProfileAssociation forgets an instance's association, if it has one.
func (t *tx) dropProfileAssociation(i *instance) {
	if i.profile == "" {
		return
	}
	if a, ok := first(t.profileAssociations.By("instance", i.scope, i.id)); ok {
		t.profileAssociations.Delete(&t.undo, a.id)
	}
}

func (t *tx) disassociateIamInstanceProfile(in *ec2.DisassociateIamInstanceProfileInput) (*ec2.DisassociateIamInstanceProfileOutput, error) {
	if deref(in.AssociationId) == "" {
		return nil, missing("AssociationId")
	}
	a, err := t.profileAssociationByID(*in.AssociationId)
	if err != nil {
		return nil, err
	}
	i, err := t.profiled(a.instance)
	if err != nil {
		return nil, err
	}
	out := t.renderProfileAssociation(a, i.profile, ec2types.IamInstanceProfileAssociationStateDisassociating)
	t.dropProfileAssociation(i)
	i.profile = ""
	t.instances.Put(&t.undo, i)
	return &ec2.DisassociateIamInstanceProfileOutput{IamInstanceProfileAssociation: out}, nil
}

// replaceIamInstanceProfileAssociation makes a new association: its ID is another one.
func (t *tx) replaceIamInstanceProfileAssociation(in *ec2.ReplaceIamInstanceProfileAssociationInput) (*ec2.ReplaceIamInstanceProfileAssociationOutput, error) {
	if deref(in.AssociationId) == "" {
		return nil, missing("AssociationId")
	}
	a, err := t.profileAssociationByID(*in.AssociationId)
	if err != nil {
		return nil, err
	}
	p, err := t.wantedProfile(in.IamInstanceProfile)
	if err != nil {
		return nil, err
	}
	i, err := t.profiled(a.instance)
	if err != nil {
		return nil, err
	}
	t.dropProfileAssociation(i)
	i.profile = p.id
	t.instances.Put(&t.undo, i)
	return &ec2.ReplaceIamInstanceProfileAssociationOutput{
		IamInstanceProfileAssociation: t.renderProfileAssociation(t.associateProfile(i.id), p.id, ec2types.IamInstanceProfileAssociationStateAssociating),
	}, nil
}

func (v *view) describeIamInstanceProfileAssociations(in *ec2.DescribeIamInstanceProfileAssociationsInput) (*ec2.DescribeIamInstanceProfileAssociationsOutput, error) {
	pg, err := usualPaging.at("DescribeIamInstanceProfileAssociations", in.MaxResults, in.NextToken, len(in.AssociationIds), "AssociationIds")
	if err != nil {
		return nil, err
	}
	rows, next, err := profileAssociationFilters.listing(v, in.Filters, in.AssociationIds, v.profileAssociationByID, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeIamInstanceProfileAssociationsOutput{NextToken: next, IamInstanceProfileAssociations: make([]ec2types.IamInstanceProfileAssociation, 0, len(rows))}
	for _, a := range rows {
		i, ok := v.instances.Get(a.instance)
		if !ok {
			continue
		}
		out.IamInstanceProfileAssociations = append(out.IamInstanceProfileAssociations, *v.renderProfileAssociation(a, i.profile, ec2types.IamInstanceProfileAssociationStateAssociated))
	}
	return out, nil
}

func (v *view) renderProfileAssociation(a *profileAssociation, profile string, state ec2types.IamInstanceProfileAssociationState) *ec2types.IamInstanceProfileAssociation {
	return &ec2types.IamInstanceProfileAssociation{
		AssociationId:      ptr(a.id),
		IamInstanceProfile: v.renderProfile(profile),
		InstanceId:         ptr(a.instance),
		State:              state,
		Timestamp:          ptr(a.at.UTC().Truncate(time.Second)),
	}
}
