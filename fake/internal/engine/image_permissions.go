package engine

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// maxPermissions is how many launch permissions a request may name
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchPermission.html).
const maxPermissions = 10_000

// launchPermissions tells who else may launch the image.
func (im *image) launchPermissions() []ec2types.LaunchPermission {
	var out []ec2types.LaunchPermission
	if im.public {
		out = append(out, ec2types.LaunchPermission{Group: ec2types.PermissionGroupAll})
	}
	for _, id := range im.users {
		out = append(out, ec2types.LaunchPermission{UserId: ptr(id)})
	}
	for _, arn := range im.organizations {
		if organizationARN.MatchString(arn) {
			out = append(out, ec2types.LaunchPermission{OrganizationArn: ptr(arn)})
		} else {
			out = append(out, ec2types.LaunchPermission{OrganizationalUnitArn: ptr(arn)})
		}
	}
	return out
}

// changePermissions follows a request for other launch permissions. To add one that is there, or to remove
// one that isn't, is no error.
func (t *tx) changePermissions(im *image, in *ec2.ModifyImageAttributeInput) error {
	add, remove, err := permissionChanges(in)
	if err != nil {
		return err
	}
	if len(add)+len(remove) > maxPermissions { // code and text (mem)
		return fail("InvalidParameterValue", "The request names %d launch permissions; the maximum is %d.", len(add)+len(remove), maxPermissions)
	}
	im.users, im.organizations = slices.Clone(im.users), slices.Clone(im.organizations)
	for _, p := range add {
		if err := im.permit(p, true); err != nil {
			return err
		}
	}
	if len(add) > 0 {
		public := slices.ContainsFunc(add, func(p ec2types.LaunchPermission) bool { return p.Group != "" })
		if err := t.checkSharing(im, public); err != nil {
			return err
		}
		if public {
			t.deprecatePublic(im)
		}
	}
	for _, p := range remove {
		if err := im.permit(p, false); err != nil {
			return err
		}
	}
	return nil
}

// permissionChanges reads both forms of a request.
func permissionChanges(in *ec2.ModifyImageAttributeInput) (add, remove []ec2types.LaunchPermission, err error) {
	if p := in.LaunchPermission; p != nil {
		if len(p.Add)+len(p.Remove) == 0 {
			return nil, nil, missing("LaunchPermission")
		}
		return p.Add, p.Remove, nil
	}
	var flat []ec2types.LaunchPermission
	for i := range in.UserIds {
		flat = append(flat, ec2types.LaunchPermission{UserId: &in.UserIds[i]})
	}
	for _, group := range in.UserGroups {
		flat = append(flat, ec2types.LaunchPermission{Group: ec2types.PermissionGroup(group)})
	}
	for i := range in.OrganizationArns {
		flat = append(flat, ec2types.LaunchPermission{OrganizationArn: &in.OrganizationArns[i]})
	}
	for i := range in.OrganizationalUnitArns {
		flat = append(flat, ec2types.LaunchPermission{OrganizationalUnitArn: &in.OrganizationalUnitArns[i]})
	}
	switch {
	case in.OperationType == "":
		return nil, nil, missing("OperationType")
	case len(flat) == 0:
		return nil, nil, missing("UserId")
	case in.OperationType == ec2types.OperationTypeAdd:
		return flat, nil, nil
	case in.OperationType == ec2types.OperationTypeRemove:
		return nil, flat, nil
	}
	return nil, nil, badValue("operationType", in.OperationType, "Expecting add or remove.")
}

// permit gives or takes one launch permission, after checking it
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/share-amis-with-organizations-and-OUs.html).
func (im *image) permit(p ec2types.LaunchPermission, give bool) error {
	switch user, org, unit := deref(p.UserId), deref(p.OrganizationArn), deref(p.OrganizationalUnitArn); {
	case count(user != "", org != "", unit != "", p.Group != "") != 1: // (mem)
		return fail("InvalidParameterCombination", "A launch permission must have exactly one of UserId, Group, OrganizationArn and OrganizationalUnitArn.")
	case user != "":
		if !isAccount(user) {
			return badPermission(user, "userId")
		}
		im.users = granted(im.users, user, give)
	case p.Group != "":
		if p.Group != ec2types.PermissionGroupAll {
			return badPermission(string(p.Group), "userGroup")
		}
		im.public = give
	case org != "":
		if !organizationARN.MatchString(org) {
			return badPermission(org, "organizationArn")
		}
		im.organizations = granted(im.organizations, org, give)
	default:
		if !unitARN.MatchString(unit) {
			return badPermission(unit, "organizationalUnitArn")
		}
		im.organizations = granted(im.organizations, unit, give)
	}
	return nil
}

// The text is (mem).
func badPermission(value, what string) *Error {
	return fail("InvalidAMIAttributeItemValue", "Invalid attribute item value %q for %s item type.", value, what)
}

// granted is a list of one's own with a name in it or not.
func granted(list []string, name string, give bool) []string {
	i := slices.Index(list, name)
	switch {
	case give && i < 0:
		return append(list, name)
	case !give && i >= 0:
		return slices.Delete(list, i, i+1)
	}
	return list
}

func count(set ...bool) (n int) {
	for _, s := range set {
		if s {
			n++
		}
	}
	return n
}

// checkSharing refuses to share what others couldn't use: snapshots under an account's default key; and to
// make public what mustn't be (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-intro.html).
func (t *tx) checkSharing(im *image, public bool) error {
	if public && !t.imageSettings().unblocked {
		return fail("OperationNotPermitted", "You can’t publicly share this image because block public access for AMIs is enabled for this account. To publicly share the image, you must call the DisableImageBlockPublicAccess API.")
	}
	if public && len(im.productCodes) > 0 {
		return fail("OperationNotPermitted", "The image '%s' has a product code and can't be made public.", im.id) // (mem)
	}
	if public && len(im.watermarks) > 0 { // code and text (mem)
		return fail("OperationNotPermitted", "The image '%s' has a watermark and can't be made public.", im.id)
	}
	for _, m := range im.mappings {
		if m.ebs == nil {
			continue
		}
		s, ok := t.snapshots.Get(m.ebs.snapshot)
		switch {
		case !ok || !s.encrypted:
		case !t.shareable(s.kmsKey):
			return fail("InvalidParameter", "Snapshots encrypted with the AWS Managed CMK can't be shared. Specify another snapshot.")
		case public: // (mem)
			return fail("InvalidParameter", "Encrypted snapshots can't be shared publicly. Specify another snapshot.")
		}
	}
	return nil
}

// cancelImageLaunchPermission takes the caller out of the accounts with which an image is shared. An
// organization or everybody can't be left like that
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/cancel-sharing-an-AMI.html; codes and texts are (mem)).
func (t *tx) cancelImageLaunchPermission(in *ec2.CancelImageLaunchPermissionInput) (*ec2.CancelImageLaunchPermissionOutput, error) {
	id := deref(in.ImageId)
	if id == "" {
		return nil, missing("ImageId")
	}
	im, err := t.imageByID(id)
	switch {
	case err != nil:
		return nil, err
	case im.scope == t.scope:
		return nil, fail("OperationNotPermitted", "The image '%s' is your own.", id)
	case !slices.Contains(im.users, t.Account):
		return nil, fail("OperationNotPermitted", "The image '%s' is not shared with the account %s by its ID.", id, t.Account)
	}
	next := *im
	next.users = granted(slices.Clone(im.users), t.Account, false)
	t.images.Put(&t.undo, &next)
	return &ec2.CancelImageLaunchPermissionOutput{Return: ptr(true)}, nil
}
