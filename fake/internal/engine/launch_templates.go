package engine

import (
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
	"github.com/amiclass/amiclass/internal/alike"
)

// Limits of https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/launch-template-restrictions.html and
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplate.html.
const (
	maxTemplates        = 5000 // in a region
	maxTemplateVersions = 10_000
	minTemplateName     = 3
	maxTemplateName     = 128
)

// launchTemplate is a name for parameters of launches, of which it has numbered versions.
type launchTemplate struct {
	id          string
	scope       store.Scope
	name        string
	created     time.Time
	createdBy   string
	byDefault   int64 // the version
	latest      int64 // of the versions that there are
	lastVersion int64 // of all that there have been
}

var templateSchema = store.Schema[launchTemplate]{
	Name:  "launch templates",
	ID:    func(l *launchTemplate) string { return l.id },
	Scope: func(l *launchTemplate) store.Scope { return l.scope },
	Indexes: []store.Index[launchTemplate]{
		{Name: "name", Values: func(l *launchTemplate, add func(string)) { add(l.name) }},
	},
}

var templateOperations = []operation{
	writing("ClientToken LaunchTemplateName VersionDescription TagSpecifications{ResourceType Tags{Key Value}} LaunchTemplateData{"+templateFields+"}",
		(*tx).createLaunchTemplate),
	writing("LaunchTemplateId LaunchTemplateName", (*tx).deleteLaunchTemplate),
	reading("Filters{Name Values} IncludeManagedResources LaunchTemplateIds LaunchTemplateNames MaxResults NextToken", (*view).describeLaunchTemplates),
	writing("ClientToken DefaultVersion LaunchTemplateId LaunchTemplateName", (*tx).modifyLaunchTemplate),
}

var templateFilters = filterable[launchTemplate]{
	table:    func(s *state) *store.Table[launchTemplate] { return s.templates },
	id:       func(l *launchTemplate) string { return l.id },
	resource: ec2types.ResourceTypeLaunchTemplate,
	filters: map[string]filterOn[launchTemplate]{
		"create-time":          one(func(_ *view, l *launchTemplate) string { return filterSecond(l.created) }),
		"launch-template-name": one(func(_ *view, l *launchTemplate) string { return l.name }).by("name"),
	},
}

// templatePaging is that of both listings
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplates.html).
var templatePaging = paging{min: 1, max: 200, badToken: "InvalidNextToken"}

func (t *tx) createLaunchTemplate(in *ec2.CreateLaunchTemplateInput) (*ec2.CreateLaunchTemplateOutput, error) {
	made, err := t.onceWithin(maxLongToken, in, deref(in.ClientToken))
	if err != nil {
		return nil, err
	}
	if made != "" {
		l, err := t.templateByID(made)
		if err != nil {
			return nil, err
		}
		return &ec2.CreateLaunchTemplateOutput{LaunchTemplate: t.renderTemplate(l)}, nil
	}
	name := deref(in.LaunchTemplateName)
	if err := t.checkTemplateName(name); err != nil {
		return nil, err
	}
	if err := checkTemplateData(in.LaunchTemplateData); err != nil {
		return nil, err
	}
	tags, err := tagSpecifications(in.TagSpecifications, ec2types.ResourceTypeLaunchTemplate)
	if err != nil {
		return nil, err
	}
	n := 0
	for range t.templates.All(t.scope, "") {
		n++
	}
	if n >= maxTemplates { // code and text (mem)
		return nil, fail("LaunchTemplateLimitExceeded", "The maximum number of launch templates in a region is %d.", maxTemplates)
	}
	l := &launchTemplate{
		id: t.newID(kindTemplate), scope: t.scope, name: name, created: t.now, createdBy: t.callerARN(), byDefault: 1,
	}
	if l, _, err = t.addTemplateVersion(l, alike.To[ec2types.RequestLaunchTemplateData](in.LaunchTemplateData), deref(in.VersionDescription)); err != nil {
		return nil, err
	}
	if err := t.setTags(ec2types.ResourceTypeLaunchTemplate, l.id, tags[ec2types.ResourceTypeLaunchTemplate]); err != nil {
		return nil, err
	}
	t.remember(in, deref(in.ClientToken), l.id)
	return &ec2.CreateLaunchTemplateOutput{LaunchTemplate: t.renderTemplate(l)}, nil
}

