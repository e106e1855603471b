package engine

import (
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestEveryOperationsFieldsExist(t *testing.T) {
	t.Parallel()
	for _, op := range operations {
		t.Run(op.name, func(t *testing.T) {
			t.Parallel()
			f := op.fields()
			require.Equal(t, op.input, f.of)
			_, has := op.input.FieldByName("DryRun")
			if has {
				served := reflect.New(op.input)
				served.Elem().FieldByName("DryRun").Set(reflect.ValueOf(ptr(true)))
				require.Empty(t, f.unserved(served.Elem()), "the engine serves DryRun for all")
				require.True(t, op.dryRun(served.Interface()))
			}
			require.False(t, op.dryRun(reflect.New(op.input).Interface()))
		})
	}
}

func TestMistakesInAListOfFields(t *testing.T) {
	t.Parallel()
	for name, served := range map[string]string{
		"no such field":        "VpcIds Colour",
		"no such nested field": "Filters{Name Values Colour}",
		"fields not listed":    "Filters",
		"brace not closed":     "Filters{Name Values",
		"brace not opened":     "VpcIds }",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Panics(t, func() { parseFields(reflect.TypeFor[ec2.DescribeVpcsInput](), served) })
		})
	}
}

func TestUnservedFieldsAreNamedByTheirPaths(t *testing.T) {
	t.Parallel()
	f := parseFields(reflect.TypeFor[ec2.RunInstancesInput](), "ImageId MinCount MaxCount "+
		"NetworkInterfaces{DeviceIndex PrivateIpAddresses{PrivateIpAddress}} BlockDeviceMappings{DeviceName Ebs{VolumeSize}}")
	for name, tc := range map[string]struct {
		in   ec2.RunInstancesInput
		want []string
	}{
		"nothing set":    {ec2.RunInstancesInput{}, nil},
		"all served":     {ec2.RunInstancesInput{ImageId: ptr("ami-1"), MinCount: ptr(int32(1)), DryRun: ptr(true)}, nil},
		"top":            {ec2.RunInstancesInput{ImageId: ptr("ami-1"), KeyName: ptr("k"), InstanceType: "t3.micro"}, []string{"InstanceType", "KeyName"}},
		"even if false":  {ec2.RunInstancesInput{EbsOptimized: ptr(false)}, []string{"EbsOptimized"}},
		"an empty list":  {ec2.RunInstancesInput{SecurityGroupIds: []string{}}, nil},
		"a whole struct": {ec2.RunInstancesInput{Placement: &ec2types.Placement{}}, []string{"Placement"}},
		"within a pointer": {ec2.RunInstancesInput{BlockDeviceMappings: []ec2types.BlockDeviceMapping{{DeviceName: ptr("x"), Ebs: &ec2types.EbsBlockDevice{VolumeSize: ptr(int32(1)), Iops: ptr(int32(1))}}}},
			[]string{"BlockDeviceMappings[0].Ebs.Iops"}},
		"within lists": {ec2.RunInstancesInput{NetworkInterfaces: []ec2types.InstanceNetworkInterfaceSpecification{
			{DeviceIndex: ptr(int32(0))},
			{PrivateIpAddresses: []ec2types.PrivateIpAddressSpecification{{PrivateIpAddress: ptr("10.0.0.1")}, {Primary: ptr(true)}}, SubnetId: ptr("s")},
		}}, []string{"NetworkInterfaces[1].PrivateIpAddresses[1].Primary", "NetworkInterfaces[1].SubnetId"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, f.unserved(reflect.ValueOf(&tc.in).Elem()))
		})
	}
}

func fingerprintOf[I any](in *I) [32]byte {
	op := operations[reflect.TypeFor[*I]()]
	return op.fields().fingerprint(reflect.ValueOf(in).Elem())
}

