package ami

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/keypolicy"
)

// keyNamed looks a KMS key up. Where nobody tells, which takes an ability and a permission, known is false.
func keyNamed(ctx context.Context, be backend.Backend, name string) (k backend.EncryptionKey, known bool, err error) {
	keys, ok := be.(backend.EncryptionKeys)
	if !ok {
		return k, false, nil
	}
	k, err = keys.EncryptionKey(ctx, name)
	if backend.Untold(err) {
		return k, false, nil
	}
	return k, err == nil, err
}

// keyFaults tells which accounts can't use a key for EBS, by its policy and its grants, and what each lacks
// (https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html#share-kms-key). Where nobody
// tells, or a condition decides that can't be judged from here, EC2 shall decide.
func keyFaults(ctx context.Context, be backend.Backend, path, keyARN string, accounts []string) error {
	access, ok := be.(backend.KeyAccess)
	if !ok || len(accounts) == 0 {
		return nil
	}
	text, err := access.KeyPolicy(ctx, keyARN)
	if err != nil {
		return unlessUntold(err)
	}
	policy, err := keypolicy.Parse(text)
	if err != nil {
		return fmt.Errorf("policy of %s: %w", keyARN, err)
	}
	var grants []backend.KeyGrant
	for g, err := range access.KeyGrants(ctx, keyARN) {
		if err != nil {
			return unlessUntold(err)
		}
		grants = append(grants, g)
	}
	var errs []error
	for _, account := range accounts {
		who := keypolicy.Caller{Partition: string(be.Region().Partition()), Account: account, Region: string(be.Region())}
		var granted []string
		for _, g := range grants {
			if g.Constrained || !keypolicy.GrantedTo(g.Grantee, who) {
				continue
			}
			for _, o := range g.Operations {
				granted = append(granted, "kms:"+o)
			}
		}
		if lacking, _ := policy.Lacks(who, granted, keypolicy.EBS...); len(lacking) > 0 {
			errs = append(errs, fault(path, fmt.Sprintf("the account %s lacks %s on the key %s", account, strings.Join(lacking, ", "), keyARN),
				"allow it in the key's policy, or by a grant"))
		}
	}
	return errors.Join(errs...)
}

// unlessUntold drops the error of a question to which there is no answer.
func unlessUntold(err error) error {
	if unavailable(err) {
		return nil
	}
	return err
}

// accountsOf are the accounts among grantees.
func accountsOf(grantees []Grantee) []string {
	var accounts []string
	for _, g := range grantees {
		if g.AccountID != "" {
			accounts = append(accounts, g.AccountID)
		}
	}
	return accounts
}
