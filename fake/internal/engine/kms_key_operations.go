package engine

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
)

var kmsOperations = []operation{
	writing("AliasName TargetKeyId", (*tx).createAlias),
	writing(`BypassPolicyLockoutSafetyCheck CustomKeyStoreId CustomerMasterKeySpec Description KeySpec KeyUsage MultiRegion
		Origin Policy Tags{TagKey TagValue} XksKeyId`, (*tx).createKey),
	writing("AliasName", (*tx).deleteAlias),
	reading("KeyId GrantTokens", (*view).describeKey),
	writing("KeyId", (*tx).disableKey),
	writing("KeyId", (*tx).enableKey),
	reading("KeyId PolicyName", (*view).getKeyPolicy),
	reading("KeyId Limit Marker", (*view).listAliases),
	reading("Limit Marker", (*view).listKeys),
	reading("KeyId Limit Marker", (*view).listResourceTags),
	writing("KeyId Policy PolicyName BypassPolicyLockoutSafetyCheck", (*tx).putKeyPolicy),
	writing("KeyId PendingWindowInDays", (*tx).scheduleKeyDeletion),
	writing("KeyId", (*tx).cancelKeyDeletion),
	writing("KeyId Tags{TagKey TagValue}", (*tx).tagResource),
	writing("KeyId TagKeys", (*tx).untagResource),
	writing("AliasName TargetKeyId", (*tx).updateAlias),
}

// createKey makes keys for symmetric encryption in one region, of material from KMS: no others are of use to EBS
// (https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html).
func (t *tx) createKey(in *kms.CreateKeyInput) (*kms.CreateKeyOutput, error) {
	//lint:ignore SA1019 a request may still set it
	spec := cmp.Or(string(in.KeySpec), string(in.CustomerMasterKeySpec), string(kmstypes.KeySpecSymmetricDefault))
	switch {
	case deref(in.CustomKeyStoreId) != "":
		return nil, modelled(&kmstypes.CustomKeyStoreNotFoundException{Message: ptr("The custom key store " + *in.CustomKeyStoreId + " does not exist.")})
	case deref(in.XksKeyId) != "":
		return nil, invalidRequest("XksKeyId is for keys in an external key store only.")
	//lint:ignore SA1019 a request may still set it
	case in.KeySpec != "" && in.CustomerMasterKeySpec != "":
		return nil, invalidRequest("You cannot specify KeySpec and CustomerMasterKeySpec in the same request. CustomerMasterKeySpec is deprecated.")
	case spec != string(kmstypes.KeySpecSymmetricDefault):
		return nil, unsupportedKey("KeySpec " + spec)
	case in.KeyUsage != "" && in.KeyUsage != kmstypes.KeyUsageTypeEncryptDecrypt:
		return nil, unsupportedKey("KeyUsage " + string(in.KeyUsage))
	case in.Origin != "" && in.Origin != kmstypes.OriginTypeAwsKms:
		return nil, unsupportedKey("Origin " + string(in.Origin))
	case deref(in.MultiRegion):
		return nil, unsupportedKey("MultiRegion")
	case len(deref(in.Description)) > 8192:
		return nil, invalidRequest("1 validation error detected: Value at 'description' failed to satisfy constraint: Member must have length less than or equal to 8192")
	}
	k := t.newKMSKey()
	k.description = deref(in.Description)
	if in.Policy != nil {
		if err := checkKeyPolicy(*in.Policy); err != nil {
			return nil, err
		}
		k.policy = *in.Policy
	}
	var err error
	if k.tags, err = withKMSTags(nil, in.Tags); err != nil {
		return nil, err
	}
	t.kmsKeys.Put(&t.undo, k)
	return &kms.CreateKeyOutput{KeyMetadata: t.renderKMSKey(k)}, nil
}

func unsupportedKey(what string) error {
	return modelled(&kmstypes.UnsupportedOperationException{Message: ptr(what + " is not supported: this cloud has keys for symmetric encryption only, of KMS's own material and in one region.")})
}

func (v *view) describeKey(in *kms.DescribeKeyInput) (*kms.DescribeKeyOutput, error) {
	if err := v.checkGrantTokens(in.GrantTokens); err != nil {
		return nil, err
	}
	k, err := v.kmsKeyFor(in.KeyId, true)
	if err != nil {
		return nil, err
	}
	if !v.keyAllows(k, "kms:DescribeKey") {
		return nil, v.keyDenied(k, "DescribeKey")
	}
	return &kms.DescribeKeyOutput{KeyMetadata: v.renderKMSKey(k)}, nil
}

func (v *view) renderKMSKey(k *kmsKey) *kmstypes.KeyMetadata {
	place, _, _ := keyPlace(k.arn)
	out := &kmstypes.KeyMetadata{
		AWSAccountId:         ptr(place.Account),
		Arn:                  ptr(k.arn),
		CreationDate:         ptr(k.created.UTC().Truncate(time.Millisecond)),
		CurrentKeyMaterialId: ptr(strings.Repeat(strings.ReplaceAll(uuid("key material", k.arn), "-", ""), 2)),
		//lint:ignore SA1019 KMS still tells it
		CustomerMasterKeySpec: kmstypes.CustomerMasterKeySpecSymmetricDefault,
		Description:           ptr(k.description),
		Enabled:               k.state == kmstypes.KeyStateEnabled,
		EncryptionAlgorithms:  []kmstypes.EncryptionAlgorithmSpec{kmstypes.EncryptionAlgorithmSpecSymmetricDefault},
		KeyId:                 ptr(k.id()),
		KeyManager:            kmstypes.KeyManagerTypeCustomer,
		KeySpec:               kmstypes.KeySpecSymmetricDefault,
		KeyState:              k.state,
		KeyUsage:              kmstypes.KeyUsageTypeEncryptDecrypt,
		MultiRegion:           ptr(false),
		Origin:                kmstypes.OriginTypeAwsKms,
	}
	if k.managed {
		out.KeyManager = kmstypes.KeyManagerTypeAws
	}
	if !k.deletion.IsZero() {
		out.DeletionDate = ptr(k.deletion.UTC().Truncate(time.Millisecond))
	}
	return out
}

