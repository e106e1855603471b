package engine

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/stretchr/testify/require"
)

// console is what GetConsoleOutput tells; "" if there is none yet.
func (w *testWorld) consoleOf(id string, latest bool) string {
	w.t.Helper()
	out := must[ec2.GetConsoleOutputOutput](w, &ec2.GetConsoleOutputInput{InstanceId: ptr(id), Latest: ptr(latest)})
	require.Equal(w.t, id, *out.InstanceId)
	require.NotNil(w.t, out.Timestamp)
	raw, err := base64.StdEncoding.DecodeString(deref(out.Output))
	require.NoError(w.t, err)
	return string(raw)
}

// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshoot-unreachable-instance.html
func TestConsoleOutputIsPostedAfterTheBoot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: slow})
	id := w.launch(nil)
	require.Empty(t, w.consoleOf(id, false))
	w.clock.advance(slow.Launch)
	require.Empty(t, w.consoleOf(id, false), "it has just been launched")
	latest := w.consoleOf(id, true)
	require.Contains(t, latest, "Amazon Linux 2023")
	w.clock.advance(slow.Checks)
	first := w.consoleOf(id, false)
	require.Equal(t, latest, first)
	require.Contains(t, first, "t4g.small")
	w.clock.advance(time.Hour)
	require.Equal(t, first, w.consoleOf(id, false), "it tells the same whenever it's asked for")
	must[ec2.RebootInstancesOutput](w, &ec2.RebootInstancesInput{InstanceIds: []string{id}})
	require.Empty(t, w.consoleOf(id, false))
	w.clock.advance(slow.Checks)
	second := w.consoleOf(id, false)
	require.NotEqual(t, first, second, "each boot has its own")
	_, err := w.stop(id)
	require.NoError(t, err)
	w.clock.advance(slow.Stop)
	require.Equal(t, second, w.consoleOf(id, false), "the last boot's is still told of a stopped one")
	must[ec2.StartInstancesOutput](w, &ec2.StartInstancesInput{InstanceIds: []string{id}})
	w.clock.advance(slow.Launch + slow.Checks)
	require.NotEqual(t, second, w.consoleOf(id, false))
}

func TestConsolesOfFamilies(t *testing.T) {
	t.Parallel()
	prepared := newWorld(t, Options{})
	windows := prepared.imageLike("x86_64", func(im *image) { im.platform, im.platformDetails = "windows", "Windows" })
	for name, tc := range map[string]struct {
		launch func(in *ec2.RunInstancesInput)
		want   []string
	}{
		"arm64":   {nil, []string{"aarch64", "Amazon Linux 2023", "ENA"}},
		"Xen":     {typed("t2.micro", "x86_64", nil), []string{"x86_64", "Xen HVM domU"}},
		"Ubuntu":  {func(in *ec2.RunInstancesInput) { in.ImageId = ptr(prepared.named("ubuntu/images/own")) }, []string{"Ubuntu", "/home/ubuntu/.ssh"}},
		"unknown": {func(in *ec2.RunInstancesInput) { in.ImageId = ptr(prepared.named("golden")) }, []string{"login:"}},
		"Windows": {func(in *ec2.RunInstancesInput) { in.ImageId, in.InstanceType = ptr(windows), "m5.large" }, []string{"Windows is Ready to use", "RDPCERTIFICATE-THUMBPRINT"}},
	} {
		launch := tc.launch
		if name == "Ubuntu" {
			must[ec2.CreateKeyPairOutput](prepared, &ec2.CreateKeyPairInput{KeyName: ptr("mine"), KeyType: "ed25519"})
			launch = func(in *ec2.RunInstancesInput) { tc.launch(in); in.KeyName = ptr("mine") }
		}
		id := prepared.launch(launch)
		for _, want := range tc.want {
			require.Contains(t, prepared.consoleOf(id, false), want, name)
		}
	}
}

// named is an image of the account's own with a name.
func (w *testWorld) named(name string) string {
	return w.imageLike("arm64", func(im *image) { im.name = name })
}

func TestTheLatestConsoleNeedsNitro(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(typed("t2.micro", "x86_64", nil))
	wantCode(t, failure[ec2.GetConsoleOutputOutput](w, &ec2.GetConsoleOutputInput{InstanceId: ptr(id), Latest: ptr(true)}), "UnsupportedOperation")
	wantCode(t, failure[ec2.GetConsoleOutputOutput](w, &ec2.GetConsoleOutputInput{}), "MissingParameter")
	wantCode(t, failure[ec2.GetConsoleOutputOutput](w, &ec2.GetConsoleOutputInput{InstanceId: ptr("i-01234567")}), "InvalidInstanceID.NotFound")
}

// A hibernated system goes on where it was: it doesn't boot
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-hibernate-overview.html).
func TestAHibernatedSystemDoesNotBoot(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{})
	id := w.launch(typed("m5.large", "x86_64", hibernating))
	first := w.consoleOf(id, false)
	for _, hibernate := range []bool{true, false} {
		w.clock.advance(time.Minute)
		must[ec2.StopInstancesOutput](w, &ec2.StopInstancesInput{InstanceIds: []string{id}, Hibernate: ptr(hibernate)})
		_, err := w.start(id)
		require.NoError(t, err)
		require.Equal(t, hibernate, first == w.consoleOf(id, false))
	}
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetPasswordData.html
func TestThePasswordOfWindowsIsReadWithThePrivateKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, Options{Delays: slow})
	windows := w.imageLike("x86_64", func(im *image) { im.platform, im.platformDetails = "windows", "Windows" })
	pair := must[ec2.CreateKeyPairOutput](w, &ec2.CreateKeyPairInput{KeyName: ptr("mine")})
	launch := func(image string, key *string) string {
		return w.launch(func(in *ec2.RunInstancesInput) {
			in.ImageId, in.InstanceType, in.KeyName = ptr(image), "m5.large", key
		})
	}
	password := func(id string) string {
		out := must[ec2.GetPasswordDataOutput](w, &ec2.GetPasswordDataInput{InstanceId: ptr(id)})
		require.Equal(t, id, *out.InstanceId)
		return *out.PasswordData
	}
	id, other, keyless, linux := launch(windows, ptr("mine")), launch(windows, ptr("mine")), launch(windows, nil), w.launch(nil)
	require.Empty(t, password(id), "as long as it boots")
	w.clock.advance(slow.Launch)
	require.Empty(t, password(id))
	w.clock.advance(slow.Checks)
	require.Empty(t, password(keyless))
	require.Empty(t, password(linux))
	block, _ := pem.Decode([]byte(*pair.KeyMaterial))
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	require.NoError(t, err)
	read := func(id string) string {
		sealed, err := base64.StdEncoding.DecodeString(password(id))
		require.NoError(t, err)
		//lint:ignore SA1019 EC2 encrypts passwords so
		plain, err := rsa.DecryptPKCS1v15(nil, key, sealed)
		require.NoError(t, err)
		return string(plain)
	}
	require.Len(t, read(id), 32)
	require.Equal(t, read(id), read(id))
	require.NotEqual(t, read(id), read(other))
	must[ec2.DeleteKeyPairOutput](w, &ec2.DeleteKeyPairInput{KeyName: ptr("mine")})
	require.Len(t, read(id), 32, "it was encrypted when the instance booted first")
	wantCode(t, failure[ec2.GetPasswordDataOutput](w, &ec2.GetPasswordDataInput{}), "MissingParameter")
	wantCode(t, failure[ec2.GetPasswordDataOutput](w, &ec2.GetPasswordDataInput{InstanceId: ptr("x")}), "InvalidInstanceID.Malformed")
}
