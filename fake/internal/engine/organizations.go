package engine

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// membership is the place of an account in an organization of AWS Organizations.
type membership struct {
	account string
	arns    []string // of the organization and of the units that the account is in
}

var membershipSchema = store.Schema[membership]{
	Name:  "memberships",
	ID:    func(m *membership) string { return m.account },
	Scope: func(*membership) store.Scope { return 0 },
}

// The forms of the ARNs (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html).
var (
	organizationARN = regexp.MustCompile(`^arn:aws(?:-[a-z]+)*:organizations::\d{12}:organization/(o-[a-z0-9]{10,32})$`)
	unitARN         = regexp.MustCompile(`^arn:aws(?:-[a-z]+)*:organizations::\d{12}:ou/(o-[a-z0-9]{10,32})/ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}$`)
)

// JoinOrganization declares that an account is in an organization and in units of it, since AWS
// Organizations isn't served. All are named by their ARNs, units of units as well: what is shared with
// any of them is shared with the account. An account is in one organization: it leaves another.
func (e *Engine) JoinOrganization(account, organization string, units ...string) error {
	m := organizationARN.FindStringSubmatch(organization)
	if m == nil {
		return fmt.Errorf("%q is not the ARN of an organization: expecting arn:aws:organizations::ACCOUNT:organization/o-…", organization)
	}
	for _, unit := range units {
		if u := unitARN.FindStringSubmatch(unit); u == nil || u[1] != m[1] {
			return fmt.Errorf("%q is not the ARN of a unit of %s: expecting arn:aws:organizations::ACCOUNT:ou/%s/ou-…", unit, organization, m[1])
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	t := &tx{view: view{state: e.state, options: &e.options}}
	t.memberships.Put(&t.undo, &membership{account: account, arns: append([]string{organization}, units...)})
	return nil
}

// organizations are the ARNs of the organization that the caller is in, and of its units.
func (v *view) organizations() []string {
	m, ok := v.memberships.Get(v.Account)
	if !ok {
		return nil
	}
	return m.arns
}

// belongsTo tells whether the caller is in one of the organizations or units.
func (v *view) belongsTo(arns []string) bool {
	return len(arns) > 0 && slices.ContainsFunc(v.organizations(), func(arn string) bool { return slices.Contains(arns, arn) })
}
