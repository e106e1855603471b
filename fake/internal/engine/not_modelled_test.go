package engine

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatIsNotModelledIsDocumented(t *testing.T) {
	t.Parallel()
	var unserved []string
	for _, op := range operations {
		unserved = append(unserved, op.fields().unlisted(op.input, op.name+": ")...)
	}
	slices.Sort(unserved)
	doc, err := os.ReadFile("../../../docs/not-modelled.md")
	require.NoError(t, err)
	var documented []string
	for _, line := range regexp.MustCompile("(?m)^- `(.*)`$").FindAllStringSubmatch(string(doc), -1) {
		documented = append(documented, line[1])
	}
	require.Equal(t, unserved, documented)
}
