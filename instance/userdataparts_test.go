package instance_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/instance"
)

func TestParts(t *testing.T) {
	t.Parallel()
	script, config := instance.Script("#!/bin/sh\necho one\n"), instance.CloudConfig("packages: [httpd]\n")
	both := instance.Parts(script, config)

	msg, err := mail.ReadMessage(bytes.NewReader(both.Bytes()))
	require.NoError(t, err)
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	require.NoError(t, err)
	require.Equal(t, "multipart/mixed", kind)
	require.Equal(t, "1.0", msg.Header.Get("MIME-Version"))
	var kinds, contents []string
	for r := multipart.NewReader(msg.Body, params["boundary"]); ; {
		part, err := r.NextPart()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		content, err := io.ReadAll(part)
		require.NoError(t, err)
		kinds, contents = append(kinds, part.Header.Get("Content-Type")), append(contents, string(content))
	}
	require.Equal(t, []string{`text/x-shellscript; charset="utf-8"`, `text/cloud-config; charset="utf-8"`}, kinds)
	require.Equal(t, []string{"#!/bin/sh\necho one\n", "#cloud-config\npackages: [httpd]\n"}, contents)

	require.Equal(t, both, instance.Parts(script, config), "the same parts, the same data")
	require.Equal(t, []instance.UserData{script, config}, both.Parts())
	require.Equal(t, instance.Parts(script, config, script), instance.Parts(both, script), "parts of parts are parts")
	require.Empty(t, script.Parts())
	require.Zero(t, instance.Parts())
}

func TestUserDataIsRefused(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 16385)
	windows := linux(func(im *backend.Image) { im.Platform, im.Architecture, im.BootMode = "windows", "x86_64", "" })
	for name, tc := range map[string]struct {
		data  instance.UserData
		image backend.Image
		want  string // empty if it is taken
	}{
		"a part that cloud-init doesn't know": {instance.Parts(instance.Script("a"), instance.Bytes([]byte("data"))), linux(),
			"spec.userData: has part 2, which is nothing that cloud-init knows; give parts as Script, CloudConfig"},
		"PowerShell as a part": {instance.Parts(instance.PowerShell("dir")), linux(), "spec.userData: has part 1, which is nothing that cloud-init knows"},
		"PowerShell that ends itself": {instance.PowerShell("echo </PowerShell>"), windows,
			"spec.userData: is a PowerShell script that contains </powershell>, which would end it"},
		"a long script":                   {instance.Script("#!/bin/sh\n: " + long), linux(), ""},
		"a long script for Windows":       {instance.Script("#!/bin/sh\n: " + long), windows, "has 16,397 bytes, and Windows reads no compressed data"},
		"a long PowerShell script":        {instance.PowerShell(long), windows, "spec.userData: has 16,413 bytes; use at most 16,384"},
		"long data of any kind":           {instance.Bytes([]byte(long)), linux(), "spec.userData: has 16,385 bytes; use at most 16,384"},
		"long parts":                      {instance.Parts(instance.Script("#!/bin/sh\n: "+long), instance.Script("b")), linux(), ""},
		"what no compression makes short": {instance.Script("#!/bin/sh\n" + noise(40000)), linux(), "spec.userData: has 40,010 bytes, and "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec := base
			if tc.image.Platform == "windows" {
				spec = spec.WithType("m7i.large")
			}
			_, err := spec.WithUserData(tc.data).Preview(tc.image)
			if tc.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, backend.ErrInvalid)
			require.ErrorContains(t, err, tc.want)
		})
	}
}

// noise is text that hardly gets shorter by compression, and always the same.
func noise(n int) string {
	b, x := make([]byte, n), uint32(1)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte('!' + x>>24%94)
	}
	return string(b)
}

func TestPowerShell(t *testing.T) {
	t.Parallel()
	require.Equal(t, "<powershell>\ndir\n</powershell>\n", string(instance.PowerShell("dir\n").Bytes()))
	require.Equal(t, "<powershell>\ndir\n</powershell>\n<persist>true</persist>\n", string(instance.PowerShellAlways("dir").Bytes()))
}

// sent is user data as a launch sends it.
func sentData(t *testing.T, u instance.UserData) ([]byte, bool) {
	t.Helper()
	req, err := base.WithUserData(u).Preview(linux())
	return req.UserData, err == nil
}

// readBack is user data as EC2 tells of it, read back.
func readBack(t *testing.T, sent []byte) instance.UserData {
	t.Helper()
	spec, err := get(t, server(func(be *script, _ *backend.Instance) {
		be.attributes[backend.AttributeUserData] = string(sent)
	})).Spec(t.Context())
	require.NoError(t, err)
	return spec.UserData()
}

func TestLongUserDataIsCompressedAndReadBack(t *testing.T) {
	t.Parallel()
	long := instance.Script("#!/bin/sh\n" + strings.Repeat("echo hello\n", 3000))
	sent, ok := sentData(t, long)
	require.True(t, ok)
	require.Less(t, len(sent), 1000)
	r, err := gzip.NewReader(bytes.NewReader(sent))
	require.NoError(t, err)
	data, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, long.Bytes(), data)
	require.Equal(t, long, readBack(t, sent))

	short := instance.Bytes(sent[:len(sent)-1])
	again, ok := sentData(t, short)
	require.True(t, ok)
	require.Equal(t, short, readBack(t, again), "what only looks compressed stays as it is")
}

func FuzzUserData(f *testing.F) {
	f.Add("#!/bin/sh\n", "#cloud-config\n", 1)
	f.Add("#!/bin/sh\r\n\x00\xff", "#include\nhttp://example.com/ü", 3)
	f.Add("#!"+strings.Repeat("x", 1200), "--amiclass\n", 900)
	f.Add("Content-Type: multipart/mixed; boundary=b\n\n--b\n\n#!/bin/sh\n--b--\n", "\x1f\x8b\x08", 2)
	f.Fuzz(func(t *testing.T, a, b string, times int) {
		one, two := instance.Bytes([]byte(a)), instance.Script(strings.Repeat(b, max(0, min(times, 2000))))
		for _, u := range []instance.UserData{one, two, instance.Parts(one, two), instance.Parts(two, two)} {
			sent, ok := sentData(t, u)
			if !ok {
				continue
			}
			if len(sent) > 16384 {
				t.Fatalf("%d bytes are sent", len(sent))
			}
			if got := readBack(t, sent); len(sent) > 0 && !bytes.Equal(got.Bytes(), u.Bytes()) {
				t.Fatalf("%q was sent and %q read back", u.Bytes(), got.Bytes())
			}
		}
		if parts := instance.Parts(two, two); len(two.Parts()) == 0 && len(parts.Parts()) > 0 {
			for _, p := range parts.Parts() {
				if !bytes.Equal(p.Bytes(), two.Bytes()) {
					t.Fatalf("the part %q became %q", two.Bytes(), p.Bytes())
				}
			}
		}
	})
}
