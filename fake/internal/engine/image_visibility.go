package engine

import (
	"iter"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/fake/internal/store"
	"github.com/amiclass/amiclass/region"
)

// everybody is the group of all accounts, in the permissions of images and snapshots.
const everybody = "all"

// permitted are the values of a permission by which rows are found from other accounts.
func permitted(public bool, users []string, add func(string)) {
	if public {
		add(everybody)
	}
	for _, u := range users {
		add(u)
	}
}

// imageByID gives an image that the caller may see: his own, public or shared with him, in his region, and
// allowed by his criteria; or InvalidAMIID.Malformed or .NotFound.
func (v *view) imageByID(id string) (*image, error) {
	if err := checkID(kindImage, id); err != nil {
		return nil, err
	}
	im, ok := v.images.Get(id)
	if !ok || !v.seesImage(im) || v.hides(im) {
		return nil, notFound(kindImage, id)
	}
	return im, nil
}

// seesImage tells whether the caller may launch an image: a public one, or one that is shared with him or with an
// organization, or a unit of one, that he is in.
func (v *view) seesImage(im *image) bool {
	return v.sees(im.scope, im.public, im.users) ||
		v.places[im.scope].Region == v.Region && v.belongsTo(im.organizations)
}

// ownImage gives an image of the caller's, or the refusal of what only the owner may do.
func (v *view) ownImage(id string) (*image, error) {
	switch {
	case id == "":
		return nil, missing("ImageId")
	case v.remembersImage(id):
		return nil, fail("InvalidAMIID.Unavailable", "The image ID '%s' is no longer available", id)
	}
	im, err := v.imageByID(id)
	if err != nil {
		return nil, err
	}
	if im.scope != v.scope {
		return nil, fail("AuthFailure", "Not authorized for image:%s", id)
	}
	return im, nil
}

// launchableImage gives an image for a launch. That one is another's and not shared is told here, as it isn't
// elsewhere (the text is (mem)).
func (v *view) launchableImage(id string) (*image, error) {
	im, err := v.imageByID(id)
	if err == nil {
		return im, v.checkSubscription(im)
	}
	if im, ok := v.images.Get(id); ok && v.places[im.scope].Region == v.Region && !v.seesImage(im) {
		return nil, fail("AuthFailure", "Not authorized for images: [%s]", id)
	}
	return nil, err
}

// snapshotByID gives a snapshot that the caller may use by itself: his own, or shared with him.
func (v *view) snapshotByID(id string) (*snapshot, error) {
	if err := checkID(kindSnapshot, id); err != nil {
		return nil, err
	}
	s, ok := v.snapshots.Get(id)
	if !ok || !v.seesSnapshot(s) {
		return nil, notFound(kindSnapshot, id)
	}
	return s, nil
}

// restorable gives a snapshot for making a volume at a launch: one of the image's own mapping needs no
// sharing (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-explicit.html).
func (v *view) restorable(im *image, id string) (*snapshot, error) {
	if s, ok := v.snapshots.Get(id); ok && im.uses(id) {
		return s, nil
	}
	return v.snapshotByID(id)
}

func (i *image) uses(snapshotID string) bool {
	return slices.ContainsFunc(i.mappings, func(m mapping) bool { return m.ebs != nil && m.ebs.snapshot == snapshotID })
}

// sees tells whether the caller may know of a row that has these permissions.
func (v *view) sees(owner store.Scope, public bool, users []string) bool {
	return owner == v.scope ||
		v.places[owner].Region == v.Region && (public || slices.Contains(users, v.Account))
}

// from is the caller's view of another region. His account may never have been there.
func (v *view) from(r region.Region) *view {
	other := *v
	other.scope, other.Place = v.elsewhere(r), Place{Partition: r.Partition(), Account: v.Account, Region: r}
	return &other
}

// permittedRows are others' rows of the caller's region that he may see and for which the filters may hold,
// in order of ID. The table has an index "permitted".
func permittedRows[R any](v *view, sel *selection[R]) []*R {
	var rows []*R
	table, id := sel.of.table(v.state), sel.of.id
	grants := append([]string{everybody, v.Account}, v.organizations()...)
	for scope := range v.places {
		if scope := store.Scope(scope); scope != v.scope && v.places[scope].Region == v.Region && sel.reaches(v, scope) {
			if named, ok := sel.namedRows(v, table, scope); ok {
				rows = append(rows, named...)
				continue
			}
			for _, grant := range grants {
				rows = slices.AppendSeq(rows, table.By("permitted", scope, grant))
			}
		}
	}
	slices.SortFunc(rows, func(a, b *R) int { return strings.Compare(id(a), id(b)) })
	return slices.CompactFunc(rows, func(a, b *R) bool { return a == b })
}

