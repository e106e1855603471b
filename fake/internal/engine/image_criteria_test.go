package engine

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/tooltest"
	"github.com/amiclass/amiclass/region"
)

func (w *testWorld) setCriteria(criteria ...ec2types.ImageCriterionRequest) {
	w.t.Helper()
	out := must[ec2.ReplaceImageCriteriaInAllowedImagesSettingsOutput](w, &ec2.ReplaceImageCriteriaInAllowedImagesSettingsInput{ImageCriteria: criteria})
	require.Equal(w.t, ptr(true), out.ReturnValue)
}

func (w *testWorld) allowImages(state ec2types.AllowedImagesSettingsEnabledState) {
	w.t.Helper()
	out := must[ec2.EnableAllowedImagesSettingsOutput](w, &ec2.EnableAllowedImagesSettingsInput{AllowedImagesSettingsState: state})
	require.Equal(w.t, state, out.AllowedImagesSettingsState)
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-allowed-amis.html
func TestOnlyAllowedImagesAreFoundAndUsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	own := w.ownImages("mine")[0]
	theirs := w.as(someone).ownImages("theirs-1", "theirs-2", "old")
	for _, id := range theirs {
		w.as(someone).share(id, user(DefaultAccount))
	}
	w.changeImage(theirs[0], func(im *image) {
		im.productCodes = []ec2types.ProductCode{{ProductCodeId: ptr("abc"), ProductCodeType: ec2types.ProductCodeValuesMarketplace}}
	})
	w.changeImage(theirs[2], func(im *image) {
		im.created, im.deprecated = w.clock.at.Add(-100*day), w.clock.at.Add(-10*day)
	})
	days := func(n int32) *int32 { return &n }
	age := func(n int32) ec2types.ImageCriterionRequest {
		return ec2types.ImageCriterionRequest{CreationDateCondition: &ec2types.CreationDateConditionRequest{MaximumDaysSinceCreated: days(n)}}
	}
	deprecated := func(n int32) ec2types.ImageCriterionRequest {
		return ec2types.ImageCriterionRequest{DeprecationTimeCondition: &ec2types.DeprecationTimeConditionRequest{MaximumDaysSinceDeprecated: days(n)}}
	}
	of := func(owners ...string) ec2types.ImageCriterionRequest {
		return ec2types.ImageCriterionRequest{ImageProviders: owners}
	}
	for name, tc := range map[string]struct {
		criteria []ec2types.ImageCriterionRequest
		want     []string // of theirs and Amazon's
	}{
		"no criteria":                {nil, nil},
		"amazon":                     {[]ec2types.ImageCriterionRequest{of("amazon")}, []string{al2023ARM}},
		"an account":                 {[]ec2types.ImageCriterionRequest{of(someone)}, theirs},
		"either":                     {[]ec2types.ImageCriterionRequest{of(someone, "amazon")}, append([]string{al2023ARM}, theirs...)},
		"two criteria":               {[]ec2types.ImageCriterionRequest{of(someone), of("amazon")}, append([]string{al2023ARM}, theirs...)},
		"the Marketplace":            {[]ec2types.ImageCriterionRequest{of("aws-marketplace")}, nil},
		"nobody":                     {[]ec2types.ImageCriterionRequest{of("none")}, nil},
		"names":                      {[]ec2types.ImageCriterionRequest{{ImageNames: []string{"theirs-?", "x"}}}, theirs[:2]},
		"names of an account":        {[]ec2types.ImageCriterionRequest{{ImageNames: []string{"*"}, ImageProviders: []string{someone}}}, theirs},
		"names of another account":   {[]ec2types.ImageCriterionRequest{{ImageNames: []string{"theirs*"}, ImageProviders: []string{third}}}, nil},
		"product codes":              {[]ec2types.ImageCriterionRequest{{MarketplaceProductCodes: []string{"x", "abc"}}}, theirs[:1]},
		"young ones":                 {[]ec2types.ImageCriterionRequest{age(2)}, theirs[:2]},
		"just young enough":          {[]ec2types.ImageCriterionRequest{age(3)}, []string{al2023ARM, theirs[0], theirs[1]}},
		"not deprecated":             {[]ec2types.ImageCriterionRequest{deprecated(0)}, []string{al2023ARM, theirs[0], theirs[1]}},
		"not deprecated for long":    {[]ec2types.ImageCriterionRequest{deprecated(10)}, append([]string{al2023ARM}, theirs...)},
		"deprecated for too long":    {[]ec2types.ImageCriterionRequest{deprecated(9)}, []string{al2023ARM, theirs[0], theirs[1]}},
		"watermarks, which none has": {[]ec2types.ImageCriterionRequest{{ImageWatermarks: []ec2types.ImageWatermarkFilterRequest{{WatermarkKey: ptr("*")}}}}, nil},
		"scans, which none had":      {[]ec2types.ImageCriterionRequest{{ScanResultCondition: &ec2types.ScanResultConditionRequest{MaximumSeverityLabel: "critical"}}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			w.setCriteria(tc.criteria...)
			all := &ec2.DescribeImagesInput{IncludeDeprecated: ptr(true)}
			require.Subset(t, describe(w, all), append([]string{own, al2023ARM}, theirs...), "of no effect yet")

			w.allowImages("audit-mode")
			require.Subset(t, describe(w, all), append([]string{own, al2023ARM}, theirs...), "audited only")
			all.Filters = []ec2types.Filter{filter("image-allowed", "true")}
			got := describe(w, all)
			require.Contains(t, got, own, "one's own are always allowed")
			for _, id := range append([]string{al2023ARM}, theirs...) {
				require.Equal(t, slices.Contains(tc.want, id), slices.Contains(got, id), id)
				require.Equal(t, slices.Contains(tc.want, id), *w.image(id).ImageAllowed)
			}

			w.allowImages("enabled")
			all.Filters = nil
			require.Equal(t, got, describe(w, all))
			for _, id := range append([]string{al2023ARM}, theirs...) {
				_, err := call[ec2.DescribeImagesOutput](w, &ec2.DescribeImagesInput{ImageIds: []string{id}})
				if slices.Contains(tc.want, id) {
					require.NoError(t, err)
					continue
				}
				wantCode(t, err, "InvalidAMIID.NotFound")
				wantNoChange[ec2.RunInstancesOutput](w, launchOf(func(in *ec2.RunInstancesInput) { in.ImageId = ptr(id) }), "InvalidAMIID.NotFound")
				wantNoChange[ec2.CopyImageOutput](w, copying("us-east-1", id), "InvalidAMIID.NotFound")
			}
			require.Subset(t, describe(w.as(someone), &ec2.DescribeImagesInput{}), []string{theirs[0], al2023ARM}, "others aren't concerned")

			out := must[ec2.DisableAllowedImagesSettingsOutput](w, &ec2.DisableAllowedImagesSettingsInput{})
			require.Equal(t, "disabled", string(out.AllowedImagesSettingsState))
			require.Subset(t, describe(w, all), append([]string{own, al2023ARM}, theirs...))
		})
	}
	t.Run("what runs may be of an image that isn't allowed", func(t *testing.T) {
		t.Parallel()
		w := w.forkWithin(t)
		i := w.launch(nil)
		w.setCriteria(of("none"))
		w.allowImages("enabled")
		got := must[ec2.DescribeInstanceImageMetadataOutput](w, &ec2.DescribeInstanceImageMetadataInput{InstanceIds: []string{i}}).InstanceImageMetadata
		require.Equal(t, ptr(false), got[0].ImageMetadata.ImageAllowed)
		require.NotNil(t, got[0].ImageMetadata.Name)
	})
}

func TestAllowedImagesSettingsAreKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	get := func(w *testWorld) *ec2.GetAllowedImagesSettingsOutput {
		return must[ec2.GetAllowedImagesSettingsOutput](w, &ec2.GetAllowedImagesSettingsInput{})
	}
	require.Equal(t, "disabled", *get(w).State)
	require.Empty(t, get(w).ImageCriteria)
	require.Equal(t, ec2types.ManagedByAccount, get(w).ManagedBy)
	n := func(i int32) *int32 { return &i }
	in := &ec2.ReplaceImageCriteriaInAllowedImagesSettingsInput{ImageCriteria: []ec2types.ImageCriterionRequest{{
		CreationDateCondition:    &ec2types.CreationDateConditionRequest{MaximumDaysSinceCreated: n(1)},
		DeprecationTimeCondition: &ec2types.DeprecationTimeConditionRequest{MaximumDaysSinceDeprecated: n(0)},
		ImageNames:               []string{"a b*"}, ImageProviders: []string{"amazon", someone}, MarketplaceProductCodes: []string{"a1"},
		ImageWatermarks: []ec2types.ImageWatermarkFilterRequest{{MaximumDaysSinceSourceImageCreated: n(2), MaximumDaysSinceWatermarkCreated: n(3),
			SourceImageRegion: ptr("us-*"), WatermarkKey: ptr("123456789012:ok")}},
		ScanResultCondition: &ec2types.ScanResultConditionRequest{MaxDaysSinceCriticalFixAvailable: n(4), MaxDaysSinceHighFixAvailable: n(5),
			MaxDaysSinceInformationalFixAvailable: n(6), MaxDaysSinceLastFindingScan: n(7), MaxDaysSinceLowFixAvailable: n(8),
			MaxDaysSinceMediumFixAvailable: n(9), MaximumSeverityLabel: "medium"},
	}, {ImageProviders: []string{"aws-backup-vault"}}}}
	must[ec2.ReplaceImageCriteriaInAllowedImagesSettingsOutput](w, in)
	want := []ec2types.ImageCriterion{{
		CreationDateCondition:    &ec2types.CreationDateCondition{MaximumDaysSinceCreated: n(1)},
		DeprecationTimeCondition: &ec2types.DeprecationTimeCondition{MaximumDaysSinceDeprecated: n(0)},
		ImageNames:               []string{"a b*"}, ImageProviders: []string{"amazon", someone}, MarketplaceProductCodes: []string{"a1"},
		ImageWatermarks: []ec2types.ImageWatermarkFilterResponse{{MaximumDaysSinceSourceImageCreated: n(2), MaximumDaysSinceWatermarkCreated: n(3),
			SourceImageRegion: ptr("us-*"), WatermarkKey: ptr("123456789012:ok")}},
		ScanResultCondition: &ec2types.ScanResultCondition{MaxDaysSinceCriticalFixAvailable: n(4), MaxDaysSinceHighFixAvailable: n(5),
			MaxDaysSinceInformationalFixAvailable: n(6), MaxDaysSinceLastFindingScan: n(7), MaxDaysSinceLowFixAvailable: n(8),
			MaxDaysSinceMediumFixAvailable: n(9), MaximumSeverityLabel: "medium"},
	}, {ImageProviders: []string{"aws-backup-vault"}}}
	same := cmpopts.IgnoreUnexported(ec2types.ImageCriterion{}, ec2types.CreationDateCondition{}, ec2types.DeprecationTimeCondition{},
		ec2types.ImageWatermarkFilterResponse{}, ec2types.ScanResultCondition{})
	tooltest.Scribble(in)
	require.Empty(t, cmp.Diff(want, get(w).ImageCriteria, same))
	tooltest.Scribble(get(w))
	require.Empty(t, cmp.Diff(want, get(w).ImageCriteria, same))
	w.allowImages("audit-mode")
	w.unblockPublicAccess() // another setting of the account's
	require.Equal(t, "audit-mode", *get(w).State)
	require.Empty(t, cmp.Diff(want, get(w).ImageCriteria, same))
	require.Equal(t, "disabled", *get(w.in(region.EUWest1)).State)
	must[ec2.DisableAllowedImagesSettingsOutput](w, &ec2.DisableAllowedImagesSettingsInput{})
	require.Equal(t, "disabled", *get(w).State)
	must[ec2.ReplaceImageCriteriaInAllowedImagesSettingsOutput](w, &ec2.ReplaceImageCriteriaInAllowedImagesSettingsInput{})
	require.Empty(t, get(w).ImageCriteria)

	wantNoChange[ec2.EnableAllowedImagesSettingsOutput](w, &ec2.EnableAllowedImagesSettingsInput{}, "MissingParameter")
	wantNoChange[ec2.EnableAllowedImagesSettingsOutput](w, &ec2.EnableAllowedImagesSettingsInput{AllowedImagesSettingsState: "on"}, "InvalidParameterValue")
	wantNoChange[ec2.EnableAllowedImagesSettingsOutput](w, &ec2.EnableAllowedImagesSettingsInput{AllowedImagesSettingsState: "enabled", DryRun: ptr(true)}, "DryRunOperation")
	wantNoChange[ec2.DisableAllowedImagesSettingsOutput](w, &ec2.DisableAllowedImagesSettingsInput{DryRun: ptr(true)}, "DryRunOperation")
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ImageCriterionRequest.html
func TestBadImageCriteriaAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	minus := ptr(int32(-1))
	for name, criteria := range map[string][]ec2types.ImageCriterionRequest{
		"eleven":                 make([]ec2types.ImageCriterionRequest, 11),
		"201 owners":             {{ImageProviders: slices.Repeat([]string{someone}, 201)}},
		"a bad owner":            {{ImageProviders: []string{"canonical"}}},
		"nobody and somebody":    {{ImageProviders: []string{"none", someone}}},
		"51 names":               {{ImageNames: slices.Repeat([]string{"abc"}, 51)}},
		"an empty name":          {{ImageNames: []string{""}}},
		"a short name with ?":    {{ImageNames: []string{"a?"}}},
		"a long name":            {{ImageNames: []string{strings.Repeat("a", 129)}}},
		"a bad name":             {{ImageNames: []string{"a\\b"}}},
		"51 product codes":       {{MarketplaceProductCodes: slices.Repeat([]string{"abc"}, 51)}},
		"a bad product code":     {{MarketplaceProductCodes: []string{"a-b"}}},
		"a long product code":    {{MarketplaceProductCodes: []string{strings.Repeat("a", 26)}}},
		"a negative age":         {{CreationDateCondition: &ec2types.CreationDateConditionRequest{MaximumDaysSinceCreated: minus}}},
		"a negative deprecation": {{}, {DeprecationTimeCondition: &ec2types.DeprecationTimeConditionRequest{MaximumDaysSinceDeprecated: minus}}},
		"a negative scan":        {{ScanResultCondition: &ec2types.ScanResultConditionRequest{MaxDaysSinceLastFindingScan: minus}}},
		"an unknown severity":    {{ScanResultCondition: &ec2types.ScanResultConditionRequest{MaximumSeverityLabel: "awful"}}},
		"a negative watermark":   {{ImageWatermarks: []ec2types.ImageWatermarkFilterRequest{{MaximumDaysSinceWatermarkCreated: minus}}}},
		"51 watermarks":          {{ImageWatermarks: make([]ec2types.ImageWatermarkFilterRequest, 51)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantNoChange[ec2.ReplaceImageCriteriaInAllowedImagesSettingsOutput](w.forkWithin(t),
				&ec2.ReplaceImageCriteriaInAllowedImagesSettingsInput{ImageCriteria: criteria}, "InvalidParameterValue")
		})
	}
}

func BenchmarkDescribeImagesOfAmazonAllowed(b *testing.B) {
	w := newWorld(b, Options{})
	w.setCriteria(ec2types.ImageCriterionRequest{ImageProviders: []string{"amazon"}, ImageNames: []string{"al2023-*"}})
	w.allowImages("enabled")
	in := &ec2.DescribeImagesInput{Owners: []string{"amazon"}, Filters: []ec2types.Filter{filter("name", "al2023-ami-2023.*-kernel-6.1-arm64")}}
	b.ReportAllocs()
	for b.Loop() {
		if out, err := call[ec2.DescribeImagesOutput](w, in); err != nil || len(out.Images) != 1 {
			b.Fatal(err)
		}
	}
}
