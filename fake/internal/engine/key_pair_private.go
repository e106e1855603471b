package engine

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// privateKey is a key that EC2 made.
type privateKey struct {
	rsa     *rsa.PrivateKey    // nil for the other kind
	ed25519 ed25519.PrivateKey // nil for the other kind
}

// newPrivateKey makes a key that is the same for the same seed and ID. Whoever has these has the key: keys of a
// cloud in memory protect nothing.
func newPrivateKey(typ ec2types.KeyType, seed uint64, id string) privateKey {
	secret := sha256.Sum256([]byte(id + " " + string(binary.BigEndian.AppendUint64(nil, seed))))
	if typ == ec2types.KeyTypeEd25519 {
		return privateKey{ed25519: ed25519.NewKeyFromSeed(secret[:])}
	}
	return privateKey{rsa: newRSAKey(rand.NewChaCha8(secret))}
}

const (
	rsaBits     = 2048
	rsaExponent = 65537
)

// newRSAKey makes a key of the primes that it finds in a stream. The standard library's takes none but its own.
func newRSAKey(stream io.Reader) *rsa.PrivateKey {
	p, q := newPrime(stream), newPrime(stream)
	one := big.NewInt(1)
	order := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	k := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: rsaExponent},
		D:         new(big.Int).ModInverse(big.NewInt(rsaExponent), order),
		Primes:    []*big.Int{p, q},
	}
	k.Precompute()
	return k
}

// smallPrimes sort most numbers out before the dear test.
var smallPrimes = sync.OnceValue(func() (primes []uint64) {
	for n := uint64(3); n < 1<<12; n += 2 {
		if !slices.ContainsFunc(primes, func(p uint64) bool { return n%p == 0 }) {
			primes = append(primes, n)
		}
	}
	return primes
})

// newPrime gives the first prime, half as long as the key, behind a number of the stream, for which the key's exponent
// has an inverse. Its two highest bits are set, so that the product of two has full length.
func newPrime(stream io.Reader) *big.Int {
	var b [rsaBits / 16]byte
	primes := smallPrimes()
	residues := make([]uint64, len(primes))
	for {
		if _, err := io.ReadFull(stream, b[:]); err != nil {
			panic("engine: a stream of random numbers ended: " + err.Error())
		}
		b[0] |= 0xc0
		b[len(b)-1] |= 1
		start, divisor, rest := new(big.Int).SetBytes(b[:]), new(big.Int), new(big.Int)
		for i, p := range primes {
			residues[i] = rest.Mod(start, divisor.SetUint64(p)).Uint64()
		}
		for delta := uint64(0); delta < 1<<16; delta += 2 {
			if hasSmallDivisor(residues, primes, delta) {
				continue
			}
			p := new(big.Int).Add(start, divisor.SetUint64(delta))
			invertible := rest.Mod(p, divisor.SetUint64(rsaExponent)).Uint64() != 1
			if invertible && p.BitLen() == rsaBits/2 && p.ProbablyPrime(0) {
				return p
			}
		}
	}
}

func hasSmallDivisor(residues, primes []uint64, delta uint64) bool {
	for i, p := range primes {
		if (residues[i]+delta)%p == 0 {
			return true
		}
	}
	return false
}

func (k privateKey) public() publicKey {
	if k.rsa != nil {
		return publicKey{rsa: &k.rsa.PublicKey}
	}
	return publicKey{ed25519: k.ed25519.Public().(ed25519.PublicKey)}
}

// fingerprint is what EC2 tells of a key that it made: SHA-1 over an RSA key's PKCS #8 form, SHA-256 over the public
// half of an ED25519 key (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/verify-keys.html).
func (k privateKey) fingerprint() (string, error) {
	if k.rsa == nil {
		return k.public().digest(), nil
	}
	der, err := x509.MarshalPKCS8PrivateKey(k.rsa)
	if err != nil {
		return "", err
	}
	sum := sha1.Sum(der)
	return colons(sum[:]), nil
}

// pem gives PKCS #1 for RSA; for ED25519, which has no such form, OpenSSH's own.
func (k privateKey) pem(comment string) string {
	block := &pem.Block{Type: "OPENSSH PRIVATE KEY"}
	if k.rsa != nil {
		block.Type, block.Bytes = "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(k.rsa)
	} else {
		block.Bytes = k.openSSH(comment)
	}
	return string(pem.EncodeToMemory(block))
}

// openSSH is the unencrypted form of https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key.
func (k privateKey) openSSH(comment string) []byte {
	pub := k.public()
	check := binary.BigEndian.Uint32(pub.ed25519) // any number will do, if it stands there twice
	secret := sshBlob(nil).number(check).number(check).
		text([]byte(sshED25519)).text(pub.ed25519).text(k.ed25519).text([]byte(comment))
	for pad := byte(1); len(secret)%8 != 0; pad++ {
		secret = append(secret, pad)
	}
	return sshBlob("openssh-key-v1\x00").text([]byte("none")).text([]byte("none")).text(nil).
		number(1).text(pub.blob()).text(secret)
}

// ppk is PuTTY's form, in its version 2, which all of its releases read (which version EC2 gives is (mem)).
func (k privateKey) ppk(comment string) string {
	pub := k.public()
	var secret sshBlob
	if k.rsa != nil {
		p, q := k.rsa.Primes[0], k.rsa.Primes[1]
		secret = secret.integer(k.rsa.D).integer(p).integer(q).integer(new(big.Int).ModInverse(q, p))
	} else {
		secret = secret.text(k.ed25519.Seed())
	}
	macKey := sha1.Sum([]byte("putty-private-key-file-mac-key"))
	mac := hmac.New(sha1.New, macKey[:])
	mac.Write(sshBlob(nil).text([]byte(pub.algorithm())).text([]byte("none")).text([]byte(comment)).text(pub.blob()).text(secret))
	var b strings.Builder
	fmt.Fprintf(&b, "PuTTY-User-Key-File-2: %s\r\nEncryption: none\r\nComment: %s\r\n", pub.algorithm(), comment)
	writePPKLines(&b, "Public", pub.blob())
	writePPKLines(&b, "Private", secret)
	fmt.Fprintf(&b, "Private-MAC: %s\r\n", hex.EncodeToString(mac.Sum(nil)))
	return b.String()
}

func writePPKLines(b *strings.Builder, half string, blob []byte) {
	text := base64.StdEncoding.EncodeToString(blob)
	const width = 64
	fmt.Fprintf(b, "%s-Lines: %d\r\n", half, (len(text)+width-1)/width)
	for len(text) > 0 {
		n := min(width, len(text))
		b.WriteString(text[:n] + "\r\n")
		text = text[n:]
	}
}
