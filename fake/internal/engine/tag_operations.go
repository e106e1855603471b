package engine

import (
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

var tagOperations = []operation{
	writing("Resources Tags{Key Value}", (*tx).createTags),
	writing("Resources Tags{Key Value}", (*tx).deleteTags),
	reading("Filters{Name Values} MaxResults NextToken", (*view).describeTags),
}

// maxTagged is how many resources, and how many tags to delete, a request may name
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html).
const maxTagged = 1000

// taggable tells for the prefix of an ID which resource it is, and whether the caller may tag it: his own, and
// images and snapshots that he sees.
var taggable = map[string]struct {
	resource ec2types.ResourceType
	find     func(v *view, id string) error
}{
	"i":      {ec2types.ResourceTypeInstance, func(v *view, id string) error { return errorOf(v.instanceByID(id)) }},
	"ami":    {ec2types.ResourceTypeImage, func(v *view, id string) error { return errorOf(v.imageByID(id)) }},
	"snap":   {ec2types.ResourceTypeSnapshot, func(v *view, id string) error { return errorOf(v.snapshotByID(id)) }},
	"vol":    {ec2types.ResourceTypeVolume, func(v *view, id string) error { return errorOf(v.volumeByID(id)) }},
	"vpc":    {ec2types.ResourceTypeVpc, func(v *view, id string) error { return errorOf(v.vpcByID(id)) }},
	"subnet": {ec2types.ResourceTypeSubnet, func(v *view, id string) error { return errorOf(v.subnetByID(id)) }},
	"sg":     {ec2types.ResourceTypeSecurityGroup, func(v *view, id string) error { return errorOf(v.groupByID(id)) }},
	"sgr":    {ec2types.ResourceTypeSecurityGroupRule, func(v *view, id string) error { return errorOf(v.ruleByID(id)) }},
	"eni":    {ec2types.ResourceTypeNetworkInterface, func(v *view, id string) error { return errorOf(v.interfaceByID(id)) }},
	"key":    {ec2types.ResourceTypeKeyPair, func(v *view, id string) error { return errorOf(v.keyPairByID(id)) }},
	"igw":    {ec2types.ResourceTypeInternetGateway, func(v *view, id string) error { return errorOf(v.gatewayByID(id)) }},
	"rtb":    {ec2types.ResourceTypeRouteTable, func(v *view, id string) error { return errorOf(v.routeTableByID(id)) }},
	"acl":    {ec2types.ResourceTypeNetworkAcl, func(v *view, id string) error { return errorOf(v.aclByID(id)) }},
	"fleet":  {ec2types.ResourceTypeFleet, func(v *view, id string) error { return errorOf(v.fleetByID(id)) }},
	"amiur":  {ec2types.ResourceTypeImageUsageReport, func(v *view, id string) error { return errorOf(v.imageReportByID(id)) }},
	"lt":     {ec2types.ResourceTypeLaunchTemplate, func(v *view, id string) error { return errorOf(v.templateByID(id)) }},
	"nat":    {ec2types.ResourceTypeNatgateway, func(v *view, id string) error { return errorOf(v.natByID(id)) }},
	"dopt":   {ec2types.ResourceTypeDhcpOptions, func(v *view, id string) error { return errorOf(v.dhcpOptionsByID(id)) }},

	"eipalloc": {ec2types.ResourceTypeElasticIp, func(v *view, id string) error { return errorOf(v.elasticByID(id)) }},

	// Resources that can have tags and that this cloud doesn't have.
	"cr": {find: absent("InvalidCapacityReservationId.NotFound", "capacity reservation ID")}, // text (mem)
	"h":  {find: absent("InvalidHostID.NotFound", "host ID")},                                // text (mem)
	"pg": {find: absent("InvalidPlacementGroup.Unknown", "placement group")},                 // text (mem)
	"pl": {find: absent("InvalidPrefixListID.NotFound", "prefix list ID")},                   // text (mem)
}

func errorOf[R any](_ *R, err error) error { return err }

func absent(code, what string) func(*view, string) error {
	return func(_ *view, id string) error { return fail(code, "The %s '%s' does not exist", what, id) }
}

// tagTarget tells which resource an ID is that is to be tagged. What can't be an ID of such a resource, or has
// the wrong shape, is InvalidID here, whatever it would be elsewhere (recorded).
func (v *view) tagTarget(id string) (ec2types.ResourceType, error) {
	prefix, _, _ := strings.Cut(id, "-")
	t, ok := taggable[prefix]
	if !ok || !hasShape(prefix, id) {
		return "", fail("InvalidID", "The ID '%s' is not valid", id)
	}
	return t.resource, t.find(v, id)
}

