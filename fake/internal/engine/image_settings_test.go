package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-public-access-to-amis.html
func TestBlockPublicAccessIsTheAccountsInARegion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	state := func(w *testWorld) string {
		out := must[ec2.GetImageBlockPublicAccessStateOutput](w, &ec2.GetImageBlockPublicAccessStateInput{})
		require.Equal(t, "account", string(out.ManagedBy))
		return *out.ImageBlockPublicAccessState
	}
	require.Equal(t, "block-new-sharing", state(w), "as new accounts have it")
	out := must[ec2.DisableImageBlockPublicAccessOutput](w, &ec2.DisableImageBlockPublicAccessInput{})
	require.Equal(t, "unblocked", string(out.ImageBlockPublicAccessState))
	require.Equal(t, "unblocked", state(w))
	require.Equal(t, "block-new-sharing", state(w.in(region.EUWest1)))
	require.Equal(t, "block-new-sharing", state(w.as(someone)))

	id := w.ownImages("golden")[0]
	w.share(id, public)
	on := &ec2.EnableImageBlockPublicAccessInput{ImageBlockPublicAccessState: "block-new-sharing"}
	require.Equal(t, "block-new-sharing", string(must[ec2.EnableImageBlockPublicAccessOutput](w, on).ImageBlockPublicAccessState))
	require.Equal(t, "block-new-sharing", state(w))
	require.Equal(t, ptr(true), w.image(id).Public, "what is public stays public")

	wantNoChange[ec2.EnableImageBlockPublicAccessOutput](w, &ec2.EnableImageBlockPublicAccessInput{}, "MissingParameter")
	wantNoChange[ec2.EnableImageBlockPublicAccessOutput](w, &ec2.EnableImageBlockPublicAccessInput{ImageBlockPublicAccessState: "unblocked"}, "InvalidParameterValue")
	wantNoChange[ec2.DisableImageBlockPublicAccessOutput](w, &ec2.DisableImageBlockPublicAccessInput{DryRun: ptr(true)}, "DryRunOperation")
	on.DryRun = ptr(true)
	wantNoChange[ec2.EnableImageBlockPublicAccessOutput](w, on, "DryRunOperation")
}
