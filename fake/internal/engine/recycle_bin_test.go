package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/stretchr/testify/require"
)

// Without a retention rule nothing is kept (https://docs.aws.amazon.com/ebs/latest/userguide/recycle-bin.html).
func TestTheRecycleBinIsEmptyWithoutRetentionRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	image := w.golden()
	must[ec2.DeregisterImageOutput](w, &ec2.DeregisterImageInput{ImageId: &image})
	require.Empty(t, must[ec2.ListImagesInRecycleBinOutput](w, &ec2.ListImagesInRecycleBinInput{}).Images)
	require.Empty(t, must[ec2.ListSnapshotsInRecycleBinOutput](w, &ec2.ListSnapshotsInRecycleBinInput{}).Snapshots)

	wantNoChange[ec2.RestoreImageFromRecycleBinOutput](w, &ec2.RestoreImageFromRecycleBinInput{ImageId: &image}, "InvalidAMIID.NotFound")
	wantNoChange[ec2.RestoreImageFromRecycleBinOutput](w, &ec2.RestoreImageFromRecycleBinInput{}, "MissingParameter")
	wantNoChange[ec2.RestoreImageFromRecycleBinOutput](w, &ec2.RestoreImageFromRecycleBinInput{ImageId: ptr("ami")}, "InvalidAMIID.Malformed")
	wantNoChange[ec2.RestoreSnapshotFromRecycleBinOutput](w, &ec2.RestoreSnapshotFromRecycleBinInput{SnapshotId: ptr("snap-0123456789abcdef0")}, "InvalidSnapshot.NotFound")
	wantNoChange[ec2.RestoreSnapshotFromRecycleBinOutput](w, &ec2.RestoreSnapshotFromRecycleBinInput{}, "MissingParameter")
	wantNoChange[ec2.ListImagesInRecycleBinOutput](w, &ec2.ListImagesInRecycleBinInput{ImageIds: []string{image}}, "InvalidAMIID.NotFound")
	wantNoChange[ec2.ListImagesInRecycleBinOutput](w, &ec2.ListImagesInRecycleBinInput{ImageIds: make([]string, 21)}, "InvalidParameterValue")
	wantNoChange[ec2.ListImagesInRecycleBinOutput](w, &ec2.ListImagesInRecycleBinInput{MaxResults: ptr(int32(1))}, "InvalidParameterValue")
	wantNoChange[ec2.ListSnapshotsInRecycleBinOutput](w, &ec2.ListSnapshotsInRecycleBinInput{SnapshotIds: []string{"snap-0123456789abcdef0"}}, "InvalidSnapshot.NotFound")
	wantNoChange[ec2.ListSnapshotsInRecycleBinOutput](w, &ec2.ListSnapshotsInRecycleBinInput{NextToken: ptr("x")}, "InvalidNextToken")
}
