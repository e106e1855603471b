package instance

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/internal/aftermath"
)

// PublicKey is the public half of an SSH key, in a line as ~/.ssh/id_ed25519.pub has it:
// "ssh-ed25519 AAAA… comment". EC2 takes Ed25519 keys, and RSA keys of 1024, 2048 and 4096 bits
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/create-key-pairs.html).
type PublicKey string

// The kinds of keys as OpenSSH names them.
const (
	sshEd25519 = "ssh-ed25519"
	sshRSA     = "ssh-rsa"
)

const keyPrefix = "amiclass-"

// KeyName is the name under which a launch imports the key: equal keys, equal name, whatever the
// comment.
func (k PublicKey) KeyName() string {
	_, blob, err := k.parse()
	if err != nil {
		blob = []byte(k)
	}
	sum := sha256.Sum256(blob)
	return keyPrefix + hex.EncodeToString(sum[:16])
}

// same tells whether another line holds the same key.
func (k PublicKey) same(other PublicKey) bool {
	kind, blob, err := k.parse()
	kind2, blob2, err2 := other.parse()
	return err == nil && err2 == nil && kind == kind2 && string(blob) == string(blob2)
}

// parse reads the line: the kind, and the key as it goes over the wire
// (https://www.rfc-editor.org/rfc/rfc4253#section-6.6).
func (k PublicKey) parse() (kind string, blob []byte, err error) {
	fields := strings.Fields(string(k))
	if len(fields) < 2 || strings.ContainsAny(strings.TrimSpace(string(k)), "\r\n") {
		return "", nil, errors.New("isn't a line of OpenSSH's format")
	}
	if blob, err = base64.StdEncoding.DecodeString(fields[1]); err != nil {
		return "", nil, errors.New("isn't base64 in its second field")
	}
	parts, ok := wireStrings(blob)
	if !ok || len(parts) == 0 || string(parts[0]) != fields[0] {
		return "", nil, errors.New("doesn't hold the kind of key that it begins with")
	}
	switch kind = fields[0]; {
	case kind == sshEd25519 && len(parts) == 2 && len(parts[1]) == 32:
	case kind == sshEd25519:
		return "", nil, errors.New("is no Ed25519 key of 32 bytes")
	case kind == sshRSA && len(parts) == 3:
		if bits := new(big.Int).SetBytes(parts[2]).BitLen(); !slices.Contains([]int{1024, 2048, 4096}, bits) {
			return "", nil, fmt.Errorf("is an RSA key of %d bits", bits)
		}
	default:
		return "", nil, fmt.Errorf("is a key of the kind %q", kind)
	}
	return kind, blob, nil
}

// wireStrings cuts bytes into strings that begin with their lengths.
func wireStrings(b []byte) (parts [][]byte, ok bool) {
	for len(b) > 0 {
		if len(b) < 4 {
			return nil, false
		}
		n := binary.BigEndian.Uint32(b)
		if uint64(n) > uint64(len(b)-4) {
			return nil, false
		}
		parts, b = append(parts, b[4:4+n]), b[4+n:]
	}
	return parts, true
}

// login is a key pair by its name, or the public key that one is made of.
type login struct {
	name   string
	public PublicKey
}

func (l login) String() string {
	if l.public != "" {
		return l.public.KeyName()
	}
	return l.name
}

// WithKeyName says the key pair with which one can log in. It replaces a public key.
func (s Spec) WithKeyName(name string) Spec { s.key = some(login{name: name}); return s }

// WithPublicKey says the public key with which one can log in. A launch imports it as a key pair, unless
// an earlier one did. It replaces a key pair that is said by name. What a launch imported is never
// removed but by those who clean up after a launch that failed ([backend.Leftovers]).
func (s Spec) WithPublicKey(k PublicKey) Spec { s.key = some(login{public: k}); return s }

// WithoutKeyName says that there shall be no key pair.
func (s Spec) WithoutKeyName() Spec { s.key = noneOf[login](); return s }

// KeyName is the key pair's name, of a public key the name under which it is imported; empty for none.
func (s Spec) KeyName() string { return s.key.value.String() }

// PublicKey is the public key with which one can log in; empty if the spec says a name or nothing.
func (s Spec) PublicKey() PublicKey { return s.key.value.public }

func (s Spec) checkLogin(f *faults) {
	l, ok := s.key.get()
	switch {
	case !ok:
	case l.public != "":
		if _, _, err := l.public.parse(); err != nil {
			f.add("spec.publicKey", err.Error(), "use the line of a .pub file: ssh-ed25519 AAAA…, or ssh-rsa with 1024, 2048 or 4096 bits")
		}
	case l.name == "" || len(l.name) > 255 || !isASCII(l.name):
		f.add("spec.keyName", fmt.Sprintf("%q is no name of a key pair", l.name), "use 1 to 255 ASCII characters, or WithoutKeyName")
	}
}

// ensure imports the key, unless it is there already.
func (k PublicKey) ensure(ctx context.Context, be backend.Backend) error {
	keys, ok := be.(backend.KeyPairs)
	if !ok {
		return lacking(be, "ImportKeyPair", "has a public key: use WithKeyName instead")
	}
	if err := k.imported(ctx, be, keys); err != nil {
		return fmt.Errorf("key pair %s for the public key of the spec: %w", k.KeyName(), err)
	}
	return nil
}

func (k PublicKey) imported(ctx context.Context, be backend.Backend, keys backend.KeyPairs) error {
	found, ok, err := keyNamed(ctx, keys, k.KeyName())
	if err != nil {
		return err
	}
	if ok {
		return k.matches(found)
	}
	mark := rand.Text()
	id, err := keys.ImportKeyPair(ctx, backend.ImportKeyPairRequest{
		Name: k.KeyName(), PublicKey: strings.TrimSpace(string(k)), Tags: map[string]string{workflowTag: mark},
	})
	if err == nil {
		backend.Made(ctx, be, backend.KindKeyPair, id)
		return nil
	}
	if !errors.Is(err, backend.ErrAlreadyExists) && !aftermath.Uncertain(err) {
		return err
	}
	looked := aftermath.Look(ctx, func(ctx context.Context) (bool, error) {
		var err error
		found, ok, err = keyNamed(ctx, keys, k.KeyName())
		return ok, err
	})
	switch {
	case looked != nil:
		return errors.Join(err, fmt.Errorf("it may exist: looking for it failed: %w", looked))
	case !ok:
		return err
	case found.Tags[workflowTag] == mark:
		backend.Made(ctx, be, backend.KindKeyPair, found.ID)
	}
	if ctx.Err() != nil {
		return err
	}
	return k.matches(found)
}

// matches refuses a key pair that has the name but not the key.
func (k PublicKey) matches(found backend.KeyPair) error {
	if found.PublicKey == "" || k.same(PublicKey(found.PublicKey)) {
		return nil
	}
	return &FieldError{
		Path:    "spec.publicKey",
		Problem: fmt.Sprintf("would be %s, but %s has that name and another key", found.Name, found.ID),
		Remedy:  "delete that key pair, or use WithKeyName",
		kind:    backend.ErrAlreadyExists,
	}
}

func keyNamed(ctx context.Context, keys backend.KeyPairs, name string) (backend.KeyPair, bool, error) {
	return first(keys.KeyPairs(ctx, backend.Query{Filters: []backend.Filter{backend.By("key-name", name)}}))
}
