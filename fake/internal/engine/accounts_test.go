package engine

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/amiclass/amiclass/region"
)

// An access key tells its account.
func TestAccessKeysTellTheirAccounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		account := fmt.Sprintf("%012d", rapid.Uint64Range(1, 999_999_999_999).Draw(t, "account"))
		key, err := AccessKey(account)
		if err != nil {
			t.Fatal(err)
		}
		if len(key) != 20 || AccountOf(key) != account {
			t.Fatalf("%s is the key of %s, not of %s", key, AccountOf(key), account)
		}
		if temporary := "ASIA" + key[4:]; AccountOf(temporary) != account {
			t.Fatalf("%s is of %s, not of %s", temporary, AccountOf(temporary), account)
		}
	})
}

func TestKeysThatSayNothing(t *testing.T) {
	t.Parallel()
	for name, key := range map[string]string{
		"none":              "",
		"a word":            "test",
		"another prefix":    "AROAQAAAAAAAAAAAAAAA",
		"not base32":        "AKIA1111111111111111",
		"lower case":        "AKIAqaaaaaaaaaaaaaaa",
		"account zero":      "AKIAQAAAAAAAAAAAAAAA",
		"too high a number": "AKIA7777777777777777",
		"too long":          "AKIAQAAAAAAAAAAAAAAAA",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, DefaultAccount, AccountOf(key))
		})
	}
}

func TestWhatIsNoAccount(t *testing.T) {
	t.Parallel()
	for _, account := range []string{"", "1", "12345678901", "1234567890123", "12345678901x", "-12345678901", "+12345678901", " 12345678901"} {
		_, err := AccessKey(account)
		require.ErrorContains(t, err, fmt.Sprintf("%q", account))
	}
}

func FuzzAccountOf(f *testing.F) {
	for _, s := range []string{"", "AKIA", "AKIAIOSFODNN7EXAMPLE", "AKIAQAAAAAAAAAAAAAAA"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, key string) {
		account := AccountOf(key)
		if again, err := AccessKey(account); err != nil || AccountOf(again) != account {
			t.Fatalf("%q is of %q, which has no key: %v", key, account, err)
		}
	})
}

func TestARNsOfAPlace(t *testing.T) {
	t.Parallel()
	p := Place{Partition: region.PartitionChina, Account: "111122223333", Region: region.CNNorth1}
	require.Equal(t, "arn:aws-cn:ec2:cn-north-1:111122223333:vpc/vpc-1", p.ARN("ec2", "vpc/vpc-1"))
}
