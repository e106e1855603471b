package backend

import (
	"context"
	"iter"
)

// ImageReferences is the ability to find what refers to images
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-ami-references.html).
type ImageReferences interface {
	// ImageReferences lists the account's instances that aren't terminated, launch templates (in any of their versions),
	// parameters and Image Builder recipes of the region that name one of the images.
	ImageReferences(ctx context.Context, imageIDs []string) iter.Seq2[ImageReference, error]
}

// ImageReference is a resource that names an image.
type ImageReference struct {
	ImageID string
	Kind    ReferenceKind
	ARN     string
}

// ReferenceKind is the sort of a resource that names an image, in EC2's words.
type ReferenceKind string

// The sorts of resources that name images.
const (
	InstanceReference        ReferenceKind = "ec2:Instance"
	LaunchTemplateReference  ReferenceKind = "ec2:LaunchTemplate"
	ParameterReference       ReferenceKind = "ssm:Parameter"
	ImageRecipeReference     ReferenceKind = "imagebuilder:ImageRecipe"
	ContainerRecipeReference ReferenceKind = "imagebuilder:ContainerRecipe"
)
