package engine

import (
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// getPasswordData tells the password of a Windows administrator, encrypted with the public key of the
// instance's key pair. It is empty as long as the first boot goes on, of other systems, and without an RSA key
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetPasswordData.html).
func (v *view) getPasswordData(in *ec2.GetPasswordDataInput) (*ec2.GetPasswordDataOutput, error) {
	if deref(in.InstanceId) == "" {
		return nil, missing("InstanceId")
	}
	i, err := v.instanceByID(*in.InstanceId)
	if err != nil {
		return nil, err
	}
	out := &ec2.GetPasswordDataOutput{
		InstanceId: ptr(i.id), PasswordData: ptr(""), Timestamp: ptr(i.first.UTC().Truncate(time.Second)),
	}
	if !i.isWindows() || i.publicKey == "" || !v.setUp(i) {
		return out, nil
	}
	key, ok := parseOpenSSH(i.publicKey)
	if !ok || key.rsa == nil {
		return out, nil
	}
	well := newByteWell(v.seed, i.id)
	out.PasswordData = ptr(base64.StdEncoding.EncodeToString(sealed(key.rsa.N, key.rsa.E, well.password(), well)))
	out.Timestamp = ptr(i.booted.UTC().Truncate(time.Second))
	return out, nil
}

func (i *instance) isWindows() bool {
	return strings.EqualFold(string(i.platform), string(ec2types.PlatformValuesWindows)) // EC2 writes it in both ways
}

// setUp tells whether the first boot of a system is over: it has been restarted since, or runs long enough.
func (v *view) setUp(i *instance) bool {
	if i.booted.IsZero() {
		return false
	}
	return i.launched.After(i.first) || !v.now.Before(i.booted.Add(v.options.Delays.Checks))
}

// sealed encrypts as PKCS #1 v1.5 does, with padding from a well that gives the same again: the same call has
// the same answer. What is sealed is worth nothing, as nothing but the owner's test can read it.
func sealed(n *big.Int, e int, message []byte, well *byteWell) []byte {
	size := (n.BitLen() + 7) / 8
	block := make([]byte, size)
	block[1] = 2
	padding := block[2 : size-len(message)-1]
	for at := range padding {
		for padding[at] == 0 {
			padding[at] = well.next()
		}
	}
	copy(block[size-len(message):], message)
	c := new(big.Int).Exp(new(big.Int).SetBytes(block), big.NewInt(int64(e)), n)
	return c.FillBytes(block)
}

// byteWell gives bytes that look random and are the same for the same seed and name.
type byteWell struct {
	block [32]byte
	used  int
}

func newByteWell(seed uint64, name string) *byteWell {
	return &byteWell{block: sha256.Sum256([]byte("password " + itoa(int(seed)) + " " + name))}
}

func (w *byteWell) next() byte {
	if w.used == len(w.block) {
		w.block, w.used = sha256.Sum256(w.block[:]), 0
	}
	b := w.block[w.used]
	w.used++
	return b
}

// password has 32 characters, as those that EC2Launch generates (mem).
func (w *byteWell) password() []byte {
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789!()*-.?"
	p := make([]byte, 32)
	for at := range p {
		p[at] = letters[w.next()%byte(len(letters))]
	}
	return p
}