func TestFingerprintsTellRequestsApart(t *testing.T) {
	t.Parallel()
	base := func(change func(in *ec2.RunInstancesInput)) [32]byte {
		in := &ec2.RunInstancesInput{
			ImageId: ptr("ami-1"), MinCount: ptr(int32(1)), MaxCount: ptr(int32(1)),
			SecurityGroupIds:  []string{"sg-1"},
			TagSpecifications: tagged(ec2types.ResourceTypeInstance, "a", "b"),
		}
		change(in)
		return fingerprintOf(in)
	}
	same := base(func(*ec2.RunInstancesInput) {})
	for name, change := range map[string]func(in *ec2.RunInstancesInput){
		"nothing":       func(*ec2.RunInstancesInput) {},
		"token":         func(in *ec2.RunInstancesInput) { in.ClientToken = ptr("t") },
		"dry run":       func(in *ec2.RunInstancesInput) { in.DryRun = ptr(true) },
		"an empty list": func(in *ec2.RunInstancesInput) { in.SecurityGroups = []string{} },
		"copies":        func(in *ec2.RunInstancesInput) { in.ImageId = ptr("ami-1") },
	} {
		t.Run("same/"+name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, same, base(change))
		})
	}
	for name, change := range map[string]func(in *ec2.RunInstancesInput){
		"a value":       func(in *ec2.RunInstancesInput) { in.ImageId = ptr("ami-2") },
		"no value":      func(in *ec2.RunInstancesInput) { in.ImageId = nil },
		"false":         func(in *ec2.RunInstancesInput) { in.EbsOptimized = ptr(false) },
		"an empty text": func(in *ec2.RunInstancesInput) { in.KeyName = ptr("") },
		"an empty part": func(in *ec2.RunInstancesInput) { in.Monitoring = &ec2types.RunInstancesMonitoringEnabled{} },
		"a longer list": func(in *ec2.RunInstancesInput) { in.SecurityGroupIds = []string{"sg-1", "sg-2"} },
		"another list":  func(in *ec2.RunInstancesInput) { in.SecurityGroups, in.SecurityGroupIds = in.SecurityGroupIds, nil },
		"key for value": func(in *ec2.RunInstancesInput) {
			in.TagSpecifications = tagged(ec2types.ResourceTypeInstance, "b", "a")
		},
		"another's tags": func(in *ec2.RunInstancesInput) { in.TagSpecifications = tagged(ec2types.ResourceTypeVolume, "a", "b") },
	} {
		t.Run("other/"+name, func(t *testing.T) {
			t.Parallel()
			require.NotEqual(t, same, base(change))
		})
	}
}

// Two requests have one fingerprint exactly if they say the same.
func TestFingerprintsAreEqualIffRequestsAre(t *testing.T) {
	t.Parallel()
	draw := func(t *rapid.T, name string) *ec2.DescribeSubnetsInput {
		word := rapid.SampledFrom([]string{"", "a", "ab", "b"})
		words := rapid.SliceOfN(word, 0, 3)
		in := &ec2.DescribeSubnetsInput{SubnetIds: words.Draw(t, name+" ids")}
		for range rapid.IntRange(0, 2).Draw(t, name+" filters") {
			in.Filters = append(in.Filters, ec2types.Filter{Name: ptr(word.Draw(t, "filter")), Values: words.Draw(t, "values")})
		}
		if rapid.Bool().Draw(t, name+" limited") {
			in.MaxResults = ptr(rapid.Int32Range(0, 2).Draw(t, "limit"))
		}
		return in
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw(t, "a"), draw(t, "b")
		equal := reflect.DeepEqual(normal(a), normal(b))
		if got := fingerprintOf(a) == fingerprintOf(b); got != equal {
			t.Fatalf("equal fingerprints: %t, equal requests: %t", got, equal)
		}
	})
}

// normal makes no difference between an empty list and none, as no wire does.
func normal(in *ec2.DescribeSubnetsInput) *ec2.DescribeSubnetsInput {
	if len(in.SubnetIds) == 0 {
		in.SubnetIds = nil
	}
	for i := range in.Filters {
		if len(in.Filters[i].Values) == 0 {
			in.Filters[i].Values = nil
		}
	}
	return in
}

func TestFingerprintsOfTimes(t *testing.T) {
	t.Parallel()
	type input struct{ At *time.Time }
	f := parseFields(reflect.TypeFor[input](), "At")
	at := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	print := func(at time.Time) [32]byte { return f.fingerprint(reflect.ValueOf(input{&at})) }
	require.Equal(t, print(at), print(at))
	require.NotEqual(t, print(at), print(at.Add(time.Nanosecond)))
}
