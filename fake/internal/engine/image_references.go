package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// How many images one request may ask about, and how many versions of a launch template are looked at: by default, and at
// most (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImageReferences.html,
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ResourceTypeOption.html).
const (
	maxReferencedImages = 10
	referenceDepth      = 10
	maxVersionDepth     = 10_000
)

var imageReferenceOperations = []operation{
	reading("ImageIds IncludeAllResourceTypes MaxResults NextToken ResourceTypes{ResourceType ResourceTypeOptions{OptionName OptionValues}}",
		(*view).describeImageReferences),
}

// referencePaging is (mem) but for its least.
var referencePaging = paging{min: 1, max: 1000, badToken: "InvalidNextToken"}

// imageReference is a resource that refers to an image. Its id is its place in the listing.
type imageReference struct {
	id, image, arn string
	kind           ec2types.ImageReferenceResourceType
}

// describeImageReferences finds what the caller has here that refers to images, whosever they are and whether they still
// exist. There are no recipes in this cloud yet.
func (v *view) describeImageReferences(in *ec2.DescribeImageReferencesInput) (*ec2.DescribeImageReferencesOutput, error) {
	pg, err := referencePaging.at("DescribeImageReferences", in.MaxResults, in.NextToken, 0, "")
	if err != nil {
		return nil, err
	}
	wanted, err := referenceTypes(in)
	if err != nil {
		return nil, err
	}
	for _, id := range in.ImageIds {
		if err := checkID(kindImage, id); err != nil {
			return nil, err
		}
		if _, ok := v.imageOrFormer(id); !ok {
			return nil, notFound(kindImage, id)
		}
	}
	var found []*imageReference
	for n, id := range in.ImageIds {
		for _, typ := range ec2types.ImageReferenceResourceType("").Values() {
			scope, ok := wanted[typ]
			if !ok {
				continue
			}
			for _, arn := range v.referring(id, typ, scope) {
				found = append(found, &imageReference{id: fmt.Sprintf("%02d %s %s", n, typ, arn), image: id, arn: arn, kind: typ})
			}
		}
	}
	slices.SortFunc(found, func(a, b *imageReference) int { return strings.Compare(a.id, b.id) })
	rest := slices.DeleteFunc(found, func(r *imageReference) bool { return r.id <= pg.after })
	rows, next := cut(pg, slices.Values(rest), func(r *imageReference) string { return r.id })
	out := &ec2.DescribeImageReferencesOutput{NextToken: next, ImageReferences: []ec2types.ImageReference{}}
	for _, r := range rows {
		out.ImageReferences = append(out.ImageReferences, ec2types.ImageReference{Arn: ptr(r.arn), ImageId: ptr(r.image), ResourceType: r.kind})
	}
	return out, nil
}

// referenceScope is how far references of one type are looked for.
type referenceScope struct {
	states []string // of instances; none is all
	depth  int      // versions of a launch template
}

// referenceTypes are the types of resources to look at. What is said of a type replaces what all types are looked for with.
func referenceTypes(in *ec2.DescribeImageReferencesInput) (map[ec2types.ImageReferenceResourceType]referenceScope, error) {
	switch n := len(in.ImageIds); {
	case n == 0:
		return nil, missing("ImageId")
	case n > maxReferencedImages:
		return nil, badValue("ImageId", n, "At most %d images may be asked about at once.", maxReferencedImages)
	case !deref(in.IncludeAllResourceTypes) && len(in.ResourceTypes) == 0:
		return nil, fail("MissingParameter", "Either IncludeAllResourceTypes or ResourceTypes must be specified.")
	}
	wanted := make(map[ec2types.ImageReferenceResourceType]referenceScope)
	if deref(in.IncludeAllResourceTypes) {
		for _, typ := range ec2types.ImageReferenceResourceType("").Values() {
			wanted[typ] = referenceScope{depth: referenceDepth}
		}
	}
	for _, t := range in.ResourceTypes {
		if !slices.Contains(t.ResourceType.Values(), t.ResourceType) {
			return nil, badValue("ResourceType", t.ResourceType, "It is no type of resource that can refer to images.")
		}
		scope := referenceScope{depth: referenceDepth}
		for _, o := range t.ResourceTypeOptions {
			if err := scope.set(t.ResourceType, o); err != nil {
				return nil, err
			}
		}
		wanted[t.ResourceType] = scope
	}
	return wanted, nil
}

func (s *referenceScope) set(typ ec2types.ImageReferenceResourceType, o ec2types.ResourceTypeOption) error {
	switch {
	case o.OptionName == ec2types.ImageReferenceOptionNameStateName && typ == ec2types.ImageReferenceResourceTypeEc2Instance:
		for _, state := range o.OptionValues {
			if !slices.Contains(ec2types.InstanceStateName("").Values(), ec2types.InstanceStateName(state)) {
				return badValue("OptionValue", state, "It is no state of an instance.")
			}
		}
		s.states = o.OptionValues
		return nil
	case o.OptionName == ec2types.ImageReferenceOptionNameVersionDepth && typ == ec2types.ImageReferenceResourceTypeEc2LaunchTemplate:
		depth, err := versionDepth(o.OptionValues)
		s.depth = depth
		return err
	}
	return badValue("OptionName", o.OptionName, "It is no option of %s.", typ)
}

// versionDepth is the one value of the option of that name.
func versionDepth(values []string) (int, error) {
	if len(values) != 1 {
		return 0, badValue("OptionValue", values, "version-depth takes one number.")
	}
	n, err := strconv.Atoi(values[0])
	if err != nil || n < 1 || n > maxVersionDepth {
		return 0, badValue("OptionValue", values[0], "Expecting a number from 1 to %d.", maxVersionDepth)
	}
	return n, nil
}

// referring gives the ARNs of the caller's resources of a type that refer to an image. A launch template that names a
// parameter doesn't: the parameter does (mem).
func (v *view) referring(image string, typ ec2types.ImageReferenceResourceType, scope referenceScope) []string {
	var arns []string
	switch typ {
	case ec2types.ImageReferenceResourceTypeEc2Instance:
		for i := range v.instances.By("image", v.scope, image) {
			if len(scope.states) == 0 || slices.Contains(scope.states, string(i.state)) {
				arns = append(arns, v.ARN("ec2", "instance/"+i.id))
			}
		}
	case ec2types.ImageReferenceResourceTypeEc2LaunchTemplate:
		for l := range v.templates.All(v.scope, "") {
			versions := v.versionsOf(l)
			if slices.ContainsFunc(versions[:min(scope.depth, len(versions))], func(t *templateVersion) bool { return deref(t.data.ImageId) == image }) {
				arns = append(arns, v.ARN("ec2", "launch-template/"+l.id))
			}
		}
	case ec2types.ImageReferenceResourceTypeSsmParameter:
		for p := range v.parameters.All(v.scope, "") {
			if n := p.newest(); n.dataType == imageParameter && n.value == image {
				arns = append(arns, v.ARN("ssm", "parameter/"+strings.TrimPrefix(p.name, "/")))
			}
		}
	}
	return arns
}
