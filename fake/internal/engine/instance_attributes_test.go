package engine

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
)

func TestAttributesOfAnInstance(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(func(in *ec2.RunInstancesInput) {
		in.UserData = ptr("aGVsbG8=")
		in.DisableApiTermination, in.DisableApiStop = ptr(true), ptr(true)
		in.InstanceInitiatedShutdownBehavior = ec2types.ShutdownBehaviorTerminate
	})
	plain := w.launch(nil)
	i := w.instance(id)
	value := func(s string) *ec2types.AttributeValue { return &ec2types.AttributeValue{Value: ptr(s)} }
	empty := &ec2types.AttributeValue{}
	on, off := &ec2types.AttributeBooleanValue{Value: ptr(true)}, &ec2types.AttributeBooleanValue{Value: ptr(false)}
	for attribute, tc := range map[ec2types.InstanceAttributeName]struct {
		id   string
		want ec2.DescribeInstanceAttributeOutput
	}{
		"instanceType":          {id, ec2.DescribeInstanceAttributeOutput{InstanceType: value("t4g.small")}},
		"kernel":                {id, ec2.DescribeInstanceAttributeOutput{KernelId: empty}},
		"ramdisk":               {id, ec2.DescribeInstanceAttributeOutput{RamdiskId: empty}},
		"userData":              {id, ec2.DescribeInstanceAttributeOutput{UserData: value("aGVsbG8=")}},
		"disableApiTermination": {id, ec2.DescribeInstanceAttributeOutput{DisableApiTermination: on}},
		"disableApiStop":        {id, ec2.DescribeInstanceAttributeOutput{DisableApiStop: on}},
		"rootDeviceName":        {id, ec2.DescribeInstanceAttributeOutput{RootDeviceName: value("/dev/xvda")}},
		"blockDeviceMapping":    {id, ec2.DescribeInstanceAttributeOutput{BlockDeviceMappings: i.BlockDeviceMappings}},
		"productCodes":          {id, ec2.DescribeInstanceAttributeOutput{}},
		"sourceDestCheck":       {id, ec2.DescribeInstanceAttributeOutput{SourceDestCheck: on}},
		"groupSet":              {id, ec2.DescribeInstanceAttributeOutput{Groups: i.SecurityGroups}},
		"ebsOptimized":          {id, ec2.DescribeInstanceAttributeOutput{EbsOptimized: off}},
		"sriovNetSupport":       {id, ec2.DescribeInstanceAttributeOutput{SriovNetSupport: value("simple")}},
		"enclaveOptions":        {id, ec2.DescribeInstanceAttributeOutput{EnclaveOptions: &ec2types.EnclaveOptions{Enabled: ptr(false)}}},

		"instanceInitiatedShutdownBehavior": {id, ec2.DescribeInstanceAttributeOutput{InstanceInitiatedShutdownBehavior: value("terminate")}},
	} {
		t.Run(string(attribute), func(t *testing.T) {
			t.Parallel()
			got := must[ec2.DescribeInstanceAttributeOutput](w.within(t), &ec2.DescribeInstanceAttributeInput{InstanceId: ptr(tc.id), Attribute: attribute})
			tc.want.InstanceId = ptr(tc.id)
			require.Empty(t, cmp.Diff(&tc.want, got, unexported, cmpopts.IgnoreUnexported(
				ec2.DescribeInstanceAttributeOutput{}, ec2types.AttributeValue{}, ec2types.AttributeBooleanValue{}),
				cmpopts.IgnoreFields(ec2.DescribeInstanceAttributeOutput{}, "ResultMetadata")))
		})
	}
	t.Run("what it doesn't have is empty", func(t *testing.T) {
		t.Parallel()
		w := w.within(t)
		got := must[ec2.DescribeInstanceAttributeOutput](w, &ec2.DescribeInstanceAttributeInput{InstanceId: ptr(plain), Attribute: "userData"})
		require.NotNil(t, got.UserData)
		require.Nil(t, got.UserData.Value)
	})
}

func TestDescribeInstanceAttributeRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(nil)
	for name, tc := range map[string]struct {
		id        *string
		attribute ec2types.InstanceAttributeName
		code      string
		message   string
	}{
		"no instance":   {nil, "userData", "MissingParameter", "InstanceId"},
		"no attribute":  {ptr(id), "", "MissingParameter", "Attribute"},
		"unknown one":   {ptr(id), "color", "InvalidParameterValue", "Value (color) for parameter attribute is invalid. Unknown attribute."},
		"enaSupport":    {ptr(id), "enaSupport", "InvalidParameterValue", "The enaSupport attribute is not supported."},
		"malformed ID":  {ptr("x"), "userData", "InvalidInstanceID.Malformed", `"x"`},
		"unknown ID":    {ptr("i-01234567"), "userData", "InvalidInstanceID.NotFound", "i-01234567"},
		"nothing works": {ptr("i-01234567"), "color", "InvalidParameterValue", "color"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := call[ec2.DescribeInstanceAttributeOutput](w.within(t), &ec2.DescribeInstanceAttributeInput{InstanceId: tc.id, Attribute: tc.attribute})
			require.Contains(t, wantCode(t, err, tc.code).Message, tc.message)
		})
	}
}

func TestAttributesOfATerminatedInstance(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(nil)
	_, err := w.terminate(id)
	require.NoError(t, err)
	for attribute := range instanceAttributes {
		got := must[ec2.DescribeInstanceAttributeOutput](w, &ec2.DescribeInstanceAttributeInput{InstanceId: ptr(id), Attribute: attribute})
		require.Nil(t, got.SourceDestCheck)
		require.Empty(t, got.Groups)
		require.Empty(t, got.BlockDeviceMappings)
	}
}
