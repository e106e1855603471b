package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
)

func (w *testWorld) permissions(id string) []ec2types.CreateVolumePermission {
	w.t.Helper()
	return must[ec2.DescribeSnapshotAttributeOutput](w, &ec2.DescribeSnapshotAttributeInput{
		SnapshotId: &id, Attribute: ec2types.SnapshotAttributeNameCreateVolumePermission,
	}).CreateVolumePermissions
}

func forUser(id string) ec2types.CreateVolumePermission {
	return ec2types.CreateVolumePermission{UserId: &id}
}

// https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
func TestSnapshotIsSharedAndUnshared(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.ownSnapshots(1)[0]
	modify := func(in ec2.ModifySnapshotAttributeInput) {
		in.SnapshotId = &id
		must[ec2.ModifySnapshotAttributeOutput](w, &in)
	}
	same := func(want ...ec2types.CreateVolumePermission) {
		require.Empty(t, cmp.Diff(want, w.permissions(id), cmpopts.IgnoreUnexported(ec2types.CreateVolumePermission{}), cmpopts.EquateEmpty()))
	}
	all := ec2types.CreateVolumePermission{Group: ec2types.PermissionGroupAll}
	same()
	modify(ec2.ModifySnapshotAttributeInput{OperationType: "add", UserIds: []string{someone}})
	same(forUser(someone))
	require.Equal(t, []string{id}, w.as(someone).snapshotIDs(&ec2.DescribeSnapshotsInput{}))
	modify(ec2.ModifySnapshotAttributeInput{CreateVolumePermission: &ec2types.CreateVolumePermissionModifications{Add: []ec2types.CreateVolumePermission{all, forUser(someone)}}})
	same(all, forUser(someone))
	modify(ec2.ModifySnapshotAttributeInput{Attribute: "createVolumePermission", OperationType: "remove", UserIds: []string{someone, "111111111111"}})
	same(all)
	require.Equal(t, []string{id}, w.as("111111111111").snapshotIDs(&ec2.DescribeSnapshotsInput{}))
	must[ec2.ResetSnapshotAttributeOutput](w, &ec2.ResetSnapshotAttributeInput{SnapshotId: &id, Attribute: "createVolumePermission"})
	same()
	require.Empty(t, w.as(someone).snapshotIDs(&ec2.DescribeSnapshotsInput{}))
}

func TestModifySnapshotAttributeRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	ids := w.ownSnapshots(3)
	w.here(func(v *view) { ids = append(ids, v.defaultKey()) })
	w.changeSnapshot(ids[1], func(s *snapshot) { s.encrypted, s.kmsKey = true, ids[3] })
	w.changeSnapshot(ids[2], func(s *snapshot) { s.encrypted, s.kmsKey = true, keyHas+keyID })
	must[ec2.ModifySnapshotAttributeOutput](w, &ec2.ModifySnapshotAttributeInput{SnapshotId: &ids[2], OperationType: "add", UserIds: []string{someone}})
	theirs := w.as(someone).ownSnapshots(1)[0]
	w.changeSnapshot(theirs, func(s *snapshot) { s.public = true })
	add := func(id string, user, group []string) ec2.ModifySnapshotAttributeInput {
		return ec2.ModifySnapshotAttributeInput{SnapshotId: &id, OperationType: "add", UserIds: user, GroupNames: group}
	}
	one, all := []string{someone}, []string{"all"}
	for name, tc := range map[string]struct {
		in   ec2.ModifySnapshotAttributeInput
		code string
	}{
		"no snapshot":             {ec2.ModifySnapshotAttributeInput{}, "MissingParameter"},
		"an unknown snapshot":     {add("snap-01234567", one, nil), "InvalidSnapshot.NotFound"},
		"another's":               {add(theirs, one, nil), "AuthFailure"},
		"under AWS's own key":     {add(ids[1], one, nil), "OperationNotPermitted"},
		"public though encrypted": {add(ids[2], nil, all), "OperationNotPermitted"},
		"a bad group":             {add(ids[0], nil, []string{"some"}), "InvalidAMIAttributeItemValue"},
		"a bad user":              {add(ids[0], []string{"1"}, nil), "InvalidAMIAttributeItemValue"},
		"nobody":                  {add(ids[0], nil, nil), "MissingParameter"},
		"no operation":            {ec2.ModifySnapshotAttributeInput{SnapshotId: &ids[0], UserIds: one}, "MissingParameter"},
		"an unknown operation":    {ec2.ModifySnapshotAttributeInput{SnapshotId: &ids[0], UserIds: one, OperationType: "x"}, "InvalidParameterValue"},
		"an attribute of its own": {ec2.ModifySnapshotAttributeInput{SnapshotId: &ids[0], Attribute: "productCodes"}, "UnsupportedOperation"},
		"an unknown attribute":    {ec2.ModifySnapshotAttributeInput{SnapshotId: &ids[0], Attribute: "x"}, "InvalidParameterValue"},
		"both forms":              {ec2.ModifySnapshotAttributeInput{SnapshotId: &ids[0], UserIds: one, CreateVolumePermission: &ec2types.CreateVolumePermissionModifications{Add: []ec2types.CreateVolumePermission{forUser(someone)}}}, "InvalidParameterCombination"},
		"both added and removed":  {ec2.ModifySnapshotAttributeInput{SnapshotId: &ids[0], CreateVolumePermission: &ec2types.CreateVolumePermissionModifications{Add: []ec2types.CreateVolumePermission{forUser(someone)}, Remove: []ec2types.CreateVolumePermission{forUser(someone)}}}, "InvalidParameterCombination"},
		"neither user nor group":  {ec2.ModifySnapshotAttributeInput{SnapshotId: &ids[0], CreateVolumePermission: &ec2types.CreateVolumePermissionModifications{Add: []ec2types.CreateVolumePermission{{}}}}, "InvalidParameterCombination"},
		"more than 500 at a time": {add(ids[0], make([]string, 501), nil), "InvalidParameterValue"},
		"though dry":              {ec2.ModifySnapshotAttributeInput{SnapshotId: &ids[0], UserIds: one, OperationType: "add", DryRun: ptr(true)}, "DryRunOperation"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[ec2.ModifySnapshotAttributeOutput](w.forkWithin(t), &tc.in, tc.code)
		})
	}
	for code, in := range map[string]*ec2.ResetSnapshotAttributeInput{
		"AuthFailure": {SnapshotId: &theirs, Attribute: "createVolumePermission"}, "MissingParameter": {SnapshotId: &ids[0]},
		"InvalidParameterValue": {SnapshotId: &ids[0], Attribute: "productCodes"},
	} {
		wantNoChange[ec2.ResetSnapshotAttributeOutput](w, in, code)
	}
	for code, in := range map[string]*ec2.DescribeSnapshotAttributeInput{
		"AuthFailure": {SnapshotId: &theirs, Attribute: "createVolumePermission"}, "MissingParameter": {SnapshotId: &ids[0]},
		"InvalidParameterValue": {SnapshotId: &ids[0], Attribute: "x"},
	} {
		_, err := call[ec2.DescribeSnapshotAttributeOutput](w, in)
		wantCode(t, err, code)
	}
	require.Empty(t, must[ec2.DescribeSnapshotAttributeOutput](w, &ec2.DescribeSnapshotAttributeInput{SnapshotId: &ids[0], Attribute: "productCodes"}).ProductCodes)
}

