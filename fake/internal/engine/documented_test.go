package engine

import (
	"fmt"
	"go/build"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/require"
)

// Every filter that the SDK documents of an operation is served, and no other name is.
func TestDocumentedFiltersAreServed(t *testing.T) {
	t.Parallel()
	for _, op := range operations {
		field, ok := op.input.FieldByName("Filters")
		if !ok || field.Type != reflect.TypeFor[[]ec2types.Filter]() {
			continue
		}
		t.Run(op.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, Options{})
			refused := func(name string) bool {
				in := reflect.New(op.input)
				in.Elem().FieldByIndex(field.Index).Set(reflect.ValueOf([]ec2types.Filter{{Name: ptr(name), Values: []string{"x"}}}))
				_, err := w.engine.Call(Call{Operation: op.name, Region: w.region, Input: in.Interface()})
				return err != nil && strings.Contains(err.Error(), fmt.Sprintf("The filter '%s' is invalid", name))
			}
			documented := documentedFilters(t, op.name)
			require.NotEmpty(t, documented)
			for _, name := range documented {
				require.False(t, refused(name), name)
			}
			require.True(t, refused("no-such-filter"))
		})
	}
}

var documentedFilter = regexp.MustCompile(`(?m)^\t//   - \n?(?:\t//   )?([a-z][A-Za-z0-9.-]+) - `)

// notFilters stand in the lists of filters, but are those of tags, or values of a filter in a list of their own.
var notFilters = []string{"tag", "tag-key", "tag-value", "untriaged", "informational", "low", "medium", "high", "critical"}

// documentedFilters reads the names of an operation's filters, but those of tags, from the SDK's source.
func documentedFilters(t *testing.T, operation string) []string {
	t.Helper()
	p, err := build.Import("github.com/aws/aws-sdk-go-v2/service/ec2", ".", build.FindOnly)
	require.NoError(t, err)
	source, err := os.ReadFile(filepath.Join(p.Dir, "api_op_"+operation+".go"))
	require.NoError(t, err)
	text, _, ok := strings.Cut(string(source), "\tFilters []types.Filter")
	require.True(t, ok, operation)
	comment := strings.Split(text, "\n")
	from := len(comment) - 1 // behind the last line break there is nothing
	for strings.HasPrefix(comment[from-1], "\t//") {
		from--
	}
	text = strings.Join(comment[from:], "\n")
	// A long name stands on a line of its own, its description on the next one.
	text = regexp.MustCompile(`(?m)^\t//   -\n\t//   (\S+)\n\t//   - `).ReplaceAllString(text, "\t//   - $1 - ")
	var names []string
	for _, m := range documentedFilter.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(notFilters, m[1]) {
			names = append(names, m[1])
		}
	}
	slices.Sort(names)
	return names
}
