package engine

import (
	"go/build"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var documentedFilter = regexp.MustCompile(`(?m)^\t//   - \n?(?:\t//   )?([a-z][a-z0-9.-]+) - `)

// documentedFilters reads the names of an operation's filters, but those of tags, from the SDK's source.
func documentedFilters(t *testing.T, operation string) []string {
	t.Helper()
	p, err := build.Import("github.com/aws/aws-sdk-go-v2/service/ec2", ".", build.FindOnly)
	require.NoError(t, err)
	source, err := os.ReadFile(filepath.Join(p.Dir, "api_op_"+operation+".go"))
	require.NoError(t, err)
	text := string(source)
	from := strings.Index(text, "\t// The filters.\n")
	if from < 0 {
		from = strings.Index(text, "\t// The filters")
	}
	require.Positive(t, from, operation)
	text = text[from:]
	to := strings.Index(text, "\tFilters []types.Filter")
	require.Positive(t, to, operation)
	// A long name stands on a line of its own, its description on the next one.
	text = regexp.MustCompile(`(?m)^\t//   -\n\t//   (\S+)\n\t//   - `).ReplaceAllString(text[:to], "\t//   - $1 - ")
	var names []string
	for _, m := range documentedFilter.FindAllStringSubmatch(text, -1) {
		if m[1] != "tag-key" {
			names = append(names, m[1])
		}
	}
	slices.Sort(names)
	return names
}
