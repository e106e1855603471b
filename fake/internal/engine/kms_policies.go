package engine

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
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

// keyPolicy is as much of a policy's language as says which accounts may use a key.
type keyPolicy struct {
	Statement oneOrMore[struct {
		Effect    string
		Principal principals
		Action    oneOrMore[string]
		Condition json.RawMessage
	}]
}

// oneOrMore is a list that may be written as its only element.
type oneOrMore[T any] []T

// UnmarshalJSON reads either.
func (l *oneOrMore[T]) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '[' {
		return json.Unmarshal(b, (*[]T)(l))
	}
	var one T
	if err := json.Unmarshal(b, &one); err != nil {
		return err
	}
	*l = oneOrMore[T]{one}
	return nil
}

// principals are those of AWS accounts; "*" is everybody.
type principals []string

// UnmarshalJSON reads "*" or an object.
func (p *principals) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*oneOrMore[string])(p))
	}
	var by struct{ AWS oneOrMore[string] }
	if err := json.Unmarshal(b, &by); err != nil {
		return err
	}
	*p = principals(by.AWS)
	return nil
}

// include tells whether an account is meant, or anybody in it: the cloud doesn't tell an account's users apart.
func (p principals) include(at Place) bool {
	return slices.ContainsFunc(p, func(s string) bool {
		return s == "*" || s == at.Account || strings.HasPrefix(s, strings.TrimSuffix(at.root(), "root"))
	})
}

// checkKeyPolicy refuses what is no policy.
func checkKeyPolicy(text string) error {
	if len(text) == 0 || len(text) > maxKeyPolicy {
		return invalidRequest("1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length between 1 and %d", maxKeyPolicy)
	}
	var p keyPolicy
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return malformedPolicy("it is not JSON of a policy: " + err.Error())
	}
	if len(p.Statement) == 0 {
		return malformedPolicy("it has no Statement")
	}
	for _, s := range p.Statement {
		if s.Effect != "Allow" && s.Effect != "Deny" {
			return malformedPolicy("a statement's Effect must be Allow or Deny")
		}
	}
	return nil
}

func malformedPolicy(why string) error {
	return modelled(&kmstypes.MalformedPolicyDocumentException{Message: ptr("The key policy is not valid: " + why)})
}

// keyPolicyAllows tells whether a policy lets an account that isn't the key's own do all of the actions. A statement
// with a condition counts only if it denies, since conditions aren't evaluated.
func keyPolicyAllows(text string, at Place, actions ...string) bool {
	var p keyPolicy
	if json.Unmarshal([]byte(text), &p) != nil {
		return false
	}
	for _, action := range actions {
		allowed := false
		for _, s := range p.Statement {
			if !s.Principal.include(at) || !slices.ContainsFunc(s.Action, func(a string) bool { return actionMatches(a, action) }) {
				continue
			}
			if s.Effect == "Deny" {
				return false
			}
			allowed = allowed || s.Condition == nil
		}
		if !allowed {
			return false
		}
	}
	return true
}

func actionMatches(pattern, action string) bool {
	return compilePattern(strings.ToLower(pattern)).match(strings.ToLower(action))
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
