package tooltest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// OverHTTP serves a handler on the loopback interface until the test ends, and gives its URL and a client for the AWS SDK.
func OverHTTP(t testing.TB, h http.Handler) (url string, client *http.Client) {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL, &http.Client{Transport: InOnePiece{}}
}

// InOnePiece sends bodies that net/http knows to be in memory. The SDK's own are closed as soon as a reply's header is
// there, and then say io.EOF to a writer that looks whether there is more of them: with a server as near as a test's, now
// and then net/http takes that for a fault of the connection and breaks it while a long reply is being read.
type InOnePiece struct{}

// RoundTrip sends a request by [http.DefaultTransport].
func (InOnePiece) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return http.DefaultTransport.RoundTrip(r)
}
