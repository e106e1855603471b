package engine

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/amiclass/amiclass/internal/catalogue"
)

// ssmPage cuts a page off rows that are in order of their IDs. The limits are each operation's own
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html and its like).
func ssmPage[R any](op string, rows []R, id func(R) string, size *int32, most int32, token *string) ([]R, *string, error) {
	n := most
	if size != nil {
		n = *size
	}
	if n < 1 || n > most {
		return nil, nil, invalidRequest("1 validation error detected: Value '%d' at 'maxResults' failed to satisfy constraint: Member must have value between 1 and %d", n, most)
	}
	if t := deref(token); t != "" {
		b, err := base64.RawURLEncoding.DecodeString(t)
		after, ok := strings.CutPrefix(string(b), op+" ")
		if err != nil || !ok {
			return nil, nil, modelled(&ssmtypes.InvalidNextToken{Message: ptr("The specified token isn't valid.")})
		}
		rows = slices.DeleteFunc(slices.Clone(rows), func(r R) bool { return id(r) <= after })
	}
	if len(rows) <= int(n) {
		return rows, nil, nil
	}
	rows = rows[:n]
	return rows, page{op: op}.token(id(rows[n-1])), nil
}

const maxByPath, maxDescribed = 10, 50

// getParametersByPath gives one's own parameters under a path, and the public ones of Amazon's
// (https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-finding-public-parameters.html).
func (v *view) getParametersByPath(in *ssm.GetParametersByPathInput) (*ssm.GetParametersByPathOutput, error) {
	path := deref(in.Path)
	if !strings.HasPrefix(path, "/") || path != "/" && !ownParameterName.MatchString(strings.TrimSuffix(path, "/")) {
		return nil, invalidRequest("The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash \"/\". "+
			"It can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore): %s", path)
	}
	filters, err := parseParameterFilters(in.ParameterFilters, "Type", "KeyId", "Label", "DataType")
	if err != nil {
		return nil, err
	}
	var found []ssmtypes.Parameter
	for p := range v.parameters.All(v.scope, "") {
		if under(path, p.name, deref(in.Recursive)) && filters.hold(p) {
			out, err := v.renderOwn(p, p.newest(), deref(in.WithDecryption))
			if err != nil {
				return nil, err
			}
			found = append(found, *out)
		}
	}
	if strings.HasPrefix(path, "/aws") {
		public, err := v.publicUnder(path, deref(in.Recursive), filters)
		if err != nil {
			return nil, err
		}
		found = append(found, public...)
	}
	name := func(p ssmtypes.Parameter) string { return *p.Name }
	slices.SortFunc(found, func(a, b ssmtypes.Parameter) int { return strings.Compare(name(a), name(b)) })
	found, next, err := ssmPage("GetParametersByPath", found, name, in.MaxResults, maxByPath, in.NextToken)
	return &ssm.GetParametersByPathOutput{NextToken: next, Parameters: append([]ssmtypes.Parameter{}, found...)}, err
}

func (v *view) publicUnder(path string, recursive bool, filters parameterFilters) ([]ssmtypes.Parameter, error) {
	var found []ssmtypes.Parameter
	for _, name := range slices.Sorted(maps.Keys(catalogue.ImageParameters(v.Region))) {
		as := &ownParameter{name: name, versions: []parameterVersion{{typ: ssmtypes.ParameterTypeString, dataType: textParameter}}}
		if !under(path, name, recursive) || !filters.hold(as) {
			continue
		}
		p, err := v.parameter(name, false)
		if err != nil {
			return nil, err
		}
		found = append(found, *p)
	}
	return found, nil
}

// under tells whether a parameter is in a path, directly or, if recursive, however deep.
func under(path, name string, recursive bool) bool {
	rest, ok := strings.CutPrefix(name, strings.TrimSuffix(path, "/")+"/")
	return ok && (recursive || !strings.Contains(rest, "/"))
}

