package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// deregisterImage takes an image away. Instances made from it go on and keep its ID. Its snapshots stay
// unless the request says that they go too
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/deregister-ami.html).
func (t *tx) deregisterImage(in *ec2.DeregisterImageInput) (*ec2.DeregisterImageOutput, error) {
	im, err := t.ownImage(deref(in.ImageId))
	if err != nil {
		return nil, err
	}
	if im.state == ec2types.ImageStatePending {
		return nil, unavailable(im)
	}
	if err := im.protection.check(im, t.now); err != nil {
		return nil, err
	}
	t.images.Delete(&t.undo, im.id)
	t.keepFormer(im)
	t.forgetLaunches(im)
	t.dropAllTags(im.id)
	out := &ec2.DeregisterImageOutput{Return: ptr(true)}
	if deref(in.DeleteAssociatedSnapshots) {
		out.DeleteSnapshotResults = t.dropSnapshotsOf(im)
	}
	return out, nil
}

// dropSnapshotsOf deletes the snapshots of an image that is gone, but for those that another image uses
// and those of others.
func (t *tx) dropSnapshotsOf(im *image) []ec2types.DeleteSnapshotReturnCode {
	var results []ec2types.DeleteSnapshotReturnCode
	seen := make(map[string]bool)
	for _, m := range im.mappings {
		if m.ebs == nil || m.ebs.snapshot == "" || seen[m.ebs.snapshot] {
			continue
		}
		id := m.ebs.snapshot
		seen[id] = true
		code := ec2types.SnapshotReturnCodesSuccess
		switch s, ok := t.snapshots.Get(id); {
		case exists(t.images.By("snapshot", 0, id)):
			code = ec2types.SnapshotReturnCodesWarnSkipped
		case !ok || s.scope != im.scope:
			code = ec2types.SnapshotReturnCodesErrorMissingPermissions
		default:
			t.dropSnapshot(id)
		}
		results = append(results, ec2types.DeleteSnapshotReturnCode{ReturnCode: code, SnapshotId: ptr(id)})
	}
	return results
}
