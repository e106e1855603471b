package engine

import (
	"encoding/base64"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/amiclass/amiclass/fake/internal/store"
	"github.com/amiclass/amiclass/internal/keypolicy"
)

// maxGrants is how many a key can have (https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html).
const maxGrants = 50_000

// grantOperations are those that a grant on a key for symmetric encryption can allow
// (https://docs.aws.amazon.com/kms/latest/developerguide/grants.html#terms-grant-operations).
var grantOperations = []kmstypes.GrantOperation{
	kmstypes.GrantOperationCreateGrant, kmstypes.GrantOperationDecrypt, kmstypes.GrantOperationDescribeKey, kmstypes.GrantOperationEncrypt,
	kmstypes.GrantOperationGenerateDataKey, kmstypes.GrantOperationGenerateDataKeyPair, kmstypes.GrantOperationGenerateDataKeyPairWithoutPlaintext,
	kmstypes.GrantOperationGenerateDataKeyWithoutPlaintext, kmstypes.GrantOperationReEncryptFrom, kmstypes.GrantOperationReEncryptTo,
	kmstypes.GrantOperationRetireGrant,
}

var (
	principalShape = regexp.MustCompile(`^arn:aws[a-z-]*:(?:iam::\d{12}:(?:root|user/.+|role/.+)|sts::\d{12}:(?:federated-user|assumed-role)/.+)$`)
	grantNameShape = regexp.MustCompile(`^[a-zA-Z0-9:/_-]{1,256}$`)
)

// kmsGrant lets a principal do something with a key that its policy needn't allow.
type kmsGrant struct {
	id          string
	scope       store.Scope // the key's
	key         string      // ARN
	issuer      string      // the account that made it
	name        string
	grantee     string
	retiring    string
	operations  []kmstypes.GrantOperation
	constraints *kmstypes.GrantConstraints
	created     time.Time
}

var kmsGrantSchema = store.Schema[kmsGrant]{
	Name:  "KMS grants",
	ID:    func(g *kmsGrant) string { return g.id },
	Scope: func(g *kmsGrant) store.Scope { return g.scope },
	Indexes: []store.Index[kmsGrant]{
		{Name: "key", Values: func(g *kmsGrant, add func(string)) { add(g.key) }},
	},
}

const grantConstraintFields = "Constraints{EncryptionContextEquals EncryptionContextSubset}"

var kmsGrantOperations = []operation{
	writing(grantConstraintFields+" DryRun GrantTokens GranteePrincipal KeyId Name Operations RetiringPrincipal", (*tx).createGrant),
	reading("GrantId GranteePrincipal KeyId Limit Marker", (*view).listGrants),
	reading("Limit Marker RetiringPrincipal", (*view).listRetirableGrants),
	writing("DryRun GrantId GrantToken KeyId", (*tx).retireGrant),
	writing("DryRun GrantId KeyId", (*tx).revokeGrant),
}

// grantsOn are the grants on a key, whoever made them, in order of their IDs.
func (v *view) grantsOn(k *kmsKey) []*kmsGrant {
	return slices.Collect(v.kmsGrants.By("key", k.scope, k.arn))
}

// grantedOn are the actions that grants on a key allow the caller's account. One with constraints counts for the contexts
// that EBS gives, which nobody can know beforehand, and so for none.
func (v *view) grantedOn(k *kmsKey) []string {
	var actions []string
	for _, g := range v.grantsOn(k) {
		if g.constraints != nil || !keypolicy.GrantedTo(g.grantee, v.keyCaller()) {
			continue
		}
		for _, o := range g.operations {
			actions = append(actions, "kms:"+string(o))
		}
	}
	return actions
}

// createGrant gives a grant, the one that there is already if it has the name and says the same
// (https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateGrant.html). A grant is in force at once.
func (t *tx) createGrant(in *kms.CreateGrantInput) (*kms.CreateGrantOutput, error) {
	if err := t.checkGrantTokens(in.GrantTokens); err != nil {
		return nil, err
	}
	k, err := t.kmsKeyFor(in.KeyId, false)
	if err != nil {
		return nil, err
	}
	if k.managed || !t.keyAllows(k, "kms:CreateGrant") {
		return nil, t.keyDenied(k, "CreateGrant")
	}
	if err := checkGrant(in); err != nil {
		return nil, err
	}
	switch k.state {
	case kmstypes.KeyStateDisabled:
		return nil, modelled(&kmstypes.DisabledException{Message: ptr(k.arn + " is disabled.")})
	case kmstypes.KeyStatePendingDeletion:
		return nil, keyPending(k)
	}
	if deref(in.DryRun) {
		return nil, grantDryRun()
	}
	t.counters[kindKMSGrant]++
	g := &kmsGrant{
		id:    longID("grant", itoa(int(t.counters[kindKMSGrant])), string(appendHex(nil, t.seed, 16))),
		scope: k.scope, key: k.arn, issuer: t.Account, name: deref(in.Name), grantee: *in.GranteePrincipal, retiring: deref(in.RetiringPrincipal),
		operations: slices.Clone(in.Operations), constraints: in.Constraints, created: t.now,
	}
	slices.Sort(g.operations)
	g.operations = slices.Compact(g.operations)
	existing := t.grantsOn(k)
	if len(existing) >= maxGrants {
		return nil, modelled(&kmstypes.LimitExceededException{Message: ptr("The key " + k.arn + " has as many grants as a key can have.")})
	}
	if at := slices.IndexFunc(existing, g.repeats); at >= 0 {
		g = existing[at]
	} else {
		t.kmsGrants.Put(&t.undo, g)
	}
	return &kms.CreateGrantOutput{GrantId: ptr(g.id), GrantToken: ptr(g.token())}, nil
}

