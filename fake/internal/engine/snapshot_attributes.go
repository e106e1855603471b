package engine

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

const modifySnapshotFields = `SnapshotId Attribute CreateVolumePermission{Add{Group UserId} Remove{Group UserId}}
	GroupNames OperationType UserIds`

// maxSnapshotPermissions is how many a request may change
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySnapshotAttribute.html).
const maxSnapshotPermissions = 500

// ownSnapshot gives a snapshot of the caller's, or the refusal of what only the owner may do.
func (v *view) ownSnapshot(id string) (*snapshot, error) {
	if id == "" {
		return nil, missing("SnapshotId")
	}
	s, err := v.snapshotByID(id)
	if err == nil && s.scope != v.scope {
		return nil, fail("AuthFailure", "Not authorized for snapshot:%s", id) // the text is (mem)
	}
	return s, err
}

func (v *view) describeSnapshotAttribute(in *ec2.DescribeSnapshotAttributeInput) (*ec2.DescribeSnapshotAttributeOutput, error) {
	s, err := v.ownSnapshot(deref(in.SnapshotId))
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeSnapshotAttributeOutput{SnapshotId: ptr(s.id)}
	switch in.Attribute {
	case ec2types.SnapshotAttributeNameCreateVolumePermission:
		out.CreateVolumePermissions = []ec2types.CreateVolumePermission{}
		if s.public {
			out.CreateVolumePermissions = append(out.CreateVolumePermissions, ec2types.CreateVolumePermission{Group: ec2types.PermissionGroupAll})
		}
		for _, u := range s.users {
			out.CreateVolumePermissions = append(out.CreateVolumePermissions, ec2types.CreateVolumePermission{UserId: ptr(u)})
		}
	case ec2types.SnapshotAttributeNameProductCodes:
		out.ProductCodes = append([]ec2types.ProductCode{}, copyProductCodes(v.billingOf(s).productCodes)...)
	default:
		return nil, badSnapshotAttribute(in.Attribute)
	}
	return out, nil
}

func badSnapshotAttribute(name ec2types.SnapshotAttributeName) *Error {
	if name == "" {
		return missing("Attribute")
	}
	return badValue("attribute", name, "Unknown attribute.") // text (mem)
}

// modifySnapshotAttribute gives or takes permissions to make volumes of a snapshot.
func (t *tx) modifySnapshotAttribute(in *ec2.ModifySnapshotAttributeInput) (*ec2.ModifySnapshotAttributeOutput, error) {
	s, err := t.ownSnapshot(deref(in.SnapshotId))
	if err != nil {
		return nil, err
	}
	switch in.Attribute {
	case "", ec2types.SnapshotAttributeNameCreateVolumePermission:
	case ec2types.SnapshotAttributeNameProductCodes: // code and text (mem)
		return nil, fail("UnsupportedOperation", "The product codes of a snapshot can't be modified.")
	default:
		return nil, badSnapshotAttribute(in.Attribute)
	}
	changes, err := snapshotPermissionChanges(in)
	if err != nil {
		return nil, err
	}
	next := *s
	next.users = slices.Clone(s.users)
	for _, p := range changes.Add {
		if err := t.checkSnapshotSharing(s, p.Group != ""); err != nil {
			return nil, err
		}
		next.permit(p, true)
	}
	for _, p := range changes.Remove {
		next.permit(p, false)
	}
	t.snapshots.Put(&t.undo, &next)
	return &ec2.ModifySnapshotAttributeOutput{}, nil
}

