package engine

import (
	"encoding/binary"
	"math/big"
)

// sshBlob is data in the form of the SSH protocol (https://www.rfc-editor.org/rfc/rfc4251#section-5).
type sshBlob []byte

func (b sshBlob) number(n uint32) sshBlob { return binary.BigEndian.AppendUint32(b, n) }

// text appends a string: its length and its bytes.
func (b sshBlob) text(s []byte) sshBlob { return append(b.number(uint32(len(s))), s...) }

// integer appends a positive mpint: a zero byte comes before one whose highest bit is set.
func (b sshBlob) integer(x *big.Int) sshBlob {
	bytes := x.Bytes()
	if len(bytes) > 0 && bytes[0]&0x80 != 0 {
		bytes = append([]byte{0}, bytes...)
	}
	return b.text(bytes)
}

// next takes a string off the front.
func (b *sshBlob) next() ([]byte, bool) {
	if len(*b) < 4 {
		return nil, false
	}
	n := binary.BigEndian.Uint32(*b)
	if uint64(n) > uint64(len(*b)-4) {
		return nil, false
	}
	s := (*b)[4 : 4+n]
	*b = (*b)[4+n:]
	return s, true
}

// nextInteger takes an mpint off the front, which must be positive and in its shortest form.
func (b *sshBlob) nextInteger() (*big.Int, bool) {
	s, ok := b.next()
	if !ok || len(s) == 0 || s[0]&0x80 != 0 || s[0] == 0 && (len(s) == 1 || s[1]&0x80 == 0) {
		return nil, false
	}
	return new(big.Int).SetBytes(s), true
}
