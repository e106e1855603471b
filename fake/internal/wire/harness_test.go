package wire

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"
	"pgregory.net/rapid"

	"github.com/amiclass/amiclass/fake/internal/engine"
)

// served is an operation with the SDK's client that has it.
type served struct {
	service   *service
	operation string
	call      reflect.Value // the client's method
}

func (s served) String() string { return s.service.id + " " + s.operation }

func (s served) input() reflect.Type { return s.call.Type().In(1).Elem() }

func (s served) output() reflect.Type { return s.call.Type().Out(0).Elem() }

// allServed lists everything that is served, called through a transport.
func allServed(t testing.TB, transport http.RoundTripper) []served {
	t.Helper()
	cfg := aws.Config{
		Region: "eu-central-1", HTTPClient: &http.Client{Transport: transport}, BaseEndpoint: aws.String("http://cloud.example"),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "secret"}, nil
		}),
		RetryMaxAttempts: 1,
		APIOptions:       []func(*middleware.Stack) error{asGiven},
	}
	clients := map[string]any{sdk + "ec2": ec2.NewFromConfig(cfg), sdk + "sts": sts.NewFromConfig(cfg), sdk + "ssm": ssm.NewFromConfig(cfg), sdk + "kms": kms.NewFromConfig(cfg)}
	var all []served
	for _, area := range engine.Areas() {
		for _, op := range area.Operations {
			s := findService(func(s *service) bool { return s.pkg == op.Package })
			method := reflect.ValueOf(clients[op.Package]).MethodByName(op.Name)
			if s == nil || !method.IsValid() {
				t.Fatalf("%s %s has no service on the wire", op.Package, op.Name)
			}
			all = append(all, served{s, op.Name, method})
		}
	}
	return all
}

// asGiven takes out of the SDK what would change or refuse an input.
func asGiven(stack *middleware.Stack) error {
	for _, id := range stack.Initialize.List() {
		if slices.Contains([]string{"OperationInputValidation", "OperationIdempotencyTokenAutoFill", "Presign"}, id) {
			if _, err := stack.Initialize.Remove(id); err != nil {
				return err
			}
		}
	}
	return nil
}

// invoke calls the operation of an SDK client.
func (s served) invoke(ctx context.Context, in any) (any, error) {
	out := s.call.Call([]reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(in)})
	if err, failed := out[1].Interface().(error); failed {
		return nil, err
	}
	return out[0].Interface(), nil
}

// throughHandler is a transport without a socket.
type throughHandler struct{ http.Handler }

func (h throughHandler) RoundTrip(r *http.Request) (*http.Response, error) {
	recorder := httptest.NewRecorder()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	h.ServeHTTP(recorder, r)
	response := recorder.Result()
	response.Request = r
	return response, nil
}

// canned is a server that notes what it is asked and answers what it is told.
type canned struct {
	asked *Request
	reply Reply
}

func (c *canned) Serve(_ context.Context, r *Request) Reply {
	c.asked = r
	if r.Refusal != nil {
		return Reply{Refusal: r.Refusal, RequestID: "00000000-0000-4000-8000-000000000000"}
	}
	return c.reply
}

// generate fills a value with whatever its type allows, down to a depth.
func generate(t *rapid.T, v reflect.Value, path string, depth int) {
	switch v.Kind() {
	case reflect.Pointer:
		if depth > 0 && rapid.IntRange(0, 3).Draw(t, path+" set") > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			generate(t, v.Elem(), path, depth-1)
		}
	case reflect.Struct:
		if v.Type() == instantType {
			seconds := rapid.Int64Range(0, 4e9).Draw(t, path)
			v.Set(reflect.ValueOf(time.Unix(seconds, 0).UTC()))
			return
		}
		for i := range v.NumField() {
			if f := v.Type().Field(i); onWire(f) {
				generate(t, v.Field(i), path+"."+f.Name, depth)
			}
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			if b := rapid.SliceOfN(rapid.Byte(), 0, 8).Draw(t, path); len(b) > 0 {
				v.SetBytes(b)
			}
			return
		}
		if depth == 0 {
			return
		}
		n := rapid.IntRange(0, 11).Draw(t, path+" length")
		if n > 2 && n < 11 {
			n %= 3
		}
		if n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
		}
		for i := range n {
			generate(t, v.Index(i), fmt.Sprintf("%s[%d]", path, i), depth-1)
		}
	case reflect.Map:
		if n := rapid.IntRange(0, 2).Draw(t, path+" length"); n > 0 {
			v.Set(reflect.MakeMap(v.Type()))
			for range n {
				key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
				generate(t, key, path+" key", depth)
				generate(t, elem, path+" value", depth)
				v.SetMapIndex(key, elem)
			}
		}
	case reflect.String:
		v.SetString(words.Draw(t, path))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, path))
	case reflect.Int32:
		v.SetInt(int64(rapid.Int32().Draw(t, path)))
	case reflect.Int64:
		v.SetInt(rapid.Int64().Draw(t, path))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(rapid.Float32Range(-1e6, 1e6).Draw(t, path)))
	default:
		t.Fatalf("%s: no values of %s", path, v.Type())
	}
}

// words are texts with what queries and XML have to escape, of what XML can say.
var words = rapid.OneOf(
	rapid.SampledFrom([]string{"", "a", "i-0123456789abcdef0", "a b", " lead and trail ", `<&>"'`, "ü€𝄞", "a=b&c+d%2F", "line\nline\ttab", "1.2.3"}),
	rapid.StringMatching(`[ -~]{0,12}`),
)

// prune takes out structures in which nothing is set: a query has no way to say them. It tells whether v is one.
func prune(v reflect.Value) (nothing bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() && v.Elem().Kind() == reflect.Struct && prune(v.Elem()) {
			v.SetZero()
		}
		return v.IsNil()
	case reflect.Struct:
		if v.Type() == instantType {
			return false
		}
		nothing = true
		for i := range v.NumField() {
			if onWire(v.Type().Field(i)) && !prune(v.Field(i)) {
				nothing = false
			}
		}
		return nothing
	case reflect.Slice:
		kept := reflect.MakeSlice(v.Type(), 0, v.Len())
		for i := range v.Len() {
			if !prune(v.Index(i)) || v.Index(i).Kind() != reflect.Struct {
				kept = reflect.Append(kept, v.Index(i))
			}
		}
		v.Set(kept)
		return kept.Len() == 0
	}
	return v.IsZero()
}

// parsedText is what a parser of XML sees in an element's text.
func parsedText(t testing.TB, escaped []byte) string {
	t.Helper()
	var element struct {
		Text string `xml:",chardata"`
	}
	if err := xml.Unmarshal([]byte("<a>"+string(escaped)+"</a>"), &element); err != nil {
		t.Fatalf("%q isn't XML: %v", escaped, err)
	}
	return element.Text
}

// sayable is a text with the replacement character for what XML 1.0 has no way to say.
func sayable(s string) string {
	var b strings.Builder
	for _, r := range s {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF {
			r = utf8.RuneError
		}
		b.WriteRune(r)
	}
	return b.String()
}