// snapshotPermissionChanges reads both forms of a request and checks each permission. Codes and texts without a
// source are (mem).
func snapshotPermissionChanges(in *ec2.ModifySnapshotAttributeInput) (*ec2types.CreateVolumePermissionModifications, error) {
	var flat []ec2types.CreateVolumePermission
	for _, u := range in.UserIds {
		flat = append(flat, ec2types.CreateVolumePermission{UserId: ptr(u)})
	}
	for _, g := range in.GroupNames {
		flat = append(flat, ec2types.CreateVolumePermission{Group: ec2types.PermissionGroup(g)})
	}
	c := &ec2types.CreateVolumePermissionModifications{}
	switch p := in.CreateVolumePermission; {
	case p != nil && (len(flat) > 0 || in.OperationType != ""):
		return nil, fail("InvalidParameterCombination", "Permissions can be given by CreateVolumePermission or by OperationType and lists, not by both.")
	case p != nil:
		c = p
	case len(flat) == 0:
		return nil, missing("UserId")
	case in.OperationType == ec2types.OperationTypeAdd:
		c.Add = flat
	case in.OperationType == ec2types.OperationTypeRemove:
		c.Remove = flat
	case in.OperationType == "":
		return nil, missing("OperationType")
	default:
		return nil, badValue("operationType", in.OperationType, "Expecting add or remove.")
	}
	switch n := len(c.Add) + len(c.Remove); {
	case n == 0:
		return nil, missing("CreateVolumePermission")
	case len(c.Add) > 0 && len(c.Remove) > 0:
		return nil, fail("InvalidParameterCombination", "Permissions can't be both added and removed in one request.")
	case n > maxSnapshotPermissions:
		return nil, fail("InvalidParameterValue", "The request changes %d permissions; the maximum is %d.", n, maxSnapshotPermissions)
	}
	for _, p := range slices.Concat(c.Add, c.Remove) {
		if err := checkSnapshotPermission(p); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func checkSnapshotPermission(p ec2types.CreateVolumePermission) error {
	switch user := deref(p.UserId); {
	case (user != "") == (p.Group != ""):
		return fail("InvalidParameterCombination", "A permission must have exactly one of UserId and Group.") // (mem)
	case user != "" && !isAccount(user):
		return badPermission(user, "userId")
	case user == "" && p.Group != ec2types.PermissionGroupAll:
		return badPermission(string(p.Group), "groupName")
	}
	return nil
}

// checkSnapshotSharing: what AWS's own key encrypts can't be shared, nothing encrypted and nothing with product codes
// can be public (https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html). The texts are (mem).
func (t *tx) checkSnapshotSharing(s *snapshot, public bool) error {
	switch {
	case s.encrypted && public:
		return fail("OperationNotPermitted", "Encrypted snapshots cannot be shared publicly")
	case s.encrypted && !t.shareable(s.kmsKey):
		return fail("OperationNotPermitted", "Encrypted snapshots with EBS default key cannot be shared")
	case public && len(t.billingOf(s).productCodes) > 0:
		return fail("OperationNotPermitted", "Snapshots with product codes cannot be shared publicly")
	case public && t.blocksPublicSnapshots(t.scope) != "":
		return fail("OperationNotPermitted", "Block public access for snapshots is enabled: the snapshot '%s' can't be shared publicly", s.id)
	}
	return nil
}

// permit gives or takes one permission. To give what is given, or take what isn't, changes nothing.
func (s *snapshot) permit(p ec2types.CreateVolumePermission, give bool) {
	if p.Group != "" {
		s.public = give
		return
	}
	s.users = granted(s.users, *p.UserId, give)
}

func (t *tx) resetSnapshotAttribute(in *ec2.ResetSnapshotAttributeInput) (*ec2.ResetSnapshotAttributeOutput, error) {
	s, err := t.ownSnapshot(deref(in.SnapshotId))
	if err != nil {
		return nil, err
	}
	if in.Attribute != ec2types.SnapshotAttributeNameCreateVolumePermission {
		return nil, badSnapshotAttribute(in.Attribute)
	}
	next := *s
	next.public, next.users = false, nil
	t.snapshots.Put(&t.undo, &next)
	return &ec2.ResetSnapshotAttributeOutput{}, nil
}
