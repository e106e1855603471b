// Package keypolicy reads the policies of KMS keys, as far as they say which other accounts may use a key for EBS
// (https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html).
package keypolicy

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// EBS is what another account needs to be allowed to use a key for EBS
// (https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html#share-kms-key).
var EBS = []string{
	"kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo",
}

// Policy says who may do what with a key.
type Policy struct{ statements oneOrMore[statement] }

type statement struct {
	Effect    string
	Principal principals
	Action    oneOrMore[string]
	Condition map[string]map[string]oneOrMore[string]
}

// Caller is an account that uses a key through EC2 in a region.
type Caller struct{ Partition, Account, Region string }

// Parse reads a policy. What isn't one is an error.
func Parse(text string) (Policy, error) {
	var p struct{ Statement oneOrMore[statement] }
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return Policy{}, fmt.Errorf("it is not JSON of a policy: %w", err)
	}
	if len(p.Statement) == 0 {
		return Policy{}, errors.New("it has no Statement")
	}
	for _, s := range p.Statement {
		if s.Effect != "Allow" && s.Effect != "Deny" {
			return Policy{}, errors.New("a statement's Effect must be Allow or Deny")
		}
	}
	return Policy{p.Statement}, nil
}

// Lacks gives those of the actions that neither the policy nor a grant allows an account that isn't the key's own, and those
// about which a condition decides that this package can't judge. granted are the actions that grants allow the account. It
// doesn't tell an account's users apart: what one of them may do, the account may.
func (p Policy) Lacks(who Caller, granted []string, actions ...string) (lacking, doubtful []string) {
	for _, action := range actions {
		allowed, denied := p.judge(who, action)
		if slices.Contains(granted, action) {
			allowed = yes
		}
		switch {
		case denied == yes || allowed == no:
			lacking = append(lacking, action)
		case denied == perhaps || allowed == perhaps:
			doubtful = append(doubtful, action)
		}
	}
	return lacking, doubtful
}

type answer int

const (
	no answer = iota
	perhaps
	yes
)

func (p Policy) judge(who Caller, action string) (allowed, denied answer) {
	for _, s := range p.statements {
		if !s.Principal.include(who) || !slices.ContainsFunc(s.Action, func(a string) bool { return matches(a, action) }) {
			continue
		}
		if s.Effect == "Deny" {
			denied = max(denied, s.met(who))
		} else {
			allowed = max(allowed, s.met(who))
		}
	}
	return allowed, denied
}

// met judges the conditions of how EC2 uses a key for an account: in his name, and by grants for its volumes
// (https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html).
func (s statement) met(who Caller) answer {
	met, known := true, true
	for operator, conditions := range s.Condition {
		for key, values := range conditions {
			var is string
			switch strings.ToLower(key) {
			case "kms:grantisforawsresource":
				is = "true"
			case "kms:calleraccount", "aws:principalaccount":
				is = who.Account
			case "kms:viaservice":
				is = "ec2." + who.Region + ".amazonaws.com"
			default:
				known = false
				continue
			}
			one := func(value string) bool { return value == is }
			switch operator {
			case "StringEquals", "Bool":
				met = met && slices.ContainsFunc(values, one)
			case "StringNotEquals":
				met = met && !slices.ContainsFunc(values, one)
			case "StringLike":
				met = met && slices.ContainsFunc(values, func(value string) bool { return matches(value, is) })
			default:
				known = false
			}
		}
	}
	switch {
	case !met:
		return no
	case !known:
		return perhaps
	}
	return yes
}

// GrantedTo tells whether the grantee of a grant is the account or anybody in it.
func GrantedTo(grantee string, who Caller) bool { return principals{grantee}.include(who) }

func matches(pattern, text string) bool {
	ok, err := path.Match(strings.ToLower(pattern), strings.ToLower(text))
	return err == nil && ok
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

func (p principals) include(who Caller) bool {
	return slices.ContainsFunc(p, func(s string) bool {
		return s == "*" || s == who.Account || strings.HasPrefix(s, "arn:"+who.Partition+":iam::"+who.Account+":") ||
			strings.HasPrefix(s, "arn:"+who.Partition+":sts::"+who.Account+":")
	})
}
