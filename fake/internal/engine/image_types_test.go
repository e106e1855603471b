package engine

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceImageInstanceTypeSpecification.html
func TestAnImageSaysOnWhichTypesItRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(nil)
	image := *must[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: &id, Name: ptr("golden")}).ImageId
	set := func(w *testWorld, supported, unsupported []string) {
		in := &ec2.ReplaceImageInstanceTypeSpecificationInput{ImageId: &image}
		if supported != nil || unsupported != nil {
			in.InstanceTypeSpecification = &ec2types.InstanceTypeSpecificationRequest{SupportedInstanceTypes: supported, UnsupportedInstanceTypes: unsupported}
		}
		require.True(t, *must[ec2.ReplaceImageInstanceTypeSpecificationOutput](w, in).ReturnValue)
	}
	arm := []string{"t4g.micro", "m7g.large", "c7g.large"}
	for name, tc := range map[string]struct {
		supported, unsupported []string
		runs                   []string
	}{
		"nothing said":        {runs: arm},
		"only some":           {supported: []string{"t4g.*", "m7g.large"}, runs: arm[:2]},
		"all but some":        {unsupported: []string{"t4g.*"}, runs: arm[1:]},
		"some, but for those": {supported: []string{"*7g.*"}, unsupported: []string{"m7g.*"}, runs: arm[2:]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			set(w, tc.supported, tc.unsupported)
			shown := w.image(image).InstanceTypeSpecification
			require.Equal(t, tc.supported == nil && tc.unsupported == nil, shown == nil)
			for _, typ := range arm {
				in := &ec2.RunInstancesInput{ImageId: &image, InstanceType: ec2types.InstanceType(typ), MinCount: ptr(int32(1)), MaxCount: ptr(int32(1))}
				if slices.Contains(tc.runs, typ) {
					must[ec2.RunInstancesOutput](w, in)
				} else {
					wantNoChange[ec2.RunInstancesOutput](w, in, "InvalidParameterCombination")
				}
			}
			set(w, nil, nil)
			require.Nil(t, w.image(image).InstanceTypeSpecification)
		})
	}
	for _, bad := range [][]string{{""}, {"a b"}, {"m7g.**"}, {"a.very-long-name-of-a-type"}, {"m7g.*", "m7g.*"}, make([]string, 101)} {
		in := &ec2.ReplaceImageInstanceTypeSpecificationInput{ImageId: &image, InstanceTypeSpecification: &ec2types.InstanceTypeSpecificationRequest{SupportedInstanceTypes: bad}}
		wantNoChange[ec2.ReplaceImageInstanceTypeSpecificationOutput](w, in, "InvalidParameterValue")
	}
	wantNoChange[ec2.ReplaceImageInstanceTypeSpecificationOutput](w.as(someone), &ec2.ReplaceImageInstanceTypeSpecificationInput{ImageId: &image}, "InvalidAMIID.NotFound")
	set(w, []string{"t4g.*"}, nil)
	copied := *must[ec2.CopyImageOutput](w, &ec2.CopyImageInput{Name: ptr("copy"), SourceImageId: &image, SourceRegion: ptr(string(w.region))}).ImageId
	require.NotNil(t, w.image(copied).InstanceTypeSpecification)
}
