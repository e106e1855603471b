package instance_test

import (
	"encoding/base64"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

const ed25519 = instance.PublicKey("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKHEChAM8q2wNxn2OsNbb6MvuTYjAGlvcVgfcgAe2yt6 ops@example.com")

// sshKey writes a key as OpenSSH does.
func sshKey(kind string, parts ...[]byte) instance.PublicKey {
	var blob []byte
	for _, p := range append([][]byte{[]byte(kind)}, parts...) {
		blob = append(binary.BigEndian.AppendUint32(blob, uint32(len(p))), p...)
	}
	return instance.PublicKey(kind + " " + base64.StdEncoding.EncodeToString(blob))
}

// rsaKey is a public key of so many bits.
func rsaKey(bits int) instance.PublicKey {
	modulus := make([]byte, bits/8+1) // a zero keeps the number positive
	modulus[1] = 0x80
	return sshKey("ssh-rsa", []byte{1, 0, 1}, modulus)
}

func TestPublicKeys(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		key  instance.PublicKey
		want string
	}{
		"Ed25519":                        {ed25519, ""},
		"with a line's end":              {ed25519 + "\n", ""},
		"RSA of 2048 bits":               {rsaKey(2048), ""},
		"RSA of 1024 bits":               {rsaKey(1024), ""},
		"RSA of 4096 bits":               {rsaKey(4096), ""},
		"RSA of 3072 bits":               {rsaKey(3072), "is an RSA key of 3072 bits"},
		"two keys":                       {ed25519 + "\n" + ed25519, "isn't a line of OpenSSH's format"},
		"a word":                         {"ssh-ed25519", "isn't a line of OpenSSH's format"},
		"what isn't base64":              {"ssh-ed25519 AAAA!", "isn't base64 in its second field"},
		"cut short":                      {ed25519[:40], "doesn't hold the kind of key"},
		"a kind that isn't what follows": {"ssh-rsa " + instance.PublicKey(strings.Fields(string(ed25519))[1]), "doesn't hold the kind of key"},
		"DSA":                            {sshKey("ssh-dss", []byte{1}), `is a key of the kind "ssh-dss"`},
		"Ed25519 of 31 bytes":            {sshKey("ssh-ed25519", make([]byte, 31)), "is no Ed25519 key of 32 bytes"},
		"RSA without a modulus":          {sshKey("ssh-rsa", []byte{1}), `is a key of the kind "ssh-rsa"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := instance.Spec{}.WithPublicKey(tc.key).Validate()
			if tc.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, backend.ErrInvalid)
			require.ErrorContains(t, err, "spec.publicKey: "+tc.want)
		})
	}
}

func TestAPublicKeyIsNamedForItselfAlone(t *testing.T) {
	t.Parallel()
	fields := strings.Fields(string(ed25519))
	bare := instance.PublicKey(fields[0] + " " + fields[1])
	require.Equal(t, ed25519.KeyName(), bare.KeyName(), "whatever the comment")
	require.NotEqual(t, ed25519.KeyName(), rsaKey(2048).KeyName())
	require.Regexp(t, `^amiclass-[0-9a-f]{32}$`, bare.KeyName())
	require.Equal(t, bare.KeyName(), instance.Spec{}.WithPublicKey(bare).KeyName())
	require.Empty(t, instance.Spec{}.WithPublicKey(bare).WithKeyName("ops").PublicKey(), "a name replaces a key")
}

func TestWindowsTakesNoEd25519Key(t *testing.T) {
	t.Parallel()
	windows := linux(func(im *backend.Image) { im.Platform, im.Architecture, im.BootMode = "windows", "x86_64", "" })
	spec := instance.Spec{}.WithType("m7i.large")
	_, err := spec.WithPublicKey(ed25519).Preview(windows)
	require.ErrorContains(t, err, "spec.publicKey: is an Ed25519 key, which Windows doesn't take; use an RSA key")
	_, err = spec.WithPublicKey(rsaKey(2048)).Preview(windows)
	require.NoError(t, err)
}

func FuzzPublicKey(f *testing.F) {
	for _, s := range []string{string(ed25519), string(rsaKey(2048)), "", "ssh-rsa AAAA", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", "\x00 \x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		k := instance.PublicKey(s)
		if !strings.HasPrefix(k.KeyName(), "amiclass-") || len(k.KeyName()) > 255 {
			t.Fatalf("%q is named %q", s, k.KeyName())
		}
		var spec instance.Spec
		if s == "" || spec.WithPublicKey(k).Validate() != nil {
			return
		}
		if again := instance.PublicKey(strings.Join(strings.Fields(s)[:2], " ")); again.KeyName() != k.KeyName() {
			t.Fatalf("%q without its comment has another name", s)
		}
	})
}
