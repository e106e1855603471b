package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// snapshot is a message that the SDK ships with its own tests.
type snapshot struct {
	first  string // the line of the method and path, or of the status
	header http.Header
	body   string
}

// readSnapshot reads a file of the SDK's module; ok is false if the operation has none.
func readSnapshot(t *testing.T, op served, name string) (s snapshot, ok bool) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(sdkDir(t, op.service.pkg), name))
	if os.IsNotExist(err) {
		return s, false
	}
	require.NoError(t, err)
	head, body, found := strings.Cut(string(raw), "\n\nContent-Type")
	if found {
		body = "Content-Type" + body
	} else {
		head, body, _ = strings.Cut(string(raw), "\n")
	}
	headers, body, _ := strings.Cut(body, "\n\n")
	s = snapshot{first: strings.TrimSpace(head), header: http.Header{}, body: body}
	for line := range strings.Lines(headers) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			s.header.Set(key, value)
		}
	}
	return s, true
}

// sdkDirs is where the SDK's packages lie, by import path, each to be asked from any of the tests that run at once.
var sdkDirs sync.Map

func sdkDir(t *testing.T, pkg string) string {
	t.Helper()
	known, _ := sdkDirs.LoadOrStore(pkg, sync.OnceValues(func() (string, error) {
		out, err := exec.Command("go", "list", "-f", "{{.Dir}}", pkg).Output()
		return strings.TrimSpace(string(out)), err
	}))
	dir, err := known.(func() (string, error))()
	require.NoError(t, err, "go list finds the SDK's module")
	return dir
}

// asForm makes messages that differ in the order of parameters or members alone alike.
func asForm(t *testing.T, body string) any {
	t.Helper()
	if strings.HasPrefix(body, "{") {
		var document any
		require.NoError(t, json.Unmarshal([]byte(body), &document))
		return document
	}
	form, err := url.ParseQuery(body)
	require.NoError(t, err)
	return form
}

func TestTheSDKsRequestSnapshotsLoseNothing(t *testing.T) {
	t.Parallel()
	server := new(canned)
	handler := Handler{server}
	var sent string // what the SDK makes of the decoded input
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		b, err := io.ReadAll(r.Body)
		sent = string(b)
		r.Body = io.NopCloser(bytes.NewReader(b))
		require.NoError(t, err)
		return throughHandler{handler}.RoundTrip(r)
	})
	read := 0
	for _, op := range allServed(t, transport) {
		t.Run(op.String(), func(t *testing.T) {
			s, ok := readSnapshot(t, op, "request_snapshot/"+op.operation+".request.snap")
			require.True(t, ok, "the SDK ships a snapshot of every operation's request")
			server.reply = Reply{Output: reflect.New(op.output()).Interface(), RequestID: "r"}
			post(t, handler, op.service, s.header, s.body)
			require.Nil(t, server.asked.Refusal)
			require.Empty(t, server.asked.Unknown)
			_, err := op.invoke(context.Background(), server.asked.Input)
			require.NoError(t, err)
			s.body = strings.Replace(s.body, "&DestinationRegion=__destinationRegion__", "", 1) // a field that only the SDK sets
			if diff := cmp.Diff(asForm(t, s.body), asForm(t, sent)); diff != "" {
				t.Fatalf("-snapshot +what the decoded input says:\n%s", diff)
			}
		})
		read++
	}
	require.Greater(t, read, 200)
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// post sends a body as a signed request of the service.
func post(t testing.TB, h http.Handler, s *service, header http.Header, body string) *http.Response {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, "http://cloud.example/", strings.NewReader(body))
	require.NoError(t, err)
	r.Header = header.Clone()
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261231/eu-central-1/"+s.name+"/aws4_request, SignedHeaders=host, Signature=0")
	response, err := throughHandler{h}.RoundTrip(r)
	require.NoError(t, err)
	return response
}

var metadata = regexp.MustCompile(`<ResponseMetadata>.*</ResponseMetadata>| xmlns="[^"]*"|<\?xml[^>]*>\n`)

func TestTheSDKsResponseSnapshotsAreWhatWeWrite(t *testing.T) {
	t.Parallel()
	var response snapshot
	transport := roundTrip(func(r *http.Request) (*http.Response, error) {
		status, err := strconv.Atoi(response.first)
		require.NoError(t, err)
		return &http.Response{StatusCode: status, Header: response.header, Body: io.NopCloser(strings.NewReader(response.body)), Request: r}, nil
	})
	read := 0
	for _, op := range allServed(t, transport) {
		if op.service.id == "EC2" {
			continue // ships none: the round trip holds its replies
		}
		t.Run(op.String(), func(t *testing.T) {
			var ok bool
			if response, ok = readSnapshot(t, op, "response_snapshot/"+op.operation+".response.snap"); !ok {
				require.False(t, onWire(op.output().Field(0)), "the SDK ships a snapshot of every reply that says something")
				return
			}
			read++
			out, err := op.invoke(context.Background(), reflect.New(op.input()).Interface())
			require.NoError(t, err)
			ours, err := op.service.protocol.reply(nil, op.operation, out, "r")
			require.NoError(t, err)
			if op.service.protocol == stsQuery {
				require.Equal(t, response.body, metadata.ReplaceAllString(string(ours), ""))
				return
			}
			if response.body == "" {
				response.body = "{}"
			}
			if diff := cmp.Diff(asForm(t, response.body), asForm(t, string(ours))); diff != "" {
				t.Fatalf("-snapshot +ours:\n%s", diff)
			}
		})
	}
	require.Greater(t, read, 10)
}
