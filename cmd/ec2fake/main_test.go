package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/stretchr/testify/require"
)

// running is an ec2fake of a test.
type running struct {
	variables map[string]string
	stop      func() error
	stderr    *bytes.Buffer
}

func (r running) url() string { return r.variables["AWS_ENDPOINT_URL"] }

// start runs ec2fake on a free port until the test ends.
func start(t *testing.T, args ...string) running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	r := running{variables: map[string]string{}, stderr: new(bytes.Buffer)}
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), in, r.stderr)
		_ = in.CloseWithError(io.EOF)
		ended <- err
	}()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		name, value, ok := strings.Cut(strings.TrimPrefix(lines.Text(), "export "), "=")
		require.True(t, ok, lines.Text())
		r.variables[name] = value
		if name == "AWS_EC2_METADATA_DISABLED" && !contains(args, "-tls") || name == "AWS_CA_BUNDLE" {
			break
		}
	}
	r.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() { require.NoError(t, r.stop()) })
	require.NotEmpty(t, r.url(), "%s", r.stderr)
	return r
}

func contains(all []string, one string) bool {
	for _, a := range all {
		if a == one {
			return true
		}
	}
	return false
}

// client is the SDK's, of what ec2fake printed.
func (r running) client(transport http.RoundTripper) *ec2.Client {
	return ec2.NewFromConfig(aws.Config{
		Region: r.variables["AWS_REGION"], BaseEndpoint: aws.String(r.url()), HTTPClient: &http.Client{Transport: transport},
		Credentials: credentials.NewStaticCredentialsProvider(r.variables["AWS_ACCESS_KEY_ID"], r.variables["AWS_SECRET_ACCESS_KEY"], ""),
	})
}

// ask sends a request to the admin path and gives the status and the body.
func (r running) ask(t *testing.T, method, path, body string, change ...func(*http.Request)) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, r.url()+path, strings.NewReader(body))
	require.NoError(t, err)
	for _, c := range change {
		c(req)
	}
	response, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	b, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, string(b)
}

func TestClientsReachItByWhatItPrints(t *testing.T) {
	t.Parallel()
	r := start(t, "-region", "eu-west-3", "-v")
	zones, err := r.client(nil).DescribeAvailabilityZones(t.Context(), nil)
	require.NoError(t, err)
	require.Equal(t, "eu-west-3a", *zones.AvailabilityZones[0].ZoneName)
	require.NoError(t, r.stop())
	require.Contains(t, r.stderr.String(), "msg=request method=POST path=/ status=200")
}

func TestClientsThatInsistOnHTTPSTrustItsCertificate(t *testing.T) {
	t.Parallel()
	r := start(t, "-tls")
	pem, err := os.ReadFile(r.variables["AWS_CA_BUNDLE"])
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(pem))
	_, err = r.client(&http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}).DescribeRegions(t.Context(), nil)
	require.NoError(t, err)
	require.NoError(t, r.stop())
	require.NoFileExists(t, r.variables["AWS_CA_BUNDLE"])
}

func TestFlagsThatMeanNothingAreRefused(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"a word":                 {"serve"},
		"no region":              {"-region", "nowhere"},
		"an address of no kind":  {"-addr", "nowhere:at:all"},
		"a host with a port":     {"-allow-host", "a:1"},
		"a flag that isn't":      {"-colour"},
		"a delay that isn't one": {"-delay-launch", "soon"},
	} {
		require.Error(t, run(t.Context(), args, io.Discard, io.Discard), name)
	}
	var help bytes.Buffer
	require.Error(t, run(t.Context(), []string{"-h"}, io.Discard, &help))
	require.Contains(t, help.String(), "-delay-launch")
}

func TestTheAdminPathTellsCallsAndResets(t *testing.T) {
	t.Parallel()
	r := start(t)
	status, body := r.ask(t, "GET", "/_ec2fake/health", "")
	require.Equal(t, 200, status)
	require.JSONEq(t, `{"status":"ok"}`, body)

	_, err := r.client(nil).CreateKeyPair(t.Context(), &ec2.CreateKeyPairInput{KeyName: aws.String("me")})
	require.NoError(t, err)
	_, body = r.ask(t, "GET", "/_ec2fake/calls?operation=CreateKeyPair", "")
	var calls []call
	require.NoError(t, json.Unmarshal([]byte(body), &calls))
	require.Len(t, calls, 1)
	require.Equal(t, map[string]any{"KeyName": "me"}, calls[0].Input)
	require.True(t, calls[0].Done)
	require.Equal(t, "us-east-1", calls[0].Region)

	status, _ = r.ask(t, "POST", "/_ec2fake/reset", "")
	require.Equal(t, 204, status)
	_, body = r.ask(t, "GET", "/_ec2fake/calls", "")
	require.JSONEq(t, `[]`, body)
	pairs, err := r.client(nil).DescribeKeyPairs(t.Context(), nil)
	require.NoError(t, err)
	require.Empty(t, pairs.KeyPairs)

	status, body = r.ask(t, "GET", "/_ec2fake/colours", "")
	require.Equal(t, 404, status)
	require.Contains(t, body, "faults")
}