func checkGrant(in *kms.CreateGrantInput) error {
	switch grantee := deref(in.GranteePrincipal); {
	case grantee == "":
		return invalidRequest("1 validation error detected: Value null at 'granteePrincipal' failed to satisfy constraint: Member must not be null")
	case !principalShape.MatchString(grantee):
		return modelled(&kmstypes.InvalidArnException{Message: ptr("ARN does not refer to a valid principal: " + grantee)})
	}
	if r := in.RetiringPrincipal; r != nil && !principalShape.MatchString(*r) {
		return modelled(&kmstypes.InvalidArnException{Message: ptr("ARN does not refer to a valid principal: " + *r)})
	}
	if n := in.Name; n != nil && !grantNameShape.MatchString(*n) {
		return invalidRequest("1 validation error detected: Value '%s' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$", *n)
	}
	if len(in.Operations) == 0 {
		return invalidRequest("1 validation error detected: Value null at 'operations' failed to satisfy constraint: Member must not be null")
	}
	for _, o := range in.Operations {
		if !slices.Contains(grantOperations, o) { // (mem)
			return invalidRequest("The operation %s can't be granted on a key for symmetric encryption.", o)
		}
	}
	return nil
}

// repeats tells whether a named grant says the same as another.
func (g *kmsGrant) repeats(o *kmsGrant) bool {
	x, y := orZero(g.constraints), orZero(o.constraints)
	return g.name != "" && g.name == o.name && g.grantee == o.grantee && g.retiring == o.retiring && slices.Equal(g.operations, o.operations) &&
		maps.Equal(x.EncryptionContextEquals, y.EncryptionContextEquals) && maps.Equal(x.EncryptionContextSubset, y.EncryptionContextSubset)
}

// token stands for the grant in requests until it is known everywhere.
func (g *kmsGrant) token() string {
	return base64.RawURLEncoding.EncodeToString([]byte(grantToken + g.id))
}

const grantToken = "grant "

func longID(names ...string) string {
	return strings.ReplaceAll(uuid(names...)+uuid(append(names, "more")...), "-", "")
}

// checkGrantTokens refuses tokens that no grant has; what the others' grants allow is in force already.
func (v *view) checkGrantTokens(tokens []string) error {
	for _, token := range tokens {
		if _, err := v.grantWithToken(token); err != nil {
			return err
		}
	}
	return nil
}

func (v *view) grantWithToken(token string) (*kmsGrant, error) {
	if b, err := base64.RawURLEncoding.DecodeString(token); err == nil {
		if g, ok := v.kmsGrants.Get(strings.TrimPrefix(string(b), grantToken)); ok && v.places[g.scope].Region == v.Region {
			return g, nil
		}
	}
	return nil, modelled(&kmstypes.InvalidGrantTokenException{Message: ptr("The grant token is not valid.")})
}

func (v *view) listGrants(in *kms.ListGrantsInput) (*kms.ListGrantsOutput, error) {
	k, err := v.kmsKeyFor(in.KeyId, false)
	if err != nil {
		return nil, err
	}
	if place, _, _ := keyPlace(k.arn); place.Account != v.Account {
		return nil, v.keyDenied(k, "ListGrants")
	}
	rows := slices.DeleteFunc(v.grantsOn(k), func(g *kmsGrant) bool {
		return in.GrantId != nil && g.id != *in.GrantId || in.GranteePrincipal != nil && g.grantee != *in.GranteePrincipal
	})
	rows, next, err := kmsPage("ListGrants", rows, func(g *kmsGrant) string { return g.id }, in.Limit, 50, 100, in.Marker)
	if err != nil {
		return nil, err
	}
	return &kms.ListGrantsOutput{Grants: v.renderGrants(rows), NextMarker: next, Truncated: next != nil}, nil
}

