package alike

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/tooltest"
)

// What alike would lose without a word: fields of a type that the other doesn't have.
func TestAlikeTypesHaveTheSameFields(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		from, to reflect.Type
		lost     []string
	}{
		"a template's data as it was given": {reflect.TypeFor[ec2types.RequestLaunchTemplateData](), reflect.TypeFor[ec2types.RequestLaunchTemplateData](), nil},
		"a template's data as it is shown":  {reflect.TypeFor[ec2types.RequestLaunchTemplateData](), reflect.TypeFor[ec2types.ResponseLaunchTemplateData](), nil},
		// withTemplate and templated see to these.
		"a template's data as it is launched": {reflect.TypeFor[ec2types.RequestLaunchTemplateData](), reflect.TypeFor[ec2.RunInstancesInput](),
			[]string{"ElasticGpuSpecifications", "InstanceRequirements"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.lost, lostFields(tc.from, tc.to, ""))
		})
	}
}

func lostFields(from, to reflect.Type, path string) (lost []string) {
	for from.Kind() == reflect.Pointer || from.Kind() == reflect.Slice {
		from = from.Elem()
	}
	for to.Kind() == reflect.Pointer || to.Kind() == reflect.Slice {
		to = to.Elem()
	}
	if from.Kind() != reflect.Struct || from.PkgPath() == "time" {
		return nil
	}
	for i := range from.NumField() {
		f := from.Field(i)
		if !f.IsExported() {
			continue
		}
		other, ok := to.FieldByNameFunc(func(name string) bool { return strings.EqualFold(name, f.Name) })
		if !ok {
			lost = append(lost, path+f.Name)
			continue
		}
		lost = append(lost, lostFields(f.Type, other.Type, path+f.Name+".")...)
	}
	slices.Sort(lost)
	return lost
}

func TestAlikeSharesNothing(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	data := func() *ec2types.RequestLaunchTemplateData {
		return &ec2types.RequestLaunchTemplateData{
			ImageId: new("ami-1"), RamDiskId: new("ari-1"), EbsOptimized: new(true), InstanceType: "t3.micro", SecurityGroupIds: []string{"sg-1"},
			BlockDeviceMappings: []ec2types.LaunchTemplateBlockDeviceMappingRequest{{
				DeviceName: new("/dev/xvda"), Ebs: &ec2types.LaunchTemplateEbsBlockDeviceRequest{VolumeSize: new(int32(9)), VolumeType: "gp3"},
			}},
			MetadataOptions: &ec2types.LaunchTemplateInstanceMetadataOptionsRequest{HttpTokens: "required"},
			InstanceMarketOptions: &ec2types.LaunchTemplateInstanceMarketOptionsRequest{
				SpotOptions: &ec2types.LaunchTemplateSpotMarketOptionsRequest{ValidUntil: new(until)},
			},
		}
	}
	given := data()
	run := To[ec2.RunInstancesInput](given)
	tooltest.Scribble(given)
	want := &ec2.RunInstancesInput{
		ImageId: new("ami-1"), RamdiskId: new("ari-1"), EbsOptimized: new(true), InstanceType: "t3.micro", SecurityGroupIds: []string{"sg-1"},
		BlockDeviceMappings: []ec2types.BlockDeviceMapping{{
			DeviceName: new("/dev/xvda"), Ebs: &ec2types.EbsBlockDevice{VolumeSize: new(int32(9)), VolumeType: "gp3"},
		}},
		MetadataOptions:       &ec2types.InstanceMetadataOptionsRequest{HttpTokens: "required"},
		InstanceMarketOptions: &ec2types.InstanceMarketOptionsRequest{SpotOptions: &ec2types.SpotMarketOptions{ValidUntil: new(until)}},
	}
	unexported := cmp.FilterPath(func(p cmp.Path) bool {
		f, ok := p.Last().(cmp.StructField)
		return ok && strings.HasPrefix(f.Name(), "noSmithy")
	}, cmp.Ignore())
	require.Empty(t, cmp.Diff(want, run, unexported))
	require.Nil(t, To[ec2types.ResponseLaunchTemplateData](&ec2types.RequestLaunchTemplateData{}).ImageId)
}
