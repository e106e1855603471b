package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
	"github.com/amiclass/amiclass/internal/alike"
)

// How many versions of launch templates a report looks at unless it is told otherwise, and how long it is kept
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/your-ec2-ami-usage.html). EC2's reports may lack what happened in
// the last days; these here have everything.
const (
	reportDepth  = 20
	reportLasts  = 30 * day
	maxReportIDs = 200
)

// imageReport tells how many resources of other accounts refer to an image, as of when it was made.
type imageReport struct {
	id       string
	scope    store.Scope
	image    string
	accounts []string
	types    []ec2types.ImageUsageResourceType
	created  time.Time
	state    string
	entries  []usageEntry
}

type usageEntry struct {
	account, typ string
	count        int64
}

const (
	reportPending   = "pending"
	reportAvailable = "available"
)

var imageReportSchema = store.Schema[imageReport]{
	Name:  "image usage reports",
	ID:    func(r *imageReport) string { return r.id },
	Scope: func(r *imageReport) store.Scope { return r.scope },
}

var imageReportOperations = []operation{
	writing("AccountIds ClientToken ImageId ResourceTypes{ResourceType ResourceTypeOptions{OptionName OptionValues}} TagSpecifications{ResourceType Tags{Key Value}}",
		(*tx).createImageUsageReport),
	writing("ReportId", (*tx).deleteImageUsageReport),
	reading("Filters{Name Values} ImageIds MaxResults NextToken ReportIds", (*view).describeImageUsageReports),
	reading("Filters{Name Values} ImageIds MaxResults NextToken ReportIds", (*view).describeImageUsageReportEntries),
}

var imageReportFilters = filterable[imageReport]{
	table:    func(s *state) *store.Table[imageReport] { return s.imageReports },
	id:       func(r *imageReport) string { return r.id },
	resource: ec2types.ResourceTypeImageUsageReport,
	filters: map[string]filterOn[imageReport]{
		"creation-time": one(func(_ *view, r *imageReport) string { return r.created.UTC().Format(filterTime) }),
		"state":         one(func(_ *view, r *imageReport) string { return r.state }),
	},
}

// createImageUsageReport begins a report on an image of the caller's.
func (t *tx) createImageUsageReport(in *ec2.CreateImageUsageReportInput) (*ec2.CreateImageUsageReportOutput, error) {
	if made, err := t.once(in, deref(in.ClientToken)); err != nil || made != "" {
		return &ec2.CreateImageUsageReportOutput{ReportId: text(made)}, err
	}
	im, err := t.ownImage(deref(in.ImageId))
	if err != nil {
		return nil, err
	}
	r := &imageReport{scope: t.scope, image: im.id, created: t.now, state: reportPending}
	if r.types, err = reportTypes(in.ResourceTypes); err != nil {
		return nil, err
	}
	for _, account := range in.AccountIds {
		if !isAccount(account) {
			return nil, badValue("AccountId", account, "It is no account ID.")
		}
		r.accounts = append(r.accounts, account)
	}
	tags, err := tagSpecifications(in.TagSpecifications, ec2types.ResourceTypeImageUsageReport)
	if err != nil {
		return nil, err
	}
	r.id = t.newID(kindImageReport)
	r.entries = t.usage(r)
	t.imageReports.Put(&t.undo, r)
	if err := t.setTags(ec2types.ResourceTypeImageUsageReport, r.id, tags[ec2types.ResourceTypeImageUsageReport]); err != nil {
		return nil, err
	}
	t.plan(0, imageReportMade, r.id)
	t.plan(reportLasts, imageReportForgotten, r.id)
	t.remember(in, deref(in.ClientToken), r.id)
	return &ec2.CreateImageUsageReportOutput{ReportId: ptr(r.id)}, nil
}