// https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html
func TestSnapshotBlockPublicAccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	ids := w.ownSnapshots(2)
	publish := func(id string) *ec2.ModifySnapshotAttributeInput {
		return &ec2.ModifySnapshotAttributeInput{SnapshotId: &id, OperationType: "add", GroupNames: []string{"all"}}
	}
	state := func() ec2types.SnapshotBlockPublicAccessState {
		return must[ec2.GetSnapshotBlockPublicAccessStateOutput](w, &ec2.GetSnapshotBlockPublicAccessStateInput{}).State
	}
	seen := func() []string {
		return w.as(someone).snapshotIDs(&ec2.DescribeSnapshotsInput{OwnerIds: []string{DefaultAccount}})
	}
	require.EqualValues(t, "unblocked", state())
	must[ec2.ModifySnapshotAttributeOutput](w, publish(ids[0]))
	require.Equal(t, ids[:1], seen())

	must[ec2.EnableSnapshotBlockPublicAccessOutput](w, &ec2.EnableSnapshotBlockPublicAccessInput{State: "block-new-sharing"})
	require.EqualValues(t, "block-new-sharing", state())
	wantNoChange[ec2.ModifySnapshotAttributeOutput](w, publish(ids[1]), "OperationNotPermitted")
	require.Equal(t, ids[:1], seen(), "what is public stays so")

	must[ec2.EnableSnapshotBlockPublicAccessOutput](w, &ec2.EnableSnapshotBlockPublicAccessInput{State: "block-all-sharing"})
	require.Empty(t, seen())
	_, err := call[ec2.CreateVolumeOutput](w.as(someone), &ec2.CreateVolumeInput{AvailabilityZone: ptr("us-east-1a"), SnapshotId: &ids[0]})
	wantCode(t, err, "InvalidSnapshot.NotFound")
	require.Len(t, w.permissions(ids[0]), 1, "the permission is still told")

	must[ec2.DisableSnapshotBlockPublicAccessOutput](w, &ec2.DisableSnapshotBlockPublicAccessInput{})
	require.EqualValues(t, "unblocked", state())
	require.Equal(t, ids[:1], seen())
	for state, code := range map[ec2types.SnapshotBlockPublicAccessState]string{"": "MissingParameter", "unblocked": "InvalidParameterValue"} {
		wantNoChange[ec2.EnableSnapshotBlockPublicAccessOutput](w, &ec2.EnableSnapshotBlockPublicAccessInput{State: state}, code)
	}
}