func TestFaultsAreSetListedAndCleared(t *testing.T) {
	t.Parallel()
	r := start(t)
	status, body := r.ask(t, "POST", "/_ec2fake/faults", `{"operation":"DescribeRegions","fail":"Unavailable","times":2}`)
	require.Equal(t, 204, status, body)
	status, body = r.ask(t, "POST", "/_ec2fake/faults", `{"deny":"ec2:DescribeVpcs"}`)
	require.Equal(t, 204, status, body)
	_, body = r.ask(t, "GET", "/_ec2fake/faults", "")
	require.JSONEq(t, `["DescribeRegions fails with Unavailable, 2 times","deny ec2:DescribeVpcs on *"]`, body)
	_, err := r.client(nil).DescribeVpcs(t.Context(), nil)
	require.ErrorContains(t, err, "UnauthorizedOperation")
	status, _ = r.ask(t, "DELETE", "/_ec2fake/faults", "")
	require.Equal(t, 204, status)
	_, err = r.client(nil).DescribeVpcs(t.Context(), nil)
	require.NoError(t, err)

	for name, wrong := range map[string]string{
		"no JSON": `{`, "a field of no name": `{"colour":1}`, "neither": `{}`, "both": `{"operation":"RunInstances","deny":"ec2:RunInstances"}`,
		"nothing to do": `{"operation":"RunInstances"}`, "no such operation": `{"operation":"Dance","fail":"Unsupported"}`,
		"a denial that fails": `{"deny":"ec2:RunInstances","fail":"Unsupported"}`, "a resource without denial": `{"operation":"RunInstances","resource":"*","fail":"Unsupported"}`,
		"back in time": `{"operation":"RunInstances","fail":"Unsupported","after":-1}`,
	} {
		status, body := r.ask(t, "POST", "/_ec2fake/faults", wrong)
		require.Equal(t, 400, status, name)
		require.NotEmpty(t, body, name)
	}
}

func TestTheClockGoesForwardAndDelaysChange(t *testing.T) {
	t.Parallel()
	r := start(t, "-delay-launch", "1h")
	c := r.client(nil)
	image, err := c.DescribeImages(t.Context(), &ec2.DescribeImagesInput{Owners: []string{"amazon"}, MaxResults: aws.Int32(1000)})
	require.NoError(t, err)
	var id string
	for _, im := range image.Images {
		if im.Architecture == "x86_64" && im.Platform == "" {
			id = *im.ImageId
		}
	}
	out, err := c.RunInstances(t.Context(), &ec2.RunInstancesInput{ImageId: &id, InstanceType: "m5.large", MinCount: aws.Int32(1), MaxCount: aws.Int32(1)})
	require.NoError(t, err)
	state := func() string {
		found, err := c.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{*out.Instances[0].InstanceId}})
		require.NoError(t, err)
		return string(found.Reservations[0].Instances[0].State.Name)
	}
	require.Equal(t, "pending", state())
	status, body := r.ask(t, "POST", "/_ec2fake/clock", `{"advance":"61m","delays":{"stop":"5m"}}`)
	require.Equal(t, 200, status, body)
	var told clockState
	require.NoError(t, json.Unmarshal([]byte(body), &told))
	require.Equal(t, "5m0s", told.Delays["stop"])
	require.Equal(t, "1h0m0s", told.Delays["launch"])
	require.Greater(t, time.Until(told.Now), time.Hour)
	require.Equal(t, "running", state())
	for _, wrong := range []string{`{"advance":"soon"}`, `{"advance":"-1h"}`, `{"delays":{"dance":"1s"}}`, `{"delays":{"stop":"-1s"}}`, `[]`} {
		status, _ := r.ask(t, "POST", "/_ec2fake/clock", wrong)
		require.Equal(t, 400, status, wrong)
	}
}

