package engine

import (
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/region"
)

// keyFile gives a public key that ssh-keygen or openssl made.
func keyFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "keys", name))
	require.NoError(t, err)
	return b
}

func (w *testWorld) keyPair(name string) ec2types.KeyPairInfo {
	w.t.Helper()
	out := must[ec2.DescribeKeyPairsOutput](w, &ec2.DescribeKeyPairsInput{KeyNames: []string{name}, IncludePublicKey: ptr(true)})
	require.Len(w.t, out.KeyPairs, 1)
	return out.KeyPairs[0]
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/verify-keys.html
func TestCreatedRSAKeysFingerprintIsOfThePrivateKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	out := must[ec2.CreateKeyPairOutput](w, &ec2.CreateKeyPairInput{
		KeyName: ptr("ops"), TagSpecifications: tagged(ec2types.ResourceTypeKeyPair, "role", "web"),
	})
	require.Equal(t, tags("role", "web"), out.Tags)
	block, rest := pem.Decode([]byte(*out.KeyMaterial))
	require.Equal(t, "RSA PRIVATE KEY", block.Type)
	require.Empty(t, rest)
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	require.NoError(t, err)
	require.NoError(t, key.Validate())
	require.Equal(t, 2048, key.N.BitLen())
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	sum := sha1.Sum(der)
	require.Equal(t, colons(sum[:]), *out.KeyFingerprint)
	require.Regexp(t, `^([0-9a-f]{2}:){19}[0-9a-f]{2}$`, *out.KeyFingerprint)

	want := ec2types.KeyPairInfo{
		CreateTime: ptr(w.clock.now()), KeyFingerprint: out.KeyFingerprint, KeyName: ptr("ops"), KeyPairId: out.KeyPairId,
		KeyType: ec2types.KeyTypeRsa, PublicKey: ptr(publicKey{rsa: &key.PublicKey}.line("ops")), Tags: tags("role", "web"),
	}
	if diff := cmp.Diff(want, w.keyPair("ops"), cmpopts.IgnoreUnexported(ec2types.KeyPairInfo{}, ec2types.Tag{})); diff != "" {
		t.Fatal(diff)
	}
	require.Nil(t, must[ec2.DescribeKeyPairsOutput](w, &ec2.DescribeKeyPairsInput{}).KeyPairs[0].PublicKey, "nobody asked for it")
}

func TestCreatedKeysFollowTheSeed(t *testing.T) {
	t.Parallel()
	material := func(seed uint64, typ ec2types.KeyType) string {
		w := newWorld(t, Options{Seed: seed})
		return *must[ec2.CreateKeyPairOutput](w, &ec2.CreateKeyPairInput{KeyName: ptr("ops"), KeyType: typ}).KeyMaterial
	}
	for _, typ := range ec2types.KeyTypeRsa.Values() {
		require.Equal(t, material(7, typ), material(7, typ))
		require.NotEqual(t, material(7, typ), material(8, typ))
	}
	w := newWorld(t, Options{})
	in := &ec2.CreateKeyPairInput{KeyName: ptr("ops"), KeyType: ec2types.KeyTypeEd25519}
	here, there := must[ec2.CreateKeyPairOutput](w, in), must[ec2.CreateKeyPairOutput](w.in(region.EUWest1), in)
	require.NotEqual(t, *here.KeyMaterial, *there.KeyMaterial)
}

