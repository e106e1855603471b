package instance

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"net/textproto"
	"strings"
)

// What cloud-init tells the kind of user data by: how it begins
// (https://docs.cloud-init.io/en/latest/explanation/format.html).
var contentTypes = []struct{ prefix, contentType string }{
	{"#!", "text/x-shellscript"},
	{"#cloud-config-archive", "text/cloud-config-archive"},
	{"#cloud-config", "text/cloud-config"},
	{"#cloud-boothook", "text/cloud-boothook"},
	{"#include-once", "text/x-include-once-url"},
	{"#include", "text/x-include-url"},
	{"#part-handler", "text/part-handler"},
	{"## template: jinja", "text/jinja2"},
}

// contentType is the kind that cloud-init would take the data for; empty if for none.
func (u UserData) contentType() string {
	for _, c := range contentTypes {
		if strings.HasPrefix(u.data, c.prefix) {
			return c.contentType
		}
	}
	return ""
}

const multipartMixed = "multipart/mixed"

// Parts is user data of several parts for cloud-init: scripts, which run in their order, and
// cloud-configs, which are merged. It is a MIME message of several parts; parts that consist of parts
// themselves are taken apart.
func Parts(parts ...UserData) UserData {
	var flat []UserData
	for i, p := range parts {
		inner := p.Parts()
		if len(inner) == 0 {
			inner = []UserData{p}
		}
		for _, one := range inner {
			if one.fault == "" && one.contentType() == "" {
				one.fault = "is nothing that cloud-init knows"
			}
			if one.fault != "" {
				return UserData{fault: fmt.Sprintf("has part %d, which %s", i+1, one.fault)}
			}
			flat = append(flat, one)
		}
	}
	if len(flat) == 0 {
		return UserData{}
	}
	return UserData{data: message(flat)}
}

// message is the same text for the same parts.
func message(parts []UserData) string {
	var body bytes.Buffer
	sum := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(sum, "%d:%s", len(p.data), p.data)
	}
	boundary := "amiclass-" + hex.EncodeToString(sum.Sum(nil)[:16])
	w := multipart.NewWriter(&body)
	must(w.SetBoundary(boundary))
	fmt.Fprintf(&body, "Content-Type: %s; boundary=%q\r\nMIME-Version: 1.0\r\n\r\n", multipartMixed, boundary)
	for i, p := range parts {
		content, encoding := p.data, "7bit"
		if !plainText(content) {
			content, encoding = wrapped(base64.StdEncoding.EncodeToString([]byte(content))), "base64"
		}
		part, err := w.CreatePart(textproto.MIMEHeader{
			"Content-Type":              {p.contentType() + `; charset="utf-8"`},
			"Mime-Version":              {"1.0"},
			"Content-Transfer-Encoding": {encoding},
			"Content-Disposition":       {fmt.Sprintf(`attachment; filename="part-%03d"`, i+1)},
		})
		must(err)
		_, err = io.WriteString(part, content)
		must(err)
	}
	must(w.Close())
	return body.String()
}

// must is for writing to memory, which doesn't fail.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// plainText tells what a message may hold as it is: ASCII in lines of a length that mail allows
// (https://www.rfc-editor.org/rfc/rfc2045#section-2.7), without carriage returns.
func plainText(s string) bool {
	for line := range strings.SplitSeq(s, "\n") {
		if len(line) > 998 {
			return false
		}
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return r > '~' || r < ' ' && r != '\n' && r != '\t' })
}

// wrapped cuts base64 into lines (https://www.rfc-editor.org/rfc/rfc2045#section-6.8).
func wrapped(s string) string {
	const width = 76
	var b strings.Builder
	for len(s) > width {
		b.WriteString(s[:width] + "\r\n")
		s = s[width:]
	}
	b.WriteString(s)
	return b.String()
}

// Parts are the parts of which [Parts] made the data; none for data of another kind.
func (u UserData) Parts() []UserData {
	msg, err := mail.ReadMessage(strings.NewReader(u.data))
	if err != nil {
		return nil
	}
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil || kind != multipartMixed || params["boundary"] == "" {
		return nil
	}
	var all []UserData
	for r := multipart.NewReader(msg.Body, params["boundary"]); ; {
		part, err := r.NextRawPart()
		if err == io.EOF {
			return all
		}
		if err != nil {
			return nil
		}
		var content io.Reader = part
		if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "base64") {
			content = base64.NewDecoder(base64.StdEncoding, part)
		}
		data, err := io.ReadAll(content)
		if err != nil {
			return nil
		}
		all = append(all, UserData{data: string(data)})
	}
}

// forCloudInit tells data that cloud-init reads, which then may be compressed.
func (u UserData) forCloudInit() bool { return u.contentType() != "" || len(u.Parts()) > 0 }