func reportTypes(in []ec2types.ImageUsageResourceTypeRequest) ([]ec2types.ImageUsageResourceType, error) {
	if len(in) == 0 {
		return nil, missing("ResourceType")
	}
	var types []ec2types.ImageUsageResourceType
	for _, one := range in {
		typ := deref(one.ResourceType)
		instances, templates := string(ec2types.ImageReferenceResourceTypeEc2Instance), string(ec2types.ImageReferenceResourceTypeEc2LaunchTemplate)
		if typ != instances && typ != templates {
			return nil, badValue("ResourceType", typ, "Expecting %s or %s.", instances, templates)
		}
		out := ec2types.ImageUsageResourceType{ResourceType: ptr(typ)}
		for _, o := range one.ResourceTypeOptions {
			if typ != templates || deref(o.OptionName) != string(ec2types.ImageReferenceOptionNameVersionDepth) {
				return nil, badValue("OptionName", deref(o.OptionName), "It is no option of %s.", typ)
			}
			if _, err := versionDepth(o.OptionValues); err != nil {
				return nil, err
			}
			out.ResourceTypeOptions = append(out.ResourceTypeOptions, ec2types.ImageUsageResourceTypeOption{
				OptionName: copyOf(o.OptionName), OptionValues: slices.Clone(o.OptionValues)})
		}
		types = append(types, out)
	}
	return types, nil
}

// usage counts what other accounts have in the region that refers to the report's image.
func (v *view) usage(r *imageReport) []usageEntry {
	var entries []usageEntry
	for scope, place := range v.places {
		if place.Region != v.Region || place.Account == v.Account || len(r.accounts) > 0 && !slices.Contains(r.accounts, place.Account) {
			continue
		}
		there := *v
		there.scope, there.Place = store.Scope(scope), place
		for _, typ := range r.types {
			depth := reportDepth
			for _, o := range typ.ResourceTypeOptions {
				depth, _ = versionDepth(o.OptionValues) // which was checked
			}
			kind := ec2types.ImageReferenceResourceType(*typ.ResourceType)
			living := []string{"pending", "running", "stopping", "stopped"} // (mem)
			if n := len(there.referring(r.image, kind, referenceScope{states: living, depth: depth})); n > 0 {
				entries = append(entries, usageEntry{place.Account, *typ.ResourceType, int64(n)})
			}
		}
	}
	slices.SortFunc(entries, func(a, b usageEntry) int { return strings.Compare(a.account+a.typ, b.account+b.typ) })
	return entries
}

// imageReportMade makes a report available.
func (t *tx) imageReportMade(_ time.Time, id string) {
	if r, ok := t.imageReports.Get(id); ok {
		next := *r
		next.state = reportAvailable
		t.imageReports.Put(&t.undo, &next)
	}
}

func (t *tx) imageReportForgotten(_ time.Time, id string) {
	if _, ok := t.imageReports.Get(id); ok {
		t.imageReports.Delete(&t.undo, id)
		t.dropTags(id)
	}
}

func (t *tx) deleteImageUsageReport(in *ec2.DeleteImageUsageReportInput) (*ec2.DeleteImageUsageReportOutput, error) {
	if deref(in.ReportId) == "" {
		return nil, missing("ReportId")
	}
	r, err := t.imageReportByID(*in.ReportId)
	if err != nil {
		return nil, err
	}
	t.imageReportForgotten(t.now, r.id)
	return &ec2.DeleteImageUsageReportOutput{Return: ptr(true)}, nil
}

func (v *view) imageReportByID(id string) (*imageReport, error) {
	return owned(v, v.imageReports, imageReportSchema.Scope, kindImageReport, id)
}

