// Command names reads the names of Amazon EC2's wire out of the SDK's own serializers and deserializers, in the
// version that go.mod names, and writes them to ec2.names for package wire. It is run by go generate.
package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const ec2 = "github.com/aws/aws-sdk-go-v2/service/ec2"

func main() {
	log.SetFlags(0)
	if err := run(os.Args[1]); err != nil {
		log.Fatal("names: ", err)
	}
}

func run(target string) error {
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", ec2).Output()
	if err != nil {
		return fmt.Errorf("find %s: %w", ec2, err)
	}
	sdk := strings.TrimSpace(string(dir))
	requests, err := read(filepath.Join(sdk, "serializers.go"), request)
	if err != nil {
		return err
	}
	lists := items{}
	responses, err := read(filepath.Join(sdk, "deserializers.go"), lists.response)
	if err != nil {
		return err
	}
	if err := lists.name(responses); err != nil {
		return err
	}
	return os.WriteFile(target, render(requests, responses), 0o666)
}

// names are those of the fields of each type: Go's name first.
type names map[string][][2]string

// read collects what each of a file's functions says of a type.
func read(file string, fields func(*ast.FuncDecl) (typ string, pairs [][2]string, err error)) (names, error) {
	tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	found := names{}
	for _, decl := range tree.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		typ, pairs, err := fields(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", filepath.Base(file), f.Name.Name, err)
		}
		if typ == "" {
			continue
		}
		if known, twice := found[typ]; twice && !slices.Equal(known, pairs) {
			return nil, fmt.Errorf("%s: %s says other things of %s than a function before it", filepath.Base(file), f.Name.Name, typ)
		}
		found[typ] = pairs
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s: no function of the shape that this program knows", filepath.Base(file))
	}
	return found, nil
}

// request reads a function that writes a struct's fields into a query.
func request(f *ast.FuncDecl) (string, [][2]string, error) {
	if !strings.HasPrefix(f.Name.Name, "awsEc2query_serialize") || f.Recv != nil {
		return "", nil, nil
	}
	typ := structOf(f.Type.Params.List[0].Type, 1)
	if typ == "" {
		return "", nil, nil // a list: all of EC2's are flat, which the field's own key says
	}
	var pairs [][2]string
	for _, stmt := range f.Body.List {
		wire, err := key(stmt)
		if err != nil {
			return "", nil, err
		}
		if wire == "" {
			continue
		}
		field := firstSelector(stmt, "v")
		if field == "" {
			return "", nil, fmt.Errorf("the key %s has no field", wire)
		}
		pairs = append(pairs, [2]string{field, wire})
	}
	return typ, pairs, nil
}

// key is the name that a statement writes under, and nothing for a statement that writes none.
func key(stmt ast.Stmt) (name string, err error) {
	ast.Inspect(stmt, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if s, ok := call.Fun.(*ast.SelectorExpr); ok && isIdent(s.X, "object") && (s.Sel.Name == "Key" || s.Sel.Name == "FlatKey") {
			if name != "" {
				err = fmt.Errorf("two keys in one statement: %s and another", name)
			}
			name = literal(call.Args[0])
		}
		return true
	})
	return name, err
}

// items are the names of the elements of lists, by the function that reads the list.
type items map[string]string

// response reads a function that fills a struct's fields from elements. The function that reads a field's list is
// noted behind the name.
func (l items) response(f *ast.FuncDecl) (string, [][2]string, error) {
	if !strings.HasPrefix(f.Name.Name, "awsEc2query_deserialize") || f.Recv != nil || len(f.Type.Params.List) == 0 {
		return "", nil, nil
	}
	typ := structOf(f.Type.Params.List[0].Type, 2)
	var pairs [][2]string
	var err error
	ast.Inspect(f.Body, func(n ast.Node) bool {
		clause, ok := n.(*ast.CaseClause)
		if !ok || len(clause.List) != 1 {
			return true
		}
		call, ok := clause.List[0].(*ast.CallExpr)
		if !ok || len(call.Args) != 2 {
			return true
		}
		wire := literal(call.Args[0])
		if typ == "" {
			l[f.Name.Name] = wire
			return true
		}
		field, list := "", ""
		for _, stmt := range clause.Body {
			if field == "" {
				field, list = firstSelector(stmt, "sv"), listReader(stmt)
			}
		}
		if field == "" {
			err = fmt.Errorf("the element %s fills no field", wire)
		}
		pairs = append(pairs, [2]string{field, wire + list})
		return true
	})
	if err != nil || typ == "" {
		return "", nil, err
	}
	return typ, pairs, nil
}

// listReader is "/" and the name of the function that is given the address of a field, if there is one.
func listReader(stmt ast.Stmt) (name string) {
	ast.Inspect(stmt, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) == 0 {
			return true
		}
		if f, ok := call.Fun.(*ast.Ident); ok {
			if _, address := call.Args[0].(*ast.UnaryExpr); address {
				name = "/" + f.Name
			}
		}
		return true
	})
	return name
}

// name puts the name of a list's items where the function stood that reads it, unless it is the usual one.
func (l items) name(all names) error {
	for typ, pairs := range all {
		for i, pair := range pairs {
			wire, reader, _ := strings.Cut(pair[1], "/")
			item, list := l[reader]
			if list && item == "" {
				return fmt.Errorf("%s.%s: %s names no items", typ, pair[0], reader)
			}
			if list && item != "item" {
				wire += "/" + item
			}
			pairs[i][1] = wire
		}
	}
	return nil
}

// structOf names the SDK's struct behind so many stars.
func structOf(t ast.Expr, stars int) string {
	for range stars {
		p, ok := t.(*ast.StarExpr)
		if !ok {
			return ""
		}
		t = p.X
	}
	switch t := t.(type) {
	case *ast.Ident:
		return t.Name
	case *ast.SelectorExpr:
		if isIdent(t.X, "types") {
			return t.Sel.Name
		}
	}
	return ""
}

func firstSelector(stmt ast.Stmt, of string) (field string) {
	ast.Inspect(stmt, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && field == "" && isIdent(s.X, of) {
			field = s.Sel.Name
		}
		return field == ""
	})
	return field
}

func isIdent(e ast.Expr, name string) bool {
	i, ok := e.(*ast.Ident)
	return ok && i.Name == name
}

func literal(e ast.Expr) string {
	b, ok := e.(*ast.BasicLit)
	if !ok {
		return ""
	}
	s, err := strconv.Unquote(b.Value)
	if err != nil {
		return ""
	}
	return s
}

// render writes a line for each type and direction. A field whose name on the wire follows from Go's stands
// alone: requests use Go's own, responses the same with a small initial.
func render(requests, responses names) []byte {
	var b bytes.Buffer
	b.WriteString("# Generated from the SDK's serializers by go generate; not to be edited.\n")
	for _, d := range []struct {
		sign  string
		names names
		usual func(string) string
	}{
		{"<", requests, func(field string) string { return field }},
		{">", responses, func(field string) string { return strings.ToLower(field[:1]) + field[1:] }},
	} {
		types := make([]string, 0, len(d.names))
		for t := range d.names {
			types = append(types, t)
		}
		slices.Sort(types)
		for _, t := range types {
			b.WriteString(d.sign + t)
			for _, pair := range d.names[t] {
				b.WriteString(" " + pair[0])
				if d.usual(pair[0]) != pair[1] {
					b.WriteString("=" + pair[1])
				}
			}
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}
