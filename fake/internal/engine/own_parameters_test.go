package engine

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

var ignoreParameters = cmpopts.IgnoreUnexported(ssmtypes.Parameter{}, ssmtypes.ParameterMetadata{}, ssmtypes.ParameterHistory{}, ssmtypes.Tag{})

func putting(name, value string, change ...func(*ssm.PutParameterInput)) *ssm.PutParameterInput {
	in := &ssm.PutParameterInput{Name: &name, Value: &value, Type: ssmtypes.ParameterTypeString}
	for _, f := range change {
		f(in)
	}
	return in
}

func overwriting(in *ssm.PutParameterInput) { in.Overwrite, in.Type = ptr(true), "" }

func (w *testWorld) put(name, value string, change ...func(*ssm.PutParameterInput)) int64 {
	w.t.Helper()
	return must[ssm.PutParameterOutput](w, putting(name, value, change...)).Version
}

func (w *testWorld) parameter(name string) ssmtypes.Parameter {
	w.t.Helper()
	return *must[ssm.GetParameterOutput](w, &ssm.GetParameterInput{Name: &name}).Parameter
}

func TestOwnParameters(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	require.EqualValues(t, 1, w.put("/golden/web", "ami-1", func(in *ssm.PutParameterInput) {
		in.Description, in.AllowedPattern = ptr("the newest"), ptr("^ami-")
		in.Tags = []ssmtypes.Tag{{Key: ptr("b"), Value: ptr("2")}, {Key: ptr("a"), Value: ptr("1")}}
	}))
	require.EqualValues(t, 2, w.put("/golden/web", "ami-2", overwriting))
	want := ssmtypes.Parameter{
		ARN: ptr("arn:aws:ssm:us-east-1:" + DefaultAccount + ":parameter/golden/web"), DataType: ptr("text"), LastModifiedDate: ptr(w.clock.now()),
		Name: ptr("/golden/web"), Type: ssmtypes.ParameterTypeString, Value: ptr("ami-2"), Version: 2,
	}
	require.Empty(t, cmp.Diff(want, w.parameter("/golden/web"), ignoreParameters))
	require.Empty(t, cmp.Diff(want, w.parameter(*want.ARN), ignoreParameters))
	first := w.parameter("/golden/web:1")
	require.Equal(t, "ami-1", *first.Value)
	require.Equal(t, ":1", *first.Selector)
	require.Equal(t, "ami-1", *w.parameter(*want.ARN + ":1").Value)
	wantNoChange[ssm.GetParameterOutput](w, &ssm.GetParameterInput{Name: ptr("/golden/web:3")}, "ParameterVersionNotFound")
	wantNoChange[ssm.GetParameterOutput](w, &ssm.GetParameterInput{Name: ptr("/golden/web:prod")}, "ParameterVersionNotFound")
	wantNoChange[ssm.GetParameterOutput](w.as(someone), &ssm.GetParameterInput{Name: ptr("/golden/web")}, "ParameterNotFound")
	wantNoChange[ssm.GetParameterOutput](w.in(region.EUWest1), &ssm.GetParameterInput{Name: ptr("/golden/web")}, "ParameterNotFound")

	history := must[ssm.GetParameterHistoryOutput](w, &ssm.GetParameterHistoryInput{Name: ptr("/golden/web"), MaxResults: ptr(int32(1))})
	require.Equal(t, "the newest", *history.Parameters[0].Description)
	require.Equal(t, "^ami-", *history.Parameters[0].AllowedPattern)
	rest := must[ssm.GetParameterHistoryOutput](w, &ssm.GetParameterHistoryInput{Name: ptr("/golden/web"), NextToken: history.NextToken})
	require.Nil(t, rest.NextToken)
	require.EqualValues(t, 2, rest.Parameters[0].Version)

	tagging := func() []ssmtypes.Tag {
		return must[ssm.ListTagsForResourceOutput](w, &ssm.ListTagsForResourceInput{ResourceType: "Parameter", ResourceId: ptr("/golden/web")}).TagList
	}
	require.Empty(t, cmp.Diff([]ssmtypes.Tag{{Key: ptr("a"), Value: ptr("1")}, {Key: ptr("b"), Value: ptr("2")}}, tagging(), ignoreParameters))
	must[ssm.AddTagsToResourceOutput](w, &ssm.AddTagsToResourceInput{ResourceType: "Parameter", ResourceId: ptr("/golden/web"), Tags: []ssmtypes.Tag{{Key: ptr("a"), Value: ptr("3")}}})
	must[ssm.RemoveTagsFromResourceOutput](w, &ssm.RemoveTagsFromResourceInput{ResourceType: "Parameter", ResourceId: ptr("/golden/web"), TagKeys: []string{"b"}})
	require.Empty(t, cmp.Diff([]ssmtypes.Tag{{Key: ptr("a"), Value: ptr("3")}}, tagging(), ignoreParameters))

	for range maxParameterVersions {
		w.put("/golden/web", "ami-3", overwriting)
	}
	wantNoChange[ssm.GetParameterOutput](w, &ssm.GetParameterInput{Name: ptr("/golden/web:2")}, "ParameterVersionNotFound")
	require.EqualValues(t, 102, w.parameter("/golden/web").Version)

	out := must[ssm.DeleteParametersOutput](w, &ssm.DeleteParametersInput{Names: []string{"x", "/golden/web"}})
	require.Equal(t, []string{"x"}, out.InvalidParameters)
	require.Equal(t, []string{"/golden/web"}, out.DeletedParameters)
	wantNoChange[ssm.DeleteParameterOutput](w, &ssm.DeleteParameterInput{Name: ptr("/golden/web")}, "ParameterNotFound")
	w.put("again", "x")
	must[ssm.DeleteParameterOutput](w, &ssm.DeleteParameterInput{Name: ptr("again")})
}

