package engine

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/amiclass/amiclass/fake/internal/store"
)

// Limits of https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateKeyPair.html.
const (
	maxKeyPairs    = 5000 // in a region
	maxKeyPairName = 255
)

// keyPair is the public half of a key: of the private one nobody keeps anything.
type keyPair struct {
	id          string
	scope       store.Scope
	name        string
	typ         ec2types.KeyType
	fingerprint string
	public      string // as OpenSSH writes it
	created     time.Time
}

var keyPairSchema = store.Schema[keyPair]{
	Name:  "key pairs",
	ID:    func(k *keyPair) string { return k.id },
	Scope: func(k *keyPair) store.Scope { return k.scope },
	Indexes: []store.Index[keyPair]{
		{Name: "name", Values: func(k *keyPair, add func(string)) { add(k.name) }},
	},
}

var keyPairOperations = []operation{
	writing("KeyName KeyFormat KeyType TagSpecifications{ResourceType Tags{Key Value}}", (*tx).createKeyPair),
	writing("KeyName PublicKeyMaterial TagSpecifications{ResourceType Tags{Key Value}}", (*tx).importKeyPair),
	reading("Filters{Name Values} IncludePublicKey KeyNames KeyPairIds", (*view).describeKeyPairs),
	writing("KeyName KeyPairId", (*tx).deleteKeyPair),
}

