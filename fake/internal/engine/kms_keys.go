package engine

import (
	"slices"
	"strings"
	"time"

	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/amiclass/amiclass/fake/internal/store"
	"github.com/amiclass/amiclass/region"
)

// kmsKey is a key of KMS for symmetric encryption. There is no cryptography in it: what it "encrypts" is only
// marked as its own.
type kmsKey struct {
	arn         string
	scope       store.Scope
	managed     bool // by AWS
	description string
	created     time.Time
	state       kmstypes.KeyState
	deletion    time.Time // when it goes, if that is pending
	policy      string
	tags        []label // in order of key
}

var kmsKeySchema = store.Schema[kmsKey]{
	Name:  "KMS keys",
	ID:    func(k *kmsKey) string { return k.arn },
	Scope: func(k *kmsKey) store.Scope { return k.scope },
}

func (k *kmsKey) id() string {
	_, resource, _ := keyPlace(k.arn)
	return strings.TrimPrefix(resource, keyResource)
}

const keyResource = "key/"

// kmsKeyAt gives a key by its ARN. The key that AWS manages for EBS is in each account and region without anybody's
// having made it, and so is in no table.
func (v *view) kmsKeyAt(arn string) (*kmsKey, bool) {
	if k, ok := v.kmsKeys.Get(arn); ok {
		return k, true
	}
	if place, _, ok := keyPlace(arn); ok && arn == place.defaultKey() {
		return v.awsManagedKey(place), true
	}
	return nil, false
}

func (v *view) awsManagedKey(p Place) *kmsKey {
	return &kmsKey{
		arn:         p.defaultKey(),
		scope:       v.scopes[placeKey{p.Account, p.Region}],
		managed:     true,
		description: "Default key that protects my EBS volumes when no other key is defined",
		created:     v.seededAt(0),
		state:       kmstypes.KeyStateEnabled,
		policy:      managedKeyPolicy(p),
	}
}

// AddKey makes a key of the account's own in a region, with an alias if one is given, and gives its ARN. An alias that
// is there already keeps the key that it has.
func (e *Engine) AddKey(account string, r region.Region, alias string) (arn string, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	t := &tx{view: view{state: e.state, options: &e.options, now: e.options.Now()}}
	if alias != "" {
		if err := checkAliasName(alias); err != nil {
			return "", err
		}
	}
	if err := t.settle(account, r); err != nil {
		return "", err
	}
	if alias != "" {
		if a, ok := t.kmsAliases.Get(t.ARN("kms", alias)); ok {
			return a.key, nil
		}
	}
	k := t.newKMSKey()
	t.kmsKeys.Put(&t.undo, k)
	if alias != "" {
		t.putAlias(alias, k.arn)
	}
	return k.arn, nil
}

func (t *tx) newKMSKey() *kmsKey {
	t.counters[kindKMSKey]++
	id := uuid("kms key", itoa(int(t.counters[kindKMSKey])), string(appendHex(nil, t.seed, 16)))
	return &kmsKey{
		arn:     t.ARN("kms", keyResource+id),
		scope:   t.scope,
		created: t.now,
		state:   kmstypes.KeyStateEnabled,
		policy:  defaultKeyPolicy(t.Place),
	}
}

// kmsKeyFor finds the key that a request to KMS names: by its ID or ARN and, where that is allowed, by an alias or its ARN.
// The texts are (mem).
func (v *view) kmsKeyFor(name *string, aliases bool) (*kmsKey, error) {
	if deref(name) == "" {
		return nil, invalidRequest("1 validation error detected: Value null at 'keyId' failed to satisfy constraint: Member must not be null")
	}
	arn, err := v.keyARN(*name)
	if err != nil {
		if strings.HasPrefix(*name, "arn:") {
			return nil, modelled(&kmstypes.InvalidArnException{Message: ptr("Invalid arn " + *name)})
		}
		return nil, modelled(&kmstypes.NotFoundException{Message: ptr("Invalid keyId '" + *name + "'")})
	}
	place, resource, _ := keyPlace(arn)
	switch named := strings.TrimPrefix(*name, place.ARN("kms", "")); {
	case place.Region != v.Region || place.Partition != v.Partition:
		return nil, modelled(&kmstypes.NotFoundException{Message: ptr("Invalid arn " + string(place.Region))})
	case strings.HasPrefix(named, aliasPrefix) && !aliases:
		return nil, modelled(&kmstypes.NotFoundException{Message: ptr("Invalid keyId '" + *name + "'")})
	case strings.HasPrefix(resource, aliasPrefix):
		return nil, modelled(&kmstypes.NotFoundException{Message: ptr("Alias " + arn + " is not found.")})
	}
	k, ok := v.kmsKeyAt(arn)
	if !ok {
		return nil, modelled(&kmstypes.NotFoundException{Message: ptr("Key '" + arn + "' does not exist")})
	}
	return k, nil
}

// changeable is a key of the caller's that is his to manage, as a copy to be changed.
func (t *tx) changeable(name *string, action string) (*kmsKey, error) {
	k, err := t.kmsKeyFor(name, false)
	if err != nil {
		return nil, err
	}
	if k.managed || k.scope != t.scope {
		return nil, t.keyDenied(k, action)
	}
	next := *k
	return &next, nil
}

// keyDenied is the refusal of what a key's policy doesn't allow; the text is (mem).
func (v *view) keyDenied(k *kmsKey, action string) *Error {
	return fail("AccessDeniedException", "User: arn:%s:iam::%s:root is not authorized to perform: kms:%s on resource: %s because no resource-based policy allows the kms:%s action",
		v.Partition, v.Account, action, k.arn, action)
}

// keyPending refuses to change a key that is to be deleted.
func keyPending(k *kmsKey) error {
	if k.state == kmstypes.KeyStatePendingDeletion {
		return modelled(&kmstypes.KMSInvalidStateException{Message: ptr(k.arn + " is pending deletion.")})
	}
	return nil
}

// kmsKeyDeleted ends the waiting period of a key: it goes, with its aliases.
func (t *tx) kmsKeyDeleted(at time.Time, arn string) {
	k, ok := t.kmsKeys.Get(arn)
	if !ok || k.state != kmstypes.KeyStatePendingDeletion || at.Before(k.deletion) {
		return
	}
	t.kmsKeys.Delete(&t.undo, arn)
	for _, g := range t.grantsOn(k) {
		t.kmsGrants.Delete(&t.undo, g.id)
	}
	for _, a := range slices.Collect(t.kmsAliases.By("key", k.scope, arn)) {
		t.kmsAliases.Delete(&t.undo, a.arn)
	}
}
