package engine

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/alike"
)

type templateData = ec2types.RequestLaunchTemplateData

// template makes a launch template and gives its ID.
func (w *testWorld) template(name string, change func(d *templateData)) string {
	w.t.Helper()
	d := &templateData{ImageId: ptr(linux + "arm64"), InstanceType: ec2types.InstanceTypeT4gSmall}
	if change != nil {
		change(d)
	}
	return *must[ec2.CreateLaunchTemplateOutput](w, &ec2.CreateLaunchTemplateInput{LaunchTemplateName: &name, LaunchTemplateData: d}).LaunchTemplate.LaunchTemplateId
}

// version adds a version to a template and gives its number.
func (w *testWorld) version(id, source string, d *templateData) int64 {
	w.t.Helper()
	in := &ec2.CreateLaunchTemplateVersionInput{LaunchTemplateId: &id, LaunchTemplateData: d}
	if source != "" {
		in.SourceVersion = &source
	}
	return *must[ec2.CreateLaunchTemplateVersionOutput](w, in).LaunchTemplateVersion.VersionNumber
}

func (w *testWorld) versions(in *ec2.DescribeLaunchTemplateVersionsInput) (numbers []int64) {
	w.t.Helper()
	for _, v := range must[ec2.DescribeLaunchTemplateVersionsOutput](w, in).LaunchTemplateVersions {
		numbers = append(numbers, *v.VersionNumber)
	}
	return numbers
}

func TestALaunchTemplateHasVersions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	made := must[ec2.CreateLaunchTemplateOutput](w, &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: ptr("web"), VersionDescription: ptr("the first"), ClientToken: ptr(strings.Repeat("t", 128)),
		LaunchTemplateData: &templateData{InstanceType: "t3.micro"}, TagSpecifications: tagged(ec2types.ResourceTypeLaunchTemplate, "team", "web"),
	}).LaunchTemplate
	require.Regexp(t, `^lt-0[0-9a-f]{16}$`, *made.LaunchTemplateId)
	require.Equal(t, []any{"web", int64(1), int64(1), "arn:aws:iam::" + w.account + ":root", "team"},
		[]any{*made.LaunchTemplateName, *made.DefaultVersionNumber, *made.LatestVersionNumber, *made.CreatedBy, *made.Tags[0].Key})
	id := *made.LaunchTemplateId

	require.Equal(t, int64(2), w.version(id, "1", &templateData{KeyName: ptr("mine")}))
	require.Equal(t, int64(3), w.version(id, "", &templateData{KeyName: ptr("mine")}))
	shown := must[ec2.DescribeLaunchTemplateVersionsOutput](w, &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateName: ptr("web")}).LaunchTemplateVersions
	require.Len(t, shown, 3)
	require.Equal(t, ec2types.InstanceType(""), shown[0].LaunchTemplateData.InstanceType, "version 3 has no source")
	require.Equal(t, ec2types.InstanceType("t3.micro"), shown[1].LaunchTemplateData.InstanceType)
	require.Equal(t, "mine", *shown[1].LaunchTemplateData.KeyName)
	require.Equal(t, []any{"the first", true}, []any{*shown[2].VersionDescription, *shown[2].DefaultVersion})

	changed := must[ec2.ModifyLaunchTemplateOutput](w, &ec2.ModifyLaunchTemplateInput{LaunchTemplateId: &id, DefaultVersion: ptr("2")}).LaunchTemplate
	require.Equal(t, []int64{2, 3}, []int64{*changed.DefaultVersionNumber, *changed.LatestVersionNumber})

	deleted := must[ec2.DeleteLaunchTemplateVersionsOutput](w, &ec2.DeleteLaunchTemplateVersionsInput{LaunchTemplateId: &id, Versions: []string{"3", "2", "9"}})
	require.Len(t, deleted.SuccessfullyDeletedLaunchTemplateVersions, 1)
	require.Equal(t, int64(3), *deleted.SuccessfullyDeletedLaunchTemplateVersions[0].VersionNumber)
	require.Len(t, deleted.UnsuccessfullyDeletedLaunchTemplateVersions, 2)
	require.Equal(t, ec2types.LaunchTemplateErrorCodeLaunchTemplateVersionDoesNotExist, deleted.UnsuccessfullyDeletedLaunchTemplateVersions[1].ResponseError.Code)
	require.Equal(t, []int64{2, 1}, w.versions(&ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: &id}))
	require.Equal(t, int64(4), w.version(id, "$Latest", &templateData{}), "numbers aren't used again")

	must[ec2.DeleteLaunchTemplateOutput](w, &ec2.DeleteLaunchTemplateInput{LaunchTemplateName: ptr("web")})
	require.Empty(t, must[ec2.DescribeLaunchTemplatesOutput](w, &ec2.DescribeLaunchTemplatesInput{}).LaunchTemplates)
	require.Empty(t, must[ec2.DescribeTagsOutput](w, &ec2.DescribeTagsInput{Filters: []ec2types.Filter{filter("resource-id", id)}}).Tags)
	w.template("web", nil) // the name is free again
}

func TestVersionsAreFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	web := w.template("web", nil)
	for range 4 {
		w.version(web, "$Latest", &templateData{EbsOptimized: ptr(true), MetadataOptions: &ec2types.LaunchTemplateInstanceMetadataOptionsRequest{HttpTokens: "required"}})
	}
	database := w.template("database", func(d *templateData) {
		d.ImageId, d.InstanceType = ptr("resolve:ssm:"+al2023), "r8g.large"
		d.NetworkInterfaces = []ec2types.LaunchTemplateInstanceNetworkInterfaceSpecificationRequest{{DeviceIndex: ptr(int32(0)), NetworkCardIndex: ptr(int32(0))}}
	})
	must[ec2.ModifyLaunchTemplateOutput](w, &ec2.ModifyLaunchTemplateInput{LaunchTemplateId: &web, DefaultVersion: ptr("3")})
	for name, tc := range map[string]struct {
		in   ec2.DescribeLaunchTemplateVersionsInput
		want []int64
	}{
		"all of one":           {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: &web}, []int64{5, 4, 3, 2, 1}},
		"by number and word":   {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: &web, Versions: []string{"2", "$Default", "$Latest", "5"}}, []int64{5, 3, 2}},
		"a range":              {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: &web, MinVersion: ptr("2"), MaxVersion: ptr("4")}, []int64{4, 3, 2}},
		"the latest of all":    {ec2.DescribeLaunchTemplateVersionsInput{Versions: []string{"$Latest"}}, []int64{5, 1}},
		"default ones as well": {ec2.DescribeLaunchTemplateVersionsInput{Versions: []string{"$Latest", "$Default"}}, []int64{5, 3, 1}},
		"by a filter": {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: &web, Filters: []ec2types.Filter{
			filter("http-tokens", "required"), filter("ebs-optimized", "true"), filter("is-default-version", "false"), filter("instance-type", "t4g.*"),
		}}, []int64{5, 4, 2}},
		"by a card": {ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: &database, Filters: []ec2types.Filter{filter("network-card-index", "0")}}, []int64{1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, w.within(t).versions(&tc.in))
		})
	}
	t.Run("page by page", func(t *testing.T) {
		t.Parallel()
		in := &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: &web, MaxResults: ptr(int32(2))}
		var pages [][]int64
		for {
			out := must[ec2.DescribeLaunchTemplateVersionsOutput](w.within(t), in)
			var numbers []int64
			for _, v := range out.LaunchTemplateVersions {
				numbers = append(numbers, *v.VersionNumber)
			}
			pages = append(pages, numbers)
			if in.NextToken = out.NextToken; in.NextToken == nil {
				break
			}
		}
		require.Equal(t, [][]int64{{5, 4}, {3, 2}, {1}}, pages)
	})
	t.Run("with the image that a parameter means", func(t *testing.T) {
		t.Parallel()
		image := func(resolve bool) string {
			out := must[ec2.DescribeLaunchTemplateVersionsOutput](w.within(t), &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: &database, ResolveAlias: &resolve})
			return *out.LaunchTemplateVersions[0].LaunchTemplateData.ImageId
		}
		require.Equal(t, "resolve:ssm:"+al2023, image(false))
		require.Regexp(t, "^ami-", image(true))
	})
	t.Run("templates by name and tag", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		must[ec2.CreateTagsOutput](w, &ec2.CreateTagsInput{Resources: []string{web}, Tags: tags("team", "web")})
		for _, in := range []*ec2.DescribeLaunchTemplatesInput{
			{LaunchTemplateNames: []string{"web"}}, {LaunchTemplateIds: []string{web}}, {Filters: []ec2types.Filter{filter("launch-template-name", "w*")}},
			{Filters: []ec2types.Filter{filter("tag:team", "web"), filter("create-time", "2026-11-24T12:00:*")}},
		} {
			out := must[ec2.DescribeLaunchTemplatesOutput](w, in).LaunchTemplates
			require.Len(t, out, 1)
			require.Equal(t, web, *out[0].LaunchTemplateId)
		}
	})
}

