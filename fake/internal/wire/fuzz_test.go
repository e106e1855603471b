package wire

import (
	"context"
	"net/http"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzRequest gives any body to any operation: it is refused or understood, and what is understood is the same after
// the SDK has written it once more.
func FuzzRequest(f *testing.F) {
	server := new(canned)
	handler := Handler{server}
	operations := allServed(f, throughHandler{handler})
	for i, op := range operations {
		if op.service.protocol == awsJSON {
			f.Add(uint16(i), `{"Names":["a"],"KeyId":"b","Tags":[{"Key":"c","Value":null}],"MaxResults":1.5e3}`)
			continue
		}
		f.Add(uint16(i), "DryRun=true&Filter.1.Name=a&Filter.1.Value.1=b&MaxResults=5&TagSpecification.1.Tag.1.Key=%C3%BC")
	}
	f.Fuzz(func(t *testing.T, number uint16, body string) {
		op := operations[int(number)%len(operations)]
		header := http.Header{}
		if op.service.protocol == awsJSON {
			header.Set(targetHeader, op.service.target+"."+op.operation)
		} else {
			header.Set("Content-Type", formType)
			body = "Action=" + op.operation + "&Version=" + op.service.version + "&" + body
		}
		server.reply = Reply{Output: reflect.New(op.output()).Interface(), RequestID: "r"}
		post(t, handler, op.service, header, body)
		understood := server.asked
		if understood.Refusal != nil {
			return
		}
		if op.service.version != "" {
			prune(reflect.ValueOf(understood.Input).Elem())
		}
		if _, err := op.invoke(context.Background(), understood.Input); err != nil {
			t.Fatalf("the SDK can't send what was understood: %v", err)
		}
		if diff := cmp.Diff(understood.Input, server.asked.Input, asSent); diff != "" {
			t.Fatalf("not the same the second time (-first +second):\n%s", diff)
		}
	})
}

// FuzzText holds the escaping of texts: what comes back from a parser of XML is the same, but for what XML can't say.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "plain", `<a b="c">&amp;</a>`, "\r\n\t\x00\x1f", "\xff\xc3(", "\uFFFE\uFFFF𝄞"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := parsedText(t, appendText(nil, s)), sayable(s); got != want {
			t.Fatalf("%q comes back as %q, not %q", s, got, want)
		}
	})
}
