package instance_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"iter"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

// changeable is a script whose instance can be changed and looked at.
type changeable struct {
	*script
	types    map[string]backend.InstanceType
	changes  []backend.InstanceChange
	options  []backend.MetadataOptions
	detailed []bool
	password [][]byte // look by look
	console  backend.ConsoleOutput
	latest   []bool
}

func (c *changeable) InstanceTypes(_ context.Context, q backend.Query) iter.Seq2[backend.InstanceType, error] {
	if t, ok := c.types[q.IDs[0]]; ok {
		return listing([]backend.InstanceType{t}, nil)
	}
	return listing[backend.InstanceType](nil, notFound)
}

func (c *changeable) ModifyInstance(_ context.Context, _ string, change backend.InstanceChange) error {
	c.changes = append(c.changes, change)
	return nil
}

func (c *changeable) ModifyMetadataOptions(_ context.Context, _ string, o backend.MetadataOptions) error {
	c.options = append(c.options, o)
	return nil
}

func (c *changeable) SetMonitoring(_ context.Context, _ []string, on bool) error {
	c.detailed = append(c.detailed, on)
	return nil
}

func (c *changeable) ConsoleOutput(_ context.Context, _ string, latest bool) (backend.ConsoleOutput, error) {
	c.latest = append(c.latest, latest)
	return c.console, nil
}

func (c *changeable) PasswordData(context.Context, string) ([]byte, error) {
	data := c.password[0]
	if len(c.password) > 1 {
		c.password = c.password[1:]
	}
	return data, nil
}

func stopped(data backend.Instance) *changeable {
	data.ID, data.ImageID = id, imageID
	return &changeable{
		script: &script{
			instances: func(context.Context, backend.Query) ([]backend.Instance, error) { return []backend.Instance{data}, nil },
			images:    map[string]backend.Image{imageID: linux()},
		},
		types: map[string]backend.InstanceType{
			"m7g.xlarge": {Name: "m7g.xlarge", Architectures: []string{"arm64"}, Virtualizations: []string{"hvm"}, BootModes: []string{"uefi"}},
			"m7i.large":  {Name: "m7i.large", Architectures: []string{"x86_64"}, Virtualizations: []string{"hvm"}, BootModes: []string{"uefi"}},
		},
	}
}

func TestChangeType(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		state backend.InstanceState
		to    string
		kind  error
		says  string
		sent  int
	}{
		"of a stopped instance":            {backend.InstanceStopped, "m7g.xlarge", nil, "", 1},
		"to the type that it has":          {backend.InstanceStopped, "m7g.large", nil, "", 0},
		"of a running instance":            {backend.InstanceRunning, "m7g.xlarge", backend.ErrState, "is running; Stop it", 0},
		"to another architecture":          {backend.InstanceStopped, "m7i.large", backend.ErrInvalid, "architecture", 0},
		"to a type that there isn't":       {backend.InstanceStopped, "m99.large", backend.ErrNotFound, "m99.large doesn't exist in us-east-1", 0},
		"to what isn't the name of a type": {backend.InstanceStopped, "large", backend.ErrInvalid, `type: "large" is no instance type`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			be := stopped(backend.Instance{State: tc.state, Type: "m7g.large"})
			i, err := instance.Get(t.Context(), be, id)
			require.NoError(t, err)
			err = i.ChangeType(t.Context(), tc.to)
			require.Len(t, be.changes, tc.sent)
			if tc.kind != nil {
				require.ErrorIs(t, err, tc.kind)
				require.ErrorContains(t, err, tc.says)
				require.Equal(t, "m7g.large", i.Type())
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.to, i.Type())
		})
	}
}

func TestChangesOfAnInstance(t *testing.T) {
	t.Parallel()
	be := stopped(backend.Instance{State: backend.InstanceRunning})
	i, err := instance.Get(t.Context(), be, id)
	require.NoError(t, err)
	on, off := true, false
	require.NoError(t, i.SetTerminationProtection(t.Context(), true))
	require.NoError(t, i.SetStopProtection(t.Context(), false))
	require.NoError(t, i.SetShutdownBehavior(t.Context(), instance.ShutdownTerminates))
	require.Equal(t, []backend.InstanceChange{{TerminationProtected: &on}, {StopProtected: &off}, {ShutdownBehavior: "terminate"}}, be.changes)
	require.NoError(t, i.SetMonitoring(t.Context(), true))
	require.True(t, i.Data().Monitoring)
	require.NoError(t, i.SetMetadata(t.Context(), instance.MetadataOptions{HopLimit: 2}))
	require.NoError(t, i.SetMetadata(t.Context(), instance.MetadataOptions{}))
	require.Equal(t, []backend.MetadataOptions{{HopLimit: 2}}, be.options, "what isn't said stays as it is")

	require.ErrorContains(t, i.SetShutdownBehavior(t.Context(), "explode"), `shutdownBehavior: is "explode"; use stop or terminate`)
	require.ErrorContains(t, i.SetShutdownBehavior(t.Context(), ""), "shutdownBehavior: is empty")
	require.ErrorContains(t, i.SetMetadata(t.Context(), instance.MetadataOptions{HopLimit: 65}), "metadata.hopLimit: is 65")
}