func (v *view) describeParameters(in *ssm.DescribeParametersInput) (*ssm.DescribeParametersOutput, error) {
	if len(in.Filters) > 0 && len(in.ParameterFilters) > 0 {
		return nil, invalidRequest("You can use either Filters or ParameterFilters in a single request.")
	}
	given := slices.Clone(in.ParameterFilters)
	for _, f := range in.Filters { // the old form: the values are beginnings
		given = append(given, ssmtypes.ParameterStringFilter{Key: ptr(string(f.Key)), Option: ptr("BeginsWith"), Values: f.Values})
	}
	filters, err := parseParameterFilters(given, "Name", "Type", "KeyId", "Path", "Label", "Tier", "DataType", "tag:")
	if err != nil {
		return nil, err
	}
	var found []*ownParameter
	if !deref(in.Shared) { // nobody shares parameters here
		for p := range v.parameters.All(v.scope, "") {
			if filters.hold(p) {
				found = append(found, p)
			}
		}
	}
	found, next, err := ssmPage("DescribeParameters", found, func(p *ownParameter) string { return p.id }, in.MaxResults, maxDescribed, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &ssm.DescribeParametersOutput{NextToken: next, Parameters: make([]ssmtypes.ParameterMetadata, 0, len(found))}
	for _, p := range found {
		at := p.newest()
		out.Parameters = append(out.Parameters, ssmtypes.ParameterMetadata{
			ARN:              ptr(v.ownParameterARN(p.name)),
			AllowedPattern:   text(at.allowedPattern),
			DataType:         ptr(at.dataType),
			Description:      text(at.description),
			KeyId:            text(at.key),
			LastModifiedDate: ptr(at.changed.UTC().Truncate(time.Millisecond)),
			LastModifiedUser: ptr(v.root()),
			Name:             ptr(p.name),
			Policies:         []ssmtypes.ParameterInlinePolicy{},
			Tier:             at.tier,
			Type:             at.typ,
			Version:          at.version,
		})
	}
	return out, nil
}

func (v *view) getParameterHistory(in *ssm.GetParameterHistoryInput) (*ssm.GetParameterHistoryOutput, error) {
	p, ok := v.ownParameter(deref(in.Name))
	if !ok {
		return nil, noParameter(deref(in.Name))
	}
	order := func(at parameterVersion) string { return string(appendHex(nil, uint64(at.version), 16)) }
	versions, next, err := ssmPage("GetParameterHistory", p.versions, order, in.MaxResults, maxDescribed, in.NextToken)
	if err != nil {
		return nil, err
	}
	out := &ssm.GetParameterHistoryOutput{NextToken: next, Parameters: make([]ssmtypes.ParameterHistory, 0, len(versions))}
	for _, at := range versions {
		value, err := v.told(p, &at, deref(in.WithDecryption))
		if err != nil {
			return nil, err
		}
		out.Parameters = append(out.Parameters, ssmtypes.ParameterHistory{
			AllowedPattern:   text(at.allowedPattern),
			DataType:         ptr(at.dataType),
			Description:      text(at.description),
			KeyId:            text(at.key),
			Labels:           []string{},
			LastModifiedDate: ptr(at.changed.UTC().Truncate(time.Millisecond)),
			LastModifiedUser: ptr(v.root()),
			Name:             ptr(p.name),
			Policies:         []ssmtypes.ParameterInlinePolicy{},
			Tier:             at.tier,
			Type:             at.typ,
			Value:            ptr(value),
			Version:          at.version,
		})
	}
	return out, nil
}

// parameterFilter is one filter on parameters
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html).
type parameterFilter struct {
	key, option string
	values      []string
}

type parameterFilters []parameterFilter

func parseParameterFilters(in []ssmtypes.ParameterStringFilter, keys ...string) (parameterFilters, error) {
	var filters parameterFilters
	for _, f := range in {
		p := parameterFilter{key: deref(f.Key), option: deref(f.Option), values: slices.Clone(f.Values)}
		tag := strings.HasPrefix(p.key, "tag:") && p.key != "tag:"
		if !slices.Contains(keys, p.key) && !(tag && slices.Contains(keys, "tag:")) {
			return nil, modelled(&ssmtypes.InvalidFilterKey{Message: ptr("The specified filter key '" + p.key + "' isn't valid.")})
		}
		options := []string{"Equals", "BeginsWith"}
		switch {
		case p.key == "Path":
			options = []string{"OneLevel", "Recursive"}
		case p.key == "Name":
			options = append(options, "Contains")
		case tag:
			options = options[:1]
		}
		if p.option == "" {
			p.option = options[0]
		}
		if !slices.Contains(options, p.option) {
			return nil, modelled(&ssmtypes.InvalidFilterOption{Message: ptr("The specified filter option '" + p.option + "' isn't valid for " + p.key + ". Valid options include " + strings.Join(options, ", ") + ".")})
		}
		if len(p.values) == 0 && !tag {
			return nil, modelled(&ssmtypes.InvalidFilterValue{Message: ptr("The filter '" + p.key + "' has no value.")})
		}
		filters = append(filters, p)
	}
	return filters, nil
}

func (f parameterFilters) hold(p *ownParameter) bool {
	return !slices.ContainsFunc(f, func(f parameterFilter) bool { return !f.holds(p) })
}

func (f parameterFilter) holds(p *ownParameter) bool {
	at := p.newest()
	var values []string // that the parameter has
	switch f.key {
	case "Path":
		return slices.ContainsFunc(f.values, func(path string) bool { return under(path, p.name, f.option == "Recursive") })
	case "Name":
		values = []string{p.name}
	case "Type":
		values = []string{string(at.typ)}
	case "KeyId":
		values = []string{at.key}
	case "Tier":
		values = []string{string(at.tier)}
	case "DataType":
		values = []string{at.dataType}
	case "Label": // nothing has one
	default:
		key := strings.TrimPrefix(f.key, "tag:")
		for _, g := range p.tags {
			if g.key == key {
				values = append(values, g.value)
			}
		}
		if len(f.values) == 0 {
			return len(values) > 0
		}
	}
	return slices.ContainsFunc(values, func(has string) bool {
		return slices.ContainsFunc(f.values, func(want string) bool {
			switch f.option {
			case "BeginsWith":
				return strings.HasPrefix(has, want)
			case "Contains":
				return strings.Contains(has, want)
			}
			return has == want
		})
	})
}