// https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-ec2-aliases.html
func TestImageParametersAreChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	image := func(in *ssm.PutParameterInput) { in.DataType = ptr("aws:ec2:image") }
	own := w.ownImages("golden")[0]
	require.EqualValues(t, 1, w.put("/golden", "ami-0123456789abcdef0", image), "it is told before the check")
	wantNoChange[ssm.GetParameterOutput](w, &ssm.GetParameterInput{Name: ptr("/golden")}, "ParameterNotFound")
	require.EqualValues(t, 1, w.put("/golden", own, image))
	require.Equal(t, "aws:ec2:image", *w.parameter("/golden").DataType)
	require.EqualValues(t, 2, w.put("/golden", "ami-0123456789abcdef0", overwriting))
	require.EqualValues(t, 1, w.parameter("/golden").Version)
	wantNoChange[ssm.PutParameterOutput](w, putting("/golden", "golden", overwriting), "ValidationException")
	wantNoChange[ssm.PutParameterOutput](w, putting("/list", own, image, func(in *ssm.PutParameterInput) { in.Type = ssmtypes.ParameterTypeStringList }), "ValidationException")
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-systems-manager-parameter-to-find-AMI.html
func TestLaunchesByOnesOwnParameter(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	images := []string{w.imageLike("arm64", func(*image) {}), w.imageLike("arm64", func(*image) {})}
	w.put("/golden", images[0])
	w.put("/golden", images[1], overwriting)
	w.put("secret", images[0], func(in *ssm.PutParameterInput) { in.Type = ssmtypes.ParameterTypeSecureString })
	w.put("wrong", "x")
	launched := func(parameter string) string {
		return *w.instance(w.launch(func(in *ec2.RunInstancesInput) { in.ImageId = ptr("resolve:ssm:" + parameter) })).ImageId
	}
	require.Equal(t, images[1], launched("/golden"))
	require.Equal(t, images[0], launched("/golden:1"))
	for parameter, code := range map[string]string{"/none": "InvalidParameterValue", "/golden:7": "InvalidParameterValue", "secret": "InvalidParameterValue", "wrong": "InvalidAMIID.Malformed"} {
		wantNoChange[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) { in.ImageId = ptr("resolve:ssm:" + parameter) }), code)
	}
}

