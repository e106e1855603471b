package engine

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/amiclass/amiclass/internal/catalogue"
)

// Besides one's own parameters there are the public ones that name images, which are the catalogue's.
var parameterOperations = []operation{
	writing("ResourceId ResourceType Tags{Key Value}", (*tx).addTagsToResource),
	writing("Name", (*tx).deleteParameter),
	writing("Names", (*tx).deleteParameters),
	reading("Filters{Key Values} MaxResults NextToken ParameterFilters{Key Option Values} Shared", (*view).describeParameters),
	reading("Name MaxResults NextToken WithDecryption", (*view).getParameterHistory),
	reading("Path MaxResults NextToken ParameterFilters{Key Option Values} Recursive WithDecryption", (*view).getParametersByPath),
	reading("ResourceId ResourceType", (*view).listTagsForResource),
	writing("Name Value AllowedPattern DataType Description KeyId Overwrite Tags{Key Value} Tier Type", (*tx).putParameter),
	writing("ResourceId ResourceType TagKeys", (*tx).removeTagsFromResource),
	reading("Name WithDecryption", (*view).getParameter),
	reading("Names WithDecryption", (*view).getParameters),
}

// maxParameters is how many one GetParameters may ask for
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html).
const maxParameters = 10

func (v *view) getParameter(in *ssm.GetParameterInput) (*ssm.GetParameterOutput, error) {
	if in.Name == nil {
		return nil, invalidRequest("1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null")
	}
	if err := checkParameterName("name", *in.Name); err != nil {
		return nil, err
	}
	p, err := v.parameter(*in.Name, deref(in.WithDecryption))
	if err != nil {
		return nil, err
	}
	return &ssm.GetParameterOutput{Parameter: p}, nil
}

func (v *view) getParameters(in *ssm.GetParametersInput) (*ssm.GetParametersOutput, error) {
	if n := len(in.Names); n == 0 || n > maxParameters {
		return nil, invalidRequest("1 validation error detected: Value '[%s]' at 'names' failed to satisfy constraint: "+
			"Member must have length less than or equal to %d and greater than or equal to 1", strings.Join(in.Names, ", "), maxParameters)
	}
	out := &ssm.GetParametersOutput{InvalidParameters: []string{}, Parameters: []ssmtypes.Parameter{}}
	for i, name := range in.Names {
		if err := checkParameterName("names", name); err != nil {
			return nil, err
		}
		if slices.Contains(in.Names[:i], name) { // (mem)
			return nil, invalidRequest("Duplicate parameter name %s in the request.", name)
		}
		p, err := v.parameter(name, deref(in.WithDecryption))
		if err != nil {
			out.InvalidParameters = append(out.InvalidParameters, name)
			continue
		}
		out.Parameters = append(out.Parameters, *p)
	}
	slices.SortFunc(out.Parameters, func(a, b ssmtypes.Parameter) int { return strings.Compare(*a.Name, *b.Name) })
	slices.Sort(out.InvalidParameters)
	return out, nil
}

// deleteParameter takes one's own parameters only; public ones can't be named.
func (t *tx) deleteParameter(in *ssm.DeleteParameterInput) (*ssm.DeleteParameterOutput, error) {
	p, ok := t.ownParameter(deref(in.Name))
	if !ok {
		return nil, noParameter(deref(in.Name))
	}
	t.parameters.Delete(&t.undo, p.id)
	return &ssm.DeleteParameterOutput{}, nil
}

func (t *tx) deleteParameters(in *ssm.DeleteParametersInput) (*ssm.DeleteParametersOutput, error) {
	if n := len(in.Names); n == 0 || n > maxParameters {
		return nil, invalidRequest("1 validation error detected: Value '[%s]' at 'names' failed to satisfy constraint: "+
			"Member must have length less than or equal to %d and greater than or equal to 1", strings.Join(in.Names, ", "), maxParameters)
	}
	out := &ssm.DeleteParametersOutput{DeletedParameters: []string{}, InvalidParameters: []string{}}
	for _, name := range in.Names {
		p, ok := t.ownParameter(name)
		if !ok {
			out.InvalidParameters = append(out.InvalidParameters, name)
			continue
		}
		t.parameters.Delete(&t.undo, p.id)
		out.DeletedParameters = append(out.DeletedParameters, name)
	}
	return out, nil
}