func (t *tx) enableKey(in *kms.EnableKeyInput) (*kms.EnableKeyOutput, error) {
	return &kms.EnableKeyOutput{}, t.setKeyState(in.KeyId, "EnableKey", kmstypes.KeyStateEnabled)
}

func (t *tx) disableKey(in *kms.DisableKeyInput) (*kms.DisableKeyOutput, error) {
	return &kms.DisableKeyOutput{}, t.setKeyState(in.KeyId, "DisableKey", kmstypes.KeyStateDisabled)
}

func (t *tx) setKeyState(name *string, action string, state kmstypes.KeyState) error {
	k, err := t.changeable(name, action)
	if err != nil {
		return err
	}
	if err := keyPending(k); err != nil {
		return err
	}
	k.state = state
	t.kmsKeys.Put(&t.undo, k)
	return nil
}

// The waiting period of https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html.
const minKeyWindow, maxKeyWindow = 7, 30

func (t *tx) scheduleKeyDeletion(in *kms.ScheduleKeyDeletionInput) (*kms.ScheduleKeyDeletionOutput, error) {
	k, err := t.changeable(in.KeyId, "ScheduleKeyDeletion")
	if err != nil {
		return nil, err
	}
	if err := keyPending(k); err != nil {
		return nil, err
	}
	days := int32(maxKeyWindow)
	if in.PendingWindowInDays != nil {
		days = *in.PendingWindowInDays
	}
	if days < minKeyWindow || days > maxKeyWindow {
		return nil, invalidRequest("PendingWindowInDays is %d; it must be between %d and %d (inclusive).", days, minKeyWindow, maxKeyWindow) // (mem)
	}
	window := time.Duration(days) * 24 * time.Hour
	k.state, k.deletion = kmstypes.KeyStatePendingDeletion, t.now.Add(window)
	t.kmsKeys.Put(&t.undo, k)
	t.plan(window, kmsKeyDeleted, k.arn)
	return &kms.ScheduleKeyDeletionOutput{
		DeletionDate:        ptr(k.deletion.UTC().Truncate(time.Millisecond)),
		KeyId:               ptr(k.arn),
		KeyState:            k.state,
		PendingWindowInDays: &days,
	}, nil
}

// cancelKeyDeletion leaves the key disabled.
func (t *tx) cancelKeyDeletion(in *kms.CancelKeyDeletionInput) (*kms.CancelKeyDeletionOutput, error) {
	k, err := t.changeable(in.KeyId, "CancelKeyDeletion")
	if err != nil {
		return nil, err
	}
	if k.state != kmstypes.KeyStatePendingDeletion {
		return nil, modelled(&kmstypes.KMSInvalidStateException{Message: ptr(k.arn + " is not pending deletion.")}) // (mem)
	}
	k.state, k.deletion = kmstypes.KeyStateDisabled, time.Time{}
	t.kmsKeys.Put(&t.undo, k)
	return &kms.CancelKeyDeletionOutput{KeyId: ptr(k.arn)}, nil
}

func (v *view) listKeys(in *kms.ListKeysInput) (*kms.ListKeysOutput, error) {
	keys := append(slices.Collect(v.kmsKeys.All(v.scope, "")), v.awsManagedKey(v.Place))
	slices.SortFunc(keys, func(a, b *kmsKey) int { return strings.Compare(a.arn, b.arn) })
	keys, next, err := kmsPage("ListKeys", keys, func(k *kmsKey) string { return k.arn }, in.Limit, 100, 1000, in.Marker)
	if err != nil {
		return nil, err
	}
	out := &kms.ListKeysOutput{NextMarker: next, Truncated: next != nil, Keys: make([]kmstypes.KeyListEntry, 0, len(keys))}
	for _, k := range keys {
		out.Keys = append(out.Keys, kmstypes.KeyListEntry{KeyArn: ptr(k.arn), KeyId: ptr(k.id())})
	}
	return out, nil
}

// kmsPage cuts a page off rows that are in order of their IDs.
func kmsPage[R any](op string, rows []R, id func(R) string, limit *int32, usual, most int32, marker *string) ([]R, *string, error) {
	n := usual
	if limit != nil {
		n = *limit
	}
	if n < 1 || n > most {
		return nil, nil, invalidRequest("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value between 1 and %d", n, most)
	}
	if marker != nil {
		b, err := base64.RawURLEncoding.DecodeString(*marker)
		after, ok := strings.CutPrefix(string(b), op+" ")
		if err != nil || !ok {
			return nil, nil, modelled(&kmstypes.InvalidMarkerException{Message: ptr("The marker is not valid.")})
		}
		rows = slices.DeleteFunc(slices.Clone(rows), func(r R) bool { return id(r) <= after })
	}
	if len(rows) <= int(n) {
		return rows, nil, nil
	}
	rows = rows[:n]
	return rows, page{op: op}.token(id(rows[n-1])), nil
}
