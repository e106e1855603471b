package instance

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"fmt"

	"github.com/amiclass/amiclass/backend"
)

// ConsoleOption says which output of a console is meant.
type ConsoleOption func(*bool)

// Latest asks for what stands on the console now, instead of what EC2 took from it when the instance last
// started or stopped; only instances on Nitro can be asked that.
func Latest() ConsoleOption { return func(latest *bool) { *latest = true } }

// ConsoleOutput is what the instance wrote on its console, at most the last 64 KiB: what a boot says that
// went wrong. There is none until some time after the start
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-console.html).
func (i *Instance) ConsoleOutput(ctx context.Context, opts ...ConsoleOption) (backend.ConsoleOutput, error) {
	var latest bool
	for _, o := range opts {
		o(&latest)
	}
	be, err := backend.Ability[backend.Consoles](i.be, "GetConsoleOutput", i.id)
	if err != nil {
		return backend.ConsoleOutput{}, err
	}
	var out backend.ConsoleOutput
	err = i.settled(ctx, func(ctx context.Context) (err error) {
		out, err = be.ConsoleOutput(ctx, i.id, latest)
		return err
	})
	return out, err
}

// Password is the password of the user Administrator of a Windows instance, decrypted with the private key
// of its key pair, which is an RSA key. EC2 has it once Windows has made it at its first start, up to 15
// minutes after the launch; until then it is [backend.ErrState], and [Instance.WaitPassword] waits for it
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetPasswordData.html).
func (i *Instance) Password(ctx context.Context, key crypto.Decrypter) (string, error) {
	data, err := i.passwordData(ctx, key)
	if err != nil {
		return "", err
	}
	if len(data) == 0 {
		return "", &backend.Error{Op: "GetPasswordData", Resource: i.id, Message: "there is no password yet", Kind: backend.ErrState}
	}
	return i.decrypt(key, data)
}

// WaitPassword waits until EC2 has the password, and gives it as [Instance.Password] does.
func (i *Instance) WaitPassword(ctx context.Context, key crypto.Decrypter, opts ...backend.WaitOption) (string, error) {
	var data []byte
	err := i.wait(ctx, "password", opts, func(ctx context.Context) (string, bool, error) {
		var err error
		data, err = i.passwordData(ctx, key)
		return "no password yet", len(data) > 0, err
	})
	if err != nil {
		return "", err
	}
	return i.decrypt(key, data)
}

func (i *Instance) passwordData(ctx context.Context, key crypto.Decrypter) ([]byte, error) {
	if key == nil {
		return nil, &FieldError{Path: "key", Problem: "is nil", Remedy: "give the private key of the instance's key pair"}
	}
	if _, ok := key.Public().(*rsa.PublicKey); !ok {
		return nil, &FieldError{Path: "key", Problem: fmt.Sprintf("is for %T", key.Public()), Remedy: "EC2 encrypts passwords for RSA keys only"}
	}
	if d := i.seen(); d.Platform != "windows" && d.ImageID != "" {
		return nil, &FieldError{Path: "instance", Problem: i.id + " doesn't run Windows", Remedy: "log in with the private key itself"}
	}
	be, err := backend.Ability[backend.Consoles](i.be, "GetPasswordData", i.id)
	if err != nil {
		return nil, err
	}
	return be.PasswordData(ctx, i.id)
}

func (i *Instance) decrypt(key crypto.Decrypter, data []byte) (string, error) {
	//lint:ignore SA1019 EC2 encrypts passwords so
	password, err := key.Decrypt(rand.Reader, data, &rsa.PKCS1v15DecryptOptions{})
	if err != nil {
		return "", &FieldError{Path: "key", Problem: fmt.Sprintf("doesn't decrypt the password of %s: %v", i.id, err),
			Remedy: fmt.Sprintf("give the private key of its key pair %q", i.seen().KeyName)}
	}
	return string(password), nil
}