// listRetirableGrants lists those that a principal of the caller's account may retire, on whatever key.
func (v *view) listRetirableGrants(in *kms.ListRetirableGrantsInput) (*kms.ListRetirableGrantsOutput, error) {
	who := deref(in.RetiringPrincipal)
	if !principalShape.MatchString(who) {
		return nil, modelled(&kmstypes.InvalidArnException{Message: ptr("ARN does not refer to a valid principal: " + who)})
	}
	var rows []*kmsGrant
	for scope, place := range v.places {
		if place.Region == v.Region && keypolicy.GrantedTo(who, v.keyCaller()) {
			rows = slices.AppendSeq(rows, only(v.kmsGrants.All(store.Scope(scope), ""), func(g *kmsGrant) bool { return g.retiring == who }))
		}
	}
	slices.SortFunc(rows, func(a, b *kmsGrant) int { return strings.Compare(a.id, b.id) })
	rows, next, err := kmsPage("ListRetirableGrants", rows, func(g *kmsGrant) string { return g.id }, in.Limit, 50, 100, in.Marker)
	if err != nil {
		return nil, err
	}
	return &kms.ListRetirableGrantsOutput{Grants: v.renderGrants(rows), NextMarker: next, Truncated: next != nil}, nil
}

func (v *view) renderGrants(rows []*kmsGrant) []kmstypes.GrantListEntry {
	out := make([]kmstypes.GrantListEntry, 0, len(rows))
	for _, g := range rows {
		e := kmstypes.GrantListEntry{
			Constraints: g.constraints, CreationDate: ptr(g.created.UTC().Truncate(time.Second)), GrantId: ptr(g.id), GranteePrincipal: ptr(g.grantee),
			IssuingAccount: ptr(Place{Partition: v.Partition, Account: g.issuer}.root()), KeyId: ptr(g.key), Operations: slices.Clone(g.operations), Name: text(g.name), RetiringPrincipal: text(g.retiring),
		}
		out = append(out, e)
	}
	return out
}

// revokeGrant is for the account that the key belongs to.
func (t *tx) revokeGrant(in *kms.RevokeGrantInput) (*kms.RevokeGrantOutput, error) {
	k, err := t.changeable(in.KeyId, "RevokeGrant")
	if err != nil {
		return nil, err
	}
	g, err := t.grant(k, in.GrantId)
	if err != nil {
		return nil, err
	}
	if deref(in.DryRun) {
		return nil, grantDryRun()
	}
	t.kmsGrants.Delete(&t.undo, g.id)
	return &kms.RevokeGrantOutput{}, nil
}

// retireGrant is for the account that the key belongs to, for the retiring principal, and for a grantee who was granted that
// (https://docs.aws.amazon.com/kms/latest/APIReference/API_RetireGrant.html).
func (t *tx) retireGrant(in *kms.RetireGrantInput) (*kms.RetireGrantOutput, error) {
	var g *kmsGrant
	switch {
	case in.GrantToken != nil:
		var err error
		if g, err = t.grantWithToken(*in.GrantToken); err != nil {
			return nil, err
		}
	case in.KeyId == nil || in.GrantId == nil:
		return nil, invalidRequest("A grant is named by its token, or by KeyId and GrantId.") // (mem)
	default:
		k, err := t.kmsKeyFor(in.KeyId, false)
		if err != nil {
			return nil, err
		}
		if g, err = t.grant(k, in.GrantId); err != nil {
			return nil, err
		}
	}
	place, _, _ := keyPlace(g.key)
	switch {
	case place.Account == t.Account, keypolicy.GrantedTo(g.retiring, t.keyCaller()):
	case slices.Contains(g.operations, kmstypes.GrantOperationRetireGrant) && keypolicy.GrantedTo(g.grantee, t.keyCaller()):
	default:
		return nil, t.keyDenied(&kmsKey{arn: g.key}, "RetireGrant")
	}
	if deref(in.DryRun) {
		return nil, grantDryRun()
	}
	t.kmsGrants.Delete(&t.undo, g.id)
	return &kms.RetireGrantOutput{}, nil
}

func (v *view) grant(k *kmsKey, id *string) (*kmsGrant, error) {
	if deref(id) == "" {
		return nil, invalidRequest("1 validation error detected: Value null at 'grantId' failed to satisfy constraint: Member must not be null")
	}
	g, ok := v.kmsGrants.Get(*id)
	if !ok || g.key != k.arn {
		return nil, modelled(&kmstypes.NotFoundException{Message: ptr("Grant ID " + *id + " not found")})
	}
	return g, nil
}

func grantDryRun() error {
	return modelled(&kmstypes.DryRunOperationException{Message: ptr("The request would have succeeded, but the DryRun option is set.")})
}
