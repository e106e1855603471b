package main

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/catalogue"
)

// The law that keeps a refresh from changing what AWS didn't change: every embedded document is what
// is written for the SDK's value of it.
func TestDocumentRoundTrip(t *testing.T) {
	t.Parallel()
	for _, name := range catalogue.InstanceTypeNames() {
		want, _ := catalogue.InstanceTypeDocument(name)
		var info types.InstanceTypeInfo
		require.NoError(t, json.Unmarshal(want, &info), name)
		got, err := document(info)
		require.NoError(t, err, name)
		require.Equal(t, string(want), string(got))
	}
}

func TestDocument(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in   types.InstanceTypeInfo
		want string
	}{
		"nothing said":            {types.InstanceTypeInfo{}, `{}`},
		"false and zero are said": {types.InstanceTypeInfo{BareMetal: aws.Bool(false), MemoryInfo: &types.MemoryInfo{SizeInMiB: aws.Int64(0)}}, `{"BareMetal":false,"MemoryInfo":{"SizeInMiB":0}}`},
		"an empty list is not":    {types.InstanceTypeInfo{SupportedBootModes: []types.BootModeType{}}, `{}`},
		"members are sorted":      {types.InstanceTypeInfo{InstanceType: "t3.nano", Hypervisor: "nitro"}, `{"Hypervisor":"nitro","InstanceType":"t3.nano"}`},
		"a whole number that may have a fraction": {types.InstanceTypeInfo{ProcessorInfo: &types.ProcessorInfo{SustainedClockSpeedInGhz: aws.Float64(3)}},
			`{"ProcessorInfo":{"SustainedClockSpeedInGhz":3.0}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := document(tc.in)
			require.NoError(t, err)
			require.Equal(t, tc.want, string(got))
		})
	}
}

func TestUnknownKindsAreRefused(t *testing.T) {
	t.Parallel()
	_, err := appendValue(nil, reflect.ValueOf(struct{ Tags []map[string]string }{[]map[string]string{{}}}))
	require.ErrorContains(t, err, "Tags: a value of type map[string]string can't be written")
}