// openssl and ssh-keygen read these two keys and gave the same fingerprints.
func TestKeysThatOthersHaveRead(t *testing.T) {
	t.Parallel()
	for typ, want := range map[ec2types.KeyType]string{
		ec2types.KeyTypeRsa:     "47:c9:1c:ed:62:dc:ed:df:e7:a5:b5:34:25:7a:5e:4f:f4:05:45:08",
		ec2types.KeyTypeEd25519: "yHMNA8SwH1wdxm3qE3F1XYKAY+TzpBc17QSF6oXyUXg=",
	} {
		got, err := newPrivateKey(typ, 1, "key-1").fingerprint()
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestCreatedED25519KeyIsOpenSSHs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	out := must[ec2.CreateKeyPairOutput](w, &ec2.CreateKeyPairInput{KeyName: ptr("ops"), KeyType: ec2types.KeyTypeEd25519})
	info := w.keyPair("ops")
	key, err := parsePublicKey([]byte(*info.PublicKey))
	require.NoError(t, err)
	require.Equal(t, key.digest(), *out.KeyFingerprint)
	block, _ := pem.Decode([]byte(*out.KeyMaterial))
	require.Equal(t, "OPENSSH PRIVATE KEY", block.Type)
	body, ok := strings.CutPrefix(string(block.Bytes), "openssh-key-v1\x00")
	require.True(t, ok)
	b := sshBlob(body)
	for _, want := range []string{"none", "none", ""} {
		got, ok := b.next()
		require.True(t, ok)
		require.Equal(t, want, string(got))
	}
	b = b[4:] // the number of keys
	public, _ := b.next()
	require.Equal(t, key.blob(), public)
	secret, ok := b.next()
	require.True(t, ok)
	require.Empty(t, b)
	require.Zero(t, len(secret)%8)
	require.Equal(t, secret[:4], secret[4:8])
	require.Contains(t, string(secret), string(key.ed25519))
}

func TestPuTTYKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	for _, typ := range ec2types.KeyTypeRsa.Values() {
		t.Run(string(typ), func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			out := must[ec2.CreateKeyPairOutput](w, &ec2.CreateKeyPairInput{KeyName: ptr("ops"), KeyType: typ, KeyFormat: ec2types.KeyFormatPpk})
			lines := strings.Split(*out.KeyMaterial, "\r\n")
			info := w.keyPair("ops")
			algorithm, rest, _ := strings.Cut(*info.PublicKey, " ")
			encoded, _, _ := strings.Cut(rest, " ")
			require.Equal(t, []string{"PuTTY-User-Key-File-2: " + algorithm, "Encryption: none", "Comment: ops"}, lines[:3])
			public, lines := ppkLines(t, lines[3:], "Public-Lines: ")
			require.Equal(t, encoded, public)
			private, lines := ppkLines(t, lines, "Private-Lines: ")
			require.Regexp(t, `^Private-MAC: [0-9a-f]{40}$`, lines[0])
			require.Equal(t, []string{""}, lines[1:])
			key, err := parsePublicKey([]byte(*info.PublicKey))
			require.NoError(t, err)
			blob, err := base64.StdEncoding.DecodeString(private)
			require.NoError(t, err)
			if typ == ec2types.KeyTypeEd25519 {
				require.Len(t, blob, 4+32)
				return
			}
			var numbers [4]*big.Int
			for i, b := 0, sshBlob(blob); i < len(numbers); i++ {
				n, ok := b.nextInteger()
				require.True(t, ok)
				numbers[i] = n
			}
			p, q, inverse := numbers[1], numbers[2], numbers[3]
			require.Equal(t, key.rsa.N, new(big.Int).Mul(p, q))
			require.Equal(t, big.NewInt(1), new(big.Int).Mod(new(big.Int).Mul(q, inverse), p))
		})
	}
}

func ppkLines(t *testing.T, lines []string, head string) (text string, rest []string) {
	t.Helper()
	count, ok := strings.CutPrefix(lines[0], head)
	require.True(t, ok, lines[0])
	for n := 1; ; n++ {
		if itoa(n-1) == count {
			return text, lines[n:]
		}
		text += lines[n]
	}
}

