// Package moto_test runs the suite that decides what a backend is on moto's server, over HTTP: a second opinion on the
// suite, and on how far a program that was tested on moto may be trusted. Where moto deviates from the documented EC2 is
// listed in deviations.md.
package moto_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
	"github.com/amiclass/amiclass/backend/awsbackend"
	"github.com/amiclass/amiclass/backend/backendtest"
	"github.com/amiclass/amiclass/internal/tooltest"
	"github.com/amiclass/amiclass/region"
)

var update = flag.Bool("update", false, "write deviations.md anew")

// ids are what differs from run to run.
var ids = regexp.MustCompile(`\b(i|ami|vol|snap|sg|sgr|eni|subnet|vpc|key|r)-[0-9a-f]{8,17}\b|\b(\d{1,3}\.){3}\d{1,3}\b|amiclass-[a-z0-9]{16}|\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b`)

func TestMotoDeviatesWhereItIsKnownTo(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("moto takes a minute")
	}
	url := tooltest.Moto(t)
	be := awsbackend.New(aws.Config{
		Region: region.USEast1.String(), BaseEndpoint: &url, Credentials: credentials.NewStaticCredentialsProvider("testing", "testing", ""),
		Retryer: func() aws.Retryer { return retry.AddWithMaxAttempts(retry.NewStandard(), 1) },
	})
	const file = "deviations.md"
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	head, table, found := strings.Cut(string(raw), "| --- | --- |\n")
	require.True(t, found, "%s has a table", file)
	listed := map[string]bool{}
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		require.Len(t, cells, 4, line)
		name, _, linked := strings.Cut(strings.TrimPrefix(strings.TrimSpace(cells[1]), "["), "](")
		require.True(t, linked, line)
		listed[name] = true
	}

	var written strings.Builder
	held, skipped := 0, 0
	for _, b := range backendtest.Behaviours() { // one after the other: all of them share a server
		v := b.Judge(t.Context(), backendtest.World{
			Backend: be, Sister: region.EUWest1, OtherAccount: "111122223333",
			Wait: []backend.WaitOption{backend.WithInterval(50 * time.Millisecond)}, Patience: 2 * time.Second,
		})
		switch deviates := len(v.Violations) > 0; {
		case deviates:
			what, _, _ := strings.Cut(v.Violations[0], "\n")
			what = strings.NewReplacer("|", "\\|", "<", "&lt;").Replace(ids.ReplaceAllString(what, "…"))
			if runes := []rune(what); len(runes) > 160 {
				what = string(runes[:160]) + " …"
			}
			fmt.Fprintf(&written, "| [%s](%s) | %s |\n", b.Name, b.Page, what)
			if !listed[b.Name] && !*update {
				t.Errorf("%s: a deviation that isn't listed: %s", b.Name, strings.Join(v.Violations, "\n"))
			}
		case v.Skipped != "":
			skipped++
		default:
			held++
		}
		if listed[b.Name] && len(v.Violations) == 0 && !*update {
			t.Errorf("%s: listed as a deviation, but moto does what EC2 does: take it off the list with -update", b.Name)
		}
		delete(listed, b.Name)
	}
	require.Empty(t, listed, "behaviours that the suite doesn't have")
	t.Logf("%d behaviours hold, %d are skipped", held, skipped)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(head+"| --- | --- |\n"+written.String()), 0o644))
	}
}