func TestConsoleOutput(t *testing.T) {
	t.Parallel()
	be := stopped(backend.Instance{State: backend.InstanceRunning})
	be.console = backend.ConsoleOutput{Text: []byte("login:")}
	i, err := instance.Get(t.Context(), be, id)
	require.NoError(t, err)
	for _, opts := range [][]instance.ConsoleOption{nil, {instance.Latest()}} {
		out, err := i.ConsoleOutput(t.Context(), opts...)
		require.NoError(t, err)
		require.Equal(t, "login:", string(out.Text))
	}
	require.Equal(t, []bool{false, true}, be.latest)
}

func TestPassword(t *testing.T) {
	t.Parallel()
	mine, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	//lint:ignore SA1019 EC2 encrypts passwords so
	sealed, err := rsa.EncryptPKCS1v15(rand.Reader, &mine.PublicKey, []byte("s3cret"))
	require.NoError(t, err)
	another, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	for name, tc := range map[string]struct {
		platform string
		data     []byte
		key      crypto.Decrypter
		kind     error
		says     string
	}{
		"with its key":        {"windows", sealed, mine, nil, ""},
		"not yet":             {"windows", nil, mine, backend.ErrState, "no password yet"},
		"with another key":    {"windows", sealed, another, backend.ErrInvalid, "key: doesn't decrypt"},
		"of a Linux instance": {"", sealed, mine, backend.ErrInvalid, "doesn't run Windows"},
		"without a key":       {"windows", sealed, nil, backend.ErrInvalid, "key: is nil"},
		"with a key of EC":    {"windows", sealed, notRSA{}, backend.ErrInvalid, "RSA keys only"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			be := stopped(backend.Instance{State: backend.InstanceRunning, Platform: tc.platform, KeyName: "ops"})
			be.password = [][]byte{tc.data}
			i, err := instance.Get(t.Context(), be, id)
			require.NoError(t, err)
			password, err := i.Password(t.Context(), tc.key)
			if tc.kind != nil {
				require.ErrorIs(t, err, tc.kind)
				require.ErrorContains(t, err, tc.says)
				return
			}
			require.NoError(t, err)
			require.Equal(t, "s3cret", password)
		})
	}
}

func TestWaitPasswordLooksUntilThereIsOne(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	//lint:ignore SA1019 EC2 encrypts passwords so
	sealed, err := rsa.EncryptPKCS1v15(rand.Reader, &key.PublicKey, []byte("s3cret"))
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		be := stopped(backend.Instance{State: backend.InstanceRunning, Platform: "windows"})
		be.password = [][]byte{nil, nil, sealed}
		i, err := instance.Get(t.Context(), be, id)
		require.NoError(t, err)
		password, err := i.WaitPassword(t.Context(), key)
		require.NoError(t, err)
		require.Equal(t, "s3cret", password)
	})
}

func TestABackendThatCannotChangeInstancesIsNamed(t *testing.T) {
	t.Parallel()
	i, err := instance.Get(t.Context(), &script{instances: inState(backend.InstanceRunning)}, id)
	require.NoError(t, err)
	_, console := i.ConsoleOutput(t.Context())
	for _, err := range []error{i.ChangeType(t.Context(), "t3.micro"), i.SetStopProtection(t.Context(), true), i.SetMonitoring(t.Context(), true),
		i.SetMetadata(t.Context(), instance.MetadataOptions{HopLimit: 2}), console} {
		require.ErrorIs(t, err, backend.ErrUnsupported)
		var be *backend.Error
		require.True(t, errors.As(err, &be))
		require.Contains(t, be.Message, "instance_test.script lacks this ability")
	}
}

// notRSA is a private key that EC2 can't encrypt for.
type notRSA struct{ crypto.Decrypter }

func (notRSA) Public() crypto.PublicKey { return &ecdsa.PublicKey{Curve: elliptic.P256()} }