func TestSecureStringsAreToldToThoseWhoAsk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	key := w.addKey("alias/secrets")
	secure := func(in *ssm.PutParameterInput) { in.Type = ssmtypes.ParameterTypeSecureString }
	w.put("usual", "sesame", secure)
	w.put("own", "sesame", secure, func(in *ssm.PutParameterInput) { in.KeyId = &key })
	require.NotContains(t, *w.parameter("usual").Value, "sesame")
	require.Equal(t, *w.parameter("usual").Value, *w.parameter("usual").Value)
	for _, name := range []string{"usual", "own"} {
		out := must[ssm.GetParameterOutput](w, &ssm.GetParameterInput{Name: &name, WithDecryption: ptr(true)})
		require.Equal(t, "sesame", *out.Parameter.Value)
	}
	must[kms.DisableKeyOutput](w, &kms.DisableKeyInput{KeyId: &key})
	w.parameter("own")
	wantNoChange[ssm.GetParameterOutput](w, &ssm.GetParameterInput{Name: ptr("own"), WithDecryption: ptr(true)}, "InvalidKeyId")
	described := must[ssm.DescribeParametersOutput](w, &ssm.DescribeParametersInput{}).Parameters
	require.Equal(t, key, *described[0].KeyId)
	require.Equal(t, "alias/aws/ssm", *described[1].KeyId)
}

func TestPutParameterRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	w.put("taken", "x")
	w.put("large", strings.Repeat("x", 5000), func(in *ssm.PutParameterInput) { in.Tier = ssmtypes.ParameterTierIntelligentTiering })
	for name, tc := range map[string]struct {
		in   *ssm.PutParameterInput
		code string
	}{
		"no name":                {putting("", "x"), "ValidationException"},
		"a blank":                {putting("a b", "x"), "ValidationException"},
		"a slash at the end":     {putting("/a/", "x"), "ValidationException"},
		"a path without a slash": {putting("a/b", "x"), "ValidationException"},
		"AWS's names":            {putting("awsome", "x"), "ValidationException"},
		"AWS's paths":            {putting("/aws/x", "x"), "AccessDeniedException"},
		"many levels":            {putting(strings.Repeat("/a", 16), "x"), "HierarchyLevelLimitExceededException"},
		"a long name":            {putting(strings.Repeat("a", 1000), "x"), "ValidationException"},
		"no type":                {putting("a", "x", func(in *ssm.PutParameterInput) { in.Type = "" }), "ValidationException"},
		"another type":           {putting("a", "x", func(in *ssm.PutParameterInput) { in.Type = "Number" }), "UnsupportedParameterType"},
		"the type changed":       {putting("taken", "x", overwriting, func(in *ssm.PutParameterInput) { in.Type = "StringList" }), "HierarchyTypeMismatchException"},
		"no value":               {putting("a", ""), "ValidationException"},
		"a long value":           {putting("a", strings.Repeat("x", 4097)), "ValidationException"},
		"a tier lowered":         {putting("large", "x", overwriting, func(in *ssm.PutParameterInput) { in.Tier = "Standard" }), "ValidationException"},
		"another tier":           {putting("a", "x", func(in *ssm.PutParameterInput) { in.Tier = "Best" }), "ValidationException"},
		"taken":                  {putting("taken", "x"), "ParameterAlreadyExists"},
		"tags when overwriting":  {putting("taken", "x", overwriting, func(in *ssm.PutParameterInput) { in.Tags = []ssmtypes.Tag{{Key: ptr("a")}} }), "ValidationException"},
		"a reserved tag":         {putting("a", "x", func(in *ssm.PutParameterInput) { in.Tags = []ssmtypes.Tag{{Key: ptr("aws:a")}} }), "ValidationException"},
		"a key for a String":     {putting("a", "x", func(in *ssm.PutParameterInput) { in.KeyId = ptr("alias/x") }), "ValidationException"},
		"an unknown key":         {putting("a", "x", func(in *ssm.PutParameterInput) { in.Type, in.KeyId = "SecureString", ptr("alias/x") }), "InvalidKeyId"},
		"a pattern that is none": {putting("a", "x", func(in *ssm.PutParameterInput) { in.AllowedPattern = ptr("(") }), "InvalidAllowedPatternException"},
		"another pattern":        {putting("a", "x", func(in *ssm.PutParameterInput) { in.AllowedPattern = ptr(`^\d+$`) }), "ParameterPatternMismatchException"},
		"another data type":      {putting("a", "x", func(in *ssm.PutParameterInput) { in.DataType = ptr("json") }), "ValidationException"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NotEmpty(t, wantNoChange[ssm.PutParameterOutput](w.forkWithin(t), tc.in, tc.code).Message)
		})
	}
	tagged := &ssm.ListTagsForResourceInput{ResourceType: "Document", ResourceId: ptr("x")}
	wantNoChange[ssm.ListTagsForResourceOutput](w, tagged, "InvalidResourceType")
	tagged.ResourceType = "Parameter"
	wantNoChange[ssm.ListTagsForResourceOutput](w, tagged, "InvalidResourceId")
	wantNoChange[ssm.GetParameterHistoryOutput](w, &ssm.GetParameterHistoryInput{Name: ptr(al2023)}, "ParameterNotFound")
}

