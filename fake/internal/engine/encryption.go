package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/amiclass/amiclass/internal/keypolicy"
	"github.com/amiclass/amiclass/region"
)

// encryption tells how a volume or copy made from a snapshot (nil: an empty volume) is encrypted and with
// which key's ARN, by the table of https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AMIEncryption.html.
// To ask for no encryption of what is made from an encrypted snapshot changes nothing: it can't be undone.
func (v *view) encryption(from *snapshot, encrypted *bool, kmsKey string) (bool, string, error) {
	if kmsKey != "" && !deref(encrypted) {
		// (mem)
		return false, "", fail("InvalidParameterDependency", "The parameter KmsKeyId requires the parameter Encrypted to be set.")
	}
	switch {
	case kmsKey != "":
		arn, err := v.keyARN(kmsKey)
		return true, arn, err
	case from != nil && from.encrypted && from.scope == v.scope:
		return true, from.kmsKey, nil
	case from != nil && from.encrypted, deref(encrypted), v.encryptsByDefault():
		return true, v.ebsKey(), nil
	}
	return false, "", nil
}

// defaultKey is the ARN of the account's key for EBS in the region, of which alias/aws/ebs is the alias
// (https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html).
func (p Place) defaultKey() string {
	return p.ARN("kms", keyResource+uuid("kms", p.Account, string(p.Region), defaultKeyAlias))
}

const defaultKeyAlias = awsAliases + "ebs"

// The forms of a KmsKeyId (https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id).
var (
	keyIDShape    = regexp.MustCompile(`^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$`)
	keyAliasShape = regexp.MustCompile(`^alias/[A-Za-z0-9/_-]{1,250}$`)
	keyPlaceShape = regexp.MustCompile(`^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}$`)
)

// keyARN gives the ARN of the key that a key ID, an alias, a key's ARN or an alias' ARN names. Whether
// there is such a key is found out only when it is to be used (see keyUsable); an alias that there isn't stands for
// itself until then.
func (v *view) keyARN(name string) (string, error) {
	place, key := v.Place, name
	if strings.HasPrefix(name, "arn:") {
		at, resource, ok := keyPlace(name)
		if !ok {
			return "", malformedKey(name)
		}
		place = at
		id, isKey := strings.CutPrefix(resource, "key/")
		if isKey == strings.HasPrefix(id, "alias/") {
			return "", malformedKey(name)
		}
		key = id
	}
	switch {
	case keyIDShape.MatchString(key):
		return place.ARN("kms", "key/"+key), nil
	case keyAliasShape.MatchString(key):
		return v.aliasedKey(place, key), nil
	}
	return "", malformedKey(name)
}

// keyPlace reads the ARN of a key or of an alias: whose it is, and what stands behind that.
func keyPlace(arn string) (place Place, resource string, ok bool) {
	i := strings.LastIndexByte(arn, ':')
	if i < 0 || !keyPlaceShape.MatchString(arn[:i]) {
		return Place{}, "", false
	}
	parts := strings.Split(arn[:i], ":")
	place = Place{Partition: region.Partition(parts[1]), Region: region.Region(parts[3]), Account: parts[4]}
	return place, arn[i+1:], true
}

func malformedKey(name string) *Error {
	return badValue("KmsKeyId", name, "Expecting a key ID, a key alias, or the ARN of either.") // (mem)
}

func (v *view) aliasedKey(p Place, alias string) string {
	arn := p.ARN("kms", alias)
	if a, ok := v.kmsAliases.Get(arn); ok {
		return a.key
	}
	if alias == defaultKeyAlias {
		return p.defaultKey()
	}
	return arn
}

// keyUsable tells whether EBS finds a key that the caller may use when it comes to use it in his region. EC2 checks it
// after it has answered (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopyImage.html), so that a key of
// another region, or one that is disabled, makes the image fail, not the call.
func (v *view) keyUsable(arn string) bool {
	place, _, ok := keyPlace(arn)
	if !ok || place.Partition != v.Partition || place.Region != v.Region {
		return false
	}
	k, ok := v.kmsKeyAt(arn)
	if !ok || k.state != kmstypes.KeyStateEnabled {
		return false
	}
	return v.keyAllows(k, keypolicy.EBS...)
}

// readable tells whether EBS can decrypt a snapshot for the caller: another's, if that one's key is shared with him too
// (https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html#share-kms-key).
func (v *view) readable(s *snapshot) bool {
	return !s.encrypted || s.scope == v.scope || v.keyUsable(s.kmsKey)
}

// shareable tells whether what a key encrypts can be shared with other accounts: not if the key is AWS's,
// as the default one is (https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html).
func (v *view) shareable(keyARN string) bool {
	place, _, ok := keyPlace(keyARN)
	return ok && keyARN != place.defaultKey()
}

// uuid is the same for the same names, and for others different.
func uuid(names ...string) string {
	b := sha256.Sum256([]byte(strings.Join(names, "\x00")))
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80 // as those of KMS: random ones, by RFC 9562
	var text [36]byte
	for i, at := range [...]int{0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34} {
		hex.Encode(text[at:], b[i:i+1])
	}
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}
