package instance

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"strings"
)

// maxUserData is in bytes, before encoding
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html).
const maxUserData = 16384

// UserData is what an instance is told at its first start, at most 16,384 bytes. It is an immutable
// value; the zero UserData is empty.
type UserData struct{ data string }

// Script is user data that cloud-init runs as root at the first start. A script that doesn't say what
// runs it ("#!…", or "<powershell>" and "<script>" on Windows) is run by /bin/sh: cloud-init would
// otherwise pass over it without a word.
func Script(s string) UserData {
	if !strings.HasPrefix(s, "#!") && !strings.HasPrefix(strings.TrimSpace(s), "<") {
		s = "#!/bin/sh\n" + s
	}
	return UserData{s}
}

const cloudConfig = "#cloud-config\n"

// CloudConfig is user data that cloud-init reads as its configuration, in YAML. The line
// #cloud-config, without which it would be passed over, is added where it is missing.
func CloudConfig(yaml string) UserData {
	first, _, _ := strings.Cut(yaml, "\n")
	if strings.TrimRight(first, " \t\r") != strings.TrimSpace(cloudConfig) {
		yaml = cloudConfig + yaml
	}
	return UserData{yaml}
}

// Bytes is user data of any kind, as it is; EC2's base64 is not its business.
func Bytes(b []byte) UserData { return UserData{string(b)} }

// Bytes is a copy of the data.
func (u UserData) Bytes() []byte { return bytes.Clone([]byte(u.data)) }

// Len is the length in bytes.
func (u UserData) Len() int { return len(u.data) }

// String tells the length and a fingerprint, never the data itself, which may hold secrets.
func (u UserData) String() string {
	if u.data == "" {
		return "empty"
	}
	sum := sha256.Sum256([]byte(u.data))
	return fmt.Sprintf("%s bytes (sha256 %x…)", commas(len(u.data)), sum[:4])
}

// LogValue is what String tells.
func (u UserData) LogValue() slog.Value { return slog.StringValue(u.String()) }

// WithUserData says what the instance is told at its first start.
func (s Spec) WithUserData(u UserData) Spec { s.userData = some(u); return s }

// WithoutUserData says that the instance shall be told nothing.
func (s Spec) WithoutUserData() Spec { s.userData = noneOf[UserData](); return s }

// UserData is what the instance is told at its first start.
func (s Spec) UserData() UserData { return s.userData.value }