func TestLaunchTemplatesRefuse(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	web := w.template("web", nil)
	long := strings.Repeat("x", 129)
	create := func(change func(in *ec2.CreateLaunchTemplateInput)) any {
		in := &ec2.CreateLaunchTemplateInput{LaunchTemplateName: ptr("other"), LaunchTemplateData: &templateData{}}
		change(in)
		return in
	}
	for name, tc := range map[string]struct {
		in            any
		code, message string
	}{
		"a name that is taken": {create(func(in *ec2.CreateLaunchTemplateInput) { in.LaunchTemplateName = ptr("web") }), "InvalidLaunchTemplateName.AlreadyExistsException", "already in use"},
		"no name":              {create(func(in *ec2.CreateLaunchTemplateInput) { in.LaunchTemplateName = nil }), "MissingParameter", "LaunchTemplateName"},
		"a short name":         {create(func(in *ec2.CreateLaunchTemplateInput) { in.LaunchTemplateName = ptr("ab") }), "InvalidLaunchTemplateName.MalformedException", "between 3 and 128"},
		"a name with a space":  {create(func(in *ec2.CreateLaunchTemplateInput) { in.LaunchTemplateName = ptr("a b c") }), "InvalidLaunchTemplateName.MalformedException", "a b c"},
		"no data":              {create(func(in *ec2.CreateLaunchTemplateInput) { in.LaunchTemplateData = nil }), "MissingParameter", "LaunchTemplateData"},
		"a long token":         {create(func(in *ec2.CreateLaunchTemplateInput) { in.ClientToken = &long }), "InvalidClientToken", "128"},
		"a long description":   {create(func(in *ec2.CreateLaunchTemplateInput) { in.VersionDescription = ptr(long + long) }), "InvalidParameterValue", "at most 255"},
		"tags of others": {create(func(in *ec2.CreateLaunchTemplateInput) {
			in.TagSpecifications = tagged(ec2types.ResourceTypeInstance, "a", "b")
		}), "InvalidParameterValue", "taggable"},
		"reserved tags": {create(func(in *ec2.CreateLaunchTemplateInput) {
			in.LaunchTemplateData.TagSpecifications = []ec2types.LaunchTemplateTagSpecificationRequest{{ResourceType: ec2types.ResourceTypeInstance, Tags: tags("aws:a", "b")}}
		}), "InvalidParameterValue", "reserved"},
		"user data that isn't base64": {create(func(in *ec2.CreateLaunchTemplateInput) { in.LaunchTemplateData.UserData = ptr("#!") }), "InvalidUserData.Malformed", "BASE64"},
		"too much user data": {create(func(in *ec2.CreateLaunchTemplateInput) {
			in.LaunchTemplateData.UserData = ptr(base64.StdEncoding.EncodeToString(make([]byte, 16_385)))
		}), "InvalidUserData.Malformed", "User data is limited to 16384 bytes"},
		"a type and requirements": {create(func(in *ec2.CreateLaunchTemplateInput) {
			in.LaunchTemplateData.InstanceType, in.LaunchTemplateData.InstanceRequirements = "t3.micro", &ec2types.InstanceRequirementsRequest{}
		}), "InvalidParameterCombination", "InstanceRequirements"},

		"a version of nothing":          {&ec2.CreateLaunchTemplateVersionInput{LaunchTemplateData: &templateData{}}, "MissingParameter", "LaunchTemplateId"},
		"a version of no template":      {&ec2.CreateLaunchTemplateVersionInput{LaunchTemplateName: ptr("nothing"), LaunchTemplateData: &templateData{}}, "InvalidLaunchTemplateName.NotFoundException", "nothing"},
		"a source that isn't":           {&ec2.CreateLaunchTemplateVersionInput{LaunchTemplateId: &web, SourceVersion: ptr("2"), LaunchTemplateData: &templateData{}}, "InvalidLaunchTemplateId.VersionNotFound", "version 2"},
		"a version of two":              {&ec2.CreateLaunchTemplateVersionInput{LaunchTemplateId: &web, LaunchTemplateName: ptr("web"), LaunchTemplateData: &templateData{}}, "InvalidParameterCombination", "not both"},
		"an ID of the wrong shape":      {&ec2.DeleteLaunchTemplateInput{LaunchTemplateId: ptr("lt-1")}, "InvalidLaunchTemplateId.Malformed", "lt-1"},
		"an ID that nothing has":        {&ec2.DescribeLaunchTemplatesInput{LaunchTemplateIds: []string{"lt-0123456789abcdef0"}}, "InvalidLaunchTemplateId.NotFound", "lt-0123456789abcdef0"},
		"a name that nothing has":       {&ec2.DescribeLaunchTemplatesInput{LaunchTemplateNames: []string{"nothing"}}, "InvalidLaunchTemplateName.NotFoundException", "nothing"},
		"a large page":                  {&ec2.DescribeLaunchTemplatesInput{MaxResults: ptr(int32(201))}, "InvalidParameterValue", "200"},
		"a default that isn't":          {&ec2.ModifyLaunchTemplateInput{LaunchTemplateId: &web, DefaultVersion: ptr("7")}, "InvalidLaunchTemplateId.VersionNotFound", "version 7"},
		"a default that is no number":   {&ec2.ModifyLaunchTemplateInput{LaunchTemplateId: &web, DefaultVersion: ptr("newest")}, "InvalidParameterValue", "newest"},
		"to delete no versions":         {&ec2.DeleteLaunchTemplateVersionsInput{LaunchTemplateId: &web}, "MissingParameter", "LaunchTemplateVersion"},
		"to delete a word":              {&ec2.DeleteLaunchTemplateVersionsInput{LaunchTemplateId: &web, Versions: []string{"$Latest"}}, "InvalidParameterValue", "number"},
		"to delete very many":           {&ec2.DeleteLaunchTemplateVersionsInput{LaunchTemplateId: &web, Versions: make([]string, 201)}, "InvalidParameterValue", "At most 200"},
		"versions of all by number":     {&ec2.DescribeLaunchTemplateVersionsInput{Versions: []string{"1"}}, "InvalidParameterValue", "$Latest"},
		"all versions of all":           {&ec2.DescribeLaunchTemplateVersionsInput{}, "MissingParameter", "LaunchTemplateId"},
		"versions both ways":            {&ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: &web, Versions: []string{"1"}, MinVersion: ptr("1")}, "InvalidParameterCombination", "MinVersion"},
		"a version that isn't":          {&ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: &web, Versions: []string{"2"}}, "InvalidLaunchTemplateId.VersionNotFound", web},
		"data of no instance":           {&ec2.GetLaunchTemplateDataInput{InstanceId: ptr("i-0123456789abcdef0")}, "InvalidInstanceID.NotFound", "i-0123456789abcdef0"},
		"data without an instance's ID": {&ec2.GetLaunchTemplateDataInput{}, "MissingParameter", "InstanceId"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, wantNoChange[struct{}](w.forkWithin(t), tc.in, tc.code).Message, tc.message)
		})
	}
	_, err := call[ec2.DescribeLaunchTemplatesOutput](w.as("222222222222"), &ec2.DescribeLaunchTemplatesInput{LaunchTemplateIds: []string{web}})
	wantCode(t, err, "InvalidLaunchTemplateId.NotFound")
}

func TestALaunchTemplateIsMadeOnceForAToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	in := func() *ec2.CreateLaunchTemplateInput {
		return &ec2.CreateLaunchTemplateInput{LaunchTemplateName: ptr("web"), ClientToken: ptr("t"), LaunchTemplateData: &templateData{InstanceType: "t3.micro"}}
	}
	first := must[ec2.CreateLaunchTemplateOutput](w, in()).LaunchTemplate
	again := must[ec2.CreateLaunchTemplateOutput](w, in()).LaunchTemplate
	require.Equal(t, *first.LaunchTemplateId, *again.LaunchTemplateId)
	other := in()
	other.LaunchTemplateData.InstanceType = "t3.small"
	wantNoChange[ec2.CreateLaunchTemplateOutput](w, other, "IdempotentParameterMismatch")

	version := &ec2.CreateLaunchTemplateVersionInput{LaunchTemplateName: ptr("web"), ClientToken: ptr("t"), LaunchTemplateData: &templateData{}}
	for range 2 {
		require.Equal(t, int64(2), *must[ec2.CreateLaunchTemplateVersionOutput](w, version).LaunchTemplateVersion.VersionNumber)
	}
	modify := &ec2.ModifyLaunchTemplateInput{LaunchTemplateName: ptr("web"), ClientToken: ptr("t"), DefaultVersion: ptr("2")}
	for range 2 {
		require.Equal(t, int64(2), *must[ec2.ModifyLaunchTemplateOutput](w, modify).LaunchTemplate.DefaultVersionNumber)
	}
}

