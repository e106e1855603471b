// Command document writes what the cloud in memory serves into the documents: all of docs/operations.md,
// and the table in README.md. It is run by go generate in package fake.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"github.com/amiclass/amiclass/fake/internal/engine"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: document ROOT, the folder of go.mod")
	}
	if err := write(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

func write(root string) error {
	served := engine.Areas()
	operations := filepath.Join(root, "docs", "operations.md")
	if err := os.WriteFile(operations, []byte(operationsPage(served)), 0o644); err != nil {
		return err
	}
	readme := filepath.Join(root, "README.md")
	text, err := os.ReadFile(readme)
	if err != nil {
		return err
	}
	updated, err := between(string(text), begin, end, summary(served))
	if err != nil {
		return fmt.Errorf("%s: %w", readme, err)
	}
	return os.WriteFile(readme, []byte(updated), 0o644)
}

const (
	begin = "<!-- what is served: written by go generate ./fake -->\n"
	end   = "<!-- end of what is served -->\n"
)

// between puts something else between two marks of a text.
func between(text, begin, end, inside string) (string, error) {
	head, rest, ok := strings.Cut(text, begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return "", fmt.Errorf("the marks %q and %q aren't there", begin, end)
	}
	return head + begin + inside + end + tail, nil
}

// summary is the README's table.
func summary(served []engine.Area) string {
	var b strings.Builder
	b.WriteString("\n| area | operations |\n| --- | --- |\n")
	for _, a := range served {
		names := make([]string, len(a.Operations))
		for i, op := range a.Operations {
			names[i] = op.Name
		}
		fmt.Fprintf(&b, "| %s | %s |\n", a.Name, strings.Join(names, ", "))
	}
	b.WriteString("\n")
	return b.String()
}

const head = `# What the cloud in memory serves

Written by ` + "`go generate ./fake`" + ` from the table by which requests are dispatched. A request for an operation that
isn't served is refused by name (` + "`InvalidAction`" + `), and so is one that sets a field which isn't modelled
(` + "`UnknownParameter`" + `; ` + "`fake.Lenient()`" + ` notes it instead).

`

// operationsPage tells of every EC2 operation that the SDK has whether it is served, and of other services what is.
func operationsPage(served []engine.Area) string {
	areaOf := make(map[string]string)
	unserved := make(map[string][]string)
	var others []engine.Area
	n := 0
	for _, a := range served {
		if _, isEC2 := strings.CutPrefix(a.Name, "EC2: "); !isEC2 {
			others = append(others, a)
			continue
		}
		for _, op := range a.Operations {
			areaOf[op.Name], unserved[op.Name] = strings.TrimPrefix(a.Name, "EC2: "), op.Unserved
			n++
		}
	}
	all := operationsOf(reflect.TypeFor[*ec2.Client]())
	var b strings.Builder
	b.WriteString(head)
	fmt.Fprintf(&b, "## Amazon EC2: %d of %d operations\n\n| operation | served | fields that aren't modelled |\n| --- | --- | --- |\n", n, len(all))
	for _, name := range all {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", name, areaOf[name], code(unserved[name]))
	}
	for _, a := range others {
		fmt.Fprintf(&b, "\n## %s: %d operations\n\n| operation | fields that aren't modelled |\n| --- | --- |\n", a.Name, len(a.Operations))
		for _, op := range a.Operations {
			fmt.Fprintf(&b, "| %s | %s |\n", op.Name, code(op.Unserved))
		}
	}
	return b.String()
}

func code(fields []string) string {
	quoted := make([]string, len(fields))
	for i, f := range fields {
		quoted[i] = "`" + f + "`"
	}
	return strings.Join(quoted, ", ")
}

// operationsOf lists the operations of an SDK client: its methods that take an input of their own name.
func operationsOf(client reflect.Type) []string {
	var names []string
	for i := range client.NumMethod() {
		m := client.Method(i)
		if m.Type.NumIn() >= 3 && m.Type.In(2).Kind() == reflect.Pointer && m.Type.In(2).Elem().Name() == m.Name+"Input" {
			names = append(names, m.Name)
		}
	}
	return names
}
