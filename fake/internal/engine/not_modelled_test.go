package engine

import (
	"os"
	"reflect"
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

// unlisted are the paths of all fields of an input that aren't served.
func (f *fields) unlisted(of reflect.Type, path string) (paths []string) {
	for i, name := range f.names {
		nested, served := f.served[i]
		switch {
		case name == "":
		case !served:
			paths = append(paths, path+name)
		case nested != nil:
			paths = append(paths, nested.unlisted(elem(of.Field(i).Type), path+name+".")...)
		}
	}
	return paths
}
