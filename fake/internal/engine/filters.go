package engine

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
	"github.com/amiclass/amiclass/internal/glob"
)

// Limits of https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html.
const (
	maxFilters      = 50
	maxFilterValues = 200
	maxFilterLength = 255
)

// filterable describes what can be listed of a resource: its table, its filters, and whether it has tags.
type filterable[R any] struct {
	table    func(*state) *store.Table[R]
	id       func(*R) string
	resource ec2types.ResourceType // for the filters tag:KEY, tag-key and tag-value; empty if it can't have tags
	filters  map[string]filterOn[R]
	sees     func(v *view, r *R) bool // whether the caller may see another's row; only one's own are listed if it's nil
}

// filterOn is one filter: the values that a row has for it. If the table has an index of the values, its name makes the
// filter cost what it returns; so does a function that gives the IDs of the caller's rows that may have a value.
type filterOn[R any] struct {
	values func(v *view, r *R, add func(string))
	index  string
	ids    func(v *view, value string, add func(id string))
	many   bool                                    // a value may have many rows
	entry  func(value string) string               // what the index has for a value, if that isn't the value itself
	owner  func(v *view, scope store.Scope) string // the value, if it is the owner's and so the same for all his rows
}

// one is a filter on exactly one value.
func one[R any](value func(v *view, r *R) string) filterOn[R] {
	return filterOn[R]{values: func(v *view, r *R, add func(string)) { add(value(v, r)) }}
}

// some is a filter on any number of values.
func some[R any](values func(v *view, r *R, add func(string))) filterOn[R] {
	return filterOn[R]{values: values}
}

// maybe is a filter on a value that not every row has: "" is none.
func maybe[R any](value func(v *view, r *R) string) filterOn[R] {
	return some(func(v *view, r *R, add func(string)) { addUnlessEmpty(add, value(v, r)) })
}

// never is a filter for which no row has a value.
func never[R any]() filterOn[R] { return some(func(*view, *R, func(string)) {}) }

func addUnlessEmpty(add func(string), value string) {
	if value != "" {
		add(value)
	}
}

// by says which index of the table has the filter's values.
func (f filterOn[R]) by(index string) filterOn[R] {
	f.index = index
	return f
}

// through says how the IDs of the caller's rows that may have a value are found without an index of the values.
func (f filterOn[R]) through(ids func(v *view, value string, add func(id string))) filterOn[R] {
	f.ids = ids
	return f
}

// throughMany says the same where a value may have many rows, so that another filter comes first.
func (f filterOn[R]) throughMany(ids func(v *view, value string, add func(id string))) filterOn[R] {
	f.many = true
	return f.through(ids)
}

// byMany says the same of an index in which a value has many rows, so that another filter's comes first.
func (f filterOn[R]) byMany(index string) filterOn[R] {
	f.many = true
	return f.by(index)
}

// under says what the index has for a value, if several values share an entry.
func (f filterOn[R]) under(entry func(value string) string) filterOn[R] {
	f.entry = entry
	return f
}

// in is what the index has for a value.
func (f *filterOn[R]) in(value string) string {
	if f.entry == nil {
		return value
	}
	return f.entry(value)
}

// ownID is the index of a table's own IDs, which every table has.
const ownID = "own ID"

// ofOwner is a filter on something of the owner's, which spares a look at the rows of others.
func ofOwner[R any](table store.Schema[R], value func(v *view, owner store.Scope) string) filterOn[R] {
	f := one(func(v *view, r *R) string { return value(v, table.Scope(r)) })
	f.owner = value
	return f
}

