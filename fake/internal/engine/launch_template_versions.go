package engine

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
	"github.com/amiclass/amiclass/internal/alike"
)

// Words for versions, and how many may be deleted at once
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html,
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html).
const (
	latestVersion      = "$Latest"
	defaultVersion     = "$Default"
	maxVersionsDeleted = 200
	maxVersionText     = 255 // of a description
)

// templateVersion is never changed.
type templateVersion struct {
	id          string // of the template, and how far the number is from the highest: later versions come first
	scope       store.Scope
	template    string
	number      int64
	created     time.Time
	createdBy   string
	description string
	data        *ec2types.RequestLaunchTemplateData
}

var templateVersionSchema = store.Schema[templateVersion]{
	Name:  "launch template versions",
	ID:    func(v *templateVersion) string { return v.id },
	Scope: func(v *templateVersion) store.Scope { return v.scope },
	Indexes: []store.Index[templateVersion]{
		{Name: "template", Values: func(v *templateVersion, add func(string)) { add(v.template) }},
	},
}

var templateVersionOperations = []operation{
	writing("ClientToken LaunchTemplateId LaunchTemplateName ResolveAlias SourceVersion VersionDescription LaunchTemplateData{"+templateFields+"}",
		(*tx).createLaunchTemplateVersion),
	writing("LaunchTemplateId LaunchTemplateName Versions", (*tx).deleteLaunchTemplateVersions),
	reading("Filters{Name Values} IncludeManagedResources LaunchTemplateId LaunchTemplateName MaxResults MaxVersion MinVersion NextToken ResolveAlias Versions",
		(*view).describeLaunchTemplateVersions),
	reading("InstanceId", (*view).getLaunchTemplateData),
}

// ofTemplateData is a filter on what a version says; what it doesn't say has no value.
func ofTemplateData(value func(d *ec2types.RequestLaunchTemplateData) string) filterOn[templateVersion] {
	return maybe(func(_ *view, v *templateVersion) string { return value(v.data) })
}

var templateVersionFilters = filterable[templateVersion]{
	table: func(s *state) *store.Table[templateVersion] { return s.templateVersions },
	id:    func(v *templateVersion) string { return v.id },
	filters: map[string]filterOn[templateVersion]{
		"create-time": one(func(_ *view, v *templateVersion) string { return filterSecond(v.created) }),
		"is-default-version": one(func(v *view, t *templateVersion) string {
			l, ok := v.templates.Get(t.template)
			return boolText(ok && l.byDefault == t.number)
		}),
		"ebs-optimized": ofTemplateData(func(d *ec2types.RequestLaunchTemplateData) string {
			if d.EbsOptimized == nil {
				return ""
			}
			return boolText(*d.EbsOptimized)
		}),
		"http-endpoint": ofTemplateData(func(d *ec2types.RequestLaunchTemplateData) string {
			return string(orZero(d.MetadataOptions).HttpEndpoint)
		}),
		// The metadata service is reached over IPv4 whenever it is reached.
		"http-protocol-ipv4": ofTemplateData(func(d *ec2types.RequestLaunchTemplateData) string {
			return string(orZero(d.MetadataOptions).HttpEndpoint)
		}),
		"http-tokens": ofTemplateData(func(d *ec2types.RequestLaunchTemplateData) string {
			return string(orZero(d.MetadataOptions).HttpTokens)
		}),
		"host-resource-group-arn": ofTemplateData(func(d *ec2types.RequestLaunchTemplateData) string {
			return deref(orZero(d.Placement).HostResourceGroupArn)
		}),
		"iam-instance-profile": ofTemplateData(func(d *ec2types.RequestLaunchTemplateData) string {
			return deref(orZero(d.IamInstanceProfile).Arn)
		}),
		"image-id":      ofTemplateData(func(d *ec2types.RequestLaunchTemplateData) string { return deref(d.ImageId) }),
		"instance-type": ofTemplateData(func(d *ec2types.RequestLaunchTemplateData) string { return string(d.InstanceType) }),
		"kernel-id":     ofTemplateData(func(d *ec2types.RequestLaunchTemplateData) string { return deref(d.KernelId) }),
		"ram-disk-id":   ofTemplateData(func(d *ec2types.RequestLaunchTemplateData) string { return deref(d.RamDiskId) }),
		"license-configuration-arn": some(func(_ *view, v *templateVersion, add func(string)) {
			for _, l := range v.data.LicenseSpecifications {
				add(deref(l.LicenseConfigurationArn))
			}
		}),
		"network-card-index": some(func(_ *view, v *templateVersion, add func(string)) {
			for _, n := range v.data.NetworkInterfaces {
				if n.NetworkCardIndex != nil {
					add(itoa(int(*n.NetworkCardIndex)))
				}
			}
		}),
	},
}

