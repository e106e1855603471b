package engine

import (
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// The limits of https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceTypeSpecificationRequest.html.
const maxImageTypes = 100

var typePatternShape = regexp.MustCompile(`^[A-Za-z0-9_.*-]{1,24}$`)

var imageTypeOperations = []operation{
	writing("ImageId InstanceTypeSpecification{SupportedInstanceTypes UnsupportedInstanceTypes}", (*tx).replaceImageInstanceTypeSpecification),
}

// replaceImageInstanceTypeSpecification says on which instance types an image of the caller's may be launched. Copies have
// what their source has (mem); codes and texts are (mem) too.
func (t *tx) replaceImageInstanceTypeSpecification(in *ec2.ReplaceImageInstanceTypeSpecificationInput) (*ec2.ReplaceImageInstanceTypeSpecificationOutput, error) {
	im, err := t.lastingImage(deref(in.ImageId))
	if err != nil {
		return nil, err
	}
	im.supportedTypes, im.refusedTypes = nil, nil
	if s := in.InstanceTypeSpecification; s != nil {
		if len(im.productCodes) > 0 {
			return nil, fail("OperationNotPermitted", "The image '%s' has product codes, so that it can't have an instance type specification.", im.id)
		}
		var seen []string
		for _, list := range []struct {
			name  string
			types []string
		}{{"SupportedInstanceTypes", s.SupportedInstanceTypes}, {"UnsupportedInstanceTypes", s.UnsupportedInstanceTypes}} {
			if len(list.types) > maxImageTypes {
				return nil, badValue("InstanceTypeSpecification."+list.name, len(list.types), "At most %d entries are allowed.", maxImageTypes)
			}
			for _, p := range list.types {
				switch {
				case !typePatternShape.MatchString(p), doubleStar.MatchString(p):
					return nil, badValue("InstanceTypeSpecification."+list.name, p, "Expecting 1 to 24 letters, digits and _ . - and *, without ** in it.")
				case slices.Contains(seen, p):
					return nil, badValue("InstanceTypeSpecification."+list.name, p, "It is there twice.")
				}
				seen = append(seen, p)
			}
		}
		im.supportedTypes, im.refusedTypes = slices.Clone(s.SupportedInstanceTypes), slices.Clone(s.UnsupportedInstanceTypes)
	}
	t.images.Put(&t.undo, im)
	return &ec2.ReplaceImageInstanceTypeSpecificationOutput{ReturnValue: ptr(true)}, nil
}

var doubleStar = regexp.MustCompile(`\*\*`)

func (im *image) renderTypes() *ec2types.InstanceTypeSpecification {
	if len(im.supportedTypes)+len(im.refusedTypes) == 0 {
		return nil
	}
	items := func(types []string) []ec2types.InstanceTypeItem {
		var all []ec2types.InstanceTypeItem
		for _, p := range types {
			all = append(all, ec2types.InstanceTypeItem{InstanceType: ptr(p)})
		}
		return all
	}
	return &ec2types.InstanceTypeSpecification{SupportedInstanceTypes: items(im.supportedTypes), UnsupportedInstanceTypes: items(im.refusedTypes)}
}