func (v *view) describeImageUsageReports(in *ec2.DescribeImageUsageReportsInput) (*ec2.DescribeImageUsageReportsOutput, error) {
	pg, err := referencePaging.at("DescribeImageUsageReports", in.MaxResults, in.NextToken, 0, "")
	if err != nil {
		return nil, err
	}
	if err := checkReportIDs(in.ImageIds, in.ReportIds); err != nil {
		return nil, err
	}
	rows, next, err := imageReportFilters.listingOf(ofImages(in.ImageIds), v, in.Filters, in.ReportIds, v.imageReportByID, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeImageUsageReportsOutput{NextToken: next, ImageUsageReports: []ec2types.ImageUsageReport{}}
	for _, r := range rows {
		report := ec2types.ImageUsageReport{
			AccountIds: slices.Clone(r.accounts), CreationTime: ptr(r.created), ExpirationTime: ptr(r.created.Add(reportLasts)),
			ImageId: ptr(r.image), ReportId: ptr(r.id), State: ptr(r.state), Tags: v.renderTags(r.id),
		}
		for _, typ := range r.types {
			report.ResourceTypes = append(report.ResourceTypes, *alike.To[ec2types.ImageUsageResourceType](&typ))
		}
		out.ImageUsageReports = append(out.ImageUsageReports, report)
	}
	return out, nil
}

func ofImages(ids []string) func(*imageReport) bool {
	return func(r *imageReport) bool { return len(ids) == 0 || slices.Contains(ids, r.image) }
}

func checkReportIDs(images, reports []string) error {
	if n := max(len(images), len(reports)); n > maxReportIDs {
		return badValue("ReportId", n, "At most %d may be named.", maxReportIDs)
	}
	for _, id := range images {
		if err := checkID(kindImage, id); err != nil {
			return err
		}
	}
	return nil
}

// reportEntry is a line of a report. Its id is its place in the listing.
type reportEntry struct {
	id     string
	report *imageReport
	usageEntry
}

// reportEntryFilters are those of
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImageUsageReportEntries.html.
var reportEntryFilters = filterable[reportEntry]{
	id: func(e *reportEntry) string { return e.id },
	filters: map[string]filterOn[reportEntry]{
		"account-id":    one(func(_ *view, e *reportEntry) string { return e.account }),
		"creation-time": one(func(_ *view, e *reportEntry) string { return e.report.created.UTC().Format(filterTime) }),
		"resource-type": one(func(_ *view, e *reportEntry) string { return e.typ }),
	},
}

// describeImageUsageReportEntries tells the lines of reports that are available.
func (v *view) describeImageUsageReportEntries(in *ec2.DescribeImageUsageReportEntriesInput) (*ec2.DescribeImageUsageReportEntriesOutput, error) {
	pg, err := referencePaging.at("DescribeImageUsageReportEntries", in.MaxResults, in.NextToken, 0, "")
	if err != nil {
		return nil, err
	}
	if err := checkReportIDs(in.ImageIds, in.ReportIds); err != nil {
		return nil, err
	}
	filters, err := reportEntryFilters.parse(in.Filters)
	if err != nil {
		return nil, err
	}
	reports, _, err := imageReportFilters.listingOf(ofImages(in.ImageIds), v, nil, in.ReportIds, v.imageReportByID, page{})
	if err != nil {
		return nil, err
	}
	var entries []*reportEntry
	for _, r := range reports {
		for n, u := range r.entries {
			e := &reportEntry{id: fmt.Sprintf("%s %06d", r.id, n), report: r, usageEntry: u}
			if r.state == reportAvailable && e.id > pg.after && filters.match(v, e) {
				entries = append(entries, e)
			}
		}
	}
	rows, next := cut(pg, slices.Values(entries), reportEntryFilters.id)
	out := &ec2.DescribeImageUsageReportEntriesOutput{NextToken: next, ImageUsageReportEntries: []ec2types.ImageUsageReportEntry{}}
	for _, e := range rows {
		out.ImageUsageReportEntries = append(out.ImageUsageReportEntries, ec2types.ImageUsageReportEntry{
			AccountId: ptr(e.account), ImageId: ptr(e.report.image), ReportCreationTime: ptr(e.report.created),
			ReportId: ptr(e.report.id), ResourceType: ptr(e.typ), UsageCount: ptr(e.count),
		})
	}
	return out, nil
}