// A name, or a path, with a version or label behind a colon; or the ARN of one.
var parameterName = regexp.MustCompile(`^(arn:[a-z-]+:ssm:[a-z0-9-]+:[0-9]*:parameter)?[a-zA-Z0-9_.\-/]+(:[a-zA-Z0-9_.\-]+)?$`)

// checkParameterName refuses what can't be a parameter's name (texts (mem)).
func checkParameterName(member, name string) error {
	if len(name) < 1 || len(name) > 2048 {
		return invalidRequest("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: "+
			"Member must have length less than or equal to 2048 and greater than or equal to 1", name, member)
	}
	if !parameterName.MatchString(name) {
		return invalidRequest("Invalid parameter name. Please use correct syntax for referencing a version/label  <name>:<version/label>")
	}
	return nil
}

// parameter finds a parameter of the region by its name or ARN, perhaps with a version behind it: one's own or a public one.
func (v *view) parameter(asked string, decrypt bool) (*ssmtypes.Parameter, error) {
	if p, ok, err := v.ownVersion(asked, decrypt); ok {
		return p, err
	}
	name, isARN := strings.CutPrefix(asked, v.parameterARN(""))
	if strings.HasPrefix(asked, "arn:") && !isARN {
		return nil, noParameter(asked) // another region's
	}
	name, selector, selected := strings.Cut(name, ":")
	image, ok := catalogue.ImageParameters(v.Region)[name]
	if !ok {
		return nil, noParameter(asked)
	}
	changed := v.imageReleased(image)
	p := &ssmtypes.Parameter{
		ARN:              ptr(v.parameterARN(name)),
		DataType:         ptr("text"),
		LastModifiedDate: &changed,
		Name:             ptr(name),
		Type:             ssmtypes.ParameterTypeString,
		Value:            ptr(image),
		Version:          versionAt(changed),
	}
	if selected {
		// Only the newest version is known, and public parameters have no labels.
		if selector != strconv.FormatInt(p.Version, 10) {
			return nil, noVersion(selector, name)
		}
		p.Selector = ptr(":" + selector)
	}
	return p, nil
}

// parameterARN is the name of a public parameter: such ARNs have no account
// (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html).
func (v *view) parameterARN(name string) string {
	return fmt.Sprintf("arn:%s:ssm:%s::parameter%s", v.Partition, v.Region, name)
}

func noVersion(version, name string) *Error {
	return modelled(&ssmtypes.ParameterVersionNotFound{Message: ptr(fmt.Sprintf(
		"Systems Manager could not find version %s of %s. Verify the version and try again.", version, name))})
}

func noParameter(name string) *Error {
	return modelled(&ssmtypes.ParameterNotFound{Message: ptr(fmt.Sprintf("Parameter %s not found.", name))})
}

// imageReleased is when a parameter began to name an image: when that was made.
func (v *view) imageReleased(id string) time.Time {
	im, ok := v.images.Get(id)
	if !ok {
		return v.seededAt(0).UTC().Truncate(time.Millisecond)
	}
	if im.seeded {
		return v.seededAt(im.age).UTC().Truncate(time.Millisecond)
	}
	return im.created.UTC().Truncate(time.Millisecond)
}

// versionAt lets versions grow with time as they do, about one every two weeks.
func versionAt(changed time.Time) int64 {
	const firstRelease, fortnight = 1_500_000_000, 14 * 24 * 60 * 60
	return max(1, (changed.Unix()-firstRelease)/fortnight)
}

// resolveImage gives the ID of an image that may be named by a Systems Manager parameter, as resolve:ssm:NAME
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-systems-manager-parameter-to-find-AMI.html).
func (v *view) resolveImage(id string) (string, error) {
	name, ok := strings.CutPrefix(id, "resolve:ssm:")
	if !ok {
		return id, nil
	}
	p, err := v.parameter(name, false)
	if err != nil || p.Type != ssmtypes.ParameterTypeString {
		return "", badValue("ImageId", id, "The parameter '%s' could not be found.", name) // (mem)
	}
	return *p.Value, nil
}
