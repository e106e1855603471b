package keypolicy_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/internal/keypolicy"
)

var who = keypolicy.Caller{Partition: "aws", Account: "111122223333", Region: "us-east-1"}

func TestLacks(t *testing.T) {
	t.Parallel()
	allow := func(principal, rest string) string {
		return `{"Statement": [{"Effect": "Allow", "Principal": ` + principal + `, ` + rest + `}]}`
	}
	root := `{"AWS": "arn:aws:iam::111122223333:root"}`
	all := keypolicy.EBS
	for name, tc := range map[string]struct {
		policy string
		want   []string // lacking or doubtful
	}{
		"another's root":              {allow(`{"AWS": "arn:aws:iam::444455556666:root"}`, `"Action": "kms:*"`), all},
		"root of the account":         {allow(`{"AWS": ["arn:aws:iam::111122223333:root"]}`, `"Action": ["kms:De*", "kms:CreateGrant", "kms:ReEncrypt*", "kms:GenerateDataKey*"]`), nil},
		"a role of the account":       {allow(`{"AWS": "arn:aws:iam::111122223333:role/r"}`, `"Action": "*"`), nil},
		"a session of the account":    {allow(`{"AWS": "arn:aws:sts::111122223333:assumed-role/r/s"}`, `"Action": "*"`), nil},
		"the account's number":        {allow(`{"AWS": "111122223333"}`, `"Action": "*"`), nil},
		"in another partition":        {allow(`{"AWS": "arn:aws-cn:iam::111122223333:root"}`, `"Action": "*"`), all},
		"everybody":                   {allow(`"*"`, `"Action": "KMS:*"`), nil},
		"everybody, of AWS":           {allow(`{"AWS": "*"}`, `"Action": "kms:*"`), nil},
		"a service":                   {allow(`{"Service": "ec2.amazonaws.com"}`, `"Action": "kms:*"`), all},
		"not all actions":             {allow(`"*"`, `"Action": ["kms:Decrypt", "kms:ReEncrypt*", "kms:DescribeKey"]`), []string{"kms:CreateGrant", "kms:GenerateDataKeyWithoutPlaintext"}},
		"a pattern that is none":      {allow(`"*"`, `"Action": "kms:["`), all},
		"grants for AWS resources":    {allow(root, `"Action": "kms:*", "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}`), nil},
		"no grants for AWS resources": {allow(root, `"Action": "kms:*", "Condition": {"Bool": {"kms:GrantIsForAWSResource": "false"}}`), all},
		"by way of EC2":               {allow(`"*"`, `"Action": "kms:*", "Condition": {"StringEquals": {"kms:ViaService": "ec2.us-east-1.amazonaws.com", "kms:CallerAccount": ["111122223333"]}}`), nil},
		"by way of EC2, somewhere":    {allow(`"*"`, `"Action": "kms:*", "Condition": {"StringLike": {"kms:ViaService": "ec2.*.amazonaws.com"}}`), nil},
		"another caller":              {allow(`"*"`, `"Action": "kms:*", "Condition": {"StringEquals": {"kms:CallerAccount": "444455556666"}}`), all},
		"any caller but one":          {allow(`"*"`, `"Action": "kms:*", "Condition": {"StringNotEquals": {"kms:CallerAccount": "444455556666"}}`), nil},
		"doubt: a condition":          {allow(`"*"`, `"Action": "kms:*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}`), all},
		"doubt: an operator":          {allow(`"*"`, `"Action": "kms:*", "Condition": {"ArnLike": {"kms:ViaService": "ec2.us-east-1.amazonaws.com"}}`), all},
		"doubt: one is denied": {`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*"},
			{"Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}`, []string{"kms:Decrypt"}},
		"denied": {`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*"}, {"Effect": "Deny", "Principal": "*", "Action": "kms:Decrypt"}]}`, []string{"kms:Decrypt"}},
		"denied to others": {`{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*"},
			{"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Condition": {"StringNotEquals": {"kms:CallerAccount": "111122223333"}}}]}`, nil},
	} {
		p, err := keypolicy.Parse(tc.policy)
		require.NoError(t, err, name)
		lacking, doubtful := p.Lacks(who, nil, keypolicy.EBS...)
		require.Empty(t, cmp.Diff(tc.want, append(lacking, doubtful...)), name)
		require.Equal(t, strings.HasPrefix(name, "doubt: "), len(doubtful) > 0, name)
		lacking, doubtful = p.Lacks(who, keypolicy.EBS, keypolicy.EBS...)
		require.Equal(t, strings.Contains(tc.policy, `"Deny"`) && tc.want != nil, len(lacking)+len(doubtful) > 0, "%s: a grant doesn't undo what is denied", name)
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "[]", `{"Statement": []}`, `{"Statement": {"Effect": "Maybe"}}`, `{"Statement": 1}`, `{"Statement": {"Effect": "Allow", "Principal": 1}}`} {
		p, err := keypolicy.Parse(bad)
		require.Error(t, err, bad)
		lacking, _ := p.Lacks(who, nil, keypolicy.EBS...)
		require.Equal(t, keypolicy.EBS, lacking, bad)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["kms:*"], "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		p, err := keypolicy.Parse(text)
		if lacking, _ := p.Lacks(who, nil, keypolicy.EBS...); err != nil && len(lacking) != len(keypolicy.EBS) {
			t.Fatal("no policy allows something")
		}
	})
}
