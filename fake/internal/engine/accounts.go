package engine

import (
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"

	"github.com/amiclass/amiclass/region"
)

// DefaultAccount owns what is done with an access key that doesn't say whose it is.
const (
	DefaultAccount = "123456789012"
	defaultAccount = 123456789012
)

// Place is an account in a region.
type Place struct {
	Partition region.Partition
	Account   string
	Region    region.Region
}

// ARN gives the name of a resource at this place.
func (p Place) ARN(service, resource string) string {
	return fmt.Sprintf("arn:%s:%s:%s:%s:%s", p.Partition, service, p.Region, p.Account, resource)
}

// Access keys carry the account's number in base32 behind a prefix of four letters, as those of AWS do.
const (
	keyPrefix     = "AKIA"
	sessionPrefix = "ASIA"
)

var accessKeyPrefixes = []string{keyPrefix, sessionPrefix}

// AccessKey gives an access key of the account.
func AccessKey(account string) (string, error) { return accessKey(keyPrefix, account, 0) }

// sessionKey gives the access key of one of an account's sessions: those have more in them than the account.
func sessionKey(account string, n uint64) (string, error) {
	return accessKey(sessionPrefix, account, n)
}

func accessKey(prefix, account string, serial uint64) (string, error) {
	n, err := strconv.ParseUint(account, 10, 64)
	if err != nil || len(account) != 12 || n == 0 {
		return "", fmt.Errorf("account %q: an account's ID has twelve digits and isn't zero", account)
	}
	var b [10]byte
	binary.BigEndian.PutUint64(b[:8], n<<7<<16|1<<63|serial>>16&(1<<23-1))
	binary.BigEndian.PutUint16(b[8:], uint16(serial))
	return prefix + base32.StdEncoding.EncodeToString(b[:]), nil
}

// AccountOf gives the account of an access key.
func AccountOf(key string) string {
	if len(key) != 20 || !slices.Contains(accessKeyPrefixes, key[:4]) {
		return DefaultAccount
	}
	var b [10]byte
	if _, err := base32.StdEncoding.Decode(b[:], []byte(key[4:])); err != nil {
		return DefaultAccount
	}
	n := binary.BigEndian.Uint64(b[:8]) &^ (1 << 63) >> 23
	if n == 0 || n > 999_999_999_999 || n == defaultAccount { // the usual one needn't be written anew
		return DefaultAccount
	}
	return fmt.Sprintf("%012d", n)
}