func (t *tx) createKeyPair(in *ec2.CreateKeyPairInput) (*ec2.CreateKeyPairOutput, error) {
	typ, format := ec2types.KeyTypeRsa, ec2types.KeyFormatPem
	if err := chooseWord(&typ, in.KeyType, "KeyType"); err != nil {
		return nil, err
	}
	if err := chooseWord(&format, in.KeyFormat, "KeyFormat"); err != nil {
		return nil, err
	}
	name, tags, err := t.checkNewKeyPair(in.KeyName, in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	k := &keyPair{id: t.newID(kindKeyPair), name: name, typ: typ}
	key := newPrivateKey(typ, t.seed, k.id)
	if k.fingerprint, err = key.fingerprint(); err != nil {
		return nil, fail("InternalError", "The key pair's fingerprint can't be computed: %v", err)
	}
	k.public = key.public().line(name)
	if err := t.putKeyPair(k, tags); err != nil {
		return nil, err
	}
	material := key.pem(name)
	if format == ec2types.KeyFormatPpk {
		material = key.ppk(name)
	}
	return &ec2.CreateKeyPairOutput{
		KeyFingerprint: ptr(k.fingerprint),
		KeyMaterial:    &material,
		KeyName:        ptr(k.name),
		KeyPairId:      ptr(k.id),
		Tags:           t.renderTags(k.id),
	}, nil
}

func (t *tx) importKeyPair(in *ec2.ImportKeyPairInput) (*ec2.ImportKeyPairOutput, error) {
	name, tags, err := t.checkNewKeyPair(in.KeyName, in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	if len(in.PublicKeyMaterial) == 0 {
		return nil, missing("PublicKeyMaterial")
	}
	key, err := parsePublicKey(in.PublicKeyMaterial)
	if err != nil {
		return nil, err
	}
	k := &keyPair{id: t.newID(kindKeyPair), name: name, typ: key.typ(), public: key.line(name)}
	if k.fingerprint, err = key.importedFingerprint(); err != nil {
		return nil, fail("InvalidKey.Format", "The key's fingerprint can't be computed: %v", err)
	}
	if err := t.putKeyPair(k, tags); err != nil {
		return nil, err
	}
	return &ec2.ImportKeyPairOutput{
		KeyFingerprint: ptr(k.fingerprint),
		KeyName:        ptr(k.name),
		KeyPairId:      ptr(k.id),
		Tags:           t.renderTags(k.id),
	}, nil
}

// checkNewKeyPair checks what making and importing a key pair have in common. The texts are (mem) where not said.
func (t *tx) checkNewKeyPair(named *string, specs []ec2types.TagSpecification) (string, []ec2types.Tag, error) {
	name := deref(named)
	switch {
	case name == "":
		return "", nil, missing("KeyName")
	case len(name) > maxKeyPairName:
		return "", nil, fail("InvalidParameterValue", "The key name has more than %d characters.", maxKeyPairName)
	case !ascii(name):
		return "", nil, fail("InvalidParameterValue", "The key name '%s' contains characters that aren't ASCII.", name)
	case strings.TrimSpace(name) != name: // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/create-key-pairs.html
		return "", nil, fail("InvalidParameterValue", "The key name '%s' begins or ends with a space.", name)
	case exists(t.keyPairs.By("name", t.scope, name)): // recorded
		return "", nil, fail("InvalidKeyPair.Duplicate", "The keypair already exists")
	}
	tags, err := tagSpecifications(specs, ec2types.ResourceTypeKeyPair)
	if err != nil {
		return "", nil, err
	}
	n := 0
	for range t.keyPairs.All(t.scope, "") {
		n++
	}
	if n >= maxKeyPairs {
		return "", nil, fail("KeyPairLimitExceeded", "The maximum number of key pairs in a region is %d.", maxKeyPairs)
	}
	return name, tags[ec2types.ResourceTypeKeyPair], nil
}

func (t *tx) putKeyPair(k *keyPair, tags []ec2types.Tag) error {
	k.scope, k.created = t.scope, t.now
	t.keyPairs.Put(&t.undo, k)
	return t.setTags(ec2types.ResourceTypeKeyPair, k.id, tags)
}

var keyPairFilters = filterable[keyPair]{
	table:    func(s *state) *store.Table[keyPair] { return s.keyPairs },
	id:       func(k *keyPair) string { return k.id },
	resource: ec2types.ResourceTypeKeyPair,
	filters: map[string]filterOn[keyPair]{
		"fingerprint": one(func(_ *view, k *keyPair) string { return k.fingerprint }),
		"key-name":    one(func(_ *view, k *keyPair) string { return k.name }).by("name"),
		"key-pair-id": one(func(_ *view, k *keyPair) string { return k.id }).by(ownID),
	},
}

// describeKeyPairs gives those that are named, by names and by IDs together.
func (v *view) describeKeyPairs(in *ec2.DescribeKeyPairsInput) (*ec2.DescribeKeyPairsOutput, error) {
	ids := slices.Clone(in.KeyPairIds)
	for _, name := range in.KeyNames {
		k, err := v.keyPairNamed(name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, k.id)
	}
	rows, _, err := keyPairFilters.listing(v, in.Filters, ids, v.keyPairByID, page{})
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeKeyPairsOutput{KeyPairs: make([]ec2types.KeyPairInfo, 0, len(rows))}
	for _, k := range rows {
		info := ec2types.KeyPairInfo{
			CreateTime:     ptr(k.created.UTC().Truncate(time.Millisecond)),
			KeyFingerprint: ptr(k.fingerprint),
			KeyName:        ptr(k.name),
			KeyPairId:      ptr(k.id),
			KeyType:        k.typ,
			Tags:           v.renderTags(k.id),
		}
		if deref(in.IncludePublicKey) {
			info.PublicKey = ptr(k.public)
		}
		out.KeyPairs = append(out.KeyPairs, info)
	}
	return out, nil
}

// deleteKeyPair succeeds where there is none (mem). Instances keep the key that they were launched with.
func (t *tx) deleteKeyPair(in *ec2.DeleteKeyPairInput) (*ec2.DeleteKeyPairOutput, error) {
	name, id := deref(in.KeyName), deref(in.KeyPairId)
	var k *keyPair
	var err error
	switch {
	case name != "" && id != "": // (mem)
		return nil, fail("InvalidParameterCombination", "Either the name or the ID of a key pair may be given, not both.")
	case name != "":
		k, err = t.keyPairNamed(name)
	case id != "":
		k, err = t.keyPairByID(id)
	default:
		return nil, missing("KeyName")
	}
	out := &ec2.DeleteKeyPairOutput{Return: ptr(true)}
	switch {
	case err == nil:
		t.keyPairs.Delete(&t.undo, k.id)
		t.dropTags(k.id)
		out.KeyPairId = ptr(k.id)
	case !isCode(err, kindNames[kindKeyPair].notFound):
		return nil, err
	}
	return out, nil
}

func (v *view) keyPairByID(id string) (*keyPair, error) {
	return owned(v, v.keyPairs, func(k *keyPair) store.Scope { return k.scope }, kindKeyPair, id)
}

func (v *view) keyPairNamed(name string) (*keyPair, error) {
	if k, ok := first(v.keyPairs.By("name", v.scope, name)); ok {
		return k, nil
	}
	return nil, notFound(kindKeyPair, name)
}
