package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
)

func (w *testWorld) profileAssociations(filters ...ec2types.Filter) []ec2types.IamInstanceProfileAssociation {
	w.t.Helper()
	return must[ec2.DescribeIamInstanceProfileAssociationsOutput](w, &ec2.DescribeIamInstanceProfileAssociationsInput{Filters: filters}).IamInstanceProfileAssociations
}

func byName(name string) *ec2types.IamInstanceProfileSpecification {
	return &ec2types.IamInstanceProfileSpecification{Name: &name}
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/attach-iam-role.html
func TestInstanceProfilesCanBeChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	web, db := w.engine.AddInstanceProfile(DefaultAccount, "web"), w.engine.AddInstanceProfile(DefaultAccount, "db")
	plain, launched := w.launch(nil), w.launch(profile("web", ""))
	require.Len(t, w.profileAssociations(), 1, "of the launch")

	a := must[ec2.AssociateIamInstanceProfileOutput](w, &ec2.AssociateIamInstanceProfileInput{InstanceId: &plain, IamInstanceProfile: byName("db")}).IamInstanceProfileAssociation
	require.Equal(t, ec2types.IamInstanceProfileAssociationStateAssociating, a.State)
	require.Equal(t, db, *w.instance(plain).IamInstanceProfile.Arn)
	want := *a
	want.State = ec2types.IamInstanceProfileAssociationStateAssociated
	ignore := cmpopts.IgnoreUnexported(want, ec2types.IamInstanceProfile{})
	require.Empty(t, cmp.Diff([]ec2types.IamInstanceProfileAssociation{want}, w.profileAssociations(filter("instance-id", plain)), ignore))
	require.Len(t, w.profileAssociations(filter("state", "associated")), 2)
	require.Empty(t, w.profileAssociations(filter("state", "disassociating")))

	b := must[ec2.ReplaceIamInstanceProfileAssociationOutput](w, &ec2.ReplaceIamInstanceProfileAssociationInput{AssociationId: a.AssociationId, IamInstanceProfile: byName("web")}).IamInstanceProfileAssociation
	require.NotEqual(t, *a.AssociationId, *b.AssociationId)
	require.Equal(t, web, *w.instance(plain).IamInstanceProfile.Arn)
	gone := must[ec2.DisassociateIamInstanceProfileOutput](w, &ec2.DisassociateIamInstanceProfileInput{AssociationId: b.AssociationId}).IamInstanceProfileAssociation
	require.Equal(t, ec2types.IamInstanceProfileAssociationStateDisassociating, gone.State)
	require.Equal(t, web, *gone.IamInstanceProfile.Arn)
	require.Nil(t, w.instance(plain).IamInstanceProfile)

	must[ec2.TerminateInstancesOutput](w, &ec2.TerminateInstancesInput{InstanceIds: []string{launched}})
	require.Empty(t, w.profileAssociations())
}

func TestProfileAssociationRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	w.engine.AddInstanceProfile(DefaultAccount, "web")
	plain, launched := w.launch(nil), w.launch(profile("web", ""))
	ended := w.launch(nil)
	must[ec2.TerminateInstancesOutput](w, &ec2.TerminateInstancesInput{InstanceIds: []string{ended}})
	id := w.profileAssociations()[0].AssociationId
	unknown := ptr("iip-assoc-0123456789abcdef0")
	for name, tc := range map[string]struct {
		in   any
		code string
	}{
		"associate no instance":         {&ec2.AssociateIamInstanceProfileInput{IamInstanceProfile: byName("web")}, "MissingParameter"},
		"associate no profile":          {&ec2.AssociateIamInstanceProfileInput{InstanceId: &plain}, "MissingParameter"},
		"associate an unknown profile":  {&ec2.AssociateIamInstanceProfileInput{InstanceId: &plain, IamInstanceProfile: byName("x")}, "InvalidParameterValue"},
		"associate an unknown instance": {&ec2.AssociateIamInstanceProfileInput{InstanceId: ptr("i-0123456789abcdef0"), IamInstanceProfile: byName("web")}, "InvalidInstanceID.NotFound"},
		"associate twice":               {&ec2.AssociateIamInstanceProfileInput{InstanceId: &launched, IamInstanceProfile: byName("web")}, "IncorrectState"},
		"associate a terminated one":    {&ec2.AssociateIamInstanceProfileInput{InstanceId: &ended, IamInstanceProfile: byName("web")}, "IncorrectInstanceState"},
		"replace nothing":               {&ec2.ReplaceIamInstanceProfileAssociationInput{IamInstanceProfile: byName("web")}, "MissingParameter"},
		"replace an unknown one":        {&ec2.ReplaceIamInstanceProfileAssociationInput{AssociationId: unknown, IamInstanceProfile: byName("web")}, "InvalidAssociationID.NotFound"},
		"replace by nothing":            {&ec2.ReplaceIamInstanceProfileAssociationInput{AssociationId: id}, "MissingParameter"},
		"disassociate nothing":          {&ec2.DisassociateIamInstanceProfileInput{}, "MissingParameter"},
		"disassociate a malformed one":  {&ec2.DisassociateIamInstanceProfileInput{AssociationId: ptr("x")}, "InvalidAssociationID.Malformed"},
		"disassociate an unknown one":   {&ec2.DisassociateIamInstanceProfileInput{AssociationId: unknown}, "InvalidAssociationID.NotFound"},
		"describe an unknown one":       {&ec2.DescribeIamInstanceProfileAssociationsInput{AssociationIds: []string{*id, *unknown}}, "InvalidAssociationID.NotFound"},
		"describe pages of IDs":         {&ec2.DescribeIamInstanceProfileAssociationsInput{AssociationIds: []string{*id}, MaxResults: ptr(int32(5))}, "InvalidParameterCombination"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			before := w.made()
			_, err := w.engine.Call(Call{Region: w.region, Input: tc.in})
			wantCode(t, err, tc.code)
			require.Equal(t, before, w.made())
		})
	}
}
