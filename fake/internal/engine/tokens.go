package engine

import (
	"reflect"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// token remembers what a request with a client token made
// (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html). How long EC2 remembers
// isn't documented; here it is for ever.
type token struct {
	id          string // operation and token
	scope       store.Scope
	fingerprint [32]byte
	made        string // the ID of what was made: a reservation, an image
}

var tokenSchema = store.Schema[token]{
	Name:  "tokens",
	ID:    func(k *token) string { return k.id },
	Scope: func(k *token) store.Scope { return k.scope },
}

// once tells what an earlier request with the same token made, or "" if there was none. Another
// request with the same token is refused.
func (t *tx) once(in any, clientToken string) (made string, err error) {
	return t.onceWithin(maxToken, in, clientToken)
}

// How many ASCII characters a token may have: most, and those of launch templates
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html).
const (
	maxToken     = 64
	maxLongToken = 128
)

// onceWithin is once where a token may have another length.
func (t *tx) onceWithin(limit int, in any, clientToken string) (made string, err error) {
	if clientToken == "" {
		return "", nil
	}
	if len(clientToken) > limit || !ascii(clientToken) {
		return "", fail("InvalidClientToken", "The client token is not valid: it may have at most %d ASCII characters.", limit)
	}
	k, ok := t.tokens.Get(t.tokenID(clientToken))
	if !ok {
		return "", nil
	}
	if k.fingerprint != t.fingerprint(in) {
		return "", fail("IdempotentParameterMismatch",
			"The client token you have provided is associated with a resource that is already created with different parameters. To use this token, specify the same parameters.")
	}
	return k.made, nil
}

// remember notes what a request with a token made.
func (t *tx) remember(in any, clientToken, made string) {
	if clientToken == "" {
		return
	}
	t.tokens.Put(&t.undo, &token{
		id:          t.tokenID(clientToken),
		scope:       t.scope,
		fingerprint: t.fingerprint(in),
		made:        made,
	})
}

// Tokens are the account's and the region's, and each operation has its own. What differs most stands first, where
// comparisons find it.
func (t *tx) tokenID(clientToken string) string {
	return clientToken + " " + t.op.name + " " + string(t.Region) + " " + t.Account
}

func (t *tx) fingerprint(in any) [32]byte {
	return t.op.fields().fingerprint(reflect.ValueOf(in).Elem())
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] > 127 {
			return false
		}
	}
	return true
}