func boolText(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// selection is a checked list of filters.
type selection[R any] struct {
	of    *filterable[R]
	conds []condition[R]
	// accounts, if not nil, are those whose rows are wanted.
	accounts []string
}

type condition[R any] struct {
	on       filterOn[R]
	key      string // of the tag, if it is a condition on a tag's value
	tagKeys  bool   // a condition on the keys of tags
	tagVals  bool   // a condition on the values of tags, whatever their keys
	patterns []glob.Pattern
}

// parse checks filters. An unknown name is answered as recorded replies of EC2 do, not with the
// InvalidFilter of the error page.
func (f *filterable[R]) parse(in []ec2types.Filter) (*selection[R], error) {
	if len(in) > maxFilters {
		return nil, fail("FilterLimitExceeded", "The maximum number of filters is %d; the request has %d.", maxFilters, len(in))
	}
	s := &selection[R]{of: f}
	for i, filter := range in {
		name := deref(filter.Name)
		if name == "" {
			return nil, missing("Filter." + itoa(i+1) + ".Name")
		}
		if len(filter.Values) > maxFilterValues {
			return nil, fail("FilterLimitExceeded", "The maximum number of values for the filter '%s' is %d; the request has %d.", name, maxFilterValues, len(filter.Values))
		}
		if len(filter.Values) == 0 {
			return nil, fail("InvalidParameterValue", "The filter '%s' has no value.", name) // (mem)
		}
		var c condition[R]
		if on, ok := f.filters[name]; ok {
			c.on = on
		} else if key, ok := strings.CutPrefix(name, "tag:"); ok && f.resource != "" && key != "" {
			c.key = key
		} else if name == "tag-key" && f.resource != "" {
			c.tagKeys = true
		} else if name == "tag-value" && f.resource != "" {
			c.tagVals = true
		} else {
			return nil, fail("InvalidParameterValue", "The filter '%s' is invalid", name)
		}
		for _, value := range filter.Values {
			if len(value) > maxFilterLength {
				return nil, fail("InvalidParameterValue", "A value of the filter '%s' is longer than %d characters.", name, maxFilterLength)
			}
			c.patterns = append(c.patterns, glob.Compile(value))
		}
		s.conds = append(s.conds, c)
	}
	return s, nil
}

// match tells whether all filters hold for the row.
func (s *selection[R]) match(v *view, r *R) bool {
	for i := range s.conds {
		if !s.conds[i].match(v, s.of, r) {
			return false
		}
	}
	return true
}

func (c *condition[R]) match(v *view, of *filterable[R], r *R) bool {
	found := false
	try := func(value string) {
		found = found || slices.ContainsFunc(c.patterns, func(p glob.Pattern) bool { return p.Match(value) })
	}
	switch {
	case c.on.values != nil:
		c.on.values(v, r, try)
	default:
		for t := range v.tagsOf(of.id(r)) {
			switch {
			case c.tagKeys:
				try(t.key)
			case c.tagVals:
				try(t.value)
			case t.key == c.key:
				try(t.value)
			}
		}
	}
	return found
}

// rows gives the caller's own rows for which all filters hold, in order of ID, from behind an ID on. A
// filter by an indexed field costs what it returns.
func (s *selection[R]) rows(v *view, after string) iter.Seq[*R] {
	return func(yield func(*R) bool) {
		for r := range s.candidates(v, after) {
			if s.match(v, r) && !yield(r) {
				return
			}
		}
	}
}

func (s *selection[R]) candidates(v *view, after string) iter.Seq[*R] {
	table := s.of.table(v.state)
	if !s.reaches(v, v.scope) {
		return func(func(*R) bool) {}
	}
	c := s.index()
	switch {
	case c == nil:
		return table.All(v.scope, after)
	case c.on.index != "" && c.on.index != ownID && len(c.patterns) == 1:
		return func(yield func(*R) bool) {
			entry := c.on.in(c.patterns[0].Text())
			for value, r := range table.Walk(c.on.index, v.scope, entry, after) {
				if value != entry || !yield(r) {
					return
				}
			}
		}
	}
	ids := c.indexed(v, s.of, table, v.scope)
	return func(yield func(*R) bool) {
		for _, id := range ids {
			if r, ok := table.Get(id); ok && id > after && !yield(r) {
				return
			}
		}
	}
}

// index is the condition of which an index tells the rows, nil if there is none: one that tells many rows
// only if no other does.
func (s *selection[R]) index() (best *condition[R]) {
	for i := range s.conds {
		c := &s.conds[i]
		if c.on.index == "" && c.on.ids == nil && c.key == "" && !c.tagKeys || slices.ContainsFunc(c.patterns, func(p glob.Pattern) bool { return !p.Literal() }) {
			continue
		}
		if !c.on.many {
			return c
		}
		best = cmp.Or(best, c)
	}
	return best
}

// reaches tells whether a scope can have rows that are wanted, as far as its account tells.
func (s *selection[R]) reaches(v *view, scope store.Scope) bool {
	if s.accounts != nil && !slices.Contains(s.accounts, v.places[scope].Account) {
		return false
	}
	for i := range s.conds {
		if c := &s.conds[i]; c.on.owner != nil {
			value := c.on.owner(v, scope)
			if !slices.ContainsFunc(c.patterns, func(p glob.Pattern) bool { return p.Match(value) }) {
				return false
			}
		}
	}
	return true
}

// indexed gives the IDs of the rows of a scope for which a condition with an index can hold, sorted, each once;
// without an index of the table, the scope is the caller's.
func (c *condition[R]) indexed(v *view, of *filterable[R], table *store.Table[R], scope store.Scope) (ids []string) {
	for _, p := range c.patterns {
		if c.key != "" {
			for t := range v.tags.By("value", v.scope, tagValueIndex(of.resource, c.key, p.Text())) {
				ids = append(ids, t.resourceID)
			}
			continue
		}
		if c.tagKeys {
			for t := range v.tags.Prefix("value", v.scope, tagValueIndex(of.resource, p.Text(), "")) {
				ids = append(ids, t.resourceID)
			}
			continue
		}
		if c.on.ids != nil {
			c.on.ids(v, p.Text(), func(id string) { ids = append(ids, id) })
			continue
		}
		if c.on.index == ownID {
			if r, ok := table.Get(p.Text()); ok && table.ScopeOf(r) == scope {
				ids = append(ids, p.Text())
			}
			continue
		}
		for r := range table.By(c.on.index, scope, c.on.in(p.Text())) {
			ids = append(ids, of.id(r))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