// Snapshots of devices aren't inherited (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html).
func TestAVersionInheritsAllButSnapshots(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.template("web", func(d *templateData) {
		d.BlockDeviceMappings = []ec2types.LaunchTemplateBlockDeviceMappingRequest{{
			DeviceName: ptr("/dev/sdb"), Ebs: &ec2types.LaunchTemplateEbsBlockDeviceRequest{SnapshotId: ptr("snap-0123456789abcdef0"), VolumeSize: ptr(int32(9))},
		}}
	})
	w.version(id, "1", &templateData{InstanceType: "t4g.micro"})
	shown := must[ec2.DescribeLaunchTemplateVersionsOutput](w, &ec2.DescribeLaunchTemplateVersionsInput{LaunchTemplateId: &id}).LaunchTemplateVersions
	require.Nil(t, shown[0].LaunchTemplateData.BlockDeviceMappings[0].Ebs.SnapshotId)
	require.Equal(t, int32(9), *shown[0].LaunchTemplateData.BlockDeviceMappings[0].Ebs.VolumeSize)
	require.Equal(t, "snap-0123456789abcdef0", *shown[1].LaunchTemplateData.BlockDeviceMappings[0].Ebs.SnapshotId)
	require.Equal(t, ec2types.InstanceType("t4g.micro"), shown[0].LaunchTemplateData.InstanceType)
}