// namedRows are another's rows that the caller may see, if an index tells for which of them the filters hold.
// His tags are in his own scope, and no index of another's.
func (s *selection[R]) namedRows(v *view, table *store.Table[R], scope store.Scope) (rows []*R, ok bool) {
	c := s.index()
	if s.of.sees == nil || c == nil || c.on.index == "" || c.on.many {
		return nil, false
	}
	for _, id := range c.indexed(v, s.of, table, scope) {
		if r, ok := table.Get(id); ok && s.of.sees(v, r) {
			rows = append(rows, r)
		}
	}
	return rows, true
}

// visible gives the rows that the caller may see and for which the filters hold, in order of ID from
// behind an ID on: his own, if asked for, and those of others.
func visible[R any](v *view, sel *selection[R], scope func(*R) store.Scope, own, others bool, after string) iter.Seq[*R] {
	id := sel.of.id
	var foreign []*R
	if others {
		foreign = permittedRows(v, sel)
		foreign = slices.DeleteFunc(foreign, func(r *R) bool { return id(r) <= after || !sel.match(v, r) })
	}
	return func(yield func(*R) bool) {
		rest := foreign
		if own {
			for r := range sel.rows(v, after) {
				if scope(r) != v.scope { // found by a tag of the caller's on what is another's
					continue
				}
				for len(rest) > 0 && id(rest[0]) < id(r) {
					if !yield(rest[0]) {
						return
					}
					rest = rest[1:]
				}
				if !yield(r) {
					return
				}
			}
		}
		for _, r := range rest {
			if !yield(r) {
				return
			}
		}
	}
}

// matching gives those of the rows for which the filters hold, from behind an ID on.
func matching[R any](v *view, sel *selection[R], rows []*R, after string) iter.Seq[*R] {
	return only(slices.Values(rows), func(r *R) bool { return sel.of.id(r) > after && sel.match(v, r) })
}

func only[R any](rows iter.Seq[*R], hold func(*R) bool) iter.Seq[*R] {
	return func(yield func(*R) bool) {
		for r := range rows {
			if hold(r) && !yield(r) {
				return
			}
		}
	}
}

// accounts is a checked list of accounts, as Owners, ExecutableUsers and their like give them.
type accounts struct {
	given   bool
	ids     []string // "self" is replaced
	aliases []string
}

// accountsOf reads a list of account IDs, "self", and words that stand for something else.
func (v *view) accountsOf(in []string, words ...string) (accounts, error) {
	a := accounts{given: len(in) > 0}
	for _, s := range in {
		switch {
		case s == "self":
			a.ids = append(a.ids, v.Account)
		case slices.Contains(words, s):
			a.aliases = append(a.aliases, s)
		case isAccount(s):
			a.ids = append(a.ids, s)
		default:
			return a, fail("InvalidUserID.Malformed", "Invalid user id: %q", s) // the text is (mem)
		}
	}
	return a, nil
}

// isAccount tells the form of an account's ID: twelve digits.
func isAccount(id string) bool { return len(id) == 12 && strings.Trim(id, "0123456789") == "" }

// lists tells whether an account is listed by its ID.
func (a accounts) lists(id string) bool { return slices.Contains(a.ids, id) }

// own tells whether the caller is listed, or nobody in particular; others whether anybody else can be.
func (a accounts) own(v *view) bool { return !a.given || a.lists(v.Account) }
func (a accounts) others(v *view) bool {
	return !a.given || len(a.aliases) > 0 ||
		slices.ContainsFunc(a.ids, func(id string) bool { return id != v.Account })
}

// owner tells whether an owner is listed, by his ID or his alias.
func (a accounts) owner(id, alias string) bool {
	return !a.given || a.lists(id) || alias != "" && slices.Contains(a.aliases, alias)
}

// permits tells whether one of the accounts is in a permission by name, or all are.
func (a accounts) permits(public bool, users []string) bool {
	return !a.given || public && slices.Contains(a.aliases, everybody) ||
		slices.ContainsFunc(a.ids, func(id string) bool { return slices.Contains(users, id) })
}

// The alias by which Amazon's own images and snapshots are found.
const amazonAlias = "amazon"
