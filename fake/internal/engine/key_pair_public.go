package engine

import (
	"bytes"
	"crypto/ed25519"
	"crypto/md5"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"strings"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

const (
	sshRSA     = "ssh-rsa"
	sshED25519 = "ssh-ed25519"
)

// publicKey is one of the two kinds of public keys that EC2 takes.
type publicKey struct {
	rsa     *rsa.PublicKey    // nil for the other kind
	ed25519 ed25519.PublicKey // nil for the other kind
}

func (k publicKey) typ() ec2types.KeyType {
	if k.rsa != nil {
		return ec2types.KeyTypeRsa
	}
	return ec2types.KeyTypeEd25519
}

func (k publicKey) algorithm() string {
	if k.rsa != nil {
		return sshRSA
	}
	return sshED25519
}

// blob is the key as the SSH protocol has it (https://www.rfc-editor.org/rfc/rfc4253#section-6.6,
// https://www.rfc-editor.org/rfc/rfc8709#section-4).
func (k publicKey) blob() []byte {
	b := sshBlob(nil).text([]byte(k.algorithm()))
	if k.rsa != nil {
		return b.integer(big.NewInt(int64(k.rsa.E))).integer(k.rsa.N)
	}
	return b.text(k.ed25519)
}

// line is the key as a line of OpenSSH's authorized_keys.
func (k publicKey) line(comment string) string {
	return k.algorithm() + " " + base64.StdEncoding.EncodeToString(k.blob()) + " " + comment
}

// importedFingerprint is what EC2 tells of a key that it has only seen the public half of: MD5 over an RSA
// key's DER, SHA-256 over an ED25519 key as OpenSSH computes it
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/verify-keys.html).
func (k publicKey) importedFingerprint() (string, error) {
	if k.rsa == nil {
		return k.digest(), nil
	}
	der, err := x509.MarshalPKIXPublicKey(k.rsa)
	if err != nil {
		return "", err
	}
	sum := md5.Sum(der)
	return colons(sum[:]), nil
}

func (k publicKey) digest() string {
	sum := sha256.Sum256(k.blob())
	return base64.StdEncoding.EncodeToString(sum[:])
}

// colons writes bytes in hexadecimal with colons between them.
func colons(sum []byte) string {
	b := make([]byte, 0, 3*len(sum))
	for i, c := range sum {
		if i > 0 {
			b = append(b, ':')
		}
		b = appendHex(b, uint64(c), 2)
	}
	return string(b)
}

// parsePublicKey reads a public key in the forms that ImportKeyPair takes: OpenSSH, DER in base64, and the SSH2
// form of RFC 4716; RSA of 1024, 2048 or 4096 bits, or ED25519
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/create-key-pairs.html#how-to-generate-your-own-key-and-import-it-to-aws).
func parsePublicKey(material []byte) (publicKey, error) {
	if !ascii(string(material)) {
		return publicKey{}, fail("InvalidParameterValue", "The public key contains characters that aren't ASCII.") // text (mem)
	}
	text := strings.TrimSpace(string(material))
	var k publicKey
	var ok bool
	switch {
	case strings.HasPrefix(text, ssh2Begin):
		k, ok = parseSSH2(text)
	case strings.HasPrefix(text, sshRSA+" "), strings.HasPrefix(text, sshED25519+" "):
		k, ok = parseOpenSSH(text)
	default:
		k, ok = parseDER(text)
	}
	if !ok {
		return publicKey{}, fail("InvalidKey.Format", "Key is not in valid OpenSSH public key format")
	}
	if k.rsa != nil {
		switch bits := k.rsa.N.BitLen(); bits {
		case 1024, 2048, 4096:
		default: // text (mem)
			return publicKey{}, fail("InvalidKeyPair.Format", "RSA keys of %d bits are not supported: use 1024, 2048 or 4096.", bits)
		}
	}
	return k, nil
}

func parseOpenSSH(line string) (publicKey, bool) {
	if strings.ContainsAny(line, "\r\n") { // more than one key
		return publicKey{}, false
	}
	fields := strings.Fields(line)
	if len(fields) < 2 {
		return publicKey{}, false
	}
	blob, err := base64.StdEncoding.DecodeString(fields[1])
	if err != nil {
		return publicKey{}, false
	}
	k, ok := parseBlob(blob)
	return k, ok && k.algorithm() == fields[0]
}

const (
	ssh2Begin = "---- BEGIN SSH2 PUBLIC KEY ----"
	ssh2End   = "---- END SSH2 PUBLIC KEY ----"
)

// parseSSH2 reads the form of RFC 4716: headers, which go on over a line that ends in a backslash, and the key.
func parseSSH2(text string) (publicKey, bool) {
	body, ok := strings.CutSuffix(strings.TrimPrefix(text, ssh2Begin), ssh2End)
	if !ok {
		return publicKey{}, false
	}
	var encoded strings.Builder
	inHeader := false
	for line := range strings.Lines(body) {
		line = strings.TrimRight(line, "\r\n")
		if inHeader || strings.Contains(line, ":") {
			if encoded.Len() > 0 {
				return publicKey{}, false
			}
			inHeader = strings.HasSuffix(line, `\`)
			continue
		}
		encoded.WriteString(line)
	}
	blob, err := base64.StdEncoding.DecodeString(encoded.String())
	if err != nil {
		return publicKey{}, false
	}
	return parseBlob(blob)
}

func parseBlob(blob sshBlob) (k publicKey, ok bool) {
	algorithm, ok := blob.next()
	if !ok {
		return k, false
	}
	switch string(algorithm) {
	case sshRSA:
		e, okE := blob.nextInteger()
		n, okN := blob.nextInteger()
		if !okE || !okN || !e.IsInt64() || e.Int64() < 3 || e.Int64() >= 1<<31 || e.Bit(0) == 0 || n.Bit(0) == 0 {
			return k, false
		}
		k.rsa = &rsa.PublicKey{N: n, E: int(e.Int64())}
	case sshED25519:
		key, ok := blob.next()
		if !ok || len(key) != ed25519.PublicKeySize {
			return k, false
		}
		k.ed25519 = bytes.Clone(key)
	default:
		return k, false
	}
	return k, len(blob) == 0
}

func parseDER(text string) (k publicKey, ok bool) {
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return k, false
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return k, false
	}
	switch key := key.(type) {
	case *rsa.PublicKey:
		return publicKey{rsa: key}, key.E >= 3 && key.E&1 == 1 && key.N.Bit(0) == 1
	case ed25519.PublicKey:
		return publicKey{ed25519: key}, true
	}
	return k, false
}
