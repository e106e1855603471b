package tooltest

import (
	"context"
	"net"
	"net/http"
	"os/exec"
	"testing"
	"time"
)

// Moto starts a moto_server on a free port, which ends with the test, and gives its URL. AMICLASS_MOTO_SERVER may name
// the program.
func Moto(t testing.TB) (url string) {
	t.Helper()
	program := Find(t, "moto_server", "AMICLASS_MOTO_SERVER")
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	server := exec.CommandContext(ctx, program, "-H", host, "-p", port)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stop()
		_ = server.Wait() // it was killed, and so reports an error
	})
	url = "http://" + address
	for tries := time.Now(); ; {
		reply, err := http.Get(url + "/moto-api/")
		if err == nil && reply.Body.Close() == nil && reply.StatusCode == http.StatusOK {
			return url
		}
		if time.Since(tries) > time.Minute {
			t.Fatalf("%s doesn't answer on %s: %v", program, url, err)
		}
		select {
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		case <-time.After(50 * time.Millisecond):
		}
	}
}