// The fingerprints are those that openssl and ssh-keygen give
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/verify-keys.html).
func TestImportedKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	const rsaPrint = "73:17:e0:20:16:b8:f0:7e:93:40:cc:43:6f:1b:18:db"
	for file, want := range map[string]struct {
		typ         ec2types.KeyType
		fingerprint string
	}{
		"rsa-1024.openssh":    {ec2types.KeyTypeRsa, rsaPrint},
		"rsa-1024.rfc4716":    {ec2types.KeyTypeRsa, rsaPrint},
		"rsa-1024.der.base64": {ec2types.KeyTypeRsa, rsaPrint},
		"ed25519.openssh":     {ec2types.KeyTypeEd25519, "iSnC5MsqumwW/0TKuIiM4M1OXUudP2aTLnwU7M5Izfk="},
	} {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			out := must[ec2.ImportKeyPairOutput](w, &ec2.ImportKeyPairInput{
				KeyName: ptr("mine"), PublicKeyMaterial: keyFile(t, file), TagSpecifications: tagged(ec2types.ResourceTypeKeyPair, "a", "b"),
			})
			require.Equal(t, want.fingerprint, *out.KeyFingerprint)
			require.Equal(t, "mine", *out.KeyName)
			require.Equal(t, tags("a", "b"), out.Tags)
			info := w.keyPair("mine")
			require.Equal(t, want.typ, info.KeyType)
			require.Equal(t, want.fingerprint, *info.KeyFingerprint)
			require.Equal(t, *out.KeyPairId, *info.KeyPairId)
			original := strings.Fields(string(keyFile(t, strings.Split(file, ".")[0]+".openssh")))
			require.Equal(t, original[0]+" "+original[1]+" mine", *info.PublicKey)
		})
	}
}

func TestKeyPairRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	good := keyFile(t, "ed25519.openssh")
	must[ec2.ImportKeyPairOutput](w, &ec2.ImportKeyPairInput{KeyName: ptr("taken"), PublicKeyMaterial: good})
	imported := func(material string) any {
		return &ec2.ImportKeyPairInput{KeyName: ptr("k"), PublicKeyMaterial: []byte(material)}
	}
	fields := strings.Fields(string(good))
	for name, tc := range map[string]struct {
		in   any
		code string
	}{
		"create without a name":      {&ec2.CreateKeyPairInput{}, "MissingParameter"},
		"import without a name":      {&ec2.ImportKeyPairInput{PublicKeyMaterial: good}, "MissingParameter"},
		"import without a key":       {imported(""), "MissingParameter"},
		"a name that is taken":       {&ec2.CreateKeyPairInput{KeyName: ptr("taken")}, "InvalidKeyPair.Duplicate"},
		"a long name":                {&ec2.CreateKeyPairInput{KeyName: ptr(strings.Repeat("x", 256))}, "InvalidParameterValue"},
		"a name beyond ASCII":        {&ec2.CreateKeyPairInput{KeyName: ptr("schlüssel")}, "InvalidParameterValue"},
		"a name with a space before": {&ec2.CreateKeyPairInput{KeyName: ptr(" k")}, "InvalidParameterValue"},
		"another type":               {&ec2.CreateKeyPairInput{KeyName: ptr("k"), KeyType: "dsa"}, "InvalidParameterValue"},
		"another format":             {&ec2.CreateKeyPairInput{KeyName: ptr("k"), KeyFormat: "der"}, "InvalidParameterValue"},
		"tags of something else":     {&ec2.CreateKeyPairInput{KeyName: ptr("k"), TagSpecifications: tagged(ec2types.ResourceTypeInstance, "a", "b")}, "InvalidParameterValue"},
		"a key beyond ASCII":         {imported("ssh-rsa ü"), "InvalidParameterValue"},
		"no key":                     {imported("hello"), "InvalidKey.Format"},
		"an algorithm alone":         {imported("ssh-rsa "), "InvalidKey.Format"},
		"two keys":                   {imported(string(good) + string(good)), "InvalidKey.Format"},
		"another algorithm's name":   {imported("ssh-rsa " + fields[1]), "InvalidKey.Format"},
		"a key cut short":            {imported("ssh-ed25519 " + fields[1][:40]), "InvalidKey.Format"},
		"ECDSA":                      {imported(string(keyFile(t, "ecdsa.openssh"))), "InvalidKey.Format"},
		"an unusual length":          {imported(string(keyFile(t, "rsa-3072.openssh"))), "InvalidKeyPair.Format"},
		"an SSH2 key without end":    {imported(ssh2Begin + "\nAAAA\n"), "InvalidKey.Format"},
		"a malformed ID":             {&ec2.DescribeKeyPairsInput{KeyPairIds: []string{"x"}}, "InvalidKeyPairId.Malformed"},
		"an unknown ID":              {&ec2.DescribeKeyPairsInput{KeyPairIds: []string{"key-0123456789abcdef0"}}, "InvalidKeyPair.NotFound"},
		"an unknown name":            {&ec2.DescribeKeyPairsInput{KeyNames: []string{"taken", "k"}}, "InvalidKeyPair.NotFound"},
		"delete nothing":             {&ec2.DeleteKeyPairInput{}, "MissingParameter"},
		"delete twice at once":       {&ec2.DeleteKeyPairInput{KeyName: ptr("taken"), KeyPairId: ptr("key-0123456789abcdef0")}, "InvalidParameterCombination"},
		"delete by a malformed ID":   {&ec2.DeleteKeyPairInput{KeyPairId: ptr("x")}, "InvalidKeyPairId.Malformed"},
		"dry run":                    {&ec2.CreateKeyPairInput{KeyName: ptr("k"), DryRun: ptr(true)}, "DryRunOperation"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := w.forkWithin(t)
			before := w.made()
			_, err := w.engine.Call(Call{Region: w.region, Input: tc.in})
			e := wantCode(t, err, tc.code)
			require.NotEmpty(t, e.Message)
			require.Equal(t, before, w.made())
		})
	}
}

