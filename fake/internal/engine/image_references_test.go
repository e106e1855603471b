package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/stretchr/testify/require"
)

const (
	instanceReference = ec2types.ImageReferenceResourceTypeEc2Instance
	templateReference = ec2types.ImageReferenceResourceTypeEc2LaunchTemplate
)

// references are "image resource", the ARN up to the account left out.
func (w *testWorld) references(in *ec2.DescribeImageReferencesInput) (all []string) {
	w.t.Helper()
	for _, r := range must[ec2.DescribeImageReferencesOutput](w, in).ImageReferences {
		_, resource, _ := strings.Cut(*r.Arn, DefaultAccount+":")
		service := strings.Split(*r.Arn, ":")[2]
		require.True(w.t, strings.HasPrefix(string(r.ResourceType), service+":"))
		all = append(all, *r.ImageId+" "+resource)
	}
	return all
}

func refers(typ ec2types.ImageReferenceResourceType, option ec2types.ImageReferenceOptionName, values ...string) ec2types.ResourceTypeRequest {
	r := ec2types.ResourceTypeRequest{ResourceType: typ}
	if option != "" {
		r.ResourceTypeOptions = []ec2types.ResourceTypeOption{{OptionName: option, OptionValues: values}}
	}
	return r
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImageReferences.html
func TestWhatRefersToImagesIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	golden := *must[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: ptr(w.running()), Name: ptr("golden")}).ImageId
	w.image(golden)
	launch := launchOf(func(in *ec2.RunInstancesInput) { in.ImageId, in.InstanceType = ptr(golden), "m7g.large" })
	up := *must[ec2.RunInstancesOutput](w, launch).Instances[0].InstanceId
	down := *must[ec2.RunInstancesOutput](w, launch).Instances[0].InstanceId
	_, err := w.stop(down)
	require.NoError(t, err)
	template := w.template("web", func(d *templateData) { d.ImageId = ptr(golden) })
	for range 10 {
		w.version(template, "", &templateData{ImageId: ptr(al2023ARM)})
	}
	w.put("/golden/web", golden, func(in *ssm.PutParameterInput) { in.DataType = ptr("aws:ec2:image") })
	w.put("/golden/text", golden)

	instances := []string{golden + " instance/" + up, golden + " instance/" + down}
	if up > down {
		instances[0], instances[1] = instances[1], instances[0]
	}
	all := append(instances, golden+" parameter/golden/web")
	of := golden + " launch-template/" + template
	asking := func(types ...ec2types.ResourceTypeRequest) *ec2.DescribeImageReferencesInput {
		return &ec2.DescribeImageReferencesInput{ImageIds: []string{golden}, ResourceTypes: types}
	}
	require.Equal(t, all, w.references(&ec2.DescribeImageReferencesInput{ImageIds: []string{golden}, IncludeAllResourceTypes: ptr(true)}), "ten versions are looked at")
	require.Equal(t, []string{of}, w.references(asking(refers(templateReference, "version-depth", "11"))))
	require.Equal(t, []string{golden + " instance/" + down}, w.references(asking(refers(instanceReference, "state-name", "stopped", "stopping"))))
	both := asking(refers(templateReference, "version-depth", "10000"))
	both.IncludeAllResourceTypes, both.ImageIds = ptr(true), []string{al2023ARM, golden}
	require.Equal(t, append(append([]string{al2023ARM + " launch-template/" + template}, instances...), of, golden+" parameter/golden/web"),
		w.references(both)[1:], "the first is the instance that golden was made of")

	var paged []string
	for token := (*string)(nil); ; {
		out := must[ec2.DescribeImageReferencesOutput](w, &ec2.DescribeImageReferencesInput{ImageIds: []string{golden}, IncludeAllResourceTypes: ptr(true), MaxResults: ptr(int32(1)), NextToken: token})
		require.Len(t, out.ImageReferences, 1)
		paged = append(paged, *out.ImageReferences[0].Arn)
		if token = out.NextToken; token == nil {
			break
		}
	}
	require.Len(t, paged, 3)
	require.Empty(t, w.as(someone).references(&ec2.DescribeImageReferencesInput{ImageIds: []string{golden}, IncludeAllResourceTypes: ptr(true)}), "one's own resources only")
	must[ec2.DeregisterImageOutput](w, &ec2.DeregisterImageInput{ImageId: ptr(golden)})
	require.Equal(t, all, w.references(&ec2.DescribeImageReferencesInput{ImageIds: []string{golden}, IncludeAllResourceTypes: ptr(true)}), "the image may be gone")

	for name, tc := range map[string]struct {
		in   *ec2.DescribeImageReferencesInput
		code string
	}{
		"no image":          {&ec2.DescribeImageReferencesInput{IncludeAllResourceTypes: ptr(true)}, "MissingParameter"},
		"eleven":            {&ec2.DescribeImageReferencesInput{IncludeAllResourceTypes: ptr(true), ImageIds: make([]string, 11)}, "InvalidParameterValue"},
		"no type":           {asking(), "MissingParameter"},
		"no such type":      {asking(refers("ec2:Volume", "")), "InvalidParameterValue"},
		"no such option":    {asking(refers(instanceReference, "version-depth", "1")), "InvalidParameterValue"},
		"no such state":     {asking(refers(instanceReference, "state-name", "asleep")), "InvalidParameterValue"},
		"too deep":          {asking(refers(templateReference, "version-depth", "10001")), "InvalidParameterValue"},
		"no depth":          {asking(refers(templateReference, "version-depth")), "InvalidParameterValue"},
		"no image's ID":     {&ec2.DescribeImageReferencesInput{IncludeAllResourceTypes: ptr(true), ImageIds: []string{"ami-x"}}, "InvalidAMIID.Malformed"},
		"an unknown image":  {&ec2.DescribeImageReferencesInput{IncludeAllResourceTypes: ptr(true), ImageIds: []string{"ami-00000000000000000"}}, "InvalidAMIID.NotFound"},
		"no page that is":   {&ec2.DescribeImageReferencesInput{IncludeAllResourceTypes: ptr(true), ImageIds: []string{golden}, NextToken: ptr("x")}, "InvalidNextToken"},
		"no size of a page": {&ec2.DescribeImageReferencesInput{IncludeAllResourceTypes: ptr(true), ImageIds: []string{golden}, MaxResults: ptr(int32(0))}, "InvalidParameterValue"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[ec2.DescribeImageReferencesOutput](w.forkWithin(t), tc.in, tc.code)
		})
	}
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/your-ec2-ami-usage.html
func TestReportsTellWhoUsesAnImage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.ownImages("golden")[0]
	w.changeImage(id, func(im *image) { im.enaSupport = true })
	launch := launchOf(func(in *ec2.RunInstancesInput) { in.ImageId, in.InstanceType = ptr(id), "m7g.large" })
	for _, account := range []string{someone, third} {
		w.share(id, user(account))
		must[ec2.RunInstancesOutput](w.as(account), launch)
	}
	must[ec2.RunInstancesOutput](w.as(someone), launch)
	must[ec2.RunInstancesOutput](w, launch)
	template := w.as(someone).template("web", func(d *templateData) { d.ImageId = ptr(id) })
	for range 20 {
		w.as(someone).version(template, "", &templateData{ImageId: ptr(al2023ARM)})
	}
	depth := func(n string) ec2types.ImageUsageResourceTypeRequest {
		return ec2types.ImageUsageResourceTypeRequest{ResourceType: ptr("ec2:LaunchTemplate"), ResourceTypeOptions: []ec2types.ImageUsageResourceTypeOptionRequest{
			{OptionName: ptr("version-depth"), OptionValues: []string{n}}}}
	}
	instances := ec2types.ImageUsageResourceTypeRequest{ResourceType: ptr("ec2:Instance")}
	report := func(types []ec2types.ImageUsageResourceTypeRequest, accounts ...string) string {
		return *must[ec2.CreateImageUsageReportOutput](w, &ec2.CreateImageUsageReportInput{ImageId: ptr(id), ResourceTypes: types, AccountIds: accounts}).ReportId
	}
	entries := func(in *ec2.DescribeImageUsageReportEntriesInput) (all []string) {
		for _, e := range must[ec2.DescribeImageUsageReportEntriesOutput](w, in).ImageUsageReportEntries {
			require.Equal(t, id, *e.ImageId)
			all = append(all, fmt.Sprintf("%s %s %d", *e.AccountId, *e.ResourceType, *e.UsageCount))
		}
		return all
	}
	whole := report([]ec2types.ImageUsageResourceTypeRequest{instances, depth("21")})
	require.Equal(t, []string{someone + " ec2:Instance 2", someone + " ec2:LaunchTemplate 1", third + " ec2:Instance 1"},
		entries(&ec2.DescribeImageUsageReportEntriesInput{ReportIds: []string{whole}}))
	require.Equal(t, []string{third + " ec2:Instance 1"}, entries(&ec2.DescribeImageUsageReportEntriesInput{ReportIds: []string{whole}, Filters: []ec2types.Filter{
		{Name: ptr("account-id"), Values: []string{third}}, {Name: ptr("resource-type"), Values: []string{"ec2:I*"}}}}))
	some := report([]ec2types.ImageUsageResourceTypeRequest{{ResourceType: ptr("ec2:LaunchTemplate")}}, someone)
	require.Empty(t, entries(&ec2.DescribeImageUsageReportEntriesInput{ReportIds: []string{some}}), "twenty versions are looked at")

	got := must[ec2.DescribeImageUsageReportsOutput](w, &ec2.DescribeImageUsageReportsInput{ImageIds: []string{id}}).ImageUsageReports
	require.Len(t, got, 2)
	for _, r := range got {
		require.Equal(t, "available", *r.State)
		require.Equal(t, 30*day, r.ExpirationTime.Sub(*r.CreationTime))
	}
	must[ec2.CreateTagsOutput](w, &ec2.CreateTagsInput{Resources: []string{some}, Tags: tags("team", "web")})
	tagged := must[ec2.DescribeImageUsageReportsOutput](w, &ec2.DescribeImageUsageReportsInput{Filters: []ec2types.Filter{{Name: ptr("tag:team"), Values: []string{"web"}}}}).ImageUsageReports
	require.Len(t, tagged, 1)
	require.Equal(t, []string{someone}, tagged[0].AccountIds)
	must[ec2.DeleteImageUsageReportOutput](w, &ec2.DeleteImageUsageReportInput{ReportId: ptr(some)})
	wantNoChange[ec2.DescribeImageUsageReportsOutput](w, &ec2.DescribeImageUsageReportsInput{ReportIds: []string{some}}, "InvalidImageUsageReportId.NotFound")
	w.clock.advance(30 * day)
	require.Empty(t, must[ec2.DescribeImageUsageReportsOutput](w, &ec2.DescribeImageUsageReportsInput{}).ImageUsageReports)

	for code, in := range map[string]*ec2.CreateImageUsageReportInput{
		"MissingParameter":       {ImageId: ptr(id)},
		"InvalidAMIID.Malformed": {ImageId: ptr("ami-x"), ResourceTypes: []ec2types.ImageUsageResourceTypeRequest{instances}},
		"InvalidParameterValue":  {ImageId: ptr(id), ResourceTypes: []ec2types.ImageUsageResourceTypeRequest{depth("0")}},
		"AuthFailure":            {ImageId: ptr(al2023ARM), ResourceTypes: []ec2types.ImageUsageResourceTypeRequest{instances}},
	} {
		wantNoChange[ec2.CreateImageUsageReportOutput](w, in, code)
	}
	wantNoChange[ec2.CreateImageUsageReportOutput](w, &ec2.CreateImageUsageReportInput{ImageId: ptr(id), AccountIds: []string{"me"},
		ResourceTypes: []ec2types.ImageUsageResourceTypeRequest{instances}}, "InvalidParameterValue")
	wantNoChange[ec2.CreateImageUsageReportOutput](w, &ec2.CreateImageUsageReportInput{ImageId: ptr(id),
		ResourceTypes: []ec2types.ImageUsageResourceTypeRequest{{ResourceType: ptr("ssm:Parameter")}}}, "InvalidParameterValue")
	wantNoChange[ec2.DeleteImageUsageReportOutput](w, &ec2.DeleteImageUsageReportInput{}, "MissingParameter")
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-watermark.html
func TestWatermarksGoOnToWhatIsMadeOfAnImage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	golden := *must[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: ptr(w.running()), Name: ptr("golden")}).ImageId
	w.image(golden)
	attach := func(name string) *ec2.AttachImageWatermarkInput {
		return &ec2.AttachImageWatermarkInput{ImageId: ptr(golden), WatermarkName: ptr(name)}
	}
	w.clock.advance(time.Hour)
	key := DefaultAccount + ":approved"
	require.Equal(t, key, *must[ec2.AttachImageWatermarkOutput](w, attach("approved")).WatermarkKey)
	marks := func(id string) (keys []string) {
		for _, m := range w.image(id).ImageWatermarks {
			require.Equal(t, golden, *m.SourceImageId)
			require.Equal(t, "us-east-1", *m.SourceImageRegion)
			require.Equal(t, time.Hour, m.WatermarkCreationTime.Sub(*m.SourceImageCreationTime))
			keys = append(keys, *m.WatermarkKey)
		}
		return keys
	}
	copied := *must[ec2.CopyImageOutput](w, copying("us-east-1", golden)).ImageId
	child := *must[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) { in.ImageId, in.InstanceType = ptr(golden), "m7g.large" })).Instances[0].InstanceId
	w.image(copied)
	made := *must[ec2.CreateImageOutput](w, &ec2.CreateImageInput{InstanceId: ptr(child), Name: ptr("child")}).ImageId
	for _, id := range []string{golden, copied, made} {
		require.Equal(t, []string{key}, marks(id), id)
	}
	for _, f := range []ec2types.Filter{
		{Name: ptr("image-watermark.watermark-key"), Values: []string{"*:approved"}},
		{Name: ptr("image-watermark.source-image-id"), Values: []string{golden}},
	} {
		require.Len(t, must[ec2.DescribeImagesOutput](w, &ec2.DescribeImagesInput{Filters: []ec2types.Filter{f}}).Images, 3)
	}

	must[ec2.DetachImageWatermarkOutput](w, &ec2.DetachImageWatermarkInput{ImageId: ptr(made), WatermarkKey: ptr(key)})
	require.Empty(t, marks(made))
	require.Equal(t, []string{key}, marks(copied))
	wantNoChange[ec2.DetachImageWatermarkOutput](w, &ec2.DetachImageWatermarkInput{ImageId: ptr(made), WatermarkKey: ptr(key)}, "InvalidImageWatermark.NotFound")
	wantNoChange[ec2.DetachImageWatermarkOutput](w, &ec2.DetachImageWatermarkInput{ImageId: ptr(made)}, "MissingParameter")
	wantNoChange[ec2.AttachImageWatermarkOutput](w, attach("approved"), "InvalidParameterValue")
	wantNoChange[ec2.AttachImageWatermarkOutput](w, attach("no"), "InvalidParameterValue")
	wantNoChange[ec2.AttachImageWatermarkOutput](w, attach("a*b"), "InvalidParameterValue")
	wantNoChange[ec2.AttachImageWatermarkOutput](w, attach(""), "MissingParameter")
	for _, name := range []string{"two", "three", "four", "five"} {
		must[ec2.AttachImageWatermarkOutput](w, attach(name))
	}
	wantNoChange[ec2.AttachImageWatermarkOutput](w, attach("six"), "ImageWatermarkLimitExceeded")
	w.unblockPublicAccess()
	wantNoChange[ec2.ModifyImageAttributeOutput](w, &ec2.ModifyImageAttributeInput{ImageId: ptr(golden),
		LaunchPermission: &ec2types.LaunchPermissionModifications{Add: []ec2types.LaunchPermission{public}}}, "OperationNotPermitted")
	open := w.ownImages("open")[0]
	w.share(open, public)
	wantNoChange[ec2.AttachImageWatermarkOutput](w, &ec2.AttachImageWatermarkInput{ImageId: ptr(open), WatermarkName: ptr("approved")}, "OperationNotPermitted")
	wantNoChange[ec2.AttachImageWatermarkOutput](w, &ec2.AttachImageWatermarkInput{ImageId: ptr(al2023ARM), WatermarkName: ptr("approved")}, "AuthFailure")
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ImageWatermarkFilterRequest.html
func TestImagesCanBeAllowedByTheirWatermarks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	theirs := w.as(someone).ownImages("theirs")[0]
	w.as(someone).share(theirs, user(DefaultAccount))
	must[ec2.AttachImageWatermarkOutput](w.as(someone), &ec2.AttachImageWatermarkInput{ImageId: ptr(theirs), WatermarkName: ptr("approved")})
	w.clock.advance(10 * day)
	w.allowImages(ec2types.AllowedImagesSettingsEnabledStateEnabled)
	for name, tc := range map[string]struct {
		filter ec2types.ImageWatermarkFilterRequest
		want   bool
	}{
		"its key":        {ec2types.ImageWatermarkFilterRequest{WatermarkKey: ptr(someone + ":appr*")}, true},
		"another's":      {ec2types.ImageWatermarkFilterRequest{WatermarkKey: ptr(third + ":approved")}, false},
		"its region":     {ec2types.ImageWatermarkFilterRequest{SourceImageRegion: ptr("us-*")}, true},
		"another region": {ec2types.ImageWatermarkFilterRequest{SourceImageRegion: ptr("eu-*")}, false},
		"young enough":   {ec2types.ImageWatermarkFilterRequest{MaximumDaysSinceWatermarkCreated: ptr(int32(10))}, true},
		"too old":        {ec2types.ImageWatermarkFilterRequest{MaximumDaysSinceWatermarkCreated: ptr(int32(9))}, false},
		"too old a root": {ec2types.ImageWatermarkFilterRequest{WatermarkKey: ptr("*"), MaximumDaysSinceSourceImageCreated: ptr(int32(9))}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			w.setCriteria(ec2types.ImageCriterionRequest{ImageWatermarks: []ec2types.ImageWatermarkFilterRequest{tc.filter}})
			found := must[ec2.DescribeImagesOutput](w, &ec2.DescribeImagesInput{Owners: []string{someone}}).Images
			require.Equal(t, tc.want, len(found) == 1)
		})
	}
}
