package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// The Recycle Bin keeps what its retention rules say. The service of the rules isn't served, so that accounts have none
// and what they delete is gone (https://docs.aws.amazon.com/ebs/latest/userguide/recycle-bin.html).
var (
	imageRecyclingOperations = []operation{
		reading("ImageIds MaxResults NextToken", (*view).listImagesInRecycleBin),
		writing("ImageId", (*tx).restoreImageFromRecycleBin),
	}
	snapshotRecyclingOperations = []operation{
		reading("MaxResults NextToken SnapshotIds", (*view).listSnapshotsInRecycleBin),
		writing("SnapshotId", (*tx).restoreSnapshotFromRecycleBin),
	}
)

const maxImagesInRecycleBin = 20

func (v *view) listImagesInRecycleBin(in *ec2.ListImagesInRecycleBinInput) (*ec2.ListImagesInRecycleBinOutput, error) {
	if _, err := usualPaging.at("ListImagesInRecycleBin", in.MaxResults, in.NextToken, len(in.ImageIds), "imageId"); err != nil {
		return nil, err
	}
	if len(in.ImageIds) > maxImagesInRecycleBin {
		return nil, fail("InvalidParameterValue", "At most %d images may be named, not %d.", maxImagesInRecycleBin, len(in.ImageIds))
	}
	if err := notInRecycleBin(kindImage, in.ImageIds); err != nil {
		return nil, err
	}
	return &ec2.ListImagesInRecycleBinOutput{Images: []ec2types.ImageRecycleBinInfo{}}, nil
}

func (v *view) listSnapshotsInRecycleBin(in *ec2.ListSnapshotsInRecycleBinInput) (*ec2.ListSnapshotsInRecycleBinOutput, error) {
	if _, err := usualPaging.at("ListSnapshotsInRecycleBin", in.MaxResults, in.NextToken, len(in.SnapshotIds), "snapshotId"); err != nil {
		return nil, err
	}
	if err := notInRecycleBin(kindSnapshot, in.SnapshotIds); err != nil {
		return nil, err
	}
	return &ec2.ListSnapshotsInRecycleBinOutput{Snapshots: []ec2types.SnapshotRecycleBinInfo{}}, nil
}

func (t *tx) restoreImageFromRecycleBin(in *ec2.RestoreImageFromRecycleBinInput) (*ec2.RestoreImageFromRecycleBinOutput, error) {
	if deref(in.ImageId) == "" {
		return nil, missing("ImageId")
	}
	return nil, notInRecycleBin(kindImage, []string{*in.ImageId})
}

func (t *tx) restoreSnapshotFromRecycleBin(in *ec2.RestoreSnapshotFromRecycleBinInput) (*ec2.RestoreSnapshotFromRecycleBinOutput, error) {
	if deref(in.SnapshotId) == "" {
		return nil, missing("SnapshotId")
	}
	return nil, notInRecycleBin(kindSnapshot, []string{*in.SnapshotId})
}

// notInRecycleBin is the answer to IDs of what should be in the Recycle Bin; the codes are those of IDs that nothing has (mem).
func notInRecycleBin(k kind, ids []string) error {
	for _, id := range ids {
		if err := checkID(k, id); err != nil {
			return err
		}
	}
	if len(ids) > 0 {
		return notFoundSeveral(k, ids)
	}
	return nil
}