func TestALaunchTakesWhatItDoesNotSayFromItsTemplate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	must[ec2.CreateKeyPairOutput](w, &ec2.CreateKeyPairInput{KeyName: ptr("mine"), KeyType: "ed25519"})
	instanceTags := func(pairs ...string) ec2types.LaunchTemplateTagSpecificationRequest {
		return ec2types.LaunchTemplateTagSpecificationRequest{ResourceType: ec2types.ResourceTypeInstance, Tags: tags(pairs...)}
	}
	id := w.template("web", func(d *templateData) {
		d.KeyName, d.DisableApiTermination, d.UserData = ptr("mine"), ptr(true), ptr("aGVsbG8=")
		d.MetadataOptions = &ec2types.LaunchTemplateInstanceMetadataOptionsRequest{HttpPutResponseHopLimit: ptr(int32(3))}
		d.BlockDeviceMappings = []ec2types.LaunchTemplateBlockDeviceMappingRequest{
			{DeviceName: ptr("/dev/sdb"), Ebs: &ec2types.LaunchTemplateEbsBlockDeviceRequest{VolumeSize: ptr(int32(7))}},
			{DeviceName: ptr("/dev/sdc"), Ebs: &ec2types.LaunchTemplateEbsBlockDeviceRequest{VolumeSize: ptr(int32(8))}},
		}
		d.TagSpecifications = []ec2types.LaunchTemplateTagSpecificationRequest{instanceTags("team", "web", "stage", "test")}
	})
	w.version(id, "1", &templateData{InstanceType: "t4g.micro"})
	run := func(version string, change func(in *ec2.RunInstancesInput)) ec2types.Instance {
		in := &ec2.RunInstancesInput{MinCount: ptr(int32(1)), MaxCount: ptr(int32(1)), LaunchTemplate: &ec2types.LaunchTemplateSpecification{LaunchTemplateId: &id}}
		if version != "" {
			in.LaunchTemplate.Version = &version
		}
		if change != nil {
			change(in)
		}
		return w.instance(*must[ec2.RunInstancesOutput](w, in).Instances[0].InstanceId)
	}
	sizes := func(i ec2types.Instance) (all []int32) {
		for _, o := range w.volumesOf(*i.InstanceId) {
			all = append(all, *o.Size)
		}
		slices.Sort(all)
		return all
	}
	tagsOf := func(i ec2types.Instance) map[string]string {
		all := make(map[string]string)
		for _, g := range i.Tags {
			all[*g.Key] = *g.Value
		}
		return all
	}

	i := run("", nil)
	require.Equal(t, []any{ec2types.InstanceTypeT4gSmall, "mine", int32(3)}, []any{i.InstanceType, *i.KeyName, *i.MetadataOptions.HttpPutResponseHopLimit})
	require.Equal(t, []int32{7, 8, 8}, sizes(i))
	require.Equal(t, map[string]string{"team": "web", "stage": "test", "aws:ec2launchtemplate:id": id, "aws:ec2launchtemplate:version": "1"}, tagsOf(i))
	require.Equal(t, "aGVsbG8=", *w.attribute(*i.InstanceId, "userData").UserData.Value)
	require.True(t, *w.attribute(*i.InstanceId, "disableApiTermination").DisableApiTermination.Value)
	require.Len(t, w.found(filter("tag:aws:ec2launchtemplate:id", id)), 1)
	wantNoChange[ec2.DeleteTagsOutput](w, &ec2.DeleteTagsInput{Resources: []string{*i.InstanceId}, Tags: tags("aws:ec2launchtemplate:id", id)}, "InvalidParameterValue")

	i = run("$Latest", func(in *ec2.RunInstancesInput) {
		in.DisableApiTermination = ptr(false)
		in.BlockDeviceMappings = []ec2types.BlockDeviceMapping{
			{DeviceName: ptr("/dev/sdc"), NoDevice: ptr("")}, {DeviceName: ptr("/dev/sdd"), Ebs: &ec2types.EbsBlockDevice{VolumeSize: ptr(int32(9))}},
		}
		in.TagSpecifications = tagged(ec2types.ResourceTypeInstance, "stage", "live")
	})
	require.Equal(t, ec2types.InstanceTypeT4gMicro, i.InstanceType)
	require.Equal(t, []int32{7, 8, 9}, sizes(i), "the root volume and the ones of sdb and sdd")
	require.Equal(t, map[string]string{"team": "web", "stage": "live", "aws:ec2launchtemplate:id": id, "aws:ec2launchtemplate:version": "2"}, tagsOf(i))
	require.False(t, *w.attribute(*i.InstanceId, "disableApiTermination").DisableApiTermination.Value)
}

