package engine

import (
	"testing"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

func TestInstanceProfiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	arn := w.engine.AddInstanceProfile(DefaultAccount, "web")
	require.Equal(t, "arn:aws:iam::123456789012:instance-profile/web", arn)
	require.Equal(t, arn, w.engine.AddInstanceProfile(DefaultAccount, "web"), "declared again it is the same")
	other := w.engine.AddInstanceProfile(DefaultAccount, "other")
	byName, byARN := w.instance(w.launch(profile("web", ""))), w.instance(w.launch(profile("", arn)))
	require.Equal(t, arn, *byName.IamInstanceProfile.Arn)
	require.Equal(t, *byName.IamInstanceProfile.Id, *byARN.IamInstanceProfile.Id)
	require.Regexp(t, `^AIPA[A-Z2-7]{17}$`, *byName.IamInstanceProfile.Id)
	require.NotEqual(t, *byName.IamInstanceProfile.Id, *w.instance(w.launch(profile("", other))).IamInstanceProfile.Id)
}

// Each partition has an IAM of its own, and so its ARNs.
func TestInstanceProfilesInOtherPartitions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	standard := w.engine.AddInstanceProfile(DefaultAccount, "web")
	v := &view{state: w.engine.state, Place: Place{Partition: region.PartitionChina, Account: DefaultAccount, Region: "cn-north-1"}}
	const arn = "arn:aws-cn:iam::123456789012:instance-profile/web"
	p, err := v.profileFor(&ec2types.IamInstanceProfileSpecification{Arn: ptr(arn)})
	require.NoError(t, err)
	require.Equal(t, arn, *v.renderProfile(p.id).Arn)
	_, err = v.profileFor(&ec2types.IamInstanceProfileSpecification{Arn: ptr(standard)})
	wantCode(t, err, "InvalidIamInstanceProfileArn.Malformed")
}