func TestParametersByPath(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	for _, name := range []string{"/a/b", "/a/c", "/a/d/e", "/ab", "a"} {
		w.put(name, "x")
	}
	w.put("/a/l", "x,y", func(in *ssm.PutParameterInput) { in.Type = ssmtypes.ParameterTypeStringList })
	names := func(in *ssm.GetParametersByPathInput) string {
		var got []string
		for in.NextToken = nil; ; {
			out := must[ssm.GetParametersByPathOutput](w, in)
			for _, p := range out.Parameters {
				got = append(got, *p.Name)
			}
			if in.NextToken = out.NextToken; in.NextToken == nil {
				return strings.Join(got, " ")
			}
		}
	}
	require.Equal(t, "/a/b /a/c /a/l", names(&ssm.GetParametersByPathInput{Path: ptr("/a")}))
	require.Equal(t, "/a/b /a/c /a/d/e /a/l", names(&ssm.GetParametersByPathInput{Path: ptr("/a/"), Recursive: ptr(true), MaxResults: ptr(int32(1))}))
	require.Equal(t, "/ab", names(&ssm.GetParametersByPathInput{Path: ptr("/")}))
	list := ssmtypes.ParameterStringFilter{Key: ptr("Type"), Values: []string{"StringList"}}
	require.Equal(t, "/a/l", names(&ssm.GetParametersByPathInput{Path: ptr("/a"), ParameterFilters: []ssmtypes.ParameterStringFilter{list}}))
	public := names(&ssm.GetParametersByPathInput{Path: ptr("/aws/service/ami-amazon-linux-latest")})
	require.Contains(t, public, al2023)
	require.Greater(t, strings.Count(public, " "), 10)
	require.Empty(t, names(&ssm.GetParametersByPathInput{Path: ptr("/aws/service/ami-amazon-linux-latest"), ParameterFilters: []ssmtypes.ParameterStringFilter{list}}))
	for name, in := range map[string]*ssm.GetParametersByPathInput{
		"ValidationException": {Path: ptr("a")},
		"InvalidFilterKey":    {Path: ptr("/a"), ParameterFilters: []ssmtypes.ParameterStringFilter{{Key: ptr("Name"), Values: []string{"x"}}}},
		"InvalidFilterOption": {Path: ptr("/a"), ParameterFilters: []ssmtypes.ParameterStringFilter{{Key: ptr("Type"), Option: ptr("Contains"), Values: []string{"x"}}}},
		"InvalidFilterValue":  {Path: ptr("/a"), ParameterFilters: []ssmtypes.ParameterStringFilter{{Key: ptr("Type")}}},
		"InvalidNextToken":    {Path: ptr("/a"), NextToken: ptr("x")},
	} {
		wantNoChange[ssm.GetParametersByPathOutput](w, in, name)
	}
	wantNoChange[ssm.GetParametersByPathOutput](w, &ssm.GetParametersByPathInput{Path: ptr("/a"), MaxResults: ptr(int32(11))}, "ValidationException")
}

