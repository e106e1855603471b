package main

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/amiclass/amiclass/backend"
)

func TestTheStoryInMemory(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, run(t.Context(), nil, strings.NewReader(""), &out))
	for _, line := range []string{
		`^1\. A class: web > directory`,
		`In us-east-1 it means ami-[0-9a-f]{17}, al2023-ami-`,
		`… instance i-[0-9a-f]{17}: running`,
		`… image ami-[0-9a-f]{17}: pending, \d+%`,
		`… image ami-[0-9a-f]{17}: available, 100%`,
		` = type +t4g\.small +t4g\.small`,
		` = root volume +gp3 12 GiB, 3000 IOPS, encrypted +gp3 12 GiB, 3000 IOPS, encrypted`,
		` = user data +(\S.*\)) +`,
		` ≠ name +directory-1 +directory-2`,
		`The two differ in nothing but their names\.`,
		`in eu-west-1 \(arm64, available\): another ID than ami-`,
		`Nothing is left: no instance, volume, interface, image or snapshot of this story exists any more\.`,
	} {
		require.Regexp(t, regexp.MustCompile(`(?m)`+line), out.String())
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		args []string
		says string
	}{
		"a region that is none": {[]string{"-region", "home"}, "-region: region \"home\": malformed name"},
		"nowhere to go":         {[]string{"-to", "us-east-1"}, "another region than -region"},
		"an unknown flag":       {[]string{"-gcp"}, "-gcp"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			require.ErrorContains(t, run(t.Context(), tc.args, strings.NewReader(""), &out), tc.says)
		})
	}
}

func TestAStoryThatIsInterruptedLeavesNothing(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	out := &interruptor{at: "3. A class again", cancel: cancel}
	be := inMemory("us-east-1")
	err := story{out: out, name: "directory", abroad: "eu-west-1", every: 1}.tell(ctx, be)
	require.ErrorIs(t, err, context.Canceled)
	require.Contains(t, out.String(), "Taking away what was made.")
	for i, err := range be.Instances(t.Context(), backend.Query{}) {
		require.NoError(t, err)
		require.Equal(t, "terminated", string(i.State))
	}
}

func TestOnAWSItAsksFirst(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]bool{"y\n": true, "yes": true, "n\n": false, "": false} {
		var out strings.Builder
		ok, err := agreed(t.Context(), inMemory("us-east-1"), "eu-west-1", strings.NewReader(answer), &out)
		require.NoError(t, err)
		require.Equal(t, want, ok, answer)
		require.Contains(t, out.String(), "This will create in account 123456789012")
		require.Contains(t, out.String(), "2 instances (t4g.small)")
	}
}

// interruptor cancels when it reads a certain line.
type interruptor struct {
	strings.Builder
	at     string
	cancel context.CancelFunc
}

func (i *interruptor) Write(p []byte) (int, error) {
	if strings.Contains(string(p), i.at) {
		i.cancel()
	}
	return i.Builder.Write(p)
}
