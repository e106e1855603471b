package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/how-ami-copy-works.html
func TestWhatIsPaidForNeedsASubscriptionAndIsNotCopied(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.as(someone).ownImages("product")[0]
	w.changeImage(id, func(im *image) {
		im.enaSupport, im.public = true, true
		im.productCodes = []ec2types.ProductCode{{ProductCodeId: ptr("abc1"), ProductCodeType: ec2types.ProductCodeValuesMarketplace}}
	})
	w.changeSnapshot(w.imageRow(id).mappings[0].ebs.snapshot, func(s *snapshot) { s.public = true })
	launch := launchOf(func(in *ec2.RunInstancesInput) { in.ImageId, in.InstanceType = ptr(id), "m7g.large" })
	e := wantNoChange[ec2.RunInstancesOutput](w, launch, "OptInRequired")
	require.Equal(t, 401, e.Status)
	require.Error(t, w.engine.Subscribe(DefaultAccount, "not a code"))
	require.NoError(t, w.engine.Subscribe(DefaultAccount, "other"))
	wantNoChange[ec2.RunInstancesOutput](w, launch, "OptInRequired")
	require.NoError(t, w.engine.Subscribe(DefaultAccount, "abc1"))
	i := *must[ec2.RunInstancesOutput](w, launch).Instances[0].InstanceId
	wantNoChange[ec2.RunInstancesOutput](w.as(third), launch, "OptInRequired")
	must[ec2.RunInstancesOutput](w.as(someone), launch)

	wantNoChange[ec2.CopyImageOutput](w, copying(region.USEast1, id), "InvalidRequest")
	own := *must[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: ptr(i), Name: ptr("mine")}).ImageId
	require.Equal(t, "abc1", *w.image(own).ProductCodes[0].ProductCodeId)
	must[ec2.CopyImageOutput](w, copying(region.USEast1, own, func(in *ec2.CopyImageInput) { in.Name = ptr("mine too") }))

	for operation, code := range map[string]string{"RunInstances:0002": "InvalidRequest", "RunInstances": ""} {
		w := w.fork()
		w.changeImage(id, func(im *image) { im.productCodes, im.usageOperation = nil, operation })
		in := copying(region.USEast1, id, func(in *ec2.CopyImageInput) { in.Name = ptr("theirs") })
		if code != "" {
			wantNoChange[ec2.CopyImageOutput](w, in, code)
		} else {
			must[ec2.CopyImageOutput](w, in)
		}
	}
}