func TestDescribeParameters(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	w.put("/a/b", "x", func(in *ssm.PutParameterInput) { in.Tags = []ssmtypes.Tag{{Key: ptr("k"), Value: ptr("v")}} })
	w.put("/a/c/d", "x", func(in *ssm.PutParameterInput) { in.Tier = ssmtypes.ParameterTierAdvanced })
	w.put("e", "x,y", func(in *ssm.PutParameterInput) { in.Type = ssmtypes.ParameterTypeStringList })
	names := func(in *ssm.DescribeParametersInput) string {
		var got []string
		for _, p := range must[ssm.DescribeParametersOutput](w, in).Parameters {
			got = append(got, *p.Name)
		}
		return strings.Join(got, " ")
	}
	for name, tc := range map[string]struct {
		key, option string
		values      []string
		want        string
	}{
		"name":              {"Name", "", []string{"/a/b", "e"}, "/a/b e"},
		"beginning of name": {"Name", "BeginsWith", []string{"/a"}, "/a/b /a/c/d"},
		"part of name":      {"Name", "Contains", []string{"c"}, "/a/c/d"},
		"type":              {"Type", "Equals", []string{"StringList"}, "e"},
		"path":              {"Path", "OneLevel", []string{"/a"}, "/a/b"},
		"path, recursive":   {"Path", "Recursive", []string{"/a"}, "/a/b /a/c/d"},
		"tier":              {"Tier", "", []string{"Advanced"}, "/a/c/d"},
		"data type":         {"DataType", "", []string{"text"}, "/a/b /a/c/d e"},
		"label":             {"Label", "", []string{"prod"}, ""},
		"key":               {"KeyId", "", []string{"alias/aws/ssm"}, ""},
		"tag":               {"tag:k", "", []string{"v"}, "/a/b"},
		"tag, any value":    {"tag:k", "", nil, "/a/b"},
		"tag, other value":  {"tag:k", "", []string{"w"}, ""},
	} {
		f := ssmtypes.ParameterStringFilter{Key: &tc.key, Option: text(tc.option), Values: tc.values}
		require.Equal(t, tc.want, names(&ssm.DescribeParametersInput{ParameterFilters: []ssmtypes.ParameterStringFilter{f}}), name)
	}
	old := []ssmtypes.ParametersFilter{{Key: ssmtypes.ParametersFilterKeyName, Values: []string{"/a"}}}
	require.Equal(t, "/a/b /a/c/d", names(&ssm.DescribeParametersInput{Filters: old}))
	require.Empty(t, names(&ssm.DescribeParametersInput{Shared: ptr(true)}))
	wantNoChange[ssm.DescribeParametersOutput](w, &ssm.DescribeParametersInput{Filters: old, ParameterFilters: []ssmtypes.ParameterStringFilter{{Key: ptr("Name")}}}, "ValidationException")
	page := must[ssm.DescribeParametersOutput](w, &ssm.DescribeParametersInput{MaxResults: ptr(int32(2))})
	require.Len(t, page.Parameters, 2)
	page = must[ssm.DescribeParametersOutput](w, &ssm.DescribeParametersInput{NextToken: page.NextToken})
	require.Empty(t, cmp.Diff([]ssmtypes.ParameterMetadata{{
		ARN: ptr("arn:aws:ssm:us-east-1:" + DefaultAccount + ":parameter/e"), DataType: ptr("text"), LastModifiedDate: ptr(w.clock.now()),
		LastModifiedUser: ptr("arn:aws:iam::" + DefaultAccount + ":root"), Name: ptr("e"), Policies: []ssmtypes.ParameterInlinePolicy{},
		Tier: ssmtypes.ParameterTierStandard, Type: ssmtypes.ParameterTypeStringList, Version: 1,
	}}, page.Parameters, ignoreParameters))
}