func orZero[T any](p *T) *T {
	if p == nil {
		return new(T)
	}
	return p
}

func (t *tx) createLaunchTemplateVersion(in *ec2.CreateLaunchTemplateVersionInput) (*ec2.CreateLaunchTemplateVersionOutput, error) {
	l, err := t.template(in.LaunchTemplateId, in.LaunchTemplateName)
	if err != nil {
		return nil, err
	}
	made, err := t.onceWithin(maxLongToken, in, deref(in.ClientToken))
	if err != nil {
		return nil, err
	}
	if made != "" {
		v, err := t.templateVersion(l, made)
		if err != nil {
			return nil, err
		}
		return t.createdVersion(in, l, v)
	}
	if err := checkTemplateData(in.LaunchTemplateData); err != nil {
		return nil, err
	}
	data := alike.To[ec2types.RequestLaunchTemplateData](in.LaunchTemplateData)
	if source := deref(in.SourceVersion); source != "" {
		from, err := t.templateVersion(l, source)
		if err != nil {
			return nil, err
		}
		fillIn(data, inherited(from.data))
	}
	l, v, err := t.addTemplateVersion(l, data, deref(in.VersionDescription))
	if err != nil {
		return nil, err
	}
	t.remember(in, deref(in.ClientToken), itoa(int(v.number)))
	return t.createdVersion(in, l, v)
}

func (t *tx) createdVersion(in *ec2.CreateLaunchTemplateVersionInput, l *launchTemplate, v *templateVersion) (*ec2.CreateLaunchTemplateVersionOutput, error) {
	out, err := t.renderTemplateVersion(l, v, deref(in.ResolveAlias))
	if err != nil {
		return nil, err
	}
	return &ec2.CreateLaunchTemplateVersionOutput{LaunchTemplateVersion: out}, nil
}

// inherited is what a version takes over from another: all but the snapshots of its devices
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html).
func inherited(data *ec2types.RequestLaunchTemplateData) *ec2types.RequestLaunchTemplateData {
	own := alike.To[ec2types.RequestLaunchTemplateData](data)
	for _, d := range own.BlockDeviceMappings {
		if d.Ebs != nil {
			d.Ebs.SnapshotId = nil
		}
	}
	return own
}

// addTemplateVersion gives a template, new or not, one more version.
func (t *tx) addTemplateVersion(l *launchTemplate, data *ec2types.RequestLaunchTemplateData, description string) (*launchTemplate, *templateVersion, error) {
	if len([]rune(description)) > maxVersionText {
		return nil, nil, badValue("VersionDescription", description, "It may have at most %d characters.", maxVersionText)
	}
	if len(t.versionsOf(l)) >= maxTemplateVersions { // code and text (mem)
		return nil, nil, fail("LaunchTemplateVersionLimitExceeded", "The maximum number of versions of a launch template is %d.", maxTemplateVersions)
	}
	next := *l
	next.lastVersion++
	next.latest = next.lastVersion
	v := &templateVersion{
		id: versionID(l.id, next.latest), scope: t.scope, template: l.id, number: next.latest,
		created: t.now, createdBy: t.callerARN(), description: description, data: data,
	}
	t.templates.Put(&t.undo, &next)
	t.templateVersions.Put(&t.undo, v)
	return &next, v, nil
}

func versionID(template string, number int64) string {
	const highest = 9_999_999_999
	return fmt.Sprintf("%s %010d", template, highest-number)
}