func (v *view) tagTargets(ids []string) ([]ec2types.ResourceType, error) {
	if len(ids) == 0 {
		return nil, missing("resourceIdSet")
	}
	if len(ids) > maxTagged { // code and text (mem)
		return nil, fail("InvalidParameterValue", "The maximum number of resources is %d; the request has %d.", maxTagged, len(ids))
	}
	targets := make([]ec2types.ResourceType, len(ids))
	for i, id := range ids {
		var err error
		if targets[i], err = v.tagTarget(id); err != nil {
			return nil, err
		}
	}
	return targets, nil
}

func (t *tx) createTags(in *ec2.CreateTagsInput) (*ec2.CreateTagsOutput, error) {
	targets, err := t.tagTargets(in.Resources)
	if err != nil {
		return nil, err
	}
	if len(in.Tags) == 0 {
		return nil, badValue("tagSet", " empty ", "You must specify one or more tags to create")
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	for i, id := range in.Resources {
		if on, ok := t.instances.Get(id); ok { // its metadata may not take every key
			if err := on.metadata.checkTags(in.Tags); err != nil {
				return nil, err
			}
		}
		if err := t.setTags(targets[i], id, in.Tags); err != nil {
			return nil, err
		}
	}
	return &ec2.CreateTagsOutput{}, nil
}

// deleteTags: a tag without a value goes whatever its value is, one with a value only if it has that; without
// any tags, all go but those of AWS. Tags that a resource doesn't have are no error.
func (t *tx) deleteTags(in *ec2.DeleteTagsInput) (*ec2.DeleteTagsOutput, error) {
	if _, err := t.tagTargets(in.Resources); err != nil {
		return nil, err
	}
	if len(in.Tags) > maxTagged { // code and text (mem)
		return nil, fail("InvalidParameterValue", "The maximum number of tags is %d; the request has %d.", maxTagged, len(in.Tags))
	}
	for _, g := range in.Tags {
		if err := checkTags([]ec2types.Tag{{Key: g.Key}}); err != nil {
			return nil, err
		}
	}
	for _, id := range in.Resources {
		t.deleteTagsOf(id, in.Tags)
	}
	return &ec2.DeleteTagsOutput{}, nil
}

func (t *tx) deleteTagsOf(id string, tags []ec2types.Tag) {
	if len(tags) == 0 {
		var all []ec2types.Tag
		for g := range t.tagsOf(id) {
			if !strings.HasPrefix(g.key, "aws:") {
				all = append(all, ec2types.Tag{Key: ptr(g.key)})
			}
		}
		tags = all
	}
	for _, g := range tags {
		had, ok := t.tags.Get(tagID(t.scope, id, deref(g.Key)))
		if ok && (g.Value == nil || *g.Value == had.value) {
			t.tags.Delete(&t.undo, had.id)
		}
	}
}

var tagFilters = filterable[tag]{
	table: func(s *state) *store.Table[tag] { return s.tags },
	id:    func(g *tag) string { return g.id },
	filters: map[string]filterOn[tag]{
		"key":           one(func(_ *view, g *tag) string { return g.key }).through(tagsOfKey),
		"resource-id":   one(func(_ *view, g *tag) string { return g.resourceID }).by("resource"),
		"resource-type": one(func(_ *view, g *tag) string { return string(g.resource) }),
		"value":         one(func(_ *view, g *tag) string { return g.value }),
	},
}

// tagsOfKey looks at the resources of each kind, in whose order the tags' values are.
func tagsOfKey(v *view, key string, add func(string)) {
	for _, kind := range ec2types.ResourceType("").Values() {
		for g := range v.tags.Prefix("value", v.scope, tagValueIndex(kind, key, "")) {
			add(g.id)
		}
	}
}

func (v *view) describeTags(in *ec2.DescribeTagsInput) (*ec2.DescribeTagsOutput, error) {
	pg, err := usualPaging.at("DescribeTags", in.MaxResults, in.NextToken, 0, "")
	if err != nil {
		return nil, err
	}
	rows, next, err := tagFiltersFor(in.Filters).listing(v, in.Filters, nil, nil, pg)
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeTagsOutput{NextToken: next, Tags: make([]ec2types.TagDescription, 0, len(rows))}
	for _, g := range rows {
		out.Tags = append(out.Tags, ec2types.TagDescription{
			Key:          ptr(g.key),
			ResourceId:   ptr(g.resourceID),
			ResourceType: g.resource,
			Value:        ptr(g.value),
		})
	}
	return out, nil
}

// tagFiltersFor adds the filters tag:KEY that a request has. Elsewhere such a filter is on the tags of a resource, here
// it is on the tag itself.
func tagFiltersFor(in []ec2types.Filter) *filterable[tag] {
	f := tagFilters
	f.filters = maps.Clone(tagFilters.filters)
	for _, filter := range in {
		if key, ok := strings.CutPrefix(deref(filter.Name), "tag:"); ok && key != "" {
			f.filters[*filter.Name] = some(func(_ *view, g *tag, add func(string)) {
				if g.key == key {
					add(g.value)
				}
			})
		}
	}
	return &f
}