// What a page of another site, or of a name that leads here, could send.
func TestAPageInABrowserCannotDriveIt(t *testing.T) {
	t.Parallel()
	r := start(t, "-allow-host", "build.example")
	const query = "Action=DescribeRegions&Version=2016-11-15"
	for name, row := range map[string]struct {
		change func(*http.Request)
		status int
	}{
		"a client of AWS":                     {func(*http.Request) {}, 200},
		"under localhost":                     {func(r *http.Request) { r.Host = "localhost:1" }, 200},
		"under a name of AWS":                 {func(r *http.Request) { r.Host = "ec2.us-east-1.amazonaws.com" }, 200},
		"under an allowed name":               {func(r *http.Request) { r.Host = "Build.example:4577" }, 200},
		"under another name":                  {func(r *http.Request) { r.Host = "evil.example" }, 403},
		"under another address":               {func(r *http.Request) { r.Host = "192.0.2.1" }, 403},
		"under a name that looks like AWS's":  {func(r *http.Request) { r.Host = "amazonaws.com.evil.example" }, 403},
		"from a page of another site":         {func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, 403},
		"from a page without an origin":       {func(r *http.Request) { r.Header.Set("Origin", "null") }, 403},
		"from a page of this machine":         {func(r *http.Request) { r.Header.Set("Origin", "http://localhost:3000") }, 200},
		"from a page of an allowed host":      {func(r *http.Request) { r.Header.Set("Origin", "https://build.example") }, 200},
		"from a page of nothing, on any path": {func(r *http.Request) { r.Header.Set("Origin", "file://") }, 403},
	} {
		for _, path := range []string{"/", "/_ec2fake/reset"} {
			body := query
			status, answer := r.ask(t, "POST", path, body, row.change)
			if row.status == 403 {
				require.Equal(t, 403, status, name+" "+path)
				require.Contains(t, answer, "<Response><Errors><Error><Code>AuthFailure</Code>", name)
			} else {
				require.Less(t, status, 300, name+" "+path)
			}
		}
	}
}

func TestItSurvivesClientsThatAreSlowOrMany(t *testing.T) {
	t.Parallel()
	r := start(t)
	address := strings.TrimPrefix(r.url(), "http://")
	var open []net.Conn
	for n := range 200 {
		c, err := net.Dial("tcp", address)
		require.NoError(t, err)
		open = append(open, c)
		switch n % 4 {
		case 0: // says nothing
		case 1: // stops in the middle of the header
			_, err = c.Write([]byte("POST / HTTP/1.1\r\nHost: local"))
		case 2: // stops in the middle of the body, and hangs up half
			_, err = c.Write([]byte("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nAction="))
			require.NoError(t, c.(*net.TCPConn).CloseWrite())
		case 3: // isn't HTTP
			_, err = c.Write([]byte("\x16\x03\x01\x00\xff\xff\xff"))
		}
		require.NoError(t, err)
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			status, _ := r.ask(t, "POST", "/", "Action=DescribeRegions&Version=2016-11-15")
			if status != 200 {
				t.Errorf("status %d among clients that are slow", status)
			}
		}()
	}
	wg.Wait()
	for _, c := range open {
		require.NoError(t, c.Close())
	}
}

// Connections that clients opened in advance, and requests of which no header came, don't hold up its end.
func TestItStopsWithoutWaitingForWhoNeverAsked(t *testing.T) {
	t.Parallel()
	r := start(t)
	for n := range 20 {
		c, err := net.Dial("tcp", strings.TrimPrefix(r.url(), "http://"))
		require.NoError(t, err)
		t.Cleanup(func() { _ = c.Close() })
		if n%2 == 1 {
			_, err = c.Write([]byte("POST / HTTP/1.1\r\nHost: local"))
			require.NoError(t, err)
		}
	}
	r.ask(t, "GET", "/_ec2fake/health", "")
	require.NoError(t, r.stop())
	require.NotContains(t, r.stderr.String(), "cut off")
}

// A request that never ends is cut off, which is said and is no failure.
func TestItCutsOffRequestsThatDoNotEnd(t *testing.T) {
	t.Parallel()
	r := start(t)
	c, err := net.Dial("tcp", strings.TrimPrefix(r.url(), "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	_, err = c.Write([]byte("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n"))
	require.NoError(t, err)
	_, err = bufio.NewReader(c).ReadString('\n') // the handler reads the body
	require.NoError(t, err)
	require.NoError(t, r.stop())
	require.Contains(t, r.stderr.String(), "cut off")
}

func TestTheProgramItselfStartsAndStops(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "ec2fake")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	cmd := exec.CommandContext(t.Context(), binary, "-addr", "127.0.0.1:0")
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(stdout)
	require.True(t, lines.Scan())
	url, ok := strings.CutPrefix(lines.Text(), "export AWS_ENDPOINT_URL=")
	require.True(t, ok, lines.Text())
	status, _ := running{variables: map[string]string{"AWS_ENDPOINT_URL": url}}.ask(t, "GET", "/_ec2fake/health", "")
	require.Equal(t, 200, status)
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.NoError(t, cmd.Wait(), "it stops gracefully")
	require.Error(t, func() error {
		_, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		return err
	}(), fmt.Sprintf("%s still answers", url))
}