func TestARegionHasRoomForSoManyKeyPairs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	require.NoError(t, w.change(func(t *tx) error {
		for n := range maxKeyPairs {
			t.keyPairs.Put(&t.undo, &keyPair{id: "key-" + itoa(n), scope: t.scope, name: itoa(n)})
		}
		return nil
	}))
	in := &ec2.CreateKeyPairInput{KeyName: ptr("one too many"), KeyType: ec2types.KeyTypeEd25519}
	wantNoChange[ec2.CreateKeyPairOutput](w, in, "KeyPairLimitExceeded")
	must[ec2.CreateKeyPairOutput](w.in(region.EUWest1), in)
}

func TestDescribeKeyPairsByFilterNameAndID(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	ids := map[string]string{}
	for _, name := range []string{"a", "b", "c"} {
		out := must[ec2.CreateKeyPairOutput](w, &ec2.CreateKeyPairInput{
			KeyName: &name, KeyType: ec2types.KeyTypeEd25519, TagSpecifications: tagged(ec2types.ResourceTypeKeyPair, "n", name),
		})
		ids[name] = *out.KeyPairId
	}
	for name, tc := range map[string]struct {
		in   ec2.DescribeKeyPairsInput
		want string
	}{
		"all":               {ec2.DescribeKeyPairsInput{}, "abc"},
		"names":             {ec2.DescribeKeyPairsInput{KeyNames: []string{"c", "a"}}, "ac"},
		"IDs and names":     {ec2.DescribeKeyPairsInput{KeyNames: []string{"a"}, KeyPairIds: []string{ids["b"], ids["a"]}}, "ab"},
		"key-name":          {ec2.DescribeKeyPairsInput{Filters: []ec2types.Filter{filter("key-name", "b")}}, "b"},
		"key-name, pattern": {ec2.DescribeKeyPairsInput{Filters: []ec2types.Filter{filter("key-name", "?")}}, "abc"},
		"key-pair-id":       {ec2.DescribeKeyPairsInput{Filters: []ec2types.Filter{filter("key-pair-id", ids["c"])}}, "c"},
		"fingerprint":       {ec2.DescribeKeyPairsInput{Filters: []ec2types.Filter{filter("fingerprint", *w.keyPair("b").KeyFingerprint)}}, "b"},
		"tag":               {ec2.DescribeKeyPairsInput{Filters: []ec2types.Filter{filter("tag:n", "a", "b")}}, "ab"},
		"tag-key":           {ec2.DescribeKeyPairsInput{Filters: []ec2types.Filter{filter("tag-key", "n")}}, "abc"},
		"name and filter":   {ec2.DescribeKeyPairsInput{KeyNames: []string{"a"}, Filters: []ec2types.Filter{filter("key-name", "b")}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ""
			for _, k := range must[ec2.DescribeKeyPairsOutput](w.within(t), &tc.in).KeyPairs {
				got += *k.KeyName
			}
			require.Equal(t, tc.want, got)
		})
	}
	require.Empty(t, must[ec2.DescribeKeyPairsOutput](w.as(someone), &ec2.DescribeKeyPairsInput{}).KeyPairs)
	require.Empty(t, must[ec2.DescribeKeyPairsOutput](w.in(region.EUWest1), &ec2.DescribeKeyPairsInput{}).KeyPairs)
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/delete-key-pair.html
func TestInstancesKeepTheNameOfADeletedKeyPair(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	made := must[ec2.CreateKeyPairOutput](w, &ec2.CreateKeyPairInput{KeyName: ptr("ops"), KeyType: ec2types.KeyTypeEd25519})
	id := w.launch(func(in *ec2.RunInstancesInput) { in.KeyName = ptr("ops") })
	must[ec2.CreateTagsOutput](w, &ec2.CreateTagsInput{Resources: []string{*made.KeyPairId}, Tags: tags("a", "b")})
	require.Equal(t, tags("a", "b"), w.keyPair("ops").Tags)
	out := must[ec2.DeleteKeyPairOutput](w, &ec2.DeleteKeyPairInput{KeyPairId: made.KeyPairId})
	require.True(t, *out.Return)
	require.Equal(t, *made.KeyPairId, *out.KeyPairId)
	require.Equal(t, "ops", *w.instance(id).KeyName)
	again := must[ec2.DeleteKeyPairOutput](w, &ec2.DeleteKeyPairInput{KeyName: ptr("ops")})
	require.True(t, *again.Return)
	require.Nil(t, again.KeyPairId)
}

// Windows can't use ED25519 (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-key-pairs.html).
func TestLaunchesCheckTheirKeyPair(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	for typ, name := range map[ec2types.KeyType]string{ec2types.KeyTypeEd25519: "short", ec2types.KeyTypeRsa: "long"} {
		must[ec2.CreateKeyPairOutput](w, &ec2.CreateKeyPairInput{KeyName: &name, KeyType: typ})
	}
	windows := w.imageLike("x86_64", func(im *image) { im.platform = ec2types.PlatformValuesWindows })
	request := func(key string) *ec2.RunInstancesInput {
		return &ec2.RunInstancesInput{
			ImageId: &windows, KeyName: &key, InstanceType: "m5.large", MinCount: ptr(int32(1)), MaxCount: ptr(int32(1)),
		}
	}
	wantNoChange[ec2.RunInstancesOutput](w, request("other"), "InvalidKeyPair.NotFound")
	wantNoChange[ec2.RunInstancesOutput](w, request("short"), "InvalidParameterCombination")
	require.Equal(t, "long", *must[ec2.RunInstancesOutput](w, request("long")).Instances[0].KeyName)
}

// What can be read as a public key stands for itself in OpenSSH's form.
func FuzzPublicKey(f *testing.F) {
	for _, name := range []string{"rsa-1024.openssh", "rsa-1024.rfc4716", "rsa-1024.der.base64", "ed25519.openssh", "ecdsa.openssh"} {
		f.Add(keyFile(f, name))
	}
	f.Fuzz(func(t *testing.T, material []byte) {
		k, err := parsePublicKey(material)
		if err != nil {
			var e *Error
			require.ErrorAs(t, err, &e)
			require.Contains(t, []string{"InvalidKey.Format", "InvalidKeyPair.Format", "InvalidParameterValue"}, e.Code)
			return
		}
		again, err := parsePublicKey([]byte(k.line("comment")))
		require.NoError(t, err)
		require.Equal(t, k, again)
		fingerprint, err := k.importedFingerprint()
		require.NoError(t, err)
		require.NotEmpty(t, fingerprint)
	})
}

func BenchmarkCreateRSAKey(b *testing.B) {
	b.ReportAllocs()
	for n := uint64(0); b.Loop(); n++ {
		newPrivateKey(ec2types.KeyTypeRsa, n, "key-0123456789abcdef0")
	}
}
