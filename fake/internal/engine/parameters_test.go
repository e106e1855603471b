package engine

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/catalogue"
	"github.com/amiclass/amiclass/region"
)

const al2023 = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"

func TestGetParameter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	want := catalogue.ImageParameters(region.USEast1)[al2023]
	require.NotEmpty(t, want)
	plain := must[ssm.GetParameterOutput](w, &ssm.GetParameterInput{Name: ptr(al2023), WithDecryption: ptr(true)}).Parameter
	require.Equal(t, "arn:aws:ssm:us-east-1::parameter"+al2023, *plain.ARN)
	require.Equal(t, "text", *plain.DataType)
	require.Equal(t, al2023, *plain.Name)
	require.Equal(t, ssmtypes.ParameterTypeString, plain.Type)
	require.Equal(t, want, *plain.Value)
	require.Positive(t, plain.Version)
	require.False(t, plain.LastModifiedDate.After(w.clock.now()))
	require.Nil(t, plain.Selector)
	require.Nil(t, plain.SourceResult)

	version := ":" + strconv.FormatInt(plain.Version, 10)
	for name, tc := range map[string]struct{ asked, selector string }{
		"by ARN":             {*plain.ARN, ""},
		"by version":         {al2023 + version, version},
		"by ARN and version": {*plain.ARN + version, version},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := must[ssm.GetParameterOutput](w.within(t), &ssm.GetParameterInput{Name: &tc.asked}).Parameter
			require.Equal(t, want, *got.Value)
			require.Equal(t, al2023, *got.Name)
			require.Equal(t, tc.selector, deref(got.Selector))
		})
	}
	t.Run("each region has its own", func(t *testing.T) {
		t.Parallel()
		got := must[ssm.GetParameterOutput](w.within(t).in(region.EUWest1), &ssm.GetParameterInput{Name: ptr(al2023)}).Parameter
		require.NotEqual(t, want, *got.Value)
		require.Equal(t, "arn:aws:ssm:eu-west-1::parameter"+al2023, *got.ARN)
	})
	t.Run("as a launch resolves it", func(t *testing.T) {
		t.Parallel()
		require.NoError(t, w.forkWithin(t).change(func(tx *tx) error {
			got, err := tx.resolveImage("resolve:ssm:" + al2023 + version)
			require.NoError(t, err)
			require.Equal(t, want, got)
			_, err = tx.resolveImage("resolve:ssm:/nothing")
			wantCode(t, err, "InvalidParameterValue")
			return nil
		}))
	})
}

func TestGetParameterRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	for name, tc := range map[string]struct{ asked, code string }{
		"unknown":           {"/aws/service/nothing", "ParameterNotFound"},
		"one's own":         {"golden", "ParameterNotFound"},
		"another region's":  {"arn:aws:ssm:eu-west-1::parameter" + al2023, "ParameterNotFound"},
		"old version":       {al2023 + ":1", "ParameterVersionNotFound"},
		"label":             {al2023 + ":prod", "ParameterVersionNotFound"},
		"empty":             {"", "ValidationException"},
		"blank":             {"a b", "ValidationException"},
		"two selectors":     {al2023 + ":1:2", "ValidationException"},
		"too long":          {strings.Repeat("x", 2049), "ValidationException"},
		"another service's": {"arn:aws:ec2:us-east-1::image/ami-1", "ValidationException"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := wantNoChange[ssm.GetParameterOutput](w.forkWithin(t), &ssm.GetParameterInput{Name: &tc.asked}, tc.code)
			require.Equal(t, 400, e.Status)
			require.NotEmpty(t, e.Message)
			switch tc.code {
			case "ParameterNotFound":
				require.IsType(t, &ssmtypes.ParameterNotFound{}, e.Modeled)
			case "ParameterVersionNotFound":
				require.IsType(t, &ssmtypes.ParameterVersionNotFound{}, e.Modeled)
			default:
				require.Nil(t, e.Modeled, "the SDK has no type for it")
			}
		})
	}
	t.Run("no name", func(t *testing.T) {
		t.Parallel()
		wantNoChange[ssm.GetParameterOutput](w.forkWithin(t), &ssm.GetParameterInput{}, "ValidationException")
	})
}

func TestGetParameters(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	arm := strings.Replace(al2023, "x86_64", "arm64", 1)
	out := must[ssm.GetParametersOutput](w, &ssm.GetParametersInput{Names: []string{"z", al2023, arm, "a", al2023 + ":1"}, WithDecryption: ptr(false)})
	require.Equal(t, []string{al2023 + ":1", "a", "z"}, out.InvalidParameters)
	require.Len(t, out.Parameters, 2)
	require.Equal(t, arm, *out.Parameters[0].Name, "in order of name")
	require.Equal(t, al2023, *out.Parameters[1].Name)

	for name, names := range map[string][]string{
		"none":      nil,
		"too many":  slices.Repeat([]string{"x"}, 11),
		"malformed": {al2023, "a b"},
		"twice":     {al2023, al2023},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[ssm.GetParametersOutput](w.forkWithin(t), &ssm.GetParametersInput{Names: names}, "ValidationException")
		})
	}
}
