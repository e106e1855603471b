package engine

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/internal/alike"
)

// Tags that instances of a template have; nobody can give or take them
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/launch-instances-from-launch-template.html).
const (
	templateIDTag      = "aws:ec2launchtemplate:id"
	templateVersionTag = "aws:ec2launchtemplate:version"
)

// templated gives the request with what its template says beside it, and the version of the template, nil without one.
func (t *tx) templated(in *ec2.RunInstancesInput) (*ec2.RunInstancesInput, *templateVersion, error) {
	if in.LaunchTemplate == nil {
		return in, nil, nil
	}
	l, err := t.template(in.LaunchTemplate.LaunchTemplateId, in.LaunchTemplate.LaunchTemplateName)
	if err != nil {
		return nil, nil, err
	}
	v, err := t.templateVersion(l, deref(in.LaunchTemplate.Version))
	if err != nil {
		return nil, nil, err
	}
	if v.data.InstanceRequirements != nil && in.InstanceType == "" { // code and text (mem)
		return nil, nil, fail("InvalidParameterCombination",
			"The launch template specifies InstanceRequirements, which fleets and groups understand: give RunInstances an InstanceType.")
	}
	return withTemplate(in, v.data), v, nil
}

// withTemplate lays a request over a template's data: what it says itself counts
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html, LaunchTemplate). Devices, interfaces and
// tags are laid over one by one (mem).
func withTemplate(in *ec2.RunInstancesInput, data *ec2types.RequestLaunchTemplateData) *ec2.RunInstancesInput {
	says := alike.To[ec2.RunInstancesInput](data)
	//lint:ignore SA1019 a template may still say it
	says.ElasticGpuSpecification = data.ElasticGpuSpecifications
	all := *in
	fillIn(&all, says)
	all.BlockDeviceMappings = laidOver(in.BlockDeviceMappings, says.BlockDeviceMappings, func(d ec2types.BlockDeviceMapping) string { return deref(d.DeviceName) })
	all.NetworkInterfaces = laidOver(in.NetworkInterfaces, says.NetworkInterfaces, func(n ec2types.InstanceNetworkInterfaceSpecification) int {
		return deviceOrder(deref(n.NetworkCardIndex), deref(n.DeviceIndex))
	})
	all.TagSpecifications = tagsOver(in.TagSpecifications, says.TagSpecifications)
	return &all
}

// laidOver gives what a request says, and of what the template says the rest.
func laidOver[T any, K comparable](over, under []T, key func(T) K) []T {
	all := slices.Clone(over)
	for _, u := range under {
		if !slices.ContainsFunc(over, func(o T) bool { return key(o) == key(u) }) {
			all = append(all, u)
		}
	}
	return all
}

func tagsOver(over, under []ec2types.TagSpecification) []ec2types.TagSpecification {
	all := slices.Clone(over)
	for _, u := range under {
		var said []ec2types.Tag
		for _, o := range over {
			if o.ResourceType == u.ResourceType {
				said = append(said, o.Tags...)
			}
		}
		rest := laidOver(said, u.Tags, func(g ec2types.Tag) string { return deref(g.Key) })[len(said):]
		all = append(all, ec2types.TagSpecification{ResourceType: u.ResourceType, Tags: rest})
	}
	return all
}

// systemTags are those that EC2 itself gives to an instance of a template.
func (v *templateVersion) systemTags() []ec2types.Tag {
	return []ec2types.Tag{
		{Key: ptr(templateIDTag), Value: ptr(v.template)},
		{Key: ptr(templateVersionTag), Value: ptr(strconv.FormatInt(v.number, 10))},
	}
}
