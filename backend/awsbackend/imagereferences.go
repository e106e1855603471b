package awsbackend

import (
	"context"
	"iter"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/backend"
)

var _ backend.ImageReferences = (*Backend)(nil)

// How many images one request may ask about, and how many versions of a launch template are looked at if it is asked
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImageReferences.html,
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ResourceTypeOption.html).
const (
	imagesAtOnce  = 10
	everyVersion  = "10000"
	referencePage = 100
)

// referring are the resources that are looked at: by itself EC2 looks at the last ten versions of launch templates only, and
// at terminated instances too.
func referring() []types.ResourceTypeRequest {
	return []types.ResourceTypeRequest{
		{ResourceType: types.ImageReferenceResourceTypeEc2Instance, ResourceTypeOptions: []types.ResourceTypeOption{{
			OptionName: types.ImageReferenceOptionNameStateName, OptionValues: []string{"pending", "running", "stopping", "stopped"},
		}}},
		{ResourceType: types.ImageReferenceResourceTypeEc2LaunchTemplate, ResourceTypeOptions: []types.ResourceTypeOption{{
			OptionName: types.ImageReferenceOptionNameVersionDepth, OptionValues: []string{everyVersion},
		}}},
		{ResourceType: types.ImageReferenceResourceTypeSsmParameter},
		{ResourceType: types.ImageReferenceResourceTypeImageBuilderImageRecipe},
		{ResourceType: types.ImageReferenceResourceTypeImageBuilderContainerRecipe},
	}
}

// ImageReferences lists what names one of the images
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImageReferences.html).
func (b *Backend) ImageReferences(ctx context.Context, imageIDs []string) iter.Seq2[backend.ImageReference, error] {
	ids := slices.Clone(imageIDs)
	if len(ids) == 0 {
		return func(func(backend.ImageReference, error) bool) {}
	}
	return list(ctx, b, ids, listing[ec2.DescribeImageReferencesOutput, types.ImageReference, backend.ImageReference]{
		op: "DescribeImageReferences", atOnce: imagesAtOnce,
		pages: func(ids []string, _ *int32) pager[ec2.DescribeImageReferencesOutput] {
			return ec2.NewDescribeImageReferencesPaginator(b.ec2, &ec2.DescribeImageReferencesInput{
				ImageIds: ids, ResourceTypes: referring(), MaxResults: number(referencePage),
			})
		},
		items: func(out *ec2.DescribeImageReferencesOutput) []types.ImageReference { return out.ImageReferences },
		convert: sure(func(r *types.ImageReference) backend.ImageReference {
			return backend.ImageReference{ImageID: told(r.ImageId), Kind: backend.ReferenceKind(r.ResourceType), ARN: told(r.Arn)}
		}),
	})
}
