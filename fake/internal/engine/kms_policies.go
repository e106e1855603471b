package engine

import (
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/amiclass/amiclass/internal/keypolicy"
)

// The only policy that a key has (https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html).
const keyPolicyName = "default"

const maxKeyPolicy = 32 * 1024

// defaultKeyPolicy is the policy of a key that was made without one
// (https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html).
func defaultKeyPolicy(p Place) string {
	return `{
  "Version" : "2012-10-17",
  "Id" : "key-default-1",
  "Statement" : [ {
    "Sid" : "Enable IAM User Permissions",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "` + p.root() + `"
    },
    "Action" : "kms:*",
    "Resource" : "*"
  } ]
}`
}

// managedKeyPolicy lets the account use the key by way of EC2 and nobody else; shortened from what AWS writes (mem).
func managedKeyPolicy(p Place) string {
	return `{
  "Version" : "2012-10-17",
  "Id" : "auto-ebs-2",
  "Statement" : [ {
    "Sid" : "Allow direct access to key metadata to the account",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "` + p.root() + `"
    },
    "Action" : [ "kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant" ],
    "Resource" : "*"
  } ]
}`
}

func (p Place) root() string { return "arn:" + string(p.Partition) + ":iam::" + p.Account + ":root" }

// checkKeyPolicy refuses what is no policy.
func checkKeyPolicy(text string) error {
	if len(text) == 0 || len(text) > maxKeyPolicy {
		return invalidRequest("1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length between 1 and %d", maxKeyPolicy)
	}
	if _, err := keypolicy.Parse(text); err != nil {
		return malformedPolicy(err.Error())
	}
	return nil
}

func malformedPolicy(why string) error {
	return modelled(&kmstypes.MalformedPolicyDocumentException{Message: ptr("The key policy is not valid: " + why)})
}

// keyAllows tells whether a key's policy and its grants let the caller's account do all of the actions, without a condition
// that can't be judged. In the account of the key everybody may do everything.
func (v *view) keyAllows(k *kmsKey, actions ...string) bool {
	place, _, _ := keyPlace(k.arn)
	if place.Account == v.Account {
		return true
	}
	if k.managed {
		return false
	}
	p, err := keypolicy.Parse(k.policy)
	if err != nil {
		return false
	}
	lacking, doubtful := p.Lacks(v.keyCaller(), v.grantedOn(k), actions...)
	return len(lacking)+len(doubtful) == 0
}

func (p Place) keyCaller() keypolicy.Caller {
	return keypolicy.Caller{Partition: string(p.Partition), Account: p.Account, Region: string(p.Region)}
}

func (v *view) getKeyPolicy(in *kms.GetKeyPolicyInput) (*kms.GetKeyPolicyOutput, error) {
	k, err := v.kmsKeyFor(in.KeyId, false)
	if err != nil {
		return nil, err
	}
	if k.arn != v.defaultKey() && k.scope != v.scope {
		return nil, v.keyDenied(k, "GetKeyPolicy")
	}
	if err := checkPolicyName(in.PolicyName); err != nil {
		return nil, err
	}
	return &kms.GetKeyPolicyOutput{Policy: ptr(k.policy), PolicyName: ptr(keyPolicyName)}, nil
}

// putKeyPolicy leaves BypassPolicyLockoutSafetyCheck without a meaning: an account is never locked out of its keys here.
func (t *tx) putKeyPolicy(in *kms.PutKeyPolicyInput) (*kms.PutKeyPolicyOutput, error) {
	k, err := t.changeable(in.KeyId, "PutKeyPolicy")
	if err != nil {
		return nil, err
	}
	if err := checkPolicyName(in.PolicyName); err != nil {
		return nil, err
	}
	if err := checkKeyPolicy(deref(in.Policy)); err != nil {
		return nil, err
	}
	if err := keyPending(k); err != nil {
		return nil, err
	}
	k.policy = *in.Policy
	t.kmsKeys.Put(&t.undo, k)
	return &kms.PutKeyPolicyOutput{}, nil
}

func checkPolicyName(name *string) error {
	if n := deref(name); n != "" && n != keyPolicyName {
		return modelled(&kmstypes.NotFoundException{Message: ptr("No such policy exists: " + n)}) // (mem)
	}
	return nil
}