// deleteLaunchTemplateVersions answers for each version by itself; codes of these answers are the SDK's, where none
// fits, and all texts are (mem).
func (t *tx) deleteLaunchTemplateVersions(in *ec2.DeleteLaunchTemplateVersionsInput) (*ec2.DeleteLaunchTemplateVersionsOutput, error) {
	switch n := len(in.Versions); {
	case n == 0:
		return nil, missing("LaunchTemplateVersion")
	case n > maxVersionsDeleted:
		return nil, badValue("LaunchTemplateVersion", n, "At most %d versions can be deleted at once.", maxVersionsDeleted)
	}
	l, err := t.template(in.LaunchTemplateId, in.LaunchTemplateName)
	if err != nil {
		return nil, err
	}
	out := &ec2.DeleteLaunchTemplateVersionsOutput{}
	for _, version := range in.Versions {
		number, ok := versionNumber(version)
		if !ok {
			return nil, badValue("LaunchTemplateVersion", version, "A version to delete is a number.")
		}
		if refused := t.deleteTemplateVersion(l, number); refused != nil {
			out.UnsuccessfullyDeletedLaunchTemplateVersions = append(out.UnsuccessfullyDeletedLaunchTemplateVersions,
				ec2types.DeleteLaunchTemplateVersionsResponseErrorItem{
					LaunchTemplateId: ptr(l.id), LaunchTemplateName: ptr(l.name), VersionNumber: ptr(number), ResponseError: refused,
				})
			continue
		}
		out.SuccessfullyDeletedLaunchTemplateVersions = append(out.SuccessfullyDeletedLaunchTemplateVersions,
			ec2types.DeleteLaunchTemplateVersionsResponseSuccessItem{LaunchTemplateId: ptr(l.id), LaunchTemplateName: ptr(l.name), VersionNumber: ptr(number)})
	}
	next := *l
	next.latest = t.versionsOf(l)[0].number // the default version stays
	t.templates.Put(&t.undo, &next)
	return out, nil
}

func (t *tx) deleteTemplateVersion(l *launchTemplate, number int64) *ec2types.ResponseError {
	if number == l.byDefault {
		return &ec2types.ResponseError{
			Code:    ec2types.LaunchTemplateErrorCodeUnexpectedError,
			Message: ptr("The default version of a launch template can't be deleted: assign another one as the default first."),
		}
	}
	if !t.templateVersions.Delete(&t.undo, versionID(l.id, number)) {
		return &ec2types.ResponseError{
			Code:    ec2types.LaunchTemplateErrorCodeLaunchTemplateVersionDoesNotExist,
			Message: ptr(fmt.Sprintf("Could not find the specified version %d for the launch template with ID %s.", number, l.id)),
		}
	}
	return nil
}

func (v *view) describeLaunchTemplateVersions(in *ec2.DescribeLaunchTemplateVersionsInput) (*ec2.DescribeLaunchTemplateVersionsOutput, error) {
	pg, err := templatePaging.at("DescribeLaunchTemplateVersions", in.MaxResults, in.NextToken, 0, "")
	if err != nil {
		return nil, err
	}
	s, err := templateVersionFilters.parse(in.Filters)
	if err != nil {
		return nil, err
	}
	rows, err := v.askedVersions(in)
	if err != nil {
		return nil, err
	}
	holding := only(slices.Values(rows), func(t *templateVersion) bool { return t.id > pg.after && s.match(v, t) })
	shown, next := cut(pg, holding, templateVersionFilters.id)
	out := &ec2.DescribeLaunchTemplateVersionsOutput{NextToken: next, LaunchTemplateVersions: make([]ec2types.LaunchTemplateVersion, 0, len(shown))}
	for _, t := range shown {
		l, err := v.templateByID(t.template)
		if err != nil {
			return nil, err
		}
		r, err := v.renderTemplateVersion(l, t, deref(in.ResolveAlias))
		if err != nil {
			return nil, err
		}
		out.LaunchTemplateVersions = append(out.LaunchTemplateVersions, *r)
	}
	return out, nil
}

// askedVersions are those of one template, all or the ones that are named, or the latest and default ones of all.
func (v *view) askedVersions(in *ec2.DescribeLaunchTemplateVersionsInput) ([]*templateVersion, error) {
	if deref(in.LaunchTemplateId) == "" && deref(in.LaunchTemplateName) == "" {
		return v.versionsOfAll(in.Versions)
	}
	l, err := v.template(in.LaunchTemplateId, in.LaunchTemplateName)
	if err != nil {
		return nil, err
	}
	lowest, highest, err := versionRange(in)
	if err != nil {
		return nil, err
	}
	if len(in.Versions) == 0 {
		return slices.DeleteFunc(v.versionsOf(l), func(t *templateVersion) bool { return t.number < lowest || t.number > highest }), nil
	}
	var rows []*templateVersion
	for _, version := range in.Versions {
		t, err := v.templateVersion(l, version)
		if err != nil {
			return nil, err
		}
		rows = append(rows, t)
	}
	return inOrder(rows), nil
}

