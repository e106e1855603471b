package engine

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// kmsAlias is another name of a key.
type kmsAlias struct {
	arn              string
	scope            store.Scope
	key              string // ARN
	created, changed time.Time
}

var kmsAliasSchema = store.Schema[kmsAlias]{
	Name:  "KMS aliases",
	ID:    func(a *kmsAlias) string { return a.arn },
	Scope: func(a *kmsAlias) store.Scope { return a.scope },
	Indexes: []store.Index[kmsAlias]{
		{Name: "key", Values: func(a *kmsAlias, add func(string)) { add(a.key) }},
	},
}

const (
	aliasPrefix = "alias/"
	awsAliases  = "alias/aws/" // AWS's own
)

// checkAliasName refuses what can't be an alias of an account's own
// (https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html).
func checkAliasName(name string) error {
	switch {
	case name == "":
		return invalidRequest("1 validation error detected: Value null at 'aliasName' failed to satisfy constraint: Member must not be null")
	case !strings.HasPrefix(name, aliasPrefix):
		return invalidRequest("Invalid identifier: alias %q must begin with %q", name, aliasPrefix) // (mem)
	case strings.HasPrefix(name, awsAliases), !keyAliasShape.MatchString(name):
		return modelled(&kmstypes.InvalidAliasNameException{Message: ptr("The alias name " + name + " is not valid: it has letters, digits, /, _ and -, and doesn't begin with " + awsAliases)})
	}
	return nil
}

func (t *tx) createAlias(in *kms.CreateAliasInput) (*kms.CreateAliasOutput, error) {
	name := deref(in.AliasName)
	if err := checkAliasName(name); err != nil {
		return nil, err
	}
	k, err := t.changeable(in.TargetKeyId, "CreateAlias")
	if err != nil {
		return nil, err
	}
	if err := keyPending(k); err != nil {
		return nil, err
	}
	if a, ok := t.kmsAliases.Get(t.ARN("kms", name)); ok {
		return nil, modelled(&kmstypes.AlreadyExistsException{Message: ptr("An alias with the name " + a.arn + " already exists")})
	}
	t.putAlias(name, k.arn)
	return &kms.CreateAliasOutput{}, nil
}

func (t *tx) putAlias(name, key string) {
	t.kmsAliases.Put(&t.undo, &kmsAlias{arn: t.ARN("kms", name), scope: t.scope, key: key, created: t.now, changed: t.now})
}

// ownAlias is an alias that the caller made.
func (t *tx) ownAlias(named *string) (*kmsAlias, error) {
	name := deref(named)
	if err := checkAliasName(name); err != nil {
		return nil, err
	}
	a, ok := t.kmsAliases.Get(t.ARN("kms", name))
	if !ok {
		return nil, modelled(&kmstypes.NotFoundException{Message: ptr("Alias " + t.ARN("kms", name) + " is not found.")})
	}
	return a, nil
}

func (t *tx) updateAlias(in *kms.UpdateAliasInput) (*kms.UpdateAliasOutput, error) {
	a, err := t.ownAlias(in.AliasName)
	if err != nil {
		return nil, err
	}
	k, err := t.changeable(in.TargetKeyId, "UpdateAlias")
	if err != nil {
		return nil, err
	}
	if err := keyPending(k); err != nil {
		return nil, err
	}
	next := *a
	next.key, next.changed = k.arn, t.now
	t.kmsAliases.Put(&t.undo, &next)
	return &kms.UpdateAliasOutput{}, nil
}

func (t *tx) deleteAlias(in *kms.DeleteAliasInput) (*kms.DeleteAliasOutput, error) {
	a, err := t.ownAlias(in.AliasName)
	if err != nil {
		return nil, err
	}
	t.kmsAliases.Delete(&t.undo, a.arn)
	return &kms.DeleteAliasOutput{}, nil
}

func (v *view) listAliases(in *kms.ListAliasesInput) (*kms.ListAliasesOutput, error) {
	aliases := append(slices.Collect(v.kmsAliases.All(v.scope, "")), v.awsManagedAlias())
	if in.KeyId != nil {
		k, err := v.kmsKeyFor(in.KeyId, false)
		if err != nil {
			return nil, err
		}
		aliases = slices.DeleteFunc(aliases, func(a *kmsAlias) bool { return a.key != k.arn })
	}
	slices.SortFunc(aliases, func(a, b *kmsAlias) int { return strings.Compare(a.arn, b.arn) })
	aliases, next, err := kmsPage("ListAliases", aliases, func(a *kmsAlias) string { return a.arn }, in.Limit, 50, 100, in.Marker)
	if err != nil {
		return nil, err
	}
	out := &kms.ListAliasesOutput{NextMarker: next, Truncated: next != nil, Aliases: make([]kmstypes.AliasListEntry, 0, len(aliases))}
	for _, a := range aliases {
		_, name, _ := keyPlace(a.arn)
		_, key, _ := keyPlace(a.key)
		out.Aliases = append(out.Aliases, kmstypes.AliasListEntry{
			AliasArn:        ptr(a.arn),
			AliasName:       ptr(name),
			CreationDate:    ptr(a.created.UTC().Truncate(time.Millisecond)),
			LastUpdatedDate: ptr(a.changed.UTC().Truncate(time.Millisecond)),
			TargetKeyId:     ptr(strings.TrimPrefix(key, keyResource)),
		})
	}
	return out, nil
}

func (v *view) awsManagedAlias() *kmsAlias {
	at := v.seededAt(0)
	return &kmsAlias{arn: v.ARN("kms", defaultKeyAlias), scope: v.scope, key: v.defaultKey(), created: at, changed: at}
}
