package engine

import (
	"iter"
	"slices"
	"strings"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// listing gives a page of the caller's rows: all, or those of the IDs, for which the filters hold.
// find tells which row an ID means; one unknown ID fails the whole request.
func (f *filterable[R]) listing(v *view, filters []ec2types.Filter, ids []string, find func(id string) (*R, error), pg page) ([]*R, *string, error) {
	return f.listingOf(nil, v, filters, ids, find, pg)
}

// listingOf is the listing of those rows alone for which something holds that isn't one of the filters.
func (f *filterable[R]) listingOf(hold func(*R) bool, v *view, filters []ec2types.Filter, ids []string, find func(id string) (*R, error), pg page) ([]*R, *string, error) {
	s, err := f.parse(filters)
	if err != nil {
		return nil, nil, err
	}
	rows := s.rows(v, pg.after)
	if len(ids) > 0 {
		found, err := f.findAll(ids, find)
		if err != nil {
			return nil, nil, err
		}
		rows = func(yield func(*R) bool) {
			for _, r := range found {
				if f.id(r) > pg.after && s.match(v, r) && !yield(r) {
					return
				}
			}
		}
	}
	if hold != nil {
		rows = only(rows, hold)
	}
	got, next := cut(pg, rows, f.id)
	return got, next, nil
}

// findAll gives the rows of all IDs, in order of ID, each once. Of several unknown IDs the error names all.
func (f *filterable[R]) findAll(ids []string, find func(id string) (*R, error)) ([]*R, error) {
	rows := make([]*R, 0, len(ids))
	var unknown []string
	var k kind
	for _, id := range ids {
		r, err := find(id)
		if err == nil {
			rows = append(rows, r)
			continue
		}
		prefix, _, _ := strings.Cut(id, "-")
		if k = kindOf(prefix); k == kinds || !isCode(err, kindNames[k].notFound) {
			return nil, err
		}
		unknown = append(unknown, id)
	}
	if len(unknown) > 0 {
		return nil, notFoundSeveral(k, unknown)
	}
	byID := func(a, b *R) int { return strings.Compare(f.id(a), f.id(b)) }
	slices.SortFunc(rows, byID)
	return slices.CompactFunc(rows, func(a, b *R) bool { return f.id(a) == f.id(b) }), nil
}

// kindOf is the kind whose IDs have a prefix; kinds if none has.
func kindOf(prefix string) kind {
	for k := range kinds {
		if prefix != "" && kindNames[k].prefix == prefix {
			return k
		}
	}
	return kinds
}

func isCode(err error, code string) bool {
	e, ok := err.(*Error)
	return ok && e.Code == code
}

// owned is a row by its ID if it is the caller's, here.
func owned[R any](v *view, table *store.Table[R], scope func(*R) store.Scope, k kind, id string) (*R, error) {
	if err := checkID(k, id); err != nil {
		return nil, err
	}
	r, ok := table.Get(id)
	if !ok || scope(r) != v.scope {
		return nil, notFound(k, id)
	}
	return r, nil
}

func first[R any](rows iter.Seq[*R]) (*R, bool) {
	for r := range rows {
		return r, true
	}
	return nil, false
}

func exists[R any](rows iter.Seq[*R]) bool {
	_, ok := first(rows)
	return ok
}