// versionRange reads MinVersion and MaxVersion, both of which are in the range (mem).
func versionRange(in *ec2.DescribeLaunchTemplateVersionsInput) (lowest, highest int64, err error) {
	lowest, highest = 1, math.MaxInt64
	for _, b := range []struct {
		name  string
		given *string
		bound *int64
	}{{"MinVersion", in.MinVersion, &lowest}, {"MaxVersion", in.MaxVersion, &highest}} {
		if deref(b.given) == "" {
			continue
		}
		if len(in.Versions) > 0 { // (mem)
			return 0, 0, fail("InvalidParameterCombination", "The parameter %s cannot be used with the parameter Versions", b.name)
		}
		n, ok := versionNumber(*b.given)
		if !ok {
			return 0, 0, badValue(b.name, *b.given, "It must be the number of a version.")
		}
		*b.bound = n
	}
	return lowest, highest, nil
}

func (v *view) versionsOfAll(words []string) ([]*templateVersion, error) {
	if len(words) == 0 {
		return nil, missing("LaunchTemplateId")
	}
	var rows []*templateVersion
	for _, word := range words {
		if word != latestVersion && word != defaultVersion {
			return nil, badValue("LaunchTemplateVersion", word, "Without a launch template it must be %s or %s.", latestVersion, defaultVersion)
		}
		for l := range v.templates.All(v.scope, "") {
			t, err := v.templateVersion(l, word)
			if err != nil {
				return nil, err
			}
			rows = append(rows, t)
		}
	}
	return inOrder(rows), nil
}

func inOrder(rows []*templateVersion) []*templateVersion {
	slices.SortFunc(rows, func(a, b *templateVersion) int {
		if a.id < b.id {
			return -1
		}
		return 1
	})
	return slices.Compact(rows)
}

// versionsOf gives all versions, the latest first.
func (v *view) versionsOf(l *launchTemplate) []*templateVersion {
	return slices.Collect(v.templateVersions.By("template", v.scope, l.id))
}

// templateVersion gives a version by number or word; no word is the default one. The texts are (mem).
func (v *view) templateVersion(l *launchTemplate, version string) (*templateVersion, error) {
	number := l.byDefault
	switch version {
	case "", defaultVersion:
	case latestVersion:
		number = l.latest
	default:
		n, ok := versionNumber(version)
		if !ok {
			return nil, badValue("LaunchTemplateVersion", version, "It must be %s, %s or the number of a version.", latestVersion, defaultVersion)
		}
		number = n
	}
	t, ok := v.templateVersions.Get(versionID(l.id, number))
	if !ok {
		return nil, fail("InvalidLaunchTemplateId.VersionNotFound", "Could not find the specified version %d for the launch template with ID %s.", number, l.id)
	}
	return t, nil
}

func versionNumber(text string) (int64, bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil && n > 0
}

func (v *view) renderTemplateVersion(l *launchTemplate, t *templateVersion, resolve bool) (*ec2types.LaunchTemplateVersion, error) {
	out := &ec2types.LaunchTemplateVersion{
		CreateTime:         ptr(t.created.UTC().Truncate(time.Second)),
		CreatedBy:          ptr(t.createdBy),
		DefaultVersion:     ptr(l.byDefault == t.number),
		LaunchTemplateData: renderTemplateData(t.data),
		LaunchTemplateId:   ptr(l.id),
		LaunchTemplateName: ptr(l.name),
		Operator:           &ec2types.OperatorResponse{Managed: ptr(false)},
		VersionNumber:      ptr(t.number),
	}
	if t.description != "" {
		out.VersionDescription = ptr(t.description)
	}
	if image := deref(t.data.ImageId); resolve && image != "" {
		id, err := v.resolveImage(image)
		if err != nil {
			return nil, err
		}
		out.LaunchTemplateData.ImageId = &id
	}
	return out, nil
}
