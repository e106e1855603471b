package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

// https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html
func TestEncryptionByDefault(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	enabled := func(w *testWorld) bool {
		return *must[ec2.GetEbsEncryptionByDefaultOutput](w, &ec2.GetEbsEncryptionByDefaultInput{}).EbsEncryptionByDefault
	}
	key := func() string {
		return *must[ec2.GetEbsDefaultKmsKeyIdOutput](w, &ec2.GetEbsDefaultKmsKeyIdInput{}).KmsKeyId
	}
	root := func() ec2types.Volume { return w.volumesOf(w.launch(nil))[0] }
	copied := func() ec2types.Snapshot {
		source := w.ownImages("source")[0]
		id := must[ec2.CopyImageOutput](w, copying(w.region, source)).ImageId
		s := w.snapshotsOf(w.image(*id))[0]
		must[ec2.DeregisterImageOutput](w, &ec2.DeregisterImageInput{ImageId: id})
		must[ec2.DeregisterImageOutput](w, &ec2.DeregisterImageInput{ImageId: &source})
		return s
	}
	require.False(t, enabled(w))
	require.Equal(t, "alias/aws/ebs", key())
	require.False(t, *root().Encrypted)

	wantNoChange[ec2.EnableEbsEncryptionByDefaultOutput](w, &ec2.EnableEbsEncryptionByDefaultInput{DryRun: ptr(true)}, "DryRunOperation")
	require.True(t, *must[ec2.EnableEbsEncryptionByDefaultOutput](w, &ec2.EnableEbsEncryptionByDefaultInput{}).EbsEncryptionByDefault)
	require.True(t, enabled(w))
	require.False(t, enabled(w.in(region.EUWest1)), "each region has its own")
	require.False(t, enabled(w.as(someone)), "each account has its own")
	managed := Place{region.PartitionStandard, DefaultAccount, w.region}.defaultKey()
	require.Equal(t, managed, deref(root().KmsKeyId))
	require.Equal(t, managed, deref(copied().KmsKeyId))

	own := w.addKey("alias/own")
	require.Equal(t, own, *must[ec2.ModifyEbsDefaultKmsKeyIdOutput](w, &ec2.ModifyEbsDefaultKmsKeyIdInput{KmsKeyId: ptr("alias/own")}).KmsKeyId)
	require.Equal(t, own, key())
	require.Equal(t, own, deref(root().KmsKeyId))
	require.Equal(t, own, deref(copied().KmsKeyId))
	unencrypted := w.launch(devices(ebs("/dev/xvda", ec2types.EbsBlockDevice{Encrypted: ptr(false)})))
	require.Equal(t, own, deref(w.volumesOf(unencrypted)[0].KmsKeyId), "not to be had unencrypted")

	require.False(t, *must[ec2.DisableEbsEncryptionByDefaultOutput](w, &ec2.DisableEbsEncryptionByDefaultInput{}).EbsEncryptionByDefault)
	require.Nil(t, root().KmsKeyId)
	encrypted := w.launch(devices(ebs("/dev/xvda", ec2types.EbsBlockDevice{Encrypted: ptr(true)})))
	require.Equal(t, own, deref(w.volumesOf(encrypted)[0].KmsKeyId), "the default key is one's own still")
	require.Equal(t, "alias/aws/ebs", *must[ec2.ResetEbsDefaultKmsKeyIdOutput](w, &ec2.ResetEbsDefaultKmsKeyIdInput{}).KmsKeyId)
	require.Equal(t, "alias/aws/ebs", key())

	wantNoChange[ec2.ModifyEbsDefaultKmsKeyIdOutput](w, &ec2.ModifyEbsDefaultKmsKeyIdInput{}, "MissingParameter")
	wantNoChange[ec2.ModifyEbsDefaultKmsKeyIdOutput](w, &ec2.ModifyEbsDefaultKmsKeyIdInput{KmsKeyId: ptr("own")}, "InvalidParameterValue")
}