func TestALaunchRefusesWhatItsTemplateCannotGive(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	empty := w.template("empty", func(d *templateData) { *d = templateData{} })
	flexible := w.template("flexible", func(d *templateData) {
		d.InstanceType, d.InstanceRequirements = "", &ec2types.InstanceRequirementsRequest{}
	})
	wrong := w.template("wrong", func(d *templateData) { d.InstanceType = "no.such" })
	faced := w.template("faced", func(d *templateData) {
		d.NetworkInterfaces = []ec2types.LaunchTemplateInstanceNetworkInterfaceSpecificationRequest{{DeviceIndex: ptr(int32(0))}}
	})
	for name, tc := range map[string]struct {
		template string
		change   func(in *ec2.RunInstancesInput)
		code     string
	}{
		"no image":                    {empty, nil, "MissingParameter"},
		"requirements":                {flexible, nil, "InvalidParameterCombination"},
		"a type that isn't":           {wrong, nil, "InvalidParameterValue"},
		"a version that isn't":        {empty, func(in *ec2.RunInstancesInput) { in.LaunchTemplate.Version = ptr("2") }, "InvalidLaunchTemplateId.VersionNotFound"},
		"interfaces and group beside": {faced, func(in *ec2.RunInstancesInput) { in.SecurityGroups = []string{"default"} }, "InvalidParameterCombination"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := &ec2.RunInstancesInput{MinCount: ptr(int32(1)), MaxCount: ptr(int32(1)), LaunchTemplate: &ec2types.LaunchTemplateSpecification{LaunchTemplateId: &tc.template}}
			if tc.change != nil {
				tc.change(in)
			}
			wantNoChange[ec2.RunInstancesOutput](w.forkWithin(t), in, tc.code)
		})
	}
}

// What GetLaunchTemplateData tells of an instance makes another one like it.
func TestATemplateOfAnInstanceMakesAnotherLikeIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	must[ec2.CreateKeyPairOutput](w, &ec2.CreateKeyPairInput{KeyName: ptr("mine"), KeyType: "ed25519"})
	first := w.launch(func(in *ec2.RunInstancesInput) {
		in.KeyName, in.UserData, in.DisableApiStop, in.EbsOptimized = ptr("mine"), ptr("aGVsbG8="), ptr(true), ptr(true)
		in.Monitoring = &ec2types.RunInstancesMonitoringEnabled{Enabled: ptr(true)}
		in.CreditSpecification = &ec2types.CreditSpecificationRequest{CpuCredits: ptr("standard")}
		in.BlockDeviceMappings = []ec2types.BlockDeviceMapping{{DeviceName: ptr("/dev/sdb"), Ebs: &ec2types.EbsBlockDevice{
			VolumeSize: ptr(int32(20)), VolumeType: "gp3", Iops: ptr(int32(4000)), Throughput: ptr(int32(200)), Encrypted: ptr(true), DeleteOnTermination: ptr(false),
		}}}
		in.TagSpecifications = tagged(ec2types.ResourceTypeInstance, "team", "web")
	})
	data := must[ec2.GetLaunchTemplateDataOutput](w, &ec2.GetLaunchTemplateDataInput{InstanceId: &first}).LaunchTemplateData
	again := alike.To[templateData](data)
	must[ec2.CreateLaunchTemplateOutput](w, &ec2.CreateLaunchTemplateInput{LaunchTemplateName: ptr("again"), LaunchTemplateData: again})
	second := *must[ec2.RunInstancesOutput](w, &ec2.RunInstancesInput{
		MinCount: ptr(int32(1)), MaxCount: ptr(int32(1)), LaunchTemplate: &ec2types.LaunchTemplateSpecification{LaunchTemplateName: ptr("again")},
	}).Instances[0].InstanceId
	told := func(id string) *ec2types.ResponseLaunchTemplateData {
		d := must[ec2.GetLaunchTemplateDataOutput](w, &ec2.GetLaunchTemplateDataInput{InstanceId: &id}).LaunchTemplateData
		d.TagSpecifications[0].Tags = slices.DeleteFunc(d.TagSpecifications[0].Tags, func(g ec2types.Tag) bool { return strings.HasPrefix(*g.Key, "aws:") })
		return d
	}
	require.Equal(t, told(first), told(second))
	require.Equal(t, "standard", *data.CreditSpecification.CpuCredits)
	require.Len(t, data.BlockDeviceMappings, 2)
	require.Equal(t, []string{"default"}, groupNames(w, data.NetworkInterfaces[0].Groups))
}

func groupNames(w *testWorld, ids []string) (names []string) {
	for _, g := range must[ec2.DescribeSecurityGroupsOutput](w, &ec2.DescribeSecurityGroupsInput{GroupIds: ids}).SecurityGroups {
		names = append(names, *g.GroupName)
	}
	return names
}