// checkTemplateName holds a new name to the pattern of
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplate.html.
func (t *tx) checkTemplateName(name string) error {
	switch {
	case name == "":
		return missing("LaunchTemplateName")
	case len(name) < minTemplateName || len(name) > maxTemplateName || strings.Trim(name, templateNameLetters) != "": // code and text (mem)
		return fail("InvalidLaunchTemplateName.MalformedException",
			"A launch template name must be between %d and %d characters long and may contain only letters, digits and ( ) . - / _; '%s' is not.",
			minTemplateName, maxTemplateName, name)
	case exists(t.templates.By("name", t.scope, name)):
		return fail("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.")
	}
	return nil
}

const templateNameLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789().-/_"

// deleteLaunchTemplate deletes all versions with it
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplate.html).
func (t *tx) deleteLaunchTemplate(in *ec2.DeleteLaunchTemplateInput) (*ec2.DeleteLaunchTemplateOutput, error) {
	l, err := t.template(in.LaunchTemplateId, in.LaunchTemplateName)
	if err != nil {
		return nil, err
	}
	out := t.renderTemplate(l)
	for _, v := range t.versionsOf(l) {
		t.templateVersions.Delete(&t.undo, v.id)
	}
	t.dropTags(l.id)
	t.templates.Delete(&t.undo, l.id)
	return &ec2.DeleteLaunchTemplateOutput{LaunchTemplate: out}, nil
}

func (t *tx) modifyLaunchTemplate(in *ec2.ModifyLaunchTemplateInput) (*ec2.ModifyLaunchTemplateOutput, error) {
	l, err := t.template(in.LaunchTemplateId, in.LaunchTemplateName)
	if err != nil {
		return nil, err
	}
	made, err := t.onceWithin(maxLongToken, in, deref(in.ClientToken))
	if err != nil {
		return nil, err
	}
	if wanted := deref(in.DefaultVersion); wanted != "" && made == "" {
		v, err := t.templateVersion(l, wanted)
		if err != nil {
			return nil, err
		}
		next := *l
		next.byDefault = v.number
		t.templates.Put(&t.undo, &next)
		l = &next
		t.remember(in, deref(in.ClientToken), l.id)
	}
	return &ec2.ModifyLaunchTemplateOutput{LaunchTemplate: t.renderTemplate(l)}, nil
}

func (v *view) describeLaunchTemplates(in *ec2.DescribeLaunchTemplatesInput) (*ec2.DescribeLaunchTemplatesOutput, error) {
	ids := append([]string(nil), in.LaunchTemplateIds...)
	for _, name := range in.LaunchTemplateNames {
		l, err := v.templateNamed(name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, l.id)
	}
	pg, err := templatePaging.at("DescribeLaunchTemplates", in.MaxResults, in.NextToken, 0, "")
	if err != nil {
		return nil, err
	}
	rows, next, err := templateFilters.listing(v, in.Filters, ids, v.templateByID, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeLaunchTemplatesOutput{NextToken: next, LaunchTemplates: make([]ec2types.LaunchTemplate, 0, len(rows))}
	for _, l := range rows {
		out.LaunchTemplates = append(out.LaunchTemplates, *v.renderTemplate(l))
	}
	return out, nil
}

// template gives the caller's template by its ID or its name, of which a request has one.
func (v *view) template(id, name *string) (*launchTemplate, error) {
	switch {
	case deref(id) != "" && deref(name) != "": // (mem)
		return nil, fail("InvalidParameterCombination", "Either the ID or the name of a launch template may be given, not both.")
	case deref(id) != "":
		return v.templateByID(*id)
	case deref(name) != "":
		return v.templateNamed(*name)
	}
	return nil, missing("LaunchTemplateId")
}

func (v *view) templateByID(id string) (*launchTemplate, error) {
	return owned(v, v.templates, templateSchema.Scope, kindTemplate, id)
}

func (v *view) templateNamed(name string) (*launchTemplate, error) {
	if l, ok := first(v.templates.By("name", v.scope, name)); ok {
		return l, nil
	}
	return nil, fail("InvalidLaunchTemplateName.NotFoundException", "The specified launch template, with template name %s, does not exist.", name)
}

func (v *view) renderTemplate(l *launchTemplate) *ec2types.LaunchTemplate {
	return &ec2types.LaunchTemplate{
		CreateTime:           ptr(l.created.UTC().Truncate(time.Second)),
		CreatedBy:            ptr(l.createdBy),
		DefaultVersionNumber: ptr(l.byDefault),
		LatestVersionNumber:  ptr(l.latest),
		LaunchTemplateId:     ptr(l.id),
		LaunchTemplateName:   ptr(l.name),
		Operator:             &ec2types.OperatorResponse{Managed: ptr(false)},
		Tags:                 v.renderTags(l.id),
	}
}
