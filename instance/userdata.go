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

// UserData is what an instance is told at its first start. EC2 takes at most 16,384 bytes; what is for
// cloud-init and longer is compressed by the launch, as cloud-init can read it. It is an immutable value;
// the zero UserData is empty.
type UserData struct {
	data  string
	fault string // why it can't be used; empty for none
}

// Script is user data that cloud-init runs as root at the first start. A script that doesn't say what
// runs it ("#!…", or "<powershell>" and "<script>" on Windows) is run by /bin/sh: cloud-init would
// otherwise pass over it without a word.
func Script(s string) UserData {
	if !strings.HasPrefix(s, "#!") && !strings.HasPrefix(strings.TrimSpace(s), "<") {
		s = "#!/bin/sh\n" + s
	}
	return UserData{data: s}
}

// PowerShell is user data that Windows runs as the administrator at the first start
// (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html#user-data-windows).
func PowerShell(s string) UserData { return powerShell(s, "") }

// PowerShellAlways is user data that Windows runs at every start.
func PowerShellAlways(s string) UserData { return powerShell(s, "<persist>true</persist>\n") }

func powerShell(s, settings string) UserData {
	u := UserData{data: "<powershell>\n" + strings.TrimSuffix(s, "\n") + "\n</powershell>\n" + settings}
	if strings.Contains(strings.ToLower(s), "</powershell>") {
		u.fault = "is a PowerShell script that contains </powershell>, which would end it"
	}
	return u
}

const cloudConfig = "#cloud-config\n"

// CloudConfig is user data that cloud-init reads as its configuration, in YAML. The line
// #cloud-config, without which it would be passed over, is added where it is missing.
func CloudConfig(yaml string) UserData {
	first, _, _ := strings.Cut(yaml, "\n")
	if strings.TrimRight(first, " \t\r") != strings.TrimSpace(cloudConfig) {
		yaml = cloudConfig + yaml
	}
	return UserData{data: yaml}
}

// Bytes is user data of any kind, as it is; EC2's base64 is not its business.
func Bytes(b []byte) UserData { return UserData{data: string(b)} }

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
