package backendtest

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"strings"

	"github.com/amiclass/amiclass/backend"
)

// newPublicKey is an Ed25519 key, as OpenSSH writes it, that nobody has.
func newPublicKey(s *scene) string {
	s.Helper()
	public, _, err := ed25519.GenerateKey(rand.Reader)
	s.must(err, "make a key")
	const kind = "ssh-ed25519"
	var blob []byte
	for _, part := range [][]byte{[]byte(kind), public} {
		blob = append(binary.BigEndian.AppendUint32(blob, uint32(len(part))), part...)
	}
	return kind + " " + base64.StdEncoding.EncodeToString(blob)
}

func (s *scene) importKey(keys backend.KeyPairs, public string) string {
	s.Helper()
	id, err := keys.ImportKeyPair(s.ctx, backend.ImportKeyPairRequest{Name: s.name, PublicKey: public, Tags: s.tagged()})
	s.must(err, "import a key")
	s.made(s.Backend, backend.KindKeyPair, id)
	return id
}

func keyPairs() []Behaviour {
	const page = guide + "create-key-pairs.html"
	return []Behaviour{
		{"an imported key is told with its public half", api + "DescribeKeyPairs.html", func(s *scene) {
			keys, public := s.keyPairs(), newPublicKey(s)
			id := s.importKey(keys, public)
			found := list(s, "list it by name", keys.KeyPairs(s.ctx, backend.Query{Filters: []backend.Filter{backend.By("key-name", s.name)}}))
			s.holds(len(found) == 1, "%d are listed", len(found))
			k := found[0]
			s.equal("its ID", k.ID, id)
			s.equal("its type", k.Type, "ed25519")
			s.equal("its tag", k.Tags[TagKey], s.name)
			s.holds(strings.HasPrefix(k.PublicKey, public), "its public key is %q, not %q", k.PublicKey, public)
			s.holds(k.Fingerprint != "" && !k.Created.IsZero(), "fingerprint or time is missing: %+v", k)
		}},
		{"the name of a key pair is unique", errorCodes, func(s *scene) {
			keys := s.keyPairs()
			s.importKey(keys, newPublicKey(s))
			_, err := keys.ImportKeyPair(s.ctx, backend.ImportKeyPairRequest{Name: s.name, PublicKey: newPublicKey(s)})
			s.refused(err, backend.ErrAlreadyExists, "InvalidKeyPair.Duplicate")
		}},
		{"what is no public key can't be imported", errorCodes, func(s *scene) {
			keys := s.keyPairs()
			_, err := keys.ImportKeyPair(s.ctx, backend.ImportKeyPairRequest{Name: s.name, PublicKey: "ssh-ed25519 AAAA"})
			s.refused(err, backend.ErrInvalid, "InvalidKey.Format", "InvalidKeyPair.Format")
		}},
		{"an instance is launched with an imported key", page, func(s *scene) {
			s.importKey(s.keyPairs(), newPublicKey(s))
			s.equal("the instance's key", s.launch(func(r *backend.RunRequest) { r.KeyName = s.name }).KeyName, s.name)
		}},
		{"a deleted key pair is gone", guide + "delete-key-pair.html", func(s *scene) {
			keys := s.keyPairs()
			id := s.importKey(keys, newPublicKey(s))
			s.must(keys.DeleteKeyPair(s.ctx, id), "delete it")
			_, err := all(keys.KeyPairs(s.ctx, byID(id)))
			s.refused(err, backend.ErrNotFound, "InvalidKeyPair.NotFound", "InvalidKeyPairId.NotFound")
		}},
	}
}
